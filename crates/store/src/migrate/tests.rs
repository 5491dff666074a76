use domain::ids::Subject;
use jiff::Timestamp;

use super::SCHEMA;
use crate::{
    Location, Store, StoreError, Wanted,
    database::{Connection, Engine},
    read::{Findable, Hit},
    testing::databases,
};

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

#[test]
fn what_an_older_schema_held_is_there_after_it_was_brought_up() {
    for database in databases() {
        let location = Location::parse(&database.place);
        let old = Connection::open(&location).unwrap();
        old.run("try", super::TABLE).unwrap();
        for (number, migration) in (1..).zip(&super::MIGRATIONS[..3]) {
            let sql = match old.engine() {
                Engine::Sqlite => migration.sqlite,
                Engine::Postgres => migration.postgres,
            };
            old.run("try", sql).unwrap();
            let noted = format!("insert into migration values ({number}, '{}', 0)", migration.name);
            old.run("try", &noted).unwrap();
        }
        let clock = "insert into clock (id, lead, service_level, version, clause, owner, transfer,
                started_at, counts_from, at_risk_at, due_at, resting, risk_noticed, breached,
                start_fact, last_fact)
            values ('answer/crm:1/3', 'crm:1', 'answer', 1, '4.1', 'crm:u', 1,
                1000, 1000, 4000, 5000, 0, 1, 0, 3, 4)";
        old.run("try", clock).unwrap();
        for row in [
            "account values ('crm:9', 'Große Äpfel', 'große äpfel', '{}', 1)",
            "person values ('lead/crm:1', 's', 'Ann Øst', 'ann@firm.example', '', '', '{}', 'ann øst')",
        ] {
            old.run("try", &format!("insert into {row}")).unwrap();
        }
        drop(old);
        let store = Store::open(&location, Timestamp::UNIX_EPOCH).unwrap();
        let clocks = store.read(|reader| reader.clocks()).unwrap();
        assert_eq!(clocks.len(), 1);
        assert_eq!(clocks[0].subject, Subject::Lead("crm:1".into()));
        assert_eq!((clocks[0].due_at.as_second(), clocks[0].risk_noticed), (5, true));
        for (kind, text, id, is_whole) in [
            (Findable::Account, "apf gros", "crm:9", false),
            (Findable::Lead, "ost firm", "crm:1", true),
        ] {
            let found = store.read(|reader| reader.found(kind, &Wanted::parse(text), 9)).unwrap();
            assert_eq!(found, [Hit { id: id.to_owned(), is_whole }], "{text}");
        }
        store.write(Timestamp::UNIX_EPOCH, |writer| writer.erase_person("lead/crm:1")).unwrap();
        let wanted = Wanted::parse("ost");
        let found = store.read(|reader| reader.found(Findable::Lead, &wanted, 9)).unwrap();
        assert_eq!(found, [], "what was filled in goes as well");
        let due = Timestamp::from_second(6).unwrap();
        assert_eq!(store.read(|reader| reader.clocks_due(due)).unwrap(), clocks);
    }
}
