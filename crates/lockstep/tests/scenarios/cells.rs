//! Cells of lists that are corrected where they stand.

use serde_json::json;
use testkit::http::StatusCode;
use testkit::{PEOPLE, World};

/// Three leads of the rep and a deal, with a title and an amount.
async fn firm() -> World {
    let world = World::just_signed();
    for n in 0..3 {
        let lead = json!({"fact": "lead", "lead": format!("l{n}"), "fields": {"title": "Buyer"},
            "person": {"name": format!("Person {n}")}});
        world.reports(json!([lead])).await;
    }
    let amount = json!({"amount_minor": 100_000, "currency": "EUR"});
    let deals = ["open", "won"].map(|outcome| {
        let fields = json!({"name": outcome, "amount": amount, "outcome": outcome,
            "opened_on": "2026-11-02", "closed_on": "2026-12-01"});
        json!({"fact": "opportunity", "opportunity": outcome, "fields": fields})
    });
    world.reports(json!(deals)).await;
    world
}

/// The text of an attribute of the input that is called so.
fn value(page: &str, name: &str) -> String {
    let field = page.split("<input").find(|tag| tag.contains(&format!("name=\"{name}\"")));
    let value =
        field.and_then(|tag| tag.split("value=\"").nth(1)).and_then(|it| it.split('"').next());
    value.unwrap_or_else(|| panic!("there is no {name}: {page}")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cell_of_the_list_is_corrected_in_its_place_and_it_is_undone() {
    let world = firm().await;
    let view = "sort=id&columns=what%2Cfield.title";
    let list = world.gets("marketer", &format!("/leads?{view}")).await.body;
    let way = format!("/leads?{view}&edit=crm:l1~title").replace('&', "&amp;");
    assert!(
        list.contains(&format!("href=\"{way}\" aria-label=\"Correct title of Person 1\"")),
        "{list}"
    );
    assert!(!list.contains("<form class=\"cell\""), "no cell is open");
    let open = world.gets("marketer", &format!("/leads?{view}&edit=crm:l1~title")).await.body;
    assert!(open.matches("<form class=\"cell\"").count() == 1, "one of two columns: {open}");
    let form = open.split("<form class=\"cell\"").nth(1).unwrap_or_default();
    let kept = (value(form, "seen"), value(form, "back"));
    assert_eq!(kept, ("Buyer".to_owned(), view.replace('&', "&#38;")));
    let sent = [("value", "CTO"), ("seen", "Buyer"), ("back", view)];
    let done = world.posts("marketer", "/leads/crm:l1/fields/title", &sent).await;
    assert_eq!(done.header("location"), format!("/leads?{view}#r-crm:l1"), "back at the row");
    let (words, undo) = done.said();
    assert_eq!(words, "Title of 1 lead is CTO now.");
    let undone = world.posts("marketer", &undo, &[]).await;
    assert_eq!(undone.header("location"), format!("/leads?{view}"));
    assert!(!world.page("marketer", "/leads?columns=field.title").await.contains("CTO"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_changed_meanwhile_is_said_at_the_cell_and_nothing_is_lost() {
    let world = firm().await;
    let path = "/leads/crm:l1/fields/title";
    let sent = [("value", "CTO"), ("seen", "Buyer"), ("back", "sort=id")];
    world.posts("sven", path, &[("value", "Director")]).await.said();
    let before = world.everything();
    let told = world.posts("marketer", path, &sent).await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(world.everything(), before, "a denial leaves all as it was");
    let words = "Somebody changed it meanwhile: it holds “Director” now. Save again";
    assert!(told.text().contains(words), "{}", told.text());
    assert!(told.body.contains("<form class=\"cell\""), "{}", told.body);
    assert!(told.body.contains("value=\"CTO\""), "what was typed is kept: {}", told.body);
    let again = [("value", "CTO"), ("seen", &value(&told.body, "seen")), ("back", "sort=id")];
    assert_eq!(world.posts("marketer", path, &again).await.said().0, "Title of 1 lead is CTO now.");
    let alone = world.posts("marketer", path, &[("value", "CFO"), ("seen", "Buyer")]).await;
    assert!(alone.text().contains("it holds “CTO” now"), "so does its page: {}", alone.text());
    let long = "x".repeat(501);
    let long = [("value", long.as_str()), ("seen", "CTO"), ("back", "")];
    let told = world.posts("marketer", path, &long).await.text();
    assert!(told.contains("The text is too long: use at most 500 bytes."), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn cells_are_open_to_whoever_may_correct_and_nobody_else() {
    let world = firm().await;
    let corrects = ["sven", "operations", "marketer", "mara"];
    let gives = ["sven", "operations"];
    for (short, ..) in PEOPLE {
        let list = world.gets(short, "/leads").await.body;
        assert_eq!(list.contains("edit=crm:l1~title"), corrects.contains(&short), "{short}");
        assert_eq!(list.contains("edit=crm:l1~owner"), gives.contains(&short), "{short}");
        for key in ["title", "owner"] {
            let open = world.gets(short, &format!("/leads?edit=crm:l1~{key}")).await.body;
            let may = if key == "owner" { &gives[..] } else { &corrects[..] };
            assert_eq!(
                open.contains("<form class=\"cell\""),
                may.contains(&short),
                "{short} {key}"
            );
        }
    }
    for nothing in ["crm:gone~title", "crm:l1~status", "crm:l1~account", "crm:l1~", "~title", "x"] {
        let open = world.gets("sven", &format!("/leads?edit={nothing}")).await;
        assert_eq!(open.status, StatusCode::OK, "{nothing}");
        assert!(!open.body.contains("<form class=\"cell\""), "{nothing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cells_of_deals_are_corrected_while_they_are_open() {
    let world = firm().await;
    let list = world.gets("sven", "/opportunities?columns=amount,closes,owner").await.body;
    for key in ["name", "amount", "closed_on", "owner"] {
        assert!(list.contains(&format!("edit=crm:open~{key}")), "{key}: {list}");
        assert!(!list.contains(&format!("edit=crm:won~{key}")), "{key}: {list}");
    }
    let open = world.gets("sven", "/opportunities?edit=crm:open~amount").await.body;
    let seen = value(&open, "seen");
    let path = "/opportunities/crm:open/fields/amount";
    let sent = [("value", "many"), ("seen", seen.as_str()), ("back", "")];
    let told = world.posts("sven", path, &sent).await;
    assert!(told.text().contains("holds a number or an amount there"), "{}", told.text());
    assert!(told.body.contains("value=\"many\""), "{}", told.body);
    let to = world.user("sven").as_str();
    let given = [("value", to), ("seen", ""), ("back", "outcome=open")];
    let given = world.posts("sven", "/opportunities/crm:open/owner", &given).await;
    assert_eq!(given.header("location"), "/opportunities?outcome=open#r-crm:open");
    assert_eq!(given.said().0, "1 opportunity given to Sven Arndt.");
}
