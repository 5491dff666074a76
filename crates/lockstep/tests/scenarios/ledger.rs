//! Somebody who audits looks for facts.

use serde_json::json;
use testkit::World;
use testkit::http::StatusCode;

/// A lead that was reported on Monday and moved on Tuesday, each told late.
async fn of_two_days() -> World {
    let world = World::just_signed();
    world.at("2026-11-16 18:30");
    let lead = json!({"fact": "lead", "lead": "l1", "fields": {"title": "Director"},
                      "happened_at": "2026-10-24T23:30:00Z"});
    world.reports(lead).await;
    world.at("2026-11-17 00:10");
    world.reports(json!({"fact": "lead_moved", "lead": "l1", "status": "New"})).await;
    world
}

/// The numbers of the facts on a page, from the top.
async fn numbers(world: &World, path: &str) -> Vec<i64> {
    let page = world.gets("auditor", path).await;
    assert_eq!(page.status, StatusCode::OK, "{path}");
    let rows = page.body.split("<tr data-row>").skip(1);
    let no = |row: &str| row.split("/facts/").nth(1)?.split('"').next()?.parse().ok();
    rows.map(|row| no(row).expect("a row links to its fact")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_condition_finds_its_facts_the_newest_first() {
    let world = of_two_days().await;
    let last = world.last_fact();
    let all: Vec<i64> = (1..=last).rev().collect();
    let cases = [
        ("/ledger", all.clone()),
        ("/ledger?about=lead/crm:l1", vec![last, last - 1]),
        ("/ledger?about=crm:l1&kind=lead_moved", vec![last]),
        ("/ledger?source=crm", vec![last, last - 1]),
        ("/ledger?kind=lead&source=lockstep", vec![]),
        ("/ledger?recorded_from=2026-11-17", vec![last]),
        ("/ledger?recorded_to=2026-11-16", all[1..].to_vec()),
        ("/ledger?kind=lead&recorded_from=2026-10-25&recorded_to=2026-10-25", vec![]),
    ];
    for (path, expected) in cases {
        assert_eq!(numbers(&world, path).await, expected, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_says_what_when_from_whom_and_leads_on() {
    let world = of_two_days().await;
    let page = world.page("auditor", "/ledger?about=crm:l1").await;
    let last = world.last_fact();
    for words in [
        &format!("2 facts of {last}"),
        "In the time of Berlin",
        &format!("Lead moved {last} Moved to New lead/crm:l1 crm 17 Nov 2026, 00:10:00"),
        "title Director lead/crm:l1 crm 25 Oct 2026, 01:30:00 16 Nov 2026, 18:30:00",
    ] {
        assert!(page.contains(words), "{words} is not in {page}");
    }
    let head = world.asks(|engine| engine.read(|reader| reader.head())).unwrap();
    let says = format!("The seal after fact {} ends the chain: {}", head.fact, head.hash);
    assert!(page.contains(&says), "{page}");
    let body = world.gets("auditor", "/ledger?about=crm:l1").await.body;
    assert!(body.contains("href=\"/leads/crm:l1\"") && body.contains("href=\"/facts/1"), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_search_goes_on_from_page_to_page() {
    let world = World::new();
    let account = |n: u32| json!({"fact": "account", "account": n.to_string()});
    let accounts: Vec<_> = (0..120).map(account).collect();
    world.reports(accounts.into()).await;
    let (mut path, mut found) = ("/ledger?kind=account".to_owned(), Vec::new());
    loop {
        found.extend(numbers(&world, &path).await);
        let page = world.gets("auditor", &path).await.body;
        let Some(link) = page.split("<nav class=\"pages\"").nth(1) else { break };
        let Some(next) = link.split("href=\"").nth(1) else { break };
        path = next.split('"').next().unwrap_or_default().replace("&#38;", "&");
    }
    let last = world.last_fact();
    assert_eq!(found, (last - 119..=last).rev().collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_is_none_is_refused_and_not_left_out() {
    let world = of_two_days().await;
    let answer = world.gets("auditor", "/ledger?recorded_from=05/04/26").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("is not a day: write it like 2026"), "{}", answer.text());
    assert!(!answer.body.contains("data-row"), "no facts stand where the question is wrong");
}
