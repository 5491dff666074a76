//! A table as found in a file: its header, its rows one at a time, and all that was detected.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::child::{Program, Stopped};
use super::guard::{self, Kind, Limits, Refusal};
use super::{csv, xlsx};

/// How to read a file where detection is not to be trusted.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// The byte between cells of a text file; found by itself if absent.
    pub delimiter: Option<u8>,
    /// The encoding's name, `windows-1252` for example; found by itself if absent.
    pub encoding: Option<String>,
    /// Only this sheet of a workbook; all that hold something if absent.
    pub sheet: Option<String>,
    /// The line of the header, counted from 1: what stands above is passed over. If absent, the
    /// first row that is not a title, which fills one cell above a wider table, or two where a
    /// blank row parts it from that.
    pub header_line: Option<u64>,
    /// What a file may ask of us.
    pub limits: Limits,
    /// Who parses workbooks.
    pub workbooks: Workbooks,
}

/// Who parses workbooks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Workbooks {
    /// This process, behind the guards alone: a parser that asks for too much memory ends it.
    #[default]
    Here,
    /// A child process for each reading, with limits of its own; its end is a refusal.
    Child(Program),
}

/// What kind of table it is, as detected, to be shown and changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// A text file.
    Csv {
        /// The encoding's name: `UTF-8`, `windows-1252`.
        encoding: &'static str,
        /// Whether the file opens with a byte order mark.
        byte_order_mark: bool,
        /// Whether the encoding is a guess from the letters that it gives.
        encoding_guessed: bool,
        /// The byte between cells.
        delimiter: u8,
        /// How lines end.
        line_ends: LineEnds,
    },
    /// A sheet of a workbook.
    Xlsx {
        /// The sheet's name.
        sheet: String,
    },
}

/// How the lines of a text file end, by its first 64 KiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnds {
    /// Unix: line feed.
    Lf,
    /// Windows: carriage return and line feed.
    CrLf,
    /// Old Macintosh: carriage return.
    Cr,
    /// More than one of them.
    Mixed,
}

/// Something that was assumed or repaired, for the person to see before they go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Note {
    /// The encoding is a guess.
    #[error(
        "the text is not UTF-8; read as {encoding}: check names with accents, and give the encoding if they are wrong"
    )]
    EncodingGuessed {
        /// The encoding taken.
        encoding: &'static str,
    },
    /// UTF-8, with sequences that are not.
    #[error(
        "the text is UTF-8 but damaged, first at byte {offset}: broken letters are shown as \u{FFFD}"
    )]
    Damaged {
        /// Bytes from the start of the file.
        offset: u64,
    },
    /// Rows above the header.
    #[error(
        "the header was taken from line {line}; what stands above it was passed over: give its line if it is another"
    )]
    TitlesPassedOver {
        /// Counted from 1.
        line: u64,
    },
    /// No delimiter was found.
    #[error("only one column was found: give the delimiter if there are more")]
    OneColumn,
    /// A column without a name.
    #[error("column {column} has no name in the header; it is called \"{called}\" here")]
    ColumnNamed {
        /// Counted from 1.
        column: usize,
        /// The name given.
        called: String,
    },
    /// A name that occurs more than once.
    #[error("column {column} has the name of an earlier one; it is called \"{called}\" here")]
    ColumnRenamed {
        /// Counted from 1.
        column: usize,
        /// The name given.
        called: String,
    },
    /// A sheet that its author hid.
    #[error("the sheet is hidden in the workbook: check that it is meant to be read")]
    HiddenSheet,
}

/// One value as the file has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Cell {
    /// Nothing, or nothing but spaces.
    Blank,
    /// Text as sent, spaces included. All that a text file has; line ends within it are LF.
    Text(String),
    /// A number of a workbook. Excel holds 15 digits.
    Number(#[serde(with = "super::child::bits")] f64),
    /// A truth value of a workbook.
    Bool(bool),
    /// A date or time of a workbook, which has no time zone. A date alone is its midnight.
    DateTime(jiff::civil::DateTime),
}

impl Cell {
    /// Text of a text file as a cell.
    pub(super) fn of(text: &str) -> Cell {
        if text.trim().is_empty() { Cell::Blank } else { Cell::Text(text.to_owned()) }
    }
}

/// One row below the header.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The line on which the row starts, as an editor shows it; the row's number in a workbook.
    pub line: u64,
    /// The cells from the left. Trailing blanks may be absent: ask [`Row::cell`].
    pub cells: Vec<Cell>,
}

impl Row {
    /// The cell of a column, counted from 0; blank where the row ends earlier.
    pub fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(&Cell::Blank)
    }
}

/// A row that was not read, and why. The others go on, unless [`RowProblem::ends_reading`].
#[derive(Debug, Clone, PartialEq, thiserror::Error, Serialize, Deserialize)]
#[error("line {line}: {fault}")]
pub struct RowProblem {
    /// The line on which the row starts.
    pub line: u64,
    /// What is wrong and what to do.
    pub fault: RowFault,
    /// The cells that were found, where they can be told apart, for a file of rejected rows.
    pub cells: Vec<Cell>,
}

impl RowProblem {
    /// Whether nothing after this row can be trusted, so that the file is not read further.
    pub fn ends_reading(&self) -> bool {
        !matches!(self.fault, RowFault::TooManyCells { .. } | RowFault::TextAfterQuote { .. })
    }
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum RowFault {
    /// Something stands beyond the last column of the header.
    #[error(
        "{found} cells where the header has {expected}: put quotes around a cell that contains the delimiter, or name the column in the header"
    )]
    TooManyCells {
        /// How many columns the header has.
        expected: usize,
        /// The last cell that is not blank, counted from 1.
        found: usize,
    },
    /// `"5" pipe"`: whether the second quote ends the cell cannot be known.
    #[error(
        "text follows the closing quote in column {column} (line {at_line}): write a quote inside a cell twice (\"\")"
    )]
    TextAfterQuote {
        /// Counted from 1.
        column: usize,
        /// The line of that closing quote. If it is not the row's own, the rows between were
        /// swallowed by the quote.
        at_line: u64,
    },
    /// A quote is opened and the file ends.
    #[error(
        "the quote that opens in column {column} (line {at_line}) is never closed: close it, or remove it; nothing after it was read"
    )]
    QuoteNeverClosed {
        /// Counted from 1.
        column: usize,
        /// The line of the opening quote.
        at_line: u64,
    },
    /// A cell over the limit.
    #[error(
        "the cell in column {column} is longer than {limit}: shorten it; nothing after it was read"
    )]
    CellTooLong {
        /// Counted from 1.
        column: usize,
        /// Bytes of a text file, characters of a workbook.
        limit: usize,
    },
    /// A row over the limit, most often by a quote that is not closed.
    #[error(
        "the row is longer than {limit} bytes: look for a quote that is not closed; nothing after it was read"
    )]
    RowTooLong {
        /// The limit.
        limit: usize,
    },
    /// A sheet over the limit.
    #[error(
        "the sheet has more than {limit} cells up to here: split it, or save it as CSV; nothing after it was read"
    )]
    TooManyCellsInSheet {
        /// The limit.
        limit: u64,
    },
    /// A sheet whose rows go back or repeat, which no program writes.
    #[error("the row comes after a later one: save the workbook anew; nothing after it was read")]
    OutOfOrder,
    /// The bytes cannot be read any further.
    #[error("the file cannot be read further ({0}); nothing after it was read")]
    Unreadable(String),
    /// The child process that parses the workbook gave up or was stopped.
    #[error("the workbook {0}; nothing after it was read")]
    Stopped(Stopped),
}

/// How far reading has come; a copy may be kept and asked from another thread.
#[derive(Debug, Clone)]
pub struct Progress {
    pub(super) bytes_total: u64,
    pub(super) bytes_read: Arc<AtomicU64>,
}

impl Progress {
    pub(super) fn of(bytes_total: u64) -> Progress {
        Progress { bytes_total, bytes_read: Arc::default() }
    }

    /// Bytes of the file.
    pub fn bytes_total(&self) -> u64 {
        self.bytes_total
    }

    /// Bytes read so far, never more than the total. An estimate for workbooks, whose strings are
    /// read before the rows.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed).min(self.bytes_total)
    }
}

/// The rows below a header, read as they are asked for.
pub(super) type Rows = Box<dyn Iterator<Item = Result<Row, RowProblem>> + Send>;

/// A table open for reading: iterate it for its rows.
///
/// Blank rows are passed over. After a problem that [ends the reading](RowProblem::ends_reading)
/// there are no more rows, so whoever must not import half a table asks for that first.
pub struct Reading {
    /// What it was found to be.
    pub format: Format,
    /// The columns' names, trimmed, none blank and none twice.
    pub header: Vec<String>,
    /// The line of the header, as in [`Row::line`].
    pub header_line: u64,
    /// What was assumed or repaired.
    pub notes: Vec<Note>,
    pub(super) progress: Progress,
    pub(super) rows: Rows,
}

impl Reading {
    /// How far reading has come.
    pub fn count_hint(&self) -> Progress {
        self.progress.clone()
    }
}

impl Iterator for Reading {
    type Item = Result<Row, RowProblem>;

    fn next(&mut self) -> Option<Self::Item> {
        self.rows.next()
    }
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reading")
            .field("format", &self.format)
            .field("header", &self.header)
            .field("notes", &self.notes)
            .finish_non_exhaustive()
    }
}

/// Opens a file and finds its tables: one in a text file, one for each sheet of a workbook that
/// holds something. To read a second time, open a second time.
///
/// # Errors
/// A [`Refusal`] that names the file, the place and the remedy; nothing has been read then.
pub fn open(path: &Path, options: &ReadOptions) -> Result<Vec<Reading>, Refusal> {
    let opened = guard::admit(path, &options.limits).and_then(|admitted| match admitted.kind {
        Kind::Text => csv::open(admitted, options).map(|reading| vec![reading]),
        Kind::Workbook => xlsx::open(admitted, options),
    });
    opened.map_err(|reason| Refusal { file: guard::name_of(path), reason })
}
