//! Days that a list is asked for: the last ones, or from one to another.

use jiff::{Timestamp, ToSpan, civil::Date};
use store::read::Span;

use crate::show::LocalTime;

/// The ready-made periods.
pub(crate) const PERIODS: [&str; 3] = ["7", "30", "90"];

/// The last days, or from one day to another, both included.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) days: String,
    pub(crate) from: String,
    pub(crate) to: String,
}

impl Period {
    /// How many of the last days, where it is one of the ready-made periods.
    pub(crate) fn last_days(&self) -> Option<i32> {
        PERIODS.contains(&self.days.as_str()).then(|| self.days.parse().ok()).flatten()
    }

    pub(crate) fn first(&self) -> Option<Date> {
        self.from.parse().ok()
    }

    pub(crate) fn last(&self) -> Option<Date> {
        self.to.parse().ok()
    }

    pub(crate) fn is_said(&self) -> bool {
        self.last_days().is_some() || self.first().is_some() || self.last().is_some()
    }

    /// What of it holds, in words for the address: days, first day, last day.
    pub(crate) fn said(&self) -> [&str; 3] {
        match (self.last_days(), self.first(), self.last()) {
            (Some(_), ..) => [&self.days, "", ""],
            (None, first, last) => [
                "",
                if first.is_some() { &self.from } else { "" },
                if last.is_some() { &self.to } else { "" },
            ],
        }
    }

    /// It in words, where it says anything.
    pub(crate) fn words(&self, time: &LocalTime) -> Option<String> {
        if let Some(days) = self.last_days() {
            return Some(format!("in the last {days} days"));
        }
        let day = |day| time.day_words(day);
        Some(match (self.first(), self.last()) {
            (None, None) => return None,
            (Some(first), None) => format!("since {}", day(first)),
            (None, Some(last)) => format!("until {}", day(last)),
            (Some(first), Some(last)) if first == last => format!("on {}", day(first)),
            (Some(first), Some(last)) => format!("from {} to {}", day(first), day(last)),
        })
    }

    /// The first and the last day, both included; the ready-made periods end today.
    pub(crate) fn days_of(&self, time: &LocalTime) -> (Option<Date>, Option<Date>) {
        match self.last_days() {
            Some(days) => {
                let today = time.now().to_zoned(time.zone().clone()).date();
                (today.checked_sub((days - 1).days()).ok(), Some(today))
            }
            None => (self.first(), self.last()),
        }
    }

    /// In days of the firm; the ready-made periods end today, with today among them.
    pub(crate) fn span(&self, time: &LocalTime) -> Span {
        if let Some(days) = self.last_days() {
            let today = time.now().to_zoned(time.zone().clone()).date();
            let first = today.checked_sub((days - 1).days()).ok();
            return Span { from: begin(first, time), before: None };
        }
        let day_after = self.last().and_then(after);
        Span { from: begin(self.first(), time), before: begin(day_after, time) }
    }
}

pub(crate) fn after(day: Date) -> Option<Date> {
    day.checked_add(1.day()).ok()
}

/// When a day begins; nothing for a day at the very ends of time.
pub(crate) fn begin(day: Option<Date>, time: &LocalTime) -> Option<Timestamp> {
    Some(day?.to_zoned(time.zone().clone()).ok()?.timestamp())
}
