//! The worked cases of `data/handbook/scenarios.json`, through the command.

use std::path::Path;

use serde_json::{Value, json};

use super::*;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/handbook").join(name)
}

fn decided(case: &str, as_of: &str) -> Answer {
    let args = Args {
        agreement: fixture("agreement"),
        facts: fixture(&format!("{case}.jsonl")).display().to_string(),
        as_of: as_of.into(),
        skip_bad: false,
    };
    run(&args, Timestamp::UNIX_EPOCH).unwrap()
}

fn lead(case: &str, as_of: &str) -> Value {
    let json = decided(case, as_of).json;
    assert_eq!(json["leads"].as_array().unwrap().len(), 1, "{case}");
    json["leads"][0].clone()
}

/// Engagement, fit, total and how often the lead had qualified.
fn standing(case: &str, as_of: &str) -> Value {
    let state = lead(case, as_of)["state"]["definitions"]["mql"].clone();
    let points = &state["points"];
    json!([points["engagement"], points["fit"], state["total"], state["times_qualified"]])
}

fn qualified_at(case: &str, as_of: &str) -> Vec<Value> {
    let lead = lead(case, as_of);
    let decisions = lead["decisions"].as_array().unwrap().iter();
    let qualified = decisions.filter(|decision| decision["fact"] == "lead_qualified");
    qualified.map(|decision| decision["at"].clone()).collect()
}

/// The line of a rule about a fact, in the workings as of the question.
fn line(lead: &Value, rule: &str, fact: i64) -> Value {
    let assessments = lead["assessments"].as_array().unwrap();
    let now = assessments.iter().find(|found| found["decision"].is_null()).unwrap();
    let lines = now["lines"].as_array().unwrap().iter();
    let mut of_rule = lines.filter(|line| line["rule"] == rule);
    of_rule.find(|line| line["facts"] == json!([fact])).cloned().unwrap()
}

#[test]
fn g1_fit_is_capped_and_engagement_of_nothing_does_not_qualify() {
    assert_eq!(standing("G1", "2026-07-01"), json!([0, 70, 70, 0]));
    let lead = lead("G1", "2026-07-01");
    let fit = lead["assessments"][0]["components"][1].clone();
    assert_eq!((&fit["id"], &fit["sum"], &fit["cap"]), (&json!("fit"), &json!(75), &json!(70)));
    assert_eq!(lead["decisions"], json!([]));
}

#[test]
fn g2_a_key_page_counts_once_a_week() {
    assert_eq!(standing("G2", "2026-07-02T09:00"), json!([30, 70, 100, 1]));
    assert_eq!(qualified_at("G2", "2026-07-02T09:00"), ["2026-07-02T07:00:00Z"]);
    assert_eq!(standing("G2", "2026-07-02T08:59"), json!([25, 70, 95, 0]));
    let second = line(&lead("G2", "2026-07-02T09:00"), "key-page", 3);
    assert_eq!(
        (&second["counts"], &second["why_not"]["why"]),
        (&json!(0), &json!("limit_reached"))
    );
}

#[test]
fn g3_registering_and_attending_both_count() {
    assert_eq!(standing("G3", "2026-07-08T12:00"), json!([75, 35, 110, 1]));
    assert_eq!(qualified_at("G3", "2026-07-09"), ["2026-07-08T10:00:00Z"]);
}

#[test]
fn g4_who_does_not_come_has_only_registered() {
    assert_eq!(standing("G4", "2026-07-09"), json!([20, 0, 20, 0]));
    let missed = line(&lead("G4", "2026-07-09"), "webcast", 3);
    assert_eq!(missed["why_not"]["why"], "not_a_success");
}

#[test]
fn g5_a_recycled_lead_begins_anew_and_qualifies_a_second_time() {
    assert_eq!(standing("G5", "2026-03-02T10:00"), json!([40, 60, 100, 1]));
    assert_eq!(standing("G5", "2026-03-20T10:00"), json!([0, 60, 60, 1]));
    assert_eq!(standing("G5", "2026-05-04T10:00"), json!([45, 60, 105, 2]));
    let lead = lead("G5", "2026-05-04T10:00");
    let mql = &lead["state"]["definitions"]["mql"];
    assert_eq!(mql["first_qualified_at"], "2026-03-02T09:00:00Z");
    assert_eq!(mql["last_qualified_at"], "2026-05-04T08:00:00Z");
    assert_eq!(
        (&lead["state"]["owner"], &lead["state"]["status"]),
        (&json!("crm:a"), &json!("MQL"))
    );
}

fn clocks_of(case: &str) -> Vec<Value> {
    lead(case, "2026-07-10")["clocks"].as_array().unwrap().clone()
}

#[test]
fn s1_a_clock_counts_the_owners_hours_only() {
    let clocks = clocks_of("S1");
    assert_eq!(clocks.len(), 1);
    let clock = &clocks[0];
    assert_eq!((&clock["verdict"], &clock["stopped_by"]), (&json!("met"), &json!("Accepted")));
    assert_eq!(clock["working_seconds"], 90 * 60);
    assert_eq!(clock["elapsed_seconds"], (65 * 60 + 30) * 60);
    assert_eq!(clock["due_at"], "2026-07-06T08:30:00Z");
}

#[test]
fn s2_a_new_owner_has_the_whole_time() {
    let lead = lead("S2", "2026-07-10");
    assert_eq!(lead["state"]["transfers"], 2);
    let clocks = lead["clocks"].as_array().unwrap();
    assert_eq!(clocks.len(), 2);
    let of = |clock: &Value| {
        json!([clock["owner"], clock["working_seconds"], clock["stopped_by"], clock["verdict"]])
    };
    assert_eq!(of(&clocks[0]), json!(["crm:a", 1800, "owner changed", "no_verdict"]));
    assert_eq!(of(&clocks[1]), json!(["crm:b", 3 * 3600 + 60, "Accepted", "met_late"]));
}

#[test]
fn s3_an_answer_outside_hours_is_in_time_as_the_agreement_says() {
    let clocks = clocks_of("S3");
    assert_eq!(clocks.len(), 1);
    let clock = &clocks[0];
    assert_eq!((&clock["working_seconds"], &clock["elapsed_seconds"]), (&json!(0), &json!(7200)));
    assert_eq!(clock["verdict"], "met");
}

#[test]
fn every_decision_names_its_clause_and_the_lines_of_the_file() {
    let lead = lead("G2", "2026-07-03");
    let decision = &lead["decisions"][0];
    assert_eq!(decision["no"], 5, "decisions are numbered after the last line");
    assert_eq!(decision["because"]["clause"], "3.1");
    assert_eq!(decision["because"]["facts"], json!([1, 2, 4]));
    assert_eq!(decision["components"], json!({ "engagement": 30, "fit": 70 }));
}

#[test]
fn the_words_say_the_points_rule_by_rule_and_the_clock() {
    let text = decided("G2", "2026-07-02T09:00").text;
    for said in [
        "Lead crm:1",
        "mql (clause 3.1): 100 points, qualified once, Thu 2026-07-02 09:00 CEST",
        "fit 70 (the rules sum to 75, at most 70 count)",
        "25  key-page (fact 2, Wed 2026-07-01 10:00 CEST)",
        "0  key-page (fact 3, Wed 2026-07-01 15:00 CEST), not counted: limit reached",
        "because of clause 3.1 and facts 1, 2, 4",
    ] {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
    let text = decided("S2", "2026-07-10").text;
    for said in [
        "clock new-mql (clause 4.1), owner crm:a, transfer 1",
        "by owner changed: ended without a verdict; working 00:30:00",
        "by Accepted: came late; working 03:01:00",
    ] {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
}

/// Decisions without the numbers of facts, which differ between a file and a ledger.
fn told(fact: &Fact, at: Timestamp) -> String {
    let what = match fact {
        Fact::LeadQualified(fact) => format!("qualified {} {:?}", fact.times, fact.components),
        Fact::ClockStarted(fact) => format!("started {:?} {}", fact.owner, fact.due_at),
        Fact::ClockStopped(fact) => {
            format!("stopped {:?} {} {}", fact.verdict, fact.working_seconds, fact.stopped_by)
        }
        Fact::LeadFellBelow(fact) => format!("fell {} {:?}", fact.times, fact.components),
        Fact::ClockAtRisk(_) => "at risk".to_owned(),
        Fact::ClockBreached(_) => "past due".to_owned(),
        other => format!("{other:?}"),
    };
    format!("{at} {what}")
}

/// What a running Lockstep decides about the same facts, under the same Agreement in force since
/// before the first.
fn decided_live(case: &str, as_of: Timestamp) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    let place = crate::place::Place::new(dir.path().join("data"), None);
    let set_up: Timestamp = "2025-12-01T00:00:00Z".parse().unwrap();
    let engine = place.open_or_make(set_up).unwrap();
    let (text, agreement) = read_folder(&fixture("agreement")).unwrap();
    let hash = text.hash();
    let version = engine.propose_agreement(None, text, set_up).unwrap();
    for party in &agreement.parties {
        let role = match party.side {
            domain::firm::Side::Sales => domain::firm::Role::SalesManager,
            _ => domain::firm::Role::MarketingManager,
        };
        let (name, email, side) = (party.name.clone(), party.signer.clone(), Some(party.side));
        let person = engine::people::NewPerson { name, email, role, side };
        let (user, _) = engine.admit(None, person, set_up).unwrap();
        let actor = engine::access::Actor { user, role, side: party.side };
        engine.sign_agreement(&actor, version, &hash, set_up).unwrap();
    }
    let lines = std::fs::read_to_string(fixture(&format!("{case}.jsonl"))).unwrap();
    let reported = lines.lines().map(|line| connectors::facts::read(line, None).unwrap());
    engine.take_in(reported.collect(), as_of).unwrap();
    let facts = engine.read(|reader| reader.facts_of("lead/crm:1")).unwrap();
    let decided = facts.iter().filter(|entry| entry.told.source == domain::decided::SOURCE);
    let mut told: Vec<String> =
        decided.map(|entry| told(entry.fact(), entry.happened_at())).collect();
    told.sort();
    told
}

#[test]
fn what_is_decided_from_a_file_is_what_is_decided_live() {
    let as_of: Timestamp = "2026-07-10T00:00:00Z".parse().unwrap();
    let mut decisions = 0;
    for case in ["G1", "G2", "G3", "G4", "G5", "S1", "S2", "S3"] {
        let lines = std::fs::read_to_string(fixture(&format!("{case}.jsonl"))).unwrap();
        let facts = Facts::read(&mut lines.as_bytes(), as_of).unwrap();
        let (text, agreement) = read_folder(&fixture("agreement")).unwrap();
        let decided = follow(facts, agreement, text.hash(), as_of).unwrap();
        let of_lead = decided.leads[0].decisions.iter();
        let mut from_file: Vec<String> =
            of_lead.map(|entry| told(entry.fact(), entry.happened_at())).collect();
        from_file.sort();
        assert_eq!(from_file, decided_live(case, as_of), "{case}");
        decisions += from_file.len();
    }
    assert!(decisions > 15, "{decisions}");
}
