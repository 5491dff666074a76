//! Values on their way into the database and back.
//!
//! There are four kinds and no more, because both databases have these four and mean the same by
//! them: instants are milliseconds, yes and no are 1 and 0, dates and JSON are text.

use domain::{
    field::Fields,
    ids::{
        AccountId, ActionId, CampaignId, ClockId, CollateralRequestId, DisputeId, FactNo,
        HandoffId, LeadId, OpportunityId, ProductId, UserId, Version,
    },
    points::Points,
};
use jiff::Timestamp;

use crate::error::StoreError;

/// One value of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value {
    /// Nothing known.
    Null,
    /// A whole number, an instant in milliseconds, or yes and no.
    Int(i64),
    /// Text, a date or JSON.
    Text(String),
    /// Bytes that are not text; in a healthy database there are none.
    Bytes(Vec<u8>),
}

impl Value {
    fn word(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Int(_) => "a number",
            Value::Text(_) => "text",
            Value::Bytes(_) => "bytes",
        }
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Int(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Value {
        Value::Int(number.into())
    }
}

impl From<bool> for Value {
    fn from(yes: bool) -> Value {
        Value::Int(yes.into())
    }
}

impl From<Timestamp> for Value {
    fn from(instant: Timestamp) -> Value {
        Value::Int(instant.as_millisecond())
    }
}

impl From<&str> for Value {
    /// PostgreSQL's text cannot hold NUL, and both databases must hold the same.
    fn from(text: &str) -> Value {
        if text.contains('\0') {
            return Value::Text(text.replace('\0', "\u{fffd}"));
        }
        Value::Text(text.to_owned())
    }
}

/// `text` as the databases keep it.
pub(crate) fn kept(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

impl From<&String> for Value {
    fn from(text: &String) -> Value {
        Value::from(text.as_str())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        if text.contains('\0') { Value::from(text.as_str()) } else { Value::Text(text) }
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

/// The values of a statement, in the order of their numbers.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::value::Value::from($value)),*] };
}
pub(crate) use values;

/// Something that a column can hold.
pub(crate) trait FromValue: Sized {
    /// What it is called in an error.
    const WANTED: &'static str;

    /// Reads it, or gives the value back.
    fn from_value(value: Value) -> Result<Self, Value>;
}

impl FromValue for i64 {
    const WANTED: &'static str = "a number";
    fn from_value(value: Value) -> Result<Self, Value> {
        match value {
            Value::Int(number) => Ok(number),
            other => Err(other),
        }
    }
}

impl FromValue for u32 {
    const WANTED: &'static str = "a small number";
    fn from_value(value: Value) -> Result<Self, Value> {
        let number = i64::from_value(value)?;
        u32::try_from(number).map_err(|_| Value::Int(number))
    }
}

impl FromValue for bool {
    const WANTED: &'static str = "0 or 1";
    fn from_value(value: Value) -> Result<Self, Value> {
        match value {
            Value::Int(0) => Ok(false),
            Value::Int(1) => Ok(true),
            other => Err(other),
        }
    }
}

impl FromValue for String {
    const WANTED: &'static str = "text";
    fn from_value(value: Value) -> Result<Self, Value> {
        match value {
            Value::Text(text) => Ok(text),
            other => Err(other),
        }
    }
}

impl FromValue for Timestamp {
    const WANTED: &'static str = "an instant";
    fn from_value(value: Value) -> Result<Self, Value> {
        let number = i64::from_value(value)?;
        Timestamp::from_millisecond(number).map_err(|_| Value::Int(number))
    }
}

impl<T: FromValue> FromValue for Option<T> {
    const WANTED: &'static str = T::WANTED;
    fn from_value(value: Value) -> Result<Self, Value> {
        match value {
            Value::Null => Ok(None),
            other => T::from_value(other).map(Some),
        }
    }
}

/// Text ids go in and come out as their text.
macro_rules! text_ids {
    ($($id:ident),*) => { $(
        impl From<&$id> for Value {
            fn from(id: &$id) -> Value {
                Value::from(id.as_str())
            }
        }

        impl FromValue for $id {
            const WANTED: &'static str = "an id";
            fn from_value(value: Value) -> Result<Self, Value> {
                String::from_value(value).map($id)
            }
        }
    )* };
}

text_ids!(
    AccountId,
    ActionId,
    CampaignId,
    ClockId,
    CollateralRequestId,
    DisputeId,
    HandoffId,
    LeadId,
    OpportunityId,
    ProductId,
    UserId
);

/// Numbers with a name go in and come out as their number.
macro_rules! numbers {
    ($($number:ident),*) => { $(
        impl From<$number> for Value {
            fn from(number: $number) -> Value {
                Value::from(number.0)
            }
        }

        impl FromValue for $number {
            const WANTED: &'static str = "a number";
            fn from_value(value: Value) -> Result<Self, Value> {
                FromValue::from_value(value).map($number)
            }
        }
    )* };
}

numbers!(FactNo, Version, Points);

/// A value kept as JSON text. Maps have their keys sorted, so that equal values are equal texts.
pub(crate) struct Json<T>(pub T);

impl<T: serde::de::DeserializeOwned> FromValue for Json<T> {
    const WANTED: &'static str = "JSON";
    fn from_value(value: Value) -> Result<Self, Value> {
        let text = String::from_value(value)?;
        serde_json::from_str(&text).map(Json).map_err(|_| Value::Text(text))
    }
}

/// `value` as JSON text.
pub(crate) fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("what we keep as JSON has text for keys")
}

impl FromValue for Fields {
    const WANTED: &'static str = "fields as JSON";
    fn from_value(value: Value) -> Result<Self, Value> {
        Json::from_value(value).map(|Json(fields)| fields)
    }
}

/// One row of an answer; its values are taken from left to right.
#[derive(Debug)]
pub(crate) struct Row {
    doing: &'static str,
    next: usize,
    values: std::vec::IntoIter<Value>,
}

impl Row {
    pub(crate) fn new(doing: &'static str, values: Vec<Value>) -> Row {
        Row { doing, next: 0, values: values.into_iter() }
    }

    /// The next column.
    ///
    /// # Errors
    /// [`StoreError::Column`] when it holds something else.
    pub(crate) fn next<T: FromValue>(&mut self) -> Result<T, StoreError> {
        let column = self.next;
        self.next += 1;
        let value = self.values.next().unwrap_or(Value::Null);
        T::from_value(value).map_err(|value| StoreError::Column {
            doing: self.doing,
            column,
            found: value.word(),
            wanted: T::WANTED,
        })
    }

    /// The columns not yet taken, as they are.
    pub(crate) fn rest(self) -> Vec<Value> {
        self.values.collect()
    }
}
