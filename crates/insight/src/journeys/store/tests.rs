use std::fs;

use proptest::prelude::*;

use super::{super::tests::any_journeys, *};
use crate::{
    attribution::{Model, Terms, attribute, attribute_kept},
    rules,
};

fn origin() -> Origin {
    let left_out = LeftOut { excluded: 1, unended: 6, untouched_value: 7, ..LeftOut::default() };
    Origin {
        source: "touches".to_owned(),
        eligibility: "all touches before the outcome".to_owned(),
        left_out: Some(left_out),
        notes: vec!["two touches had no channel".to_owned()],
    }
}

fn terms(order: usize) -> Terms {
    Terms { order, custom: Some(rules::W), coalition_journeys_min: 1, ..Terms::default() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn what_was_kept_is_read_back_and_says_the_same(
        all in (any::<bool>(), any::<bool>()).prop_flat_map(|(timed, reached)| any_journeys(timed, reached)),
        order in 1_usize..3,
        alone in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journeys");
        let length = write(&all, &origin(), &path).unwrap();
        prop_assert_eq!(fs::metadata(&path).unwrap().len(), length);
        let kept = open(&path).unwrap();
        prop_assert_eq!(&kept.origin, &origin());
        // A journey that did not convert has no times of its own, so one alone cannot tell.
        let mut read = kept.read().unwrap();
        read.is_timed = all.is_timed;
        prop_assert_eq!(&read, &all);
        let models: &[Model] = if alone { &[Model::Markov] } else { &Model::ALL };
        let said = attribute_kept(&kept, models, &terms(order), 2).unwrap();
        prop_assert_eq!(said, attribute(&all, models, &terms(order), 2));
    }

    #[test]
    fn bytes_that_were_never_journeys_are_refused_and_nothing_panics(
        all in any_journeys(true, true),
        part in 0_usize..2,
        changes in prop::collection::vec((0_usize..4_096, any::<u8>()), 1..4),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journeys");
        let mut blocks = [Encoder::default(), Encoder::default()];
        blocks[0].steps(&all, 0..all.len());
        blocks[1].times(&all, 0..all.len());
        for (at, byte) in changes {
            let length = blocks[part].0.len();
            blocks[part].0[at % length] = byte;
        }
        let mut writer = Writer::create(&path, MARK).unwrap();
        blocks.iter().for_each(|block| writer.block(&block.0).unwrap());
        let mut frame = Encoder::default();
        frame.head(&all, &origin());
        writer.finish(frame).unwrap();
        // Some changes make other journeys; those are journeys all the same.
        if let Ok(read) = open(&path).unwrap().read() {
            attribute(&read, &Model::ALL, &terms(1), 2);
        }
    }
}

#[test]
fn many_blocks_are_counted_as_one() {
    let mut all = Journeys::new(Channels::default(), 100);
    for name in ["A", "B"] {
        all.channels.number(name).unwrap();
    }
    for number in 0..3 * BLOCK_JOURNEYS as u32 + 5 {
        let (touched, ages) = ([(number % 2) as u16, 1, 0], [900 + number, 40, 40]);
        let converted = u32::from(number % 3 == 0);
        let ended = Ended { conversions: converted, nulls: 1 - converted, value: number.into() };
        let ended = if converted == 0 { Ended { value: 0, ..ended } } else { ended };
        let journey =
            super::super::Journey { touched: &touched, ages: &ages, ended, milestones: None };
        all.push(journey).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journeys");
    write(&all, &origin(), &path).unwrap();
    let kept = open(&path).unwrap();
    assert_eq!(kept.read().unwrap(), all);
    let said = attribute_kept(&kept, &Model::ALL, &terms(1), 3).unwrap();
    assert_eq!(said, attribute(&all, &Model::ALL, &terms(1), 1));
}

#[test]
fn damage_anywhere_in_the_file_is_noticed() {
    let all = super::super::tests::worked();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journeys");
    write(&all, &origin(), &path).unwrap();
    let bytes = fs::read(&path).unwrap();
    for at in MARK.len()..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x41;
        fs::write(&path, &damaged).unwrap();
        let read = open(&path).and_then(|kept| kept.read());
        assert!(read.is_err(), "byte {at} was changed, and nothing was noticed");
    }
    for length in 0..bytes.len() {
        fs::write(&path, &bytes[..length]).unwrap();
        assert!(open(&path).is_err(), "cut after {length} bytes");
    }
}
