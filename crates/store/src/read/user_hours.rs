//! Read model: what was told of people's hours, report by report, since hours that change leave the
//! clocks that run as they are.

use domain::{
    fact::{Entry, Fact},
    field::Fields,
    ids::UserId,
    people::of_hours,
    record::UserReported,
};
use jiff::Timestamp;

use crate::{
    database::Connection,
    error::StoreError,
    reader::Reader,
    value::{Row, json, values},
};

pub(crate) const COLUMNS: &str = "by_fact, user_id, since, fields";

/// What one report says of somebody's hours.
#[derive(Debug, Clone, PartialEq)]
pub struct HoursRow {
    /// Whose.
    pub user: UserId,
    /// From when they hold.
    pub since: Timestamp,
    /// Of zone and calendar, what was said.
    pub fields: Fields,
}

fn read(mut row: Row) -> Result<HoursRow, StoreError> {
    Ok(HoursRow { user: row.next()?, since: row.next()?, fields: row.next()? })
}

pub(crate) fn told(
    connection: &Connection,
    entry: &Entry,
    fact: &UserReported,
) -> Result<(), StoreError> {
    let fields = of_hours(&fact.fields);
    if fields.is_empty() {
        return Ok(());
    }
    let sql = "insert into user_hours (by_fact, user_id, since, fields) values ($1, $2, $3, $4)";
    let values = values![entry.no, &fact.user, entry.happened_at(), json(&fields)];
    connection.execute("fold somebody's hours", sql, values).map(drop)
}

/// Keeps what a ledger from before this table told of people's hours.
pub(crate) fn keep_all(connection: &Connection) -> Result<(), StoreError> {
    let reader = Reader(connection);
    // By the id alone: later schemas give the table further columns.
    let users =
        reader.list("read the users", "select id from user_record", &[], |mut row| row.next());
    for id in users? {
        let user: UserId = id;
        for entry in reader.facts_of(&format!("user/{user}"))? {
            if let Fact::User(fact) = entry.fact() {
                told(connection, &entry, fact)?;
            }
        }
    }
    Ok(())
}

impl Reader<'_> {
    /// What was told of everybody's hours, in the order in which it happened.
    ///
    /// # Errors
    /// When the database fails.
    pub fn hours_told(&self) -> Result<Vec<HoursRow>, StoreError> {
        let query = "select user_id, since, fields from user_hours order by since, by_fact";
        self.list("read people's hours", query, &[], read)
    }
}
