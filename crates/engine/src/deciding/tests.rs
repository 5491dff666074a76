use std::collections::BTreeMap;

use connectors::agreement::AgreementText;
use domain::firm::{Role, Side};
use store::Location;

use super::*;
use crate::{
    Engine,
    access::Actor,
    agreement::{Effective, Proposing},
    intake::read_fact,
    people::NewPerson,
};

const AGREEMENT: &str = include_str!("../../../../samples/agreements/small/agreement.toml");

/// Everything that a lead's way can bring, late reports and a change of people's hours among it.
/// Each with the minute in which it is told, and in which it happened.
const TOLD: [(i64, i64, &str); 12] = [
    (0, 0, r#""fact":"user","user":"u7","fields":{"zone":"Europe/London"}"#),
    (1, 1, r#""fact":"lead","lead":"1","fields":{"account":"7"}"#),
    (2, 2, r#""fact":"lead_assigned","lead":"1","owner":"u7""#),
    (3, 3, r#""fact":"activity","lead":"1","kind":"brochure""#),
    (4, 4, r#""fact":"activity","lead":"1","kind":"quote_request""#),
    (5, 5, r#""fact":"user","user":"u7","fields":{"zone":"Asia/Tokyo"}"#),
    (6, 6, r#""fact":"account","account":"7","fields":{"country":"GB"}"#),
    (2_000, 30, r#""fact":"activity","lead":"1","kind":"brochure""#),
    (2_001, 40, r#""fact":"lead_moved","lead":"1","status":"Answered""#),
    (2_002, 2_002, r#""fact":"activity","lead":"1","kind":"quote_request""#),
    (9_000, 20, r#""fact":"lead_moved","lead":"1","status":"Answered""#),
    (9_001, 9_001, r#""fact":"activity","lead":"1","kind":"brochure""#),
];

fn minute(minutes: i64) -> Timestamp {
    let start: Timestamp = "2026-06-01T09:00:00Z".parse().unwrap();
    start + SignedDuration::from_mins(minutes)
}

/// Takes the facts in under a signed Agreement, a version of which comes into force on the way, and
/// gives the ledger. `reopen` forgets all that the engine could remember, before each fact.
fn ledger(reopen: bool) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::Sqlite(folder.path().join("lockstep.db"));
    let open = || Engine::open(&location, minute(-60)).unwrap();
    let mut engine = open();
    let mut people = Vec::new();
    for (side, role) in
        [(Side::Marketing, Role::MarketingManager), (Side::Sales, Role::SalesManager)]
    {
        let email = format!("{}@millrace-pumps.example", side.word());
        let person = NewPerson { name: side.word().to_owned(), email, role, side: None };
        let (user, _) = engine.admit(None, person, minute(-60)).unwrap();
        people.push(Actor { user, role, side });
    }
    for (title, from) in [("", -50), ("# The same, from later on.\n", 2_001)] {
        let files = BTreeMap::from([("agreement.toml".into(), format!("{title}{AGREEMENT}"))]);
        let text = AgreementText::new(files).unwrap();
        let hash = text.hash();
        let effective = Effective::At(minute(from));
        let proposing = Proposing { effective, ..text.into() };
        let version = engine.propose_agreement(None, proposing, minute(-50)).unwrap();
        for actor in &people {
            engine.sign_agreement(actor, version, &hash, minute(-50)).unwrap();
        }
    }
    for (n, (told, happened, fact)) in TOLD.into_iter().enumerate() {
        if reopen {
            drop(engine);
            engine = open();
        }
        let at = minute(happened);
        let fact = format!(r#"{{"source":"crm","id":"{n}","happened_at":"{at}",{fact}}}"#);
        let fact = read_fact(serde_json::from_str(&fact).unwrap(), None).unwrap();
        engine.take_in(vec![fact], minute(told)).unwrap();
        engine.tick(minute(told) + SignedDuration::from_secs(30)).unwrap();
    }
    let entries = engine.read(|reader| reader.entries_after(domain::ids::FactNo(0), 1_000));
    let entries: Vec<Entry> = entries.unwrap();
    // Who somebody is has another salt each time.
    let told = entries.into_iter().filter(|entry| !entry.fact().subject().starts_with("user/lock"));
    told.map(|entry| format!("{:?}", entry)).collect()
}

#[test]
fn what_is_remembered_changes_no_decision() {
    let (remembered, read_anew) = (ledger(false), ledger(true));
    for (remembered, read_anew) in remembered.iter().zip(&read_anew) {
        assert_eq!(remembered, read_anew);
    }
    assert_eq!(remembered.len(), read_anew.len());
    let decided = |kind: &str| remembered.iter().filter(|entry| entry.contains(kind)).count();
    for kind in ["LeadQualified", "ClockStarted", "ClockStopped", "ClockBreached", "TookEffect"] {
        assert!(decided(kind) > 0, "no {kind} among {remembered:#?}");
    }
}
