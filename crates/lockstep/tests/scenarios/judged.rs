//! What pages remember of leads is what judging them anew says, whatever changes.

use serde_json::{Value, json};
use testkit::World;

/// Pages on which leads stand with their points and clocks.
const PAGES: [(&str, &str); 4] = [
    ("sven", "/leads?sort=id"),
    ("marketer", "/leads?sort=points"),
    ("sven", "/"),
    ("leader", "/"),
];

/// Compares each page with that of a Lockstep that remembers nothing, and says what the lists show.
async fn seen(world: &World, when: &str) -> String {
    let mut seen = String::new();
    for (who, path) in PAGES {
        let (kept, anew) = (world.gets(who, path).await, world.gets_anew(who, path).await);
        assert!(kept.status.is_success(), "{path} answered {}", kept.status);
        assert_eq!(kept.text(), anew.text(), "{path} of {who}, {when}");
        seen.push_str(&kept.text());
    }
    seen
}

fn firm(world: &World) -> Value {
    let lead = |id: &str, title: &str, account: &str| json!({"fact": "lead", "lead": id, "fields": {"title": title, "account": account}});
    let moved = |id: &str| json!({"fact": "lead_moved", "lead": id, "status": "New"});
    let did = |id: &str, kind: &str| json!({"fact": "activity", "lead": id, "kind": kind});
    json!([
        {"fact": "account", "account": "a1", "fields": {"name": "Opitz Foundry"}},
        {"fact": "account", "account": "a2", "fields": {"name": "Vale Glass"}},
        lead("l1", "Director", "a1"), lead("l2", "Engineer", "a1"), lead("l3", "Engineer", "a2"),
        moved("l1"), moved("l2"), moved("l3"),
        {"fact": "lead_assigned", "lead": "l1", "owner": world.user("rep")},
        did("l1", "demo"), did("l2", "price"),
        {"fact": "activity", "lead": "l3", "kind": "demo", "happened_at": "2026-10-20T08:00:00Z"},
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_remembered_of_leads_is_what_judging_them_anew_says() {
    let world = World::just_signed();
    world.reports(firm(&world)).await;
    let mut before = seen(&world, "at first").await;
    let rep = world.user("rep").to_string();
    let user = json!({"fact": "user", "user": rep, "fields": {"zone": "America/New_York"}});
    let changes = [
        ("an activity", json!({"fact": "activity", "lead": "l2", "kind": "demo"})),
        ("an owner", json!({"fact": "lead_assigned", "lead": "l2", "owner": rep})),
        ("an account", json!({"fact": "account", "account": "a2", "fields": {"name": "Vale"}})),
        ("a field", json!({"fact": "lead", "lead": "l2", "fields": {"title": "Director"}})),
        ("another account", json!({"fact": "lead", "lead": "l3", "fields": {"account": "a1"}})),
        ("a status", json!({"fact": "lead_moved", "lead": "l1", "status": "SAL"})),
        ("somebody's hours", user),
    ];
    for (change, fact) in changes {
        let answer = world.reports(fact).await;
        assert!(answer.status.is_success(), "{change}: {}", answer.body);
        let now = seen(&world, change).await;
        assert!(now != before || change == "somebody's hours", "{change} is seen");
        before = now;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_remembered_of_leads_moves_with_time() {
    let world = World::just_signed();
    world.reports(firm(&world)).await;
    let ahead = json!({"fact": "lead_moved", "lead": "l1", "status": "SAL",
                       "happened_at": "2026-11-17T15:00:00Z"});
    world.reports(ahead).await;
    let mut before = seen(&world, "at first").await;
    // At risk, at night, late, after what was dated ahead, before and after the points fade.
    for (when, changes) in [
        ("2026-11-16 09:00", false),
        ("2026-11-16 12:30", true),
        ("2026-11-16 23:00", true),
        ("2026-11-17 11:00", true),
        ("2026-11-17 16:00", true),
        ("2026-11-19 09:00", true),
        ("2026-11-19 09:01", true),
    ] {
        let now = seen(world.at(when), when).await;
        assert_eq!(now != before, changes, "{when}");
        before = now;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_version_is_the_measure_of_leads_that_were_remembered() {
    let world = World::just_signed();
    world.reports(firm(&world)).await;
    let before = seen(&world, "under the first version").await;
    let text = testkit::AGREEMENT.replace("Looked at the prices: 10", "Looked at the prices: 15");
    let text = text.replace("\"price\"', points = 10", "\"price\"', points = 15");
    let version = world.proposes(&text);
    let hash = world.hash(version);
    for short in ["mara", "sven"] {
        let (by, now) = (world.actor(short), world.now());
        world.asks(|engine| engine.sign_agreement(by, version, &hash, now)).expect("they may sign");
    }
    world.at("2026-11-16 10:00").ticks();
    let now = seen(&world, "under the second version").await;
    assert!(before.contains("10") && now.contains("15") && now != before, "{now}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_remembered_of_opportunities_is_what_judging_them_anew_says() {
    let world = World::just_signed_on_opportunities();
    let rep = world.user("rep").to_string();
    let deal = |id: &str, fields: Value| json!({"fact": "opportunity", "opportunity": id, "fields": fields});
    let opened = |id: &str, name: &str| {
        let seen_with = json!({"name": name, "stage": "Discovery", "owner": rep, "lead": "crm:l1",
                               "account": "crm:a1"});
        deal(id, seen_with)
    };
    let told = json!([
        {"fact": "account", "account": "a1", "fields": {"name": "Opitz Foundry"}},
        {"fact": "lead", "lead": "l1", "fields": {"title": "Director", "account": "crm:a1"}},
        opened("d1", "Pumps"), opened("d2", "Valves"), opened("d3", "Seals"),
    ]);
    assert!(world.reports(told).await.status.is_success());
    // Whoever stays away for a week must sign in again.
    seen(world.at("2026-11-21 09:00"), "on the way").await;
    let mut before = seen(world.at("2026-11-26 07:00"), "on the day").await;
    assert!(before.contains("Pumps") && before.contains("Opitz Foundry"), "{before}");
    let changes = [
        ("a renewal", deal("d1", json!({"next_step": "Workshop"}))),
        ("a name", deal("d2", json!({"name": "Valves and taps"}))),
        ("its account", json!({"fact": "account", "account": "a1", "fields": {"name": "Opitz"}})),
        ("its lead", json!({"fact": "activity", "lead": "l1", "kind": "price"})),
        (
            "another stage",
            json!({"fact": "opportunity_moved", "opportunity": "d3", "stage": "Offer"}),
        ),
    ];
    for (change, fact) in changes {
        let answer = world.reports(fact).await;
        assert!(answer.status.is_success(), "{change}: {}", answer.body);
        let now = seen(&world, change).await;
        assert!(now != before, "{change} is seen");
        before = now;
    }
    for when in ["2026-11-26 08:30", "2026-11-26 09:30", "2026-11-27 10:00"] {
        let now = seen(world.at(when), when).await;
        assert!(now != before, "{when}");
        before = now;
    }
}
