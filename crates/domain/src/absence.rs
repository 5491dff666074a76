//! Who is away, and who stands in: for somebody's work, or for their signature.
//!
//! No clock rests because somebody is away: only the Agreement says what rests one, and it has no
//! word for an owner's absence. Source: domain.md 2.4.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    firm::Side,
    ids::{FactNo, UserId},
};

/// Somebody is away, from a first to a last day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AbsenceEntered {
    /// Who is away.
    pub user: UserId,
    /// The first day.
    pub first_on: Date,
    /// The last day, included.
    pub last_on: Date,
    /// Who does their work meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub substitute: Option<UserId>,
    /// Who wrote it down.
    pub by: UserId,
}

/// An absence was taken back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AbsenceWithdrawn {
    /// Whose it was.
    pub user: UserId,
    /// The fact that had entered it.
    pub absence: FactNo,
    /// Who took it back.
    pub by: UserId,
}

/// Whoever the Agreement names to sign for a side named somebody to sign in their place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubstituteNamed {
    /// Whose signature it is; they named the substitute.
    pub signer: UserId,
    /// For which side.
    pub side: Side,
    /// Who signs in their place.
    pub substitute: UserId,
    /// The first day.
    pub first_on: Date,
    /// The last day, included.
    pub last_on: Date,
}

/// A substitute signs no more; what they have signed stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubstituteWithdrawn {
    /// Whose signature it is.
    pub signer: UserId,
    /// The fact that had named the substitute.
    pub named: FactNo,
}
