use proptest::prelude::*;

use super::*;

fn column(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

fn read(text: &str, code: &str, decimal: DecimalSign) -> String {
    match parse_money(text, column(code), decimal) {
        Ok(value) => format!(
            "{}{}{}",
            value.money,
            if value.differs_from_column { ", differs" } else { "" },
            if value.rounded { ", rounded" } else { "" }
        ),
        Err(problem) => problem.to_string(),
    }
}

#[test]
fn amounts_with_signs_codes_and_suffixes() {
    let cases = [
        ("1054", "USD", "1,054.00 USD"),
        ("$ 1,234.00", "USD", "1,234.00 USD"),
        ("$1,234.00", "CAD", "1,234.00 CAD"),
        ("$1,234.00", "EUR", "1,234.00 USD, differs"),
        ("US$ 12.50", "CAD", "12.50 USD, differs"),
        ("1.234,00 €", "EUR", "1,234.00 EUR"),
        ("EUR 12", "EUR", "12.00 EUR"),
        ("12 eur", "USD", "12.00 EUR, differs"),
        ("-€5.00", "EUR", "-5.00 EUR"),
        ("€ -5.00", "EUR", "-5.00 EUR"),
        ("5.00-", "EUR", "-5.00 EUR"),
        ("($1,234.50)", "USD", "-1,234.50 USD"),
        ("CHF 1'234.50", "CHF", "1,234.50 CHF"),
        ("Fr. 12.00", "CHF", "12.00 CHF"),
        ("CHF 12.-", "CHF", "12.00 CHF"),
        ("12,– €", "EUR", "12.00 EUR"),
        ("1 234,50 zł", "PLN", "1,234.50 PLN"),
        ("£12k", "GBP", "12,000.00 GBP"),
        ("1.5m", "USD", "1,500,000.00 USD"),
        ("€1.25 mn", "EUR", "1,250,000.00 EUR"),
        ("3,5 Mio. €", "EUR", "3,500,000.00 EUR"),
        ("$2bn", "USD", "2,000,000,000.00 USD"),
        ("¥1,000,000", "JPY", "1,000,000 JPY"),
        ("¥12.50", "CNY", "12.50 CNY"),
        ("100 kr", "SEK", "100.00 SEK"),
        ("US$ 12 USD", "USD", "12.00 USD"),
        ("$.50", "USD", "0.50 USD"),
        ("Rs.500", "INR", "500.00 INR"),
        ("12.345678", "USD", "12.35 USD, rounded"),
        ("0.005", "USD", "0.01 USD, rounded"),
        ("-0.005", "USD", "-0.01 USD, rounded"),
        ("12.50", "JPY", "13 JPY, rounded"),
        ("1.2345", "KWD", "1.235 KWD, rounded"),
        ("1e6", "USD", "1,000,000.00 USD"),
    ];
    for (text, code, expected) in cases {
        assert_eq!(read(text, code, DecimalSign::Mixed), expected, "{text} in {code}");
    }
}

#[test]
fn what_is_no_amount_says_why() {
    let cases = [
        ("free", "is not a number"),
        ("12 %", "is a percentage, not an amount of money"),
        ("12 pcs", "is in \"pcs\", which is not a currency we know"),
        ("100 kr", "is in \"kr\", which several currencies are called: write the ISO code"),
        ("$12 EUR", "names two currencies"),
        ("99999999999999999999", "is too large"),
        ("1.2.3", "groups of digits that make no number"),
    ];
    for (text, sentence) in cases {
        let told = read(text, "USD", DecimalSign::Point);
        assert!(told.contains(sentence), "{told} lacks: {sentence}");
    }
}

#[test]
fn a_column_of_money_shows_its_decimal_sign_through_its_currencies() {
    let mut profile = NumberProfile::default();
    for text in ["€ 1.234", "12,50 €", "", "EUR 5"] {
        observe_money(&mut profile, text);
    }
    assert_eq!(profile.finish().decimal, DecimalSign::Comma);
    assert_eq!(read("€ 1.234", "EUR", DecimalSign::Comma), "1,234.00 EUR");
}

#[test]
fn a_workbook_s_number_is_money_of_its_column() {
    let value = money_from_float(1054.1, column("USD")).unwrap();
    assert_eq!((value.money.amount_minor, value.rounded), (105_410, false));
    assert!(money_from_float(0.125, column("USD")).unwrap().rounded);
    assert!(money_from_float(f64::INFINITY, column("USD")).is_err());
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,40}", near in "[0-9.,' ()%$€kEUR\\-]{0,24}") {
        for text in [text, near] {
            let mut profile = NumberProfile::default();
            observe_money(&mut profile, &text);
            let _ = parse_money(&text, column("EUR"), profile.finish().decimal);
        }
    }

    #[test]
    fn money_comes_back_as_it_is_shown(amount_minor in any::<i64>(), code in "USD|JPY|KWD") {
        let money = Money { amount_minor, currency: column(&code) };
        let read = parse_money(&money.to_string(), column("EUR"), DecimalSign::Point).unwrap();
        prop_assert_eq!(read, MoneyValue { money, differs_from_column: true, rounded: false });
    }
}
