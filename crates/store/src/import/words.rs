//! The words of an import's tables that are to be looked at, kept as its rows are taken until it is over.
//! They may tell who somebody is, as the report may that has them in the end.

use crate::{
    error::StoreError,
    reader::Reader,
    value::{Value, values},
    writer::Writer,
};

/// Rows that are written at once.
const ROWS_AT_ONCE: usize = 64;

impl Writer<'_> {
    /// Keeps words of a table of an import, each by its number, as JSON of the importer's own making; in
    /// place of what was kept of the word.
    ///
    /// # Errors
    /// When the database fails.
    pub fn keep_import_words(
        &mut self,
        import: &str,
        place: i64,
        words: &[(i64, String)],
    ) -> Result<(), StoreError> {
        for some in words.chunks(ROWS_AT_ONCE) {
            let rows: Vec<String> = (0..some.len())
                .map(|row| format!("($1, $2, ${}, ${})", row * 2 + 3, row * 2 + 4))
                .collect();
            let sql = format!(
                "insert into import_word (import, place, no, word) values {}
                 on conflict (import, place, no) do update set word = excluded.word",
                rows.join(", ")
            );
            let mut values: Vec<Value> = values![import, place].to_vec();
            values.extend(some.iter().flat_map(|(no, word)| values![*no, word].to_vec()));
            self.connection.execute("keep words to look at", &sql, &values)?;
        }
        Ok(())
    }

    /// Forgets the words of an import.
    ///
    /// # Errors
    /// When the database fails.
    pub fn delete_import_words(&mut self, import: &str) -> Result<(), StoreError> {
        let sql = "delete from import_word where import = $1";
        self.connection.execute("forget words to look at", sql, values![import]).map(drop)
    }
}

impl Reader<'_> {
    /// The words that were kept of a table of an import, with their numbers, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn import_words(&self, import: &str, place: i64) -> Result<Vec<(i64, String)>, StoreError> {
        let query = "select no, word from import_word where import = $1 and place = $2 order by no";
        let what = "read words to look at";
        self.list(what, query, values![import, place], |mut row| Ok((row.next()?, row.next()?)))
    }
}
