//! Opening hours: when a team is at work, and how much of that lies between two instants.
//!
//! All sums are made in UTC, between the instants at which the local hours of each date begin and
//! end, so that a day with a change of the clocks counts what it really had. On such a day the
//! hours go by a wall clock that is put forward with everybody's but never put back: it stands
//! still until the others have caught up. So hours that the clocks skip (in Apia the whole of
//! 2011-12-30) are lost, hours cut by the jump begin or end at the jump, and nothing opens twice.

mod long;

use std::sync::Arc;

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// Opening hours of a place or a team: a week, holidays and, if it has one, a zone of its own.
///
/// Wherever a method takes a zone, it is the one of the person or queue that the service level
/// names; a calendar with a zone of its own goes by that instead.
///
/// A copy shares its hours with the original: each clock has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    id: Arc<str>,
    zone: Option<TimeZone>,
    hours: Arc<Hours>,
}

#[derive(Debug, PartialEq, Eq)]
struct Hours {
    week: [Vec<OpenHours>; 7],
    holidays: Vec<Holiday>,
}

/// Hours of one day without a break, from the opening up to, but not including, the close.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct OpenHours {
    /// The wall time of the opening.
    pub opens: Time,
    /// The end.
    pub closes: Closes,
}

/// The end of opening hours. A wall time cannot say 24:00, so the end of the day has its own word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Closes {
    /// At a wall time of the same day.
    At(Time),
    /// At midnight, when the next date begins.
    EndOfDay,
}

/// A date on which nothing opens, whatever the week says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holiday {
    /// The date, in the zone that the calendar is read in.
    pub on: Date,
    /// What people call it.
    pub name: String,
}

/// Why a week is not one of opening hours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarRefusal {
    /// The hours end when they begin, or before.
    #[error(
        "{weekday:?} {hours} does not close after it opens: write midnight at the end of a day as \
         24:00, and give the hours of a night shift after midnight to the next day"
    )]
    NeverCloses {
        /// The day of the week.
        weekday: Weekday,
        /// The hours as given.
        hours: OpenHours,
    },
    /// Two stretches of a day share time.
    #[error(
        "{weekday:?} {earlier} and {later} overlap: join them, or end the earlier by {}",
        clock_face(later.opens)
    )]
    Overlap {
        /// The day of the week.
        weekday: Weekday,
        /// The hours that open first.
        earlier: OpenHours,
        /// The hours that open before the earlier ones close.
        later: OpenHours,
    },
}

/// The calendar has no opening hours left before the end of time as we count it, the year 9999.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the calendar {calendar} never opens: give it opening hours on at least one day of the week"
)]
pub struct NeverOpen {
    /// The calendar's id.
    pub calendar: String,
}

impl Calendar {
    /// A calendar of a week, Monday first, and holidays, both in any order within the day or year.
    /// Several stretches a day are breaks or split shifts; one may open when another closes.
    ///
    /// # Errors
    /// A [`CalendarRefusal`] for the first day, Monday first, whose hours cannot be kept.
    pub fn new(
        id: impl Into<String>,
        zone: Option<TimeZone>,
        mut week: [Vec<OpenHours>; 7],
        mut holidays: Vec<Holiday>,
    ) -> Result<Calendar, CalendarRefusal> {
        for (weekday, day) in Weekday::Monday.cycle_forward().zip(&mut week) {
            day.sort();
            check(weekday, day)?;
        }
        holidays.sort();
        Ok(Calendar { id: id.into().into(), zone, hours: Arc::new(Hours { week, holidays }) })
    }

    /// A calendar that never closes, so that open time is elapsed time: a day on which the clocks
    /// change has 23 or 25 hours.
    pub fn always_open(id: impl Into<String>) -> Calendar {
        let day = OpenHours { opens: Time::midnight(), closes: Closes::EndOfDay };
        let week = std::array::from_fn(|_| vec![day]);
        let hours = Hours { week, holidays: Vec::new() };
        Calendar { id: id.into().into(), zone: None, hours: Arc::new(hours) }
    }

    /// The id by which service levels name the calendar.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The calendar's own zone, if it has one.
    pub fn zone(&self) -> Option<&TimeZone> {
        self.zone.as_ref()
    }

    /// The same hours with no zone of their own, to be read in whichever zone the caller gives.
    pub fn anywhere(&self) -> Calendar {
        Calendar { zone: None, ..self.clone() }
    }

    /// The opening hours of the week, Monday first, each day's in order.
    pub fn week(&self) -> &[Vec<OpenHours>; 7] {
        &self.hours.week
    }

    /// The holidays by date. A date may have several names.
    pub fn holidays(&self) -> &[Holiday] {
        &self.hours.holidays
    }

    /// The opening hours of a date, in order: those of its day of the week, none on a holiday.
    pub fn hours_on(&self, date: Date) -> &[OpenHours] {
        if self.is_holiday(date) {
            return &[];
        }
        &self.hours.week[usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())]
    }

    fn is_holiday(&self, date: Date) -> bool {
        self.hours.holidays.binary_search_by_key(&date, |holiday| holiday.on).is_ok()
    }

    /// Whether the instant lies within opening hours: the opening does, the close does not.
    pub fn is_open(&self, zone: &TimeZone, at: Timestamp) -> bool {
        self.spans(zone, at).next().is_some_and(|span| span.opens == at)
    }

    /// The open time from one instant up to another; none unless `to` is later than `from`.
    /// `B(a, b)` of domain.md 2.4.
    pub fn open_between(&self, zone: &TimeZone, from: Timestamp, to: Timestamp) -> SignedDuration {
        let own = self.zone.as_ref().unwrap_or(zone);
        self.open_over_long(own, from, to).unwrap_or_else(|| self.walked(own, from, to))
    }

    /// The open stretches from one instant up to another, in order and apart.
    pub fn open_stretches(
        &self,
        zone: &TimeZone,
        from: Timestamp,
        to: Timestamp,
    ) -> Vec<(Timestamp, Timestamp)> {
        let spans = self.spans(zone, from).take_while(|span| span.opens < to);
        spans.map(|span| (span.opens, span.closes.min(to))).collect()
    }

    /// The same, date by date.
    fn walked(&self, zone: &TimeZone, from: Timestamp, to: Timestamp) -> SignedDuration {
        self.spans(zone, from)
            .take_while(|span| span.opens < to)
            .map(|span| span.closes.min(to).duration_since(span.opens))
            .fold(SignedDuration::ZERO, SignedDuration::saturating_add)
    }

    /// The first instant, not before `start`, by which `open` of open time has passed. What ends
    /// with the day's last minute ends at the close, not at the next opening.
    ///
    /// # Errors
    /// [`NeverOpen`] when the calendar has too little open time; never when `open` is zero or less.
    pub fn after_open(
        &self,
        zone: &TimeZone,
        start: Timestamp,
        open: SignedDuration,
    ) -> Result<Timestamp, NeverOpen> {
        if open <= SignedDuration::ZERO {
            return Ok(start);
        }
        let mut left = open;
        for span in self.spans(zone, start) {
            let length = span.closes.duration_since(span.opens);
            if left <= length {
                return Ok(span.opens + left);
            }
            left -= length;
        }
        Err(self.never_open())
    }

    /// The open time from `start` up to the close of the `days`-th day with opening hours after the
    /// date of `start`, in the zone that the hours are in.
    ///
    /// # Errors
    /// [`NeverOpen`] when so many days never come.
    pub fn until_close_of_working_day(
        &self,
        zone: &TimeZone,
        start: Timestamp,
        days: u32,
    ) -> Result<SignedDuration, NeverOpen> {
        let own = self.zone.as_ref().unwrap_or(zone);
        let today = own.to_datetime(start).date();
        let opens_ever = self.hours.week.iter().any(|day| !day.is_empty());
        let after = std::iter::successors(Some(today), |date| date.tomorrow().ok()).skip(1);
        let closes = after
            .take_while(|_| opens_ever)
            .filter_map(|date| Some(self.hours_on(date).last()?.span(own, date).closes))
            .nth(days.max(1) as usize - 1)
            .ok_or_else(|| self.never_open())?;
        Ok(self.open_between(zone, start, closes))
    }

    /// The first open instant from `at` on: `at` itself when open.
    ///
    /// # Errors
    /// [`NeverOpen`] when the week has no hours.
    pub fn next_opening(&self, zone: &TimeZone, at: Timestamp) -> Result<Timestamp, NeverOpen> {
        self.spans(zone, at).next().map(|span| span.opens).ok_or_else(|| self.never_open())
    }

    /// The open spans after `from`, in order and apart; a span that `from` falls in begins there.
    ///
    /// The date that `from` has on the wall is early enough to begin at: the clock that the hours
    /// go by is never behind the wall, so all hours of earlier dates are over.
    fn spans<'a>(
        &'a self,
        zone: &'a TimeZone,
        from: Timestamp,
    ) -> impl Iterator<Item = Span> + use<'a> {
        let zone = self.zone.as_ref().unwrap_or(zone);
        let opens_ever = self.hours.week.iter().any(|day| !day.is_empty());
        let today = opens_ever.then(|| zone.to_datetime(from).date());
        std::iter::successors(today, |date| date.tomorrow().ok())
            .flat_map(move |date| self.hours_on(date).iter().map(move |hours| (date, hours)))
            .map(move |(date, hours)| hours.span(zone, date).since(from))
            .filter(|span| span.opens < span.closes)
    }

    fn never_open(&self) -> NeverOpen {
        NeverOpen { calendar: self.id.to_string() }
    }
}

impl OpenHours {
    fn span(&self, zone: &TimeZone, date: Date) -> Span {
        let opens = reached(zone, date.to_datetime(self.opens));
        let closes = match self.closes {
            Closes::At(time) => reached(zone, date.to_datetime(time)),
            Closes::EndOfDay => date.tomorrow().map_or(Timestamp::MAX, |tomorrow| {
                reached(zone, tomorrow.to_datetime(Time::midnight()))
            }),
        };
        Span { opens, closes }
    }
}

impl std::fmt::Display for OpenHours {
    /// `09:00-17:30`, `22:00-24:00`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-", clock_face(self.opens))?;
        match self.closes {
            Closes::At(time) => write!(f, "{}", clock_face(time)),
            Closes::EndOfDay => f.write_str("24:00"),
        }
    }
}

/// Opening hours of one date as instants; nothing unless it opens before it closes.
#[derive(Clone, Copy)]
struct Span {
    opens: Timestamp,
    closes: Timestamp,
}

impl Span {
    fn since(self, from: Timestamp) -> Span {
        Span { opens: self.opens.max(from), ..self }
    }
}

fn check(weekday: Weekday, day: &[OpenHours]) -> Result<(), CalendarRefusal> {
    for &hours in day {
        if hours.closes <= Closes::At(hours.opens) {
            return Err(CalendarRefusal::NeverCloses { weekday, hours });
        }
    }
    for pair in day.windows(2) {
        let (earlier, later) = (pair[0], pair[1]);
        if Closes::At(later.opens) < earlier.closes {
            return Err(CalendarRefusal::Overlap { weekday, earlier, later });
        }
    }
    Ok(())
}

/// The first instant at which the wall clock of `zone` shows `wall` or later: the first passing
/// of a repeated time, and for a skipped time the jump.
///
/// The usual rule for a skipped time, to go by the offset before the jump, would not do: it puts
/// 02:30 after 03:00 when the clocks skip that hour, and Apia's lost Friday onto its Saturday.
fn reached(zone: &TimeZone, wall: DateTime) -> Timestamp {
    let resolved = zone.to_ambiguous_timestamp(wall);
    let jump = match resolved.offset() {
        AmbiguousOffset::Gap { after, .. } => jump_over(zone, wall, after),
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => None,
    };
    let end_of_time = if wall.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    jump.unwrap_or_else(|| resolved.compatible().unwrap_or(end_of_time))
}

/// The instant of the jump that skips `wall`. By the offset after it, a skipped time lies before
/// the jump.
fn jump_over(zone: &TimeZone, wall: DateTime, after: Offset) -> Option<Timestamp> {
    let earlier = after.to_timestamp(wall).ok()?;
    zone.following(earlier).find(|change| change.offset() == after).map(|change| change.timestamp())
}

/// A wall time as people write it; seconds only where there are some.
fn clock_face(time: Time) -> impl std::fmt::Display {
    time.strftime(if time.second() == 0 { "%H:%M" } else { "%H:%M:%S" })
}

#[cfg(test)]
pub(crate) mod tests;
