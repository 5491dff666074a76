//! What the writing thread remembers from one transaction to the next, so that it need not read and
//! parse a busy lead's facts again for each new one.
//!
//! What is remembered is true up to one end of the ledger. Whoever finds the ledger at another end,
//! because another process wrote, forgets all of it; so does whoever takes back what was appended.

use std::{any::Any, collections::BTreeMap, sync::Arc};

use domain::fact::{Entry, Fact};

use crate::ledger::Head;

/// After so many facts the subjects that were not asked for since as many are forgotten. Twice as
/// many at half a kilobyte each are the most that is remembered.
const FACTS_MAX: usize = 50_000;

/// The facts of a subject, in ledger order.
pub(crate) type Facts = Vec<Arc<Entry>>;

/// What is remembered; a new one remembers nothing.
#[derive(Default)]
pub(crate) struct Memory {
    /// The ledger's end up to which it is true.
    head: Option<Head>,
    /// Subjects that were asked for lately, and how many facts they have.
    recent: BTreeMap<String, Facts>,
    recent_facts: usize,
    /// Subjects that were asked for before those.
    earlier: BTreeMap<String, Facts>,
    /// What the engine made of users and Agreements.
    rules: Option<Arc<dyn Any + Send + Sync>>,
}

impl Memory {
    /// The same where it is true up to `head`; otherwise nothing.
    pub(crate) fn if_at(self, head: &Head) -> Memory {
        if self.head.as_ref() == Some(head) { self } else { Memory::default() }
    }

    /// The same with what was appended up to `head` and committed.
    pub(crate) fn up_to(self, head: Head) -> Memory {
        Memory { head: Some(head), ..self }
    }

    /// Takes note of a fact that was appended.
    pub(crate) fn note(&mut self, entry: &Entry, subject: &str) {
        if changes_rules(entry.fact()) {
            self.rules = None;
        }
        if self.recall(subject).is_some()
            && let Some(facts) = self.recent.get_mut(subject)
        {
            facts.push(Arc::new(entry.clone()));
            self.recent_facts += 1;
        }
    }

    /// The facts of a subject, if they are remembered.
    pub(crate) fn recall(&mut self, subject: &str) -> Option<&Facts> {
        if let Some((subject, facts)) = self.earlier.remove_entry(subject) {
            self.keep(subject, facts);
        }
        self.recent.get(subject)
    }

    /// Remembers the facts of a subject, which are all that the ledger has.
    pub(crate) fn keep(&mut self, subject: String, facts: Facts) {
        if self.recent_facts + facts.len() > FACTS_MAX {
            self.earlier = std::mem::take(&mut self.recent);
            self.recent_facts = 0;
        }
        self.recent_facts += facts.len();
        self.recent.insert(subject, facts);
    }

    /// What [`Memory::keep_rules`] was given, unless a fact has changed users or Agreements since.
    pub(crate) fn rules<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.rules.clone()?.downcast().ok()
    }

    /// Remembers what follows from users and Agreements and nothing else.
    pub(crate) fn keep_rules<T: Any + Send + Sync>(&mut self, rules: Arc<T>) {
        self.rules = Some(rules);
    }
}

/// Whether a fact is about users, who is away, or Agreements.
fn changes_rules(fact: &Fact) -> bool {
    let is_of_a_user = |subject: &str| subject.starts_with("user/");
    matches!(fact, Fact::FactsWithdrawn(fact) if is_of_a_user(&fact.subject))
        || matches!(
            fact,
            Fact::User(_)
                | Fact::UserAdmitted(_)
                | Fact::UserLeft(_)
                | Fact::AbsenceEntered(_)
                | Fact::AbsenceWithdrawn(_)
                | Fact::AgreementProposed(_)
                | Fact::AgreementSigned(_)
                | Fact::AgreementWithdrawn(_)
                | Fact::AgreementTookEffect(_)
        )
}

#[cfg(test)]
mod tests;
