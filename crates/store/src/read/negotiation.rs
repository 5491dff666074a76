//! Read models: what both sides said to the clauses of a proposal.

use domain::{
    fact::Entry,
    firm::Side,
    ids::{FactNo, UserId, Version},
    negotiation::{ChangeAnswered, ClauseCommented},
};
use jiff::Timestamp;

use super::user::side_key;
use crate::{
    database::Connection,
    error::StoreError,
    reader::Reader,
    value::{Row, values},
};

pub(crate) const COMMENT_COLUMNS: &str = "by_fact, version, part, nth, user_id, side, at";
pub(crate) const ANSWER_COLUMNS: &str = "by_fact, version, part, nth, user_id, side, at, accepts";

/// A comment on a clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentRow {
    /// The fact that says so.
    pub by_fact: FactNo,
    /// Of which version.
    pub version: Version,
    /// Which clause.
    pub part: String,
    /// The how manieth on it.
    pub nth: u32,
    /// Who said it.
    pub user: UserId,
    /// For which side.
    pub side: Side,
    /// When.
    pub at: Timestamp,
}

/// An answer of a side to a change; the last of a side counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerRow {
    /// The fact that says so.
    pub by_fact: FactNo,
    /// Of which version.
    pub version: Version,
    /// Which clause.
    pub part: String,
    /// The how manieth of the side about it.
    pub nth: u32,
    /// Who answered.
    pub user: UserId,
    /// For which side.
    pub side: Side,
    /// When.
    pub at: Timestamp,
    /// Whether the side takes the change.
    pub accepts: bool,
}

pub(crate) fn commented(
    connection: &Connection,
    entry: &Entry,
    fact: &ClauseCommented,
) -> Result<(), StoreError> {
    let sql = "insert into clause_comment (by_fact, version, part, nth, user_id, side, at)
               values ($1, $2, $3, $4, $5, $6, $7)";
    let values = values![
        entry.no,
        fact.version,
        &fact.part,
        fact.nth,
        &fact.by,
        side_key(fact.side),
        entry.happened_at()
    ];
    connection.execute("fold a comment", sql, values).map(drop)
}

pub(crate) fn answered(
    connection: &Connection,
    entry: &Entry,
    fact: &ChangeAnswered,
) -> Result<(), StoreError> {
    let sql = "insert into change_answer (by_fact, version, part, nth, user_id, side, at, accepts)
               values ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = values![
        entry.no,
        fact.version,
        &fact.part,
        fact.nth,
        &fact.by,
        side_key(fact.side),
        entry.happened_at(),
        fact.accepts
    ];
    connection.execute("fold an answer to a change", sql, values).map(drop)
}

fn read_comment(mut row: Row) -> Result<CommentRow, StoreError> {
    Ok(CommentRow {
        by_fact: row.next()?,
        version: row.next()?,
        part: row.next()?,
        nth: row.next()?,
        user: row.next()?,
        side: row.next()?,
        at: row.next()?,
    })
}

fn read_answer(mut row: Row) -> Result<AnswerRow, StoreError> {
    Ok(AnswerRow {
        by_fact: row.next()?,
        version: row.next()?,
        part: row.next()?,
        nth: row.next()?,
        user: row.next()?,
        side: row.next()?,
        at: row.next()?,
        accepts: row.next()?,
    })
}

impl Reader<'_> {
    /// The comments on a version's clauses, in the order in which they were made.
    ///
    /// # Errors
    /// When the database fails.
    pub fn comments_on(&self, version: Version) -> Result<Vec<CommentRow>, StoreError> {
        let query = format!(
            "select {COMMENT_COLUMNS} from clause_comment where version = $1 order by by_fact"
        );
        self.list("read the comments on a version", &query, values![version], read_comment)
    }

    /// Every answer to a version's changes, in the order in which they were given.
    ///
    /// # Errors
    /// When the database fails.
    pub fn answers_to(&self, version: Version) -> Result<Vec<AnswerRow>, StoreError> {
        let query = format!(
            "select {ANSWER_COLUMNS} from change_answer where version = $1 order by by_fact"
        );
        self.list("read the answers to a version", &query, values![version], read_answer)
    }
}
