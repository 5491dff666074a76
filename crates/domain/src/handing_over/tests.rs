use std::collections::BTreeMap;

use jiff::{civil::time, tz::TimeZone};

use super::*;
use crate::{
    activity::ActivityRecorded,
    agreement::{Status, handoff::Within, service::Target, tests::blank},
    calendar::{Calendar, Closes, OpenHours},
    decided::LeadQualified,
    handoff::LeadAssigned,
    ids::Version,
    points::Points,
};

fn terms() -> HandoffTerms {
    HandoffTerms {
        clause: "5".into(),
        says: "Two working days.".into(),
        delivers: Some("MQL".into()),
        answer_within: Within {
            target: Target::Time(SignedDuration::from_hours(4)),
            calendar: Some("office".into()),
        },
        silence_accepts: true,
        accepted: Some("SAL".into()),
        rejected: Some("Returned".into()),
        recycled: Some("Recycle".into()),
        disqualified: None,
        opens_opportunity: false,
        rest_days: 30,
        most_handoffs: Some(3),
        reasons: vec![],
    }
}

fn agreements(terms: HandoffTerms) -> History {
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let day = OpenHours { opens: time(9, 0, 0, 0), closes: Closes::At(time(17, 0, 0, 0)) };
    let weekday = |index: usize| if index < 5 { vec![day] } else { vec![] };
    let office =
        Calendar::new("office", Some(berlin.clone()), std::array::from_fn(weekday), vec![]);
    let status = |key: &str| Status {
        key: key.into(),
        label: key.into(),
        owner: None,
        also: vec![],
        is_final: false,
        is_exit: false,
        from: None,
        reasons: vec![],
    };
    let agreement = Agreement {
        zone: berlin,
        calendars: BTreeMap::from([("office".into(), office.unwrap())]),
        default_calendar: "office".into(),
        statuses: ["MQL", "SAL", "Returned", "Recycle"].map(status).to_vec(),
        handoff: Some(terms),
        ..blank()
    };
    History::always(agreement, "hash".into())
}

fn at(wall_clock: &str) -> Timestamp {
    let zoned: jiff::Zoned =
        format!("{}[Europe/Berlin]", wall_clock.replace(' ', "T")).parse().unwrap();
    zoned.timestamp()
}

/// Facts in words, at Berlin time: `is MQL`, `meets MQL`, `to u1`, `does webinar`.
fn history(lines: &[(&str, &str)]) -> LeadHistory {
    let lead = || LeadId::from("crm:1");
    let entries = lines.iter().enumerate().map(|(index, (when, what))| {
        let fact = match what.split_once(' ').unwrap() {
            ("is", status) => Fact::LeadMoved(LeadMoved {
                lead: lead(),
                status: status.into(),
                reason: Some("Duplicate".into()),
                by: None,
            }),
            ("meets", status) => Fact::LeadQualified(LeadQualified {
                lead: lead(),
                definition: "mql".into(),
                status: status.into(),
                components: BTreeMap::new(),
                total: Points::ZERO,
                times: 1,
                because: because(&agreements(terms()).0[0], "3", vec![]),
            }),
            ("does", kind) => Fact::Activity(ActivityRecorded {
                lead: lead(),
                kind: kind.into(),
                status: None,
                campaign: None,
                account: None,
                by: None,
                fields: Default::default(),
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

/// Everything that follows by an instant, as words with the time in Berlin.
fn follows(mut history: LeadHistory, agreements: &History, until: &str) -> Vec<String> {
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let (mut all, mut no) = (Vec::new(), 100);
    while let Some(told) = next(&history, agreements, at(until)).unwrap() {
        let when = berlin.to_datetime(told.happened_at).strftime("%d %H:%M").to_string();
        all.push(match &told.fact {
            Fact::HandoffMade(fact) => format!("{when} handed over {}", fact.nth),
            Fact::HandoffAnswered(fact) => format!("{when} {}", fact.answer.word()),
            Fact::HandoffDeemed(_) => format!("{when} deemed"),
            Fact::LeadMoved(fact) => format!("{when} is {}", fact.status),
            other => panic!("{other:?}"),
        });
        no += 1;
        history.add(Entry { no: FactNo(no), recorded_at: told.happened_at, told });
        assert!(no < 200, "it ends");
    }
    all
}

#[test]
fn the_agreed_status_hands_a_lead_over_and_a_status_for_an_answer_answers_it() {
    let facts = [
        ("2026-11-24 10:00", "to u1"),
        ("2026-11-24 10:00", "is MQL"),
        ("2026-11-24 11:30", "is SAL"),
    ];
    let found = follows(history(&facts), &agreements(terms()), "2026-11-30 09:00");
    assert_eq!(found, ["24 10:00 handed over 1", "24 11:30 accepted"]);
    let early = follows(history(&facts[..2]), &agreements(terms()), "2026-11-24 14:00");
    assert_eq!(early, ["24 10:00 handed over 1"], "at the instant itself it may be answered");
}

#[test]
fn silence_accepts_when_the_time_is_over_and_not_later_than_that() {
    let facts = [("2026-11-27 15:00", "is MQL")];
    let found = follows(history(&facts), &agreements(terms()), "2026-12-24 09:00");
    assert_eq!(found, ["27 15:00 handed over 1", "30 11:00 deemed", "30 11:00 is SAL"]);
    let open = HandoffTerms { silence_accepts: false, ..terms() };
    let found = follows(history(&facts), &agreements(open), "2026-12-24 09:00");
    assert_eq!(found, ["27 15:00 handed over 1"]);
    let late = [facts[0], ("2026-12-01 10:00", "is Returned")];
    let found = follows(history(&late), &agreements(terms()), "2026-12-24 09:00");
    assert_eq!(found, ["27 15:00 handed over 1", "30 11:00 deemed", "30 11:00 is SAL"]);
}

#[test]
fn a_recycled_lead_rests_and_comes_back_by_something_new() {
    let recycled = [("2026-09-01 10:00", "is MQL"), ("2026-09-01 11:00", "is Recycle")];
    let came = |rest: &[(&'static str, &'static str)]| {
        let facts: Vec<_> = recycled.iter().chain(rest).copied().collect();
        let found = follows(history(&facts), &agreements(terms()), "2026-10-30 09:00");
        let way = way(history(&facts).until(Timestamp::MAX), &agreements(terms()));
        (found.len() > 2, way.not_handed.map(|(_, why)| why))
    };
    assert!(!came(&[("2026-09-20 10:00", "does demo"), ("2026-09-20 10:00", "is MQL")]).0);
    assert!(!came(&[("2026-10-20 10:00", "is MQL")]).0);
    assert!(came(&[("2026-10-20 10:00", "does demo"), ("2026-10-20 10:00", "is MQL")]).0);
}

#[test]
fn an_accepted_lead_that_meets_a_definition_again_needs_something_new() {
    let accepted = [("2026-11-24 10:00", "meets MQL"), ("2026-11-24 11:00", "is SAL")];
    let again = |rest: &[(&'static str, &'static str)]| {
        let facts: Vec<_> = accepted.iter().chain(rest).copied().collect();
        follows(history(&facts), &agreements(terms()), "2026-11-25 12:30").split_off(2)
    };
    assert!(again(&[("2026-11-25 12:00", "meets MQL")]).is_empty(), "the same points, told twice");
    let by_new = [("2026-11-25 10:00", "does demo"), ("2026-11-25 12:00", "meets MQL")];
    assert_eq!(again(&by_new), ["25 12:00 handed over 2"]);
    let by_somebody = [("2026-11-25 12:00", "is MQL")];
    assert_eq!(again(&by_somebody), ["25 12:00 handed over 2"], "who moves it there means it");
}

#[test]
fn why_a_lead_is_not_handed_over_is_told() {
    let mut all = history(&[
        ("2026-09-01 10:00", "is MQL"),
        ("2026-09-01 11:00", "is Recycle"),
        ("2026-09-10 10:00", "is MQL"),
    ]);
    let agreements = agreements(terms());
    let mut no = 100;
    while let Some(told) = next(&all, &agreements, at("2026-09-11 09:00")).unwrap() {
        no += 1;
        all.add(Entry { no: FactNo(no), recorded_at: told.happened_at, told });
    }
    let way = way(all.until(Timestamp::MAX), &agreements);
    let (when, why) = way.not_handed.unwrap();
    assert_eq!(when, at("2026-09-10 10:00"));
    assert_eq!(why, NotHanded::RestsUntil("2026-10-01".parse().unwrap()));
    assert_eq!(why.words(), "it was recycled and rests until 2026-10-01");
    assert!(way.waiting().is_none());
}

#[test]
fn a_lead_goes_round_so_often_and_no_more() {
    let mut facts = Vec::new();
    let days: Vec<(String, String)> = (0..5)
        .flat_map(|n| {
            let day = format!("2026-0{}-02", n + 1);
            [
                (format!("{day} 09:00"), "does demo".to_owned()),
                (format!("{day} 10:00"), "is MQL".to_owned()),
                (format!("{day} 11:00"), "is Returned".to_owned()),
            ]
        })
        .collect();
    facts.extend(days.iter().map(|(when, what)| (when.as_str(), what.as_str())));
    let found = follows(history(&facts), &agreements(terms()), "2026-10-30 09:00");
    let handed = found.iter().filter(|words| words.contains("handed over")).count();
    assert_eq!(handed, 3);
}

#[test]
fn each_version_hands_over_by_its_own_words() {
    let before = agreements(HandoffTerms { delivers: None, ..terms() }).0.remove(0);
    let mut after = agreements(terms()).0.remove(0);
    after.version = Version(2);
    after.from = at("2026-11-24 10:30");
    let both = History(vec![before, after]);
    let facts = [("2026-11-24 10:00", "is MQL"), ("2026-11-24 11:00", "is SAL")];
    assert_eq!(follows(history(&facts), &both, "2026-11-30 09:00"), [""; 0]);
}
