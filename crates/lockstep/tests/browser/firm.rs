//! A firm in a busy week, so that pages have something to show and long names have no room.

use serde_json::{Value, json};
use testkit::{ON_OPPORTUNITIES, PERSONAS, World};

/// The password of whoever signs in at the door.
pub const PASSWORD: &str = "ein langes Wort ü";

const PEOPLE: [(&str, &str, &str); 8] = [
    ("Mirjam Opitz", "Director", "Opitz Foundry"),
    (
        "Dr. Wilhelmine-Charlotte von Donnersmarck-Hohenlohe",
        "Director",
        "Gräflich Donnersmarcksche Verwaltung",
    ),
    ("Jo Li", "Buyer", "Li & Sons"),
    (
        "Anaïs Lefèvre",
        "Head of maintenance and production engineering",
        "Forges et Aciéries de Huta-Bankowa S.A.",
    ),
    ("Piet Aalders", "Director", "Polderwerk"),
    ("Signe Øvergård", "Plant manager", "Nordsjø Pumper"),
    ("Bartosz Wiśniewski", "Director", "Wodociągi Gdynia"),
    ("Ines Caldeira", "Buyer", "Caldeira Águas"),
];

const SOURCES: [&str; 4] = ["Website", "Trade fair", "Webinar", "Referral"];

/// Leads on every stage, clocks in every state, handoffs and opportunities.
pub async fn busy() -> World {
    let world = World::just_signed_with(&format!("{ON_OPPORTUNITIES}{PERSONAS}"));
    let accounts = PEOPLE.iter().enumerate().map(|(n, (_, _, name))| {
        json!({"fact": "account", "account": format!("a{n}"), "fields": {"name": name}})
    });
    taken(&world, accounts.collect()).await;
    for monday in 0..3 {
        let day = 16 + monday;
        world.at(&format!("2026-11-{day} 09:10"));
        for n in (monday * 20)..(monday * 20 + 20) {
            taken(&world, lead(&world, n)).await;
        }
        world.at(&format!("2026-11-{day} 11:40"));
        for n in (monday * 20..monday * 20 + 20).filter(|n| n % 3 == 0) {
            taken(&world, accepted(&world, n)).await;
        }
        world.at(&format!("2026-11-{day} 16:20")).ticks();
        for n in (monday * 20..monday * 20 + 20).filter(|n| n % 7 == 1) {
            taken(&world, json!({"fact": "lead_moved", "lead": format!("l{n}"), "status": "SAL"}))
                .await;
        }
    }
    world.at("2026-11-18 16:40").ticks();
    for (name, query) in [("From trade fairs", "source=Trade+fair"), ("Late", "clock=late")] {
        let view = [
            ("list", "leads"),
            ("name", name),
            ("query", query),
            ("audience", "owner"),
            ("pinned", "yes"),
        ];
        assert!(world.posts("rep", "/views", &view).await.status.is_redirection());
    }
    world
}

async fn taken(world: &World, facts: Value) {
    let answer = world.reports(facts).await;
    assert!(answer.status.is_success(), "{}", answer.body);
}

fn lead(world: &World, n: usize) -> Value {
    let (name, title, _) = PEOPLE[n % PEOPLE.len()];
    let (lead, account_id) = (format!("l{n}"), format!("a{}", n % PEOPLE.len()));
    let owner = world.user(if n % 4 == 3 { "sven" } else { "rep" });
    let fields = json!({"title": title, "account": account_id, "source": SOURCES[n % 4]});
    let person = json!({"name": name, "email": format!("mail{n}@firm.example")});
    let mut facts = vec![
        json!({"fact": "lead", "lead": lead, "fields": fields, "person": person}),
        json!({"fact": "lead_moved", "lead": lead, "status": "New"}),
        json!({"fact": "lead_assigned", "lead": lead, "owner": owner}),
        json!({"fact": "activity", "lead": lead, "kind": "price"}),
    ];
    if n % 5 != 4 {
        facts.push(json!({"fact": "activity", "lead": lead, "kind": "demo"}));
    }
    Value::Array(facts)
}

fn accepted(world: &World, n: usize) -> Value {
    let (lead, handoff, deal) = (format!("l{n}"), format!("h{n}"), format!("d{n}"));
    let fields = json!({"name": "Pumps", "lead": lead, "account": format!("a{}", n % 8),
        "owner": world.user("rep"), "next_step": "Workshop in the pump house",
        "stage": if n.is_multiple_of(2) { "Offer" } else { "Discovery" }, "outcome": if n.is_multiple_of(2) { "won" } else { "open" },
        "opened_on": "2026-11-16", "closed_on": if n.is_multiple_of(2) { json!("2026-11-18") } else { Value::Null },
        "amount": {"amount_minor": 4_150_000 + n * 77_700, "currency": "EUR"}});
    json!([
        {"fact": "handoff", "handoff": handoff, "lead": lead, "to": world.user("rep")},
        {"fact": "handoff_answered", "handoff": handoff, "lead": lead, "answer": "accepted"},
        {"fact": "lead_moved", "lead": lead, "status": "SAL"},
        {"fact": "opportunity", "opportunity": deal, "fields": fields},
    ])
}
