//! Read model: leads, one row each: what is reported, where each one stands, whose it is.
//!
//! A lead has a row from the first fact about it on, reported or not.

use domain::{
    decided::LeadQualified,
    fact::Entry,
    field::Fields,
    handoff::LeadAssigned,
    ids::{AccountId, FactNo, LeadId, UserId},
    points::Points,
    record::LeadReported,
};
use jiff::Timestamp;

use super::columns::{id_of, instant_of, overlaid, text_of};
use crate::{
    database::Connection,
    error::StoreError,
    ledger::KEY_BYTES_MAX,
    reader::Reader,
    value::{Row, json, values},
};

pub(crate) const COLUMNS: &str = "id, record, account, owner, owner_since, status, status_since, \
     source, created_at, fields, qualified_times, first_qualified_at, last_qualified_at, \
     total_points, next_due_at, last_fact";

/// One contact's way through the agreed stages.
#[derive(Debug, Clone, PartialEq)]
pub struct LeadRow {
    /// Which.
    pub id: LeadId,
    /// What the source keeps it as: lead or contact, in its word.
    pub record: Option<String>,
    /// The company.
    pub account: Option<AccountId>,
    /// Whose it is.
    pub owner: Option<UserId>,
    /// Since when it is theirs, or nobody's; `None` when it was never given to anybody.
    pub owner_since: Option<Timestamp>,
    /// The status it is in; `None` until it has entered one.
    pub status: Option<String>,
    /// Since when.
    pub status_since: Option<Timestamp>,
    /// Where it came from, in the source's word.
    pub source: Option<String>,
    /// When the source says that it was made.
    pub created_at: Option<Timestamp>,
    /// Everything reported of it.
    pub fields: Fields,
    /// How often it has met a definition.
    pub qualified_times: u32,
    /// When it first did.
    pub first_qualified_at: Option<Timestamp>,
    /// When it last did.
    pub last_qualified_at: Option<Timestamp>,
    /// Its points at that moment.
    pub total_points: Option<Points>,
    /// When the first of its running clocks is due; `None` when none runs.
    pub next_due_at: Option<Timestamp>,
    /// The last fact about it.
    pub last_fact: FactNo,
}

pub(super) fn read(mut row: Row) -> Result<LeadRow, StoreError> {
    Ok(LeadRow {
        id: row.next()?,
        record: row.next()?,
        account: row.next()?,
        owner: row.next()?,
        owner_since: row.next()?,
        status: row.next()?,
        status_since: row.next()?,
        source: row.next()?,
        created_at: row.next()?,
        fields: row.next()?,
        qualified_times: row.next()?,
        first_qualified_at: row.next()?,
        last_qualified_at: row.next()?,
        total_points: row.next()?,
        next_due_at: row.next()?,
        last_fact: row.next()?,
    })
}

pub(crate) fn reported(
    connection: &Connection,
    entry: &Entry,
    fact: &LeadReported,
) -> Result<(), StoreError> {
    let known = "select fields from lead where id = $1";
    let fields = overlaid(connection, known, fact.lead.as_str(), &fact.fields)?;
    let sql = "insert into lead
                   (id, record, account, source, created_at, fields, qualified_times, last_fact)
               values ($1, $2, $3, $4, $5, $6, 0, $7)
               on conflict (id) do update set record = excluded.record,
                   account = excluded.account, source = excluded.source,
                   created_at = excluded.created_at, fields = excluded.fields,
                   last_fact = excluded.last_fact";
    let values = values![
        &fact.lead,
        text_of(&fields, "record"),
        id_of(&fields, "account"),
        text_of(&fields, "source"),
        instant_of(&fields, "created_at"),
        json(&fields),
        entry.no
    ];
    connection.execute("fold a lead", sql, values).map(drop)
}

/// A fact about a lead that changes nothing else in its row.
pub(crate) fn touched(
    connection: &Connection,
    entry: &Entry,
    lead: &LeadId,
) -> Result<(), StoreError> {
    let sql = "insert into lead (id, fields, qualified_times, last_fact) values ($1, '{}', 0, $2)
               on conflict (id) do update set last_fact = excluded.last_fact";
    connection.execute("fold a fact about a lead", sql, values![lead, entry.no]).map(drop)
}

pub(crate) fn entered(
    connection: &Connection,
    entry: &Entry,
    lead: &LeadId,
    status: &str,
) -> Result<(), StoreError> {
    let sql = "insert into lead (id, status, status_since, fields, qualified_times, last_fact)
               values ($1, $2, $3, '{}', 0, $4)
               on conflict (id) do update set
                   status = case when lead.status_since > excluded.status_since
                       then lead.status else excluded.status end,
                   status_since = case when lead.status_since > excluded.status_since
                       then lead.status_since else excluded.status_since end,
                   last_fact = excluded.last_fact";
    let values = values![lead, status, entry.happened_at(), entry.no];
    connection.execute("fold a lead's status", sql, values).map(drop)
}

pub(crate) fn qualified(
    connection: &Connection,
    entry: &Entry,
    fact: &LeadQualified,
) -> Result<(), StoreError> {
    let sql = "update lead set qualified_times = qualified_times + 1,
                   first_qualified_at = case when first_qualified_at < $2
                       then first_qualified_at else $2 end,
                   total_points = case when last_qualified_at > $2 then total_points else $3 end,
                   last_qualified_at = case when last_qualified_at > $2
                       then last_qualified_at else $2 end
               where id = $1";
    let values = values![&fact.lead, entry.happened_at(), fact.total];
    connection.execute("fold a lead's qualification", sql, values).map(drop)
}

pub(crate) fn assigned(
    connection: &Connection,
    entry: &Entry,
    fact: &LeadAssigned,
) -> Result<(), StoreError> {
    let sql = "insert into lead (id, owner, owner_since, fields, qualified_times, last_fact)
               values ($1, $2, $3, '{}', 0, $4)
               on conflict (id) do update set
                   owner = case when lead.owner_since > excluded.owner_since
                       then lead.owner else excluded.owner end,
                   owner_since = case when lead.owner_since > excluded.owner_since
                       then lead.owner_since else excluded.owner_since end,
                   last_fact = excluded.last_fact";
    let owner = fact.owner.as_ref().filter(|owner| owner.as_str().len() <= KEY_BYTES_MAX);
    let values = values![&fact.lead, owner, entry.happened_at(), entry.no];
    connection.execute("fold a lead's owner", sql, values).map(drop)
}

/// Works out anew when the first of a lead's running clocks is due.
pub(crate) fn clocks_changed(
    connection: &Connection,
    entry: &Entry,
    lead: &LeadId,
) -> Result<(), StoreError> {
    touched(connection, entry, lead)?;
    let sql = "update lead set next_due_at =
                   (select min(due_at) from clock where lead = $1 and stopped_at is null)
               where id = $1";
    connection.execute("fold a lead's clocks", sql, values![lead]).map(drop)
}

impl Reader<'_> {
    /// One lead.
    ///
    /// # Errors
    /// When the database fails.
    pub fn lead(&self, id: &LeadId) -> Result<Option<LeadRow>, StoreError> {
        let query = format!("select {COLUMNS} from lead where id = $1");
        self.find("read a lead", &query, values![id], read)
    }

    /// All leads, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn leads(&self) -> Result<Vec<LeadRow>, StoreError> {
        let query = format!("select {COLUMNS} from lead");
        let mut rows = self.list("read the leads", &query, &[], read)?;
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(rows)
    }

    /// The leads that are somebody's, by id; with those that go on as another and have a clock
    /// that they still have to answer.
    ///
    /// # Errors
    /// When the database fails.
    pub fn leads_of_owner(&self, owner: &UserId) -> Result<Vec<LeadId>, StoreError> {
        let query = "select id from lead where owner = $1
                     union select clock.lead from clock
                     join merged_lead on merged_lead.lead = clock.lead
                     where clock.holder = $1 and clock.stopped_at is null
                     order by 1";
        self.list("read somebody's leads", query, values![owner], |mut row| row.next())
    }

    /// The leads of an account, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn leads_of_account(&self, account: &AccountId) -> Result<Vec<LeadRow>, StoreError> {
        let query = format!("select {COLUMNS} from lead where account = $1");
        let mut rows = self.list("read an account's leads", &query, values![account], read)?;
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(rows)
    }
}
