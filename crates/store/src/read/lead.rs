//! Read model: leads, one row each: what is reported, where each one stands, whose it is.
//!
//! A lead has a row from the first fact about it on, reported or not.

use std::collections::BTreeMap;

use domain::{
    decided::LeadQualified,
    fact::Entry,
    field::{Fields, overlay},
    handoff::{LeadAssigned, PassedBy},
    ids::{AccountId, FactNo, LeadId, Subject, UserId},
    points::Points,
    record::LeadReported,
};
use jiff::Timestamp;

use super::columns::{id_of, instant_of, text_of};
use crate::{
    database::Connection,
    error::StoreError,
    ledger::KEY_BYTES_MAX,
    reader::Reader,
    value::{FromValue, Row, Value, json, kept, values},
};

pub(crate) const COLUMNS: &str = "id, record, account, owner, owner_since, status, status_since, \
     source, created_at, fields, qualified_times, first_qualified_at, last_qualified_at, \
     total_points, next_due_at, last_fact, passed_from, passed_by, passed_at";

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
    /// How it came to its owner from another; `None` where it did not.
    pub passed: Option<Passed>,
}

/// How a lead came to its owner from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// Who had it.
    pub from: UserId,
    /// By what it went on.
    pub by: PassedBy,
    /// When.
    pub at: Timestamp,
}

impl FromValue for PassedBy {
    const WANTED: &'static str = "by what a lead was passed on";
    fn from_value(value: Value) -> Result<Self, Value> {
        let key = String::from_value(value)?;
        PassedBy::of_key(&key).ok_or(Value::Text(key))
    }
}

pub(crate) fn read(mut row: Row) -> Result<LeadRow, StoreError> {
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
        passed: read_passed(&mut row)?,
    })
}

fn read_passed(row: &mut Row) -> Result<Option<Passed>, StoreError> {
    let (from, by, at): (Option<UserId>, Option<PassedBy>, Option<Timestamp>) =
        (row.next()?, row.next()?, row.next()?);
    Ok(from.zip(by).zip(at).map(|((from, by), at)| Passed { from, by, at }))
}

/// A row's values, in the order of its columns.
pub(crate) fn values_of(row: &LeadRow) -> Vec<Value> {
    values![
        &row.id,
        row.record.as_ref(),
        row.account.as_ref(),
        row.owner.as_ref(),
        row.owner_since,
        row.status.as_ref(),
        row.status_since,
        row.source.as_ref(),
        row.created_at,
        json(&row.fields),
        row.qualified_times,
        row.first_qualified_at,
        row.last_qualified_at,
        row.total_points,
        row.next_due_at,
        row.last_fact,
        row.passed.as_ref().map(|passed| &passed.from),
        row.passed.as_ref().map(|passed| passed.by.key()),
        row.passed.as_ref().map(|passed| passed.at)
    ]
    .to_vec()
}

impl LeadRow {
    /// The row of a lead of which nothing is known but that there was a fact about it.
    pub(crate) fn unknown(id: LeadId, no: FactNo) -> LeadRow {
        LeadRow {
            id,
            record: None,
            account: None,
            owner: None,
            owner_since: None,
            status: None,
            status_since: None,
            source: None,
            created_at: None,
            fields: Fields::new(),
            qualified_times: 0,
            first_qualified_at: None,
            last_qualified_at: None,
            total_points: None,
            next_due_at: None,
            last_fact: no,
            passed: None,
        }
    }
}

pub(crate) fn reported(
    connection: &Connection,
    entry: &Entry,
    fact: &LeadReported,
) -> Result<(), StoreError> {
    connection.change_lead(&fact.lead, entry.no, |row| {
        overlay(&mut row.fields, &fact.fields);
        row.record = text_of(&row.fields, "record");
        row.account = id_of(&row.fields, "account").map(AccountId);
        row.source = text_of(&row.fields, "source");
        row.created_at = instant_of(&row.fields, "created_at");
    })
}

/// A fact about a lead that changes nothing else in its row.
pub(crate) fn touched(
    connection: &Connection,
    entry: &Entry,
    lead: &LeadId,
) -> Result<(), StoreError> {
    connection.change_lead(lead, entry.no, |_| {})
}

pub(crate) fn entered(
    connection: &Connection,
    entry: &Entry,
    lead: &LeadId,
    status: &str,
) -> Result<(), StoreError> {
    let at = entry.happened_at();
    connection.change_lead(lead, entry.no, |row| {
        if row.status_since.is_none_or(|since| since <= at) {
            (row.status, row.status_since) = (Some(kept(status)), Some(at));
        }
    })
}

pub(crate) fn qualified(
    connection: &Connection,
    entry: &Entry,
    fact: &LeadQualified,
) -> Result<(), StoreError> {
    let at = entry.happened_at();
    connection.update_lead(&fact.lead, |row| {
        row.qualified_times += 1;
        row.first_qualified_at = Some(row.first_qualified_at.map_or(at, |first| first.min(at)));
        if row.last_qualified_at.is_none_or(|last| last <= at) {
            (row.total_points, row.last_qualified_at) = (Some(fact.total), Some(at));
        }
    })
}

pub(crate) fn assigned(
    connection: &Connection,
    entry: &Entry,
    fact: &LeadAssigned,
) -> Result<(), StoreError> {
    let owner = fact.owner.as_ref().filter(|owner| owner.as_str().len() <= KEY_BYTES_MAX);
    let (owner, at) = (owner.map(|owner| UserId(kept(owner.as_str()))), entry.happened_at());
    connection.change_lead(&fact.lead, entry.no, |row| {
        if row.owner_since.is_none_or(|since| since <= at) {
            if row.owner != owner {
                let by = PassedBy::of(&entry.told.source, &entry.told.key);
                let from = row.owner.take().filter(|_| owner.is_some());
                row.passed = from.map(|from| Passed { from, by, at });
            }
            row.owner = owner;
            row.owner_since = Some(at);
        }
    })
}

/// Says of every lead how it came to its owner, from what stands in the ledger.
pub(crate) fn fill_passed(connection: &Connection) -> Result<(), StoreError> {
    let query = "select assignment.lead, assignment.owner, assignment.at, fact.source, fact.key
                 from assignment join fact on fact.no = assignment.by_fact
                 order by assignment.by_fact";
    let mut leads: BTreeMap<LeadId, (Option<UserId>, Timestamp, Option<Passed>)> = BTreeMap::new();
    for mut row in connection.query("read who was given which lead", query, &[])? {
        let (lead, owner): (LeadId, Option<UserId>) = (row.next()?, row.next()?);
        let (at, source, key): (Timestamp, String, String) =
            (row.next()?, row.next()?, row.next()?);
        let owner = owner.filter(|owner| owner.as_str().len() <= KEY_BYTES_MAX);
        let stands = leads.entry(lead).or_insert((None, Timestamp::MIN, None));
        if stands.1 <= at {
            if stands.0 != owner {
                let from = stands.0.take().filter(|_| owner.is_some());
                let by = PassedBy::of(&source, &key);
                stands.2 = from.map(|from| Passed { from, by, at });
            }
            (stands.0, stands.1) = (owner, at);
        }
    }
    let sql = "update lead set passed_from = $2, passed_by = $3, passed_at = $4 where id = $1";
    for (lead, (_, _, passed)) in leads {
        let Some(Passed { from, by, at }) = passed else { continue };
        let values = values![&lead, &from, by.key(), at];
        connection.execute("say how a lead came to its owner", sql, values)?;
    }
    Ok(())
}

/// Works out anew when the first of a lead's running clocks is due.
pub(crate) fn clocks_changed(
    connection: &Connection,
    entry: &Entry,
    lead: &LeadId,
) -> Result<(), StoreError> {
    touched(connection, entry, lead)?;
    let first = connection.first_due_of(&Subject::Lead(lead.clone()))?;
    connection.update_lead(lead, |row| row.next_due_at = first)
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

    /// The leads with these ids, in no order; one that is not known is left out.
    ///
    /// # Errors
    /// When the database fails.
    pub fn leads_with(&self, ids: &[LeadId]) -> Result<Vec<LeadRow>, StoreError> {
        let sql = |ids: &str| format!("select {COLUMNS} from lead where id in ({ids})");
        let ids: Vec<String> = ids.iter().map(|id| id.0.clone()).collect();
        self.list_of("read some leads", sql, &ids, &[], read)
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

    /// The ids of all leads, in their order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn lead_ids(&self) -> Result<Vec<LeadId>, StoreError> {
        let mut ids =
            self.list("read the ids of leads", "select id from lead", &[], |mut row| row.next())?;
        ids.sort();
        Ok(ids)
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

    /// The leads and opportunities of accounts, in no order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn subjects_of_accounts(&self, accounts: &[AccountId]) -> Result<Vec<Subject>, StoreError> {
        let accounts: Vec<String> = accounts.iter().map(|account| account.0.clone()).collect();
        let what = "read what belongs to accounts";
        let leads = |places: &str| format!("select id from lead where account in ({places})");
        let of_lead = |mut row: Row| Ok(Subject::Lead(row.next()?));
        let mut subjects = self.list_of(what, leads, &accounts, &[], of_lead)?;
        let opportunities =
            |places: &str| format!("select id from opportunity where account in ({places})");
        let of_opportunity = |mut row: Row| Ok(Subject::Opportunity(row.next()?));
        subjects.extend(self.list_of(what, opportunities, &accounts, &[], of_opportunity)?);
        Ok(subjects)
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
