use domain::{
    activity::ActivityRecorded,
    fact::{Fact, Told},
    field::Fields,
};
use jiff::Timestamp;

use crate::{Location, Store, StoreError, database::Connection, testing::databases};

fn activity(key: &str) -> Told {
    Told {
        source: "crm".to_owned(),
        key: key.to_owned(),
        happened_at: Timestamp::from_second(1_000).unwrap(),
        fact: Fact::Activity(ActivityRecorded {
            lead: "crm:1".into(),
            kind: "call".to_owned(),
            status: None,
            campaign: None,
            account: None,
            by: None,
            fields: Fields::new(),
        }),
    }
}

fn now() -> Timestamp {
    "2026-11-20T15:00:00.1234567Z".parse().unwrap()
}

#[test]
fn facts_and_seals_cannot_be_changed_or_removed() {
    for database in databases() {
        let location = Location::parse(&database.place);
        let store = Store::open(&location, now()).unwrap();
        store.write(now(), |writer| writer.append_once(activity("a"))).unwrap();
        let connection = Connection::open(&location).unwrap();
        for (forbidden, because) in [
            ("update fact set body = '[]'", "facts are final"),
            ("update fact set no = no + 1", "facts are final"),
            ("delete from fact", "facts are final"),
            ("update seal set hash = ''", "seals are final"),
            ("delete from seal", "seals are final"),
        ] {
            let error = connection.run("try", forbidden).unwrap_err();
            let StoreError::Database { source, .. } = error else { panic!("{error}") };
            let said = format!("{source} {:?}", source);
            assert!(said.contains(because), "{} {forbidden}: {said}", database.kind);
        }
        assert_eq!(store.verify(|_, _| ()), [], "{}", database.kind);
    }
}

#[test]
fn sqlite_lets_nobody_replace_a_fact() {
    let database = crate::testing::sqlite();
    let location = Location::parse(&database.place);
    let store = Store::open(&location, now()).unwrap();
    store.write(now(), |writer| writer.append_once(activity("a"))).unwrap();
    // A stranger's connection, without the pragmas of ours.
    let stranger = rusqlite::Connection::open(&database.place).unwrap();
    let replace = |no: i64, key: &str| {
        let sql = "insert or replace into fact values (?1, 0, 0, '', '', '', 'crm', ?2, '')";
        stranger.execute(sql, rusqlite::params![no, key]).map_err(|error| error.to_string())
    };
    assert_eq!(replace(2, "a"), Ok(0), "the same source and key is one fact");
    assert!(replace(1, "b").unwrap_err().contains("without gaps"));
    assert!(replace(3, "c").unwrap_err().contains("without gaps"));
    assert_eq!(store.verify(|_, _| ()), []);
}

#[test]
fn told_twice_is_one_fact_and_what_is_given_back_is_what_is_read() {
    for database in databases() {
        let store = Store::open(&Location::parse(&database.place), now()).unwrap();
        let tell = |key: &'static str| {
            store.write(now(), move |writer| writer.append_once(activity(key))).unwrap()
        };
        let first = tell("a").unwrap();
        assert_eq!(tell("a"), None);
        assert_eq!(tell("b").unwrap().no.0, 2, "{}: a repeat takes no number", database.kind);
        let read = store.read(|reader| reader.entry(first.no)).unwrap().unwrap();
        assert_eq!(read, first, "{}", database.kind);
        assert_eq!(read.recorded_at.to_string(), "2026-11-20T15:00:00.123Z");
        let by_key = store.read(|reader| reader.told("crm", "a")).unwrap().unwrap();
        assert_eq!(by_key, first);
    }
}

#[test]
fn a_key_that_cannot_be_kept_is_refused_on_both_databases() {
    for database in databases() {
        let store = Store::open(&Location::parse(&database.place), now()).unwrap();
        for key in ["a\0b".to_owned(), "x".repeat(1025)] {
            let refused = store.write(now(), move |writer| writer.append_once(activity(&key)));
            assert!(matches!(refused, Err(StoreError::Key)), "{}", database.kind);
        }
        let longest = "x".repeat(1024);
        store.write(now(), move |writer| writer.append_once(activity(&longest))).unwrap();
    }
}

/// Worked out by hand with `printf '1:1,3:-10,0:,4:Zoë,' | sha256sum`, so that the form never changes.
#[test]
fn a_digest_is_sha256_over_counted_texts() {
    let mut sum = super::Sum::default();
    sum.number(1).number(-10).text("").text("Zoë");
    assert_eq!(sum.finish(), "2092792a37f6d616b463c17535095afd0ea4c5dcf184da1792cfc5632c5a642b",);
}
