//! Rows that an import did not take, as they stand in their files, until somebody has mended them
//! or the import is forgotten. They may tell who somebody is, so they stand beside the ledger.

use crate::{
    error::StoreError,
    reader::Reader,
    value::{Row, values},
    writer::Writer,
};

/// A row that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRow {
    /// Its place among the rejected rows of the import, from 1.
    pub no: i64,
    /// The file, and the sheet where there are several.
    pub file: String,
    /// The line on which the row starts.
    pub line: u64,
    /// The column; empty for the row as a whole.
    pub column: String,
    /// Why, and what would be right.
    pub reason: String,
    /// The row's cells, as JSON.
    pub cells: String,
}

fn read(mut row: Row) -> Result<RejectedRow, StoreError> {
    Ok(RejectedRow {
        no: row.next()?,
        file: row.next()?,
        line: row.next::<i64>()?.unsigned_abs(),
        column: row.next()?,
        reason: row.next()?,
        cells: row.next()?,
    })
}

impl Writer<'_> {
    /// Keeps a rejected row of an import.
    ///
    /// # Errors
    /// When the database fails.
    pub fn keep_rejected(&mut self, run: &str, row: &RejectedRow) -> Result<(), StoreError> {
        let sql = "insert into import_reject (run, no, file, line, column_name, reason, cells)
                   values ($1, $2, $3, $4, $5, $6, $7)
                   on conflict (run, no) do update set file = excluded.file, line = excluded.line,
                       column_name = excluded.column_name, reason = excluded.reason,
                       cells = excluded.cells";
        let line = i64::try_from(row.line).unwrap_or(i64::MAX);
        let values = values![run, row.no, &row.file, line, &row.column, &row.reason, &row.cells];
        self.connection.execute("keep a rejected row", sql, values).map(drop)
    }

    /// Removes the rejected rows of an import.
    ///
    /// # Errors
    /// When the database fails.
    pub fn delete_rejected(&mut self, run: &str) -> Result<(), StoreError> {
        let sql = "delete from import_reject where run = $1";
        self.connection.execute("remove rejected rows", sql, values![run]).map(drop)
    }
}

impl Reader<'_> {
    /// Up to `limit` rejected rows of an import after the one with the number `after`, in the
    /// order in which they were found.
    ///
    /// # Errors
    /// When the database fails.
    pub fn rejected_rows(
        &self,
        run: &str,
        after: i64,
        limit: u32,
    ) -> Result<Vec<RejectedRow>, StoreError> {
        let query = "select no, file, line, column_name, reason, cells from import_reject
                     where run = $1 and no > $2 order by no limit $3";
        self.list("read rejected rows", query, values![run, after, limit], read)
    }

    /// The number of the last rejected row of an import; 0 when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub fn last_rejected(&self, run: &str) -> Result<i64, StoreError> {
        let query = "select coalesce(max(no), 0) from import_reject where run = $1";
        let last = self.find("count rejected rows", query, values![run], |mut row| row.next())?;
        Ok(last.unwrap_or(0))
    }
}
