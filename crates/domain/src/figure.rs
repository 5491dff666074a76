//! Figures: numbers that can show their workings.

use serde::{Deserialize, Serialize};

use crate::ids::{FactNo, Version};

/// Why a decision came out as it did: the clause that decided, and the facts it rests on.
/// A decision without one cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Because {
    /// The version of the Agreement that was in force.
    pub version: Version,
    /// The SHA-256 of that version's text, as both sides saw it when they signed.
    pub hash: String,
    /// The clause, such as `3.2`.
    pub clause: String,
    /// The facts behind it, in ledger order.
    pub facts: Vec<FactNo>,
}

/// A number fit to be shown, with the facts that it was worked out from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure<T> {
    /// The number, in the unit that `T` names.
    pub value: T,
    /// The facts behind it, in ledger order.
    pub because: Vec<FactNo>,
}
