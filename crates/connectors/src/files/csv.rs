//! Text files: rows one at a time, with the line on which each starts.

use std::io::Read;

use super::dialect::{self, SAMPLE};
use super::encoding::{self, Decoded};
use super::guard::{Admitted, Reason};
use super::header;
use super::table::{Cell, Format, Note, Progress, ReadOptions, Reading, Row, RowFault, RowProblem};

/// Opens a text file as one table.
pub(super) fn open(mut admitted: Admitted, options: &ReadOptions) -> Result<Reading, Reason> {
    if let Some(delimiter) = options.delimiter.filter(|it| !dialect::is_usable(*it)) {
        return Err(Reason::UnusableDelimiter(delimiter));
    }
    let survey = encoding::survey(&mut admitted.file, options.encoding.as_deref())?;
    let Sample { text, whole, line_ends } = sample(&admitted, survey.encoding)?;
    let dialect = dialect::dialect(&text, whole, options.delimiter);

    let progress = Progress::of(admitted.bytes);
    let file = rewound(&admitted)?;
    let decoded = Decoded::new(file, survey.encoding, progress.bytes_read.clone());
    let mut feeder = Feeder::new(decoded, options.limits.header_bytes);
    if dialect.names_its_delimiter {
        feeder.skip_line().map_err(Reason::Unreadable)?;
    }
    let mut rows = CsvRows::new(feeder, dialect.delimiter, options);
    let titles = if options.header_line.is_none() { dialect.titles } else { 0 };
    let (cells, header_line) = rows.header(titles, options.header_line)?;
    let (header, mut notes) = header::named(cells);
    if titles > 0 {
        notes.push(Note::TitlesPassedOver { line: header_line });
    }
    rows.width = header.len();
    notes.extend(file_notes(&survey, header.len()));
    let format = Format::Csv {
        encoding: survey.encoding.name(),
        byte_order_mark: survey.bom_bytes > 0,
        encoding_guessed: survey.guessed,
        delimiter: dialect.delimiter,
        line_ends,
    };
    Ok(Reading { format, header, header_line, notes, progress, rows: Box::new(rows) })
}

fn file_notes(survey: &encoding::Survey, columns: usize) -> Vec<Note> {
    let encoding = survey.encoding.name();
    let guessed = survey.guessed.then_some(Note::EncodingGuessed { encoding });
    let damaged = survey.damaged_at.map(|offset| Note::Damaged { offset });
    let narrow = (columns == 1).then_some(Note::OneColumn);
    [guessed, damaged, narrow].into_iter().flatten().collect()
}

fn rewound(admitted: &Admitted) -> Result<std::fs::File, Reason> {
    let mut file = admitted.file.try_clone().map_err(Reason::Unreadable)?;
    std::io::Seek::rewind(&mut file).map_err(Reason::Unreadable)?;
    Ok(file)
}

/// The first text of a file.
struct Sample {
    text: String,
    whole: bool,
    line_ends: super::table::LineEnds,
}

fn sample(admitted: &Admitted, encoding: &'static encoding_rs::Encoding) -> Result<Sample, Reason> {
    let mut decoded = Decoded::new(rewound(admitted)?, encoding, Default::default());
    let (mut text, mut piece) = (Vec::new(), Vec::new());
    loop {
        decoded.piece(&mut piece).map_err(Reason::Unreadable)?;
        text.extend_from_slice(&piece);
        if piece.is_empty() || text.len() >= SAMPLE {
            break;
        }
    }
    let text = String::from_utf8(text).expect("the decoder gives whole letters in UTF-8");
    let line_ends = dialect::line_ends(&text, decoded.line_ends());
    Ok(Sample { whole: piece.is_empty(), text, line_ends })
}

/// Hands the text to the CSV reader one line at a time.
///
/// A line a time, because that is what makes three things known: which line a row starts on; that
/// the reader went on to the end of the file for want of a closing quote; and that a row has grown
/// past its limit, before the reader has made room for it.
struct Feeder {
    decoded: Decoded,
    piece: Vec<u8>,
    at: usize,
    /// The line of the next byte, from 1.
    line: u64,
    mid_line: bool,
    ended: bool,
    /// The raw text of the row under way.
    row: Vec<u8>,
    row_line: u64,
    row_bytes_max: usize,
    overlong: bool,
}

impl Feeder {
    fn new(decoded: Decoded, row_bytes_max: usize) -> Feeder {
        Feeder {
            decoded,
            piece: Vec::new(),
            at: 0,
            line: 1,
            mid_line: false,
            ended: false,
            row: Vec::new(),
            row_line: 1,
            row_bytes_max,
            overlong: false,
        }
    }

    fn begin_row(&mut self) {
        self.row.clear();
        self.row_line = self.line;
    }

    fn refill(&mut self) -> std::io::Result<()> {
        if self.at == self.piece.len() {
            self.at = 0;
            self.decoded.piece(&mut self.piece)?;
        }
        Ok(())
    }

    fn skip_line(&mut self) -> std::io::Result<()> {
        loop {
            self.refill()?;
            if self.piece.is_empty() {
                return Ok(());
            }
            let rest = &self.piece[self.at..];
            match rest.iter().position(|byte| *byte == b'\n') {
                Some(end) => {
                    self.at += end + 1;
                    self.line += 1;
                    return Ok(());
                }
                None => self.at = self.piece.len(),
            }
        }
    }

    /// Blank lines between rows are no rows, and a row does not start on them.
    fn skip_blank_lines(&mut self) -> std::io::Result<()> {
        loop {
            self.refill()?;
            if self.piece.get(self.at) != Some(&b'\n') {
                self.row_line = self.line;
                return Ok(());
            }
            self.at += 1;
            self.line += 1;
        }
    }

    /// The end of the file: the last line gets the line feed it may lack.
    fn finish(&mut self, out: &mut [u8]) -> usize {
        if !self.mid_line {
            self.ended = true;
            return 0;
        }
        self.mid_line = false;
        self.row.push(b'\n');
        out[0] = b'\n';
        1
    }
}

impl Read for Feeder {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        if self.row.is_empty() {
            self.skip_blank_lines()?;
        }
        self.refill()?;
        let rest = &self.piece[self.at..];
        if rest.is_empty() {
            return Ok(self.finish(out));
        }
        let line_end = rest.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
        let bytes = line_end.unwrap_or(rest.len()).min(out.len());
        if self.row.len() + bytes > self.row_bytes_max {
            self.overlong = true;
            return Err(std::io::Error::other("a row over its limit"));
        }
        let text = &rest[..bytes];
        out[..bytes].copy_from_slice(text);
        self.row.extend_from_slice(text);
        self.mid_line = text[bytes - 1] != b'\n';
        self.line += u64::from(!self.mid_line);
        self.at += bytes;
        Ok(bytes)
    }
}

struct CsvRows {
    reader: ::csv::Reader<Feeder>,
    record: ::csv::StringRecord,
    delimiter: u8,
    width: usize,
    columns_max: usize,
    header_bytes: usize,
    row_bytes: usize,
    cell_bytes: usize,
    done: bool,
}

impl CsvRows {
    fn new(feeder: Feeder, delimiter: u8, options: &ReadOptions) -> CsvRows {
        let reader = ::csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .terminator(::csv::Terminator::Any(b'\n'))
            .buffer_capacity(1 << 16)
            .from_reader(feeder);
        CsvRows {
            reader,
            record: ::csv::StringRecord::new(),
            delimiter,
            width: 0,
            columns_max: options.limits.columns,
            header_bytes: options.limits.header_bytes,
            row_bytes: options.limits.row_bytes,
            cell_bytes: options.limits.csv_cell_bytes,
            done: false,
        }
    }

    /// The first row that is not blank, below so many titles or from a line on.
    fn header(
        &mut self,
        mut titles: usize,
        from_line: Option<u64>,
    ) -> Result<(Vec<String>, u64), Reason> {
        let line = loop {
            match self.header_record()? {
                line if from_line.is_some_and(|from| line < from) => {}
                _ if titles > 0 => titles -= 1,
                line => break line,
            }
        };
        let columns = self.record.len();
        if columns > self.columns_max {
            return Err(Reason::TooManyColumns { line, columns, limit: self.columns_max });
        }
        self.reader.get_mut().row_bytes_max = self.row_bytes;
        Ok((self.record.iter().map(str::to_owned).collect(), line))
    }

    /// A row where the header may stand.
    fn header_record(&mut self) -> Result<u64, Reason> {
        let line = match self.record() {
            None => return Err(Reason::Empty),
            Some(Ok(line)) => line,
            Some(Err(problem)) if matches!(problem.fault, RowFault::RowTooLong { .. }) => {
                return Err(Reason::HeaderTooLong { line: problem.line, limit: self.header_bytes });
            }
            Some(Err(problem)) => return Err(Reason::Header(problem.to_string())),
        };
        Ok(line)
    }

    /// Reads on to the next row that is not blank, and tells its line.
    fn record(&mut self) -> Option<Result<u64, RowProblem>> {
        loop {
            self.reader.get_mut().begin_row();
            let read = self.reader.read_record(&mut self.record);
            let feeder = self.reader.get_ref();
            let line = feeder.row_line;
            let problem = |fault| Some(Err(RowProblem { line, fault, cells: Vec::new() }));
            match read {
                Err(_) if feeder.overlong => {
                    return problem(self.too_long());
                }
                Err(error) => return problem(RowFault::Unreadable(error.to_string())),
                Ok(false) => return None,
                Ok(true) => {}
            }
            if let Some(fault) = self.quoting() {
                let cells = self.cells();
                return Some(Err(RowProblem { line, fault, cells }));
            }
            if self.record.iter().any(|cell| !cell.trim().is_empty()) {
                return Some(Ok(line));
            }
        }
    }

    /// A row that outgrew its limit: because of a quote, if one is open.
    fn too_long(&self) -> RowFault {
        let feeder = self.reader.get_ref();
        let limit = feeder.row_bytes_max;
        match quote_fault(&feeder.row, self.delimiter) {
            Some(fault) if fault.open => fault.tell(feeder.row_line),
            _ => RowFault::RowTooLong { limit },
        }
    }

    fn quoting(&self) -> Option<RowFault> {
        let feeder = self.reader.get_ref();
        if !feeder.row.contains(&b'"') {
            return None;
        }
        quote_fault(&feeder.row, self.delimiter).map(|fault| fault.tell(feeder.row_line))
    }

    fn cells(&self) -> Vec<Cell> {
        self.record.iter().take(self.columns_max).map(Cell::of).collect()
    }

    fn row(&self, line: u64) -> Result<Row, RowProblem> {
        let long = self.record.iter().position(|cell| cell.len() > self.cell_bytes);
        if let Some(place) = long {
            let fault = RowFault::CellTooLong { column: place + 1, limit: self.cell_bytes };
            return Err(RowProblem { line, fault, cells: Vec::new() });
        }
        let mut cells = self.cells();
        let found = self.record.len() - self.blank_at_the_end();
        if found > self.width {
            let fault = RowFault::TooManyCells { expected: self.width, found };
            return Err(RowProblem { line, fault, cells });
        }
        cells.truncate(self.width);
        Ok(Row { line, cells })
    }

    /// How many blank cells stand at the end beyond the header, as spreadsheets leave them.
    fn blank_at_the_end(&self) -> usize {
        let beyond = self.record.len().saturating_sub(self.width);
        (0..beyond)
            .take_while(|back| self.record[self.record.len() - 1 - back].trim().is_empty())
            .count()
    }
}

impl Iterator for CsvRows {
    type Item = Result<Row, RowProblem>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let row = self.record().map(|line| line.and_then(|line| self.row(line)));
        self.done = match &row {
            None => true,
            Some(row) => row.as_ref().is_err_and(RowProblem::ends_reading),
        };
        row
    }
}

/// A quote that does not stand where quotes belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct QuoteFault {
    /// Whether it is open at the end of the row, rather than closed within a cell.
    open: bool,
    /// Counted from 1.
    column: usize,
    /// Lines below the row's first.
    lines_down: u64,
}

impl QuoteFault {
    fn tell(self, row_line: u64) -> RowFault {
        let (column, at_line) = (self.column, row_line + self.lines_down);
        if self.open {
            RowFault::QuoteNeverClosed { column, at_line }
        } else {
            RowFault::TextAfterQuote { column, at_line }
        }
    }
}

/// Looks for what the CSV reader takes without a word: text right after a closing quote.
///
/// That is how a stray quote swallows rows. (1) `7,"5 inch` opens one, (2) the next row's
/// `8,"Smith, A"` closes it at its first quote, (3) two rows have become one, often with as many
/// cells as the header, and nothing looks wrong.
fn quote_fault(row: &[u8], delimiter: u8) -> Option<QuoteFault> {
    let (mut column, mut lines, mut at) = (1, 0, 0);
    while at < row.len() {
        if row[at] == b'"' {
            let opened = QuoteFault { open: true, column, lines_down: lines };
            at = match closing_quote(row, at, &mut lines) {
                Some(end) => end + 1,
                None => return Some(opened),
            };
            while row.get(at) == Some(&b' ') && delimiter != b' ' {
                at += 1;
            }
            if row.get(at).is_some_and(|byte| *byte != delimiter && *byte != b'\n') {
                return Some(QuoteFault { open: false, column, lines_down: lines });
            }
        }
        // Unquoted text up to the delimiter, or nothing after a quoted cell.
        let cell_end = row[at..].iter().position(|byte| *byte == delimiter)?;
        at += cell_end + 1;
        column += 1;
    }
    None
}

/// Where the quote that opens at `open` is closed; a doubled quote is a quote in the text.
fn closing_quote(row: &[u8], open: usize, lines: &mut u64) -> Option<usize> {
    let mut at = open + 1;
    while let Some(byte) = row.get(at) {
        match byte {
            b'"' if row.get(at + 1) == Some(&b'"') => at += 1,
            b'"' => return Some(at),
            b'\n' => *lines += 1,
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests;
