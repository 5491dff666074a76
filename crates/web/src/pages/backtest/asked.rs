//! What is asked of a backtest: all of it in the address.

use domain::{
    backtest::{Cut, Span},
    ids::Version,
    points::Points,
};
use engine::backtest::{Replay, ReplayWish};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Deserialize;

use crate::{kept::of_address, names::encoded};

/// The longest time that a lead can be given, in days.
const WITHIN_DAYS_MAX: i64 = 1_000;

/// What the address asks for; what is left empty is as it usually is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// The definition's key.
    pub(super) definition: String,
    /// Which of its thresholds is moved, from 1 on.
    pub(super) lever: String,
    /// Where it is tried.
    pub(super) threshold: String,
    /// The first day.
    pub(super) from: String,
    /// The last day.
    pub(super) to: String,
    /// How many days a lead has for coming to something.
    pub(super) within: String,
    /// The day up to which what was recorded counts as history.
    pub(super) loaded: String,
    /// The state that was shown before.
    pub(super) at: String,
    /// Which leads: a [`Cut`].
    pub(super) of: String,
    /// How many of them are on the pages before.
    pub(super) skip: usize,
}

impl Asked {
    /// What is to be replayed.
    ///
    /// # Errors
    /// Words about what does not read.
    pub(super) fn wish(&self, zone: &TimeZone) -> Result<ReplayWish, String> {
        let lever = match self.lever.trim() {
            "" => 0,
            no => no.parse().map_err(|_| format!("\"{no}\" is no place of a threshold."))?,
        };
        let end_of = |day: Date| day.tomorrow().ok()?.to_zoned(zone.clone()).ok();
        let loaded_until = match day(&self.loaded)? {
            None => None,
            Some(day) => end_of(day).map(|midnight| midnight.timestamp()),
        };
        let definition = Some(self.definition.trim().to_owned()).filter(|id| !id.is_empty());
        Ok(ReplayWish { definition, lever, loaded_until })
    }

    /// What is counted of a replay.
    ///
    /// # Errors
    /// Words about what does not read.
    pub(super) fn span(&self, replay: &Replay) -> Result<Span, String> {
        let mut span = replay.usual_span();
        span.from = day(&self.from)?.unwrap_or(span.from);
        span.to = day(&self.to)?.unwrap_or(span.to);
        if span.from > span.to {
            return Err("The first day lies after the last: exchange the two.".to_owned());
        }
        if !self.within.trim().is_empty() {
            let days = self.within.trim().parse().ok();
            let days = days.filter(|days| (1..=WITHIN_DAYS_MAX).contains(days));
            span.within_days =
                days.ok_or_else(|| format!("Say how many days, from 1 to {WITHIN_DAYS_MAX}."))?;
        }
        if replay.lever.is_some() && !self.threshold.trim().is_empty() {
            let points = Points::parse(self.threshold.trim());
            let wrong = || format!("\"{}\" is not a number of points.", self.threshold.trim());
            span.threshold = Some(points.ok_or_else(wrong)?);
        }
        Ok(span)
    }

    /// The state that is asked for.
    pub(super) fn state(&self) -> Option<Timestamp> {
        of_address(&self.at)
    }

    /// The same with the state that was found.
    pub(super) fn at(&self, as_of: Timestamp) -> Asked {
        Asked { at: as_of.as_nanosecond().to_string(), ..self.clone() }
    }

    /// The leads behind a number.
    pub(super) fn leads(&self, version: Version, cut: Cut) -> String {
        let asked = Asked { of: cut.key(), skip: 0, ..self.clone() };
        asked.href(version, "/leads")
    }

    /// The address of this view.
    pub(super) fn href(&self, version: Version, what: &str) -> String {
        let skip = if self.skip == 0 { String::new() } else { self.skip.to_string() };
        let pairs = [
            ("definition", &self.definition),
            ("lever", &self.lever),
            ("threshold", &self.threshold),
            ("from", &self.from),
            ("to", &self.to),
            ("within", &self.within),
            ("loaded", &self.loaded),
            ("of", &self.of),
            ("skip", &skip),
            ("at", &self.at),
        ];
        let said = pairs.iter().filter(|(_, value)| !value.trim().is_empty());
        let said: Vec<String> =
            said.map(|(name, value)| format!("{name}={}", encoded(value.trim()))).collect();
        let path = format!("/agreement/{version}/backtest{what}");
        if said.is_empty() { path } else { format!("{path}?{}", said.join("&")) }
    }
}

fn day(text: &str) -> Result<Option<Date>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = |_| format!("\"{text}\" is not a day: write it like 2026-11-16.");
    text.parse().map(Some).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_all_that_is_asked_for() {
        let asked = Asked {
            threshold: "110".into(),
            from: "2026-01-01".into(),
            at: "17".into(),
            ..Asked::default()
        };
        let href = "/agreement/4/backtest/leads?threshold=110&from=2026-01-01&of=wins&at=17";
        assert_eq!(asked.leads(Version(4), Cut::Wins), href);
        assert_eq!(Asked::default().href(Version(4), ""), "/agreement/4/backtest");
    }

    #[test]
    fn what_does_not_read_is_told() {
        let wish = |loaded: &str, lever: &str| {
            let asked = Asked { loaded: loaded.into(), lever: lever.into(), ..Asked::default() };
            asked.wish(&TimeZone::UTC)
        };
        let day = "\"soon\" is not a day: write it like 2026-11-16.".to_owned();
        assert_eq!(wish("soon", ""), Err(day));
        assert_eq!(wish("", "x"), Err("\"x\" is no place of a threshold.".to_owned()));
        let until = wish("2026-03-04", "").unwrap().loaded_until.map(|at| at.to_string());
        assert_eq!(until, Some("2026-03-05T00:00:00Z".to_owned()), "the day is included");
    }
}
