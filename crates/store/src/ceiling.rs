//! What the databases can do with the same rows and nothing of ours: ceilings for `lockstep bench`.

use std::time::{Duration, Instant};

use domain::fact::Told;
use jiff::Timestamp;

use crate::{
    database::{Connection, Location},
    error::StoreError,
    ledger::FactRow,
    value::{Value, values},
};

const TABLE: &str = "create table bare (
    no bigint primary key, recorded_at bigint not null, happened_at bigint not null,
    subject text not null, kind text not null, body text not null, source text not null,
    key text not null, digest text not null, unique (source, key))";

/// How long bare inserts of these facts' rows take, `batch` of them to a durable commit: no folding,
/// no seals, no decisions. The table is made in the database at `location` and stays there.
///
/// # Errors
/// When the database fails.
pub fn bare_inserts(
    location: &Location,
    facts: &[Told],
    batch: usize,
) -> Result<Duration, StoreError> {
    let rows: Vec<FactRow> = facts
        .iter()
        .enumerate()
        .map(|(index, told)| FactRow::new(index as i64 + 1, Timestamp::UNIX_EPOCH, told))
        .collect();
    let connection = Connection::open(location)?;
    let what = "measure bare inserts";
    connection.execute(what, "drop table if exists bare", &[])?;
    connection.execute(what, TABLE, &[])?;
    let start = Instant::now();
    for rows in rows.chunks(batch) {
        connection.begin_write()?;
        for row in rows {
            insert(&connection, row)?;
        }
        connection.commit()?;
    }
    let taken = start.elapsed();
    connection.execute(what, "drop table bare", &[])?;
    Ok(taken)
}

const CONTACTS: &str = "create table bare_contact (
    key text primary key, name text not null, email text not null, company text not null,
    title text not null, country text not null, status text not null, created text not null)";

/// How long it takes to read rows of eight texts and to put them into a table by the first of
/// them, `batch` of them to a durable commit. The table is made in the database at `location` and
/// is gone afterwards.
///
/// # Errors
/// When the database fails, or a row has another number of texts.
pub fn bare_upserts(
    location: &Location,
    rows: impl Iterator<Item = Vec<String>>,
    batch: usize,
) -> Result<Duration, StoreError> {
    let connection = Connection::open(location)?;
    let what = "measure bare upserts";
    connection.execute(what, "drop table if exists bare_contact", &[])?;
    connection.execute(what, CONTACTS, &[])?;
    let start = Instant::now();
    let mut rows = rows.peekable();
    while rows.peek().is_some() {
        connection.begin_write()?;
        for row in rows.by_ref().take(batch) {
            let values: Vec<Value> = row.into_iter().map(Value::Text).collect();
            let sql = "insert into bare_contact
                           (key, name, email, company, title, country, status, created)
                       values ($1, $2, $3, $4, $5, $6, $7, $8)
                       on conflict (key) do update set name = excluded.name,
                           email = excluded.email, company = excluded.company,
                           title = excluded.title, country = excluded.country,
                           status = excluded.status, created = excluded.created";
            connection.execute_now(what, sql, &values)?;
        }
        connection.commit()?;
    }
    let taken = start.elapsed();
    connection.execute(what, "drop table bare_contact", &[])?;
    Ok(taken)
}

fn insert(connection: &Connection, row: &FactRow) -> Result<(), StoreError> {
    let sql = "insert into bare
                   (no, recorded_at, happened_at, subject, kind, body, source, key, digest)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
               on conflict (source, key) do nothing";
    let values = values![
        row.no,
        row.recorded_at,
        row.happened_at,
        &row.subject,
        &row.kind,
        &row.body,
        &row.source,
        &row.key,
        &row.digest
    ];
    connection.execute_now("measure bare inserts", sql, values).map(drop)
}
