//! What an import had told and is withdrawn: a record's rows go, and are folded again from the facts
//! about it that still hold.

use std::sync::Arc;

use domain::{
    fact::Entry,
    ids::{FactNo, LeadId},
    withdrawal::holding,
};

use super::{
    columns::name_of,
    routing,
    word::{Findable, renamed},
};
use crate::{database::Connection, error::StoreError, reader::Reader, value::values};

/// The tables of a noun, each with the column that names the record; its own table is the last.
fn tables_of(noun: &str) -> &'static [(&'static str, &'static str)] {
    match noun {
        "lead" => &[
            ("activity", "lead"),
            ("assignment", "lead"),
            ("clock", "lead"),
            ("clock_told", "lead"),
            ("dispute", "lead"),
            ("handoff", "lead"),
            ("lead_stage", "lead"),
            ("qualification", "lead"),
            ("routing", "lead"),
            ("unrouted", "lead"),
            ("lead", "id"),
        ],
        "opportunity" => &[
            ("clock", "opportunity"),
            ("clock_told", "opportunity"),
            ("dispute", "opportunity"),
            ("milestone", "opportunity"),
            ("opportunity_stage", "opportunity"),
            ("opportunity", "id"),
        ],
        "user" => &[
            ("absence", "user_id"),
            ("substitution", "signer"),
            ("user_hours", "user_id"),
            ("user_record", "id"),
        ],
        "account" => &[("account_key", "account"), ("account", "id")],
        "campaign" => &[("campaign", "id")],
        "product" => &[("product", "id")],
        "quota" => &[("quota", "period")],
        _ => &[],
    }
}

/// Of these rows go together: of the tables whose rows are written together, and of those that count
/// nothing.
const WRITTEN_TOGETHER: [&str; 10] = [
    "activity",
    "assignment",
    "clock",
    "clock_told",
    "dispute",
    "handoff",
    "lead",
    "lead_stage",
    "qualification",
    "routing",
];

fn findable(noun: &str) -> Option<Findable> {
    match noun {
        "account" => Some(Findable::Account),
        "campaign" => Some(Findable::Campaign),
        "opportunity" => Some(Findable::Opportunity),
        _ => None,
    }
}

/// Takes a record's rows out; the facts about it up to `entry`, which are to be folded again.
pub(crate) fn taken_out(
    connection: &Connection,
    entry: &Entry,
    subject: &str,
) -> Result<Vec<Arc<Entry>>, StoreError> {
    let Some((noun, id)) = subject.split_once('/') else { return Ok(Vec::new()) };
    if let Some(kind) = findable(noun) {
        let name = name_of(connection, noun, id)?;
        renamed(connection, kind, id, name.as_deref(), None)?;
    }
    let facts = match connection.take_at_hand(subject) {
        Some(facts) => facts,
        None => Reader(connection).facts_of(subject)?.into_iter().map(Arc::new).collect(),
    };
    let until =
        |no: FactNo| facts.iter().filter(move |earlier| earlier.no <= no).cloned().collect();
    if noun == "lead" {
        let held = holding(until(FactNo(entry.no.0 - 1)));
        routing::taken_out(connection, &LeadId(id.to_owned()), &held)?;
    }
    for (table, column) in tables_of(noun) {
        if *table == "unrouted" {
            connection.served_later(id)?;
        } else if WRITTEN_TOGETHER.contains(table) {
            connection.delete_later(table, column, &[id])?;
        } else {
            let sql = format!("delete from {table} where {column} = $1");
            connection.execute("take a record's rows out", &sql, values![id])?;
        }
    }
    Ok(holding(until(entry.no)))
}

/// Says of what is left of a record that the fact changed it.
pub(crate) fn put_back(
    connection: &Connection,
    no: FactNo,
    subject: &str,
) -> Result<(), StoreError> {
    let Some((noun, id)) = subject.split_once('/') else { return Ok(()) };
    if noun == "lead" {
        return connection.update_lead(&LeadId(id.to_owned()), |row| row.last_fact = no);
    }
    let Some((table, column)) = tables_of(noun).last() else { return Ok(()) };
    let sql = format!("update {table} set last_fact = $2 where {column} = $1");
    connection.execute("note what changed a record", &sql, values![id, no]).map(drop)
}
