//! Read model: leads that go on as others, since they are of one person, and leads that look alike
//! and are two.
//!
//! While it goes on as another, a lead has no row of its own: it is listed, counted and routed no
//! more. Its clocks, handoffs and activities stay where they are.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    fact::Entry,
    ids::{FactNo, LeadId},
    merged::{LeadsMerged, LeadsToldApart, LeadsUnmerged},
};
use jiff::Timestamp;

use super::lead;
use crate::{
    database::Connection,
    error::StoreError,
    reader::Reader,
    value::{Row, values},
};

pub(crate) const COLUMNS: &str = "lead, into_lead, fact, merged_at";

pub(crate) const APART_COLUMNS: &str = "lead, other, fact";

/// A lead that goes on as another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedRow {
    /// Which.
    pub lead: LeadId,
    /// The one as which it goes on.
    pub into: LeadId,
    /// The fact that says so.
    pub fact: FactNo,
    /// Since when.
    pub merged_at: Timestamp,
}

fn read(mut row: Row) -> Result<MergedRow, StoreError> {
    Ok(MergedRow {
        lead: row.next()?,
        into: row.next()?,
        fact: row.next()?,
        merged_at: row.next()?,
    })
}

pub(crate) fn merged(
    connection: &Connection,
    entry: &Entry,
    fact: &LeadsMerged,
) -> Result<(), StoreError> {
    let what = "fold a merge";
    let (one, other) = in_order(&fact.lead, &fact.with);
    let sql = "delete from told_apart where lead = $1 and other = $2";
    connection.execute(what, sql, values![one, other])?;
    if fact.survives {
        return lead::touched(connection, entry, &fact.lead);
    }
    let sql = "insert into merged_lead (lead, into_lead, fact, merged_at) values ($1, $2, $3, $4)
               on conflict (lead) do update set into_lead = excluded.into_lead,
                   fact = excluded.fact, merged_at = excluded.merged_at";
    let values = values![&fact.lead, &fact.with, entry.no, entry.happened_at()];
    connection.execute(what, sql, values)?;
    for sql in ["delete from unrouted where lead = $1", "delete from lead where id = $1"] {
        connection.execute(what, sql, values![&fact.lead])?;
    }
    Ok(())
}

/// Before what is left of the lead is folded again.
pub(crate) fn unmerged(connection: &Connection, fact: &LeadsUnmerged) -> Result<(), StoreError> {
    let sql = "delete from merged_lead where lead = $1 and into_lead = $2";
    connection.execute("fold an unmerging", sql, values![&fact.lead, &fact.from]).map(drop)
}

pub(crate) fn told_apart(
    connection: &Connection,
    entry: &Entry,
    fact: &LeadsToldApart,
) -> Result<(), StoreError> {
    let (one, other) = in_order(&fact.lead, &fact.from);
    let sql = "insert into told_apart (lead, other, fact) values ($1, $2, $3)
               on conflict (lead, other) do nothing";
    connection.execute("fold that two are two", sql, values![one, other, entry.no])?;
    lead::touched(connection, entry, &fact.lead)
}

fn in_order<'a>(one: &'a LeadId, other: &'a LeadId) -> (&'a LeadId, &'a LeadId) {
    if one < other { (one, other) } else { (other, one) }
}

impl Reader<'_> {
    /// As which lead another goes on, if it does.
    ///
    /// # Errors
    /// When the database fails.
    pub fn merged_into(&self, lead: &LeadId) -> Result<Option<MergedRow>, StoreError> {
        let query = format!("select {COLUMNS} from merged_lead where lead = $1");
        self.find("look for a merge", &query, values![lead], read)
    }

    /// The leads that go on as `lead`, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn merged_with(&self, lead: &LeadId) -> Result<Vec<MergedRow>, StoreError> {
        let query = format!("select {COLUMNS} from merged_lead where into_lead = $1 order by lead");
        self.list("read a lead's merges", &query, values![lead], read)
    }

    /// Every lead that goes on as another, with that.
    ///
    /// # Errors
    /// When the database fails.
    pub fn merged_leads(&self) -> Result<BTreeMap<LeadId, LeadId>, StoreError> {
        let query = "select lead, into_lead from merged_lead";
        let merged =
            self.list("read the merges", query, &[], |mut row| Ok((row.next()?, row.next()?)))?;
        Ok(merged.into_iter().collect())
    }

    /// The leads of which somebody has said that they are not of the same person as `lead`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn told_apart_from(&self, lead: &LeadId) -> Result<BTreeSet<LeadId>, StoreError> {
        let query = "select other from told_apart where lead = $1
                     union select lead from told_apart where other = $1";
        let apart =
            self.list("read who is told apart", query, values![lead], |mut row| row.next())?;
        Ok(apart.into_iter().collect())
    }
}
