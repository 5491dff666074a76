//! What is owed to an opportunity, and what it reaches.

use serde_json::json;
use testkit::World;
use testkit::http::StatusCode;

#[tokio::test(flavor = "multi_thread")]
async fn an_opportunity_that_stands_still_is_missed_and_one_that_moves_gets_a_fresh_clock() {
    let world = World::just_signed_on_opportunities();
    let stage =
        json!({"name": "Pumps for Opitz", "stage": "1-Discovery", "owner": world.user("rep")});
    let deal = |fields| json!([{"fact": "opportunity", "opportunity": "d1", "fields": fields}]);
    let answer = world.reports(deal(stage)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let decided = &answer.json()["facts"][0]["decided"];
    assert_eq!(decided[0]["fact"]["opportunity"], "crm:d1", "{decided}");
    let page = world.page("rep", "/opportunities/crm:d1").await;
    assert!(page.contains("No standstill by 26 Nov 09:00"), "{page}");

    world.at("2026-11-20 09:00");
    let answer = world.reports(deal(json!({"next_step": "Workshop"}))).await;
    assert!(answer.body.contains("milestone_reached"), "{}", answer.body);
    // Whoever stays away for a week must sign in again.
    world.page("rep", "/opportunities/crm:d1").await;
    world.at("2026-11-26 09:00").page("rep", "/opportunities/crm:d1").await;
    world.at("2026-12-01 09:00").ticks();
    let page = world.page("rep", "/opportunities/crm:d1").await;
    assert!(page.contains("late, 24 h 00"), "{page}");
    assert!(page.contains("Agreed for this: Its manager is told."), "{page}");
    assert!(page.contains("The clock no standstill passed its due time"), "{page}");
    let board = world.page("rep", "/scoreboard").await;
    assert!(board.contains("No standstill 1 of 2"), "{board}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_reached_says_by_what_and_is_counted_towards_its_goal() {
    let world = World::just_signed_on_opportunities();
    let fields = json!({"name": "Pumps", "stage": "Discovery", "next_step": "Workshop"});
    world.reports(json!([{"fact": "opportunity", "opportunity": "d1", "fields": fields}])).await;
    let page = world.gets("rep", "/opportunities/crm:d1").await.body;
    let open = page.split("because=milestone-").nth(1).and_then(|rest| rest.split('#').next());
    let drawer = format!("/opportunities/crm:d1?because=milestone-{}", open.expect("a link"));
    let page = world.page("rep", &drawer).await;
    assert!(page.contains("It reached accepted because"), "{page}");
    assert!(page.contains("It is accepted when the seller has dated the next step"), "{page}");
    let board = world.page("sven", "/scoreboard").await;
    assert!(board.contains("1 of 2 opportunities that reached a milestone"), "{board}");
    let agreement = world.page("sven", "/agreement").await;
    assert!(agreement.contains("1 opportunity reached it"), "{agreement}");
    let absent = world.gets("rep", "/opportunities/crm:d9").await;
    assert_eq!(absent.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_later_facts_no_longer_start_comes_to_an_end() {
    let world = World::just_signed_on_opportunities();
    let fields = json!({"name": "Pumps", "stage": "Discovery", "owner": world.user("rep")});
    world.reports(json!([{"fact": "opportunity", "opportunity": "d1", "fields": fields}])).await;
    // From the first move on, a stage that was merely stated is no entry.
    world.at("2026-11-18 09:00");
    let moved = json!([{"fact": "opportunity_moved", "opportunity": "d1", "stage": "Offer"}]);
    let answer = world.reports(moved).await;
    let stopped = &answer.json()["facts"][0]["decided"][0]["fact"];
    assert_eq!(stopped["fact"], "clock_stopped", "{}", answer.body);
    assert_eq!(stopped["verdict"], "no_verdict", "{stopped}");
    // Whoever stays away for a week must sign in again.
    world.at("2026-11-22 09:00").page("leader", "/").await;
    world.at("2026-11-28 09:00").ticks();
    let page = world.page("leader", "/opportunities/crm:d1").await;
    assert!(page.contains("the facts no longer start it"), "{page}");
    assert!(!page.contains("passed its due time"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_due_instant_itself_nothing_is_missed_and_the_tick_comes_to_its_end() {
    let world = World::just_signed_on_opportunities();
    let fields = json!({"name": "Pumps", "stage": "Discovery", "owner": world.user("rep")});
    world.reports(json!([{"fact": "opportunity", "opportunity": "d1", "fields": fields}])).await;
    let missed = "The clock no standstill passed its due time";
    world.at("2026-11-21 09:00").page("leader", "/").await;
    world.at("2026-11-26 09:00").ticks();
    assert!(!world.page("leader", "/opportunities/crm:d1").await.contains(missed));
    world.at("2026-11-26 09:01").ticks();
    assert!(world.page("leader", "/opportunities/crm:d1").await.contains(missed));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_opportunity_stands_at_the_day_on_which_it_is_expected_to_close() {
    let world = World::just_signed_on_opportunities();
    let deal = |id: &str, outcome: &str, fields: serde_json::Value| {
        let mut all = json!({"name": id, "outcome": outcome});
        let all_of = all.as_object_mut().expect("fields");
        all_of.extend(fields.as_object().cloned().expect("fields"));
        json!({"fact": "opportunity", "opportunity": id, "fields": all})
    };
    let told = [
        deal("far", "open", json!({"expected_on": "2027-03-01"})),
        deal("near", "open", json!({"expected_on": "2026-12-01", "closed_on": "2026-10-01"})),
        deal("gone", "lost", json!({"expected_on": "2026-12-02", "closed_on": "2026-11-02"})),
    ];
    world.reports(json!(told)).await;
    let csv = world.gets("rep", "/opportunities.csv?sort=closes&columns=id,closes").await.body;
    let rows: Vec<&str> = csv.lines().skip(1).collect();
    let expected =
        ["crm:gone,gone,2026-11-02", "crm:near,near,2026-12-01", "crm:far,far,2027-03-01"];
    assert_eq!(rows, expected, "{csv}");
    let year = "/opportunities.csv?closes_from=2026-12-01&closes_to=2026-12-31&columns=id";
    assert_eq!(world.gets("rep", year).await.body.lines().last(), Some("crm:near,near"));
    let page = world.page("rep", "/opportunities/crm:near").await;
    assert!(page.contains("Closes Tue 1 Dec"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_reported_of_an_opportunity_is_told_by_names_and_days() {
    let world = World::just_signed_on_opportunities();
    let account = json!({"fact": "account", "account": "a1", "fields": {"name": "Opitz Foundry"}});
    let lead =
        json!({"fact": "lead", "lead": "l1", "fields": {}, "person": {"name": "Mirjam Opitz"}});
    let fields = json!({"account": "crm:a1", "lead": "crm:l1", "owner": world.user("rep"),
        "outcome": "open", "closed_on": "2027-02-05"});
    let deal = json!({"fact": "opportunity", "opportunity": "d1", "fields": fields});
    world.reports(json!([account, lead, deal])).await;
    let page = world.page("rep", "/opportunities/crm:d1").await;
    let words = "account Opitz Foundry, expected on 5 Feb 2027, lead Mirjam Opitz, outcome open, \
                 owner Rita Voss";
    assert!(page.contains(words), "{page}");
    let page = world.page("auditor", "/opportunities/crm:d1").await;
    assert!(page.contains("lead crm:l1") && !page.contains("Mirjam"), "{page}");
}
