//! The facts about many leads, read with few questions.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    fact::Entry,
    ids::{LeadId, Subject},
};
use store::{Reader, StoreError};

use crate::deciding::{facts_about, last_named};

type Facts = Vec<Arc<Entry>>;

/// The facts about some leads and their accounts. What else belongs to a lead, such as what was
/// merged into it, is read when it is asked for.
pub(crate) struct Together<'a, 'r> {
    reader: &'a Reader<'r>,
    /// By the name under which they are filed, in ledger order.
    held: BTreeMap<String, Facts>,
}

impl<'a, 'r> Together<'a, 'r> {
    /// Reads them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(crate) fn of<'l>(
        reader: &'a Reader<'r>,
        leads: impl IntoIterator<Item = &'l LeadId>,
    ) -> Result<Together<'a, 'r>, StoreError> {
        let mut together = Together { reader, held: BTreeMap::new() };
        together.hold(leads.into_iter().map(|lead| format!("lead/{lead}")))?;
        let accounts: BTreeSet<String> = together
            .held
            .values()
            .filter_map(|facts| Some(format!("account/{}", last_named(facts, "account")?)))
            .collect();
        together.hold(accounts)?;
        Ok(together)
    }

    fn hold(&mut self, names: impl IntoIterator<Item = String>) -> Result<(), StoreError> {
        let names: Vec<String> = names.into_iter().collect();
        for entry in self.reader.facts_of_all(&names)? {
            self.held.entry(entry.fact().subject()).or_default().push(Arc::new(entry));
        }
        // Of whom there is nothing is known too.
        for name in names {
            self.held.entry(name).or_default();
        }
        Ok(())
    }

    /// The facts that are filed under a name, in ledger order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(crate) fn filed(&self, name: &str) -> Result<Facts, StoreError> {
        match self.held.get(name) {
            Some(facts) => Ok(facts.clone()),
            None => Ok(self.reader.facts_of(name)?.into_iter().map(Arc::new).collect()),
        }
    }

    /// The facts about a lead and what it is seen with, as decisions see them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(crate) fn about(&self, lead: &LeadId) -> Result<Facts, StoreError> {
        facts_about(&Subject::Lead(lead.clone()), |name| self.filed(name))
    }
}
