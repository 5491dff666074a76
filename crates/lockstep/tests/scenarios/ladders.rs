//! While nobody answers: who is told, and when a lead passes to the backup.

use serde_json::{Value, json};
use testkit::{LADDERS, World, http::StatusCode};

use crate::routing::ROUTES;

/// The rep is led by Sven, and a lead that qualifies at nine is the rep's.
async fn a_lead_of_the_rep(world: &World) {
    let (rep, sven) = (world.user("rep"), world.user("sven"));
    let facts = json!([
        {"fact": "user", "user": rep, "fields": {"manager": sven}},
        {"fact": "lead", "lead": "l1", "fields": {"title": "Director"},
         "person": {"name": "Nora Feld", "email": "nora@kunde.example"}},
        {"fact": "lead_moved", "lead": "l1", "status": "New"},
        {"fact": "lead_assigned", "lead": "l1", "owner": rep},
        {"fact": "activity", "lead": "l1", "kind": "demo"},
    ]);
    let answer = world.reports(facts).await;
    assert!(answer.status.is_success(), "{}", answer.body);
}

fn owner(world: &World) -> Option<String> {
    let row = world.asks(|engine| engine.read(|reader| reader.lead(&"crm:l1".into())));
    row.expect("it is read").and_then(|row| row.owner).map(|owner| owner.to_string())
}

const STEP: &str = "of its ladder";

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_nobody_answers_tells_one_after_another_and_passes_on_once() {
    let world = World::just_signed_on_ladders();
    a_lead_of_the_rep(&world).await;
    world.at("2026-11-16 10:30").ticks();
    assert!(!world.page("rep", "/").await.contains(STEP), "it is not at 80 % yet");
    world.at("2026-11-16 10:37").ticks();
    let today = world.page("rep", "/").await;
    assert!(today.contains("First call by 11:00 reached step 1 of its ladder"), "{today}");
    assert_eq!(today.matches(STEP).count(), 1, "beside the clock and nowhere else: {today}");
    assert!(!world.page("sven", "/").await.contains(STEP), "nobody else is told");
    world.at("2026-11-16 11:01").ticks();
    let today = world.page("sven", "/").await;
    assert!(today.contains("First call by 11:00 reached step 2 of its ladder"), "{today}");
    world.at("2026-11-16 12:01").ticks();
    assert_eq!(owner(&world), Some(world.user("leader").to_string()));
    let today = world.page("operations", "/").await;
    assert!(today.contains("and passed on"), "{today}");
    assert!(world.page("rep", "/leads/crm:l1").await.contains("passed its due time"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_look_decides_nothing_and_a_second_miss_passes_nothing_on() {
    let world = World::just_signed_on_ladders();
    a_lead_of_the_rep(&world).await;
    world.at("2026-11-16 12:01").ticks();
    let before = world.everything();
    world.ticks();
    assert_eq!(world.everything(), before, "the second time nothing follows");
    let back = json!([{"fact": "lead_assigned", "lead": "l1", "owner": world.user("rep")}]);
    assert!(world.reports(back).await.status.is_success());
    world.at("2026-11-16 16:30").ticks();
    assert_eq!(owner(&world), Some(world.user("rep").to_string()));
    let page = world.page("rep", "/leads/crm:l1").await;
    assert!(page.contains("the lead stays: it was passed on as often as"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_answered_waits_no_more() {
    let world = World::just_signed_on_ladders();
    a_lead_of_the_rep(&world).await;
    world.at("2026-11-16 11:01").ticks();
    assert!(world.page("sven", "/").await.contains(STEP));
    let answered = json!([{"fact": "lead_moved", "lead": "l1", "status": "SAL"}]);
    assert!(world.reports(answered).await.status.is_success());
    assert!(!world.page("sven", "/").await.contains(STEP));
    world.at("2026-11-16 16:00").ticks();
    assert_eq!(owner(&world), Some(world.user("rep").to_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_backup_is_told_for_an_owner_on_holiday() {
    let world = World::just_signed_on_ladders();
    let page = format!("/people/{}/absences", world.user("rep"));
    let days = [("first_on", "2026-11-16"), ("last_on", "2026-11-20"), ("substitute", "")];
    world.posts("rep", &page, &days).await;
    a_lead_of_the_rep(&world).await;
    world.at("2026-11-16 10:37").ticks();
    assert!(world.page("leader", "/").await.contains(STEP));
    assert!(!world.page("rep", "/").await.contains(STEP));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agreement_shows_its_ladders() {
    let world = World::just_signed_on_ladders();
    let page = world.page("rep", "/agreement").await;
    for says in [
        "at 80 % of the target, the owner is told",
        "a lead passes to the backup, once",
        "leader@millrace.example",
    ] {
        assert!(page.contains(says), "{says}: {page}");
    }
}

/// A firm that routes as well, so that the backup is a member of a pool.
fn that_routes() -> World {
    World::just_signed_with(&format!("{ROUTES}\n{LADDERS}"))
}

fn qualified(fields: Value) -> Value {
    json!([
        {"fact": "lead", "lead": "l1", "fields": fields},
        {"fact": "lead_moved", "lead": "l1", "status": "MQL"},
    ])
}

fn received(world: &World) -> Vec<i64> {
    let now = world.now();
    let pools = world.asks(|engine| engine.routing_fairness(now)).expect("it is read");
    assert!(pools[0].members.iter().all(|member| member.is_reproduced()));
    pools[0].members.iter().map(|member| member.level.received).collect()
}

fn given_today(world: &World, who: &str) -> u32 {
    let (user, midnight) = (world.user(who), "2026-11-15T23:00:00Z".parse().expect("an instant"));
    let given = world.asks(|engine| engine.read(|reader| reader.given_since(user, midnight, 9)));
    given.expect("it is read")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_ladder_passes_on_is_not_routed_back_and_counts_once() {
    let world = that_routes();
    world.reports(qualified(json!({"title": "Buyer"}))).await;
    assert_eq!(owner(&world), Some(world.user("rep").to_string()));
    world.at("2026-11-16 12:01").ticks();
    assert_eq!(owner(&world), Some(world.user("leader").to_string()));
    assert_eq!(received(&world), [1, 0], "the pool gave it once, and not to the backup");
    let given = ["rep", "leader"].map(|who| given_today(&world, who));
    assert_eq!(given, [1, 1], "each was given it once today");
    let page = world.page("sven", "/leads/crm:l1").await;
    assert!(!page.contains("Why Lea Winter?"), "no route gave it to her: {page}");
    let fields = [("role", "rep"), ("side", "sales")];
    world.posts("operations", &format!("/people/{}", world.user("rep")), &fields).await;
    world.at("2026-11-16 12:30").ticks();
    let before = world.everything();
    world.ticks();
    assert_eq!(world.everything(), before);
    assert_eq!(owner(&world), Some(world.user("leader").to_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_that_waits_for_a_route_passes_to_the_backup_and_waits_no_more() {
    let world = that_routes();
    for (who, half) in [("rep", ""), ("leader", "morning")] {
        let page = format!("/people/{}/absences", world.user(who));
        let days = [("first_on", "2026-11-16"), ("last_on", "2026-11-16"), ("half", half)];
        let answer = world.posts(who, &page, &days).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    }
    world.reports(qualified(json!({"title": "Director"}))).await;
    world.at("2026-11-16 11:59").ticks();
    let page = world.page("sven", "/routing").await;
    assert!(page.contains("1 lead waits for somebody who can take it"), "{page}");
    assert_eq!(owner(&world), None);
    world.at("2026-11-16 12:01").ticks();
    assert_eq!(owner(&world), Some(world.user("leader").to_string()));
    assert_eq!(received(&world), [0, 0]);
    let page = world.page("sven", "/routing").await;
    assert!(page.contains("Every lead that is to be routed has an owner"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_passes_to_a_backup_whom_another_system_says_is_not_active() {
    let world = that_routes();
    world.reports(qualified(json!({"title": "Buyer"}))).await;
    let inactive =
        json!({"fact": "user", "user": world.user("leader"), "fields": {"active": false}});
    assert!(world.reports(inactive).await.status.is_success());
    world.at("2026-11-16 12:01").ticks();
    assert_eq!(owner(&world), Some(world.user("rep").to_string()));
    let page = world.page("rep", "/leads/crm:l1").await;
    assert!(page.contains("the lead stays: the backup has left or may not sign in"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_weekend_without_a_tick_each_step_stands_once_and_the_backup_has_its_own_time() {
    let world = World::just_signed_on_ladders();
    a_lead_of_the_rep(&world).await;
    world.at("2026-11-19 10:00").ticks();
    let page = world.page("rep", "/leads/crm:l1").await;
    for step in 1..=3 {
        assert_eq!(
            page.matches(&format!("reached step {step} of its ladder")).count(),
            1,
            "{page}"
        );
    }
    assert_eq!(owner(&world), Some(world.user("leader").to_string()));
    let today = world.page("leader", "/").await;
    assert!(today.contains("and passed on to you"), "{today}");
    let hers = "First call by 12:00 reached step 1 of its ladder";
    assert!(!today.contains(hers), "her two hours begin now: {today}");
    world.at("2026-11-19 11:37").ticks();
    let today = world.page("leader", "/").await;
    assert!(today.contains(hers), "{today}");
}

/// A firm in which a lead that nobody answers goes by the routes once more, twice at most.
fn that_routes_again() -> World {
    let again = LADDERS
        .replace("reassigns = \"backup\"", "reassigns = \"route\"")
        .replace("at_most = 1", "at_most = 2");
    World::just_signed_with(&format!("{ROUTES}\n{again}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_that_nobody_answers_goes_by_the_routes_to_somebody_else() {
    let world = that_routes_again();
    world.reports(qualified(json!({"title": "Buyer"}))).await;
    assert_eq!(owner(&world), Some(world.user("rep").to_string()));
    world.at("2026-11-16 12:01").ticks();
    assert_eq!(owner(&world), Some(world.user("leader").to_string()));
    for (who, words) in [("rep", "and passed on to Lea Winter"), ("leader", "and passed on to you")]
    {
        let today = world.page(who, "/").await;
        assert!(today.contains(words), "{who}: {today}");
    }
    let page = world.page("rep", "/leads/crm:l1").await;
    assert!(page.contains("Passed on from Rita Voss to Lea Winter by desk"), "{page}");
    let why = world.page("rep", "/leads/crm:l1/routing").await;
    assert!(why.contains("Rita Voss had it and had not answered in time"), "{why}");
    assert!(why.contains("Lea Winter, passed on from Rita Voss at step 3"), "{why}");
    assert!(why.contains("it comes out the same"), "{why}");
    let before = world.everything();
    world.ticks();
    assert_eq!(world.everything(), before, "the second time nothing follows");
    world.at("2026-11-16 16:30").ticks();
    assert_eq!(owner(&world), Some(world.user("sven").to_string()), "nobody of the desk is left");
    world.at("2026-11-17 12:30").ticks();
    assert_eq!(owner(&world), Some(world.user("sven").to_string()), "twice at most");
    let page = world.page("rep", "/leads/crm:l1").await;
    assert!(page.contains("the lead stays: it was passed on as often as"), "{page}");
    assert_eq!(received(&world), [1, 1], "the pool gave it to each once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_gives_what_nobody_answered_to_nobody_who_is_away_or_gone() {
    let world = that_routes_again();
    world.reports(qualified(json!({"title": "Buyer"}))).await;
    let fields = [("role", "leader"), ("side", "neutral")];
    world.posts("operations", &format!("/people/{}", world.user("leader")), &fields).await;
    let days = [("first_on", "2026-11-16"), ("last_on", "2026-11-16"), ("substitute", "")];
    world.posts("sven", &format!("/people/{}/absences", world.user("sven")), &days).await;
    world.at("2026-11-16 12:01").ticks();
    assert_eq!(owner(&world), Some(world.user("rep").to_string()), "nobody else can take it");
    let page = world.page("rep", "/leads/crm:l1").await;
    assert!(page.contains("Stays with Rita Voss, since nobody else can take it"), "{page}");
    let why = world.page("rep", "/leads/crm:l1/routing").await;
    for words in ["Lea Winter may not sign in any more", "Sven Arndt was away"] {
        assert!(why.contains(words), "{words}: {why}");
    }
    let board = world.page("operations", "/routing").await;
    assert!(
        !board.contains("waits for somebody"),
        "it is not among those that nobody has: {board}"
    );
}

/// When the clocks of the first call are due, whether they were missed, and whether they run.
fn clocks(world: &World) -> Vec<(String, bool, bool)> {
    let rows = world.asks(|engine| engine.read(|reader| reader.clocks_of(&"crm:l1".into())));
    let rows = rows.expect("they are read").into_iter();
    let rows = rows.filter(|row| row.service_level == "first-call");
    rows.map(|row| (row.due_at.to_string(), row.breached, row.stopped_at.is_none())).collect()
}

/// Gives the lead to Sven, and takes it back at once.
async fn gives_and_undoes(world: &World, meanwhile: &[Value]) {
    let sven = world.user("sven").as_str();
    let sent = [("row", "crm:l1"), ("act", "owner"), ("owner", sven), ("back", "")];
    let (words, undo) = world.posts("sven", "/leads/corrections", &sent).await.said();
    assert_eq!(words, "1 lead given to Sven Arndt.");
    assert_eq!(clocks(world).len(), 2, "whoever has it now has a clock of their own");
    for told in meanwhile {
        assert!(world.reports(told.clone()).await.status.is_success());
    }
    let undone = world.posts("sven", &undo, &[]).await.said().0;
    assert_eq!(undone, "Undone for 1 lead.");
    assert_eq!(owner(world), Some(world.user("rep").to_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_giving_that_is_undone_leaves_a_late_clock_late() {
    let world = World::just_signed_on_ladders();
    a_lead_of_the_rep(&world).await;
    world.at("2026-11-16 11:10").ticks();
    let before = clocks(&world);
    assert!(before[0].1 && before[0].2, "it runs, and is late: {before:?}");
    gives_and_undoes(&world, &[]).await;
    assert_eq!(clocks(&world), before, "as if it had never been given");
    let page = world.page("rep", "/leads/crm:l1").await;
    assert!(page.contains("Giving it to somebody was undone by Sven Arndt"), "{page}");
    world.at("2026-11-16 12:01").ticks();
    assert_eq!(owner(&world), Some(world.user("leader").to_string()), "the ladder goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_while_another_had_it_stays_and_begins_a_clock_for_whoever_gets_it_back() {
    let world = World::just_signed_on_ladders();
    a_lead_of_the_rep(&world).await;
    world.at("2026-11-16 11:10").ticks();
    let note = json!({"fact": "activity", "lead": "l1", "kind": "price"});
    gives_and_undoes(&world, &[note]).await;
    assert_eq!(clocks(&world).len(), 3);
}
