//! Read model: a lead's way through the statuses, one row for each entry into one.

use domain::{
    decided::LeadQualified,
    fact::Entry,
    handoff::LeadMoved,
    ids::{FactNo, LeadId, UserId},
};
use jiff::Timestamp;

use crate::{
    behind::Table,
    database::Connection,
    error::StoreError,
    reader::Reader,
    value::{Row, Value, values},
};

pub(crate) const COLUMNS: &str = "by_fact, lead, status, at, decided, reason, by_user";

/// A lead entered a status.
#[derive(Debug, Clone, PartialEq)]
pub struct LeadStageRow {
    /// The fact that says so.
    pub by_fact: FactNo,
    /// Which lead.
    pub lead: LeadId,
    /// The status entered.
    pub status: String,
    /// When.
    pub at: Timestamp,
    /// Whether the Agreement decided it; otherwise it was told.
    pub decided: bool,
    /// The reason given.
    pub reason: Option<String>,
    /// Who moved it.
    pub by_user: Option<UserId>,
}

fn read(mut row: Row) -> Result<LeadStageRow, StoreError> {
    Ok(LeadStageRow {
        by_fact: row.next()?,
        lead: row.next()?,
        status: row.next()?,
        at: row.next()?,
        decided: row.next()?,
        reason: row.next()?,
        by_user: row.next()?,
    })
}

pub(crate) fn moved(
    connection: &Connection,
    entry: &Entry,
    fact: &LeadMoved,
) -> Result<(), StoreError> {
    let values = values![
        entry.no,
        &fact.lead,
        &fact.status,
        entry.happened_at(),
        false,
        fact.reason.as_ref(),
        fact.by.as_ref()
    ];
    connection.insert_later(Table::LeadStage, values)
}

pub(crate) fn qualified(
    connection: &Connection,
    entry: &Entry,
    fact: &LeadQualified,
) -> Result<(), StoreError> {
    let values = values![
        entry.no,
        &fact.lead,
        &fact.status,
        entry.happened_at(),
        true,
        Value::Null,
        Value::Null
    ];
    connection.insert_later(Table::LeadStage, values)
}

impl Reader<'_> {
    /// The statuses that a lead entered, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn stages_of_lead(&self, lead: &LeadId) -> Result<Vec<LeadStageRow>, StoreError> {
        let query =
            format!("select {COLUMNS} from lead_stage where lead = $1 order by at, by_fact");
        self.list("read a lead's way", &query, values![lead], read)
    }

    /// Every entry of every lead into a status, in ledger order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn lead_stages(&self) -> Result<Vec<LeadStageRow>, StoreError> {
        let query = format!("select {COLUMNS} from lead_stage order by by_fact");
        self.list("read the leads' ways", &query, &[], read)
    }
}
