//! Both sides look at the same figures, and each figure at its rows.

use serde_json::json;
use testkit::http::StatusCode;
use testkit::{PERSONAS, PRIORITIES, World};

async fn answered(world: &World) {
    for lead in ["l1", "l2"] {
        let facts = json!([
            {"fact": "lead", "lead": lead, "fields": {"title": "Director", "source": "Website"}},
            {"fact": "lead_moved", "lead": lead, "status": "New"},
            {"fact": "activity", "lead": lead, "kind": "demo"},
        ]);
        world.reports(facts).await;
    }
    world.at("2026-11-16 11:00");
    world.reports(json!({"fact": "lead_moved", "lead": "l1", "status": "SAL"})).await;
    world.at("2026-11-17 09:00").ticks();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_figure_lists_the_rows_that_add_up_to_it() {
    let world = World::just_signed();
    answered(&world).await;
    let answer = world.gets("mara", "/scoreboard").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.text().contains("1 of 2 clocks met in time"), "{}", answer.text());
    let links: Vec<String> = answer
        .body
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|href| href.starts_with("/scoreboard/rows?"))
        .map(|href| href.replace("&amp;", "&"))
        .collect();
    assert!(links.len() > 5, "{links:?}");
    for link in links {
        let rows = world.page("mara", &link).await;
        assert!(rows.contains(" row"), "{link}: {rows}");
    }
    let rows = world.page("sven", "/scoreboard/rows?figure=level.answer").await;
    assert!(rows.contains("2 rows, together 1"), "{rows}");
    assert_eq!(world.gets("rep", "/scoreboard/rows?figure=x").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_section_says_what_it_finds_of_how_many_and_in_which_days() {
    let world = World::just_signed();
    answered(&world).await;
    let page = world.page("mara", "/scoreboard?from=2026-11-01&to=2026-11-30").await;
    let period = "1 Nov 2026 to 30 Nov 2026 , known up to 17 Nov 2026 , Europe/Berlin; n = 2";
    for words in [
        "Service levels Answer: 1 of 2 , met in time; its clause sets no goal",
        "Funnel by month No month’s leads are old enough yet to say how they went on",
        "Differences “definition met, not said since” is the most frequent difference: ",
        &format!("{period} clocks"),
        &format!("{period} leads"),
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let whole = world.page("mara", "/scoreboard").await;
    assert!(whole.contains("everything up to 17 Nov 2026 , Europe/Berlin"), "{whole}");
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_told_apart_by_whom_leads_are_and_each_opens() {
    let world = World::just_signed_with(&format!("{PERSONAS}\n{PRIORITIES}"));
    answered(&world).await;
    let told = json!([
        {"fact": "lead", "lead": "l3", "fields": {"title": "Buyer"}},
        {"fact": "lead_moved", "lead": "l4", "status": "New"},
    ]);
    world.reports(told).await;
    for (by, like) in [("persona", "The director"), ("segment", "Directors")] {
        let page = world.gets("mara", &format!("/scoreboard?by={by}")).await;
        assert!(page.text().contains("Funnel by group"), "{}", page.text());
        let of = |group: &str| {
            let key = format!("cohorts.{group}").replace(' ', "%20");
            format!("/scoreboard/rows?figure={key}&amp;by={by}")
        };
        for (group, n) in [(like, 2), ("none of them", 1), ("not known", 1)] {
            assert!(page.body.contains(&of(group)), "{}: {}", of(group), page.body);
            let rows = world.page("mara", &of(group).replace("&amp;", "&")).await;
            let says = format!("{n} row");
            assert!(rows.contains(&says), "{group}: {rows}");
        }
        let in_time =
            format!("/scoreboard/rows?figure=level.answer.{}&by={by}", like.replace(' ', "%20"));
        let rows = world.page("mara", &in_time).await;
        assert!(rows.contains("2 rows, together 1"), "{rows}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_told_apart_by_rules_that_nobody_signed() {
    let world = World::just_signed();
    answered(&world).await;
    let page = world.gets("mara", "/scoreboard").await.body;
    assert!(page.contains("value=\"source\"") && !page.contains("value=\"persona\""), "{page}");
    let asked = world.gets("mara", "/scoreboard?by=persona").await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(asked.text().contains("cannot be told apart by"), "{}", asked.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_cannot_be_answered_is_refused_in_words() {
    let world = World::just_signed();
    answered(&world).await;
    let answer = world.gets("mara", "/scoreboard?from=2026-11-02&to=2026-11-01").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("exchange the two"), "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_see_everybody_gets_no_figures_person_by_person() {
    let world = World::just_signed();
    answered(&world).await;
    let facts = json!({"fact": "lead_assigned", "lead": "l2", "owner": world.user("rep")});
    world.reports(facts).await;
    for (short, status) in [("rep", StatusCode::NOT_FOUND), ("sven", StatusCode::OK)] {
        let answer = world.gets(short, "/scoreboard?by=owner").await;
        assert_eq!(answer.status, status, "{short}: {}", answer.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_source_says_and_the_agreement_does_not_is_told_and_opens_to_its_fact() {
    let world = World::just_signed();
    let says =
        |lead: &str, status: &str| json!({"fact": "lead_moved", "lead": lead, "status": status});
    world.reports(json!([says("l1", "New"), says("l2", "New"), says("l3", "New")])).await;
    // One is called qualified and is not, one is and nobody says so, one is and is said to be.
    world.reports(json!([says("l1", "MQL")])).await;
    let asked = |lead: &str| json!({"fact": "activity", "lead": lead, "kind": "demo"});
    let director =
        |lead: &str| json!({"fact": "lead", "lead": lead, "fields": {"title": "Director"}});
    world.reports(json!([director("l2"), asked("l2"), director("l3"), asked("l3")])).await;
    world.at("2026-11-16 09:05");
    world.reports(json!([says("l3", "MQL")])).await;
    let board = world.page("sven", "/scoreboard").await;
    assert!(board.contains("said to be qualified, definition not met 1"), "{board}");
    assert!(board.contains("definition met, not said since 1"), "{board}");
    assert!(board.contains("moved where the Agreement lets nobody move it 0"), "{board}");
    assert!(board.contains("5 moves told"), "{board}");
    let rows = world.page("sven", "/scoreboard/rows?figure=difference.0").await;
    assert!(rows.contains("crm:l1") && rows.contains("fact "), "{rows}");
    let none = world.page("sven", "/scoreboard/rows?figure=difference.1").await;
    assert!(none.contains("crm:l2") && !none.contains("crm:l3"), "{none}");
}

/// A quota of each, and what each has won of it.
async fn quotas(world: &World) {
    for (short, won) in [("rep", 31_000), ("sven", 47_000), ("mara", 0)] {
        let user = world.user(short);
        let quota = json!({"fact": "quota", "user": user, "period": "2026-Q4",
                           "fields": {"amount": {"amount_minor": 9_000_000, "currency": "EUR"}}});
        let deal = json!({"fact": "opportunity", "opportunity": format!("of-{short}"),
            "fields": {"owner": user, "outcome": "won", "closed_on": "2026-11-12",
                       "amount": {"amount_minor": won * 100, "currency": "EUR"}}});
        world.reports(json!([quota, deal])).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_for_one_shows_nobody_anothers_figures() {
    let world = World::just_signed();
    quotas(&world).await;
    let (own, of_sven) = ("€31,000", "€47,000");
    // Whoever asks first, and whatever was kept for whom, each sees what is theirs.
    for round in [["leader", "rep", "marketer"], ["marketer", "rep", "leader"]] {
        for short in round {
            let page = world.page(short, "/scoreboard").await;
            assert_eq!(page.contains(own), short != "marketer", "{short}: {page}");
            assert_eq!(page.contains(of_sven), short == "leader", "{short}: {page}");
            let key = format!("quota.{}.2026-Q4", world.user("sven"));
            for path in ["/scoreboard/rows", "/scoreboard/rows.csv"] {
                let answer = world.gets(short, &format!("{path}?figure={key}&at=1")).await;
                let is_shown = answer.status == StatusCode::OK;
                assert_eq!(is_shown, short == "leader", "{short} {path}: {}", answer.body);
            }
            let by_owner = world.gets(short, "/scoreboard?by=owner").await;
            assert_eq!(by_owner.status == StatusCode::OK, short == "leader", "{short}");
        }
    }
    let today = world.page("rep", "/").await;
    assert!(today.contains("€31,000 won") && !today.contains(of_sven), "{today}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_firm_sees_each_fact_at_once_and_each_figure_adds_up() {
    let world = World::just_signed();
    quotas(&world).await;
    for won in [1_000, 2_000] {
        let deal = json!({"fact": "opportunity", "opportunity": format!("more-{won}"),
            "fields": {"owner": world.user("rep"), "outcome": "won", "closed_on": "2026-11-13",
                       "amount": {"amount_minor": won * 100, "currency": "EUR"}}});
        world.reports(deal).await;
        let sum = if won == 1_000 { "€32,000" } else { "€34,000" };
        for short in ["leader", "rep"] {
            let page = world.page(short, "/scoreboard").await;
            assert!(page.contains(sum) && !page.contains("as of"), "{short}: {page}");
            let key = format!("quota.{}.2026-Q4", world.user("rep"));
            let rows = world.page(short, &format!("/scoreboard/rows?figure={key}")).await;
            assert!(rows.contains(&format!("together {sum}")), "{short}: {rows}");
        }
        assert!(world.page("rep", "/").await.contains(sum));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_week_that_facts_came_late_for_shows_both_numbers_and_the_facts() {
    let world = World::just_signed();
    answered(&world).await;
    for short in ["leader", "mara"] {
        world.at("2026-11-20 09:00").page(short, "/").await;
    }
    for (lead, answered) in [("l3", "2026-11-23 10:00"), ("l4", "2026-11-23 11:00")] {
        world.at("2026-11-23 09:30");
        let facts = json!([
            {"fact": "lead", "lead": lead, "fields": {"title": "Director"}},
            {"fact": "lead_moved", "lead": lead, "status": "New"},
            {"fact": "activity", "lead": lead, "kind": "demo"},
        ]);
        world.reports(facts).await;
        world.at(answered);
        world.reports(json!({"fact": "lead_moved", "lead": lead, "status": "SAL"})).await;
    }
    world.at("2026-11-24 09:00").ticks();
    assert!(!world.page("leader", "/scoreboard").await.contains("when it was over"));
    let late = "2026-11-16T10:30:00+01:00";
    world
        .reports(json!({"fact": "lead_moved", "lead": "l2", "status": "SAL", "happened_at": late}))
        .await;
    for path in ["/scoreboard", "/"] {
        let page = world.page("leader", path).await;
        let says = "* Week 47 was 1 of 2 when it was over and is 2 of 2 , since 1 fact came late";
        assert!(page.contains(says), "{path}: {page}");
    }
    let rows = |key: &str| format!("/scoreboard/rows?figure=week.2026-11-16{key}");
    for (key, sum) in [("", "2 rows, together 2"), ("/then", "2 rows, together 1")] {
        let page = world.page("mara", &rows(key)).await;
        assert!(page.contains(sum), "{key}: {page}");
    }
    let facts = world.page("mara", &rows("/late")).await;
    assert!(facts.contains("1 row "), "{facts}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_whose_leads_may_still_go_on_is_not_over() {
    let world = World::just_signed();
    let moved = |lead: &str, status: &str, at: &str| {
        json!({"fact": "lead_moved", "lead": lead, "status": status,
               "happened_at": format!("2026-{at}T09:00:00Z")})
    };
    let lead = |id: &str| json!({"fact": "lead", "lead": id, "fields": {"title": "Buyer"}});
    world
        .reports(json!([
            lead("l1"),
            lead("l2"),
            lead("l3"),
            moved("l1", "New", "01-05"),
            moved("l1", "MQL", "01-10"),
            moved("l2", "New", "01-06"),
            moved("l3", "New", "11-13"),
        ]))
        .await;
    let board = world.page("leader", "/scoreboard").await;
    let section = board.split("Funnel by month").nth(1).expect("there is a funnel");
    let row = |month: &str| {
        let row = section.split(month).nth(1).expect("the month has a row");
        row.split("2026-").next().unwrap_or_default().to_owned()
    };
    assert!(!row("2026-01").contains("not over"), "{section}");
    assert!(row("2026-11").contains("not over"), "{section}");
}
