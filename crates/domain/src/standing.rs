//! A lead or an opportunity as its facts leave it, under the eyes of conditions.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{
    agreement::Agreement,
    fact::{Entry, Fact},
    ids::{SubjectKind, UserId},
    lead::{Lead, LeadView},
    opportunity::Opportunity,
};

/// A subject as its facts up to some instant leave it. An opportunity is seen with its lead and its
/// account, a lead with its account.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// The lead.
    pub lead: Lead,
    /// The opportunity, where the subject is one.
    pub opportunity: Option<Opportunity>,
}

impl Standing {
    /// A subject before the first of the facts about it.
    pub fn before(kind: SubjectKind, entries: &[Arc<Entry>]) -> Standing {
        let is_opportunity = kind == SubjectKind::Opportunity;
        Standing {
            lead: Lead::default(),
            opportunity: is_opportunity.then(|| Opportunity::before(entries)),
        }
    }

    /// Takes in one fact.
    pub fn apply(&mut self, entry: &Entry, agreement: Option<&Agreement>) {
        match (entry.fact(), &mut self.opportunity) {
            (Fact::Opportunity(_) | Fact::OpportunityMoved(_), Some(opportunity)) => {
                opportunity.apply(entry, agreement);
            }
            _ => self.lead.apply(entry, agreement),
        }
    }

    /// Whose it is: the opportunity's owner where it is one.
    pub fn owner(&self) -> Option<&UserId> {
        match &self.opportunity {
            Some(opportunity) => opportunity.owner.as_ref(),
            None => self.lead.owner.as_ref(),
        }
    }

    /// How often it was given to somebody.
    pub fn transfers(&self) -> u32 {
        self.opportunity.as_ref().map_or(self.lead.transfers, |opportunity| opportunity.transfers)
    }

    /// What conditions see of it.
    pub fn view(&self, at: Timestamp) -> LeadView<'_> {
        LeadView { opportunity: self.opportunity.as_ref(), ..LeadView::of(&self.lead, at) }
    }
}
