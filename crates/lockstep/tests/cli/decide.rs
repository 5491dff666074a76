//! decide, with no database.

use std::fs;

use crate::house::{House, fixture, says};

fn decide(facts: &str) -> Vec<String> {
    let folder = fixture("agreement").display().to_string();
    ["decide", "--agreement", &folder, "--facts", facts, "--as-of", "2026-07-10"]
        .map(str::to_owned)
        .to_vec()
}

fn words(args: &[String]) -> Vec<&str> {
    args.iter().map(String::as_str).collect()
}

#[test]
fn facts_from_a_file_and_from_stdin_give_the_same() {
    let house = House::empty();
    let file = fixture("G3.jsonl");
    let from_file = house.ok(&words(&decide(&file.display().to_string())));
    says(&from_file, &["Lead crm:1", "qualified as mql and entered MQL, 110 points"]);
    let text = fs::read_to_string(file).unwrap();
    let ran = house.run_with(&words(&decide("-")), &text);
    assert_eq!((ran.code, ran.out), (0, from_file));
    assert!(!house.path("lockstep-data").exists());
}

#[test]
fn bad_lines_are_all_named_and_can_be_passed_over() {
    let house = House::empty();
    let good = fs::read_to_string(fixture("G3.jsonl")).unwrap();
    let text = format!("{{}}\n\n{good}nonsense\n");
    fs::write(house.path("facts.jsonl"), text).unwrap();
    let args = decide("facts.jsonl");
    says(
        &house.refused(4, &words(&args)),
        &[
            "2 lines are no facts",
            "line 1: `source` is missing",
            "line 7: this is not JSON",
            "--skip-bad",
        ],
    );
    let error = house.error(4, &words(&args));
    assert_eq!(error["bad_lines"][1]["line"], 7);
    let skip = [words(&args), vec!["--skip-bad"]].concat();
    says(&house.ok(&skip), &["Line 1 was passed over", "110 points"]);
    let json = house.json(&skip);
    assert_eq!(json["bad_lines"][0]["line"], 1);
    assert_eq!(
        json["leads"][0]["decisions"][0]["because"]["facts"],
        serde_json::json!([3, 4, 5, 6])
    );
}

#[test]
fn a_missing_file_and_a_missing_agreement_are_not_found() {
    let house = House::empty();
    says(&house.refused(3, &words(&decide("nowhere.jsonl"))), &["could not open nowhere.jsonl"]);
    let facts = fixture("G1.jsonl").display().to_string();
    let args = ["decide", "--agreement", "nowhere", "--facts", &facts];
    says(&house.refused(3, &args), &["nowhere"]);
}

#[test]
fn a_name_cannot_drive_the_terminal() {
    let house = House::empty();
    let fact = r#"{"fact":"lead_moved","source":"crm","id":"1","happened_at":"2026-07-01T10:00:00Z","lead":"\u001b[2Jx","status":"MQL"}"#;
    let ran = house.run_with(&words(&decide("-")), fact);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(!ran.out.contains('\u{1b}'), "{ran:?}");
}
