//! One long story of a small firm, told on both databases, with the same bytes at the end.
#![allow(clippy::unwrap_used, reason = "a test's helpers may fail as loudly as the test")]

mod beside;
mod copied;
mod counts;
mod evidence;
mod ladders;
mod lead_pages;
mod lists;
mod merging;
mod opportunities;
#[path = "../../src/testing.rs"]
mod testing;
mod together;
mod words;

use std::collections::BTreeMap;

use domain::{
    activity::ActivityRecorded,
    decided::{ClockAtRisk, ClockBreached, ClockStarted, ClockStopped, LeadQualified, Verdict},
    fact::{Fact, Told},
    field::{FieldValue, Fields},
    figure::Because,
    firm::{
        AgreementProposed, AgreementSigned, AgreementTookEffect, AgreementWithdrawn, Role, Side,
        UserAdmitted,
    },
    handoff::{Answer, HandoffAnswered, HandoffDelivered, LeadAssigned, LeadMoved},
    ids::{FactNo, LeadId, Subject, UserId, Version},
    person::Person,
    points::Points,
    record::{
        AccountReported, CampaignReported, LeadReported, ProductReported, QuotaReported,
        UserReported,
    },
};
use jiff::{Timestamp, ToSpan};
use store::{
    Location, Store, StoreError,
    read::{AgreementState, LeadFilter, LeadRow, LeadSort, Span, name_key},
};

fn at(text: &str) -> Timestamp {
    format!("2026-11-{text}:00Z").replace(' ', "T").parse().unwrap()
}

/// Whole minutes after the story's beginning.
fn minute(number: i64) -> Timestamp {
    at("20 09:00") + number.minutes()
}

fn fields(of: &[(&str, &str)]) -> Fields {
    of.iter().map(|(name, value)| ((*name).to_owned(), FieldValue::from(*value))).collect()
}

/// A store in which facts are told one by one; each key is the number of facts told before.
struct World {
    kind: &'static str,
    store: Store,
    told: u32,
    _database: testing::Database,
}

impl World {
    fn everywhere() -> Vec<World> {
        let open = |database: testing::Database| World {
            kind: database.kind,
            store: Store::open(&Location::parse(&database.place), at("20 08:00")).unwrap(),
            told: 0,
            _database: database,
        };
        testing::databases().into_iter().map(open).collect()
    }

    fn tells(&mut self, happened_at: Timestamp, fact: Fact) -> FactNo {
        self.told += 1;
        let key = format!("{}", self.told);
        let told = Told { source: "crm".to_owned(), key, happened_at, fact };
        let entry = self.store.write(at("21 08:00"), |writer| writer.append_once(told));
        entry.unwrap().unwrap().no
    }

    fn asks<T>(&self, ask: impl FnOnce(&store::Reader<'_>) -> Result<T, StoreError>) -> T {
        self.store.read(ask).unwrap()
    }

    fn lead(&self, id: &str) -> LeadRow {
        self.asks(|reader| reader.lead(&id.into())).unwrap()
    }

    fn dump(&self) -> String {
        let mut out = Vec::new();
        self.asks(|reader| reader.dump(&mut out));
        String::from_utf8(out).unwrap()
    }

    fn export(&self) -> String {
        let mut out = Vec::new();
        self.asks(|reader| reader.export_ledger(&mut out));
        String::from_utf8(out).unwrap()
    }
}

fn because(facts: &[i64]) -> Because {
    let facts = facts.iter().map(|no| FactNo(*no)).collect();
    Because { version: Version(1), hash: "h1".to_owned(), clause: "3.2".to_owned(), facts }
}

fn moved(lead: &str, status: &str) -> Fact {
    let (lead, status) = (lead.into(), status.to_owned());
    Fact::LeadMoved(LeadMoved { lead, status, reason: None, by: Some("crm:ann".into()) })
}

fn activity(lead: &str, kind: &str) -> Fact {
    Fact::Activity(ActivityRecorded {
        lead: lead.into(),
        kind: kind.to_owned(),
        status: Some("Attended".to_owned()),
        campaign: Some("crm:fair".into()),
        account: None,
        by: None,
        fields: fields(&[("page", "/pricing\0")]),
    })
}

fn qualified(lead: &str, points: i64, times: u32) -> Fact {
    Fact::LeadQualified(LeadQualified {
        lead: lead.into(),
        definition: "mql".to_owned(),
        status: "MQL".to_owned(),
        components: BTreeMap::from([("fit".to_owned(), Points::whole(points))]),
        total: Points::whole(points),
        times,
        because: because(&[1, 2]),
    })
}

fn clock(id: &str, lead: &str, due_at: Timestamp) -> Fact {
    Fact::ClockStarted(ClockStarted {
        clock: id.into(),
        subject: Subject::Lead(lead.into()),
        service_level: "first_answer".to_owned(),
        owner: Some("crm:ann".into()),
        transfer: 1,
        counts_from: due_at - 60.minutes(),
        at_risk_at: due_at - 15.minutes(),
        due_at,
        next_step_at: None,
        because: because(&[3]),
    })
}

#[test]
fn one_story_on_both_databases() {
    let mut ends = Vec::new();
    for mut world in World::everywhere() {
        the_firm(&mut world);
        the_agreement(&mut world);
        leads_and_their_ways(&mut world);
        clocks(&mut world);
        ladders::climbed(&mut world);
        handoffs(&mut world);
        opportunities::told(&mut world);
        lead_pages::pages_of_leads(&mut world);
        counts::all_that_changes_them(&mut world);
        words::searched(&mut world);
        lists::paged(&mut world);
        the_ledger_itself(&mut world);
        together::the_same_comes_of_it(&world);
        copied::whole(&world);
        ends.push((world.dump(), world.export()));
    }
    for end in &ends {
        assert_eq!(end.0, ends[0].0, "the read models are the same on both databases");
        assert_eq!(end.1, ends[0].1, "the ledgers are the same on both databases");
    }
}

fn the_firm(world: &mut World) {
    let account = |account: &str, fields| {
        Fact::Account(AccountReported { account: account.into(), fields, by: None })
    };
    world.tells(minute(0), account("crm:9", fields(&[("name", "  Große   Äpfel GmbH")])));
    world.tells(minute(1), account("crm:10", fields(&[("name", "Acme"), ("country", "DE")])));
    world.tells(minute(2), account("crm:10", Fields::from([("name".into(), FieldValue::Cleared)])));
    let product = ProductReported {
        product: "crm:p".into(),
        fields: Fields::from([
            ("name".to_owned(), "Pump 3000".into()),
            ("price".to_owned(), FieldValue::Number(0.1 + 0.2)),
        ]),
    };
    world.tells(minute(3), Fact::Product(product));
    let about = fields(&[("name", "Fair"), ("type", "trade show")]);
    world.tells(
        minute(3),
        Fact::Campaign(CampaignReported { campaign: "crm:fair".into(), fields: about }),
    );
    let about = fields(&[("team", "north"), ("side", "Sales"), ("manager", "crm:bob")]);
    let ann = UserReported { user: "crm:ann".into(), fields: about, person: None, by: None };
    world.tells(minute(4), Fact::User(ann.clone()));
    let user = world.asks(|reader| reader.user(&"crm:ann".into())).unwrap();
    assert_eq!((user.role, user.side, user.active), (None, Some(Side::Sales), false));
    let (user, role, side) = ("crm:ann".into(), Role::SalesManager, Side::Neutral);
    let admitted = UserAdmitted { user, role, side, active: true, by: None, person: None };
    world.tells(minute(5), Fact::UserAdmitted(admitted));
    world.tells(minute(6), Fact::User(ann));
    for user in [None, Some("crm:ann".into())] {
        let period = "2026-Q4".to_owned();
        let fields = fields(&[("count", "12")]);
        world.tells(minute(7), Fact::Quota(QuotaReported { user, period, fields }));
    }
    what_the_firm_looks_like(world);
}

fn what_the_firm_looks_like(world: &World) {
    world.asks(|reader| {
        let named = reader.accounts_named(&name_key("GROSSE äpfel gmbh"))?;
        assert!(named.is_empty(), "ß is not ss");
        let named = reader.accounts_named(&name_key("große ÄPFEL gmbh"))?;
        assert_eq!(named[0].id.as_str(), "crm:9");
        let acme = reader.account(&"crm:10".into())?.unwrap();
        assert_eq!((acme.name, acme.name_key), (None, None));
        assert_eq!(acme.fields["name"], FieldValue::Cleared);
        assert_eq!(acme.fields["country"], "DE".into());
        let ids: Vec<_> = reader.accounts()?.into_iter().map(|row| row.id.0).collect();
        assert_eq!(ids, ["crm:10", "crm:9"]);
        let pump = &reader.products_named("pump 3000")?[0];
        assert_eq!(pump.fields["price"], FieldValue::Number(0.1 + 0.2));
        assert_eq!(reader.product(&pump.id)?.as_ref(), Some(pump));
        assert_eq!(reader.products()?.len(), 1);
        let fair = reader.campaign(&"crm:fair".into())?.unwrap();
        assert_eq!(fair.kind.as_deref(), Some("trade show"));
        assert_eq!((reader.campaigns()?.len(), reader.campaigns_named("fair")?.len()), (1, 1));
        let ann = &reader.users()?[0];
        assert_eq!((ann.role, ann.side), (Some(Role::SalesManager), Some(Side::Neutral)));
        assert_eq!((ann.active, ann.team.as_deref()), (true, Some("north")));
        let owners: Vec<_> = reader.quotas()?.into_iter().map(|row| row.owner).collect();
        assert_eq!(owners, [None, Some("crm:ann".into())]);
        Ok(())
    });
}

fn proposed(version: u32, text: &str) -> Fact {
    Fact::AgreementProposed(AgreementProposed {
        version: Version(version),
        text: BTreeMap::from([("agreement.toml".to_owned(), text.to_owned())]),
        hash: format!("h-{text}"),
        effective_at: minute(60),
        by: Some("crm:ann".into()),
    })
}

fn signed(version: u32, text: &str, side: Side) -> Fact {
    let (version, hash) = (Version(version), format!("h-{text}"));
    Fact::AgreementSigned(AgreementSigned {
        version,
        hash,
        side,
        by: "crm:ann".into(),
        in_place_of: None,
        named_by: None,
        backtests: vec![],
    })
}

fn took_effect(version: u32) -> Fact {
    let (version, hash) = (Version(version), String::new());
    Fact::AgreementTookEffect(AgreementTookEffect { version, hash })
}

fn the_agreement(world: &mut World) {
    let state = |world: &World, version| {
        world.asks(|reader| reader.agreement(Version(version))).unwrap().state
    };
    world.tells(minute(10), proposed(1, "a"));
    world.tells(minute(11), signed(1, "a", Side::Sales));
    world.tells(minute(12), signed(1, "a", Side::Neutral));
    assert_eq!(state(world, 1), AgreementState::Proposed, "{}: one side is missing", world.kind);
    world.tells(
        minute(13),
        Fact::AgreementWithdrawn(AgreementWithdrawn {
            version: Version(1),
            instead: None,
            by: None,
        }),
    );
    assert_eq!(state(world, 1), AgreementState::Withdrawn);
    world.tells(minute(14), proposed(1, "b"));
    world.tells(minute(15), signed(1, "b", Side::Marketing));
    world.tells(minute(15), signed(1, "a", Side::Sales));
    assert_eq!(state(world, 1), AgreementState::Proposed, "{}: another text", world.kind);
    world.tells(minute(16), signed(1, "b", Side::Sales));
    assert_eq!(state(world, 1), AgreementState::Signed);
    assert_eq!(world.asks(|reader| reader.version_in_force()), None);
    world.tells(minute(17), took_effect(1));
    world.tells(minute(18), proposed(2, "c"));
    world.tells(minute(19), took_effect(2));
    world.asks(|reader| {
        assert_eq!(reader.version_in_force()?, Some(Version(2)));
        let states: Vec<_> = reader.agreements()?.into_iter().map(|row| row.state).collect();
        assert_eq!(states, [AgreementState::Superseded, AgreementState::InForce]);
        let in_force = reader.agreements_in_force()?;
        assert_eq!(in_force[0].hash, "h-b");
        assert_eq!(in_force[1].in_force_at, minute(19));
        assert_eq!(in_force[1].text["agreement.toml"], "c");
        assert_eq!(reader.signatures_of(Version(1))?.len(), 3);
        Ok(())
    });
}

fn leads_and_their_ways(world: &mut World) {
    let lead = |lead: &str, fields| {
        Fact::Lead(LeadReported { lead: lead.into(), fields, person: None, by: None })
    };
    let about = [("account", "crm:9"), ("source", "web"), ("created_at", "2026-11-20")];
    world.tells(minute(20), lead("crm:1", fields(&about)));
    world.tells(minute(21), lead("crm:1", fields(&[("title", "CTO"), ("record", "lead")])));
    let row = world.lead("crm:1");
    assert_eq!(row.created_at, Some(at("20 00:00")));
    assert_eq!((row.source.as_deref(), row.record.as_deref()), (Some("web"), Some("lead")));
    world.tells(minute(22), activity("crm:1", "webinar"));
    world.tells(minute(21), activity("crm:1", "call"));
    world.tells(minute(30), qualified("crm:1", 40, 1));
    world.tells(minute(28), moved("crm:1", "Engaged"));
    assert_eq!(world.lead("crm:1").status.as_deref(), Some("MQL"), "an older move told later");
    world.tells(minute(30), moved("crm:1", "Working"));
    assert_eq!(world.lead("crm:1").status.as_deref(), Some("Working"), "the later told holds");
    world.tells(minute(29), qualified("crm:1", 90, 2));
    let row = world.lead("crm:1");
    assert_eq!((row.qualified_times, row.total_points), (2, Some(Points::whole(40))));
    assert_eq!(row.first_qualified_at, Some(minute(29)));
    assert_eq!(row.last_qualified_at, Some(minute(30)));
    for (when, owner) in [(31, Some("crm:ann".into())), (33, None), (32, Some("crm:bob".into()))] {
        let assigned = LeadAssigned { lead: "crm:1".into(), owner, by: None };
        world.tells(minute(when), Fact::LeadAssigned(assigned));
    }
    let row = world.lead("crm:1");
    assert_eq!((row.owner, row.owner_since), (None, Some(minute(33))));
    // Nobody has reported this one: it has a row from the first fact about it on.
    world.tells(minute(34), moved("crm:unheard", "New"));
    the_way_of_a_lead(world);
}

fn the_way_of_a_lead(world: &World) {
    let id: LeadId = "crm:1".into();
    world.asks(|reader| {
        let kinds: Vec<_> = reader.activities_of(&id)?.into_iter().map(|row| row.kind).collect();
        assert_eq!(kinds, ["call", "webinar"]);
        assert_eq!(reader.activities()?.len(), 2);
        let way: Vec<_> =
            reader.stages_of_lead(&id)?.into_iter().map(|row| (row.status, row.decided)).collect();
        let expected = [("Engaged", false), ("MQL", true), ("MQL", true), ("Working", false)];
        assert_eq!(way, expected.map(|(status, decided)| (status.to_owned(), decided)));
        assert_eq!(reader.lead_stages()?.len(), 5);
        let met = reader.qualifications_of(&id)?;
        assert_eq!((met[0].total, met[0].times), (Points::whole(90), 2));
        assert_eq!(met[0].components["fit"], Points::whole(90));
        assert_eq!(reader.qualifications()?.len(), 2);
        assert_eq!(reader.assignments_of(&id)?[1].owner, Some("crm:bob".into()));
        assert_eq!(reader.assignments()?.len(), 3);
        assert_eq!(reader.leads_of_account(&"crm:9".into())?.len(), 1);
        assert_eq!(reader.lead(&"crm:unheard".into())?.unwrap().fields, Fields::new());
        Ok(())
    });
}

fn clocks(world: &mut World) {
    let due = |world: &World, now| -> Vec<String> {
        let clocks = world.asks(|reader| reader.clocks_due(now));
        clocks.into_iter().map(|clock| clock.id.0).collect()
    };
    world.tells(minute(40), clock("k2", "crm:1", minute(120)));
    world.tells(minute(41), clock("k1", "crm:1", minute(100)));
    assert_eq!(world.lead("crm:1").next_due_at, Some(minute(100)));
    assert!(due(world, minute(85) - 1.millisecond()).is_empty());
    assert_eq!(due(world, minute(85)), ["k1"], "{}: exactly at risk", world.kind);
    let lead = || LeadId::from("crm:1");
    let at_risk = ClockAtRisk { clock: "k1".into(), subject: lead().into(), because: because(&[]) };
    world.tells(minute(85), Fact::ClockAtRisk(at_risk));
    assert!(due(world, minute(100)).is_empty(), "{}: exactly due, it may be met", world.kind);
    assert_eq!(due(world, minute(100) + 1.millisecond()), ["k1"], "{}", world.kind);
    assert_eq!(due(world, minute(120)), ["k1", "k2"]);
    let breached =
        ClockBreached { clock: "k1".into(), subject: lead().into(), because: because(&[]) };
    world.tells(minute(100), Fact::ClockBreached(breached));
    let stopped = ClockStopped {
        clock: "k1".into(),
        subject: lead().into(),
        verdict: Verdict::MetLate,
        stopped_by: "Accepted".to_owned(),
        working_seconds: 3_660,
        elapsed_seconds: 3_720,
        due_at: None,
        because: because(&[]),
    };
    world.tells(minute(102), Fact::ClockStopped(stopped));
    world.asks(|reader| {
        let row = reader.clock(&"k1".into())?.unwrap();
        assert_eq!((row.risk_noticed, row.breached), (true, true));
        assert_eq!((row.verdict, row.stopped_at), (Some(Verdict::MetLate), Some(minute(102))));
        assert_eq!((row.started_at, row.clause.as_str()), (minute(41), "3.2"));
        assert_eq!(reader.clocks_of(&lead())?.len(), 2);
        assert_eq!(reader.clocks_due_before(minute(999), None, 9)?[0].id.as_str(), "k2");
        assert_eq!(reader.clocks()?[1].working_seconds, Some(3_660));
        Ok(())
    });
    assert_eq!(world.lead("crm:1").next_due_at, Some(minute(120)));
}

fn handoffs(world: &mut World) {
    let answer = |answer, reason: &str| {
        Fact::HandoffAnswered(HandoffAnswered {
            handoff: "crm:h".into(),
            lead: "crm:1".into(),
            answer,
            reason: Some(reason.to_owned()),
            by: None,
            in_place_of: None,
            until: None,
            note: None,
            undated: false,
        })
    };
    world.tells(minute(112), answer(Answer::Rejected, "no budget"));
    world.tells(minute(111), answer(Answer::Accepted, "told late, and older"));
    let delivered = HandoffDelivered {
        handoff: "crm:h".into(),
        lead: "crm:1".into(),
        to: Some("crm:ann".into()),
        fields: fields(&[("region", "north")]),
    };
    world.tells(minute(110), Fact::Handoff(delivered));
    world.asks(|reader| {
        let row = reader.handoff(&"crm:h".into())?.unwrap();
        assert_eq!((row.answer, row.delivered_at), (Some(Answer::Rejected), Some(minute(110))));
        assert_eq!(row.reason.as_deref(), Some("no budget"));
        assert_eq!(reader.handoffs_of(&"crm:1".into())?, reader.handoffs()?);
        Ok(())
    });
}

fn the_ledger_itself(world: &mut World) {
    let head = world.asks(|reader| reader.head());
    assert_eq!(head.fact.0, i64::from(world.told), "{}: no gaps", world.kind);
    world.asks(|reader| {
        let mut all = reader.entries_after(FactNo(0), 10)?;
        while all.len() < world.told as usize {
            all.extend(reader.entries_after(all[all.len() - 1].no, 10)?);
        }
        let of_a_lead: Vec<_> =
            all.iter().filter(|entry| entry.fact().subject() == "lead/crm:1").cloned().collect();
        assert_eq!(reader.facts_of("lead/crm:1")?, of_a_lead);
        assert_eq!(reader.entry(FactNo(3))?.as_ref(), Some(&all[2]));
        assert_eq!(reader.told("crm", "3")?.as_ref(), Some(&all[2]));
        assert_eq!(reader.entry(FactNo(9_999))?, None);
        Ok(())
    });
    let before = world.dump();
    world.store.rebuild(at("22 00:00"), |_, _| ()).unwrap();
    assert_eq!(world.dump(), before, "{}: rebuilt to the byte", world.kind);
    counts::agree(world);
    assert_eq!(world.asks(|reader| reader.head()), head, "rebuilding records nothing");
    assert_eq!(world.store.verify(|_, _| ()), [], "{}", world.kind);
}

#[test]
fn a_refusal_undoes_its_own_facts_and_their_folds() {
    for world in World::everywhere() {
        let told = |key: &str| Told {
            source: "crm".to_owned(),
            key: key.to_owned(),
            happened_at: minute(0),
            fact: moved("crm:1", key),
        };
        let (good, bad) = (told("good"), told("bad"));
        world.store.write(minute(1), |writer| writer.append_once(good)).unwrap();
        let before = world.dump();
        let refused = world.store.write(minute(2), |writer| -> Result<(), StoreError> {
            assert!(writer.already("crm", "bad")?.is_none());
            writer.append_once(bad)?;
            assert!(writer.already("crm", "bad")?.is_some());
            assert_eq!(writer.reader().lead(&"crm:1".into())?.unwrap().status.unwrap(), "bad");
            Err(StoreError::Closed)
        });
        assert!(refused.is_err());
        assert_eq!(world.dump(), before, "{}", world.kind);
        assert_eq!(world.asks(|reader| reader.head()).fact, FactNo(1));
    }
}
