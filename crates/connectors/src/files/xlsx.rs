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
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxCellReader};

use super::guard::{Admitted, Limits, Reason};
use super::table::{Cell, Format, Note, Progress, ReadOptions, Reading, Row, RowFault, RowProblem};
use super::{archive, header};
use crate::values::date::civil_from_iso;

/// Rows handed over at once by the thread that parses.
const BATCH: usize = 256;

/// Batches that may wait: what bounds the memory when the reader of rows is the slower.
const WAITING: usize = 4;

/// Opens a workbook as one table for each sheet that holds something.
pub(super) fn open(mut admitted: Admitted, options: &ReadOptions) -> Result<Vec<Reading>, Reason> {
    let limits = &options.limits;
    let mut bytes = Vec::new();
    let mut file = (&mut admitted.file).take(limits.xlsx_bytes + 1);
    file.read_to_end(&mut bytes).map_err(Reason::Unreadable)?;
    // What was judged is what is parsed: the file on disk may change in between, these bytes not.
    archive::check(&bytes, limits)?;
    let source = Source { bytes: bytes.into(), limits: limits.clone() };
    // A damaged workbook makes the parser panic in places; that is the file's fault, not a bug of
    // the program, and must not end what else it is doing.
    catch_unwind(AssertUnwindSafe(|| source.tables(options.sheet.as_deref())))
        .unwrap_or_else(|_| Err(Reason::Broken("its parts contradict each other".to_owned())))
}

/// A workbook's bytes, shared by the readers of its sheets.
#[derive(Clone)]
struct Source {
    bytes: Arc<[u8]>,
    limits: Limits,
}

type Workbook = Xlsx<Counted>;

impl Source {
    fn workbook(&self, read: Arc<AtomicU64>) -> Result<Workbook, calamine::XlsxError> {
        Xlsx::new(Counted { bytes: Cursor::new(self.bytes.clone()), read })
    }

    fn tables(&self, wanted: Option<&str>) -> Result<Vec<Reading>, Reason> {
        let mut workbook = self.workbook(Arc::default()).map_err(broken)?;
        let sheets: Vec<calamine::Sheet> = workbook
            .sheets_metadata()
            .iter()
            .filter(|sheet| sheet.typ == SheetType::WorkSheet)
            .cloned()
            .collect();
        if let Some(wanted) = wanted.filter(|wanted| !sheets.iter().any(|it| it.name == *wanted)) {
            let has = sheets.into_iter().map(|sheet| sheet.name).collect();
            return Err(Reason::NoSuchSheet { wanted: wanted.to_owned(), has });
        }
        let mut tables = Vec::new();
        for sheet in sheets.iter().filter(|it| wanted.is_none_or(|wanted| it.name == wanted)) {
            tables.extend(self.table(&mut workbook, sheet)?);
        }
        if tables.is_empty() { Err(Reason::Empty) } else { Ok(tables) }
    }

    fn table(
        &self,
        workbook: &mut Workbook,
        sheet: &calamine::Sheet,
    ) -> Result<Option<Reading>, Reason> {
        let cells = workbook.worksheet_cells_reader(&sheet.name).map_err(broken)?;
        let mut rows = SheetRows::new(cells, None, &self.limits);
        let Some(first) = rows.next() else { return Ok(None) };
        let row = first.map_err(|problem| match problem.fault {
            RowFault::TooManyCells { found, .. } => Reason::TooManyColumns {
                line: problem.line,
                columns: found,
                limit: self.limits.columns,
            },
            _ => Reason::Header(format!("sheet {}, {problem}", sheet.name)),
        })?;
        let (header, mut notes) = header::named(row.cells.iter().map(as_name).collect());
        if sheet.visible != SheetVisible::Visible {
            notes.push(Note::HiddenSheet);
        }
        let progress = Progress::of(self.bytes.len() as u64);
        let parser = Parser {
            source: self.clone(),
            sheet: sheet.name.clone(),
            header_line: row.line,
            width: header.len(),
            read: progress.bytes_read.clone(),
        };
        Ok(Some(Reading {
            format: Format::Xlsx { sheet: sheet.name.clone() },
            header,
            header_line: row.line,
            notes,
            progress,
            rows: Box::new(ParsedRows { parser: Some(parser), ..ParsedRows::default() }),
        }))
    }
}

fn broken(error: calamine::XlsxError) -> Reason {
    Reason::Broken(error.to_string())
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

/// What the thread needs to parse one sheet.
struct Parser {
    source: Source,
    sheet: String,
    header_line: u64,
    width: usize,
    read: Arc<AtomicU64>,
}

type Batch = Vec<Result<Row, RowProblem>>;

impl Parser {
    /// Parses until the end, or until nobody asks for rows any more.
    fn run(self, batches: &SyncSender<Batch>) {
        let parsed = catch_unwind(AssertUnwindSafe(|| self.parse(batches)));
        let failed = match parsed {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(_) => "its parts contradict each other".to_owned(),
        };
        let fault = RowFault::Unreadable(failed);
        // Nobody may be listening any more, and then nobody wants to know.
        let _ = batches.send(vec![Err(RowProblem {
            line: self.header_line,
            fault,
            cells: Vec::new(),
        })]);
    }

    fn parse(&self, batches: &SyncSender<Batch>) -> Result<(), calamine::XlsxError> {
        let mut workbook = self.source.workbook(self.read.clone())?;
        let cells = workbook.worksheet_cells_reader(&self.sheet)?;
        let mut batch = Vec::with_capacity(BATCH);
        for row in SheetRows::new(cells, Some(self.width), &self.source.limits) {
            let line = row.as_ref().map_or_else(|problem| problem.line, |row| row.line);
            if line == self.header_line {
                continue;
            }
            batch.push(row);
            if batch.len() == BATCH {
                let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                if batches.send(full).is_err() {
                    return Ok(());
                }
            }
        }
        let _ = batches.send(batch);
        Ok(())
    }
}

/// Rows parsed by a thread of their own.
///
/// The parser lends its cells from the workbook, so both must live in one place for as long as
/// rows are read; a thread is that place. It starts with the first row that is asked for.
#[derive(Default)]
struct ParsedRows {
    parser: Option<Parser>,
    batches: Option<Receiver<Batch>>,
    ready: VecDeque<Result<Row, RowProblem>>,
}

impl ParsedRows {
    fn start(&mut self) {
        if let Some(parser) = self.parser.take() {
            let (sender, receiver) = sync_channel(WAITING);
            self.batches = Some(receiver);
            std::thread::spawn(move || parser.run(&sender));
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
