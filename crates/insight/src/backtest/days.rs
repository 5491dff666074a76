//! Months and weeks of a zone's calendar, found by an instant without asking the calendar each time.

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

/// Stretches of days one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Days {
    /// The first day of each.
    pub firsts: Vec<Date>,
    /// When each begins, in seconds from the origin; the first one began before everything.
    begins: Vec<i64>,
    /// For each 24 hours from the origin, the place of the one that they begin in.
    by_day: Vec<u32>,
}

const DAY_SECONDS: u32 = 86_400;

/// More stretches than 136 years of weeks have are not asked for.
const MOST: usize = 8_000;

impl Days {
    /// The months from the first to the last second, both counted from the origin.
    pub fn months(origin: i64, last: u32, zone: &TimeZone) -> Days {
        let next = |day: Date| day.first_of_month().checked_add(1.month()).ok();
        Days::of(origin, last, zone, Date::first_of_month, next)
    }

    /// The weeks, from Monday.
    pub fn weeks(origin: i64, last: u32, zone: &TimeZone) -> Days {
        let monday = |day: Date| {
            let since = i64::from(day.weekday().to_monday_zero_offset());
            day.checked_sub(since.days()).unwrap_or(day)
        };
        Days::of(origin, last, zone, monday, |day| day.checked_add(7.days()).ok())
    }

    fn of(
        origin: i64,
        last: u32,
        zone: &TimeZone,
        first_of: impl Fn(Date) -> Date,
        next: impl Fn(Date) -> Option<Date>,
    ) -> Days {
        let at = |seconds: i64| Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
        let first = first_of(zone.to_datetime(at(origin)).date());
        let end = origin.saturating_add(i64::from(last));
        let begin =
            |day: Date| day.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp().as_second());
        let (mut firsts, mut begins) = (vec![first], vec![i64::MIN]);
        let mut day = next(first);
        while let Some((here, seconds)) = day.and_then(|day| Some((day, begin(day)?)))
            && seconds <= end
            && firsts.len() < MOST
        {
            firsts.push(here);
            begins.push(seconds - origin);
            day = next(here);
        }
        let place = |day: u32| {
            let at = i64::from(day) * i64::from(DAY_SECONDS);
            begins.partition_point(|begin| *begin <= at) as u32 - 1
        };
        let by_day = (0..=last / DAY_SECONDS).map(place).collect();
        Days { firsts, begins, by_day }
    }

    /// How many there are; at least one.
    pub fn len(&self) -> usize {
        self.firsts.len()
    }

    /// Whether there are none, which never is.
    pub fn is_empty(&self) -> bool {
        self.firsts.is_empty()
    }

    /// The place of the one that an instant lies in.
    pub(crate) fn place(&self, at: u32) -> usize {
        let day = (at / DAY_SECONDS) as usize;
        let mut place = self.by_day[day.min(self.by_day.len() - 1)] as usize;
        while self.begins.get(place + 1).is_some_and(|begin| *begin <= i64::from(at)) {
            place += 1;
        }
        place
    }
}
