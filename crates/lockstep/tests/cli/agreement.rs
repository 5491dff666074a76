//! agreement check, propose, sign, list, show, changes, withdraw, export.

use std::fs;

use crate::house::{House, fixture, says};

const MARA: &str = "mara@harrow-finch.example";
const SAM: &str = "sam@harrow-finch.example";

fn folder() -> String {
    fixture("agreement").display().to_string()
}

/// A folder with a copy of the Agreement in which one word is another.
fn altered(house: &House, file: &str, from: &str, to: &str) -> String {
    let dir = house.path("altered");
    fs::create_dir_all(&dir).unwrap();
    for name in ["agreement.toml", "definition.toml", "service-levels.toml"] {
        let mut text = fs::read_to_string(fixture("agreement").join(name)).unwrap();
        if name == file {
            assert!(text.contains(from), "{from}");
            text = text.replacen(from, to, 1);
        }
        fs::write(dir.join(name), text).unwrap();
    }
    dir.display().to_string()
}

#[test]
fn a_good_folder_is_said_in_short() {
    let house = House::empty();
    says(
        &house.ok(&["agreement", "check", &folder()]),
        &[
            "reads without a mistake",
            "marketing  mara@harrow-finch.example",
            "3.1  mql (12 rules): A lead is qualified when",
            "4.1  new-mql (sales): Sales answers",
            "4.2  answered-in-time",
            "Next: lockstep agreement propose",
        ],
    );
    let json = house.json(&["agreement", "check", &folder()]);
    assert_eq!(json["hash"].as_str().unwrap().len(), 64);
    assert_eq!(json["agreement"]["service_levels"][0]["target_seconds"], 7200);
}

#[test]
fn a_bad_folder_has_every_mistake_marked() {
    let house = House::empty();
    let bad = altered(&house, "service-levels.toml", "target = \"2h\"", "tarket = \"2h\"");
    let said = house.refused(4, &["agreement", "check", &bad]);
    says(&said, &["mistake", "service-levels.toml:", "tarket", "^^^^^^", "Nothing was changed."]);
    let error = house.error(4, &["agreement", "check", &bad]);
    assert_eq!(error["kind"], "refused");
    let mistakes = error["mistakes"].as_array().unwrap();
    assert!(
        mistakes.iter().any(|m| m["file"] == "service-levels.toml" && m["line"] == 8),
        "{error}"
    );
    assert_eq!(house.error(3, &["agreement", "check", "nowhere"])["kind"], "not_found");
    fs::create_dir(house.path("void")).unwrap();
    says(&house.refused(4, &["agreement", "check", "void"]), &["no .toml files"]);
}

#[test]
fn a_text_is_proposed_signed_by_two_and_comes_into_force() {
    let house = House::with_people();
    says(
        &house.ok(&["agreement", "propose", &folder(), "--by", MARA]),
        &[
            "Version 1 is before both sides.",
            "once both have signed",
            "Next: lockstep agreement sign 1",
        ],
    );
    let shown = house.json(&["agreement", "show", "1"]);
    let hash = shown["hash"].as_str().unwrap();
    assert_eq!(shown["state"], "proposed");
    let sign = |by| ["agreement", "sign", "1", "--hash", hash, "--by", by, "--yes"];
    says(&house.refused(2, &sign(MARA)[..7]), &["Give --yes"]);
    let other = ["agreement", "sign", "1", "--hash", "00", "--by", MARA, "--yes"];
    says(&house.refused(4, &other), &["read it again, then sign"]);
    says(&house.refused(4, &sign("olu@harrow-finch.example")), &["only marketing and sales sign"]);
    says(
        &house.ok(&sign(MARA)),
        &["Mara Dee has signed version 1 for marketing.", &format!("Hash {hash}"), SAM],
    );
    says(&house.refused(4, &sign(MARA)), &["has signed version 1 already"]);
    says(&house.ok(&sign(SAM)), &["Both sides have signed; it is in force since"]);
    says(&house.ok(&["agreement", "list"]), &["in force", "Mara Dee (marketing), Sam Roe (sales)"]);
    says(
        &house.ok(&["agreement", "show", "1"]),
        &["Version 1, in force", "Signatures", "sales      Sam Roe at"],
    );
    says(&house.refused(4, &["agreement", "propose", &folder()]), &["in force already"]);
    says(
        &house.refused(4, &["agreement", "withdraw", "1", "--by", SAM]),
        &["not open for signing"],
    );
}

#[test]
fn an_open_version_goes_only_when_that_is_said_and_no_instant_is_over() {
    let (house, _) = House::with_agreement();
    let sooner = altered(&house, "service-levels.toml", "target = \"2h\"", "target = \"3h\"");
    let over = ["agreement", "propose", &sooner, "--effective", "2020-01-01"];
    says(&house.refused(4, &over), &["that instant is over: name a later one, or today"]);
    house.ok(&["agreement", "propose", &sooner, "--by", MARA]);
    let later = altered(&house, "service-levels.toml", "target = \"2h\"", "target = \"4h\"");
    let goes = "version 2 is before both sides; proposing takes it back, with 1 change";
    let plan = house.run(&["agreement", "plan", &later]);
    let hint = "the sentence says two, the rule says 4h";
    says(&plan.out, &[hint, goes, "--instead"]);
    says(&house.refused(4, &["agreement", "propose", &later]), &[goes, "Give --instead"]);
    assert_eq!(house.json(&["agreement", "show", "2"])["state"], "proposed");
    let instead = ["agreement", "propose", &later, "--instead"];
    says(
        &house.ok(&instead),
        &["Version 3 is before both sides. Version 2 is taken back, with 1 change.", hint],
    );
    let gone = house.json(&["agreement", "show", "2"]);
    assert_eq!((&gone["state"], &gone["instead"]), (&"withdrawn".into(), &3.into()));
    says(&house.ok(&["agreement", "list"]), &["withdrawn for version 3"]);
    says(&house.refused(4, &instead), &["already before both sides as version 3"]);
}

#[test]
fn a_version_that_is_to_be_in_force_later_waits_for_its_instant() {
    let house = House::with_people();
    let day = "2999-12-01T00:00[Europe/Berlin]";
    let json = house.json(&["agreement", "propose", &folder(), "--effective", day]);
    assert_eq!(json["effective_at"], "2999-11-30T23:00:00Z");
    let hash = json["hash"].as_str().unwrap();
    for by in [MARA, SAM] {
        house.ok(&["agreement", "sign", "1", "--hash", hash, "--by", by, "--yes"]);
    }
    house.ok(&["tick"]);
    assert_eq!(house.json(&["agreement", "show", "1"])["state"], "signed");
    let bad = ["agreement", "propose", &folder(), "--effective", "soon"];
    says(&house.refused(2, &bad), &["\"soon\" is not an instant"]);
}

#[test]
fn a_proposal_is_taken_back_by_hand_or_by_the_next_one() {
    let house = House::with_people();
    house.ok(&["agreement", "propose", &folder()]);
    says(&house.ok(&["agreement", "withdraw", "1", "--by", SAM]), &["is taken back"]);
    house.ok(&["agreement", "propose", &folder()]);
    let other = altered(&house, "agreement.toml", "Harrow & Finch", "Harrow and Finch");
    house.ok(&["agreement", "propose", &other, "--instead"]);
    let versions = house.json(&["agreement", "list"])["versions"].clone();
    let states: Vec<_> =
        versions.as_array().unwrap().iter().map(|version| version["state"].clone()).collect();
    assert_eq!(states, ["withdrawn", "withdrawn", "proposed"]);
    says(&house.refused(3, &["agreement", "show", "9"]), &["there is no version 9"]);
}

#[test]
fn what_a_text_would_judge_otherwise_is_said_before_anybody_signs() {
    let (house, _) = House::with_agreement();
    says(
        &house.ok(&["agreement", "changes", "1", "--from", "2026-01-01"]),
        &["0 clocks looked at: started since Thu 2026-01-01 00:00", "0 would be judged otherwise"],
    );
    let json = house.json(&["agreement", "changes", "1", "--from", "2026-01-01"]);
    assert_eq!(
        (&json["version"], &json["looked_at"], &json["left_out"]),
        (&1.into(), &0.into(), &0.into())
    );
    assert_eq!((json["rows"].as_array().unwrap().len(), &json["as_of"].is_string()), (0, &true));
    says(&house.refused(3, &["agreement", "changes", "9"]), &["there is no version 9"]);
    let bad = ["agreement", "changes", "1", "--from", "soon"];
    says(&house.refused(2, &bad), &["\"soon\" is not an instant"]);
}

#[test]
fn what_is_exported_is_the_very_text() {
    let (house, hash) = House::with_agreement();
    says(&house.ok(&["agreement", "export", "1", "out"]), &["3 files", &hash]);
    for name in ["agreement.toml", "definition.toml", "service-levels.toml"] {
        let (there, here) = (house.path("out").join(name), fixture("agreement").join(name));
        assert_eq!(fs::read(there).unwrap(), fs::read(here).unwrap(), "{name}");
    }
    assert_eq!(house.json(&["agreement", "check", "out"])["hash"], hash.as_str());
    fs::write(house.path("out/notes.toml"), "").unwrap();
    says(&house.refused(4, &["agreement", "export", "1", "out"]), &["notes.toml"]);
}

#[test]
fn a_version_is_put_on_paper_with_its_signatures_and_its_hash() {
    let (house, hash) = House::with_agreement();
    let by = ["--by", MARA];
    says(
        &house.ok(&[&["agreement", "print", "1", "a.html"][..], &by].concat()),
        &["a.html", &hash],
    );
    let page = fs::read_to_string(house.path("a.html")).unwrap();
    let spaced = &hash[..4];
    says(&page, &["Content-Security-Policy", "Signed", spaced, "data:text/css,"]);
    for gone in
        ["<form", "<button", ">the files<", "all versions", "Name who signs", "Propose a change"]
    {
        assert!(!page.contains(gone), "{gone}: {page}");
    }
    assert!(!page.contains("<script") && !page.contains("src="), "it asks for nothing");
    let json = house.json(&[&["agreement", "print", "1", "a.pdf"][..], &by].concat());
    assert_eq!(json["hash"], hash.as_str());
    let pdf = fs::read(house.path("a.pdf")).unwrap();
    assert_eq!((&pdf[..5], pdf.len()), (&b"%PDF-"[..], json["bytes"].as_u64().unwrap() as usize));
    for (code, args, said) in [
        (3, ["agreement", "print", "9", "b.pdf"], "there is no version 9"),
        (2, ["agreement", "print", "1", "b.doc"], "ends in .pdf or .html"),
    ] {
        says(&house.refused(code, &[&args[..], &by].concat()), &[said]);
    }
    let away = ["agreement", "print", "1", "b.pdf", "--browser", "no-such-browser"];
    let told = house.refused(3, &[&away[..], &by].concat());
    says(&told, &["there is no no-such-browser", "apt install chromium"]);
    assert!(!house.path("b.pdf").exists());
}

#[test]
fn what_a_folder_would_change_is_planned_and_nothing_is_written() {
    let (house, _) = House::with_agreement();
    says(
        &house.ok(&["agreement", "plan", &folder()]),
        &["version 1, which is in force", "Nothing would change."],
    );
    let other = altered(&house, "service-levels.toml", "target = \"2h\"", "target = \"3h\"");
    let plan = ["agreement", "plan", &other];
    let told = house.run(&plan);
    assert_eq!(told.code, 2, "{}", told.out);
    says(
        &told.out,
        &["1 clause would change. Nothing was written.", "Clause 4.1", "Target: [-2h-]{+3h+}"],
    );
    let json = house.run(&[&["--json"], &plan[..]].concat());
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((&json["against"], &json["differs"]), (&1.into(), &true.into()));
    assert_eq!(json["clauses"][0]["changes"][0]["words"][0]["gone"], "2h");
    assert_eq!(house.json(&["agreement", "list"])["versions"].as_array().unwrap().len(), 1);
    let bad = altered(&house, "service-levels.toml", "target = \"2h\"", "tarket = \"2h\"");
    says(&house.refused(4, &["agreement", "plan", &bad]), &["tarket"]);
}

#[test]
fn conflicts_of_the_priorities_are_said_before_anybody_proposes() {
    let house = House::empty();
    let dir = altered(&house, "agreement.toml", "[agreement]", "[agreement]");
    let priority = |no: &str, leads: &str| {
        format!(
            "[[priority]]\nclause = \"{no}\"\nsays = \"Who leads.\"\nleads = \"{leads}\"\nproduct = \"Gateway\"\n"
        )
    };
    let text = format!("{}\n{}", priority("91", "sales"), priority("92", "marketing"));
    fs::write(format!("{dir}/priorities.toml"), text).unwrap();
    let said = house.ok(&["agreement", "check", &dir]);
    let both =
        "Clause 91 gives the lead to sales, and clause 92 to marketing, for Gateway on all days.";
    says(
        &said,
        &[
            "1 conflict of the priorities; the text can be signed as it is.",
            both,
            "What would end it: Name",
        ],
    );
    let json = house.json(&["agreement", "check", &dir]);
    assert_eq!(json["conflicts"][0]["kind"], "two_lead");
    assert_eq!(json["conflicts"][0]["quotes"][1]["place"], "Clause 92");
}
