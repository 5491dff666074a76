//! What both sides say to a proposal, clause by clause: comments, and whether a side takes a change.
//! What was said stands beside the ledger.

use serde::{Deserialize, Serialize};

use crate::{
    firm::Side,
    ids::{UserId, Version},
};

/// Somebody said something about a clause that a proposal changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClauseCommented {
    /// Of which version.
    pub version: Version,
    /// Which clause, as it is found again in the text: `definition/mql`.
    pub part: String,
    /// The how manieth comment on it.
    pub nth: u32,
    /// Who said it.
    pub by: UserId,
    /// For which side.
    pub side: Side,
    /// The salted hash of what was said.
    pub words: String,
}

/// A side takes a change of a proposal, or declines it. The last answer of a side counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeAnswered {
    /// Of which version.
    pub version: Version,
    /// Which clause, as it is found again in the text.
    pub part: String,
    /// The how manieth answer of the side about it.
    pub nth: u32,
    /// Who answered.
    pub by: UserId,
    /// For which side.
    pub side: Side,
    /// Whether the side takes the change.
    pub accepts: bool,
    /// The salted hash of the reason; there is one whenever a change is declined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Under what name a comment is kept.
pub fn comment_name(version: Version, part: &str, nth: u32) -> String {
    format!("comment/{version}/{part}/{nth}")
}

/// Under what name the reason of an answer is kept.
pub fn reason_name(version: Version, part: &str, side: Side, nth: u32) -> String {
    format!("reason/{version}/{part}/{}/{nth}", side.word())
}
