//! Spreads of spans of time: median, p75, p90, and what is still running.
//!
//! Quantiles are linear between neighbours (type 7 of Hyndman and Fan; `PERCENTILE.INC` of a
//! spreadsheet): with the values in order as x₀ … xₙ₋₁ and h = (n − 1)·p, the quantile is
//! x at ⌊h⌋ plus the fraction of h towards the next. The median of an even number is so the mean
//! of the middle two, as everybody expects who checks it by hand.

use serde::{Serialize, Serializer};

use crate::counted::{Counted, Part};

/// The unit of a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SpanUnit {
    /// Seconds.
    Seconds,
    /// Calendar days.
    Days,
}

/// How spans of time are spread among the units that finished, and how many have not.
///
/// Those still open are not in the quantiles, so young cohorts look quick; that is why they are
/// counted beside them, and why [`crate::incidence`] exists. Source: domain.md 1.6.
///
/// In JSON: `{"unit":"days","n":3,"median":57.0,"p75":…,"p90":…,"rows":[{"row":…,"value":57}],
/// "open":{"n":1,"rows":[…]}}`; the quantiles are `null` when `n` is 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread<I> {
    unit: SpanUnit,
    parts: Vec<Part<I>>,
    open: Counted<I>,
}

impl<I> Spread<I> {
    /// The spread of `finished` spans, in `unit`, beside the units still `open`.
    pub fn of(
        unit: SpanUnit,
        finished: impl IntoIterator<Item = Part<I>>,
        open: Counted<I>,
    ) -> Spread<I> {
        let mut parts: Vec<Part<I>> = finished.into_iter().collect();
        parts.sort_by_key(|part| part.value);
        Spread { unit, parts, open }
    }

    /// The unit of the spans.
    pub fn unit(&self) -> SpanUnit {
        self.unit
    }

    /// How many finished.
    pub fn n(&self) -> u64 {
        self.parts.len() as u64
    }

    /// Those that finished, each with its span, shortest first.
    pub fn parts(&self) -> &[Part<I>] {
        &self.parts
    }

    /// Those that have not finished.
    pub fn open(&self) -> &Counted<I> {
        &self.open
    }

    /// The span that half did not exceed; nothing when n is 0.
    pub fn median(&self) -> Option<f64> {
        self.quantile_per_cent(50)
    }

    /// The span that three quarters did not exceed; nothing when n is 0.
    pub fn p75(&self) -> Option<f64> {
        self.quantile_per_cent(75)
    }

    /// The span that nine tenths did not exceed; nothing when n is 0.
    pub fn p90(&self) -> Option<f64> {
        self.quantile_per_cent(90)
    }

    /// The quantile in whole per cent, at most 100. The place is worked out in whole numbers, so
    /// that rounding cannot pick a neighbour.
    fn quantile_per_cent(&self, per_cent: usize) -> Option<f64> {
        let place = self.parts.len().checked_sub(1)? * per_cent;
        let (below, fraction) = (place / 100, place % 100);
        let low = self.parts[below].value;
        let high = self.parts.get(below + 1).map_or(low, |part| part.value);
        Some(low as f64 + (high - low) as f64 * fraction as f64 / 100.0)
    }
}

impl<I: Serialize> Serialize for Spread<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shape<'a, I> {
            unit: SpanUnit,
            n: u64,
            median: Option<f64>,
            p75: Option<f64>,
            p90: Option<f64>,
            rows: &'a [Part<I>],
            open: &'a Counted<I>,
        }
        Shape {
            unit: self.unit,
            n: self.n(),
            median: self.median(),
            p75: self.p75(),
            p90: self.p90(),
            rows: &self.parts,
            open: &self.open,
        }
        .serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(values: &[i64]) -> Spread<usize> {
        let parts = values.iter().enumerate().map(|(row, value)| Part { row, value: *value });
        Spread::of(SpanUnit::Days, parts, [99].into_iter().collect())
    }

    #[test]
    fn quantiles_are_linear_between_neighbours() {
        let cases: [(&[i64], [Option<f64>; 3]); 6] = [
            (&[], [None, None, None]),
            (&[7], [Some(7.0), Some(7.0), Some(7.0)]),
            (&[2, 1], [Some(1.5), Some(1.75), Some(1.9)]),
            (&[3, 1, 2], [Some(2.0), Some(2.5), Some(2.8)]),
            // numpy.percentile([15, 20, 35, 40, 50], …): 35, 40, 46.
            (&[15, 20, 35, 40, 50], [Some(35.0), Some(40.0), Some(46.0)]),
            (&[0, 0, 0, 10], [Some(0.0), Some(2.5), Some(7.0)]),
        ];
        for (values, expected) in cases {
            let spread = days(values);
            assert_eq!([spread.median(), spread.p75(), spread.p90()], expected, "{values:?}");
        }
    }

    #[test]
    fn open_units_are_counted_apart() {
        let json = serde_json::to_value(days(&[5, 3])).unwrap();
        assert_eq!((json["n"].as_u64(), json["open"]["n"].as_u64()), (Some(2), Some(1)));
        assert_eq!((json["unit"].as_str(), json["median"].as_f64()), (Some("days"), Some(4.0)));
        assert_eq!(json["rows"][0], serde_json::json!({"row": 1, "value": 3}));
    }
}
