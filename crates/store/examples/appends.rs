//! Measures the store: `cargo run --release -p store --example appends [facts] [place]`. The place
//! is an empty database; without one, a file in a temporary folder.
#![allow(clippy::unwrap_used, reason = "a measurement may fail loudly")]

use std::time::Instant;

use domain::{
    activity::ActivityRecorded,
    fact::{Fact, Told},
    field::Fields,
    handoff::LeadMoved,
    record::LeadReported,
};
use jiff::{Timestamp, ToSpan};
use store::{
    Location, Store, StoreError,
    read::{LeadFilter, LeadSort},
};

const BATCH: u32 = 1_000;

/// Of ten facts one reports a lead, one moves it, and eight are activities of it.
fn told(number: u32) -> Told {
    let lead = format!("crm:lead-{}", number / 10).as_str().into();
    let fact = match number % 10 {
        0 => Fact::Lead(LeadReported {
            lead,
            fields: [("source", "web"), ("country", "DE"), ("title", "CTO")]
                .map(|(name, value)| (name.to_owned(), value.into()))
                .into(),
            person: None,
            by: None,
        }),
        5 => Fact::LeadMoved(LeadMoved { lead, status: "MQL".into(), reason: None, by: None }),
        _ => Fact::Activity(ActivityRecorded {
            lead,
            kind: "page_view".to_owned(),
            status: None,
            campaign: None,
            account: None,
            by: None,
            fields: Fields::from([("page".to_owned(), "/pricing".into())]),
        }),
    };
    let happened_at = Timestamp::UNIX_EPOCH + i64::from(number).seconds();
    Told { source: "crm".to_owned(), key: format!("key-{number}"), happened_at, fact }
}

fn append_all(store: &Store, facts: u32) {
    for batch in 0..facts / BATCH {
        let write = move |writer: &mut store::Writer<'_>| -> Result<(), StoreError> {
            for number in batch * BATCH..(batch + 1) * BATCH {
                writer.append_once(told(number))?;
            }
            Ok(())
        };
        store.write(Timestamp::UNIX_EPOCH, write).unwrap();
    }
}

fn measured(what: &str, count: u32, work: impl FnOnce()) {
    let begun = Instant::now();
    work();
    let seconds = begun.elapsed().as_secs_f64();
    println!("{what:32} {count:>8} in {seconds:7.2} s = {:>9.0}/s", f64::from(count) / seconds);
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let facts: u32 = arguments.next().map_or(200_000, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let place = arguments.next();
    let place = place.unwrap_or_else(|| folder.path().join("a.db").display().to_string());
    let store = Store::open(&Location::parse(&place), Timestamp::UNIX_EPOCH).unwrap();
    measured("append, batches of 1000", facts, || append_all(&store, facts));
    measured("append again, all repeats", facts, || append_all(&store, facts));
    measured("verify", facts, || assert_eq!(store.verify(|_, _| ()), []));
    measured("rebuild", facts, || store.rebuild(Timestamp::UNIX_EPOCH, |_, _| ()).unwrap());
    measured("one fact a write, 1 thread", 500, || write_singly(&store, 1, 500));
    measured("one fact a write, 64 threads", 6_400, || write_singly(&store, 64, 100));
    measured("pages of 50 leads", 400, || page_through(&store, 400));
    measured("facts of a lead", 5_000, || {
        for lead in 0..5_000 {
            let subject = format!("lead/crm:lead-{}", lead % (facts / 10));
            store.read(|reader| reader.facts_of(&subject)).unwrap();
        }
    });
}

fn write_singly(store: &Store, threads: u32, each: u32) {
    std::thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || {
                for turn in 0..each {
                    let mut told = told(1);
                    told.key = format!("single-{threads}-{thread}-{turn}");
                    store.write(Timestamp::UNIX_EPOCH, |w| w.append_once(told)).unwrap();
                }
            });
        }
    });
}

fn page_through(store: &Store, pages: u32) {
    let (filter, sort) = (LeadFilter::default(), LeadSort::StatusSince);
    let mut after = None;
    for _ in 0..pages {
        let page = store.read(|r| r.leads_page(&filter, sort, after.as_ref(), 50)).unwrap();
        after = page.last().map(|lead| sort.place_of(lead));
    }
}
