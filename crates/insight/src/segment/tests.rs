use std::fs;

use domain::field::FieldValue;
use proptest::prelude::*;

use super::*;

fn kind(kind: &str) -> Kind {
    Kind { kind: kind.into(), status: None }
}

/// Contacts of which every third says from when on it is known, with a text, a flag and a number.
pub(crate) fn contacts(count: usize) -> Contacts {
    let values = vec![FieldValue::Cleared, "vp".into(), "staff".into()];
    let flags = vec![FieldValue::Cleared, FieldValue::Bool(false), FieldValue::Bool(true)];
    let field = |name: &str, values| Field { name: name.into(), values };
    let codes = |count: usize| Column::Codes((0..count as u32).map(|n| n % 3).collect());
    let numbers = (0..count as i64).map(|n| if n % 7 == 0 { BLANK } else { n * 1000 });
    Contacts {
        count,
        known_from: (0..count as i64).map(|n| (n % 3 == 0).then_some(1_000 + n)).collect(),
        fields: vec![
            (field("lead.seniority", Some(values)), codes(count)),
            (field("lead.customer", Some(flags)), codes(count)),
            (field("account.employees", None), Column::Numbers(numbers.collect())),
        ],
    }
}

fn made(count: usize, rows: &[(u32, i64, u8)]) -> Segment {
    let deals = Deals {
        contact: vec![1, 0],
        opened_at: vec![1_500, 1_000],
        closed_at: vec![2_000, 9_000],
        is_won: vec![true, false],
        amount_minor: vec![125_000, 7],
    };
    build(&contacts(count), activities(rows), &deals).unwrap()
}

fn activities(rows: &[(u32, i64, u8)]) -> Activities {
    Activities {
        contact: rows.iter().map(|row| row.0).collect(),
        at: rows.iter().map(|row| row.1).collect(),
        kind: rows.iter().map(|row| row.2).collect(),
        kinds: vec![kind("visit"), Kind { status: Some("Attended".into()), ..kind("webcast") }],
    }
}

/// Each contact's activities, as rows.
fn rows(segment: &Segment) -> Vec<(u32, i64, u8)> {
    let mut rows = Vec::new();
    for (number, block) in segment.blocks.iter().enumerate() {
        for contact in 0..block.contacts() {
            let (at, kinds) = block.activities(contact);
            let id = (number * BLOCK_CONTACTS + contact) as u32;
            let at = at.iter().map(|at| segment.frame.origin + i64::from(*at));
            rows.extend(at.zip(kinds).map(|(at, kind)| (id, at, *kind)));
        }
    }
    rows
}

fn sorted(mut rows: Vec<(u32, i64, u8)>) -> Vec<(u32, i64, u8)> {
    rows.sort_by_key(|row| (row.0, row.1));
    rows
}

#[test]
fn what_is_no_segment_is_told_with_what_to_leave_out() {
    let none = Deals::default();
    let far = activities(&[(0, 0, 0), (0, 5_000_000_000, 0)]);
    assert_eq!(build(&contacts(1), far, &none), Err(Unfit::Span));
    assert_eq!(build(&contacts(1), activities(&[(1, 0, 0)]), &none), Err(Unfit::Contact));
    assert_eq!(build(&contacts(1), activities(&[(0, 0, 2)]), &none), Err(Unfit::Rows));
    let many = Activities { kinds: vec![kind("x"); 257], ..Activities::default() };
    assert_eq!(build(&contacts(1), many, &none), Err(Unfit::Kinds));
    let mut few = contacts(2);
    few.fields[0].1 = Column::Codes(vec![0, 3]);
    assert_eq!(build(&few, activities(&[]), &none), Err(Unfit::Cells));
}

#[test]
fn damage_anywhere_in_the_file_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("segment");
    let segment = made(40, &[(3, 2_000, 1), (3, 1_000, 0), (39, 5_000, 0)]);
    let length = write(&segment, &path).unwrap();
    let bytes = fs::read(&path).unwrap();
    assert_eq!(bytes.len() as u64, length);
    for at in MARK_BYTES..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x41;
        fs::write(&path, &damaged).unwrap();
        let read = open(&path).and_then(|opened| opened.read());
        assert!(read.is_err(), "byte {at} was changed, and nothing was noticed");
    }
    for length in 0..bytes.len() {
        fs::write(&path, &bytes[..length]).unwrap();
        assert!(open(&path).is_err(), "cut after {length} bytes");
    }
}

/// The mark at the beginning is for people; the one at the end is judged.
const MARK_BYTES: usize = 8;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn rows_in_any_order_are_grouped_ordered_and_read_back(
        rows_given in prop::collection::vec(
            (0_u32..20_000, 1_000_i64..1_000_050, 0_u8..2), 0..300,
        ),
        late in prop::collection::vec((0_u32..20_010, 900_i64..1_000_050, 0_u8..3), 0..60),
    ) {
        let mut segment = made(20_000, &rows_given);
        prop_assert_eq!(segment.contacts(), 20_000);
        prop_assert_eq!(rows(&segment), sorted(rows_given.clone()));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("segment");
        write(&segment, &path).unwrap();
        prop_assert_eq!(&open(&path).unwrap().read().unwrap(), &segment);

        let late: Vec<Late> =
            late.into_iter().map(|(contact, at, kind)| Late { contact, at, kind }).collect();
        let unfit = segment.with_late(&late);
        let origin = segment.frame.origin;
        let is_unfit = |late: &&Late| late.contact >= 20_000 || late.at < origin || late.kind > 1;
        prop_assert_eq!(unfit, late.iter().filter(is_unfit).copied().collect::<Vec<_>>());
        let fit = late.iter().filter(|late| !is_unfit(late));
        let all = rows_given.into_iter().chain(fit.map(|late| (late.contact, late.at, late.kind)));
        prop_assert_eq!(rows(&segment), sorted(all.collect()));
    }
}
