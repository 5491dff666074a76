//! Brings a database to the schema that this program knows. Forward only; a file that has shipped
//! never changes.

use jiff::Timestamp;

use crate::{
    database::{Connection, Engine},
    error::StoreError,
    person::index_everybody,
    person_key::keep_all_keys,
    read::{fill_owners, fill_passed, index_all_names, keep_all_account_keys, keep_all_hours},
    value::values,
};

/// What a migration does beyond SQL.
type Fill = fn(&Connection) -> Result<(), StoreError>;

/// One step of the schema, once in each dialect.
struct Migration {
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
    /// Fills what it has made, where that takes more than SQL.
    fill: Option<Fill>,
}

macro_rules! migration {
    ($name:literal) => {
        migration!($name, None)
    };
    ($name:literal, $fill:expr) => {
        Migration {
            name: $name,
            sqlite: include_str!(concat!("../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../migrations/postgres/", $name, ".sql")),
            fill: $fill,
        }
    };
}

/// In order; the place in this list, from 1, is the number in the file's name.
const MIGRATIONS: [Migration; 34] = [
    migration!("0001_ledger"),
    migration!("0002_read_models"),
    migration!("0003_beside_the_ledger"),
    migration!("0004_opportunities"),
    migration!("0005_search_the_ledger"),
    migration!("0006_imports"),
    migration!("0007_counts_and_places"),
    migration!("0008_people"),
    migration!("0009_views"),
    migration!("0010_words", Some(fill_words)),
    migration!("0011_hours", Some(keep_all_hours)),
    migration!("0012_books", Some(fill_owners)),
    migration!("0013_lists"),
    migration!("0014_handoffs"),
    migration!("0015_routing", Some(keep_all_account_keys)),
    migration!("0016_import_undo"),
    migration!("0017_ladders"),
    migration!("0018_duplicates", Some(keep_all_keys)),
    migration!("0019_one_person"),
    migration!("0020_amendments"),
    migration!("0021_negotiation"),
    migration!("0022_actions"),
    migration!("0023_evidence"),
    migration!("0024_written_together"),
    migration!("0025_recomputed"),
    migration!("0026_credits"),
    migration!("0027_passed_on", Some(fill_passed)),
    migration!("0028_of_some_days"),
    migration!("0029_requests"),
    migration!("0030_expected"),
    migration!("0031_late_clocks"),
    migration!("0032_told_in_order"),
    migration!("0033_judged"),
    migration!("0034_imports_told_whole"),
];

/// The number of the newest schema that this program knows.
pub const SCHEMA: i64 = MIGRATIONS.len() as i64;

const TABLE: &str = "create table if not exists migration
    (number bigint primary key, name text not null, applied_at bigint not null)";

/// Applies what is missing, all of it or nothing, and gives the number of the schema found.
///
/// # Errors
/// [`StoreError::NewerSchema`] when a newer program has been here: with its tables we would
/// write facts that it cannot read.
pub(crate) fn migrate(connection: &Connection, now: Timestamp) -> Result<i64, StoreError> {
    let found = schema_of(connection)?;
    if found == SCHEMA {
        return Ok(found);
    }
    connection.begin_write()?;
    let done = apply_missing(connection, now).and_then(|found| {
        connection.commit()?;
        Ok(found)
    });
    if done.is_err() {
        connection.roll_back();
    }
    done
}

/// The schema's number; 0 for an empty database.
fn schema_of(connection: &Connection) -> Result<i64, StoreError> {
    let what = "look for the schema";
    let query = match connection.engine() {
        Engine::Sqlite => "select count(*) from sqlite_schema where name = 'migration'",
        Engine::Postgres => {
            "select count(*) from pg_tables
             where tablename = 'migration' and schemaname = current_schema()"
        }
    };
    let there: i64 = connection.query_one(what, query, &[])?.map_or(Ok(0), |mut row| row.next())?;
    if there == 0 {
        return Ok(0);
    }
    let query = "select coalesce(max(number), 0) from migration";
    let found = connection.query_one(what, query, &[])?.map_or(Ok(0), |mut row| row.next())?;
    if found > SCHEMA {
        return Err(StoreError::NewerSchema { found, known: SCHEMA });
    }
    Ok(found)
}

fn apply_missing(connection: &Connection, now: Timestamp) -> Result<i64, StoreError> {
    connection.run("migrate the database", TABLE)?;
    // Looked up again: another node may have migrated while we waited for the lock.
    let found = schema_of(connection)?;
    for (number, migration) in (1..).zip(&MIGRATIONS).filter(|(number, _)| *number > found) {
        let sql = match connection.engine() {
            Engine::Sqlite => migration.sqlite,
            Engine::Postgres => migration.postgres,
        };
        connection.run("migrate the database", sql)?;
        if let Some(fill) = migration.fill {
            fill(connection)?;
        }
        connection.execute(
            "note a migration",
            "insert into migration (number, name, applied_at) values ($1, $2, $3)",
            values![number, migration.name, now],
        )?;
    }
    Ok(found)
}

/// Keeps the words of all that has a name already.
fn fill_words(connection: &Connection) -> Result<(), StoreError> {
    index_all_names(connection)?;
    index_everybody(connection)
}

#[cfg(test)]
mod tests;
