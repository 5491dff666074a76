//! Read model: actions that follow from missed periods.

use domain::{
    action::{ActionClosed, ActionOpened},
    fact::Entry,
    ids::{ActionId, FactNo, UserId, Version},
};
use jiff::Timestamp;

use crate::{
    database::Connection,
    error::StoreError,
    reader::Reader,
    value::{Row, values},
};

pub(crate) const COLUMNS: &str = "id, consequence, version, clause, owner, opened_at, due_at, \
     closed_at, closed_by, by_fact, last_fact";

/// An action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionRow {
    /// Which.
    pub id: ActionId,
    /// The consequence that it follows from.
    pub consequence: String,
    /// The version that says so.
    pub version: Version,
    /// Its clause there.
    pub clause: String,
    /// Who does it.
    pub owner: Option<UserId>,
    /// Since when: the end of the period.
    pub opened_at: Timestamp,
    /// Until when it is to be done.
    pub due_at: Timestamp,
    /// When it was closed; `None` while it is open.
    pub closed_at: Option<Timestamp>,
    /// By whom.
    pub closed_by: Option<UserId>,
    /// The fact that opened it.
    pub by_fact: FactNo,
    /// The fact that last changed it.
    pub last_fact: FactNo,
}

fn read(mut row: Row) -> Result<ActionRow, StoreError> {
    Ok(ActionRow {
        id: row.next()?,
        consequence: row.next()?,
        version: row.next()?,
        clause: row.next()?,
        owner: row.next()?,
        opened_at: row.next()?,
        due_at: row.next()?,
        closed_at: row.next()?,
        closed_by: row.next()?,
        by_fact: row.next()?,
        last_fact: row.next()?,
    })
}

pub(crate) fn opened(
    connection: &Connection,
    entry: &Entry,
    fact: &ActionOpened,
) -> Result<(), StoreError> {
    let sql = "insert into action (id, consequence, version, clause, owner, opened_at, due_at,
                   by_fact, last_fact)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $8)";
    let values = values![
        &fact.action,
        &fact.consequence,
        fact.because.version,
        &fact.because.clause,
        fact.owner.as_ref(),
        entry.happened_at(),
        fact.due_at,
        entry.no
    ];
    connection.execute("fold an action", sql, values).map(drop)
}

pub(crate) fn closed(
    connection: &Connection,
    entry: &Entry,
    fact: &ActionClosed,
) -> Result<(), StoreError> {
    let sql = "update action set closed_at = $2, closed_by = $3, last_fact = $4 where id = $1";
    let values = values![&fact.action, entry.happened_at(), &fact.by, entry.no];
    connection.execute("fold the closing of an action", sql, values).map(drop)
}

impl Reader<'_> {
    /// One action.
    ///
    /// # Errors
    /// When the database fails.
    pub fn action(&self, id: &ActionId) -> Result<Option<ActionRow>, StoreError> {
        let query = format!("select {COLUMNS} from action where id = $1");
        self.find("read an action", &query, values![id], read)
    }

    /// All actions: the open ones first, by when they are due, then the last closed.
    ///
    /// # Errors
    /// When the database fails.
    pub fn actions(&self) -> Result<Vec<ActionRow>, StoreError> {
        let query = format!("select {COLUMNS} from action");
        let mut rows = self.list("read the actions", &query, &[], read)?;
        rows.sort_by_key(|row| {
            let closed = row.closed_at.map(|at| std::cmp::Reverse(at.as_millisecond()));
            (closed, row.due_at, row.by_fact)
        });
        Ok(rows)
    }
}
