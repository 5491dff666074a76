//! One question over everything that has a name.

use serde_json::{Value, json};
use testkit::http::StatusCode;
use testkit::{PEOPLE, World};

async fn with_names() -> World {
    let world = World::just_signed();
    let told = json!([
        {"fact": "account", "account": "a1", "fields": {"name": "Opitz Gießerei GmbH"}},
        {"fact": "campaign", "campaign": "c1", "fields": {"name": "Pumps Fair", "type": "fair"}},
        {"fact": "lead", "lead": "l1", "fields": {"title": "Director", "account": "a1"},
         "person": {"name": "Mirjam Østergård", "email": "mirjam@opitz.example"}},
        {"fact": "lead_assigned", "lead": "l1", "owner": world.user("rep")},
        {"fact": "opportunity", "opportunity": "d1",
         "fields": {"name": "Pumps for Opitz", "account": "a1", "stage": "Discovery"}},
    ]);
    assert_eq!(world.reports(told).await.status, StatusCode::CREATED);
    world
}

/// The titles of what the palette offers, each with its first choice.
async fn offered(world: &World, q: &str) -> Vec<[String; 2]> {
    let all = world.gets("rep", &format!("/palette?q={q}")).await.json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let groups = all.as_array().expect("groups").iter();
    groups.map(|group| [text(&group["title"]), text(&group["items"][0]["name"])]).collect()
}

/// Every address that a page or an answer leads to after `mark`.
fn links<'a>(text: &'a str, mark: &str) -> Vec<&'a str> {
    text.split(mark).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_found_by_the_beginning_of_a_word_and_opens() {
    let world = with_names().await;
    for (q, expected) in [
        ("opi", "Accounts 1 Opitz Gießerei GmbH crm:a1 Leads 1 Mirjam Østergård"),
        ("OSTERGARD mir", "Mirjam Østergård"),
        ("giesserei", "Opitz Gießerei GmbH"),
        ("pumps", "Opportunities 1 Pumps for Opitz Discovery, Opitz Gießerei GmbH Campaigns 1"),
        ("rita", "Colleagues 1 Rita Voss rep"),
        ("crm:l1", "Mirjam Østergård"),
        ("l1", "Mirjam Østergård"),
        ("accepts four", "Clauses of the Agreement 1"),
    ] {
        let path = format!("/search?q={}", q.replace(' ', "+"));
        let page = world.page("rep", &path).await;
        assert!(page.contains(expected), "{q}: {page}");
        let answer = world.gets("rep", &path).await.body;
        let found = answer.split("<ul class=\"found\">").nth(1).expect("there is a list");
        for href in links(found, "class=\"q\" href=\"") {
            let href = href.split('#').next().unwrap_or(href).replace("&#38;", "&");
            assert_eq!(world.gets("rep", &href).await.status, StatusCode::OK, "{q}: {href}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_without_an_answer_says_what_to_do() {
    let world = with_names().await;
    for (path, expected) in [
        ("/search", "The beginning of a word is enough"),
        ("/search?q=+", "The beginning of a word is enough"),
        ("/search?q=o", "One letter begins too many names"),
        ("/search?q=%25%27", "One letter begins too many names"),
        ("/search?q=nobody", "Nothing found for “nobody”"),
    ] {
        let page = world.page("rep", path).await;
        assert!(page.contains(expected), "{path}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_finds_what_they_may_not_see() {
    let world = with_names().await;
    for (short, ..) in PEOPLE {
        let may = !["reader", "auditor"].contains(&short);
        for path in ["/search?q=mirjam", "/search?q=oster", "/palette?q=mirjam"] {
            let answer = world.gets(short, path).await.body;
            assert_eq!(answer.contains("Mirjam Østergård"), may, "{short} {path}");
        }
        // By its id a lead is found by everybody, as the list shows it to everybody.
        let by_id = world.gets(short, "/search?q=crm:l1").await.body;
        assert!(by_id.contains("/leads/crm:l1"), "{short}");
        assert_eq!(by_id.contains("Mirjam"), may, "{short}");
        let by_address = world.page(short, "/search?q=millrace").await;
        assert_eq!(by_address.contains("Rita Voss"), may, "{short}: found by her address");
    }
    let erased = world.asks(|engine| {
        let now = world.now();
        engine.store().write(now, |writer| writer.erase_person("lead/crm:l1"))
    });
    assert!(erased.expect("the database can be written"));
    let page = world.page("rep", "/search?q=mirjam").await;
    assert!(page.contains("Nothing found"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_palette_offers_what_the_person_may_do_and_it_opens() {
    let world = with_names().await;
    for (short, ..) in PEOPLE {
        let all: Value = world.gets(short, "/palette").await.json();
        let text = all.to_string();
        let manages = ["operations", "leader"].contains(&short);
        assert_eq!(text.contains("Invite a colleague"), manages, "{short}");
        let audits = ["operations", "leader", "auditor"].contains(&short);
        assert_eq!(text.contains("\"/ledger\""), audits, "{short}");
        assert!(text.contains("\"keys\":\"G S\"") && text.contains("Sign out"), "{text}");
        for href in links(&text, "\"href\":\"") {
            let href = href.split('#').next().unwrap_or(href);
            assert_eq!(world.gets(short, href).await.status, StatusCode::OK, "{short} {href}");
        }
    }
    assert_eq!(offered(&world, "scor").await[0], ["Go to", "Scoreboard"]);
    assert!(
        offered(&world, "mql").await.iter().any(|[title, _]| title == "Words of the Agreement")
    );
    assert_eq!(offered(&world, "opitz").await[0][0], "Accounts");
    assert_eq!(offered(&world, "zzz").await, [[""; 2]; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_one_letter_are_turned_off_for_good() {
    let world = World::new();
    let page = world.gets("rep", "/leads").await.body;
    assert!(page.contains("data-key=\"L\"") && !page.contains("data-keys=\"off\""));
    let choice = [("keys", "off"), ("back", "/leads")];
    let answer = world.posts("rep", "/keys", &choice).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/leads"));
    assert!(answer.header("set-cookie").starts_with("keys=off; HttpOnly"), "{answer:?}");
    let sheet = world.page("rep", "/keys").await;
    assert!(sheet.contains("G then S Go to Scoreboard"), "{sheet}");
    assert!(!sheet.contains("Go to Facts"), "a key that leads nowhere");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_call_things_finds_them_in_the_palette() {
    let world = with_names().await;
    let cases = [
        ("quota", ["Go to", "Scoreboard"]),
        ("funnel", ["Go to", "Scoreboard"]),
        ("disputes", ["Go to", "Disputes"]),
        ("export", ["Do", "Download the leads"]),
        ("password", ["Go to", "Your sign-in"]),
        ("clause%203", ["Clauses of the Agreement", "3 What sales owes a lead"]),
    ];
    for (q, expected) in cases {
        let found = offered(&world, q).await;
        assert!(found.contains(&expected.map(str::to_owned)), "{q}: {found:?}");
    }
}

/// Every choice under a title: its name and where it leads.
async fn choices(world: &World, short: &str, asked: &str) -> Vec<(String, String)> {
    let all = world.gets(short, &format!("/palette?{asked}")).await.json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let items =
        all.as_array().expect("groups").iter().filter_map(|group| group["items"].as_array());
    items.flatten().map(|item| (text(&item["name"]), text(&item["href"]))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_palette_does_what_is_asked_with_whom_is_named() {
    let world = with_names().await;
    let lead =
        links(&world.gets("rep", "/search?q=mirjam").await.body, "href=\"/leads/")[0].to_owned();
    let rep = world.user("rep").to_string();
    let cases = [
        ("give%20mirjam", vec!["sven", "operations"], format!("/leads/{lead}/owner")),
        (
            "end%20session%20of%20rita",
            vec!["rep", "operations", "leader"],
            format!("/people/{rep}#sessions"),
        ),
        ("absence%20rita", vec!["rep", "operations", "leader"], format!("/people/{rep}#away")),
        (
            "new%20draft",
            vec!["sven", "mara", "operations", "leader"],
            "/agreement/draft".to_owned(),
        ),
        ("invite", vec!["operations", "leader"], "/people/new".to_owned()),
        ("undo%20import", vec!["operations", "leader"], "/imports".to_owned()),
    ];
    for (q, allowed, href) in cases {
        for (short, ..) in PEOPLE {
            let all = choices(&world, short, &format!("q={q}")).await;
            let offers = all.iter().any(|(_, to)| *to == href);
            assert_eq!(offers, allowed.contains(&short), "{short} {q}: {all:?}");
            for (name, to) in all {
                let page = to.split('#').next().unwrap_or_default();
                assert_eq!(world.gets(short, page).await.status, StatusCode::OK, "{name} {to}");
            }
        }
    }
    let here = "q=export&here=%2Fleads%3Fowner%3Dme%26sort%3Did";
    let first = choices(&world, "rep", here).await.swap_remove(0);
    assert_eq!(first, ("Export this list".to_owned(), "/leads.csv?owner=me&sort=id".to_owned()));
    let elsewhere = choices(&world, "rep", "q=export%20this&here=%2F%2Fevil.example").await;
    assert_eq!(elsewhere, []);
    for word in ["score", "sla", "clock", "breach"] {
        assert!(!choices(&world, "auditor", &format!("q={word}")).await.is_empty(), "{word}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn imports_under_way_are_paused_and_resumed_from_the_palette() {
    let world = World::new();
    let leads = b"lead_number,name,created_at\n1,Ann Li,2026-01-02\n";
    let brought = world.brings("operations", &[("leads.csv", leads)]).await;
    let import = brought.header("location").to_owned();
    world.works();
    world.posts("operations", &format!("{import}/trial"), &[]).await.said();
    let offers = async |short: &str, q: &str| choices(&world, short, q).await;
    let pause = ("Pause the import of leads.csv".to_owned(), import.clone());
    assert_eq!(offers("operations", "q=pause").await, [pause]);
    assert_eq!(offers("rep", "q=pause").await, [], "who may not is offered nothing");
    world.posts("operations", &format!("{import}/pause"), &[]).await.said();
    world.works();
    let resume = ("Resume the import of leads.csv".to_owned(), import);
    assert_eq!(offers("leader", "q=resume").await, [resume]);
}
