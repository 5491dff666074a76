//! One lead with other values, or under another text: what would follow, and nothing is written.

use serde_json::json;
use testkit::{AGREEMENT, World, http::StatusCode};

async fn with_a_buyer() -> World {
    let world = World::just_signed();
    let facts = json!([
        {"fact": "lead", "lead": "l1", "fields": {"title": "Buyer"}},
        {"fact": "lead_moved", "lead": "l1", "status": "New"},
        {"fact": "activity", "lead": "l1", "kind": "price"},
    ]);
    assert!(world.at("2026-11-16 10:00").reports(facts).await.status.is_success());
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn other_values_are_judged_as_live_and_nothing_is_written() {
    let world = with_a_buyer().await;
    let before = world.everything();
    let page = world.page("rep", "/leads/crm:l1/what-if").await;
    assert!(page.contains("MQL: 10 now, 10 then"), "{page}");
    assert!(page.contains("Nothing that does not follow already."), "{page}");
    let tried = "/leads/crm:l1/what-if?lead.title=Director&did=demo";
    let page = world.page("rep", tried).await;
    assert!(page.contains("MQL: 10 now, 50 then"), "{page}");
    assert!(page.contains("A director: 10."), "{page}");
    assert!(page.contains("now does not meet the definition; then meets the definition"), "{page}");
    assert!(page.contains("Qualified as MQL"), "{page}");
    assert!(page.contains("The clock answer started"), "the clock of sales would start: {page}");
    assert_eq!(world.everything(), before, "looking writes nothing");
    // What was tried is what happens once it is told.
    let facts = json!([
        {"fact": "lead", "lead": "l1", "fields": {"title": "Director"}},
        {"fact": "activity", "lead": "l1", "kind": "demo"},
    ]);
    let answer = world.reports(facts).await;
    assert!(
        answer.status.is_success() && answer.text().contains("lead_qualified"),
        "{}",
        answer.text()
    );
    assert!(world.page("rep", "/leads/crm:l1").await.contains("Score 50"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposed_text_is_tried_on_one_lead() {
    let world = with_a_buyer().await;
    world.proposes(&AGREEMENT.replace("score.total >= 40", "score.total >= 10"));
    let before = world.everything();
    let page = world.page("mara", "/leads/crm:l1/what-if?under=2").await;
    assert!(page.contains("Version 2, as if it came into force now"), "{page}");
    assert!(page.contains("now does not meet the definition; then meets the definition"), "{page}");
    for (asked, words) in
        [("under=9", "There is no version 9"), ("did=dance", "choose one of demo, price.")]
    {
        let answer = world.gets("mara", &format!("/leads/crm:l1/what-if?{asked}")).await;
        assert!(answer.text().contains(words), "{}", answer.text());
    }
    assert_eq!(world.gets("mara", "/leads/crm:none/what-if").await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.everything(), before);
}
