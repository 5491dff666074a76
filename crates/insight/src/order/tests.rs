use proptest::prelude::*;

use super::*;
use crate::{
    journeys::{
        Journey,
        tests::{any_journeys, journeys},
    },
    tally::{Asked, Tally},
};

#[test]
fn a_chain_looks_back_over_one_to_five_touches() {
    for order in [0, 6] {
        assert_eq!(Chain::new(3, order, Repeats::Kept).err(), Some(MarkovRefusal::Order));
    }
}

#[test]
fn repeats_tell_more_at_higher_orders() {
    // Told twice, the second A forgets what came before the first.
    let all = journeys(&[("B A A", 5, 1, 0), ("C A A", 1, 5, 0)]);
    let effects =
        |order, repeats| Chain::of(&all, order, repeats, 2).unwrap().removal().unwrap().effects;
    let first = [Repeats::Kept, Repeats::Collapsed].map(|repeats| effects(1, repeats));
    for (kept, collapsed) in first[0].iter().zip(&first[1]) {
        assert!((kept - collapsed).abs() < 1e-12);
    }
    let second = [Repeats::Kept, Repeats::Collapsed].map(|repeats| effects(2, repeats));
    assert!(
        second[0].iter().zip(&second[1]).any(|(kept, collapsed)| (kept - collapsed).abs() > 0.01)
    );
}

/// The first touches of each journey.
fn cut_to(all: &Journeys, most: usize) -> Journeys {
    let mut cut = Journeys::new(all.channels.clone(), all.parts);
    for journey in all.of(0..all.len()) {
        let touched = &journey.touched[..journey.touched.len().min(most)];
        cut.push(Journey { touched, ..journey }).unwrap();
    }
    cut
}

proptest! {
    /// Source: domain.md 4.3, property (iii): looking back over everything, a channel's effect is
    /// the part of conversions that it took part in.
    #[test]
    fn looking_back_far_enough_an_effect_is_the_part_assisted(all in any_journeys(false, false)) {
        let all = cut_to(&all, ORDER_MAX);
        let tally = Tally::of(&all, &Asked::default(), 1);
        let conversions = tally.total().conversions as f64;
        prop_assume!(conversions > 0.0 && tally.nulls() > 0);
        let chain = Chain::of(&all, ORDER_MAX, Repeats::Kept, 2).unwrap().removal().unwrap();
        for (effect, assisted) in chain.effects.iter().zip(tally.coverage().participation()) {
            prop_assert!((effect - assisted.conversions / conversions).abs() < 1e-11);
        }
    }

    /// Source: domain.md 4.3, property (iv).
    #[test]
    fn at_order_one_repeats_change_nothing(all in any_journeys(false, false)) {
        let tally = Tally::of(&all, &Asked::default(), 1);
        prop_assume!(tally.total().conversions > 0 && tally.nulls() > 0);
        let effects =
            |repeats| Chain::of(&all, 1, repeats, 2).unwrap().removal().unwrap().effects;
        for (kept, collapsed) in effects(Repeats::Kept).iter().zip(effects(Repeats::Collapsed)) {
            prop_assert!((kept - collapsed).abs() < 1e-10);
        }
    }

    #[test]
    fn chains_add_up(all in any_journeys(false, false), order in 1_usize..=5) {
        let whole = Chain::of(&all, order, Repeats::Kept, 2).unwrap();
        let mut twice = whole.clone();
        twice.merge(&whole);
        let doubled = all.ended().iter().map(|ended| crate::journeys::Ended {
            conversions: ended.conversions * 2,
            nulls: ended.nulls * 2,
            value: ended.value,
        });
        let doubled = all.with_ended(doubled.collect());
        prop_assert_eq!(twice, Chain::of(&doubled, order, Repeats::Kept, 2).unwrap());
    }
}
