use std::sync::atomic::{AtomicU32, Ordering};

use domain::{
    activity::ActivityRecorded,
    fact::{Fact, Told},
    field::Fields,
};
use jiff::Timestamp;

use crate::{Location, Store, StoreError, testing::databases};

#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("no")]
    No,
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn activity(lead: &str, key: String) -> Told {
    Told {
        source: "crm".to_owned(),
        key,
        happened_at: Timestamp::UNIX_EPOCH,
        fact: Fact::Activity(ActivityRecorded {
            lead: lead.into(),
            kind: "call".to_owned(),
            status: None,
            campaign: None,
            account: None,
            by: None,
            fields: Fields::new(),
        }),
    }
}

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

#[test]
fn sixty_four_threads_write_at_once_and_nothing_is_lost_or_doubled() {
    for database in databases() {
        let store = Store::open(&Location::parse(&database.place), NOW).unwrap();
        let refused = AtomicU32::new(0);
        std::thread::scope(|scope| {
            for thread in 0..64 {
                let (store, refused) = (&store, &refused);
                scope.spawn(move || {
                    for turn in 0..10 {
                        let written = store.write(NOW, move |writer| {
                            // Every third key is told by all threads.
                            let whose = if turn % 3 == 0 { 0 } else { thread };
                            writer.append_once(activity("crm:1", format!("{whose}-{turn}")))?;
                            if turn == 5 { Err(Refused::No) } else { Ok(()) }
                        });
                        match written {
                            Ok(()) => {}
                            Err(Refused::No) => drop(refused.fetch_add(1, Ordering::Relaxed)),
                            Err(Refused::Store(error)) => panic!("{error}"),
                        }
                        let read = store.read(|reader| reader.head());
                        read.unwrap();
                    }
                });
            }
        });
        // 4 shared keys; of the 6 of its own, each thread had 1 refused.
        let head = store.read(|reader| reader.head()).unwrap();
        assert_eq!(head.fact.0, 4 + 64 * 5, "{}", database.kind);
        assert_eq!(refused.into_inner(), 64, "{}", database.kind);
        assert!(head.seal < 324, "{}: {} commits for 640 jobs", database.kind, head.seal);
        assert_eq!(store.verify(|_, _| ()), [], "{}", database.kind);
    }
}

#[test]
fn a_panic_undoes_its_own_job_and_goes_on_in_its_caller() {
    for database in databases() {
        let store = Store::open(&Location::parse(&database.place), NOW).unwrap();
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            store.write(NOW, |writer| -> Result<(), StoreError> {
                writer.append_once(activity("crm:1", "a".to_owned()))?;
                panic!("a bug")
            })
        }));
        assert_eq!(*panicked.unwrap_err().downcast::<&str>().unwrap(), "a bug");
        let good = store.write(NOW, |writer| writer.append_once(activity("crm:1", "b".to_owned())));
        assert_eq!(good.unwrap().unwrap().no.0, 1, "{}", database.kind);
    }
}

#[test]
fn a_job_that_hides_a_failure_of_the_database_is_not_kept() {
    for database in databases() {
        let store = Store::open(&Location::parse(&database.place), NOW).unwrap();
        let hidden = store.write(NOW, |writer| {
            writer.append_once(activity("crm:1", "a".to_owned()))?;
            let _ = writer.connection.run("fail", "select * from nowhere");
            Ok::<_, StoreError>(())
        });
        // SQLite lets a transaction go on after a wrong statement; PostgreSQL does not.
        assert_eq!(hidden.is_ok(), database.kind == "SQLite");
        store.write(NOW, |writer| writer.append_once(activity("crm:1", "b".to_owned()))).unwrap();
        assert_eq!(store.verify(|_, _| ()), [], "{}", database.kind);
    }
}

#[test]
fn a_write_inside_a_write_is_refused_and_does_not_hang() {
    let database = crate::testing::sqlite();
    let store = Store::open(&Location::parse(&database.place), NOW).unwrap();
    let store = std::sync::Arc::new(store);
    let inner = std::sync::Arc::clone(&store);
    let refused = store.write(NOW, move |_| inner.write(NOW, |_| Ok::<_, StoreError>(())));
    assert!(matches!(refused, Err(StoreError::WriteInsideWrite)));
}

#[test]
fn a_lost_transaction_writes_nothing_more() {
    let database = crate::testing::sqlite();
    let store = Store::open(&Location::parse(&database.place), NOW).unwrap();
    let lost = store.write(NOW, |writer| {
        // What SQLite does by itself when the disk is full.
        writer.connection.run("lose it", "rollback")?;
        let _ = writer.append_once(activity("crm:1", "a".to_owned()));
        writer.set("name", Some("b")).or(Ok::<_, StoreError>(()))
    });
    assert!(lost.is_err());
    let head = store.read(|reader| reader.head()).unwrap();
    assert_eq!(head.fact.0, 0);
    store.write(NOW, |writer| writer.append_once(activity("crm:1", "a".to_owned()))).unwrap();
    assert_eq!(store.verify(|_, _| ()), []);
}

#[test]
fn the_writer_outlives_a_cut_connection_to_postgresql() {
    let Some(database) = databases().into_iter().find(|database| database.kind != "SQLite") else {
        return;
    };
    let store = Store::open(&Location::parse(&database.place), NOW).unwrap();
    store.read(|reader| reader.head()).unwrap();
    let mut stranger = postgres::Client::connect(&database.place, postgres::NoTls).unwrap();
    stranger
        .batch_execute(
            "select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid()",
        )
        .unwrap();
    let write = || store.write(NOW, |writer| writer.append_once(activity("crm:1", "a".to_owned())));
    assert!(write().is_ok() || write().is_ok(), "the second try at the latest goes through");
    let read = || store.read(|reader| reader.head());
    assert_eq!(read().or_else(|_| read()).unwrap().fact.0, 1);
}
