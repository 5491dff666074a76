//! Who signs in whose place, for a while.

use testkit::http::StatusCode;
use testkit::{AGREEMENT, Answer, World};

/// A firm with a text before both sides, in which the leader stands on the side of sales.
fn with_a_text() -> World {
    let world = World::new();
    world.proposes(AGREEMENT);
    world
}

async fn stands_for_sales(world: &World, short: &str, role: &str) {
    let path = format!("/people/{}", world.user(short));
    let fields = [("role", role), ("side", "sales"), ("active", "yes")];
    let answer = world.posts("operations", &path, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
}

async fn names(world: &World, by: &str, who: &str, days: [&str; 2]) -> Answer {
    let who = world.user(who).to_string();
    let fields = [("substitute", &*who), ("first_on", days[0]), ("last_on", days[1])];
    world.posts(by, "/agreement/substitutes", &fields).await
}

async fn signs(world: &World, short: &str) -> Answer {
    let hash = world.hash(domain::ids::Version(1));
    world.posts(short, "/agreement/1/signature", &[("hash", &hash)]).await
}

const WEEK: [&str; 2] = ["2026-11-17", "2026-11-20"];

#[tokio::test(flavor = "multi_thread")]
async fn a_substitute_signs_in_the_days_for_which_they_are_named() {
    let world = with_a_text();
    stands_for_sales(&world, "leader", "leader").await;
    let answer = names(&world, "sven", "leader", WEEK).await;
    assert_eq!(answer.header("location"), "/agreement", "{}", answer.text());
    let no = world.last_fact();
    let page = world.page("rep", "/agreement").await;
    let words = "Lea Winter signs for sales in the place of Sven Arndt, Tue 17 Nov to Fri 20 Nov";
    assert!(page.contains(&format!("{words} , fact {no}")), "{page}");
    assert!(page.contains("sven@millrace.example, signs, or Lea Winter until 20 Nov"), "{page}");

    let before = world.everything();
    for (day, why) in [("2026-11-16 23:00", "before"), ("2026-11-21 00:30", "after")] {
        world.at(day);
        let early = signs(&world, "leader").await;
        assert!(early.text().contains("The Agreement names sven@"), "{why}: {}", early.text());
    }
    assert_eq!(world.everything(), before);
    world.at("2026-11-17 09:00");
    signs(&world, "leader").await;
    let page = world.page("rep", "/agreement").await;
    let words = format!("in the place of Sven Arndt, as the substitute named by fact {no}");
    assert!(page.contains(&words), "{page}");
    signs(&world, "mara").await;
    assert!(world.page("rep", "/agreement").await.contains("in force since 17 Nov 2026"));
    let fact = world.page("auditor", &format!("/facts/{}", no + 1)).await;
    assert!(fact.contains("signed version 1 for sales in the place of Sven Arndt"), "{fact}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_taken_back_signs_no_more() {
    let world = with_a_text();
    stands_for_sales(&world, "leader", "leader").await;
    names(&world, "sven", "leader", WEEK).await;
    let back = format!("/agreement/substitutes/{}/withdrawal", world.last_fact());
    world.at("2026-11-17 09:00");
    let before = world.everything();
    for (short, status) in
        [("mara", StatusCode::UNPROCESSABLE_ENTITY), ("rep", StatusCode::NOT_FOUND)]
    {
        assert_eq!(world.posts(short, &back, &[]).await.status, status, "{short}");
    }
    assert_eq!(world.everything(), before);
    assert_eq!(world.posts("sven", &back, &[]).await.header("location"), "/agreement");
    assert_eq!(signs(&world, "leader").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(signs(&world, "sven").await.status, StatusCode::SEE_OTHER, "the signer does");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_cannot_stand_in_is_refused_in_words() {
    let world = with_a_text();
    stands_for_sales(&world, "leader", "leader").await;
    let past = ["2026-11-02", "2026-11-06"];
    let cases = [
        ("leader", "sven", WEEK, "No version that is in force or before both sides names you"),
        ("sven", "sven", WEEK, "A substitute is somebody else than the signer"),
        ("sven", "marketer", WEEK, "Milo Brandt does not stand on the side of sales"),
        ("sven", "rep", WEEK, "Rita Voss could not sign for sales"),
        ("sven", "leader", ["2026-11-20", "2026-11-17"], "turn them round"),
        ("sven", "leader", past, "has passed: name days that are still to come"),
    ];
    let before = world.everything();
    for (by, who, days, expected) in cases {
        let answer = names(&world, by, who, days).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{expected}");
        assert!(answer.text().contains(expected), "{expected}: {}", answer.text());
    }
    for short in ["rep", "marketer", "operations", "auditor"] {
        let answer = names(&world, short, "leader", WEEK).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{short}");
    }
    assert_eq!(world.everything(), before);
    names(&world, "sven", "leader", WEEK).await;
    let twice = names(&world, "sven", "leader", ["2026-11-20", "2026-11-23"]).await;
    assert!(twice.text().contains("Lea Winter signs in your place from"), "{}", twice.text());
    stands_for_sales(&world, "mara", "sales_manager").await;
    let other = names(&world, "sven", "mara", ["2026-12-01", "2026-12-02"]).await;
    assert!(other.text().contains("Mara Lenz signs for the other side"), "{}", other.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signer_who_is_away_leaves_their_signature_with_the_absence_or_neither() {
    let world = with_a_text();
    let path = format!("/people/{}/absences", world.user("sven"));
    let leader = world.user("leader").to_string();
    let fields = [("first_on", WEEK[0]), ("last_on", WEEK[1]), ("signs", &*leader)];
    let before = world.everything();
    let refused = world.posts("sven", &path, &fields).await;
    assert!(refused.text().contains("Lea Winter does not stand on the side"), "{}", refused.text());
    assert_eq!(world.everything(), before, "neither the one nor the other");
    stands_for_sales(&world, "leader", "leader").await;
    assert_eq!(world.posts("sven", &path, &fields).await.status, StatusCode::SEE_OTHER);
    let page = world.page("rep", "/agreement").await;
    assert!(page.contains("Lea Winter signs for sales in the place of Sven Arndt"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signer_is_told_that_their_substitute_left_and_where_to_name_another() {
    let world = with_a_text();
    stands_for_sales(&world, "leader", "leader").await;
    names(&world, "sven", "leader", WEEK).await;
    assert!(!world.page("sven", "/").await.contains("Who signs in your place"));
    let left = format!("/people/{}/leaving", world.user("leader"));
    assert_eq!(world.posts("operations", &left, &[]).await.status, StatusCode::SEE_OTHER);
    let today = world.gets("sven", "/").await;
    let says = "Who signs in your place was to be Lea Winter until Fri 20 Nov , who may not sign in any more";
    assert!(today.text().contains(says), "{}", today.text());
    assert!(today.body.contains("href=\"/agreement#substitutes\""), "{}", today.body);
    assert!(!world.page("mara", "/").await.contains("Who signs in your place"));
    world.at("2026-11-21 09:00");
    assert!(!world.page("sven", "/").await.contains("Who signs in your place"), "it is over");
}
