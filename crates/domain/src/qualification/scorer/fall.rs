//! When a lead that stands by a qualification comes to meet the definition no more.

use jiff::{SignedDuration, Timestamp};

use super::Scorer;
use crate::qualification::Fall;

/// A qualification that the lead stands by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Watched {
    /// Its place among the qualifications.
    qualification: usize,
    /// When the lead was last seen to meet the definition under this version; a lead that never did
    /// cannot fall, whatever an earlier version said.
    met_at: Option<Timestamp>,
}

impl Scorer<'_> {
    /// Watches a qualification from here on, unless it has fallen already.
    pub(super) fn watch(&mut self, qualification: usize, met_at: Option<Timestamp>) {
        let has_fallen = self.latched[qualification].fell.is_some();
        self.watched = (!has_fallen).then_some(Watched { qualification, met_at });
    }

    /// Notes the instant, up to `at`, from which the lead meets the definition no more.
    pub(super) fn look_for_a_fall(&mut self, at: Timestamp) {
        let (Some(watched), Some((from, until))) = (self.watched, self.judges) else { return };
        if self.lead.status.as_deref() != Some(&self.latched[watched.qualification].status) {
            self.watched = None;
            return;
        }
        if at < from || at >= until {
            return;
        }
        if self.meets(&self.view(at)) {
            self.watched = Some(Watched { met_at: Some(at), ..watched });
            return;
        }
        let Some(met_at) = watched.met_at else { return };
        let at = self.first_not_met(met_at, at);
        let hash = self.in_force.hash.clone();
        let fall = Fall { at, hash, stamp: self.assessment(at) };
        self.latched[watched.qualification].fell = Some(fall);
        self.watched = None;
    }

    /// The first and the last instant under this version: a lead that meets the definition at the
    /// one and not at the other has fallen, whether or not a fact came in between.
    pub(super) fn next_bound(&self, after: Timestamp) -> Option<Timestamp> {
        let (from, until) = self.judges?;
        let last = until.checked_sub(SignedDuration::from_millis(1)).ok()?;
        [from, last].into_iter().find(|at| *at > after)
    }

    /// The first second, after `met` and up to `not_met`, at which the definition is not met. With
    /// no fact in between, points only fade, so there is one such second.
    fn first_not_met(&self, mut met: Timestamp, mut not_met: Timestamp) -> Timestamp {
        while not_met.duration_since(met) > SignedDuration::from_secs(1) {
            let half = met.duration_until(not_met) / 2;
            let middle = met + SignedDuration::from_secs(half.as_secs().max(1));
            if self.meets(&self.view(middle)) {
                met = middle;
            } else {
                not_met = middle;
            }
        }
        not_met
    }
}
