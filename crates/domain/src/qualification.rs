//! Does this lead meet the signed definition, when did it first, and what is every point for?
//!
//! One pass over a lead's facts serves all askers: the live decision, the score as of a past
//! instant, and the question "what if". Nothing is kept between passes, so nothing can drift.

mod course;
mod crossing;
mod scorer;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    agreement::{Definition, History},
    ids::{FactNo, Version},
    lead::LeadHistory,
    points::Points,
};

pub use course::{Course, course};
pub use crossing::{Crossing, crossings};
use scorer::Scorer;

/// Why something that was seen earned nothing, or no longer counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum WhyNot {
    /// The rule had counted as often as its limit allows.
    LimitReached {
        /// When one more would count; absent when never.
        free_at: Option<Timestamp>,
    },
    /// What the rule asks for is not known.
    Unknown {
        /// The names it asks for.
        names: Vec<String>,
    },
    /// The activity was no success of its kind.
    NotASuccess,
    /// The total stood above the level at which this component stops.
    Stopped,
    /// Scoring had ended, by the definition's own term or because the lead had qualified.
    Ended,
    /// A reset took it away.
    Reset {
        /// When.
        at: Timestamp,
    },
}

impl WhyNot {
    /// The reason as words on screen.
    pub fn words(&self) -> String {
        match self {
            WhyNot::LimitReached { .. } => "limit reached".into(),
            WhyNot::Unknown { names } => format!("not known: {}", names.join(", ")),
            WhyNot::NotASuccess => "not a success of its kind".into(),
            WhyNot::Stopped => "the total stood above the stop".into(),
            WhyNot::Ended => "scoring had ended".into(),
            WhyNot::Reset { .. } => "reset since".into(),
        }
    }
}

/// One line of the workings: a rule, what it saw, and what that counts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// The rule's key.
    pub rule: String,
    /// The rule's sentence.
    pub says: String,
    /// The component it counts to.
    pub component: String,
    /// When what it saw happened; absent for a rule over fields, which counts while it holds.
    pub at: Option<Timestamp>,
    /// The facts that it saw.
    pub facts: Vec<FactNo>,
    /// The points that it gave.
    pub gave: Points,
    /// What of them counts at the instant asked for.
    pub counts: Points,
    /// Why nothing counts.
    pub why_not: Option<WhyNot>,
}

/// A component's points and how they came about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComponentScore {
    /// Its key.
    pub id: String,
    /// Its name on screen.
    pub label: String,
    /// The sum of its lines.
    pub sum: Points,
    /// What counts of it, within its cap and floor.
    pub points: Points,
    /// Its cap.
    pub cap: Option<Points>,
    /// Its mark, where the definition classifies.
    pub mark: Option<String>,
}

/// The state of a lead under a definition at an instant.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Assessment {
    /// The definition's key.
    pub definition: String,
    /// Its clause.
    pub clause: String,
    /// The version that governs.
    pub version: Version,
    /// The instant asked for.
    pub as_of: Timestamp,
    /// Each component.
    pub components: Vec<ComponentScore>,
    /// Their sum.
    pub total: Points,
    /// Every line of the workings, those that count nothing included.
    pub lines: Vec<Line>,
    /// Whether the points and the lead meet the definition's condition now.
    pub meets: bool,
    /// The exclusion that holds, if one does.
    pub excluded: Option<String>,
    /// Exclusions that cannot be judged, by key, with the names that are not known.
    pub unjudged: Vec<(String, Vec<String>)>,
}

impl Assessment {
    /// A component's points.
    pub fn points(&self, component: &str) -> Points {
        let found = self.components.iter().find(|score| score.id == component);
        found.map_or(Points::ZERO, |score| score.points)
    }

    /// The facts behind the points that count, in ledger order.
    pub fn facts(&self) -> Vec<FactNo> {
        let counted = self.lines.iter().filter(|line| line.counts != Points::ZERO);
        let mut facts: Vec<FactNo> = counted.flat_map(|line| line.facts.iter().copied()).collect();
        facts.sort();
        facts.dedup();
        facts
    }
}

/// A lead met a definition, at the instant at which it did.
#[derive(Debug, Clone, PartialEq)]
pub struct Qualification {
    /// When.
    pub at: Timestamp,
    /// How often this lead has met this definition, this time included.
    pub times: u32,
    /// The status it enters.
    pub status: String,
    /// The hash of the version that governs.
    pub hash: String,
    /// The workings at that instant; its points are stamped.
    pub stamp: Assessment,
    /// When the lead, while it still stood in the status, came to meet the definition no more.
    pub fell: Option<Fall>,
}

/// A lead that had qualified came to meet its definition no more: points faded, or something took
/// them away. It says nothing about the status, which stays until somebody moves the lead.
#[derive(Debug, Clone, PartialEq)]
pub struct Fall {
    /// When, to the second.
    pub at: Timestamp,
    /// The hash of the version that governs.
    pub hash: String,
    /// The workings at that instant.
    pub stamp: Assessment,
}

/// Every instant up to `as_of` at which the lead met a definition, under the version in force
/// then. A later version changes none of them.
pub fn qualifications(
    history: &LeadHistory,
    agreements: &History,
    definition: &str,
    as_of: Timestamp,
) -> Vec<Qualification> {
    let mut found: Vec<Qualification> = Vec::new();
    for (index, in_force) in agreements.0.iter().enumerate() {
        let until = agreements.0.get(index + 1).map_or(Timestamp::MAX, |next| next.from);
        if in_force.from > as_of {
            break;
        }
        let rules = &in_force.agreement;
        let Some(definition) = rules.definitions.iter().find(|d| d.id == definition) else {
            continue;
        };
        for (from, until) in history.spells(in_force.from, until) {
            if from > as_of {
                break;
            }
            let mut scorer = Scorer::new(definition, in_force, found);
            scorer.judges(from, until);
            scorer.run(&history.seen(from, as_of), as_of);
            found = scorer.into_qualifications();
        }
    }
    found
}

/// The score and its workings at an instant, under the version in force then.
/// `None` when no version with that definition was in force.
pub fn assess(
    history: &LeadHistory,
    agreements: &History,
    definition: &str,
    as_of: Timestamp,
) -> Option<Assessment> {
    let in_force = agreements.at(as_of)?;
    let rules: &Definition = in_force.agreement.definitions.iter().find(|d| d.id == definition)?;
    let earlier = qualifications(history, agreements, definition, as_of);
    let mut scorer = Scorer::new(rules, in_force, earlier);
    scorer.run(&history.seen(as_of, as_of), as_of);
    Some(scorer.assessment(as_of))
}

/// The stamped points by component, as a decided fact carries them.
pub fn stamped(assessment: &Assessment) -> BTreeMap<String, Points> {
    assessment.components.iter().map(|score| (score.id.clone(), score.points)).collect()
}

#[cfg(test)]
pub(crate) mod tests;
