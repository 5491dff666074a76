//! What another text would say of clocks that have run or run now.

use super::*;
use crate::rejudged::{Rejudged, Stands, Turn, Unjudged, all_along, rejudged};

const FACTS: [(&str, &str); 4] = [
    ("2026-11-20 15:00", "is MQL"),
    ("2026-11-20 15:00", "to u1"),
    ("2026-11-23 09:30", "is Accepted"),
    ("2026-11-23 10:00", "is MQL"),
];

/// The clocks of a lead under the first text and the second, at an instant.
fn under(texts: (Agreement, Agreement), lines: &[(&str, &str)], look: &str) -> Vec<Rejudged> {
    let (history, as_of) = (history(lines), at(look));
    let signed = History::always(texts.0, "one".into());
    let proposed = all_along(&signed, Version(2), "two".into(), Arc::new(texts.1));
    let people = People::default();
    let entries = history.until(as_of);
    rejudged(&history.subject(), entries, (&signed, &proposed), &people, as_of).unwrap()
}

fn hours(n: i64) -> ServiceLevel {
    ServiceLevel { target: Target::Time(SignedDuration::from_hours(n)), ..level() }
}

/// Where each stands, under the one text and the other.
fn stands(found: &[Rejudged]) -> Vec<(Stands, Stands, Turn)> {
    let both = |clock: &Rejudged| {
        (clock.signed.unwrap().stands, clock.proposed.unwrap().stands, clock.turn())
    };
    found.iter().map(both).collect()
}

#[test]
fn a_clock_is_told_whose_verdict_turns_ended_or_running_either_way() {
    use Stands::*;
    let cases = [
        // 2 h 30 until the answer; the second has run for an hour, or for more than two.
        (4, 2, "2026-11-23 11:00", [(InTime, CameLate, Turn::Missed), (Runs, Runs, Turn::Same)]),
        (4, 2, "2026-11-23 12:30", [(InTime, CameLate, Turn::Missed), (Runs, Late, Turn::Missed)]),
        (
            2,
            4,
            "2026-11-23 12:30",
            [(CameLate, InTime, Turn::MissedNoMore), (Late, Runs, Turn::MissedNoMore)],
        ),
        (4, 3, "2026-11-23 12:30", [(InTime, InTime, Turn::Same), (Runs, Runs, Turn::Same)]),
    ];
    for (signed, proposed, look, expected) in cases {
        let texts = (agreement(hours(signed)), agreement(hours(proposed)));
        let found = under(texts, &FACTS, look);
        assert_eq!(stands(&found), expected, "{signed} h to {proposed} h at {look}");
    }
}

#[test]
fn at_the_very_instant_it_is_due_a_clock_is_in_time_under_the_other_text_too() {
    let texts = (agreement(hours(4)), agreement(hours(2)));
    let answered = |at| [FACTS[0], FACTS[1], (at, "is Accepted")];
    let found = under(texts.clone(), &answered("2026-11-20 17:00"), "2026-11-23 12:00");
    assert_eq!(found[0].turn(), Turn::Same);
    let found = under(texts, &answered("2026-11-23 09:01"), "2026-11-23 12:00");
    assert_eq!(found[0].turn(), Turn::Missed);
}

#[test]
fn shorter_weeks_turn_a_verdict_with_the_service_level_as_it_was() {
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let day = OpenHours { opens: time(9, 0, 0, 0), closes: Closes::At(time(17, 0, 0, 0)) };
    // No Fridays any more.
    let weekday = |index: usize| if index < 4 { vec![day] } else { vec![] };
    let short = Calendar::new("office", Some(berlin), std::array::from_fn(weekday), vec![]);
    let mut other = agreement(hours(2));
    other.calendars.insert("office".into(), short.unwrap());
    let found = under((agreement(hours(2)), other), &FACTS, "2026-11-23 11:00");
    assert_eq!(stands(&found)[0], (Stands::CameLate, Stands::InTime, Turn::MissedNoMore));
}

#[test]
fn the_same_text_turns_nothing_at_any_instant() {
    let signed = History::always(agreement(hours(2)), "one".into());
    let (history, people) = (history(&FACTS), People::default());
    for minute in 0..400 {
        let look = at("2026-11-20 14:00") + SignedDuration::from_mins(minute * 13);
        let (entries, same) = (history.until(look), (&signed, &signed));
        let found = rejudged(&history.subject(), entries, same, &people, look).unwrap();
        assert!(found.iter().all(|clock| clock.turn() == Turn::Same), "{look}: {found:?}");
    }
}

#[test]
fn what_the_other_text_does_not_judge_says_why_and_what_runs_would_not() {
    let gone = ServiceLevel { id: "other".into(), ..level() };
    let later = ServiceLevel { starts_when: status_in(&["Accepted"]), ..level() };
    let cases = [(gone, Unjudged::LevelGone), (later, Unjudged::NotStarted)];
    for (other, why) in cases {
        let found = under((agreement(level()), agreement(other)), &FACTS, "2026-11-23 12:30");
        let signed = found.iter().filter(|clock| clock.signed.is_some());
        let turns: Vec<_> =
            signed.map(|clock| (clock.proposed.unwrap_err(), clock.turn())).collect();
        assert_eq!(turns, [(why, Turn::Unjudged), (why, Turn::Stopped)], "the second runs");
    }
}

#[test]
fn what_the_other_text_alone_would_have_started_stands_after_the_others() {
    let renamed = ServiceLevel { id: "other".into(), ..level() };
    let found = under((agreement(level()), agreement(renamed)), &FACTS, "2026-11-23 12:30");
    let (signed, started): (Vec<_>, Vec<_>) =
        found.iter().partition(|clock| clock.signed.is_some());
    assert_eq!((signed.len(), started.len()), (2, 2));
    assert!(found[..2].iter().all(|clock| clock.signed.is_some()), "{found:?}");
    for clock in started {
        assert_eq!((clock.turn(), clock.service_level.as_str()), (Turn::Started, "other"));
        assert!(clock.proposed.is_ok());
    }
}
