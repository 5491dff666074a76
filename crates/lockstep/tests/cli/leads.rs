//! leads duplicates, merge, unmerge, apart.

use std::fs;

use crate::house::{House, says};

/// Two leads of Ann, and one of somebody else at her company.
fn with_two_of_ann() -> House {
    let (house, _) = House::with_agreement();
    let rows = "lead_number,name,email,status\n\
                1,Ann Roth,ann@kessler.example,New\n\
                2,Ann Roth,Ann@Kessler.example,New\n\
                3,Bo Lind,bo@kessler.example,New\n";
    fs::write(house.path("leads.csv"), rows).unwrap();
    assert_eq!(house.json(&["import", "leads.csv"])["total"]["rejected"], 0);
    house
}

#[test]
fn two_leads_of_one_person_are_found_merged_and_made_two_again() {
    let house = with_two_of_ann();
    let pairs = house.json(&["leads", "duplicates"])["pairs"].clone();
    assert_eq!(pairs.as_array().unwrap().len(), 1, "{pairs}");
    assert_eq!((&pairs[0]["lead"], &pairs[0]["other"]), (&"file:1".into(), &"file:2".into()));
    says(
        &house.ok(&["leads", "duplicates"]),
        &["very likely", "the same address of mail", "1 pair"],
    );
    says(
        &house.ok(&["leads", "merge", "file:1", "file:2"]),
        &["file:2 goes on as file:1", "lockstep leads unmerge file:1 file:2"],
    );
    says(&house.ok(&["leads", "duplicates"]), &["No two leads look like one person"]);
    says(&house.refused(4, &["leads", "merge", "file:3", "file:2"]), &["merge with file:1"]);
    says(&house.ok(&["ledger", "verify"]), &["The ledger is whole"]);
    says(&house.ok(&["ledger", "rebuild"]), &["the same, to the byte"]);
    assert_eq!(house.json(&["leads", "unmerge", "file:1", "file:2"])["unmerged"], "file:2");
    says(&house.refused(4, &["leads", "unmerge", "file:1", "file:2"]), &["nothing to take back"]);
    assert_eq!(house.json(&["leads", "duplicates"])["pairs"], pairs);
    says(&house.ok(&["leads", "apart", "file:1", "file:2"]), &["are two persons"]);
    says(&house.ok(&["leads", "duplicates"]), &["No two leads look like one person"]);
    says(&house.refused(3, &["leads", "merge", "file:1", "file:9"]), &["there is no lead file:9"]);
    says(&house.ok(&["ledger", "rebuild"]), &["the same, to the byte"]);
}

#[test]
fn what_would_follow_is_said_and_nothing_is_written() {
    let (house, _) = House::with_agreement();
    let rows =
        "lead_number,name,email,status,created_at\n1,Ann Roth,ann@kessler.example,New,2026-01-05\n";
    fs::write(house.path("leads.csv"), rows).unwrap();
    house.ok(&["import", "leads.csv"]);
    let before = house.ok(&["ledger", "head"]);
    let leads = house.json(&["leads", "what-if", "-"]);
    assert_eq!(
        (leads["leads"].as_array().map(Vec::len), &leads["passed_over"]),
        (Some(0), &0.into())
    );
    says(&house.refused(4, &["leads", "what-if", "crm:none"]), &["there is no lead crm:none"]);
    says(
        &house.refused(2, &["leads", "what-if", "x", "--set", "title"]),
        &["write a name, =, and"],
    );
    let listed = house.run_with(&["leads", "what-if", "-"], "file:1\nnobody\n");
    assert!(listed.out.contains("Passed over, since they are no leads: 1 line."), "{listed:?}");
    assert!(listed.out.contains("Nothing was written."), "{listed:?}");
    let wrong = house.run_with(&["leads", "what-if", "file:1", "--set", "lead.shoe=40"], "");
    assert!(wrong.err.contains("declares no field lead.shoe"), "{wrong:?}");
    assert_eq!(house.ok(&["ledger", "head"]), before);
}
