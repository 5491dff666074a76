//! What can be wrong with a file of a warehouse, in sentences that say what to do.

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The system refused.
    #[error("{file} cannot be read: see whether it is there and may be read")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Nothing in it.
    #[error("{file} has no header: its first line must name the columns")]
    Empty {
        /// The file.
        file: String,
    },
    /// A column is not there.
    #[error("{file} has no column `{column}`. It has: {has}")]
    NoColumn {
        /// The file.
        file: String,
        /// What was asked for.
        column: String,
        /// What there is.
        has: String,
    },
    /// Two columns share a name.
    #[error("{file} has two columns `{column}`: give each a name of its own")]
    Twice {
        /// The file.
        file: String,
        /// Their name.
        column: String,
    },
    /// A row has more or fewer cells than the header.
    #[error("{file}, {place}: {cells} cells under {columns} columns: mend the row, or quote it")]
    Ragged {
        /// The file.
        file: String,
        /// Where.
        place: String,
        /// Its cells.
        cells: usize,
        /// The header's.
        columns: usize,
    },
    /// A cell does not say what it should.
    #[error("{file}, {place}, column `{column}`: `{seen}` is no {expected}: {remedy}")]
    Cell {
        /// The file.
        file: String,
        /// Where.
        place: Box<str>,
        /// The column.
        column: String,
        /// What stands there, shortened.
        seen: Box<str>,
        /// What should.
        expected: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// A cell is blank that must not be.
    #[error("{file}, {place}, column `{column}` is blank: fill it, or leave the row out")]
    Blank {
        /// The file.
        file: String,
        /// Where.
        place: String,
        /// The column.
        column: String,
    },
    /// A Parquet column holds what cannot be read as the kind that was asked for.
    #[error("{file}, column `{column}` holds {holds}, which is no {expected}: {remedy}")]
    Kept {
        /// The file.
        file: String,
        /// The column.
        column: String,
        /// What it holds.
        holds: String,
        /// What was asked for.
        expected: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// More than is read.
    #[error("{file}, {place}: {what}: split the file, or write it anew")]
    TooMuch {
        /// The file.
        file: String,
        /// Where.
        place: String,
        /// What there is too much of.
        what: &'static str,
    },
    /// A file that contradicts itself.
    #[error("{file}, {place} is damaged ({said}): write the file anew")]
    Damaged {
        /// The file.
        file: String,
        /// Where.
        place: String,
        /// What the reader said.
        said: String,
    },
}
