//! A copy of the whole database in a file, in which anything can be tried out. What a server has is
//! copied table by table: both databases have the same tables, and the same four kinds of values.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::config::DbConfig;

use super::{Connection, Link, Location, make_private};
use crate::{
    error::{StoreError, doing},
    migrate::migrate,
    value::values,
};

const WHAT: &str = "copy the database";

impl Connection {
    /// Copies the database, as it stands at one instant, to a file that is not there yet; only its
    /// owner can read it. `now` is noted beside the schema where that is made anew.
    ///
    /// # Errors
    /// When the file cannot be written, or the database not be read.
    pub(crate) fn copy_to(&self, path: &Path, now: Timestamp) -> Result<(), StoreError> {
        if let Link::Sqlite(connection) = &self.link {
            make_private(path).map_err(doing(WHAT))?;
            let told = None::<fn(rusqlite::backup::Progress)>;
            return connection.backup("main", path, told).map_err(doing(WHAT));
        }
        let copy = Connection::open(&Location::Sqlite(path.to_owned()))?;
        migrate(&copy, now)?;
        copy.take_rows_as_they_are()?;
        let indexes = copy.without_indexes()?;
        self.begin_read()?;
        copy.begin_write()?;
        let done = self.copy_rows_to(&copy).and_then(|()| copy.commit());
        let done = done.and_then(|()| copy.run(WHAT, &indexes));
        self.roll_back();
        done
    }

    /// From now on rows are taken in any order, and nothing follows from them: what follows is among
    /// them. Nor is anything kept to go back to: a copy that is not whole is thrown away.
    fn take_rows_as_they_are(&self) -> Result<(), StoreError> {
        if let Link::Sqlite(connection) = &self.link {
            let off = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false);
            off.map_err(doing(WHAT))?;
        }
        self.run(
            WHAT,
            "pragma foreign_keys = off; pragma journal_mode = off; pragma synchronous = off",
        )
    }

    /// Takes the indexes away; what makes them again, which is sooner done once all rows are there.
    fn without_indexes(&self) -> Result<String, StoreError> {
        let indexes =
            "select name, sql from sqlite_schema where type = 'index' and sql is not null";
        let (mut drops, mut creates) = (String::new(), String::new());
        for mut index in self.query(WHAT, indexes, &[])? {
            let (name, sql): (String, String) = (index.next()?, index.next()?);
            drops.push_str(&format!("drop index {name};"));
            creates.push_str(&format!("{sql};"));
        }
        self.run(WHAT, &drops)?;
        Ok(creates)
    }

    fn copy_rows_to(&self, copy: &Connection) -> Result<(), StoreError> {
        let tables =
            "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'";
        for mut table in copy.query(WHAT, tables, &[])? {
            let table: String = table.next()?;
            let columns = "select name from pragma_table_info($1)";
            let columns = copy.query(WHAT, columns, values![&table])?.into_iter();
            let columns: Vec<String> =
                columns.map(|mut row| row.next()).collect::<Result<_, _>>()?;
            let places: Vec<String> = (1..=columns.len()).map(|no| format!("${no}")).collect();
            let (columns, places) = (columns.join(", "), places.join(", "));
            // A migration puts rows of its own into some tables.
            copy.execute(WHAT, &format!("delete from {table}"), &[])?;
            let take = format!("insert into {table} ({columns}) values ({places})");
            self.query_each(WHAT, &format!("select {columns} from {table}"), &[], |row| {
                copy.execute(WHAT, &take, &row.rest()).map(drop)
            })?;
        }
        Ok(())
    }
}
