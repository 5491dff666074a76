//! From whom a lead came to its owner: a column of the list, and a condition.

use serde_json::json;
use testkit::{World, http::StatusCode};

/// A lead each that the rep keeps, that a ladder passes to the leader, and that came by hand.
async fn passed_on() -> World {
    let world = World::just_signed_on_ladders();
    let (rep, sven) = (world.user("rep"), world.user("sven"));
    for lead in ["kept", "ladder", "hand", "missed"] {
        let facts = json!([
            {"fact": "lead", "lead": lead, "fields": {"title": "Director"}},
            {"fact": "lead_assigned", "lead": lead, "owner": rep},
        ]);
        world.reports(facts).await;
    }
    world.reports(json!({"fact": "lead_moved", "lead": "ladder", "status": "MQL"})).await;
    world.at("2026-11-16 10:00");
    world.reports(json!({"fact": "lead_assigned", "lead": "hand", "owner": sven})).await;
    // Telling again whose it is passes nothing on.
    world.reports(json!({"fact": "lead_assigned", "lead": "kept", "owner": rep})).await;
    world.at("2026-11-16 12:01").ticks();
    world
}

const COLUMNS: &str = "columns=owner,passed";

#[tokio::test(flavor = "multi_thread")]
async fn the_list_says_from_whom_each_lead_came_by_what_and_when() {
    let world = passed_on().await;
    let list = world.page("leader", &format!("/leads?{COLUMNS}")).await;
    assert!(list.contains("Lea Winter from Rita Voss, by a ladder, 12:01"), "{list}");
    assert!(list.contains("Sven Arndt from Rita Voss, by hand, 10:00"), "{list}");
    assert!(
        !world.page("leader", "/leads").await.contains("Voss, by a ladder"),
        "unless it is chosen"
    );
    let cases = [
        ("any", ["crm:ladder", "crm:hand"].as_slice()),
        ("ladder", &["crm:ladder"]),
        ("hand", &["crm:hand"]),
        ("book", &[]),
    ];
    for (asked, expected) in cases {
        let path = format!("/leads.csv?passed={asked}&columns=id");
        let file = world.gets("leader", &path).await.body;
        for lead in ["crm:kept", "crm:ladder", "crm:hand", "crm:missed"] {
            assert_eq!(file.contains(lead), expected.contains(&lead), "{asked}: {file}");
        }
    }
    let mine = world.page("rep", "/leads?passed=me").await;
    assert!(mine.contains("passed on to their owner from you"), "{mine}");
    assert!(mine.contains("crm:hand") && !mine.contains("crm:kept"), "{mine}");
    let file = world.gets("leader", &format!("/leads.csv?{COLUMNS}")).await.body;
    assert!(file.contains("passed_from,passed_by,passed_at"), "{file}");
    assert!(file.contains("Rita Voss,ladder,2026-11-16T11:01:00Z"), "{file}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_book_passes_leads_on_and_nobody_having_a_lead_in_between_ends_it() {
    let world = passed_on().await;
    let sven = world.user("sven").to_string();
    let answer = world
        .posts("rep", &format!("/people/{}/book", world.user("rep")), &[("taker", sven.as_str())])
        .await;
    assert!(answer.status == StatusCode::SEE_OTHER, "{}", answer.text());
    world.reports(json!({"fact": "lead_assigned", "lead": "hand", "owner": null})).await;
    world.reports(json!({"fact": "lead_assigned", "lead": "hand", "owner": sven})).await;
    let list = world.page("leader", "/leads?passed=book&columns=owner,passed").await;
    assert!(list.contains("from Rita Voss, with a book"), "{list}");
    let file = world.gets("leader", "/leads.csv?passed=any&columns=id").await.body;
    assert!(file.contains("crm:kept") && file.contains("crm:ladder"), "{file}");
    assert!(!file.contains("crm:hand"), "nobody had it before: {file}");
    let (before, now) = (world.everything(), world.now());
    world.asks(|engine| engine.store().rebuild(now, |_, _| {})).expect("they can be");
    let after = world.everything();
    let differs = before.lines().zip(after.lines()).find(|(before, after)| before != after);
    assert_eq!((differs, before.lines().count()), (None, after.lines().count()));
}
