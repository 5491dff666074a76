use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn read(text: &str, order: DateOrder) -> String {
    match parse_date(text, order) {
        Ok(DateValue::Date(date)) => date.to_string(),
        Ok(DateValue::Local(at)) => at.to_string(),
        Ok(DateValue::Instant(at)) => at.to_string(),
        Err(problem) => problem.to_string(),
    }
}

#[test]
fn dates_that_leave_no_choice() {
    let cases = [
        ("2024-01-23", "2024-01-23"),
        ("2024/1/3", "2024-01-03"),
        ("2024.01.23", "2024-01-23"),
        (" 2024-01-23\u{a0}", "2024-01-23"),
        ("20240123", "2024-01-23"),
        ("2024-01-23T02:46:47.000+0000", "2024-01-23T02:46:47Z"),
        ("2024-01-23T02:46:47Z", "2024-01-23T02:46:47Z"),
        ("2024-01-23T02:46:47.5+02:00", "2024-01-23T00:46:47.5Z"),
        ("2024-01-23 02:46:47", "2024-01-23T02:46:47"),
        ("2024-01-23 02:46:47 UTC", "2024-01-23T02:46:47Z"),
        ("2024-01-23 02:46:47 -05", "2024-01-23T07:46:47Z"),
        ("2024-01-23T02:46", "2024-01-23T02:46:00"),
        ("20240123T024647Z", "2024-01-23T02:46:47Z"),
        ("2024-01-23 02:46:47,123", "2024-01-23T02:46:47.123"),
        ("2024-01-23 23:59:60", "2024-01-23T23:59:59"),
        ("2024-01-23T24:00:00", "2024-01-24T00:00:00"),
        ("2024-01-23 12:00 AM", "2024-01-23T00:00:00"),
        ("2024-01-23 12:30 pm", "2024-01-23T12:30:00"),
        ("23.01.2024", "2024-01-23"),
        ("23/01/2024 15:04", "2024-01-23T15:04:00"),
        ("01/23/2024", "2024-01-23"),
        ("5/5/24", "2024-05-05"),
        ("12/31/69", "1969-12-31"),
        ("2-Jan-2024", "2024-01-02"),
        ("02-JAN-24", "2024-01-02"),
        ("Jan 2, 2024 3:04 PM", "2024-01-02T15:04:00"),
        ("January 2nd, 2024", "2024-01-02"),
        ("2 January 2024", "2024-01-02"),
        ("2. Januar 2024", "2024-01-02"),
        ("3 März 2024", "2024-03-03"),
        ("14 févr. 2024", "2024-02-14"),
        ("Tue, 23 Jan 2024 02:46:47 GMT", "2024-01-23T02:46:47Z"),
        ("Tuesday, 23 January 2024 at 3 pm", "2024-01-23T15:00:00"),
        ("1705978007", "2024-01-23T02:46:47Z"),
        ("1705978007123", "2024-01-23T02:46:47.123Z"),
        ("2024-02-29", "2024-02-29"),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text, DateOrder::Ambiguous), expected, "{text}");
        assert_eq!(read(text, DateOrder::Clear), expected, "{text}");
    }
}

#[test]
fn dates_that_cannot_be_say_why() {
    let cases = [
        ("2023-02-29", "does not exist"),
        ("30/02/2024", "does not exist"),
        ("2024-13-01", "does not exist"),
        ("0000-00-00", "does not exist"),
        ("31/31/2024", "does not exist"),
        ("2024-01-23 25:00", "does not exist"),
        ("2024-01-23 13:00 PM", "does not exist"),
        ("2024-01-23T02:46:47+99:00", "does not exist"),
        ("0001-01-01", "is in the year 1, not between 1900 and 2199"),
        ("2024-01-23 02:46 CET", "names a time zone by letters"),
        ("soon", "is not a date: write it as 2024-01-23"),
        ("45314", "may be a spreadsheet's count of days"),
        ("1.5", "is not a date"),
        ("2024-01-23-04", "is not a date"),
        ("2024-01-23 5", "2024-01-23T05:00:00"),
        ("Marketing 2, 2024", "is not a date"),
        ("Jan 2024", "is not a date"),
        ("1 2 Jan 2024", "is not a date"),
        ("12:30", "is not a date"),
    ];
    for (text, sentence) in cases {
        let told = read(text, DateOrder::Clear);
        assert!(told.contains(sentence), "{told} lacks: {sentence}");
    }
}

#[test]
fn day_and_month_are_taken_in_the_column_s_order_or_asked_for() {
    let ask = "\"03/04/2024\" can be 2024-04-03 or 2024-03-04: say whether the day or the month \
               comes first";
    let cases = [
        ("03/04/2024", DateOrder::DayFirst, "2024-04-03"),
        ("03/04/2024", DateOrder::MonthFirst, "2024-03-04"),
        ("03/04/2024", DateOrder::Mixed, ask),
        ("03/04/2024", DateOrder::Ambiguous, ask),
        ("23/04/2024", DateOrder::Mixed, "2024-04-23"),
        ("04/23/2024", DateOrder::Mixed, "2024-04-23"),
        ("1/2/24", DateOrder::DayFirst, "2024-02-01"),
    ];
    for (text, order, expected) in cases {
        assert_eq!(read(text, order), expected, "{text} {order:?}");
    }
    let against = read("04/23/2024", DateOrder::DayFirst);
    assert!(against.contains("does not fit the column's order of day first"), "{against}");
}

#[test]
fn a_column_shows_its_order_by_the_values_that_leave_no_choice() {
    let cases: [(&[&str], DateOrder); 9] = [
        (&["2024-01-23", "", "n/a", "5 May 2024"], DateOrder::Clear),
        (&["03/04/2024", "23/04/2024"], DateOrder::DayFirst),
        (&["03/04/2024", "04/23/2024"], DateOrder::MonthFirst),
        (&["03/04/2024", "04/23/2024", "23/04/2024"], DateOrder::Mixed),
        (&["03/04/2024", "05/05/2024"], DateOrder::Ambiguous),
        (&["03.04.2024"], DateOrder::DayFirst),
        (&["03.04.2024", "04.23.2024"], DateOrder::MonthFirst),
        (&["03.04.2024", "03/04/2024"], DateOrder::Ambiguous),
        (&[], DateOrder::Clear),
    ];
    for (column, expected) in cases {
        let mut profile = DateProfile::default();
        column.iter().for_each(|text| profile.observe(text));
        assert_eq!(profile.finish(), expected, "{column:?}");
    }
}

#[test]
fn serial_numbers_of_excel_are_read_when_told() {
    let cases = [
        ("45314", ExcelEpoch::Y1900, "2024-01-23"),
        ("45314.5", ExcelEpoch::Y1900, "2024-01-23T12:00:00"),
        ("43852", ExcelEpoch::Y1904, "2024-01-23"),
        ("1", ExcelEpoch::Y1900, "1900-01-01"),
    ];
    for (text, epoch, expected) in cases {
        let found = match parse_excel_serial(text, epoch).unwrap() {
            DateValue::Date(date) => date.to_string(),
            DateValue::Local(at) => at.to_string(),
            DateValue::Instant(_) => panic!("a workbook knows no zone"),
        };
        assert_eq!(found, expected, "{text}");
    }
    for (text, reason) in [
        ("60", Unreadable::NoSuchDate),
        ("x", Unreadable::NotADate),
        ("NaN", Unreadable::NotADate),
        ("0.5", Unreadable::NotADate),
        ("2000000", Unreadable::YearOutOfRange { year: 7375 }),
    ] {
        assert_eq!(parse_excel_serial(text, ExcelEpoch::Y1900).unwrap_err().reason, reason);
    }
}

#[test]
fn a_bare_count_of_days_is_told_from_what_is_no_date() {
    for (text, reason) in [
        ("45000", Unreadable::CountOfDays),
        ("04500", Unreadable::NotADate),
        ("4500", Unreadable::NotADate),
    ] {
        let found = scan::scan(text).map(|_| ()).unwrap_err();
        assert_eq!(found, reason, "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,40}", near in "[0-9./:TZ +\\-JanFebPM,]{0,30}") {
        for text in [text, near] {
            let mut profile = DateProfile::default();
            profile.observe(&text);
            let _ = parse_date(&text, profile.finish());
            let _ = parse_excel_serial(&text, ExcelEpoch::Y1900);
        }
    }

    #[test]
    fn every_day_comes_back_however_it_is_written(days in 0_i32..109_000) {
        let day = date(1900, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        let (year, month, of_month) = (day.year(), day.month(), day.day());
        let ways = [
            (day.to_string(), DateOrder::Ambiguous),
            (format!("{of_month}.{month}.{year}"), DateOrder::DayFirst),
            (format!("{month:02}/{of_month:02}/{year}"), DateOrder::MonthFirst),
            (day.strftime("%d-%b-%Y").to_string(), DateOrder::Clear),
            (day.strftime("%A, %B %d, %Y").to_string(), DateOrder::Clear),
            (day.strftime("%Y%m%d").to_string(), DateOrder::Clear),
        ];
        for (text, order) in ways {
            prop_assert_eq!(parse_date(&text, order), Ok(DateValue::Date(day)), "{}", text);
        }
    }
}
