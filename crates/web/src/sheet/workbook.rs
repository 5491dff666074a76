//! A list as a workbook of one sheet.
//!
//! Rows go to a temporary file as they come, and the workbook is put together in another. Neither
//! has a name that anybody could open it by, so both are gone when they are closed, however that
//! comes about. No cell is ever written as a formula: text is written as text.

use std::{
    fs::File,
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
};

use axum::body::Bytes;
use jiff::{Timestamp, tz::TimeZone};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::cell::{Cell, decimal};

/// UTF-16 units in a cell; the format has no more.
const CELL_MAX: usize = 32_767;
/// Stands at the end of a cell that had to be cut.
const CUT: &str = "… (longer than a cell can be: the CSV has all of it)";
/// The largest whole number of which a spreadsheet keeps every digit.
const WHOLE_MAX: u64 = 999_999_999_999_999;
/// How wide a column is at least and at most, in letters.
const WIDTHS: (usize, usize) = (8, 48);
/// An instant takes so many letters.
const INSTANT_WIDTH: usize = 23;

/// A workbook that is being written.
pub(super) struct Book {
    workbook: Workbook,
    sheet: Worksheet,
    /// The row that is written next.
    row: u32,
    /// The longest text of each column, in letters.
    widths: Vec<usize>,
    head: Format,
    instant: Format,
    /// Of numbers with one decimal, two and three.
    decimals: [Format; 3],
}

impl Book {
    pub(super) fn new(now: Timestamp) -> Result<Book, XlsxError> {
        let mut workbook = Workbook::new();
        let made = ExcelDateTime::from_timestamp(now.as_second())?;
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
        let sheet = workbook.new_worksheet_with_constant_memory()?;
        let head = Format::new().set_bold();
        let instant = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss \"UTC\"");
        let decimals = ["0.0", "0.00", "0.000"].map(|format| Format::new().set_num_format(format));
        Ok(Book { workbook, sheet, row: 0, widths: Vec::new(), head, instant, decimals })
    }

    /// The names of the columns: they stay in sight, and can be filtered by.
    pub(super) fn head<C: AsRef<str>>(&mut self, names: &[C]) -> Result<(), XlsxError> {
        self.sheet.set_freeze_panes(1, 0)?;
        for (column, name) in (0..).zip(names) {
            self.sheet.write_string_with_format(0, column, name.as_ref(), &self.head)?;
            // The button to filter by takes some.
            self.widen(column, name.as_ref().chars().count() + 3);
        }
        self.row = 1;
        Ok(())
    }

    pub(super) fn row(&mut self, cells: &[Cell]) -> Result<(), XlsxError> {
        for (column, cell) in (0..).zip(cells) {
            self.cell(column, cell)?;
        }
        self.row += 1;
        Ok(())
    }

    /// Goes on at a row, so that a test need not write a million.
    #[cfg(test)]
    pub(super) fn skip_to(&mut self, row: u32) {
        self.row = row;
    }

    fn cell(&mut self, column: u16, cell: &Cell) -> Result<(), XlsxError> {
        match cell {
            Cell::Blank => {}
            Cell::Text(text) => self.text(column, text)?,
            Cell::Number { units, decimals } if units.unsigned_abs() > WHOLE_MAX => {
                self.text(column, &decimal(*units, *decimals))?;
            }
            Cell::Number { units, decimals } => {
                self.number(column, *units as f64 / 10_f64.powi(*decimals as i32), *decimals)?;
            }
            Cell::Fraction(number) if number.is_finite() => self.number(column, *number, 0)?,
            Cell::Fraction(number) => self.text(column, &number.to_string())?,
            Cell::Points(points) => self.number(column, points.number(), 0)?,
            Cell::At(at) => self.instant(column, *at)?,
        }
        Ok(())
    }

    fn text(&mut self, column: u16, text: &str) -> Result<(), XlsxError> {
        self.widen(column, text.chars().count());
        self.sheet.write_string(self.row, column, fitting(text))?;
        Ok(())
    }

    /// A number, shown with so many decimals; with as many as it has where that is none.
    fn number(&mut self, column: u16, number: f64, decimals: u32) -> Result<(), XlsxError> {
        let format = (decimals as usize).checked_sub(1).and_then(|at| self.decimals.get(at));
        match format {
            Some(format) => {
                self.sheet.write_number_with_format(self.row, column, number, format)?
            }
            None => self.sheet.write_number(self.row, column, number)?,
        };
        Ok(())
    }

    /// An instant is a date of the spreadsheet where that has such a date.
    fn instant(&mut self, column: u16, at: Timestamp) -> Result<(), XlsxError> {
        self.widen(column, INSTANT_WIDTH);
        let civil = TimeZone::UTC.to_datetime(at);
        if !(1901..=9999).contains(&civil.year()) {
            return self.text(column, &at.to_string());
        }
        self.sheet.write_datetime_with_format(self.row, column, civil, &self.instant)?;
        Ok(())
    }

    fn widen(&mut self, column: u16, letters: usize) {
        let column = usize::from(column);
        if self.widths.len() <= column {
            self.widths.resize(column + 1, 0);
        }
        self.widths[column] = self.widths[column].max(letters);
    }

    /// Puts the workbook together and hands it on, `chunk` bytes at a time; whether all of it was
    /// taken.
    pub(super) fn send(
        mut self: Box<Self>,
        chunk: usize,
        mut take: impl FnMut(Bytes) -> bool,
    ) -> io::Result<bool> {
        let mut file = self.put_together().map_err(io::Error::other)?;
        file.seek(SeekFrom::Start(0))?;
        loop {
            let mut bytes = Vec::with_capacity(chunk);
            Read::by_ref(&mut file).take(chunk as u64).read_to_end(&mut bytes)?;
            if bytes.is_empty() {
                return Ok(true);
            }
            if !take(bytes.into()) {
                return Ok(false);
            }
        }
    }

    fn put_together(&mut self) -> Result<File, XlsxError> {
        let (least, most) = WIDTHS;
        for (column, letters) in (0..).zip(&self.widths) {
            self.sheet.set_column_width(column, (*letters).clamp(least, most) as f64)?;
        }
        if let Some(last) = u16::try_from(self.widths.len()).ok().and_then(|n| n.checked_sub(1)) {
            self.sheet.autofilter(0, 0, self.row.saturating_sub(1), last)?;
        }
        let sheet = std::mem::replace(&mut self.sheet, Worksheet::new());
        self.workbook.push_worksheet(sheet);
        let mut file = BufWriter::new(tempfile::tempfile()?);
        self.workbook.save_to_writer(&mut file)?;
        file.flush()?;
        file.into_inner().map_err(|error| error.into_error().into())
    }
}

/// The text, or as much of it as a cell takes, and then it says so.
fn fitting(text: &str) -> String {
    if text.len() <= CELL_MAX || text.encode_utf16().count() <= CELL_MAX {
        return text.to_owned();
    }
    let mut room = CELL_MAX - CUT.encode_utf16().count();
    let kept = text.chars().take_while(|letter| {
        let fits = letter.len_utf16() <= room;
        room = room.saturating_sub(letter.len_utf16());
        fits
    });
    kept.chain(CUT.chars()).collect()
}
