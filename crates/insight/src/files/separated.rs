//! CSV: rows of cells with a sign between them.
//!
//! A file without quotes is split side by side in blocks; one with quotes is read by the `csv`
//! crate, which knows all that quotes may do. Both give the same columns.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
    path::Path,
};

use csv::{ByteRecord, ReaderBuilder};

use super::{
    ROW_BYTES_MAX, ROWS_MAX, Trouble, Wanted, blocks,
    cell::Wrong,
    column::{Joining, Part, Table},
    places, shown,
};

/// Signs that stand between cells.
const SIGNS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The first line of a file.
pub(super) struct Header {
    pub(super) names: Vec<String>,
    sign: u8,
    /// Where the rows begin, in bytes.
    body: u64,
}

/// What of each row is read, and how it is told apart.
pub(super) struct Layout<'a> {
    pub(super) path: &'a Path,
    pub(super) sign: u8,
    /// How many cells a row has.
    pub(super) cells: usize,
    /// For each cell up to the last that is wanted, the column that it goes to.
    pub(super) goes_to: Vec<Option<usize>>,
    /// The columns that are read.
    pub(super) wanted: Vec<&'a Wanted>,
}

/// Reads the columns of those wanted that are there.
pub(super) fn read(path: &Path, wanted: &[Wanted]) -> Result<Table, Trouble> {
    let header = header(path)?;
    let found = places(path, &header.names, wanted)?;
    let cells = header.names.len();
    let mut goes_to = vec![None; found.iter().map(|(place, _)| place + 1).max().unwrap_or(0)];
    for (column, (place, _)) in found.iter().enumerate() {
        goes_to[*place] = Some(column);
    }
    let layout = Layout {
        path,
        sign: header.sign,
        cells,
        goes_to,
        wanted: found.into_iter().map(|(_, wanted)| wanted).collect(),
    };
    match blocks::read(&layout, header.body)? {
        Some(table) => Ok(table),
        None => row_by_row(&layout, header.body),
    }
}

/// Reads the header. A byte order mark before it is passed over.
pub(super) fn header(path: &Path) -> Result<Header, Trouble> {
    let unreadable = |source| Trouble::Unreadable { file: shown(path), source };
    let mut start = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(ROW_BYTES_MAX as u64).read_to_end(&mut start).map_err(unreadable)?;
    let mark = if start.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let line = start[mark..].split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |sign: &u8| line.iter().filter(|byte| *byte == sign).count();
    let sign = SIGNS.into_iter().rev().max_by_key(count).expect("there are signs");
    let mut rows =
        ReaderBuilder::new().has_headers(false).delimiter(sign).from_reader(&start[mark..]);
    let mut record = ByteRecord::new();
    let is_there = rows.read_byte_record(&mut record).unwrap_or(false);
    if !is_there || record.iter().all(<[u8]>::is_empty) {
        return Err(Trouble::Empty { file: shown(path) });
    }
    let mut names = Vec::with_capacity(record.len());
    let mut seen = BTreeSet::new();
    for cell in record.iter() {
        let name = std::str::from_utf8(cell).map_err(|_| Trouble::Damaged {
            file: shown(path),
            place: "line 1".into(),
            said: "its text is not UTF-8".into(),
        })?;
        if !seen.insert(name) {
            return Err(Trouble::Twice { file: shown(path), column: name.to_owned() });
        }
        names.push(name.to_owned());
    }
    Ok(Header { names, sign, body: mark as u64 + rows.position().byte() })
}

fn row_by_row(layout: &Layout<'_>, body: u64) -> Result<Table, Trouble> {
    let unreadable = |source| Trouble::Unreadable { file: shown(layout.path), source };
    let mut file = File::open(layout.path).map_err(unreadable)?;
    file.seek(SeekFrom::Start(body)).map_err(unreadable)?;
    let mut rows = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(layout.sign)
        .from_reader(BufReader::with_capacity(1 << 20, Bounded { file, since_line: 0 }));
    let mut joining = Joining::new(layout.path, &layout.wanted, 1);
    let mut parts = layout.parts(0);
    let mut record = ByteRecord::new();
    loop {
        let at = body + rows.position().byte();
        match rows.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => return Err(layout.broken(at, error)),
        }
        if record.len() != layout.cells {
            return Err(layout.ragged(at, record.len()));
        }
        for (cell, column) in record.iter().zip(&layout.goes_to) {
            if let Some(column) = column {
                let taken = parts[*column].cell(cell);
                taken.map_err(|wrong| layout.wrong(at, *column, cell, wrong))?;
            }
        }
        if parts.first().map_or(0, Part::rows) > ROWS_MAX {
            return Err(layout.too_much(at, "more rows than 32 bits can number"));
        }
    }
    joining.take(0, parts)?;
    Ok(joining.finished())
}

/// The line on which a row begins, the first under the header being 0; blank lines are no rows.
pub(super) fn line_of(path: &Path, row: usize) -> Option<String> {
    let header = header(path).ok()?;
    let mut file = File::open(path).ok()?;
    file.seek(SeekFrom::Start(header.body)).ok()?;
    let mut rows = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(header.sign)
        .from_reader(BufReader::new(file));
    let mut record = ByteRecord::new();
    for _ in 0..row {
        rows.read_byte_record(&mut record).ok()?;
    }
    let mut at = header.body + rows.position().byte();
    let mut rest = BufReader::new(File::open(path).ok()?);
    rest.seek(SeekFrom::Start(at)).ok()?;
    at += rest.bytes().take_while(|byte| matches!(byte, Ok(b'\r' | b'\n'))).count() as u64;
    Some(line_at(path, at))
}

/// The line on which a byte of a file stands.
fn line_at(path: &Path, at: u64) -> String {
    let lines = || -> std::io::Result<usize> {
        let mut rest = BufReader::new(File::open(path)?.take(at));
        let (mut buffer, mut lines) = (vec![0; 1 << 16], 1);
        loop {
            match rest.read(&mut buffer)? {
                0 => return Ok(lines),
                n => lines += buffer[..n].iter().filter(|byte| **byte == b'\n').count(),
            }
        }
    };
    lines().map_or_else(|_| format!("byte {at}"), |line| format!("line {line}"))
}

/// A file in which no quote may hold more than a row may.
struct Bounded {
    file: File,
    since_line: usize,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        match buffer[..read].iter().rposition(|byte| *byte == b'\n') {
            Some(line) => self.since_line = read - line,
            None => self.since_line += read,
        }
        if self.since_line > 2 * ROW_BYTES_MAX {
            return Err(std::io::Error::other("a row is longer than 1 MiB"));
        }
        Ok(read)
    }
}

impl Layout<'_> {
    /// An empty part of each column, with room for so many rows.
    pub(super) fn parts(&self, rows: usize) -> Vec<Part> {
        self.wanted.iter().map(|wanted| Part::with_room(wanted.kind, rows)).collect()
    }

    /// What is wrong with the row that begins at a byte of the file.
    pub(super) fn ragged(&self, at: u64, cells: usize) -> Trouble {
        let (file, place) = (shown(self.path), self.line(at));
        Trouble::Ragged { file, place, cells, columns: self.cells }
    }

    pub(super) fn wrong(&self, at: u64, column: usize, cell: &[u8], wrong: Wrong) -> Trouble {
        Trouble::Cell {
            file: shown(self.path),
            place: self.line(at).into(),
            column: self.wanted[column].name.clone(),
            seen: String::from_utf8_lossy(cell).chars().take(40).collect(),
            expected: wrong.expected,
            remedy: wrong.remedy,
        }
    }

    pub(super) fn too_much(&self, at: u64, what: &'static str) -> Trouble {
        Trouble::TooMuch { file: shown(self.path), place: self.line(at), what }
    }

    fn broken(&self, at: u64, error: csv::Error) -> Trouble {
        Trouble::Damaged { file: shown(self.path), place: self.line(at), said: error.to_string() }
    }

    /// The line on which the row stands that begins at a byte; blank lines before it are its own.
    fn line(&self, at: u64) -> String {
        line_at(self.path, at)
    }
}
