//! What is told when an import, or a giving to somebody, is undone: which of a record's facts hold no
//! more.

use serde::{Deserialize, Serialize};

use crate::ids::{FactNo, UserId};

/// What an import, or whoever gave it to somebody, had told of a record holds no more, and nothing
/// that was decided by it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactsWithdrawn {
    /// The record, as `noun/id`.
    pub subject: String,
    /// The facts about it that hold no more.
    pub facts: Vec<FactNo>,
    /// The import that is undone; absent where somebody undid whose they had made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import: Option<String>,
    /// The hash of who they are, where that is again as it was before the import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Who undid it; absent for the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
}
