use proptest::prelude::*;

use super::*;
use crate::{
    agreement::Definition,
    lever::levers,
    points::Decay,
    qualification::{
        qualifications,
        tests::{ALL_FIT, agreed, at, definition, history},
    },
};

const KINDS: [&str; 7] = [
    "key_page",
    "form",
    "webcast/Attended",
    "gated/Downloaded",
    "fields competitor=true",
    "fields competitor=false",
    ALL_FIT,
];

/// The published definition, with engagement that fades by halves where it is said so.
fn tried(half_life_days: Option<i64>) -> Definition {
    let mut definition = definition();
    definition.components[1].decay = half_life_days
        .map(|days| Decay::HalfLife { seconds: days * 86_400, forgotten_after: None });
    definition
}

fn first(history: &LeadHistory, definition: &Definition, threshold: Points) -> Option<Timestamp> {
    let mut moved = definition.clone();
    let lever = &levers(&definition.qualifies_when)[0];
    moved.qualifies_when = lever.moved_to(threshold, &definition.qualifies_when);
    let found = qualifications(history, &agreed(moved), "mql", at("2027-01-01"));
    found.first().map(|qualification| qualification.at)
}

proptest! {
    /// One pass says of every threshold what judging with that threshold says.
    #[test]
    fn every_threshold_at_once_is_each_by_itself(
        steps in prop::collection::vec((1_i64..40, 0_usize..KINDS.len()), 1..25),
        half_life in prop::option::of(3_i64..60),
        thresholds in prop::collection::vec(1_i64..260_000, 1..8),
    ) {
        let start = at("2026-01-05");
        let mut day = 0;
        let lines: Vec<(String, &str)> = steps.iter().map(|(days, kind)| {
            day += days;
            let when = (start + jiff::SignedDuration::from_hours(24 * (day % 350))).to_string();
            (when[..10].to_owned(), KINDS[*kind])
        }).collect();
        let lines: Vec<(&str, &str)> =
            lines.iter().map(|(when, what)| (when.as_str(), *what)).collect();
        let history = history(&lines);
        let definition = tried(half_life);
        let lever = &levers(&definition.qualifies_when)[0];
        let agreed = agreed(definition.clone());
        let found = crossings(&history, &agreed.0[0], "mql", Some(lever), at("2027-01-01"));
        let exact = found.iter().map(|crossing| crossing.reach);
        for threshold in thresholds.into_iter().map(Points).chain(exact) {
            let at_once = found.iter().find(|crossing| crossing.reach >= threshold);
            prop_assert_eq!(at_once.map(|crossing| crossing.at), first(&history, &definition, threshold), "{}", threshold);
        }
    }
}

#[test]
fn points_that_are_exactly_the_threshold_pass_it() {
    let history = history(&[("2026-01-05", ALL_FIT), ("2026-01-06", "webcast/Attended")]);
    let definition = tried(None);
    let lever = &levers(&definition.qualifies_when)[0];
    let found =
        crossings(&history, &agreed(definition.clone()).0[0], "mql", Some(lever), at("2026-02-01"));
    assert_eq!(found, [Crossing { at: at("2026-01-06"), reach: Points::whole(110) }]);
    assert!(first(&history, &definition, Points::whole(110)).is_some());
    assert!(first(&history, &definition, Points(110_001)).is_none());
    let as_it_is = crossings(&history, &agreed(definition).0[0], "mql", None, at("2026-02-01"));
    assert_eq!(as_it_is, [Crossing { at: at("2026-01-06"), reach: Crossing::ALWAYS }]);
}
