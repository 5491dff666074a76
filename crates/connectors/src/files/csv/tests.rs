use encoding_rs::{Encoding, ISO_8859_2, SHIFT_JIS, WINDOWS_1252};
use proptest::prelude::*;

use crate::files::made::{as_text, file, table, table_with, told};
use crate::files::table::{Cell, Format, LineEnds, Note, ReadOptions, open};

/// Fifty records with letters of one part of the world, a delimiter of every kind, a quote and a
/// line end within cells.
fn records(letters: &[&str]) -> Vec<Vec<String>> {
    (0..50)
        .map(|no| {
            let letter = letters[no % letters.len()];
            let note = match no % 5 {
                0 => format!("{letter}, \"quoted\"; a\tb|c"),
                1 => format!("two\nlines of {letter}"),
                _ => letter.to_owned(),
            };
            vec![format!("{no}"), format!("{letter} {no}"), note]
        })
        .collect()
}

/// The records as a file, and the line on which each starts.
fn written(records: &[Vec<String>], delimiter: u8, line_end: &str) -> (String, Vec<u64>) {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    writer.write_record(["id", "name", "note"]).unwrap();
    let (mut lines, mut line) = (Vec::new(), 2);
    for record in records {
        writer.write_record(record).unwrap();
        lines.push(line);
        line += 1 + record[2].matches('\n').count() as u64;
    }
    let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
    (text.replace('\n', line_end), lines)
}

fn utf16(text: &str, bytes_of: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes_of).collect()
}

fn marked(mark: &[u8], text: Vec<u8>) -> Vec<u8> {
    [mark, &text].concat()
}

fn legacy(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    let (bytes, _, lossy) = encoding.encode(text);
    assert!(!lossy, "{text}");
    bytes.into_owned()
}

const WEST: &[&str] = &[
    "Müller Straße",
    "Façade à Genève",
    "Señor Núñez",
    "Größe über",
    "José García",
    "Crème brûlée",
    "Jürgen Köhler",
    "São João",
    "naïve café",
    "Ærø smørrebrød",
];
const EAST: &[&str] = &[
    "Příliš žluťoučký kůň",
    "Zażółć gęślą jaźń",
    "Dvořák Jiří",
    "Łódź Wrocław",
    "Kovács Győző",
    "Česká společnost",
    "Kraków żółty",
    "škola děti",
    "Świętokrzyskie",
    "Němec řeka",
];
const JAPAN: &[&str] =
    &["株式会社東京", "山田太郎さん", "営業部のお客様", "大阪支店です", "カタカナのテスト"];

/// Encodings, how to write them, letters that they have, and the names they may be told by.
type Coding = (&'static str, fn(&str) -> Vec<u8>, &'static [&'static str], &'static [&'static str]);

const CODINGS: [Coding; 9] = [
    ("utf-8", |text| text.as_bytes().to_vec(), EAST, &["UTF-8"]),
    ("utf-8 marked", |text| marked(b"\xEF\xBB\xBF", text.into()), WEST, &["UTF-8"]),
    ("utf-16le marked", |t| marked(b"\xFF\xFE", utf16(t, u16::to_le_bytes)), JAPAN, &["UTF-16LE"]),
    ("utf-16be marked", |t| marked(b"\xFE\xFF", utf16(t, u16::to_be_bytes)), EAST, &["UTF-16BE"]),
    ("utf-16le", |text| utf16(text, u16::to_le_bytes), WEST, &["UTF-16LE"]),
    ("utf-16be", |text| utf16(text, u16::to_be_bytes), EAST, &["UTF-16BE"]),
    ("windows-1252", |text| legacy(text, WINDOWS_1252), WEST, &["windows-1252"]),
    ("latin-2", |text| legacy(text, ISO_8859_2), EAST, &["ISO-8859-2"]),
    ("shift_jis", |text| legacy(text, SHIFT_JIS), JAPAN, &["Shift_JIS"]),
];

#[test]
fn every_encoding_delimiter_and_line_end_gives_the_same_records() {
    let ends = [("\n", LineEnds::Lf), ("\r\n", LineEnds::CrLf), ("\r", LineEnds::Cr)];
    let mut files = 0;
    for (coding, write, letters, names) in CODINGS {
        let records = records(letters);
        for delimiter in *b",;\t|" {
            for (line_end, expected_ends) in ends {
                let case = format!("{coding}, {:?}, {line_end:?}", char::from(delimiter));
                let (text, lines) = written(&records, delimiter, line_end);
                let reading = table("a.csv", &write(&text));
                let Format::Csv { encoding, delimiter: found, line_ends, .. } = reading.format
                else {
                    panic!("{case}: not a CSV")
                };
                assert!(names.contains(&encoding), "{case}: taken for {encoding}");
                assert_eq!((found, line_ends), (delimiter, expected_ends), "{case}");
                assert_eq!(reading.header, ["id", "name", "note"], "{case}");
                let (rows, problems) = told(reading);
                assert_eq!(problems, [""; 0], "{case}");
                let expected: Vec<_> = lines.into_iter().zip(records.clone()).collect();
                assert_eq!(rows, expected, "{case}");
                files += 1;
            }
        }
    }
    assert_eq!(files, 108);
}

#[test]
fn one_broken_letter_does_not_make_utf8_another_encoding() {
    let mut bytes = b"id,name\n".to_vec();
    for no in 0..40 {
        bytes.extend_from_slice(format!("{no},Müller\n").as_bytes());
    }
    bytes.extend_from_slice(b"40,M\xC3ller\n");
    let reading = table("a.csv", &bytes);
    let offset = bytes.len() as u64 - 6;
    assert_eq!(reading.notes, [Note::Damaged { offset }]);
    let (rows, _) = told(reading);
    assert_eq!(rows[0].1[1], "Müller");
    assert_eq!(rows[40].1[1], "M\u{FFFD}ller");
}

#[test]
fn an_accent_on_the_last_line_is_found_and_a_guess_is_told() {
    let mut bytes = b"id,name\n".to_vec();
    for no in 0..20_000 {
        bytes.extend_from_slice(format!("{no},plain\n").as_bytes());
    }
    bytes.extend_from_slice(b"x,Caf\xE9 M\xFCller\n");
    let reading = table("a.csv", &bytes);
    assert_eq!(reading.notes, [Note::EncodingGuessed { encoding: "windows-1252" }]);
    assert_eq!(told(reading).0.last().unwrap().1[1], "Café Müller");
}

#[test]
fn what_is_asked_for_goes_before_what_is_detected() {
    let options = ReadOptions {
        encoding: Some("latin1".into()),
        delimiter: Some(b';'),
        ..ReadOptions::default()
    };
    let reading = table_with("a.csv", "a,b;c\nü,1;2\n".as_bytes(), &options);
    assert_eq!(reading.header, ["a,b", "c"]);
    assert_eq!(told(reading).0[0].1, ["Ã¼,1", "2"]);
}

/// What it shows, the file, its header, and its rows with their lines.
type Export = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [(u64, &'static [&'static str])],
);

#[test]
fn rows_and_lines_survive_all_that_exports_do() {
    let cases: [Export; 8] = [
        ("sep= of Excel", "sep=;\na;b\n1;2\n", &["a", "b"], &[(3, &["1", "2"])]),
        (
            "blank lines before and between",
            "\n\na,b\n\n1,2\n\n\n3,4",
            &["a", "b"],
            &[(5, &["1", "2"]), (8, &["3", "4"])],
        ),
        ("rows of delimiters only", ",,\na,b\n,\n1,2\n,\n", &["a", "b"], &[(4, &["1", "2"])]),
        ("short rows are blank at the end", "a,b,c\n1\n", &["a", "b", "c"], &[(2, &["1", "", ""])]),
        ("blank cells too many", "a,b\n1,2,, ,\n", &["a", "b"], &[(2, &["1", "2"])]),
        ("no line end at the end", "a,b\n\"1\",\"2\"", &["a", "b"], &[(2, &["1", "2"])]),
        ("header of two lines", "\"a\nb\",c\n1,2\n", &["a b", "c"], &[(3, &["1", "2"])]),
        (
            "a blank line within a cell",
            "a,b\n\"1\n\n2\",3\n4,5\n",
            &["a", "b"],
            &[(2, &["1\n\n2", "3"]), (5, &["4", "5"])],
        ),
    ];
    for (shows, text, header, expected) in cases {
        let reading = table("a.csv", text.as_bytes());
        assert_eq!(reading.header, header, "{shows}");
        let (rows, problems) = told(reading);
        assert_eq!(problems, [""; 0], "{shows}");
        let expected: Vec<(u64, Vec<String>)> = expected
            .iter()
            .map(|(line, cells)| (*line, cells.iter().map(|it| (*it).to_owned()).collect()))
            .collect();
        assert_eq!(rows, expected, "{shows}");
    }
}

#[test]
fn what_a_report_says_of_itself_above_its_header_is_passed_over() {
    let text = "Report: Leads\r\ngenerated,2026-11-01\r\n\r\nid,name,mail\r\n1,Ann,a@b.example\r\n";
    let reading = table("report.csv", text.as_bytes());
    assert_eq!(reading.header, ["id", "name", "mail"]);
    assert_eq!(reading.notes, [Note::TitlesPassedOver { line: 4 }]);
    let (rows, problems) = told(reading);
    assert_eq!((rows.len(), rows[0].0, problems.len()), (1, 5, 0));
}

#[test]
fn a_row_with_more_than_the_header_is_a_problem_and_the_rest_is_read() {
    let reading = table("a.csv", b"a,b\n1,2\n3,4,5\n6,7\n");
    let (rows, problems) = told(reading);
    assert_eq!(rows.len(), 2);
    assert_eq!(
        problems,
        ["line 3: 3 cells where the header has 2: put quotes around a cell that contains the \
          delimiter, or name the column in the header"]
    );
}

#[test]
fn a_quote_never_closed_is_told_with_its_line() {
    let reading = table("a.csv", b"a,b\n1,2\n3,\"4\n5,6\n7,8\n");
    let (rows, problems) = told(reading);
    assert_eq!(rows, [(2, vec!["1".to_owned(), "2".to_owned()])]);
    assert_eq!(
        problems,
        ["line 3: the quote that opens in column 2 (line 3) is never closed: close it, or remove \
          it; nothing after it was read"]
    );
}

#[test]
fn a_quote_that_swallows_the_next_row_is_told_though_the_cells_add_up() {
    let reading = table("a.csv", b"a,b,c\n1,\"5 inch,x\n2,\"Smith, A\",y\n3,4,5\n");
    let (rows, problems) = told(reading);
    assert_eq!(rows.len(), 1, "the row after the fault is read");
    assert_eq!(rows[0].0, 4);
    assert!(problems[0].starts_with("line 2: text follows the closing quote in column 2 (line 3)"));
}

#[test]
fn a_cell_over_its_limit_ends_the_reading() {
    let mut bytes = b"a,b\n1,".to_vec();
    bytes.resize(bytes.len() + (1 << 20) + 1, b'x');
    bytes.extend_from_slice(b"\n3,4\n");
    let (rows, problems) = told(table("a.csv", &bytes));
    assert_eq!((rows.len(), problems.len()), (0, 1));
    assert!(problems[0].contains("column 2 is longer than 1048576"), "{}", problems[0]);
}

#[test]
fn an_open_quote_stops_at_the_row_limit_not_at_the_end_of_the_file() {
    let mut bytes = b"a,b\n1,\"".to_vec();
    for _ in 0..1_000_000 {
        bytes.extend_from_slice(b"some,cells\n");
    }
    let reading = table("a.csv", &bytes);
    let progress = reading.count_hint();
    let (_, problems) = told(reading);
    assert!(problems[0].contains("opens in column 2 (line 2) is never closed"), "{}", problems[0]);
    assert!(progress.bytes_read() < progress.bytes_total() / 2, "the rest was not read");
}

#[test]
fn the_salesforce_export_is_read_whole() {
    let Some(folder) = real("salesforce-export") else { return };
    let counts = [
        ("Lead", 60),
        ("Contact", 102),
        ("Account", 22),
        ("Campaign", 8),
        ("CampaignMember", 68),
        ("Opportunity", 50),
        ("Task", 75),
    ];
    let mut objects = 0;
    for (name, count) in counts {
        let path = folder.join(format!("{name}.csv"));
        let reading = open(&path, &ReadOptions::default()).unwrap().remove(0);
        let Format::Csv { byte_order_mark, delimiter, .. } = reading.format else { panic!() };
        assert!(byte_order_mark && delimiter == b',' && reading.header.len() >= 34, "{name}");
        assert!(reading.header[0] == "Id" && reading.notes.is_empty(), "{name}");
        let rows: Vec<_> = reading.map(Result::unwrap).collect();
        assert_eq!(rows.len(), count, "{name}");
        assert!(rows.iter().all(|row| matches!(row.cell(0), Cell::Text(id) if id.len() == 18)));
        let cells = rows.iter().flat_map(|row| &row.cells);
        objects += cells
            .filter(|cell| matches!(cell, Cell::Text(text) if text.starts_with('{')))
            .map(|cell| serde_json::from_str::<serde_json::Value>(&as_text(cell)).unwrap())
            .filter(serde_json::Value::is_object)
            .count();
    }
    // The addresses of 20 accounts, 102 contacts and 60 leads, as Python's reader counts them.
    assert_eq!(objects, 182);
}

#[test]
fn the_maven_pipeline_is_read_whole() {
    let Some(folder) = real("maven-crm") else { return };
    let reading = open(&folder.join("sales_pipeline.csv"), &ReadOptions::default()).unwrap();
    let rows: Vec<_> = reading.into_iter().flatten().map(Result::unwrap).collect();
    let won = rows.iter().filter(|row| *row.cell(4) == Cell::Text("Won".into())).count();
    assert_eq!((rows.len(), won, rows[8799].line), (8800, 4238, 8801));
}

/// A folder of real exports; where `LOCKSTEP_DATA` names none, the test is skipped.
fn real(folder: &str) -> Option<std::path::PathBuf> {
    let root = std::env::var_os("LOCKSTEP_DATA").map(std::path::PathBuf::from);
    let folder = root.map(|root| root.join(folder)).filter(|folder| folder.is_dir());
    if folder.is_none() {
        println!("skipped: LOCKSTEP_DATA names no folder of real exports");
    }
    folder
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(tables) = open(&file("a.csv", &bytes).path, &ReadOptions::default()) {
            tables.into_iter().flatten().for_each(drop);
        }
    }

    #[test]
    fn no_text_makes_it_panic_or_lose_its_way(text in "[a-c\",;\\r\\n\\t]{0,80}") {
        if let Ok(tables) = open(&file("a.csv", text.as_bytes()).path, &ReadOptions::default()) {
            let mut line = 0;
            for row in tables.into_iter().flatten() {
                let at = row.map_or_else(|problem| problem.line, |row| row.line);
                prop_assert!(at > line, "lines go up");
                line = at;
            }
        }
    }
}
