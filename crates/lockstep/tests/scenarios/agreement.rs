//! The Agreement's life.

use serde_json::json;
use testkit::http::StatusCode;
use testkit::{AGREEMENT, World};

async fn qualifies(world: &World, lead: &str) -> bool {
    let facts = json!([
        {"fact": "lead", "lead": lead, "fields": {"title": "Director"}},
        {"fact": "lead_moved", "lead": lead, "status": "New"},
        {"fact": "activity", "lead": lead, "kind": "demo"},
    ]);
    let answer = world.reports(facts).await;
    answer.body.contains("lead_qualified")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agreement_signed_by_one_side_changes_nothing() {
    let world = World::new();
    let version = world.proposes(AGREEMENT);
    let hash = world.hash(version);
    let signature = format!("/agreement/{version}/signature");
    let answer = world.posts("mara", &signature, &[("hash", &hash)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    world.ticks();
    assert!(!qualifies(&world, "l1").await);
    let page = world.page("rep", "/agreement").await;
    assert!(page.contains("before both sides, not yet signed for sales"), "{page}");

    world.at("2026-11-16 09:30");
    let answer = world.posts("sven", &signature, &[("hash", &hash)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let page = world.page("rep", "/agreement").await;
    assert!(page.contains("in force since 16 Nov 2026, 09:30:00 Berlin"), "{page}");
    assert!(page.contains("Mara Lenz") && page.contains("Sven Arndt"), "{page}");
    world.at("2026-11-16 09:31");
    assert!(qualifies(&world, "l2").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_side_cannot_sign_twice_and_nobody_signs_for_the_other() {
    let world = World::new();
    let version = world.proposes(AGREEMENT);
    let hash = world.hash(version);
    let signature = format!("/agreement/{version}/signature");
    world.posts("mara", &signature, &[("hash", &hash)]).await;
    let before = world.everything();
    let again = world.posts("mara", &signature, &[("hash", &hash)]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text().contains("Marketing has signed version 1 already"), "{}", again.text());
    for (short, status) in
        [("rep", StatusCode::NOT_FOUND), ("leader", StatusCode::UNPROCESSABLE_ENTITY)]
    {
        let answer = world.posts(short, &signature, &[("hash", &hash)]).await;
        assert_eq!(answer.status, status, "{short}: {}", answer.text());
    }
    assert_eq!(world.everything(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn any_edit_after_a_signature_voids_it() {
    let world = World::new();
    let first = world.proposes(AGREEMENT);
    let seen = world.hash(first);
    world.posts("mara", &format!("/agreement/{first}/signature"), &[("hash", &seen)]).await;
    let second = world.proposes(&AGREEMENT.replace("score.total >= 40", "score.total >= 50"));
    let page = world.page("rep", &format!("/agreement/{first}")).await;
    let unsigned = "Mara Lenz, mara@millrace.example, signs";
    assert!(page.contains("taken back") && page.contains(unsigned), "{page}");

    let signature = format!("/agreement/{second}/signature");
    let before = world.everything();
    let stale = world.posts("sven", &signature, &[("hash", &seen)]).await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(stale.text().contains("The text has changed since you read it"), "{}", stale.text());
    let gone =
        world.posts("sven", &format!("/agreement/{first}/signature"), &[("hash", &seen)]).await;
    assert_eq!(gone.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(world.everything(), before);
    let hash = world.hash(second);
    world.posts("sven", &signature, &[("hash", &hash)]).await;
    assert!(!qualifies(&world, "l1").await, "one signature on the new text changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_the_very_files_and_what_they_decide() {
    let world = World::just_signed();
    assert!(qualifies(&world, "l1").await);
    let page = world.page("auditor", "/agreement").await;
    assert!(page.contains("1 time a lead qualified"), "{page}");
    assert!(page.contains("once a calendar day"), "{page}");
    assert!(page.contains("4 h 00"), "{page}");
    let text = world.page("auditor", "/agreement/1/text").await;
    assert!(
        text.contains("qualifies_when = &quot;score.total") || text.contains("qualifies_when"),
        "{text}"
    );
    assert_eq!(world.gets("auditor", "/agreement/7").await.status, StatusCode::NOT_FOUND);
}
