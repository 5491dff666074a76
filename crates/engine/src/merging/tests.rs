use std::{collections::BTreeMap, fmt::Debug};

use connectors::agreement::AgreementText;
use domain::{
    decided::Verdict,
    firm::{Role, Side},
};
use jiff::SignedDuration;
use proptest::prelude::*;
use store::Location;

use super::*;
use crate::{intake::read_fact, people::NewPerson};

const AGREEMENT: &str = include_str!("../../../testkit/src/agreement.toml");
const HANDOFFS: &str = include_str!("../../../testkit/src/handoffs.toml");
const CALL: &str = r#"
[[service_level]]
id = "call"
clause = "7"
heading = "Who calls"
says = "Sales calls each qualified lead within four working hours."
side = "sales"
starts_when = 'lead.status == "MQL"'
stops_when = 'activity.kind == "call"'
target = "4h"
hours = "office"
zone = "calendar"
on_transfer = "run_on"
zero_time = "met"
"#;

/// A firm under the Agreement of the tests, which also says within when a lead is called.
struct Firm {
    engine: Engine,
    told: usize,
    _folder: tempfile::TempDir,
}

fn at(wall_clock: &str) -> Timestamp {
    let zoned: jiff::Zoned =
        format!("{}[Europe/Berlin]", wall_clock.replace(' ', "T")).parse().unwrap();
    zoned.timestamp()
}

fn operations() -> Actor {
    Actor { user: "u9".into(), role: Role::Operations, side: Side::Neutral }
}

fn named(id: &str) -> LeadId {
    LeadId(format!("crm:{id}"))
}

impl Firm {
    fn new() -> Firm {
        let (folder, start) = (tempfile::tempdir().unwrap(), at("2026-11-02 08:00"));
        let location = Location::Sqlite(folder.path().join("lockstep.db"));
        let engine = Engine::open(&location, start).unwrap();
        let text = AGREEMENT.replace("price = {", "call = { label = \"Called\" }\nprice = {");
        let files = BTreeMap::from([("agreement.toml".into(), text + HANDOFFS + CALL)]);
        let text = AgreementText::new(files).unwrap();
        let (hash, mut signers) = (text.hash(), Vec::new());
        for (name, role) in [("mara", Role::MarketingManager), ("sven", Role::SalesManager)] {
            let email = format!("{name}@millrace.example");
            let person = NewPerson { name: name.to_owned(), email, role, side: None };
            let user = engine.admit(None, person, start).unwrap().0;
            signers.push(Actor { user, role, side: role.side() });
        }
        let email = "operations@millrace.example".to_owned();
        let person = NewPerson { name: "o".into(), email, role: Role::Operations, side: None };
        engine.admit(None, person, start).unwrap();
        let version = engine.propose_agreement(None, text, start).unwrap();
        for signer in &signers {
            engine.sign_agreement(signer, version, &hash, start).unwrap();
        }
        engine.tick(start).unwrap();
        let mut firm = Firm { engine, told: 0, _folder: folder };
        for (id, email) in [("a", "ann@kessler.example"), ("b", "Ann@KESSLER.example")] {
            let who = format!(r#""person":{{"name":"Ann Roth","email":"{email}"}}"#);
            firm.tells(&format!(r#""fact":"lead","lead":"{id}","fields":{{}},{who}"#), start);
        }
        firm
    }

    fn tells(&mut self, fact: &str, now: Timestamp) {
        self.told += 1;
        let id = self.told;
        let fact = format!(r#"{{"source":"crm","id":"{id}","happened_at":"{now}",{fact}}}"#);
        let reported = read_fact(serde_json::from_str(&fact).unwrap(), None).unwrap();
        self.engine.take_in(vec![reported], now).unwrap();
    }

    /// What somebody did, or the status of a lead in another system.
    fn does(&mut self, lead: &str, what: &str, now: Timestamp) {
        let fact = match what {
            "New" | "SAL" => {
                format!(r#""fact":"lead_moved","lead":"{lead}","status":"{what}""#)
            }
            "Director" => {
                format!(r#""fact":"lead","lead":"{lead}","fields":{{"title":"{what}"}}"#)
            }
            kind => format!(r#""fact":"activity","lead":"{lead}","kind":"{kind}""#),
        };
        self.tells(&fact, now);
    }

    fn merges(&self, kept: &str, merged: &str, now: Timestamp) -> Result<(), Error> {
        self.engine.merge_leads(
            Some(&operations()),
            (named(kept), named(merged)),
            BTreeSet::new(),
            now,
        )
    }

    fn unmerges(&self, kept: &str, merged: &str, now: Timestamp) -> Result<(), Error> {
        self.engine.unmerge_leads(Some(&operations()), named(kept), named(merged), now)
    }

    fn asks<T>(&self, ask: impl FnOnce(&Reader<'_>) -> Result<T, StoreError>) -> T {
        self.engine.read(ask).unwrap()
    }

    /// Each clock of a lead: level, when it began, and how it ended.
    fn clocks(&self, lead: &str) -> Vec<(String, Timestamp, Option<Verdict>)> {
        let rows = self.asks(|reader| reader.clocks_of(&named(lead)));
        rows.into_iter().map(|row| (row.service_level, row.started_at, row.verdict)).collect()
    }

    /// When a lead qualified, and with how much.
    fn qualified(&self, lead: &str) -> Vec<(Timestamp, String)> {
        let rows = self.asks(|reader| reader.qualifications_of(&named(lead)));
        rows.into_iter().map(|row| (row.at, row.total.to_string())).collect()
    }

    /// All that was decided about a lead and how it stands, without the numbers of facts.
    fn record(&self, lead: &str) -> Vec<String> {
        fn said(rows: impl IntoIterator<Item = impl Debug>) -> Vec<String> {
            let mut said: Vec<_> = rows.into_iter().map(|row| format!("{row:?}")).collect();
            said.sort();
            said
        }
        let id = named(lead);
        let row = self
            .asks(|reader| reader.lead(&id))
            .map(|row| store::read::LeadRow { last_fact: FactNo(0), ..row });
        let clocks = self.asks(|reader| reader.clocks_of(&id)).into_iter().map(|row| {
            let facts = (FactNo(0), None, FactNo(0));
            let (start_fact, stop_fact, last_fact) = facts;
            let id = "".into();
            store::read::ClockRow { id, start_fact, stop_fact, last_fact, ..row }
        });
        let handoffs = self.asks(|reader| reader.handoffs_of(&id)).into_iter().map(|row| {
            let (by_fact, answer_fact, last_fact) = (None, None, FactNo(0));
            let id = "".into();
            store::read::HandoffRow { id, by_fact, answer_fact, last_fact, ..row }
        });
        let qualified = self.asks(|reader| reader.qualifications_of(&id)).into_iter();
        let qualified =
            qualified.map(|row| store::read::QualificationRow { by_fact: FactNo(0), ..row });
        [said(row), said(clocks), said(handoffs), said(qualified)].concat()
    }

    fn dump(&self) -> String {
        let mut out = Vec::new();
        self.engine.read(|reader| reader.dump(&mut out)).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// The ledger verifies, and the read models, counters among them, are what it says.
    fn is_sound(&self) {
        assert_eq!(self.engine.store.verify(|_, _| {}), vec![]);
        let before = self.dump();
        self.engine.store.rebuild(at("2026-12-24 00:00"), |_, _| {}).unwrap();
        assert_eq!(self.dump(), before, "rebuilt, the read models are the same");
        let rows = self.asks(|reader| reader.leads()).len();
        let counted = before
            .lines()
            .find(|line| line.contains(r#""what":"lead""#) && line.contains(r#""state":"all""#));
        assert!(counted.unwrap().ends_with(&format!(r#""n":{rows}}}"#)), "{counted:?}");
    }
}

fn refusal(done: Result<(), Error>) -> NotMerged {
    match done {
        Err(Error::Refused(Refusal::Merging(refusal))) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_person_is_judged_by_what_was_told_of_both_from_the_merge_on() {
    let mut firm = Firm::new();
    firm.does("a", "demo", at("2026-11-02 09:00"));
    firm.does("b", "price", at("2026-11-02 10:00"));
    assert_eq!((firm.qualified("a"), firm.qualified("b")), (vec![], vec![]));
    let merged_at = at("2026-11-02 11:00");
    firm.merges("a", "b", merged_at).unwrap();
    assert_eq!(firm.qualified("a"), [(merged_at, "40".to_owned())]);
    assert_eq!(firm.asks(|reader| reader.handoffs_of(&named("a"))).len(), 1);
    let listed = firm.asks(|reader| reader.leads());
    assert_eq!(listed.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["crm:a"]);
    firm.is_sound();
    firm.unmerges("a", "b", at("2026-11-02 12:00")).unwrap();
    assert_eq!((firm.qualified("a"), firm.clocks("a")), (vec![], vec![]));
    assert_eq!(firm.asks(|reader| reader.handoffs_of(&named("a"))), vec![]);
    assert_eq!(firm.asks(|reader| reader.leads()).len(), 2);
    firm.is_sound();
}

#[test]
fn what_was_never_told_of_the_one_is_filled_in_by_the_other() {
    let mut firm = Firm::new();
    firm.does("a", "demo", at("2026-11-02 09:00"));
    firm.does("b", "Director", at("2026-11-02 10:00"));
    firm.merges("a", "b", at("2026-11-02 11:00")).unwrap();
    assert_eq!(firm.qualified("a"), [(at("2026-11-02 11:00"), "40".to_owned())]);
    firm.unmerges("a", "b", at("2026-11-02 12:00")).unwrap();
    assert_eq!(firm.qualified("a"), vec![]);
    firm.tells(r#""fact":"lead","lead":"a","fields":{"title":"Clerk"}"#, at("2026-11-02 13:00"));
    firm.merges("a", "b", at("2026-11-02 14:00")).unwrap();
    assert_eq!(firm.qualified("a"), vec![], "what was told of it is kept");
    firm.is_sound();
}

#[test]
fn a_clock_that_runs_is_kept_and_what_is_done_with_the_person_answers_both() {
    let mut firm = Firm::new();
    for (lead, hour) in [("b", "09"), ("a", "10")] {
        firm.does(lead, "demo", at(&format!("2026-11-02 {hour}:00")));
        firm.does(lead, "price", at(&format!("2026-11-02 {hour}:30")));
    }
    let level = |lead: &str, firm: &Firm, level: &str| {
        let clocks = firm.clocks(lead).into_iter().filter(|(id, ..)| id == level);
        clocks.map(|(_, started_at, verdict)| (started_at, verdict)).collect::<Vec<_>>()
    };
    let (began_a, began_b) = (at("2026-11-02 10:30"), at("2026-11-02 09:30"));
    firm.merges("a", "b", at("2026-11-02 11:00")).unwrap();
    assert_eq!(level("b", &firm, "call"), [(began_b, None)], "it runs on");
    firm.does("a", "call", at("2026-11-02 12:00"));
    assert_eq!(level("a", &firm, "call"), [(began_a, Some(Verdict::Met))]);
    assert_eq!(level("b", &firm, "call"), [(began_b, Some(Verdict::Met))]);
    firm.engine.tick(at("2026-11-02 14:00")).unwrap();
    firm.is_sound();
    firm.unmerges("a", "b", at("2026-11-02 15:00")).unwrap();
    assert_eq!(level("a", &firm, "call"), [(began_a, Some(Verdict::Met))]);
    assert_eq!(level("b", &firm, "call"), [(began_b, None)], "nobody has called that one");
    let row = firm.asks(|reader| reader.clocks_of(&named("b"))).remove(0);
    assert!(row.breached, "it was due at 13:30, and nobody has called: {row:?}");
    firm.is_sound();
}

#[test]
fn who_was_answered_under_the_other_record_waits_no_more_and_a_miss_stays() {
    for (merged_at, verdict) in [("12:00", Verdict::Met), ("16:00", Verdict::MetLate)] {
        let mut firm = Firm::new();
        for lead in ["b", "a"] {
            firm.does(lead, "demo", at("2026-11-02 09:00"));
            firm.does(lead, "price", at("2026-11-02 09:30"));
        }
        firm.does("a", "SAL", at("2026-11-02 10:00"));
        firm.engine.tick(at(&format!("2026-11-02 {merged_at}"))).unwrap();
        firm.merges("a", "b", at(&format!("2026-11-02 {merged_at}"))).unwrap();
        let rows = firm.asks(|reader| reader.clocks_of(&named("b")));
        let answer = rows.iter().find(|row| row.service_level == "answer").unwrap();
        assert_eq!(answer.verdict, Some(verdict), "{answer:?}");
        assert_eq!(answer.breached, verdict == Verdict::MetLate);
        let call = rows.iter().find(|row| row.service_level == "call").unwrap();
        assert_eq!(call.verdict, None, "nobody has called");
        let waiting = firm.asks(|reader| reader.handoffs_of(&named("b")));
        assert_eq!(waiting[0].answer, None, "it is answered where it is");
        firm.is_sound();
    }
}

#[test]
fn what_is_told_of_the_other_record_comes_to_the_one_that_goes_on() {
    let mut firm = Firm::new();
    firm.merges("a", "b", at("2026-11-02 09:00")).unwrap();
    firm.does("b", "demo", at("2026-11-02 10:00"));
    firm.does("b", "price", at("2026-11-02 11:00"));
    assert_eq!(firm.qualified("a"), [(at("2026-11-02 11:00"), "40".to_owned())]);
    assert_eq!((firm.qualified("b"), firm.clocks("b")), (vec![], vec![]));
    firm.does("b", "call", at("2026-11-02 12:00"));
    let called = firm.clocks("a").into_iter().find(|(level, ..)| level == "call");
    assert_eq!(called.unwrap().2, Some(Verdict::Met), "the person was called");
    firm.unmerges("a", "b", at("2026-11-02 16:00")).unwrap();
    assert_eq!((firm.qualified("a"), firm.clocks("a")), (vec![], vec![]));
    assert_eq!(firm.qualified("b"), [(at("2026-11-02 11:00"), "40".to_owned())]);
    assert_eq!(firm.clocks("b").len(), 2);
    firm.is_sound();
}

#[test]
fn what_somebody_has_answered_stays() {
    let mut firm = Firm::new();
    firm.does("a", "demo", at("2026-11-02 09:00"));
    firm.does("b", "price", at("2026-11-02 10:00"));
    firm.merges("a", "b", at("2026-11-02 11:00")).unwrap();
    firm.does("a", "SAL", at("2026-11-02 12:00"));
    firm.unmerges("a", "b", at("2026-11-02 13:00")).unwrap();
    assert_eq!(firm.qualified("a").len(), 1);
    let handoffs = firm.asks(|reader| reader.handoffs_of(&named("a")));
    assert_eq!(handoffs[0].answer, Some(domain::handoff::Answer::Accepted));
    firm.is_sound();
}

#[test]
fn each_merge_that_cannot_be_says_what_to_do_instead() {
    let mut firm = Firm::new();
    for id in ["c", "d"] {
        firm.tells(&format!(r#""fact":"lead","lead":"{id}""#), at("2026-11-02 08:30"));
    }
    let now = at("2026-11-02 09:00");
    assert_eq!(refusal(firm.merges("a", "a", now)), NotMerged::Itself(named("a")));
    assert_eq!(refusal(firm.merges("a", "x", now)), NotMerged::Absent(named("x")));
    assert_eq!(refusal(firm.unmerges("a", "b", now)), NotMerged::Apart(named("a"), named("b")));
    firm.merges("a", "b", now).unwrap();
    let before = NotMerged::MergedBefore(named("b"), named("a"));
    assert_eq!(refusal(firm.merges("a", "b", now)), before, "twice at once");
    assert_eq!(refusal(firm.merges("c", "b", now)), before);
    assert_eq!(refusal(firm.merges("b", "a", now)), before, "a ring");
    assert_eq!(refusal(firm.merges("b", "c", now)), before, "a chain");
    assert_eq!(refusal(firm.merges("c", "a", now)), NotMerged::HasOthers(named("a")));
    assert_eq!(refusal(firm.unmerges("c", "b", now)), NotMerged::Apart(named("c"), named("b")));
    firm.merges("a", "c", now).unwrap();
    firm.unmerges("a", "b", now).unwrap();
    let listed = firm.asks(|reader| reader.leads());
    assert_eq!(listed.len(), 3, "the third is still merged");
    firm.does("b", "demo", at("2026-11-02 10:00"));
    firm.does("b", "price", at("2026-11-02 10:30"));
    assert_eq!(refusal(firm.merges("d", "b", now)), NotMerged::FurtherOn(named("b"), named("d")));
    firm.merges("b", "d", at("2026-11-02 11:00")).unwrap();
    let rep = Actor { user: "u1".into(), role: Role::Rep, side: Side::Sales };
    let asked = firm.engine.merge_leads(Some(&rep), (named("a"), named("b")), BTreeSet::new(), now);
    assert!(matches!(asked, Err(Error::Refused(Refusal::Access(_)))));
    firm.is_sound();
}

#[test]
fn two_who_are_told_apart_are_shown_as_one_no_more() {
    let firm = Firm::new();
    let now = at("2026-11-02 09:00");
    let alike = || firm.asks(|reader| namesakes(reader, &named("a"))).len();
    assert_eq!(alike(), 1);
    for _ in 0..2 {
        firm.engine.tell_apart(Some(&operations()), named("b"), named("a"), now).unwrap();
    }
    assert_eq!(alike(), 0);
    let facts = firm.asks(|reader| reader.facts_of("lead/crm:b")).len();
    assert_eq!(facts, 2, "said twice, it is one fact");
    firm.merges("a", "b", now).unwrap();
    firm.unmerges("a", "b", now).unwrap();
    assert_eq!(alike(), 0, "again as if they had never been merged");
    firm.is_sound();
}

/// The last is an answer, which stays whatever becomes of a merge: so it comes before or after.
const DONE: [&str; 6] = ["demo", "price", "call", "Director", "New", "SAL"];

/// Two firms are told the same; one merges and unmerges meanwhile.
///
/// Whatever is told before, between and after: once they are two again, every verdict, clock,
/// handoff and qualification of both is what it would have been.
fn is_as_if_never_merged(told: &[(usize, usize)], merge: usize, unmerge: usize) {
    let (mut first, mut second) = (Firm::new(), Firm::new());
    let mut now = at("2026-11-02 09:00");
    let (mut kept, mut merged) = ("a", "b");
    let mut are_merged = false;
    for (nth, (lead, what)) in told.iter().enumerate() {
        now += SignedDuration::from_mins(97);
        let what = if are_merged { *what % 5 } else { *what };
        for firm in [&mut first, &mut second] {
            firm.does(["a", "b"][*lead], DONE[what], now);
            firm.engine.tick(now).unwrap();
        }
        let then = now + SignedDuration::from_mins(5);
        let head = first.asks(|reader| reader.head()).fact;
        if nth == merge {
            are_merged = first.merges(kept, merged, then).is_ok();
            if !are_merged {
                (kept, merged) = (merged, kept);
                first.merges(kept, merged, then).unwrap();
                are_merged = true;
            }
            let new = first.asks(|reader| reader.entries_after(head, 1_000));
            let past = new.iter().find(|entry| entry.happened_at() < then);
            assert_eq!(past, None, "a merge changes nothing that was");
        }
        if are_merged && nth >= merge + unmerge {
            first.unmerges(kept, merged, then).unwrap();
            are_merged = false;
        }
    }
    now += SignedDuration::from_hours(3);
    if are_merged {
        first.unmerges(kept, merged, now).unwrap();
    }
    for firm in [&first, &second] {
        firm.engine.tick(now).unwrap();
    }
    for lead in ["a", "b"] {
        assert_eq!(first.record(lead), second.record(lead), "{lead}");
    }
    first.is_sound();
}

#[test]
fn a_call_made_of_one_record_before_the_other_qualified_counts_for_neither_once_they_are_two() {
    let told = [(0, 0), (1, 2), (0, 0), (0, 0), (0, 3), (1, 2), (0, 4)];
    is_as_if_never_merged(&told, 3, 3);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn unmerged_leads_are_as_if_they_had_never_been_merged(
        told in prop::collection::vec((0..2_usize, 0..6_usize), 2..16),
        merge in 0..8_usize,
        unmerge in 1..9_usize,
    ) {
        is_as_if_never_merged(&told, merge, unmerge);
    }
}
