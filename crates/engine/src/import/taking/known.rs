//! What is known of a record before a row tells of it.

use std::sync::Arc;

use domain::{
    fact::{Entry, Fact},
    field::{Fields, overlay},
    person::Person,
    withdrawal::holding,
};
use jiff::Timestamp;
use store::Writer;

use crate::Error;

/// What the ledger knows of a record.
pub(super) struct Known {
    /// Its fields.
    pub(super) fields: Fields,
    /// How many reports of it hold.
    pub(super) holding: usize,
    /// How many reports of it there are, those that were withdrawn too.
    pub(super) versions: usize,
}

pub(super) fn known_fields(
    writer: &mut Writer<'_>,
    subject: &str,
    like: &Fact,
) -> Result<Known, Error> {
    let mut reports = writer.facts_of(subject)?;
    let is_like =
        |entry: &Arc<Entry>| std::mem::discriminant(entry.fact()) == std::mem::discriminant(like);
    let versions = reports.iter().filter(|entry| is_like(entry)).count();
    reports = holding(reports);
    reports.retain(|entry| is_like(entry) && is_of_same(entry.fact(), like));
    let mut fields = Fields::new();
    for told in reports.iter().filter_map(|entry| fields_of(entry.fact())) {
        overlay(&mut fields, told);
    }
    Ok(Known { fields, holding: reports.len(), versions })
}

/// Whether two facts of one kind and subject are of the same record: quotas of a period are filed
/// together, and each is somebody's own.
fn is_of_same(one: &Fact, other: &Fact) -> bool {
    match (one, other) {
        (Fact::Quota(one), Fact::Quota(other)) => one.user == other.user,
        _ => true,
    }
}

pub(super) fn same_person(
    writer: &Writer<'_>,
    subject: &str,
    told: Option<&Person>,
) -> Result<bool, Error> {
    let Some(told) = told else { return Ok(true) };
    let known = writer.reader().person_of(subject)?.unwrap_or_default();
    let mut after = known.clone();
    after.overlay(told);
    Ok(after == known)
}

/// Whether a row says of itself that it is older than what is known.
pub(super) fn is_older(known: &Fields, told: Option<&Fields>) -> bool {
    let at = |fields: &Fields| fields.get("modified_at")?.text()?.parse::<Timestamp>().ok();
    match (at(known), told.and_then(at)) {
        (Some(known), Some(told)) => told < known,
        _ => false,
    }
}

pub(super) fn modified_at(fact: &Fact) -> Option<Timestamp> {
    fields_of(fact)?.get("modified_at")?.text()?.parse().ok()
}

pub(in crate::import) fn fields_of(fact: &Fact) -> Option<&Fields> {
    match fact {
        Fact::Account(fact) => Some(&fact.fields),
        Fact::Lead(fact) => Some(&fact.fields),
        Fact::Opportunity(fact) => Some(&fact.fields),
        Fact::Campaign(fact) => Some(&fact.fields),
        Fact::Product(fact) => Some(&fact.fields),
        Fact::User(fact) => Some(&fact.fields),
        Fact::Quota(fact) => Some(&fact.fields),
        _ => None,
    }
}

pub(super) fn fields_of_mut(fact: &mut Fact) -> Option<&mut Fields> {
    match fact {
        Fact::Account(fact) => Some(&mut fact.fields),
        Fact::Lead(fact) => Some(&mut fact.fields),
        Fact::Opportunity(fact) => Some(&mut fact.fields),
        Fact::Campaign(fact) => Some(&mut fact.fields),
        Fact::Product(fact) => Some(&mut fact.fields),
        Fact::User(fact) => Some(&mut fact.fields),
        Fact::Quota(fact) => Some(&mut fact.fields),
        _ => None,
    }
}
