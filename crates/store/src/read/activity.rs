//! Read model: activities, one row each.

use domain::{
    activity::ActivityRecorded,
    fact::Entry,
    ids::{CampaignId, FactNo, LeadId, UserId},
};
use jiff::Timestamp;

use crate::{
    behind::Table,
    database::Connection,
    error::StoreError,
    reader::Reader,
    value::{Row, values},
};

pub(crate) const COLUMNS: &str = "no, lead, kind, status, campaign, happened_at, by_user";

/// What a contact did, or what was done to reach them.
#[derive(Debug, Clone, PartialEq)]
pub struct ActivityRow {
    /// The fact.
    pub no: FactNo,
    /// Whose.
    pub lead: LeadId,
    /// What happened, as a word that the Agreement can name.
    pub kind: String,
    /// How far it went.
    pub status: Option<String>,
    /// The campaign it answers.
    pub campaign: Option<CampaignId>,
    /// When.
    pub happened_at: Timestamp,
    /// Who of the firm acted; `None` when the contact did.
    pub by_user: Option<UserId>,
}

fn read(mut row: Row) -> Result<ActivityRow, StoreError> {
    Ok(ActivityRow {
        no: row.next()?,
        lead: row.next()?,
        kind: row.next()?,
        status: row.next()?,
        campaign: row.next()?,
        happened_at: row.next()?,
        by_user: row.next()?,
    })
}

pub(crate) fn recorded(
    connection: &Connection,
    entry: &Entry,
    fact: &ActivityRecorded,
) -> Result<(), StoreError> {
    let values = values![
        entry.no,
        &fact.lead,
        &fact.kind,
        fact.status.as_ref(),
        fact.campaign.as_ref(),
        entry.happened_at(),
        fact.by.as_ref()
    ];
    connection.insert_later(Table::Activity, values)
}

impl Reader<'_> {
    /// A lead's activities, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn activities_of(&self, lead: &LeadId) -> Result<Vec<ActivityRow>, StoreError> {
        let query =
            format!("select {COLUMNS} from activity where lead = $1 order by happened_at, no");
        self.list("read a lead's activities", &query, values![lead], read)
    }

    /// All activities, in ledger order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn activities(&self) -> Result<Vec<ActivityRow>, StoreError> {
        let query = format!("select {COLUMNS} from activity order by no");
        self.list("read the activities", &query, &[], read)
    }
}
