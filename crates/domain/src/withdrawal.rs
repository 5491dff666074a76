//! Facts that were withdrawn: an import that should not have been is undone by a further fact for
//! each record, which names the facts that hold no more. What held before holds again, and nothing
//! leaves the ledger.

use std::{borrow::Borrow, collections::BTreeSet};

use crate::{
    decided::{
        ClockAtRisk, ClockBreached, ClockEscalated, ClockPassedOn, ClockPaused, ClockRecomputed,
        ClockResumed, ClockStarted, ClockStopped, LeadFellBelow, LeadQualified, MilestoneReached,
        SOURCE,
    },
    fact::{Entry, Fact},
    figure::Because,
    handoff::{HandoffDeemed, HandoffMade},
    ids::FactNo,
    routed::{LeadRouted, RoutingCreditedBack},
};

/// The facts that hold: without those that a later one withdrew, and without the withdrawals.
pub fn holding<E: Borrow<Entry>>(mut entries: Vec<E>) -> Vec<E> {
    let withdrawn: BTreeSet<FactNo> = withdrawn_in(&entries);
    if !withdrawn.is_empty() {
        entries.retain(|entry| {
            let entry: &Entry = entry.borrow();
            let is_withdrawal =
                matches!(entry.fact(), Fact::FactsWithdrawn(_) | Fact::LeadsUnmerged(_));
            !withdrawn.contains(&entry.no) && !is_withdrawal
        });
    }
    entries
}

/// The facts that withdrawals among these withdrew.
pub fn withdrawn_in<E: Borrow<Entry>>(entries: &[E]) -> BTreeSet<FactNo> {
    let withdrawals =
        entries.iter().filter_map(|entry| match Borrow::<Entry>::borrow(entry).fact() {
            Fact::FactsWithdrawn(fact) => Some(&fact.facts),
            Fact::LeadsUnmerged(fact) => Some(&fact.facts),
            _ => None,
        });
    withdrawals.flatten().copied().collect()
}

/// What is to become of a record whose facts `of_the_import` are withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Withdrawal {
    /// None of its facts is of the import, or they were withdrawn before.
    Nothing,
    /// This later fact was told by somebody else: the record stays as it is.
    EditedSince(FactNo),
    /// These facts are to be withdrawn.
    Withdraw {
        /// Which, in ledger order, with what was decided by them.
        facts: Vec<FactNo>,
        /// Whether nothing else is known of the record.
        is_all: bool,
    },
}

/// Works out what is to become of a record, by all facts about it in ledger order.
pub fn withdrawing<E: Borrow<Entry>>(
    entries: Vec<E>,
    of_the_import: impl Fn(FactNo) -> bool,
) -> Withdrawal {
    let entries = holding(entries);
    let told = || entries.iter().map(|entry| Borrow::<Entry>::borrow(entry));
    let mut going: BTreeSet<FactNo> =
        told().filter(|entry| of_the_import(entry.no)).map(|entry| entry.no).collect();
    let Some(first) = going.first().copied() else { return Withdrawal::Nothing };
    let is_of_others =
        |entry: &&Entry| entry.no > first && !of_the_import(entry.no) && rests_on(entry).is_none();
    if let Some(later) = told().find(is_of_others) {
        return Withdrawal::EditedSince(later.no);
    }
    // Facts are numbered as they came, so what a decision rests on is looked at before it.
    for entry in told() {
        let rests = |facts: Vec<FactNo>| facts.iter().any(|no| going.contains(no));
        if rests_on(entry).is_some_and(rests) {
            going.insert(entry.no);
        }
    }
    let mut left = told().filter(|entry| !going.contains(&entry.no));
    // Decisions by facts of other records do not make a record.
    let is_all = left.all(|entry| rests_on(entry).is_some());
    let facts = match is_all {
        true => told().map(|entry| entry.no).collect(),
        false => going.into_iter().collect(),
    };
    Withdrawal::Withdraw { facts, is_all }
}

/// The facts that a decision rests on; nothing where the fact is none.
pub(crate) fn rests_on(entry: &Entry) -> Option<Vec<FactNo>> {
    // Routing, and a clock that nobody answers, say whose a lead is by the fact after the one that
    // says why, and silence what status it leads to by the fact after the one that takes it for a
    // yes.
    let said_by: &[&str] = match entry.fact() {
        Fact::LeadAssigned(_) => &["routed/", "clock/"],
        Fact::LeadMoved(_) => &["deemed/"],
        _ => &[],
    };
    if !said_by.is_empty() {
        let key = first_key(&entry.told.key);
        let is_decided = said_by.iter().any(|beginning| key.starts_with(beginning));
        let is_ours = is_decided && entry.told.source == SOURCE;
        return is_ours.then(|| vec![FactNo(entry.no.0 - 1)]);
    }
    because_of(entry.fact()).map(|because| because.facts.clone())
}

/// The because of a decision; nothing where the fact is none.
fn because_of(fact: &Fact) -> Option<&Because> {
    match fact {
        Fact::LeadQualified(LeadQualified { because, .. })
        | Fact::LeadFellBelow(LeadFellBelow { because, .. })
        | Fact::LeadRouted(LeadRouted { because, .. })
        | Fact::RoutingCreditedBack(RoutingCreditedBack { because, .. })
        | Fact::HandoffMade(HandoffMade { because, .. })
        | Fact::HandoffDeemed(HandoffDeemed { because, .. })
        | Fact::MilestoneReached(MilestoneReached { because, .. })
        | Fact::ClockStarted(ClockStarted { because, .. })
        | Fact::ClockAtRisk(ClockAtRisk { because, .. })
        | Fact::ClockBreached(ClockBreached { because, .. })
        | Fact::ClockEscalated(ClockEscalated { because, .. })
        | Fact::ClockPaused(ClockPaused { because, .. })
        | Fact::ClockResumed(ClockResumed { because, .. })
        | Fact::ClockPassedOn(ClockPassedOn { because, .. })
        | Fact::ClockRecomputed(ClockRecomputed { because, .. })
        | Fact::ClockStopped(ClockStopped { because, .. }) => Some(because),
        _ => None,
    }
}

/// What stands between a key that was told before and the number of its telling.
const AGAIN: &str = "/told-again/";

/// The key of something that is told again since it was withdrawn.
pub fn key_again(key: &str, times: usize) -> String {
    format!("{key}{AGAIN}{times}")
}

/// The key under which something was told first.
pub fn first_key(key: &str) -> &str {
    key.split_once(AGAIN).map_or(key, |(first, _)| first)
}

#[cfg(test)]
mod tests;
