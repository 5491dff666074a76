//! Read models: accounts and products, which are known by a name and are otherwise as reported.

use domain::{
    fact::Entry,
    field::Fields,
    ids::{AccountId, FactNo, ProductId, UserId},
};

use super::{
    account_key,
    columns::{id_of, name_key, name_of, overlaid, text_of},
    word::{Findable, renamed},
};
use crate::{
    database::Connection,
    error::StoreError,
    reader::Reader,
    value::{FromValue, Row, json, values},
};

pub(crate) const COLUMNS: &str = "id, name, name_key, owner, fields, last_fact";

/// A record that is known by a name.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedRow<I> {
    /// Which.
    pub id: I,
    /// Its name, where known.
    pub name: Option<String>,
    /// The name as it is looked up, see [`name_key`].
    pub name_key: Option<String>,
    /// Who looks after it.
    pub owner: Option<UserId>,
    /// Everything reported of it.
    pub fields: Fields,
    /// The fact that last changed it.
    pub last_fact: FactNo,
}

/// A company.
pub type AccountRow = NamedRow<AccountId>;

/// What is sold.
pub type ProductRow = NamedRow<ProductId>;

/// The id of such a record, which says in what table they are.
pub(crate) trait NamedId: FromValue + Ord {
    const TABLE: &'static str;
    /// As what its name is searched, if it is.
    const FINDABLE: Option<Findable>;

    /// Keeps by what else it is found.
    fn keep_keys(&self, _: &Connection, _: &Fields) -> Result<(), StoreError> {
        Ok(())
    }

    fn text(&self) -> &str;
}

impl NamedId for AccountId {
    const TABLE: &'static str = "account";
    const FINDABLE: Option<Findable> = Some(Findable::Account);

    fn keep_keys(&self, connection: &Connection, fields: &Fields) -> Result<(), StoreError> {
        account_key::known(connection, self, fields)
    }

    fn text(&self) -> &str {
        self.as_str()
    }
}

impl NamedId for ProductId {
    const TABLE: &'static str = "product";
    const FINDABLE: Option<Findable> = None;

    fn text(&self) -> &str {
        self.as_str()
    }
}

/// What an account is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountHead {
    /// Which.
    pub id: AccountId,
    /// Its name.
    pub name: Option<String>,
    /// The last fact about it.
    pub last_fact: FactNo,
}

pub(super) fn read<I: NamedId>(mut row: Row) -> Result<NamedRow<I>, StoreError> {
    Ok(NamedRow {
        id: row.next()?,
        name: row.next()?,
        name_key: row.next()?,
        owner: row.next()?,
        fields: row.next()?,
        last_fact: row.next()?,
    })
}

pub(crate) fn reported<I: NamedId>(
    connection: &Connection,
    entry: &Entry,
    of: &I,
    reported: &Fields,
) -> Result<(), StoreError> {
    let (table, id) = (I::TABLE, of.text());
    let known = format!("select fields from {table} where id = $1");
    let fields = overlaid(connection, &known, id, reported)?;
    let name = text_of(&fields, "name");
    if let Some(kind) = I::FINDABLE {
        let before = name_of(connection, table, id)?;
        renamed(connection, kind, id, before.as_deref(), name.as_deref())?;
    }
    of.keep_keys(connection, &fields)?;
    let key = name.as_deref().map(name_key);
    let sql = format!(
        "insert into {table} (id, name, name_key, owner, fields, last_fact)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (id) do update set name = excluded.name, name_key = excluded.name_key,
             owner = excluded.owner, fields = excluded.fields, last_fact = excluded.last_fact"
    );
    let owner = id_of(&fields, "owner");
    let values = values![id, name, key, owner, json(&fields), entry.no];
    connection.execute("fold an account or a product", &sql, values).map(drop)
}

/// Says whose each account and product is that an older schema held.
pub(crate) fn fill_owners(connection: &Connection) -> Result<(), StoreError> {
    for table in ["account", "product"] {
        let query = format!("select id, fields from {table}");
        let sql = format!("update {table} set owner = $2 where id = $1");
        for mut row in connection.query("read whose it is", &query, &[])? {
            let (id, fields): (String, Fields) = (row.next()?, row.next()?);
            if let Some(owner) = id_of(&fields, "owner") {
                connection.execute("say whose it is", &sql, values![id, owner])?;
            }
        }
    }
    Ok(())
}

impl Reader<'_> {
    /// The accounts that somebody looks after, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn accounts_of_owner(&self, owner: &UserId) -> Result<Vec<AccountId>, StoreError> {
        let query = "select id from account where owner = $1 order by id";
        self.list("read somebody's accounts", query, values![owner], |mut row| row.next())
    }

    /// One account.
    ///
    /// # Errors
    /// When the database fails.
    pub fn account(&self, id: &AccountId) -> Result<Option<AccountRow>, StoreError> {
        self.named(id)
    }

    /// The name of each of some accounts, where it has one, and the last fact about it; in no
    /// order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn account_heads(&self, ids: &[AccountId]) -> Result<Vec<AccountHead>, StoreError> {
        let sql =
            |ids: &str| format!("select id, name, last_fact from account where id in ({ids})");
        let ids: Vec<String> = ids.iter().map(|id| id.0.clone()).collect();
        self.list_of("read the names of accounts", sql, &ids, &[], |mut row| {
            Ok(AccountHead { id: row.next()?, name: row.next()?, last_fact: row.next()? })
        })
    }

    /// All accounts, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn accounts(&self) -> Result<Vec<AccountRow>, StoreError> {
        self.all_named(None)
    }

    /// The accounts whose [`name_key`] is `key`, by id. Names need not be unique.
    ///
    /// # Errors
    /// When the database fails.
    pub fn accounts_named(&self, key: &str) -> Result<Vec<AccountRow>, StoreError> {
        self.all_named(Some(key))
    }

    /// One product.
    ///
    /// # Errors
    /// When the database fails.
    pub fn product(&self, id: &ProductId) -> Result<Option<ProductRow>, StoreError> {
        self.named(id)
    }

    /// All products, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn products(&self) -> Result<Vec<ProductRow>, StoreError> {
        self.all_named(None)
    }

    /// The products whose [`name_key`] is `key`, by id. Names need not be unique.
    ///
    /// # Errors
    /// When the database fails.
    pub fn products_named(&self, key: &str) -> Result<Vec<ProductRow>, StoreError> {
        self.all_named(Some(key))
    }

    fn named<I: NamedId>(&self, id: &I) -> Result<Option<NamedRow<I>>, StoreError> {
        let query = format!("select {COLUMNS} from {} where id = $1", I::TABLE);
        self.find("read an account or a product", &query, values![id.text()], read)
    }

    fn all_named<I: NamedId>(&self, key: Option<&str>) -> Result<Vec<NamedRow<I>>, StoreError> {
        let all = format!("select {COLUMNS} from {}", I::TABLE);
        let (query, values) = match key {
            None => (all, Vec::new()),
            Some(key) => (format!("{all} where name_key = $1"), values![key].to_vec()),
        };
        let mut rows = self.list("read accounts or products", &query, &values, read::<I>)?;
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(rows)
    }
}
