//! Who contests what and for how long, who rules, and who reads what was said.

use testkit::{AGREEMENT, Answer, World, http::StatusCode};

const TEXT: &str = r#"
[disputes]
clause = "6"
heading = "Where we disagree"
says = "Who contests writes why, the other side answers, and revenue operations rules."
arbiter = "operations@millrace.example"
contest_within = "14 days"
ruled_within = "3 working days"
hours = "office"
"#;

const TOO_FEW: &str = "40 points are too few for Bremen.";

async fn contests(world: &World, short: &str, version: &str) -> Answer {
    let fields = [("version", version), ("clause", "2"), ("statement", TOO_FEW)];
    world.posts(short, "/disputes", &fields).await
}

async fn rules(world: &World, short: &str, dispute: &str) -> Answer {
    let fields = [("ruling", "stands"), ("reasons", "It was signed so.")];
    world.posts(short, &format!("{dispute}/ruling"), &fields).await
}

/// Puts a text in force in the place of the first.
async fn signs(world: &World, text: &str) {
    let version = world.proposes(text);
    let hash = world.hash(version);
    for short in ["mara", "sven"] {
        let path = format!("/agreement/{version}/signature");
        let answer = world.posts(short, &path, &[("hash", &hash)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    }
    world.ticks();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_clause_leads_to_where_it_is_contested_but_for_those_who_only_read() {
    let world = World::just_signed_with(TEXT);
    let contest = "/disputes/new?version=1&#38;clause=2";
    for (short, may) in [("rep", true), ("mara", true), ("reader", false), ("auditor", false)] {
        let page = world.gets(short, "/agreement").await.body;
        assert_eq!(page.contains(contest), may, "{short}");
        assert!(page.contains("href=\"/disputes\""), "all find what is contested");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_rules_contests_nothing_and_a_clause_waits_for_one_ruling_at_a_time() {
    let world = World::just_signed_with(TEXT);
    let before = world.everything();
    let own = contests(&world, "operations", "1").await;
    assert!(own.text().contains("You rule on disputes"), "{}", own.text());
    assert_eq!(world.everything(), before);
    let first = contests(&world, "sven", "1").await.header("location").to_owned();
    let before = world.everything();
    let again = contests(&world, "mara", "1").await;
    assert!(again.text().contains("It is contested already"), "{}", again.text());
    let silent = [("ruling", "stands"), ("reasons", " ")];
    let silent = world.posts("operations", &format!("{first}/ruling"), &silent).await;
    assert!(
        silent.text().contains("Write your reasons: both sides read them"),
        "{}",
        silent.text()
    );
    assert_eq!(world.everything(), before);
    assert_eq!(rules(&world, "operations", &first).await.status, StatusCode::SEE_OTHER);
    let after = contests(&world, "mara", "1").await;
    assert_eq!(after.status, StatusCode::SEE_OTHER, "after the ruling, and it may follow that one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ruling_that_does_not_come_is_told_to_those_who_lead() {
    let world = World::just_signed_with(TEXT);
    let dispute = contests(&world, "sven", "1").await.header("location").to_owned();
    let says = [("statement", "They were enough for Kiel.")];
    world.posts("mara", &format!("{dispute}/statement"), &says).await;
    assert!(!world.page("leader", "/").await.contains("The dispute about"));
    world.at("2026-11-19 18:00");
    assert!(world.page("operations", "/").await.contains("waits for your ruling, which was due"));
    for (short, told) in [("leader", true), ("sven", true), ("mara", true), ("rep", false)] {
        let today = world.page(short, "/").await;
        assert_eq!(today.contains("has no ruling yet, which was due"), told, "{short}: {today}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_arbiter_is_away_whoever_does_their_work_rules_too_but_never_a_side() {
    let world = World::just_signed_with(TEXT);
    let dispute = contests(&world, "sven", "1").await.header("location").to_owned();
    let refused = rules(&world, "leader", &dispute).await;
    assert!(refused.text().contains("Olga Petri rules here"), "{}", refused.text());
    let path = format!("/people/{}/absences", world.user("operations"));
    let lea = world.user("leader").to_string();
    let days = [("first_on", "2026-11-16"), ("last_on", "2026-11-20"), ("substitute", &*lea)];
    world.posts("operations", &path, &days).await;
    let page = world.page("rep", &dispute).await;
    assert!(page.contains("Olga Petri; now Lea Winter"), "{page}");
    assert!(world.page("leader", "/").await.contains("waits for your ruling until"));
    assert_eq!(rules(&world, "leader", &dispute).await.status, StatusCode::SEE_OTHER);
    let ruled = world.page("rep", &dispute).await;
    assert!(ruled.contains("It stands") && ruled.contains("Lea Winter"), "{ruled}");
    // Who stands in for the arbiter does not rule on what they contest themselves.
    let own = contests(&world, "leader", "1").await.header("location").to_owned();
    let refused = rules(&world, "leader", &own).await;
    assert!(refused.text().contains("Olga Petri rules here"), "{}", refused.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn once_the_arbiter_is_gone_whom_the_agreement_in_force_names_rules() {
    let world = World::just_signed_with(TEXT);
    let dispute = contests(&world, "sven", "1").await.header("location").to_owned();
    let path = format!("/people/{}/leaving", world.user("operations"));
    assert_eq!(world.posts("leader", &path, &[]).await.status, StatusCode::SEE_OTHER);
    let page = world.page("rep", &dispute).await;
    assert!(page.contains("nobody who is here can rule"), "{page}");
    let before = world.everything();
    let fields = [("version", "1"), ("clause", "6"), ("statement", "Who rules now?")];
    let none = world.posts("mara", "/disputes", &fields).await;
    assert!(none.text().contains("who is not here or stands on a side"), "{}", none.text());
    assert_eq!(world.everything(), before);
    signs(&world, &format!("{AGREEMENT}{}", TEXT.replace("operations@", "leader@"))).await;
    assert!(world.page("leader", "/").await.contains("waits for your ruling until"));
    assert_eq!(rules(&world, "leader", &dispute).await.status, StatusCode::SEE_OTHER);
    assert!(world.page("rep", &dispute).await.contains("Olga Petri"), "who it was stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_clause_is_contested_for_as_long_as_was_signed_and_no_longer() {
    let text = TEXT.replace("14 days", "3 days");
    let world = World::just_signed_with(&text);
    signs(&world, &format!("{AGREEMENT}{}", text.replace("3 working", "4 working"))).await;
    world.at("2026-11-19 08:00");
    let in_time = contests(&world, "sven", "1").await.header("location").to_owned();
    assert_eq!(rules(&world, "operations", &in_time).await.status, StatusCode::SEE_OTHER);
    world.at("2026-11-20 08:00");
    let before = world.everything();
    let late = contests(&world, "sven", "1").await;
    let says = "It could be contested for 3 days after the version was replaced";
    assert!(late.text().contains(says), "{}", late.text());
    assert_eq!(world.everything(), before);
    assert_eq!(contests(&world, "sven", "2").await.status, StatusCode::SEE_OTHER, "it is in force");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_finds_by_words_what_they_may_not_read() {
    let world = World::just_signed_with(TEXT);
    contests(&world, "sven", "1").await;
    for (short, finds) in
        [("rep", true), ("operations", true), ("reader", false), ("auditor", false)]
    {
        let page = world.page(short, "/disputes?q=bremen").await;
        assert_eq!(page.contains("clause 2 of version 1"), finds, "{short}: {page}");
        let page = world.page(short, "/disputes?q=clause").await;
        assert!(page.contains("clause 2 of version 1"), "{short}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_systems_read_what_was_contested_and_ruled_as_whoever_they_ask_for() {
    let world = World::just_signed_with(TEXT);
    let dispute = contests(&world, "sven", "1").await.header("location").to_owned();
    let says = [("statement", "They were enough for Kiel.")];
    world.posts("mara", &format!("{dispute}/statement"), &says).await;
    let list = |short: &str| format!("/api/v1/disputes?by={}", world.user(short));
    let read = world.reads(&list("rep"), true).await;
    assert_eq!(read.status, StatusCode::OK, "{}", read.body);
    let told: serde_json::Value = serde_json::from_str(&read.body).expect("JSON");
    let first = &told["disputes"][0];
    assert_eq!(first["about"]["clause"]["clause"], "2", "{first}");
    assert_eq!(first["opened"]["words"], TOO_FEW);
    assert_eq!(first["answered"]["words"], "They were enough for Kiel.");
    assert_eq!(first["ruling"], serde_json::Value::Null);
    rules(&world, "operations", &dispute).await;
    let one = format!("/api/v1/disputes/lockstep:d1?by={}", world.user("rep"));
    let read = world.reads(&one, true).await.body;
    assert!(read.contains("It was signed so.") && read.contains("\"overturned\":false"), "{read}");
    // An auditor reads what was ruled, and neither the words nor by the words.
    let read = world.reads(&list("auditor"), true).await.body;
    assert!(read.contains("lockstep:d1") && read.contains("\"words\":null"), "{read}");
    assert!(!read.contains("Kiel"), "{read}");
    let found = world.reads(&format!("{}&q=kiel", list("auditor")), true).await.body;
    assert!(found.contains("\"disputes\":[]"), "{found}");
    assert!(world.reads(&format!("{}&q=kiel", list("rep")), true).await.body.contains("d1"));
    for (path, has_key, status) in [
        ("/api/v1/disputes", true, StatusCode::BAD_REQUEST),
        ("/api/v1/disputes?by=crm:nobody", true, StatusCode::FORBIDDEN),
        (&*list("rep"), false, StatusCode::UNAUTHORIZED),
        (&*one.replace("d1", "d9"), true, StatusCode::NOT_FOUND),
    ] {
        assert_eq!(world.reads(path, has_key).await.status, status, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn disputes_are_filtered_kept_as_views_and_sent_as_other_lists_are() {
    let world = World::just_signed_with(TEXT);
    let none = world.page("rep", "/disputes").await;
    assert!(none.contains("is contested where it stands"), "{none}");
    let first = contests(&world, "sven", "1").await.header("location").to_owned();
    rules(&world, "operations", &first).await;
    contests(&world, "mara", "1").await;
    let all = world.page("rep", "/disputes").await;
    for words in ["2 disputes", "All 2 Waiting for a ruling 1 Rulings 1", "Sales contested 1"] {
        assert!(all.contains(words), "{words} is not in {all}");
    }
    let cases = [
        ("stands=waits", 1, "that wait"),
        ("stands=stands&stands=overturned", 1, "rulings"),
        ("stands=overturned", 0, "none was overturned"),
        ("side=marketing", 1, "of a side"),
        ("opened=7&q=clause+2", 2, "of days and with words"),
        ("opened_to=2026-01-01", 0, "none so early"),
    ];
    for (query, n, why) in cases {
        let page = world.gets("rep", &format!("/disputes?{query}")).await.body;
        assert_eq!(page.matches("<tr data-row>").count(), n, "{why}");
        let file = world.gets("rep", &format!("/disputes.csv?{query}")).await.body;
        assert_eq!(file.lines().count(), n + 1, "{why}: {file}");
    }
    let query = "side=marketing&columns=side,arbiter";
    let fields = [("list", "disputes"), ("name", "Ours"), ("query", query), ("audience", "owner")];
    let kept = world.posts("rep", "/views", &fields).await.header("location").to_owned();
    let page = world.page("rep", &kept).await;
    assert!(page.contains("contested by marketing") && page.contains("Arbiter"), "{page}");
    let views = world.gets("rep", "/views.csv").await.body;
    assert!(views.contains(",Ours,you,yourself,Disputes,no,/disputes?side=marketing"), "{views}");
}
