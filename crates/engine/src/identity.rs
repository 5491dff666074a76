//! Leads that may be of one person: found by what they have in common, and said with the evidence.
//! Nothing here makes two leads one.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    identity::{Likeness, Traits},
    ids::LeadId,
};
use store::{Reader, StoreError, traits_of};

/// Others who share one key with a lead that are compared with it, at most.
const SHARERS_MAX: u32 = 50;

/// Leads of its account that are compared with a lead, at most.
const OF_ACCOUNT_MAX: u32 = 200;

/// Leads that one page of duplicates looks at.
const LOOKED_AT: u32 = 100;

/// A lead that may be of the same person as another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namesake {
    /// Which.
    pub lead: LeadId,
    /// What says so.
    pub likeness: Likeness,
}

/// Some leads that share something with others, looked at in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookedAt {
    /// Which.
    pub leads: Vec<LeadId>,
    /// The last of them, where there are more.
    pub last: Option<LeadId>,
    /// Those of them that may be of the same person as leads that stand after them.
    pub found: Vec<(LeadId, Vec<Namesake>)>,
}

/// Who may be the same person as a lead, the likeliest first.
///
/// # Errors
/// When the database cannot be read.
pub fn namesakes(reader: &Reader<'_>, lead: &LeadId) -> Result<Vec<Namesake>, StoreError> {
    let subject = format!("lead/{lead}");
    let account = reader.lead(lead)?.and_then(|row| row.account);
    let colleagues: BTreeSet<String> = match account {
        Some(account) => {
            reader.subjects_of_account(&account, OF_ACCOUNT_MAX)?.into_iter().collect()
        }
        None => BTreeSet::new(),
    };
    let mut others: BTreeSet<String> =
        reader.sharing_with(&subject, SHARERS_MAX)?.into_iter().collect();
    others.extend(colleagues.iter().filter(|other| **other != subject).cloned());
    let mut found = compared(reader, &subject, others, |other| colleagues.contains(other))?;
    keep_open(reader, lead, &mut found)?;
    Ok(found)
}

/// Looks through the leads that share something with others, after one of them. Each pair is found
/// with the first of both; two that an earlier lead is found with are found there alone.
///
/// # Errors
/// When the database cannot be read.
pub fn duplicates(reader: &Reader<'_>, after: Option<&LeadId>) -> Result<LookedAt, StoreError> {
    let after = after.map(|lead| format!("lead/{lead}")).unwrap_or_default();
    let mut subjects = reader.sharing_after(&after, LOOKED_AT + 1)?;
    let is_more = subjects.len() > LOOKED_AT as usize;
    subjects.truncate(LOOKED_AT as usize);
    let mut found = Vec::new();
    let mut found_with: BTreeMap<LeadId, BTreeSet<LeadId>> = BTreeMap::new();
    for subject in &subjects {
        let Some(lead) = lead_of(subject) else { continue };
        let others = reader.sharing_with(subject, SHARERS_MAX)?.into_iter();
        let later = others.filter(|other| other > subject).collect();
        if reader.lead(&lead)?.is_none() {
            continue;
        }
        let mut namesakes = compared(reader, subject, later, |_| false)?;
        keep_open(reader, &lead, &mut namesakes)?;
        let earlier = found_with.get(&lead).cloned().unwrap_or_default();
        namesakes.retain(|namesake| {
            let with = found_with.entry(namesake.lead.clone()).or_default();
            let is_new = with.is_disjoint(&earlier);
            with.insert(lead.clone());
            is_new
        });
        if !namesakes.is_empty() {
            found.push((lead, namesakes));
        }
    }
    let last = subjects.last().filter(|_| is_more).and_then(|last| lead_of(last));
    let leads = subjects.iter().filter_map(|subject| lead_of(subject)).collect();
    Ok(LookedAt { leads, last, found })
}

/// Leaves out those of whom somebody has said that they are two, and those that go on as others.
fn keep_open(
    reader: &Reader<'_>,
    lead: &LeadId,
    found: &mut Vec<Namesake>,
) -> Result<(), StoreError> {
    if found.is_empty() {
        return Ok(());
    }
    let apart = reader.told_apart_from(lead)?;
    let mut open = Vec::new();
    for namesake in found.drain(..) {
        if !apart.contains(&namesake.lead) && reader.lead(&namesake.lead)?.is_some() {
            open.push(namesake);
        }
    }
    *found = open;
    Ok(())
}

fn lead_of(subject: &str) -> Option<LeadId> {
    subject.strip_prefix("lead/").map(Into::into)
}

/// Those of `others` who may be the same person as `subject`.
fn compared(
    reader: &Reader<'_>,
    subject: &str,
    others: BTreeSet<String>,
    same_account: impl Fn(&str) -> bool,
) -> Result<Vec<Namesake>, StoreError> {
    let others: Vec<String> = others.into_iter().collect();
    let Some(person) = reader.person_of(subject)?.filter(|_| !others.is_empty()) else {
        return Ok(Vec::new());
    };
    let traits: Traits = traits_of(&person);
    let mut found = Vec::new();
    for (other, person) in reader.persons_of(&others)? {
        let likeness = traits.likeness(&traits_of(&person), same_account(&other));
        let namesake = lead_of(&other).zip(likeness);
        found.extend(namesake.map(|(lead, likeness)| Namesake { lead, likeness }));
    }
    found.sort_by(|a, b| (a.likeness.tier, &a.lead).cmp(&(b.likeness.tier, &b.lead)));
    found.dedup_by(|a, b| a.lead == b.lead);
    Ok(found)
}
