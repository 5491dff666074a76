//! Taking a date's text apart: which numbers, names and signs it has, and in which order.

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::Offset;

use super::Unreadable;

/// Longest text that can be a date: `Wednesday, 23 September 2024 at 12:34:56.123456789 PM +00:00`.
const CHARS_MAX: usize = 80;

/// A date taken apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scanned {
    /// Seconds or milliseconds since 1970.
    Unix(Timestamp),
    /// The order is known from how it is written.
    Known { year: i64, month: u8, day: u8, time: Option<Clock> },
    /// Two numbers and a year: which is the day depends on the column.
    Numeric { year: i64, day_month: DayMonth, time: Option<Clock> },
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct DayMonth {
    pub first: u8,
    pub second: u8,
    pub separator: Separator,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    Point,
    Slash,
    Hyphen,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Clock {
    pub time: Time,
    /// `24:00`, which is midnight of the day after.
    pub ends_the_day: bool,
    pub offset: Option<Offset>,
}

/// Takes a text apart.
pub(super) fn scan(text: &str) -> Result<Scanned, Unreadable> {
    let text = text.trim_matches(super::super::is_edge);
    if text.is_empty() || text.len() > CHARS_MAX {
        return Err(Unreadable::NotADate);
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return bare_digits(text);
    }
    let spaced: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    numeric(&spaced).unwrap_or_else(|| named(&spaced))
}

fn bare_digits(digits: &str) -> Result<Scanned, Unreadable> {
    let number: i64 = digits.parse().map_err(|_| Unreadable::NotADate)?;
    let unix = |at: Result<Timestamp, jiff::Error>| {
        at.map(Scanned::Unix).map_err(|_| Unreadable::NoSuchDate)
    };
    match digits.len() {
        5 if number >= 20_000 => Err(Unreadable::CountOfDays),
        8 => {
            let [month, day] = [number / 100 % 100, number % 100].map(small);
            Ok(Scanned::Known { year: number / 10_000, month, day, time: None })
        }
        10 => unix(Timestamp::from_second(number)),
        13 => unix(Timestamp::from_millisecond(number)),
        _ => Err(Unreadable::NotADate),
    }
}

/// A number that is at most 99 by its digits.
fn small(number: i64) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

/// Three numbers with one separator, or eight digits and a time. None if it does not begin so.
fn numeric(text: &str) -> Option<Result<Scanned, Unreadable>> {
    let (first, rest) = digits(text)?;
    if first.len() == 8 {
        let time = rest.strip_prefix(['T', 't', ' '])?;
        return Some(bare_digits(first).and_then(|scanned| with_time(scanned, time)));
    }
    let separator = match rest.as_bytes().first()? {
        b'.' => Separator::Point,
        b'/' => Separator::Slash,
        b'-' => Separator::Hyphen,
        _ => return None,
    };
    let (second, rest2) = digits(rest[1..].trim_start())?;
    let third = rest2.strip_prefix(char::from(rest.as_bytes()[0]))?;
    let (third, time) = digits(third.trim_start())?;
    Some(three_numbers([first, second, third], separator).and_then(|it| with_time(it, time)))
}

fn three_numbers(parts: [&str; 3], separator: Separator) -> Result<Scanned, Unreadable> {
    let lengths = parts.map(str::len);
    let [first, second, third] = parts.map(|part| part.parse().unwrap_or(i64::MAX));
    match lengths {
        [4, 1..=2, 1..=2] => {
            Ok(Scanned::Known { year: first, month: small(second), day: small(third), time: None })
        }
        [1..=2, 1..=2, 2 | 4] => {
            let year = if lengths[2] == 2 { full_year(third) } else { third };
            let day_month = DayMonth { first: small(first), second: small(second), separator };
            Ok(Scanned::Numeric { year, day_month, time: None })
        }
        _ => Err(Unreadable::NotADate),
    }
}

fn full_year(two_digits: i64) -> i64 {
    if two_digits <= 68 { 2000 + two_digits } else { 1900 + two_digits }
}

fn with_time(scanned: Scanned, rest: &str) -> Result<Scanned, Unreadable> {
    let read = clock(rest)?;
    Ok(match scanned {
        Scanned::Known { year, month, day, .. } => Scanned::Known { year, month, day, time: read },
        Scanned::Numeric { year, day_month, .. } => {
            Scanned::Numeric { year, day_month, time: read }
        }
        Scanned::Unix(at) => Scanned::Unix(at),
    })
}

/// The digits that a text begins with, if any, and what follows them.
fn digits(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// A date whose month has a name: `2-Jan-2024`, `Jan 2, 2024 3:04 PM`, `Tue, 2 January 2024`.
fn named(text: &str) -> Result<Scanned, Unreadable> {
    let (mut month, mut numbers, mut rest) = (None, Vec::new(), text);
    while month.is_none() || numbers.len() < 2 {
        rest = rest.trim_start_matches([' ', ',', '-', '.', '/']);
        if let Some((number, after)) = digits(rest) {
            numbers.push(number);
            rest = ["st", "nd", "rd", "th"]
                .iter()
                .find_map(|ending| after.strip_prefix(ending))
                .unwrap_or(after);
            continue;
        }
        let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if word.is_empty() || numbers.len() > 2 {
            return Err(Unreadable::NotADate);
        }
        match month_named(word) {
            Some(found) if month.is_none() => month = Some(found),
            // A weekday, or the Spanish "de"; a weekday that does not fit the date is left to the
            // source, which wrote both.
            None if is_filler(word) => {}
            _ => return Err(Unreadable::NotADate),
        }
        rest = after;
    }
    let (year, day) = match numbers[..] {
        [year, day] if year.len() == 4 && day.len() <= 2 => (year, day),
        [day, year] if day.len() <= 2 && matches!(year.len(), 2 | 4) => (year, day),
        _ => return Err(Unreadable::NotADate),
    };
    let number = |part: &str| part.parse::<i64>().map_err(|_| Unreadable::NotADate);
    let full = if year.len() == 2 { full_year(number(year)?) } else { number(year)? };
    let month = month.ok_or(Unreadable::NotADate)?;
    let time = clock(rest)?;
    Ok(Scanned::Known { year: full, month, day: small(number(day)?), time })
}

/// Beginnings of month names, in English, German, French, Spanish and Italian, by month; a word
/// is a month if it begins with one of them.
const MONTHS: [&[&str]; 12] = [
    &["jan", "jän", "ene", "gen"],
    &["feb", "fév", "fev"],
    &["mar", "mär", "mrz"],
    &["apr", "avr", "abr"],
    &["may", "mai", "mag"],
    &["jun", "juin", "giu"],
    &["jul", "juil", "lug"],
    &["aug", "aoû", "aou", "ago"],
    &["sep", "set"],
    &["oct", "okt", "ott"],
    &["nov"],
    &["dec", "dez", "déc", "dic"],
];

fn month_named(word: &str) -> Option<u8> {
    let word = word.to_lowercase();
    // The longest name is ten letters; "Marketing" begins like a month, and is none.
    let is_name = word.chars().count() <= 10 && !word.starts_with("mark");
    let place = MONTHS.iter().position(|names| names.iter().any(|it| word.starts_with(it)))?;
    is_name.then(|| small(place as i64 + 1))
}

fn is_filler(word: &str) -> bool {
    let word = word.to_lowercase();
    let days =
        ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "mo", "di", "mi", "do", "fr", "sa", "so"];
    word == "de" || days.contains(&word.as_str()) || word.ends_with("day") || word.ends_with("tag")
}

/// What follows a date: nothing, or a time and perhaps a zone.
fn clock(rest: &str) -> Result<Option<Clock>, Unreadable> {
    let rest = rest.trim_matches([' ', ',']);
    if rest.is_empty() {
        return Ok(None);
    }
    let rest = rest.strip_prefix("at ").unwrap_or(rest);
    let rest = rest.strip_prefix(['T', 't']).unwrap_or(rest);
    let (hour, mut rest) = digits(rest).ok_or(Unreadable::NotADate)?;
    let mut parts = [hour, "0", "0"];
    if hour.len() == 6 || hour.len() == 4 {
        // The compact form of ISO 8601: T150405.
        parts = [&hour[..2], &hour[2..4], if hour.len() == 6 { &hour[4..] } else { "0" }];
    } else {
        for part in &mut parts[1..] {
            let Some(after) = rest.strip_prefix(':') else { break };
            (*part, rest) = digits(after).ok_or(Unreadable::NotADate)?;
        }
    }
    let (nanosecond, rest) = fraction(rest)?;
    let (noon, rest) = half_of_day(rest.trim_start());
    if hour.len() <= 2 && parts[1] == "0" && noon.is_none() && !rest.is_empty() {
        return Err(Unreadable::NotADate);
    }
    let offset = zone(rest.trim_start())?;
    time(parts, nanosecond, noon)
        .map(|(time, ends_the_day)| Some(Clock { time, ends_the_day, offset }))
}

/// A fraction of a second, to the nanosecond; further digits are dropped.
fn fraction(rest: &str) -> Result<(i32, &str), Unreadable> {
    let Some(after) = rest.strip_prefix(['.', ',']) else { return Ok((0, rest)) };
    let (part, rest) = digits(after).ok_or(Unreadable::NotADate)?;
    let nine: String = part.chars().chain("000000000".chars()).take(9).collect();
    Ok((nine.parse().map_err(|_| Unreadable::NotADate)?, rest))
}

/// Whether an hour is counted from noon, if it says.
fn half_of_day(rest: &str) -> (Option<bool>, &str) {
    for (word, noon) in [("am", false), ("a.m.", false), ("pm", true), ("p.m.", true)] {
        if let Some((found, after)) = rest.split_at_checked(word.len())
            && found.eq_ignore_ascii_case(word)
            && !after.starts_with(char::is_alphabetic)
        {
            return (Some(noon), after);
        }
    }
    (None, rest)
}

fn time(parts: [&str; 3], nanosecond: i32, noon: Option<bool>) -> Result<(Time, bool), Unreadable> {
    let [hour, minute, second] = parts.map(|part| part.parse::<i8>().unwrap_or(i8::MAX));
    let hour = match noon {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return Err(Unreadable::NoSuchDate),
        Some(noon) => hour % 12 + if noon { 12 } else { 0 },
    };
    if (hour, minute, second, nanosecond) == (24, 0, 0, 0) {
        return Ok((Time::midnight(), true));
    }
    // A leap second, which no clock here has.
    let leap = second == 60 && minute == 59;
    let (second, nanosecond) = if leap { (59, 0) } else { (second, nanosecond) };
    let time = Time::new(hour, minute, second, nanosecond).map_err(|_| Unreadable::NoSuchDate)?;
    Ok((time, false))
}

/// A zone as its distance from UTC.
fn zone(text: &str) -> Result<Option<Offset>, Unreadable> {
    let upper = text.trim().to_ascii_uppercase();
    let text = upper.strip_prefix("UTC").or_else(|| upper.strip_prefix("GMT"));
    let text = match (text, upper.as_str()) {
        (_, "") => return Ok(None),
        (_, "Z") | (Some(""), _) => return Ok(Some(Offset::UTC)),
        (Some(distance), _) | (None, distance) => distance,
    };
    let sign = match text.chars().next() {
        Some('+') => 1,
        Some('-' | '\u{2212}') => -1,
        Some(c) if c.is_alphabetic() => return Err(Unreadable::ZoneByName),
        _ => return Err(Unreadable::NotADate),
    };
    let text = text.trim_start_matches(['+', '-', '\u{2212}']);
    let (hours, minutes) = match text.split_once(':') {
        Some(parts) => parts,
        None if text.len() == 4 && text.is_ascii() => text.split_at(2),
        None => (text, "0"),
    };
    let number = |part: &str| match digits(part) {
        Some((all, "")) if all.len() <= 2 => all.parse::<i32>().ok(),
        _ => None,
    };
    let (Some(hours), Some(minutes)) = (number(hours), number(minutes)) else {
        return Err(Unreadable::NotADate);
    };
    // The furthest zones are 14 hours from UTC.
    if hours > 14 || minutes > 59 {
        return Err(Unreadable::NoSuchDate);
    }
    let offset = Offset::from_seconds(sign * (hours * 3600 + minutes * 60));
    offset.map(Some).map_err(|_| Unreadable::NoSuchDate)
}
