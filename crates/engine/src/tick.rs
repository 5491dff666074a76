//! What comes due as time passes. The tick takes no argument but the instant: it asks what is due,
//! the very question that a request asks about its own lead.

use domain::ids::LeadId;
use jiff::Timestamp;

use crate::{
    Engine, Error,
    deciding::{Rules, decide_about},
};

/// How many leads are decided in one transaction.
const AT_ONCE: u32 = 500;

/// What a tick did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ticked {
    /// Leads looked at.
    pub leads: usize,
    /// Decisions appended.
    pub decisions: usize,
}

impl Engine {
    /// Brings signed versions into force, notices clocks that came at risk or are missed, and
    /// decides about leads whose decisions wait. Twice in a row it does nothing the second time.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn tick(&self, now: Timestamp) -> Result<Ticked, Error> {
        let versions = self.versions.clone();
        self.store.write(now, move |writer| Rules::bring_into_force(writer, &versions, now))?;
        let mut ticked = Ticked::default();
        loop {
            let (leads, decisions) = self.decide_some(now)?;
            ticked.leads += leads;
            ticked.decisions += decisions;
            if leads == 0 || decisions == 0 {
                return Ok(ticked);
            }
        }
    }

    /// Decides about the leads whose decisions wait, until none is left that can be decided now.
    /// `progress` is told how many are done; it stops the work by answering false.
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
            let (leads, decisions) = self.decide_some(now)?;
            ticked.leads += leads;
            ticked.decisions += decisions;
            if leads == 0 || !progress(ticked.leads) {
                return Ok(ticked);
            }
        }
    }

    fn decide_some(&self, now: Timestamp) -> Result<(usize, usize), Error> {
        let versions = self.versions.clone();
        self.store.write(now, move |writer| {
            let rules = Rules::of(writer, &versions)?;
            let waiting = writer.take_undecided(now, AT_ONCE)?;
            let waiting = waiting.iter().filter_map(|subject| subject.strip_prefix("lead/"));
            let mut leads: Vec<LeadId> = waiting.map(LeadId::from).collect();
            let due = writer.reader().clocks_due(now)?;
            leads.extend(due.into_iter().take(AT_ONCE as usize).map(|clock| clock.lead));
            leads.sort();
            leads.dedup();
            let mut decisions = 0;
            for lead in &leads {
                decisions += decide_about(writer, &rules, lead, now)?.len();
            }
            Ok((leads.len(), decisions))
        })
    }
}
