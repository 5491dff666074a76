//! Read model: accounts, as reported.

use domain::{
    fact::Entry,
    field::Fields,
    ids::{AccountId, FactNo},
    record::AccountReported,
};

use super::columns::{name_key, overlaid, text_of};
use crate::{
    database::Connection,
    error::StoreError,
    reader::Reader,
    value::{Row, json, values},
};

pub(crate) const COLUMNS: &str = "id, name, name_key, fields, last_fact";

/// A company.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountRow {
    /// Which.
    pub id: AccountId,
    /// Its name, where known.
    pub name: Option<String>,
    /// The name as it is looked up, see [`name_key`].
    pub name_key: Option<String>,
    /// Everything reported of it.
    pub fields: Fields,
    /// The fact that last changed it.
    pub last_fact: FactNo,
}

fn read(mut row: Row) -> Result<AccountRow, StoreError> {
    Ok(AccountRow {
        id: row.next()?,
        name: row.next()?,
        name_key: row.next()?,
        fields: row.next()?,
        last_fact: row.next()?,
    })
}

pub(crate) fn reported(
    connection: &Connection,
    entry: &Entry,
    fact: &AccountReported,
) -> Result<(), StoreError> {
    let id = fact.account.as_str();
    let known = "select fields from account where id = $1";
    let fields = overlaid(connection, known, id, &fact.fields)?;
    let name = text_of(&fields, "name");
    let key = name.as_deref().map(name_key);
    let sql = "insert into account (id, name, name_key, fields, last_fact)
               values ($1, $2, $3, $4, $5)
               on conflict (id) do update set name = excluded.name, name_key = excluded.name_key,
                   fields = excluded.fields, last_fact = excluded.last_fact";
    let values = values![id, name, key, json(&fields), entry.no];
    connection.execute("fold an account", sql, values).map(drop)
}

impl Reader<'_> {
    /// One account.
    ///
    /// # Errors
    /// When the database fails.
    pub fn account(&self, id: &AccountId) -> Result<Option<AccountRow>, StoreError> {
        let query = format!("select {COLUMNS} from account where id = $1");
        self.find("read an account", &query, values![id], read)
    }

    /// All accounts, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn accounts(&self) -> Result<Vec<AccountRow>, StoreError> {
        let query = format!("select {COLUMNS} from account");
        let mut rows = self.list("read the accounts", &query, &[], read)?;
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(rows)
    }

    /// The accounts whose [`name_key`] is `key`, by id. Names need not be unique.
    ///
    /// # Errors
    /// When the database fails.
    pub fn accounts_named(&self, key: &str) -> Result<Vec<AccountRow>, StoreError> {
        let query = format!("select {COLUMNS} from account where name_key = $1");
        let mut rows = self.list("look for an account by name", &query, values![key], read)?;
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(rows)
    }
}
