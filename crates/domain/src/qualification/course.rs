//! How a score goes on by itself: points fade, and nothing else changes until something happens.
//!
//! Whoever shows many leads need not go through each one's facts again because a second has passed.
//! A course says what [`assess`](super::assess) would say at every instant up to the next one at
//! which more than fading happens.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{qualifications, scorer::Scorer};
use crate::{
    agreement::{
        Definition, History,
        definition::{Award, Judged, LooksAt},
    },
    condition::Name,
    lead::LeadHistory,
    points::{Decay, Points},
};

/// What a lead's points come to from one instant on, as long as nothing happens.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// The definition's key.
    pub definition: String,
    pub(super) parts: Vec<Part>,
    /// From when on it says nothing any more; `None` while no more than fading is ahead.
    pub until: Option<Timestamp>,
}

/// A component: what stays, and what fades.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub(super) id: String,
    pub(super) stays: Points,
    /// Points with the instants at which they were given.
    pub(super) fading: Vec<(Timestamp, Points)>,
    pub(super) decay: Option<Decay>,
    pub(super) floor: Option<Points>,
    pub(super) cap: Option<Points>,
}

impl Course {
    /// The points of each component, and their sum, at an instant of the course.
    pub fn at(&self, at: Timestamp) -> (BTreeMap<String, Points>, Points) {
        let parts: BTreeMap<String, Points> =
            self.parts.iter().map(|part| (part.id.clone(), part.at(at))).collect();
        let total = parts.values().copied().sum();
        (parts, total)
    }
}

impl Part {
    fn at(&self, at: Timestamp) -> Points {
        let left = |(given_at, points): &(Timestamp, Points)| match &self.decay {
            Some(decay) => decay.left_of(*points, given_at.duration_until(at).as_secs()),
            None => *points,
        };
        let mut points = self.stays + self.fading.iter().map(left).sum::<Points>();
        if let Some(floor) = self.floor {
            points = points.max(floor);
        }
        self.cap.map_or(points, |cap| points.min(cap))
    }
}

/// How a score goes on from an instant, under the version in force then. `None` when no version
/// with that definition was in force.
pub fn course(
    history: &LeadHistory,
    agreements: &History,
    definition: &str,
    as_of: Timestamp,
) -> Option<Course> {
    let in_force = agreements.at(as_of)?;
    let rules: &Definition = in_force.agreement.definitions.iter().find(|d| d.id == definition)?;
    let earlier = qualifications(history, agreements, definition, as_of);
    let mut scorer = Scorer::new(rules, in_force, earlier);
    scorer.run(&history.seen(as_of, as_of), as_of);
    let next_version = agreements.0.iter().map(|version| version.from).filter(|at| *at > as_of);
    let ahead = [history.next_after(as_of), next_version.min(), scorer.ahead()];
    // What is judged at set times may qualify at any of them, and what asks how long ago something
    // was may change at any instant.
    let is_restless = rules.judged != Judged::AtEachFact || asks_for_time(rules);
    let until = ahead.into_iter().flatten().min();
    Some(Course {
        definition: rules.id.clone(),
        parts: scorer.parts(as_of),
        until: if is_restless { Some(as_of) } else { until },
    })
}

/// Whether a rule over fields asks how long something is ago. Other rules are asked only when
/// something happens.
fn asks_for_time(definition: &Definition) -> bool {
    let of_time = |name: &Name| name.field == "age_days" || name.field.starts_with("days_since_");
    let mut over_fields = definition.rules.iter().filter(|rule| rule.looks_at == LooksAt::Fields);
    over_fields.any(|rule| {
        let mut asks = false;
        rule.when.names(&mut |name| asks |= of_time(name));
        match &rule.award {
            Award::ByValue { name, .. } | Award::ByNumber { name, .. } => asks || of_time(name),
            Award::Points(_) | Award::Empties => asks,
        }
    })
}

#[cfg(test)]
mod tests;
