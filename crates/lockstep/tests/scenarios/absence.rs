//! Who is away, and who does their work.

use serde_json::json;
use testkit::http::StatusCode;
use testkit::{Answer, World};

fn page_of(world: &World, short: &str) -> String {
    format!("/people/{}", world.user(short))
}

async fn enters(world: &World, by: &str, of: &str, days: [&str; 2], work: &str) -> Answer {
    let work = if work.is_empty() { String::new() } else { world.user(work).to_string() };
    let fields = [("first_on", days[0]), ("last_on", days[1]), ("substitute", &*work)];
    world.posts(by, &format!("{}/absences", page_of(world, of)), &fields).await
}

const WEEK: [&str; 2] = ["2026-11-16", "2026-11-20"];

#[tokio::test(flavor = "multi_thread")]
async fn an_absence_is_shown_and_changes_no_clock() {
    let world = World::just_signed();
    let lead = json!([
        {"fact": "lead", "lead": "l1", "fields": {"title": "Director"}},
        {"fact": "lead_moved", "lead": "l1", "status": "New"},
        {"fact": "lead_assigned", "lead": "l1", "owner": world.user("rep")},
        {"fact": "activity", "lead": "l1", "kind": "demo"},
    ]);
    world.reports(lead).await;
    // On paper the page says besides which fact is the last.
    let shown = |page: String| page.split(", printed ").next().map(str::to_owned);
    let before = shown(world.page("rep", "/leads/crm:l1").await);
    let sven = world.user("sven").to_string();
    let path = format!("{}/record", page_of(&world, "rep"));
    world.posts("operations", &path, &[("manager", &sven)]).await;
    let answer = enters(&world, "rep", "rep", WEEK, "sven").await;
    assert_eq!(answer.header("location"), page_of(&world, "rep"), "{}", answer.text());
    let after = shown(world.page("rep", "/leads/crm:l1").await);
    assert_eq!(after, before, "no clock knows of it");
    let page = world.page("mara", &page_of(&world, "rep")).await;
    assert!(page.contains("away until Fri 20 Nov ; Sven Arndt does their work"), "{page}");
    for (short, told) in [("sven", true), ("leader", true), ("operations", true), ("mara", false)] {
        let today = world.page(short, "/").await;
        let words = "Rita Voss until Fri 20 Nov ; Sven Arndt does the work";
        assert_eq!(today.contains(words), told, "{short}: {today}");
    }
    assert!(world.page("mara", "/people").await.contains("Fri 20 Nov active"));
    world.at("2026-11-21 09:00");
    assert!(!world.page("sven", "/").await.contains("Away today"));
    let page = world.page("mara", &page_of(&world, "rep")).await;
    assert!(page.contains("Passed or taken back Mon 16 Nov to Fri 20 Nov"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_absence_is_taken_back_and_stays_in_the_ledger() {
    let world = World::new();
    enters(&world, "rep", "rep", WEEK, "").await;
    let no = world.last_fact();
    let back = format!("{}/absences/{no}/withdrawal", page_of(&world, "rep"));
    for short in ["mara", "sven", "auditor"] {
        assert_eq!(world.posts(short, &back, &[]).await.status, StatusCode::NOT_FOUND, "{short}");
    }
    assert_eq!(world.posts("rep", &back, &[]).await.status, StatusCode::SEE_OTHER);
    let page = world.page("rep", &page_of(&world, "rep")).await;
    assert!(page.contains("No absence lasts or comes"), "{page}");
    assert!(page.contains(&format!("taken back, fact {}", no + 1)), "{page}");
    let before = world.everything();
    let again = world.posts("rep", &back, &[]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text().contains("There is no such absence any more"), "{}", again.text());
    assert_eq!(world.everything(), before);
    let once_more = enters(&world, "rep", "rep", WEEK, "").await;
    assert_eq!(once_more.status, StatusCode::SEE_OTHER, "the days are free again");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_an_absence_is_refused_and_nothing_is_written() {
    let world = World::new();
    enters(&world, "sven", "sven", ["2026-11-18", "2026-11-18"], "").await;
    let path = page_of(&world, "marketer");
    let shown_out = [("role", "marketer"), ("side", "marketing")];
    world.posts("operations", &path, &shown_out).await;
    let before = world.everything();
    let cases = [
        (["2026-11-20", "2026-11-16"], "", "first_on", "turn them round"),
        (["2026-11-20", "2036-11-16"], "", "first_on", "look at the year"),
        (["", "2026-11-16"], "", "first_on", "Choose a day."),
        (["2026-11-16", "20.11."], "", "last_on", "write it like 2026-12-01"),
        (WEEK, "rep", "substitute", "Nobody does their own work"),
        (WEEK, "marketer", "substitute", "Milo Brandt may not sign in"),
        (WEEK, "sven", "substitute", "Sven Arndt is away from 2026-11-18 to 2026-11-18"),
    ];
    for (days, work, field, expected) in cases {
        let answer = enters(&world, "rep", "rep", days, work).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{expected}");
        assert!(answer.text().contains(expected), "{expected}: {}", answer.text());
        assert!(answer.body.contains(&format!("href=\"#{field}\"")), "{field}: {}", answer.body);
    }
    let already = enters(&world, "operations", "sven", WEEK, "").await;
    assert!(already.text().contains("Sven Arndt is away from 2026-11-18"), "{}", already.text());
    for short in ["mara", "sven", "reader", "auditor"] {
        let answer = enters(&world, short, "rep", WEEK, "").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{short}");
    }
    assert_eq!(enters(&world, "auditor", "auditor", WEEK, "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.everything(), before);
}
