//! How soon a qualified lead is answered: what was seen, rounded to a number that people say.

use jiff::{Timestamp, civil::Time, tz::TimeZone};

use super::seen::{FEW, SeenLead};
use crate::{
    calendar::{Calendar, Closes, OpenHours},
    counted::{Counted, Part},
    rate::Rate,
    spread::{SpanUnit, Spread},
};

/// The working hours of a day in [`office`].
const DAY_HOURS: i64 = 8;
/// Lengths of time that people say, the shortest first.
pub const SAID: [AnswerWithin; 8] = [
    AnswerWithin::Hours(1),
    AnswerWithin::Hours(2),
    AnswerWithin::Hours(4),
    AnswerWithin::WorkingDays(1),
    AnswerWithin::WorkingDays(2),
    AnswerWithin::WorkingDays(3),
    AnswerWithin::WorkingDays(5),
    AnswerWithin::WorkingDays(10),
];

/// How soon a lead is answered.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerTime {
    /// The length that the draft has.
    pub within: AnswerWithin,
    /// The length that what was seen suggests.
    pub proposed: AnswerWithin,
    /// What it rests on; nothing where fewer than [`FEW`] answers were seen.
    pub seen: Option<SeenAnswers>,
    /// How many first answers were seen whose times are known to the hour.
    pub n: u64,
}

/// The first answers that were seen, in working hours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeenAnswers {
    /// Half came within so many working seconds.
    pub median: f64,
    /// Three quarters came within so many.
    pub p75: f64,
    /// Those that came within the proposed length.
    pub kept: Rate,
}

/// A length of time in working hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerWithin {
    /// So many working hours.
    Hours(u32),
    /// By the close of the so-manieth working day.
    WorkingDays(u32),
}

impl AnswerWithin {
    /// In working seconds.
    fn seconds(self) -> i64 {
        match self {
            AnswerWithin::Hours(hours) => i64::from(hours) * 3_600,
            AnswerWithin::WorkingDays(days) => i64::from(days) * DAY_HOURS * 3_600,
        }
    }
}

/// Monday to Friday, nine to five: the hours of a firm that has not said others.
pub fn office() -> Calendar {
    let opens = Time::constant(9, 0, 0, 0);
    let closes = Time::constant(17, 0, 0, 0);
    let day = vec![OpenHours { opens, closes: Closes::At(closes) }];
    let week = std::array::from_fn(|weekday| if weekday < 5 { day.clone() } else { Vec::new() });
    Calendar::new("office", None, week, Vec::new()).expect("nine is before five")
}

impl AnswerTime {
    /// What the leads tell: the longest said length from the median to three quarters, else the
    /// shortest that half of the answers kept.
    pub(super) fn of(leads: &[SeenLead], zone: &TimeZone) -> AnswerTime {
        let office = office();
        let took = |lead: &SeenLead| {
            let (from, to) = (lead.given_at?, lead.touched_at?);
            let is_known = to >= from && !is_midnight(from) && !is_midnight(to);
            is_known.then(|| office.open_between(zone, from, to).as_secs())
        };
        let took: Vec<i64> = leads.iter().filter_map(took).collect();
        let n = took.len() as u64;
        let parts = took.iter().enumerate().map(|(row, value)| Part { row, value: *value });
        let none: Counted<usize> = std::iter::empty().collect();
        let spread = Spread::of(SpanUnit::Seconds, parts, none);
        let enough = |_: &f64| n >= FEW;
        let (Some(median), Some(p75)) = (spread.median().filter(enough), spread.p75()) else {
            let within = AnswerWithin::WorkingDays(1);
            return AnswerTime { within, proposed: within, seen: None, n };
        };
        let lies = |within: &AnswerWithin| within.seconds() as f64 >= median;
        let between = SAID.into_iter().rfind(|w| lies(w) && w.seconds() as f64 <= p75);
        let within = between.or_else(|| SAID.into_iter().find(lies)).unwrap_or(SAID[7]);
        let kept = took.iter().filter(|took| **took <= within.seconds()).count() as u64;
        let seen = Rate::of(kept, n).map(|kept| SeenAnswers { median, p75, kept });
        AnswerTime { within, proposed: within, seen, n }
    }
}

/// Whether an instant is what systems write for a day, and so tells no hour.
fn is_midnight(at: Timestamp) -> bool {
    at.as_second().rem_euclid(86_400) == 0
}
