use jiff::Timestamp;

use super::SCHEMA;
use crate::{Location, Store, StoreError, database::Connection, testing::databases};

#[test]
fn a_newer_schema_is_refused_in_words() {
    for database in databases() {
        let location = Location::parse(&database.place);
        drop(Store::open(&location, Timestamp::UNIX_EPOCH).unwrap());
        drop(Store::open(&location, Timestamp::UNIX_EPOCH).unwrap());
        let connection = Connection::open(&location).unwrap();
        connection.run("try", "insert into migration values (99, '0099_later', 0)").unwrap();
        let Err(error) = Store::open(&location, Timestamp::UNIX_EPOCH) else { panic!("opened") };
        assert!(matches!(error, StoreError::NewerSchema { found: 99, known: SCHEMA }));
        let said = error.to_string();
        assert!(said.starts_with("the database has schema 99 and this Lockstep knows only up to"));
    }
}

#[test]
fn each_migration_says_why_and_is_numbered_alike_on_both() {
    for (number, migration) in (1..).zip(&super::MIGRATIONS) {
        assert!(migration.name.starts_with(&format!("{number:04}_")), "{}", migration.name);
        assert!(migration.sqlite.starts_with("-- "), "{}", migration.name);
        let why = |sql: &'static str| sql.lines().next();
        assert_eq!(why(migration.sqlite), why(migration.postgres), "{}", migration.name);
    }
}

#[test]
#[cfg(unix)]
fn the_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let database = crate::testing::sqlite();
    let store = Store::open(&Location::parse(&database.place), Timestamp::UNIX_EPOCH).unwrap();
    store.write(Timestamp::UNIX_EPOCH, |writer| writer.set("name", Some("A"))).unwrap();
    for suffix in ["", "-wal", "-shm"] {
        let file = std::fs::metadata(format!("{}{suffix}", database.place)).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600, "{suffix}");
    }
}
