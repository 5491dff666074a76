use domain::{
    fact::{Fact, Told},
    field::Fields,
    record::LeadReported,
};
use jiff::Timestamp;

use super::Person;
use crate::{Damage, Location, Store, StoreError, testing::databases};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn ann() -> Person {
    Person {
        name: Some("Ann  Østergård".to_owned()),
        email: Some("Ann@Example.com".to_owned()),
        ..Person::default()
    }
}

fn report(store: &Store, person: Person) -> String {
    store
        .write(NOW, move |writer| -> Result<String, StoreError> {
            let id = writer.alias("crm", "ann@example.com")?;
            let subject = format!("lead/crm:{id}");
            let hash = writer.keep_person(&subject, &person)?;
            let lead = LeadReported {
                lead: format!("crm:{id}").as_str().into(),
                fields: Fields::new(),
                person: Some(hash.clone()),
                by: None,
            };
            let key = hash.clone();
            let fact = Fact::Lead(lead);
            writer.append_once(Told { source: "crm".into(), key, happened_at: NOW, fact })?;
            Ok(hash)
        })
        .unwrap()
}

#[test]
fn an_erased_person_is_gone_and_the_ledger_still_verifies() {
    for database in databases() {
        let kind = database.kind;
        let store = Store::open(&Location::parse(&database.place), NOW).unwrap();
        let hash = report(&store, ann());
        assert_eq!(report(&store, ann()), hash, "{kind}: the same person has the same hash");
        let subject = "lead/crm:p1";
        store
            .read(|reader| {
                assert_eq!(reader.person_of(subject)?, Some(ann()));
                assert_eq!(reader.persons_by_email("ann@EXAMPLE.com")?, [subject]);
                Ok::<_, StoreError>(())
            })
            .unwrap();
        assert_eq!(store.verify(|_, _| ()), [], "{kind}");
        assert!(store.write(NOW, move |writer| writer.erase_person(subject)).unwrap());
        assert!(!store.write(NOW, move |writer| writer.erase_person(subject)).unwrap());
        store.scrub().unwrap();
        assert_eq!(store.read(|reader| reader.person_of(subject)).unwrap(), None);
        assert_eq!(store.verify(|_, _| ()), [], "{kind}");
        let again = store.write(NOW, |writer| writer.alias("crm", "ann@example.com")).unwrap();
        assert_eq!(again, "p2", "{kind}: a number never comes twice");
    }
}

#[test]
fn nothing_of_an_erased_person_stays_in_the_files() {
    let database = crate::testing::sqlite();
    let store = Store::open(&Location::parse(&database.place), NOW).unwrap();
    report(&store, ann());
    let mut changed = ann();
    changed.name = Some("Ann Changed-Name".to_owned());
    report(&store, changed);
    let salt = "select salt from person";
    let connection = crate::database::Connection::open(&Location::parse(&database.place)).unwrap();
    let salt: String = connection.query_one("try", salt, &[]).unwrap().unwrap().next().unwrap();
    store.write(NOW, |writer| writer.erase_person("lead/crm:p1")).unwrap();
    store.scrub().unwrap();
    for suffix in ["", "-wal"] {
        let bytes = std::fs::read(format!("{}{suffix}", database.place)).unwrap();
        for trace in
            ["Østergård", "østergård", "ostergard", "xample.com", "XAMPLE", "Changed-Name", &salt]
        {
            let found = bytes.windows(trace.len()).any(|window| window == trace.as_bytes());
            assert!(!found, "{trace} is still in the file{suffix}");
        }
    }
}

#[test]
fn a_private_row_that_was_tampered_with_is_named() {
    for database in databases() {
        let location = Location::parse(&database.place);
        let store = Store::open(&location, NOW).unwrap();
        report(&store, ann());
        let connection = crate::database::Connection::open(&location).unwrap();
        connection.run("try", "update person set email = 'eve@example.com'").unwrap();
        let damage = Damage::Person { subject: "lead/crm:p1".to_owned(), fact: 1 };
        assert_eq!(store.verify(|_, _| ()), [damage], "{}", database.kind);
    }
}
