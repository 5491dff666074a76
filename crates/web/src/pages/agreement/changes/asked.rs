//! Which of the clocks that a text would judge otherwise: all of it in the address.

use domain::{
    ids::Version,
    rejudged::{Rejudged, Turn},
};
use engine::report::usual_from;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Deserialize;

use crate::names::encoded;

/// In the place of a turn: clocks that run and that the text will judge once it is in force.
pub(super) const FOLLOWS: &str = "follows";

/// What the address asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// The first day on which clocks started; the usual time before now where it is empty.
    pub(super) from: String,
    pub(super) level: String,
    pub(super) turn: String,
    pub(super) skip: usize,
}

impl Asked {
    /// From when on clocks are looked at; words where the day is none.
    pub(super) fn from(&self, zone: &TimeZone, now: Timestamp) -> Result<Timestamp, String> {
        let text = self.from.trim();
        if text.is_empty() {
            return Ok(usual_from(now, zone));
        }
        let begin = |day: Date| Some(day.to_zoned(zone.clone()).ok()?.timestamp());
        let day = text.parse().ok().and_then(begin);
        day.ok_or_else(|| format!("\"{text}\" is not a day: write it like 2026-11-16."))
    }

    /// Whether a clock is asked for.
    pub(super) fn holds(&self, clock: &Rejudged) -> bool {
        let level = self.level.is_empty() || clock.service_level == self.level;
        let turn = match self.turn.as_str() {
            "" => true,
            FOLLOWS => clock.follows.is_some(),
            key => Turn::of_key(key) == Some(clock.turn()),
        };
        level && turn
    }

    /// Whether only some are asked for.
    pub(super) fn narrows(&self) -> bool {
        !self.level.is_empty() || !self.turn.is_empty()
    }

    /// The same time, narrowed to a service level and what becomes of its clocks.
    pub(super) fn of(&self, level: &str, turn: &str) -> Asked {
        Asked { from: self.from.clone(), level: level.to_owned(), turn: turn.to_owned(), skip: 0 }
    }

    /// The address of this view.
    pub(super) fn href(&self, version: Version) -> String {
        let skip = if self.skip == 0 { String::new() } else { self.skip.to_string() };
        let pairs = [
            ("from", self.from.trim()),
            ("level", &self.level),
            ("turn", &self.turn),
            ("skip", &skip),
        ];
        let said = pairs.iter().filter(|(_, value)| !value.is_empty());
        let said: Vec<String> =
            said.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let path = format!("/agreement/{version}/changes");
        if said.is_empty() { path } else { format!("{path}?{}", said.join("&")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_the_firms_and_what_is_no_day_is_refused() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let now: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let from = |text: &str| {
            let asked = Asked { from: text.into(), ..Asked::default() };
            asked.from(&berlin, now).map(|at| at.to_string())
        };
        assert_eq!(from(" 2026-10-25 "), Ok("2026-10-24T22:00:00Z".to_owned()));
        assert_eq!(from(""), Ok("2026-08-23T22:00:00Z".to_owned()), "90 days before");
        let refused = "\"05/04/26\" is not a day: write it like 2026-11-16.".to_owned();
        assert_eq!(from("05/04/26"), Err(refused));
    }

    #[test]
    fn an_address_says_all_that_is_asked_for() {
        let asked = Asked { from: "2026-01-01".into(), ..Asked::default() };
        let narrowed = asked.of("first call", "missed");
        let href = "/agreement/4/changes?from=2026-01-01&level=first%20call&turn=missed";
        assert_eq!(narrowed.href(Version(4)), href);
        assert_eq!(Asked::default().href(Version(4)), "/agreement/4/changes");
    }
}
