//! What people would change in the Agreement before they put it before both sides, beside the
//! ledger.

use std::collections::BTreeMap;

use domain::ids::{UserId, Version};
use jiff::Timestamp;

use crate::{
    error::StoreError,
    reader::Reader,
    value::{Json, json, values},
    writer::Writer,
};

/// A text that somebody is changing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amendment {
    /// Whose it is.
    pub owner: UserId,
    /// The version that it began from.
    pub base: Version,
    /// Each file's name and content.
    pub text: BTreeMap<String, String>,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

impl Writer<'_> {
    /// Keeps what somebody would change, in place of what they kept before.
    ///
    /// # Errors
    /// When the database fails.
    pub fn keep_amendment(&mut self, draft: &Amendment) -> Result<(), StoreError> {
        let sql = "insert into amendment (owner, base, text, changed_at)
                   values ($1, $2, $3, $4)
                   on conflict (owner) do update set base = excluded.base, text = excluded.text,
                       changed_at = excluded.changed_at";
        let values = values![&draft.owner, draft.base, json(&draft.text), draft.changed_at];
        self.connection.execute("keep an amendment", sql, values).map(drop)
    }

    /// Forgets what somebody would change.
    ///
    /// # Errors
    /// When the database fails.
    pub fn forget_amendment(&mut self, owner: &UserId) -> Result<(), StoreError> {
        let sql = "delete from amendment where owner = $1";
        self.connection.execute("forget an amendment", sql, values![owner]).map(drop)
    }
}

impl Reader<'_> {
    /// What somebody would change.
    ///
    /// # Errors
    /// When the database fails.
    pub fn amendment(&self, owner: &UserId) -> Result<Option<Amendment>, StoreError> {
        let query = "select owner, base, text, changed_at from amendment where owner = $1";
        self.find("read an amendment", query, values![owner], |mut row| {
            Ok(Amendment {
                owner: row.next()?,
                base: row.next()?,
                text: row.next::<Json<_>>()?.0,
                changed_at: row.next()?,
            })
        })
    }
}
