//! Read model: the agreed milestones that opportunities reached.

use domain::{
    decided::MilestoneReached,
    fact::Entry,
    ids::{FactNo, OpportunityId, Version},
};
use jiff::Timestamp;

use crate::{
    database::Connection,
    error::StoreError,
    read::opportunity,
    reader::Reader,
    value::{Row, values},
};

pub(crate) const COLUMNS: &str = "by_fact, opportunity, milestone, at, version";

/// An opportunity reached a milestone.
#[derive(Debug, Clone, PartialEq)]
pub struct MilestoneRow {
    /// The fact that says so, with its because.
    pub by_fact: FactNo,
    /// Which opportunity.
    pub opportunity: OpportunityId,
    /// The milestone's key.
    pub milestone: String,
    /// When.
    pub at: Timestamp,
    /// The version of the Agreement that decided.
    pub version: Version,
}

fn read(mut row: Row) -> Result<MilestoneRow, StoreError> {
    Ok(MilestoneRow {
        by_fact: row.next()?,
        opportunity: row.next()?,
        milestone: row.next()?,
        at: row.next()?,
        version: row.next()?,
    })
}

pub(crate) fn reached(
    connection: &Connection,
    entry: &Entry,
    fact: &MilestoneReached,
) -> Result<(), StoreError> {
    let sql = "insert into milestone (by_fact, opportunity, milestone, at, version)
               values ($1, $2, $3, $4, $5)";
    let values = values![
        entry.no,
        &fact.opportunity,
        &fact.milestone,
        entry.happened_at(),
        fact.because.version
    ];
    connection.execute("fold a milestone", sql, values)?;
    opportunity::touched(connection, entry, &fact.opportunity)
}

impl Reader<'_> {
    /// The milestones that an opportunity reached, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn milestones_of(
        &self,
        opportunity: &OpportunityId,
    ) -> Result<Vec<MilestoneRow>, StoreError> {
        let query =
            format!("select {COLUMNS} from milestone where opportunity = $1 order by at, by_fact");
        self.list("read an opportunity's milestones", &query, values![opportunity], read)
    }

    /// All milestones that were reached, in ledger order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn milestones(&self) -> Result<Vec<MilestoneRow>, StoreError> {
        let query = format!("select {COLUMNS} from milestone order by by_fact");
        self.list("read the milestones", &query, &[], read)
    }
}
