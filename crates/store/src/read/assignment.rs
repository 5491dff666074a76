//! Read model: who was given which lead, one row each time.

use domain::{
    fact::Entry,
    handoff::LeadAssigned,
    ids::{FactNo, LeadId, UserId},
};
use jiff::Timestamp;

use crate::{
    behind::Table,
    database::Connection,
    error::StoreError,
    reader::Reader,
    value::{Row, values},
};

pub(crate) const COLUMNS: &str = "by_fact, lead, owner, at";

/// A lead was given to somebody, or to nobody.
#[derive(Debug, Clone, PartialEq)]
pub struct AssignmentRow {
    /// The fact that says so.
    pub by_fact: FactNo,
    /// Which lead.
    pub lead: LeadId,
    /// Its owner from then on.
    pub owner: Option<UserId>,
    /// When.
    pub at: Timestamp,
}

fn read(mut row: Row) -> Result<AssignmentRow, StoreError> {
    Ok(AssignmentRow {
        by_fact: row.next()?,
        lead: row.next()?,
        owner: row.next()?,
        at: row.next()?,
    })
}

pub(crate) fn assigned(
    connection: &Connection,
    entry: &Entry,
    fact: &LeadAssigned,
) -> Result<(), StoreError> {
    let values = values![entry.no, &fact.lead, fact.owner.as_ref(), entry.happened_at()];
    connection.insert_later(Table::Assignment, values)
}

impl Reader<'_> {
    /// A lead's assignments, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn assignments_of(&self, lead: &LeadId) -> Result<Vec<AssignmentRow>, StoreError> {
        let query =
            format!("select {COLUMNS} from assignment where lead = $1 order by at, by_fact");
        self.list("read a lead's assignments", &query, values![lead], read)
    }

    /// All assignments, in ledger order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn assignments(&self) -> Result<Vec<AssignmentRow>, StoreError> {
        let query = format!("select {COLUMNS} from assignment order by by_fact");
        self.list("read the assignments", &query, &[], read)
    }
}
