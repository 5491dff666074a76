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
    let world = World::just_signed_with(&format!("{ON_OPPORTUNITIES}{PERSONAS}{DISPUTES}"));
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
    requests(&world).await;
    world
}

const DISPUTES: &str = r#"
[disputes]
clause = "6"
heading = "Where we disagree"
says = "Who contests writes why, the other side answers, and revenue operations rules."
arbiter = "operations@millrace.example"
contest_within = "14 days"
ruled_within = "3 working days"
hours = "office"
"#;

/// Four requests to the marketer: one waits, one was delivered, one was declined and is ruled on,
/// one is overdue.
async fn requests(world: &World) {
    let wanted = [
        "A case study on pumps",
        "Prices of the competition in the Nordics, with sources and the day on which each was seen",
        "Two customers who would take a call from Forges et Aciéries de Huta-Bankowa S.A.",
        "The slides of the trade fair",
    ];
    let marketer = world.user("marketer").to_string();
    for (nth, wanted) in wanted.into_iter().enumerate() {
        let about = if nth == 0 { "opportunity/crm:d3" } else { "" };
        let day = if nth == 3 { "2026-11-18" } else { "2026-11-20" };
        let why = "They decide on Friday, and ask for one number that holds.";
        let asked = [("asked", &*marketer), ("wanted", wanted), ("needed_on", day), ("why", why)];
        let asked = [&asked[..], &[("about", about)]].concat();
        accepted_form(world, "rep", "/requests", &asked).await;
    }
    for (nth, answer) in [(2, "delivered"), (3, "declined/no_time")] {
        let words =
            "https://files.millrace.example/marketing/material/2026/nordics/prices-and-sources";
        let answered = [("answer", answer), ("words", words)];
        accepted_form(world, "marketer", &format!("/requests/lockstep:r{nth}/answer"), &answered)
            .await;
    }
    let said = [("statement", "There were four days left.")];
    accepted_form(world, "rep", "/requests/lockstep:r3/dispute", &said).await;
    let ruling = [("ruling", "overturned"), ("reasons", "Four days are enough for two calls.")];
    accepted_form(world, "operations", "/disputes/lockstep:d1/ruling", &ruling).await;
    world.at("2026-11-18 17:10");
}

async fn accepted_form(world: &World, short: &str, path: &str, fields: &[(&str, &str)]) {
    let answer = world.posts(short, path, fields).await;
    assert!(answer.status.is_redirection(), "{path}: {}", answer.text());
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
