use proptest::prelude::*;

use super::*;
use crate::{
    agreement::tests::blank,
    calendar::tests::{at, nine_to_five, zone},
};

/// A text with the ordinary calendar in Berlin; the last Friday of 2026-11 is a holiday.
fn text() -> Agreement {
    let office = nine_to_five(&["2026-11-27"]);
    Agreement {
        zone: zone("Europe/Berlin"),
        calendars: [("support".to_owned(), office)].into(),
        default_calendar: "support".to_owned(),
        ..blank()
    }
}

fn asked(day: &str, hours: Option<&WorkingHours>, now: &str) -> Result<Timestamp, DayRefusal> {
    let text = text();
    let found = due_at(Some((Version(3), &text)), hours, day.parse().unwrap(), at(now));
    found.map(|(due_at, by)| {
        let calendar = "support".to_owned();
        assert_eq!(by, Some(ByCalendar { version: Version(3), calendar }));
        due_at
    })
}

#[test]
fn a_request_is_due_when_the_working_day_of_whoever_is_asked_ends() {
    let york =
        WorkingHours { zone: Some(zone("America/New_York")), calendar: Some("support".to_owned()) };
    let now = "2026-11-16T09:00[Europe/Berlin]";
    let cases = [
        ("2026-11-20", None, "2026-11-20T17:00[Europe/Berlin]", "the firm's hours"),
        ("2026-11-20", Some(&york), "2026-11-20T17:00[America/New_York]", "their own zone"),
        ("2026-11-16", None, "2026-11-16T17:00[Europe/Berlin]", "today, while it lasts"),
    ];
    for (day, hours, due, why) in cases {
        assert_eq!(asked(day, hours, now), Ok(at(due)), "{why}");
    }
}

#[test]
fn a_day_that_is_over_or_no_working_day_is_refused_with_the_day_to_choose() {
    let cases = [
        ("2026-11-13", "2026-11-16T09:00[Europe/Berlin]", "2026-11-16"),
        ("2026-11-16", "2026-11-16T17:00[Europe/Berlin]", "2026-11-17"),
        ("2026-11-21", "2026-11-16T09:00[Europe/Berlin]", "2026-11-23"),
        ("2026-11-27", "2026-11-16T09:00[Europe/Berlin]", "2026-11-30"),
    ];
    for (day, now, instead) in cases {
        let refusal = asked(day, None, now).unwrap_err().to_string();
        assert!(refusal.contains(&format!("choose {instead} or a later")), "{refusal}");
        assert!(asked(instead, None, now).is_ok(), "{instead} would be refused too");
    }
}

#[test]
fn where_no_version_is_in_force_each_day_counts_to_its_end() {
    let found = due_at(None, None, "2026-11-21".parse().unwrap(), at("2026-11-16T09:00:00Z"));
    assert_eq!(found, Ok((at("2026-11-22T00:00:00Z"), None)));
}

#[test]
fn how_a_request_counts_is_told_by_when_it_ended_and_late_is_late_for_ever() {
    use Ending::{Declined, Delivered, Withdrawn};
    let (due, before, after) =
        (at("2026-11-20T16:00:00Z"), at("2026-11-20T15:59:59Z"), at("2026-11-20T16:00:01Z"));
    let cases = [
        (None, before, Counts::Not, "not due yet"),
        (None, due, Counts::Not, "up to and including due is in time"),
        (None, after, Counts::Missed, "due and not answered"),
        (Some((Delivered, due)), after, Counts::Kept, "delivered in time"),
        (Some((Delivered, after)), after, Counts::Missed, "delivered late"),
        (Some((Declined, before)), after, Counts::Not, "declined in time"),
        (Some((Declined, after)), after, Counts::Missed, "declining late makes up for nothing"),
        (Some((Withdrawn, before)), after, Counts::Not, "withdrawn in time"),
        (Some((Withdrawn, after)), after, Counts::Missed, "withdrawn when it was late"),
    ];
    for (ended, now, counts, why) in cases {
        assert_eq!(Counts::of(due, ended, now), counts, "{why}");
    }
}

proptest! {
    /// Nobody contests what no ruling could better for them, and a ruling does what they ask for.
    #[test]
    fn a_ruling_that_overturns_always_helps_the_end_that_may_contest(
        due in 0_i64..1_000, ended in 0_i64..1_000, which in 0_usize..3,
    ) {
        let second = |at| Timestamp::from_second(at).unwrap();
        let ending = Ending::ALL[which];
        let counts = Counts::of(second(due), Some((ending, second(ended))), second(2_000));
        match counts.contested_by(ending) {
            Some(End::Asked) => {
                prop_assert_eq!((counts, counts.overturned()), (Counts::Missed, Counts::Not));
            }
            Some(End::Asker) => {
                prop_assert_ne!(counts, Counts::Missed);
                prop_assert_eq!(counts.overturned(), Counts::Missed);
            }
            None => prop_assert_eq!((ending, counts), (Ending::Withdrawn, Counts::Not)),
        }
    }

    /// What counts against somebody at one instant does so at every later one.
    #[test]
    fn what_is_missed_stays_missed(
        due in 0_i64..1_000, now in 0_i64..1_000, wait in 0_i64..1_000, which in 0_usize..3,
    ) {
        let second = |at| Timestamp::from_second(at).unwrap();
        if Counts::of(second(due), None, second(now)) == Counts::Missed {
            let ended = (Ending::ALL[which], second(now + wait));
            let later = Counts::of(second(due), Some(ended), second(now + wait));
            prop_assert_eq!(later, Counts::Missed);
        }
    }
}
