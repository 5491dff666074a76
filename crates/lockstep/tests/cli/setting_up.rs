//! init, user, key, tick, doctor.

use crate::house::{House, says};

const OPERATOR: [&str; 4] =
    ["--operator-name", "Olu Ops", "--operator-email", "olu@harrow-finch.example"];

#[test]
fn the_first_run_sets_up_and_the_second_changes_nothing() {
    let house = House::empty();
    let init = ["init", "--name", "Harrow & Finch", "--currency", "eur", "--zone", "Europe/Berlin"];
    let init = [&init[..], &OPERATOR].concat();
    says(
        &house.ok(&init),
        &[
            "Lockstep is set up in ./lockstep-data/lockstep.db.",
            "firm.currency  EUR",
            "  /welcome/",
            "Next: lockstep user add",
        ],
    );
    says(&house.ok(&init), &["nothing was changed", "olu@harrow-finch.example was let in already"]);
    let again = house.json(&["init", "--name", "Another"]);
    assert_eq!((&again["changed"], &again["operator"]), (&false.into(), &().into()));
    assert_eq!(again["settings"]["firm.name"], "Harrow & Finch");
    says(again["notes"][0].as_str().unwrap(), &["stays so"]);
}

#[cfg(unix)]
#[test]
fn what_is_made_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let house = House::empty();
    says(&house.ok(&["init"]), &["Next: lockstep serve"]);
    for (name, mode) in [("lockstep-data", 0o700), ("lockstep-data/lockstep.db", 0o600)] {
        let found = std::fs::metadata(house.path(name)).unwrap().permissions().mode();
        assert_eq!(found & 0o777, mode, "{name}");
    }
}

#[test]
fn what_cannot_be_right_is_refused_before_anything_is_made() {
    let house = House::empty();
    for wrong in [["--currency", "euros"], ["--zone", "Berlin"], ["--operator-name", "Olu"]] {
        assert_eq!(house.run(&["init", wrong[0], wrong[1]]).code, 2, "{wrong:?}");
    }
    assert!(!house.path("lockstep-data").exists());
}

#[test]
fn what_is_known_of_somebody_is_shown_and_corrected() {
    let house = House::with_people();
    let [mara, sam] = ["mara@harrow-finch.example", "sam@harrow-finch.example"];
    let known = house.json(&["user", "show", sam])["person"].clone();
    assert_eq!((&known["role"], &known["team"]), (&"sales_manager".into(), &().into()));
    assert_eq!(known["standing"], "invited");
    let record =
        ["user", "record", sam, "--team", "South", "--led-by", mara, "--zone", "Europe/Berlin"];
    let changed = house.json(&record);
    assert_eq!((&changed["changed"], &changed["person"]["team"]), (&true.into(), &"South".into()));
    assert_eq!(house.json(&record)["changed"], false, "all of it was known");
    house.ok(&["user", "record", sam, "--team", "", "--by", "olu@harrow-finch.example"]);
    says(&house.ok(&["user", "show", sam]), &["Sam Roe", "Mara Dee", "Europe/Berlin"]);
    let after = house.json(&["user", "show", sam])["person"].clone();
    assert_eq!((&after["team"], &after["led_by"]), (&().into(), &changed["person"]["led_by"]));
    says(&house.refused(2, &["user", "record", sam]), &["--team, --led-by"]);
    says(&house.refused(4, &["user", "record", mara, "--led-by", sam]), &["Nothing was changed."]);
    let by_sam = ["user", "record", mara, "--team", "North", "--by", sam];
    says(&house.refused(4, &by_sam), &["may not let people in"]);
    says(&house.refused(3, &["user", "show", "nobody@x.example"]), &["nobody@x.example"]);
}

#[test]
fn an_absence_is_written_down_listed_and_taken_back() {
    let house = House::with_people();
    let [mara, sam] = ["mara@harrow-finch.example", "sam@harrow-finch.example"];
    says(&house.ok(&["user", "absence", "list"]), &["Nobody is away, today or later."]);
    let days = ["--from", "2026-12-01", "--to", "2026-12-05"];
    let add = [&["user", "absence", "add", sam, "--substitute", mara], &days[..]].concat();
    says(&house.ok(&add), &["Sam Roe is away 2026-12-01 to 2026-12-05."]);
    says(&house.refused(4, &add), &["away from 2026-12-01 to 2026-12-05 already"]);
    let half = ["user", "absence", "add", mara, "--from", "2026-12-08", "--half", "morning"];
    let half = house.json(&[&half[..], &["--by", "olu@harrow-finch.example"]].concat());
    assert_eq!(
        (&half["absence"]["half"], &half["absence"]["last_on"]),
        (&"morning".into(), &"2026-12-08".into())
    );
    let by_sam = ["user", "absence", "add", mara, "--from", "2026-12-15", "--by", sam];
    says(&house.refused(4, &by_sam), &["may not write down when somebody else is away"]);
    let all = house.json(&["user", "absence", "list", sam])["absences"].clone();
    assert_eq!(all.as_array().map(Vec::len), Some(1));
    says(&house.ok(&["user", "absence", "list", sam]), &["2026-12-01 to 2026-12-05", "Mara Dee"]);
    let fact = all[0]["fact"].to_string();
    says(&house.refused(4, &["user", "absence", "withdraw", mara, &fact]), &["no such absence"]);
    says(&house.ok(&["user", "absence", "withdraw", sam, &fact]), &["is taken back"]);
    says(&house.refused(4, &["user", "absence", "withdraw", sam, &fact]), &["no such absence"]);
    let after = house.json(&["user", "show", sam])["person"]["absences"].clone();
    assert!(after[0]["withdrawn_by"].is_number(), "{after}");
    says(&house.refused(2, &["user", "absence", "add", sam, "--from", "Monday"]), &["--from"]);
}

#[test]
fn people_are_let_in_changed_invited_and_shown_out() {
    let house = House::with_people();
    says(&house.ok(&["user", "list"]), &["Mara Dee", "marketing_manager", "MAY SIGN IN"]);
    let sam = "sam@harrow-finch.example";
    let changed = house.json(&["user", "change", sam, "--role", "leader"]);
    assert_eq!(
        (&changed["user"]["role"], &changed["user"]["side"]),
        (&"leader".into(), &"neutral".into())
    );
    says(&house.ok(&["user", "invite", sam]), &["Sam Roe", "/welcome/"]);
    says(&house.ok(&["user", "remove", sam]), &["may not sign in any more"]);
    says(&house.ok(&["user", "remove", sam]), &["nothing was changed"]);
    let known = house.json(&["user", "list"])["users"].clone();
    let known = known.as_array().unwrap().iter().find(|user| user["email"] == sam).unwrap().clone();
    assert_eq!(known["active"], false);
    says(
        &house.refused(4, &["user", "remove", "olu@harrow-finch.example"]),
        &["last person who can let others in", "Nothing was changed."],
    );
    says(&house.refused(3, &["user", "invite", "nobody@x.example"]), &["nobody@x.example"]);
    says(&house.refused(2, &["user", "change", sam]), &["--role, --side or --active"]);
    let add = ["user", "add", "--name", "Sam", "--email", sam, "--role", "rep"];
    says(&house.refused(4, &add), &["is here already"]);
    let add = ["user", "add", "--name", "Di", "--email", "di", "--role", "rep"];
    says(&house.refused(4, &add), &["is no mail address"]);
}

#[test]
fn a_key_is_shown_once_and_can_be_taken_back() {
    let house = House::with_people();
    says(&house.refused(4, &["key", "add", "--source", "HubSpot"]), &["small letters"]);
    let made = house.json(&["key", "add", "--source", "hubspot"]);
    let (id, secret) = (made["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
    let list = house.ok(&["key", "list"]);
    says(&list, &[id, "hubspot"]);
    assert!(!list.contains(secret));
    says(&house.ok(&["key", "revoke", id]), &["does not work any more"]);
    says(&house.ok(&["key", "revoke", id]), &["nothing was changed"]);
    assert_eq!(house.error(3, &["key", "revoke", "k1"])["kind"], "not_found");
}

#[test]
fn the_doctor_says_what_to_do_until_all_is_well() {
    let house = House::empty();
    let ran = house.run(&["doctor"]);
    assert_eq!(ran.code, 1);
    says(&ran.out, &["attention", "lockstep init"]);
    house.ok(&["init", "--name", "Harrow & Finch"]);
    let ran = house.run(&["doctor"]);
    assert_eq!(ran.code, 1);
    says(&ran.out, &["firm.currency, firm.zone not set", "No version is in force"]);
    let (house, _) = House::with_agreement();
    let found = house.json(&["doctor"]);
    assert_eq!(found["ok"], true, "{found}");
}

#[test]
fn a_tick_says_what_it_did() {
    let house = House::with_people();
    says(&house.ok(&["tick"]), &["0 leads looked at", "No Agreement is in force"]);
    let (house, _) = House::with_agreement();
    assert_eq!(house.ok(&["tick"]), "0 leads looked at, 0 decisions recorded.\n");
}
