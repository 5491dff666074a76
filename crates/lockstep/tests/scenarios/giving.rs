//! Opportunities and accounts are given to another from their lists, and it is undone.

use serde_json::json;
use testkit::http::StatusCode;
use testkit::{Answer, PEOPLE, World};

/// Three opportunities of the rep, the last of them won, and two accounts, one of them the rep's.
async fn firm() -> World {
    let world = World::just_signed();
    let rep = world.user("rep");
    let mut facts = vec![
        json!({"fact": "account", "account": "a0", "fields": {"name": "Kessler", "owner": rep}}),
        json!({"fact": "account", "account": "a1", "fields": {"name": "Nordwind"}}),
    ];
    for (n, outcome) in ["open", "open", "won"].into_iter().enumerate() {
        let fields = json!({"name": format!("Deal {n}"), "owner": rep, "outcome": outcome});
        let deal = format!("d{n}");
        facts.push(json!({"fact": "opportunity", "opportunity": deal, "fields": fields}));
    }
    world.reports(json!(facts)).await;
    world
}

async fn gives(world: &World, short: &str, list: &str, ids: &[&str], to: &str) -> Answer {
    let owner = if to == "nobody" { to } else { world.user(to).as_str() };
    let mut sent: Vec<(&str, &str)> = ids.iter().map(|id| ("row", *id)).collect();
    sent.extend([("act", "owner"), ("owner", owner), ("back", "owner=me")]);
    world.posts(short, &format!("/{list}/corrections"), &sent).await
}

#[tokio::test(flavor = "multi_thread")]
async fn ticked_opportunities_are_given_to_another_and_it_is_undone() {
    let world = firm().await;
    let given =
        gives(&world, "sven", "opportunities", &["crm:d0", "crm:d1", "crm:d2"], "sven").await;
    assert_eq!(given.header("location"), "/opportunities?owner=me", "back to the view");
    let (words, undo) = given.said();
    let left = "1 opportunity left as it was: Deal 2 is closed and stays with its owner.";
    assert_eq!(words, format!("2 opportunities given to Sven Arndt. {left}"));
    let page = world.page("rep", "/opportunities/crm:d0").await;
    assert!(page.contains("Given to Sven Arndt by Sven Arndt"), "{page}");
    assert!(world.page("sven", "/opportunities?owner=me").await.contains("2 opportunities of 3"));
    assert_eq!(world.posts("operations", &undo, &[]).await.status, StatusCode::NOT_FOUND);

    let changed = json!({"fact": "opportunity", "opportunity": "d1",
        "fields": {"owner": world.user("operations")}});
    world.reports(changed).await;
    let undone = world.posts("sven", &undo, &[]).await;
    assert_eq!(undone.header("location"), "/opportunities?owner=me", "back to the view");
    let words = undone.said().0;
    let left = "1 opportunity left as it was: Deal 1 was changed since.";
    assert_eq!(words, format!("Undone for 1 opportunity. {left}"));
    assert!(world.page("rep", "/opportunities?owner=me").await.contains("2 opportunities of 3"));
}

#[tokio::test(flavor = "multi_thread")]
async fn ticked_accounts_are_given_to_another_and_it_is_undone() {
    let world = firm().await;
    let given =
        gives(&world, "operations", "accounts", &["crm:a0", "crm:a1", "crm:a2"], "rep").await;
    let refused = "2 accounts left as it was: Kessler was so already, crm:a2 is not there.";
    let (words, undo) = given.said();
    assert_eq!(words, format!("1 account given to Rita Voss. {refused}"));
    let mine = world.page("rep", "/accounts?owner=me").await;
    assert!(mine.contains("2 accounts of 2") && mine.contains("Mine 2"), "{mine}");
    let page = world.page("operations", "/ledger?about=account/crm:a1").await;
    assert!(page.contains("Given to Rita Voss by Olga Petri"), "{page}");
    let undone = world.posts("operations", &undo, &[]).await;
    assert_eq!(
        (undone.header("location"), undone.said().0.as_str()),
        ("/accounts?owner=me", "Undone for 1 account.")
    );
    let csv = world.gets("rep", "/accounts.csv?owner=nobody").await.body;
    assert!(csv.contains("crm:a1,Nordwind") && !csv.contains("Kessler"), "{csv}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_ticked_by_those_who_may_give_and_what_is_refused_comes_back() {
    let world = firm().await;
    for list in ["opportunities", "accounts"] {
        for (short, ..) in PEOPLE {
            let may = ["sven", "operations"].contains(&short);
            let page = world.gets(short, &format!("/{list}")).await.body;
            let corrects = list == "accounts" && ["marketer", "mara"].contains(&short);
            assert_eq!(page.contains("class=\"pick\""), may || corrects, "{short} {list}");
            assert_eq!(page.contains("Give the ticked to"), may, "{short} {list}");
            let answer = gives(&world, short, list, &[], "rep").await;
            assert_eq!(answer.status == StatusCode::NOT_FOUND, !may, "{short} {list}");
        }
        let nothing = gives(&world, "sven", list, &[], "rep").await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            nothing.text().contains("Nothing is ticked: tick what is meant."),
            "{}",
            nothing.text()
        );
        let ids = if list == "accounts" { ["crm:a0"] } else { ["crm:d0"] };
        let rep = world.user("rep").as_str();
        let fields = [("act", "owner"), ("owner", rep), ("back", "")];
        let none = world.posts("sven", &format!("/{list}/corrections"), &fields).await;
        assert!(none.body.contains("id=\"all-wrong\""), "{list}: {}", none.body);
        let fields = [("row", ids[0]), ("act", "owner"), ("owner", rep), ("back", "")];
        let again = world.posts("sven", &format!("/{list}/corrections"), &fields).await;
        assert!(again.text().contains("Nothing was changed. 1 "), "{}", again.text());
        assert!(again.body.contains("checked aria-label=\"Tick"), "{list}: {}", again.body);
        assert!(again.body.contains("id=\"to-wrong\""), "{list}: {}", again.body);
        let field = [("row", ids[0]), ("act", "field"), ("field", "account"), ("value", "X")];
        let kept = world.posts("sven", &format!("/{list}/corrections"), &field).await;
        assert!(
            kept.text().contains("The field account is kept where it comes from"),
            "{}",
            kept.text()
        );
    }
}

/// Corrects a field of ticked rows.
async fn corrects(
    world: &World,
    short: &str,
    (list, ids): (&str, &[&str]),
    (field, value): (&str, &str),
) -> Answer {
    let mut sent: Vec<(&str, &str)> = ids.iter().map(|id| ("row", *id)).collect();
    sent.extend([("act", "field"), ("field", field), ("value", value), ("back", "owner=me")]);
    world.posts(short, &format!("/{list}/corrections"), &sent).await
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_of_opportunities_are_corrected_and_it_is_undone() {
    let world = firm().await;
    let amount = json!({"amount_minor": 100_000, "currency": "EUR"});
    let fields = json!({"amount": amount, "closed_on": "2026-12-01"});
    for deal in ["d0", "d1", "d2"] {
        let fact = json!({"fact": "opportunity", "opportunity": deal, "fields": fields});
        world.reports(fact).await;
    }
    let all: &[&str] = &["crm:d0", "crm:d1", "crm:d2"];
    let done = corrects(&world, "sven", ("opportunities", all), ("amount", "1,250.50")).await;
    assert_eq!(done.header("location"), "/opportunities?owner=me", "back to the view");
    let (words, undo) = done.said();
    let left = "1 opportunity left as it was: Deal 2 is closed: correct it where it comes from.";
    assert_eq!(words, format!("Amount of 2 opportunities is 1,250.50 now. {left}"));
    let list = world.gets("sven", "/opportunities").await.body;
    assert!(list.contains("<option value=\"amount\">"), "it is offered: {list}");
    let page = world.page("rep", "/opportunities/crm:d0").await;
    assert!(page.contains("Closes Tue 1 Dec"), "it is open: {page}");
    assert!(page.contains("corrected by Sven Arndt: amount 1,250.50 EUR"), "{page}");
    let cases = [
        ("amount", "1.250,50", "Deal 0 holds a number or an amount there"),
        ("closed_on", "soon", "Deal 0 holds a day there, like 2026-11-16"),
        ("probability", "90", "The field probability is kept where it comes from"),
        ("outcome", "won", "The field outcome is kept where it comes from"),
        ("colour", "red", "Deal 0 has no such field"),
    ];
    let before = world.everything();
    for (field, value, words) in cases {
        let told = corrects(&world, "sven", ("opportunities", &all[..1]), (field, value)).await;
        assert!(told.text().contains(words), "{field}: {}", told.text());
    }
    assert_eq!(world.everything(), before, "a denial leaves all as it was");
    let told = corrects(&world, "marketer", ("opportunities", all), ("amount", "1")).await;
    assert_eq!(told.status, StatusCode::NOT_FOUND, "the amounts are sales' matter");
    assert_eq!(world.posts("sven", &undo, &[]).await.said().0, "Undone for 2 opportunities.");
    let csv = world.gets("rep", "/opportunities.csv?columns=amount,closes").await.body;
    assert_eq!(csv.matches("1000.00,2026-12-01").count(), 3, "{csv}");
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_of_accounts_are_corrected_on_their_pages_and_replayed() {
    let world = firm().await;
    let path = "/accounts/crm:a0";
    let page = world.gets("marketer", path).await.body;
    assert!(page.contains(&format!("href=\"{path}/fields/name\"")), "{page}");
    assert!(!page.contains(&format!("href=\"{path}/owner\"")), "whose it is is sales' matter");
    assert!(!world.gets("rep", path).await.body.contains("/fields/"));
    for (short, field) in [("rep", "name"), ("auditor", "name"), ("sven", "owner")] {
        let told = world.gets(short, &format!("{path}/fields/{field}")).await;
        assert_eq!(told.status, StatusCode::NOT_FOUND, "{short} {field}");
    }
    let form = format!("{path}/fields/country");
    assert!(world.page("marketer", &form).await.contains("Country"));
    let done = world.posts("marketer", &form, &[("value", " DE ")]).await;
    assert_eq!(done.header("location"), path);
    assert_eq!(done.said().0, "Country of 1 account is DE now.");
    let same = world.posts("marketer", &form, &[("value", "DE")]).await;
    assert_eq!(same.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(same.text().contains("Kessler was so already"), "beside the field: {}", same.text());
    assert!(same.body.contains("value=\"DE\""), "with what was typed: {}", same.body);
    let given = [("value", world.user("sven").as_str())];
    let given = world.posts("sven", &format!("{path}/owner"), &given).await;
    assert_eq!(given.said().0, "1 account given to Sven Arndt.");
    let page = world.page("operations", "/ledger?about=account/crm:a0").await;
    assert!(page.contains("The account was corrected by Milo Brandt: country DE"), "{page}");
    let (before, now) = (world.everything(), world.now());
    world.asks(|engine| engine.store().rebuild(now, |_, _| {})).expect("they can be");
    assert_eq!(world.everything(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_account_is_corrected_to_qualifies_its_leads() {
    let says = "lead.title == \"Director\"";
    let rules = testkit::AGREEMENT.replace(says, "account.industry == \"foundry\"");
    let known = "[fields.account]\nindustry = \"text\"\n\n[fields.lead]";
    let rules = rules.replace("[fields.lead]", known);
    let world = World::just_signed_on(&rules);
    let facts = json!([
        {"fact": "account", "account": "a1", "fields": {"industry": "paper"}},
        {"fact": "lead", "lead": "l1", "fields": {"account": "a1"}},
        {"fact": "activity", "lead": "l1", "kind": "demo"},
    ]);
    world.reports(facts).await;
    assert!(!world.page("rep", "/leads/crm:l1").await.contains("Qualified as"));
    let field = ("industry", "foundry");
    corrects(&world, "operations", ("accounts", &["crm:a1"]), field).await.said();
    let now = world.now();
    world.asks(|engine| engine.tick(now)).expect("it ticks");
    let page = world.page("rep", "/leads/crm:l1").await;
    assert!(page.contains("Qualified as MQL"), "{page}");
}
