//! The leads and opportunities that the rows of the first page are about, read at once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::ids::{AccountId, LeadId, OpportunityId, Subject, UserId};
use engine::lead::judged::{Judged, Rules};
use jiff::Timestamp;
use store::{
    Reader,
    read::{ClockRow, LeadRow, OpportunityRow},
};

use crate::{
    app::House,
    failure::Failure,
    names::{Names, lead_href, opportunity_href},
};

/// Where the page of what a clock runs on lies.
pub(super) fn subject_href(subject: &Subject) -> String {
    match subject {
        Subject::Lead(id) => lead_href(id),
        Subject::Opportunity(id) => opportunity_href(id),
    }
}

/// What clocks run on.
pub(super) struct Subjects {
    leads: Vec<LeadRow>,
    opportunities: Vec<OpportunityRow>,
}

impl Subjects {
    /// Those that are wanted, whose names will be asked for.
    pub(super) fn of(
        reader: &Reader<'_>,
        names: &Names<'_, '_>,
        wanted: &BTreeSet<Subject>,
    ) -> Result<Subjects, Failure> {
        let leads: Vec<LeadId> = wanted.iter().filter_map(Subject::lead).cloned().collect();
        let opportunities = wanted.iter().filter_map(Subject::opportunity);
        let opportunities: Vec<OpportunityId> = opportunities.cloned().collect();
        let subjects = Subjects {
            leads: reader.leads_with(&leads)?,
            opportunities: reader.opportunities_with(&opportunities)?,
        };
        names.expect(&subjects.leads)?;
        let accounts = subjects.opportunities.iter().filter_map(|row| row.account.as_ref());
        names.expect_accounts(accounts)?;
        Ok(subjects)
    }

    /// Those that some clocks run on, as they are judged.
    pub(super) fn judged(
        &self,
        house: &House,
        reader: &Reader<'_>,
        names: &Names<'_, '_>,
        (rules, clocks): (&Rules<'_>, &[ClockRow]),
        now: Timestamp,
    ) -> Result<BTreeMap<Subject, Arc<Judged>>, Failure> {
        let known = &house.kept.judged;
        let wanted: BTreeSet<&Subject> = clocks.iter().map(|row| &row.subject).collect();
        let leads = self.leads.iter();
        let leads = leads.filter(|row| wanted.contains(&Subject::Lead(row.id.clone())));
        let leads = known.leads(reader, names, rules, &leads.collect::<Vec<_>>(), now)?;
        let opportunities = self.opportunities.iter();
        let opportunities =
            opportunities.filter(|row| wanted.contains(&Subject::Opportunity(row.id.clone())));
        let opportunities =
            known.opportunities(reader, names, rules, &opportunities.collect::<Vec<_>>(), now)?;
        let leads = leads.into_iter().map(|(id, judged)| (Subject::Lead(id), judged));
        let opportunities =
            opportunities.into_iter().map(|(id, judged)| (Subject::Opportunity(id), judged));
        Ok(leads.chain(opportunities).collect())
    }

    /// Whose a lead is.
    pub(super) fn owner_of(&self, lead: &LeadId) -> Option<&UserId> {
        self.leads.iter().find(|row| row.id == *lead)?.owner.as_ref()
    }

    /// What a subject is called, and its account.
    pub(super) fn called(
        &self,
        subject: &Subject,
        names: &Names<'_, '_>,
    ) -> Result<(String, Option<&AccountId>), Failure> {
        Ok(match subject {
            Subject::Lead(id) => {
                let row = self.leads.iter().find(|row| row.id == *id);
                (names.lead(id)?, row.and_then(|row| row.account.as_ref()))
            }
            Subject::Opportunity(id) => {
                let row = self.opportunities.iter().find(|row| row.id == *id);
                let name = row.and_then(|row| row.name.clone());
                (name.unwrap_or_else(|| id.0.clone()), row.and_then(|row| row.account.as_ref()))
            }
        })
    }
}
