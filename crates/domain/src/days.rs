//! Whole days, from a first to a last one.

use jiff::civil::Date;
use serde::Serialize;

/// The most days of one stretch: whoever writes more has mistaken the year.
pub const DAYS_MAX: i32 = 731;

/// Days from the first to the last, both included; the last is not before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Days {
    first_on: Date,
    last_on: Date,
}

/// Why two days are none, in the order in which the reasons are looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DaysRefusal {
    /// The last day comes first.
    #[error("the first day, {0}, comes after the last, {1}: turn them round")]
    TurnedRound(Date, Date),
    /// It is too long to be meant.
    #[error("these are {0} days: write at most {DAYS_MAX}, and look at the year")]
    TooMany(i32),
}

impl Days {
    /// The days from one to another.
    ///
    /// # Errors
    /// [`DaysRefusal`].
    pub fn new(first_on: Date, last_on: Date) -> Result<Days, DaysRefusal> {
        if last_on < first_on {
            return Err(DaysRefusal::TurnedRound(first_on, last_on));
        }
        let days = (last_on - first_on).get_days() + 1;
        if days > DAYS_MAX {
            return Err(DaysRefusal::TooMany(days));
        }
        Ok(Days { first_on, last_on })
    }

    /// The first day.
    pub fn first_on(&self) -> Date {
        self.first_on
    }

    /// The last day.
    pub fn last_on(&self) -> Date {
        self.last_on
    }

    /// Whether a day is one of them.
    pub fn hold(&self, day: Date) -> bool {
        self.first_on <= day && day <= self.last_on
    }

    /// Whether a day is one of both.
    pub fn meet(&self, other: &Days) -> bool {
        self.first_on <= other.last_on && other.first_on <= self.last_on
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(first: &str, last: &str) -> Result<Days, DaysRefusal> {
        Days::new(first.parse().unwrap(), last.parse().unwrap())
    }

    #[test]
    fn the_last_day_is_not_before_the_first_nor_years_after_it() {
        assert!(days("2026-12-03", "2026-12-03").is_ok());
        let turned = days("2026-12-03", "2026-12-02").unwrap_err().to_string();
        assert!(turned.contains("turn them round"), "{turned}");
        assert!(days("2026-01-01", "2028-01-01").is_ok(), "{DAYS_MAX} days");
        assert_eq!(days("2026-01-01", "2028-01-02"), Err(DaysRefusal::TooMany(732)));
    }

    #[test]
    fn both_ends_are_included() {
        let week = days("2026-12-07", "2026-12-11").unwrap();
        let cases = [
            ("2026-12-06", "2026-12-06", false),
            ("2026-12-06", "2026-12-07", true),
            ("2026-12-09", "2026-12-09", true),
            ("2026-12-11", "2026-12-31", true),
            ("2026-12-12", "2026-12-31", false),
        ];
        for (first, last, expected) in cases {
            let other = days(first, last).unwrap();
            assert_eq!((week.meet(&other), other.meet(&week)), (expected, expected), "{first}");
        }
        assert!(week.hold("2026-12-11".parse().unwrap()));
        assert!(!week.hold("2026-12-12".parse().unwrap()));
    }
}
