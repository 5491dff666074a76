//! What is known of a colleague, where it comes from, and correcting it.

use serde_json::json;
use testkit::World;
use testkit::http::StatusCode;

fn page_of(world: &World, short: &str) -> String {
    format!("/people/{}", world.user(short))
}

async fn corrects(world: &World, by: &str, of: &str, fields: &[(&str, &str)]) -> testkit::Answer {
    let path = format!("{}/record", page_of(world, of));
    world.posts(by, &path, fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_later_fact_holds_and_the_page_says_where_a_value_comes_from() {
    let world = World::just_signed();
    let user = world.user("rep").to_string();
    let told = |team: &str| json!({"fact": "user", "user": user, "fields": {"team": team}});
    world.reports(told("North")).await;
    let no = world.last_fact();
    let page = world.page("mara", &page_of(&world, "rep")).await;
    assert!(page.contains(&format!("Team North crm, fact {no}")), "{page}");

    let sven = world.user("sven").to_string();
    let fields =
        [("team", "Coast"), ("manager", &sven), ("calendar", "office"), ("zone", "europe/vienna")];
    let done = corrects(&world, "operations", "rep", &fields).await;
    assert_eq!(done.header("location"), page_of(&world, "rep"));
    let no = no + 1;
    let page = world.page("mara", &page_of(&world, "rep")).await;
    for expected in [
        format!("Team Coast Olga Petri, fact {no}"),
        format!("Led by Sven Arndt Olga Petri, fact {no}"),
        format!("Zone Europe/Vienna Olga Petri, fact {no}"),
    ] {
        assert!(page.contains(&expected), "{expected} is not in {page}");
    }
    assert_eq!(world.last_fact(), no, "one fact");
    let leads = world.page("mara", &page_of(&world, "sven")).await;
    assert!(leads.contains("Leads Rita Voss"), "{leads}");

    corrects(&world, "operations", "rep", &fields).await;
    assert_eq!(world.last_fact(), no, "what is known already is no fact");
    world.reports(told("South")).await;
    let page = world.page("mara", &page_of(&world, "rep")).await;
    assert!(page.contains("Team South crm, fact"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_is_a_list_of_its_own() {
    let world = World::new();
    corrects(&world, "operations", "rep", &[("team", "North Sea")]).await;
    let team = world.page("mara", "/people?team=North%20Sea").await;
    assert!(
        team.contains("in the team North Sea")
            && team.contains("1 colleague of ")
            && team.contains("Rita Voss"),
        "{team}"
    );
    assert!(!team.contains("Sven Arndt"), "{team}");
    let none = world.page("mara", "/people?team=Elsewhere").await;
    assert!(none.contains("No colleague is like this"), "{none}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_led_by_whom_they_lead() {
    let world = World::just_signed();
    let id = |short: &str| world.user(short).to_string();
    corrects(&world, "operations", "rep", &[("manager", &id("sven"))]).await;
    corrects(&world, "leader", "sven", &[("manager", &id("leader"))]).await;
    let before = world.everything();
    let cases = [
        ("leader", id("rep"), "Rita Voss is led by Sven Arndt, who is led by Lea Winter:"),
        ("rep", id("rep"), "Nobody leads themselves"),
        ("rep", "crm:nobody".to_owned(), "There is nobody with the id crm:nobody"),
    ];
    for (of, manager, expected) in cases {
        let answer = corrects(&world, "operations", of, &[("manager", &manager)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{expected}");
        assert!(answer.text().contains(expected), "{expected}: {}", answer.text());
        assert!(answer.body.contains("href=\"#manager\""), "{}", answer.body);
    }
    for (name, value, expected) in [
        ("zone", "Berlin", "is no time zone: write it like Europe/Berlin"),
        ("calendar", "nights", "has no calendar"),
    ] {
        let fields = [("manager", &*id("sven")), (name, value)];
        let answer = corrects(&world, "operations", "rep", &fields).await;
        assert!(answer.text().contains(expected), "{expected}: {}", answer.text());
        assert!(answer.body.contains(&format!("href=\"#{name}\"")), "{}", answer.body);
    }
    for short in ["mara", "sven", "rep", "auditor"] {
        let answer = corrects(&world, short, "rep", &[("team", "Mine")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{short}");
    }
    assert_eq!(world.everything(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_whom_only_a_source_knows_has_a_page() {
    let world = World::new();
    let told = json!({"fact": "user", "user": "u9", "fields": {"region": "East"},
        "person": {"name": "Ole Dahl"}});
    world.reports(told).await;
    let page = world.page("operations", "/people/crm:u9").await;
    assert!(page.contains("not let in") && page.contains("Region East crm, fact"), "{page}");
    let done = world.posts("operations", "/people/crm:u9/record", &[("team", "North")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    for path in ["/people/crm:u9", "/people/crm:u9/link", "/people/crm:u9/sessions/end"] {
        let fields = [("role", "rep"), ("side", "sales"), ("active", "yes")];
        let fields = if path.ends_with("u9") { &fields[..] } else { &[] };
        let answer = world.posts("operations", path, fields).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(world.gets("operations", "/people/crm:nobody").await.status, StatusCode::NOT_FOUND);
}
