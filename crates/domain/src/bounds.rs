//! What a report may not say, whoever reports it: amounts below nothing, and names that no page can
//! hold.

use crate::{
    fact::Fact,
    field::{FieldValue, Fields},
    person::Person,
};

/// The longest name of a person, in letters.
pub const NAME_CHARS_MAX: usize = 120;

/// The longest name of a team or a region, in letters.
pub const TEAM_CHARS_MAX: usize = 80;

/// Of which fields an amount is never below nothing: the value of an opportunity and what is to be
/// reached. A cost may be, as where something was paid back.
const AMOUNTS: [&str; 2] = ["amount", "count"];

/// Which fields of a colleague name a group of them.
const GROUPS: [&str; 2] = ["team", "region"];

/// Why a value is not taken, as words after its name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutOfBounds {
    /// An amount is below nothing.
    #[error("is {0}, and less than nothing cannot be: write it without a minus")]
    Negative(String),
    /// A name is too long.
    #[error("has {found} letters: use at most {most}")]
    TooLong {
        /// So many it has.
        found: usize,
        /// So many it may have.
        most: usize,
    },
}

/// Whether an amount that cannot be below nothing is not.
///
/// # Errors
/// [`OutOfBounds::Negative`].
pub fn check_amount(value: &FieldValue) -> Result<(), OutOfBounds> {
    match value.number() {
        Some(number) if number < 0.0 => Err(OutOfBounds::Negative(value.to_string())),
        _ => Ok(()),
    }
}

/// Whether a text has so many letters at most.
///
/// # Errors
/// [`OutOfBounds::TooLong`].
pub fn check_length(text: &str, most: usize) -> Result<(), OutOfBounds> {
    let found = text.chars().count();
    if found <= most { Ok(()) } else { Err(OutOfBounds::TooLong { found, most }) }
}

/// The fields of a kind of record that hold an amount never below nothing, or the name of a group.
pub fn check_fields(
    fields: &Fields,
    has_amounts: bool,
    is_colleague: bool,
) -> Result<(), (&'static str, OutOfBounds)> {
    let of = |names: &'static [&'static str], has: bool| names.iter().copied().filter(move |_| has);
    for name in of(&AMOUNTS, has_amounts) {
        fields.get(name).map_or(Ok(()), check_amount).map_err(|why| (name, why))?;
    }
    for name in of(&GROUPS, is_colleague) {
        let text = fields.get(name).and_then(FieldValue::text).unwrap_or_default();
        check_length(text, TEAM_CHARS_MAX).map_err(|why| (name, why))?;
    }
    Ok(())
}

/// Whether the name of a colleague is one that pages can hold. What a lead calls itself in a form of
/// the web is kept as it came, however long.
///
/// # Errors
/// `name`, and why not.
pub fn check_person(person: &Person) -> Result<(), (&'static str, OutOfBounds)> {
    let name = person.name.as_deref().unwrap_or_default();
    check_length(name, NAME_CHARS_MAX).map_err(|why| ("name", why))
}

/// Whether a fact says nothing out of bounds.
///
/// # Errors
/// The field, and why not.
pub fn check(fact: &Fact, person: Option<&Person>) -> Result<(), (&'static str, OutOfBounds)> {
    match fact {
        Fact::Opportunity(fact) => check_fields(&fact.fields, true, false),
        Fact::Quota(fact) => check_fields(&fact.fields, true, false),
        Fact::User(fact) => {
            check_fields(&fact.fields, false, true)?;
            person.map_or(Ok(()), check_person)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::{Currency, Money};

    #[test]
    fn an_amount_is_never_below_nothing_and_may_be_nothing() {
        let euro = Currency::parse("EUR").unwrap();
        let money = |amount_minor| FieldValue::Money(Money { amount_minor, currency: euro });
        for (value, is_taken) in [
            (money(-1), false),
            (money(0), true),
            (money(1), true),
            (FieldValue::Whole(-1), false),
            (FieldValue::Number(-0.01), false),
            (FieldValue::Whole(0), true),
            (FieldValue::Cleared, true),
            (FieldValue::Text("-1".to_owned()), true),
        ] {
            assert_eq!(check_amount(&value).is_ok(), is_taken, "{value}");
        }
        let words = check_amount(&money(-105_400)).unwrap_err().to_string();
        assert_eq!(
            words,
            "is -1,054.00 EUR, and less than nothing cannot be: write it without a minus"
        );
    }

    #[test]
    fn a_name_may_be_as_long_as_its_bound_in_letters_and_no_longer() {
        for (letters, is_taken) in [(0, true), (80, true), (81, false)] {
            let found = check_length(&"ü".repeat(letters), TEAM_CHARS_MAX);
            assert_eq!(found.is_ok(), is_taken, "{letters}");
        }
        let person = Person { name: Some("a".repeat(121)), ..Person::default() };
        let (field, why) = check_person(&person).unwrap_err();
        assert_eq!((field, why.to_string().as_str()), ("name", "has 121 letters: use at most 120"));
    }

    #[test]
    fn a_cost_may_be_below_nothing_and_the_value_of_an_opportunity_may_not() {
        let fields = |name: &str| Fields::from([(name.to_owned(), FieldValue::Whole(-5))]);
        assert!(check_fields(&fields("cost"), true, true).is_ok());
        assert_eq!(check_fields(&fields("amount"), true, false).unwrap_err().0, "amount");
        assert!(check_fields(&fields("amount"), false, true).is_ok());
    }
}
