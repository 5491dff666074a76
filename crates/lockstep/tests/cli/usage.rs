//! Command lines that do not read, databases that are not there, and help.

use std::fs;

use crate::house::{House, says};

#[test]
fn what_does_not_read_is_a_wrong_usage() {
    let house = House::empty();
    let cases: [&[&str]; 7] = [
        &["nonsense"],
        &["user", "add", "--name", "Di"],
        &["user", "add", "--name", "Di", "--email", "d@x.example", "--role", "boss"],
        &["agreement", "show", "first"],
        &["agreement", "sign", "1", "--by", "d@x.example"],
        &["decide"],
        &["--colour", "doctor"],
    ];
    for args in cases {
        house.refused(2, args);
        assert_eq!(house.error(2, args)["kind"], "usage", "{args:?}");
    }
    let error = house.error(2, &["decide"]);
    says(error["message"].as_str().unwrap(), &["--agreement <DIR>", "--facts"]);
    assert_eq!(house.run(&[]).code, 2);
}

#[test]
fn no_command_but_init_makes_a_database() {
    let house = House::empty();
    let cases: [&[&str]; 6] = [
        &["user", "list"],
        &["key", "list"],
        &["agreement", "list"],
        &["ledger", "verify"],
        &["tick"],
        &["--database", "other.db", "ledger", "head"],
    ];
    for args in cases {
        says(&house.refused(3, args), &["there is no database at", "lockstep init"]);
    }
    assert_eq!(fs::read_dir(house.path("")).unwrap().count(), 0);
}

#[test]
fn a_database_that_cannot_be_used_is_unavailable() {
    let house = House::empty();
    fs::write(house.path("no.db"), "this is a letter and no database, long enough to be read")
        .unwrap();
    let error = house.error(5, &["--database", "no.db", "user", "list"]);
    assert_eq!((&error["kind"], &error["changed"]), (&"unavailable".into(), &false.into()));
    let nobody = ["--database", "postgres://lockstep@127.0.0.1:1/none", "user", "list"];
    says(&house.refused(5, &nobody), &["PostgreSQL", "Nothing was changed."]);
}

#[test]
fn help_opens_with_an_example_and_ends_with_the_exit_codes() {
    let house = House::empty();
    let help = house.ok(&["--help"]);
    assert!(help.find("$ lockstep init") < help.find("Usage:"), "{help}");
    says(&help, &["Exit codes:", "6  something stored is not as it was written"]);
    let help = house.ok(&["ledger", "verify", "--help"]);
    assert!(help.find("$ lockstep ledger verify") < help.find("Usage:"), "{help}");
    says(&house.ok(&["--version"]), &["lockstep 0."]);
}

#[test]
fn the_database_can_be_elsewhere() {
    let house = House::empty();
    house.ok(&["--database", "else/firm.db", "init", "--name", "X"]);
    assert!(house.path("else/firm.db").exists());
    assert_eq!(house.ok(&["user", "list", "--database", "else/firm.db"]).lines().count(), 3);
}
