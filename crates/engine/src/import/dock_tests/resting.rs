//! An import that rests and goes on comes to what it would have come to at one go.

use std::sync::atomic::{AtomicU32, Ordering};

use super::{Harbour, State, at, olga};
use crate::import::{How, TableReport};

/// Leads of companies that no table lists, some in two spellings, with owners that are new and some keys
/// twice: what is to be said of them comes up before a rest and after it.
fn leads(rows: usize) -> String {
    let owners = ["Ann Berg", "Bo Kant", "Cy Ahorn"];
    let row = |no: usize| {
        let (key, company) = (no % (rows - 40), no / 60 % 30);
        let spelt = if no.is_multiple_of(7) { "COMPANY" } else { "Company" };
        format!("{key},Ann,2026-01-02,New,{spelt} {company},{}\n", owners[no / 900 % 3])
    };
    let all: String = (0..rows).map(row).collect();
    format!("lead_id,name,created_at,status,account,owner\n{all}x,Bo,soon,New,Acme,Bo Kant\n")
}

impl Harbour {
    /// Works on the next import; when the worker looks at the clock for the `nth` time, somebody asks it
    /// to pause.
    fn works_and_pauses(&self, id: &str, nth: u32) {
        let looked = AtomicU32::new(0);
        let clock = || {
            if looked.fetch_add(1, Ordering::SeqCst) + 1 == nth {
                self.engine.pause_import(&olga(), id, at(1)).unwrap();
            }
            at(1)
        };
        self.engine.work_on_imports(&self.dock, &clock).unwrap();
    }

    /// Works on the next import until the process ends, when the worker looks at the clock for the `nth`
    /// time: what it had said of its life stays in the database.
    fn works_and_ends(&self, nth: u32) {
        let looked = AtomicU32::new(0);
        let ends = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let clock = || match looked.fetch_add(1, Ordering::SeqCst) + 1 {
                look if look == nth => panic!("the process ends"),
                _ => at(2),
            };
            self.engine.work_on_imports(&self.dock, &clock)
        }));
        assert!(ends.is_err());
    }
}

#[test]
fn a_trial_that_paused_counts_and_asks_for_what_it_would_have_at_one_go() {
    let harbour = Harbour::new();
    let deals = "deal_id,deal_name,stage,account,owner,amount,create_date\n\
                 1,A,Proposal,Company 3,Ann Berg,10,2026-01-02\n\
                 2,B,Proposal,Company 3,Di Neu,10,2026-01-02\n";
    let id = harbour.brought(&[("leads.csv", &leads(1_100)), ("deals.csv", deals)]);
    let whole = harbour.tried(&id).outcome.report.unwrap();
    let (leads, deals) = (&whole.tables[0], &whole.tables[1]);
    let spelt = |how: &How| matches!(how, How::Spelling { .. });
    assert!(leads.joined.iter().any(|it| it.how == How::Made && it.rows > 800), "{whole:?}");
    assert!(leads.joined.iter().any(|it| spelt(&it.how)), "{whole:?}");
    assert!(
        leads.notes.iter().any(|it| it.contains("several rows: of what they say")),
        "{whole:?}"
    );
    assert!(deals.joined.iter().any(|it| it.word == "Company 3"), "made by the table before");
    let as_json = |table: &TableReport| serde_json::to_value(table).unwrap();
    for nth in [4, 6, 7] {
        harbour.engine.try_import(&olga(), &id, at(1)).unwrap();
        harbour.works_and_pauses(&id, nth);
        assert_eq!(harbour.import(&id).state, State::PausedTrial, "at look {nth}");
        let tried = harbour.tried(&id);
        assert_eq!(tried.state, State::Tried, "at look {nth}");
        let report = tried.outcome.report.unwrap();
        for (table, whole) in report.tables.iter().zip(&whole.tables) {
            assert_eq!(as_json(table), as_json(whole), "paused at look {nth}");
        }
        assert_eq!(report.total, whole.total, "paused at look {nth}");
    }
}

#[test]
fn what_a_worker_that_ended_had_in_hand_goes_on_as_soon_as_another_has_the_dock() {
    let harbour = Harbour::new();
    let id = harbour.brought(&[("leads.csv", &leads(1_100))]);
    harbour.engine.start_import(&olga(), &id, at(2)).unwrap();
    let held = harbour.engine.take_dock(&harbour.dock, at(2)).unwrap();
    assert!(held.is_some(), "nobody else has it");
    let clock = || at(2);
    harbour.works_and_ends(5);
    assert_eq!(harbour.import(&id).state, State::Running);
    assert!(!harbour.engine.work_on_imports(&harbour.dock, &clock).unwrap(), "it may live still");
    assert!(harbour.engine.take_dock(&harbour.dock, at(2)).unwrap().is_none(), "it has the dock");
    assert!(!harbour.engine.work_on_imports(&harbour.dock, &clock).unwrap());
    drop(held);
    let held = harbour.engine.take_dock(&harbour.dock, at(2)).unwrap();
    assert!(held.is_some() && harbour.engine.work_on_imports(&harbour.dock, &clock).unwrap());
    let done = harbour.import(&id);
    assert_eq!((done.state, done.counts.read), (State::Done, 1_101));
    harbour.engine.ask_undo(&olga(), &id, at(2)).unwrap();
    harbour.works_and_ends(3);
    assert!(!harbour.engine.work_on_imports(&harbour.dock, &clock).unwrap(), "it may live still");
    drop(held);
    let _held = harbour.engine.take_dock(&harbour.dock, at(2)).unwrap();
    assert!(harbour.engine.work_on_imports(&harbour.dock, &clock).unwrap());
    assert_eq!(harbour.import(&id).state, State::Undone, "what was being undone goes on too");
}

#[test]
fn the_pace_of_an_import_that_went_on_is_that_of_its_rows_since() {
    let harbour = Harbour::new();
    let id = harbour.brought(&[("leads.csv", &leads(2_600))]);
    harbour.engine.start_import(&olga(), &id, at(2)).unwrap();
    harbour.works_and_pauses(&id, 6);
    let rested = harbour.import(&id);
    assert_eq!(rested.state, State::Paused);
    assert!(rested.counts.read >= 1_000, "{:?}", rested.counts);
    harbour.engine.start_import(&olga(), &id, at(90)).unwrap();
    let (looked, seen) = (AtomicU32::new(0), std::sync::Mutex::new(Vec::new()));
    let clock = || {
        let going = harbour.engine.import_progress(&id).and_then(|going| going.pace());
        seen.lock().unwrap().extend(going);
        // Each look is a second after the one before.
        at(90) + jiff::SignedDuration::from_secs(looked.fetch_add(1, Ordering::SeqCst).into())
    };
    harbour.engine.work_on_imports(&harbour.dock, &clock).unwrap();
    let seen = seen.into_inner().unwrap();
    let a_second = |(rows, spent): &(u64, jiff::SignedDuration)| {
        (spent.as_secs() > 0).then(|| *rows / spent.as_secs().unsigned_abs())
    };
    let paces: Vec<u64> = seen.iter().filter_map(a_second).collect();
    assert!(!paces.is_empty() && paces.iter().all(|pace| *pace <= 1_000), "{seen:?}");
}
