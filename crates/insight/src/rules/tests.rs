use proptest::prelude::*;

use super::*;
use crate::{
    cents::apportion,
    journeys::{Ended, tests::any_journeys},
};

fn fractions(parts: &[u64]) -> Vec<f64> {
    let whole: u64 = parts.iter().sum();
    parts.iter().map(|part| *part as f64 / whole as f64).collect()
}

fn near(found: &[f64], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-12, "{what}: {found} is not {expected}");
    }
}

/// Source: domain.md 4.2, worked cases; its vectors `position`.
#[test]
fn positions_share_out_as_published() {
    let none = Milestones::default();
    let reached = Milestones { lead: Some(1), opportunity: Some(3) };
    let all_at_once = Milestones { lead: Some(0), opportunity: Some(0) };
    let cases: [(&str, Weights, usize, Milestones, &[f64]); 11] = [
        ("U of 4", U, 4, none, &[0.4, 0.1, 0.1, 0.4]),
        ("U of 2", U, 2, none, &[0.5, 0.5]),
        ("U of 1", U, 1, none, &[1.0]),
        ("J of 2", J, 2, none, &[0.25, 0.75]),
        ("J of 4", J, 4, none, &[0.2, 0.1, 0.1, 0.6]),
        ("inverse J of 2", INVERSE_J, 2, none, &[0.75, 0.25]),
        // Ad, webinar, mail, event, demo: the demo lies after the opportunity, outside.
        ("W", W, 5, reached, &[0.3, 0.3, 0.1, 0.3, 0.0]),
        ("full path", FULL_PATH, 5, reached, &[0.225, 0.225, 0.1, 0.225, 0.225]),
        ("one touch holds every milestone", FULL_PATH, 1, all_at_once, &[1.0]),
        (
            "a milestone without a touch is dropped",
            W,
            4,
            Milestones { lead: None, opportunity: Some(3) },
            &[3.0 / 7.0, 0.5 / 7.0, 0.5 / 7.0, 3.0 / 7.0],
        ),
        (
            "one touch that holds two gets both",
            W,
            3,
            Milestones { lead: Some(2), opportunity: Some(2) },
            &[0.3, 0.1, 0.6],
        ),
    ];
    for (what, weights, n, milestones, expected) in cases {
        near(&fractions(&weights.shares(n, &milestones)), expected, what);
    }
}

/// Source: domain.md 4.2, golden vectors; its vectors `time_decay`.
#[test]
fn time_decay_shares_out_as_published_to_the_cent() {
    type Case<'a> = (&'a [u32], u32, i64, &'a [f64], &'a [i64]);
    let cases: [Case<'_>; 3] = [
        (
            &[9, 6, 0, 0],
            7,
            5_000,
            &[692.333_326_907_179_1, 931.811_558_050_172_5, 1_687.927_557_521_324_2],
            &[692, 932, 1_688, 1_688],
        ),
        (
            &[38, 33, 26, 8, 0],
            7,
            1_200_000,
            &[17_519.517_568_438_747, 28_743.759_363_174_537, 57_487.518_726_349_07],
            &[17_519, 28_744, 57_488, 341_704, 754_545],
        ),
        (
            &[38, 33, 26, 8, 0],
            30,
            1_200_000,
            &[152_904.808_502_305, 171_629.844_547_849_73, 201_759.104_414_005_97],
            &[152_905, 171_630, 201_759, 305_809, 367_897],
        ),
    ];
    for (ages, half_life_days, value, exact, cents) in cases {
        let ages: Vec<u32> = ages.iter().map(|days| days * 86_400).collect();
        let touched = vec![0; ages.len()];
        let ended = Ended { conversions: 1, nulls: 0, value: 0 };
        let journey = Journey { touched: &touched, ages: &ages, ended, milestones: None };
        let parts = Rule::TimeDecay { half_life_days }.shares(&journey, None).unwrap();
        for (fraction, exact) in fractions(&parts).iter().zip(exact) {
            assert!((fraction * value as f64 - exact).abs() < 1e-6, "{fraction} {exact}");
        }
        assert_eq!(apportion(value, &parts), cents);
    }
}

/// Source: the worked case A1 of a published handbook: five members of campaigns, three of them by
/// one team, of an opportunity of 100,000.
#[test]
fn linear_gives_each_touch_the_same() {
    let ended = Ended { conversions: 1, nulls: 0, value: 0 };
    let journey = Journey { touched: &[0, 1, 0, 1, 0], ages: &[], ended, milestones: None };
    let cents = apportion(10_000_000, &Rule::Linear.shares(&journey, None).unwrap());
    let of = |channel: ChannelNo| -> i64 {
        let each = journey.touched.iter().zip(&cents);
        each.filter(|(touched, _)| **touched == channel).map(|(_, cents)| cents).sum()
    };
    assert_eq!((of(0), of(1)), (6_000_000, 4_000_000));
}

#[test]
fn those_who_came_by_themselves_are_passed_over_unless_all_did() {
    let ended = Ended { conversions: 1, nulls: 0, value: 0 };
    let place = |touched: &[ChannelNo]| {
        let journey = Journey { touched, ages: &[], ended, milestones: None };
        let shares = Rule::LastNonDirect.shares(&journey, Some(9)).unwrap();
        shares.iter().position(|share| *share == 1)
    };
    assert_eq!(place(&[1, 2, 9, 9]), Some(1));
    assert_eq!(place(&[9, 9]), Some(1));
    assert_eq!(place(&[9, 3]), Some(1));
}

#[test]
fn a_rule_that_needs_times_says_so() {
    let ended = Ended { conversions: 1, nulls: 0, value: 0 };
    let journey = Journey { touched: &[0, 1], ages: &[], ended, milestones: None };
    assert_eq!(Rule::TimeDecay { half_life_days: 7 }.shares(&journey, None), None);
}

proptest! {
    /// Every rule shares out the whole of each journey, for any weights whatever.
    #[test]
    fn there_is_always_something_to_share_out(
        all in any_journeys(true, true),
        weights in prop::array::uniform5(0_u32..500),
    ) {
        let [first, lead, opportunity, last, middle] = weights;
        let custom = Rule::Weighted(Weights { first, lead, opportunity, last, middle });
        let rules = [Rule::First, Rule::Last, Rule::LastNonDirect, Rule::Linear, custom,
            Rule::Weighted(W), Rule::TimeDecay { half_life_days: 7 }];
        let converting = all.of(0..all.len()).filter(|journey| journey.ended.conversions > 0);
        for journey in converting {
            for rule in rules {
                let shares = rule.shares(&journey, Some(0)).unwrap();
                prop_assert_eq!(shares.len(), journey.touched.len());
                prop_assert!(shares.iter().sum::<u64>() > 0, "{:?} {:?}", rule, journey);
            }
        }
    }
}
