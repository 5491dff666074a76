//! An engine on a database of its own, and facts for it.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU32, Ordering},
};

use connectors::{agreement::AgreementText, facts};
use domain::firm::{Role, Side};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};
use store::Location;

use crate::{Engine, access::Actor, report::ReportQuestion};

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Everything, as of an instant, in Berlin.
pub fn all(as_of: &str) -> ReportQuestion {
    ReportQuestion {
        by: None,
        from: None,
        to: None,
        horizon_days: None,
        cohorts: None,
        as_of: at(as_of),
        zone: TimeZone::get("Europe/Berlin").unwrap(),
    }
}

pub fn by(as_of: &str, name: &str) -> ReportQuestion {
    ReportQuestion { by: Some(name.to_owned()), ..all(as_of) }
}

pub fn within(as_of: &str, from: &str, to: &str) -> ReportQuestion {
    let [from, to] = [from, to].map(|day| Some(day.parse().unwrap()));
    ReportQuestion { from, to, ..all(as_of) }
}

/// An engine whose database goes with it.
pub struct Made {
    pub engine: Engine,
    told: AtomicU32,
    _dir: tempfile::TempDir,
}

impl Made {
    pub fn new() -> Made {
        let dir = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(dir.path().join("lockstep.db"));
        let engine = Engine::open(&location, at("2026-08-01T00:00:00Z")).unwrap();
        Made { engine, told: AtomicU32::new(0), _dir: dir }
    }

    /// Takes facts in at once; each gets a source, an id and, where it has none, an instant.
    pub fn tell(&self, now: &str, told: Vec<Value>) {
        let reported = told.into_iter().map(|mut fact| {
            let id = self.told.fetch_add(1, Ordering::Relaxed).to_string();
            let object = fact.as_object_mut().unwrap();
            object.insert("id".into(), Value::String(id));
            object.entry("source").or_insert("crm".into());
            object.entry("happened_at").or_insert(now.into());
            facts::from_value(fact, None).unwrap()
        });
        let reported = reported.collect();
        self.engine.take_in(reported, at(now)).unwrap();
    }

    /// Brings a text into force on 2026-08-01.
    pub fn sign(&self, text: &str) {
        let files = BTreeMap::from([("agreement.toml".to_owned(), text.to_owned())]);
        let text = AgreementText::new(files).unwrap();
        let hash = text.hash();
        let now = at("2026-08-01T00:00:00Z");
        let version = match self.engine.propose_agreement(None, text, now) {
            Ok(version) => version,
            Err(refusal) => panic!("{refusal:?}"),
        };
        for (user, role, side) in [
            ("crm:mm", Role::MarketingManager, Side::Marketing),
            ("crm:sm", Role::SalesManager, Side::Sales),
        ] {
            let actor = Actor { user: user.into(), role, side };
            self.engine.sign_agreement(&actor, version, &hash, now).unwrap();
        }
    }
}

/// An opportunity of the CRM; `fields` are its own.
pub fn opportunity(id: &str, fields: Value) -> Value {
    json!({"fact": "opportunity", "opportunity": id, "fields": fields})
}

pub fn moved(id: &str, stage: &str, at: &str) -> Value {
    json!({"fact": "opportunity_moved", "opportunity": id, "stage": stage, "happened_at": at})
}

pub fn lead_moved(id: &str, status: &str, at: &str) -> Value {
    json!({"fact": "lead_moved", "lead": id, "status": status, "happened_at": at})
}

pub fn eur(minor: i64) -> Value {
    json!({"amount_minor": minor, "currency": "EUR"})
}

/// An Agreement of two people, with goals for September 2026: 22 weekdays, one of them a holiday.
pub const AGREEMENT: &str = r#"
[agreement]
title = "Agreement between Marketing and Sales of Alder"
preamble = "So that nobody argues from memory."
zone = "Europe/Berlin"
currency = "EUR"

[[party]]
side = "marketing"
name = "Marketing"
signer = "crm:mm"

[[party]]
side = "sales"
name = "Sales"
signer = "crm:sm"

[calendars.office.hours]
mon-fri = ["09:00-17:00"]
[calendars.office.holidays]
2026-09-30 = "Works outing"

[activities]
quote_request = { label = "Asked for a quote" }

[[status]]
key = "New"
[[status]]
key = "MQL"
owner = "sales"
also = ["Marketing Qualified"]
[[status]]
key = "Answered"
owner = "sales"
[[status]]
key = "Recycle"
owner = "marketing"
exit = true

[[definition]]
id = "mql"
clause = "1"
says = "A lead is qualified by a request for a quote."
component = [{ id = "interest", label = "Interest" }]
rule = [
  { id = "quote", says = "A request for a quote: 30.", component = "interest", on = "activity", when = 'activity.kind == "quote_request"', points = 30, limit = "every_time" },
]
qualifies_when = "score.interest >= 30"
status = "MQL"
from_statuses = ["New", "Recycle"]

[[service_level]]
id = "answer"
clause = "2"
says = "Sales answers each qualified lead within four working hours."
side = "sales"
starts_when = 'lead.status == "MQL"'
stops_when = 'lead.status == "Answered"'
target = "4h"
hours = "office"
zone = "owner"
on_transfer = "run_on"
zero_time = "met"
goal = "90%"

[[goal]]
id = "opened"
clause = "3"
says = "Marketing brings 120 opportunities in September."
side = "marketing"
measure = "opened"
from = 2026-09-01
to = 2026-09-30
target = 120

[[goal]]
id = "revenue"
clause = "4"
says = "Sales wins 5,000 euros in September."
side = "sales"
measure = "revenue"
from = 2026-09-01
to = 2026-09-30
target = 5000

[[goal]]
id = "qualified"
clause = "5"
says = "Marketing brings 4 qualified leads in September."
side = "marketing"
measure = "qualified"
from = 2026-09-01
to = 2026-09-30
target = 4

[[goal]]
id = "in-time"
clause = "6"
says = "Two of three are answered in time."
side = "sales"
measure = "attainment"
from = 2026-09-01
to = 2026-09-30
target = "66%"
"#;
