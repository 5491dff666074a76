//! Instants as people write them on the command line.

use engine::agreement::Effective;
use jiff::{Timestamp, Zoned, civil, tz::TimeZone};

use crate::failure::Failure;

/// Reads `now`, an instant with its zone (`2026-12-01T09:00+01:00`,
/// `2026-12-01T09:00[Europe/Berlin]`), or a date with or without a time of day, which is in `zone`.
///
/// # Errors
/// A refusal that says how instants are written.
pub fn read(text: &str, zone: &TimeZone, now: Timestamp) -> Result<Timestamp, Failure> {
    let text = text.trim();
    if text == "now" {
        return Ok(now);
    }
    if let Ok(at) = text.parse::<Zoned>() {
        return Ok(at.timestamp());
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let local = text.parse::<civil::DateTime>().ok();
    let at = local.and_then(|local| local.to_zoned(zone.clone()).ok());
    at.map(|at| at.timestamp()).ok_or_else(|| {
        Failure::usage(format!("\"{text}\" is not an instant")).advise(
            "Write `now`, a date such as 2026-12-01, or an instant such as \
             2026-12-01T09:00[Europe/Berlin] or 2026-12-01T08:00:00Z.",
        )
    })
}

/// Reads from when on a text is to be in force; a day without a time is the whole day.
///
/// # Errors
/// As [`read`].
pub fn effective(text: &str, zone: &TimeZone, now: Timestamp) -> Result<Effective, Failure> {
    let text = text.trim();
    let is_day = text.len() == "2026-12-01".len();
    match text.parse::<civil::Date>() {
        Ok(day) if is_day => Ok(Effective::On(day)),
        _ if text == "now" => Ok(Effective::AtOnce),
        _ => read(text, zone, now).map(Effective::At),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_alone_is_told_from_its_midnight() {
        let now: Timestamp = "2026-12-01T12:00:00Z".parse().unwrap();
        let day: civil::Date = "2026-12-01".parse().unwrap();
        let midnight: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
        let cases = [
            ("now", Effective::AtOnce),
            (" 2026-12-01 ", Effective::On(day)),
            ("2026-12-01T00:00", Effective::At(midnight)),
            ("2026-12-01T00:00:00Z", Effective::At(midnight)),
        ];
        for (text, expected) in cases {
            assert_eq!(effective(text, &TimeZone::UTC, now).unwrap(), expected, "{text}");
        }
        assert!(effective("soon", &TimeZone::UTC, now).is_err());
    }

    #[test]
    fn instants_read_with_their_zone_and_dates_in_the_agreements() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let cases = [
            ("now", "2026-11-21T12:00:00Z"),
            ("2026-12-01T00:00[Europe/Berlin]", "2026-11-30T23:00:00Z"),
            ("2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z"),
            ("2026-12-01T01:00+01:00", "2026-12-01T00:00:00Z"),
            ("2026-12-01T09:00", "2026-12-01T08:00:00Z"),
            ("2026-12-01", "2026-11-30T23:00:00Z"),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text, &zone, now).unwrap().to_string(), expected, "{text}");
        }
        assert!(read("tomorrow", &zone, now).is_err());
    }
}
