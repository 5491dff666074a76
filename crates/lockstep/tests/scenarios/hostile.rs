//! Forty files that mean no good come to nothing: each is refused in words or known for no table,
//! and the pages of others stay open. How long each took is printed.

use std::{
    io::{Cursor, Write},
    time::Instant,
};

use testkit::{World, http::StatusCode};
use zip::{ZipWriter, write::SimpleFileOptions};

/// A file by its name and its bytes.
type Hostile = (String, Vec<u8>);

fn text_files() -> Vec<Hostile> {
    let wide: Vec<String> = (0..20_000).map(|no| format!("c{no}")).collect();
    let long = "x".repeat(2 << 20);
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("empty.csv", Vec::new()),
        ("mark-alone.csv", b"\xef\xbb\xbf".to_vec()),
        ("blanks.csv", b" \n \n\t\n".to_vec()),
        ("empty-lines.csv", vec![b'\n'; 1 << 20]),
        ("commas.csv", b",,,,\n".repeat(10_000)),
        ("nuls.csv", [b"a,b\n".to_vec(), vec![0; 4096]].concat()),
        ("late-nul.csv", [b"lead_id,status\n".repeat(20_000), vec![0]].concat()),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
        ("paper.csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj".to_vec()),
        ("program.csv", [b"\x7fELF\x02\x01\x01".to_vec(), vec![0; 64]].concat()),
        ("archive.csv", zipped(&[("a.csv", b"lead_id\n1\n")])),
        ("squeezed.csv", b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec()),
        ("database.csv", b"SQLite format 3\0\x10\0\x01\x01".to_vec()),
        ("wide.csv", wide.join(",").into_bytes()),
        ("long-name.csv", format!("{long},b\n1,2\n").into_bytes()),
        ("open-quote.csv", format!("lead_id,status\n1,\"{}", "x\n".repeat(4 << 20)).into_bytes()),
        ("long-row.csv", format!("lead_id,status\n1,{}\n", "y".repeat(6 << 20)).into_bytes()),
        ("page.csv", b"<!doctype html><html><script>alert(1)</script></html>".to_vec()),
        ("sign-alone.csv", b"sep=;\n".to_vec()),
        ("half-letters.csv", b"\xff\xfea\0,\0b\0\n\0\xd8".to_vec()),
    ];
    cases.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect()
}

/// A ZIP of these entries.
fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).expect("an entry");
        writer.write_all(bytes).expect("its bytes");
    }
    writer.finish().expect("a ZIP").into_inner()
}

const TYPES: &[u8] = br#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#;
const BOOK: &[u8] = br#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#;
const RELATIONS: &[u8] = br#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;

/// A workbook whose one sheet is these bytes, with entries more.
fn workbook(sheet: &[u8], more: &[(&str, &[u8])]) -> Vec<u8> {
    let mut entries: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", TYPES),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", RELATIONS),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    entries.extend_from_slice(more);
    zipped(&entries)
}

fn sheet(rows: &str) -> Vec<u8> {
    format!(
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
    )
    .into_bytes()
}

fn workbooks() -> Vec<Hostile> {
    let cell = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>lead_id</t></is></c></row>"#;
    let good = workbook(&sheet(cell), &[]);
    let zeros = vec![b' '; 120 << 20];
    let entity = br#"<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet>&b;</worksheet>"#;
    let outside = br#"<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet>&x;</worksheet>"#;
    let strings = br#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" uniqueCount="4000000000"></sst>"#;
    let names: Vec<String> = (0..3000).map(|no| format!("xl/media/{no}.png")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let deep = format!("{}{}", "<row>".repeat(50_000), "</row>".repeat(50_000));
    let far = r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#;
    let back = r#"<row r="5"><c r="A5"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>"#;
    let climbing = ["..", "..", "..", "etc", "cron.d", "x"].join("/");
    let mut locked = good.clone();
    // The bit that says an entry is encrypted, in the directory's first record.
    if let Some(at) = locked.windows(4).position(|it| it == b"PK\x01\x02") {
        locked[at + 8] |= 1;
    }
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("no-workbook.xlsx", b"lead_id,status\n1,New\n".to_vec()),
        ("nothing.xlsx", Vec::new()),
        ("empty-archive.xlsx", zipped(&[])),
        ("other-archive.xlsx", zipped(&[("readme.txt", b"hello")])),
        ("letter.xlsx", zipped(&[("word/document.xml", b"<w/>"), ("[Content_Types].xml", TYPES)])),
        ("cut-off.xlsx", good[..good.len() / 2].to_vec()),
        ("locked.xlsx", locked),
        ("old-kind.xlsx", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), vec![0; 512]].concat()),
        ("bomb.xlsx", workbook(&zeros, &[])),
        ("bomb-beside.xlsx", workbook(&sheet(cell), &[("xl/media/1.xml", &zeros)])),
        ("laughs.xlsx", workbook(entity, &[])),
        ("outside.xlsx", workbook(outside, &[])),
        ("strings.xlsx", workbook(&sheet(cell), &[("xl/sharedStrings.xml", strings)])),
        ("entries.xlsx", workbook(&sheet(cell), &many)),
        ("climbing.xlsx", workbook(&sheet(""), &[(&climbing, b"* * * * *")])),
        ("deep.xlsx", workbook(&sheet(&deep), &[])),
        ("far-corner.xlsx", workbook(&sheet(far), &[])),
        ("backwards.xlsx", workbook(&sheet(back), &[])),
        ("no-sheet.xlsx", workbook(b"", &[])),
        ("broken-sheet.xlsx", workbook(b"<worksheet><sheetData><row r=", &[])),
    ];
    cases.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_hostile_files_come_to_nothing() {
    let world = World::new();
    let files: Vec<Hostile> = text_files().into_iter().chain(workbooks()).collect();
    assert_eq!(files.len(), 40);
    let before = world.last_fact();
    let mut slowest = 0;
    for (name, bytes) in &files {
        let began = Instant::now();
        let answer = world.brings("operations", &[(name, bytes)]).await;
        if answer.status == StatusCode::SEE_OTHER {
            let import = answer.header("location").to_owned();
            let page = world.works().page("operations", &import).await;
            let is_nothing = page.contains("This import could not be done")
                || page.contains("No table is known yet");
            assert!(is_nothing, "{name}: {page}");
            assert!(!page.contains(" panicked "), "{name}: {page}");
        } else {
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        }
        let took = began.elapsed().as_millis();
        println!("{name}: {took} ms, {} bytes", bytes.len());
        slowest = slowest.max(took);
    }
    println!("the slowest: {slowest} ms");
    assert_eq!(world.last_fact(), before, "nothing of them is in the ledger");
    assert!(world.page("rep", "/").await.contains("Today"), "others go on");
}
