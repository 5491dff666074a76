use jiff::{civil::date, tz::TimeZone};

use super::*;

fn deal(closed: u32, is_won: bool) -> Deal {
    Deal { opened: closed - 10, closed, is_won, amount_minor: 500 }
}

#[test]
fn what_became_of_a_contact_is_what_closed_after_it_was_found_and_in_time() {
    let cases = [
        (vec![deal(150, true)], (1, 0, 500)),
        (vec![deal(100, true)], (0, 0, 0)),
        (vec![deal(101, true), deal(200, true)], (1, 0, 1000)),
        (vec![deal(201, true)], (0, 0, 0)),
        (vec![deal(150, false)], (0, 1, 0)),
        (vec![deal(150, false), deal(160, true)], (1, 0, 500)),
        (vec![], (0, 0, 0)),
    ];
    for (deals, (won, lost, revenue_minor)) in cases {
        let seen = became(&deals, 100, 100);
        assert_eq!(seen, Became { found: 1, won, lost, revenue_minor }, "{deals:?}");
        assert_eq!(seen.unknown(), 1 - won - lost);
    }
}

#[test]
fn months_and_weeks_begin_when_they_do_in_the_zone() {
    let origin = "2026-03-28T12:00:00Z".parse::<jiff::Timestamp>().unwrap().as_second();
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let last = 40 * 86_400;
    let months = Days::months(origin, last, &berlin);
    assert_eq!(months.firsts, [date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)]);
    // April begins at 22:00 UTC, since the clocks went on three days before.
    let april = (3 * 24 + 10) * 3_600;
    assert_eq!((months.place(april - 1), months.place(april), months.place(0)), (0, 1, 0));
    let weeks = Days::weeks(origin, last, &berlin);
    assert_eq!(weeks.firsts[..2], [date(2026, 3, 23), date(2026, 3, 30)]);
    assert_eq!((weeks.place(34 * 3_600 - 1), weeks.place(34 * 3_600)), (0, 1));
}

fn found(first: &[u32]) -> Found {
    Found { first: first.to_vec() }
}

#[test]
fn parts_that_were_counted_apart_add_up_to_the_whole() {
    let zone = TimeZone::UTC;
    let asked = Asked {
        within_seconds: 1_000,
        months: Days::months(0, 89 * 86_400, &zone),
        weeks: Days::weeks(0, 89 * 86_400, &zone),
    };
    let block = |deals: Vec<Deal>| Block {
        known_from: vec![0; 3],
        deal_starts: vec![0, deals.len() as u32, deals.len() as u32, deals.len() as u32],
        deals,
        ..Block::default()
    };
    let parts = [
        (block(vec![deal(150, true)]), found(&[101, 0, 3_000_000]), found(&[0, 7, 3_000_000])),
        (block(vec![deal(300, false)]), found(&[200, 0, 0]), found(&[150, 0, 0])),
    ];
    let mut whole = Tally::of(&asked);
    for (block, proposed, present) in &parts {
        let mut part = Tally::of(&asked);
        part.take(block, [Some(proposed), Some(present)], &asked);
        whole.and(&part);
    }
    assert_eq!((whole.contacts, whole.wins, whole.wins_reached), (6, 1, 1));
    assert_eq!(whole.wins_reached_present, 0);
    assert_eq!(whole.enter, Became { found: 1, won: 1, lost: 0, revenue_minor: 500 });
    assert_eq!(whole.leave.found, 1);
    assert_eq!(whole.both, Became { found: 2, won: 0, lost: 1, revenue_minor: 0 });
    assert_eq!(whole.proposed().found, 3);
    assert_eq!(whole.months.iter().map(|month| month.found).collect::<Vec<_>>(), [2, 1, 0]);
    assert_eq!(whole.weeks.iter().sum::<u64>(), 3);
}
