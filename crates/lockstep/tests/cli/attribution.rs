//! attribution, from files with no database and from the ledger.

use std::fs;

use crate::house::{House, says};

/// The worked example of the handbook of the field: four of twelve journeys convert.
const PATHS: &str = "path;conv;value;null\nA > B;2;20;1\nB;1;10;3\nA > C > B;1;10;0\nC;0;0;4\n";

const TOUCHES: &str = "account,person,at,channel\n\
    K,x,2026-01-02,ad\nK,y,2026-01-10,webinar\nK,x,2026-02-01,mail\nK,y,2026-02-20,event\n\
    K,y,2026-03-01,demo\nL,z,2026-01-05,ad\nL,z,2026-01-09,mail\nM,q,2025-06-01,internal\n";

const OUTCOMES: &str = "account,closed_on,won,amount,lead_created_on,opened_on,deal\n\
    K,2026-03-10,yes,12000.01,2026-01-15,2026-02-25,d1\nL,2026-02-01,no,0,,,d2\n\
    N,2026-02-03,yes,500,,,d3\n";

fn with_files() -> House {
    let house = House::empty();
    for (name, text) in [("paths.csv", PATHS), ("t.csv", TOUCHES), ("o.csv", OUTCOMES)] {
        fs::write(house.path(name), text).unwrap();
    }
    house
}

#[test]
fn paths_are_credited_by_every_model_with_its_rule_and_no_word_of_effect() {
    let house = with_files();
    let text = house.ok(&["attribution", "--paths", "paths.csv"]);
    says(
        &text,
        &[
            "4 converted, 8 did not; worth 40.00",
            "Association, not effect",
            "u: 40 first touch, 40 last touch, 20 between",
            "markov: Markov of order 1, solved exactly",
            "time-decay: no answer: it asks how old each touch was",
            "shapley-rate: no answer: 4 of 4 sets of channels have fewer than 30 journeys",
            "Note: only 4 converted",
        ],
    );
    let json = house.json(&["attribution", "--paths", "paths.csv", "--model", "markov"]);
    let credit = &json["models"][0]["credit"];
    let share = credit[0]["share"].as_f64().unwrap();
    assert!((share - 16.0 / 61.0).abs() < 1e-12, "{share}");
    assert_eq!(json["models"][0]["removal"]["effects"]["B"], 1.0);
    assert!(!house.path("lockstep-data").exists());
}

#[test]
fn a_deal_is_shared_out_to_the_cent_and_says_why() {
    let house = with_files();
    let args = ["attribution", "--touches", "t.csv", "--outcomes", "o.csv", "--deal", "d1"];
    let text = house.ok(&args);
    says(
        &text,
        &[
            "Deal d1, 12,000.01, allocated",
            "Why, by markov: without mail, 100.0 % of all conversions are lost",
            "w: 30 first touch, 30 lead, 30 opportunity, 10 between; what has no touch goes",
            "Note: conversions with no touch that counts: 1, worth 500.00; nobody is credited",
        ],
    );
    let readings = house.json(&args)["deal"]["readings"].clone();
    assert!(readings.as_array().unwrap().len() > 10, "{readings}");
    for reading in readings.as_array().unwrap() {
        let parts = reading["parts"].as_array().unwrap().iter();
        let sum: i64 = parts.map(|part| part["value_minor"].as_i64().unwrap()).sum();
        assert_eq!(sum, 1_200_001, "{reading}");
    }
}

#[test]
fn which_touches_count_is_asked_and_said() {
    let house = with_files();
    let files = ["attribution", "--touches", "t.csv", "--outcomes", "o.csv", "--model", "linear"];
    let with = |more: &[&str]| house.json(&[&files[..], more].concat());
    let narrowed = with(&["--window-days", "30", "--exclude", "internal"]);
    assert_eq!(
        narrowed["models"][0]["label"],
        "the same to each touch; touches in the 30 days before the outcome, without internal"
    );
    assert_eq!(narrowed["left_out"]["too_early"], 3);
    assert_eq!(narrowed["left_out"]["excluded"], 1);
    let wide = with(&["--window-days", "30", "--before", "opportunity"]);
    assert_eq!(wide["left_out"]["too_early"], 2);
    says(
        &house.refused(3, &[&files[..], &["--exclude", "radio"]].concat()),
        &["there is no channel `radio`", "There are: \"ad\", \"webinar\", \"mail\","],
    );
    let custom = ["--model", "custom", "--weights", "first=1,last=3", "--csv"];
    let csv = house.ok(&[&files[..5], &custom].concat());
    says(&csv, &["custom,demo,0.75,9000.0075,0.75,,,", "custom,mail,0,0,0,,,"]);
}

#[test]
fn intervals_are_drawn_again_from_their_seed() {
    let house = with_files();
    let args = ["attribution", "--paths", "paths.csv", "--model", "linear", "--intervals", "50"];
    let drawn = |seed| house.json(&[&args[..], &["--seed", seed]].concat());
    let first = drawn("7");
    assert_eq!(first, drawn("7"));
    assert_ne!(first["models"], drawn("8")["models"]);
    assert_eq!(first["intervals"]["seed"], 7);
    let interval = &first["models"][0]["credit"][0]["interval"];
    assert!(interval["low"].as_f64().unwrap() < interval["high"].as_f64().unwrap());
}

#[test]
fn what_was_kept_says_the_same_at_once() {
    let house = with_files();
    let files = ["attribution", "--touches", "t.csv", "--outcomes", "o.csv"];
    let asked = ["--window-days", "90", "--exclude", "internal"];
    let mut first = house.json(&[&files[..], &asked].concat());
    let keeping = house.json(&[&files[..], &asked, &["--keep", "o.journeys"]].concat());
    says(keeping["notes"][0].as_str().unwrap(), &["kept in o.journeys, ", " bytes"]);
    assert_eq!(house.json(&["attribution", "--kept", "o.journeys"]), first);
    let drawn = ["--model", "linear", "--intervals", "50"];
    first = house.json(&[&files[..], &asked, &drawn].concat());
    assert_eq!(house.json(&[&["attribution", "--kept", "o.journeys"][..], &drawn].concat()), first);
    let bytes = fs::read(house.path("o.journeys")).unwrap();
    fs::write(house.path("cut"), &bytes[..bytes.len() - 1]).unwrap();
    fs::write(house.path("changed"), bytes.iter().map(|b| b ^ 1).collect::<Vec<_>>()).unwrap();
    for (code, args, said) in [
        (2, &["--kept", "o.journeys", "--window-days", "30"][..], "cannot be used with"),
        (3, &["--kept", "none"], "could not read what was kept"),
        (6, &["--kept", "cut"], "keep it anew from its source"),
        (6, &["--kept", "changed"], "keep it anew from its source"),
    ] {
        says(&house.refused(code, &[&["attribution"][..], args].concat()), &[said]);
    }
}

#[test]
fn what_cannot_be_answered_says_what_to_do() {
    let house = with_files();
    fs::write(house.path("won.csv"), "path;conv;null\nA > B;3;0\n").unwrap();
    let won = house.ok(&["attribution", "--paths", "won.csv", "--model", "markov"]);
    says(&won, &["markov: no answer: every journey converted", "give the journeys that did not"]);
    for (code, args, said) in [
        (2, &["attribution", "--paths", "paths.csv", "--model", "magic"][..], "no such model"),
        (2, &["attribution", "--paths", "paths.csv", "--deal", "d1"], "cannot be used with"),
        (2, &["attribution", "--touches", "t.csv"], "--outcomes"),
        (3, &["attribution", "--paths", "nowhere.csv"], "could not read nowhere.csv"),
        (3, &["attribution"], "there is no database"),
    ] {
        says(&house.refused(code, args), &[said]);
    }
    let deal = ["attribution", "--touches", "t.csv", "--outcomes", "o.csv", "--deal"];
    says(&house.refused(3, &[&deal[..], &["d9"]].concat()), &["there is no deal d9"]);
    says(&house.refused(3, &[&deal[..], &["d2"]].concat()), &["no touch that counts led to deal"]);
}

#[test]
fn touches_and_outcomes_of_nobody_are_left_out_and_told_apart() {
    let house = with_files();
    let files = ["attribution", "--touches", "t.csv", "--outcomes", "o.csv"];
    let linear = [&files[..], &["--model", "linear"]].concat();
    let before = house.json(&linear);
    let nobody = ",,2026-01-09,radio\n".repeat(500);
    fs::write(house.path("t.csv"), format!("{TOUCHES}{nobody}")).unwrap();
    let copies = ",2026-03-10,yes,5,,,d9\nL,2026-02-01,no,0,,,d2\n";
    fs::write(house.path("o.csv"), format!("{OUTCOMES}{copies}")).unwrap();
    let after = house.json(&linear);
    let credit = |json: &serde_json::Value| json["models"][0]["credit"].as_array().unwrap().clone();
    assert_eq!(credit(&after)[..6], credit(&before)[..]);
    assert_eq!(
        (&after["conversions"], &after["value"]),
        (&before["conversions"], &before["value"])
    );
    says(
        &house.ok(&linear),
        &[
            "Note: touches of which the file does not say whose they are, left out: 500.",
            "Note: outcomes of which the file does not say whose they are, left out: 1.",
            "Note: deals that stand more than once among the outcomes: 1; each of their rows",
        ],
    );
    fs::write(house.path("t.csv"), "account,at,channel\n").unwrap();
    says(&house.refused(4, &linear), &["t.csv has no touches: it has a header alone"]);
    fs::write(house.path("t.csv"), "account,at,medium\n").unwrap();
    says(
        &house.refused(4, &linear),
        &["has no column `channel`. It has: account, at, medium", "--column channel=NAME"],
    );
}

#[test]
fn the_ledger_is_asked_where_no_file_is_named() {
    let (house, _) = House::with_agreement();
    fs::create_dir(house.path("in")).unwrap();
    for (name, text) in [
        ("accounts.csv", "account_id,name\nk,Kessler\n"),
        ("campaigns.csv", "campaign_id,name,type\nc1,Spring fair,Trade show\n"),
        (
            "leads.csv",
            "lead_number,name,email,status,account_id,created_at\n\
             1,Ann Roth,ann@kessler.example,New,k,2026-01-05T10:00:00Z\n\
             2,Bo Lind,bo@kessler.example,New,k,2026-01-20T10:00:00Z\n",
        ),
        (
            "activities.csv",
            "activity_id,lead,kind,happened_at,campaign\n\
             a1,1,visit,2026-01-05T09:00:00Z,c1\na2,2,webinar,2026-01-21T09:00:00Z,\n\
             a3,1,webinar,2026-02-21T09:00:00Z,\n",
        ),
        (
            "opportunities.csv",
            "opportunity_id,name,account_id,lead_id,stage,outcome,amount,currency,opened_on,closed_on\n\
             o1,Pumps,k,1,Won,won,1000.00,EUR,2026-02-01,2026-03-01\n",
        ),
    ] {
        fs::write(house.path("in").join(name), text).unwrap();
    }
    let imported = house.json(&["import", "in"]);
    assert_eq!(imported["total"]["rejected"], 0, "{imported}");
    let json = house.json(&["attribution", "--model", "linear", "--model", "w"]);
    // All leads of the account count for its deal.
    assert_eq!(json["conversions"], 1, "{json}");
    assert_eq!(json["channels"], serde_json::json!(["Trade show", "webinar"]));
    let credit = |model: usize| json["models"][model]["credit"][0]["value"].as_f64().unwrap();
    assert!((credit(0) - 333.33).abs() < 0.01, "{json}");
    assert!((credit(1) - 666.67).abs() < 0.01, "{json}");
    assert_eq!(json["value"], 1000.0);
    says(json["notes"][0].as_str().unwrap(), &["or the kind of activity where no type is known"]);
    let text = house.ok(&["attribution", "--deal", "file:o1", "--channel", "campaign"]);
    says(&text, &["Deal file:o1, 1,000.00, allocated", "Spring fair", "webinar"]);
    says(&house.refused(3, &["attribution", "--deal", "file:o9"]), &["no opportunity file:o9"]);
}

#[test]
fn a_campaigns_type_and_a_kind_of_activity_of_the_same_word_are_one_channel() {
    let (house, _) = House::with_agreement();
    fs::create_dir(house.path("in")).unwrap();
    for (name, text) in [
        ("campaigns.csv", "campaign_id,name,type\nc1,Ask us,Case Study\n"),
        (
            "leads.csv",
            "lead_number,name,email,status,created_at\n\
             1,Ann Roth,ann@kessler.example,New,2026-01-05T10:00:00Z\n",
        ),
        (
            "activities.csv",
            "activity_id,lead,kind,happened_at,campaign\n\
             a1,1,case_study,2026-01-05T09:00:00Z,\na2,1,case_study,2026-01-06T09:00:00Z,c1\n\
             a3,1,page_view,2026-01-07T09:00:00Z,\n",
        ),
    ] {
        fs::write(house.path("in").join(name), text).unwrap();
    }
    house.ok(&["import", "in"]);
    let json = house.json(&["attribution", "--model", "linear"]);
    assert_eq!(json["channels"], serde_json::json!(["Case Study", "Page viewed"]), "{json}");
}

#[test]
fn the_bench_credits_made_up_journeys_and_tells_ratios() {
    let house = House::empty();
    let json = house.json(&["bench", "attribution", "--touches", "10000", "--files", "made"]);
    assert_eq!(json["measured"].as_array().unwrap().len(), 3, "{json}");
    for key in ["exponent", "all_of_chain", "shapley_rate_ms", "paths_ms", "peak_kib"] {
        assert!(json[key].is_number(), "{key}: {json}");
    }
    let files = ["--touches", "made/touches.csv", "--outcomes", "made/journeys.csv"];
    let credited = house.json(&[&["attribution"], &files[..], &["--model", "markov"]].concat());
    assert_eq!(credited["channels"].as_array().unwrap().len(), 20);
}
