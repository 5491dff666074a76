//! Read model: handoffs and their answers.

use domain::{
    fact::Entry,
    field::Fields,
    handoff::{
        Answer, HandoffAnswered, HandoffDeemed, HandoffDelivered, HandoffMade, LeadAssigned,
    },
    ids::{DisputeId, FactNo, HandoffId, LeadId, UserId},
    window::Window,
};
use jiff::{Timestamp, civil::Date};

use super::columns::overlaid;
use crate::{
    database::Connection,
    error::StoreError,
    reader::Reader,
    value::{FromValue, Row, Value, json, values},
};

pub(crate) const COLUMNS: &str = "id, lead, delivered_at, owner, fields, answer, answered_at, \
     reason, answered_by, nth, due_at, deemed, late_answer, late_reason, rests_until, dispute, \
     overturned, by_fact, answer_fact, last_fact";

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
    /// The how manieth of its lead, where it was made here.
    pub nth: Option<u32>,
    /// Until when it is to be answered, where it was made here.
    pub due_at: Option<Timestamp>,
    /// Whether silence accepted it.
    pub deemed: bool,
    /// What was answered after silence had accepted it.
    pub late_answer: Option<Answer>,
    /// The reason for that.
    pub late_reason: Option<String>,
    /// Until when a recycled lead rests.
    pub rests_until: Option<Date>,
    /// The dispute about its answer.
    pub dispute: Option<DisputeId>,
    /// Whether the ruling overturned the answer; `None` while there is no ruling.
    pub overturned: Option<bool>,
    /// The fact of the delivery.
    pub by_fact: Option<FactNo>,
    /// The fact of the answer.
    pub answer_fact: Option<FactNo>,
    /// The fact that last changed it.
    pub last_fact: FactNo,
}

pub(crate) fn read(mut row: Row) -> Result<HandoffRow, StoreError> {
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
        nth: row.next()?,
        due_at: row.next()?,
        deemed: row.next()?,
        late_answer: row.next()?,
        late_reason: row.next()?,
        rests_until: row.next()?,
        dispute: row.next()?,
        overturned: row.next()?,
        by_fact: row.next()?,
        answer_fact: row.next()?,
        last_fact: row.next()?,
    })
}

impl FromValue for Answer {
    const WANTED: &'static str = "an answer";
    fn from_value(value: Value) -> Result<Self, Value> {
        let word = String::from_value(value)?;
        Answer::parse(&word).ok_or(Value::Text(word))
    }
}

/// A row's values, in the order of its columns.
pub(crate) fn values_of(row: &HandoffRow) -> Vec<Value> {
    values![
        &row.id,
        &row.lead,
        row.delivered_at,
        row.owner.as_ref(),
        json(&row.fields),
        row.answer.map(Answer::word),
        row.answered_at,
        row.reason.as_ref(),
        row.answered_by.as_ref(),
        row.nth,
        row.due_at,
        row.deemed,
        row.late_answer.map(Answer::word),
        row.late_reason.as_ref(),
        row.rests_until.map(|day| day.to_string()),
        row.dispute.as_ref(),
        row.overturned,
        row.by_fact,
        row.answer_fact,
        row.last_fact
    ]
    .to_vec()
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

pub(crate) fn made(
    connection: &Connection,
    entry: &Entry,
    fact: &HandoffMade,
) -> Result<(), StoreError> {
    connection.make_handoff(HandoffRow {
        id: fact.handoff.clone(),
        lead: fact.lead.clone(),
        delivered_at: Some(entry.happened_at()),
        owner: fact.to.clone(),
        fields: Fields::new(),
        answer: None,
        answered_at: None,
        reason: None,
        answered_by: None,
        nth: Some(fact.nth),
        due_at: Some(fact.due_at),
        deemed: false,
        late_answer: None,
        late_reason: None,
        rests_until: None,
        dispute: None,
        overturned: None,
        by_fact: Some(entry.no),
        answer_fact: None,
        last_fact: entry.no,
    })
}

/// A handoff made here that waits is whoever's has its lead to answer.
pub(crate) fn passed_on(
    connection: &Connection,
    entry: &Entry,
    fact: &LeadAssigned,
) -> Result<(), StoreError> {
    connection.change_handoffs(&fact.lead, |row| {
        let waits = row.answer.is_none() && row.due_at.is_some();
        if waits {
            (row.owner, row.last_fact) = (fact.owner.clone(), entry.no);
        }
        waits
    })
}

pub(crate) fn deemed(
    connection: &Connection,
    entry: &Entry,
    fact: &HandoffDeemed,
) -> Result<(), StoreError> {
    let sql = "update handoff set answer = 'accepted', deemed = 1, answered_at = $2,
                   answer_fact = $3, last_fact = $3
               where id = $1 and answer is null";
    let values = values![&fact.handoff, entry.happened_at(), entry.no];
    connection.execute("fold an acceptance by silence", sql, values).map(drop)
}

/// What was answered after silence had accepted it: it is told, and the acceptance stands.
fn answered_late(
    connection: &Connection,
    entry: &Entry,
    fact: &HandoffAnswered,
) -> Result<bool, StoreError> {
    let sql = "update handoff set late_answer = $2, late_reason = $3, rests_until = $4,
                   last_fact = $5
               where id = $1 and deemed = 1";
    let values = values![
        &fact.handoff,
        fact.answer.word(),
        fact.reason.as_ref(),
        fact.until.map(|day| day.to_string()),
        entry.no
    ];
    Ok(connection.execute("fold a late answer", sql, values)? > 0)
}

/// The answer that happened last holds; one told of an older instant changes nothing.
pub(crate) fn answered(
    connection: &Connection,
    entry: &Entry,
    fact: &HandoffAnswered,
) -> Result<(), StoreError> {
    if answered_late(connection, entry, fact)? {
        return Ok(());
    }
    let sql = "insert into handoff (id, lead, fields, answer, answered_at, reason, answered_by,
                   rests_until, answer_fact, last_fact)
               values ($1, $2, '{}', $3, $4, $5, $6, $8, $7, $7)
               on conflict (id) do update set answer = excluded.answer,
                   answered_at = excluded.answered_at, reason = excluded.reason,
                   answered_by = excluded.answered_by, rests_until = excluded.rests_until,
                   answer_fact = excluded.answer_fact,
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
        entry.no,
        fact.until.map(|day| day.to_string())
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

    /// Up to `limit` of the handoffs that wait for an answer: `owner`'s, or everybody's; the first due
    /// first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn handoffs_to_answer(
        &self,
        owner: Option<&UserId>,
        limit: u32,
    ) -> Result<Vec<HandoffRow>, StoreError> {
        let waits = "answer is null and due_at is not null";
        let (query, values) = match owner {
            Some(owner) => (format!("{waits} and owner = $2"), values![limit, owner].to_vec()),
            None => (waits.to_owned(), values![limit].to_vec()),
        };
        let query =
            format!("select {COLUMNS} from handoff where {query} order by due_at, id limit $1");
        self.list("read the handoffs that wait", &query, &values, read)
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

    /// The leads that were handed over in a period, by id, each with when it first was.
    ///
    /// # Errors
    /// When the database fails.
    pub fn leads_handed_over_in(
        &self,
        period: Window<Timestamp>,
    ) -> Result<Vec<(LeadId, Timestamp)>, StoreError> {
        let query = "select lead, min(delivered_at) from handoff
                     where delivered_at >= $1 and delivered_at < $2 group by lead";
        let values = values![period.from, period.before];
        let mut leads = self.list("read what was handed over", query, values, |mut row| {
            Ok((row.next()?, row.next()?))
        })?;
        leads.sort();
        Ok(leads)
    }

    /// The handoffs that were answered from an instant on and before another, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn handoffs_answered_in(
        &self,
        period: Window<Timestamp>,
    ) -> Result<Vec<HandoffRow>, StoreError> {
        let query =
            format!("select {COLUMNS} from handoff where answered_at >= $1 and answered_at < $2");
        let values = values![period.from, period.before];
        let mut rows = self.list("read the handoffs answered in a period", &query, values, read)?;
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(rows)
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
