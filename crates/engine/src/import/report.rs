//! What became of an import, for people and for machines.

use std::collections::BTreeMap;

use connectors::mapping::Object;
use serde::{Deserialize, Serialize};

use super::{
    join::Joined,
    taking::{DELETED, OLDER},
};

/// What became of the rows of a table. `read = created + updated + unchanged + rejected`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Rows below the header.
    pub read: u64,
    /// Rows that brought a record, or something that happened, which was not there.
    pub created: u64,
    /// Rows that said something new about a record that was there, of another row too.
    pub updated: u64,
    /// Rows that said what was known.
    pub unchanged: u64,
    /// Rows that could not be taken.
    pub rejected: u64,
    /// Rows that somebody left out by hand.
    #[serde(default)]
    pub left_out: u64,
}

impl Counts {
    /// Rows that were taken.
    pub fn taken(&self) -> u64 {
        self.created + self.updated + self.unchanged
    }

    /// Adds the counts of other rows.
    pub fn add(&mut self, more: Counts) {
        self.read += more.read;
        self.created += more.created;
        self.updated += more.updated;
        self.unchanged += more.unchanged;
        self.rejected += more.rejected;
        self.left_out += more.left_out;
    }
}

/// A row that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// The file.
    pub file: String,
    /// The table, by which choices about it are kept.
    #[serde(default)]
    pub table: String,
    /// The line on which the row starts.
    pub line: u64,
    /// The column; empty for the row as a whole.
    pub column: String,
    /// Why, and what would be right.
    pub reason: String,
}

/// What became of one table.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TableReport {
    /// The file, and the sheet where there are several.
    pub file: String,
    /// The table, by which choices about it are kept.
    #[serde(default)]
    pub table: String,
    /// What it lists.
    pub object: Object,
    /// What became of its rows.
    pub counts: Counts,
    /// Each field and the column that it was read from.
    pub columns: BTreeMap<String, String>,
    /// Columns that went beside the ledger, for they tell who somebody is.
    pub private: Vec<String>,
    /// Columns that were left out.
    pub ignored: Vec<String>,
    /// What was detected and assumed.
    pub notes: Vec<String>,
    /// The first rejected rows.
    pub rejected: Vec<Rejected>,
    /// Records that were made beside its rows, of names that no table lists: how many of each kind.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub made: BTreeMap<Object, u64>,
    /// Names that were joined by another spelling, and names that were not joined.
    pub joined: Vec<Joined>,
}

impl TableReport {
    /// What the notes say of rows that changed nothing though they say something else than is known.
    pub fn left_as_it_was(&self) -> impl Iterator<Item = &str> {
        let is_so = |note: &&String| note.contains(DELETED) || note.contains(OLDER);
        self.notes.iter().filter(is_so).map(String::as_str)
    }

    /// A table of which nothing is known but what it lists.
    pub(super) fn of(table: String, object: Object) -> TableReport {
        TableReport {
            file: table.clone(),
            table,
            object,
            counts: Counts::default(),
            columns: BTreeMap::new(),
            private: Vec::new(),
            ignored: Vec::new(),
            notes: Vec::new(),
            rejected: Vec::new(),
            made: BTreeMap::new(),
            joined: Vec::new(),
        }
    }
}

/// A note on rows as the report has it.
pub(super) fn note_words(column: &str, reason: &str, rows: u64) -> String {
    let column = if column.is_empty() { String::new() } else { format!("{column} ") };
    let unit = if rows == 1 { "row" } else { "rows" };
    format!("{column}{reason} ({rows} {unit})")
}

/// A file that nothing was taken from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The file.
    pub file: String,
    /// Why, and what to do.
    pub reason: String,
    /// Whether the file was refused as such, rather than not being known.
    pub refused: bool,
}

/// What became of an import.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ImportReport {
    /// The import's id, by which it is undone; empty where nothing was kept.
    #[serde(default)]
    pub id: String,
    /// The source that stands before the ids.
    pub source: String,
    /// Whether nothing was kept.
    pub dry_run: bool,
    /// Whether it was stopped before its end. What was taken stays; the same import again goes on.
    pub cancelled: bool,
    /// The tables, in the order of importing.
    pub tables: Vec<TableReport>,
    /// Files that nothing was taken from.
    pub skipped: Vec<Skipped>,
    /// All tables together.
    pub total: Counts,
    /// Rows of the tables that were to be taken; 0 where that was not kept.
    #[serde(default, skip_serializing_if = "is_none")]
    pub rows_in_all: u64,
    /// Leads that were judged anew on account of it.
    pub leads_decided: u64,
    /// Opportunities that were judged anew on account of it.
    #[serde(default)]
    pub opportunities_decided: u64,
    /// Decisions that followed.
    pub decisions: u64,
    /// How many of each kind, as a trial found them: what was decided there is kept nowhere.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub decided: BTreeMap<String, u64>,
}

fn is_none(rows: &u64) -> bool {
    *rows == 0
}
