//! backtest.

use std::fs;

use crate::house::{House, says};

#[test]
fn a_definition_is_tried_on_the_past_of_the_house() {
    let (house, _) = House::with_agreement();
    let rows = "lead_number,name,email,status,created_at\n\
                1,Ann Roth,ann@kessler.example,New,2026-01-05\n\
                2,Bo Lind,bo@kessler.example,New,2026-01-06\n";
    fs::write(house.path("leads.csv"), rows).unwrap();
    house.ok(&["import", "leads.csv", "--history"]);
    let before = house.ok(&["ledger", "head"]);
    says(
        &house.ok(&["backtest", "1"]),
        &["as known then: 2 leads.", "in both", "Association, not effect."],
    );
    let found = house.json(&["backtest", "1", "--at", "1"]);
    assert_eq!((&found["version"], &found["today"]), (&1.into(), &1.into()), "{found}");
    assert_eq!(found["found"]["leads"], 2, "{found}");
    assert_eq!(found["threshold"], "1", "{found}");
    assert!(found["implied"].is_array(), "{found}");
    says(&house.refused(3, &["backtest", "9"]), &["there is no version 9"]);
    says(&house.refused(4, &["backtest", "1", "--definition", "x"]), &["no definition \"x\""]);
    says(&house.refused(2, &["backtest", "1", "--at", "many"]), &["points are a number"]);
    assert_eq!(house.ok(&["ledger", "head"]), before, "nothing is written");
}
