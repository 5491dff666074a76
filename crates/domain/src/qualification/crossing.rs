//! When a lead would have met a definition for the first time, at every threshold at once.

use jiff::Timestamp;

use super::scorer::Scorer;
use crate::{agreement::InForce, lead::LeadHistory, lever::Lever, points::Points};

/// From this instant on, at the latest, the lead would have met the definition at every threshold
/// up to `reach`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crossing {
    /// When.
    pub at: Timestamp,
    /// The highest threshold; [`ALWAYS`](Crossing::ALWAYS) where no threshold mattered.
    pub reach: Points,
}

impl Crossing {
    /// Higher than any threshold.
    pub const ALWAYS: Points = Points(i64::MAX);
}

/// Each instant up to `as_of` at which a lead would have met a definition of a text at a higher
/// threshold than at any instant before, as if it had not qualified meanwhile: so the first whose
/// reach is a threshold or more is when the lead would first have qualified with that threshold.
/// Without a lever there is one at most.
pub fn crossings(
    history: &LeadHistory,
    in_force: &InForce,
    definition: &str,
    lever: Option<&Lever>,
    as_of: Timestamp,
) -> Vec<Crossing> {
    let definitions = &in_force.agreement.definitions;
    let Some(definition) = definitions.iter().find(|known| known.id == definition) else {
        return Vec::new();
    };
    let mut found: Vec<Crossing> = Vec::new();
    for (from, until) in history.spells(in_force.from, Timestamp::MAX) {
        if from > as_of {
            break;
        }
        let mut scorer = Scorer::new(definition, in_force, Vec::new());
        scorer.judges(from, until);
        scorer.tries(lever);
        scorer.run(&history.seen(from, as_of), as_of);
        for crossing in scorer.into_crossings() {
            if found.last().is_none_or(|last| last.reach < crossing.reach) {
                found.push(crossing);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests;
