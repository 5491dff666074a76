//! Leads as they were judged last, so that a page of the list judges only those that have changed.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::ids::LeadId;
use engine::lead::judged::{Judged, Rules};
use jiff::Timestamp;
use store::{Reader, read::LeadRow};

use crate::{failure::Failure, names::Names};

/// After so many leads those that were not asked for since as many are forgotten. Twice as many, at
/// about two kilobytes each, are the most that is remembered.
const LEADS_MAX: usize = 20_000;

/// What is remembered. Nobody has to be told when it changes: whoever asks compares.
#[derive(Default)]
pub(crate) struct JudgedLeads {
    known: Mutex<Known<Arc<Judged>>>,
}

/// Things of leads, in two generations.
struct Known<T> {
    /// Of leads that were asked for lately.
    recent: BTreeMap<LeadId, T>,
    /// Of leads that were asked for before those.
    earlier: BTreeMap<LeadId, T>,
}

impl<T> Default for Known<T> {
    fn default() -> Known<T> {
        Known { recent: BTreeMap::new(), earlier: BTreeMap::new() }
    }
}

impl<T: Clone> Known<T> {
    fn recall(&mut self, lead: &LeadId) -> Option<T> {
        if let Some((lead, judged)) = self.earlier.remove_entry(lead) {
            self.keep(lead, judged);
        }
        self.recent.get(lead).cloned()
    }

    fn keep(&mut self, lead: LeadId, judged: T) {
        if self.recent.len() >= LEADS_MAX {
            self.earlier = std::mem::take(&mut self.recent);
        }
        self.recent.insert(lead, judged);
    }
}

impl JudgedLeads {
    /// Leads as judging them anew would have them.
    pub(crate) fn judged(
        &self,
        reader: &Reader<'_>,
        names: &Names<'_, '_>,
        rules: &Rules<'_>,
        leads: &[&LeadRow],
        now: Timestamp,
    ) -> Result<BTreeMap<LeadId, Arc<Judged>>, Failure> {
        let (mut all, mut changed) = (BTreeMap::new(), Vec::new());
        for lead in leads {
            let known = self.known().recall(&lead.id);
            match known {
                Some(known)
                    if known.is_true(rules, lead, now, |account| {
                        names.account_known_up_to(account)
                    })? =>
                {
                    all.insert(lead.id.clone(), known);
                }
                _ => changed.push(*lead),
            }
        }
        if changed.is_empty() {
            return Ok(all);
        }
        for (lead, judged) in changed.iter().zip(Judged::all(reader, rules, &changed, now)?) {
            let judged = Arc::new(judged);
            self.known().keep(lead.id.clone(), judged.clone());
            all.insert(lead.id.clone(), judged);
        }
        Ok(all)
    }

    /// No code that can panic runs while it is locked.
    fn known(&self) -> MutexGuard<'_, Known<Arc<Judged>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_lately_is_remembered_and_no_more_than_twice_the_bound() {
        let id = |number: usize| LeadId(format!("crm:{number}"));
        let mut known = Known::default();
        for number in 0..5 * LEADS_MAX {
            known.keep(id(number), number);
            assert!(known.recent.len() + known.earlier.len() <= 2 * LEADS_MAX);
            if number.is_multiple_of(LEADS_MAX / 2) {
                assert_eq!(known.recall(&id(0)), Some(0), "after {number}");
            }
        }
        assert_eq!(known.recall(&id(5 * LEADS_MAX - 1)), Some(5 * LEADS_MAX - 1));
        assert_eq!(known.recall(&id(1)), None, "nobody asked for it");
    }
}
