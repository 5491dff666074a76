//! Columns as they come out of a file: parts that are read side by side, put together in order.

use std::{
    collections::BTreeMap,
    mem,
    path::{Path, PathBuf},
};

use super::{
    Kind, ROWS_MAX, Trouble, Wanted,
    cell::{Wrong, number, seconds_since_1970},
    names::{IS_TEXT, Names, Texts, as_key, small_number},
    place, shown,
};
use crate::workers::in_stretches;

/// The columns of a file that were asked for, in file order.
#[derive(Debug)]
pub struct Table {
    path: PathBuf,
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

impl Words {
    /// The rows, ascending, whose cell is blank: of no length, or spaces alone.
    pub fn blank_rows(&self) -> Vec<u32> {
        let blanks = self.names.blanks();
        if blanks.is_empty() {
            return Vec::new();
        }
        let rows = self.codes.iter().zip(0..).filter(|(code, _)| blanks.contains(code));
        rows.map(|(_, row)| row).collect()
    }

    /// The rows by other codes, each of which stands in the place of ours.
    ///
    /// # Panics
    /// If a code of ours has no place.
    pub fn recoded(mut self, codes: &[u32]) -> Vec<u32> {
        in_stretches(&mut self.codes, |stretch| {
            stretch.iter_mut().for_each(|code| *code = codes[*code as usize]);
        });
        self.codes
    }
}

impl Table {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// What the file is called.
    pub fn file(&self) -> String {
        shown(&self.path)
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
            Some(row) => Err(self.blank(*row, column)),
        }
    }

    /// That a cell is blank which must not be.
    pub fn blank(&self, row: u32, column: &str) -> Trouble {
        let (file, place) = (shown(&self.path), self.place(row as usize));
        Trouble::Blank { file, place, column: column.to_owned() }
    }

    /// Where a row stands, the first under the header being 0: its line, or its number in a file
    /// that has no lines.
    pub fn place(&self, row: usize) -> String {
        place(&self.path, row)
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

/// Takes rows, which are ascending, out of a column.
pub fn leave_out<T>(column: &mut Vec<T>, rows: &[u32]) {
    if rows.is_empty() {
        return;
    }
    let (mut row, mut rows) = (0, rows.iter().copied().peekable());
    column.retain(|_| {
        let stays = rows.next_if_eq(&row).is_none();
        row += 1;
        stays
    });
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

    /// The same with room for so many rows.
    pub(super) fn with_room(kind: Kind, rows: usize) -> Part {
        let mut part = Part::new(kind);
        match kind {
            Kind::Word => part.raws.reserve_exact(rows),
            _ => part.numbers.reserve_exact(rows),
        }
        part
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

    /// Adds a cell that is digits alone, if that can be done from their number; says whether it was.
    pub(super) fn digits(&mut self, number: i64, cell: &[u8]) -> bool {
        match self.kind {
            Kind::Word => match as_key(number, cell) {
                Some(key) => self.raws.push(key),
                None => return false,
            },
            Kind::Whole => self.numbers.push(number),
            Kind::Instant => match seconds_since_1970(number) {
                Ok(seconds) => self.numbers.push(seconds),
                Err(_) => return false,
            },
            Kind::Decimal(_) | Kind::Flag => return false,
        }
        true
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
        if let Some(place) = self.texts.lately(cell) {
            return Ok(place | IS_TEXT);
        }
        let text = std::str::from_utf8(cell).map_err(|_| Wrong::new(Kind::Word))?;
        let full =
            Wrong { remedy: "the names of one column are too many", ..Wrong::new(Kind::Word) };
        self.texts.place(text).map(|place| place | IS_TEXT).ok_or(full)
    }
}

/// Columns that parts are put together to while others are still read: what was just read is near,
/// and its room is free for what comes next.
pub(super) struct Joining {
    table: Table,
    /// The columns, in the order in which they were asked for.
    columns: Vec<(Wanted, Column)>,
    /// How many stretches the file may have, to make room by.
    stretches: usize,
    /// How many were put together.
    joined: usize,
    /// Those that came before one that stands before them.
    waiting: BTreeMap<usize, Vec<Part>>,
}

impl Joining {
    /// Nothing yet of the columns that are there, of a file of about so many stretches.
    pub(super) fn new(path: &Path, wanted: &[&Wanted], stretches: usize) -> Joining {
        let column = |kind| match kind {
            Kind::Word => Column::Words(Words::default()),
            _ => Column::Numbers { numbers: Vec::new(), blanks: Vec::new() },
        };
        Joining {
            table: Table { path: path.to_owned(), rows: 0, columns: BTreeMap::new() },
            columns: wanted.iter().map(|wanted| ((*wanted).clone(), column(wanted.kind))).collect(),
            stretches,
            joined: 0,
            waiting: BTreeMap::new(),
        }
    }

    /// Takes a stretch in, a part of each column; stretches are numbered from 0 on and come in any
    /// order.
    ///
    /// # Errors
    /// [`Trouble::TooMuch`].
    pub(super) fn take(&mut self, stretch: usize, parts: Vec<Part>) -> Result<(), Trouble> {
        self.waiting.insert(stretch, parts);
        while let Some(parts) = self.waiting.remove(&self.joined) {
            self.joined += 1;
            self.append(parts)?;
        }
        Ok(())
    }

    fn append(&mut self, parts: Vec<Part>) -> Result<(), Trouble> {
        let rows = parts.first().map_or(0, Part::rows);
        if self.table.rows == 0 {
            self.make_room(rows);
        }
        self.table.rows += rows;
        if self.table.rows > ROWS_MAX {
            return Err(self.too_much("more rows than 32 bits can number"));
        }
        let taken: Option<()> = self
            .columns
            .iter_mut()
            .zip(parts)
            .try_for_each(|((_, column), part)| column.append(part));
        taken.ok_or_else(|| self.too_much("more different words than are taken"))
    }

    /// Room for as many rows as there will be if all stretches are like the first. Where there is
    /// none, columns grow as they fill.
    fn make_room(&mut self, rows: usize) {
        let rows = self.stretches.saturating_mul(rows + rows / 64).min(ROWS_MAX);
        for (_, column) in &mut self.columns {
            let _ = match column {
                Column::Numbers { numbers, .. } => numbers.try_reserve_exact(rows),
                Column::Words(words) => words.codes.try_reserve_exact(rows),
            };
        }
    }

    fn too_much(&self, what: &'static str) -> Trouble {
        Trouble::TooMuch { file: shown(&self.table.path), place: "the whole".into(), what }
    }

    /// The columns as a whole.
    pub(super) fn finished(mut self) -> Table {
        let columns = mem::take(&mut self.columns).into_iter();
        self.table.columns = columns.map(|(wanted, column)| (wanted.name, column)).collect();
        self.table
    }
}

impl Column {
    /// Puts a part behind; `None` when there are more different words than are taken.
    fn append(&mut self, mut part: Part) -> Option<()> {
        match self {
            Column::Words(words) => {
                words.names.take(&mut part.raws, &part.texts)?;
                words.codes.append(&mut part.raws);
            }
            Column::Numbers { numbers, blanks } => {
                let before = numbers.len() as u32;
                blanks.extend(part.blanks.iter().map(|row| row + before));
                numbers.append(&mut part.numbers);
            }
        }
        Some(())
    }
}
