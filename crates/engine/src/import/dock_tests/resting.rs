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
        format!("{key},Ann,2026-01-02,New,{spelt} {company},{}\n", owners[no / 900])
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
}

#[test]
fn a_trial_that_paused_counts_and_asks_for_what_it_would_have_at_one_go() {
    let harbour = Harbour::new();
    let deals = "deal_id,deal_name,stage,account,owner,amount,create_date\n\
                 1,A,Proposal,Company 3,Ann Berg,10,2026-01-02\n\
                 2,B,Proposal,Company 3,Di Neu,10,2026-01-02\n";
    let id = harbour.brought(&[("leads.csv", &leads(2_100)), ("deals.csv", deals)]);
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
    for nth in [4, 6, 8] {
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
