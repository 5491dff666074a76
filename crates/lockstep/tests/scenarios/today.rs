//! The first page in the morning, for each role.

use serde_json::{Value, json};
use testkit::World;
use testkit::http::StatusCode;

/// A lead of somebody that qualifies, so that a clock of four hours runs on it.
fn qualified(world: &World, lead: &str, name: &str, owner: &str) -> Value {
    json!([
        {"fact": "lead", "lead": lead, "fields": {"title": "Director"}, "person": {"name": name}},
        {"fact": "lead_moved", "lead": lead, "status": "New"},
        {"fact": "lead_assigned", "lead": lead, "owner": world.user(owner)},
        {"fact": "activity", "lead": lead, "kind": "demo"},
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rep_sees_their_own_number_clocks_and_deals_and_nothing_else() {
    let world = World::just_signed_on_opportunities();
    world.reports(qualified(&world, "l1", "Mirjam Opitz", "rep")).await;
    world.reports(qualified(&world, "l2", "Jo Li", "sven")).await;
    let amount = |amount: i64| json!({"amount_minor": amount * 100, "currency": "EUR"});
    let deal = |id: &str, outcome: &str, worth: i64| {
        json!({"fact": "opportunity", "opportunity": id, "fields": {
            "name": format!("Pumps {id}"), "owner": world.user("rep"), "stage": "Discovery",
            "outcome": outcome, "amount": amount(worth), "opened_on": "2026-11-02",
            "closed_on": "2026-11-16", "expected_on": "2026-11-20"}})
    };
    world.reports(json!([
        {"fact": "quota", "user": world.user("rep"), "period": "2026-Q4", "fields": {"amount": amount(30_000)}},
        {"fact": "quota", "user": world.user("sven"), "period": "2026-Q4", "fields": {"amount": amount(99_000)}},
        deal("d1", "won", 12_000), deal("d2", "open", 7_000),
    ])).await;
    let page = world.page("rep", "/").await;
    assert!(page.contains("Monday, week 47"), "{page}");
    assert!(page.contains("€18,000 to go of €30,000 ; €12,000 won, 40 % of it"), "{page}");
    // 37 of the 66 working days of the quarter are over on Sunday.
    assert!(
        page.contains("This week €4,818 to go by Sunday, for an even pace of €16,818"),
        "{page}"
    );
    assert!(page.contains("1 of 3 that run, yours"), "{page}");
    assert!(page.contains("Mirjam Opitz") && !page.contains("Jo Li"), "{page}");
    assert!(page.contains("Pumps d2 €7,000 Discovery, expected Fri 20 Nov"), "{page}");
    assert!(!page.contains("99,000") && !page.contains("Version 1 of"), "{page}");
    let figure = format!("/scoreboard/rows?figure=quota.{}.2026-Q4", world.user("rep"));
    assert!(world.page("rep", &figure).await.contains("Pumps d1"));
    let other = format!("/scoreboard/rows?figure=quota.{}.2026-Q4", world.user("sven"));
    assert_eq!(world.gets("rep", &other).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_of_today_opens_for_whoever_has_it_there_and_for_nobody_else() {
    let world = World::just_signed();
    world.reports(qualified(&world, "l1", "Mirjam Opitz", "rep")).await;
    world.reports(qualified(&world, "l2", "Jo Li", "sven")).await;
    let rows = |figure: &str| format!("/scoreboard/rows?figure=today.{figure}");
    let mine = world.page("rep", &rows("running")).await;
    assert!(mine.contains("1 row ") && mine.contains("Mirjam Opitz"), "{mine}");
    assert!(!mine.contains("Jo Li"), "{mine}");
    let all = world.page("leader", &rows("running")).await;
    assert!(all.contains("2 rows"), "{all}");
    for (short, figure) in
        [("marketer", "due"), ("rep", "waiting"), ("sven", "answered"), ("rep", "undecided")]
    {
        let answer = world.gets(short, &rows(figure)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{short} {figure}");
    }
    let margin = world.page("rep", "/scoreboard/rows?figure=agreement.1.qualified.mql").await;
    assert!(margin.contains("2 rows"), "{margin}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_marketer_sees_what_became_of_each_lead_and_why() {
    let world = World::just_signed();
    world.reports(qualified(&world, "l1", "Mirjam Opitz", "rep")).await;
    world
        .reports(json!([
            {"fact": "handoff", "handoff": "h1", "lead": "l1", "to": world.user("rep")},
            {"fact": "handoff", "handoff": "h2", "lead": "l2", "to": world.user("rep")},
            {"fact": "handoff_answered", "handoff": "h1", "lead": "l1", "answer": "rejected",
             "reason": "No project this year", "by": world.user("rep")},
        ]))
        .await;
    let page = world.page("marketer", "/").await;
    assert!(
        page.contains("1 answered in seven days, 0 of them accepted; 1 without an answer yet"),
        "{page}"
    );
    assert!(page.contains("rejected No project this year"), "{page}");
    assert!(!page.contains("Clocks late or due today"), "{page}");
}

/// A goal of marketing, in leads or in euros.
fn goal_in(measure: &str, of: &str) -> String {
    format!(
        "\n[[goal]]\nid = \"brought\"\nclause = \"7\"\nsays = \"Marketing brings its part.\"\n\
         side = \"marketing\"\nmeasure = \"{measure}\"\n{of}from = 2026-10-01\nto = 2026-12-31\n\
         target = 40\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn marketing_sees_what_it_brought_in_value_where_no_goal_in_value_was_signed() {
    let deal = |id: &str, opened_on: &str, amount: Value| {
        let mut fields = json!({"lead": "l1", "outcome": "open", "opened_on": opened_on});
        if !amount.is_null() {
            fields["amount"] = amount;
        }
        json!({"fact": "opportunity", "opportunity": id, "fields": fields})
    };
    let worth = json!({"amount_minor": 1_200_000, "currency": "EUR"});
    for (text, is_told) in
        [(goal_in("qualified", "of = \"mql\"\n"), true), (goal_in("revenue", ""), false)]
    {
        let world = World::just_signed_with(&text);
        world.reports(qualified(&world, "l1", "Mirjam Opitz", "rep")).await;
        let mut facts = vec![
            json!({"fact": "handoff", "handoff": "h1", "lead": "l1", "to": world.user("rep")}),
        ];
        facts.push(deal("new", "2026-11-16", worth.clone()));
        facts.push(deal("bare", "2026-11-16", Value::Null));
        facts.push(deal("before", "2026-01-05", worth.clone()));
        world.reports(Value::Array(facts)).await;
        let page = world.page("marketer", "/").await;
        let says = "€12,000 in 2 opportunities, open or won, of 1 lead handed over since \
                    Thu 1 Oct ; 1 names no amount. No goal in value was signed";
        assert_eq!(page.contains(says), is_told, "{text}: {page}");
        let rows = world.gets("marketer", "/scoreboard/rows?figure=goal-value.EUR").await;
        assert_eq!(rows.status == StatusCode::OK, is_told, "{}", rows.text());
        assert_eq!(rows.text().contains("1 row, together €12,000"), is_told, "{}", rows.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_leads_sees_both_sides_and_what_waits_for_a_signature() {
    let world = World::just_signed();
    world.reports(qualified(&world, "l1", "Mirjam Opitz", "rep")).await;
    world.proposes(&testkit::AGREEMENT.replace("reach 40 points", "reach forty points"));
    let page = world.page("leader", "/").await;
    assert!(page.contains("1 of 1 that run, of both sides"), "{page}");
    assert!(
        page.contains("Version 2 of the Agreement waits for the signature of Marketing"),
        "{page}"
    );
    let mine = world.page("sven", "/").await;
    assert!(mine.contains("waits for the signature of your side"), "{mine}");
    let first = "Open what waits first";
    assert!(mine.contains(first), "{mine}");
    assert!(!page.contains(first), "what waits for others is not theirs to open first: {page}");
    let operations = world.page("operations", "/").await;
    assert!(operations.contains("1 difference between what the sources say"), "{operations}");
    assert!(!operations.contains("What was agreed"), "{operations}");
    let quiet = World::just_signed().page("rep", "/").await;
    assert!(quiet.contains("Nothing waits for you today"), "{quiet}");
    let empty = World::new();
    for (short, words) in [("rep", "read."), ("sven", "read and signed, and your firm’s own data")]
    {
        let page = empty.page(short, "/").await;
        let words = format!(
            "there is no Agreement. Once one is put before both sides, it stands here to be {words}"
        );
        assert!(page.contains(&words), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_looks_after_the_ledger_sees_how_the_house_is() {
    let world = World::just_signed();
    world.reports(json!({"fact": "lead", "lead": "l1"})).await;
    let last = world.last_fact();
    for (short, ..) in testkit::PEOPLE {
        let page = world.page(short, "/").await;
        let may = ["operations", "auditor"].contains(&short);
        assert_eq!(page.contains("Health as it is now"), may, "{short}: {page}");
        if may {
            let words = format!("The ledger fact {last} , recorded Mon 16 Nov, 09:00");
            assert!(page.contains(&words), "{short}: {page}");
            assert!(page.contains("Decisions keep up: nothing waits"), "{short}: {page}");
            assert!(page.contains("crm last told Mon 16 Nov, 09:00"), "{short}: {page}");
        }
    }
}
