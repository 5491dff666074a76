//! What somebody decided about the files of an import, instead of what was found.

use std::collections::{BTreeMap, BTreeSet};

use connectors::{
    files::table::{Cell, ReadOptions, Row, RowProblem},
    mapping::{self, ColumnUse, Object, TableMapping},
    values::{date::DateOrder, number::DecimalSign},
};
use serde::{Deserialize, Serialize};

/// About the import as a whole, and about each of its tables.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Choices {
    /// The source that stands before every id.
    pub source: Option<String>,
    /// The currency of amounts that name none.
    pub currency: Option<String>,
    /// The zone of dates and times that name none.
    pub zone: Option<String>,
    /// The preset; found by itself if absent.
    pub preset: Option<String>,
    /// Whether it is the firm's past: known when it happened, however late it is recorded.
    pub history: bool,
    /// By table: the file's name, and for a sheet `file#sheet`.
    pub tables: BTreeMap<String, TableChoice>,
}

/// About one table. What is absent stays as it was found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TableChoice {
    /// Whether it is taken; a table whose kind was only guessed is taken when somebody says so.
    pub taken: Option<bool>,
    /// The encoding's name.
    pub encoding: Option<String>,
    /// The byte between cells.
    pub delimiter: Option<u8>,
    /// The line of the header.
    pub header_line: Option<u64>,
    /// `dmy` or `mdy`.
    pub date_order: Option<String>,
    /// `point` or `comma`.
    pub decimal: Option<String>,
    /// What it lists.
    pub object: Option<Object>,
    /// What each column is taken for, by its name in the header.
    pub columns: BTreeMap<String, ColumnUse>,
    /// Cells that were mended, by line and column.
    pub mended: BTreeMap<u64, BTreeMap<String, String>>,
    /// Rows that are left out, by line.
    pub dropped: BTreeSet<u64>,
}

impl Choices {
    /// What was decided about a table.
    pub fn of(&self, table: &str) -> TableChoice {
        self.tables.get(table).cloned().unwrap_or_default()
    }
}

impl TableChoice {
    /// How its file is read.
    pub(super) fn reading(&self, base: &ReadOptions, sheet: Option<&str>) -> ReadOptions {
        ReadOptions {
            encoding: self.encoding.clone().or_else(|| base.encoding.clone()),
            delimiter: self.delimiter.or(base.delimiter),
            header_line: self.header_line.or(base.header_line),
            sheet: sheet.map(str::to_owned).or_else(|| base.sheet.clone()),
            ..base.clone()
        }
    }

    /// The order of day and month, where it was said.
    pub(super) fn date_order(&self) -> Option<DateOrder> {
        self.date_order.as_deref().and_then(DateOrder::parse)
    }

    /// The decimal sign, where it was said.
    pub(super) fn decimal(&self) -> Option<DecimalSign> {
        self.decimal.as_deref().and_then(DecimalSign::parse)
    }

    /// The mapping that was chosen for these columns; `None` where nothing was.
    pub(super) fn mapping(
        &self,
        header: &[String],
        found: Option<&TableMapping>,
    ) -> Option<TableMapping> {
        let object = self.object.or(found.map(|found| found.object))?;
        let base = match found.filter(|found| found.object == object) {
            Some(found) => found.clone(),
            None => mapping::guess_as(object, header),
        };
        if self.columns.is_empty() {
            return self.object.map(|_| base);
        }
        let used = |name: &String| {
            (name.clone(), self.columns.get(name).cloned().unwrap_or(ColumnUse::LeftOut))
        };
        let uses: Vec<_> = header.iter().map(used).collect();
        Some(TableMapping::chosen(&base, &uses))
    }

    /// Whether it says what the table lists or what its columns are.
    pub(super) fn says_columns(&self) -> bool {
        self.object.is_some() || !self.columns.is_empty()
    }

    /// The same with what was decided since.
    pub(super) fn overlaid(self, since: TableChoice) -> TableChoice {
        TableChoice {
            taken: since.taken.or(self.taken),
            encoding: since.encoding.or(self.encoding),
            delimiter: since.delimiter.or(self.delimiter),
            header_line: since.header_line,
            date_order: since.date_order.or(self.date_order),
            decimal: since.decimal.or(self.decimal),
            mended: since.mended,
            dropped: since.dropped,
            ..self
        }
    }

    /// What is worth remembering for the next file with the same columns; nothing where nothing
    /// was decided.
    pub(super) fn to_remember(&self) -> Option<TableChoice> {
        let kept = TableChoice {
            object: self.object,
            columns: self.columns.clone(),
            date_order: self.date_order.clone(),
            decimal: self.decimal.clone(),
            taken: self.taken.filter(|taken| *taken),
            ..TableChoice::default()
        };
        (kept != TableChoice::default()).then_some(kept)
    }

    /// A row as it was mended; `None` for one that is left out.
    pub(super) fn mended(
        &self,
        header: &[String],
        row: Result<Row, RowProblem>,
    ) -> Option<Result<Row, RowProblem>> {
        let line = row.as_ref().map_or_else(|problem| problem.line, |row| row.line);
        if self.dropped.contains(&line) {
            return None;
        }
        let (Some(mended), Ok(mut row)) = (self.mended.get(&line), row.clone()) else {
            return Some(row);
        };
        for (column, text) in mended {
            let Some(index) = header.iter().position(|name| name == column) else { continue };
            if row.cells.len() <= index {
                row.cells.resize(index + 1, Cell::Blank);
            }
            row.cells[index] = match text.trim() {
                "" => Cell::Blank,
                text => Cell::Text(text.to_owned()),
            };
        }
        Some(Ok(row))
    }
}
