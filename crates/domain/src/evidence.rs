//! Evidence: what stands behind a persona, given as it is found, without signing anew. What was said
//! stands beside the ledger.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    firm::Side,
    ids::{FactNo, Subject, UserId},
};

/// What kind of evidence it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// Somebody like this was asked.
    Interview,
    /// How a deal with somebody like this was won or lost.
    Deal,
    /// What somebody like this said.
    Quote,
}

impl EvidenceKind {
    /// Every kind with its key.
    pub const ALL: [(&'static str, EvidenceKind); 3] = [
        ("interview", EvidenceKind::Interview),
        ("deal", EvidenceKind::Deal),
        ("quote", EvidenceKind::Quote),
    ];

    /// The kind on screen, which is its key.
    pub fn word(self) -> &'static str {
        EvidenceKind::ALL.iter().find(|(_, kind)| *kind == self).expect("all are listed").0
    }
}

/// Somebody gave evidence for a persona.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceGiven {
    /// For which persona, by its key in the Agreement.
    pub persona: String,
    /// The how manieth piece for it.
    pub nth: u32,
    /// Of what kind.
    pub kind: EvidenceKind,
    /// The day on which it was said, or on which the deal was closed.
    pub on: Date,
    /// The lead or opportunity that it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Subject>,
    /// Who gave it.
    pub by: UserId,
    /// On which side they stood.
    pub side: Side,
    /// The salted hash of what was said.
    pub words: String,
}

/// Evidence was taken back with a word; it stands in the ledger, and counts no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceWithdrawn {
    /// For which persona it was given.
    pub persona: String,
    /// The fact that gave it.
    pub evidence: FactNo,
    /// Who took it back.
    pub by: UserId,
    /// The salted hash of why.
    pub words: String,
}

/// Under what name it is kept what was said.
pub fn evidence_name(persona: &str, nth: u32) -> String {
    format!("evidence/{persona}/{nth}")
}

/// Under what name it is kept why evidence was taken back.
pub fn taking_back_name(evidence: FactNo) -> String {
    format!("evidence/{evidence}/back")
}
