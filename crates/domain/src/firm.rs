//! The firm itself: who may sign in, and what both sides have signed.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::ids::{FactNo, UserId, Version};

/// The side that a person stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Marketing.
    Marketing,
    /// Sales.
    Sales,
    /// Neither: the chief executive, finance, revenue operations.
    Neutral,
}

impl Side {
    /// The side as a word on screen.
    pub fn word(self) -> &'static str {
        match self {
            Side::Marketing => "marketing",
            Side::Sales => "sales",
            Side::Neutral => "neither side",
        }
    }

    /// Reads `marketing`, `sales` or `neutral`.
    pub fn parse(text: &str) -> Option<Side> {
        match text {
            "marketing" => Some(Side::Marketing),
            "sales" => Some(Side::Sales),
            "neutral" => Some(Side::Neutral),
            _ => None,
        }
    }
}

/// What a person may do. Each role's rights stand in one policy function in `engine::access`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sells.
    Rep,
    /// Leads sellers, and signs for sales where the Agreement names them.
    SalesManager,
    /// Works in marketing.
    Marketer,
    /// Leads marketers, and signs for marketing where the Agreement names them.
    MarketingManager,
    /// Runs Lockstep: imports, people, settings.
    Operations,
    /// Leads the firm and leans to neither side.
    Leader,
    /// Reads what a leader reads, and changes nothing.
    ReadOnly,
    /// Reads everything, the ledger's checks included, and changes nothing.
    Auditor,
}

impl Role {
    /// Every role, in the order in which pages list them.
    pub const ALL: [Role; 8] = [
        Role::Rep,
        Role::SalesManager,
        Role::Marketer,
        Role::MarketingManager,
        Role::Operations,
        Role::Leader,
        Role::ReadOnly,
        Role::Auditor,
    ];

    /// The role as words on screen.
    pub fn words(self) -> &'static str {
        match self {
            Role::Rep => "rep",
            Role::SalesManager => "sales manager",
            Role::Marketer => "marketer",
            Role::MarketingManager => "marketing manager",
            Role::Operations => "revenue operations",
            Role::Leader => "leader",
            Role::ReadOnly => "read only",
            Role::Auditor => "auditor",
        }
    }

    /// The role as a key, as files and commands write it.
    pub fn key(self) -> &'static str {
        match self {
            Role::Rep => "rep",
            Role::SalesManager => "sales_manager",
            Role::Marketer => "marketer",
            Role::MarketingManager => "marketing_manager",
            Role::Operations => "operations",
            Role::Leader => "leader",
            Role::ReadOnly => "read_only",
            Role::Auditor => "auditor",
        }
    }

    /// Reads a key.
    pub fn parse(key: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.key() == key)
    }

    /// The side on which a person of this role stands unless it is said otherwise.
    pub fn side(self) -> Side {
        match self {
            Role::Rep | Role::SalesManager => Side::Sales,
            Role::Marketer | Role::MarketingManager => Side::Marketing,
            _ => Side::Neutral,
        }
    }
}

/// Somebody was let in, or their role, side or standing changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserAdmitted {
    /// Who. The same id as in imported records, so that a seller's leads are theirs.
    pub user: UserId,
    /// What they may do.
    pub role: Role,
    /// Where they stand.
    pub side: Side,
    /// Whether they may sign in.
    pub active: bool,
    /// Who let them in; absent for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    /// The salted hash of their name and address, where these were told with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
}

/// A text was put before both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgreementProposed {
    /// Its number.
    pub version: Version,
    /// The whole text: each file's name and content, as written.
    pub text: BTreeMap<String, String>,
    /// SHA-256 over the text; what is signed and what decisions carry.
    pub hash: String,
    /// When it is to come into force, if both have signed by then.
    pub effective_at: Timestamp,
    /// Who proposed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
}

/// One side signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgreementSigned {
    /// Which version.
    pub version: Version,
    /// The hash that the signer saw.
    pub hash: String,
    /// For which side.
    pub side: Side,
    /// Who signed.
    pub by: UserId,
    /// In whose place, where a substitute signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_place_of: Option<UserId>,
    /// The fact by which the signer had named the substitute; absent where the text names them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named_by: Option<FactNo>,
    /// The backtests that were attached to the version by then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub backtests: Vec<FactNo>,
}

/// What a definition of a version would have found in the past was attached to it, so that it can be
/// compared with what comes. Source: domain.md 3.6.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BacktestAttached {
    /// Which version.
    pub version: Version,
    /// The hash of its text.
    pub hash: String,
    /// The definition.
    pub definition: String,
    /// The first day that was replayed, in the zone of the text.
    pub from: Date,
    /// The last day, included.
    pub to: Date,
    /// How many days a lead had for coming to something.
    pub within_days: i64,
    /// The status of leads that sales took on, where the text names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The last fact that was looked at.
    pub up_to: FactNo,
    /// What it would have found.
    pub proposed: Predicted,
    /// What the definition in force would have found; absent where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub today: Option<Predicted>,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
}

/// What a definition would have found, in leads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Predicted {
    /// How many.
    pub leads: u64,
    /// Of them, those that sales took on.
    pub taken_on: u64,
    /// Those that sales worked and did not take on.
    pub not_taken_on: u64,
    /// Those that were won.
    pub won: u64,
    /// Those that were worked and not won.
    pub lost: u64,
}

/// A proposal was edited or taken back: every signature on it is void.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgreementWithdrawn {
    /// Which version.
    pub version: Version,
    /// The version that was proposed in its place, where one was; absent of what was recorded before
    /// this was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<Version>,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
}

/// A signed version came into force. Only the clock does this.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgreementTookEffect {
    /// Which version.
    pub version: Version,
    /// Its hash.
    pub hash: String,
}
