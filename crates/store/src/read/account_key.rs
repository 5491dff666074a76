//! Read model: by what an account is found, where a lead does not name it: the domains and the name
//! that were reported of it.

use domain::{
    company::{company_key, domain_key, stem},
    field::Fields,
    ids::AccountId,
};

use super::columns::text_of;
use crate::{
    database::Connection, error::StoreError, ledger::KEY_BYTES_MAX, reader::Reader, value::values,
};

pub(crate) const COLUMNS: &str = "kind, key, account";

/// Fields of an account that tell a domain.
const DOMAINS: [&str; 3] = ["domain", "website", "email_domain"];

/// By what an account is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountKey {
    /// Its domain.
    Domain,
    /// Its name, as names of companies are compared.
    Name,
    /// What names like its own begin with.
    Stem,
}

impl AccountKey {
    fn word(self) -> &'static str {
        match self {
            AccountKey::Domain => "domain",
            AccountKey::Name => "name",
            AccountKey::Stem => "stem",
        }
    }
}

/// Keeps the keys of an account by what is known of it now.
pub(crate) fn known(
    connection: &Connection,
    account: &AccountId,
    fields: &Fields,
) -> Result<(), StoreError> {
    let what = "fold the keys of an account";
    connection.execute(what, "delete from account_key where account = $1", values![account])?;
    let domains = DOMAINS.iter().filter_map(|name| domain_key(&text_of(fields, name)?));
    let mut keys: Vec<(AccountKey, String)> =
        domains.map(|domain| (AccountKey::Domain, domain)).collect();
    if let Some(name) = text_of(fields, "name").and_then(|name| company_key(&name)) {
        keys.push((AccountKey::Stem, stem(&name)));
        keys.push((AccountKey::Name, name));
    }
    for (kind, key) in keys.into_iter().filter(|(_, key)| key.len() <= KEY_BYTES_MAX) {
        let sql = "insert into account_key (kind, key, account) values ($1, $2, $3)
                   on conflict do nothing";
        connection.execute(what, sql, values![kind.word(), key, account])?;
    }
    Ok(())
}

/// Keeps the keys of the accounts that a ledger from before this table told of.
pub(crate) fn keep_all(connection: &Connection) -> Result<(), StoreError> {
    let query = "select id, fields from account order by id";
    let accounts = Reader(connection).list("read the accounts", query, &[], |mut row| {
        Ok((row.next::<AccountId>()?, row.next::<Fields>()?))
    })?;
    for (account, fields) in accounts {
        known(connection, &account, &fields)?;
    }
    Ok(())
}

impl Reader<'_> {
    /// Up to `limit` accounts with a key, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn accounts_by_key(
        &self,
        kind: AccountKey,
        key: &str,
        limit: u32,
    ) -> Result<Vec<AccountId>, StoreError> {
        let query = "select account from account_key where kind = $1 and key = $2
                     order by account limit $3";
        let values = values![kind.word(), key, limit];
        self.list("look for an account", query, values, |mut row| row.next())
    }

    /// Up to `limit` accounts whose names, as they are compared, begin alike: each name with its
    /// account.
    ///
    /// # Errors
    /// When the database fails.
    pub fn accounts_like(
        &self,
        stem: &str,
        limit: u32,
    ) -> Result<Vec<(String, AccountId)>, StoreError> {
        let query = "select named.key, named.account from account_key stem
                     join account_key named on named.account = stem.account and named.kind = 'name'
                     where stem.kind = 'stem' and stem.key = $1
                     order by named.key, named.account limit $2";
        self.list("look for accounts by name", query, values![stem, limit], |mut row| {
            Ok((row.next()?, row.next()?))
        })
    }
}
