//! Before anybody signs: which clocks another text would judge otherwise.

use serde_json::json;
use testkit::{AGREEMENT, World, http::StatusCode};

const CHANGES: &str = "/agreement/2/changes";

async fn moves(world: &World, lead: &str, status: &str) {
    let moved = json!([{"fact": "lead_moved", "lead": lead, "status": status}]);
    assert!(world.reports(moved).await.status.is_success());
}

/// Three leads under four hours, at 14:00: one was answered after one hour, one after three, and one
/// waits since 11:00. Two hours are proposed in their place.
async fn before_two_hours_are_signed() -> World {
    let world = World::just_signed();
    for lead in ["soon", "later"] {
        moves(&world, lead, "MQL").await;
    }
    moves(world.at("2026-11-16 10:00"), "soon", "SAL").await;
    moves(world.at("2026-11-16 11:00"), "waiting", "MQL").await;
    moves(world.at("2026-11-16 12:00"), "later", "SAL").await;
    world.at("2026-11-16 12:30").ticks();
    let two = AGREEMENT.replace("target = \"4h\"", "target = \"2h\"");
    assert_eq!(world.proposes(&two).0, 2);
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn both_signers_see_every_clock_that_would_turn_and_looking_writes_nothing() {
    let world = before_two_hours_are_signed().await;
    let before = world.everything();
    for who in ["mara", "sven"] {
        let page = world.page(who, "/agreement/2").await;
        assert!(page.contains("Which clocks this version would judge otherwise"), "{page}");
        let page = world.page(who, CHANGES).await;
        assert!(page.contains("3 clocks looked at"), "{page}");
        assert!(page.contains("1 of them running") && page.contains("1 would be"), "{page}");
        assert!(page.contains("crm:later") && !page.contains("crm:soon"), "{page}");
        assert!(page.contains("in time , due Mon 16 Nov, 13:00, version 1"), "{page}");
        assert!(page.contains("came late, due Mon 16 Nov, 11:00"), "{page}");
    }
    world.at("2026-11-16 14:00");
    let page = world.page("mara", CHANGES).await;
    assert!(page.contains("2 would be judged otherwise."), "the one that runs is late: {page}");
    assert!(page.contains("late, due Mon 16 Nov, 13:00"), "{page}");
    assert_eq!(world.everything(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_view_narrows_and_is_a_file_and_says_what_is_no_day() {
    let world = before_two_hours_are_signed().await;
    let file = world.gets("mara", "/agreement/2/changes.csv").await.body;
    let lines: Vec<&str> = file.lines().collect();
    assert!(lines[0].contains("clock,subject,service_level,version,owner"), "{file}");
    assert_eq!(lines.len(), 2, "{file}");
    assert!(lines[1].contains("lead/crm:later,answer,1"), "{file}");
    let none = world.page("mara", &format!("{CHANGES}?turn=missed_no_more")).await;
    assert!(none.contains("No clock is like this"), "{none}");
    let some = world.page("mara", &format!("{CHANGES}?turn=missed&level=answer")).await;
    assert!(some.contains("crm:later"), "{some}");
    let tomorrow = world.page("mara", &format!("{CHANGES}?from=2026-11-17")).await;
    assert!(tomorrow.contains("1 clock looked at"), "the one that runs: {tomorrow}");
    let wrong = world.gets("mara", &format!("{CHANGES}?from=17.11.26")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("is not a day"), "{}", wrong.text());
    for absent in ["/agreement/9/changes", "/agreement/x/changes", "/agreement/9/changes.csv"] {
        assert_eq!(world.gets("mara", absent).await.status, StatusCode::NOT_FOUND, "{absent}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn once_both_have_signed_running_clocks_keep_the_version_under_which_they_began() {
    let world = before_two_hours_are_signed().await;
    let hash = world.hash(domain::ids::Version(2));
    for who in ["mara", "sven"] {
        let answer = world.posts(who, "/agreement/2/signature", &[("hash", &hash)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    }
    world.at("2026-11-16 12:40").ticks();
    moves(&world, "fresh", "MQL").await;
    world.at("2026-11-16 14:59").ticks();
    let clocks = world.asks(|engine| engine.read(|reader| reader.clocks())).expect("they are read");
    let of = |lead: &str| {
        let clock = clocks.iter().find(|clock| clock.subject.to_string().ends_with(lead));
        let clock = clock.expect("it has a clock");
        (clock.version.0, clock.breached)
    };
    assert_eq!(of("waiting"), (1, false), "it began under four hours");
    assert_eq!(of("fresh"), (2, true), "it began under two");
    assert_eq!(of("later"), (1, false), "what was in time stays in time");
    world.at("2026-11-16 15:01").ticks();
    let page = world.page("rep", "/leads/crm:waiting").await;
    assert!(page.contains("passed its due time"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn clocks_that_a_text_would_start_and_those_that_would_not_run_are_listed_apart() {
    let world = before_two_hours_are_signed().await;
    moves(&world, "new", "New").await;
    let new = AGREEMENT.replace(
        "starts_when = 'lead.status == \"MQL\"'",
        "starts_when = 'lead.status == \"New\"'",
    );
    assert_ne!(new, AGREEMENT);
    assert_eq!(world.proposes(&new).0, 3);
    let page = world.page("mara", "/agreement/3/changes").await;
    assert!(page.contains("1 more would be started; 1 that run would not"), "{page}");
    let started = world.page("mara", "/agreement/3/changes?turn=started").await;
    assert!(started.contains("crm:new") && started.contains("no clock"), "{started}");
    assert!(!started.contains("crm:waiting"), "{started}");
    let stopped = world.page("mara", "/agreement/3/changes?turn=stopped").await;
    assert!(stopped.contains("crm:waiting"), "{stopped}");
    assert!(stopped.contains("the text starts no clock there"), "{stopped}");
    let file = world.gets("mara", "/agreement/3/changes.csv?turn=started").await.body;
    assert!(file.contains("lead/crm:new"), "{file}");
}
