use std::time::{Duration, Instant};

use proptest::prelude::*;

use crate::files::guard::Limits;
use crate::files::made::{
    MAIN, file, refusal, refusal_with, sheet, table, table_with, told, workbook,
};
use crate::files::table::{Cell, Format, Note, ReadOptions, open};

fn text(at: &str, text: &str) -> String {
    format!(r#"<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

fn row(no: u32, cells: &[String]) -> String {
    format!(r#"<row r="{no}">{}</row>"#, cells.concat())
}

#[test]
fn cells_come_with_their_types() {
    let strings = format!(r#"<sst xmlns="{MAIN}" uniqueCount="1"><si><t>Müller</t></si></sst>"#);
    let rows = [
        row(
            2,
            &["name", "amount", "ok", "day", "took", "bad", "made"]
                .iter()
                .zip(["A2", "B2", "C2", "D2", "E2", "F2", "G2"])
                .map(|(name, at)| text(at, name))
                .collect::<Vec<_>>(),
        ),
        row(
            4,
            &[
                r#"<c r="A4" t="s"><v>0</v></c>"#.into(),
                r#"<c r="B4"><v>1054.5</v></c>"#.into(),
                r#"<c r="C4" t="b"><v>1</v></c>"#.into(),
                r#"<c r="D4" s="1"><v>45314.5</v></c>"#.into(),
                r#"<c r="E4" s="2"><v>1.5</v></c>"#.into(),
                r#"<c r="F4" t="e"><v>#N/A</v></c>"#.into(),
                r#"<c r="G4" t="str"><f>A4</f><v>made</v></c>"#.into(),
            ],
        ),
    ];
    let mut reading = table("a.xlsx", &workbook(&[("Deals", "visible", &rows.concat())], &strings));
    assert_eq!(reading.format, Format::Xlsx { sheet: "Deals".into() });
    assert_eq!((reading.header.len(), reading.header_line), (7, 2));
    let found = reading.next().unwrap().unwrap();
    let day = jiff::civil::date(2024, 1, 23).at(12, 0, 0, 0);
    assert_eq!(found.line, 4);
    assert_eq!(
        found.cells,
        [
            Cell::Text("Müller".into()),
            Cell::Number(1054.5),
            Cell::Bool(true),
            Cell::DateTime(day),
            Cell::Number(1.5),
            Cell::Text("#N/A".into()),
            Cell::Text("made".into()),
        ]
    );
    assert!(reading.next().is_none());
}

#[test]
fn every_sheet_that_holds_something_is_a_table_and_one_can_be_asked_for() {
    let one = row(1, &[text("A1", "a")]);
    let two = [row(1, &[text("A1", "b")]), row(2, &[text("A2", "1")])].concat();
    let book = workbook(
        &[("First", "visible", &one), ("Empty", "visible", ""), ("Third", "hidden", &two)],
        "",
    );
    let made = file("a.xlsx", &book);
    let tables = open(&made.path, &ReadOptions::default()).unwrap();
    assert_eq!(tables.len(), 2);
    assert!(tables[0].notes.is_empty());
    assert_eq!(tables[1].notes, [Note::HiddenSheet]);
    let asked = |sheet: &str| ReadOptions { sheet: Some(sheet.into()), ..ReadOptions::default() };
    assert_eq!(table_with("a.xlsx", &book, &asked("Third")).header, ["b"]);
    assert_eq!(
        refusal_with("a.xlsx", &book, &asked("Fourth")).to_string(),
        "a.xlsx: has no sheet named \"Fourth\": its sheets are First, Empty, Third"
    );
    assert!(refusal_with("a.xlsx", &book, &asked("Empty")).to_string().contains("is empty"));
}

#[test]
fn titles_of_two_cells_are_passed_over_where_a_blank_row_parts_them_from_the_header() {
    let header = [text("A4", "id"), text("B4", "name"), text("C4", "mail")];
    let rows = |gap: u32| {
        let header: Vec<String> =
            header.iter().map(|cell| cell.replace('4', &(3 + gap).to_string())).collect();
        [
            row(1, &[text("A1", "Report: Leads")]),
            row(2, &[text("A2", "generated"), text("B2", "2026-11-01")]),
            row(3 + gap, &header),
        ]
        .concat()
    };
    let reading = table("a.xlsx", &sheet(&rows(1)));
    assert_eq!(reading.header, ["id", "name", "mail"]);
    assert_eq!(reading.notes, [Note::TitlesPassedOver { line: 4 }]);
    // Where nothing parts them, the first row may as well be a header that is too short.
    assert_eq!(table("a.xlsx", &sheet(&rows(0))).header_line, 1);
}

#[test]
fn sparse_rows_are_blank_where_nothing_stands_and_refused_beyond_the_header() {
    let rows = [
        row(1, &[text("A1", "a"), text("C1", "c")]),
        row(3, &[text("B3", "x")]),
        row(5, &[text("A5", "1"), text("E5", "beyond")]),
        row(6, &[text("C6", "z"), r#"<c r="E6" s="1"/>"#.into()]),
    ];
    let reading = table("a.xlsx", &sheet(&rows.concat()));
    assert_eq!(reading.header, ["a", "column 2", "c"]);
    let (rows, problems) = told(reading);
    let owned = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
    assert_eq!(rows, [(3, owned(["", "x", ""])), (6, owned(["", "", "z"]))]);
    assert!(problems[0].starts_with("line 5: 5 cells where the header has 3"), "{}", problems[0]);
}

/// Two cells, in opposite corners: half a terabyte if the rectangle between them were made.
#[test]
fn the_corner_file_is_read_at_once_and_in_little_memory() {
    let rows = [row(1, &[text("A1", "a")]), row(1_048_576, &[text("XFD1048576", "b")])];
    let bytes = sheet(&rows.concat());
    assert!(bytes.len() < 2_500, "{}", bytes.len());
    let started = Instant::now();
    let (rows, problems) = told(table("corner.xlsx", &bytes));
    assert!(rows.is_empty());
    assert!(
        problems[0].starts_with("line 1048576: 16384 cells where the header has 1"),
        "{}",
        problems[0]
    );
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[test]
fn rows_that_go_back_end_the_reading() {
    let rows = [(1, "A1"), (3, "A3"), (2, "A2")].map(|(no, at)| row(no, &[text(at, "a")]));
    let (rows, problems) = told(table("a.xlsx", &sheet(&rows.concat())));
    assert_eq!(rows.len(), 0);
    assert!(problems[0].contains("the row comes after a later one"), "{}", problems[0]);
}

#[test]
fn long_cells_and_too_many_cells_end_the_reading() {
    let rows =
        [row(1, &[text("A1", "a"), text("B1", "b")]), row(2, &[text("A2", &"x".repeat(32_768))])];
    let (_, problems) = told(table("a.xlsx", &sheet(&rows.concat())));
    assert!(
        problems[0].contains("line 2: the cell in column 1 is longer than 32767"),
        "{problems:?}"
    );

    let limits = Limits { sheet_cells: 10, ..Limits::default() };
    let options = ReadOptions { limits, ..ReadOptions::default() };
    let rows: String = (1..20).map(|no| row(no, &[text(&format!("A{no}"), "a")])).collect();
    let (read, problems) = told(table_with("a.xlsx", &sheet(&rows), &options));
    assert!(read.len() < 10 && problems[0].contains("more than 10 cells"), "{problems:?}");
}

#[test]
fn a_sheet_cut_off_is_told_and_never_half_a_table_in_silence() {
    let mut rows: String = (1..=600).map(|no| row(no, &[text(&format!("A{no}"), "a")])).collect();
    rows.push_str("<row r=\"601\"><c r=\"A601\"><v>1</row>");
    let (read, problems) = told(table("a.xlsx", &sheet(&rows)));
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].contains("cannot be read further"), "{problems:?}");
    assert!(read.len() <= 599);
}

#[test]
fn whoever_stops_asking_stops_the_thread() {
    let rows: String = (1..=5_000).map(|no| row(no, &[text(&format!("A{no}"), "a")])).collect();
    let mut reading = table("a.xlsx", &sheet(&rows));
    assert_eq!(reading.next().unwrap().unwrap().line, 2);
    drop(reading);
}

#[test]
fn every_number_of_rows_arrives() {
    // Around the size of a batch, where the last rows are lost if they ever are.
    for count in [0, 1, 255, 256, 257, 769] {
        let rows: String =
            (1..=count + 1).map(|no| row(no, &[text(&format!("A{no}"), "a")])).collect();
        assert_eq!(table("a.xlsx", &sheet(&rows)).count(), count as usize);
    }
}

#[test]
fn a_workbook_that_contradicts_itself_is_refused_not_a_panic() {
    let told = refusal("a.xlsx", &sheet("</sheetData><row>")).to_string();
    assert!(told.starts_with("a.xlsx: "), "{told}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_damage_makes_it_panic(at in 0_usize..2_000, byte in any::<u8>()) {
        let mut bytes = sheet(&row(1, &[text("A1", "a")]));
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok(tables) = open(&file("a.xlsx", &bytes).path, &ReadOptions::default()) {
            tables.into_iter().flatten().for_each(drop);
        }
    }
}
