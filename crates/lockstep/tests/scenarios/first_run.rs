//! From an empty house to a signed Agreement.

use serde_json::json;
use testkit::{World, http::StatusCode};

const PROPOSAL: [(&str, &str); 4] = [
    ("threshold", "10"),
    ("within", "4h"),
    ("marketing", "mara@millrace.example"),
    ("sales", "sven@millrace.example"),
];

/// Two leads that came by a form, one of which sales was told of.
async fn with_leads() -> World {
    let world = World::new();
    let lead = |id: &str| json!({"fact": "lead", "lead": id, "fields": {"source": "Web", "created_at": "2026-11-02T08:00:00Z"}});
    let enters =
        |id: &str, status: &str| json!({"fact": "lead_moved", "lead": id, "status": status});
    let facts = json!([lead("1"), enters("1", "New"), lead("2"), enters("2", "MQL")]);
    let answer = world.reports(facts).await;
    assert!(answer.status.is_success(), "{}", answer.body);
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_says_what_it_rests_on_and_is_signed_as_any_text() {
    let world = with_leads().await;
    let page = world.page("mara", "/agreement/draft").await;
    for words in [
        "Drafted from 2 leads and 0 opportunities",
        "Came by Web: 10. n = 2 leads.",
        "with fewer than 50 no points are worked out",
        "Sales answers each qualified lead by the close of the next working day.",
        "May sign: Mara Lenz, mara@millrace.example.",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(
        world.page("mara", "/agreement").await.contains("No Agreement yet"),
        "it is only shown"
    );
    let other = world.page("mara", "/agreement/draft?within=4h").await;
    assert!(other.contains("within 4 working hours"), "{other}");
    let done = world.posts("mara", "/agreement/draft", &PROPOSAL).await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, "/agreement/1"));
    let hash = world.hash(domain::ids::Version(1));
    for short in ["mara", "sven"] {
        let signed = world.posts(short, "/agreement/1/signature", &[("hash", &hash)]).await;
        assert_eq!(signed.status, StatusCode::SEE_OTHER, "{}", signed.text());
    }
    assert!(world.page("rep", "/agreement").await.contains("in force since"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_cannot_be_signed_comes_back_with_what_is_wrong() {
    let world = with_leads().await;
    let cases = [
        ("sales", "mara@millrace.example", "signs for marketing already"),
        ("sales", "", "Write who signs for this side."),
        ("sales", "sven", "is no mail address"),
        ("threshold", "many", "Write a whole number of points."),
    ];
    for (name, value, expected) in cases {
        let fields = PROPOSAL.map(|(of, was)| (of, if of == name { value } else { was }));
        let answer = world.posts("mara", "/agreement/draft", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name} {value}");
        assert!(answer.text().contains(expected), "{expected}: {}", answer.text());
    }
    for short in ["rep", "marketer", "reader", "auditor"] {
        assert_eq!(world.gets(short, "/agreement/draft").await.status, StatusCode::NOT_FOUND);
        let sent = world.posts(short, "/agreement/draft", &PROPOSAL).await;
        assert_eq!(sent.status, StatusCode::NOT_FOUND, "{short}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_steps_are_seen_from_the_house_and_leave_when_done() {
    let world = World::new();
    let says = |page: &str, n: usize| page.contains(&format!("{n} of 6 done"));
    assert!(says(&world.page("operations", "/").await, 1), "both heads are here already");
    assert!(!world.page("mara", "/").await.contains("First steps"));
    let world = with_leads().await;
    assert!(says(&world.page("leader", "/").await, 2));
    world.posts("mara", "/agreement/draft", &PROPOSAL).await;
    let hash = world.hash(domain::ids::Version(1));
    for short in ["mara", "sven"] {
        world.posts(short, "/agreement/1/signature", &[("hash", &hash)]).await;
    }
    assert!(says(&world.page("leader", "/").await, 4));
    let told = json!({"fact": "lead_moved", "lead": "1", "status": "MQL"});
    world.at("2026-11-16 10:00").reports(told).await;
    let page = world.page("leader", "/").await;
    assert!(says(&page, 5) && page.contains("ends on Sun 22 Nov"), "{page}");
    world.at("2026-11-22 10:00");
    assert!(world.page("leader", "/").await.contains("ends on Sun 22 Nov"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_steps_can_be_hidden_and_shown_again() {
    let world = World::new();
    let hide = |word| [("hidden", word)];
    let denied = world.posts("sven", "/first-steps", &hide("yes")).await;
    assert_eq!(denied.status, StatusCode::NOT_FOUND);
    world.posts("operations", "/first-steps", &hide("yes")).await;
    let page = world.page("leader", "/").await;
    assert!(!page.contains("First steps") && page.contains("Show the first steps"), "{page}");
    world.posts("leader", "/first-steps", &hide("no")).await;
    assert!(world.page("operations", "/").await.contains("First steps"));
}

/// Every page of a house in which nothing has happened: no table without rows, and at most one
/// primary action; where something is missing, exactly one.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_house_has_no_blank_table_and_one_thing_to_do() {
    let world = World::new();
    let pages = [
        "/",
        "/leads",
        "/agreement",
        "/scoreboard",
        "/people",
        "/imports",
        "/ledger",
        "/agreement/draft",
    ];
    for (short, _, _) in testkit::PEOPLE {
        for path in pages {
            let answer = world.gets(short, path).await;
            if answer.status == StatusCode::NOT_FOUND {
                continue;
            }
            let body = answer.body.split("<main").nth(1).unwrap_or_default();
            let squeezed: String = body.split_whitespace().collect();
            assert!(!squeezed.contains("<tbody></tbody>"), "{short} {path} has a blank table");
            let primary = body.matches("b primary").count();
            let is_empty = body.contains("class=\"slate");
            let wanted = if is_empty { primary == 1 } else { primary <= 1 };
            assert!(wanted, "{short} {path} has {primary} primary actions");
        }
    }
}
