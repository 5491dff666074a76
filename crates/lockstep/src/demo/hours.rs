//! Working time, forwards and backwards.

use domain::calendar::Calendar;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

/// Further back nobody's working time is sought.
const SOUGHT_MAX: SignedDuration = SignedDuration::from_hours(60 * 24);

/// Somebody's working hours.
#[derive(Debug, Clone)]
pub struct Hours {
    /// The calendar.
    pub calendar: Calendar,
    /// The zone in which it is read.
    pub zone: TimeZone,
}

impl Hours {
    /// The instant by which so much working time has passed.
    pub fn after(&self, from: Timestamp, worked: SignedDuration) -> Timestamp {
        self.calendar.after_open(&self.zone, from, worked).unwrap_or(from + worked)
    }

    /// The first working instant from `at` on.
    pub fn opening(&self, at: Timestamp) -> Timestamp {
        self.calendar.next_opening(&self.zone, at).unwrap_or(at)
    }

    /// The last instant, to the second, from which so much working time has passed by `until`.
    pub fn before(&self, until: Timestamp, worked: SignedDuration) -> Timestamp {
        let (mut early, mut late) = ((until - SOUGHT_MAX).as_second(), until.as_second());
        while early + 1 < late {
            let middle = early + (late - early) / 2;
            let Ok(at) = Timestamp::from_second(middle) else { break };
            match self.calendar.open_between(&self.zone, at, until) >= worked {
                true => early = middle,
                false => late = middle,
            }
        }
        Timestamp::from_second(early).unwrap_or(until)
    }
}
