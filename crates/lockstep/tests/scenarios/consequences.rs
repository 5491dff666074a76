//! If we miss, we will …: what opens by itself at the end of a period, and who closes it.

use serde_json::json;
use testkit::http::StatusCode;
use testkit::{AGREEMENT, World};

use crate::negotiation::both_sign;

/// What follows where sales answers fewer than nine of ten leads of a week in time.
const CONSEQUENCE: &str = r#"
[[consequence]]
id = "plan"
clause = "5"
heading = "If we miss"
says = "If sales misses a week, its head brings a written plan to the next meeting."
of = "answer"
period = "week"
side = "sales"
action = "Bring a written plan to the Monday meeting."
owner = "sven@millrace.example"
due = "2 working days"
hours = "office"
"#;

/// A firm whose Agreement says what follows from a missed week.
async fn with_a_consequence() -> World {
    let world = World::new();
    let goal = AGREEMENT.replace("zero_time = \"met\"", "zero_time = \"met\"\ngoal = \"90%\"");
    world.proposes(&format!("{goal}{CONSEQUENCE}"));
    both_sign(&world, 1).await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missed_week_opens_its_action_once_and_a_kept_one_none() {
    let world = with_a_consequence().await;
    let moved =
        |lead: &str, status: &str| json!([{"fact": "lead_moved", "lead": lead, "status": status}]);
    world.reports(moved("answered", "MQL")).await;
    world.at("2026-11-16 10:00").reports(moved("answered", "SAL")).await;
    world.at("2026-11-20 15:00").page("mara", "/").await;
    world.page("rep", "/").await;
    world.reports(moved("waits", "MQL")).await;
    world.at("2026-11-22 23:59").ticks();
    assert!(world.page("mara", "/agreement/actions").await.contains("opens here by itself"));
    let page = world.at("2026-11-23 00:01").ticks().page("mara", "/agreement/actions").await;
    assert!(!page.contains("Close it with a word"), "Friday’s lead is due on Monday: {page}");
    world.at("2026-11-23 11:00").ticks();
    for short in ["mara", "rep"] {
        world.page(short, "/").await;
    }
    world.at("2026-11-30 00:01").ticks();
    let facts = world.last_fact();
    assert_eq!(world.ticks().last_fact(), facts, "a second look opens nothing");
    let page = world.page("mara", "/agreement/actions").await;
    for says in [
        "Bring a written plan to the Monday meeting.",
        "From Mon 23 Nov to Sun 29 Nov 0 of 1 were in time, agreed 90 %; by clause 5 of version 1",
        "Sven Arndt",
    ] {
        assert!(page.contains(says), "{says}: {page}");
    }
    let page = world.page("rep", "/agreement").await;
    assert!(page.contains("1 action opened by it") && page.contains("1 of them open"), "{page}");
}

/// A goal of a measure for November, and what follows where it is missed.
fn goal_with_consequence(no: u8, measure: &str, target: &str) -> String {
    let id = measure.replace('_', "-");
    format!(
        r#"
[[goal]]
id = "{id}"
clause = "{no}"
says = "What November brings."
side = "sales"
measure = "{measure}"
from = 2026-11-01
to = 2026-11-30
target = {target}

[[consequence]]
id = "after-{id}"
clause = "{no}.1"
says = "If November brings less, both meet."
of = "{id}"
side = "sales"
action = "Meet about {id}."
owner = "sven@millrace.example"
due = "2 working days"
hours = "office"
"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missed_goal_of_any_measure_opens_its_action_and_a_reached_one_none() {
    let world = World::new();
    let goals =
        [("qualified", "3"), ("won", "1"), ("revenue", "10_000"), ("acceptance_rate", "\"70%\"")];
    let goals =
        (6..).zip(goals).map(|(no, (measure, target))| goal_with_consequence(no, measure, target));
    world.proposes(&format!("{AGREEMENT}{}", goals.collect::<String>()));
    both_sign(&world, 1).await;
    let deed = world.page("sven", "/agreement").await;
    assert!(deed.contains("Where it is less than €10,000"), "{deed}");
    let deal = json!({"fact": "opportunity", "opportunity": "d", "fields": {"outcome": "won",
        "closed_on": "2026-11-18", "amount": {"amount_minor": 500_000, "currency": "EUR"}}});
    world
        .reports(json!([
            {"fact": "lead", "lead": "l1", "fields": {"title": "Director"}},
            {"fact": "lead_moved", "lead": "l1", "status": "New"},
            {"fact": "activity", "lead": "l1", "kind": "demo"},
            deal,
        ]))
        .await;
    for day in ["2026-11-21 09:00", "2026-11-27 09:00"] {
        world.at(day).ticks().page("sven", "/").await;
    }
    world.at("2026-11-30 23:59").ticks();
    assert!(world.page("sven", "/agreement/actions").await.contains("opens here by itself"));
    let page = world.at("2026-12-01 00:01").ticks().page("sven", "/agreement/actions").await;
    for says in [
        "Meet about qualified.",
        "From Sun 1 Nov to Mon 30 Nov 1 leads qualified, agreed 3; by clause 6.1 of version 1",
        "€5,000 revenue won, agreed €10,000; by clause 8.1 of version 1",
    ] {
        assert!(page.contains(says), "{says}: {page}");
    }
    for nothing in ["Meet about won", "Meet about acceptance-rate"] {
        assert!(!page.contains(nothing), "{nothing}: {page}");
    }
    let facts = world.last_fact();
    assert_eq!(world.at("2026-12-01 00:02").ticks().last_fact(), facts);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_is_closed_with_a_word_by_its_owner() {
    let world = with_a_consequence().await;
    let moved = json!([{"fact": "lead_moved", "lead": "waits", "status": "MQL"}]);
    world.reports(moved).await;
    world.at("2026-11-22 09:00").page("sven", "/").await;
    world.at("2026-11-23 08:00").ticks();
    let today = world.page("sven", "/").await;
    assert!(today.contains("Bring a written plan to the Monday meeting. is due"), "{today}");
    assert!(!world.page("mara", "/").await.contains("Bring a written plan"));
    let action = "/agreement/actions/lockstep:plan-2026-11-16/closing";
    let before = world.everything();
    for short in ["rep", "marketer", "auditor"] {
        let closed = world.posts(short, action, &[("words", "Done.")]).await;
        assert_eq!(closed.status, StatusCode::NOT_FOUND, "{short}");
    }
    let blank = world.posts("sven", action, &[("words", " ")]).await;
    assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(blank.text().contains("Write what was done"), "{}", blank.text());
    let absent = "/agreement/actions/lockstep:plan-2026-11-09/closing";
    assert_eq!(world.posts("sven", absent, &[("words", "x")]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.everything(), before);
    let closed = world.posts("sven", action, &[("words", "Rita watches the queue at noon.")]).await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text());
    let page = world.page("auditor", "/agreement/actions").await;
    assert!(page.contains("closed by Sven Arndt"), "{page}");
    let ledger = world.page("auditor", "/ledger?kind=action_opened").await;
    assert!(
        ledger.contains(
            "follows, since 0 of 1 were in time, agreed 90 %, for Sven Arndt, by clause 5"
        ),
        "{ledger}"
    );
    let ledger = world.page("auditor", "/ledger?kind=action_closed").await;
    assert!(ledger.contains("Sven Arndt closed what followed by version 1"), "{ledger}");
    assert!(page.contains("Rita watches the queue at noon."), "{page}");
    let again = world.posts("mara", action, &[("words", "Me too.")]).await;
    assert!(again.text().contains("Sven Arndt has closed it already"), "{}", again.text());
    assert!(!world.page("sven", "/").await.contains("Bring a written plan"));
}
