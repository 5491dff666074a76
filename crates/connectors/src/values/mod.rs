//! Single values as people and programs write them.
//!
//! Nothing is guessed from one value alone where two readings are possible: a column is looked at
//! first ([`date::DateProfile`], [`number::NumberProfile`]), and what it does not settle is either
//! a problem that asks, or an assumption that is told.

pub mod date;
pub mod money;
pub mod number;

/// A value that could not be read: what was seen, why it cannot be, and what would be right.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("\"{seen}\" {reason}")]
pub struct ValueProblem {
    /// The text, at most its first 60 characters.
    pub seen: String,
    /// Why it cannot be read, and what would be right.
    pub reason: Unreadable,
}

impl ValueProblem {
    fn new(seen: &str, reason: Unreadable) -> ValueProblem {
        let mut shown: String = text(seen).chars().take(60).collect();
        if shown.len() < text(seen).len() {
            shown.push('…');
        }
        ValueProblem { seen: shown, reason }
    }
}

/// How a reason ends that asks for the order of day and month. Where that is said depends on the
/// door: an option of a command, a choice on a page, a line of a mapping.
pub const SAY_DATE_ORDER: &str = "say whether the day or the month comes first";

/// How a reason ends that asks for the decimal sign.
pub const SAY_DECIMAL: &str = "say whether a point or a comma stands before decimals";

/// Why a value cannot be read, and what would be right.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Unreadable {
    /// No form of a date.
    #[error("is not a date: write it as 2024-01-23, or 2024-01-23T15:04:05Z with a time")]
    NotADate,
    /// Five digits, as a spreadsheet keeps a day of our time where its cell is not formatted as one.
    #[error(
        "may be a spreadsheet's count of days: format the column as dates there, and save it again"
    )]
    CountOfDays,
    /// A month 13, a 30 February, an hour 25.
    #[error("is a date or time that does not exist: correct it in the source")]
    NoSuchDate,
    /// A day that comes before the month in a column where the month comes first, or the reverse.
    #[error("does not fit the column's order of {order}: correct it, or change that order")]
    AgainstOrder {
        /// `day first` or `month first`.
        order: &'static str,
    },
    /// Both readings exist, and the column does not tell which.
    #[error("can be {day_first} or {month_first}: {}", SAY_DATE_ORDER)]
    AmbiguousDate {
        /// Read with the day first.
        day_first: jiff::civil::Date,
        /// Read with the month first.
        month_first: jiff::civil::Date,
    },
    /// Before 1900 or after 2199: a placeholder or a slip.
    #[error("is in the year {year}, not between 1900 and 2199: correct it, or leave it blank")]
    YearOutOfRange {
        /// The year read.
        year: i64,
    },
    /// `CET` may mean two things, and `IST` three.
    #[error("names a time zone by letters: write its distance from UTC, such as +01:00, or Z")]
    ZoneByName,
    /// No form of a number.
    #[error("is not a number: write it as 1234.5")]
    NotANumber,
    /// Groups of digits that are not of three.
    #[error("has groups of digits that make no number: write it as 1234.5")]
    OddGroups,
    /// A decimal comma where the column has decimal points, or the reverse.
    #[error(
        "does not fit the column, whose decimal sign is a {sign}: correct it, or change that sign"
    )]
    AgainstDecimalSign {
        /// `point` or `comma`.
        sign: &'static str,
    },
    /// `1,234` in a column that has both signs.
    #[error(
        "can be {with_point} or {with_comma}, and the column has both decimal signs: {}",
        SAY_DECIMAL
    )]
    AmbiguousNumber {
        /// Its value if the point is the decimal sign.
        with_point: rust_decimal::Decimal,
        /// Its value if the comma is the decimal sign.
        with_comma: rust_decimal::Decimal,
    },
    /// More than 28 digits, or an amount beyond nine million million million cents.
    #[error("is too large or too fine to be kept exactly: round it in the source")]
    TooLarge,
    /// Letters or a sign that are no currency we know.
    #[error("is in {0:?}, which is not a currency we know: write its ISO code, such as EUR")]
    UnknownCurrency(String),
    /// `kr`, `$` and their like, which several countries use, in a column of none of them.
    #[error("is in {0:?}, which several currencies are called: write the ISO code, such as SEK")]
    AmbiguousCurrency(String),
    /// Two currencies in one cell.
    #[error("names two currencies: keep one")]
    TwoCurrencies,
    /// A share where an amount belongs.
    #[error("is a percentage, not an amount of money: map the column as a number")]
    PercentOfMoney,
    /// Neither yes nor no.
    #[error("is neither yes nor no: write yes, no, true, false, 1 or 0")]
    NotYesOrNo,
}

/// How a cell says that it holds nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// The source has it empty: `""`, `-`, `null`.
    Blank,
    /// The source does not know, or its formula failed: `n/a`, `#N/A`, `unknown`. It must not
    /// clear a value that is known.
    Unknown,
}

/// Whether a text stands for nothing, and which kind of nothing.
pub fn missing(text: &str) -> Option<Missing> {
    let text = text.trim_matches(is_edge);
    match text {
        "" | "-" | "--" | "—" | "–" | "''" | "\"\"" => return Some(Missing::Blank),
        "?" | "??" => return Some(Missing::Unknown),
        // Every longer value is longer than the longest word below.
        _ if text.len() > 14 => return None,
        _ => {}
    }
    match text.to_ascii_lowercase().as_str() {
        "null" | "nil" | "none" | "(null)" | "(none)" | "(blank)" | "<null>" | "\\n" => {
            Some(Missing::Blank)
        }
        "n/a" | "na" | "n.a." | "#n/a" | "unknown" | "(unknown)" | "nan" | "not available"
        | "#ref!" | "#value!" | "#name?" | "#div/0!" | "#null!" | "#num!" | "#error!" => {
            Some(Missing::Unknown)
        }
        _ => None,
    }
}

/// Text to be kept: its edges trimmed, control characters removed. Line feeds and tabs within it
/// stay; letters stay as they were sent, composed or not.
pub fn text(text: &str) -> String {
    let kept = text.trim_matches(is_edge).chars();
    kept.filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// What is trimmed from a value's edges: spaces of all widths, and marks that cannot be seen.
fn is_edge(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '\u{FEFF}' | '\u{200B}'..='\u{200F}')
}

/// Reads yes or no.
///
/// # Errors
/// [`Unreadable::NotYesOrNo`]; ask [`missing`] first, since a blank is neither.
pub fn parse_bool(seen: &str) -> Result<bool, ValueProblem> {
    match text(seen).to_lowercase().as_str() {
        "yes" | "y" | "true" | "t" | "1" | "1.0" | "x" | "on" | "ja" | "j" | "wahr" | "oui"
        | "vrai" | "si" | "sí" | "sì" | "✓" | "✔" => Ok(true),
        "no" | "n" | "false" | "f" | "0" | "0.0" | "off" | "nein" | "falsch" | "non" | "faux"
        | "nee" | "✗" | "✘" => Ok(false),
        _ => Err(ValueProblem::new(seen, Unreadable::NotYesOrNo)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_blank_or_unknown() {
        let cases = [
            ("", Some(Missing::Blank)),
            (" \u{a0}\u{feff}", Some(Missing::Blank)),
            ("-", Some(Missing::Blank)),
            ("NULL", Some(Missing::Blank)),
            ("N/A", Some(Missing::Unknown)),
            ("#N/A", Some(Missing::Unknown)),
            ("#DIV/0!", Some(Missing::Unknown)),
            ("Nullarbor", None),
            ("0", None),
            ("-5", None),
        ];
        for (seen, expected) in cases {
            assert_eq!(missing(seen), expected, "{seen}");
        }
    }

    #[test]
    fn yes_and_no_in_the_words_of_exports() {
        for (seen, expected) in
            [("Yes", true), ("x", true), ("1", true), ("JA", true), ("Sí", true)]
                .into_iter()
                .chain([("no", false), ("Nein", false), ("FALSE", false), ("0", false)])
        {
            assert_eq!(parse_bool(seen), Ok(expected), "{seen}");
        }
        assert_eq!(
            parse_bool("maybe").unwrap_err().to_string(),
            "\"maybe\" is neither yes nor no: write yes, no, true, false, 1 or 0"
        );
    }

    #[test]
    fn text_loses_edges_and_controls_but_no_lines() {
        assert_eq!(text(" \u{a0}a\u{7}b\nc\t \u{200b}"), "ab\nc");
    }

    #[test]
    fn a_long_value_is_shown_by_its_beginning() {
        let problem = parse_bool(&"ä".repeat(100)).unwrap_err();
        assert_eq!(problem.seen.chars().count(), 61);
    }
}
