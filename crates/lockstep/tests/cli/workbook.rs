//! import of workbooks, each parsed by a process of its own.

use std::{fs::File, io::Write, path::Path};

use connectors::files::{
    child::Program,
    guard::{Limits, MIB},
    table::{ReadOptions, Workbooks, open},
};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::house::{House, says};

const PARTS: [(&str, &str); 4] = [
    (
        "[Content_Types].xml",
        r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>"#,
    ),
    (
        "_rels/.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
    ),
];

/// Writes a workbook of one sheet with these rows, and these shared strings where there are some.
fn workbook(path: &Path, rows: &str, strings: &str) {
    let open = r#"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main""#;
    let sheet = format!("<worksheet {open}><sheetData>{rows}</sheetData></worksheet>");
    let shared = format!("<sst {open}>{strings}</sst>");
    let mut writer = ZipWriter::new(File::create(path).unwrap());
    let mut part = |name: &str, text: &str| {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    };
    PARTS.iter().for_each(|(name, text)| part(name, text));
    part("xl/worksheets/sheet1.xml", &sheet);
    if !strings.is_empty() {
        part("xl/sharedStrings.xml", &shared);
    }
    writer.finish().unwrap();
}

fn row(no: u32, cells: &[(&str, &str)]) -> String {
    let cell =
        |(column, text): &(&str, &str)| format!(r#"<c r="{column}{no}" t="str"><v>{text}</v></c>"#);
    format!(r#"<row r="{no}">{}</row>"#, cells.iter().map(cell).collect::<String>())
}

fn accounts(count: u32) -> String {
    let head = row(1, &[("A", "account_id"), ("B", "name"), ("C", "industry")]);
    let rows =
        (2..count + 2).map(|no| row(no, &[("A", &no.to_string()), ("B", "Acme"), ("C", "x")]));
    head + &rows.collect::<String>()
}

/// A value in each corner: half a terabyte to whoever makes room for the rectangle between them.
fn corner() -> String {
    row(1, &[("A", "account_id")]) + &row(1_048_576, &[("XFD", "x")])
}

#[test]
fn a_workbook_comes_in_by_way_of_another_process() {
    let house = House::with_people();
    workbook(&house.path("accounts.xlsx"), &accounts(300), "");
    let json = house.json(&["import", "accounts.xlsx"]);
    assert_eq!((&json["total"]["read"], &json["total"]["created"]), (&300.into(), &300.into()));
    assert_eq!(house.json(&["import", "accounts.xlsx"])["total"]["unchanged"], 300);
}

#[test]
fn a_hostile_workbook_is_refused_and_the_others_go_on() {
    let house = House::with_people();
    std::fs::create_dir(house.path("in")).unwrap();
    workbook(&house.path("in/corner.xlsx"), &corner(), "");
    workbook(&house.path("in/accounts.xlsx"), &accounts(3), "");
    // 100 MiB of nothing, in few bytes: refused by its directory, before anything unpacks it.
    workbook(&house.path("in/bomb.xlsx"), &" ".repeat(100 << 20), "");
    let json = house.json(&["import", "in"]);
    let total = &json["total"];
    assert_eq!((&total["created"], &total["rejected"]), (&3.into(), &1.into()), "{json}");
    says(&json["tables"].to_string(), &["16384 cells where the header has 1"]);
    says(&json["skipped"].to_string(), &["bomb.xlsx", "unpacks to 104857712 bytes"]);
}

/// What is wrong with a workbook that is read as an import does, with other limits.
fn told_with(limits: Limits, rows: &str, strings: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hostile.xlsx");
    workbook(&path, rows, strings);
    let program = Program {
        path: env!("CARGO_BIN_EXE_lockstep").into(),
        args: vec!["parse-workbook".into()],
        environment: vec![("MIMALLOC_ARENA_EAGER_COMMIT".into(), "0".into())],
    };
    let workbooks = Workbooks::Child(program);
    let options = ReadOptions { limits, workbooks, ..ReadOptions::default() };
    match open(&path, &options) {
        Err(refusal) => Some(refusal.to_string()),
        Ok(tables) => {
            let problem = tables.into_iter().flatten().find_map(Result::err);
            problem.map(|problem| problem.to_string())
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_parser_that_wants_too_much_memory_costs_the_other_process_alone() {
    let limits = Limits { child_bytes: 224 * MIB, ratio: 10_000, ..Limits::default() };
    let string = |length| format!("<si><t>{}</t></si>", "a".repeat(length));
    assert_eq!(told_with(limits.clone(), &accounts(1), &string(10)), None, "it is enough");
    let said = "hostile.xlsx: needs more memory to parse than the 224 MiB allowed: save it anew as \
                XLSX, or as CSV";
    assert_eq!(told_with(limits, &accounts(1), &string(90 << 20)).as_deref(), Some(said));
}

#[test]
#[cfg(target_os = "linux")]
fn a_parser_that_does_not_end_is_ended_by_its_processor_time() {
    let limits = Limits { child_seconds: 1, ratio: 10_000, ..Limits::default() };
    let said = told_with(limits, &accounts(200_000), "");
    says(&said.unwrap_or_default(), &["takes longer to parse than the 1 seconds allowed"]);
}

#[test]
fn the_process_says_nothing_of_itself_and_refuses_what_is_no_job() {
    let house = House::empty();
    assert!(!house.ok(&["--help"]).contains("parse-workbook"));
    says(&house.refused(2, &["parse-workbook", "nonsense"]), &["the job does not read"]);
}

#[test]
fn a_row_that_adds_up_a_sheet_is_no_record_and_is_told() {
    let house = House::with_people();
    let number = |no: u32, id: &str, seats: u32| {
        let id = format!(r#"<c r="A{no}" t="str"><v>{id}</v></c>"#);
        format!(r#"<row r="{no}">{id}<c r="C{no}"><v>{seats}</v></c></row>"#)
    };
    let head = row(1, &[("A", "account_id"), ("B", "name"), ("C", "employees")]);
    let rows = [number(2, "1", 20), number(3, "2", 40), number(5, "Summe", 60)].concat();
    workbook(&house.path("accounts.xlsx"), &(head.clone() + &rows), "");
    let told = house.json(&["import", "accounts.xlsx", "--dry-run"]);
    let counts = &told["total"];
    assert_eq!((&counts["created"], &counts["rejected"]), (&2.into(), &1.into()), "{told}");
    let table = &told["tables"][0];
    assert_eq!(table["rejected"][0]["line"], 5);
    says(&table["notes"].to_string(), &["line 5 adds up the rows above it: it is left out"]);
    let wrong = [number(2, "1", 20), number(3, "2", 40), number(4, "Summe", 61)].concat();
    workbook(&house.path("accounts.xlsx"), &(head.clone() + &wrong), "");
    let told = house.json(&["import", "accounts.xlsx", "--dry-run"]);
    let counts = &told["total"];
    assert_eq!((&counts["created"], &counts["rejected"]), (&2.into(), &1.into()), "{told}");
    let notes = told["tables"][0]["notes"].to_string();
    says(&notes, &["line 4 calls itself a total: it is left out"]);
    let none = [number(2, "1", 20), number(3, "2", 40), number(4, "3", 61)].concat();
    workbook(&house.path("accounts.xlsx"), &(head + &none), "");
    assert_eq!(house.json(&["import", "accounts.xlsx"])["total"]["created"], 3, "it is no sum");
}

#[test]
fn an_archive_is_taken_as_the_pages_take_it_and_leaves_nothing() {
    let house = House::with_people();
    let archive = |name: &str, tables: &[(&str, &str)]| {
        let mut writer = ZipWriter::new(File::create(house.path(name)).unwrap());
        for (name, text) in tables {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap();
    };
    let accounts = "account_id,name\n1,Acme\n2,Birch\n";
    archive("export.ZIP", &[("a/accounts.csv", accounts), ("readme.txt", "x")]);
    let told = house.json(&["import", "export.ZIP"]);
    assert_eq!(told["total"]["created"], 2, "{told}");
    assert_eq!(told["tables"][0]["file"], "export.ZIP/accounts.csv");
    assert_eq!(house.json(&["import", "export.ZIP"])["total"]["unchanged"], 2);
    std::fs::create_dir(house.path("night")).unwrap();
    std::fs::rename(house.path("export.ZIP"), house.path("night/export.ZIP")).unwrap();
    let night = ["import", "night", "--preset", "plain"];
    assert_eq!(house.json(&night)["total"]["created"], 2, "alone in a folder");
    std::fs::write(house.path("night/more.csv"), "account_id,name\n3,Cedar\n").unwrap();
    let total = &house.json(&night)["total"];
    assert_eq!((&total["created"], &total["unchanged"]), (&1.into(), &2.into()), "beside a table");
    let left = std::fs::read_dir(house.path("lockstep-data/imports")).unwrap().count();
    assert_eq!(left, 0, "what was unpacked is gone");
    archive("none.zip", &[("readme.txt", "x")]);
    says(&house.refused(4, &["import", "none.zip"]), &["none.zip holds no CSV, TSV or XLSX file"]);
    std::fs::write(house.path("broken.zip"), "no archive").unwrap();
    says(&house.refused(4, &["import", "broken.zip"]), &["is no ZIP archive"]);
    let many: Vec<String> = (0..51).map(|no| format!("{no}.csv")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|name| (name.as_str(), accounts)).collect();
    archive("many.zip", &many);
    says(&house.refused(4, &["import", "many.zip"]), &["holds more than 50 tables"]);
}
