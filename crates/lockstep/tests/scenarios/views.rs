//! Views of the list that people keep, for themselves and for others.

use serde_json::json;
use testkit::http::StatusCode;
use testkit::{Answer, World};

/// A firm with twelve leads, three of them the rep's, and the sellers in one team.
async fn firm() -> World {
    let world = World::just_signed();
    for short in ["rep", "sven"] {
        let fields = json!({"team": "South"});
        world.reports(json!({"fact": "user", "user": world.user(short), "fields": fields})).await;
    }
    let leads = (0..12).map(|n| json!({"fact": "lead", "lead": format!("l{n}")}));
    world.reports(leads.collect()).await;
    for n in 0..3 {
        let lead = format!("l{n}");
        world
            .reports(json!({"fact": "lead_assigned", "lead": lead, "owner": world.user("rep")}))
            .await;
    }
    world
}

async fn saves(world: &World, short: &str, list: &str, fields: &[(&str, &str)]) -> Answer {
    let fields = [&[("list", list)], fields].concat();
    world.posts(short, "/views", &fields).await
}

async fn keeps(world: &World, short: &str, name: &str, query: &str, audience: &str) -> StatusCode {
    let fields = [("name", name), ("query", query), ("audience", audience), ("pinned", "yes")];
    saves(world, short, "leads", &fields).await.status
}

/// The address of the form of the view that comes first.
async fn first(world: &World, short: &str) -> String {
    let page = world.gets(short, "/views").await.body;
    let from = page.find("href=\"/views/").expect("a view that may be changed") + 6;
    page[from..].split('"').next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_is_kept_counted_renamed_removed_and_brought_back() {
    let world = firm().await;
    let query = "status=&owner=me&show=1&after=5~crm:l1";
    assert_eq!(keeps(&world, "rep", " My  three ", query, "owner").await, StatusCode::SEE_OTHER);
    for path in ["/leads", "/"] {
        assert!(world.page("rep", path).await.contains("My three 3"), "{path}");
        assert!(!world.page("sven", path).await.contains("My three"), "{path}: it is the rep's");
    }
    let list = world.gets("rep", "/leads").await.body;
    assert!(list.contains("href=\"/leads?owner=me\""), "what it asks for and no more: {list}");

    let view = first(&world, "rep").await;
    let renamed = [("name", "Three"), ("audience", "owner"), ("pinned", "")];
    assert_eq!(world.posts("rep", &view, &renamed).await.status, StatusCode::SEE_OTHER);
    assert!(!world.page("rep", "/").await.contains("Three"), "not pinned any more");
    assert!(world.page("rep", "/views").await.contains("Three you yourself Leads"));

    let removed = world.posts("rep", &format!("{view}/removal"), &[]).await;
    assert_eq!(removed.header("location"), "/views");
    assert!(!world.page("rep", "/views").await.contains("Three"));
    let undo = view.replace("/views/", "/undo/views/");
    assert_eq!(world.posts("sven", &undo, &[]).await.header("location"), "/views");
    assert!(!world.page("rep", "/views").await.contains("Three"), "it is not for others to undo");
    world.posts("rep", &undo, &[]).await;
    assert!(world.page("rep", "/views").await.contains("Three"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_is_refused_in_words_and_nothing_is_kept() {
    let world = firm().await;
    let long = "x".repeat(61);
    let cases = [
        (" ", "owner", "The view has no name: write what you will look for it by."),
        (long.as_str(), "owner", "The name is too long: use at most 60 characters."),
    ];
    for (name, audience, words) in cases {
        let fields = [("name", name), ("audience", audience), ("query", "owner=me")];
        let answer = saves(&world, "rep", "leads", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains(words), "{}", answer.text());
    }
    assert_eq!(keeps(&world, "rep", "Mine", "owner=me", "owner").await, StatusCode::SEE_OTHER);
    let fields = [("name", "MINE"), ("audience", "owner"), ("query", "")];
    let again = saves(&world, "rep", "leads", &fields).await;
    assert!(again.text().contains("You keep a view called MINE already"), "{}", again.text());
    // A leader shares with a team, and is in none.
    let fields = [("name", "Ours"), ("audience", "team"), ("query", "")];
    let answer = saves(&world, "leader", "leads", &fields).await;
    assert!(answer.text().contains("You are in no team"), "{}", answer.text());
    for n in 1..50 {
        keeps(&world, "rep", &format!("View {n}"), "owner=me", "owner").await;
    }
    let fields = [("name", "One more"), ("audience", "owner"), ("query", "")];
    let answer = saves(&world, "rep", "leads", &fields).await;
    assert!(answer.text().contains("You keep 50 views"), "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_asks_for_something_else_of_its_list_from_now_on() {
    let world = firm().await;
    assert_eq!(keeps(&world, "sven", "Souths", "owner=me", "team").await, StatusCode::SEE_OTHER);
    let id = first(&world, "sven").await.replace("/views/", "");
    let changes = async |short: &str, list: &str, query: &str| {
        saves(&world, short, list, &[("instead", id.as_str()), ("query", query)]).await
    };
    let offered = world.gets("sven", "/leads?owner=nobody").await.body;
    assert!(offered.contains(&format!("<option value=\"{id}\">Souths</option>")), "{offered}");
    assert!(!world.gets("rep", "/leads?owner=nobody").await.body.contains(&id), "not theirs");
    changes("rep", "leads", "owner=nobody").await;
    changes("sven", "accounts", "name=x").await;
    assert!(world.page("rep", "/leads").await.contains("Souths 3"), "it stays as it was");
    let done = changes("sven", "leads", "owner=nobody").await;
    assert_eq!(done.header("location"), "/leads?owner=nobody");
    assert!(world.page("rep", "/leads").await.contains("Souths 9"), "under the same name");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_may_share_a_view_and_change_what_is_shared() {
    let world = firm().await;
    for (short, audience) in [("rep", "team"), ("rep", "all"), ("sven", "all"), ("auditor", "all")]
    {
        assert_eq!(
            keeps(&world, short, "Shared", "owner=me", audience).await,
            StatusCode::NOT_FOUND,
            "{short} {audience}"
        );
        assert!(!world.page(short, "/views").await.contains("Shared"));
    }
    assert_eq!(keeps(&world, "sven", "Souths", "owner=me", "team").await, StatusCode::SEE_OTHER);
    assert!(world.page("rep", "/leads").await.contains("Souths 3"), "as many as are the reader's");
    assert!(!world.page("mara", "/leads").await.contains("Souths"), "of another team");
    let view = first(&world, "sven").await;
    let fields = [("name", "Mine now"), ("audience", "owner")];
    for short in ["rep", "mara", "auditor"] {
        for path in [view.clone(), format!("{view}/removal")] {
            let answer = world.posts(short, &path, &fields).await;
            assert_ne!(answer.status, StatusCode::OK, "{short} {path}");
        }
        assert_eq!(world.gets(short, &view).await.status, StatusCode::NOT_FOUND, "{short}");
    }
    assert!(world.page("rep", "/views").await.contains("Souths Sven Arndt team South Leads"));

    // Whoever kept it leaves; it stays for the team, and those who look after views have it.
    let sven = format!("/people/{}", world.user("sven"));
    world.posts("operations", &sven, &[("role", "rep"), ("side", "sales")]).await;
    assert!(world.page("rep", "/leads").await.contains("Souths"));
    let fields = [("name", "South"), ("audience", "team"), ("pinned", "yes")];
    let answer = world.posts("operations", &view, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert!(world.page("rep", "/leads").await.contains("South 3"), "still the team's");
    assert!(!world.page("operations", "/leads").await.contains("South "), "and not in the way");
}

#[tokio::test(flavor = "multi_thread")]
async fn opportunities_and_accounts_have_views_of_their_own() {
    let world = firm().await;
    let facts = (0..3).map(|n| {
        let fields =
            json!({"owner": world.user("rep"), "outcome": if n == 0 { "won" } else { "open" }});
        json!({"fact": "opportunity", "opportunity": format!("d{n}"), "fields": fields})
    });
    world.reports(facts.collect()).await;
    let account = json!({"fact": "account", "account": "a1", "fields": {"name": "Kessler"}});
    world.reports(account).await;
    let cases = [
        (
            "opportunities",
            "owner=me&outcome=open&after=1~x",
            "/opportunities?outcome=open&owner=me",
            2,
        ),
        ("accounts", "name=ke&status=SAL", "/accounts?name=ke", 1),
        ("leads", "owner=me", "/leads?owner=me", 3),
    ];
    for (list, query, href, n) in cases {
        let fields = [("name", "One"), ("query", query), ("audience", "owner"), ("pinned", "yes")];
        let answer = saves(&world, "rep", list, &fields).await;
        assert_eq!(answer.header("location"), href, "a name is taken in its list only");
        let page = world.gets("rep", href).await;
        assert!(page.text().contains(&format!("One {n}")), "{href}: {}", page.text());
        assert!(page.body.contains("aria-current=\"page\">One"), "{href}: it stands there");
        assert!(!page.body.contains("Save this view"), "{href}: it is kept already");
        assert!(world.page("rep", "/").await.contains(&format!("One {n}")), "{list}: on Today");
    }
    let all = world.page("rep", "/views").await;
    for words in ["One you yourself Opportunities", "One you yourself Accounts"] {
        assert!(all.contains(words), "{words} in {all}");
    }
    let fields = [("name", "Two"), ("query", ""), ("audience", "owner")];
    assert_eq!(saves(&world, "rep", "facts", &fields).await.status, StatusCode::NOT_FOUND);
    let open = world.page("rep", "/opportunities").await;
    assert!(open.contains("All 3 Open 2 Mine, open 2"), "{open}");
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_and_people_have_views_and_columns_of_their_own() {
    let world = firm().await;
    let cases = [
        ("operations", "ledger", "kind=lead&columns=no,key&after=~9", 12),
        ("operations", "people", "team=South&columns=team,region&sort=x", 2),
    ];
    for (short, list, query, n) in cases {
        let fields = [("name", "Ours"), ("query", query), ("audience", "all"), ("pinned", "yes")];
        let answer = saves(&world, short, list, &fields).await;
        let href = answer.header("location").to_owned();
        assert!(href.starts_with(&format!("/{list}?")) && !href.contains("after"), "{href}");
        let page = world.gets(short, &href).await;
        assert!(page.text().contains(&format!("Ours {n}")), "{href}: {}", page.text());
        assert!(page.body.contains("aria-current=\"page\">Ours"), "{href}: it stands there");
        assert!(world.page(short, "/").await.contains(&format!("Ours {n}")), "{list}: on Today");
        let file = world.gets(short, &href.replace('?', ".csv?")).await.body;
        let head = if list == "ledger" { "id,name,no,key" } else { "id,name,team,region" };
        assert!(file.trim_start_matches('\u{feff}').starts_with(head), "{file}");
    }
    // Everybody sees who is there; the ledger is for a few, and so are views of it.
    let all = world.page("rep", "/views").await;
    assert!(all.contains("everybody People") && !all.contains("everybody Facts"), "{all}");
    assert!(!world.page("rep", "/").await.contains("Ours 12"));
    let fields = [("name", "Mine"), ("query", "kind=lead"), ("audience", "owner")];
    assert_eq!(saves(&world, "rep", "ledger", &fields).await.status, StatusCode::NOT_FOUND);
    let own = "/people?columns=last_seen,role";
    let seen = |page: String| page.contains("data-l=\"Last seen\"");
    assert!(seen(world.gets("operations", own).await.body));
    assert!(!seen(world.gets("rep", own).await.body), "when somebody was seen is not for all");
}
