//! What an import had told and is withdrawn: a record's rows go, and are folded again from the facts
//! about it that still hold.

use domain::{
    fact::Entry,
    ids::{FactNo, LeadId},
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
) -> Result<Vec<Entry>, StoreError> {
    let Some((noun, id)) = subject.split_once('/') else { return Ok(Vec::new()) };
    if let Some(kind) = findable(noun) {
        let name = name_of(connection, noun, id)?;
        renamed(connection, kind, id, name.as_deref(), None)?;
    }
    if noun == "lead" {
        routing::taken_out(connection, &LeadId(id.to_owned()))?;
    }
    for (table, column) in tables_of(noun) {
        let sql = format!("delete from {table} where {column} = $1");
        connection.execute("take a record's rows out", &sql, values![id])?;
    }
    let facts = Reader(connection).facts_of(subject)?;
    let until = |earlier: &Entry| earlier.no <= entry.no;
    Ok(domain::withdrawal::holding(facts.into_iter().filter(until).collect()))
}

/// Says of what is left of a record that the fact changed it.
pub(crate) fn put_back(
    connection: &Connection,
    no: FactNo,
    subject: &str,
) -> Result<(), StoreError> {
    let Some((noun, id)) = subject.split_once('/') else { return Ok(()) };
    let Some((table, column)) = tables_of(noun).last() else { return Ok(()) };
    let sql = format!("update {table} set last_fact = $2 where {column} = $1");
    connection.execute("note what changed a record", &sql, values![id, no]).map(drop)
}
