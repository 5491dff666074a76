//! Accounts a page at a time, each page after the last row of the one before.

use domain::ids::{AccountId, UserId};

use super::{
    columns::name_key,
    lead_filter::LAST_LETTER,
    named::{AccountRow, COLUMNS, read},
};
use crate::{conditions::Conditions, error::StoreError, reader::Reader};

/// Which accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountFilter {
    /// Whose name begins so; capitals and small letters are the same.
    pub name: Option<String>,
    /// Of this owner.
    pub owner: Option<UserId>,
    /// Of nobody.
    pub without_owner: bool,
}

/// An account's place in the order of names; accounts without a name come first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountPlace {
    /// Its name as it is looked up.
    pub name_key: String,
    /// The account.
    pub id: AccountId,
}

impl AccountPlace {
    /// The place of a row, to begin the next page after it.
    pub fn of(row: &AccountRow) -> AccountPlace {
        let name_key = row.name_key.clone().unwrap_or_default();
        AccountPlace { name_key, id: row.id.clone() }
    }
}

impl AccountFilter {
    fn hold(&self, all: &mut Conditions) {
        if let Some(name) = &self.name {
            let key = name_key(name);
            let (from, to) = (all.value(&key), all.value(format!("{key}{LAST_LETTER}")));
            all.hold(format!("name_key >= {from} and name_key < {to}"));
        }
        if let Some(owner) = &self.owner {
            let owner = all.value(owner);
            all.hold(format!("owner = {owner}"));
        }
        if self.without_owner {
            all.hold("owner is null");
        }
    }
}

impl Reader<'_> {
    /// Up to `limit` accounts by name, from the first or from the one after a place.
    ///
    /// # Errors
    /// When the database fails.
    pub fn accounts_page(
        &self,
        filter: &AccountFilter,
        after: Option<&AccountPlace>,
        limit: u32,
    ) -> Result<Vec<AccountRow>, StoreError> {
        let mut all = Conditions::default();
        filter.hold(&mut all);
        let by = "coalesce(name_key, '')";
        if let Some(place) = after {
            let (key, id) = (all.value(&place.name_key), all.value(&place.id));
            all.hold(format!("{by} >= {key} and ({by}, id) > ({key}, {id})"));
        }
        let (limit, clause) = (all.value(limit), all.clause());
        let query =
            format!("select {COLUMNS} from account {clause} order by {by}, id limit {limit}");
        self.list("read a page of accounts", &query, &all.values, read)
    }

    /// How many accounts there are, counted no further than `most`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn accounts_count_up_to(
        &self,
        filter: &AccountFilter,
        most: u64,
    ) -> Result<u64, StoreError> {
        let mut all = Conditions::default();
        filter.hold(&mut all);
        self.rows_up_to("account", all, most)
    }
}
