//! Numbers that list the rows they were counted or added up from.

use serde::{Serialize, Serializer};

/// A count and the rows counted, so that a page can open the number.
///
/// Invariant: `n` is the number of `rows`. In JSON: `{"n":2,"rows":["crm:1","crm:2"]}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted<I> {
    rows: Vec<I>,
}

impl<I> Counted<I> {
    /// How many.
    pub fn n(&self) -> u64 {
        self.rows.len() as u64
    }

    /// The rows behind the number, in the order in which the report was given them.
    pub fn rows(&self) -> &[I] {
        &self.rows
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn push(&mut self, row: I) {
        self.rows.push(row);
    }
}

impl<I> Default for Counted<I> {
    fn default() -> Counted<I> {
        Counted { rows: Vec::new() }
    }
}

impl<I> FromIterator<I> for Counted<I> {
    fn from_iter<R: IntoIterator<Item = I>>(rows: R) -> Counted<I> {
        Counted { rows: rows.into_iter().collect() }
    }
}

impl<I: Serialize> Serialize for Counted<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shape<'a, I> {
            n: u64,
            rows: &'a [I],
        }
        Shape { n: self.n(), rows: &self.rows }.serialize(serializer)
    }
}

/// One row and what it brings to a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part<I> {
    /// The row.
    pub row: I,
    /// What it brings, in the unit of the figure.
    pub value: i64,
}

/// A sum and the rows it adds up, each with what it brings.
///
/// Invariant: `total` is the sum of the parts. In JSON:
/// `{"total":300,"n":2,"rows":[{"row":"crm:1","value":100},{"row":"crm:2","value":200}]}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Total<I> {
    parts: Vec<Part<I>>,
}

impl<I> Total<I> {
    /// The sum, in the unit of the figure (minor units for money). Stops at the largest `i64`.
    pub fn total(&self) -> i64 {
        let sum: i128 = self.parts.iter().map(|part| i128::from(part.value)).sum();
        sum.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
    }

    /// How many rows are added up.
    pub fn n(&self) -> u64 {
        self.parts.len() as u64
    }

    /// The rows, each with what it brings.
    pub fn parts(&self) -> &[Part<I>] {
        &self.parts
    }

    /// The arithmetic mean, rounded half up to a whole unit; nothing of no rows.
    pub fn mean(&self) -> Option<i64> {
        let n = self.parts.len() as i64;
        (n > 0).then(|| {
            (2 * i128::from(self.total()) + i128::from(n)).div_euclid(2 * i128::from(n)) as i64
        })
    }
}

impl<I> Default for Total<I> {
    fn default() -> Total<I> {
        Total { parts: Vec::new() }
    }
}

impl<I> FromIterator<Part<I>> for Total<I> {
    fn from_iter<P: IntoIterator<Item = Part<I>>>(parts: P) -> Total<I> {
        Total { parts: parts.into_iter().collect() }
    }
}

impl<I: Serialize> Serialize for Total<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shape<'a, I> {
            total: i64,
            n: u64,
            rows: &'a [Part<I>],
        }
        Shape { total: self.total(), n: self.n(), rows: &self.parts }.serialize(serializer)
    }
}

/// A worked-out number, or the words why there is none. Never 0 or 100 % of nothing.
///
/// In JSON: `{"value":0.875,"why_not":null}` or `{"value":null,"why_not":"too early to project"}`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Measure {
    /// The number, in the unit of the figure.
    Is(f64),
    /// Why it cannot be told, in small letters, fit to follow `not measurable: `.
    Cannot(&'static str),
}

impl Measure {
    /// `numerator / denominator`, or why not when the denominator is 0.
    pub fn ratio(numerator: f64, denominator: f64, why_not: &'static str) -> Measure {
        if denominator == 0.0 {
            Measure::Cannot(why_not)
        } else {
            Measure::Is(numerator / denominator)
        }
    }

    /// The number, if there is one.
    pub fn value(self) -> Option<f64> {
        match self {
            Measure::Is(value) => Some(value),
            Measure::Cannot(_) => None,
        }
    }

    /// Why there is no number, if there is none.
    pub fn why_not(self) -> Option<&'static str> {
        match self {
            Measure::Is(_) => None,
            Measure::Cannot(why) => Some(why),
        }
    }
}

impl Serialize for Measure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shape {
            value: Option<f64>,
            why_not: Option<&'static str>,
        }
        Shape { value: self.value(), why_not: self.why_not() }.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(values: &[i64]) -> Total<u32> {
        (0..).zip(values).map(|(row, value)| Part { row, value: *value }).collect()
    }

    #[test]
    fn the_number_is_the_rows() {
        let counted: Counted<&str> = ["a", "b"].into_iter().collect();
        assert_eq!(serde_json::to_string(&counted).unwrap(), r#"{"n":2,"rows":["a","b"]}"#);
        let json = r#"{"total":5,"n":2,"rows":[{"row":0,"value":2},{"row":1,"value":3}]}"#;
        assert_eq!(serde_json::to_string(&total(&[2, 3])).unwrap(), json);
    }

    #[test]
    fn a_mean_is_rounded_half_up() {
        let cases: [(&[i64], _); 5] = [
            (&[], None),
            (&[1, 2], Some(2)),
            (&[1, 1, 2], Some(1)),
            (&[-1, -2], Some(-1)),
            (&[i64::MAX, 1], Some(i64::MAX / 2 + 1)),
        ];
        for (values, mean) in cases {
            assert_eq!(total(values).mean(), mean, "{values:?}");
        }
    }

    #[test]
    fn a_measure_without_a_number_says_why() {
        let none = Measure::ratio(1.0, 0.0, "nothing was won");
        let json = r#"{"value":null,"why_not":"nothing was won"}"#;
        assert_eq!(serde_json::to_string(&none).unwrap(), json);
        assert_eq!(Measure::ratio(1.0, 4.0, "").value(), Some(0.25));
    }
}
