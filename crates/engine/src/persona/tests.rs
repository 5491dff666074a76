use connectors::agreement::AgreementText;
use domain::firm::Role;
use jiff::{Timestamp, ToSpan};
use store::Location;

use super::*;
use crate::{access::Actor, intake::read_fact, people::NewPerson};

const AGREEMENT: &str = include_str!("../../../testkit/src/agreement.toml");
const FIELDS: &str = "title = \"text\"\n[fields.account]\nemployees = \"number\"";
const PERSONAS: &str = r#"
[[persona]]
id = "plant-manager"
clause = "8"
says = "Who answers for a plant."
interviews = 2
matches_when = 'lead.title.lowerAscii().contains("plant") && account.employees >= 200'
[[persona]]
id = "seller"
clause = "9"
says = "Who sells."
interviews = 0
of = "sellers"
"#;

struct Firm {
    engine: Engine,
    signers: Vec<Actor>,
    told: usize,
    _folder: tempfile::TempDir,
}

fn start() -> Timestamp {
    "2026-11-02T08:00:00Z".parse().unwrap()
}

fn text(personas: &str) -> AgreementText {
    let text = AGREEMENT.replace("title = \"text\"", FIELDS) + personas;
    AgreementText::new(BTreeMap::from([("agreement.toml".into(), text)])).unwrap()
}

impl Firm {
    fn new() -> Firm {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(folder.path().join("lockstep.db"));
        let engine = Engine::open(&location, start()).unwrap();
        let mut signers = Vec::new();
        for (name, role) in [("mara", Role::MarketingManager), ("sven", Role::SalesManager)] {
            let email = format!("{name}@millrace.example");
            let person = NewPerson { name: name.to_owned(), email, role, side: None };
            let user = engine.admit(None, person, start()).unwrap().0;
            signers.push(Actor { user, role, side: role.side() });
        }
        let mut firm = Firm { engine, signers, told: 0, _folder: folder };
        firm.agrees(&text(PERSONAS), start());
        firm
    }

    /// Puts a text in force.
    fn agrees(&mut self, text: &AgreementText, at: Timestamp) -> Version {
        let version = self.engine.propose_agreement(None, text.clone(), at).unwrap();
        for signer in &self.signers {
            self.engine.sign_agreement(signer, version, &text.hash(), at).unwrap();
        }
        self.engine.tick(at).unwrap();
        version
    }

    fn tells(&mut self, fact: &str) {
        self.told += 1;
        let (id, now) = (self.told, start());
        let fact = format!(r#"{{"source":"crm","id":"{id}","happened_at":"{now}",{fact}}}"#);
        let reported = read_fact(serde_json::from_str(&fact).unwrap(), None).unwrap();
        self.engine.take_in(vec![reported], now).unwrap();
    }

    fn lead(&mut self, id: &str, title: &str, account: &str) {
        self.tells(&format!(
            r#""fact":"lead","lead":"{id}","fields":{{"title":"{title}","account":"{account}"}}"#
        ));
    }

    fn deal(&mut self, id: &str, lead: &str, outcome: &str) {
        self.tells(&format!(
            r#""fact":"opportunity","opportunity":"{id}","fields":{{"outcome":"{outcome}"{lead}}}"#
        ));
    }
}

fn ids<I: std::fmt::Display>(rows: &[I]) -> Vec<String> {
    rows.iter().map(ToString::to_string).collect()
}

#[test]
fn a_persona_is_counted_with_what_is_not_known_and_how_often_it_buys() {
    let mut firm = Firm::new();
    for (id, people) in [("big", "900"), ("small", "20")] {
        let fields = format!(r#"{{"employees":{people}}}"#);
        firm.tells(&format!(r#""fact":"account","account":"{id}","fields":{fields}"#));
    }
    for (id, title, account) in [
        ("a", "Plant Manager", "big"),
        ("b", "Head of the plant", "big"),
        ("c", "Plant Manager", "small"),
        ("d", "Buyer", "nowhere"),
        ("e", "Plant Manager", "nowhere"),
    ] {
        firm.lead(id, title, account);
    }
    firm.tells(r#""fact":"lead","lead":"f","fields":{"account":"big"}"#);
    for (id, lead, outcome) in [
        ("o1", ",\"lead\":\"a\"", "won"),
        ("o2", ",\"lead\":\"b\"", "lost"),
        ("o3", ",\"lead\":\"b\"", "open"),
        ("o4", ",\"lead\":\"b\"", "no_decision"),
        ("o5", ",\"lead\":\"c\"", "won"),
        ("o6", "", "won"),
    ] {
        firm.deal(id, lead, outcome);
    }
    let report = firm.engine.report_personas(Version(1)).unwrap();
    assert_eq!((report.leads, report.personas.len()), (6, 1));
    assert_eq!(ids(report.without_lead.rows()), ["crm:o6"]);
    let found = report.of("plant-manager").unwrap();
    assert_eq!(ids(found.matches.rows()), ["crm:a", "crm:b"]);
    assert_eq!(ids(found.unknown.rows()), ["crm:e", "crm:f"]);
    assert_eq!(ids(found.won.hits().rows()), ["crm:o1"]);
    assert_eq!(ids(found.won.misses().rows()), ["crm:o2"]);
    assert!(report.of("seller").is_none(), "who sells has no rule");
}

#[test]
fn a_clause_last_changed_where_its_words_did() {
    let mut firm = Firm::new();
    let since = |firm: &Firm, version, persona: &str| {
        firm.engine.persona_words(Version(version), persona).unwrap().since.0
    };
    let second = text(&PERSONAS.replace("Who sells.", "Who sells here."));
    let third = text(&PERSONAS.replace("interviews = 2", "interviews = 4"));
    let at = start().checked_add(24.hours()).unwrap();
    assert_eq!(firm.agrees(&second, at), Version(2));
    assert_eq!(since(&firm, 2, "plant-manager"), 1);
    assert_eq!(since(&firm, 2, "seller"), 2);
    assert_eq!(firm.agrees(&third, at.checked_add(24.hours()).unwrap()), Version(3));
    assert_eq!(since(&firm, 3, "plant-manager"), 3);
    assert_eq!(since(&firm, 3, "nobody"), 3);
    let words = firm.engine.persona_words(Version(3), "plant-manager").unwrap();
    let rule = "the lead’s title contains “plant” and the account’s employees at least 200";
    assert_eq!(words.rule.as_deref(), Some(rule));
}
