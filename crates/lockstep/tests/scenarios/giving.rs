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
    assert_eq!(undone.header("location"), "/opportunities");
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
        ("/accounts", "Undone for 1 account.")
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
            assert_eq!(page.contains("class=\"pick\""), may, "{short} {list}");
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
        let fields = [("row", ids[0]), ("act", "owner"), ("owner", rep), ("back", "")];
        let again = world.posts("sven", &format!("/{list}/corrections"), &fields).await;
        assert!(again.text().contains("Nothing was changed. 1 "), "{}", again.text());
        assert!(again.body.contains("checked aria-label=\"Tick"), "{list}: {}", again.body);
        let field = [("row", ids[0]), ("act", "field"), ("field", "name"), ("value", "X")];
        let kept = world.posts("sven", &format!("/{list}/corrections"), &field).await;
        assert!(
            kept.text().contains("The field name is kept where it comes from"),
            "{}",
            kept.text()
        );
    }
}
