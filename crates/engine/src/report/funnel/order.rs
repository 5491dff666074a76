//! The order of stages that nobody wrote down, and the names of those in which a way ends.

use std::collections::{BTreeMap, BTreeSet};

use crate::report::dimension::squeeze;

/// A unit's first entries: each stage with when it was first entered.
pub(super) type Firsts<'a, M> = BTreeMap<&'a str, M>;

/// The stages in the order in which units enter them: a stage stands before another if more of the
/// units that entered both entered it first. A stage's place is the number of stages that it
/// stands before, less the number that stand before it; equals go by where firms mostly have a stage
/// of that name, by the number of units that say so, and then by name. Skipped stages count for
/// nothing, so that short ways cannot bend it.
pub(super) fn order<M: Ord + Copy>(
    units: &[Firsts<'_, M>],
    rank: impl Fn(&str) -> u8,
) -> Vec<String> {
    let mut before: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for firsts in units {
        for (stage, at) in firsts {
            for (other, other_at) in firsts {
                if at < other_at {
                    *before.entry((stage, other)).or_default() += 1;
                }
            }
        }
    }
    let stages: BTreeSet<&str> = units.iter().flat_map(|firsts| firsts.keys().copied()).collect();
    let votes = |stage: &str, other: &str| {
        let votes = |pair| before.get(&pair).copied().unwrap_or(0);
        votes((stage, other)) - votes((other, stage))
    };
    let mut placed: Vec<((i64, u8, i64), &str)> = stages
        .iter()
        .map(|stage| {
            let votes: Vec<i64> = stages.iter().map(|other| votes(stage, other)).collect();
            let place = votes.iter().map(|votes| votes.signum()).sum::<i64>();
            ((-place, rank(stage), -votes.iter().sum::<i64>()), *stage)
        })
        .collect();
    placed.sort();
    placed.into_iter().map(|(_, stage)| stage.to_owned()).collect()
}

/// Whether an opportunity's stage is no step but an outcome, by its name: `Closed Won`, `Lost`.
pub(super) fn is_outcome(stage: &str) -> bool {
    let mut words = stage.split(|c: char| !c.is_alphanumeric()).map(squeeze);
    squeeze(stage) == "nodecision"
        || words.any(|word| ["won", "lost", "closed", "closedwon", "closedlost"].contains(&&*word))
}

/// Whether a lead leaves the way in a status, by its name, where no Agreement tells.
pub(super) fn is_exit(status: &str) -> bool {
    const BEGIN: [&str; 9] = [
        "recycle",
        "disqualif",
        "unqualif",
        "notqualif",
        "ineligib",
        "reject",
        "lost",
        "junk",
        "closedlost",
    ];
    let status = squeeze(status);
    BEGIN.iter().any(|word| status.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_that_are_often_skipped_keep_their_place() {
        let full = Firsts::from([("meet", 1), ("offer", 2), ("haggle", 3), ("sign", 4)]);
        let short = Firsts::from([("meet", 1), ("sign", 2)]);
        let backwards = Firsts::from([("offer", 1), ("meet", 2)]);
        let mut units = vec![short; 9];
        units.extend([full.clone(), full, backwards]);
        assert_eq!(order(&units, |_| 1), ["meet", "offer", "haggle", "sign"]);
    }

    #[test]
    fn stages_of_one_moment_go_by_what_their_names_say() {
        let units = [Firsts::from([("b", 1), ("a", 1)])];
        assert_eq!(order(&units, |_| 1), ["a", "b"]);
        assert!(order::<i64>(&[], |_| 1).is_empty());
        let each = ["Customer", "Lead", "Marketing Qualified Lead", "Sales Qualified Lead"];
        let mut units: Vec<_> = each.iter().map(|stage| Firsts::from([(*stage, 1)])).collect();
        let usual = ["Lead", "Marketing Qualified Lead", "Sales Qualified Lead", "Customer"];
        assert_eq!(order(&units, domain::draft::way::rank), usual);
        // What units did goes before what names say.
        units.push(Firsts::from([("Customer", 1), ("Lead", 2)]));
        assert_eq!(order(&units, domain::draft::way::rank)[0], "Customer");
    }

    #[test]
    fn names_tell_outcomes_and_exits() {
        for (stage, expected) in [
            ("Won", true),
            ("Closed Won", true),
            ("closed-lost", true),
            ("No Decision", true),
            ("closedwon", true),
            ("Wonderful", false),
            ("Prospecting", false),
        ] {
            assert_eq!(is_outcome(stage), expected, "{stage}");
        }
        for (status, expected) in
            [("Recycled", true), ("Disqualified", true), ("Un-qualified", true), ("MQL", false)]
        {
            assert_eq!(is_exit(status), expected, "{status}");
        }
    }
}
