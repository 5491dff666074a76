//! Tables of a warehouse, as CSV or Parquet: the columns that are asked for, typed, in file order.
//!
//! A file is made by another system and may be damaged or made to hurt: every cell is judged, every
//! length is bounded, and what is wrong is told with its place and what to do.

mod blocks;
mod cell;
mod column;
mod eight_at_once;
mod names;
mod row_groups;
mod separated;
mod trouble;

use std::{fs::File, io::Read, path::Path};

pub use column::{Table, Words, leave_out};
pub use names::Names;
pub use trouble::Trouble;

/// The most rows of one file; rows are numbered in 32 bits.
pub const ROWS_MAX: usize = 1 << 31;

/// The longest row of a text file, in bytes: what may be held in memory at once.
const ROW_BYTES_MAX: usize = 1 << 20;

/// What the cells of a column say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole number.
    Whole,
    /// An instant, as whole seconds since 1970: in a file a number of seconds, a date (its first
    /// second in UTC) or RFC 3339.
    Instant,
    /// A number with so many digits after the point, as a whole number of its last digit: with two
    /// digits, `12.5` is 1250.
    Decimal(u8),
    /// Yes or no: `true`, `false`, `yes`, `no`, `1`, `0`.
    Flag,
    /// A word of which there are few, or the key of a row of another file.
    Word,
}

impl Kind {
    fn words(self) -> &'static str {
        match self {
            Kind::Whole => "whole number",
            Kind::Instant => "instant",
            Kind::Decimal(_) => "number",
            Kind::Flag => "yes or no",
            Kind::Word => "text",
        }
    }
}

/// A column that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    name: String,
    kind: Kind,
    may_be_absent: bool,
}

impl Wanted {
    /// A column that must be there.
    pub fn new(name: &str, kind: Kind) -> Wanted {
        Wanted { name: name.to_owned(), kind, may_be_absent: false }
    }

    /// A column that a file may go without.
    pub fn if_there(name: &str, kind: Kind) -> Wanted {
        Wanted { may_be_absent: true, ..Wanted::new(name, kind) }
    }
}

/// Reads columns of a file. What it is, its first bytes say; how a CSV file separates its cells
/// (`,`, `;`, a tab or `|`), its header does.
///
/// # Errors
/// [`Trouble`], with the place and what to do.
pub fn read(path: &Path, wanted: &[Wanted]) -> Result<Table, Trouble> {
    match first_bytes(path)?.as_slice() {
        b"PAR1" => row_groups::read(path, wanted),
        _ => separated::read(path, wanted),
    }
}

/// The names of a file's columns, in its order.
///
/// # Errors
/// [`Trouble`], with the place and what to do.
pub fn columns(path: &Path) -> Result<Vec<String>, Trouble> {
    match first_bytes(path)?.as_slice() {
        b"PAR1" => row_groups::columns(path),
        _ => separated::header(path).map(|header| header.names),
    }
}

/// The columns asked for that are there, each with its place in the file.
fn places<'a>(
    path: &Path,
    has: &[String],
    wanted: &'a [Wanted],
) -> Result<Vec<(usize, &'a Wanted)>, Trouble> {
    let mut found = Vec::with_capacity(wanted.len());
    for wanted in wanted {
        match has.iter().position(|name| *name == wanted.name) {
            Some(place) => found.push((place, wanted)),
            None if wanted.may_be_absent => {}
            None => {
                let (file, column) = (shown(path), wanted.name.clone());
                return Err(Trouble::NoColumn { file, column, has: has.join(", ") });
            }
        }
    }
    Ok(found)
}

/// Where a row stands, the first under the header being 0: its line, or its number in a file that
/// has no lines. The file is read anew: this is for a sentence about what is wrong.
fn place(path: &Path, row: usize) -> String {
    match first_bytes(path).as_deref() {
        Ok(b"PAR1") => format!("row {}", row + 1),
        _ => separated::line_of(path, row).unwrap_or_else(|| format!("row {}", row + 1)),
    }
}

fn first_bytes(path: &Path) -> Result<Vec<u8>, Trouble> {
    let unreadable = |source| Trouble::Unreadable { file: shown(path), source };
    let mut first = Vec::with_capacity(4);
    let file = File::open(path).map_err(unreadable)?;
    file.take(4).read_to_end(&mut first).map_err(unreadable)?;
    Ok(first)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests;
