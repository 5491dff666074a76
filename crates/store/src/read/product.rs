//! Read model: products, as reported.

use domain::{
    fact::Entry,
    field::Fields,
    ids::{FactNo, ProductId},
    record::ProductReported,
};

use super::columns::{name_key, overlaid, text_of};
use crate::{
    database::Connection,
    error::StoreError,
    reader::Reader,
    value::{Row, json, values},
};

pub(crate) const COLUMNS: &str = "id, name, name_key, fields, last_fact";

/// What is sold.
#[derive(Debug, Clone, PartialEq)]
pub struct ProductRow {
    /// Which.
    pub id: ProductId,
    /// Its name, where known.
    pub name: Option<String>,
    /// The name as it is looked up, see [`name_key`].
    pub name_key: Option<String>,
    /// Everything reported of it.
    pub fields: Fields,
    /// The fact that last changed it.
    pub last_fact: FactNo,
}

fn read(mut row: Row) -> Result<ProductRow, StoreError> {
    Ok(ProductRow {
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
    fact: &ProductReported,
) -> Result<(), StoreError> {
    let id = fact.product.as_str();
    let known = "select fields from product where id = $1";
    let fields = overlaid(connection, known, id, &fact.fields)?;
    let name = text_of(&fields, "name");
    let key = name.as_deref().map(name_key);
    let sql = "insert into product (id, name, name_key, fields, last_fact)
               values ($1, $2, $3, $4, $5)
               on conflict (id) do update set name = excluded.name, name_key = excluded.name_key,
                   fields = excluded.fields, last_fact = excluded.last_fact";
    let values = values![id, name, key, json(&fields), entry.no];
    connection.execute("fold a product", sql, values).map(drop)
}

impl Reader<'_> {
    /// One product.
    ///
    /// # Errors
    /// When the database fails.
    pub fn product(&self, id: &ProductId) -> Result<Option<ProductRow>, StoreError> {
        let query = format!("select {COLUMNS} from product where id = $1");
        self.find("read a product", &query, values![id], read)
    }

    /// All products, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn products(&self) -> Result<Vec<ProductRow>, StoreError> {
        let query = format!("select {COLUMNS} from product");
        let mut rows = self.list("read the products", &query, &[], read)?;
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(rows)
    }

    /// The products whose [`name_key`] is `key`, by id. Names need not be unique.
    ///
    /// # Errors
    /// When the database fails.
    pub fn products_named(&self, key: &str) -> Result<Vec<ProductRow>, StoreError> {
        let query = format!("select {COLUMNS} from product where name_key = $1");
        let mut rows = self.list("look for a product by name", &query, values![key], read)?;
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(rows)
    }
}
