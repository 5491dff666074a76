//! ledger verify, rebuild, export, dump, head.

use std::fs;

use crate::house::{House, says};

#[test]
fn a_whole_ledger_verifies_and_rebuilds_to_the_byte() {
    let (house, _) = House::with_agreement();
    says(&house.ok(&["ledger", "verify"]), &["The ledger is whole: 7 facts"]);
    says(&house.ok(&["ledger", "rebuild"]), &["the same, to the byte"]);
    let json = house.json(&["ledger", "rebuild"]);
    assert_eq!((&json["same"], &json["compared"]), (&true.into(), &true.into()));
    let head = house.json(&["ledger", "head"])["head"].clone();
    assert_eq!((&head["facts"], head["hash"].as_str().unwrap().len()), (&7.into(), 64));
    assert_eq!(house.json(&["ledger", "verify"])["head"], head);
}

#[test]
fn a_changed_fact_is_named() {
    let (house, _) = House::with_agreement();
    let path = house.path("lockstep-data/lockstep.db");
    let mut bytes = fs::read(&path).unwrap();
    let told = br#""role":"operations""#;
    let at = bytes.windows(told.len()).position(|window| window == told).unwrap();
    bytes[at..at + told.len()].copy_from_slice(br#""role":"read_only" "#);
    fs::write(&path, bytes).unwrap();
    says(
        &house.refused(6, &["ledger", "verify"]),
        &["not as it was written", "fact 1 does not have the digest", "restore a backup"],
    );
    let error = house.error(6, &["ledger", "verify"]);
    assert_eq!((&error["kind"], &error["damages"][0]["no"]), (&"integrity".into(), &1.into()));
}

#[test]
fn a_read_model_that_says_otherwise_is_found_and_put_right() {
    let (house, _) = House::with_agreement();
    let database = rusqlite::Connection::open(house.path("lockstep-data/lockstep.db")).unwrap();
    database.execute("update user_record set team = 'x'", []).unwrap();
    drop(database);
    let said = house.refused(6, &["ledger", "rebuild"]);
    says(
        &said,
        &["were not what the ledger says", "before", "after", "are now what the ledger says"],
    );
    says(&house.ok(&["ledger", "rebuild"]), &["the same, to the byte"]);
}

#[test]
fn the_ledger_goes_into_a_new_file_or_to_stdout() {
    let (house, _) = House::with_agreement();
    let json = house.json(&["ledger", "export", "ledger.jsonl"]);
    let file = fs::read_to_string(house.path("ledger.jsonl")).unwrap();
    assert_eq!(json["bytes"], file.len());
    let ran = house.run(&["ledger", "export", "-"]);
    assert_eq!((ran.code, ran.out), (0, file));
    says(&ran.err, &["SHA-256", json["sha256"].as_str().unwrap()]);
    says(&house.refused(4, &["ledger", "export", "ledger.jsonl"]), &["is there already"]);
    says(house.error(2, &["ledger", "export"])["message"].as_str().unwrap(), &["both want stdout"]);
    let dump = house.run(&["ledger", "dump"]);
    says(&dump.out, &[r#"{"table":"agreement""#]);
    assert_eq!(
        house.json(&["ledger", "dump", "d"])["sha256"],
        house.json(&["ledger", "rebuild"])["after"]
    );
}

#[test]
fn an_exported_ledger_verifies_with_no_database() {
    let (house, _) = House::with_agreement();
    house.ok(&["ledger", "export", "ledger.jsonl", "--json"]);
    let whole = fs::read_to_string(house.path("ledger.jsonl")).unwrap();
    let head = house.json(&["ledger", "head"])["head"].clone();
    fs::remove_dir_all(house.path("lockstep-data")).unwrap();
    let args = ["ledger", "verify", "--export", "ledger.jsonl"];
    says(
        &house.ok(&args),
        &["The exported ledger is whole: 7 facts", head["hash"].as_str().unwrap()],
    );
    assert_eq!(house.json(&args)["head"], head);
    let piped = house.run_with(&["ledger", "verify", "--export", "-"], &whole);
    assert_eq!((piped.code, piped.out), (0, house.ok(&args)));

    let forged = whole.replacen(r#""role":"operations""#, r#""role":"read_only" "#, 1);
    fs::write(house.path("ledger.jsonl"), forged).unwrap();
    let found = ["not as it was written", "fact 1 does not have the digest", "Rely on nothing"];
    says(&house.refused(6, &args), &found);
    assert_eq!(house.error(6, &args)["damages"][0]["no"], 1);
    fs::write(house.path("ledger.jsonl"), "a letter").unwrap();
    assert_eq!(house.error(6, &args)["damages"][0]["line"], 1);
    says(
        &house.refused(3, &["ledger", "verify", "--export", "no.jsonl"]),
        &["could not read no.jsonl"],
    );
}
