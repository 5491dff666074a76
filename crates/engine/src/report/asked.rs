//! The question as it was understood: periods as instants, names as found.

use std::collections::BTreeMap;

use domain::{money::grouped, window::Window};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;

use super::{ReportQuestion, ReportRefusal};

/// The question as it was understood; it stands at the head of every report.
///
/// In JSON: `{"by":"owner.region","by_person":false,"from":"2026-07-01","to":"2026-09-30",
/// "window":{"from":"2026-06-30T22:00:00Z","before":"2026-09-30T22:00:00Z"},"horizon_days":90,
/// "as_of":"…","zone":"Europe/Berlin","meanings":{"cohort":"…"}}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Asked {
    /// What the rows are told apart by, under its full name.
    pub by: Option<String>,
    /// Whether that tells people apart, so that not everybody may see it.
    pub by_person: bool,
    /// What its cohorts are told apart by, where a funnel is asked for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cohorts: Option<String>,
    /// The first day of the period.
    pub from: Option<Date>,
    /// The last day of the period, included.
    pub to: Option<Date>,
    /// The period as instants; none when no day was given.
    pub window: Option<AskedWindow>,
    /// The days that a unit of a funnel has to go on within.
    pub horizon_days: Option<u32>,
    /// The moment of the look.
    pub as_of: Timestamp,
    /// The zone in which days are read.
    pub zone: String,
    /// What the words of the report mean.
    pub meanings: BTreeMap<&'static str, &'static str>,
}

/// A period as instants, half open. An end that is not given is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AskedWindow {
    /// The first instant in it.
    pub from: Option<Timestamp>,
    /// The first instant after it.
    pub before: Option<Timestamp>,
}

impl ReportQuestion {
    /// The question as understood, with what the report's words mean.
    pub(super) fn asked(
        &self,
        meanings: &[(&'static str, &'static str)],
    ) -> Result<Asked, ReportRefusal> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && to < from
        {
            return Err(ReportRefusal::Backwards { from, to });
        }
        let window = self.window().map(|_| AskedWindow {
            from: self.from.map(|from| start_of(from, &self.zone)),
            before: self.to.map(|to| end_of(to, &self.zone)),
        });
        Ok(Asked {
            by: None,
            by_person: false,
            cohorts: None,
            from: self.from,
            to: self.to,
            window,
            horizon_days: self.horizon_days,
            as_of: self.as_of,
            zone: zone_name(&self.zone, self.as_of),
            meanings: meanings.iter().copied().collect(),
        })
    }

    /// The period as instants; none when neither end is given.
    pub(super) fn window(&self) -> Option<Window<Timestamp>> {
        self.has_period().then(|| Window {
            from: self.from.map_or(Timestamp::MIN, |from| start_of(from, &self.zone)),
            before: self.to.map_or(Timestamp::MAX, |to| end_of(to, &self.zone)),
        })
    }

    /// The period as days; none when neither end is given.
    pub(super) fn days(&self) -> Option<Window<Date>> {
        self.has_period().then(|| Window {
            from: self.from.unwrap_or(Date::MIN),
            before: self.to.map_or(Date::MAX, after),
        })
    }

    /// The day of the look.
    pub(super) fn today(&self) -> Date {
        self.zone.to_datetime(self.as_of).date()
    }

    fn has_period(&self) -> bool {
        self.from.is_some() || self.to.is_some()
    }
}

/// The day after, as far as days are counted.
pub(super) fn after(day: Date) -> Date {
    day.tomorrow().unwrap_or(Date::MAX)
}

/// The first instant of a day.
pub(super) fn start_of(day: Date, zone: &TimeZone) -> Timestamp {
    let end_of_time = if day.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    day.to_zoned(zone.clone()).map_or(end_of_time, |zoned| zoned.timestamp())
}

/// The first instant after a day.
pub(super) fn end_of(day: Date, zone: &TimeZone) -> Timestamp {
    day.tomorrow().map_or(Timestamp::MAX, |next| start_of(next, zone))
}

fn zone_name(zone: &TimeZone, at: Timestamp) -> String {
    zone.iana_name().map_or_else(|| zone.to_offset(at).to_string(), str::to_owned)
}

/// `1 opportunity`, `8,800 opportunities`.
pub(super) fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(n), if n == 1 { one } else { many })
}
