use domain::{
    fact::{Fact, Told},
    field::Fields,
    record::AccountReported,
};
use jiff::Timestamp;

use super::Damage;
use crate::{Location, Store, StoreError, database::Connection, testing::databases};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn tell(store: &Store, numbers: std::ops::Range<u32>) {
    store
        .write(NOW, move |writer| -> Result<(), StoreError> {
            for number in numbers {
                let fields =
                    Fields::from([("name".to_owned(), format!("Firm {number}").as_str().into())]);
                let account = format!("crm:{number}").as_str().into();
                let fact = Fact::Account(AccountReported { account, fields, by: None });
                let key = format!("account-{number}");
                writer.append_once(Told { source: "crm".into(), key, happened_at: NOW, fact })?;
            }
            Ok(())
        })
        .unwrap();
}

/// Three batches: facts 1 to 4, 5 to 8 and 9 to 12.
pub(super) fn three_batches(place: &str) -> Store {
    let store = Store::open(&Location::parse(place), NOW).unwrap();
    for batch in 0..3 {
        tell(&store, batch * 4..batch * 4 + 4);
    }
    store
}

fn without_triggers(place: &str) -> Connection {
    let connection = Connection::open(&Location::parse(place)).unwrap();
    let triggers = if place.starts_with("postgres") {
        "drop trigger fact_is_final on fact; drop trigger seal_is_final on seal"
    } else {
        "drop trigger fact_is_final_update; drop trigger fact_is_final_delete;
         drop trigger seal_is_final_update; drop trigger seal_is_final_delete"
    };
    connection.run("drop the triggers", triggers).unwrap();
    connection
}

#[test]
fn a_change_in_any_column_is_found_and_named() {
    let texts = ["subject", "kind", "body", "source", "key", "digest"];
    let numbers = ["recorded_at", "happened_at"];
    for database in databases() {
        let store = three_batches(&database.place);
        let connection = without_triggers(&database.place);
        let change = |table: &str, column: &str, is_text: bool| {
            let to = if is_text {
                // One byte of the text, in its middle.
                format!(
                    "substr({column}, 1, 2) || case when substr({column}, 3, 1) = 'x' then 'y'
                     else 'x' end || substr({column}, 4)"
                )
            } else {
                format!("{column} + 1")
            };
            let keep = format!("create table kept as select * from {table} where no = 2");
            connection.run("keep", &keep).unwrap();
            connection
                .run("change", &format!("update {table} set {column} = {to} where no = 2"))
                .unwrap();
            let damages = store.verify(|_, _| ());
            let named = damages.iter().any(|damage| match damage {
                Damage::Fact { no, .. } => table == "fact" && *no == 2,
                Damage::Seal { no, .. } => table == "seal" && *no == 2,
                _ => false,
            });
            assert!(named, "{} {table}.{column}: {damages:?}", database.kind);
            let back = format!(
                "update {table} set {column} = (select {column} from kept) where no = 2;
                 drop table kept"
            );
            connection.run("put back", &back).unwrap();
        };
        texts.iter().for_each(|column| change("fact", column, true));
        numbers.iter().for_each(|column| change("fact", column, false));
        ["previous", "hash"].iter().for_each(|column| change("seal", column, true));
        let numbers = ["first_fact", "last_fact", "sealed_at"];
        numbers.iter().for_each(|column| change("seal", column, false));
        assert_eq!(store.verify(|_, _| ()), [], "{}", database.kind);
    }
}

#[test]
fn what_is_missing_is_named() {
    let missing_fact = |first, last| Damage::MissingFacts { first, last };
    let missing_seal = |first, last| Damage::MissingSeals { first, last };
    let seal = |no, what: &str| Damage::Seal { no, what: what.to_owned() };
    let cases = [
        (
            "delete from fact where no = 6",
            vec![missing_fact(6, 6), seal(2, "covers facts that are not there")],
        ),
        (
            "delete from seal where no = 2",
            vec![missing_seal(2, 2), seal(3, "does not follow from the seal before it")],
        ),
        ("delete from seal where no = 3", vec![Damage::Unsealed { first: 9, last: 12 }]),
        (
            "update fact set no = 20 where no = 12",
            vec![
                missing_fact(12, 19),
                Damage::Fact {
                    no: 20,
                    what: "does not have the digest that it was recorded with".to_owned(),
                },
                seal(3, "covers facts that are not there"),
            ],
        ),
        ("delete from fact where no > 8", vec![seal(3, "covers facts that are not there")]),
    ];
    for (change, expected) in cases {
        for database in databases() {
            let store = three_batches(&database.place);
            without_triggers(&database.place).run("change", change).unwrap();
            assert_eq!(store.verify(|_, _| ()), expected, "{} {change}", database.kind);
        }
    }
}

#[test]
fn a_fact_forged_together_with_its_digest_breaks_its_seal() {
    for database in databases() {
        let store = three_batches(&database.place);
        let connection = without_triggers(&database.place);
        let query = format!("select {} from fact where no = 6", crate::ledger::FACT_COLUMNS);
        let row = connection.query_one("read", &query, &[]).unwrap().unwrap();
        let mut forged = crate::ledger::FactRow::read(row).unwrap();
        forged.body = forged.body.replace("Firm", "Form");
        let forge = format!(
            "update fact set body = '{}', digest = '{}' where no = 6",
            forged.body,
            forged.worked_out_digest()
        );
        connection.run("forge", &forge).unwrap();
        let what = "does not fit the facts that it covers".to_owned();
        assert_eq!(store.verify(|_, _| ()), [Damage::Seal { no: 2, what }], "{}", database.kind);
    }
}

#[test]
fn progress_reaches_the_end() {
    let database = crate::testing::sqlite();
    let store = three_batches(&database.place);
    let mut last = (0, 0);
    store.verify(|done, total| last = (done, total));
    assert_eq!(last, (12, 12));
}

/// The same places each time, spread over the whole file.
fn places(length: usize, count: usize) -> impl Iterator<Item = usize> {
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    (0..count).map(move |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % length as u64) as usize
    })
}

#[test]
fn a_flipped_byte_of_the_file_is_found_or_harms_no_fact() {
    let database = crate::testing::sqlite();
    let store = three_batches(&database.place);
    let whole = exported(&store).unwrap();
    store.scrub().unwrap();
    drop(store);
    let bytes = std::fs::read(&database.place).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    let mut found = 0;
    for place in places(bytes.len(), 600) {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1 << (place % 8);
        std::fs::write(&copy, flipped).unwrap();
        if is_damaged(&copy) {
            found += 1;
        } else {
            let location = Location::Sqlite(copy.clone());
            let same = Store::open(&location, NOW).and_then(|store| exported(&store)).unwrap();
            assert_eq!(same, whole, "byte {place} changed a fact and was not found");
        }
        for suffix in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(folder.path().join(format!("copy.db{suffix}")));
        }
    }
    assert!(found > 20, "only {found} flips were found: the test does not reach the facts");
}

pub(super) fn exported(store: &Store) -> Result<Vec<u8>, StoreError> {
    let mut out = Vec::new();
    store.read(|reader| reader.export_ledger(&mut out))?;
    Ok(out)
}

fn is_damaged(path: &std::path::Path) -> bool {
    match Store::open(&Location::Sqlite(path.to_owned()), NOW) {
        Ok(store) => !store.verify(|_, _| ()).is_empty(),
        Err(_) => true,
    }
}
