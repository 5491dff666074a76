//! Two leads of one person are merged by somebody, made two again, or told apart.

use serde_json::{Value, json};
use testkit::http::StatusCode;
use testkit::{Answer, World};

fn lead(id: &str, email: &str, fields: Value) -> Value {
    json!({"fact": "lead", "lead": id, "fields": fields,
           "person": {"name": "Mirjam Opitz", "email": email}})
}

/// Two leads of Mirjam: one has asked for a demonstration, the other is known to be a director.
async fn with_two() -> World {
    let world = World::just_signed_on_handoffs();
    let told = json!([
        lead("l1", "mirjam@opitz.example", json!({"source": "Fair"})),
        lead("l2", "Mirjam@OPITZ.example", json!({"title": "Director", "source": "Web"})),
        {"fact": "lead_moved", "lead": "l1", "status": "New"},
        {"fact": "lead_moved", "lead": "l2", "status": "New"},
        {"fact": "activity", "lead": "l1", "kind": "demo"},
    ]);
    assert_eq!(world.reports(told).await.status, StatusCode::CREATED);
    world
}

fn goes_to(answer: &Answer, path: &str) {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert_eq!(answer.header("location"), path);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_leads_stand_side_by_side_and_are_merged_by_one_button() {
    let world = with_two().await;
    let page = world.page("sven", "/leads/crm:l1/merge/crm:l2").await;
    for words in [
        "very likely one person: the same address of mail, the same name",
        "Merge into crm:l1",
        "Title Director Director",
        "Source Fair Web Source after merging Fair Web",
        "Activities 1 0 1",
    ] {
        assert!(page.contains(words), "{words} is not in: {page}");
    }
    let before = world.everything();
    world.gets("sven", "/leads/crm:l1/merge/crm:l2").await;
    assert_eq!(world.everything(), before, "looking changes nothing");
    let merged = world.posts("sven", "/leads/crm:l1/merge/crm:l2", &[]).await;
    goes_to(&merged, "/leads/crm:l1");
    let page = world.page("rep", "/leads/crm:l1").await;
    for words in [
        "Merged into this lead",
        "Qualified as MQL with 40 points",
        "crm:l2 was merged into it by Sven Arndt: the same address of mail, the same name",
        "Handed over",
    ] {
        assert!(page.contains(words), "{words} is not in: {page}");
    }
    assert!(!page.contains("May be the same person"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_that_goes_on_as_another_is_listed_no_more_and_says_where_it_went() {
    let world = with_two().await;
    world.posts("mara", "/leads/crm:l1/merge/crm:l2", &[]).await;
    let list = world.page("rep", "/leads?columns=id").await;
    assert!(list.contains("crm:l1") && !list.contains("crm:l2"), "{list}");
    let answer = world.gets("rep", "/leads/crm:l2").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.contains("href=\"/leads/crm:l1\""), "{}", answer.body);
    let page = world.page("rep", "/leads/crm:l2").await;
    assert!(page.contains("Goes on as Mirjam Opitz , crm:l1, since"), "{page}");
    assert!(!page.contains("Make it a lead of its own again"), "a rep may not: {page}");
    assert!(world.page("mara", "/leads/crm:l2").await.contains("Make it a lead of its own again"));
    let page = world.page("mara", "/duplicates").await;
    assert!(page.contains("No two leads look like one person"), "{page}");
    let corrected = [("row", "crm:l2"), ("act", "field"), ("field", "title"), ("value", "X")];
    let refused = world.posts("mara", "/leads/corrections", &corrected).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_late_of_a_lead_that_goes_on_as_another_is_counted_for_that_one_alone() {
    let world = with_two().await;
    world.at("2026-11-16 09:30");
    world.posts("mara", "/leads/crm:l1/merge/crm:l2", &[]).await;
    world.at("2026-11-16 09:40");
    let late = "2026-11-16T09:20:00+01:00";
    let demo = json!({"fact": "activity", "lead": "l2", "kind": "demo", "happened_at": late});
    let moved = json!({"fact": "lead_moved", "lead": "l2", "status": "MQL", "happened_at": late});
    assert_eq!(world.reports(json!([demo, moved])).await.status, StatusCode::CREATED);
    let page = world.page("rep", "/leads/crm:l2").await;
    for words in ["Qualified as", "Handed over"] {
        assert!(!page.contains(words), "{words} is in: {page}");
    }
    let page = world.page("rep", "/leads/crm:l1").await;
    assert_eq!(page.matches("Qualified as MQL").count(), 1, "{page}");
    assert_eq!(
        page.matches("Asked for a demonstration: 30.").count(),
        2,
        "both are told of the one that goes on: {page}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_is_undone_and_both_are_as_they_were() {
    let world = with_two().await;
    let before = [world.page("rep", "/leads").await, world.page("rep", "/leads/crm:l2").await];
    world.posts("operations", "/leads/crm:l1/merge/crm:l2", &[]).await;
    goes_to(&world.posts("sven", "/undo/merges/crm:l1/crm:l2", &[]).await, "/leads/crm:l1");
    // On paper the page says besides which fact is the last.
    let shown = |page: &str| page.split(", printed ").next().map(str::to_owned);
    let list = world.page("rep", "/leads").await;
    assert_eq!(shown(&list), shown(&before[0]));
    let page = world.page("rep", "/leads/crm:l1").await;
    assert!(page.contains("The merge with crm:l2 was undone by Sven Arndt: facts"), "{page}");
    assert!(!page.contains("waiting for an answer"), "nobody hands it over: {page}");
    let page = world.page("rep", "/leads/crm:l2").await;
    let until = |page: &str| page.split("History").next().map(str::to_owned);
    assert_eq!(until(&page), until(&before[1]));
    let twice = world.posts("sven", "/undo/merges/crm:l1/crm:l2", &[]).await;
    goes_to(&twice, "/leads/crm:l1");
    assert!(world.asks(|engine| engine.store().verify(|_, _| {})).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_told_apart_is_shown_as_one_no_more() {
    let world = with_two().await;
    let apart = "/leads/crm:l1/apart/crm:l2";
    assert_eq!(world.posts("rep", apart, &[]).await.status, StatusCode::NOT_FOUND);
    goes_to(&world.posts("sven", apart, &[]).await, "/leads/crm:l1");
    let page = world.page("sven", "/leads/crm:l1").await;
    assert!(!page.contains("May be the same person"), "{page}");
    assert!(page.contains("Was told apart from crm:l2 by Sven Arndt"), "{page}");
    let page = world.page("sven", "/duplicates").await;
    assert!(page.contains("No two leads look like one person"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_that_qualified_is_the_one_that_goes_on() {
    let world = with_two().await;
    world.reports(json!({"fact": "activity", "lead": "l2", "kind": "demo"})).await;
    let turned = world.gets("sven", "/leads/crm:l1/merge/crm:l2").await;
    goes_to(&turned, "/leads/crm:l2/merge/crm:l1");
    let refused = world.posts("sven", "/leads/crm:l1/merge/crm:l2", &[]).await;
    goes_to(&refused, "/leads/crm:l1");
    assert!(
        world.page("rep", "/leads?columns=id").await.contains("crm:l1"),
        "both are still there"
    );
    goes_to(&world.posts("sven", "/leads/crm:l2/merge/crm:l1", &[]).await, "/leads/crm:l2");
    // What is told of the other record comes to the one that goes on.
    world.at("2026-11-16 12:00");
    world.reports(json!({"fact": "activity", "lead": "l1", "kind": "price"})).await;
    let page = world.page("rep", "/leads/crm:l2").await;
    assert!(page.contains("Looked at the prices"), "{page}");
}

fn source(page: &str) -> &'static str {
    if page.contains("Source Web") { "Web" } else { "Fair" }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_is_taken_over_where_somebody_chooses_so_and_goes_back_with_the_merge() {
    let world = with_two().await;
    let before = world.page("sven", "/leads/crm:l1").await;
    assert_eq!(source(&before), "Fair", "{before}");
    let merge = "/leads/crm:l1/merge/crm:l2";
    let stays = world.posts("sven", merge, &[("field.source", "kept")]).await;
    goes_to(&stays, "/leads/crm:l1");
    assert_eq!(source(&world.page("sven", "/leads/crm:l1").await), "Fair");
    world.posts("sven", "/undo/merges/crm:l1/crm:l2", &[]).await;
    let taken = world.posts("sven", merge, &[("field.source", "merged")]).await;
    goes_to(&taken, "/leads/crm:l1");
    let page = world.page("sven", "/leads/crm:l1").await;
    assert_eq!(source(&page), "Web", "{page}");
    assert!(page.contains("The lead was corrected by Sven Arndt"), "{page}");
    world.posts("sven", "/undo/merges/crm:l1/crm:l2", &[]).await;
    let page = world.page("sven", "/leads/crm:l1").await;
    assert_eq!(source(&page), "Fair", "as it was: {page}");
    let other = world.page("sven", "/leads/crm:l2").await;
    assert_eq!(source(&other), "Web", "{other}");
    let refused = world.posts("sven", merge, &[("field.title", "merged")]).await;
    goes_to(&refused, "/leads/crm:l1");
    let page = world.page("sven", "/leads/crm:l1").await;
    assert!(!page.contains("Merged into this lead"), "a title is filled in, not chosen: {page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_systems_merge_in_the_name_of_somebody_who_may_and_are_refused_alike() {
    let world = with_two().await;
    let merging = |by: &str| json!({"kept": "crm:l1", "merged": "crm:l2", "by": world.user(by), "take": ["source"]});
    let no_key = world.calls("/api/v1/merges", false, &merging("sven")).await;
    assert_eq!(no_key.status, StatusCode::UNAUTHORIZED, "{}", no_key.body);
    let rep = world.calls("/api/v1/merges", true, &merging("rep")).await;
    assert_eq!(rep.status, StatusCode::FORBIDDEN, "{}", rep.body);
    assert!(rep.body.contains("may not merge leads"), "{}", rep.body);
    let done = world.calls("/api/v1/merges", true, &merging("sven")).await;
    assert_eq!(done.status, StatusCode::CREATED, "{}", done.body);
    let page = world.page("sven", "/leads/crm:l1").await;
    assert!(page.contains("crm:l2 was merged into it by Sven Arndt"), "{page}");
    assert_eq!(source(&page), "Web", "{page}");
    let again = world.calls("/api/v1/merges", true, &merging("sven")).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", again.body);
    assert!(again.body.contains("was merged with crm:l1 before"), "{}", again.body);
    let undoing = json!({"kept": "crm:l1", "merged": "crm:l2", "by": world.user("sven")});
    let undone = world.calls("/api/v1/merges/undo", true, &undoing).await;
    assert_eq!(undone.status, StatusCode::OK, "{}", undone.body);
    assert_eq!(source(&world.page("sven", "/leads/crm:l1").await), "Fair");
    let twice = world.calls("/api/v1/merges/undo", true, &undoing).await;
    assert!(twice.body.contains("there is nothing to take back"), "{}", twice.body);
    let absent = json!({"kept": "crm:l1", "merged": "crm:l9", "by": world.user("sven")});
    let absent = world.calls("/api/v1/merges", true, &absent).await;
    assert_eq!(absent.status, StatusCode::NOT_FOUND, "{}", absent.body);
}
