//! How durations, shares, dates, times and zones are written.

use jiff::{
    civil::{Date, Time},
    tz::TimeZone,
};

/// A length of time as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// How long, in seconds; a day is 24 hours.
    pub seconds: i64,
    /// Whether it speaks of days, which in working hours can mean two things.
    pub has_days: bool,
}

/// What a window of a limit is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Days.
    Day,
    /// Weeks.
    Week,
    /// Months.
    Month,
    /// Quarters of a year.
    Quarter,
    /// Years.
    Year,
}

/// Reads `2h`, `90min`, `1h 30min`, `1 day` or `30 days`.
pub fn length(text: &str) -> Option<Length> {
    let mut length = Length { seconds: 0, has_days: false };
    let mut rest = text.trim();
    let mut finest = i64::MAX;
    while !rest.is_empty() {
        let (count, after) = leading_number(rest)?;
        let after = after.trim_start();
        let word: String = after.chars().take_while(char::is_ascii_alphabetic).collect();
        let unit = match word.as_str() {
            "min" => 60,
            "h" => 3_600,
            "day" | "days" => 86_400,
            _ => return None,
        };
        // From the greatest unit to the smallest, each once.
        if unit >= finest {
            return None;
        }
        finest = unit;
        length.has_days |= unit == 86_400;
        length.seconds = length.seconds.checked_add(count.checked_mul(unit)?)?;
        rest = after[word.len()..].trim_start();
    }
    (length.seconds > 0 && length.seconds <= 36_600 * 86_400).then_some(length)
}

/// Reads `1 working day` or `3 working days`.
pub fn working_days(text: &str) -> Option<u32> {
    let (count, rest) = leading_number(text.trim())?;
    let mut words = rest.split_whitespace();
    let is_word = matches!(words.next(), Some("working" | "business"))
        && matches!(words.next(), Some("day" | "days"))
        && words.next().is_none();
    u32::try_from(count).ok().filter(|count| is_word && (1..=366).contains(count))
}

/// Reads `day`, `week`, `month`, `quarter`, `year`, `30 days`, `2 weeks` or `6 months`.
pub fn period(text: &str) -> Option<(i64, Unit)> {
    let text = text.trim();
    let (count, word) = leading_number(text).unwrap_or((1, text));
    let unit = match word.trim() {
        "day" | "days" => Unit::Day,
        "week" | "weeks" => Unit::Week,
        "month" | "months" => Unit::Month,
        "quarter" | "quarters" => Unit::Quarter,
        "year" | "years" => Unit::Year,
        _ => return None,
    };
    (1..=36_600).contains(&count).then_some((count, unit))
}

fn leading_number(text: &str) -> Option<(i64, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..digits].parse().ok()?, &text[digits..]))
}

/// Reads `90%` or `72.5%`, as thousandths.
pub fn share(text: &str) -> Option<i64> {
    let number = text.trim().strip_suffix('%')?.trim_end();
    let (whole, tenth) = number.split_once('.').unwrap_or((number, "0"));
    if tenth.len() != 1 || whole.is_empty() || whole.len() > 3 {
        return None;
    }
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if !digits(whole) || !digits(tenth) {
        return None;
    }
    Some(whole.parse::<i64>().ok()? * 10 + tenth.parse::<i64>().ok()?)
}

/// Reads `2026-10-01`, in the years 1970 to 2199.
pub fn date(text: &str) -> Option<Date> {
    let date: Date = (text.len() == 10).then(|| text.parse().ok())??;
    (1970..2200).contains(&date.year()).then_some(date)
}

/// Reads `09:00`.
pub fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let two = |text: &str| {
        (text.len() == 2 && text.chars().all(|c| c.is_ascii_digit())).then(|| text.parse().ok())?
    };
    Time::new(two(hour)?, two(minute)?, 0, 0).ok()
}

/// Reads `Europe/Berlin` or `UTC`; no offsets such as `+02:00`, which know no summer time.
pub fn zone(text: &str) -> Option<TimeZone> {
    if text == "UTC" {
        return Some(TimeZone::UTC);
    }
    let is_name = text.contains('/') && text.len() <= 64 && text.is_ascii();
    is_name.then(|| TimeZone::get(text).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_days_hours_and_minutes() {
        let hours = |seconds| Some(Length { seconds, has_days: false });
        let days = |seconds| Some(Length { seconds, has_days: true });
        let cases = [
            ("2h", hours(7_200)),
            ("90min", hours(5_400)),
            ("1h 30min", hours(5_400)),
            ("2 h", hours(7_200)),
            ("1 day", days(86_400)),
            ("30 days", days(30 * 86_400)),
            ("1 day 12h", days(36 * 3_600)),
        ];
        for (text, expected) in cases {
            assert_eq!(length(text), expected, "{text}");
        }
        let wrong = [
            "",
            "2",
            "h",
            "-2h",
            "0h",
            "2 hours",
            "1.5h",
            "30min 1h",
            "1h 1h",
            "99999999 days",
            "99999999999999999999h",
            "2hü",
            "2h,",
        ];
        for text in wrong {
            assert_eq!(length(text), None, "{text}");
        }
    }

    #[test]
    fn shares_periods_dates_and_times_have_one_way_of_writing() {
        for (text, per_mille) in [("90%", 900), ("72.5%", 725), ("0%", 0), ("100 %", 1000)] {
            assert_eq!(share(text), Some(per_mille), "{text}");
        }
        for wrong in ["90", "%", "-1%", "1.25%", "1e1%", "+5%"] {
            assert_eq!(share(wrong), None, "{wrong}");
        }
        assert_eq!(working_days("1 working day"), Some(1));
        assert_eq!(working_days("3 business days"), Some(3));
        for wrong in ["working day", "1 day", "0 working days", "1 working", "1 working day late"] {
            assert_eq!(working_days(wrong), None, "{wrong}");
        }
        assert_eq!(period("week"), Some((1, Unit::Week)));
        assert_eq!(period("30 days"), Some((30, Unit::Day)));
        assert_eq!(period("6 months"), Some((6, Unit::Month)));
        assert_eq!(period("quarter"), Some((1, Unit::Quarter)));
        assert_eq!(period("2 years"), Some((2, Unit::Year)));
        for wrong in ["", "0 days", "fortnight", "30", "decade"] {
            assert_eq!(period(wrong), None, "{wrong}");
        }
        assert!(date("2026-10-01").is_some() && time("23:59").is_some());
        for wrong in ["2026-13-01", "20261001", "1.10.2026", "0001-01-01"] {
            assert_eq!(date(wrong), None, "{wrong}");
        }
        for wrong in ["9:00", "24:00", "09:60", "09:00:00", "+9:00"] {
            assert_eq!(time(wrong), None, "{wrong}");
        }
        assert!(zone("Europe/Berlin").is_some() && zone("UTC").is_some());
        for wrong in ["Berlin", "+02:00", "Europe/Berlim", ""] {
            assert!(zone(wrong).is_none(), "{wrong}");
        }
    }
}
