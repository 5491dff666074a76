//! Workbooks: the rows of each sheet, one at a time.
//!
//! Only the streaming cell reader is used. The other one makes room for the whole rectangle
//! between a sheet's first and last cell, and a file of 1,590 bytes with a value in each corner
//! makes it ask for half a terabyte, which ends the process.

use std::collections::VecDeque;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxCellReader};
use serde::{Deserialize, Serialize};

use super::dialect::{RowShape, TITLES_MAX, titles};
use super::guard::{Admitted, Limits, Reason};
use super::table::{
    Cell, Format, Note, Progress, ReadOptions, Reading, Row, RowFault, RowProblem, Rows, Workbooks,
};
use super::{archive, child, header};
use crate::values::date::civil_from_iso;

/// Rows handed over at once by whoever parses.
const BATCH: usize = 256;

/// Bytes of text at which fewer rows are handed over.
const BATCH_BYTES: usize = 1 << 20;

/// Batches that may wait: what bounds the memory when the reader of rows is the slower.
pub(super) const WAITING: usize = 4;

/// Rows and problems on their way.
pub(super) type Batch = Vec<Result<Row, RowProblem>>;

/// Opens a workbook as one table for each sheet that holds something.
pub(super) fn open(mut admitted: Admitted, options: &ReadOptions) -> Result<Vec<Reading>, Reason> {
    let limits = &options.limits;
    let mut bytes = Vec::new();
    let mut file = (&mut admitted.file).take(limits.xlsx_bytes + 1);
    file.read_to_end(&mut bytes).map_err(Reason::Unreadable)?;
    // What was judged is what is parsed: the file on disk may change in between, these bytes not.
    let source = Source { bytes: bytes.into(), limits: limits.clone() };
    let wanted = Wanted { sheet: options.sheet.clone(), header_line: options.header_line };
    let sheets = match &options.workbooks {
        Workbooks::Here => source.sheets(&wanted)?,
        Workbooks::Child(program) => child::sheets(program, &source, wanted)?,
    };
    let readings = sheets.into_iter().map(|sheet| source.reading(sheet, &options.workbooks));
    Ok(readings.collect())
}

/// What is wanted of a workbook.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Wanted {
    /// Only this sheet.
    pub(super) sheet: Option<String>,
    /// The line of the header, where it was said.
    pub(super) header_line: Option<u64>,
}

/// A sheet that holds something: what stands before its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sheet {
    name: String,
    /// The cells of the header as they stand.
    header: Vec<String>,
    header_line: u64,
    /// Whether titles stand above the header.
    #[serde(default)]
    has_titles: bool,
    is_hidden: bool,
}

/// Which rows are asked for: those below the header of a sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RowsOf {
    sheet: String,
    header_line: u64,
    width: usize,
}

impl RowsOf {
    /// That nothing more can be read of them, and why.
    pub(super) fn ended(&self, fault: RowFault) -> RowProblem {
        RowProblem { line: self.header_line, fault, cells: Vec::new() }
    }
}

/// A workbook's bytes, shared by the readers of its sheets.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) bytes: Arc<[u8]>,
    pub(super) limits: Limits,
}

type Workbook = Xlsx<Counted>;

impl Source {
    fn workbook(&self, read: Arc<AtomicU64>) -> Result<Workbook, calamine::XlsxError> {
        Xlsx::new(Counted { bytes: Cursor::new(self.bytes.clone()), read })
    }

    /// The sheets that hold something, or the one that is wanted. A damaged workbook makes the
    /// parser panic in places; that is the file's fault, not a bug of the program, and must not end
    /// what else it is doing.
    pub(super) fn sheets(&self, wanted: &Wanted) -> Result<Vec<Sheet>, Reason> {
        archive::check(&self.bytes, &self.limits)?;
        catch_unwind(AssertUnwindSafe(|| self.sheets_of_sound_parts(wanted)))
            .unwrap_or_else(|_| Err(Reason::Broken("its parts contradict each other".to_owned())))
    }

    fn sheets_of_sound_parts(&self, wanted: &Wanted) -> Result<Vec<Sheet>, Reason> {
        let mut workbook = self.workbook(Arc::default()).map_err(broken)?;
        let sheets: Vec<calamine::Sheet> = workbook
            .sheets_metadata()
            .iter()
            .filter(|sheet| sheet.typ == SheetType::WorkSheet)
            .cloned()
            .collect();
        let name = wanted.sheet.as_ref();
        if let Some(wanted) = name.filter(|wanted| !sheets.iter().any(|it| it.name == **wanted)) {
            let has = sheets.into_iter().map(|sheet| sheet.name).collect();
            return Err(Reason::NoSuchSheet { wanted: wanted.clone(), has });
        }
        let mut found = Vec::new();
        for sheet in sheets.iter().filter(|it| name.is_none_or(|wanted| it.name == *wanted)) {
            found.extend(self.sheet(&mut workbook, sheet, wanted.header_line)?);
        }
        if found.is_empty() { Err(Reason::Empty) } else { Ok(found) }
    }

    fn sheet(
        &self,
        workbook: &mut Workbook,
        sheet: &calamine::Sheet,
        from_line: Option<u64>,
    ) -> Result<Option<Sheet>, Reason> {
        let cells = workbook.worksheet_cells_reader(&sheet.name).map_err(broken)?;
        let mut rows = SheetRows::new(cells, None, &self.limits)
            .skip_while(|row| matches!((row, from_line), (Ok(row), Some(from)) if row.line < from));
        // Titles are looked for only where nobody said the line, and then in the first rows.
        let looked_at = if from_line.is_some() { 1 } else { TITLES_MAX + 2 };
        let mut first = Vec::new();
        let mut is_wide = false;
        for row in rows.by_ref().take(looked_at) {
            match row {
                Ok(row) => first.push(row),
                Err(problem) if first.is_empty() => {
                    return Err(self.no_header(&sheet.name, problem));
                }
                Err(_) => break,
            }
            // The row below the first wide one tells whether that only names groups.
            if std::mem::replace(
                &mut is_wide,
                first.last().is_some_and(|row| filled(&row.cells) > 2),
            ) {
                break;
            }
        }
        let titles = if from_line.is_some() { 0 } else { titles(shapes(&first).into_iter()) };
        let Some(row) = first.into_iter().nth(titles) else { return Ok(None) };
        Ok(Some(Sheet {
            name: sheet.name.clone(),
            header: row.cells.iter().map(as_name).collect(),
            header_line: row.line,
            has_titles: titles > 0,
            is_hidden: sheet.visible != SheetVisible::Visible,
        }))
    }

    /// Why the header of a sheet cannot be read.
    fn no_header(&self, sheet: &str, problem: RowProblem) -> Reason {
        match problem.fault {
            RowFault::TooManyCells { found, .. } => Reason::TooManyColumns {
                line: problem.line,
                columns: found,
                limit: self.limits.columns,
            },
            _ => Reason::Header(format!("sheet {sheet}, {problem}")),
        }
    }

    /// A sheet as a table; its rows are parsed when the first is asked for.
    fn reading(&self, sheet: Sheet, workbooks: &Workbooks) -> Reading {
        let (header, mut notes) = header::named(sheet.header);
        if sheet.is_hidden {
            notes.push(Note::HiddenSheet);
        }
        if sheet.has_titles {
            notes.push(Note::TitlesPassedOver { line: sheet.header_line });
        }
        let progress = Progress::of(self.bytes.len() as u64);
        let (header_line, width) = (sheet.header_line, header.len());
        let of = RowsOf { sheet: sheet.name.clone(), header_line, width };
        let read = progress.bytes_read.clone();
        let rows: Rows = match workbooks {
            Workbooks::Here => Box::new(ParsedRows::new(self.clone(), of, read)),
            Workbooks::Child(program) => {
                Box::new(child::Rows::new(program.clone(), self.clone(), of, read))
            }
        };
        Reading {
            format: Format::Xlsx { sheet: sheet.name },
            header,
            header_line,
            notes,
            progress,
            rows,
        }
    }

    /// Parses the rows until the end, or until `hand` wants no more of them.
    pub(super) fn rows(
        &self,
        of: &RowsOf,
        read: Arc<AtomicU64>,
        hand: &mut dyn FnMut(Batch) -> bool,
    ) {
        let parsed = catch_unwind(AssertUnwindSafe(|| self.parse(of, read, hand)));
        let failed = match parsed {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(_) => "its parts contradict each other".to_owned(),
        };
        // Nobody may be listening any more, and then nobody wants to know.
        let _ = hand(vec![Err(of.ended(RowFault::Unreadable(failed)))]);
    }

    fn parse(
        &self,
        of: &RowsOf,
        read: Arc<AtomicU64>,
        hand: &mut dyn FnMut(Batch) -> bool,
    ) -> Result<(), calamine::XlsxError> {
        let mut workbook = self.workbook(read)?;
        let cells = workbook.worksheet_cells_reader(&of.sheet)?;
        let (mut batch, mut bytes) = (Vec::with_capacity(BATCH), 0);
        for row in SheetRows::new(cells, Some(of.width), &self.limits) {
            let line = row.as_ref().map_or_else(|problem| problem.line, |row| row.line);
            if line <= of.header_line {
                continue;
            }
            bytes += row.as_ref().map_or(0, text_bytes);
            batch.push(row);
            if batch.len() == BATCH || bytes > BATCH_BYTES {
                let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                bytes = 0;
                if !hand(full) {
                    return Ok(());
                }
            }
        }
        let _ = hand(batch);
        Ok(())
    }
}

fn broken(error: calamine::XlsxError) -> Reason {
    Reason::Broken(error.to_string())
}

fn shapes(rows: &[Row]) -> Vec<RowShape> {
    let mut before = rows.first().map_or(0, |row| row.line - 1);
    let shape = |row: &Row| {
        let after_blank = row.line > std::mem::replace(&mut before, row.line) + 1;
        RowShape { cells: row.cells.len(), filled: filled(&row.cells), after_blank }
    };
    rows.iter().map(shape).collect()
}

fn filled(cells: &[Cell]) -> usize {
    cells.iter().filter(|cell| **cell != Cell::Blank).count()
}

fn as_name(cell: &Cell) -> String {
    match cell {
        Cell::Blank => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Number(number) => number.to_string(),
        Cell::Bool(truth) => truth.to_string(),
        Cell::DateTime(at) if at.time() == jiff::civil::Time::midnight() => at.date().to_string(),
        Cell::DateTime(at) => at.to_string(),
    }
}

/// The workbook's bytes, telling how far they have been read.
struct Counted {
    bytes: Cursor<Arc<[u8]>>,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let got = self.bytes.read(out)?;
        self.read.fetch_add(got as u64, Ordering::Relaxed);
        Ok(got)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.bytes.seek(to)
    }
}

/// The rows of one sheet, put together from its cells.
struct SheetRows<'a> {
    cells: XlsxCellReader<'a, Counted>,
    /// How many columns the header has; none while the header is looked for.
    width: Option<usize>,
    limits: &'a Limits,
    /// The row under way: its number from 0, the cells, and the last column that holds something.
    row: Option<(u32, Vec<Cell>, usize)>,
    made: u64,
    /// The problem that ended the reading while an earlier row was still to be given.
    last: Option<RowProblem>,
    done: bool,
}

impl<'a> SheetRows<'a> {
    fn new(
        cells: XlsxCellReader<'a, Counted>,
        width: Option<usize>,
        limits: &'a Limits,
    ) -> SheetRows<'a> {
        SheetRows { cells, width, limits, row: None, made: 0, last: None, done: false }
    }

    /// Takes one cell, which may complete the row before it.
    fn take(&mut self, (row, column): (u32, u32), cell: Cell) -> Result<Option<Row>, RowProblem> {
        let before = match &self.row {
            Some((under_way, ..)) if row < *under_way => {
                return Err(problem(row, RowFault::OutOfOrder));
            }
            Some((under_way, ..)) if row > *under_way => self.finished(),
            _ => Ok(None),
        };
        let (column, limits) = (column as usize, self.limits);
        let (_, cells, found) = self.row.get_or_insert_with(|| (row, Vec::new(), 0));
        *found = (*found).max(column + 1);
        if column < self.width.unwrap_or(limits.columns) {
            if cells.len() <= column {
                self.made += (column + 1 - cells.len()) as u64;
                cells.resize(column + 1, Cell::Blank);
            }
            cells[column] = cell;
        }
        if self.made > limits.sheet_cells {
            let limit = limits.sheet_cells;
            return Err(problem(row, RowFault::TooManyCellsInSheet { limit }));
        }
        before
    }

    /// The row under way, complete.
    fn finished(&mut self) -> Result<Option<Row>, RowProblem> {
        let Some((row, cells, found)) = self.row.take() else { return Ok(None) };
        let expected = self.width.unwrap_or(self.limits.columns);
        let line = u64::from(row) + 1;
        if found > expected {
            let fault = RowFault::TooManyCells { expected, found };
            return Err(RowProblem { line, fault, cells });
        }
        Ok(Some(Row { line, cells }))
    }

    fn step(&mut self) -> Result<Option<Row>, RowProblem> {
        loop {
            let line = self.row.as_ref().map_or(0, |(row, ..)| *row);
            let cell = self.cells.next_cell();
            let unreadable = |error: calamine::XlsxError| RowFault::Unreadable(error.to_string());
            let Some(cell) = cell.map_err(|error| problem(line, unreadable(error)))? else {
                self.done = true;
                return self.finished();
            };
            let (row, column) = cell.get_position();
            let value = value(cell.get_value(), self.limits.xlsx_cell_chars);
            let value = value.map_err(|limit| {
                let column = column as usize + 1;
                problem(row, RowFault::CellTooLong { column, limit })
            })?;
            // A cell that is only formatted is no cell; sheets have whole columns of them.
            if value == Cell::Blank {
                continue;
            }
            if let Some(row) = self.take((row, column), value)? {
                return Ok(Some(row));
            }
        }
    }
}

fn problem(row: u32, fault: RowFault) -> RowProblem {
    RowProblem { line: u64::from(row) + 1, fault, cells: Vec::new() }
}

impl Iterator for SheetRows<'_> {
    type Item = Result<Row, RowProblem>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return self.last.take().map(Err);
        }
        let row = self.step();
        let Err(problem) = row else { return row.transpose() };
        if !problem.ends_reading() {
            return Some(Err(problem));
        }
        self.done = true;
        // The row under way is known to be complete only if it is a later one that has the fault.
        let complete =
            self.row.as_ref().is_some_and(|(row, ..)| u64::from(*row) + 1 < problem.line);
        let before = if complete { self.finished() } else { Ok(None) };
        match before.transpose() {
            None => Some(Err(problem)),
            before => {
                self.last = Some(problem);
                before
            }
        }
    }
}

/// A cell's value, or the limit that its text is over.
fn value(value: &DataRef<'_>, chars_max: usize) -> Result<Cell, usize> {
    let text = |text: &str| {
        let long = text.len() > chars_max && text.chars().count() > chars_max;
        if long { Err(chars_max) } else { Ok(Cell::of(text)) }
    };
    match value {
        DataRef::Empty => Ok(Cell::Blank),
        DataRef::Int(number) => Ok(Cell::Number(*number as f64)),
        DataRef::Float(number) => Ok(Cell::Number(*number)),
        DataRef::Bool(truth) => Ok(Cell::Bool(*truth)),
        DataRef::String(own) => text(own),
        DataRef::SharedString(shared) => text(shared),
        DataRef::DurationIso(duration) => text(duration),
        DataRef::DateTimeIso(iso) => match civil_from_iso(iso) {
            Some(at) => Ok(Cell::DateTime(at)),
            None => text(iso),
        },
        // `[h]:mm` is an amount of days, not a point in time.
        DataRef::DateTime(at) if at.is_duration() => Ok(Cell::Number(at.as_f64())),
        DataRef::DateTime(at) => Ok(crate::values::date::civil_from_excel(at)
            .map_or(Cell::Number(at.as_f64()), Cell::DateTime)),
        DataRef::Error(error) => Ok(Cell::Text(error.to_string())),
    }
}

/// How much text a row holds.
fn text_bytes(row: &Row) -> usize {
    let bytes = |cell: &Cell| if let Cell::Text(text) = cell { text.len() } else { 0 };
    row.cells.iter().map(bytes).sum()
}

/// Rows parsed by a thread of their own.
///
/// The parser lends its cells from the workbook, so both must live in one place for as long as
/// rows are read; a thread is that place. It starts with the first row that is asked for.
struct ParsedRows {
    source: Option<(Source, RowsOf, Arc<AtomicU64>)>,
    batches: Option<Receiver<Batch>>,
    ready: VecDeque<Result<Row, RowProblem>>,
}

impl ParsedRows {
    fn new(source: Source, of: RowsOf, read: Arc<AtomicU64>) -> ParsedRows {
        ParsedRows { source: Some((source, of, read)), batches: None, ready: VecDeque::new() }
    }

    fn start(&mut self) {
        if let Some((source, of, read)) = self.source.take() {
            let (sender, receiver) = sync_channel(WAITING);
            self.batches = Some(receiver);
            std::thread::spawn(move || {
                source.rows(&of, read, &mut |batch| sender.send(batch).is_ok());
            });
        }
    }
}

impl Iterator for ParsedRows {
    type Item = Result<Row, RowProblem>;

    fn next(&mut self) -> Option<Self::Item> {
        self.start();
        while self.ready.is_empty() {
            self.ready = self.batches.as_ref()?.recv().ok()?.into();
        }
        self.ready.pop_front()
    }
}

#[cfg(test)]
mod tests;
