use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, civil::time};
use proptest::prelude::*;

use super::*;
use crate::{
    agreement::{
        Agreement,
        service::{Hours, OnTransfer, RunningClocks, Target, Warn, ZonePolicy},
        tests::blank,
    },
    calendar::{Closes, OpenHours},
    clock::ZeroTime,
    condition::{Condition, Literal, Name, Root},
    fact::Told,
    field::Fields,
    firm::Side,
    handoff::{LeadAssigned, LeadMoved},
    ids::{LeadId, SubjectKind, Version},
    lead::LeadHistory,
    record::{OpportunityMoved, OpportunityReported},
};

fn name(field: &str) -> Name {
    Name { root: Root::Lead, field: field.into(), lowered: false }
}

fn status_in(statuses: &[&str]) -> Condition {
    let literal = |status: &&str| Literal::Text((*status).into());
    Condition::In(name("status"), statuses.iter().map(literal).collect())
}

/// The shape of a published level: two hours of the assignee's business time from MQL and assigned.
fn level() -> ServiceLevel {
    ServiceLevel {
        id: "new-mql".into(),
        clause: "4.1".into(),
        says: "Two business hours.".into(),
        side: Side::Sales,
        on: SubjectKind::Lead,
        applies_when: None,
        starts_when: Condition::All(vec![status_in(&["MQL"]), Condition::Has(name("owner"))]),
        stops_when: status_in(&["Accepted", "Qualifying", "Recycle"]),
        pauses_when: None,
        renews_on: vec![],
        target: Target::Time(SignedDuration::from_hours(2)),
        warn: Warn::Share(800),
        hours: Hours::OfOwner,
        zone: ZonePolicy::Owner,
        on_transfer: OnTransfer::Restart,
        running_clocks: RunningClocks::Keep,
        most_clocks: Some(10),
        zero_time: ZeroTime::Met,
        goal_per_mille: Some(900),
        then: None,
        backup: None,
        steps: vec![],
    }
}

fn agreement(level: ServiceLevel) -> Agreement {
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let day = OpenHours { opens: time(9, 0, 0, 0), closes: Closes::At(time(17, 0, 0, 0)) };
    let weekday = |index: usize| if index < 5 { vec![day] } else { vec![] };
    let office =
        Calendar::new("office", Some(berlin.clone()), std::array::from_fn(weekday), vec![]);
    Agreement {
        zone: berlin,
        calendars: BTreeMap::from([("office".into(), office.unwrap())]),
        default_calendar: "office".into(),
        service_levels: vec![level],
        ..blank()
    }
}

fn at(wall_clock: &str) -> Timestamp {
    let zoned: jiff::Zoned =
        format!("{}[Europe/Berlin]", wall_clock.replace(' ', "T")).parse().unwrap();
    zoned.timestamp()
}

/// Facts in words, at Berlin time: `is MQL` or `to u1`.
fn history(lines: &[(&str, &str)]) -> LeadHistory {
    let lead = || LeadId::from("crm:1");
    let entries = lines.iter().enumerate().map(|(index, (when, what))| {
        let fact = match what.split_once(' ').unwrap() {
            ("is", status) => Fact::LeadMoved(LeadMoved {
                lead: lead(),
                status: status.into(),
                reason: None,
                by: None,
            }),
            (_, owner) => Fact::LeadAssigned(LeadAssigned {
                lead: lead(),
                owner: Some(owner.into()),
                by: None,
            }),
        };
        let told =
            Told { source: "crm".into(), key: index.to_string(), happened_at: at(when), fact };
        Entry { no: FactNo(index as i64 + 1), recorded_at: at(when), told }
    });
    LeadHistory::new(lead(), entries)
}

fn found(
    history: &LeadHistory,
    agreements: &History,
    people: &People,
    as_of: Timestamp,
) -> Vec<ServiceClock> {
    clocks(&history.subject(), history.until(as_of), agreements, people, as_of).unwrap()
}

fn run(level: ServiceLevel, lines: &[(&str, &str)], until: &str) -> Vec<ServiceClock> {
    let agreements = History::always(agreement(level), "hash".into());
    found(&history(lines), &agreements, &People::default(), at(until))
}

mod ladders;
mod recomputed;
mod rejudged;

const MINUTE: i64 = 60;

#[test]
fn an_answer_on_monday_morning_is_in_time() {
    // scenarios.json S1.
    let facts = [
        ("2026-11-20 16:00", "is MQL"),
        ("2026-11-20 16:30", "to u1"),
        ("2026-11-23 10:00", "is Accepted"),
    ];
    let clocks = run(level(), &facts, "2026-11-24 00:00");
    assert_eq!(clocks.len(), 1);
    let end = clocks[0].end(at("2026-11-24 00:00")).unwrap().unwrap();
    assert_eq!(end.verdict, Verdict::Met);
    assert_eq!((end.working_seconds, end.elapsed_seconds), (90 * MINUTE, 65 * 3600 + 30 * MINUTE));
    assert_eq!(clocks[0].stopped_by.as_deref(), Some("Accepted"));
    assert_eq!(clocks[0].start_fact, FactNo(2));
}

const PASSED_ON: [(&str, &str); 4] = [
    ("2026-11-20 15:00", "is MQL"),
    ("2026-11-20 16:00", "to a"),
    ("2026-11-20 16:30", "to b"),
    ("2026-11-23 11:31", "is Accepted"),
];

#[test]
fn passing_a_lead_on_gives_the_new_owner_a_fresh_clock() {
    // scenarios.json S2: A's timer ends after 00:30, B's runs 03:01 and is not met.
    let clocks = run(level(), &PASSED_ON, "2026-11-24 00:00");
    let ends: Vec<_> = clocks
        .iter()
        .map(|clock| (clock, clock.end(at("2026-11-24 00:00")).unwrap().unwrap()))
        .map(|(clock, end)| {
            (clock.owner.clone().unwrap().0, clock.transfer, end.working_seconds / 60, end.verdict)
        })
        .collect();
    let expected =
        [("a".to_owned(), 1, 30, Verdict::NoVerdict), ("b".to_owned(), 2, 181, Verdict::MetLate)];
    assert_eq!(ends, expected);
}

#[test]
fn what_passing_on_does_is_the_authors_choice() {
    let answered = ServiceLevel { on_transfer: OnTransfer::RestartAnswered, ..level() };
    let first = &run(answered, &PASSED_ON, "2026-11-24 00:00")[0];
    assert_eq!(first.end(at("2026-11-24 00:00")).unwrap().unwrap().verdict, Verdict::Met);
    let runs_on = ServiceLevel { on_transfer: OnTransfer::RunOn, ..level() };
    assert_eq!(run(runs_on, &PASSED_ON, "2026-11-24 00:00").len(), 1);
}

#[test]
fn an_earlier_owners_breach_stays_with_them() {
    let facts = [
        ("2026-11-20 10:00", "is MQL"),
        ("2026-11-20 10:00", "to a"),
        ("2026-11-20 15:00", "to b"),
        ("2026-11-20 15:30", "is Accepted"),
    ];
    let clocks = run(level(), &facts, "2026-11-24 00:00");
    let verdicts: Vec<_> = clocks
        .iter()
        .map(|clock| clock.end(at("2026-11-24 00:00")).unwrap().unwrap().verdict)
        .collect();
    assert_eq!(verdicts, [Verdict::Missed, Verdict::Met]);
}

#[test]
fn an_answer_outside_hours_is_judged_as_the_author_chose() {
    // scenarios.json S3.
    let facts = [
        ("2026-11-24 19:00", "is MQL"),
        ("2026-11-24 20:00", "to u1"),
        ("2026-11-24 22:00", "is Recycle"),
    ];
    let cases = [
        (ZeroTime::Met, Verdict::Met),
        (ZeroTime::NotMet, Verdict::Missed),
        (ZeroTime::Ignored, Verdict::NoVerdict),
    ];
    for (zero_time, verdict) in cases {
        let clocks = run(ServiceLevel { zero_time, ..level() }, &facts, "2026-11-26 00:00");
        let end = clocks[0].end(at("2026-11-26 00:00")).unwrap().unwrap();
        assert_eq!((end.verdict, end.working_seconds), (verdict, 0), "{zero_time:?}");
        assert_eq!(end.elapsed_seconds, 2 * 3600);
    }
}

#[test]
fn a_clock_starts_when_its_condition_begins_to_hold_and_not_again_meanwhile() {
    let facts = [
        ("2026-11-24 10:00", "is MQL"),
        ("2026-11-24 10:05", "to a"),
        ("2026-11-24 10:10", "is MQL"),
        ("2026-11-24 10:20", "to a"),
    ];
    let clocks = run(level(), &facts, "2026-11-24 11:00");
    assert_eq!(clocks.len(), 1);
    let reading = clocks[0].read(at("2026-11-24 11:00")).unwrap();
    assert_eq!(reading.due_at, Some(at("2026-11-24 12:05")));
    assert_eq!(reading.at_risk_at, Some(at("2026-11-24 11:41")));
    assert_eq!(clocks[0].end(at("2026-11-24 11:00")).unwrap(), None);
}

#[test]
fn time_that_rests_does_not_count() {
    let resting = ServiceLevel { pauses_when: Some(status_in(&["Waiting"])), ..level() };
    let resting = ServiceLevel { starts_when: Condition::Has(name("owner")), ..resting };
    let facts = [
        ("2026-11-24 10:00", "to a"),
        ("2026-11-24 10:30", "is Waiting"),
        ("2026-11-24 12:30", "is MQL"),
        ("2026-11-24 13:45", "is Accepted"),
    ];
    let clocks = run(resting, &facts, "2026-11-25 00:00");
    let end = clocks[0].end(at("2026-11-25 00:00")).unwrap().unwrap();
    assert_eq!((end.verdict, end.working_seconds), (Verdict::Met, 105 * MINUTE));
    assert_eq!(clocks[0].turned_by, [(Turned::By(FactNo(2)), Some(Turned::By(FactNo(3))))]);
}

#[test]
fn a_running_clock_keeps_the_version_it_started_under() {
    let shorter = ServiceLevel { target: Target::Time(SignedDuration::from_mins(10)), ..level() };
    let in_force = |version, from: &str, level| InForce {
        version: Version(version),
        hash: format!("hash {version}"),
        from: at(from),
        agreement: Arc::new(agreement(level)),
    };
    let agreements = History(vec![
        in_force(1, "2026-01-01 00:00", level()),
        in_force(2, "2026-11-24 10:30", shorter),
    ]);
    let facts = [("2026-11-24 10:00", "is MQL"), ("2026-11-24 10:00", "to a")];
    let found = found(&history(&facts), &agreements, &People::default(), at("2026-11-24 11:00"));
    assert_eq!(found[0].in_force.version, Version(1));
    let reading = found[0].read(at("2026-11-24 11:00")).unwrap();
    assert_eq!(reading.due_at, Some(at("2026-11-24 12:00")));
}

#[test]
fn hours_are_in_the_owners_zone_where_the_author_says_so() {
    let hours = of(&[("zone", "Asia/Tokyo"), ("calendar", "office")]);
    let people = People::told([("a".into(), at("2026-01-01 00:00"), &hours)]);
    // 01:30 on Tuesday in Berlin is 09:30 in Tokyo.
    let facts = [("2026-11-24 01:30", "is MQL"), ("2026-11-24 01:30", "to a")];
    let agreements = History::always(agreement(level()), "hash".into());
    let found = found(&history(&facts), &agreements, &people, at("2026-11-24 02:00"));
    let reading = found[0].read(at("2026-11-24 02:00")).unwrap();
    assert_eq!(reading.due_at, Some(at("2026-11-24 03:30")));
}

#[test]
fn a_clock_that_runs_on_is_the_next_owners_and_a_miss_stays_with_the_earlier_one() {
    let level = ServiceLevel { on_transfer: OnTransfer::RunOn, ..level() };
    let agreements = History::always(agreement(level), "hash".into());
    let facts = [
        ("2026-11-24 10:00", "is MQL"),
        ("2026-11-24 10:00", "to a"),
        ("2026-11-24 11:00", "to b"),
        ("2026-11-24 15:00", "to c"),
    ];
    let until = at("2026-11-24 16:00");
    let found = found(&history(&facts), &agreements, &People::default(), until);
    assert_eq!(found.len(), 1);
    let passed: Vec<_> = found[0].passed.iter().map(|p| (p.owner.clone(), p.overdue)).collect();
    assert_eq!(passed, [(Some("b".into()), false), (Some("c".into()), true)]);
    assert_eq!(found[0].owner, Some("a".into()));
    assert_eq!(found[0].answers(), Some(&"b".into()), "it was due at noon");
}

#[test]
fn hours_that_change_leave_a_clock_that_runs_as_it_is() {
    let berlin = of(&[("zone", "Europe/Berlin"), ("calendar", "office")]);
    let tokyo = of(&[("zone", "Asia/Tokyo")]);
    let moved = at("2026-11-24 10:30");
    let told = [("a".into(), at("2026-01-01 00:00"), &berlin), ("a".into(), moved, &tokyo)];
    let facts = [("2026-11-24 10:00", "is MQL"), ("2026-11-24 10:00", "to a")];
    let agreements = History::always(agreement(level()), "hash".into());
    let until = at("2026-11-24 11:00");
    let found = found(&history(&facts), &agreements, &People::told(told), until);
    let reading = found[0].read(until).unwrap();
    assert_eq!(reading.due_at, Some(at("2026-11-24 12:00")));
}

fn of(fields: &[(&str, &str)]) -> Fields {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect()
}

fn of_opportunity(field: &str) -> Name {
    Name { root: Root::Opportunity, field: field.into(), lowered: false }
}

/// Ninety days without progress in an early stage, warned after forty-five.
fn stale() -> ServiceLevel {
    let stages = ["Discovery", "Scoping"].map(|stage| Literal::Text(stage.into()));
    let early = Condition::In(of_opportunity("stage"), stages.to_vec());
    ServiceLevel {
        on: SubjectKind::Opportunity,
        starts_when: early.clone(),
        stops_when: Condition::Not(Box::new(early)),
        renews_on: vec![of_opportunity("stage"), of_opportunity("next_step")],
        target: Target::Time(SignedDuration::from_hours(90 * 24)),
        warn: Warn::After(SignedDuration::from_hours(45 * 24)),
        hours: Hours::Elapsed,
        on_transfer: OnTransfer::RunOn,
        ..level()
    }
}

/// Facts about an opportunity: `stage Discovery` or `next_step call them`.
fn deal(lines: &[(&str, &str)]) -> Vec<Arc<Entry>> {
    let opportunity = || crate::ids::OpportunityId::from("crm:d1");
    let entry = |(index, (when, what)): (usize, &(&str, &str))| {
        let fact = match what.split_once(' ').unwrap() {
            ("stage", stage) => Fact::OpportunityMoved(OpportunityMoved {
                opportunity: opportunity(),
                stage: stage.into(),
            }),
            (field, value) => Fact::Opportunity(OpportunityReported {
                opportunity: opportunity(),
                fields: [(field.to_owned(), value.into())].into(),
                by: None,
            }),
        };
        let told =
            Told { source: "crm".into(), key: index.to_string(), happened_at: at(when), fact };
        Arc::new(Entry { no: FactNo(index as i64 + 1), recorded_at: at(when), told })
    };
    lines.iter().enumerate().map(entry).collect()
}

#[test]
fn an_opportunity_that_moves_on_gets_a_fresh_clock_and_one_that_rests_is_missed() {
    let facts = deal(&[
        ("2026-01-05 09:00", "stage Discovery"),
        ("2026-02-04 09:00", "next_step call them"),
        ("2026-02-05 09:00", "next_step call them"),
        ("2026-03-06 09:00", "stage Scoping"),
        ("2026-07-01 09:00", "owner u1"),
    ]);
    let agreements = History::always(agreement(stale()), "hash".into());
    let subject = Subject::Opportunity("crm:d1".into());
    let found =
        clocks(&subject, &facts, &agreements, &People::default(), at("2026-07-02 00:00")).unwrap();
    let starts: Vec<FactNo> = found.iter().map(|clock| clock.start_fact).collect();
    assert_eq!(starts, [FactNo(1), FactNo(2), FactNo(4)]);
    assert_eq!(found[0].stopped_by.as_deref(), Some("next step changed"));
    assert_eq!(found[1].stopped_by.as_deref(), Some("stage changed"));
    let state = |when| found[2].read(at(when)).unwrap().state;
    assert_eq!(state("2026-04-20 09:00"), ClockState::Running);
    assert_eq!(state("2026-04-20 10:00"), ClockState::AtRisk);
    assert_eq!(state("2026-07-01 09:00"), ClockState::Breached);
    assert_eq!(found[2].id.as_str(), "new-mql/crm:d1/4");
}

proptest! {
    /// From any minute on for two weeks, weekends and the clocks put back among them: in time, at
    /// risk and late.
    #[test]
    fn how_a_clock_goes_on_later_is_what_counting_anew_says(
        first in 0_i64..20_000,
        passed in 0_i64..3_000,
        reach in 0_i64..3_000,
    ) {
        let lines = [("2026-10-20 08:00", "is MQL"), ("2026-10-20 08:00", "to u1")];
        let clock = run(level(), &lines, "2026-10-20 09:00").remove(0);
        let minute = |minute: i64| at("2026-10-20 08:00") + SignedDuration::from_mins(minute);
        let (from, later) = (minute(first), minute(first + passed));
        let until = later + SignedDuration::from_mins(reach);
        let counted = |now: Timestamp| clock.counting(&clock.read(now).unwrap(), now, until).unwrap();
        prop_assert_eq!(counted(from).later(later, until), counted(later));
        let long_ahead = clock.counting(&clock.read(from).unwrap(), from, until + SignedDuration::from_hours(50));
        prop_assert_eq!(long_ahead.unwrap().later(later, until), counted(later));
    }
}

#[test]
fn a_level_on_opportunities_starts_no_clock_on_a_lead() {
    let facts = [("2026-11-20 16:00", "is MQL"), ("2026-11-20 16:30", "to u1")];
    let always = ServiceLevel { starts_when: Condition::Always(true), ..stale() };
    assert!(run(always, &facts, "2026-12-24 00:00").is_empty());
}

#[test]
fn within_a_working_day_is_by_the_close_of_the_next_one() {
    let level = || ServiceLevel { target: Target::WorkingDays(1), ..level() };
    let cases = [
        // From Friday to the close of Monday, and from Saturday too; from Monday to Tuesday.
        ("2026-11-20 16:00", "2026-11-23 17:00"),
        ("2026-11-21 12:00", "2026-11-23 17:00"),
        ("2026-11-23 08:00", "2026-11-24 17:00"),
        ("2026-11-23 20:00", "2026-11-24 17:00"),
    ];
    for (start, due) in cases {
        let facts = [("2026-11-01 09:00", "to u1"), (start, "is MQL")];
        let clocks = run(level(), &facts, "2026-11-30 00:00");
        let reading = clocks[0].read(at(start)).unwrap();
        assert_eq!(reading.due_at, Some(at(due)), "{start}");
    }
}

#[test]
fn a_clock_that_begins_while_it_should_rest_rests() {
    let resting = ServiceLevel { pauses_when: Some(status_in(&["MQL"])), ..level() };
    let lines = [("2026-11-16 09:00", "is MQL"), ("2026-11-16 10:00", "to u1")];
    let found = run(resting, &lines, "2026-11-20 09:00");
    assert_eq!(found[0].turned_by, [(Turned::By(FactNo(2)), None)]);
    assert_eq!(found[0].read(at("2026-11-20 09:00")).unwrap().due_at, None);
}
