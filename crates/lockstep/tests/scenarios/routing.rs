//! A qualified lead finds its owner, and everybody can see why it was that one.

use serde_json::{Value, json};
use testkit::World;
use testkit::http::StatusCode;

pub(crate) const ROUTES: &str = r#"
[routing]
clause = "6"
heading = "Who gets a lead"
says = "A qualified lead goes to one of us at once."
on = ["MQL"]

[[pool]]
id = "desk"
catch_up = false
only_in_hours = true
members = [{ user = "rep@millrace.example" }, { user = "leader@millrace.example" }]

[[route]]
id = "known"
says = "Leads of a company that somebody looks after go to whoever does."
account_owner = ["named", "domain"]

[[route]]
id = "directors"
says = "Directors wait for the desk."
when = 'lead.title == "Director"'
pool = "desk"
by = "round_robin"
waits = true

[[route]]
id = "desk"
says = "Everybody else comes to the desk."
pool = "desk"
by = "round_robin"

[[route]]
id = "rest"
says = "What nobody can take comes to Sven."
catch_all = "sven@millrace.example"
"#;

/// A firm whose Agreement says who gets a lead.
fn routing() -> World {
    World::just_signed_with(ROUTES)
}

fn lead(id: &str, fields: Value) -> Value {
    json!([
        {"fact": "lead", "lead": id, "fields": fields},
        {"fact": "lead_moved", "lead": id, "status": "MQL"},
    ])
}

async fn why(world: &World, id: &str) -> String {
    world.page("sven", &format!("/leads/crm:{id}/routing")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_goes_to_the_next_in_turn_and_its_page_says_why() {
    let world = routing();
    world.reports(lead("l1", json!({"title": "Buyer"}))).await;
    let page = world.page("rep", "/leads/crm:l1").await;
    assert!(page.contains("Why Rita Voss?"), "{page}");
    let page = why(&world, "l1").await;
    for words in [
        "Why Rita Voss?",
        "1. Leads of a company that somebody looks after go to whoever does. no account was found",
        "2. Directors wait for the desk. its condition does not hold",
        "3. Everybody else comes to the desk. taken Lea Winter was not next in turn",
        "Clause 6, version 1",
        "it comes out the same",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    world.reports(lead("l2", json!({"title": "Buyer"}))).await;
    assert!(why(&world, "l2").await.contains("Why Lea Winter?"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_away_for_half_a_day_is_passed_over_and_no_longer() {
    let world = routing();
    let fields = [("first_on", "2026-11-16"), ("last_on", "2026-11-16"), ("half", "morning")];
    let path = format!("/people/{}/absences", world.user("rep"));
    let answer = world.posts("rep", &path, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let page = world.page("rep", &format!("/people/{}", world.user("rep"))).await;
    assert!(page.contains("Mon 16 Nov , mornings only"), "{page}");
    world.reports(lead("l1", json!({}))).await;
    let page = why(&world, "l1").await;
    assert!(page.contains("Why Lea Winter?") && page.contains("Rita Voss was away"), "{page}");
    world.at("2026-11-16 13:00");
    world.reports(lead("l2", json!({}))).await;
    world.reports(lead("l3", json!({}))).await;
    let both = why(&world, "l2").await + &why(&world, "l3").await;
    assert!(both.contains("Why Rita Voss?"), "{both}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_late_lead_receives_none_until_it_is_answered_where_the_text_says_so() {
    let text = ROUTES.replace("example\" }, {", "example\", cap_late = 1 }, {");
    let world = World::just_signed_with(&text);
    let taken = |lead: &str| json!({"fact": "lead_moved", "lead": lead, "status": "SAL"});
    world.reports(lead("l1", json!({}))).await;
    world.reports(lead("l2", json!({}))).await;
    assert!(why(&world, "l1").await.contains("Why Rita Voss?"));
    world.at("2026-11-16 12:59");
    world.reports(taken("l2")).await;
    assert!(world.page("sven", "/routing").await.contains("none while 1 is late"));
    world.at("2026-11-16 13:01").ticks();
    world.reports(lead("l3", json!({}))).await;
    let page = why(&world, "l3").await;
    assert!(page.contains("Why Lea Winter?"), "{page}");
    assert!(page.contains("Rita Voss had as many late leads as agreed"), "{page}");
    assert!(page.contains("it comes out the same"), "{page}");
    world.reports(taken("l1")).await;
    world.reports(lead("l4", json!({}))).await;
    assert!(why(&world, "l4").await.contains("Why Rita Voss?"), "answered, she receives again");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_sign_in_receives_nothing_and_what_they_had_is_routed_anew() {
    let world = routing();
    world.reports(lead("l1", json!({}))).await;
    let fields = [("role", "rep"), ("side", "sales")];
    world.posts("operations", &format!("/people/{}", world.user("rep")), &fields).await;
    world.at("2026-11-16 09:10").ticks();
    let page = why(&world, "l1").await;
    assert!(page.contains("Why Lea Winter?"), "{page}");
    assert!(page.contains("Rita Voss may not sign in any more"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_of_the_account_is_found_by_the_domain_with_the_evidence() {
    let world = routing();
    let owner = world.user("sven");
    let account =
        json!({"name": "Foundry", "website": "https://www.foundry.example", "owner": owner});
    world.reports(json!({"fact": "account", "account": "a1", "fields": account})).await;
    world.reports(lead("l1", json!({"email_domain": "foundry.example"}))).await;
    let page = why(&world, "l1").await;
    assert!(page.contains("Why Sven Arndt?"), "{page}");
    let words = "Foundry , because the domain of the mail address is the account’s (foundry.example); Sven Arndt has it";
    assert!(page.contains(words), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_that_waits_is_listed_with_the_reason_until_somebody_is_at_work() {
    let world = routing();
    world.at("2026-11-16 20:00");
    world.reports(lead("l1", json!({"title": "Director"}))).await;
    let page = world.page("sven", "/routing").await;
    assert!(page.contains("1 lead waits for somebody who can take it"), "{page}");
    assert!(
        page.contains("Directors wait for the desk. Nobody named here can take it now"),
        "{page}"
    );
    assert!(why(&world, "l1").await.contains("Why nobody yet?"));
    world.at("2026-11-17 09:00").ticks();
    assert!(why(&world, "l1").await.contains("Why Rita Voss?"));
    let page = world.page("sven", "/routing").await;
    assert!(page.contains("Every lead that is to be routed has an owner"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_answers_and_writes_nothing_and_levels_are_their_managers_to_see() {
    let world = routing();
    world.reports(lead("l1", json!({}))).await;
    let before = world.everything();
    let page = world.page("sven", "/routing?lead=crm:l1&field.title=Director").await;
    assert!(
        page.contains("Lea Winter Clause 6") || page.contains("Lea Winter A qualified"),
        "{page}"
    );
    let page = world.page("sven", "/routing?lead=crm:nobody").await;
    assert!(page.contains("There is no lead crm:nobody: look at the list of leads"), "{page}");
    assert!(page.contains("Each level is the sum of its entries"), "{page}");
    let entries = format!("/routing?pool=desk&person={}", world.user("rep"));
    assert!(world.page("sven", &entries).await.contains("What Rita Voss has received of desk"));
    let page = world.page("marketer", &entries).await;
    assert!(!page.contains("What Rita Voss has received"), "{page}");
    assert_eq!(world.everything(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_leads_at_once_are_shared_out_evenly_to_one() {
    let world = routing();
    let all =
        (0..1000).map(|n| json!({"fact": "lead_moved", "lead": format!("l{n}"), "status": "MQL"}));
    for part in all.collect::<Vec<_>>().chunks(250) {
        let answer = world.reports(Value::Array(part.to_vec())).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    }
    let now = world.now();
    let reports = world.asks(|engine| engine.routing_fairness(now)).unwrap();
    let received: Vec<i64> =
        reports[0].members.iter().map(|member| member.level.received).collect();
    assert_eq!(received, [500, 500]);
    assert!(reports[0].members.iter().all(|member| member.is_reproduced()));
}
