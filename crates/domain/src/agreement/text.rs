//! Clauses as they are read: numbers, headings and sentences.

use crate::firm::Side;

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
    /// The value proposition and what may be claimed.
    Message {
        /// Claims with their proofs.
        claims: Vec<Claim>,
    },
    /// Whom both sides serve.
    Persona {
        /// The persona's key.
        id: String,
        /// How many interviews stand behind it; 0 is said as such.
        interviews: u32,
    },
    /// Who leads on what.
    Priority {
        /// Who leads.
        leads: Side,
        /// Until when; a priority expires.
        until: Option<jiff::civil::Date>,
    },
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

/// A claim and what carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The words.
    pub says: String,
    /// Whether it may be said.
    pub standing: Standing,
    /// The proof.
    pub proof: Option<String>,
    /// Until when the proof holds.
    pub proof_until: Option<jiff::civil::Date>,
}

/// Whether a claim may be said. Source: domain.md 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Must be said.
    Required,
    /// May be said.
    Allowed,
    /// May be said after asking.
    Restricted,
    /// Must not be said.
    Banned,
}
