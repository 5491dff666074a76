use domain::group::GroupKey;
use serde_json::json;

use super::made::{Made, all, by, eur, opportunity, within};
use crate::report::{ReportFailure, ReportRefusal};

const NOW: &str = "2026-10-01T12:00:00Z";

fn known(text: &str) -> GroupKey {
    GroupKey::Known(text.to_owned())
}

/// Three sellers: of the north, of a blank region, and one of whom nothing was reported.
fn firm() -> Made {
    let made = Made::new();
    let user = |id: &str, name: &str, region: serde_json::Value| {
        json!({"fact": "user", "user": id, "fields": {"region": region, "team": "A"},
               "person": {"name": name}})
    };
    made.tell(NOW, vec![
        user("n", "Ann Lee", json!("North")),
        user("b", "Ben Ray", json!(null)),
        json!({"fact": "account", "account": "Acme", "fields": {"name": "Acme", "industry": "steel"}}),
        json!({"fact": "product", "product": "GTX Pro", "fields": {"name": "GTX Pro", "series": "GTX"}}),
        opportunity("1", json!({"owner": "n", "account": "Acme", "product": "GTXPro", "stage": "Won",
            "outcome": "won", "amount": eur(100_000), "opened_on": "2026-07-01", "closed_on": "2026-07-11"})),
        opportunity("2", json!({"owner": "n", "account": null, "product": "GTX Pro", "stage": "Lost",
            "outcome": "lost", "amount": eur(0), "opened_on": "2026-07-02", "closed_on": "2026-08-03"})),
        opportunity("3", json!({"owner": "b", "stage": "Offer", "outcome": "open", "opened_on": "2026-08-15"})),
        opportunity("4", json!({"owner": "x", "stage": "Won", "outcome": "won", "amount": eur(300_000),
            "closed_on": "2026-09-20"})),
        opportunity("5", json!({"stage": "Offer", "outcome": "open"})),
        opportunity("6", json!({"owner": "n", "stage": "Offer"})),
    ]);
    made
}

#[test]
fn pipelines_by_what_is_known_of_the_owner() {
    let made = firm();
    let report = made.engine.report_opportunities(&by(NOW, "Owner Region")).unwrap();
    assert_eq!(report.question.by.as_deref(), Some("owner.region"));
    assert_eq!(report.pipeline.total.all.n(), 5);
    let groups: Vec<_> =
        report.pipeline.groups.iter().map(|g| (g.key.clone(), g.figures.all.n())).collect();
    // Ben's region is blank; nothing is known of x, and 5 does not say whose it is.
    assert_eq!(groups, [(known("North"), 2), (GroupKey::Blank, 1), (GroupKey::Unknown, 2)]);
    let north = report.pipeline.group(&known("North")).unwrap();
    assert_eq!((north.won.n(), north.lost.n()), (1, 1));
    assert_eq!(north.currencies[0].won.total(), 100_000);
    assert_eq!(north.cycle_won.days.median(), Some(10.0));
    let note = "1 of 5 opportunities name an owner of which nothing is known: crm:x";
    assert!(report.notes.iter().any(|said| said == note), "{:?}", report.notes);
    assert!(
        report.notes.iter().any(|note| note.starts_with("2 of 5 opportunities without an opening"))
    );
    assert_eq!(report.left_out.outcome_unknown.rows(), [domain::ids::OpportunityId::from("crm:6")]);
}

#[test]
fn other_words_for_a_dimension_find_it() {
    let made = firm();
    for (name, expected) in [
        ("region", "owner.region"),
        ("regional_office", "owner.region"),
        ("Regional Office", "owner.region"),
        ("owner.regional_office", "owner.region"),
        ("team", "owner.team"),
        ("sector", "account.industry"),
        ("account.industry", "account.industry"),
        ("series", "product.series"),
        ("stage", "stage"),
        ("deal stage", "stage"),
        ("sales_agent", "owner"),
        ("month", "month"),
        ("closed-month", "closed_month"),
    ] {
        let report = made.engine.report_opportunities(&by(NOW, name)).unwrap();
        assert_eq!(report.question.by.as_deref(), Some(expected), "{name}");
    }
}

#[test]
fn a_dimension_that_there_is_not_lists_those_that_there_are() {
    let made = firm();
    let failure = made.engine.report_opportunities(&by(NOW, "regoin")).unwrap_err();
    let ReportFailure::Refused(refusal) = failure else { panic!("{failure}") };
    let ReportRefusal::NoSuchDimension { nearest, there, .. } = &refusal else { panic!() };
    assert_eq!(nearest.as_deref(), Some("owner.region"));
    assert!(there.contains(&"account.industry".to_owned()) && there.contains(&"stage".to_owned()));
    let words = refusal.to_string();
    let begins = "opportunities cannot be told apart by \"regoin\"; did you mean owner.region? There are: stage,";
    assert!(words.starts_with(begins), "{words}");
    let failure = made.engine.report_opportunities(&by(NOW, "phase of the moon")).unwrap_err();
    assert!(!failure.to_string().contains("did you mean"), "{failure}");
}

#[test]
fn ids_that_differ_by_a_space_are_taken_for_the_same_and_it_is_said() {
    let report = firm().engine.report_opportunities(&by(NOW, "series")).unwrap();
    assert_eq!(report.pipeline.group(&known("GTX")).unwrap().all.n(), 2);
    let note = "1 of 5 opportunities name an product with other spaces";
    let note = note.replace("an product", "a product");
    assert!(report.notes.iter().any(|said| said.starts_with(&note)), "{:?}", report.notes);
}

#[test]
fn owners_are_shown_by_name_while_rows_keep_ids() {
    let report = firm().engine.report_opportunities(&by(NOW, "owner")).unwrap();
    assert!(report.question.by_person);
    let keys: Vec<_> = report.pipeline.groups.iter().map(|g| g.key.to_string()).collect();
    assert_eq!(keys, ["Ann Lee", "Ben Ray", "crm:x", "not known"]);
    let ann = report.pipeline.group(&known("Ann Lee")).unwrap();
    assert_eq!(ann.all.rows()[0].as_str(), "crm:1");
}

#[test]
fn a_blank_reference_is_blank_and_a_missing_one_is_not_known() {
    let report = firm().engine.report_opportunities(&by(NOW, "industry")).unwrap();
    let groups: Vec<_> =
        report.pipeline.groups.iter().map(|g| (g.key.to_string(), g.figures.all.n())).collect();
    let expected = [("steel", 1), ("(blank)", 1), ("not known", 3)];
    assert_eq!(groups, expected.map(|(key, n)| (key.to_owned(), n)));
}

#[test]
fn a_period_has_what_closed_in_it_and_what_is_open() {
    let made = firm();
    let report =
        made.engine.report_opportunities(&within(NOW, "2026-07-01", "2026-08-03")).unwrap();
    let total = &report.pipeline.total;
    let ids = |rows: &domain::counted::Counted<domain::ids::OpportunityId>| {
        rows.rows().iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((ids(&total.won), ids(&total.lost)), (vec!["crm:1".into()], vec!["crm:2".into()]));
    // 3 was opened after the period; 5 has no opening day and is open.
    assert_eq!(ids(&total.open), ["crm:5"]);
    let window = report.question.window.unwrap();
    assert_eq!(window.before.unwrap().to_string(), "2026-08-03T22:00:00Z");
    let failure = made.engine.report_opportunities(&within(NOW, "2026-08-03", "2026-07-01"));
    assert!(failure.unwrap_err().to_string().contains("before it begins"));
}

#[test]
fn what_closed_after_the_look_was_open() {
    let made = firm();
    let report = made.engine.report_opportunities(&all("2026-07-20T12:00:00Z")).unwrap();
    let total = &report.pipeline.total;
    assert_eq!((total.won.n(), total.lost.n(), total.open.n()), (1, 0, 3));
    for note in [
        "1 opportunity is dated as opened after 2026-07-20: left out",
        "2 opportunities were closed after 2026-07-20: counted as open then",
    ] {
        assert!(report.notes.iter().any(|said| said == note), "{note}: {:?}", report.notes);
    }
}

#[test]
fn months_are_those_of_the_opening() {
    let report = firm().engine.report_opportunities(&by(NOW, "month")).unwrap();
    let keys: Vec<_> = report.pipeline.groups.iter().map(|g| g.key.to_string()).collect();
    assert_eq!(keys, ["2026-07", "2026-08", "not known"]);
}

#[test]
fn the_text_has_a_cell_for_every_column() {
    let plain = firm().engine.report_opportunities(&by(NOW, "region")).unwrap().plain();
    for table in &plain.tables {
        for row in &table.rows {
            assert_eq!(row.len(), table.header.len(), "{}", table.title);
        }
    }
    assert_eq!(plain.tables[0].rows[0][..5], ["North", "2", "0", "1", "1"]);
    assert_eq!(plain.tables[0].rows[0][6], "1 of 2");
    assert_eq!(plain.tables[1].rows[0][2], "1,000.00 EUR");
}

#[test]
fn the_json_says_what_was_asked() {
    let report = firm().engine.report_opportunities(&by(NOW, "region")).unwrap();
    let json = serde_json::to_value(report).unwrap();
    assert_eq!(json["question"]["by"], "owner.region");
    assert_eq!(json["question"]["zone"], "Europe/Berlin");
    assert!(json["question"]["meanings"]["opened"].is_string());
    assert_eq!(json["pipeline"]["groups"][0]["key"], json!({"known": "North"}));
    assert_eq!(json["pipeline"]["total"]["won"], json!({"n": 2, "rows": ["crm:1", "crm:4"]}));
}
