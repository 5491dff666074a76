use std::{collections::BTreeSet, path::PathBuf};

use domain::{
    draft::card::Basis,
    ids::{FactNo, Version},
};
use store::Location;

use super::*;
use crate::{
    access::Actor,
    import::{ImportOptions, Listener, Progress, Rejected},
    people::NewPerson,
};

struct Quiet;

impl Listener for Quiet {
    fn progress(&mut self, _: Progress) -> bool {
        true
    }
    fn rejected(&mut self, _: &Rejected, _: &[String]) {}
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn engine() -> (tempfile::TempDir, Engine) {
    let dir = tempfile::tempdir().unwrap();
    let location = Location::Sqlite(dir.path().join("lockstep.db"));
    let engine = Engine::open(&location, at("2020-01-01T00:00:00Z")).unwrap();
    (dir, engine)
}

/// A folder of real exports; where `LOCKSTEP_DATA` names none, the test is skipped.
fn data(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("LOCKSTEP_DATA").map(PathBuf::from);
    let folder = root.map(|root| root.join(name)).filter(|folder| folder.is_dir());
    if folder.is_none() {
        println!("skipped: LOCKSTEP_DATA names no folder of real exports");
    }
    folder
}

fn imported(folder: PathBuf, engine: &Engine) {
    let now = at("2026-11-21T09:00:00Z");
    engine.import(&[folder], &ImportOptions::default(), now, &mut Quiet).unwrap();
}

fn drafted(engine: &Engine) -> FirstAgreement {
    engine.draft_agreement(&DraftWishes::default(), at("2026-11-21T09:00:00Z")).unwrap()
}

fn text(first: &FirstAgreement) -> String {
    first.drafted.text.files().values().cloned().collect()
}

/// The two heads, who sign version 1 at once.
fn sign(engine: &Engine, first: &FirstAgreement) {
    let now = at("2020-01-02T00:00:00Z");
    let version = engine.propose_agreement(None, first.drafted.text.clone(), now).unwrap();
    assert_eq!(version, Version(1));
    let heads = [("Mara", Role::MarketingManager), ("Sven", Role::SalesManager)];
    for (name, role) in heads {
        let email = format!("{}@firm.example", name.to_lowercase());
        let person = NewPerson { name: name.to_owned(), email, role, side: None };
        let (user, _) = engine.admit(None, person, now).unwrap();
        let actor = Actor { user, role, side: role.side() };
        engine.sign_agreement(&actor, version, &first.drafted.text.hash(), now).unwrap();
    }
}

#[test]
fn an_export_of_60_leads_gives_a_text_that_favours_nothing_and_decides() {
    let Some(folder) = data("salesforce-export") else { return };
    let (_dir, engine) = engine();
    imported(folder.clone(), &engine);
    let wishes = DraftWishes {
        marketing: Some("mara@firm.example".into()),
        sales: Some("sven@firm.example".into()),
        ..DraftWishes::default()
    };
    let first = engine.draft_agreement(&wishes, at("2026-11-21T09:00:00Z")).unwrap();
    assert_eq!(first.draft.card.basis, Basis::Same { won: 0, opened: 0 });
    let keys: Vec<&str> = first.draft.way.steps.iter().map(|step| step.key.as_str()).collect();
    assert_eq!(keys, ["New", "Working", "Qualified"]);
    let leads = engine.read(|reader| reader.leads()).unwrap();
    let referred: Vec<_> =
        leads.iter().filter(|lead| lead.source.as_deref() == Some("Referral")).collect();
    let words = text(&first);
    assert!(words.contains(&format!("# n = {} leads.\n", referred.len())), "{words}");
    assert!(!words.contains("gender") && !words.contains("Cold Call"), "{words}");
    // The same export under the signed draft: whoever came by themselves qualifies.
    let (_dir, second) = self::engine();
    sign(&second, &first);
    imported(folder, &second);
    let qualified = second.read(|reader| reader.qualifications()).unwrap();
    let may = |lead: &&store::read::LeadRow| {
        matches!(lead.source.as_deref(), Some("Referral" | "Online Form"))
            && lead.status.as_deref() != Some("Qualified")
    };
    assert_eq!(qualified.len(), leads.iter().filter(may).count());
    assert!(qualified.iter().all(|row| row.by_fact > FactNo(0)) && !qualified.is_empty());
    let clocks = second.read(|reader| reader.clocks()).unwrap();
    let clocked: BTreeSet<_> = clocks.iter().filter_map(|clock| clock.subject.lead()).collect();
    assert_eq!(clocked.len(), 44, "24 were told to be qualified, 20 were decided");
}

#[test]
fn a_crm_without_leads_gives_what_somebody_carries_and_says_the_rest_is_plain() {
    let Some(folder) = data("maven-crm") else { return };
    let (_dir, engine) = engine();
    imported(folder, &engine);
    let first = drafted(&engine);
    assert_eq!(first.draft.card.basis, Basis::Nothing);
    let load = first.draft.deals.load.unwrap();
    assert_eq!((load.won.hits(), load.won.n(), load.days_to_win), (4_238, 6_711, 57));
    assert!(text(&first).contains("win_rate = \"63.2%\""), "{}", text(&first));
    let stages: Vec<&str> = first.draft.deals.stages.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(stages, ["Prospecting", "Engaging", "Won", "Lost"]);
    assert!(text(&first).contains("nobody's experience"));
}

#[test]
fn an_empty_house_gives_the_plainest_text() {
    let (_dir, engine) = engine();
    let first = drafted(&engine);
    assert_eq!((first.draft.leads, first.head.marketing.clone()), (0, None));
    assert!(text(&first).contains("head.of.sales@firm.invalid"));
}

#[test]
fn a_wish_that_cannot_stand_in_a_text_is_refused_with_its_place() {
    let (_dir, engine) = engine();
    let same = Some("mara@firm.example".to_owned());
    let wishes = DraftWishes { marketing: same.clone(), sales: same, ..DraftWishes::default() };
    let refused = engine.draft_agreement(&wishes, at("2026-11-21T09:00:00Z")).unwrap_err();
    assert!(refused.to_string().contains("1 mistake"), "{refused}");
}
