//! Leads and opportunities as they were judged last, so that a page judges only those that have
//! changed.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::ids::{FactNo, LeadId, OpportunityId, Subject};
use engine::lead::judged::{Judged, Rules};
use jiff::Timestamp;
use store::{
    Reader,
    read::{LeadRow, OpportunityRow},
};

use crate::{failure::Failure, names::Names};

/// After so many those that were not asked for since as many are forgotten. Twice as many, at about
/// two kilobytes each, are the most that is remembered.
const KEPT_MAX: usize = 20_000;

/// What is remembered. Nobody has to be told when it changes: whoever asks compares.
#[derive(Default)]
pub(crate) struct JudgedSubjects {
    known: Mutex<Known<Arc<Judged>>>,
}

/// Things of subjects, in two generations.
struct Known<T> {
    /// Of those that were asked for lately.
    recent: BTreeMap<Subject, T>,
    /// Of those that were asked for before them.
    earlier: BTreeMap<Subject, T>,
}

impl<T> Default for Known<T> {
    fn default() -> Known<T> {
        Known { recent: BTreeMap::new(), earlier: BTreeMap::new() }
    }
}

impl<T: Clone> Known<T> {
    fn recall(&mut self, subject: &Subject) -> Option<T> {
        if let Some((subject, judged)) = self.earlier.remove_entry(subject) {
            self.keep(subject, judged);
        }
        self.recent.get(subject).cloned()
    }

    fn keep(&mut self, subject: Subject, judged: T) {
        if self.recent.len() >= KEPT_MAX {
            self.earlier = std::mem::take(&mut self.recent);
        }
        self.recent.insert(subject, judged);
    }
}

impl JudgedSubjects {
    /// Leads as judging them anew would have them.
    pub(crate) fn leads(
        &self,
        reader: &Reader<'_>,
        names: &Names<'_, '_>,
        rules: &Rules<'_>,
        leads: &[&LeadRow],
        now: Timestamp,
    ) -> Result<BTreeMap<LeadId, Arc<Judged>>, Failure> {
        let (mut all, mut changed) = (BTreeMap::new(), Vec::new());
        for lead in leads {
            let subject = Subject::Lead(lead.id.clone());
            match self.still_true(&subject, lead.last_fact, (names, rules), now)? {
                Some(known) => drop(all.insert(lead.id.clone(), known)),
                None => changed.push(*lead),
            }
        }
        if changed.is_empty() {
            return Ok(all);
        }
        for (lead, judged) in changed.iter().zip(Judged::all(reader, rules, &changed, now)?) {
            let judged = Arc::new(judged);
            self.known().keep(Subject::Lead(lead.id.clone()), judged.clone());
            all.insert(lead.id.clone(), judged);
        }
        Ok(all)
    }

    /// Opportunities as judging them anew would have them.
    pub(crate) fn opportunities(
        &self,
        reader: &Reader<'_>,
        names: &Names<'_, '_>,
        rules: &Rules<'_>,
        rows: &[&OpportunityRow],
        now: Timestamp,
    ) -> Result<BTreeMap<OpportunityId, Arc<Judged>>, Failure> {
        let mut all = BTreeMap::new();
        for row in rows {
            let subject = Subject::Opportunity(row.id.clone());
            let known = self.still_true(&subject, row.last_fact, (names, rules), now)?;
            let judged = match known {
                Some(known) => known,
                None => {
                    let judged = Arc::new(Judged::opportunity(reader, rules, row, now)?);
                    self.known().keep(subject, judged.clone());
                    judged
                }
            };
            all.insert(row.id.clone(), judged);
        }
        Ok(all)
    }

    /// What is remembered of a subject, where judging it anew would say the same.
    fn still_true(
        &self,
        subject: &Subject,
        up_to: FactNo,
        (names, rules): (&Names<'_, '_>, &Rules<'_>),
        now: Timestamp,
    ) -> Result<Option<Arc<Judged>>, Failure> {
        let Some(known) = self.known().recall(subject) else { return Ok(None) };
        let is_true = known.is_true(rules, up_to, now, |with| names.known_up_to(with))?;
        Ok(is_true.then_some(known))
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
        let id = |number: usize| Subject::Lead(LeadId(format!("crm:{number}")));
        let mut known = Known::default();
        for number in 0..5 * KEPT_MAX {
            known.keep(id(number), number);
            assert!(known.recent.len() + known.earlier.len() <= 2 * KEPT_MAX);
            if number.is_multiple_of(KEPT_MAX / 2) {
                assert_eq!(known.recall(&id(0)), Some(0), "after {number}");
            }
        }
        assert_eq!(known.recall(&id(5 * KEPT_MAX - 1)), Some(5 * KEPT_MAX - 1));
        assert_eq!(known.recall(&id(1)), None, "nobody asked for it");
    }
}
