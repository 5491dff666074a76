//! Requests: somebody asks a named colleague for something by a day, who answers once. What is wanted
//! and what was answered stand beside the ledger. Source: domain.md 2.4 for the due instant.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{
    agreement::Agreement,
    calendar::Calendar,
    firm::Side,
    ids::{CollateralRequestId, Subject, UserId, Version},
    people::WorkingHours,
};

/// Somebody asks a colleague for something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CollateralRequestMade {
    /// Which request.
    pub request: CollateralRequestId,
    /// Who asks.
    pub by: UserId,
    /// On which side they stand.
    pub side: Side,
    /// Who is asked.
    pub asked: UserId,
    /// On which side they stand.
    pub asked_side: Side,
    /// The lead or opportunity that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Subject>,
    /// By which day it is needed, by the calendar of whoever is asked.
    pub needed_on: Date,
    /// The end of that working day.
    pub due_at: Timestamp,
    /// The calendar that says when the day ends, and the version that has it; absent where no version
    /// was in force, and each day counted to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_calendar: Option<ByCalendar>,
    /// The salted hash of what is wanted and why.
    pub words: String,
}

/// Whose hours say when a day ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByCalendar {
    /// The version in force.
    pub version: Version,
    /// The calendar's key there.
    pub calendar: String,
}

/// How a request is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CollateralAnswer {
    /// It is there.
    Delivered,
    /// It will not be made.
    Declined,
}

/// Why a request is declined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeclineReason {
    /// Something that serves is there already.
    ThereAlready,
    /// Not by that day.
    NoTime,
    /// Somebody else makes such things.
    NotOurs,
    /// Too little is known to make it.
    TooLittleKnown,
}

impl DeclineReason {
    /// Each with its key and its words.
    pub const ALL: [(DeclineReason, &'static str, &'static str); 4] = [
        (DeclineReason::ThereAlready, "there_already", "something that serves is there already"),
        (DeclineReason::NoTime, "no_time", "there is no time for it by that day"),
        (DeclineReason::NotOurs, "not_ours", "somebody else makes such things"),
        (DeclineReason::TooLittleKnown, "too_little_known", "too little is known to make it"),
    ];

    /// The one with a key.
    pub fn of_key(key: &str) -> Option<DeclineReason> {
        DeclineReason::ALL.iter().find(|(_, known, _)| *known == key).map(|(reason, ..)| *reason)
    }

    /// Its key.
    pub fn key(self) -> &'static str {
        DeclineReason::ALL.iter().find(|(reason, ..)| *reason == self).expect("all are listed").1
    }

    /// Its words.
    pub fn words(self) -> &'static str {
        DeclineReason::ALL.iter().find(|(reason, ..)| *reason == self).expect("all are listed").2
    }
}

/// Whoever is asked answers, once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CollateralRequestAnswered {
    /// Which request.
    pub request: CollateralRequestId,
    /// How.
    pub answer: CollateralAnswer,
    /// Why it is declined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<DeclineReason>,
    /// Who answers.
    pub by: UserId,
    /// The salted hash of where it is, or of what was said.
    pub words: String,
}

/// Whoever asked needs it no more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CollateralRequestWithdrawn {
    /// Which request.
    pub request: CollateralRequestId,
    /// Who takes it back.
    pub by: UserId,
}

/// Under what name is kept what is wanted, and why.
pub fn wanted_name(request: &CollateralRequestId) -> String {
    format!("request/{request}/wanted")
}

/// Under what name is kept what was answered.
pub fn answer_name(request: &CollateralRequestId) -> String {
    format!("request/{request}/answer")
}

/// What a request ended with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It was delivered.
    Delivered,
    /// It was declined.
    Declined,
    /// Whoever asked took it back.
    Withdrawn,
}

impl Ending {
    /// Every one.
    pub const ALL: [Ending; 3] = [Ending::Delivered, Ending::Declined, Ending::Withdrawn];

    /// It as a word, on screens and in the database.
    pub fn word(self) -> &'static str {
        match self {
            Ending::Delivered => "delivered",
            Ending::Declined => "declined",
            Ending::Withdrawn => "withdrawn",
        }
    }
}

/// How a request counts in the share delivered on time of whoever was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// Delivered by the day.
    Kept,
    /// Not delivered by the day. Late is late for ever, whatever came after.
    Missed,
    /// In neither: declined or withdrawn in time, not due yet, or left out by a ruling.
    Not,
}

/// The two ends of a request, each of which may contest what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Whoever asks.
    Asker,
    /// Whoever is asked.
    Asked,
}

impl Counts {
    /// Every one.
    pub const ALL: [Counts; 3] = [Counts::Kept, Counts::Missed, Counts::Not];

    /// Its key.
    pub fn key(self) -> &'static str {
        match self {
            Counts::Kept => "kept",
            Counts::Missed => "missed",
            Counts::Not => "not",
        }
    }

    /// How a request counts that was due, as at `now`; up to and including due is in time.
    pub fn of(due_at: Timestamp, ended: Option<(Ending, Timestamp)>, now: Timestamp) -> Counts {
        match ended {
            Some((_, at)) if at > due_at => Counts::Missed,
            None if now > due_at => Counts::Missed,
            Some((Ending::Delivered, _)) => Counts::Kept,
            _ => Counts::Not,
        }
    }

    /// How it counts once what became of it is overturned: what counts against whoever was asked
    /// counts no more, and anything else counts as not delivered by the day.
    pub fn overturned(self) -> Counts {
        match self {
            Counts::Missed => Counts::Not,
            Counts::Kept | Counts::Not => Counts::Missed,
        }
    }

    /// Whose end may contest what ended so: the one whom a ruling could help; nobody contests what
    /// was withdrawn in time.
    pub fn contested_by(self, ending: Ending) -> Option<End> {
        match (self, ending) {
            (Counts::Missed, _) => Some(End::Asked),
            (_, Ending::Withdrawn) => None,
            _ => Some(End::Asker),
        }
    }
}

/// Why a day is not taken, in the order in which the reasons are looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DayRefusal {
    /// The day is over.
    #[error("{0} is over where the one who is asked works: choose {1} or a later day")]
    Over(Date, Date),
    /// Nobody works on it.
    #[error("{0} is no working day of the one who is asked: choose {1} or a later one")]
    NoWorkingDay(Date, Date),
    /// There is no working day within a year.
    #[error("the calendar of the one who is asked has no working day: ask somebody else")]
    NeverWorks,
}

/// The end of a working day of somebody, by their calendar in the Agreement and in their own zone, as
/// an instant; where no version is in force, the end of the day in their zone, else in UTC.
///
/// # Errors
/// [`DayRefusal`], with the day to choose instead.
pub fn due_at(
    in_force: Option<(Version, &Agreement)>,
    hours: Option<&WorkingHours>,
    needed_on: Date,
    now: Timestamp,
) -> Result<(Timestamp, Option<ByCalendar>), DayRefusal> {
    let agreement = in_force.map(|(_, agreement)| agreement);
    let (calendar, zone) = hours_of(agreement, hours);
    let by_calendar = in_force.map(|(version, _)| {
        let calendar = calendar.id().to_owned();
        ByCalendar { version, calendar }
    });
    match close_on(&calendar, &zone, needed_on) {
        Some(at) if at > now => Ok((at, by_calendar)),
        closed => {
            let today = zone.to_datetime(now).date();
            let first = first_open(&calendar, &zone, needed_on.max(today), now);
            let first = first.ok_or(DayRefusal::NeverWorks)?;
            Err(match closed.is_some() || needed_on < today {
                true => DayRefusal::Over(needed_on, first),
                false => DayRefusal::NoWorkingDay(needed_on, first),
            })
        }
    }
}

/// The hours of somebody and the zone that they are in, as for a service level that goes by its
/// owner's hours.
fn hours_of(agreement: Option<&Agreement>, hours: Option<&WorkingHours>) -> (Calendar, TimeZone) {
    let named = |key: &str| agreement.and_then(|found| found.calendars.get(key).cloned());
    let calendar = hours
        .and_then(|hours| named(hours.calendar.as_deref()?))
        .or_else(|| named(&agreement?.default_calendar))
        .unwrap_or_else(|| Calendar::always_open("all hours"));
    let own = hours.and_then(|hours| hours.zone.clone());
    let zone = own.or_else(|| calendar.zone().cloned());
    let zone = zone.or_else(|| agreement.map(|found| found.zone.clone()));
    (calendar.anywhere(), zone.unwrap_or(TimeZone::UTC))
}

/// When a day's last hours end; nothing where it has none.
fn close_on(calendar: &Calendar, zone: &TimeZone, day: Date) -> Option<Timestamp> {
    let midnight = |day: Date| day.to_zoned(zone.clone()).ok().map(|at| at.timestamp());
    let stretches = calendar.open_stretches(zone, midnight(day)?, midnight(day.tomorrow().ok()?)?);
    stretches.last().map(|(_, closes)| *closes)
}

/// The first day from one on whose end is still to come, within a year.
fn first_open(calendar: &Calendar, zone: &TimeZone, from: Date, now: Timestamp) -> Option<Date> {
    let days = std::iter::successors(Some(from), |day| day.tomorrow().ok()).take(366);
    let mut days = days.filter(|day| close_on(calendar, zone, *day).is_some_and(|at| at > now));
    days.next()
}

#[cfg(test)]
mod tests;
