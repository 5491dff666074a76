use super::*;
use crate::verify::tests::{exported, three_batches};

/// The lines of an export: facts 1 to 12 and the seals over 1 to 4, 5 to 8 and 9 to 12; and where
/// the ledger ends.
fn lines() -> (Vec<String>, Head) {
    let database = crate::testing::sqlite();
    let store = three_batches(&database.place);
    let text = String::from_utf8(exported(&store).unwrap()).unwrap();
    let head = store.read(|reader| reader.head()).unwrap();
    (text.lines().map(str::to_owned).collect(), head)
}

fn told(lines: &[String]) -> Result<Head, String> {
    let text = lines.join("\n");
    verify_export(&mut text.as_bytes(), |_| ()).map_err(|fault| fault.to_string())
}

#[test]
fn a_whole_export_ends_where_the_ledger_does() {
    let (lines, head) = lines();
    assert_eq!(lines.len(), 15);
    assert_eq!(told(&lines), Ok(head));
    let text = lines.join("\n");
    let mut last = 0;
    verify_export(&mut text.as_bytes(), |done| last = done).unwrap();
    assert_eq!(last, text.len() as u64);
}

#[test]
fn the_first_thing_that_is_wrong_is_named() {
    let (whole, _) = lines();
    let seal = "seal 2 does not fit the facts that it covers";
    let cases: [(usize, &str, &str, &str); 12] = [
        (5, r#""recorded_at":0"#, r#""recorded_at":1"#, "fact 6 does not have the digest"),
        (5, r#""happened_at":0"#, r#""happened_at":1"#, "fact 6 does not have the digest"),
        (5, r#""subject":"a"#, r#""subject":"A"#, "fact 6 does not have the digest"),
        (5, r#""kind":"a"#, r#""kind":"A"#, "fact 6 does not have the digest"),
        (5, r#""source":"c"#, r#""source":"C"#, "fact 6 does not have the digest"),
        (5, "account-5", "account-7", "fact 6 does not have the digest"),
        (5, "Firm 5", "Form 5", "fact 6 does not have the digest"),
        (5, r#""fact":{"#, r#""fact":{ "#, "fact 6 does not have the digest"),
        (5, r#"{"no":6"#, r#"{"more":1,"no":6"#, "line 6 cannot be read: unknown field `more`"),
        (5, r#"{"no":6"#, r#"{"no":3"#, "fact 3 stands where fact 6 should stand"),
        (13, r#""sealed_at":0"#, r#""sealed_at":1"#, seal),
        (13, r#""last_fact":8"#, r#""last_fact":9223372036854775807"#, "seal 2 covers facts"),
    ];
    for (at, from, to, expected) in cases {
        let mut lines = whole.clone();
        assert!(lines[at].contains(from), "{from} is not in {}", lines[at]);
        lines[at] = lines[at].replacen(from, to, 1);
        let said = told(&lines).expect_err(to);
        assert!(said.starts_with(expected), "{to}: {said}");
    }
}

#[test]
fn what_is_missing_or_moved_is_named() {
    let (whole, _) = lines();
    type Change<'a> = &'a dyn Fn(&mut Vec<String>);
    let change = |change: Change<'_>| {
        let mut lines = whole.clone();
        change(&mut lines);
        told(&lines).expect_err("it is changed")
    };
    let cases: [(Change<'_>, &str); 8] = [
        (&|lines| drop(lines.remove(5)), "facts 6 to 6 are missing"),
        (&|lines| drop(lines.remove(0)), "facts 1 to 1 are missing"),
        (&|lines| drop(lines.remove(11)), "seal 3 covers facts that are not there"),
        (&|lines| drop(lines.remove(13)), "seals 2 to 2 are missing"),
        (&|lines| drop(lines.remove(14)), "facts 9 to 12 have no seal"),
        (&|lines| lines.push(lines[14].clone()), "seal 3 stands behind seals that come after it"),
        (&|lines| lines.push(lines[0].clone()), "line 16 cannot be read: a fact stands behind"),
        (&|lines| lines[14].truncate(40), "line 15 cannot be read: EOF"),
    ];
    for (case, expected) in cases {
        let said = change(case);
        assert!(said.starts_with(expected), "{expected}: {said}");
    }
}

#[test]
fn a_fact_forged_together_with_its_digest_breaks_its_seal() {
    let (mut lines, _) = lines();
    let line = lines[5].replace("Firm 5", "Form 5");
    let parsed: FactLine<'_> = serde_json::from_str(&line).unwrap();
    let row = FactRow::from(parsed);
    lines[5] = line.replace(&row.digest, &row.worked_out_digest());
    assert_eq!(told(&lines), Err("seal 2 does not fit the facts that it covers".to_owned()));
}

#[test]
fn lines_that_are_no_text_are_told_by_their_place() {
    let fault = verify_export(&mut &b"\xff\xfe\n"[..], |_| ()).unwrap_err().to_string();
    assert!(fault.starts_with("line 1 cannot be read"), "{fault}");
}
