//! Where what a source system says of a lead differs from what the Agreement decides.
//!
//! A fact is taken in whatever it says; a move that the Agreement does not know, or would not have
//! made, is a finding for both sides to talk about, and no error.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    agreement::{Agreement, History, Status},
    ids::{FactNo, Version},
};

/// How a told move differs from the Agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// The source says that the lead is qualified; by what is known here it had not met the
    /// definition.
    NotMet,
    /// The lead met the definition, and the source has not said so since.
    NotSaid,
    /// The lead was moved where the Agreement lets nobody move it.
    NotAllowed,
    /// The Agreement knows no such status.
    UnknownStatus,
    /// The reason is none of those that were agreed.
    UnknownReason,
    /// No reason was given where the Agreement lists some.
    NoReason,
}

impl Difference {
    /// Every kind, as reports list them.
    pub const ALL: [Difference; 6] = [
        Difference::NotMet,
        Difference::NotSaid,
        Difference::NotAllowed,
        Difference::UnknownStatus,
        Difference::UnknownReason,
        Difference::NoReason,
    ];

    /// The kind as words on screen.
    pub fn words(self) -> &'static str {
        match self {
            Difference::NotMet => "said to be qualified, definition not met",
            Difference::NotSaid => "definition met, not said since",
            Difference::NotAllowed => "moved where the Agreement lets nobody move it",
            Difference::UnknownStatus => "status that the Agreement does not know",
            Difference::UnknownReason => "reason that was not agreed",
            Difference::NoReason => "no reason, where reasons were agreed",
        }
    }
}

/// A lead's entry into a status, told or decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The fact that says so.
    pub fact: FactNo,
    /// The status, as told.
    pub status: String,
    /// When.
    pub at: Timestamp,
    /// The reason given.
    pub reason: Option<String>,
    /// Whether the Agreement decided it.
    pub decided: bool,
}

/// A difference that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// How it differs.
    pub difference: Difference,
    /// The fact: the move that was told, or for [`Difference::NotSaid`] the decision.
    pub fact: FactNo,
    /// When that happened.
    pub at: Timestamp,
    /// The status that it says.
    pub status: String,
    /// Where the lead stood before, as far as known.
    pub before: Option<String>,
    /// The reason that it gives.
    pub reason: Option<String>,
    /// The version in force then.
    pub version: Version,
}

/// The differences on one lead's way, whose steps are in the order in which they happened. Before
/// the first version came into force, and of a lead of which no source tells statuses, there are
/// none.
pub fn differences(way: &[Step], agreements: &History) -> Vec<Found> {
    let mut found = Vec::new();
    let mut stood: Option<String> = None;
    let mut unsaid = None;
    let mut was_met: BTreeSet<String> = BTreeSet::new();
    for step in way {
        let Some(in_force) = agreements.at(step.at) else {
            stood = Some(step.status.clone());
            continue;
        };
        let known = in_force.agreement.status(&step.status);
        // What was told before this version may be another word for a status.
        stood = stood.map(|stood| key_in(&in_force.agreement, stood));
        let of_step = |difference| Found {
            difference,
            fact: step.fact,
            at: step.at,
            status: step.status.clone(),
            before: stood.clone(),
            reason: step.reason.clone(),
            version: in_force.version,
        };
        if step.decided {
            unsaid = Some(of_step(Difference::NotSaid));
            was_met.extend(known.map(|status| status.key.clone()));
        } else {
            unsaid = None;
            let comes_back = known.is_some_and(|status| was_met.contains(&status.key));
            let differs = move_differs(&in_force.agreement, known, stood.as_deref())
                .filter(|found| *found != Difference::NotMet || !comes_back);
            found.extend(differs.into_iter().chain(reason_differs(known, step)).map(of_step));
        }
        stood = Some(key_in(&in_force.agreement, step.status.clone()));
    }
    found.extend(unsaid.filter(|_| way.iter().any(|step| !step.decided)));
    found
}

/// A status by the Agreement's key; unknown to it, as told.
fn key_in(agreement: &Agreement, told: String) -> String {
    agreement.status(&told).map(|status| status.key.clone()).unwrap_or(told)
}

/// How a move into a status, known to the Agreement or not, differs from it.
fn move_differs(
    agreement: &Agreement,
    entered: Option<&Status>,
    stood: Option<&str>,
) -> Option<Difference> {
    let Some(entered) = entered else { return Some(Difference::UnknownStatus) };
    if stood == Some(entered.key.as_str()) {
        return None;
    }
    if agreement.definitions.iter().any(|definition| definition.status == entered.key) {
        return Some(Difference::NotMet);
    }
    let stood = stood?;
    let is_final = agreement.status(stood).is_some_and(|status| status.is_final);
    (is_final || !entered.may_follow(stood)).then_some(Difference::NotAllowed)
}

fn reason_differs(entered: Option<&Status>, step: &Step) -> Option<Difference> {
    let reasons = &entered?.reasons;
    match &step.reason {
        _ if reasons.is_empty() => None,
        None => Some(Difference::NoReason),
        Some(told) => {
            let is_agreed = reasons.iter().any(|reason| reason.covers(told));
            (!is_agreed).then_some(Difference::UnknownReason)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::{Reason, tests::blank};

    fn status(key: &str) -> Status {
        Status {
            key: key.into(),
            label: key.into(),
            owner: None,
            also: vec![],
            is_final: false,
            is_exit: false,
            from: None,
            reasons: vec![],
        }
    }

    fn agreements() -> History {
        let mql = crate::qualification::tests::definition();
        let no_budget = Reason { text: "No budget".into(), kinds: vec![] };
        let statuses = vec![
            Status { from: Some(vec![]), ..status("Raw") },
            Status { from: Some(vec!["Raw".into()]), ..status("Inquiry") },
            status("MQL"),
            Status { is_final: true, ..status("Qualified") },
            Status { reasons: vec![no_budget], ..status("Recycle") },
        ];
        let agreement = Agreement { statuses, definitions: vec![mql], ..blank() };
        History::always(agreement, "hash".into())
    }

    /// `told Raw`, `decided MQL` or `told Recycle: No budget`.
    fn found(way: &[&str]) -> Vec<(Difference, i64)> {
        let step = |(index, words): (usize, &&str)| {
            let (how, what) = words.split_once(' ').unwrap();
            let (status, reason) =
                what.split_once(": ").map_or((what, None), |(s, r)| (s, Some(r)));
            Step {
                fact: FactNo(index as i64 + 1),
                status: status.into(),
                at: Timestamp::from_second(index as i64).unwrap(),
                reason: reason.map(Into::into),
                decided: how == "decided",
            }
        };
        let way: Vec<Step> = way.iter().enumerate().map(step).collect();
        let found = differences(&way, &agreements());
        found.into_iter().map(|found| (found.difference, found.fact.0)).collect()
    }

    #[test]
    fn a_source_that_says_what_was_decided_does_not_differ() {
        assert_eq!(found(&["told Raw", "told Inquiry", "decided MQL", "told mql"]), []);
        assert_eq!(found(&["told Inquiry", "decided MQL", "told Qualified"]), []);
        assert_eq!(found(&["decided MQL"]), [], "nobody tells statuses of it");
    }

    #[test]
    fn a_lead_that_comes_back_to_what_was_decided_before_does_not_differ() {
        let back = "told Recycle: No budget";
        let way = ["told Raw", "decided MQL", "told MQL", back, "told MQL"];
        assert_eq!(found(&way), []);
    }

    #[test]
    fn each_difference_names_its_fact() {
        use Difference::*;
        let cases: [(&[&str], Difference, i64); 7] = [
            (&["told Inquiry", "told MQL"], NotMet, 2),
            (&["told Inquiry", "decided MQL"], NotSaid, 2),
            (&["told Inquiry", "told Raw"], NotAllowed, 2),
            (&["told Qualified", "told Recycle: no budget"], NotAllowed, 2),
            (&["told Somewhere"], UnknownStatus, 1),
            (&["told Recycle: Too dear"], UnknownReason, 1),
            (&["told Recycle"], NoReason, 1),
        ];
        for (way, difference, fact) in cases {
            assert_eq!(found(way), [(difference, fact)], "{way:?}");
        }
    }
}
