//! Two leads of one person, seen as one. A merge changes nothing that was: until it happened each
//! lead is judged by what was told of it alone, from then on the one that goes on is judged by both.
//!
//! What the person did counts for the lead that goes on with its own date. Fields of the other fill
//! in what was never told of it. The other is judged no more, but for its clocks: those that run are
//! kept, start no new ones, and hear what is done with the person under the other record.
//! Source: domain.md 12.4.

use std::{
    borrow::Borrow,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;

use crate::{
    correction::is_correctable,
    decided::ClockStarted,
    fact::{Entry, Fact, Told},
    field::{FieldValue, Fields},
    ids::{FactNo, LeadId},
    merged::LeadsMerged,
    record::LeadReported,
    withdrawal::rests_on,
};

/// A merge that stands, as one of the two leads sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// The other lead.
    pub with: LeadId,
    /// When they were merged.
    pub at: Timestamp,
    /// The fact that says so of this one.
    pub fact: FactNo,
    /// Whether this one goes on.
    pub survives: bool,
}

/// Why two leads are not merged, or not two again, in the order in which the reasons are looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotMerged {
    /// One and the same.
    #[error("{0} is one lead: choose two")]
    Itself(LeadId),
    /// Nothing is known of a lead.
    #[error("there is no lead {0}: look for it in the list of leads")]
    Absent(LeadId),
    /// It went on as another lead.
    #[error("{0} was merged with {1} before: merge with {1}, or make those two again first")]
    MergedBefore(LeadId, LeadId),
    /// Others went on as the lead that is not to.
    #[error("other leads were merged into {0}: keep {0}, or make those two again first")]
    HasOthers(LeadId),
    /// The one that is not to go on has been further.
    #[error("{0} has qualified or was handed over, and {1} was not: keep {0}")]
    FurtherOn(LeadId, LeadId),
    /// A field cannot be taken from the other.
    #[error("{0} of {1} cannot be taken over: choose a field of which {1} says something else")]
    NothingToTake(String, LeadId),
    /// They are not merged.
    #[error("{0} and {1} are not merged: there is nothing to take back")]
    Apart(LeadId, LeadId),
}

/// How a lead stands where it is to be merged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stand {
    /// Whether anything is known of it.
    pub is_there: bool,
    /// The lead as which it went on.
    pub merged_into: Option<LeadId>,
    /// Whether others went on as it.
    pub has_others: bool,
    /// Whether it has qualified or was handed over.
    pub is_further_on: bool,
}

/// Whether `merged` may go on as `kept`.
///
/// # Errors
/// [`NotMerged`] says what to do instead.
pub fn may_merge(
    (kept, as_kept): (&LeadId, &Stand),
    (merged, as_merged): (&LeadId, &Stand),
) -> Result<(), NotMerged> {
    if kept == merged {
        return Err(NotMerged::Itself(kept.clone()));
    }
    for (lead, stand) in [(kept, as_kept), (merged, as_merged)] {
        if let Some(into) = &stand.merged_into {
            return Err(NotMerged::MergedBefore(lead.clone(), into.clone()));
        }
        if !stand.is_there {
            return Err(NotMerged::Absent(lead.clone()));
        }
    }
    if as_merged.has_others {
        return Err(NotMerged::HasOthers(merged.clone()));
    }
    // What the person did would count once more, and they would be handed over a second time.
    match as_merged.is_further_on && !as_kept.is_further_on {
        true => Err(NotMerged::FurtherOn(merged.clone(), kept.clone())),
        false => Ok(()),
    }
}

/// Which fields of the one that is merged may be taken over by the one that goes on: those that both
/// were told of, where the other's value is another and is there. What was never told of the one that
/// goes on is filled in anyhow.
pub fn may_take(kept: &Fields, merged: &Fields) -> Vec<String> {
    let differs = merged.iter().filter(|(name, value)| {
        is_correctable(name)
            && **value != FieldValue::Cleared
            && kept.get(*name).is_some_and(|own| own != *value)
    });
    differs.map(|(name, _)| name.clone()).collect()
}

/// The key of what a lead took over from another when they were merged, by the key of the merge.
pub fn key_of_taking(merge: &str) -> String {
    format!("{merge}/takes")
}

/// The merges that stand among the facts about one lead that hold.
pub fn joined<E: Borrow<Entry>>(own: &[E]) -> Vec<Joined> {
    let merged = own.iter().filter_map(|entry| {
        let entry: &Entry = entry.borrow();
        let Fact::LeadsMerged(LeadsMerged { with, survives, .. }) = entry.fact() else {
            return None;
        };
        let (at, fact) = (entry.happened_at(), entry.no);
        Some(Joined { with: with.clone(), at, fact, survives: *survives })
    });
    merged.collect()
}

/// What of the facts about the other lead, which hold, comes along for one of the two.
pub fn brought_along(
    lead: &LeadId,
    own: &[Arc<Entry>],
    joined: &Joined,
    theirs: Vec<Arc<Entry>>,
) -> Vec<Arc<Entry>> {
    if !joined.survives {
        return heard(joined.at, theirs);
    }
    let told: BTreeSet<&str> = own.iter().flat_map(|entry| names_told(entry.fact())).collect();
    let comes = |entry: Arc<Entry>| match entry.fact() {
        Fact::Activity(_) => Some(entry),
        Fact::Lead(reported) => filling_in(lead, &told, joined.at, &entry, reported),
        _ => None,
    };
    theirs.into_iter().filter_map(comes).collect()
}

/// What a lead that goes on as another hears of that one: what is done from the merge on, and the
/// status that it stands in by then, so that what was answered there is answered here.
fn heard(since: Timestamp, theirs: Vec<Arc<Entry>>) -> Vec<Arc<Entry>> {
    let stands = |entry: &&Arc<Entry>| {
        entry.happened_at() < since
            && matches!(entry.fact(), Fact::LeadMoved(_) | Fact::LeadQualified(_))
    };
    let stands = theirs.iter().filter(stands).max_by_key(|entry| (entry.happened_at(), entry.no));
    let moved = stands.filter(|entry| matches!(entry.fact(), Fact::LeadMoved(_))).map(|entry| {
        let told = Told { happened_at: since, ..entry.told.clone() };
        Arc::new(Entry { told, ..Entry::clone(entry) })
    });
    let is_heard = |entry: &Arc<Entry>| {
        entry.happened_at() >= since
            && matches!(entry.fact(), Fact::Activity(_) | Fact::LeadMoved(_))
    };
    moved.into_iter().chain(theirs.into_iter().filter(is_heard)).collect()
}

fn names_told(fact: &Fact) -> impl Iterator<Item = &str> {
    let fields = match fact {
        Fact::Lead(reported) => Some(&reported.fields),
        _ => None,
    };
    fields.into_iter().flat_map(|fields| fields.keys().map(String::as_str))
}

/// A report about the other lead as far as it says what was never told of this one; from the merge
/// on, so that nothing changes that was judged before.
fn filling_in(
    lead: &LeadId,
    told: &BTreeSet<&str>,
    since: Timestamp,
    entry: &Entry,
    reported: &LeadReported,
) -> Option<Arc<Entry>> {
    let new = reported.fields.iter().filter(|(name, _)| !told.contains(name.as_str()));
    let fields: Fields = new.map(|(name, value)| (name.clone(), value.clone())).collect();
    if fields.is_empty() {
        return None;
    }
    let fact = Fact::Lead(LeadReported { lead: lead.clone(), fields, person: None, by: None });
    let happened_at = entry.happened_at().max(since);
    let told = Told { happened_at, fact, ..entry.told.clone() };
    Some(Arc::new(Entry { told, ..entry.clone() }))
}

/// The facts about a lead that hold no more once the merge is taken back: that it was merged, what
/// has been decided by facts of the other or by what was decided so, and each clock that began only
/// because one of its service level had been ended so. What somebody has answered stays, with what it
/// rests on. `own` are the facts that hold, in ledger order; `of_the_other` the numbers of those about
/// the other.
pub fn taken_back<E: Borrow<Entry>>(
    own: &[E],
    merge: FactNo,
    of_the_other: &BTreeSet<FactNo>,
) -> Vec<FactNo> {
    let own = || own.iter().map(|entry| Borrow::<Entry>::borrow(entry));
    let answered: BTreeSet<_> = own()
        .filter_map(|entry| match entry.fact() {
            Fact::HandoffAnswered(fact) => Some(&fact.handoff),
            _ => None,
        })
        .collect();
    let mut stays: BTreeSet<FactNo> = BTreeSet::new();
    // What a decision rests on stands before it.
    for entry in own().collect::<Vec<_>>().into_iter().rev() {
        let is_answered =
            matches!(entry.fact(), Fact::HandoffMade(made) if answered.contains(&made.handoff));
        if is_answered || stays.contains(&entry.no) {
            stays.insert(entry.no);
            stays.extend(rests_on(entry).unwrap_or_default());
        }
    }
    let mut going = BTreeSet::from([merge]);
    let (mut level_of, mut ended_by_them) = (BTreeMap::new(), BTreeSet::<&String>::new());
    for entry in own() {
        if let Fact::ClockStarted(ClockStarted { clock, service_level, .. }) = entry.fact() {
            level_of.insert(clock, service_level);
        }
        if entry.no < merge || stays.contains(&entry.no) {
            continue;
        }
        let gone = |no: &FactNo| going.contains(no) || of_the_other.contains(no);
        let began_after = match entry.fact() {
            Fact::ClockStarted(start) => ended_by_them.contains(&start.service_level),
            _ => false,
        };
        if began_after || rests_on(entry).is_some_and(|facts| facts.iter().any(gone)) {
            going.insert(entry.no);
            if let Fact::ClockStopped(stop) = entry.fact() {
                ended_by_them.extend(level_of.get(&stop.clock));
            }
        }
    }
    going.into_iter().collect()
}

#[cfg(test)]
mod tests;
