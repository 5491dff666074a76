//! Somebody is away or leaves, and all that was theirs passes on in one step.

use domain::ids::UserId;
use serde_json::json;
use testkit::World;
use testkit::http::StatusCode;

/// The rep has three leads, two of them with a clock, an open and a won opportunity, an account.
async fn firm() -> World {
    let world = World::just_signed_on_opportunities();
    let rep = world.user("rep").as_str();
    for n in 0..3 {
        let lead = format!("l{n}");
        let status = if n < 2 { "MQL" } else { "Recycle" };
        let facts = json!([
            {"fact": "lead", "lead": lead, "fields": {"account": "a1", "title": "Buyer"}},
            {"fact": "lead_assigned", "lead": lead, "owner": rep},
            {"fact": "lead_moved", "lead": lead, "status": status},
        ]);
        world.reports(facts).await;
    }
    let owned = json!([
        {"fact": "account", "account": "a1", "fields": {"name": "Gravert", "owner": rep}},
        {"fact": "opportunity", "opportunity": "d1", "fields": {"owner": rep, "outcome": "open"}},
        {"fact": "opportunity", "opportunity": "d2", "fields": {"owner": rep, "outcome": "won"}},
    ]);
    world.reports(owned).await;
    world
}

/// Who owns the leads, the account, the open and the won opportunity.
fn owners(world: &World) -> Vec<String> {
    let short = |owner: Option<UserId>| match owner {
        None => "nobody".to_owned(),
        Some(owner) => {
            let known = ["rep", "sven"].into_iter().find(|short| *world.user(short) == owner);
            known.map_or(owner.0, str::to_owned)
        }
    };
    let found = world.asks(|engine| {
        engine.read(|reader| {
            let mut owners = Vec::new();
            owners.extend(reader.leads()?.into_iter().map(|row| row.owner));
            owners.extend(reader.accounts()?.into_iter().map(|row| row.owner));
            owners.extend(reader.opportunities()?.into_iter().map(|row| row.owner));
            Ok::<_, store::StoreError>(owners)
        })
    });
    found.expect("they are read").into_iter().map(short).collect()
}

fn book(world: &World, short: &str) -> String {
    format!("/people/{}/book", world.user(short))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leavers_whole_book_moves_in_one_step_with_its_clocks() {
    let world = firm().await;
    let leaving = format!("/people/{}/leaving", world.user("rep"));
    let before = world.everything();
    let nobody = world.posts("operations", &leaving, &[("successor", "")]).await;
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        nobody.text().contains("3 leads, 1 open opportunity and 1 account: choose who takes"),
        "{}",
        nobody.text()
    );
    let rep = world.user("rep").as_str();
    let own = world.posts("operations", &leaving, &[("successor", rep)]).await;
    assert!(own.text().contains("choose somebody else to take it"), "{}", own.text());
    let olga = world.user("operations").as_str();
    let neutral = world.posts("operations", &leaving, &[("successor", olga)]).await;
    assert!(neutral.text().contains("Olga Petri cannot take a book"), "{}", neutral.text());
    let page = world.gets("operations", &book(&world, "rep")).await.body;
    assert!(page.contains(">Sven Arndt<") && !page.contains(">Milo Brandt<"), "{page}");
    let milo = world.user("marketer").as_str();
    let other = world.posts("operations", &leaving, &[("successor", milo)]).await;
    let words = "is of marketing, and this is a book of sales: choose somebody of sales";
    assert!(other.text().contains(words), "{}", other.text());
    let sending = [("taker", milo)];
    let other = world.posts("operations", &book(&world, "rep"), &sending).await;
    assert!(other.text().contains(words), "{}", other.text());
    assert_eq!(world.posts("sven", &leaving, &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.everything(), before, "a refusal changes nothing");

    let sven = world.user("sven").as_str();
    let done = world.posts("operations", &leaving, &[("successor", sven)]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    assert_eq!(owners(&world), ["sven", "sven", "sven", "sven", "sven", "rep"]);
    let out = world.gets("rep", "/").await;
    assert_eq!(out.status, StatusCode::SEE_OTHER, "their session has ended");
    let page = world.page("leader", &format!("/people/{rep}")).await;
    assert!(page.contains("left Mon 16 Nov, 09:00"), "{page}");
    let running =
        world.asks(|engine| engine.read(|reader| reader.clocks_running_of(world.user("sven"))));
    assert_eq!(running.expect("they are counted"), 2, "the open clocks went along");
    let list = world.page("sven", &book(&world, "sven")).await;
    assert!(list.contains("Leads and contacts 3"), "{list}");
    let again = world.posts("operations", &leaving, &[("successor", sven)]).await;
    assert!(again.text().contains("Rita Voss has left already"), "{}", again.text());
    let page = world.page("operations", &book(&world, "rep")).await;
    assert!(page.contains("let Rita Voss in again on their page"), "{page}");
    let fields = [("act", "owner"), ("owner", rep), ("row", "crm:l0"), ("back", "")];
    world.posts("sven", "/leads/corrections", &fields).await;
    assert_eq!(owners(&world)[0], "sven", "nothing is given to a leaver");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_book_that_passed_on_for_a_holiday_comes_back_but_for_what_was_given_on() {
    let world = firm().await;
    let sven = world.user("sven").as_str();
    let passed = world.posts("rep", &book(&world, "rep"), &[("taker", sven)]).await;
    assert_eq!(passed.status, StatusCode::SEE_OTHER, "{}", passed.text());
    assert_eq!(owners(&world), ["sven", "sven", "sven", "sven", "sven", "rep"]);
    world.at("2026-11-18 10:00");
    world.reports(json!({"fact": "lead_assigned", "lead": "l1", "owner": null})).await;
    let page = world.gets("rep", &book(&world, "rep")).await;
    let at = page.body.find("/withdrawal").expect("it can be taken back");
    let path = page.body[..at].rsplit('"').next().unwrap_or_default().to_owned() + "/withdrawal";
    assert_eq!(world.posts("marketer", &path, &[]).await.status, StatusCode::NOT_FOUND);
    let back = world.posts("rep", &path, &[]).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.text());
    assert_eq!(owners(&world), ["rep", "nobody", "rep", "rep", "rep", "rep"]);
    let again = world.posts("rep", &path, &[]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_who_can_let_others_in_cannot_leave() {
    let world = World::new();
    let leaving = |short: &str| format!("/people/{}/leaving", world.user(short));
    let first = world.posts("operations", &leaving("leader"), &[]).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text());
    let last = world.posts("operations", &leaving("operations"), &[]).await;
    assert!(last.text().contains("Olga Petri is the last person who can let others in"));
}
