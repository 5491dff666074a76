//! Fields: what another system says about a record, by name.

use std::collections::BTreeMap;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};

use crate::{ids::FactNo, money::Money};

/// Fields by name. Names are `snake_case` and keep the words of the source.
pub type Fields = BTreeMap<String, FieldValue>;

/// One field's value as it was reported.
///
/// A field that is absent from a report is *unknown* and changes nothing; [`FieldValue::Cleared`]
/// says that the source has it empty. The two are never mixed up. Dates are text, `2026-07-01`,
/// and instants text, `2026-07-01T10:00:00Z`; both sort as they read.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum FieldValue {
    /// The source says that the field is blank.
    Cleared,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Whole(i64),
    /// A number with a fraction.
    Number(f64),
    /// Money, in minor units.
    Money(Money),
    /// Text, a date or an instant.
    Text(String),
}

impl<'de> Deserialize<'de> for FieldValue {
    /// By the kind of the JSON value at once: pages read thousands of fields.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = FieldValue;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("null, true, false, a number, a text, or money")
    }

    fn visit_unit<E>(self) -> Result<FieldValue, E> {
        Ok(FieldValue::Cleared)
    }

    fn visit_bool<E>(self, is_so: bool) -> Result<FieldValue, E> {
        Ok(FieldValue::Bool(is_so))
    }

    fn visit_i64<E>(self, number: i64) -> Result<FieldValue, E> {
        Ok(FieldValue::Whole(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<FieldValue, E> {
        Ok(i64::try_from(number).map_or(FieldValue::Number(number as f64), FieldValue::Whole))
    }

    fn visit_f64<E>(self, number: f64) -> Result<FieldValue, E> {
        Ok(FieldValue::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<FieldValue, E> {
        Ok(FieldValue::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<FieldValue, E> {
        Ok(FieldValue::Text(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FieldValue, A::Error> {
        Money::deserialize(MapAccessDeserializer::new(map)).map(FieldValue::Money)
    }
}

impl FieldValue {
    /// The text of a text field.
    pub fn text(&self) -> Option<&str> {
        match self {
            FieldValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The amount of a money field.
    pub fn money(&self) -> Option<&Money> {
        match self {
            FieldValue::Money(money) => Some(money),
            _ => None,
        }
    }

    /// The value as a number, if it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            FieldValue::Whole(number) => Some(*number as f64),
            FieldValue::Number(number) => Some(*number),
            FieldValue::Money(money) => Some(money.major()),
            _ => None,
        }
    }
}

impl From<&str> for FieldValue {
    fn from(text: &str) -> Self {
        FieldValue::Text(text.to_owned())
    }
}

impl std::fmt::Display for FieldValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FieldValue::Cleared => f.write_str("(blank)"),
            FieldValue::Bool(true) => f.write_str("yes"),
            FieldValue::Bool(false) => f.write_str("no"),
            FieldValue::Whole(number) => write!(f, "{number}"),
            FieldValue::Number(number) => write!(f, "{number}"),
            FieldValue::Money(money) => write!(f, "{money}"),
            FieldValue::Text(text) => f.write_str(text),
        }
    }
}

/// Lays `reported` over `known`: a reported field replaces, an absent one keeps.
pub fn overlay(known: &mut Fields, reported: &Fields) {
    for (name, value) in reported {
        known.insert(name.clone(), value.clone());
    }
}

/// Lays a report over what is known, and notes the fact that each changed value comes from.
pub(crate) fn lay(
    known: &mut Fields,
    facts: &mut BTreeMap<String, FactNo>,
    reported: &Fields,
    no: FactNo,
) {
    for (name, value) in reported {
        if known.insert(name.clone(), value.clone()).as_ref() != Some(value) {
            facts.insert(name.clone(), no);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_every_kind_of_value_apart() {
        let json = r#"{"a":null,"b":true,"c":3,"d":2.5,"e":{"amount_minor":105,"currency":"EUR"},"f":"2026-07-01"}"#;
        let fields: Fields = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&fields).unwrap(), json);
        assert_eq!(fields["a"], FieldValue::Cleared);
        assert_eq!(fields["e"].number(), Some(1.05));
    }

    #[test]
    fn what_is_no_value_is_refused_and_a_huge_number_is_one() {
        let read = |json: &str| serde_json::from_str::<FieldValue>(json);
        assert_eq!(read("9223372036854775807").unwrap(), FieldValue::Whole(i64::MAX));
        assert_eq!(read("9223372036854775808").unwrap(), FieldValue::Number(9223372036854775808.0));
        for json in ["[1]", "{}", r#"{"amount_minor":1}"#, r#"{"a":"b"}"#] {
            assert!(read(json).is_err(), "{json}");
        }
    }

    #[test]
    fn an_absent_field_keeps_and_a_blank_one_clears() {
        let mut known = Fields::from([("a".into(), "1".into()), ("b".into(), "2".into())]);
        overlay(&mut known, &Fields::from([("b".into(), FieldValue::Cleared)]));
        assert_eq!(known["a"], "1".into());
        assert_eq!(known["b"], FieldValue::Cleared);
    }
}
