//! Conditions of an Agreement, as a small typed form: known names, no loops, no effects.
//!
//! What is unknown is neither yes nor no. A condition over an unknown field is [`Truth::Unknown`],
//! which earns no points and excludes nobody, and which the because names as unknown.

use std::cmp::Ordering;

use crate::field::FieldValue;

/// What a name in a condition belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Root {
    /// The lead: its reported fields, and `status`, `owner`, `times_qualified`, `age_days`.
    Lead,
    /// The lead's account.
    Account,
    /// The activity that is being judged: its fields, and `kind`, `status`, `success`, `by_owner`.
    Activity,
    /// The opportunity: its reported fields, and `stage`, `owner`, `age_days`.
    Opportunity,
    /// Points: each component, and `total`.
    Score,
    /// The lead's fields just before the change that is being judged.
    Previous,
}

impl Root {
    /// Every root, as conditions write them.
    pub const ALL: [(&'static str, Root); 6] = [
        ("lead", Root::Lead),
        ("account", Root::Account),
        ("activity", Root::Activity),
        ("opportunity", Root::Opportunity),
        ("score", Root::Score),
        ("previous", Root::Previous),
    ];

    /// The root as conditions write it.
    pub fn word(self) -> &'static str {
        Root::ALL.iter().find(|(_, root)| *root == self).expect("every root is listed").0
    }
}

/// A name that a condition asks for, such as `lead.country`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// What it belongs to.
    pub root: Root,
    /// The field.
    pub field: String,
    /// Whether its text is compared in small letters: `lead.title.lowerAscii()`.
    pub lowered: bool,
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.root.word(), self.field)
    }
}

/// A value that stands in a condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// Text, a date or an instant.
    Text(String),
    /// A number.
    Number(f64),
    /// Yes or no.
    Bool(bool),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// How a text is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Search {
    /// `contains`
    Contains,
    /// `startsWith`
    StartsWith,
    /// `endsWith`
    EndsWith,
}

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// `true` or `false` as written.
    Always(bool),
    /// All hold.
    All(Vec<Condition>),
    /// At least one holds.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// A yes-or-no field by itself.
    IsTrue(Name),
    /// A field against a value.
    Compare(Name, Comparison, Literal),
    /// A field against another field.
    CompareNames(Name, Comparison, Name),
    /// A field is one of several values.
    In(Name, Vec<Literal>),
    /// A text is found in a field.
    Search(Name, Search, String),
    /// `has(…)`: the field is known and not blank.
    Has(Name),
}

/// Yes, no, or not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// It does not hold.
    No,
    /// It cannot be told.
    Unknown,
    /// It holds.
    Yes,
}

impl From<bool> for Truth {
    fn from(yes: bool) -> Self {
        if yes { Truth::Yes } else { Truth::No }
    }
}

/// A status as names in conditions write it: `Bad Timing` is `bad_timing`.
pub fn status_word(status: &str) -> String {
    let letter = |c: char| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    status.chars().map(letter).collect()
}

/// Where a condition's names get their values.
pub trait View {
    /// The value of a name; `None` when nothing is known of it.
    fn value(&self, name: &Name) -> Option<FieldValue>;
}

impl Condition {
    /// Whether the condition holds. Source of the three values: Kleene's strong logic.
    pub fn holds(&self, view: &dyn View) -> Truth {
        match self {
            Condition::Always(yes) => (*yes).into(),
            Condition::All(parts) => {
                parts.iter().map(|part| part.holds(view)).min().unwrap_or(Truth::Yes)
            }
            Condition::Any(parts) => {
                parts.iter().map(|part| part.holds(view)).max().unwrap_or(Truth::No)
            }
            Condition::Not(part) => match part.holds(view) {
                Truth::Yes => Truth::No,
                Truth::No => Truth::Yes,
                Truth::Unknown => Truth::Unknown,
            },
            Condition::IsTrue(name) => match view.value(name) {
                Some(FieldValue::Bool(yes)) => yes.into(),
                Some(FieldValue::Cleared) => Truth::No,
                _ => Truth::Unknown,
            },
            Condition::Compare(name, comparison, literal) => {
                known(view, name, |value| compare(&value, *comparison, literal))
            }
            Condition::CompareNames(left, comparison, right) => known(view, left, |value| {
                known(view, right, |other| compare(&value, *comparison, &literal_of(&other)))
            }),
            Condition::In(name, literals) => known(view, name, |value| {
                let equal = |literal| compare(&value, Comparison::Equal, literal);
                literals.iter().map(equal).max().unwrap_or(Truth::No)
            }),
            Condition::Search(name, search, text) => {
                known(view, name, |value| found(&value, *search, text))
            }
            Condition::Has(name) => {
                view.value(name).is_some_and(|value| value != FieldValue::Cleared).into()
            }
        }
    }

    /// Calls `visit` with every name that the condition asks for.
    pub fn names<'a>(&'a self, visit: &mut dyn FnMut(&'a Name)) {
        match self {
            Condition::Always(_) => {}
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter().for_each(|part| part.names(visit));
            }
            Condition::Not(part) => part.names(visit),
            Condition::IsTrue(name)
            | Condition::Compare(name, ..)
            | Condition::In(name, _)
            | Condition::Search(name, ..)
            | Condition::Has(name) => visit(name),
            Condition::CompareNames(left, _, right) => {
                visit(left);
                visit(right);
            }
        }
    }
}

fn known(view: &dyn View, name: &Name, judge: impl FnOnce(FieldValue) -> Truth) -> Truth {
    match view.value(name) {
        None => Truth::Unknown,
        Some(FieldValue::Text(text)) if name.lowered => {
            judge(FieldValue::Text(text.to_lowercase()))
        }
        Some(value) => judge(value),
    }
}

fn literal_of(value: &FieldValue) -> Literal {
    match value {
        FieldValue::Bool(yes) => Literal::Bool(*yes),
        FieldValue::Text(text) => Literal::Text(text.clone()),
        FieldValue::Cleared => Literal::Text(String::new()),
        number => Literal::Number(number.number().expect("whole, number and money are numbers")),
    }
}

/// A blank equals the empty text and nothing else. Text that reads as a number is compared as one
/// with a number; any other meeting of kinds cannot be told.
fn compare(value: &FieldValue, comparison: Comparison, literal: &Literal) -> Truth {
    let ordering = match (value, literal) {
        (FieldValue::Cleared, Literal::Text(text)) => Some("".cmp(text)),
        (FieldValue::Cleared, _) => return (comparison == Comparison::NotEqual).into(),
        (FieldValue::Text(text), Literal::Text(other)) => Some(text.as_str().cmp(other)),
        (FieldValue::Bool(yes), Literal::Bool(other)) => Some(yes.cmp(other)),
        (FieldValue::Text(text), Literal::Number(other)) => {
            text.trim().parse::<f64>().ok().and_then(|number| number.partial_cmp(other))
        }
        (value, Literal::Number(other)) => {
            value.number().and_then(|number| number.partial_cmp(other))
        }
        _ => None,
    };
    let Some(ordering) = ordering else { return Truth::Unknown };
    match comparison {
        Comparison::Equal => ordering == Ordering::Equal,
        Comparison::NotEqual => ordering != Ordering::Equal,
        Comparison::Less => ordering == Ordering::Less,
        Comparison::LessOrEqual => ordering != Ordering::Greater,
        Comparison::Greater => ordering == Ordering::Greater,
        Comparison::GreaterOrEqual => ordering != Ordering::Less,
    }
    .into()
}

fn found(value: &FieldValue, search: Search, text: &str) -> Truth {
    match value {
        FieldValue::Cleared => Truth::No,
        FieldValue::Text(field) => match search {
            Search::Contains => field.contains(text),
            Search::StartsWith => field.starts_with(text),
            Search::EndsWith => field.ends_with(text),
        }
        .into(),
        _ => Truth::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Fields;

    struct Lead(Fields);

    impl View for Lead {
        fn value(&self, name: &Name) -> Option<FieldValue> {
            self.0.get(&name.field).cloned()
        }
    }

    fn name(field: &str) -> Name {
        Name { root: Root::Lead, field: field.into(), lowered: false }
    }

    fn lead() -> Lead {
        Lead(Fields::from([
            ("country".into(), "DE".into()),
            ("employees".into(), FieldValue::Whole(340)),
            ("size".into(), "340".into()),
            ("state".into(), FieldValue::Cleared),
            ("customer".into(), FieldValue::Bool(false)),
        ]))
    }

    #[test]
    fn the_unknown_is_neither_yes_nor_no() {
        use Comparison::*;
        let text = |text: &str| Literal::Text(text.into());
        let cases = [
            (Condition::Compare(name("country"), Equal, text("DE")), Truth::Yes),
            (Condition::Compare(name("country"), NotEqual, text("DE")), Truth::No),
            (Condition::Compare(name("city"), Equal, text("Berlin")), Truth::Unknown),
            (Condition::Compare(name("city"), NotEqual, text("Berlin")), Truth::Unknown),
            (Condition::Compare(name("state"), Equal, text("")), Truth::Yes),
            (Condition::Compare(name("state"), NotEqual, text("Hesse")), Truth::Yes),
            (Condition::Compare(name("state"), Less, Literal::Number(3.0)), Truth::No),
            (
                Condition::Compare(name("employees"), GreaterOrEqual, Literal::Number(340.0)),
                Truth::Yes,
            ),
            (Condition::Compare(name("size"), Greater, Literal::Number(339.0)), Truth::Yes),
            (Condition::Compare(name("country"), Greater, Literal::Number(1.0)), Truth::Unknown),
            (Condition::IsTrue(name("customer")), Truth::No),
            (Condition::Has(name("state")), Truth::No),
            (Condition::Has(name("city")), Truth::No),
            (Condition::In(name("country"), vec![text("AT"), text("DE")]), Truth::Yes),
        ];
        for (condition, expected) in cases {
            assert_eq!(condition.holds(&lead()), expected, "{condition:?}");
        }
    }

    #[test]
    fn unknown_parts_decide_only_where_they_matter() {
        let unknown = || Condition::IsTrue(name("city"));
        let (yes, no) = (Condition::Always(true), Condition::Always(false));
        let cases = [
            (Condition::All(vec![yes.clone(), unknown()]), Truth::Unknown),
            (Condition::All(vec![no.clone(), unknown()]), Truth::No),
            (Condition::Any(vec![yes, unknown()]), Truth::Yes),
            (Condition::Any(vec![no, unknown()]), Truth::Unknown),
            (Condition::Not(Box::new(unknown())), Truth::Unknown),
        ];
        for (condition, expected) in cases {
            assert_eq!(condition.holds(&lead()), expected, "{condition:?}");
        }
    }
}
