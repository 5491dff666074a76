//! Numbers as exports write them, kept exactly.

use rust_decimal::Decimal;

use super::{Unreadable, ValueProblem, missing};

/// A number as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    /// The value, exactly; of `12 %` it is 12.
    pub value: Decimal,
    /// Whether a percent sign follows.
    pub is_percent: bool,
}

/// Which sign parts a number's whole from its fraction, in one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalSign {
    /// `1,234.5`.
    Point,
    /// `1.234,5`.
    Comma,
    /// Both occur: only values that leave no choice are read.
    Mixed,
}

impl DecimalSign {
    /// Reads `point` or `comma`, as the mapping says it.
    pub fn parse(sign: &str) -> Option<DecimalSign> {
        match sign {
            "point" => Some(DecimalSign::Point),
            "comma" => Some(DecimalSign::Comma),
            _ => None,
        }
    }
}

/// What a column's numbers show of its decimal sign.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NumberProfile {
    /// Values that need the point: `1,234.5`, `0.5`, `1,234,567`.
    pub point: u64,
    /// Values that need the comma: `1.234,5`, `0,5`, `1.234.567`.
    pub comma: u64,
    /// Values that can be read both ways: `1,234`, `1.234`.
    pub either: u64,
    /// Values without a sign: `1234`, `1 234`.
    pub whole: u64,
    /// Values that are no numbers.
    pub unreadable: u64,
}

/// What a profile came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberStyle {
    /// The sign to read with.
    pub decimal: DecimalSign,
    /// How many values were read the English way although nothing in the column shows that it
    /// is right: `1,234` as one thousand, `1.234` as one and a bit. To be told if not zero.
    pub assumed: u64,
}

impl std::fmt::Display for NumberStyle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.decimal, self.assumed) {
            (DecimalSign::Mixed, _) => f.write_str("the column has both decimal signs"),
            (DecimalSign::Comma, _) => f.write_str("1.234,5: the decimal sign is a comma"),
            (DecimalSign::Point, 0) => f.write_str("1,234.5: the decimal sign is a point"),
            (DecimalSign::Point, assumed) => write!(
                f,
                "nothing shows the decimal sign; {assumed} values such as 1,234 are read as in \
                 English: if that is wrong, say that a comma stands before decimals"
            ),
        }
    }
}

impl NumberProfile {
    /// Looks at one value; blanks count for nothing. For money use
    /// [`observe_money`](super::money::observe_money).
    pub fn observe(&mut self, text: &str) {
        if missing(text).is_some() {
            return;
        }
        match Bare::of(text) {
            Ok(bare) => self.observe_digits(&bare.digits),
            Err(_) => self.unreadable += 1,
        }
    }

    pub(super) fn observe_digits(&mut self, digits: &str) {
        let count = match signs(digits) {
            Err(_) => &mut self.unreadable,
            Ok(Signs::Point) => &mut self.point,
            Ok(Signs::Comma) => &mut self.comma,
            Ok(Signs::Either) => &mut self.either,
            Ok(Signs::None) => &mut self.whole,
        };
        *count += 1;
    }

    /// The decimal sign that the column shows; the English one if it shows none.
    pub fn finish(&self) -> NumberStyle {
        let decimal = match (self.point > 0, self.comma > 0) {
            (true, true) => DecimalSign::Mixed,
            (false, true) => DecimalSign::Comma,
            _ => DecimalSign::Point,
        };
        let assumed = if self.point + self.comma == 0 { self.either } else { 0 };
        NumberStyle { decimal, assumed }
    }
}

/// Reads a number with the decimal sign of its column.
///
/// Accepted are groups parted by `,` `.` `'` or spaces of any width, `(5)`, `5-` and `−5` for
/// minus five, `12 %`, and `1e6`.
///
/// # Errors
/// A [`ValueProblem`]; ask [`missing`] first, since a blank is no number.
pub fn parse_number(text: &str, decimal: DecimalSign) -> Result<Number, ValueProblem> {
    Bare::of(text)
        .and_then(|bare| bare.number(decimal))
        .map_err(|reason| ValueProblem::new(text, reason))
}

/// A workbook's number, to the 15 digits that Excel keeps: 0.1 + 0.2 is 0.3.
///
/// # Errors
/// [`Unreadable::TooLarge`] if it has no exact form in 28 digits.
pub fn from_float(number: f64) -> Result<Decimal, ValueProblem> {
    let text = format!("{number:.14e}");
    Decimal::from_scientific(&text)
        .map(|exact| exact.normalize())
        .map_err(|_| ValueProblem::new(&number.to_string(), Unreadable::TooLarge))
}

/// A number without what stands around its digits.
pub(super) struct Bare {
    negative: bool,
    /// ASCII digits, points, commas; groups parted by other signs are closed up already.
    pub digits: String,
    exponent: i32,
    pub is_percent: bool,
}

/// Longest text that can be a number.
const CHARS_MAX: usize = 100;

impl Bare {
    pub(super) fn of(text: &str) -> Result<Bare, Unreadable> {
        let text = text.trim_matches(super::is_edge);
        if text.is_empty() || text.len() > CHARS_MAX {
            return Err(Unreadable::NotANumber);
        }
        let (mut rest, mut signs) = (text, 0);
        let mut negative = false;
        if let Some(inner) = text.strip_prefix('(').and_then(|it| it.strip_suffix(')')) {
            (rest, signs, negative) = (inner.trim(), 1, true);
        }
        let (shorter, is_percent) = match rest.strip_suffix('%') {
            Some(shorter) => (shorter.trim_end(), true),
            None => (rest, false),
        };
        rest = shorter;
        for (sign, is_minus) in [('-', true), ('\u{2212}', true), ('+', false)] {
            let stripped = rest.strip_prefix(sign).or_else(|| rest.strip_suffix(sign));
            if let Some(shorter) = stripped {
                (rest, signs, negative) = (shorter.trim(), signs + 1, negative || is_minus);
            }
        }
        if signs > 1 {
            return Err(Unreadable::NotANumber);
        }
        let (mantissa, exponent) = split_exponent(rest)?;
        Ok(Bare { negative, digits: closed_up(mantissa)?, exponent, is_percent })
    }

    pub(super) fn number(&self, decimal: DecimalSign) -> Result<Number, Unreadable> {
        let mut value = self.magnitude(decimal)?;
        if self.exponent != 0 {
            // One value, so that the exponent is checked by the library.
            value = Decimal::from_scientific(&format!("{value}e{}", self.exponent))
                .map_err(|_| Unreadable::TooLarge)?;
        }
        value.set_sign_negative(self.negative && !value.is_zero());
        Ok(Number { value, is_percent: self.is_percent })
    }

    fn magnitude(&self, decimal: DecimalSign) -> Result<Decimal, Unreadable> {
        let with_point = || exact(&self.digits, ',', '.');
        let with_comma = || exact(&self.digits, '.', ',');
        match (signs(&self.digits)?, decimal) {
            (Signs::Comma, DecimalSign::Point) => {
                Err(Unreadable::AgainstDecimalSign { sign: "point" })
            }
            (Signs::Point, DecimalSign::Comma) => {
                Err(Unreadable::AgainstDecimalSign { sign: "comma" })
            }
            (Signs::Either, DecimalSign::Mixed) => Err(Unreadable::AmbiguousNumber {
                with_point: with_point()?,
                with_comma: with_comma()?,
            }),
            (Signs::Comma, _) | (Signs::Either, DecimalSign::Comma) => with_comma(),
            (Signs::Point | Signs::None | Signs::Either, _) => with_point(),
        }
    }
}

fn split_exponent(text: &str) -> Result<(&str, i32), Unreadable> {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return Ok((text, 0)) };
    let exponent: i32 = exponent.parse().map_err(|_| Unreadable::NotANumber)?;
    if exponent.abs() > 40 { Err(Unreadable::TooLarge) } else { Ok((mantissa, exponent)) }
}

/// Digits with the groups closed up that spaces and apostrophes part; every group but the first
/// must have three digits.
fn closed_up(text: &str) -> Result<String, Unreadable> {
    let is_gap = |c: char| c.is_whitespace() || matches!(c, '\'' | '\u{2019}' | '_');
    if !text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',') || is_gap(c)) {
        return Err(Unreadable::NotANumber);
    }
    if !text.contains(|c: char| c.is_ascii_digit()) {
        return Err(Unreadable::NotANumber);
    }
    let groups: Vec<&str> = text.split(is_gap).collect();
    let three = |group: &&str| {
        let whole = group.split(['.', ',']).next().unwrap_or_default();
        whole.len() == 3
    };
    let plain = groups.iter().rev().skip(1).all(|group| !group.contains(['.', ',']));
    let odd = groups.len() > 1 && (!plain || !groups[1..].iter().all(three) || groups[0].len() > 3);
    if odd || groups[0].is_empty() { Err(Unreadable::OddGroups) } else { Ok(groups.concat()) }
}

/// Which decimal sign a number needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signs {
    None,
    Point,
    Comma,
    Either,
}

/// What the signs of a number show, if they stand where signs can stand: `1.2.3` is no number,
/// and must not count as one whose groups are parted by points.
fn signs(digits: &str) -> Result<Signs, Unreadable> {
    let points = digits.matches('.').count();
    let commas = digits.matches(',').count();
    let point_last = digits.rfind('.') > digits.rfind(',');
    let shown = match (points, commas) {
        (0, 0) => Signs::None,
        (1, 0) if is_like_a_group(digits, '.') => Signs::Either,
        (0, 1) if is_like_a_group(digits, ',') => Signs::Either,
        (1, 0) => Signs::Point,
        (0, 1) => Signs::Comma,
        (_, 0) => Signs::Comma,
        (0, _) => Signs::Point,
        (1, _) if point_last => Signs::Point,
        (_, 1) if !point_last => Signs::Comma,
        _ => return Err(Unreadable::OddGroups),
    };
    let fits = match shown {
        Signs::Point => split(digits, ',', '.').is_some(),
        Signs::Comma => split(digits, '.', ',').is_some(),
        Signs::Either | Signs::None => true,
    };
    if fits { Ok(shown) } else { Err(Unreadable::OddGroups) }
}

/// Whether a sign that occurs once can part thousands: one to three digits before it, not `0`,
/// and three after.
fn is_like_a_group(digits: &str, sign: char) -> bool {
    digits.split_once(sign).is_some_and(|(before, after)| {
        after.len() == 3 && (1..=3).contains(&before.len()) && !before.starts_with('0')
    })
}

/// The whole and the fraction, given which sign groups and which is the decimal sign.
fn split(digits: &str, group: char, decimal: char) -> Option<(String, &str)> {
    let (whole, fraction) = digits.split_once(decimal).unwrap_or((digits, ""));
    let groups: Vec<&str> = whole.split(group).collect();
    // The last group has three digits; those before it three, or two as in India.
    let inner = &groups[1..];
    let fits = inner.last().is_none_or(|last| last.len() == 3)
        && inner.iter().all(|it| matches!(it.len(), 2 | 3))
        && (inner.is_empty() || (1..=3).contains(&groups[0].len()))
        && !fraction.contains([group, decimal]);
    fits.then(|| (groups.concat(), fraction))
}

/// The value, given which sign groups and which is the decimal sign.
fn exact(digits: &str, group: char, decimal: char) -> Result<Decimal, Unreadable> {
    let (whole, fraction) = split(digits, group, decimal).ok_or(Unreadable::OddGroups)?;
    let whole = if whole.is_empty() { "0" } else { &whole };
    let fraction = if fraction.is_empty() { "0" } else { fraction };
    Decimal::from_str_exact(&format!("{whole}.{fraction}"))
        .map(|value| value.normalize())
        .map_err(|_| Unreadable::TooLarge)
}

#[cfg(test)]
mod tests;
