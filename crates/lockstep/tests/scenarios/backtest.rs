//! Before anybody signs: what a proposed definition would have found in the past.

use domain::ids::Version;
use engine::backtest::attached_to;
use serde_json::json;
use testkit::{AGREEMENT, World, http::StatusCode};

const BACKTEST: &str = "/agreement/2/backtest";
const DEMO: &str = "demo";

async fn does(world: &World, lead: &str, kind: &str, happened_at: Option<&str>) {
    let mut fact = json!({"fact": "activity", "lead": lead, "kind": kind});
    if let Some(at) = happened_at {
        fact["happened_at"] = json!(at);
    }
    assert!(world.reports(json!([fact])).await.status.is_success());
}

async fn comes(world: &World, lead: &str, title: &str) {
    let fact = json!([{"fact": "lead", "lead": lead, "fields": {"title": title}}]);
    assert!(world.reports(fact).await.status.is_success());
}

/// Under forty points one lead qualified and was taken on; under thirty one more would have.
async fn before_thirty_points_are_signed() -> World {
    let world = World::just_signed();
    comes(&world, "director", "Director").await;
    comes(&world, "buyer", "Buyer").await;
    comes(&world, "quiet", "Buyer").await;
    does(world.at("2026-11-16 10:00"), "director", DEMO, None).await;
    does(&world, "buyer", DEMO, None).await;
    does(&world, "quiet", "price", None).await;
    let taken = json!([{"fact": "lead_moved", "lead": "director", "status": "SAL"}]);
    assert!(world.at("2026-11-16 11:00").reports(taken).await.status.is_success());
    world.at("2026-11-17 09:00");
    let thirty = AGREEMENT.replace("score.total >= 40", "score.total >= 30");
    assert_eq!(world.proposes(&thirty).0, 2);
    world
}

/// The rows of a file without its header, in order.
async fn rows(world: &World, of: &str) -> Vec<String> {
    let answer = world.gets("mara", &format!("{BACKTEST}/leads.csv?{of}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.body.lines().skip(1).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn both_signers_see_who_would_enter_and_looking_writes_nothing() {
    let world = before_thirty_points_are_signed().await;
    let before = world.everything();
    for who in ["mara", "sven"] {
        let page = world.page(who, "/agreement/2").await;
        assert!(page.contains("What its definition would have found in the past"), "{page}");
        let page = world.page(who, BACKTEST).await;
        assert!(page.contains("At 30 points, 1 lead more; nothing was won in the time"), "{page}");
        assert!(page.contains("In both 1 0 0 1 Leave 0 0 0 0 Enter 1 0 0 1"), "{page}");
        assert!(page.contains("with what was known then; 3 leads."), "{page}");
        let entered = world.page(who, &format!("{BACKTEST}/leads?of=enter")).await;
        assert!(entered.contains("the proposed rule only: 1") && entered.contains("crm:buyer"));
        assert!(!entered.contains("crm:quiet"), "{entered}");
    }
    let tried = world.page("mara", &format!("{BACKTEST}?threshold=10")).await;
    assert!(tried.contains("Tried here at 10 points."), "{tried}");
    assert!(tried.contains("At 10 points, 2 leads more"), "{tried}");
    assert_eq!(world.everything(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_is_no_older_than_what_is_told_of_it_though_its_account_is() {
    let world = World::just_signed();
    let account = json!({"fact": "account", "account": "a1", "fields": {"name": "Opitz"},
        "happened_at": "2025-05-22T22:00:00Z"});
    let lead = json!({"fact": "lead", "lead": "new", "fields": {"account": "crm:a1"}});
    assert!(world.reports(json!([account, lead])).await.status.is_success());
    world.at("2026-11-17 09:00");
    world.proposes(&AGREEMENT.replace("score.total >= 40", "score.total >= 30"));
    let rows = rows(&world, "of=leads").await;
    assert!(rows.len() == 1 && rows[0].contains("2026-11-16T08:00:00Z"), "{rows:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clocks_that_would_have_started_say_what_is_known_of_their_end() {
    let world = before_thirty_points_are_signed().await;
    let page = world.page("sven", BACKTEST).await;
    // Four working hours: the director was answered within one, and nobody was asked for the buyer.
    assert!(page.contains("Answer, today’s rule 1 0 0 0"), "{page}");
    assert!(page.contains("Answer, proposed 1 0 1 0"), "{page}");
    let of = "of=clocks.proposed.0.not_asked";
    let found = world.page("sven", &format!("{BACKTEST}/leads?{of}")).await;
    let title = "Answer by the proposed rule: not done in time, and sales was not asked then";
    assert!(found.contains(title) && found.contains("crm:buyer"), "{found}");
    assert_eq!(rows(&world, of).await.len(), 1);
    // What is told later of then changes the end of a clock, and never which leads are found.
    world.at("2026-11-18 09:00");
    let called = json!([{"fact": "lead_moved", "lead": "buyer", "status": "SAL",
                         "happened_at": "2026-11-16T10:00:00Z"}]);
    assert!(world.reports(called).await.status.is_success());
    let page = world.page("sven", BACKTEST).await;
    assert!(page.contains("Answer, proposed 2 0 0 0"), "{page}");
    assert!(page.contains("In both 1 0 0 1 Leave 0 0 0 0 Enter 1"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_future_that_is_planted_changes_nothing_of_the_past() {
    let world = before_thirty_points_are_signed().await;
    let of_monday = "of=proposed&to=2026-11-16";
    let known = rows(&world, of_monday).await;
    assert_eq!(known.len(), 2, "{known:?}");
    // Everything that is told from now on is dated back to before the judgement.
    world.at("2026-11-19 09:00");
    does(&world, "quiet", DEMO, Some("2026-11-16T08:30:00Z")).await;
    does(&world, "buyer", DEMO, Some("2026-11-16T08:10:00Z")).await;
    let late = json!([{"fact": "lead", "lead": "buyer", "fields": {"title": "Director"},
                       "happened_at": "2026-11-16T08:05:00Z"}]);
    assert!(world.reports(late).await.status.is_success());
    assert_eq!(rows(&world, of_monday).await, known);
    let page = world.page("mara", &format!("{BACKTEST}?to=2026-11-19")).await;
    assert!(page.contains("3 facts were learnt more than a day after"), "{page}");
    let today = rows(&world, "of=proposed&to=2026-11-19").await;
    assert_eq!(today.len(), 3, "it counts from when it was learnt: {today:?}");
    assert!(
        today.iter().any(|row| row.contains("quiet") && row.contains("2026-11-19")),
        "{today:?}"
    );
    // Said to be history, it is taken as known when it happened.
    let loaded = rows(&world, &format!("{of_monday}&loaded=2026-11-19")).await;
    assert_eq!(loaded.len(), 3, "{loaded:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_wrongly_is_told() {
    let world = before_thirty_points_are_signed().await;
    for (query, words) in [
        ("threshold=many", "is not a number of points."),
        ("from=17.11.26", "is not a day"),
        ("from=2026-11-20&to=2026-11-17", "exchange the two"),
        ("within=0", "from 1 to 1000"),
        ("definition=sql", "it has mql."),
        ("lever=3", "has no threshold 3: choose one from 1 to 1."),
    ] {
        let answer = world.gets("mara", &format!("{BACKTEST}?{query}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert!(answer.text().contains(words), "{query}: {}", answer.text());
    }
    for absent in
        ["/agreement/9/backtest", "/agreement/x/backtest", "/agreement/2/backtest/leads?of=all"]
    {
        assert_eq!(world.gets("mara", absent).await.status, StatusCode::NOT_FOUND, "{absent}");
    }
}

async fn signs(world: &World, who: &str) {
    let hash = world.hash(Version(2));
    let answer = world.posts(who, "/agreement/2/signature", &[("hash", &hash)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_before_signing_is_compared_with_what_came() {
    let world = before_thirty_points_are_signed().await;
    let before = world.everything();
    for who in ["rep", "marketer", "auditor"] {
        let answer = world.posts(who, "/agreement/2/backtests", &[]).await;
        assert!(answer.status.is_client_error(), "{who}: {}", answer.status);
    }
    assert_eq!(world.everything(), before, "a denial changes nothing");

    let answer = world.posts("mara", "/agreement/2/backtests", &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let attached = world.last_fact();
    world.posts("mara", "/agreement/2/backtests", &[]).await;
    let page = world.page("sven", BACKTEST).await;
    assert!(
        page.contains(
            "Attached by Mara Lenz: “mql” over Mon 16 Nov to Tue 17 Nov : 2 leads, none of them"
        ),
        "{page}"
    );
    signs(&world, "mara").await;
    let signed = world.last_fact();
    let fact = world.page("mara", &format!("/facts/{signed}")).await;
    assert!(
        fact.contains(&format!("\"backtests\":[{attached}]")) || fact.contains("backtests"),
        "{fact}"
    );
    signs(&world, "sven").await;
    let version = world.page("rep", "/agreement/2").await;
    assert!(version.contains("Backtest : Attached by Mara Lenz"), "{version}");
    world.at("2026-11-17 09:05").ticks();

    let late = world.posts("mara", "/agreement/2/backtests", &[]).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", late.text());
    assert!(late.text().contains("not open for signing"), "{}", late.text());
    for lead in ["new-1", "new-2"] {
        comes(&world, lead, "Buyer").await;
        does(world.at("2026-11-18 09:00"), lead, DEMO, None).await;
    }
    for day in ["11-23", "11-28", "12-03", "12-08", "12-13"] {
        world.at(&format!("2026-{day} 09:00")).ticks();
        world.page("sven", "/").await;
    }
    let page = world.page("sven", BACKTEST).await;
    assert!(page.contains("30 Thu 17 Dec 30 (19 to 41 by chance) 2 not over"), "{page}");
    assert!(page.contains("60 Sat 16 Jan 2027 60 (45 to 75 by chance) 2 not over"), "{page}");
    assert!(page.contains("crm:new-1"), "{page}");

    world.at("2026-12-18 09:00").ticks();
    let now = world.now();
    let came = world.asks(move |engine| {
        let attached = engine.read(|reader| attached_to(reader, Version(2))).unwrap();
        engine.came_since(&attached[0].1, now).unwrap()
    });
    let said: Vec<_> = came
        .iter()
        .map(|came| (came.days, came.leads.len(), came.is_over, came.is_off()))
        .collect();
    assert_eq!(said, [(30, 2, true, true), (60, 2, false, false), (90, 2, false, false)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn wins_of_no_lead_are_told_with_what_they_were_worth_and_open_to_their_list() {
    let world = before_thirty_points_are_signed().await;
    let deal = |id: &str, lead: Option<&str>, closed_on: &str| {
        let mut fields = json!({"stage": "Won", "outcome": "won", "opened_on": "2026-11-16",
            "closed_on": closed_on, "amount": {"amount_minor": 250_000, "currency": "EUR"}});
        if let Some(lead) = lead {
            fields["lead"] = json!(lead);
        }
        json!({"fact": "opportunity", "opportunity": id, "fields": fields})
    };
    let deals = json!([
        deal("of-a-lead", Some("director"), "2026-11-17"),
        deal("alone", None, "2026-11-17"),
        deal("later", None, "2026-12-01"),
    ]);
    let told = world.reports(deals).await;
    assert!(told.status.is_success(), "{}", told.text());
    let page = world.gets("mara", &format!("{BACKTEST}?to=2026-11-17")).await;
    for says in [
        "Of all wins of leads, found before 1 of 1",
        "Of all wins, those of no lead too 1 of 2",
        "1 opportunity of no lead was won in the time, worth €2,500 : no rule can find it",
        "2 opportunities came of no lead, at any time: no rule can find them.",
    ] {
        assert!(page.text().contains(says), "{says}: {}", page.text());
    }
    let href = "/opportunities?lead=none&amp;outcome=won&amp;closes_from=2026-11-16&amp;closes_to=2026-11-17";
    assert!(page.body.contains(href), "{}", page.body);
    let list = world.page("mara", &href.replace("&amp;", "&")).await;
    assert!(list.contains("that came of no lead"), "{list}");
    assert!(list.contains("crm:alone") && !list.contains("crm:later"), "{list}");
    assert!(!list.contains("of-a-lead"), "{list}");
}

/// Rita takes two leads a day; what follows from that a week at a time is told, with who is away.
#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_taken_is_told_for_each_week_ahead_with_who_is_away() {
    let pool = "\n[routing]\nclause = \"9\"\nheading = \"Who gets a lead\"\nsays = \"In turn.\"\n\
        on = [\"MQL\"]\n\n[[pool]]\nid = \"desk\"\ncatch_up = false\nonly_in_hours = false\n\
        members = [{ user = \"rep@millrace.example\", cap_day = 2 }]\n\n[[route]]\nid = \"desk\"\n\
        says = \"Everybody comes to the desk.\"\npool = \"desk\"\nby = \"round_robin\"\n\n\
        [[route]]\nid = \"rest\"\nsays = \"The rest comes to Sven.\"\n\
        catch_all = \"sven@millrace.example\"\n";
    let world = World::just_signed_with(pool);
    comes(&world, "director", "Director").await;
    does(world.at("2026-11-16 10:00"), "director", DEMO, None).await;
    let rita = format!("/people/{}/absences", world.user("rep"));
    let days = [("first_on", "2026-11-24"), ("last_on", "2026-11-25"), ("substitute", "")];
    let away = world.posts("rep", &rita, &days).await;
    assert_eq!(away.status, StatusCode::SEE_OTHER, "{}", away.text());
    let page = world.page("mara", "/agreement/1/backtest").await;
    for says in [
        "Qualified leads a week against 9 that can be taken: the mean of the next weeks",
        "absences: 10 from Mon 16 Nov , 6 from Mon 23 Nov ( 2 days away), 10 from Mon 30 Nov",
        "who was in the pools then and who was away is not looked up",
    ] {
        assert!(page.contains(says), "{says}: {page}");
    }
}
