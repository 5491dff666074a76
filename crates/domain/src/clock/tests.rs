use proptest::prelude::*;

use super::*;
use crate::calendar::tests::{at, calendar, minutes, nine_to_five, zone};

fn terms(target_minutes: i64) -> Terms {
    Terms {
        target: minutes(target_minutes),
        warn_after: share_of(SignedDuration::from_mins(target_minutes), 800),
        hold_from: None,
        zero_business_time: ZeroTime::Met,
    }
}

/// A reading in Berlin from nine to five on weekdays.
fn berlin(terms: &Terms, running: &Running, as_of: &str) -> Reading {
    read(&nine_to_five(&[]), &zone("Europe/Berlin"), terms, running, local(as_of)).unwrap()
}

/// An instant by the wall in Berlin. In June 2026 the 1st is a Monday.
fn local(wall: &str) -> Timestamp {
    at(&format!("{wall}[Europe/Berlin]"))
}

fn since(wall: &str) -> Running {
    Running::since(local(wall))
}

fn stopped(from: &str, until: &str) -> Running {
    Running { stopped_at: Some(local(until)), ..since(from) }
}

fn pause(from: &str, until: Option<&str>) -> Pause {
    Pause { from: local(from), until: until.map(local) }
}

fn hms(hours: i64, minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(hours * 60 + minutes)
}

#[test]
fn a_clock_is_due_and_at_risk_as_worked_by_hand() {
    // domain.md 2.4 and domain-vectors.json "business_time".
    let reading = berlin(&terms(60), &since("2026-10-23T16:40"), "2026-10-26T09:27");
    assert_eq!(reading.effective_start, local("2026-10-23T16:40"));
    assert_eq!(reading.due_at, Some(at("2026-10-26T08:40:00Z")));
    assert_eq!(reading.at_risk_at, Some(at("2026-10-26T08:28:00Z")));
    assert_eq!(reading.consumed, minutes(47));
    assert_eq!(reading.state, ClockState::Running);
}

#[test]
fn what_lies_ahead_of_a_clock_is_what_it_will_have_counted() {
    let (terms, calendar, zone) = (terms(600), nine_to_five(&[]), zone("Europe/Berlin"));
    let paused = |from: &str, until: Option<&str>| Running {
        pauses: vec![pause(from, until)],
        ..since("2026-06-01T10:00")
    };
    let (from, to) = (local("2026-06-01T16:00"), local("2026-06-03T12:00"));
    let day = |from: &str, until: &str| (local(from), local(until));
    let (monday, wednesday) =
        (day("2026-06-01T16:00", "2026-06-01T17:00"), day("2026-06-03T09:00", "2026-06-03T12:00"));
    let until_due = day("2026-06-02T09:00", "2026-06-02T12:00");
    let after_it = day("2026-06-02T12:00", "2026-06-02T17:00");
    let morning = day("2026-06-02T10:00", "2026-06-02T13:00");
    let afternoon = day("2026-06-02T13:00", "2026-06-02T17:00");
    let cases = [
        (since("2026-06-01T10:00"), vec![monday, until_due, after_it, wednesday]),
        (
            paused("2026-06-01T17:00", Some("2026-06-02T10:00")),
            vec![monday, morning, afternoon, wednesday],
        ),
        (paused("2026-06-01T15:00", None), vec![]),
        // Late since noon on Friday: it gets later whether or not it rests.
        (
            Running { pauses: vec![pause("2026-06-01T10:00", None)], ..since("2026-05-28T10:00") },
            vec![monday, day("2026-06-02T09:00", "2026-06-02T17:00"), wednesday],
        ),
    ];
    for (running, expected) in cases {
        let due_at = read(&calendar, &zone, &terms, &running, from).unwrap().due_at;
        let found = ahead(&calendar, &zone, &running, due_at, (from, to));
        assert_eq!(found, expected, "{running:?}");
    }
}

#[test]
fn a_start_outside_opening_hours_takes_effect_at_the_next_opening() {
    // domain.md 2.4: created on Saturday at 11:00 with 60 minutes, due on Monday at 10:00.
    let reading = berlin(&terms(60), &since("2026-10-24T11:00"), "2026-10-24T12:00");
    assert_eq!(reading.effective_start, local("2026-10-26T09:00"));
    assert_eq!(reading.due_at, Some(local("2026-10-26T10:00")));
    assert_eq!((reading.consumed, reading.elapsed), (minutes(0), minutes(60)));
}

#[test]
fn the_scenarios_of_gitlab_come_out() {
    // handbook/scenarios.json "gitlab_sla", at the handbook's limit of two hours.
    let cases = [
        ("S1", "2026-06-05T16:30", "2026-06-08T10:00", hms(1, 30), hms(65, 30), ClockState::Met),
        ("S2 A", "2026-06-05T16:00", "2026-06-05T16:30", hms(0, 30), hms(0, 30), ClockState::Met),
        (
            "S2 B",
            "2026-06-05T16:30",
            "2026-06-08T11:31",
            hms(3, 1),
            hms(67, 1),
            ClockState::MetLate,
        ),
        ("S3", "2026-06-02T20:00", "2026-06-02T22:00", hms(0, 0), hms(2, 0), ClockState::Met),
    ];
    for (scenario, from, until, business, elapsed, state) in cases {
        let reading = berlin(&terms(120), &stopped(from, until), "2026-06-30T00:00");
        assert_eq!(reading.consumed, business, "{scenario}");
        assert_eq!(reading.elapsed, elapsed, "{scenario}");
        assert_eq!(reading.state, state, "{scenario}");
    }
}

#[test]
fn the_terms_decide_on_a_stop_before_any_open_time() {
    let night = stopped("2026-06-02T20:00", "2026-06-02T22:00");
    let at_once = stopped("2026-06-02T10:00", "2026-06-02T10:00");
    let cases = [
        (ZeroTime::Met, ClockState::Met, Some(true)),
        (ZeroTime::NotMet, ClockState::NotMet, Some(false)),
        (ZeroTime::Ignored, ClockState::NoVerdict, None),
    ];
    for (zero_business_time, state, verdict) in cases {
        let terms = Terms { zero_business_time, ..terms(120) };
        let reading = berlin(&terms, &night, "2026-06-30T00:00");
        assert_eq!((reading.state, reading.state.verdict()), (state, verdict));
        let prompt = berlin(&terms, &at_once, "2026-06-30T00:00");
        assert_eq!(prompt.state, ClockState::Met, "answered at once within opening hours");
        let opening = stopped("2026-06-02T20:00", "2026-06-03T09:00");
        assert_eq!(berlin(&terms, &opening, "2026-06-30T00:00").state, ClockState::Met);
    }
}

#[test]
fn a_clock_passes_through_its_states() {
    let running = since("2026-06-01T10:00");
    let cases = [
        ("2026-06-01T10:00", ClockState::Running, 0, "exactly the start"),
        ("2026-06-01T10:47:59", ClockState::Running, 0, "just before the warning"),
        ("2026-06-01T10:48", ClockState::AtRisk, 0, "exactly the warning"),
        ("2026-06-01T11:00", ClockState::AtRisk, 0, "exactly due: it can still be met"),
        ("2026-06-01T11:01", ClockState::Breached, 1, "a minute past due"),
        ("2026-06-02T09:00", ClockState::Breached, 360, "closed hours are not late"),
    ];
    for (as_of, state, late, what) in cases {
        let reading = berlin(&terms(60), &running, as_of);
        assert_eq!((reading.state, reading.lateness), (state, minutes(late)), "{what}");
        assert_eq!(reading.due_at, Some(local("2026-06-01T11:00")), "{what}");
    }
}

#[test]
fn a_stop_is_in_time_up_to_and_including_due() {
    let cases = [
        ("2026-06-01T09:59", ClockState::Met, 0, 0, "before the start"),
        ("2026-06-01T11:00", ClockState::Met, 0, 60, "exactly due"),
        ("2026-06-01T11:00:00.000000001", ClockState::MetLate, 0, 60, "the next instant"),
        ("2026-06-02T09:30", ClockState::MetLate, 390, 450, "the next morning"),
    ];
    for (until, state, late, consumed, what) in cases {
        let reading = berlin(&terms(60), &stopped("2026-06-01T10:00", until), "2026-06-30T00:00");
        assert_eq!(reading.state, state, "{what}");
        assert_eq!(reading.lateness.as_mins(), late, "{what}");
        assert_eq!(reading.consumed.as_mins(), consumed, "{what}");
    }
}

#[test]
fn a_target_used_up_at_the_close_is_due_at_the_close() {
    // Due is an instant: work on the Saturday comes after it, though no open time has passed.
    let cases = [
        ("2026-06-05T17:00", ClockState::Met, "exactly the close"),
        ("2026-06-06T10:00", ClockState::MetLate, "on Saturday"),
        ("2026-06-08T09:00", ClockState::MetLate, "exactly the next opening"),
    ];
    for (until, state, what) in cases {
        let reading = berlin(&terms(60), &stopped("2026-06-05T16:00", until), "2026-06-30T00:00");
        assert_eq!(reading.due_at, Some(local("2026-06-05T17:00")), "{what}");
        assert_eq!((reading.state, reading.lateness), (state, minutes(0)), "{what}");
    }
}

#[test]
fn pauses_take_out_open_time_once() {
    // Monday 10:00 with four hours would be due at 14:00; as of Tuesday 09:00.
    let (ten, eleven, noon) = ("2026-06-01T10:00", "2026-06-01T11:00", "2026-06-01T12:00");
    let cases: [(&[Pause], i64, &str, &str); 9] = [
        (&[], 0, "2026-06-01T14:00", "none"),
        (&[pause(eleven, Some(noon))], 60, "2026-06-01T15:00", "an hour"),
        (
            &[pause("2026-06-01T11:30", Some(noon)), pause(eleven, Some("2026-06-01T11:45"))],
            60,
            "2026-06-01T15:00",
            "overlapping, in the wrong order",
        ),
        (
            &[pause(eleven, Some(noon)), pause(eleven, Some("2026-06-01T11:10"))],
            60,
            "2026-06-01T15:00",
            "one within another",
        ),
        (&[pause("2026-06-01T08:00", Some(ten))], 0, "2026-06-01T14:00", "before the start"),
        (&[pause("2026-05-01T08:00", Some(eleven))], 60, "2026-06-01T15:00", "over the start"),
        (&[pause(noon, Some(eleven))], 0, "2026-06-01T14:00", "ended before it began"),
        (
            &[pause("2026-06-01T13:00", Some("2026-06-01T20:00"))],
            240,
            "2026-06-02T10:00",
            "over the close",
        ),
        (
            &[pause("2026-06-01T17:00", Some("2026-06-02T09:00"))],
            0,
            "2026-06-01T14:00",
            "while closed, and after the breach",
        ),
    ];
    for (pauses, paused, due, what) in cases {
        let running = Running { pauses: pauses.to_vec(), ..since(ten) };
        let reading = berlin(&terms(240), &running, "2026-06-02T09:00");
        assert_eq!(reading.due_at, Some(local(due)), "{what}");
        assert_eq!(reading.paused, minutes(paused), "{what}");
        assert_eq!(reading.consumed, minutes(420 - paused), "{what}");
    }
}

#[test]
fn a_pause_while_all_is_closed_changes_nothing() {
    // Microsoft documents that people are confused by this; both components are to be shown.
    let start = "2026-06-05T16:00";
    let over_the_weekend = pause("2026-06-05T17:00", Some("2026-06-08T09:00"));
    let running = Running { pauses: vec![over_the_weekend], ..since(start) };
    let as_of = "2026-06-08T10:00";
    assert_eq!(berlin(&terms(240), &running, as_of), berlin(&terms(240), &since(start), as_of));
}

#[test]
fn a_paused_clock_has_no_due_instant_until_the_end_of_the_pause_is_known() {
    let start = "2026-06-01T10:00";
    let open = Running { pauses: vec![pause("2026-06-01T10:50", None)], ..since(start) };
    let reading = berlin(&terms(60), &open, "2026-06-03T12:00");
    assert_eq!(reading.state, ClockState::Paused);
    assert_eq!(reading.due_at, None);
    assert_eq!(reading.at_risk_at, Some(local("2026-06-01T10:48")), "before the pause");
    assert_eq!((reading.consumed, reading.lateness), (minutes(50), minutes(0)));

    // Tuesday 15:00 is the end that was named: known while the pause lasts.
    let known = pause("2026-06-01T10:50", Some("2026-06-02T15:00"));
    let known = Running { pauses: vec![known], ..since(start) };
    for (as_of, state) in [
        ("2026-06-01T12:00", ClockState::Paused),
        ("2026-06-02T15:00", ClockState::AtRisk),
        ("2026-06-02T15:11", ClockState::Breached),
    ] {
        let reading = berlin(&terms(60), &known, as_of);
        assert_eq!(reading.due_at, Some(local("2026-06-02T15:10")), "{as_of}");
        assert_eq!(reading.state, state, "{as_of}");
    }
}

#[test]
fn a_pause_after_the_breach_does_not_undo_it() {
    let late = pause("2026-06-01T11:30", None);
    let running = Running { pauses: vec![late], ..since("2026-06-01T10:00") };
    let reading = berlin(&terms(60), &running, "2026-06-01T12:00");
    assert_eq!(reading.state, ClockState::Breached);
    assert_eq!(reading.due_at, Some(local("2026-06-01T11:00")));
    assert_eq!(reading.lateness, minutes(60), "lateness has no pauses");
    assert_eq!((reading.consumed, reading.paused), (minutes(90), minutes(30)));
}

#[test]
fn a_stop_ends_a_pause_without_an_end() {
    let start = "2026-06-01T10:00";
    let paused = pause("2026-06-01T10:30", None);
    let running = Running { pauses: vec![paused], ..stopped(start, "2026-06-02T10:00") };
    let reading = berlin(&terms(60), &running, "2026-06-30T00:00");
    assert_eq!(reading.state, ClockState::Met);
    assert_eq!(reading.due_at, Some(local("2026-06-02T10:30")));
    assert_eq!(reading.consumed, minutes(30));

    let after = pause("2026-06-01T10:30", None);
    let running = Running { pauses: vec![after], ..stopped(start, "2026-06-01T10:15") };
    let reading = berlin(&terms(60), &running, "2026-06-30T00:00");
    assert_eq!(reading.due_at, Some(local("2026-06-01T11:00")), "a pause after the stop");
}

#[test]
fn an_ending_counts_from_when_it_happened() {
    let start = "2026-06-01T10:00";
    let (soon, late) = (Some(local("2026-06-01T10:30")), Some(local("2026-06-01T11:30")));
    let due = Some(local("2026-06-01T11:00"));
    let none = since(start);
    let ends = |stopped_at, withdrawn_at, voided_at| Running {
        stopped_at,
        withdrawn_at,
        voided_at,
        ..none.clone()
    };
    let cases = [
        (ends(None, soon, None), ClockState::Void, "withdrawn in time"),
        (ends(None, due, None), ClockState::Void, "withdrawn exactly when due"),
        (ends(None, late, None), ClockState::Breached, "withdrawn too late"),
        (ends(soon, late, None), ClockState::Met, "stopped, then withdrawn"),
        (ends(late, soon, None), ClockState::Void, "withdrawn, then stopped"),
        (ends(soon, soon, None), ClockState::Met, "both at once"),
        (ends(late, None, late), ClockState::Void, "voided, though breached"),
    ];
    for (running, state, what) in cases {
        assert_eq!(berlin(&terms(60), &running, "2026-06-01T12:00").state, state, "{what}");
        let before = berlin(&terms(60), &running, "2026-06-01T10:29");
        assert_eq!(before.state, ClockState::Running, "{what}, but not yet");
    }
    let withdrawn = berlin(&terms(60), &ends(None, late, None), "2026-06-03T12:00");
    assert_eq!(withdrawn.lateness, minutes(30), "it grows no longer");
}

#[test]
fn escalations_go_on_past_the_breach() {
    // domain.md 2.5: 80 % to the owner, 100 % to the manager, 150 % and 200 % beyond.
    let (calendar, berlin) = (nine_to_five(&[]), zone("Europe/Berlin"));
    let running = since("2026-06-01T16:00");
    for (share, reached) in [
        (800, "2026-06-01T16:48"),
        (1000, "2026-06-01T17:00"),
        (1500, "2026-06-02T09:30"),
        (2000, "2026-06-02T10:00"),
    ] {
        let as_of = local("2026-06-01T16:00");
        let at = share_reached_at(&calendar, &berlin, &terms(60), &running, share, as_of);
        assert_eq!(at, Ok(Some(local(reached))), "{share}");
    }
}

#[test]
fn a_share_of_the_target_is_not_reached_early() {
    let terms = Terms { target: SignedDuration::from_nanos(10), ..terms(0) };
    for (share, nanoseconds) in [(0, 0), (100, 1), (101, 2), (999, 10), (1000, 10), (1001, 11)] {
        assert_eq!(
            share_of(terms.target, share),
            SignedDuration::from_nanos(nanoseconds),
            "{share}"
        );
    }
    let endless = Terms { target: SignedDuration::MAX, ..terms };
    assert_eq!(share_of(endless.target, 2000), SignedDuration::MAX);
}

#[test]
fn a_clock_on_a_calendar_without_hours_cannot_be_read() {
    let never = calendar([""; 7], &[]);
    let running = since("2026-06-01T10:00");
    let reading = read(&never, &TimeZone::UTC, &terms(60), &running, running.started_at);
    assert_eq!(reading.unwrap_err().calendar, "support");
}

/// Minutes from Friday 2026-10-23 15:00 in Berlin; the clocks are put back on the Sunday.
fn minute(minute: i64) -> Timestamp {
    local("2026-10-23T15:00") + minutes(minute)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_clock_consumes_what_counting_minutes_gives(
        spans in prop::collection::vec((0_i64..5_000, -50_i64..800), 0..5),
        target in 1_i64..300,
        as_of in 0_i64..5_000,
    ) {
        let (calendar, berlin) = (nine_to_five(&[]), zone("Europe/Berlin"));
        let counts = |at: i64| {
            let paused = spans.iter().any(|(from, length)| (*from..from + length).contains(&at));
            !paused && calendar.is_open(&berlin, minute(at))
        };
        let pauses = spans
            .iter()
            .map(|(from, length)| Pause { from: minute(*from), until: Some(minute(from + length)) })
            .collect();
        let running = Running { pauses, ..Running::since(minute(0)) };
        let reading = read(&calendar, &berlin, &terms(target), &running, minute(as_of)).unwrap();

        let consumed = (0..as_of).filter(|at| counts(*at)).count() as i64;
        prop_assert_eq!(reading.consumed, minutes(consumed));
        let mut left = target;
        let due = (0..).find(|at| { left -= i64::from(counts(*at)); left == 0 }).unwrap() + 1;
        prop_assert_eq!(reading.due_at, Some(minute(due)));
        prop_assert_eq!(reading.state == ClockState::Breached, as_of > due);
        if as_of >= due {
            let open = |at: &i64| calendar.is_open(&berlin, minute(*at));
            let late = (due..as_of).filter(open).count() as i64;
            prop_assert_eq!(reading.lateness, minutes(late));
        }
    }
}
