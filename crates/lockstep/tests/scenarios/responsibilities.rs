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
    assert!(today.contains("1 responsibility in nobody’s hands of 6 in the Agreement"), "{today}");
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

const SCHOOLED: &str = r#"
[[training]]
id = "handing-over"
clause = "8"
says = "Whoever receives leads was shown how a lead changes hands, within a year."
for = ["receives"]
lasts = "365 days"

[check_ins]
clause = "9"
says = "Whoever leads people meets each of them every 14 days."
every = "14 days"

[[capacity]]
id = "reps"
clause = "10"
says = "A rep works 12 opportunities at a time; a lead is tried six times for five minutes, in an hour a week."
side = "sales"
at_a_time = 12
to_win = "84 days"
to_loss = "84 days"
win_rate = "33%"
attempts = 6
attempt = "5min"
calling_a_week = "1h"

[[goal]]
id = "leads"
clause = "11"
says = "Marketing brings 150 leads in these days."
side = "marketing"
measure = "qualified"
from = 2026-11-16
to = 2026-12-13
target = 150
"#;

async fn vouches(world: &World, who: &str, what: &str, on: &str) -> testkit::Answer {
    let path = format!("/people/{}/schooling", world.user("rep"));
    world.posts(who, &path, &[("what", what), ("on", on)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_receives_counts_as_untrained_until_somebody_else_vouches_for_them() {
    let world = World::just_signed_with(&format!("{DESK}{SCHOOLED}"));
    let page = world.page("rep", "/responsibilities").await;
    assert!(page.contains("1 of 6 responsibilities is in nobody’s hands, 1 in untrained hands"));
    assert!(page.contains("Rita Voss here, not trained: handing over"), "{page}");
    let today = world.page("operations", "/").await;
    assert!(today.contains("1 responsibility with somebody who was not trained for it"), "{today}");
    let own = vouches(&world, "rep", "handing-over", "2026-11-10").await;
    assert_eq!(own.status, StatusCode::NOT_FOUND, "nobody vouches for themselves");
    let early = vouches(&world, "operations", "handing-over", "2026-11-17").await;
    assert!(early.text().contains("2026-11-17 has not come yet"), "{}", early.text());
    let other = vouches(&world, "operations", "selling", "2026-11-10").await;
    assert!(other.text().contains("asks for no training"), "{}", other.text());
    let done = vouches(&world, "operations", "handing-over", "2025-11-20").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let page = world.page("rep", "/responsibilities").await;
    assert!(page.contains("Rita Voss here clause 6"), "{page}");
    let person = world.page("rep", &format!("/people/{}", world.user("rep"))).await;
    assert!(person.contains("Training: handing over Thu 20 Nov 2025 , holds until"), "{person}");
    world.at("2026-11-21 09:00");
    let page = world.page("operations", "/responsibilities").await;
    assert!(page.contains("Rita Voss here, training lapsed: handing over, after"), "{page}");
    let before = world.everything();
    let dayless = vouches(&world, "operations", "handing-over", "").await;
    assert_eq!(dayless.status, StatusCode::UNPROCESSABLE_ENTITY, "a day was forgotten");
    assert!(dayless.text().contains("Choose a day."), "{}", dayless.text());
    assert!(dayless.body.contains("id=\"on-wrong\""), "{}", dayless.body);
    assert_eq!(world.everything(), before, "nothing is taken back by it");
    let person = format!("/people/{}", world.user("rep"));
    let page = world.gets("operations", &person).await.body;
    assert!(page.contains("name=\"takes_back\" value=\"yes\""), "it has a button: {page}");
    let fields = [("what", "handing-over"), ("takes_back", "yes")];
    let back = world.posts("operations", &format!("{person}/schooling"), &fields).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.text());
    let page = world.page("operations", "/responsibilities").await;
    assert!(page.contains("Rita Voss here, not trained: handing over"), "taken back: {page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_in_that_lapses_is_told_to_whoever_leads_them() {
    let world = World::just_signed_with(&format!("{DESK}{SCHOOLED}"));
    let manager = world.user("sven").to_string();
    let led = json!({"fact": "user", "user": world.user("rep"), "fields": {"manager": manager}});
    world.reports(json!([led])).await;
    let page = world.page("sven", "/responsibilities").await;
    assert!(page.contains("1 person was not met in time by whoever leads them"), "{page}");
    assert!(page.contains("Sven Arndt Rita Voss none written down"), "{page}");
    let today = world.page("sven", "/").await;
    assert!(today.contains("1 check-in with people whom you lead has lapsed"), "{today}");
    let met = vouches(&world, "sven", "check in", "2026-11-16").await;
    assert_eq!(met.status, StatusCode::SEE_OTHER, "{}", met.text());
    let page = world.page("sven", "/responsibilities").await;
    assert!(page.contains("Whoever leads people has met each of them in time"), "{page}");
    assert!(!world.page("sven", "/").await.contains("1 check-in with"));
    for day in ["2026-11-22 09:00", "2026-11-28 09:00", "2026-12-01 09:00"] {
        world.at(day).page("sven", "/people").await;
    }
    let today = world.page("sven", "/").await;
    assert!(today.contains("1 check-in with people whom you lead has lapsed"), "{today}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_can_work_is_compared_with_what_marketing_promised() {
    let world = World::just_signed_with(&format!("{DESK}{SCHOOLED}"));
    let page = world.page("operations", "/responsibilities").await;
    // One rep takes on 12 in 84 days, so 4 in 28; nothing has shown how many leads become one.
    for words in [
        "146 opportunities more are on their way than can be taken on: reps",
        "Can be taken on 4 opportunities",
        "Follow from what marketing promised 150 opportunities",
        // 150 leads, six times five minutes each; four weeks of one hour.
        "Calling what is on its way takes 71.0 hours more than there are",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    away(&world, "rep", "").await;
    let page = world.page("operations", "/responsibilities").await;
    assert!(page.contains("Can be taken on 3 opportunities"), "a week away of four: {page}");
    assert!(page.contains("There is time for 3.0 hours"), "{page}");
}
