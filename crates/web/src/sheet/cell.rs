//! What stands in one cell of a list that is downloaded.

use domain::{
    field::FieldValue,
    money::{Currency, Money},
    points::Points,
};
use jiff::Timestamp;

/// A value that keeps its kind: text is never a formula, and a number can be added up.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// Nothing known.
    Blank,
    /// Text as it is.
    Text(String),
    /// A number with so many decimals, in units of the last.
    Number {
        /// Units of the last decimal.
        units: i64,
        /// How many decimals there are.
        decimals: u32,
    },
    /// A number of another system with a fraction.
    Fraction(f64),
    /// Points.
    Points(Points),
    /// An instant, in UTC.
    At(Timestamp),
}

impl Cell {
    /// An amount in whole units with the currency's decimals; a plain number without a currency.
    pub(crate) fn amount(minor: i64, currency: Option<Currency>) -> Cell {
        let decimals = currency.map_or(0, |currency| currency.minor_digits());
        Cell::Number { units: minor, decimals }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        if text.is_empty() { Cell::Blank } else { Cell::Text(text.to_owned()) }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        if text.is_empty() { Cell::Blank } else { Cell::Text(text) }
    }
}

impl From<u32> for Cell {
    fn from(count: u32) -> Cell {
        Cell::Number { units: count.into(), decimals: 0 }
    }
}

impl From<Points> for Cell {
    fn from(points: Points) -> Cell {
        Cell::Points(points)
    }
}

impl From<Timestamp> for Cell {
    fn from(at: Timestamp) -> Cell {
        Cell::At(at)
    }
}

impl From<&FieldValue> for Cell {
    fn from(value: &FieldValue) -> Cell {
        match value {
            FieldValue::Cleared => Cell::Blank,
            FieldValue::Whole(units) => Cell::Number { units: *units, decimals: 0 },
            FieldValue::Number(number) => Cell::Fraction(*number),
            FieldValue::Money(Money { amount_minor, currency }) => {
                Cell::amount(*amount_minor, Some(*currency))
            }
            FieldValue::Text(text) => Cell::from(text.as_str()),
            FieldValue::Bool(_) => Cell::Text(value.to_string()),
        }
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Cell {
        value.map_or(Cell::Blank, Into::into)
    }
}

/// A number as written: `-12.50`.
pub(super) fn decimal(units: i64, decimals: u32) -> String {
    let unit = 10_u64.saturating_pow(decimals);
    let sign = if units < 0 { "-" } else { "" };
    let (whole, rest) = (units.unsigned_abs() / unit, units.unsigned_abs() % unit);
    match decimals as usize {
        0 => format!("{sign}{whole}"),
        digits => format!("{sign}{whole}.{rest:0digits$}"),
    }
}
