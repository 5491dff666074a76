use domain::person::Person;
use jiff::Timestamp;

use crate::{Location, Store, StoreError, testing::databases};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn keeps(store: &Store, subject: &'static str, name: &str, email: &str) {
    let person =
        Person { name: Some(name.to_owned()), email: Some(email.to_owned()), ..Person::default() };
    store.write(NOW, move |writer| writer.keep_person(subject, &person).map(drop)).unwrap();
}

/// Who shares something with anybody, and with whom.
fn sharing(store: &Store) -> Vec<(String, Vec<String>)> {
    store
        .read(|reader| {
            let all = reader.sharing_after("", 9)?.into_iter();
            all.map(|one| Ok::<_, StoreError>((one.clone(), reader.sharing_with(&one, 9)?)))
                .collect()
        })
        .unwrap()
}

#[test]
fn a_key_is_shared_while_two_have_it() {
    for database in databases() {
        let store = Store::open(&Location::parse(&database.place), NOW).unwrap();
        keeps(&store, "lead/crm:1", "Anna Østergård", "anna@gmail.com");
        keeps(&store, "user/crm:u", "Anna Østergård", "anna@gmail.com");
        assert_eq!(sharing(&store), [], "a colleague is nobody's duplicate");
        keeps(&store, "lead/crm:2", "Anna Ostergard", "a.nna@googlemail.com");
        keeps(&store, "lead/crm:3", "Bruno Opitz", "bruno@opitz.example");
        let all = |pairs: &[(&str, &[&str])]| -> Vec<(String, Vec<String>)> {
            let owned = |others: &[&str]| others.iter().map(|one| (*one).to_owned()).collect();
            pairs.iter().map(|(one, others)| ((*one).to_owned(), owned(others))).collect()
        };
        let (one, two, three) = ("lead/crm:1", "lead/crm:2", "lead/crm:3");
        assert_eq!(sharing(&store), all(&[(one, &[two]), (two, &[one])]), "{}", database.kind);
        keeps(&store, "lead/crm:3", "Anna Ostergard", "anna@gmail.com");
        let three_of_them =
            all(&[(one, &[two, three]), (two, &[one, three]), (three, &[one, two])]);
        assert_eq!(sharing(&store), three_of_them, "{}", database.kind);
        keeps(&store, "lead/crm:2", "Anna Ostergard", "anna@other.example");
        assert_eq!(sharing(&store), all(&[(one, &[three]), (three, &[one])]), "{}", database.kind);
        store.write(NOW, |writer| writer.erase_person("lead/crm:3")).unwrap();
        assert_eq!(sharing(&store), [], "{}: what is erased is shared with nobody", database.kind);
    }
}

#[test]
fn sharers_are_looked_through_a_few_at_a_time() {
    for database in databases() {
        let store = Store::open(&Location::parse(&database.place), NOW).unwrap();
        for subject in ["lead/crm:1", "lead/crm:2", "lead/crm:3"] {
            keeps(&store, subject, "Anna Opitz", "anna@opitz.example");
        }
        let pages = store.read(|reader| {
            let first = reader.sharing_after("", 2)?;
            let second = reader.sharing_after(&first[1], 2)?;
            Ok::<_, StoreError>([first, second])
        });
        let [first, second] = pages.unwrap();
        assert_eq!(first, ["lead/crm:1", "lead/crm:2"], "{}: each once", database.kind);
        assert_eq!(second, ["lead/crm:3"], "{}", database.kind);
    }
}
