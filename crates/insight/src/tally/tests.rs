use proptest::prelude::*;

use super::*;
use crate::{
    journeys::tests::{any_journeys, journeys, worked},
    rules::{FULL_PATH, INVERSE_J, J, U, W},
};

fn asked() -> Asked {
    Asked {
        transitions_alone: false,
        weights: vec![U, W, FULL_PATH, J, INVERSE_J],
        half_lives_days: vec![7, 30],
        direct: Some(0),
        coalitions: true,
    }
}

const RULES: [Rule; 11] = [
    Rule::First,
    Rule::Last,
    Rule::LastNonDirect,
    Rule::Linear,
    Rule::Weighted(U),
    Rule::Weighted(W),
    Rule::Weighted(FULL_PATH),
    Rule::Weighted(J),
    Rule::Weighted(INVERSE_J),
    Rule::TimeDecay { half_life_days: 7 },
    Rule::TimeDecay { half_life_days: 30 },
];

/// Journey by journey, as the rule itself says.
fn slowly(journeys: &Journeys, rule: Rule) -> Vec<Credit> {
    let mut credit = vec![Credit::default(); journeys.channels.len()];
    let converting = journeys.of(0..journeys.len()).filter(|j| j.ended.conversions > 0);
    for journey in converting {
        let shares = rule.shares(&journey, Some(0)).unwrap();
        let whole = shares.iter().sum::<u64>() as f64;
        for (channel, share) in journey.touched.iter().zip(shares) {
            let credit = &mut credit[usize::from(*channel)];
            credit.conversions += f64::from(journey.ended.conversions) * share as f64 / whole;
            credit.value += journey.ended.value as f64 * share as f64 / whole;
        }
    }
    credit
}

fn same_as_slowly(all: &Journeys) {
    let tally = Tally::of(all, &asked(), 2);
    for rule in
        RULES.iter().filter(|rule| all.is_timed() || !matches!(rule, Rule::TimeDecay { .. }))
    {
        let found = tally.credit(*rule).unwrap();
        let total = tally.total();
        for (found, expected) in found.iter().zip(slowly(all, *rule)) {
            let near = |a: f64, b: f64, whole: f64| (a - b).abs() <= 1e-11 * whole;
            let (conversions, value) = (total.conversions as f64, total.value as f64);
            let is_near = near(found.conversions, expected.conversions, conversions)
                && near(found.value, expected.value, value);
            assert!(is_near, "{rule:?}: {found:?} {expected:?}");
        }
        let sum: f64 = found.iter().map(|credit| credit.conversions).sum();
        assert!((sum - tally.total().conversions as f64).abs() < 1e-9, "{rule:?}: {sum}");
    }
}

#[test]
fn long_journeys_count_as_short_ones_do() {
    let path = vec!["A B C C B"; 120].join(" ");
    let all = journeys(&[(&path, 3, 0, 700), ("A B", 2, 5, 90), (&path, 1, 0, 10)]);
    same_as_slowly(&all);
}

#[test]
fn what_needs_times_is_not_answered_without_them() {
    let tally = Tally::of(&worked(), &asked(), 1);
    assert_eq!(tally.credit(Rule::TimeDecay { half_life_days: 7 }), None);
}

#[test]
fn conversions_without_an_earlier_touch_are_counted() {
    use crate::journeys::{Ended, Milestones};
    let mut all = worked();
    all = Journeys::new(all.channels, 100);
    let ended = Ended { conversions: 2, nulls: 0, value: 10 };
    let milestones = Some(Milestones { lead: None, opportunity: Some(0) });
    all.push(Journey { touched: &[0, 1], ages: &[], ended, milestones }).unwrap();
    assert_eq!(Tally::of(&all, &asked(), 1).lacking(), (2, 0));
}

proptest! {
    /// The kernel says what the rule says.
    #[test]
    fn credit_is_what_each_journey_by_itself_gives(all in any_journeys(true, false)) {
        same_as_slowly(&all);
    }

    #[test]
    fn credit_by_milestones_is_what_each_journey_by_itself_gives(all in any_journeys(true, true)) {
        same_as_slowly(&all);
    }

    /// Split anywhere, added in any order, it is the same to the last bit.
    #[test]
    fn parts_add_up_to_the_whole(
        (all, cut) in any_journeys(true, true).prop_flat_map(|all| {
            let cuts = 0..=all.len();
            (Just(all), cuts)
        })
    ) {
        let part = |range| {
            let mut tally = Tally::new(all.channels.len(), &asked());
            tally.take(&all, range);
            tally
        };
        let whole = part(0..all.len());
        let (first, second) = (part(0..cut), part(cut..all.len()));
        let mut forward = first.clone();
        forward.merge(&second);
        let mut backward = second;
        backward.merge(&first);
        prop_assert_eq!(&forward, &whole);
        prop_assert_eq!(&backward, &whole);
        prop_assert_eq!(&Tally::of(&all, &asked(), 3), &whole);
    }
}
