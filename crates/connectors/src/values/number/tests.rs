use proptest::prelude::*;

use super::*;

fn read(text: &str, decimal: DecimalSign) -> String {
    match parse_number(text, decimal) {
        Ok(Number { value, is_percent }) => format!("{value}{}", if is_percent { "%" } else { "" }),
        Err(problem) => problem.to_string(),
    }
}

#[test]
fn numbers_that_leave_no_choice() {
    let cases = [
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1.234.567,89", "1234567.89"),
        ("12,34,567.5", "1234567.5"),
        ("1 234,5", "1234.5"),
        ("1\u{202f}234\u{a0}567,5", "1234567.5"),
        ("1'234.5", "1234.5"),
        ("1’234’567", "1234567"),
        ("(1,234.5)", "-1234.5"),
        ("-5", "-5"),
        ("5-", "-5"),
        ("\u{2212}5", "-5"),
        ("- 5", "-5"),
        ("+5", "5"),
        ("12 %", "12%"),
        ("-12.5%", "-12.5%"),
        ("1e6", "1000000"),
        ("1.5E-3", "0.0015"),
        ("0,125", "0.125"),
        ("0.125", "0.125"),
        ("1234,567", "1234.567"),
        (".5", "0.5"),
        ("5.", "5"),
        ("007", "7"),
        ("-0", "0"),
        ("1.10", "1.1"),
        ("12345678901234567890.12", "12345678901234567890.12"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text, DecimalSign::Mixed), expected, "{text}");
    }
}

#[test]
fn a_single_sign_before_three_digits_depends_on_the_column() {
    let ask = "can be 1.234 or 1234, and the column has both decimal signs: say whether a point";
    for (text, decimal, expected) in [
        ("1,234", DecimalSign::Point, "1234"),
        ("1,234", DecimalSign::Comma, "1.234"),
        ("1.234", DecimalSign::Point, "1.234"),
        ("1.234", DecimalSign::Comma, "1234"),
    ] {
        assert_eq!(read(text, decimal), expected, "{text} {decimal:?}");
    }
    assert!(read("1.234", DecimalSign::Mixed).contains(ask));
    assert!(read("1,5", DecimalSign::Point).contains("whose decimal sign is a point"));
    assert!(read("1.5", DecimalSign::Comma).contains("whose decimal sign is a comma"));
}

#[test]
fn what_is_no_number_says_why() {
    let cases = [
        ("abc", "is not a number: write it as 1234.5"),
        ("1,23,4", "groups of digits that make no number"),
        ("1,2345.6", "groups of digits that make no number"),
        ("1.234,567.8", "groups of digits that make no number"),
        ("1 23", "groups of digits that make no number"),
        ("030 1234567", "groups of digits that make no number"),
        ("--5", "is not a number"),
        ("-5-", "is not a number"),
        ("(-5)", "is not a number"),
        ("1e", "is not a number"),
        ("1e99", "is too large or too fine"),
        ("1234567890123456789012345678901", "is too large or too fine"),
        (".", "is not a number"),
        ("٣", "is not a number"),
    ];
    for (text, sentence) in cases {
        let told = read(text, DecimalSign::Point);
        assert!(told.contains(sentence), "{told} lacks: {sentence}");
    }
}

#[test]
fn a_column_shows_its_sign_or_the_english_reading_is_told() {
    let cases: [(&[&str], DecimalSign, u64); 8] = [
        (&["1,234", "0.5"], DecimalSign::Point, 0),
        (&["1.234", "0,5"], DecimalSign::Comma, 0),
        (&["1,234.5", "1.234,5", "1,234"], DecimalSign::Mixed, 0),
        (&["1,234", "5,678", "12"], DecimalSign::Point, 2),
        (&["1.234"], DecimalSign::Point, 1),
        (&["12", "", "n/a", "(5)"], DecimalSign::Point, 0),
        (&["1.234.567"], DecimalSign::Comma, 0),
        (&["0.5", "23.01.2024", "1.2.3"], DecimalSign::Point, 0),
    ];
    for (column, decimal, assumed) in cases {
        let mut profile = NumberProfile::default();
        column.iter().for_each(|text| profile.observe(text));
        assert_eq!(profile.finish(), NumberStyle { decimal, assumed }, "{column:?}");
    }
    let told = NumberStyle { decimal: DecimalSign::Point, assumed: 2 }.to_string();
    assert!(told.contains("2 values such as 1,234 are read as in English"), "{told}");
}

#[test]
fn floats_of_a_workbook_are_read_to_fifteen_digits() {
    for (number, expected) in
        [(0.1 + 0.2, "0.3"), (1054.1, "1054.1"), (-2.0, "-2"), (1e15, "1000000000000000")]
    {
        assert_eq!(from_float(number).unwrap().to_string(), expected);
    }
    assert!(from_float(f64::NAN).is_err() && from_float(1e300).is_err());
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,40}", near in "[0-9.,' ()%e+\\-]{0,24}") {
        for text in [text, near] {
            let mut profile = NumberProfile::default();
            profile.observe(&text);
            for decimal in [DecimalSign::Point, DecimalSign::Comma, DecimalSign::Mixed] {
                let _ = parse_number(&text, decimal);
            }
        }
    }

    #[test]
    fn a_number_comes_back_however_it_is_written(cents in -1_000_000_000_000_i64..1_000_000_000_000) {
        let value = Decimal::new(cents, 2);
        let whole = domain::money::grouped(cents.unsigned_abs() / 100);
        let fraction = format!("{:02}", cents.unsigned_abs() % 100);
        let minus = if cents < 0 { "-" } else { "" };
        for (group, sign, decimal) in [
            (",", ".", DecimalSign::Point),
            (".", ",", DecimalSign::Comma),
            ("'", ".", DecimalSign::Point),
            ("\u{a0}", ",", DecimalSign::Comma),
            ("", ".", DecimalSign::Mixed),
        ] {
            let text = format!("{minus}{}{sign}{fraction}", whole.replace(',', group));
            prop_assert_eq!(parse_number(&text, decimal).unwrap().value, value, "{}", text);
        }
    }
}
