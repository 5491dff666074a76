//! What comes due as time passes. The tick takes no argument but the instant: it asks what is due,
//! the very question that a request asks about its own lead.

use std::collections::BTreeMap;

use domain::{
    fact::Entry,
    ids::{FactNo, Subject},
};
use jiff::Timestamp;
use store::{Ahead, StoreError, Writer};

use crate::{
    Engine, Error,
    action::open_actions,
    deciding::{Rules, decide_about},
    routing::leave_what_nobody_has,
};

/// How many leads and opportunities are decided in one transaction.
const AT_ONCE: u32 = 500;

/// What a tick did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ticked {
    /// Leads looked at.
    pub leads: usize,
    /// Opportunities looked at.
    pub opportunities: usize,
    /// Decisions appended.
    pub decisions: usize,
}

impl Ticked {
    fn and(self, more: Ticked) -> Ticked {
        Ticked {
            leads: self.leads + more.leads,
            opportunities: self.opportunities + more.opportunities,
            decisions: self.decisions + more.decisions,
        }
    }
}

/// What was judged on account of imports, and the decisions that followed, in their order.
#[derive(Default)]
struct OfImports(BTreeMap<String, (Vec<Subject>, Vec<FactNo>)>);

impl OfImports {
    fn note(&mut self, import: &str, subject: &Subject, new: &[Entry]) {
        let (subjects, decisions) = self.0.entry(import.to_owned()).or_default();
        subjects.push(subject.clone());
        decisions.extend(new.iter().map(|entry| entry.no));
    }

    fn keep(self, writer: &mut Writer<'_>) -> Result<(), StoreError> {
        let mut all = self.0.into_iter();
        all.try_for_each(|(import, (subjects, decisions))| {
            writer.keep_judged(&import, &subjects, &decisions)
        })
    }
}

impl Engine {
    /// Brings signed versions into force, notices clocks that came at risk or are missed, routes
    /// what nobody has, decides about leads and opportunities whose decisions wait, and opens what
    /// follows from missed periods. Twice in a row it decides
    /// nothing the second time.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn tick(&self, now: Timestamp) -> Result<Ticked, Error> {
        let versions = self.versions.clone();
        self.store.write(now, move |writer| {
            Rules::bring_into_force(writer, &versions, now)?;
            let rules = Rules::of(writer, &versions)?;
            leave_what_nobody_has(writer, &rules, now)
        })?;
        let ticked = self.decide_waiting(now, |_| true)?;
        // Whether a period was missed is asked once every clock is judged.
        let versions = self.versions.clone();
        self.store.write(now, move |writer| open_actions(writer, &versions, now))?;
        Ok(ticked)
    }

    /// Decides about the leads and opportunities whose decisions wait, until none is left that can
    /// be decided now. `progress` is told how many are done; it stops the work by answering false.
    ///
    /// # Errors
    /// When the database cannot be written; what was decided until then stays.
    pub fn decide_waiting(
        &self,
        now: Timestamp,
        mut progress: impl FnMut(usize) -> bool,
    ) -> Result<Ticked, Error> {
        let mut ticked = Ticked::default();
        loop {
            let (more, is_last) = self.decide_some(now)?;
            ticked = ticked.and(more);
            if is_last || !progress(ticked.leads + ticked.opportunities) {
                return Ok(ticked);
            }
        }
    }

    /// Decides about as many as one transaction takes; says whether nothing came of it, so that
    /// asking again at the same instant would find the same.
    fn decide_some(&self, now: Timestamp) -> Result<(Ticked, bool), Error> {
        let versions = self.versions.clone();
        self.store.write(now, move |writer| {
            let rules = Rules::of(writer, &versions)?;
            let waiting = writer.take_undecided(now, AT_ONCE)?;
            let was_any = !waiting.is_empty();
            let parsed = waiting.into_iter().filter_map(|waits| {
                Subject::parse(&waits.subject).map(|subject| (subject, waits.import))
            });
            let mut subjects: BTreeMap<Subject, Option<String>> = parsed.collect();
            for clock in writer.reader().clocks_due(now)?.into_iter().take(AT_ONCE as usize) {
                subjects.entry(clock.subject).or_default();
            }
            let leads = subjects.keys().filter(|subject| subject.lead().is_some()).count();
            let names = subjects.keys().map(Subject::to_string).collect();
            writer.look_ahead(&Ahead { subjects: names, ..Ahead::default() })?;
            let (mut decisions, mut of_imports) = (0, OfImports::default());
            for (subject, import) in &subjects {
                let new = decide_about(writer, &rules, subject, now)?;
                decisions += new.len();
                if let Some(import) = import {
                    of_imports.note(import, subject, &new);
                }
            }
            // Without an Agreement nothing is judged.
            if !rules.are_silent() {
                of_imports.keep(writer)?;
            }
            let ticked = Ticked { leads, opportunities: subjects.len() - leads, decisions };
            Ok((ticked, !was_any && decisions == 0))
        })
    }
}
