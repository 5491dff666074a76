//! Everything that the Agreement gives somebody to do is in somebody's hands, or everybody sees that
//! it is not.

use serde_json::json;
use testkit::{World, http::StatusCode};

const DESK: &str = r#"
[disputes]
clause = "5"
heading = "Where we disagree"
says = "Who contests writes why, and revenue operations rules within three working days."
arbiter = "operations@millrace.example"
contest_within = "14 days"
ruled_within = "3 working days"
hours = "office"

[handoff]
clause = "7"
heading = "How a lead changes hands"
says = "A qualified lead is handed to sales, who answer within one working day."
delivers = "MQL"
answer_within = "1 working day"
hours = "office"
silence = "accepted"
accepted = "SAL"

[[handoff.reason]]
says = "Wrong territory"
answer = "rejected"
charged = "targeting"

[routing]
clause = "6"
heading = "Who gets a lead"
says = "A qualified lead goes to the desk, in turn."
on = ["MQL"]

[[pool]]
id = "desk"
catch_up = false
only_in_hours = false
members = [{ user = "rep@millrace.example", cap_day = 2 }, { user = "gone@millrace.example", cap_day = 9 }]

[[route]]
id = "desk"
says = "Everybody comes to the desk."
pool = "desk"
by = "round_robin"

[[route]]
id = "rest"
says = "What nobody can take comes to Sven."
catch_all = "sven@millrace.example"
"#;

async fn away(world: &World, who: &str, substitute: &str) {
    let path = format!("/people/{}/absences", world.user(who));
    let substitute = match substitute {
        "" => String::new(),
        short => world.user(short).to_string(),
    };
    let fields = [
        ("first_on", "2026-11-16"),
        ("last_on", "2026-11-20"),
        ("substitute", substitute.as_str()),
    ];
    let answer = world.posts(who, &path, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_responsibility_that_nobody_can_take_is_named_until_somebody_can() {
    let world = World::just_signed_with(DESK);
    let page = world.page("rep", "/responsibilities").await;
    assert!(page.contains("1 of 6 responsibilities is in nobody’s hands"), "{page}");
    assert!(
        page.contains(
            "Receives leads in the pool desk gone@millrace.example nobody: not known here"
        ),
        "{page}"
    );
    let today = world.page("operations", "/").await;
    assert!(today.contains("1 of 6 responsibilities"), "{today}");
    away(&world, "operations", "").await;
    let page = world.page("rep", "/responsibilities").await;
    let gap = "Rules where the sides disagree Olga Petri nobody: away until Fri 20 Nov , nobody stands in";
    assert!(page.contains(gap), "{page}");
    away(&world, "sven", "rep").await;
    let page = world.page("rep", "/responsibilities").await;
    for words in [
        "Signs for sales Sven Arndt nobody: away until Fri 20 Nov , nobody stands in",
        "Watches over the leads that nobody else can take Sven Arndt away until Fri 20 Nov , \
         Rita Voss stands in beside 1 of their own",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    away(&world, "rep", "").await;
    let page = world.page("rep", "/responsibilities").await;
    assert!(
        page.contains("Receives leads in the pool desk Rita Voss nobody: away until"),
        "nobody of the pool is left: {page}"
    );
    world.at("2026-11-21 09:00");
    let page = world.page("rep", "/responsibilities").await;
    assert!(page.contains("1 of 6 responsibilities is"), "all are back: {page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn open_leads_and_people_of_who_has_left_are_listed_for_those_who_see_people() {
    let world = World::just_signed_with(DESK);
    let manager = world.user("sven").to_string();
    world
        .reports(json!([
            {"fact": "lead", "lead": "l1", "fields": {"title": "Buyer"}},
            {"fact": "lead_moved", "lead": "l1", "status": "MQL"},
            {"fact": "user", "user": world.user("rep"), "fields": {"manager": manager}},
        ]))
        .await;
    let page = world.page("operations", "/responsibilities").await;
    assert!(page.contains("Open leads of people who are not here None:"), "{page}");
    assert!(page.contains("Nobody: whoever is named as a manager is of the firm"), "{page}");
    // Rita takes two a day on twenty working days; the week that is over brought nothing.
    assert!(page.contains("The pools can take 40 leads Mon 16 Nov to Sun 13 Dec"), "{page}");
    for who in ["rep", "sven"] {
        let fields = [("role", "rep"), ("side", "sales")];
        world.posts("operations", &format!("/people/{}", world.user(who)), &fields).await;
    }
    let page = world.page("operations", "/responsibilities").await;
    assert!(page.contains("Rita Voss may not sign in 1"), "{page}");
    assert!(page.contains("Watches over the leads that nobody else can take Sven Arndt nobody:"));
    let seen_by_marketing = world.page("marketer", "/responsibilities").await;
    assert!(!seen_by_marketing.contains("Open leads of people"), "{seen_by_marketing}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_agreement_nobody_is_responsible_for_anything() {
    let page = World::new().page("rep", "/responsibilities").await;
    assert!(page.contains("See who is responsible for what"), "{page}");
}
