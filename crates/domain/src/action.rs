//! Actions: what follows of itself from a missed period, with an owner and a date.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    agreement::Measure,
    figure::Because,
    ids::{ActionId, UserId, Version},
    money::Currency,
};

/// Decided: a period was missed, and what was agreed for it is to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionOpened {
    /// Which action.
    pub action: ActionId,
    /// The consequence that it follows from.
    pub consequence: String,
    /// Who does it; absent where the one whom the text names is not here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<UserId>,
    /// The first day of the period.
    pub from: Date,
    /// Its last day.
    pub to: Date,
    /// What of it was a goal, where it was no share of clocks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<MissedGoal>,
    /// How many clocks were met, or handoffs accepted; of a goal that is a number, what was reached.
    pub hits: u64,
    /// Of how many that fell due, or were answered; of a goal that is a number, what was agreed.
    pub n: u64,
    /// The share that was agreed, in thousandths; all of it for a goal that is a number.
    pub goal_per_mille: i64,
    /// Until when it is to be done.
    pub due_at: Timestamp,
    /// The clause, and facts, 100 of them at most: those that started the clocks that were not met,
    /// the answers that were no acceptance, and of a number those that made it up.
    pub because: Because,
}

/// A goal that was missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MissedGoal {
    /// What it counts.
    pub measure: Measure,
    /// Of an amount: its currency; what was reached and agreed is then in minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
}

/// Somebody closed an action with a word on what was done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionClosed {
    /// Which action.
    pub action: ActionId,
    /// Of which version.
    pub version: Version,
    /// Who closed it.
    pub by: UserId,
    /// The salted hash of what they said.
    pub words: String,
}

/// Under what name the word is kept with which an action was closed.
pub fn closing_name(action: &ActionId) -> String {
    format!("closing/{action}")
}
