//! The records that rows name: who owns them, whose they are, what is sold.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::LeadId;
use store::{
    Reader, StoreError,
    read::{AccountRow, CampaignRow, LeadRow, ProductRow, UserRow},
};

use super::record::Record;

/// What a row may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Of {
    /// The person whose it is.
    Owner,
    /// The company.
    Account,
    /// What is sold.
    Product,
    /// The campaign.
    Campaign,
    /// The lead.
    Lead,
}

impl Of {
    /// The column that names it, and the word before the dot.
    pub(super) fn word(self) -> &'static str {
        match self {
            Of::Owner => "owner",
            Of::Account => "account",
            Of::Product => "product",
            Of::Campaign => "campaign",
            Of::Lead => "lead",
        }
    }
}

/// How a record that a row names was found.
pub(super) enum Found<'a> {
    /// Under the very id.
    Exactly(&'a dyn Record),
    /// Under the only id that differs by spaces and hyphens alone: this one.
    Nearly(&'a dyn Record, &'a str),
}

/// Every record that a row may name, by id.
#[derive(Default)]
pub(super) struct World {
    users: BTreeMap<String, UserRow>,
    accounts: BTreeMap<String, AccountRow>,
    products: BTreeMap<String, ProductRow>,
    campaigns: BTreeMap<String, CampaignRow>,
    leads: BTreeMap<String, LeadRow>,
    /// Ids without spaces and hyphens; `None` where two would be the same.
    squeezed: BTreeMap<(Of, String), Option<String>>,
}

impl World {
    /// Everything but the leads, of which there may be many.
    pub(super) fn read(reader: &Reader<'_>) -> Result<World, StoreError> {
        let mut world = World {
            users: by_id(reader.users()?, |row| row.id.to_string()),
            accounts: by_id(reader.accounts()?, |row| row.id.to_string()),
            products: by_id(reader.products()?, |row| row.id.to_string()),
            campaigns: by_id(reader.campaigns()?, |row| row.id.to_string()),
            ..World::default()
        };
        for (of, ids) in [
            (Of::Account, world.accounts.keys().collect::<Vec<_>>()),
            (Of::Product, world.products.keys().collect()),
            (Of::Campaign, world.campaigns.keys().collect()),
        ] {
            for id in ids {
                let same = world.squeezed.entry((of, squeezed(id)));
                same.and_modify(|known| *known = None).or_insert_with(|| Some(id.clone()));
            }
        }
        Ok(world)
    }

    /// The leads as well.
    pub(super) fn read_leads(&mut self, reader: &Reader<'_>) -> Result<(), StoreError> {
        self.leads =
            leads_by_id(reader)?.into_iter().map(|(id, row)| (id.to_string(), row)).collect();
        Ok(())
    }

    /// The record under an id.
    pub(super) fn find(&self, of: Of, id: &str) -> Option<Found<'_>> {
        if let Some(record) = self.get(of, id) {
            return Some(Found::Exactly(record));
        }
        let (_, near) = self.squeezed.get_key_value(&(of, squeezed(id)))?;
        let near = near.as_deref()?;
        Some(Found::Nearly(self.get(of, near)?, near))
    }

    /// A lead; what was merged is the lead that it goes on as.
    pub(super) fn lead(&self, id: &LeadId) -> Option<&LeadRow> {
        self.leads.get(id.as_str())
    }

    fn get(&self, of: Of, id: &str) -> Option<&dyn Record> {
        fn found<R: Record>(record: Option<&R>) -> Option<&dyn Record> {
            record.map(|record| record as &dyn Record)
        }
        match of {
            Of::Owner => found(self.users.get(id)),
            Of::Account => found(self.accounts.get(id)),
            Of::Product => found(self.products.get(id)),
            Of::Campaign => found(self.campaigns.get(id)),
            Of::Lead => found(self.leads.get(id)),
        }
    }

    /// Every name under which a record of this kind can be asked for something.
    pub(super) fn names(&self, of: Of) -> Vec<String> {
        match of {
            Of::Owner => names(self.users.values()),
            Of::Account => names(self.accounts.values()),
            Of::Product => names(self.products.values()),
            Of::Campaign => names(self.campaigns.values()),
            Of::Lead => names(self.leads.values()),
        }
    }
}

/// Every lead by its id. What was handed over or clocked under a record that goes on as another is
/// told apart by that one.
pub(super) fn leads_by_id(reader: &Reader<'_>) -> Result<BTreeMap<LeadId, LeadRow>, StoreError> {
    let mut leads: BTreeMap<LeadId, LeadRow> =
        reader.leads()?.into_iter().map(|row| (row.id.clone(), row)).collect();
    for (merged, into) in reader.merged_leads()? {
        if let Some(row) = leads.get(&into).cloned() {
            leads.insert(merged, row);
        }
    }
    Ok(leads)
}

/// The columns of a kind of record and then every field that any of them has.
pub(super) fn names<'a, R: Record + 'a>(records: impl IntoIterator<Item = &'a R>) -> Vec<String> {
    let columns = R::columns();
    let mut fields: BTreeSet<&String> = BTreeSet::new();
    for field in records.into_iter().flat_map(|record| record.fields().keys()) {
        // Of a million records nearly every field is known already.
        if !fields.contains(field) {
            fields.insert(field);
        }
    }
    let fields = fields.into_iter().filter(|field| !columns.contains(&field.as_str())).cloned();
    columns.iter().map(|column| (*column).to_owned()).chain(fields).collect()
}

fn by_id<R>(rows: Vec<R>, id: impl Fn(&R) -> String) -> BTreeMap<String, R> {
    rows.into_iter().map(|row| (id(&row), row)).collect()
}

fn squeezed(id: &str) -> String {
    id.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_')).collect()
}
