use proptest::prelude::*;

use super::*;
use crate::{
    journeys::{
        Journeys,
        tests::{any_journeys, worked},
    },
    tally::{Asked, Tally},
};

fn near(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
    }
}

fn tally(journeys: &Journeys) -> Tally {
    Tally::of(journeys, &Asked { coalitions: true, ..Asked::default() }, 2)
}

/// Source: domain.md 4.4; its vectors `shapley`.
#[test]
fn the_worked_example_comes_out() {
    let tally = tally(&worked());
    let covered: Vec<f64> =
        tally.coverage().credit().iter().map(|credit| credit.conversions).collect();
    near(&covered, &[4.0 / 3.0, 7.0 / 3.0, 1.0 / 3.0]);
    let rates = tally.coalitions().unwrap().values(1, Unseen::Nothing).unwrap();
    near(&rates, &[29.0 / 72.0, 19.0 / 36.0, 5.0 / 72.0]);
}

#[test]
fn a_set_of_few_journeys_has_no_rate() {
    let tally = tally(&worked());
    let refusal = tally.coalitions().unwrap().values(COALITION_JOURNEYS_MIN, Unseen::Nothing);
    assert_eq!(refusal, Err(RateRefusal::Journeys { few: 4, all: 4, least: 30 }));
}

/// Shapley's own sum over all subsets, for any worth.
fn by_definition(n: usize, worth: impl Fn(usize) -> f64) -> Vec<f64> {
    let factorial = |k: usize| (1..=k).map(|k| k as f64).product::<f64>();
    let value = |channel: usize| -> f64 {
        let others = (0..1_usize << n).filter(|set| set & (1 << channel) == 0);
        let gain = |set: usize| {
            let size = set.count_ones() as usize;
            let weight = factorial(size) * factorial(n - size - 1) / factorial(n);
            weight * (worth(set | (1 << channel)) - worth(set))
        };
        others.map(gain).sum()
    };
    (0..n).map(value).collect()
}

proptest! {
    /// Source: domain.md 4.4, the identity of dividends.
    #[test]
    fn coverage_is_shapley_of_what_converted_within_each_set(all in any_journeys(false, false)) {
        let tally = tally(&all);
        let worth = |set: usize| -> f64 {
            let sets = tally.coalitions().unwrap().sets.iter().enumerate();
            sets.filter(|(within, _)| within & !set == 0).map(|(_, (won, _))| *won as f64).sum()
        };
        let expected = by_definition(5, worth);
        for (found, expected) in tally.coverage().credit().iter().zip(expected) {
            prop_assert!((found.conversions - expected).abs() < 1e-9);
        }
    }

    #[test]
    fn values_by_rate_are_shapleys_own(all in any_journeys(false, false), best in any::<bool>()) {
        let tally = tally(&all);
        prop_assume!(tally.total().conversions > 0);
        let coalitions = tally.coalitions().unwrap();
        let seen = |set: usize| {
            let (won, journeys) = coalitions.sets[set];
            (journeys > 0).then(|| won as f64 / journeys as f64)
        };
        let within = |set: usize| {
            (0..=set).filter(|part| part & !set == 0).filter_map(seen).fold(0.0, f64::max)
        };
        let worth = |set: usize| match best {
            _ if set == 0 => 0.0,
            true => seen(set).unwrap_or_else(|| within(set)),
            false => seen(set).unwrap_or(0.0),
        };
        let unseen = if best { Unseen::BestWithin } else { Unseen::Nothing };
        let found = coalitions.values(1, unseen).unwrap();
        for (found, expected) in found.iter().zip(by_definition(5, worth)) {
            prop_assert!((found - expected).abs() < 1e-12, "{} {}", found, expected);
        }
        let sum: f64 = found.iter().sum();
        prop_assert!((sum - worth(31)).abs() < 1e-12);
    }
}
