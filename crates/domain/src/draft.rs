//! A first Agreement, as far as what has happened suggests one.
//!
//! Nothing here is invented: each number is counted from what was seen, or it is said that nothing
//! was seen and the plainest choice stands in its place. What the two sides make of it is theirs.

pub mod answer;
pub mod card;
pub mod deals;
pub mod seen;
pub mod way;

use std::collections::BTreeMap;

use answer::{AnswerTime, AnswerWithin};
use card::Card;
use deals::Deals;
use seen::{Seen, SeenKind};
use way::Way;

/// The parts of a first Agreement, each with what it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// How many leads were looked at.
    pub leads: u64,
    /// How many opportunities.
    pub opportunities: u64,
    /// The kinds of activities.
    pub kinds: BTreeMap<String, SeenKind>,
    /// The statuses of a lead, in order.
    pub way: Way,
    /// When a lead is qualified.
    pub card: Card,
    /// How soon it is answered.
    pub answer: AnswerTime,
    /// Stages, what somebody can carry, and goals.
    pub deals: Deals,
}

/// Numbers that somebody would rather have than the proposed ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Choices {
    /// From how many points a lead is qualified.
    pub threshold: Option<i64>,
    /// How soon it is answered.
    pub within: Option<AnswerWithin>,
}

impl Draft {
    /// What was seen suggests this.
    pub fn of(seen: &Seen) -> Draft {
        let way = Way::of(&seen.leads);
        Draft {
            leads: seen.leads.len() as u64,
            opportunities: seen.opportunities.len() as u64,
            kinds: seen.kinds.clone(),
            card: Card::of(seen),
            answer: AnswerTime::of(&seen.leads, &seen.zone),
            deals: Deals::of(seen),
            way,
        }
    }

    /// The same with somebody's own numbers. A threshold that no points reach is left out.
    pub fn with(mut self, choices: Choices) -> Draft {
        let reachable = |points: &i64| (1..=self.card.most()).contains(points);
        if let Some(points) = choices.threshold.filter(reachable) {
            self.card.threshold = points;
        }
        if let Some(within) = choices.within {
            self.answer.within = within;
        }
        self
    }
}

#[cfg(test)]
mod tests;
