//! What routing says of a lead: to whom it went and why, or why it waits. The fact keeps all that
//! was looked at, so that the answer can be given again from the fact alone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    agreement::routing::FoundBy,
    field::Fields,
    figure::Because,
    ids::{AccountId, ClockId, FactNo, LeadId, UserId},
};

/// A lead that nobody had was routed: to somebody, or to nobody yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeadRouted {
    /// Which lead.
    pub lead: LeadId,
    /// How often this lead was routed, this time included.
    pub times: u32,
    /// What came of it.
    #[serde(flatten)]
    pub routed: Routed,
    /// All that was looked at.
    pub seen: Seen,
    /// The step of a clock by which it was passed on, where somebody had it and did not answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Box<PassedOnBy>>,
    /// Clause, version and facts.
    pub because: Because,
}

/// A step by which a lead was passed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassedOnBy {
    /// The fact that says that the step was reached.
    pub escalated: FactNo,
    /// The clock that reached it.
    pub clock: ClockId,
    /// Which step, from 1 in the order of the text.
    pub step: u32,
    /// Who had the lead; absent where nobody had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<UserId>,
}

/// A lead that had been shared out counts for its receiver no more: it was bad, or nobody came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoutingCreditedBack {
    /// Which lead.
    pub lead: LeadId,
    /// The fact that had routed it.
    pub routed: FactNo,
    /// The pool whose level it is.
    pub pool: String,
    /// Who had received it.
    pub user: UserId,
    /// Clause, version and facts.
    pub because: Because,
}

/// What routing came to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Routed {
    /// Who gets the lead; absent where nobody can take it now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<UserId>,
    /// The pool through which it went, where it went through one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
    /// Whether it counts for the receiver's level in the pool.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub counted: bool,
    /// Levels that were lifted to the pool's lowest with no lead received, and by how many leads;
    /// whoever joins the pool stands here too.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lifted: BTreeMap<UserId, i64>,
    /// Each route that was tried, in order; the last one was taken, or the lead waits at it.
    pub tried: Vec<Tried>,
}

/// A route that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tried {
    /// The route's key.
    pub route: String,
    /// What came of it.
    pub outcome: Outcome,
    /// Who was passed over, and why, in the order of the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<PassedOver>,
}

/// What came of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was taken.
    Taken,
    /// Its condition does not hold.
    DoesNotHold,
    /// Whether its condition holds is not known.
    NotKnown,
    /// No account was found.
    NoAccount,
    /// Several accounts were found, and none is more likely.
    SeveralAccounts,
    /// The account has no owner.
    AccountWithoutOwner,
    /// The value of the field stands in no territory.
    NoTerritory,
    /// Nobody whom it names can take the lead now; the next route is tried.
    NobodyCan,
    /// Nobody whom it names can take the lead now, and it waits for them.
    Waits,
}

impl Outcome {
    /// The outcome as words on screen.
    pub fn words(self) -> &'static str {
        match self {
            Outcome::Taken => "taken",
            Outcome::DoesNotHold => "its condition does not hold",
            Outcome::NotKnown => "whether its condition holds is not known",
            Outcome::NoAccount => "no account was found",
            Outcome::SeveralAccounts => "several accounts fit, and none more than the others",
            Outcome::AccountWithoutOwner => "the account has no owner",
            Outcome::NoTerritory => "the value stands in no territory",
            Outcome::NobodyCan => "nobody named here can take it now",
            Outcome::Waits => "nobody named here can take it now, and it waits for them",
        }
    }
}

/// Somebody who might have received a lead and did not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassedOver {
    /// Who: as the text names them, or the account's owner by id.
    pub who: String,
    /// Why.
    pub why: Why,
}

/// Why somebody was passed over, in the order in which it is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Nobody of that name is known.
    Unknown,
    /// They may not sign in any more.
    Deactivated,
    /// They had it and did not answer in time.
    MissedIt,
    /// They are away.
    Away,
    /// They are not at work at this hour.
    OutsideHours,
    /// They have received as many today as they may.
    DayFull,
    /// They have as many open leads as they may.
    OpenFull,
    /// As many of their leads are late as may be.
    Late,
    /// Somebody else has fewer open leads.
    HasMoreOpen,
    /// Somebody else has received less of what is theirs.
    HadMore,
}

impl Why {
    /// The reason as words on screen.
    pub fn words(self) -> &'static str {
        match self {
            Why::Unknown => "is not known here",
            Why::Deactivated => "may not sign in any more",
            Why::MissedIt => "had it and had not answered in time",
            Why::Away => "was away",
            Why::OutsideHours => "was not at work at that hour",
            Why::DayFull => "had received as many that day as agreed",
            Why::OpenFull => "had as many open leads as agreed",
            Why::Late => "had as many late leads as agreed, and receives when they are answered",
            Why::HasMoreOpen => "had more open leads",
            Why::HadMore => "was not next in turn",
        }
    }
}

/// All that routing looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// When.
    pub at: Timestamp,
    /// Who had the lead and did not answer in time, so that it is not given to them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub missed_by: BTreeSet<UserId>,
    /// What conditions and territories asked for, by name: `lead.region`. What is not here was not
    /// known.
    #[serde(default, skip_serializing_if = "Fields::is_empty")]
    pub values: Fields,
    /// The account, where a route asked for it and one was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountSeen>,
    /// People, by the name in the text or, of an account's owner, by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub people: BTreeMap<String, PersonSeen>,
    /// Levels, by pool and member.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub levels: BTreeMap<String, BTreeMap<UserId, Level>>,
}

/// The account of a lead, as it was looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountSeen {
    /// The account; absent where several fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// How it was found.
    pub by: FoundBy,
    /// What of the lead was compared: a domain, a name, an id.
    pub lead_has: String,
    /// What of the account it was compared with.
    pub account_has: String,
    /// How alike the two are, in thousandths.
    pub alike_per_mille: u32,
    /// Who has the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<UserId>,
}

/// Somebody as they stood when a lead was routed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonSeen {
    /// Their id; absent where nobody of that name is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// They may not sign in any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deactivated: bool,
    /// The last day of an absence that holds at the instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub away_until: Option<Date>,
    /// Whether it was within their hours, where that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_work: Option<bool>,
    /// How many leads they had been given that day, where that was asked; counted up to the cap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub today: Option<u32>,
    /// How many open leads they had, where that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<u32>,
    /// How many of their leads were late, where that was asked; counted up to the cap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<u32>,
}

/// What somebody has received of a pool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Leads that counted.
    pub received: i64,
    /// Of them, those that were credited back.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub credited_back: i64,
    /// What the level was lifted by, with no lead received.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub lifted: i64,
}

impl Level {
    /// What counts: received, without what was credited back, and what it was lifted by.
    pub fn counts(self) -> i64 {
        self.received - self.credited_back + self.lifted
    }
}

fn is_zero(number: &i64) -> bool {
    *number == 0
}
