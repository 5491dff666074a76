//! Read model: what somebody, or the firm, is to reach in a period.

use domain::{
    fact::Entry,
    field::Fields,
    ids::{FactNo, UserId},
    record::QuotaReported,
};

use super::columns::overlay_over;
use crate::{
    database::Connection,
    error::StoreError,
    reader::Reader,
    value::{Row, json, values},
};

pub(crate) const COLUMNS: &str = "owner, period, fields, last_fact";

/// What is to be reached.
#[derive(Debug, Clone, PartialEq)]
pub struct QuotaRow {
    /// Whose; `None` for the whole firm.
    pub owner: Option<UserId>,
    /// `2026`, `2026-Q4` or `2026-11`.
    pub period: String,
    /// `amount` or `count`, and what else was reported.
    pub fields: Fields,
    /// The fact that last changed it.
    pub last_fact: FactNo,
}

fn read(mut row: Row) -> Result<QuotaRow, StoreError> {
    let owner: String = row.next()?;
    Ok(QuotaRow {
        // A primary key has no nulls, so the whole firm is the empty text there.
        owner: Some(UserId(owner)).filter(|owner| !owner.as_str().is_empty()),
        period: row.next()?,
        fields: row.next()?,
        last_fact: row.next()?,
    })
}

pub(crate) fn reported(
    connection: &Connection,
    entry: &Entry,
    fact: &QuotaReported,
) -> Result<(), StoreError> {
    let owner = fact.user.as_ref().map_or("", UserId::as_str);
    let known = "select fields from quota where owner = $1 and period = $2";
    let of = values![owner, &fact.period];
    let fields = overlay_over(connection, known, of, &fact.fields)?;
    let sql = "insert into quota (owner, period, fields, last_fact) values ($1, $2, $3, $4)
               on conflict (owner, period) do update
               set fields = excluded.fields, last_fact = excluded.last_fact";
    let values = values![owner, &fact.period, json(&fields), entry.no];
    connection.execute("fold a quota", sql, values).map(drop)
}

impl Reader<'_> {
    /// Somebody's quotas, by period.
    ///
    /// # Errors
    /// When the database fails.
    pub fn quotas_of(&self, owner: &UserId) -> Result<Vec<QuotaRow>, StoreError> {
        let query = format!("select {COLUMNS} from quota where owner = $1 order by period");
        self.list("read somebody's quotas", &query, values![owner], read)
    }

    /// All quotas, by owner and period; the whole firm's first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn quotas(&self) -> Result<Vec<QuotaRow>, StoreError> {
        let query = format!("select {COLUMNS} from quota");
        let mut rows = self.list("read the quotas", &query, &[], read)?;
        rows.sort_by(|a, b| (&a.owner, &a.period).cmp(&(&b.owner, &b.period)));
        Ok(rows)
    }
}
