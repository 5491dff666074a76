use super::*;
use crate::{
    attribution::attribute,
    journeys::{Ended, Milestones, tests::worked},
};

fn read(value: i64) -> Vec<DealReading> {
    let all = worked();
    let terms = Terms { coalition_journeys_min: 1, ..Terms::default() };
    let attribution = attribute(&all, &Model::ALL, &terms, 1);
    read_deal(&attribution, &all.get(2), value, &terms)
}

#[test]
fn every_reading_sums_to_the_deal_to_the_cent() {
    for value in [0, 1, 99, 1_000_001, 12_345_678_901] {
        let readings = read(value);
        assert!(readings.len() > 9, "{}", readings.len());
        for reading in readings {
            let sum: i64 = reading.parts.iter().map(|part| part.value).sum();
            assert_eq!(sum, value, "{:?}", reading.model);
            let shares: f64 = reading.parts.iter().map(|part| part.share).sum();
            assert!((shares - 1.0).abs() < 1e-9, "{:?}", reading.model);
        }
    }
}

/// Source: domain.md 4.3: shares 16, 5 and 40 of 61 over A, C and B, which are all there are.
#[test]
fn a_chain_shares_a_deal_as_it_shares_everything_and_says_why() {
    let readings = read(6_100);
    let markov = readings.iter().find(|reading| reading.model == Model::Markov).unwrap();
    let parts: Vec<(ChannelNo, i64)> =
        markov.parts.iter().map(|part| (part.channel, part.value)).collect();
    assert_eq!(parts, [(0, 1_600), (2, 500), (1, 4_000)]);
    assert_eq!(
        markov.because[0],
        "without A, 40.0 % of all conversions are lost; it has 26.2 % of all credit, and the \
         channels of this deal together have 100.0 %"
    );
}

#[test]
fn touches_have_their_parts_one_by_one() {
    let readings = read(1_000);
    let linear = readings.iter().find(|reading| reading.model == Model::Linear).unwrap();
    let values: Vec<(Option<usize>, i64)> =
        linear.parts.iter().map(|part| (part.touch, part.value)).collect();
    assert_eq!(values, [(Some(0), 334), (Some(1), 333), (Some(2), 333)]);
}

#[test]
fn taking_part_is_no_share_of_a_deal() {
    assert!(read(10).iter().all(|reading| reading.model != Model::AnyTouch));
}

#[test]
fn a_deal_with_milestones_is_read_by_them() {
    let all = worked();
    let mut timed = crate::journeys::Journeys::new(all.channels, 100);
    let ended = Ended { conversions: 1, nulls: 0, value: 1_000 };
    let milestones = Some(Milestones { lead: Some(1), opportunity: Some(2) });
    let journey = Journey { touched: &[0, 1, 2, 0], ages: &[9, 6, 3, 0], ended, milestones };
    timed.push(journey).unwrap();
    let terms = Terms::default();
    let attribution = attribute(&timed, &[Model::W], &terms, 1);
    let readings = read_deal(&attribution, &timed.get(0), 1_000, &terms);
    let values: Vec<i64> = readings[0].parts.iter().map(|part| part.value).collect();
    assert_eq!(values, [334, 333, 333, 0]);
}
