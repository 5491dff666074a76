//! What comes due as time passes. The tick takes no argument but the instant: it asks what is due,
//! the very question that a request asks about its own lead.

use domain::ids::Subject;
use jiff::Timestamp;
use store::Ahead;

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
            let parsed = waiting.iter().filter_map(|subject| Subject::parse(subject));
            let mut subjects: Vec<Subject> = parsed.collect();
            let due = writer.reader().clocks_due(now)?;
            subjects.extend(due.into_iter().take(AT_ONCE as usize).map(|clock| clock.subject));
            subjects.sort();
            subjects.dedup();
            let leads = subjects.iter().filter(|subject| subject.lead().is_some()).count();
            let names = subjects.iter().map(Subject::to_string).collect();
            writer.look_ahead(&Ahead { subjects: names, ..Ahead::default() })?;
            let mut decisions = 0;
            for subject in &subjects {
                decisions += decide_about(writer, &rules, subject, now)?.len();
            }
            let ticked = Ticked { leads, opportunities: subjects.len() - leads, decisions };
            Ok((ticked, waiting.is_empty() && decisions == 0))
        })
    }
}
