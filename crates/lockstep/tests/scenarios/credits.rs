//! Whether an opportunity counts towards a goal: contested, answered, ruled, and what follows.

use serde_json::json;
use testkit::{World, http::StatusCode};

const TEXT: &str = r#"
[disputes]
clause = "6"
heading = "Where we disagree"
says = "Who contests writes why, the other side answers, and revenue operations rules."
arbiter = "operations@millrace.example"
contest_within = "14 days"
ruled_within = "3 working days"
hours = "office"

[[goal]]
id = "brought-in"
clause = "7.1"
says = "Marketing brings in three opportunities this quarter."
side = "marketing"
measure = "opened"
from = 2026-10-01
to = 2026-12-31
target = 3

[[goal]]
id = "revenue"
clause = "7.2"
says = "We win 100,000 euros this quarter."
side = "sales"
measure = "revenue"
from = 2026-10-01
to = 2026-12-31
target = 100000

[[goal]]
id = "ritas"
clause = "7.3"
says = "Rita wins one opportunity this quarter."
side = "sales"
measure = "won"
user = "rep@millrace.example"
from = 2026-10-01
to = 2026-12-31
target = 1
"#;

const REVENUE: &str = "/scoreboard/rows?figure=goal.revenue";
const OPENED: &str = "/scoreboard/rows?figure=goal.brought-in";

/// Two opportunities of the rep, both opened and one of them won this quarter.
async fn with_opportunities() -> World {
    with_opportunities_under(TEXT).await
}

async fn with_opportunities_under(text: &str) -> World {
    let world = World::just_signed_with(text);
    let deal = |id: &str, outcome: &str, euros: i64| {
        json!({"fact": "opportunity", "opportunity": id, "fields": {
            "name": format!("Pumps for {id}"), "owner": world.user("rep"), "outcome": outcome,
            "opened_on": "2026-11-02", "closed_on": "2026-11-12",
            "amount": {"amount_minor": euros * 100, "currency": "EUR"}}})
    };
    world.reports(json!([deal("north", "won", 40_000), deal("south", "open", 9_000)])).await;
    world
}

async fn contests(world: &World, short: &str, goal: &str) -> testkit::Answer {
    let statement = "It came from Sven\u{2019}s own customer.";
    let fields = [("opportunity", "crm:north"), ("goal", goal), ("statement", statement)];
    world.posts(short, "/disputes", &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credit_is_contested_answered_and_overturned_and_the_figure_says_by_which_ruling() {
    let world = with_opportunities().await;
    let page = world.page("sven", "/opportunities/crm:north").await;
    assert!(page.contains("Marketing brings in three opportunities"), "{page}");
    assert!(page.contains("it counts; contest it"), "{page}");
    assert!(world.page("mara", OPENED).await.contains("2 rows, together 2"));
    let form = world.page("sven", "/disputes/new?opportunity=crm%3Anorth&goal=brought-in").await;
    assert!(form.contains("Contest the credit to the goal brought-in"), "{form}");

    let opened = contests(&world, "sven", "brought-in").await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text());
    let dispute = opened.header("location").to_owned();
    assert!(world.page("mara", OPENED).await.contains("2 rows"), "it counts until it is ruled on");
    assert!(world.page("rep", "/opportunities/crm:north").await.contains("it counts, and is"));
    assert!(world.page("operations", "/").await.contains("waits for your ruling until"));
    assert!(world.page("mara", "/").await.contains("waits for the words of your side"));
    let says = [("statement", "Our fair brought them, in October.")];
    let answered = world.posts("mara", &format!("{dispute}/statement"), &says).await;
    assert_eq!(answered.status, StatusCode::SEE_OTHER, "{}", answered.text());

    world.at("2026-11-17 10:00");
    let ruling = [("ruling", "overturned"), ("reasons", "They were a customer in September.")];
    let ruled = world.posts("operations", &format!("{dispute}/ruling"), &ruling).await;
    assert_eq!(ruled.status, StatusCode::SEE_OTHER, "{}", ruled.text());
    let rows = world.page("mara", OPENED).await;
    assert!(rows.contains("1 row, together 1") && rows.contains("Pumps for south"), "{rows}");
    assert!(rows.contains("left out by a ruling 1 what the opportunity would bring"), "{rows}");
    let markup = world.gets("mara", OPENED).await.body;
    assert!(markup.contains(&format!("href=\"{dispute}\"")), "{markup}");
    let board = world.page("mara", "/scoreboard").await;
    assert!(board.contains("1 of 3 opportunities opened"), "{board}");
    let page = world.page("rep", "/opportunities/crm:north").await;
    assert!(page.contains("it does not count, by a ruling"), "{page}");
    let found = world.page("rep", "/disputes?q=september").await;
    assert!(found.contains("Sales contested 1 on which there was a ruling; 1 was overturned"));
    assert!(world.page("mara", REVENUE).await.contains("together €40,000"), "another goal stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_count_or_was_contested_is_refused_and_nothing_is_written() {
    let world = with_opportunities().await;
    assert_eq!(contests(&world, "mara", "revenue").await.status, StatusCode::SEE_OTHER);
    let before = world.everything();
    let again = contests(&world, "sven", "revenue").await;
    assert!(again.text().contains("It is contested already"), "{}", again.text());
    let fields = [("opportunity", "crm:south"), ("goal", "revenue"), ("statement", "No.")];
    let open = world.posts("mara", "/disputes", &fields).await;
    assert!(open.text().contains("It does not count towards revenue"), "{}", open.text());
    let fields = [("opportunity", "crm:gone"), ("goal", "revenue"), ("statement", "No.")];
    let gone = world.posts("mara", "/disputes", &fields).await;
    assert!(gone.text().contains("It does not count towards revenue"), "{}", gone.text());
    let fields = [("opportunity", "crm:north"), ("goal", "brought-in"), ("statement", " ")];
    let blank = world.posts("mara", "/disputes", &fields).await;
    assert!(blank.text().contains("Write a statement"), "{}", blank.text());
    let looks = contests(&world, "auditor", "brought-in").await;
    assert_eq!(looks.status, StatusCode::NOT_FOUND, "{}", looks.text());
    assert_eq!(world.everything(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_goal_names_by_an_address_sees_it_and_nobody_beside_them_does() {
    let world = with_opportunities().await;
    let goal = "/scoreboard/rows?figure=goal.ritas";
    for (short, sees) in [("rep", true), ("sven", true), ("marketer", false)] {
        let board = world.page(short, "/scoreboard").await;
        assert_eq!(board.contains("Rita wins one opportunity"), sees, "{short}: {board}");
        let rows = world.gets(short, goal).await;
        assert_eq!(rows.status == StatusCode::OK, sees, "{short}: {}", rows.text());
    }
    let today = world.page("rep", "/").await;
    assert!(today.contains("Rita wins one opportunity this quarter"), "{today}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credit_is_contested_until_so_many_days_after_the_last_day_of_the_goal() {
    let text = TEXT.replace("14 days", "3 days").replace("to = 2026-12-31", "to = 2026-11-15");
    let world = with_opportunities_under(&text).await;
    world.at("2026-11-18 23:00");
    assert_eq!(contests(&world, "mara", "revenue").await.status, StatusCode::SEE_OTHER);
    world.at("2026-11-19 01:00");
    let before = world.everything();
    let late = contests(&world, "mara", "brought-in").await;
    let says = "It could be contested for 3 days after the last day of the goal";
    assert!(late.text().contains(says), "{}", late.text());
    assert_eq!(world.everything(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ruling_that_lets_it_stand_changes_no_figure_and_rebuilding_says_the_same() {
    let world = with_opportunities().await;
    let dispute = contests(&world, "mara", "revenue").await.header("location").to_owned();
    let ruling = [("ruling", "stands"), ("reasons", "The order was signed here.")];
    world.posts("operations", &format!("{dispute}/ruling"), &ruling).await;
    let rows = world.page("mara", REVENUE).await;
    assert!(rows.contains("together €40,000") && !rows.contains("left out"), "{rows}");
    let page = world.page("rep", "/opportunities/crm:north").await;
    assert!(page.contains("it counts, by a ruling"), "{page}");
    for (short, sees) in [("rep", true), ("leader", true), ("marketer", false)] {
        let page = world.page(short, "/opportunities/crm:north").await;
        assert_eq!(page.contains("Rita wins one opportunity"), sees, "{short}: {page}");
    }
    let before = world.everything();
    let now = world.now();
    world.asks(|engine| engine.store().rebuild(now, |_, _| {})).expect("they can be");
    let after = world.everything();
    let differs = before.lines().zip(after.lines()).find(|(before, after)| before != after);
    assert_eq!((differs, before.lines().count()), (None, after.lines().count()));
}
