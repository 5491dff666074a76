//! Clocks that run when a version comes into force that they are to follow.

use super::*;
use crate::{
    agreement::service::{RunningClocks, Step, StepAt, Tells},
    clock::ClockState,
    decided::SOURCE,
    decision::decide,
    rejudged::{Stands, followed_by, rejudged},
};

/// The same level in a version whose clocks that run follow it.
fn follows(level: ServiceLevel) -> ServiceLevel {
    ServiceLevel { running_clocks: RunningClocks::Recompute, ..level }
}

fn hours(n: i64) -> ServiceLevel {
    ServiceLevel { target: Target::Time(SignedDuration::from_hours(n)), ..level() }
}

/// Versions from 1 on, each from its instant, at Berlin time.
fn versions(texts: Vec<(&str, ServiceLevel)>) -> History {
    let texts = texts.into_iter().zip(1..);
    let in_force = |((from, level), version): ((&str, ServiceLevel), _)| InForce {
        version: Version(version),
        hash: format!("hash {version}"),
        from: at(from),
        agreement: Arc::new(agreement(level)),
    };
    History(texts.map(in_force).collect())
}

const OLD: &str = "2026-01-01 00:00";
const TUESDAY: [(&str, &str); 2] = [("2026-11-24 10:00", "is MQL"), ("2026-11-24 10:00", "to a")];

fn first(texts: Vec<(&str, ServiceLevel)>, lines: &[(&str, &str)], look: &str) -> ServiceClock {
    found(&history(lines), &versions(texts), &People::default(), at(look)).remove(0)
}

#[test]
fn a_clock_that_follows_a_version_is_due_by_it_and_never_before_it_came_into_force() {
    // Four hours from Tuesday 10:00 in office hours; the other version comes into force at 11:30.
    let cases = [
        (hours(6), "2026-11-24 16:00", Version(2), "later, from the same start"),
        (hours(2), "2026-11-24 12:00", Version(2), "sooner, from the same start"),
        (hours(1), "2026-11-24 11:30", Version(2), "an hour was over by then: due at that instant"),
    ];
    for (other, due, version, shows) in cases {
        let texts = vec![(OLD, hours(4)), ("2026-11-24 11:30", follows(other))];
        let clock = first(texts, &TUESDAY, "2026-11-24 11:45");
        let reading = clock.read(at("2026-11-24 11:45")).unwrap();
        assert_eq!((reading.due_at, clock.in_force.version), (Some(at(due)), version), "{shows}");
        assert_eq!(clock.read_at_start().unwrap().due_at, Some(at("2026-11-24 14:00")), "{shows}");
    }
    let texts = vec![(OLD, hours(4)), ("2026-11-24 11:30", hours(1))];
    let kept = first(texts, &TUESDAY, "2026-11-24 11:45");
    assert_eq!(kept.in_force.version, Version(1), "nothing is signed about clocks that run");
}

#[test]
fn before_it_comes_into_force_a_version_moves_nothing() {
    let texts = vec![(OLD, hours(4)), ("2026-11-24 11:30", follows(hours(1)))];
    let clock = first(texts, &TUESDAY, "2026-11-24 11:29");
    assert_eq!(clock.in_force.version, Version(1));
}

#[test]
fn an_answer_at_the_very_instant_of_a_version_is_in_time_and_one_after_it_is_late() {
    let cases = [
        ("2026-11-24 11:29", Verdict::Met, Version(1), "it ended under the version before"),
        ("2026-11-24 11:30", Verdict::Met, Version(2), "due at the instant itself"),
        ("2026-11-24 11:31", Verdict::MetLate, Version(2), "after it"),
    ];
    for (answered, verdict, version, shows) in cases {
        let texts = vec![(OLD, hours(4)), ("2026-11-24 11:30", follows(hours(1)))];
        let lines = [TUESDAY[0], TUESDAY[1], (answered, "is Accepted")];
        let clock = first(texts, &lines, "2026-11-24 12:00");
        let end = clock.end(at("2026-11-24 12:00")).unwrap().unwrap();
        assert_eq!((end.verdict, clock.in_force.version), (verdict, version), "{shows}");
    }
}

#[test]
fn what_was_missed_before_stays_missed_under_its_version() {
    let texts = vec![(OLD, hours(1)), ("2026-11-24 11:30", follows(hours(6)))];
    let lines = [TUESDAY[0], TUESDAY[1], ("2026-11-24 12:00", "is Accepted")];
    let clock = first(texts, &lines, "2026-11-24 13:00");
    let end = clock.end(at("2026-11-24 13:00")).unwrap().unwrap();
    assert_eq!((end.verdict, clock.in_force.version), (Verdict::MetLate, Version(1)));
    // Due at the instant of the version itself it is not missed yet.
    let texts = vec![(OLD, hours(1)), ("2026-11-24 11:00", follows(hours(6)))];
    let clock = first(texts, &lines, "2026-11-24 13:00");
    let end = clock.end(at("2026-11-24 13:00")).unwrap().unwrap();
    assert_eq!((end.verdict, clock.in_force.version), (Verdict::Met, Version(2)));
}

#[test]
fn versions_follow_one_another_and_hours_on_the_wall_count_from_the_start() {
    let wall = ServiceLevel { hours: Hours::Elapsed, zone: ZonePolicy::Calendar, ..hours(20) };
    let texts = vec![
        (OLD, hours(2)),
        ("2026-11-24 11:00", follows(hours(12))),
        ("2026-11-24 12:00", hours(3)),
        ("2026-11-25 09:30", follows(wall)),
    ];
    let clock = first(texts.clone(), &TUESDAY, "2026-11-24 18:00");
    let due = |clock: &ServiceClock, look| clock.read(at(look)).unwrap().due_at;
    // Twelve office hours, while the third version keeps what runs.
    assert_eq!(due(&clock, "2026-11-24 18:00"), Some(at("2026-11-25 14:00")));
    let clock = first(texts, &TUESDAY, "2026-11-25 09:31");
    assert_eq!(due(&clock, "2026-11-25 09:31"), Some(at("2026-11-25 09:30")), "06:00 was before");
    assert_eq!(clock.judged_anew().count(), 2);
    assert_eq!(clock.began().in_force.version, Version(1));
}

#[test]
fn what_rests_and_what_stops_a_clock_is_by_the_version_it_follows() {
    let resting = ServiceLevel { pauses_when: Some(status_in(&["MQL"])), ..hours(2) };
    let texts = vec![(OLD, hours(4)), ("2026-11-24 11:00", follows(resting.clone()))];
    let clock = first(texts, &TUESDAY, "2026-11-24 13:00");
    let reading = clock.read(at("2026-11-24 13:00")).unwrap();
    assert_eq!(
        (reading.state, reading.due_at),
        (ClockState::Paused, None),
        "it rests from then on"
    );
    assert_eq!(clock.turned_by, [(Turned::Under(Version(2)), None)]);

    let texts = vec![(OLD, resting), ("2026-11-24 11:00", follows(hours(2)))];
    let clock = first(texts, &TUESDAY, "2026-11-24 11:30");
    let reading = clock.read(at("2026-11-24 11:30")).unwrap();
    assert_eq!(reading.due_at, Some(at("2026-11-24 13:00")), "the hour of rest stays one");

    let stops = ServiceLevel {
        stops_when: status_in(&["MQL"]),
        starts_when: Condition::Has(name("owner")),
        ..hours(2)
    };
    let texts = vec![(OLD, hours(4)), ("2026-11-24 11:00", follows(stops))];
    let clock = first(texts, &TUESDAY, "2026-11-24 13:00");
    let end = clock.end(at("2026-11-24 13:00")).unwrap().unwrap();
    assert_eq!((end.at, end.verdict), (at("2026-11-24 11:00"), Verdict::Met));
}

/// What the ledger has of a lead's clocks after somebody looked at each of the instants.
fn decided(texts: &History, lines: &[(&str, &str)], looks: &[&str]) -> Vec<(Timestamp, String)> {
    let subject = history(lines).subject();
    let (mut ledger, mut said) = (history(lines).into_entries(), Vec::new());
    for look in looks {
        let now = at(look);
        let known = ledger.iter().filter(|entry| entry.recorded_at <= now).cloned().collect();
        let mut last = ledger.len() as i64;
        let (mut new, people) = (Vec::new(), People::default());
        decide::<NeverOpen>(&subject, known, texts, &people, now, |told| {
            let stands = |entry: &Arc<Entry>| entry.told.key == told.key;
            if ledger.iter().chain(&new).any(stands) {
                return Ok(None);
            }
            last += 1;
            assert_eq!(told.source, SOURCE);
            let entry = Entry { no: FactNo(last), recorded_at: now, told };
            new.push(Arc::new(entry.clone()));
            Ok(Some(entry))
        })
        .unwrap();
        let told =
            new.iter().filter_map(|entry| Some((entry.happened_at(), in_words(entry.fact())?)));
        said.extend(told);
        ledger.extend(new);
    }
    said
}

fn in_words(fact: &Fact) -> Option<String> {
    let due = |at: &Timestamp| {
        at.to_zoned(TimeZone::get("Europe/Berlin").unwrap()).strftime("%H:%M").to_string()
    };
    Some(match fact {
        Fact::ClockStarted(fact) => {
            format!("started v{} {}", fact.because.version, due(&fact.due_at))
        }
        Fact::ClockRecomputed(fact) => format!(
            "recomputed v{} {} was v{} {}",
            fact.because.version,
            due(&fact.due_at?),
            fact.was_under,
            due(&fact.was_due_at?)
        ),
        Fact::ClockAtRisk(fact) => format!("at risk v{}", fact.because.version),
        Fact::ClockBreached(fact) => format!("breached v{}", fact.because.version),
        Fact::ClockEscalated(fact) => format!("step {} v{}", fact.step, fact.because.version),
        Fact::ClockStopped(fact) => format!(
            "stopped v{} {}{}",
            fact.because.version,
            fact.verdict.words(),
            fact.due_at.as_ref().map(|at| format!(" due {}", due(at))).unwrap_or_default()
        ),
        _ => return None,
    })
}

fn words(said: &[(Timestamp, String)]) -> Vec<&str> {
    said.iter().map(|(_, words)| words.as_str()).collect()
}

#[test]
fn the_ledger_says_what_a_version_made_of_a_clock_whoever_looks_when() {
    let step = |per_mille| Step {
        at: StepAt::Share(per_mille),
        tells: vec![Tells::Owner],
        reassigns: None,
    };
    let short = ServiceLevel { steps: vec![step(500), step(1500)], ..follows(hours(1)) };
    let texts = versions(vec![(OLD, hours(4)), ("2026-11-24 11:30", short)]);
    let expected = [
        "started v1 14:00",
        "recomputed v2 11:30 was v1 14:00",
        "at risk v2",
        "breached v2",
        "step 1 v2",
        "step 2 v2",
    ];
    let often = ["2026-11-24 10:00", "2026-11-24 11:30", "2026-11-24 11:31", "2026-11-24 12:00"];
    for looks in [&often[..], &often[3..], &["2026-11-24 12:00"; 3]] {
        let mut said = decided(&texts, &TUESDAY, looks);
        said.sort_by_key(|(_, words)| expected.iter().position(|known| known == words));
        assert_eq!(words(&said), expected, "{looks:?}");
        let instants: Vec<Timestamp> = said.iter().map(|(at, _)| *at).collect();
        assert!(instants[1..].iter().all(|told| *told == at("2026-11-24 11:30")), "{instants:?}");
    }
}

#[test]
fn an_answer_that_was_told_late_brings_back_the_due_time_under_which_it_came() {
    let texts = versions(vec![(OLD, hours(4)), ("2026-11-24 11:30", follows(hours(1)))]);
    let lines = [TUESDAY[0], TUESDAY[1]];
    let subject = history(&lines).subject();
    let mut entries = history(&lines).into_entries();
    let people = People::default();
    let mut said = Vec::new();
    for (look, late) in [("2026-11-24 12:00", None), ("2026-11-24 13:00", Some("2026-11-24 11:00"))]
    {
        let now = at(look);
        if let Some(happened) = late {
            let told = history(&[(happened, "is Accepted")]).into_entries().remove(0).told.clone();
            let told = Told { key: "late".into(), ..told };
            entries.push(Arc::new(Entry { no: FactNo(90), recorded_at: now, told }));
        }
        let sorted = crate::lead::in_order(entries.clone());
        decide::<NeverOpen>(&subject, sorted, &texts, &people, now, |told| {
            if entries.iter().any(|entry| entry.told.key == told.key) {
                return Ok(None);
            }
            let entry = Entry { no: FactNo(entries.len() as i64 + 1), recorded_at: now, told };
            said.extend(in_words(entry.fact()));
            entries.push(Arc::new(entry.clone()));
            Ok(Some(entry))
        })
        .unwrap();
    }
    assert_eq!(said.last().unwrap(), "stopped v1 in time due 14:00", "{said:?}");
}

#[test]
fn whoever_signs_is_told_what_would_follow_and_what_would_keep_its_version() {
    let lines = [
        ("2026-11-24 09:00", "is MQL"),
        ("2026-11-24 09:00", "to a"),
        ("2026-11-24 09:30", "is Accepted"),
        ("2026-11-24 10:00", "is MQL"),
    ];
    let (signed, look) = (versions(vec![(OLD, hours(4))]), at("2026-11-24 11:30"));
    let told = |level: ServiceLevel, version| {
        let mut proposed = versions(vec![(OLD, level)]);
        proposed.0[0].version = Version(version);
        let history = history(&lines);
        let texts = (&signed, &proposed);
        rejudged(&history.subject(), history.until(look), texts, &People::default(), look).unwrap()
    };
    let follows_it = told(follows(hours(1)), 2);
    assert_eq!(follows_it[0].follows, None, "it has ended");
    let judged = follows_it[1].follows.unwrap();
    assert_eq!((judged.stands, judged.due_at), (Stands::Late, Some(look)));
    assert!(told(hours(1), 2).iter().all(|clock| clock.follows.is_none()));
    let same = &told(follows(hours(4)), 2)[1];
    assert_eq!(same.follows.unwrap().due_at, same.signed.unwrap().due_at, "due when it was");
    let mut in_force = versions(vec![(OLD, follows(hours(1)))]);
    in_force.0[0].version = Version(1);
    assert!(followed_by(&signed, &in_force, look).is_none(), "it was in force before");
}

#[test]
fn a_clock_is_never_due_before_the_version_it_follows_at_any_instant_of_it() {
    for (old, new) in [(1, 4), (4, 1), (2, 3), (8, 2), (3, 9)] {
        for minute in (0..600).step_by(7) {
            let from = at("2026-11-24 10:00") + SignedDuration::from_mins(minute);
            let mut texts = versions(vec![(OLD, hours(old)), (OLD, follows(hours(new)))]);
            texts.0[1].from = from;
            let people = People::default();
            let look = at("2026-11-26 00:00");
            let clock = found(&history(&TUESDAY), &texts, &people, look).remove(0);
            let due = |n: i64| {
                let clock = first(vec![(OLD, hours(n))], &TUESDAY, "2026-11-24 10:00");
                clock.read_at_start().unwrap().due_at.unwrap()
            };
            let by_hand = if due(old) < from { due(old) } else { due(new).max(from) };
            let read = clock.read(look).unwrap().due_at;
            assert_eq!(read, Some(by_hand), "{old} h, {new} h from {from}");
        }
    }
}
