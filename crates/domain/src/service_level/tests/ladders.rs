//! What happens while nobody answers: who is told when, and when a lead passes to the backup.

use jiff::civil::Date;

use super::*;
use crate::{
    absence::Half,
    agreement::service::{PassesTo, Reassigns, Step, StepAt, Tells},
    decided::SOURCE,
    decision::decide,
    people::{Away, Colleague},
};

fn step(at: StepAt, tells: &[Tells], reassigns: Option<u32>) -> Step {
    let reassigns = reassigns.map(|at_most| Reassigns { to: PassesTo::Backup, at_most });
    Step { at, tells: tells.to_vec(), reassigns }
}

fn share(per_cent: i64) -> StepAt {
    StepAt::Share(per_cent * 10)
}

fn with(steps: Vec<Step>, level: ServiceLevel) -> ServiceLevel {
    ServiceLevel { backup: Some("cover@firm.example".into()), steps, ..level }
}

/// `u1` is led by `m`; `b` is the backup, and `gone` has left.
fn firm() -> BTreeMap<UserId, Colleague> {
    let here = || Colleague { is_here: true, can_own: true, ..Colleague::default() };
    let gone = Colleague { is_here: false, can_own: false, ..here() };
    BTreeMap::from([
        ("u1".into(), Colleague { manager: Some("m".into()), ..here() }),
        ("m".into(), here()),
        ("b".into(), here()),
        ("gone".into(), gone),
    ])
}

fn people(colleagues: BTreeMap<UserId, Colleague>) -> People {
    People::default().with_colleagues(colleagues, [("Cover@firm.example".into(), "b".into())])
}

fn away(from: &str, to: &str) -> Vec<Away> {
    let day = |text: &str| text.parse::<Date>().unwrap();
    vec![Away { first_on: day(from), last_on: day(to), half: None, substitute: None }]
}

/// What is decided about clocks and owners when somebody looks at each of the instants.
fn seen(
    level: ServiceLevel,
    lines: &[(&str, &str)],
    people: &People,
    looks: &[&str],
) -> Vec<String> {
    let agreements = History::always(agreement(level), "hash".into());
    let subject = history(lines).subject();
    let mut ledger = history(lines).into_entries();
    for look in looks {
        let now = at(look);
        let mut entries: Vec<Arc<Entry>> = ledger.clone();
        entries.retain(|entry| entry.happened_at() <= now);
        let mut no = 100 + ledger.len() as i64;
        decide::<NeverOpen>(&subject, entries, &agreements, people, now, |told| {
            no += 1;
            let entry = Entry { no: FactNo(no), recorded_at: now, told };
            ledger.push(Arc::new(entry.clone()));
            Ok(Some(entry))
        })
        .unwrap();
    }
    let mut decided: Vec<&Arc<Entry>> =
        ledger.iter().filter(|entry| entry.told.source == SOURCE).collect();
    decided.sort_by_key(|entry| (entry.happened_at(), entry.no));
    decided.into_iter().filter_map(|entry| words(entry)).collect()
}

/// `10-25 11:00 step 1 tells u1, m`, in Berlin.
fn words(entry: &Entry) -> Option<String> {
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let when = berlin.to_datetime(entry.happened_at()).strftime("%m-%d %H:%M").to_string();
    let what = match entry.fact() {
        Fact::ClockEscalated(fact) => {
            let told: Vec<&str> = fact.told.iter().map(UserId::as_str).collect();
            let kept = fact.kept.map(|kept| format!(", {kept:?}")).unwrap_or_default();
            format!("step {} tells {}{kept}", fact.step, told.join(", "))
        }
        Fact::LeadAssigned(fact) => format!("to {}", fact.owner.as_ref()?),
        Fact::ClockBreached(_) => "breached".to_owned(),
        Fact::ClockStopped(fact) => format!("{:?}", fact.verdict),
        _ => return None,
    };
    Some(format!("{when} {what}"))
}

#[test]
fn steps_are_reached_at_their_instants_over_the_night_that_has_an_hour_twice() {
    let owner = [Tells::Owner];
    let steps = vec![
        step(share(50), &owner, None),
        step(share(80), &owner, None),
        step(share(100), &[Tells::Owner, Tells::Manager], None),
        step(StepAt::Late(SignedDuration::from_hours(12)), &[Tells::Manager], None),
    ];
    let wall = ServiceLevel {
        hours: Hours::Elapsed,
        target: Target::Time(SignedDuration::from_hours(24)),
        ..level()
    };
    let facts = [("2026-10-24 12:00", "is MQL"), ("2026-10-24 12:00", "to u1")];
    let found = seen(with(steps, wall), &facts, &people(firm()), &["2026-10-27 00:00"]);
    let expected = [
        "10-25 00:00 step 1 tells u1",
        "10-25 06:12 step 2 tells u1",
        "10-25 11:00 breached",
        "10-25 11:00 step 3 tells u1, m",
        "10-25 23:00 step 4 tells m",
    ];
    assert_eq!(found, expected);

    let office = vec![
        step(share(80), &owner, None),
        step(share(150), &owner, None),
        step(StepAt::Late(SignedDuration::from_mins(90)), &owner, None),
    ];
    let facts = [("2026-10-23 16:00", "is MQL"), ("2026-10-23 16:00", "to u1")];
    let found = seen(with(office, level()), &facts, &people(firm()), &["2026-10-27 00:00"]);
    let expected = [
        "10-26 09:36 step 1 tells u1",
        "10-26 10:00 breached",
        "10-26 11:00 step 2 tells u1",
        "10-26 11:30 step 3 tells u1",
    ];
    assert_eq!(found, expected, "no hour of the weekend counts");
}

#[test]
fn a_step_is_not_reached_by_what_is_answered_at_its_instant() {
    let steps = vec![step(share(100), &[Tells::Owner], None)];
    let facts = [
        ("2026-11-23 09:00", "is MQL"),
        ("2026-11-23 09:00", "to u1"),
        ("2026-11-23 11:00", "is Accepted"),
    ];
    let looks = ["2026-11-23 10:59", "2026-11-23 11:00", "2026-11-23 12:00"];
    assert_eq!(seen(with(steps, level()), &facts, &people(firm()), &looks), ["11-23 11:00 Met"]);
}

#[test]
fn the_backup_is_told_in_the_place_of_an_owner_on_holiday() {
    let steps =
        vec![step(share(80), &[Tells::Owner, Tells::Backup, Tells::Named("gone".into())], None)];
    let facts = [("2026-11-23 09:00", "is MQL"), ("2026-11-23 09:00", "to u1")];
    let mut colleagues = firm();
    let looks = ["2026-11-23 10:50"];
    let there = seen(with(steps.clone(), level()), &facts, &people(colleagues.clone()), &looks);
    assert_eq!(there, ["11-23 10:36 step 1 tells u1, b"], "nobody who has left is told");
    colleagues.get_mut(&"u1".into()).unwrap().away = away("2026-11-20", "2026-11-23");
    let gone = seen(with(steps.clone(), level()), &facts, &people(colleagues.clone()), &looks);
    assert_eq!(gone, ["11-23 10:36 step 1 tells b"]);
    colleagues.get_mut(&"u1".into()).unwrap().away[0].substitute = Some("m".into());
    let named = seen(with(steps, level()), &facts, &people(colleagues), &looks);
    assert_eq!(named, ["11-23 10:36 step 1 tells m, b"], "a substitute goes before the backup");
}

#[test]
fn a_lead_passes_on_as_often_as_is_signed_and_the_miss_stays() {
    let steps = vec![step(share(150), &[Tells::Manager], Some(2))];
    let facts = [
        ("2026-11-23 09:00", "is MQL"),
        ("2026-11-23 09:00", "to u1"),
        ("2026-11-23 13:00", "to u1"),
        ("2026-11-24 09:00", "to u1"),
    ];
    // Each is looked at a little late, as the tick does, and twice at the end.
    let looks = [
        "2026-11-23 12:01",
        "2026-11-23 13:00",
        "2026-11-23 16:01",
        "2026-11-24 09:00",
        "2026-11-24 12:01",
        "2026-11-24 12:01",
    ];
    let found = seen(with(steps, level()), &facts, &people(firm()), &looks);
    let expected = [
        "11-23 11:00 breached",
        "11-23 12:00 step 1 tells m, u1, b",
        "11-23 12:01 to b",
        "11-23 12:01 Missed",
        "11-23 13:00 NoVerdict",
        "11-23 15:00 breached",
        "11-23 16:00 step 1 tells m, u1, b",
        "11-23 16:01 to b",
        "11-23 16:01 Missed",
        "11-24 09:00 NoVerdict",
        "11-24 11:00 breached",
        "11-24 12:00 step 1 tells m, OftenEnough",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_lead_stays_where_the_backup_cannot_take_it() {
    type Change = fn(&mut BTreeMap<UserId, Colleague>);
    let cases: [(Change, &str, &str); 5] = [
        (|_| (), "u1", "2026-11-23 12:01"),
        (|_| (), "b", "BackupHasIt"),
        (|all| all.get_mut(&"b".into()).unwrap().can_own = false, "u1", "BackupGone"),
        (
            |all| all.get_mut(&"b".into()).unwrap().away = away("2026-11-23", "2026-11-23"),
            "u1",
            "BackupAway",
        ),
        (|all| drop(all.remove(&"b".into())), "u1", "BackupGone"),
    ];
    for (change, owner, kept) in cases {
        let steps = vec![step(share(150), &[], Some(1))];
        let mut colleagues = firm();
        change(&mut colleagues);
        let to = format!("to {owner}");
        let facts = [("2026-11-23 09:00", "is MQL"), ("2026-11-23 09:00", to.as_str())];
        let looks = ["2026-11-23 12:01"];
        let found = seen(with(steps, level()), &facts, &people(colleagues), &looks);
        let passed = found.iter().any(|line| line.ends_with(" to b"));
        let says = found.iter().any(|line| line.ends_with(kept));
        assert_eq!(
            (passed, says),
            (kept.starts_with("2026"), !kept.starts_with("2026")),
            "{found:?}"
        );
    }
}

#[test]
fn what_is_known_only_after_the_answer_passes_nothing_on_and_a_late_answer_stays_late() {
    let steps = vec![
        step(share(150), &[Tells::Manager], Some(1)),
        step(share(200), &[Tells::Manager], None),
    ];
    let facts = [
        ("2026-11-23 09:00", "is MQL"),
        ("2026-11-23 09:00", "to u1"),
        ("2026-11-23 14:00", "is Accepted"),
    ];
    let runs_on = ServiceLevel { on_transfer: OnTransfer::RunOn, ..level() };
    let looks = ["2026-11-24 09:00"];
    let found = seen(with(steps.clone(), runs_on.clone()), &facts, &people(firm()), &looks);
    let expected = [
        "11-23 11:00 breached",
        "11-23 12:00 step 1 tells , OverByThen",
        "11-23 13:00 step 2 tells ",
        "11-23 14:00 MetLate",
    ];
    assert_eq!(found, expected);
    let looks = ["2026-11-23 12:01", "2026-11-23 13:01", "2026-11-24 09:00"];
    let live = seen(with(steps, runs_on), &facts, &people(firm()), &looks);
    let expected = [
        "11-23 11:00 breached",
        "11-23 12:00 step 1 tells m, u1, b",
        "11-23 12:01 to b",
        "11-23 13:00 step 2 tells ",
        "11-23 14:00 MetLate",
    ];
    assert_eq!(live, expected, "the clock runs on for the backup, whom nobody leads");
}

#[test]
fn after_a_long_pause_each_step_stands_once_at_its_instant_and_the_lead_passes_on_now_and_once() {
    let steps = vec![
        step(share(80), &[Tells::Owner], None),
        step(share(150), &[Tells::Manager], Some(5)),
        step(share(200), &[Tells::Manager], Some(5)),
    ];
    let facts = [("2026-11-23 09:00", "is MQL"), ("2026-11-23 09:00", "to u1")];
    let looks = ["2026-11-25 10:00", "2026-11-25 10:00", "2026-11-25 10:01", "2026-11-25 11:59"];
    let found = seen(with(steps, level()), &facts, &people(firm()), &looks);
    let expected = [
        "11-23 10:36 step 1 tells u1",
        "11-23 11:00 breached",
        "11-23 12:00 step 2 tells m, u1, b",
        "11-23 13:00 step 3 tells m, OverByThen",
        "11-25 10:00 to b",
        "11-25 10:00 Missed",
        "11-25 11:36 step 1 tells b",
    ];
    assert_eq!(found, expected, "the backup is given its own two hours");
}

#[test]
fn whoever_does_the_work_of_somebody_away_is_told_and_half_a_day_is_half_a_day() {
    let steps = vec![step(share(80), &[Tells::Owner, Tells::Manager], None)];
    let facts = [("2026-11-23 09:00", "is MQL"), ("2026-11-23 09:00", "to u1")];
    let half = |half, substitute: Option<&str>| {
        let mut away = away("2026-11-23", "2026-11-23");
        away[0].half = Some(half);
        away[0].substitute = substitute.map(UserId::from);
        away
    };
    let gone = || Colleague { manager: Some("m".into()), ..Colleague::default() };
    type Change<'a> = &'a dyn Fn(&mut BTreeMap<UserId, Colleague>);
    let cases: [(Change<'_>, &str); 5] = [
        (&|_| (), "u1, m"),
        (&|all| all.get_mut(&"u1".into()).unwrap().away = half(Half::Morning, None), "b, m"),
        (&|all| all.get_mut(&"u1".into()).unwrap().away = half(Half::Afternoon, None), "u1, m"),
        (&|all| all.get_mut(&"m".into()).unwrap().away = half(Half::Morning, Some("b")), "u1, b"),
        (&|all| drop(all.insert("u1".into(), gone())), "b, m"),
    ];
    for (change, told) in cases {
        let mut colleagues = firm();
        change(&mut colleagues);
        let looks = ["2026-11-23 10:50"];
        let found = seen(with(steps.clone(), level()), &facts, &people(colleagues), &looks);
        assert_eq!(found, [format!("11-23 10:36 step 1 tells {told}")]);
    }
}

#[test]
fn a_rest_that_is_told_late_brings_no_step_twice_and_leaves_none_to_wait_for() {
    let level = ServiceLevel { pauses_when: Some(status_in(&["Waiting"])), ..level() };
    let level = ServiceLevel { starts_when: Condition::Has(name("owner")), ..level };
    let steps = vec![step(share(50), &[Tells::Owner], None)];
    let agreements = History::always(agreement(with(steps, level)), "hash".into());
    let before = [("2026-11-23 09:00", "is MQL"), ("2026-11-23 09:00", "to u1")];
    let late = [("2026-11-23 09:30", "is Waiting"), ("2026-11-23 09:50", "is MQL")];
    let mut ledger = history(&before).into_entries();
    let mut told = Vec::new();
    for (look, lines) in [("2026-11-23 10:01", &[][..]), ("2026-11-23 10:30", &late[..])] {
        let mut more = history(&[&before[..], lines].concat()).into_entries();
        ledger.extend(more.split_off(2));
        let decided = ledger.clone();
        decide::<NeverOpen>(
            &history(&before).subject(),
            decided,
            &agreements,
            &people(firm()),
            at(look),
            |new| {
                let no = FactNo(100 + told.len() as i64);
                let entry = Entry { no, recorded_at: at(look), told: new };
                told.push(entry.clone());
                ledger.push(Arc::new(entry.clone()));
                Ok(Some(entry))
            },
        )
        .unwrap();
    }
    let steps = told.iter().filter(|entry| matches!(entry.fact(), Fact::ClockEscalated(_)));
    assert_eq!(steps.count(), 1);
    let resumed = told.iter().find_map(|entry| match entry.fact() {
        Fact::ClockResumed(fact) => Some(fact),
        _ => None,
    });
    assert_eq!(resumed.unwrap().next_step_at, None, "or every tick would look at it again");
}
