//! Every threshold at once: the lead goes its way as if it never qualified, and where it would pass
//! a higher threshold than before, that is written down.

use jiff::Timestamp;

use super::Scorer;
use crate::{
    agreement::Definition,
    condition::{Condition, Truth},
    lever::Lever,
    points::Points,
    qualification::Crossing,
};

/// What is tried, and what was found.
pub(super) struct Trial {
    lever: Option<Lever>,
    /// The condition with the threshold passed, and not passed.
    passed: Condition,
    not_passed: Condition,
    found: Vec<Crossing>,
}

impl Trial {
    fn of(definition: &Definition, lever: Option<&Lever>) -> Trial {
        let as_if = |passed: bool| match lever {
            Some(lever) => lever.taken_as(passed, &definition.qualifies_when),
            None => definition.qualifies_when.clone(),
        };
        Trial {
            lever: lever.cloned(),
            passed: as_if(true),
            not_passed: as_if(false),
            found: Vec::new(),
        }
    }
}

impl Scorer<'_> {
    /// Tries every threshold of a lever; without one, the condition as it is.
    pub(in crate::qualification) fn tries(&mut self, lever: Option<&Lever>) {
        self.trial = Some(Trial::of(self.definition, lever));
    }

    pub(in crate::qualification) fn into_crossings(self) -> Vec<Crossing> {
        self.trial.map(|trial| trial.found).unwrap_or_default()
    }

    pub(super) fn try_thresholds(&mut self, at: Timestamp) {
        let Some(reach) = self.reach(at) else { return };
        let Some(trial) = &mut self.trial else { return };
        if trial.found.last().is_none_or(|last| last.reach < reach) {
            trial.found.push(Crossing { at, reach });
        }
    }

    /// The highest threshold at which the lead would meet the definition now.
    fn reach(&self, at: Timestamp) -> Option<Points> {
        let trial = self.trial.as_ref()?;
        let view = self.view(at);
        let applies = self.definition.applies_when.as_ref();
        if applies.is_some_and(|when| when.holds(&view) != Truth::Yes)
            || trial.passed.holds(&view) != Truth::Yes
            || self.exclusions(&view).0.is_some()
        {
            return None;
        }
        let Some(lever) = trial.lever.as_ref() else { return Some(Points(i64::MAX)) };
        if trial.not_passed.holds(&view) == Truth::Yes {
            return Some(Points(i64::MAX));
        }
        let components = &self.definition.components;
        let index = components.iter().position(|component| component.id == lever.score);
        let points = index.map_or_else(|| self.total(at), |index| self.points(index, at));
        Some(lever.passed_by(points))
    }
}
