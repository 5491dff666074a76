use super::*;
use crate::{
    activity::ActivityRecorded, decided::SOURCE, field::FieldValue, handoff::LeadMoved,
    lead::LeadHistory,
};

fn id(lead: &str) -> LeadId {
    lead.into()
}

fn second(at: i64) -> Timestamp {
    Timestamp::from_second(at).unwrap()
}

/// A fact that happened at the second that is its number.
fn entry(no: i64, fact: Fact) -> Arc<Entry> {
    let told = Told { source: SOURCE.into(), key: no.to_string(), happened_at: second(no), fact };
    Arc::new(Entry { no: FactNo(no), recorded_at: second(no), told })
}

fn did(no: i64, lead: &str) -> Arc<Entry> {
    let fact = ActivityRecorded {
        lead: id(lead),
        kind: "call".into(),
        status: None,
        campaign: None,
        account: None,
        by: None,
        fields: Fields::new(),
    };
    entry(no, Fact::Activity(fact))
}

fn told(no: i64, lead: &str, fields: &[(&str, &str)]) -> Arc<Entry> {
    let text = |text: &str| FieldValue::Text(text.into());
    let fields = fields.iter().map(|(name, value)| ((*name).into(), text(value))).collect();
    entry(no, Fact::Lead(LeadReported { lead: id(lead), fields, person: None, by: None }))
}

fn moved(no: i64, lead: &str) -> Arc<Entry> {
    let (status, reason, by) = ("New".into(), None, None);
    entry(no, Fact::LeadMoved(LeadMoved { lead: id(lead), status, reason, by }))
}

fn merged(no: i64, lead: &str, with: &str, survives: bool) -> Arc<Entry> {
    let (evidence, by) = (None, None);
    let fact = LeadsMerged { lead: id(lead), with: id(with), survives, evidence, by };
    entry(no, Fact::LeadsMerged(fact))
}

fn json(no: i64, json: &str) -> Arc<Entry> {
    entry(no, serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}")))
}

/// A decision about `a`, by these facts.
fn decided(no: i64, kind: &str, more: &str, by: &[i64]) -> Arc<Entry> {
    let because = format!(r#""because":{{"version":1,"hash":"h","clause":"2","facts":{by:?}}}"#);
    json(no, &format!(r#"{{"fact":"{kind}","lead":"a",{more},{because}}}"#))
}

fn qualified(no: i64, by: &[i64]) -> Arc<Entry> {
    let more = r#""definition":"mql","status":"MQL","components":{},"total":0,"times":1"#;
    decided(no, "lead_qualified", more, by)
}

fn handed(no: i64, by: &[i64]) -> Arc<Entry> {
    let more = format!(r#""handoff":"h{no}","nth":1,"due_at":"{}""#, second(99));
    decided(no, "handoff_made", &more, by)
}

fn answered(no: i64, handoff: &str) -> Arc<Entry> {
    json(
        no,
        &format!(
            r#"{{"fact":"handoff_answered","handoff":"{handoff}","lead":"a","answer":"accepted"}}"#
        ),
    )
}

fn numbers<'a>(entries: impl IntoIterator<Item = &'a Arc<Entry>>) -> Vec<i64> {
    entries.into_iter().map(|entry| entry.no.0).collect()
}

#[test]
fn a_refusal_names_what_to_do_and_the_first_reason_counts() {
    let there = Stand { is_there: true, ..Stand::default() };
    let into = |lead: &str| Stand { merged_into: Some(id(lead)), ..Stand::default() };
    let with_others = Stand { has_others: true, ..there.clone() };
    let further = Stand { is_further_on: true, ..there.clone() };
    let cases = [
        (("a", &there), ("b", &there), Ok(())),
        (("a", &with_others), ("b", &there), Ok(())),
        (("a", &further), ("b", &further), Ok(())),
        (("a", &further), ("b", &there), Ok(())),
        (("a", &there), ("a", &there), Err(NotMerged::Itself(id("a")))),
        (("a", &Stand::default()), ("b", &there), Err(NotMerged::Absent(id("a")))),
        (("a", &there), ("b", &into("c")), Err(NotMerged::MergedBefore(id("b"), id("c")))),
        (("a", &into("b")), ("b", &there), Err(NotMerged::MergedBefore(id("a"), id("b")))),
        (("a", &there), ("b", &with_others), Err(NotMerged::HasOthers(id("b")))),
        (("a", &there), ("b", &further), Err(NotMerged::FurtherOn(id("b"), id("a")))),
    ];
    for ((kept, as_kept), (merged, as_merged), expected) in cases {
        let found = may_merge((&id(kept), as_kept), (&id(merged), as_merged));
        assert_eq!(found, expected, "{merged} as {kept}");
    }
}

#[test]
fn what_the_person_did_and_what_was_never_told_come_along() {
    let own = [told(1, "a", &[("title", "CEO")]), merged(10, "a", "b", true)];
    let joined = joined(&own);
    let expected = Joined { with: id("b"), at: second(10), fact: FactNo(10), survives: true };
    assert_eq!(joined, [expected]);
    let theirs = vec![
        told(2, "b", &[("title", "Clerk"), ("country", "DE")]),
        told(3, "b", &[("title", "Clerk")]),
        did(4, "b"),
        moved(5, "b"),
        did(12, "b"),
        told(13, "b", &[("country", "AT")]),
    ];
    let along = brought_along(&id("a"), &own, &joined[0], theirs);
    assert_eq!(numbers(&along), [2, 4, 12, 13]);
    let Fact::Lead(filled) = along[0].fact() else { panic!("{:?}", along[0]) };
    assert_eq!((filled.lead.as_str(), filled.fields.len()), ("a", 1));
    assert_eq!(along[0].happened_at(), second(10), "not before they were merged");
    assert_eq!(along[3].happened_at(), second(13));
}

#[test]
fn a_lead_that_goes_on_as_another_hears_what_is_done_with_that_one_from_then_on() {
    let own = [did(1, "b"), merged(10, "b", "a", false)];
    let later = [did(11, "a"), moved(12, "a"), told(13, "a", &[("x", "y")])];
    let before = |status| [vec![did(2, "a")], status, later.to_vec()].concat();
    let along = |theirs| brought_along(&id("b"), &own, &joined(&own)[0], theirs);
    let heard = along(before(vec![moved(3, "a"), moved(4, "a")]));
    assert_eq!(numbers(&heard), [4, 11, 12]);
    assert_eq!(heard[0].happened_at(), second(10), "as it stands when they are merged");
    let heard = along(before(vec![moved(3, "a"), qualified(4, &[2])]));
    assert_eq!(numbers(&heard), [11, 12], "what waits itself answers nothing");
}

#[test]
fn what_was_done_before_counts_for_the_one_only_from_the_merge_on() {
    let all = [did(1, "a"), did(4, "b"), merged(10, "a", "b", true), did(12, "b")];
    let history = LeadHistory::new(id("a"), all);
    assert_eq!(numbers(history.until(second(20))), [1, 10, 12]);
    assert_eq!(numbers(history.seen(second(9), second(20)).iter()), [1, 10, 12]);
    assert_eq!(numbers(history.seen(second(10), second(20)).iter()), [1, 4, 10, 12]);
    assert_eq!(numbers(history.seen(second(10), second(3)).iter()), [1]);
    let spells = history.spells(second(0), second(30));
    assert_eq!(spells, [(second(0), second(10)), (second(10), second(30))]);
    let other = LeadHistory::new(id("b"), [did(4, "b"), merged(10, "b", "a", false)]);
    assert_eq!(other.spells(second(0), second(30)), [(second(0), second(10))]);
    assert_eq!(other.spells(second(10), second(30)), []);
}

#[test]
fn a_merge_takes_with_it_what_was_decided_by_the_other_unless_somebody_has_answered() {
    let of_the_other = BTreeSet::from([FactNo(4)]);
    type Case = (&'static str, Vec<Arc<Entry>>, &'static [i64]);
    let cases: [Case; 6] = [
        ("the merge alone", vec![did(1, "a"), qualified(11, &[1])], &[10]),
        ("by the other", vec![did(1, "a"), qualified(11, &[1, 4])], &[10, 11]),
        (
            "by what was decided so",
            vec![qualified(11, &[4]), handed(12, &[11]), did(13, "a")],
            &[10, 11, 12],
        ),
        ("decided before", vec![qualified(3, &[1]), handed(5, &[3])], &[10]),
        (
            "answered by somebody",
            vec![qualified(11, &[4]), handed(12, &[11]), answered(13, "h12")],
            &[10],
        ),
        (
            "another was answered",
            vec![handed(2, &[1]), qualified(11, &[4]), answered(13, "h2")],
            &[10, 11],
        ),
    ];
    for (what, mut own, expected) in cases {
        own.push(merged(10, "a", "b", true));
        own.sort_by_key(|entry| entry.no);
        let gone = taken_back(&own, FactNo(10), &of_the_other);
        assert_eq!(gone.iter().map(|no| no.0).collect::<Vec<_>>(), expected, "{what}");
    }
}

#[test]
fn a_field_may_be_taken_over_where_both_say_something_else() {
    let text = |text: &str| FieldValue::Text(text.into());
    let fields = |of: &[(&str, FieldValue)]| -> Fields {
        of.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    };
    let kept = fields(&[
        ("title", text("Buyer")),
        ("city", FieldValue::Cleared),
        ("country", text("DE")),
        ("region", text("South")),
        ("account", text("crm:a1")),
    ]);
    let merged = fields(&[
        ("title", text("Director")),
        ("city", text("Kiel")),
        ("country", text("DE")),
        ("region", FieldValue::Cleared),
        ("account", text("crm:a2")),
        ("level", text("head")),
    ]);
    assert_eq!(may_take(&kept, &merged), ["city", "title"], "the level is filled in anyhow");
}
