//! Disputes: somebody contests what was decided or signed, the other side says theirs, and a named
//! arbiter who stands on neither rules. Statements stand beside the ledger. Source: domain.md 2.6.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    figure::Because,
    firm::Side,
    ids::{CollateralRequestId, DisputeId, HandoffId, LeadId, OpportunityId, UserId, Version},
};

/// What is contested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Contested {
    /// The answer to a handoff.
    Handoff {
        /// Which.
        handoff: HandoffId,
        /// Its lead.
        lead: LeadId,
    },
    /// What a clause says, or how it is read: a definition, a service level, a goal.
    Clause {
        /// Of which version.
        version: Version,
        /// Its number.
        clause: String,
    },
    /// That an opportunity counts towards a goal.
    Credit {
        /// Which opportunity.
        opportunity: OpportunityId,
        /// The goal's key.
        goal: String,
    },
    /// What became of a request.
    CollateralRequest {
        /// Which.
        request: CollateralRequestId,
    },
}

impl Contested {
    /// What it is about, as facts are filed.
    pub fn subject(&self) -> String {
        match self {
            Contested::Handoff { lead, .. } => format!("lead/{lead}"),
            Contested::Clause { version, .. } => format!("agreement/{version}"),
            Contested::Credit { opportunity, .. } => format!("opportunity/{opportunity}"),
            Contested::CollateralRequest { request } => format!("request/{request}"),
        }
    }

    /// The lead whose handoff it is.
    pub fn lead(&self) -> Option<&LeadId> {
        match self {
            Contested::Handoff { lead, .. } => Some(lead),
            Contested::Clause { .. }
            | Contested::Credit { .. }
            | Contested::CollateralRequest { .. } => None,
        }
    }
}

/// Who says what in a dispute. What they say stands beside the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// Whoever contests.
    Opening,
    /// The other side.
    Answer,
    /// The arbiter.
    Ruling,
}

impl Said {
    /// Under what name the words are kept.
    pub fn of(self, dispute: &DisputeId) -> String {
        let which = match self {
            Said::Opening => "opening",
            Said::Answer => "answer",
            Said::Ruling => "ruling",
        };
        format!("statement/{dispute}/{which}")
    }
}

/// Somebody contests something, with a statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisputeOpened {
    /// Which dispute.
    pub dispute: DisputeId,
    /// What is contested.
    pub about: Contested,
    /// Who contests it.
    pub by: UserId,
    /// For which side.
    pub side: Side,
    /// Who rules.
    pub arbiter: UserId,
    /// Until when the ruling is due.
    pub due_at: Timestamp,
    /// The salted hash of the statement.
    pub statement: String,
    /// Clause and version that name the arbiter, and the fact that is contested.
    pub because: Because,
}

/// The other side says theirs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisputeAnswered {
    /// Which dispute.
    pub dispute: DisputeId,
    /// What is contested.
    pub about: Contested,
    /// Who answers.
    pub by: UserId,
    /// For which side.
    pub side: Side,
    /// The salted hash of the statement.
    pub statement: String,
}

/// The arbiter rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisputeRuled {
    /// Which dispute.
    pub dispute: DisputeId,
    /// What is contested.
    pub about: Contested,
    /// Who rules.
    pub by: UserId,
    /// Whether what was contested is overturned; else it stands.
    pub overturned: bool,
    /// The salted hash of the reasons.
    pub statement: String,
    /// The earlier ruling that it follows, where it follows one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<DisputeId>,
}
