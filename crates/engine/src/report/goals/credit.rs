//! What opportunities count towards: the goals that count one, and the rulings by which one does not.

use std::collections::BTreeSet;

use domain::{
    agreement::{Agreement, Goal, Measure},
    ids::{DisputeId, OpportunityId, UserId},
};
use jiff::Timestamp;
use serde::Serialize;
use store::{Reader, StoreError};

use super::actual::{Actual, Reading};

/// An opportunity that does not count towards a goal, by a ruling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Which.
    pub opportunity: OpportunityId,
    /// The dispute that was ruled on.
    pub dispute: DisputeId,
    /// What it would bring: 1, or minor units.
    pub value: i64,
}

/// A goal that an opportunity counts towards, or would if no ruling said otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Credit {
    /// The goal.
    pub goal: Goal,
    /// Those whose goal it is; none for the whole side.
    pub whose: Option<BTreeSet<UserId>>,
    /// The dispute by whose ruling it does not count.
    pub left_out: Option<DisputeId>,
}

/// What an opportunity counts towards under an Agreement, in the order of its text.
///
/// # Errors
/// When the database fails.
pub fn credits(
    reader: &Reader<'_>,
    agreement: &Agreement,
    opportunity: &OpportunityId,
    as_of: Timestamp,
) -> Result<Vec<Credit>, StoreError> {
    const OF_OPPORTUNITIES: [Measure; 4] =
        [Measure::Opened, Measure::Reached, Measure::Won, Measure::Revenue];
    let goals = agreement.goals.iter().filter(|goal| OF_OPPORTUNITIES.contains(&goal.measure));
    let goals: Vec<&Goal> = goals.collect();
    if goals.is_empty() {
        return Ok(Vec::new());
    }
    let reading = Reading::of_opportunity(reader, agreement, as_of, &goals, opportunity)?;
    let credit = |goal: &&Goal| {
        let counts = match reading.actual(goal, &mut Vec::new()) {
            Actual::Sum(total) => total.n() > 0,
            Actual::Share(_) => false,
        };
        let left_out = reading.left_out(goal).pop().map(|left_out| left_out.dispute);
        (counts || left_out.is_some()).then(|| Credit {
            goal: (*goal).clone(),
            whose: reading.whose(goal),
            left_out,
        })
    };
    Ok(goals.iter().filter_map(credit).collect())
}
