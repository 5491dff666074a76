//! Columns as they come out of a file: parts that were read side by side, put together in order.

use std::{collections::BTreeMap, path::Path};

use super::{
    Kind, ROWS_MAX, Trouble, Wanted,
    cell::{Wrong, number},
    names::{IS_TEXT, Names, Texts, small_number},
    shown,
};

/// The columns of a file that were asked for, in file order.
#[derive(Debug)]
pub struct Table {
    file: String,
    rows: usize,
    columns: BTreeMap<String, Column>,
}

#[derive(Debug)]
enum Column {
    Numbers { numbers: Vec<i64>, blanks: Vec<u32> },
    Words(Words),
}

/// A column of words: each row's code, and what the codes stand for. Blank is the empty word.
#[derive(Debug, Clone, Default)]
pub struct Words {
    /// What the codes stand for.
    pub names: Names,
    /// The code of each row.
    pub codes: Vec<u32>,
}

impl Table {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Whether a column is there.
    pub fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }

    /// Takes a column of numbers, instants, decimals or flags (1 and 0) out of the table.
    ///
    /// # Errors
    /// [`Trouble::Blank`] if a cell is blank.
    ///
    /// # Panics
    /// If no such column was asked for.
    pub fn numbers(&mut self, column: &str) -> Result<Vec<i64>, Trouble> {
        let (numbers, blanks) = self.numbers_or_blank(column);
        match blanks.first() {
            None => Ok(numbers),
            Some(row) => Err(Trouble::Blank {
                file: self.file.clone(),
                row: *row as usize + 1,
                column: column.to_owned(),
            }),
        }
    }

    /// The same with the rows, ascending, whose cell is blank; their number is 0.
    ///
    /// # Panics
    /// If no such column was asked for.
    pub fn numbers_or_blank(&mut self, column: &str) -> (Vec<i64>, Vec<u32>) {
        match self.columns.remove(column) {
            Some(Column::Numbers { numbers, blanks }) => (numbers, blanks),
            _ => panic!("`{column}` was asked for as numbers, and is there"),
        }
    }

    /// Takes a column of words out of the table.
    ///
    /// # Panics
    /// If no such column was asked for.
    pub fn words(&mut self, column: &str) -> Words {
        match self.columns.remove(column) {
            Some(Column::Words(words)) => words,
            _ => panic!("`{column}` was asked for as words, and is there"),
        }
    }
}

/// A stretch of one column.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) kind: Kind,
    numbers: Vec<i64>,
    blanks: Vec<u32>,
    raws: Vec<u32>,
    texts: Texts,
}

impl Part {
    pub(super) fn new(kind: Kind) -> Part {
        let (numbers, blanks, raws) = (Vec::new(), Vec::new(), Vec::new());
        Part { kind, numbers, blanks, raws, texts: Texts::default() }
    }

    pub(super) fn rows(&self) -> usize {
        self.numbers.len().max(self.raws.len())
    }

    /// Adds a cell of text.
    pub(super) fn cell(&mut self, cell: &[u8]) -> Result<(), Wrong> {
        if self.kind == Kind::Word {
            let raw = self.raw(cell)?;
            self.raws.push(raw);
        } else if cell.is_empty() {
            self.blank();
        } else {
            self.numbers.push(number(self.kind, cell)?);
        }
        Ok(())
    }

    pub(super) fn number(&mut self, number: i64) {
        self.numbers.push(number);
    }

    pub(super) fn push_raw(&mut self, raw: u32) {
        self.raws.push(raw);
    }

    /// Adds a blank cell.
    pub(super) fn blank(&mut self) {
        if self.kind == Kind::Word {
            let raw = self.raw(b"").expect("one more name of no length finds room");
            self.raws.push(raw);
        } else {
            self.blanks.push(self.numbers.len() as u32);
            self.numbers.push(0);
        }
    }

    /// The raw key of a word.
    pub(super) fn raw(&mut self, cell: &[u8]) -> Result<u32, Wrong> {
        if let Some(number) = small_number(cell) {
            return Ok(number);
        }
        let text = std::str::from_utf8(cell).map_err(|_| Wrong::new(Kind::Word))?;
        let full =
            Wrong { remedy: "the names of one column are too many", ..Wrong::new(Kind::Word) };
        self.texts.place(text).map(|place| place | IS_TEXT).ok_or(full)
    }
}

/// Puts parts together: `parts` holds, stretch by stretch of the file, a part of each column.
pub(super) fn joined(
    path: &Path,
    wanted: &[Wanted],
    parts: Vec<Vec<Part>>,
) -> Result<Table, Trouble> {
    let too_much = |what| Trouble::TooMuch { file: shown(path), place: "the whole".into(), what };
    let rows: usize = parts.iter().filter_map(|parts| parts.first()).map(Part::rows).sum();
    if rows > ROWS_MAX {
        return Err(too_much("more rows than 32 bits can number"));
    }
    let mut columns: Vec<Column> = wanted.iter().map(|wanted| empty(wanted.kind, rows)).collect();
    let mut before = 0;
    for stretch in parts {
        let here = stretch.first().map_or(0, Part::rows);
        for (column, mut part) in columns.iter_mut().zip(stretch) {
            match column {
                Column::Numbers { numbers, blanks } => {
                    numbers.append(&mut part.numbers);
                    blanks.extend(part.blanks.iter().map(|row| row + before));
                }
                Column::Words(words) => {
                    let taken = words.names.take(&mut part.raws, &part.texts);
                    taken.ok_or_else(|| too_much("more different words than are taken"))?;
                    words.codes.append(&mut part.raws);
                }
            }
        }
        before += here as u32;
    }
    let names = wanted.iter().map(|wanted| wanted.name.clone());
    Ok(Table { file: shown(path), rows, columns: names.zip(columns).collect() })
}

fn empty(kind: Kind, rows: usize) -> Column {
    match kind {
        Kind::Word => {
            Column::Words(Words { names: Names::default(), codes: Vec::with_capacity(rows) })
        }
        _ => Column::Numbers { numbers: Vec::with_capacity(rows), blanks: Vec::new() },
    }
}
