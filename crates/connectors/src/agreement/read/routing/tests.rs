use std::path::Path;

use domain::agreement::{
    Agreement,
    routing::{By, FoundBy, Target, To},
};

use crate::agreement::{AgreementText, read};

fn sample() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/agreements/routing");
    let text = AgreementText::read_dir(&root).unwrap();
    text.files().values().map(|file| format!("{file}\n")).collect::<String>()
}

fn read_text(text: String) -> Result<Agreement, String> {
    let text = AgreementText::new([("a.toml".to_owned(), text)].into()).unwrap();
    read(&text).map_err(|found| found.iter().map(|mistake| format!("{mistake}\n")).collect())
}

#[test]
fn the_sample_means_what_it_says() {
    let routing = read_text(sample()).unwrap().routing.unwrap();
    assert_eq!(
        (routing.clause.as_str(), routing.on.as_slice()),
        ("3", &["Qualified".to_owned()][..])
    );
    let ids: Vec<&str> = routing.routes.iter().map(|route| route.id.as_str()).collect();
    assert_eq!(ids, ["strategic", "known-account", "abroad", "south", "desk", "rest"]);
    let desk = routing.pool("desk").unwrap();
    let first = &desk.members[0];
    assert_eq!((first.weight, first.cap_day, first.cap_open), (2, Some(20), Some(60)));
    assert_eq!((desk.members[1].weight, desk.catch_up), (1, false));
    let account = To::AccountOwner(vec![FoundBy::Named, FoundBy::Domain, FoundBy::Name]);
    assert_eq!(routing.routes[1].to, account);
    assert!(routing.routes[2].waits && routing.pool("abroad").unwrap().only_in_hours);
    let To::Territory { table, .. } = &routing.routes[3].to else { panic!() };
    assert_eq!(table["North"], Target::Pool("desk".into()));
    let To::Pool(turn) = &routing.routes[4].to else { panic!() };
    assert_eq!(turn.by, By::Weighted);
    assert_eq!(routing.routes[5].to, To::CatchAll("sales@ferryside-pumps.example".into()));
    assert_eq!(routing.people().len(), 6);
}

#[test]
fn each_mistake_is_a_sentence_that_says_what_to_write() {
    let cases = [
        ("on = [\"Qualified\"]", "on = [\"Qualifeid\"]", "There is no status \"Qualifeid\"."),
        ("on = [\"Qualified\"]", "on = []", "No status is named in which a lead is routed."),
        ("weight = 2", "wieght = 2", "Did you mean \"weight\"?"),
        ("weight = 2", "weight = 0", "\"weight\" must be from 1 to 1000"),
        ("catch_up = false", "", "can be read in two ways"),
        ("only_in_hours = true", "", "at night can be read in two ways"),
        ("by = \"weighted\"", "by = \"wieghted\"", "Did you mean \"weighted\"?"),
        (
            "by = \"weighted\"",
            "by = \"round_robin\"",
            "have weights, and by turns they do not count",
        ),
        ("pool = \"abroad\"", "pool = \"abraod\"", "There is no pool \"abraod\"."),
        ("{ pool = \"desk\" }", "{ pool = \"desks\" }", "There is no pool \"desks\"."),
        ("territory = \"lead.region\"", "territory = \"lead.regoin\"", "Did you mean lead.region?"),
        ("ben@ferryside-pumps.example\" },\n", "Ben\" },\n", "\"Ben\" names nobody for certain."),
        ("\"cleo@", "\"ben@", "stands in this pool twice"),
        ("named = \"dora@ferryside-pumps.example\"", "", "This route leads to nobody."),
        (
            "named = \"dora",
            "pool = \"desk\"\nnamed = \"dora",
            "leads several ways: named and pool.",
        ),
        ("catch_all =", "named =", "The last route is no catch-all, so a lead may come to nobody."),
        ("named = \"dora", "catch_all = \"dora", "stands before other routes"),
        ("catch_all =", "when = 'lead.region == \"North\"'\ncatch_all =", "takes every lead"),
        ("[\"named\", \"domain\"", "[\"named\", \"domian\"", "Did you mean \"domain\"?"),
        ("id = \"desk\"\nsays", "id = \"south\"\nsays", "There are two with the id \"south\"."),
    ];
    let whole = sample();
    assert_eq!(read_text(whole.clone()).err(), None);
    for (right, wrong, expected) in cases {
        assert!(whole.contains(right), "{right}");
        let found = read_text(whole.replacen(right, wrong, 1)).unwrap_err();
        assert!(found.contains(expected), "{wrong}: {found}");
    }
}

#[test]
fn pools_and_routes_without_a_routing_are_told_that_it_is_missing() {
    let whole = sample();
    let at = whole.find("[routing]").unwrap();
    let end = at + whole[at..].find("[activities.no_show]").unwrap();
    let found = read_text(whole[..at].to_owned() + &whole[end..]).unwrap_err();
    assert!(found.contains("Write a section [routing]"), "{found}");
    let none = sample();
    let routes = none.find("[[route]]").unwrap();
    let found = read_text(none[..routes].to_owned()).unwrap_err();
    assert!(found.contains("The routing has no route."), "{found}");
}
