//! Windows of time, by instants or by dates.

use jiff::{Timestamp, civil::Date};
use serde::Serialize;

/// A point in time as a report needs it: an instant, or a date where the source knows no more.
/// One report uses one of the two throughout.
pub trait Moment: Copy + Ord + Serialize {
    /// The seconds from `self` to `later`, negative when `later` is earlier. Between dates, a day
    /// is 86,400 s: a date has no zone and so no day of 23 hours.
    fn seconds_to(self, later: Self) -> i64;
}

impl Moment for Timestamp {
    fn seconds_to(self, later: Timestamp) -> i64 {
        later.as_second()
            - self.as_second()
            - i64::from(later.subsec_nanosecond() < self.subsec_nanosecond())
    }
}

impl Moment for Date {
    fn seconds_to(self, later: Date) -> i64 {
        days_between(self, later) * 86_400
    }
}

/// The calendar days from `from` to `to`; the same date is 0, an earlier one negative.
pub fn days_between(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

/// The whole days of 24 hours from one instant to another.
pub fn whole_days(from: Timestamp, to: Timestamp) -> i64 {
    from.duration_until(to).as_secs().div_euclid(86_400)
}

/// A window of time, half open: `from` is in it, `before` is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Window<M> {
    /// The first moment in the window.
    pub from: M,
    /// The first moment after it.
    pub before: M,
}

impl<M: Moment> Window<M> {
    /// Whether the moment is in the window.
    pub fn has(&self, moment: M) -> bool {
        self.from <= moment && moment < self.before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_whole_seconds_gone_by() {
        let cases = [
            ("2026-01-01T00:00:00Z", "2026-01-01T00:00:01.5Z", 1),
            ("2026-01-01T00:00:00.9Z", "2026-01-01T00:00:01.5Z", 0),
            ("2026-01-01T00:00:01Z", "2026-01-01T00:00:00.5Z", -1),
            ("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z", 86_400),
        ];
        for (from, to, seconds) in cases {
            let [from_at, to_at] = [from, to].map(|text| text.parse::<Timestamp>().unwrap());
            assert_eq!(from_at.seconds_to(to_at), seconds, "{from} {to}");
        }
    }

    #[test]
    fn days_are_counted_on_the_calendar() {
        let cases = [("2026-03-01", 0), ("2026-03-02", 1), ("2026-02-27", -2), ("2027-03-01", 365)];
        let from = "2026-03-01".parse::<Date>().unwrap();
        for (to, days) in cases {
            assert_eq!(days_between(from, to.parse().unwrap()), days, "{to}");
        }
    }

    #[test]
    fn a_window_has_its_first_moment_and_not_its_end() {
        let [from, before] = ["2026-03-01", "2026-04-01"].map(|day| day.parse::<Date>().unwrap());
        let march = Window { from, before };
        assert!(march.has(from) && !march.has(before));
    }
}
