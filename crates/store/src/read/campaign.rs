//! Read model: campaigns, as reported.

use domain::{
    fact::Entry,
    field::Fields,
    ids::{CampaignId, FactNo},
    record::CampaignReported,
};

use super::{
    columns::{name_key, name_of, overlaid, text_of},
    word::{Findable, renamed},
};
use crate::{
    database::Connection,
    error::StoreError,
    reader::Reader,
    value::{Row, json, values},
};

pub(crate) const COLUMNS: &str = "id, name, name_key, type, fields, last_fact";

/// A campaign of marketing.
#[derive(Debug, Clone, PartialEq)]
pub struct CampaignRow {
    /// Which.
    pub id: CampaignId,
    /// Its name, where known.
    pub name: Option<String>,
    /// The name as it is looked up, see [`name_key`].
    pub name_key: Option<String>,
    /// `webinar`, `trade show`, …, in the source's word.
    pub kind: Option<String>,
    /// Everything reported of it.
    pub fields: Fields,
    /// The fact that last changed it.
    pub last_fact: FactNo,
}

fn read(mut row: Row) -> Result<CampaignRow, StoreError> {
    Ok(CampaignRow {
        id: row.next()?,
        name: row.next()?,
        name_key: row.next()?,
        kind: row.next()?,
        fields: row.next()?,
        last_fact: row.next()?,
    })
}

pub(crate) fn reported(
    connection: &Connection,
    entry: &Entry,
    fact: &CampaignReported,
) -> Result<(), StoreError> {
    let id = fact.campaign.as_str();
    let known = "select fields from campaign where id = $1";
    let fields = overlaid(connection, known, id, &fact.fields)?;
    let name = text_of(&fields, "name");
    let before = name_of(connection, "campaign", id)?;
    renamed(connection, Findable::Campaign, id, before.as_deref(), name.as_deref())?;
    let key = name.as_deref().map(name_key);
    let sql = "insert into campaign (id, name, name_key, type, fields, last_fact)
               values ($1, $2, $3, $4, $5, $6)
               on conflict (id) do update set name = excluded.name, name_key = excluded.name_key,
                   type = excluded.type, fields = excluded.fields, last_fact = excluded.last_fact";
    let values = values![id, name, key, text_of(&fields, "type"), json(&fields), entry.no];
    connection.execute("fold a campaign", sql, values).map(drop)
}

impl Reader<'_> {
    /// One campaign.
    ///
    /// # Errors
    /// When the database fails.
    pub fn campaign(&self, id: &CampaignId) -> Result<Option<CampaignRow>, StoreError> {
        let query = format!("select {COLUMNS} from campaign where id = $1");
        self.find("read a campaign", &query, values![id], read)
    }

    /// All campaigns, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn campaigns(&self) -> Result<Vec<CampaignRow>, StoreError> {
        let query = format!("select {COLUMNS} from campaign");
        let mut rows = self.list("read the campaigns", &query, &[], read)?;
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(rows)
    }

    /// The campaigns whose [`name_key`] is `key`, by id. Names need not be unique.
    ///
    /// # Errors
    /// When the database fails.
    pub fn campaigns_named(&self, key: &str) -> Result<Vec<CampaignRow>, StoreError> {
        let query = format!("select {COLUMNS} from campaign where name_key = $1");
        let mut rows = self.list("look for a campaign by name", &query, values![key], read)?;
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(rows)
    }
}
