//! The past as it was known then, without what followed from the rule that was in force.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::tried::{Asked, Worked};
use crate::{
    agreement::{Agreement, Definition},
    decided::SOURCE,
    fact::{Entry, Fact, Told},
    handoff::{Answer, LeadAssigned, LeadMoved},
    ids::{FactNo, LeadId, UserId},
    lead::in_order,
};

/// A fact that was recorded later than this after it happened was learnt late.
const LATE: SignedDuration = SignedDuration::from_hours(24);

/// How the past is read.
#[derive(Debug, Clone, Copy)]
pub struct Past<'a> {
    /// The text by whose statuses it is read.
    pub agreement: &'a Agreement,
    /// The definition that is replayed.
    pub definition: &'a Definition,
    /// What was recorded by then came with the firm's history, and is taken to have been known when
    /// it happened; what was learnt late after that counts from when it was learnt.
    pub loaded_until: Timestamp,
}

/// The facts about a lead as they were known, in order. From when a lead first entered the status of
/// the qualified, or one beyond it, its statuses are left out: they follow from the rule that was in
/// force then, and another rule would have found the lead where it stood before.
pub fn as_then_known(entries: Vec<Arc<Entry>>, past: &Past<'_>) -> Vec<Arc<Entry>> {
    let mut known: Vec<Arc<Entry>> =
        entries.into_iter().map(|entry| learnt(entry, past.loaded_until)).collect();
    known = in_order(known);
    let went_on = known.iter().position(|entry| goes_on(entry, past));
    if let Some(went_on) = went_on {
        let since = known[went_on].happened_at();
        known.retain(|entry| !is_status(entry) || entry.happened_at() < since);
    }
    known.retain(|entry| !matches!(entry.fact(), Fact::LeadQualified(_)));
    known
}

/// When sales really was asked for a lead, by all that is known today. `worked` is what they did.
pub fn asked(entries: &[Arc<Entry>], past: &Past<'_>, worked: &Worked) -> Asked {
    let went_on = entries.iter().find(|entry| goes_on(entry, past));
    let went_on = went_on.map(|entry| entry.happened_at());
    let at = went_on.map(|went_on| match owner(entries, went_on) {
        Some(_) => went_on,
        None => given_after(entries, went_on).map_or(went_on, |(at, _)| at),
    });
    Asked { went_on, at, in_hand: worked.since }
}

/// Who had a lead at an instant.
fn owner(entries: &[Arc<Entry>], at: Timestamp) -> Option<&UserId> {
    let last = entries.iter().rev().filter(|entry| entry.happened_at() <= at);
    last.into_iter().find_map(|entry| assigned(entry))?.owner.as_ref()
}

/// When a lead was next given to somebody, and to whom.
fn given_after(entries: &[Arc<Entry>], at: Timestamp) -> Option<(Timestamp, &UserId)> {
    let later = entries.iter().filter(|entry| entry.happened_at() > at);
    later
        .into_iter()
        .find_map(|entry| Some((entry.happened_at(), assigned(entry)?.owner.as_ref()?)))
}

fn assigned(entry: &Entry) -> Option<&LeadAssigned> {
    match entry.fact() {
        Fact::LeadAssigned(assigned) => Some(assigned),
        _ => None,
    }
}

/// The facts about a lead as if a rule had found it at an instant, and all else had happened as it did.
/// From when it really went on, its statuses are left out up to that instant, and after it those that
/// lie beyond the status of the qualified, or leave the way, stay in. A lead that nobody had is given
/// at once: to whoever had it next, or else to somebody of whom nothing is known.
pub(super) fn staged(
    lead: &LeadId,
    entries: &[Arc<Entry>],
    past: &Past<'_>,
    went_on: Option<Timestamp>,
    at: Timestamp,
) -> Vec<Arc<Entry>> {
    let qualified = place(past.agreement, &past.definition.status);
    let stays = |entry: &&Arc<Entry>| {
        let Some(status) = status_of(entry) else { return true };
        if entry.happened_at() < at {
            return went_on.is_none_or(|went_on| entry.happened_at() < went_on);
        }
        let is_exit = past.agreement.status(status).is_some_and(|status| status.is_exit);
        is_exit || place(past.agreement, status) > qualified
    };
    let mut staged: Vec<Arc<Entry>> = entries.iter().filter(stays).cloned().collect();
    let told = |no: FactNo, fact: Fact| {
        let (source, key) = (SOURCE.to_owned(), format!("found/{lead}/{at}/{no}"));
        Arc::new(Entry { no, recorded_at: at, told: Told { source, key, happened_at: at, fact } })
    };
    if owner(entries, at).is_none() {
        let next = given_after(entries, at).map(|(_, next)| next.clone());
        let owner = Some(next.unwrap_or_else(|| UserId("somebody".to_owned())));
        let given = LeadAssigned { lead: lead.clone(), owner, by: None };
        staged.push(told(FactNo(FOUND.0 - 1), Fact::LeadAssigned(given)));
    }
    let status = past.definition.status.clone();
    let moved = LeadMoved { lead: lead.clone(), status, reason: None, by: None };
    staged.push(told(FOUND, Fact::LeadMoved(moved)));
    staged
}

/// The fact that stands for the finding: after all others of its instant.
pub(super) const FOUND: FactNo = FactNo(i64::MAX);

/// Whether a fact counts only from when it was learnt.
pub fn was_learnt_late(entry: &Entry, loaded_until: Timestamp) -> bool {
    entry.recorded_at > loaded_until && entry.recorded_at > entry.happened_at() + LATE
}

fn learnt(entry: Arc<Entry>, loaded_until: Timestamp) -> Arc<Entry> {
    if !was_learnt_late(&entry, loaded_until) {
        return entry;
    }
    let mut late = (*entry).clone();
    late.told.happened_at = late.recorded_at;
    Arc::new(late)
}

fn is_status(entry: &Arc<Entry>) -> bool {
    matches!(entry.fact(), Fact::LeadMoved(_) | Fact::LeadQualified(_))
}

fn status_of(entry: &Entry) -> Option<&str> {
    match entry.fact() {
        Fact::LeadMoved(moved) => Some(&moved.status),
        Fact::LeadQualified(qualified) => Some(&qualified.status),
        _ => None,
    }
}

/// How far a status lies along the way; nothing for one that leaves it, or that the text does not
/// know.
fn place(agreement: &Agreement, status: &str) -> Option<usize> {
    let known = agreement.status(status).filter(|status| !status.is_exit)?;
    agreement.statuses.iter().position(|status| status.key == known.key)
}

fn goes_on(entry: &Entry, past: &Past<'_>) -> bool {
    let of = |status: &str| place(past.agreement, status);
    let (Some(here), Some(qualified)) =
        (status_of(entry).and_then(of), of(&past.definition.status))
    else {
        return matches!(entry.fact(), Fact::LeadQualified(_));
    };
    here >= qualified
}

/// What sales did with a lead, by all that is known today. `target` is the status that the backtest
/// looks for.
pub fn worked(entries: &[Arc<Entry>], past: &Past<'_>, target: Option<&str>) -> Worked {
    let place = |status: &str| place(past.agreement, status);
    let qualified = place(&past.definition.status);
    let target = target.and_then(place);
    let (mut worked, mut was_qualified) = (Worked::default(), false);
    for entry in entries {
        let at = entry.happened_at();
        if let Fact::HandoffAnswered(answered) = entry.fact()
            && answered.answer != Answer::Rejected
        {
            worked.since.get_or_insert(at);
            if answered.answer != Answer::Accepted {
                worked.ended_at.get_or_insert(at);
            }
        }
        let Some(status) = status_of(entry) else { continue };
        let here = place(status);
        was_qualified |= here.is_some() && here >= qualified;
        let is_exit = past.agreement.status(status).is_some_and(|status| status.is_exit);
        if (here.is_some() && here > qualified) || (is_exit && was_qualified) {
            worked.since.get_or_insert(at);
        }
        if here.is_some() && target.is_some() && here >= target {
            worked.reached_at.get_or_insert(at);
        }
        if is_exit && worked.since.is_some() {
            worked.ended_at.get_or_insert(at);
        }
    }
    worked
}
