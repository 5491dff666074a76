//! The only file that knows which database runs, with the values of both beside it.
//!
//! One SQL text serves both: `$1` placeholders, `on conflict`, row values, no vendor functions.
//! What differs (how a transaction begins, how a random salt is made) is a method here.

mod convert;
mod copy;

use std::{
    any::{Any, TypeId},
    cell::{Cell, RefCell},
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use domain::ids::FactNo;

use convert::{from_postgres, from_sqlite};
use postgres::{NoTls, fallible_iterator::FallibleIterator, types::ToSql};
use rusqlite::config::DbConfig;

use crate::{
    behind::Behind,
    error::{DatabaseError, StoreError, doing},
    value::{Row, Value},
};

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A file, made when it is missing, readable by its owner alone.
    Sqlite(PathBuf),
    /// `postgres://user@host/database`. The connection is not encrypted: a socket or a network of
    /// one's own.
    Postgres(String),
}

impl Location {
    /// Reads `postgres://…` or `postgresql://…` as a server and everything else as a file's path.
    pub fn parse(text: &str) -> Location {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Location::Postgres(text.to_owned())
        } else {
            Location::Sqlite(PathBuf::from(text))
        }
    }
}

/// Which database runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// SQLite, linked in.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// Statements kept prepared for each connection; more than the store has.
const PREPARED_STATEMENTS_MAX: usize = 256;

/// How long SQLite waits for another process that writes the same file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// The lock that makes all nodes on one PostgreSQL write in turn: `lockstep` in ASCII.
const WRITE_LOCK: i64 = i64::from_be_bytes(*b"lockstep");

/// One connection. It may pass from thread to thread but serves one at a time.
pub(crate) struct Connection {
    link: Link,
    /// Whether statements count on a transaction that we began.
    in_transaction: Cell<bool>,
    /// Whether the last transaction that we began writes.
    is_writing: Cell<bool>,
    /// What was last made of the facts about users, one of each type, and the last of these facts.
    of_users: RefCell<BTreeMap<TypeId, (FactNo, Remembered)>>,
    /// What the transaction has changed and not yet written.
    pub(crate) behind: RefCell<Behind>,
    /// Whether a fact was once told under a key that was taken for free.
    asks_for_every_fact: Cell<bool>,
}

/// Something that is remembered between two transactions.
pub(crate) type Remembered = Arc<dyn Any + Send + Sync>;

enum Link {
    Sqlite(rusqlite::Connection),
    Postgres(Box<RefCell<Server>>),
}

struct Server {
    client: postgres::Client,
    prepared: BTreeMap<String, postgres::Statement>,
}

impl Server {
    fn prepare(&mut self, sql: &str) -> Result<postgres::Statement, postgres::Error> {
        if let Some(statement) = self.prepared.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql)?;
        self.prepared.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

impl Connection {
    /// Opens a connection.
    ///
    /// # Errors
    /// When the file cannot be made or opened, or the server not reached.
    pub(crate) fn open(location: &Location) -> Result<Connection, StoreError> {
        let link = match location {
            Location::Sqlite(path) => {
                make_private(path).map_err(doing("make the database file"))?;
                Link::Sqlite(open_sqlite(path).map_err(doing("open the database file"))?)
            }
            Location::Postgres(url) => {
                let client = open_postgres(url).map_err(doing("reach the PostgreSQL server"))?;
                Link::Postgres(Box::new(RefCell::new(Server { client, prepared: BTreeMap::new() })))
            }
        };
        let no = || Cell::new(false);
        let (of_users, behind) = Default::default();
        let asks_for_every_fact = no();
        let (in_transaction, is_writing) = (no(), no());
        Ok(Connection { link, in_transaction, is_writing, of_users, behind, asks_for_every_fact })
    }

    /// Which database runs.
    pub(crate) fn engine(&self) -> Engine {
        match self.link {
            Link::Sqlite(_) => Engine::Sqlite,
            Link::Postgres(_) => Engine::Postgres,
        }
    }

    /// What of a type was last made of the facts about users up to this one. What a transaction has
    /// not yet committed is nothing to remember by.
    pub(crate) fn recall_of_users(&self, of: TypeId, up_to: FactNo) -> Option<Remembered> {
        let of_users = self.of_users.borrow();
        let (known, made) = of_users.get(&of)?;
        (!self.is_writing.get() && *known == up_to).then(|| made.clone())
    }

    /// Remembers what of a type was made of the facts about users up to this one.
    pub(crate) fn keep_of_users(&self, of: TypeId, up_to: FactNo, made: Remembered) {
        if !self.is_writing.get() {
            self.of_users.borrow_mut().insert(of, (up_to, made));
        }
    }

    /// Whether nothing can be asked any more.
    pub(crate) fn is_closed(&self) -> bool {
        match &self.link {
            Link::Sqlite(_) => false,
            Link::Postgres(server) => server.borrow().client.is_closed(),
        }
    }

    /// Every row of an answer.
    pub(crate) fn query(
        &self,
        what: &'static str,
        sql: &str,
        values: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        self.query_each(what, sql, values, |row| {
            rows.push(row);
            Ok(())
        })?;
        Ok(rows)
    }

    /// The first row of an answer, if there is one.
    pub(crate) fn query_one(
        &self,
        what: &'static str,
        sql: &str,
        values: &[Value],
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.query(what, sql, values)?.into_iter().next())
    }

    /// Hands over each row as it comes in, without keeping them all. `each` must not ask the same
    /// connection another question.
    ///
    /// # Errors
    /// What the database says, or the first error of `each`.
    pub(crate) fn query_each(
        &self,
        what: &'static str,
        sql: &str,
        values: &[Value],
        each: impl FnMut(Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.settle_before(sql, false)?;
        self.ask(what, sql, values, each)
    }

    /// The same of what has been written, without a look at what has not.
    pub(crate) fn ask(
        &self,
        what: &'static str,
        sql: &str,
        values: &[Value],
        mut each: impl FnMut(Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.expect_transaction().map_err(doing(what))?;
        match &self.link {
            Link::Sqlite(connection) => {
                let numbered = numbered(sql);
                let mut statement = connection.prepare_cached(&numbered).map_err(doing(what))?;
                let columns = statement.column_count();
                let mut rows =
                    statement.query(rusqlite::params_from_iter(values)).map_err(doing(what))?;
                while let Some(row) = rows.next().map_err(doing(what))? {
                    let values = (0..columns).map(|column| Ok(from_sqlite(row.get_ref(column)?)));
                    let values: Result<_, rusqlite::Error> = values.collect();
                    each(Row::new(what, values.map_err(doing(what))?))?;
                }
                Ok(())
            }
            Link::Postgres(server) => {
                let mut server =
                    server.try_borrow_mut().map_err(|_| doing(what)(DatabaseError::Busy))?;
                let statement = server.prepare(sql).map_err(doing(what))?;
                let mut rows = server.client.query_raw(&statement, values).map_err(doing(what))?;
                while let Some(row) = rows.next().map_err(doing(what))? {
                    let values = (0..row.len()).map(|column| from_postgres(&row, column));
                    let values: Result<_, DatabaseError> = values.collect();
                    each(Row::new(what, values.map_err(doing(what))?))?;
                }
                Ok(())
            }
        }
    }

    /// Runs a statement that gives no rows; how many it changed.
    pub(crate) fn execute(
        &self,
        what: &'static str,
        sql: &str,
        values: &[Value],
    ) -> Result<u64, StoreError> {
        self.settle_before(sql, true)?;
        self.execute_now(what, sql, values)
    }

    /// The same without a look at what has not been written.
    pub(crate) fn execute_now(
        &self,
        what: &'static str,
        sql: &str,
        values: &[Value],
    ) -> Result<u64, StoreError> {
        self.expect_transaction().map_err(doing(what))?;
        match &self.link {
            Link::Sqlite(connection) => {
                let mut statement =
                    connection.prepare_cached(&numbered(sql)).map_err(doing(what))?;
                let parameters = rusqlite::params_from_iter(values);
                Ok(statement.execute(parameters).map_err(doing(what))? as u64)
            }
            Link::Postgres(server) => {
                let mut server =
                    server.try_borrow_mut().map_err(|_| doing(what)(DatabaseError::Busy))?;
                let statement = server.prepare(sql).map_err(doing(what))?;
                let values: Vec<&(dyn ToSql + Sync)> =
                    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
                server.client.execute(&statement, &values).map_err(doing(what))
            }
        }
    }

    /// Runs a text of several statements without values, after all that is still to be written.
    pub(crate) fn run(&self, what: &'static str, sql: &str) -> Result<(), StoreError> {
        self.settle()?;
        self.behind.borrow_mut().forget();
        self.run_now(what, sql)
    }

    /// Takes back what was written since a savepoint, and what was not written yet with it.
    pub(crate) fn undo_to(&self, what: &'static str, savepoint: &str) -> Result<(), StoreError> {
        self.behind.borrow_mut().forget();
        self.run_now(
            what,
            &format!("rollback to savepoint {savepoint}; release savepoint {savepoint}"),
        )
    }

    fn run_now(&self, what: &'static str, sql: &str) -> Result<(), StoreError> {
        match &self.link {
            Link::Sqlite(connection) => connection.execute_batch(sql).map_err(doing(what)),
            Link::Postgres(server) => {
                let mut server =
                    server.try_borrow_mut().map_err(|_| doing(what)(DatabaseError::Busy))?;
                server.client.batch_execute(sql).map_err(doing(what))
            }
        }
    }

    /// Begins a transaction that alone may write until it ends, over all processes and nodes.
    pub(crate) fn begin_write(&self) -> Result<(), StoreError> {
        let what = "begin to write";
        match self.engine() {
            // A deferred transaction that turns out to write can be refused half-way.
            Engine::Sqlite => self.run(what, "begin immediate")?,
            Engine::Postgres => {
                // Writers ask by keys. A plan made while a table was new would go on reading all of it.
                let lock = format!("select pg_advisory_xact_lock({WRITE_LOCK})");
                self.run(what, &format!("begin; set local enable_seqscan = off; {lock}"))?;
            }
        }
        self.in_transaction.set(true);
        self.is_writing.set(true);
        Ok(())
    }

    /// Begins a transaction in which every question sees the same state.
    pub(crate) fn begin_read(&self) -> Result<(), StoreError> {
        let sql = match self.engine() {
            Engine::Sqlite => "begin",
            Engine::Postgres => "begin isolation level repeatable read, read only",
        };
        self.run("begin to read", sql)?;
        self.in_transaction.set(true);
        self.is_writing.set(false);
        Ok(())
    }

    /// Makes what was written durable; when this returns, it is on disk.
    pub(crate) fn commit(&self) -> Result<(), StoreError> {
        self.settle()?;
        self.expect_transaction().map_err(doing("commit"))?;
        let done = self.run("commit", "commit");
        self.in_transaction.set(false);
        done
    }

    /// Gives up what was written. That it fails means that nothing is left to give up.
    pub(crate) fn roll_back(&self) {
        self.in_transaction.set(false);
        self.behind.borrow_mut().forget();
        let _nothing_left_to_give_up = self.run_now("give up a transaction", "rollback");
    }

    /// From now on, whether a key is free is asked of the database alone.
    pub(crate) fn ask_for_every_fact(&self) {
        self.asks_for_every_fact.set(true);
    }

    /// Whether it is to be asked of the database alone whether a key is free.
    pub(crate) fn asks_for_every_fact(&self) -> bool {
        self.asks_for_every_fact.get()
    }

    /// Whether what is changed belongs to a transaction that writes.
    pub(crate) fn writes(&self) -> bool {
        self.in_transaction.get() && self.is_writing.get()
    }

    /// SQLite drops a whole transaction by itself when the disk is full or fails. What came after
    /// would be written outside of any transaction, one statement at a time; so nothing comes
    /// after.
    fn expect_transaction(&self) -> Result<(), DatabaseError> {
        match &self.link {
            Link::Sqlite(connection) if self.in_transaction.get() && connection.is_autocommit() => {
                Err(DatabaseError::TransactionLost)
            }
            _ => Ok(()),
        }
    }

    /// So many times 32 hexadecimal digits that nobody can guess.
    pub(crate) fn random_salts(&self, count: usize) -> Result<Vec<String>, StoreError> {
        let what = "draw salts";
        let sql = match self.engine() {
            Engine::Sqlite => {
                "with recursive nth(n) as (select 1 union all select n + 1 from nth where n < $1)
                 select lower(hex(randomblob(16))) from nth"
            }
            Engine::Postgres => {
                "select replace(gen_random_uuid()::text, '-', '') 
                 from generate_series(1, cast($1 as bigint))"
            }
        };
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let rows = self.query(what, sql, &[count.into()])?;
        rows.into_iter().map(|mut row| row.next()).collect()
    }

    /// Removes what deleted rows left behind in `tables`: SQLite's log, PostgreSQL's dead rows.
    pub(crate) fn scrub(&self, tables: &[&str]) -> Result<(), StoreError> {
        let what = "scrub deleted rows";
        match self.engine() {
            Engine::Sqlite => self.query(what, "pragma wal_checkpoint(truncate)", &[]).map(drop),
            Engine::Postgres => {
                tables.iter().try_for_each(|table| self.run(what, &format!("vacuum full {table}")))
            }
        }
    }

    /// What the database itself finds wrong with its file, and with the named tables' indexes.
    /// PostgreSQL checks its own pages as it reads them.
    pub(crate) fn own_complaints(&self, tables: &[&str]) -> Result<Vec<String>, StoreError> {
        if self.engine() == Engine::Postgres {
            return Ok(Vec::new());
        }
        let what = "check the database file";
        let mut complaints = Vec::new();
        let mut checks = vec!["pragma quick_check".to_owned()];
        checks.extend(tables.iter().map(|table| format!("pragma integrity_check('{table}')")));
        for check in checks {
            for mut row in self.query(what, &check, &[])? {
                let complaint: String = row.next()?;
                if complaint != "ok" && !complaints.contains(&complaint) {
                    complaints.push(complaint);
                }
            }
        }
        Ok(complaints)
    }
}

/// SQLite numbers `$1` by first appearance, as it is a name to it; `?1` is a number to it.
fn numbered(sql: &str) -> String {
    sql.replace('$', "?")
}

#[cfg(unix)]
fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    // SQLite gives the log beside the file the file's own mode.
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600).open(path).map(drop)
}

#[cfg(not(unix))]
fn make_private(_: &Path) -> std::io::Result<()> {
    Ok(())
}

fn open_sqlite(path: &Path) -> Result<rusqlite::Connection, rusqlite::Error> {
    let connection = rusqlite::Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(PREPARED_STATEMENTS_MAX);
    // Plans are made without a look at the values. Otherwise a statement that is kept prepared is
    // prepared anew each time that it gets other values.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // `secure_delete`: an erased person's bytes are overwritten. `case_sensitive_like`: as on
    // PostgreSQL. `recursive_triggers`: `insert or replace` meets the triggers too.
    connection.execute_batch(
        "pragma journal_mode = wal;
         pragma synchronous = full;
         pragma foreign_keys = on;
         pragma secure_delete = on;
         pragma case_sensitive_like = on;
         pragma recursive_triggers = on;
         pragma temp_store = memory;
         pragma cache_size = -32000;
         pragma wal_autocheckpoint = 4000;",
    )?;
    Ok(connection)
}

fn open_postgres(url: &str) -> Result<postgres::Client, postgres::Error> {
    let mut config: postgres::Config = url.parse()?;
    config.application_name("lockstep");
    let mut client = config.connect(NoTls)?;
    // `random_page_cost`: a page anywhere costs what the next one does, as on any disk without a
    // head. Otherwise a few thousand rows by their keys are found by reading the whole table.
    client.batch_execute(
        "set synchronous_commit = on; set client_min_messages = warning;
         set random_page_cost = 1.1",
    )?;
    Ok(client)
}
