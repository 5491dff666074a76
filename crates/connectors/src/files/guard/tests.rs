use std::io::{Cursor, Write};
use std::time::{Duration, Instant};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::files::made::{MAIN, file, refusal, refusal_with, sheet, workbook, workbook_with, zip};
use crate::files::table::{ReadOptions, open};

const ROWS: &str = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>"#;

/// A sentence that must be in the refusal, and the time it may take.
fn assert_refused(name: &str, bytes: &[u8], sentence: &str) {
    let started = Instant::now();
    let refusal = refusal(name, bytes).to_string();
    assert!(refusal.contains(sentence), "{refusal}\nlacks: {sentence}");
    assert!(refusal.starts_with(name), "{refusal}");
    assert!(started.elapsed() < Duration::from_secs(2), "{refusal} took {:?}", started.elapsed());
}

#[test]
fn what_is_no_table_is_refused_with_what_to_do() {
    let ole = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and more";
    let inner = zip(&[("a.txt", b"a")]);
    let cases: [(&str, &[u8], &str); 20] = [
        ("empty.csv", b"", "is empty"),
        ("blank.csv", b"\n \n\r\n", "is empty"),
        ("a.csv", b"\x89PNG\r\n\x1a\n", "is a PNG image, not a table: export the table"),
        ("a.csv", b"%PDF-1.7\n", "a PDF document"),
        ("a.json", b"\xEF\xBB\xBF [\n  { \"id\": 1 } ]", "JSON, not a table"),
        ("a.ndjson", b"{\"id\": 1}\n", "or send facts to the API"),
        ("a.csv", b"\n<!DOCTYPE html>\n<html>", "a page of a site"),
        ("a.csv", b"\x1F\x8B\x08\0", "a gzip archive, not a table: unpack it"),
        ("a.csv", &inner, "a zip archive, not a table: if it is an Excel workbook"),
        ("a.xls", ole, "behind a password, not a table: open it in a spreadsheet program"),
        ("a.xlsx", ole, "save it as XLSX or CSV"),
        ("a.xlsb", &inner, "an .xlsb workbook"),
        ("a.ods", &inner, "an OpenDocument spreadsheet"),
        ("a.xlsx", &inner, "a zip archive without a workbook in it"),
        ("a.xlsx", b"a,b\n1,2\n", "if it is text, give it the ending .csv"),
        ("a.xlsx", b"PK\x03\x04 and no more", "is not a workbook that can be read"),
        ("a.csv", b"a,b\n1,\0\n", "a NUL byte at offset 6"),
        ("a.csv", b"\x01\x02\x03\x04a\x05\x06\x07", "is binary"),
        ("a.csv", b"\xFF\xFEa\0\n\0\0\0b\0", "a NUL byte at offset 6"),
        ("a.csv", b"\"a,b\n1,2\n", "header that cannot be read: line 1: the quote"),
    ];
    for (name, bytes, sentence) in cases {
        assert_refused(name, bytes, sentence);
    }
}

#[test]
fn a_nul_far_into_the_file_is_found_before_the_first_row_is_given() {
    let mut bytes = b"a,b\n".to_vec();
    for _ in 0..200_000 {
        bytes.extend_from_slice(b"1,2\n");
    }
    let offset = bytes.len();
    bytes.extend_from_slice(b"\0\n");
    assert_refused("a.csv", &bytes, &format!("a NUL byte at offset {offset}"));
}

#[test]
fn a_folder_a_missing_file_and_a_file_too_large_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let told = |path| open(path, &ReadOptions::default()).unwrap_err().to_string();
    assert!(told(folder.path()).ends_with("is not a file: name one CSV or XLSX file"));
    assert!(told(&folder.path().join("no.csv")).starts_with("no.csv: cannot be read"));
    let limits = Limits { csv_bytes: 10, xlsx_bytes: 10, ..Limits::default() };
    let options = ReadOptions { limits, ..ReadOptions::default() };
    for (name, bytes) in [("a.csv", b"a,b\n1,2\n3,4\n".to_vec()), ("a.xlsx", sheet(ROWS))] {
        let refusal = refusal_with(name, &bytes, &options).to_string();
        assert!(refusal.contains("more than the 1 MiB allowed: split it"), "{refusal}");
    }
}

#[test]
fn a_wish_that_cannot_be_met_is_refused() {
    let options = ReadOptions { encoding: Some("klingon".into()), ..ReadOptions::default() };
    let refusal = refusal_with("a.csv", b"a\n1\n", &options).to_string();
    assert!(refusal.contains("\"klingon\", which is not the name of an encoding"), "{refusal}");
    let options = ReadOptions { delimiter: Some(b'"'), ..ReadOptions::default() };
    assert!(matches!(
        refusal_with("a.csv", b"a\n1\n", &options).reason,
        Reason::UnusableDelimiter(b'"')
    ));
}

#[test]
fn headers_too_wide_or_too_long_are_refused() {
    assert_refused("a.csv", &b"a,".repeat(16_385), "16386 columns on line 1");
    assert_refused("a.csv", &b"a,".repeat(1_000_000), "has a header of more than 1048576 bytes");
    assert_refused("a.csv", &b"x".repeat(3 << 20), "has a header of more than 1048576 bytes");
    // Equal names must not make naming them slow.
    let started = Instant::now();
    let wide = file("a.csv", &b"a,".repeat(16_000));
    assert_eq!(open(&wide.path, &ReadOptions::default()).unwrap()[0].header.len(), 16_001);
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}

#[test]
fn archives_made_to_hurt_are_refused_by_their_directory() {
    let zeros = vec![b' '; 3 << 20];
    let many: Vec<(String, &[u8])> = (0..2_001).map(|no| (format!("{no}"), &b""[..])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, it)| (name.as_str(), *it)).collect();
    let book = |more: &[(&str, &[u8])]| workbook_with(&[("S", "visible", ROWS)], "", more);
    let cases = [
        (zip(&many), "is one of 2001 parts, more than the 2000 allowed"),
        (book(&[("xl/bomb.xml", &zeros)]), "\"xl/bomb.xml\" unpacks to more than 200 times"),
        (book(&[("../evil.xml", b"<a/>")]), "a name that leads out of the archive"),
        (book(&[("/etc/passwd", b"<a/>")]), "a name that leads out of the archive"),
        (book(&[("xl/in.zip", &zip(&[("a", b"a")]))]), "\"xl/in.zip\" is itself an archive"),
        (book(&[("xl/in.png", b"\x1F\x8B\x08")]), "is itself an archive"),
        (
            book(&[("xl/a.xml", b"<!DOCTYPE a [<!ENTITY b \"c\">]><a/>")]),
            "declares a document type",
        ),
        (book(&[("xl/a.xml", b"<!doctype a><a/>")]), "declares a document type"),
        (book(&[("xl/a.xml", b"\xFF\xFE<\0a\0/\0>\0")]), "is not XML in UTF-8"),
        (book(&[("xl/a.xml", b"<\0a\0/\0>\0")]), "is not XML in UTF-8"),
    ];
    for (bytes, sentence) in cases {
        assert_refused("a.xlsx", &bytes, sentence);
    }
}

#[test]
fn a_document_type_across_two_pieces_is_found() {
    for before in (1 << 16) - 12..(1 << 16) + 2 {
        // Not blanks, or the part would be refused as a bomb first.
        let mut part: Vec<u8> = (0..before).map(|no| b'a' + (no % 23) as u8).collect();
        part.extend_from_slice(b"<!DOCTYPE a>");
        let bytes = workbook_with(&[("S", "visible", ROWS)], "", &[("xl/a.xml", &part)]);
        assert_refused("a.xlsx", &bytes, "declares a document type");
    }
}

#[test]
fn links_and_passwords_are_refused() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_symlink("xl/workbook.xml", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    let link = writer.finish().unwrap().into_inner();
    assert_refused("a.xlsx", &link, "is a link to another file");
    // Bit 0 of the flags, in the directory and before the data: APPNOTE.TXT 4.4.4.
    let mut locked = sheet(ROWS);
    set_flag(&mut locked, b"PK\x01\x02", 8);
    set_flag(&mut locked, b"PK\x03\x04", 6);
    assert_refused("a.xlsx", &locked, "is protected by a password");
}

fn set_flag(bytes: &mut [u8], record: &[u8], at: usize) {
    let start = bytes.windows(4).position(|four| four == record).unwrap();
    bytes[start + at] |= 1;
}

#[test]
fn totals_and_parts_too_large_are_refused() {
    let limits = Limits { entry_bytes: 5_000, unpacked_bytes: 6_000, ..Limits::default() };
    let options = ReadOptions { limits, ..ReadOptions::default() };
    let part = vec![b'x'; 4_500];
    let both = [("xl/a.bin", &part[..]), ("xl/b.bin", &part[..])];
    let bytes = workbook_with(&[("S", "visible", ROWS)], "", &both);
    let told = refusal_with("a.xlsx", &bytes, &options).to_string();
    assert!(told.contains("all parts together to more than the 6000 bytes"), "{told}");
    let large = vec![b'x'; 5_001];
    let bytes = workbook_with(&[("S", "visible", ROWS)], "", &[("xl/a.bin", &large)]);
    let told = refusal_with("a.xlsx", &bytes, &options).to_string();
    assert!(told.contains("unpacks to 5001 bytes, more than the 5000 allowed"), "{told}");
}

#[test]
fn a_directory_that_lies_about_sizes_is_refused() {
    // 4 MiB of blanks whose directory tells 1,000 bytes: the ratio looks harmless.
    let blanks = vec![b' '; 4 << 20];
    let mut bytes = workbook_with(&[("S", "visible", ROWS)], "", &[("xl/lie.xml", &blanks)]);
    let told = u32::to_le_bytes(4 << 20);
    let places: Vec<usize> = (0..bytes.len() - 4).filter(|at| bytes[*at..at + 4] == told).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + 4].copy_from_slice(&u32::to_le_bytes(1_000));
    }
    assert_refused("a.xlsx", &bytes, "\"xl/lie.xml\" does not unpack to the 1000 bytes");
}

#[test]
fn a_count_of_strings_that_would_end_the_process_is_refused() {
    let strings =
        format!(r#"<sst xmlns="{MAIN}" uniqueCount="999999999999999"><si><t>a</t></si></sst>"#);
    let bytes = workbook(&[("S", "visible", ROWS)], &strings);
    assert_refused("a.xlsx", &bytes, "claims 999999999999999 strings, which cannot fit");
}

#[test]
fn a_damaged_part_is_refused() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("[Content_Types].xml", SimpleFileOptions::default()).unwrap();
    let text: Vec<u8> = (0..5_000_u32).map(|no| (no * no % 251) as u8 | 1).collect();
    writer.write_all(&text).unwrap();
    let mut bytes = writer.finish().unwrap().into_inner();
    bytes[100..150].fill(0xFF);
    assert_refused("a.xlsx", &bytes, "does not unpack to the 5000 bytes");
}
