//! Somebody's book: the leads, open opportunities and accounts that are theirs to look after. They
//! belong to the firm, so all of it can pass to somebody else in one step, and nothing of it stays
//! behind with whoever leaves.

use serde::{Deserialize, Serialize};

use crate::ids::UserId;

/// All that was somebody's passed to somebody else. What passed is told by the facts that follow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BookPassedOn {
    /// Whose book it was.
    pub user: UserId,
    /// Whose it is now.
    pub taker: UserId,
    /// How many leads passed.
    pub leads: u32,
    /// How many open opportunities.
    pub opportunities: u32,
    /// How many accounts.
    pub accounts: u32,
    /// How many requests that wait for their answer, which pass when somebody leaves.
    #[serde(default, skip_serializing_if = "is_none")]
    pub requests: u32,
    /// Who did it; absent for the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
}

fn is_none(n: &u32) -> bool {
    *n == 0
}

/// Somebody left the firm: they may not sign in, and nothing is given to them any more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserLeft {
    /// Who.
    pub user: UserId,
    /// Who wrote it down; absent for the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
}
