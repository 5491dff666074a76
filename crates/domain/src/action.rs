//! Actions: what follows of itself from a missed period, with an owner and a date.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    figure::Because,
    ids::{ActionId, UserId, Version},
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
    /// How many clocks were met.
    pub hits: u64,
    /// Of how many that fell due.
    pub n: u64,
    /// The share that was agreed, in thousandths.
    pub goal_per_mille: i64,
    /// Until when it is to be done.
    pub due_at: Timestamp,
    /// The clause, and the facts that started the clocks that were not met, 100 of them at most.
    pub because: Because,
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
