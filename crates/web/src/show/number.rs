//! Counts, money, points, shares, and numbers that open their workings.

use domain::money::{Money, grouped};
use domain::points::Points;

use super::{MINUS, NBSP};
use crate::markup::{Markup, element};

/// A count with its thousands parted: `9,412`.
pub fn count(number: u64) -> String {
    grouped(number)
}

/// A share of one as per cent: `64 %`, and `9.4 %` under ten, where a whole point says too little.
pub fn per_cent(share: f64) -> String {
    let hundredfold = share * 100.0;
    let tenths = (hundredfold * 10.0).round() / 10.0;
    let whole = tenths.abs() >= 10.0 || tenths.fract() == 0.0;
    let number = match whole {
        true => format!("{:.0}", hundredfold.abs().round()),
        false => format!("{:.1}", tenths.abs()),
    };
    let sign = if hundredfold < 0.0 && number != "0" { MINUS.to_string() } else { String::new() };
    format!("{sign}{number}{NBSP}%")
}

/// Points as they stand: `57`, `54.5`, `−10`.
pub fn points(points: Points) -> String {
    points.to_string().replace('-', &MINUS.to_string())
}

/// Points as they count towards a sum: `+20`, `−10`, `0`.
pub fn signed_points(counted: Points) -> String {
    if counted > Points::ZERO { format!("+{}", points(counted)) } else { points(counted) }
}

/// An amount with its currency before it, cents only where there are any: `€12,500`, `−CHF 0.05`.
pub fn money(money: Money) -> String {
    let unit = 10_u64.pow(money.currency.minor_digits());
    let amount = money.amount_minor.unsigned_abs();
    let mut number = grouped(amount / unit);
    if !amount.is_multiple_of(unit) {
        let width = money.currency.minor_digits() as usize;
        number.push_str(&format!(".{:0width$}", amount % unit));
    }
    with_currency(money, &number)
}

/// An amount for a narrow place: `€2.05 m` from a million on, `€12,500` below.
pub fn money_brief(amount: Money) -> String {
    let major = amount.major().abs();
    if major < 1_000_000.0 {
        let unit = 10_i64.pow(amount.currency.minor_digits());
        let whole = (amount.amount_minor + amount.amount_minor.signum() * unit / 2) / unit * unit;
        return money(Money { amount_minor: whole, ..amount });
    }
    with_currency(amount, &format!("{:.2}{NBSP}m", major / 1_000_000.0))
}

fn with_currency(money: Money, number: &str) -> String {
    let sign = if money.amount_minor < 0 { MINUS.to_string() } else { String::new() };
    let currency = match money.currency.code() {
        "EUR" => "€".to_owned(),
        "GBP" => "£".to_owned(),
        "JPY" => "¥".to_owned(),
        "USD" => "$".to_owned(),
        other => format!("{other}{NBSP}"),
    };
    format!("{sign}{currency}{number}")
}

/// A value as a door to its workings.
pub fn figure(value: impl Into<Markup>, workings: &str) -> Markup {
    element("a").class("f").with("href", workings).holding(value).into()
}

/// A figure whose drawer is open on this page.
pub fn open_figure(value: impl Into<Markup>, workings: &str) -> Markup {
    let link = element("a").class("f").with("href", workings).with("aria-current", "true");
    link.holding(value).into()
}

/// What stands where a number cannot be had, with the reason: never a zero, never a blank.
pub fn not_measurable(why: &str) -> Markup {
    element("span").class("dim unmeasured").holding(format!("not measurable: {why}")).into()
}

#[cfg(test)]
mod tests {
    use domain::money::Currency;

    use super::*;

    #[test]
    fn shares_are_whole_per_cent_from_ten_on() {
        let cases = [
            (0.64, "64\u{a0}%"),
            (0.094, "9.4\u{a0}%"),
            (0.1, "10\u{a0}%"),
            (0.0999, "10\u{a0}%"),
            (0.0, "0\u{a0}%"),
            (0.07, "7\u{a0}%"),
            (1.0, "100\u{a0}%"),
            (-0.125, "\u{2212}13\u{a0}%"),
            (-0.000_01, "0\u{a0}%"),
        ];
        for (share, expected) in cases {
            assert_eq!(per_cent(share), expected, "{share}");
        }
    }

    #[test]
    fn points_show_their_sign_only_as_a_part_of_a_sum() {
        let half = Points::parse("54.5").unwrap();
        assert_eq!(points(half), "54.5");
        assert_eq!(signed_points(Points::whole(20)), "+20");
        assert_eq!(signed_points(Points::whole(-10)), "\u{2212}10");
        assert_eq!(signed_points(Points::ZERO), "0");
    }

    #[test]
    fn money_is_written_short() {
        let cases = [
            (1_250_000, "EUR", "€12,500", "€12,500"),
            (-5, "CHF", "\u{2212}CHF\u{a0}0.05", "CHF\u{a0}0"),
            (205_000_000, "EUR", "€2,050,000", "€2.05\u{a0}m"),
            (1_990, "USD", "$19.90", "$20"),
            (12_345, "JPY", "¥12,345", "¥12,345"),
        ];
        for (amount_minor, currency, long, brief) in cases {
            let amount = Money { amount_minor, currency: Currency::parse(currency).unwrap() };
            assert_eq!(money(amount), long);
            assert_eq!(money_brief(amount), brief);
        }
    }

    #[test]
    fn a_figure_is_a_link_and_escapes_both_parts() {
        let shown = figure("<7>", "/leads?a&b").to_string();
        assert_eq!(shown, "<a class=\"f\" href=\"/leads?a&amp;b\">&lt;7&gt;</a>");
    }

    #[test]
    fn what_cannot_be_measured_says_why() {
        let shown = not_measurable("nothing answered yet").to_string();
        assert!(shown.contains(">not measurable: nothing answered yet<"), "{shown}");
    }
}
