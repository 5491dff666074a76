//! Read model: handoffs and their answers.

use domain::{
    fact::Entry,
    field::Fields,
    handoff::{Answer, HandoffAnswered, HandoffDelivered},
    ids::{FactNo, HandoffId, LeadId, UserId},
};
use jiff::Timestamp;

use super::columns::overlaid;
use crate::{
    database::Connection,
    error::StoreError,
    reader::Reader,
    value::{FromValue, Row, Value, json, values},
};

pub(crate) const COLUMNS: &str = "id, lead, delivered_at, owner, fields, answer, answered_at, \
     reason, answered_by, by_fact, answer_fact, last_fact";

/// One passing of a lead from marketing to sales.
#[derive(Debug, Clone, PartialEq)]
pub struct HandoffRow {
    /// Which.
    pub id: HandoffId,
    /// Its lead.
    pub lead: LeadId,
    /// When it was handed over; `None` while only the answer is known.
    pub delivered_at: Option<Timestamp>,
    /// To whom.
    pub owner: Option<UserId>,
    /// What was reported with it.
    pub fields: Fields,
    /// The answer; `None` while there is none.
    pub answer: Option<Answer>,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// The reason given.
    pub reason: Option<String>,
    /// Who answered.
    pub answered_by: Option<UserId>,
    /// The fact of the delivery.
    pub by_fact: Option<FactNo>,
    /// The fact of the answer.
    pub answer_fact: Option<FactNo>,
    /// The fact that last changed it.
    pub last_fact: FactNo,
}

fn read(mut row: Row) -> Result<HandoffRow, StoreError> {
    Ok(HandoffRow {
        id: row.next()?,
        lead: row.next()?,
        delivered_at: row.next()?,
        owner: row.next()?,
        fields: row.next()?,
        answer: row.next()?,
        answered_at: row.next()?,
        reason: row.next()?,
        answered_by: row.next()?,
        by_fact: row.next()?,
        answer_fact: row.next()?,
        last_fact: row.next()?,
    })
}

impl FromValue for Answer {
    const WANTED: &'static str = "an answer";
    fn from_value(value: Value) -> Result<Self, Value> {
        let word = String::from_value(value)?;
        let all = [Answer::Accepted, Answer::Rejected, Answer::Recycled, Answer::Disqualified];
        all.into_iter().find(|answer| answer.word() == word).ok_or(Value::Text(word))
    }
}

pub(crate) fn delivered(
    connection: &Connection,
    entry: &Entry,
    fact: &HandoffDelivered,
) -> Result<(), StoreError> {
    let known = "select fields from handoff where id = $1";
    let fields = overlaid(connection, known, fact.handoff.as_str(), &fact.fields)?;
    let sql = "insert into handoff (id, lead, delivered_at, owner, fields, by_fact, last_fact)
               values ($1, $2, $3, $4, $5, $6, $6)
               on conflict (id) do update set lead = excluded.lead,
                   delivered_at = excluded.delivered_at, owner = excluded.owner,
                   fields = excluded.fields, by_fact = excluded.by_fact,
                   last_fact = excluded.last_fact";
    let values = values![
        &fact.handoff,
        &fact.lead,
        entry.happened_at(),
        fact.to.as_ref(),
        json(&fields),
        entry.no
    ];
    connection.execute("fold a handoff", sql, values).map(drop)
}

/// The answer that happened last holds; one told of an older instant changes nothing.
pub(crate) fn answered(
    connection: &Connection,
    entry: &Entry,
    fact: &HandoffAnswered,
) -> Result<(), StoreError> {
    let sql = "insert into handoff (id, lead, fields, answer, answered_at, reason, answered_by,
                   answer_fact, last_fact)
               values ($1, $2, '{}', $3, $4, $5, $6, $7, $7)
               on conflict (id) do update set answer = excluded.answer,
                   answered_at = excluded.answered_at, reason = excluded.reason,
                   answered_by = excluded.answered_by, answer_fact = excluded.answer_fact,
                   last_fact = excluded.last_fact
               where handoff.answered_at is null
                  or handoff.answered_at <= excluded.answered_at";
    let values = values![
        &fact.handoff,
        &fact.lead,
        fact.answer.word(),
        (!fact.undated).then(|| entry.happened_at()),
        fact.reason.as_ref(),
        fact.by.as_ref(),
        entry.no
    ];
    connection.execute("fold an answer", sql, values).map(drop)
}

impl Reader<'_> {
    /// One handoff.
    ///
    /// # Errors
    /// When the database fails.
    pub fn handoff(&self, id: &HandoffId) -> Result<Option<HandoffRow>, StoreError> {
        let query = format!("select {COLUMNS} from handoff where id = $1");
        self.find("read a handoff", &query, values![id], read)
    }

    /// A lead's handoffs, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn handoffs_of(&self, lead: &LeadId) -> Result<Vec<HandoffRow>, StoreError> {
        let query = format!("select {COLUMNS} from handoff where lead = $1");
        let mut rows = self.list("read a lead's handoffs", &query, values![lead], read)?;
        rows.sort_by(|a, b| (a.delivered_at, &a.id).cmp(&(b.delivered_at, &b.id)));
        Ok(rows)
    }

    /// Up to `limit` of the handoffs that were answered from an instant on up to another, the last
    /// answered first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn handoffs_answered(
        &self,
        since: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<HandoffRow>, StoreError> {
        let query = format!(
            "select {COLUMNS} from handoff where answered_at >= $1 and answered_at <= $2
             order by answered_at desc, answer_fact desc limit $3"
        );
        self.list("read the answers to handoffs", &query, values![since, until, limit], read)
    }

    /// How often each answer was given from an instant on up to another.
    ///
    /// # Errors
    /// When the database fails.
    pub fn answers_between(
        &self,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<(Answer, u64)>, StoreError> {
        let query = "select answer, count(*) from handoff
                     where answered_at >= $1 and answered_at <= $2 group by answer";
        self.list("count the answers to handoffs", query, values![since, until], |mut row| {
            Ok((row.next()?, row.next::<i64>()?.unsigned_abs()))
        })
    }

    /// The handoffs without an answer, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn handoffs_waiting(&self) -> Result<Vec<HandoffId>, StoreError> {
        let query = "select id from handoff where answer is null";
        let mut ids: Vec<HandoffId> =
            self.list("read who waits for an answer", query, &[], |mut row| row.next())?;
        ids.sort();
        Ok(ids)
    }

    /// All handoffs, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn handoffs(&self) -> Result<Vec<HandoffRow>, StoreError> {
        let query = format!("select {COLUMNS} from handoff");
        let mut rows = self.list("read the handoffs", &query, &[], read)?;
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(rows)
    }
}
