//! backtest over files, with no database.

use std::{fs, path::Path};

use crate::house::{House, says};

const ACTIVITIES: &str = "\
contact_id,ts,kind
1,2026-03-02T10:00:00Z,quote_request
2,2026-03-01,brochure
2,2026-03-05,brochure
2,2026-03-05T12:00:00Z,brochure
2,2026-03-20,brochure
3,2026-01-01,brochure
3,2026-02-15,brochure
3,2026-03-20,brochure
4,2026-04-07T09:00:00Z,quote_request
";

const CONTACTS: &str = "contact_id\n1\n2\n3\n4\n5\n";

const DEALS: &str = "\
contact_id,closed_at,opened_at,won,amount
1,2026-05-01,2026-03-10,yes,1200.50
2,2026-04-01,2026-03-01,no,
3,2026-06-01,2026-05-20,true,99
4,,2026-05-02,no,
";

fn agreement() -> String {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/agreements/small");
    dir.display().to_string()
}

fn house() -> House {
    let house = House::empty();
    for (name, text) in [("a.csv", ACTIVITIES), ("c.csv", CONTACTS), ("d.csv", DEALS)] {
        fs::write(house.path(name), text).unwrap();
    }
    house
}

const FILES: [&str; 8] =
    ["--activities", "a.csv", "--contacts", "c.csv", "--deals", "d.csv", "--column", "at=ts"];

#[test]
fn a_definition_is_replayed_over_files_and_what_is_not_known_is_told_apart() {
    let (house, agreement) = (house(), agreement());
    let args = [&["backtest", &agreement], FILES.as_slice()].concat();
    let text = house.ok(&args);
    says(&text, &["2026-03", "2026-04", "1 of 2", "between 1 of 3 and 2", "GBP"]);
    let json = house.json(&args);
    let march = &json["months"][0];
    assert_eq!(
        (&march["month"], &march["found"], &march["won"], &march["lost"]),
        (&"2026-03".into(), &2.into(), &1.into(), &1.into())
    );
    assert_eq!(march["revenue_minor"], 120_050);
    assert_eq!(json["months"][1]["unknown"], 1, "an open deal is no end: {json}");
    assert_eq!(json["weeks"][1]["monday"], "2026-03-16");
    assert_eq!((&json["wins"], &json["wins_reached"]), (&2.into(), &1.into()));
    assert!(!house.path("lockstep-data").exists(), "there is no database");
}

#[test]
fn columns_that_were_kept_say_the_same_and_try_every_threshold_at_once() {
    let (house, agreement) = (house(), agreement());
    let files = [&["backtest", &agreement], FILES.as_slice()].concat();
    let says_at_first = house.json(&files);
    house.ok(&[&files[..], &["--keep", "past.segment"]].concat());
    let kept = ["backtest", &agreement, "--kept", "past.segment"];
    assert_eq!(house.json(&kept), says_at_first);
    let tried =
        house.json(&[&kept[..], &["--try", "10", "--try", "30", "--try", "30.001"]].concat());
    let found = |place: usize| tried["thresholds"][place]["found"].as_u64();
    assert_eq!([found(0), found(1), found(2)], [Some(4), Some(3), Some(0)]);

    let mut bytes = fs::read(house.path("past.segment")).unwrap();
    bytes[20] ^= 1;
    fs::write(house.path("past.segment"), bytes).unwrap();
    says(&house.refused(6, &kept), &["damaged", "keep it anew"]);
}

#[test]
fn another_text_stands_beside_and_a_wrong_file_is_told_with_its_place() {
    let (house, agreement) = (house(), agreement());
    fs::create_dir(house.path("new")).unwrap();
    let text = fs::read_to_string(Path::new(&agreement).join("agreement.toml")).unwrap();
    let stricter = text.replace("score.interest >= 30", "score.interest > 30");
    fs::write(house.path("new/agreement.toml"), &stricter).unwrap();
    let beside = [&["backtest", "new", "--against", &agreement], FILES.as_slice()].concat();
    let json = house.json(&beside);
    let against = &json["against"];
    assert_eq!((&against["leave"]["found"], &against["both"]["found"]), (&3.into(), &0.into()));

    let timed = text.replace(
        "status = \"Qualified\"\nfrom",
        "status = \"Qualified\"\njudged = { at = [\"08:00\"] }\nfrom",
    );
    fs::write(house.path("new/agreement.toml"), timed).unwrap();
    says(&house.refused(4, &beside), &["cannot be replayed over columns", "set times", "Import"]);

    let args = [&["backtest", &agreement], FILES.as_slice()].concat();
    fs::write(house.path("a.csv"), "contact_id,ts,kind\n1,soon,x\n").unwrap();
    says(&house.refused(4, &args), &["a.csv, line 2, column `ts`: `soon` is no instant"]);
    fs::write(house.path("a.csv"), "contact_id,when,kind\n").unwrap();
    says(
        &house.refused(4, &args),
        &["no column `ts`. It has: contact_id, when, kind", "--column at=NAME"],
    );
    says(&house.refused(2, &[&args[..], &["--from", "2026-01-01"]].concat()), &["--try"]);
}

#[test]
fn rows_of_nobody_strangers_and_copies_are_told_and_credit_notes_refused() {
    let (house, agreement) = (house(), agreement());
    let args = [&["backtest", &agreement], FILES.as_slice()].concat();
    let before = house.json(&args);
    assert_eq!(before["notes"], serde_json::json!([]));
    let nobody = ",2026-03-05,brochure\n".repeat(5);
    fs::write(house.path("a.csv"), format!("{ACTIVITIES}{nobody}9,2026-03-05,visit\n")).unwrap();
    fs::write(house.path("c.csv"), format!("{CONTACTS}5\n")).unwrap();
    fs::write(house.path("d.csv"), format!("{DEALS} ,2026-05-01,2026-03-10,yes,7\n")).unwrap();
    let json = house.json(&args);
    assert_eq!((&json["found"], &json["wins"]), (&before["found"], &before["wins"]));
    assert_eq!(json["contacts"], 6);
    let text = house.ok(&args);
    for said in [
        "Note: activities whose contact is blank: 5; left out.",
        "Note: deals whose contact is blank: 1; left out.",
        "Note: Won, and their contact is blank: 1, worth",
        "Note: rows of contacts who stand again further down: 1; the last one counts.",
        "Note: contacts whom only the other files name: 1; added, and nothing else is known",
    ] {
        says(&text, &[said]);
    }
    fs::write(house.path("c.csv"), "contact_id\n1\n \n").unwrap();
    says(&house.refused(4, &args), &["c.csv, line 3, column `contact_id` is blank"]);
    fs::write(house.path("c.csv"), CONTACTS).unwrap();
    fs::write(house.path("d.csv"), DEALS.replace("99", "-99")).unwrap();
    says(&house.refused(4, &args), &["d.csv, line 4: a deal is worth nothing or more"]);
}

#[test]
fn rules_that_ask_for_a_status_are_named_where_no_file_has_one() {
    let house = house();
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/agreements/small");
    let text = fs::read_to_string(dir.join("agreement.toml")).unwrap();
    let asking = text.replace("on = \"activity\"", "on = \"success\"");
    let asking = asking.replacen("brochure = {", "brochure = { success = [\"Sent\"],", 1);
    fs::create_dir(house.path("new")).unwrap();
    fs::write(house.path("new/agreement.toml"), asking).unwrap();
    let args = [&["backtest", "new"], FILES.as_slice()].concat();
    let json = house.json(&args);
    assert_eq!(json["rules_without_status"], serde_json::json!(["brochure"]), "{json}");
    says(&house.ok(&args), &["No activity has a `status`, and these rules ask for one: "]);
    let told =
        ACTIVITIES.replace("kind\n", "kind,status\n").replace("brochure\n", "brochure,Sent\n");
    fs::write(house.path("a.csv"), told.replace("request\n", "request,Sent\n")).unwrap();
    assert_eq!(house.json(&args)["rules_without_status"], serde_json::json!([]));
}
