//! Files made for tests.

use std::io::{Cursor, Write};
use std::path::PathBuf;

use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::guard::Refusal;
use super::table::{Cell, ReadOptions, Reading, RowProblem, open};

/// A file in a folder of its own, which goes when this does.
pub(super) struct Made {
    _folder: TempDir,
    pub path: PathBuf,
}

pub(super) fn file(name: &str, bytes: &[u8]) -> Made {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    Made { _folder: folder, path }
}

/// The only table of a file, read as it comes.
pub(super) fn table(name: &str, bytes: &[u8]) -> Reading {
    table_with(name, bytes, &ReadOptions::default())
}

pub(super) fn table_with(name: &str, bytes: &[u8], options: &ReadOptions) -> Reading {
    let made = file(name, bytes);
    let mut tables = open(&made.path, options).unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_eq!(tables.len(), 1);
    tables.remove(0)
}

pub(super) fn refusal(name: &str, bytes: &[u8]) -> Refusal {
    refusal_with(name, bytes, &ReadOptions::default())
}

pub(super) fn refusal_with(name: &str, bytes: &[u8], options: &ReadOptions) -> Refusal {
    open(&file(name, bytes).path, options).expect_err("it must be refused")
}

/// Rows as text and problems as told, each with its line.
pub(super) fn told(reading: Reading) -> (Vec<(u64, Vec<String>)>, Vec<String>) {
    let width = reading.header.len();
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    for row in reading {
        match row {
            Ok(row) => {
                let cells = (0..width).map(|column| as_text(row.cell(column))).collect();
                rows.push((row.line, cells));
            }
            Err(problem) => problems.push(RowProblem::to_string(&problem)),
        }
    }
    (rows, problems)
}

pub(super) fn as_text(cell: &Cell) -> String {
    match cell {
        Cell::Blank => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Number(number) => number.to_string(),
        Cell::Bool(truth) => truth.to_string(),
        Cell::DateTime(at) => at.to_string(),
    }
}

/// A ZIP of these entries.
pub(super) fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const CONTENT_TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>"#;
const RELS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const STYLES: &str = r#"<?xml version="1.0"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="46"/></cellXfs></styleSheet>"#;
/// The namespace of sheets.
pub(super) const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

/// A workbook of sheets, each given by its name, its state and what stands in `<sheetData>`.
pub(super) fn workbook(sheets: &[(&str, &str, &str)], strings: &str) -> Vec<u8> {
    workbook_with(sheets, strings, &[])
}

/// The same, with entries more.
pub(super) fn workbook_with(
    sheets: &[(&str, &str, &str)],
    strings: &str,
    more: &[(&str, &[u8])],
) -> Vec<u8> {
    let (mut listed, mut related, mut parts) = (String::new(), String::new(), Vec::new());
    for (no, (name, state, rows)) in sheets.iter().enumerate() {
        listed += &format!(
            r#"<sheet name="{name}" sheetId="{0}" state="{state}" r:id="rId{0}"/>"#,
            no + 1
        );
        related += &format!(
            r#"<Relationship Id="rId{0}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{0}.xml"/>"#,
            no + 1
        );
        let sheet = format!(
            r#"<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>"#
        );
        parts.push((format!("xl/worksheets/sheet{}.xml", no + 1), sheet));
    }
    let workbook = format!(
        r#"<?xml version="1.0"?><workbook xmlns="{MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{listed}</sheets></workbook>"#
    );
    let relations = format!(
        r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{related}</Relationships>"#
    );
    let mut entries: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", CONTENT_TYPES.as_bytes()),
        ("_rels/.rels", RELS.as_bytes()),
        ("xl/workbook.xml", workbook.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
        ("xl/styles.xml", STYLES.as_bytes()),
    ];
    if !strings.is_empty() {
        entries.push(("xl/sharedStrings.xml", strings.as_bytes()));
    }
    entries.extend(parts.iter().map(|(name, sheet)| (name.as_str(), sheet.as_bytes())));
    entries.extend_from_slice(more);
    zip(&entries)
}

/// One visible sheet of these rows.
pub(super) fn sheet(rows: &str) -> Vec<u8> {
    workbook(&[("Sheet1", "visible", rows)], "")
}
