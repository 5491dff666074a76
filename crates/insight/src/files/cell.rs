//! One cell of text, as the kind that its column was asked for.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::Kind;

/// The last second of the year 9999: more is surely not in seconds.
const SECONDS_MAX: i64 = 253_402_300_799;

/// The most digits of a whole number: one more might not fit.
pub(super) const DIGITS_MAX: usize = 18;

/// What a cell should have said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) expected: &'static str,
    pub(super) remedy: &'static str,
}

impl Wrong {
    pub(super) fn new(kind: Kind) -> Wrong {
        let remedy = match kind {
            Kind::Whole => "write digits alone, at most 18 of them",
            Kind::Instant => "write seconds since 1970, 2026-07-01 or 2026-07-01T10:00:00Z",
            Kind::Decimal(_) => "write digits with a point, no more digits after it than are kept",
            Kind::Flag => "write true or false",
            Kind::Word => "write it in UTF-8",
        };
        Wrong { expected: kind.words(), remedy }
    }
}

/// The number that a cell stands for: whole, seconds, or yes as 1 and no as 0.
pub(super) fn number(kind: Kind, cell: &[u8]) -> Result<i64, Wrong> {
    let cell = cell.trim_ascii();
    let number = match kind {
        Kind::Whole => whole(cell),
        Kind::Instant => match whole(cell) {
            Some(seconds) => return seconds_since_1970(seconds),
            None => instant(cell),
        },
        Kind::Decimal(digits) => decimal(cell, digits),
        Kind::Flag => flag(cell),
        Kind::Word => None,
    };
    number.ok_or_else(|| Wrong::new(kind))
}

/// Seconds, unless they lie beyond every calendar.
pub(super) fn seconds_since_1970(seconds: i64) -> Result<i64, Wrong> {
    if seconds.abs() > SECONDS_MAX {
        let remedy = "write seconds since 1970; this looks like thousandths or millionths of them";
        return Err(Wrong { remedy, ..Wrong::new(Kind::Instant) });
    }
    Ok(seconds)
}

fn whole(cell: &[u8]) -> Option<i64> {
    let (is_negative, digits) = match cell {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || digits.len() > DIGITS_MAX {
        return None;
    }
    let mut number = 0_i64;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + i64::from(digit);
    }
    Some(if is_negative { -number } else { number })
}

fn instant(cell: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(cell).ok()?;
    if text.len() == 10 {
        let date: Date = text.parse().ok()?;
        return Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second());
    }
    let at: Timestamp = text.parse().ok()?;
    Some(at.as_millisecond().div_euclid(1000))
}

fn decimal(cell: &[u8], digits: u8) -> Option<i64> {
    let digits = usize::from(digits);
    let Some(point) = cell.iter().position(|byte| *byte == b'.') else {
        return scaled(whole(cell)?, digits);
    };
    let (before, after) = (&cell[..point], &cell[point + 1..]);
    let kept = after.iter().rposition(|byte| *byte != b'0').map_or(0, |last| last + 1);
    let is_digits = after.iter().all(u8::is_ascii_digit);
    if kept > digits || after.is_empty() || !is_digits {
        return None;
    }
    let is_negative = before.first() == Some(&b'-');
    let whole_part = match before {
        b"" | b"-" => 0,
        before => scaled(whole(before)?, digits)?,
    };
    let fraction = match kept {
        0 => 0,
        kept => scaled(whole(&after[..kept])?, digits - kept)?,
    };
    whole_part.checked_add(if is_negative { -fraction } else { fraction })
}

/// `number · 10^digits`.
pub(super) fn scaled(number: i64, digits: usize) -> Option<i64> {
    number.checked_mul(10_i64.checked_pow(digits as u32)?)
}

fn flag(cell: &[u8]) -> Option<i64> {
    let is = |word: &&str| cell.eq_ignore_ascii_case(word.as_bytes());
    if ["true", "yes", "1", "t", "y"].iter().any(is) {
        return Some(1);
    }
    ["false", "no", "0", "f", "n"].iter().any(is).then_some(0)
}
