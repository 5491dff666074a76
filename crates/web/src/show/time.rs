//! Instants in the firm's zone, dates, and working time.

use std::fmt::Display;

use domain::money::grouped;
use jiff::{Timestamp, Zoned, civil::Date, tz::TimeZone};

use super::NBSP;
use crate::markup::{Markup, element};

/// Now, and the zone in which a page writes instants. Pages are handed one; nothing here reads the
/// clock.
#[derive(Debug, Clone)]
pub struct LocalTime {
    now: Timestamp,
    zone: TimeZone,
}

impl LocalTime {
    /// The time in a zone.
    pub fn new(now: Timestamp, zone: TimeZone) -> LocalTime {
        LocalTime { now, zone }
    }

    /// The instant for which the page is written.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The zone of the page.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// An instant in full: `Thu 19 Nov, 09:12`, with the year when it is another than this one.
    pub fn instant(&self, at: Timestamp) -> Markup {
        self.element(at, self.instant_words(at))
    }

    /// The words of [`LocalTime::instant`], for titles and plain text.
    pub fn instant_words(&self, at: Timestamp) -> String {
        let local = self.local(at);
        format!("{}, {}", self.day_words(local.date()), local.strftime("%H:%M"))
    }

    /// An instant to the second with its zone, where it must stand in any court:
    /// `28 Sep 2026, 16:04:11 Berlin`.
    pub fn exact(&self, at: Timestamp) -> Markup {
        self.element(at, self.exact_words(at))
    }

    /// The words of [`LocalTime::exact`].
    pub fn exact_words(&self, at: Timestamp) -> String {
        format!("{} {}", self.second_words(at), self.city())
    }

    /// The same in a column that names the zone in its head.
    pub fn second(&self, at: Timestamp) -> Markup {
        self.element(at, self.second_words(at))
    }

    /// An instant as short as it stays clear: `10:40` today, `Mon 16:10` within six days, else
    /// `18 Nov 15:40`, and the day with its year further away.
    pub fn near(&self, at: Timestamp) -> Markup {
        self.element(at, self.near_words(at))
    }

    /// The words of [`LocalTime::near`].
    pub fn near_words(&self, at: Timestamp) -> String {
        let (local, today) = (self.local(at), self.local(self.now));
        let days = (local.date() - today.date()).get_days().abs();
        let form = match days {
            0 => "%H:%M",
            1..=6 => "%a %H:%M",
            _ if local.year() == today.year() => "%-d %b %H:%M",
            _ => "%-d %b %Y",
        };
        local.strftime(form).to_string()
    }

    /// The day of an instant: `Thu 19 Nov`.
    pub fn day_of(&self, at: Timestamp) -> Markup {
        self.element(at, self.day_words(self.local(at).date()))
    }

    /// A date: `Thu 19 Nov`, with the year when it is another than this one.
    pub fn date(&self, date: Date) -> Markup {
        element("time").with("datetime", date).holding(self.day_words(date)).into()
    }

    /// Now, as the foot of the rail says it: `Thu 19 Nov, 09:12 Berlin`.
    pub fn clock(&self) -> Markup {
        let words = format!("{} {}", self.instant_words(self.now), self.city());
        self.element(self.now, words)
    }

    /// The last part of the zone's name: `Berlin` for `Europe/Berlin`.
    pub fn city(&self) -> String {
        let name = self.zone.iana_name().unwrap_or("local time");
        name.rsplit('/').next().unwrap_or(name).replace('_', " ")
    }

    fn second_words(&self, at: Timestamp) -> String {
        self.local(at).strftime("%-d %b %Y, %H:%M:%S").to_string()
    }

    /// The words of [`LocalTime::date`].
    pub fn day_words(&self, date: Date) -> String {
        let this_year = date.year() == self.local(self.now).year();
        date.strftime(if this_year { "%a %-d %b" } else { "%a %-d %b %Y" }).to_string()
    }

    fn local(&self, at: Timestamp) -> Zoned {
        at.to_zoned(self.zone.clone())
    }

    fn element(&self, at: Timestamp, words: impl Display) -> Markup {
        let datetime = self.local(at).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
        element("time").with("datetime", datetime).holding(words.to_string()).into()
    }
}

/// A span of working time: `32 min`, `1 h 28`, `131 h 05`, `240 h`. Whole minutes, and from 200
/// hours on whole hours; the rest is dropped.
pub fn working(seconds: i64) -> String {
    let minutes = seconds.unsigned_abs() / 60;
    match (minutes / 60, minutes % 60) {
        (0, 0) if seconds != 0 => "under a minute".to_owned(),
        (0, minutes) => format!("{minutes}{NBSP}min"),
        (hours @ 200.., _) => format!("{}{NBSP}h", grouped(hours)),
        (hours, minutes) => format!("{}{NBSP}h{NBSP}{minutes:02}", grouped(hours)),
    }
}

/// The working time left until a clock is due: `1 h 28 left`, or `2 h 02 late` once it is past.
pub fn left(seconds: i64) -> String {
    let word = if seconds < 0 { "late" } else { "left" };
    format!("{}{NBSP}{word}", working(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> LocalTime {
        let now = "2026-11-19T08:12:30Z".parse().unwrap();
        LocalTime::new(now, TimeZone::get("Europe/Berlin").unwrap())
    }

    #[test]
    fn instants_name_their_year_only_when_it_is_another() {
        let cases = [
            ("2026-11-19T08:12:00Z", "Thu 19 Nov, 09:12", "09:12"),
            ("2026-11-18T14:40:00Z", "Wed 18 Nov, 15:40", "Wed 15:40"),
            ("2026-11-23T15:10:00Z", "Mon 23 Nov, 16:10", "Mon 16:10"),
            ("2026-03-02T08:00:00Z", "Mon 2 Mar, 09:00", "2 Mar 09:00"),
            ("2025-12-31T23:30:00Z", "Thu 1 Jan, 00:30", "1 Jan 00:30"),
            ("2025-12-31T22:30:00Z", "Wed 31 Dec 2025, 23:30", "31 Dec 2025"),
        ];
        for (at, full, near) in cases {
            let at = at.parse().unwrap();
            assert_eq!(berlin().instant_words(at), full);
            assert_eq!(berlin().near_words(at), near);
        }
    }

    #[test]
    fn an_instant_carries_its_offset_for_machines() {
        let shown = berlin().instant("2026-07-01T10:00:00Z".parse().unwrap()).to_string();
        assert_eq!(shown, "<time datetime=\"2026-07-01T12:00:00+02:00\">Wed 1 Jul, 12:00</time>");
        assert!(berlin().clock().to_string().contains(">Thu 19 Nov, 09:12 Berlin<"));
        let exact = berlin().exact("2026-09-28T14:04:11Z".parse().unwrap()).to_string();
        assert!(exact.contains(">28 Sep 2026, 16:04:11 Berlin<"), "{exact}");
    }

    #[test]
    fn dates_have_no_time() {
        let shown = berlin().date("2027-01-15".parse().unwrap()).to_string();
        assert_eq!(shown, "<time datetime=\"2027-01-15\">Fri 15 Jan 2027</time>");
    }

    #[test]
    fn working_time_is_hours_and_minutes() {
        let cases = [
            (0, "0 min", "0 min left"),
            (40, "under a minute", "under a minute left"),
            (1_920, "32 min", "32 min left"),
            (5_280, "1 h 28", "1 h 28 left"),
            (-7_320, "2 h 02", "2 h 02 late"),
            (3_600 * 131 + 300, "131 h 05", "131 h 05 left"),
            (3_600 * 1_200 + 60, "1,200 h", "1,200 h left"),
        ];
        for (seconds, span, remaining) in cases {
            assert_eq!(working(seconds).replace(NBSP, " "), span);
            assert_eq!(left(seconds).replace(NBSP, " "), remaining);
        }
    }
}
