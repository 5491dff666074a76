//! Clauses as they are read: numbers, headings and sentences.

use super::{message::Message, priority::Priority};

/// A numbered clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// `3`, or `3.2`.
    pub no: String,
    /// Its heading; empty for a paragraph under another clause.
    pub heading: String,
    /// What it says.
    pub says: String,
    /// What kind of clause it is.
    pub kind: ClauseKind,
}

/// What a clause is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClauseKind {
    /// What both sides say, and what carries it.
    Message(Box<Message>),
    /// Whom both sides serve, or the seller whom marketing serves, by its key.
    Persona(String),
    /// Who leads on what.
    Priority(Priority),
    /// A definition, by its key.
    Definition(String),
    /// A service level, by its key.
    ServiceLevel(String),
    /// A milestone of opportunities, by its key.
    Milestone(String),
    /// A goal, by its key.
    Goal(String),
    /// How much a person can work, by its key.
    Capacity(String),
    /// What somebody is to be trained in, by its key.
    Training(String),
    /// How often whoever leads people meets them.
    CheckIns,
    /// How a lead changes hands.
    Handoff,
    /// Who rules where the sides disagree.
    Disputes,
    /// How leads find their owner.
    Routing,
    /// What follows where something is missed, by its key.
    Consequence(String),
    /// Words and nothing else.
    Words,
}
