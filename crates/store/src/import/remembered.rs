//! What somebody decided once about an import, to be proposed again: how the columns of a kind of
//! file are read, and which record a word means.

use crate::{error::StoreError, reader::Reader, value::values, writer::Writer};

impl Writer<'_> {
    /// Remembers something under a key; `None` forgets it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn remember(
        &mut self,
        kind: &str,
        key: &str,
        value: Option<&str>,
    ) -> Result<(), StoreError> {
        let Some(value) = value else {
            let sql = "delete from remembered where kind = $1 and key = $2";
            return self.connection.execute("forget", sql, values![kind, key]).map(drop);
        };
        let sql = "insert into remembered (kind, key, value, kept_at) values ($1, $2, $3, $4)
                   on conflict (kind, key) do update set
                       value = excluded.value, kept_at = excluded.kept_at";
        self.connection.execute("remember", sql, values![kind, key, value, self.now]).map(drop)
    }
}

impl Reader<'_> {
    /// What is remembered under a key.
    ///
    /// # Errors
    /// When the database fails.
    pub fn remembered(&self, kind: &str, key: &str) -> Result<Option<String>, StoreError> {
        let query = "select value from remembered where kind = $1 and key = $2";
        self.find("recall", query, values![kind, key], |mut row| row.next())
    }
}
