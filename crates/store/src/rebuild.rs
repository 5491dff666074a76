//! Drops the read models and works them out from the ledger again.

use domain::ids::FactNo;

use crate::{
    error::StoreError, fold, read::READ_MODELS, reader::Reader, store::Store, writer::Writer,
};
use jiff::Timestamp;

/// Facts read at a time.
const PAGE: u32 = 2_000;

impl Store {
    /// Empties every read model and folds every fact again, in one transaction: readers see the old
    /// state until the new one is whole. Other writes wait. `on_progress` is told how many facts of
    /// how many are done. `now` is not used by any fold; it only stands for the transaction.
    ///
    /// # Errors
    /// When the database fails or a fact cannot be read; then the read models stay as they were.
    pub fn rebuild(
        &self,
        now: Timestamp,
        on_progress: impl FnMut(u64, u64) + Send + 'static,
    ) -> Result<(), StoreError> {
        self.write(now, |writer| rebuild(writer, on_progress))
    }
}

fn rebuild(writer: &Writer<'_>, mut on_progress: impl FnMut(u64, u64)) -> Result<(), StoreError> {
    for (table, _) in READ_MODELS {
        writer.connection.run("empty a read model", &format!("delete from {table}"))?;
    }
    let reader = Reader(writer.connection);
    let total = reader.head()?.fact.0.unsigned_abs();
    let mut done = FactNo(0);
    loop {
        let page = reader.entries_after(done, PAGE)?;
        let Some(last) = page.last() else { return Ok(()) };
        done = last.no;
        for entry in &page {
            fold::apply(writer.connection, entry)?;
        }
        on_progress(done.0.unsigned_abs(), total);
    }
}
