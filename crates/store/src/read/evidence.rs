//! Read model: evidence for personas.

use domain::{
    evidence::{EvidenceGiven, EvidenceKind, EvidenceWithdrawn},
    fact::Entry,
    firm::Side,
    ids::{FactNo, Subject, UserId},
};
use jiff::{Timestamp, civil::Date};

use super::user::side_key;
use crate::{
    database::Connection,
    error::StoreError,
    reader::Reader,
    value::{FromValue, Row, Value, values},
};

pub(crate) const COLUMNS: &str = "by_fact, persona, nth, kind, on_day, about, user_id, side, at, \
     withdrawn_at, withdrawn_by, last_fact";

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceRow {
    /// The fact that gave it.
    pub by_fact: FactNo,
    /// For which persona.
    pub persona: String,
    /// The how manieth for it.
    pub nth: u32,
    /// Of what kind.
    pub kind: EvidenceKind,
    /// The day.
    pub on: Date,
    /// The lead or opportunity that it rests on.
    pub about: Option<Subject>,
    /// Who gave it.
    pub user: UserId,
    /// On which side they stood.
    pub side: Side,
    /// When it was given.
    pub at: Timestamp,
    /// When it was taken back; `None` while it stands.
    pub withdrawn_at: Option<Timestamp>,
    /// By whom.
    pub withdrawn_by: Option<UserId>,
    /// The fact that last changed it.
    pub last_fact: FactNo,
}

impl EvidenceRow {
    /// Whether it counts.
    pub fn stands(&self) -> bool {
        self.withdrawn_at.is_none()
    }
}

impl FromValue for EvidenceKind {
    const WANTED: &'static str = "a kind of evidence";
    fn from_value(value: Value) -> Result<Self, Value> {
        let key = String::from_value(value)?;
        let found = EvidenceKind::ALL.into_iter().find(|(known, _)| *known == key);
        found.map(|(_, kind)| kind).ok_or(Value::Text(key))
    }
}

fn read(mut row: Row) -> Result<EvidenceRow, StoreError> {
    Ok(EvidenceRow {
        by_fact: row.next()?,
        persona: row.next()?,
        nth: row.next()?,
        kind: row.next()?,
        on: row.next()?,
        about: row.next::<Option<String>>()?.as_deref().and_then(Subject::parse),
        user: row.next()?,
        side: row.next()?,
        at: row.next()?,
        withdrawn_at: row.next()?,
        withdrawn_by: row.next()?,
        last_fact: row.next()?,
    })
}

pub(crate) fn given(
    connection: &Connection,
    entry: &Entry,
    fact: &EvidenceGiven,
) -> Result<(), StoreError> {
    let sql = "insert into evidence (by_fact, persona, nth, kind, on_day, about, user_id, side, at,
                   last_fact)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $1)";
    let values = values![
        entry.no,
        &fact.persona,
        fact.nth,
        fact.kind.word(),
        fact.on.to_string(),
        fact.about.as_ref().map(ToString::to_string),
        &fact.by,
        side_key(fact.side),
        entry.happened_at()
    ];
    connection.execute("fold evidence", sql, values).map(drop)
}

pub(crate) fn withdrawn(
    connection: &Connection,
    entry: &Entry,
    fact: &EvidenceWithdrawn,
) -> Result<(), StoreError> {
    let sql = "update evidence set withdrawn_at = $2, withdrawn_by = $3, last_fact = $4
               where by_fact = $1";
    let values = values![fact.evidence, entry.happened_at(), &fact.by, entry.no];
    connection.execute("fold the taking back of evidence", sql, values).map(drop)
}

impl Reader<'_> {
    /// The evidence for a persona, what was taken back too, in the order in which it was given.
    ///
    /// # Errors
    /// When the database fails.
    pub fn evidence_for(&self, persona: &str) -> Result<Vec<EvidenceRow>, StoreError> {
        let query = format!("select {COLUMNS} from evidence where persona = $1 order by by_fact");
        self.list("read the evidence for a persona", &query, values![persona], read)
    }

    /// One piece of evidence, by the fact that gave it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn evidence(&self, fact: FactNo) -> Result<Option<EvidenceRow>, StoreError> {
        let query = format!("select {COLUMNS} from evidence where by_fact = $1");
        self.find("read a piece of evidence", &query, values![fact], read)
    }
}
