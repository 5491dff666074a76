//! Milestones: what both sides mean by an accepted, or a qualified, opportunity.

use crate::condition::Condition;

/// What an opportunity can reach. It is reached once: the first time that its condition holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Milestone {
    /// Its key: `accepted`.
    pub id: String,
    /// Its clause.
    pub clause: String,
    /// Its sentence, as signed.
    pub says: String,
    /// When it is reached.
    pub reached_when: Condition,
}
