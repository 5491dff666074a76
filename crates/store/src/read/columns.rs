//! Columns worked out from reported fields.

use domain::field::{FieldValue, Fields, overlay};
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

use crate::{
    database::Connection,
    error::StoreError,
    ledger::KEY_BYTES_MAX,
    value::{Value, values},
};

/// A name as names are looked up: small letters, single spaces, at most 200 characters.
pub fn name_key(name: &str) -> String {
    let words: Vec<_> = name.split_whitespace().collect();
    words.join(" ").to_lowercase().chars().take(200).collect()
}

/// What is known with `reported` laid over it. `select` asks for the `fields` of the row `id`.
pub(super) fn overlaid(
    connection: &Connection,
    select: &str,
    id: &str,
    reported: &Fields,
) -> Result<Fields, StoreError> {
    overlay_over(connection, select, values![id], reported)
}

/// The same for a row that more than one value names.
pub(super) fn overlay_over(
    connection: &Connection,
    select: &str,
    of: &[Value],
    reported: &Fields,
) -> Result<Fields, StoreError> {
    match connection.query_one("read what is known", select, of)? {
        None => Ok(reported.clone()),
        Some(mut row) => {
            let mut known: Fields = row.next()?;
            overlay(&mut known, reported);
            Ok(known)
        }
    }
}

/// The name that a row of a table has, before a report changes it.
pub(super) fn name_of(
    connection: &Connection,
    table: &str,
    id: &str,
) -> Result<Option<String>, StoreError> {
    let query = format!("select name from {table} where id = $1");
    match connection.query_one("read a name", &query, values![id])? {
        Some(mut row) => row.next(),
        None => Ok(None),
    }
}

/// A field as a text column; a blank or unknown one is null.
pub(super) fn text_of(fields: &Fields, name: &str) -> Option<String> {
    match fields.get(name)? {
        FieldValue::Cleared => None,
        value => Some(value.to_string()),
    }
}

/// A field as a column that holds an id. What is too long to be one stays in `fields` alone.
pub(super) fn id_of(fields: &Fields, name: &str) -> Option<String> {
    text_of(fields, name).filter(|id| id.len() <= KEY_BYTES_MAX)
}

/// A field as an instant: as it says, or in UTC when it names no zone.
pub(super) fn instant_of(fields: &Fields, name: &str) -> Option<Timestamp> {
    let text = fields.get(name)?.text()?;
    text.parse().ok().or_else(|| {
        let local: DateTime = text.parse().ok()?;
        Some(local.to_zoned(TimeZone::UTC).ok()?.timestamp())
    })
}

/// A field as a date, `2026-07-01`; of an instant, the day as it is written there.
pub(super) fn date_of(fields: &Fields, name: &str) -> Option<String> {
    let text = fields.get(name)?.text()?;
    let date: Option<Date> = text.parse().ok();
    let of_an_instant = || Some(instant_of(fields, name)?.to_zoned(TimeZone::UTC).date());
    date.or_else(of_an_instant).map(|date| date.to_string())
}
