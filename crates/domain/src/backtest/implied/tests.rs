use jiff::SignedDuration;

use super::*;
use crate::{
    agreement::{
        Agreement, ServiceLevel, Status,
        service::{Hours, OnTransfer, RunningClocks, Target, Warn, ZonePolicy},
    },
    backtest::{past::asked, tried::Worked},
    clock::ZeroTime,
    condition::{Comparison, Condition, Literal, Name, Root},
    fact::{Fact, Told},
    firm::Side,
    handoff::{LeadAssigned, LeadMoved},
    ids::{FactNo, SubjectKind},
    qualification::tests::{agreement, at, definition},
};

fn status(key: &str) -> Status {
    Status {
        key: key.into(),
        label: key.into(),
        owner: None,
        also: vec![],
        is_final: false,
        is_exit: key == "Out",
        from: None,
        reasons: vec![],
    }
}

fn is(status: &str) -> Condition {
    let name = Name { root: Root::Lead, field: "status".into(), lowered: false };
    Condition::Compare(name, Comparison::Equal, Literal::Text(status.into()))
}

/// An answer within four hours of the clock, owed to whoever has an owner.
fn text() -> Agreement {
    let owner = Name { root: Root::Lead, field: "owner".into(), lowered: false };
    let answer = ServiceLevel {
        id: "answer".into(),
        clause: "3".into(),
        says: "Four hours.".into(),
        side: Side::Sales,
        on: SubjectKind::Lead,
        applies_when: None,
        starts_when: Condition::All(vec![is("MQL"), Condition::Has(owner)]),
        stops_when: Condition::Any(vec![is("SAL"), is("Out")]),
        pauses_when: None,
        renews_on: vec![],
        target: Target::Time(SignedDuration::from_hours(4)),
        warn: Warn::Share(800),
        hours: Hours::Elapsed,
        zone: ZonePolicy::Calendar,
        on_transfer: OnTransfer::Restart,
        running_clocks: RunningClocks::Keep,
        most_clocks: Some(10),
        zero_time: ZeroTime::Met,
        goal_per_mille: None,
        then: None,
        backup: None,
        steps: vec![],
    };
    Agreement {
        statuses: ["Inquiry", "MQL", "SAL", "SQL", "Out"].map(status).to_vec(),
        service_levels: vec![answer],
        ..agreement(definition())
    }
}

/// Facts in words, such as `is SAL` or `to u1`.
fn entries(lines: &[(&str, &str)]) -> Vec<Arc<Entry>> {
    let entry = |(index, (when, what)): (usize, &(&str, &str))| {
        let lead = LeadId::from("crm:1");
        let fact = match what.split_once(' ').unwrap() {
            ("is", status) => {
                Fact::LeadMoved(LeadMoved { lead, status: status.into(), reason: None, by: None })
            }
            (_, owner) => {
                Fact::LeadAssigned(LeadAssigned { lead, owner: Some(owner.into()), by: None })
            }
        };
        let (happened_at, no) = (at(when), FactNo(index as i64 + 1));
        let told = Told { source: "crm".into(), key: no.to_string(), happened_at, fact };
        Arc::new(Entry { no, recorded_at: happened_at, told })
    };
    lines.iter().enumerate().map(entry).collect()
}

const FIRST: (&str, &str) = ("2026-03-01", "is Inquiry");

/// What happened, in a word and in facts, and how the answer would have ended.
type Case = (&'static str, &'static [(&'static str, &'static str)], Implied);

/// How the answer would have ended, had the lead been found on 2 March at 10:00.
fn found(lines: &[(&str, &str)], as_of: &str) -> Vec<Implied> {
    let (text, entries) = (text(), entries(lines));
    let always = History::always(text.clone(), "hash".into());
    let past = Past { agreement: &text, definition: &text.definitions[0], loaded_until: at(as_of) };
    let people = People::default();
    let implying = Implying { past, text: &always, people: &people, as_of: at(as_of) };
    let worked = crate::backtest::past::worked(&entries, &past, None);
    let when = at("2026-03-02 10:00");
    let lead = LeadId::from("crm:1");
    let all = implying.clocks(&lead, &entries, asked(&entries, &past, &worked), [when]);
    all[&when].iter().map(|clock| clock.implied).collect()
}

#[test]
fn a_miss_is_known_only_where_sales_was_asked_then() {
    use Implied::{InTime, NotAsked, NotInTime, NotOver};
    let cases: [Case; 11] = [
        ("nobody ever asked", &[FIRST], NotAsked),
        (
            "asked then, and done",
            &[FIRST, ("2026-03-02 10:00", "is MQL"), ("2026-03-02 14:00", "is SAL")],
            InTime,
        ),
        (
            "asked then, and late",
            &[FIRST, ("2026-03-02 10:00", "is MQL"), ("2026-03-02 14:01", "is SAL")],
            NotInTime,
        ),
        ("asked then, and never", &[FIRST, ("2026-03-02 10:00", "is MQL")], NotInTime),
        ("asked by nobody, and done", &[FIRST, ("2026-03-02 13:00", "is SAL")], InTime),
        (
            "asked a month later",
            &[FIRST, ("2026-04-02 10:00", "is MQL"), ("2026-04-05 10:00", "is SAL")],
            NotAsked,
        ),
        (
            "asked an hour later, and late from then on too",
            &[FIRST, ("2026-03-02 11:00", "is MQL"), ("2026-03-02 15:01", "is SAL")],
            NotInTime,
        ),
        (
            "asked an hour later, and in time from then on",
            &[FIRST, ("2026-03-02 11:00", "is MQL"), ("2026-03-02 14:30", "is SAL")],
            NotAsked,
        ),
        (
            "asked before, and done before",
            &[FIRST, ("2026-02-27 10:00", "is MQL"), ("2026-02-27 11:00", "is SAL")],
            NotAsked,
        ),
        (
            "asked before, and late all the same",
            &[FIRST, ("2026-03-02 09:00", "is MQL"), ("2026-03-03 10:00", "is SAL")],
            NotInTime,
        ),
        (
            "given to somebody a day later, and then done in time",
            &[
                FIRST,
                ("2026-03-02 10:00", "is MQL"),
                ("2026-03-03 10:00", "to u1"),
                ("2026-03-03 11:00", "is SAL"),
            ],
            NotAsked,
        ),
    ];
    for (why, lines, expected) in cases {
        let mut lines = lines.to_vec();
        lines.sort_unstable();
        assert_eq!(found(&lines, "2026-06-01"), [expected], "{why}");
    }
    assert_eq!(found(&[FIRST], "2026-03-02 12:00"), [NotOver]);
}

#[test]
fn a_clock_that_is_passed_on_is_the_one_that_began_in_its_place() {
    let handed = [
        ("2026-03-01", "to u1"),
        ("2026-03-02 10:00", "is MQL"),
        ("2026-03-02 12:00", "to u2"),
        ("2026-03-02 15:00", "is SAL"),
    ];
    assert_eq!(found(&handed, "2026-06-01"), [Implied::InTime], "three hours from the second");
    let late = [handed[0], handed[1], handed[2], ("2026-03-02 16:01", "is SAL")];
    assert_eq!(found(&late, "2026-06-01"), [Implied::NotInTime]);
}

#[test]
fn what_sales_worked_on_before_does_not_become_a_miss() {
    let (text, entries) = (text(), entries(&[("2026-03-01", "is MQL")]));
    let past =
        Past { agreement: &text, definition: &text.definitions[0], loaded_until: at("2026-06-01") };
    let worked = Worked { since: Some(at("2026-03-01 12:00")), ..Worked::default() };
    let when = at("2026-03-02 10:00");
    let always = History::always(text.clone(), "hash".into());
    let people = People::default();
    let implying = Implying { past, text: &always, people: &people, as_of: at("2026-06-01") };
    let of = |worked: &Worked| {
        let asked = asked(&entries, &past, worked);
        implying.clocks(&LeadId::from("crm:1"), &entries, asked, [when])[&when][0].implied
    };
    assert_eq!(of(&worked), Implied::NotAsked, "an opportunity was opened the day before");
    assert_eq!(of(&Worked::default()), Implied::NotInTime);
}
