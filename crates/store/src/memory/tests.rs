use domain::{
    activity::ActivityRecorded,
    fact::{Fact, Told},
    field::Fields,
    record::UserReported,
};
use jiff::Timestamp;

use crate::{Location, Store, StoreError, Writer, testing::databases};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;
const ANN: &str = "lead/crm:1";

fn told(key: &str, fact: Fact) -> Told {
    Told { source: "crm".to_owned(), key: key.to_owned(), happened_at: NOW, fact }
}

fn call(key: &str) -> Told {
    let fact = ActivityRecorded {
        lead: "crm:1".into(),
        kind: "call".to_owned(),
        status: None,
        campaign: None,
        account: None,
        by: None,
        fields: Fields::new(),
    };
    told(key, Fact::Activity(fact))
}

fn user(key: &str) -> Told {
    let fact =
        UserReported { user: "crm:u7".into(), person: None, by: None, fields: Fields::new() };
    told(key, Fact::User(fact))
}

/// The keys of Ann's facts, as remembered; panics where the ledger has others.
fn known(writer: &mut Writer<'_>) -> Result<Vec<String>, StoreError> {
    let facts = writer.facts_of(ANN)?;
    let read = writer.reader().facts_of(ANN)?;
    assert!(facts.iter().map(|entry| &**entry).eq(&read), "{facts:?} instead of {read:?}");
    Ok(read.into_iter().map(|entry| entry.told.key).collect())
}

fn appends(store: &Store, key: &'static str) {
    let append = move |writer: &mut Writer<'_>| {
        writer.append_once(call(key))?;
        known(writer)
    };
    assert_eq!(store.write(NOW, append).unwrap().last().unwrap(), key);
}

#[test]
fn what_is_remembered_is_what_the_ledger_has() {
    for database in databases() {
        let store = Store::open(&Location::parse(&database.place), NOW).unwrap();
        appends(&store, "a");
        appends(&store, "b");
        appends(&store, "a2");
    }
}

#[test]
fn a_job_that_is_undone_leaves_nothing_to_remember() {
    for database in databases() {
        let store = Store::open(&Location::parse(&database.place), NOW).unwrap();
        appends(&store, "a");
        let undone = store.write(NOW, |writer| {
            writer.append_once(call("b"))?;
            known(writer)?;
            writer.append_once(user("u"))?;
            writer.keep_rules(std::sync::Arc::new("with the user"));
            Err::<(), _>(StoreError::Key)
        });
        assert!(undone.is_err());
        let left = store
            .write(NOW, |writer| Ok::<_, StoreError>((known(writer)?, writer.rules::<&str>())));
        assert_eq!(left.unwrap(), (vec!["a".to_owned()], None), "{}", database.kind);
        appends(&store, "c");
    }
}

#[test]
fn a_commit_that_fails_leaves_nothing_to_remember() {
    let database = crate::testing::sqlite();
    let store = Store::open(&Location::parse(&database.place), NOW).unwrap();
    appends(&store, "a");
    let lost = store.write(NOW, |writer| {
        writer.append_once(call("b"))?;
        known(writer)?;
        // What SQLite does by itself when the disk is full.
        writer.connection.run("lose it", "rollback")
    });
    assert!(lost.is_err());
    appends(&store, "c");
}

#[test]
fn what_another_process_writes_is_not_missed() {
    for database in databases() {
        let location = Location::parse(&database.place);
        let (ours, theirs) =
            (Store::open(&location, NOW).unwrap(), Store::open(&location, NOW).unwrap());
        for (store, key) in [(&ours, "a"), (&theirs, "b"), (&ours, "c"), (&ours, "d")] {
            appends(store, key);
        }
        let keep = |writer: &mut Writer<'_>| {
            writer.keep_rules(std::sync::Arc::new("without the user"));
            Ok::<_, StoreError>(())
        };
        ours.write(NOW, keep).unwrap();
        let rules = |writer: &mut Writer<'_>| Ok::<_, StoreError>(writer.rules::<&str>().is_some());
        assert!(ours.write(NOW, rules).unwrap(), "{}", database.kind);
        theirs.write(NOW, |writer| writer.append_once(user("u"))).unwrap();
        assert!(!ours.write(NOW, rules).unwrap(), "{}", database.kind);
        ours.write(NOW, keep).unwrap();
        ours.write(NOW, |writer| writer.append_once(user("u2"))).unwrap();
        assert!(!ours.write(NOW, rules).unwrap(), "{}", database.kind);
    }
}
