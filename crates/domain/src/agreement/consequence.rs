//! "If we miss, we will …": what opens by itself at the end of a period that was missed.

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Weekday},
    tz::TimeZone,
};

use super::handoff::Within;
use crate::{firm::Side, window::Window};

/// What follows of itself when something is missed.
#[derive(Debug, Clone, PartialEq)]
pub struct Consequence {
    /// Its key.
    pub id: String,
    /// Its clause.
    pub clause: String,
    /// Its sentence, as signed.
    pub says: String,
    /// Whose duty the action is.
    pub side: Side,
    /// What is looked at.
    pub of: Watched,
    /// The action, as a sentence.
    pub action: String,
    /// The e-mail address, or the user id, of whoever does it.
    pub owner: String,
    /// Until when it is to be done, from the end of the period.
    pub due_within: Within,
}

/// What a consequence looks at, and in which periods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// What it looks at.
    pub what: Looked,
    /// In which periods.
    pub every: Every,
}

/// What is to be reached in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looked {
    /// A share of the clocks of a service level that fall due in it.
    Level {
        /// Which service level.
        service_level: String,
        /// The share of its clocks to be met, in thousandths.
        goal_per_mille: i64,
    },
    /// A goal of the Agreement, by its key, in its own days.
    Goal(String),
}

impl Looked {
    /// The key of the service level or the goal.
    pub fn key(&self) -> &str {
        match self {
            Looked::Level { service_level, .. } => service_level,
            Looked::Goal(goal) => goal,
        }
    }
}

/// Periods at whose ends a consequence looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// From Monday to Sunday.
    Week,
    /// A month of the calendar.
    Month,
    /// A quarter of the calendar.
    Quarter,
    /// The days of a goal, both included.
    Days(Date, Date),
}

impl Every {
    /// Each period that comes again, with its key.
    pub const ALL: [(&'static str, Every); 3] =
        [("week", Every::Week), ("month", Every::Month), ("quarter", Every::Quarter)];

    /// The period that a day is in: its first day and the first day after it.
    fn around(self, day: Date) -> Option<Window<Date>> {
        let months =
            |from: Date, n: i32| Some(Window { from, before: from.checked_add(n.months()).ok()? });
        match self {
            Every::Week => {
                let days = i64::from(day.weekday().since(Weekday::Monday));
                let from = day.checked_sub(days.days()).ok()?;
                Some(Window { from, before: from.checked_add(7.days()).ok()? })
            }
            Every::Month => months(day.first_of_month(), 1),
            Every::Quarter => {
                let first = Date::new(day.year(), (day.month() - 1) / 3 * 3 + 1, 1).ok()?;
                months(first, 3)
            }
            Every::Days(from, to) => Some(Window { from, before: to.tomorrow().ok()? }),
        }
    }

    /// The periods that ended after one instant and up to another, by the calendar of a zone, the
    /// first first.
    pub fn ended(self, after: Timestamp, up_to: Timestamp, zone: &TimeZone) -> Vec<Ended> {
        let mut ended = Vec::new();
        let mut day = zone.to_datetime(after).date();
        while let Some(days) = self.around(day) {
            let instant = |day: Date| day.to_zoned(zone.clone()).map(|at| at.timestamp());
            let (Ok(from), Ok(before)) = (instant(days.from), instant(days.before)) else { break };
            if before > up_to {
                break;
            }
            if before > after {
                ended.push(Ended { days, instants: Window { from, before } });
            }
            if matches!(self, Every::Days(..)) {
                break;
            }
            day = days.before;
        }
        ended
    }
}

/// A period that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Its days.
    pub days: Window<Date>,
    /// The same as instants.
    pub instants: Window<Timestamp>,
}

/// Whether so many of so many are fewer than the share that was agreed, in thousandths. Nothing of
/// nothing is no miss.
pub fn is_missed(hits: u64, n: u64, goal_per_mille: i64) -> bool {
    let (hits, n, goal) = (i128::from(hits), i128::from(n), i128::from(goal_per_mille));
    n > 0 && hits * 1000 < goal * n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_has_ended_once_its_last_day_is_over() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let days = |every: Every, after: &str, up_to: &str| -> Vec<String> {
            let ended = every.ended(at(after), at(up_to), &zone);
            ended
                .iter()
                .map(|ended| format!("{}..{}", ended.days.from, ended.days.before))
                .collect()
        };
        // Monday 16 November 2026, midnight in Berlin, is 23:00 in UTC.
        let cases: [(Every, &str, &str, &[&str]); 7] = [
            (Every::Week, "2026-11-10T09:00:00Z", "2026-11-15T22:59:59Z", &[]),
            (
                Every::Week,
                "2026-11-10T09:00:00Z",
                "2026-11-15T23:00:00Z",
                &["2026-11-09..2026-11-16"],
            ),
            (Every::Week, "2026-11-15T23:00:00Z", "2026-11-20T09:00:00Z", &[]),
            (
                Every::Week,
                "2026-11-01T09:00:00Z",
                "2026-11-20T09:00:00Z",
                &["2026-10-26..2026-11-02", "2026-11-02..2026-11-09", "2026-11-09..2026-11-16"],
            ),
            (
                Every::Month,
                "2026-10-31T09:00:00Z",
                "2026-11-02T09:00:00Z",
                &["2026-10-01..2026-11-01"],
            ),
            (
                Every::Quarter,
                "2026-12-01T09:00:00Z",
                "2027-01-01T00:00:00Z",
                &["2026-10-01..2027-01-01"],
            ),
            (
                Every::Days(jiff::civil::date(2026, 11, 3), jiff::civil::date(2026, 11, 9)),
                "2026-11-01T00:00:00Z",
                "2026-11-20T00:00:00Z",
                &["2026-11-03..2026-11-10"],
            ),
        ];
        for (every, after, up_to, expected) in cases {
            assert_eq!(days(every, after, up_to), expected, "{every:?} {after}");
        }
    }

    #[test]
    fn a_share_that_is_just_reached_is_no_miss() {
        for (hits, n, expected) in [(9, 10, false), (8, 9, true), (0, 0, false), (0, 1, true)] {
            assert_eq!(is_missed(hits, n, 900), expected, "{hits} of {n}");
        }
    }
}
