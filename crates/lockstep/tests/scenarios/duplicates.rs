//! Leads that may be of one person: found with what says so, and merged by nobody.

use serde_json::{Value, json};
use testkit::http::StatusCode;
use testkit::{PEOPLE, World};

fn lead(id: &str, name: &str, email: &str, account: &str) -> Value {
    json!({"fact": "lead", "lead": id, "fields": {"title": "Director", "account": account},
           "person": {"name": name, "email": email}})
}

/// Three leads of Mirjam, one of somebody who shares her name alone, two behind an address of many.
async fn with_duplicates() -> World {
    let world = World::just_signed();
    let told = json!([
        {"fact": "account", "account": "a1", "fields": {"name": "Opitz Foundry"}},
        lead("l1", "Mirjam Opitz", "mirjam@opitz.example", "a1"),
        lead("l2", "Opitz, Mirjam", "Mirjam@OPITZ.example", "a2"),
        lead("l3", "Miriam Opitz", "mo@opitz.example", "a3"),
        lead("l4", "Mirjam Opitz", "mirjam@elsewhere.example", "a1"),
        lead("l5", "Mirjam Opitz", "mirjam@far.example", "a5"),
        lead("l6", "Jo Li", "info@li.example", "a6"),
        lead("l7", "Anaïs Caldeira", "info@li.example", "a6"),
    ]);
    assert_eq!(world.reports(told).await.status, StatusCode::CREATED);
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_be_the_same_person_is_shown_with_what_says_so() {
    let world = with_duplicates().await;
    let page = world.page("rep", "/leads/crm:l1").await;
    for words in [
        "May be the same person 3 leads",
        "crm:l2 the same address of mail, the same name very likely",
        "crm:l3 names that are 96 % alike, addresses at opitz.example possibly",
        "crm:l4 the same name, the same account possibly",
    ] {
        assert!(page.contains(words), "{words} is not in: {page}");
    }
    assert!(!page.contains("crm:l5"), "a name alone says nothing");
    let page = world.page("rep", "/leads/crm:l6").await;
    assert!(!page.contains("May be the same person"), "an address of many is no person");
    for reader in ["reader", "auditor"] {
        let page = world.page(reader, "/leads/crm:l1").await;
        assert!(!page.contains("same person") && !page.contains("crm:l2"), "{reader}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_who_may_be_one_person_stand_in_a_list_of_those_who_may_see_it() {
    let world = with_duplicates().await;
    let before = world.everything();
    for (short, ..) in PEOPLE {
        let may = ["sven", "mara", "operations"].contains(&short);
        let answer = world.gets(short, "/duplicates").await;
        assert_eq!(answer.status == StatusCode::OK, may, "{short}");
        assert_eq!(answer.status == StatusCode::NOT_FOUND, !may, "{short}");
        for path in ["/leads", "/leads/crm:l1"] {
            let links = world.gets(short, path).await.body.contains("href=\"/duplicates\"");
            assert_eq!(links, may, "{short} {path}: a link that leads nowhere");
        }
    }
    let page = world.page("operations", "/duplicates").await;
    assert!(page.contains("looked at all 3 leads that share"), "{page}");
    let body = world.gets("operations", "/duplicates").await.body;
    let link = "<a class=\"f\" href=\"/duplicates?because=looked#because\">3 leads</a>";
    assert!(body.contains(link), "{body}");
    let drawer = world.page("operations", "/duplicates?because=looked").await;
    let listed = ["crm:l1: may be one person with another", "Together 3"];
    assert!(listed.iter().all(|words| drawer.contains(words)), "{drawer}");
    assert_eq!(page.matches("very likely").count(), 1, "{page}");
    assert_eq!(page.matches("possibly").count(), 1, "each pair once: {page}");
    assert!(
        world.page("operations", "/duplicates?after=crm:l3").await.contains("no two look like")
    );
    assert_eq!(world.everything(), before, "looking changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_told_anew_is_no_longer_the_same() {
    let world = with_duplicates().await;
    world.at("2026-11-17 10:00");
    let told = json!([
        lead("l2", "Bruno Wyss", "bruno@wyss.example", "a2"),
        lead("l3", "Nora Wyss", "nora@wyss.example", "a3"),
    ]);
    assert_eq!(world.reports(told).await.status, StatusCode::CREATED);
    let page = world.page("sven", "/duplicates").await;
    assert!(page.contains("No two leads look like one person"), "{page}");
    let page = world.page("rep", "/leads/crm:l1").await;
    assert!(page.contains("May be the same person 1 lead"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_is_looked_through_a_page_at_a_time() {
    let world = World::just_signed();
    let pair = |n: usize| format!("person{}@firm{}.example", n / 2, n / 2);
    let told = (0..240).map(|n| lead(&format!("l{n:03}"), "Jo Li", &pair(n), &format!("a{n}")));
    for some in told.collect::<Vec<_>>().chunks(80) {
        world.reports(some.into()).await;
    }
    let (mut path, mut pages, mut pairs) = (Some("/duplicates".to_owned()), 0, 0);
    while let Some(next) = path {
        let body = world.gets("mara", &next).await.body;
        pages += 1;
        pairs += body.matches("data-row").count();
        let href = body.split("<nav class=\"pages\"").nth(1).and_then(|nav| nav.split('"').nth(3));
        path = href.map(str::to_owned);
        assert!(!path.iter().any(|path| path.contains('@')), "no address of mail in an address");
    }
    assert_eq!((pages, pairs), (3, 120));
    let file = world.gets("mara", "/duplicates.csv").await.body;
    assert_eq!(file.lines().count(), 121, "the file has the pairs of all pages");
    assert_eq!(world.gets("rep", "/duplicates.csv").await.status, StatusCode::NOT_FOUND);
}
