//! A list as CSV.

use std::{borrow::Cow, io};

use axum::body::Bytes;

use super::cell::{Cell, decimal};

/// By this a spreadsheet knows UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What is written and not yet taken.
pub(super) struct Text(csv::Writer<Vec<u8>>);

impl Text {
    pub(super) fn new() -> Text {
        Text(csv::Writer::from_writer(BYTE_ORDER_MARK.into()))
    }

    pub(super) fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        let cells: Vec<Cow<'_, str>> = cells.iter().map(written).collect();
        self.0.write_record(cells.iter().map(|cell| cell.as_bytes()))?;
        self.0.flush()
    }

    pub(super) fn len(&self) -> usize {
        self.0.get_ref().len()
    }

    /// What is written, and begins anew.
    pub(super) fn take(&mut self) -> io::Result<Bytes> {
        let full = std::mem::replace(&mut self.0, csv::Writer::from_writer(Vec::new()));
        Ok(full.into_inner().map_err(|error| error.into_error())?.into())
    }
}

fn written(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Blank => Cow::Borrowed(""),
        Cell::Text(text) => safe(text),
        Cell::Number { units, decimals } => decimal(*units, *decimals).into(),
        Cell::Fraction(number) => number.to_string().into(),
        Cell::Points(points) => points.to_string().into(),
        Cell::At(at) => at.to_string().into(),
    }
}

/// A spreadsheet takes what begins like a formula for one. An apostrophe makes it text.
pub(super) fn safe(cell: &str) -> Cow<'_, str> {
    let looks_like_one = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    match looks_like_one && cell.parse::<f64>().is_err() {
        true => Cow::Owned(format!("'{cell}")),
        false => Cow::Borrowed(cell),
    }
}
