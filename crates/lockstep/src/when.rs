//! Instants as people write them on the command line.

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

#[cfg(test)]
mod tests {
    use super::*;

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
