//! What is told when two leads turn out to be one person, when that is taken back, and when
//! somebody says that they are two.

use serde::{Deserialize, Serialize};

use crate::ids::{FactNo, LeadId, UserId};

/// A lead is of the same person as another. It is told about both: about the one that goes on, and
/// about the one that does not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadsMerged {
    /// Which of the two this is told about.
    pub lead: LeadId,
    /// The other.
    pub with: LeadId,
    /// Whether this is the one that goes on.
    pub survives: bool,
    /// What spoke for it, in words that name nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// Who said so; absent for the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
}

/// A merge is taken back; told about both leads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadsUnmerged {
    /// Which of the two this is told about.
    pub lead: LeadId,
    /// The other.
    pub from: LeadId,
    /// The facts about this lead that hold no more: the merge, and what was decided by facts about
    /// the other.
    pub facts: Vec<FactNo>,
    /// Who said so; absent for the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
}

/// Two leads that look like one person are two.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadsToldApart {
    /// The one.
    pub lead: LeadId,
    /// The other.
    pub from: LeadId,
    /// Who said so; absent for the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
}
