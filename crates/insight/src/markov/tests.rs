use proptest::prelude::*;

use super::*;
use crate::{
    journeys::{
        Journeys,
        tests::{any_journeys, journeys, worked},
    },
    order::{Chain, Repeats},
    tally::{Asked, Tally},
};

pub(crate) fn counted(journeys: &Journeys) -> Transitions {
    Tally::of(journeys, &Asked::default(), 2).transitions().clone()
}

fn near(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
    }
}

/// Source: domain.md 4.3, the worked example; its vectors `markov`, orders 1 to 3.
#[test]
fn the_worked_example_comes_out_at_every_order() {
    let first = counted(&worked()).removal().unwrap();
    near(&[first.converting], &[1.0 / 3.0]);
    near(&first.effects, &[2.0 / 5.0, 1.0, 1.0 / 8.0]);
    near(&first.shares(), &[16.0 / 61.0, 40.0 / 61.0, 5.0 / 61.0]);
    for (order, effects, shares) in [
        (1, [2.0 / 5.0, 1.0, 1.0 / 8.0], [16.0 / 61.0, 40.0 / 61.0, 5.0 / 61.0]),
        (2, [0.75, 1.0, 0.25], [3.0 / 8.0, 0.5, 1.0 / 8.0]),
        (3, [0.75, 1.0, 0.25], [3.0 / 8.0, 0.5, 1.0 / 8.0]),
    ] {
        let chain = Chain::of(&worked(), order, Repeats::Kept, 2).unwrap().removal().unwrap();
        near(&[chain.converting], &[1.0 / 3.0]);
        near(&chain.effects, &effects);
        near(&chain.shares(), &shares);
    }
}

#[test]
fn where_nothing_or_everything_converted_a_chain_says_nothing() {
    let cases = [
        (journeys(&[("A B", 0, 3, 0)]), MarkovRefusal::NoConversions),
        (journeys(&[("A B", 3, 0, 9)]), MarkovRefusal::NoNulls),
    ];
    for (all, expected) in cases {
        assert_eq!(counted(&all).removal(), Err(expected));
        assert_eq!(Chain::of(&all, 2, Repeats::Kept, 2).unwrap().removal(), Err(expected));
    }
}

/// Rows of a plain matrix in which one channel leads nowhere, solved whole: the slow reading of what
/// a removal is.
fn removed_slowly(transitions: &Transitions, without: usize) -> f64 {
    let n = transitions.channels;
    let mut matrix = vec![0.0; (n + 1) * (n + 1)];
    let mut at_once = vec![0.0; n + 1];
    for from in 0..=n {
        matrix[from * (n + 1) + from] = 1.0;
        let row = transitions.row(from);
        let times: u64 = row.iter().sum();
        for to in (0..n).filter(|to| times > 0 && *to != without) {
            matrix[from * (n + 1) + to] -= row[to] as f64 / times as f64;
        }
        at_once[from] = if times > 0 { row[n] as f64 / times as f64 } else { 0.0 };
    }
    Solver::new(n + 1, matrix).unwrap().solve(&at_once)[n]
}

fn both_ends(all: &Journeys) -> bool {
    let tally = Tally::of(all, &Asked::default(), 1);
    tally.total().conversions > 0 && tally.nulls() > 0
}

proptest! {
    #[test]
    fn one_inversion_says_what_solving_without_each_channel_says(all in any_journeys(false, false)) {
        prop_assume!(both_ends(&all));
        let transitions = counted(&all);
        let removal = transitions.removal().unwrap();
        for (channel, effect) in removal.effects.iter().enumerate() {
            let slowly = 1.0 - removed_slowly(&transitions, channel) / removal.converting;
            prop_assert!((effect - slowly).abs() < 1e-10, "{} {}", effect, slowly);
        }
    }

    /// Source: domain.md 4.3, properties (i) and (ii).
    #[test]
    fn a_chain_converts_as_often_as_the_journeys_did(
        all in any_journeys(false, false),
        order in 1_usize..=5,
    ) {
        prop_assume!(both_ends(&all));
        let tally = Tally::of(&all, &Asked::default(), 1);
        let (conversions, nulls) = (tally.total().conversions, tally.nulls());
        let rate = conversions as f64 / (conversions + nulls) as f64;
        let chain = Chain::of(&all, order, Repeats::Kept, 2).unwrap().removal().unwrap();
        let first = tally.transitions().removal().unwrap();
        prop_assert!((chain.converting - rate).abs() < 1e-11, "{} {}", chain.converting, rate);
        prop_assert!((first.converting - rate).abs() < 1e-11);
        for effect in chain.effects.iter().chain(&first.effects) {
            prop_assert!((0.0..=1.0).contains(effect));
        }
        if order == 1 {
            for (found, expected) in chain.effects.iter().zip(&first.effects) {
                prop_assert!((found - expected).abs() < 1e-10);
            }
        }
    }
}
