//! Settings: words by name that the firm chooses once, such as its name, currency and time zone.

use std::collections::BTreeMap;

use crate::{error::StoreError, reader::Reader, value::values, writer::Writer};

impl Writer<'_> {
    /// Keeps a setting; `None` removes it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn set(&mut self, name: &str, value: Option<&str>) -> Result<(), StoreError> {
        let done = match value {
            Some(value) => self.connection.execute(
                "keep a setting",
                "insert into setting (name, value) values ($1, $2)
                 on conflict (name) do update set value = excluded.value",
                values![name, value],
            ),
            None => {
                let sql = "delete from setting where name = $1";
                self.connection.execute("remove a setting", sql, values![name])
            }
        };
        done.map(drop)
    }
}

impl Reader<'_> {
    /// A setting's value, if it is set.
    ///
    /// # Errors
    /// When the database fails.
    pub fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        let query = "select value from setting where name = $1";
        self.find("read a setting", query, values![name], |mut row| row.next())
    }

    /// All settings by name.
    ///
    /// # Errors
    /// When the database fails.
    pub fn settings(&self) -> Result<BTreeMap<String, String>, StoreError> {
        let query = "select name, value from setting";
        let pairs =
            self.list("read the settings", query, &[], |mut row| Ok((row.next()?, row.next()?)))?;
        Ok(pairs.into_iter().collect())
    }
}
