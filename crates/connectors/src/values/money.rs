//! Money as exports write it: an amount, and perhaps its currency.

use domain::money::{Currency, Money};
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use super::number::{Bare, DecimalSign, NumberProfile, from_float};
use super::{Unreadable, ValueProblem, missing};

mod currencies;

use currencies::{Meaning, meaning};

/// An amount as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MoneyValue {
    /// The amount in minor units. Its currency is the cell's own where the cell names one.
    pub money: Money,
    /// Whether the cell names a currency other than its column's. To be told.
    pub differs_from_column: bool,
    /// Whether digits below the minor unit were rounded, halves away from zero. To be told.
    pub rounded: bool,
}

/// The currency that a code or a sign means wherever it stands.
pub fn currency_named(name: &str) -> Option<Currency> {
    match meaning(name) {
        Meaning::One(code) => Currency::parse(code).ok(),
        _ => None,
    }
}

/// Looks at one amount for its column's decimal sign; blanks count for nothing.
pub fn observe_money(profile: &mut NumberProfile, text: &str) {
    if missing(text).is_some() {
        return;
    }
    match Parts::of(text).and_then(|parts| Bare::of(&parts.amount)) {
        Ok(bare) => profile.observe_digits(&bare.digits),
        Err(_) => profile.unreadable += 1,
    }
}

/// Reads an amount, in the column's currency unless the cell names its own.
///
/// Signs and ISO codes stand before or after; `k`, `m`, `mn`, `bn` and their like multiply. A
/// sign that several currencies share is the column's if it is one of them; a bare `$` and `¥`
/// elsewhere are US dollars and yen.
///
/// # Errors
/// A [`ValueProblem`]; ask [`missing`] first, since a blank is no amount.
pub fn parse_money(
    text: &str,
    column: Currency,
    decimal: DecimalSign,
) -> Result<MoneyValue, ValueProblem> {
    read(text, column, decimal).map_err(|reason| ValueProblem::new(text, reason))
}

/// A workbook's number as money of its column's currency.
///
/// # Errors
/// [`Unreadable::TooLarge`].
pub fn money_from_float(number: f64, column: Currency) -> Result<MoneyValue, ValueProblem> {
    let amount = from_float(number)?;
    in_minor_units(amount, column, column)
        .map_err(|reason| ValueProblem::new(&number.to_string(), reason))
}

fn read(text: &str, column: Currency, decimal: DecimalSign) -> Result<MoneyValue, Unreadable> {
    let parts = Parts::of(text)?;
    let currency = match &parts.currency {
        Some(name) => currency(name, column)?,
        None => column,
    };
    let number = Bare::of(&parts.amount)?.number(decimal)?;
    if number.is_percent {
        return Err(Unreadable::PercentOfMoney);
    }
    let factor = Decimal::from(parts.factor);
    let amount = number.value.checked_mul(factor).ok_or(Unreadable::TooLarge)?;
    in_minor_units(amount, currency, column)
}

fn in_minor_units(
    amount: Decimal,
    currency: Currency,
    column: Currency,
) -> Result<MoneyValue, Unreadable> {
    let unit = Decimal::from(10_u64.pow(currency.minor_digits()));
    let exact = amount.checked_mul(unit).ok_or(Unreadable::TooLarge)?;
    let minor = exact.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    let amount_minor = minor.to_i64().ok_or(Unreadable::TooLarge)?;
    Ok(MoneyValue {
        money: Money { amount_minor, currency },
        differs_from_column: currency != column,
        rounded: minor != exact,
    })
}

fn currency(name: &str, column: Currency) -> Result<Currency, Unreadable> {
    let parse = |code: &str| Currency::parse(code).expect("the tables hold three letters");
    match meaning(name) {
        Meaning::One(code) => Ok(parse(code)),
        Meaning::Several { codes, usual } => {
            if codes.contains(&column.code()) {
                return Ok(column);
            }
            usual.map(parse).ok_or_else(|| Unreadable::AmbiguousCurrency(name.to_owned()))
        }
        Meaning::Unknown => Err(Unreadable::UnknownCurrency(name.to_owned())),
    }
}

/// An amount of money taken apart.
struct Parts {
    /// What is left for the number: digits, their signs, minus, brackets.
    amount: String,
    currency: Option<String>,
    factor: u64,
}

impl Parts {
    fn of(text: &str) -> Result<Parts, Unreadable> {
        let text = text.trim_matches(super::is_edge);
        let (open, inner) = match text.strip_prefix('(').and_then(|it| it.strip_suffix(')')) {
            Some(inner) => (true, inner),
            None => (false, text),
        };
        let first = inner.find(|c: char| c.is_ascii_digit()).ok_or(Unreadable::NotANumber)?;
        let last = inner.rfind(|c: char| c.is_ascii_digit()).ok_or(Unreadable::NotANumber)? + 1;
        // A number may begin with its decimal sign: $.50.
        let start = match inner[..first].chars().next_back() {
            Some('.' | ',') if inner[..first].len() == 1 || !before_is_letter(inner, first) => {
                first - 1
            }
            _ => first,
        };
        let (before, minus_before) = without_minus(&inner[..start]);
        let (after, minus_after) = without_minus(without_no_cents(&inner[last..]));
        let (after, factor) = factor(&after);
        if minus_before && minus_after {
            return Err(Unreadable::NotANumber);
        }
        let percent = if after == "%" { "%" } else { "" };
        let currency = match (before.as_str(), after.as_str()) {
            ("", "" | "%") => None,
            (name, "") | ("", name) => Some(name.to_owned()),
            // `US$ 12 USD` says one thing twice.
            (one, other) if meaning(one) == meaning(other) => Some(one.to_owned()),
            _ => return Err(Unreadable::TwoCurrencies),
        };
        let minus = if minus_before || minus_after { "-" } else { "" };
        let mut amount = format!("{minus}{}{percent}", &inner[start..last]);
        if open {
            amount = format!("({amount})");
        }
        Ok(Parts { amount, currency, factor })
    }
}

/// Whether the sign before the digits belongs to letters, as in `Rs.500`.
fn before_is_letter(text: &str, first: usize) -> bool {
    text[..first - 1].chars().next_back().is_some_and(char::is_alphabetic)
}

/// `12.-` and `12,–` say that there are no cents; the stroke is no minus.
fn without_no_cents(after: &str) -> &str {
    match after.strip_prefix(['.', ',']) {
        Some(rest) => rest.trim_start_matches(['-', '\u{2013}', '\u{2014}']),
        None => after,
    }
}

fn without_minus(text: &str) -> (String, bool) {
    let is_minus = |c: char| matches!(c, '-' | '\u{2212}');
    let minus = text.contains(is_minus);
    let rest: String = text.chars().filter(|c| !is_minus(*c) && *c != '+').collect();
    (rest.trim_matches(super::is_edge).to_owned(), minus)
}

/// Takes the word that multiplies from the front of what follows the digits.
fn factor(after: &str) -> (String, u64) {
    let end = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
    let (word, rest) = after.split_at(end);
    let factor = match word.to_lowercase().as_str() {
        "k" | "tsd" | "thousand" => 1_000,
        "m" | "mn" | "mm" | "mio" | "mill" | "million" | "millionen" => 1_000_000,
        "b" | "bn" | "mrd" | "billion" => 1_000_000_000,
        _ => return (after.to_owned(), 1),
    };
    (rest.trim_start_matches('.').trim_matches(super::is_edge).to_owned(), factor)
}

#[cfg(test)]
mod tests;
