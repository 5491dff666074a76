//! What can go wrong between us and the database.

use std::sync::Arc;

use domain::ids::FactNo;

/// The store could not do its work. Nothing of the transaction was kept; the same call may succeed
/// later. Cheap to clone, because one failed commit answers every caller of its batch.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The database said no.
    #[error("could not {doing}")]
    Database {
        /// What we were doing, as a verb phrase.
        doing: &'static str,
        /// What it said.
        #[source]
        source: Arc<DatabaseError>,
    },
    /// A row does not hold what we wrote into it.
    #[error("could not {doing}: column {column} holds {found}, not {wanted}")]
    Column {
        /// What we were doing, as a verb phrase.
        doing: &'static str,
        /// The column's position in the query, from 0.
        column: usize,
        /// What stands there, as a word.
        found: &'static str,
        /// What should.
        wanted: &'static str,
    },
    /// A fact in the ledger is not one that this version knows.
    #[error("fact {no} is not one that this version can read: {what}")]
    UnknownFact {
        /// Its place.
        no: FactNo,
        /// What is wrong with it.
        what: String,
    },
    /// A fact's source, key or an id in it cannot be kept: the databases could not index it.
    #[error(
        "a fact's source, key and ids must not be longer than 1024 bytes or hold the character NUL"
    )]
    Key,
    /// The database was written by a newer Lockstep.
    #[error(
        "the database has schema {found} and this Lockstep knows only up to {known}: start the \
         newer Lockstep that wrote it, or restore the backup from before the upgrade"
    )]
    NewerSchema {
        /// The schema's number.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// A write was asked for from within a write; it would wait for itself.
    #[error("a write cannot be started inside a write")]
    WriteInsideWrite,
    /// The writing thread is gone; only a bug ends it.
    #[error("the store is closed")]
    Closed,
}

/// What the database, or the way to it, said.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// SQLite's word.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL's word.
    #[error(transparent)]
    Postgres(#[from] postgres::Error),
    /// The file could not be made or reached.
    #[error(transparent)]
    File(#[from] std::io::Error),
    /// SQLite gave up the whole transaction by itself, as it does when the disk is full.
    #[error("the database gave up the transaction")]
    TransactionLost,
    /// A fact was to be written under a source and key that another one has.
    #[error("a fact stands already under a source and key that seemed to be free: try again")]
    KeyTaken,
    /// A question was asked while the rows of another were still coming in.
    #[error("the connection is busy with another question")]
    Busy,
    /// A column of a type that we never use.
    #[error("a column of type {0} cannot be read")]
    ColumnType(String),
}

/// Names what a database call was for, so that an error says more than "disk I/O error".
pub(crate) fn doing<E: Into<DatabaseError>>(what: &'static str) -> impl FnOnce(E) -> StoreError {
    move |source| StoreError::Database { doing: what, source: Arc::new(source.into()) }
}
