use super::*;
use crate::{
    fact::Told, field::Fields, handoff::LeadMoved, record::LeadReported, withdrawn::FactsWithdrawn,
};

const IMPORT: std::ops::RangeInclusive<i64> = 10..=19;

fn entry(no: i64, fact: Fact) -> Entry {
    let at = jiff::Timestamp::UNIX_EPOCH;
    let told = Told { source: "crm".into(), key: no.to_string(), happened_at: at, fact };
    Entry { no: FactNo(no), recorded_at: at, told }
}

fn reported(no: i64) -> Entry {
    let fact = LeadReported { lead: "crm:1".into(), fields: Fields::new(), person: None, by: None };
    entry(no, Fact::Lead(fact))
}

fn moved(no: i64) -> Entry {
    let status = "New".into();
    let (lead, reason, by) = ("crm:1".into(), None, None);
    entry(no, Fact::LeadMoved(LeadMoved { lead, status, reason, by }))
}

fn qualified(no: i64, by: &[i64]) -> Entry {
    let facts: Vec<i64> = by.to_vec();
    let json = serde_json::json!({
        "fact": "lead_qualified", "lead": "crm:1", "definition": "mql", "status": "MQL",
        "components": {}, "total": 0, "times": 1,
        "because": { "version": 1, "hash": "h", "clause": "3.1", "facts": facts },
    });
    entry(no, serde_json::from_value(json).unwrap())
}

/// A step of a ladder, and that the lead passes to the backup by it.
fn passed_on(no: i64, by: &[i64]) -> [Entry; 2] {
    let facts: Vec<i64> = by.to_vec();
    let step = serde_json::json!({
        "fact": "clock_escalated", "clock": "answer/crm:1/1", "lead": "crm:1", "step": 1,
        "told": [], "reassigned_to": "crm:b",
        "because": { "version": 1, "hash": "h", "clause": "4.1", "facts": facts },
    });
    let given = serde_json::json!({"fact": "lead_assigned", "lead": "crm:1", "owner": "crm:b"});
    let mut given = entry(no + 1, serde_json::from_value(given).unwrap());
    given.told.source = SOURCE.to_owned();
    given.told.key = "clock/answer/crm:1/1/step/1/passed-on".to_owned();
    [entry(no, serde_json::from_value(step).unwrap()), given]
}

fn gone(no: i64, facts: &[i64]) -> Entry {
    let facts = facts.iter().copied().map(FactNo).collect();
    let (subject, import) = ("lead/crm:1".into(), Some("i1".into()));
    entry(
        no,
        Fact::FactsWithdrawn(FactsWithdrawn { subject, facts, import, person: None, by: None }),
    )
}

fn withdraw(facts: &[i64], is_all: bool) -> Withdrawal {
    Withdrawal::Withdraw { facts: facts.iter().copied().map(FactNo).collect(), is_all }
}

#[test]
fn an_import_gives_up_its_own_facts_and_what_was_decided_by_them_unless_others_said_more() {
    let cases = [
        ("not of it", vec![reported(1), moved(25)], Withdrawal::Nothing),
        ("made by it", vec![reported(10), moved(11)], withdraw(&[10, 11], true)),
        ("changed by it", vec![reported(1), reported(10)], withdraw(&[10], false)),
        ("before it alone", vec![moved(9), reported(10)], withdraw(&[10], false)),
        ("edited", vec![reported(10), moved(20)], Withdrawal::EditedSince(FactNo(20))),
        (
            "edited meanwhile",
            vec![reported(10), reported(30), moved(19)],
            Withdrawal::EditedSince(FactNo(30)),
        ),
        (
            "decided by it",
            vec![reported(1), moved(10), qualified(21, &[10])],
            withdraw(&[10, 21], false),
        ),
        (
            "decided by what was decided",
            vec![reported(1), moved(10), qualified(21, &[10]), qualified(22, &[21])],
            withdraw(&[10, 21, 22], false),
        ),
        (
            "passed on by what was decided",
            [&[reported(1), moved(10)][..], &passed_on(21, &[10])].concat(),
            withdraw(&[10, 21, 22], false),
        ),
        (
            "passed on by others",
            [&[reported(1), moved(10)][..], &passed_on(21, &[1])].concat(),
            withdraw(&[10], false),
        ),
        (
            "decided by others",
            vec![reported(1), moved(10), qualified(21, &[1])],
            withdraw(&[10], false),
        ),
        (
            "decisions alone make no record",
            vec![reported(10), qualified(21, &[5])],
            withdraw(&[10, 21], true),
        ),
        ("undone before", vec![reported(10), gone(20, &[10])], Withdrawal::Nothing),
        (
            "another was undone",
            vec![reported(10), reported(20), gone(21, &[20])],
            withdraw(&[10], true),
        ),
    ];
    for (what, entries, expected) in cases {
        let found = withdrawing(entries, |no| IMPORT.contains(&no.0));
        assert_eq!(found, expected, "{what}");
    }
}

#[test]
fn what_was_withdrawn_holds_no_more_and_may_be_told_again() {
    let all = vec![reported(1), reported(10), gone(20, &[10]), moved(21)];
    let left: Vec<i64> = holding(all).iter().map(|entry| entry.no.0).collect();
    assert_eq!(left, [1, 21]);
    let again = key_again("lead/crm:1@2", 2);
    assert_ne!(again, "lead/crm:1@2");
    assert_eq!(first_key(&again), "lead/crm:1@2");
    assert_eq!(first_key("lead/crm:1@2"), "lead/crm:1@2");
}
