//! Who people are, and what they have in common with others, as the transaction has it.

use std::collections::{BTreeMap, BTreeSet};

use domain::person::Person;

use crate::{
    database::Connection,
    error::StoreError,
    person::{Known, PRIVATE_COLUMNS, person},
    person_key::keys_of,
    reader::{KEYS_AT_ONCE, one_or_some},
    value::{Value, values},
};

/// The persons that were asked for, each with whether it is to be written; `None` where nobody is
/// known.
#[derive(Default)]
pub(super) struct Persons {
    known: BTreeMap<String, (Option<Known>, bool)>,
    /// Salts for those who are not known yet.
    salts: Vec<String>,
}

/// The keys that were asked for.
#[derive(Default)]
pub(super) struct Keys {
    /// Up to two subjects that have each: whether it is shared hangs on no more.
    with: BTreeMap<String, BTreeSet<String>>,
    /// Whether a key of a subject is shared, where that is to be written.
    shared: BTreeMap<(String, String), bool>,
}

impl Persons {
    /// Nobody is known under a subject any more.
    pub(super) fn lose(&mut self, subject: &str) {
        self.known.insert(subject.to_owned(), (None, false));
    }

    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    pub(super) fn take_changed(&mut self) -> Vec<Vec<Value>> {
        let changed = self.known.iter_mut().filter_map(|(subject, (known, is_changed))| {
            let is_changed = std::mem::take(is_changed);
            Some((subject, known.as_ref().filter(|_| is_changed)?))
        });
        changed.map(|(subject, known)| known.values(subject)).collect()
    }
}

impl Keys {
    pub(super) fn len(&self) -> usize {
        self.with.len()
    }

    pub(super) fn take_changed(&mut self) -> Vec<Vec<Value>> {
        let shared = std::mem::take(&mut self.shared).into_iter();
        shared.map(|((key, subject), is)| values![key, subject, is].to_vec()).collect()
    }
}

impl Connection {
    /// What is known of a person.
    pub(crate) fn known_person(&self, subject: &str) -> Result<Option<Known>, StoreError> {
        self.hold_persons(&[subject.to_owned()])?;
        let behind = self.behind.borrow();
        Ok(behind.persons.known.get(subject).and_then(|(known, _)| known.clone()))
    }

    /// Keeps who somebody is, in place of what was known.
    pub(crate) fn change_person(&self, subject: &str, known: Known) -> Result<(), StoreError> {
        let mut behind = self.behind.borrow_mut();
        behind.persons.known.insert(subject.to_owned(), (Some(known), true));
        drop(behind);
        self.settle_if_much()
    }

    /// A salt for somebody who is not known yet.
    pub(crate) fn salt(&self) -> Result<String, StoreError> {
        let drawn = self.behind.borrow_mut().persons.salts.pop();
        match drawn {
            Some(salt) => Ok(salt),
            None => Ok(self.random_salts(1)?.pop().unwrap_or_default()),
        }
    }

    /// Reads who people are that are not held yet, many at a time.
    pub(crate) fn hold_persons(&self, subjects: &[String]) -> Result<(), StoreError> {
        let unknown: BTreeSet<&String> = {
            let behind = self.behind.borrow();
            subjects.iter().filter(|s| !behind.persons.known.contains_key(*s)).collect()
        };
        let unknown: Vec<String> = unknown.into_iter().cloned().collect();
        for some in unknown.chunks(KEYS_AT_ONCE) {
            let (places, values) = one_or_some(some);
            let sql = format!(
                "select search_key, {PRIVATE_COLUMNS} from person where subject in ({places})"
            );
            let mut found: BTreeMap<String, (Option<Known>, bool)> =
                some.iter().map(|subject| (subject.clone(), (None, false))).collect();
            self.ask("read persons", &sql, &values, |mut row| {
                let (words, subject): (String, String) = (row.next()?, row.next()?);
                let salt = row.next()?;
                let known = Known { salt, words, person: person(row)? };
                found.insert(subject, (Some(known), false));
                Ok(())
            })?;
            let new = found.values().filter(|(known, _)| known.is_none()).count();
            let salts = if new > 1 { self.random_salts(new)? } else { Vec::new() };
            let persons = &mut self.behind.borrow_mut().persons;
            persons.known.extend(found);
            persons.salts.extend(salts);
        }
        Ok(())
    }

    /// Reads who has the keys that persons will have, many at a time.
    pub(crate) fn hold_keys_of(&self, persons: &[(String, Person)]) -> Result<(), StoreError> {
        let mut keys = BTreeSet::new();
        for (subject, person) in persons {
            let known = self.known_person(subject)?.map(|known| known.person).unwrap_or_default();
            let mut all = known.clone();
            all.overlay(person);
            // Of whom nothing new is told, no key changes.
            if all != known {
                keys.extend(keys_of(subject, &all));
            }
        }
        self.hold_keys(&keys.into_iter().collect::<Vec<_>>())
    }

    fn hold_keys(&self, keys: &[String]) -> Result<(), StoreError> {
        let unknown: Vec<String> = {
            let behind = self.behind.borrow();
            keys.iter().filter(|key| !behind.keys.with.contains_key(*key)).cloned().collect()
        };
        for some in unknown.chunks(KEYS_AT_ONCE) {
            let (places, values) = one_or_some(some);
            let sql = format!(
                "select key, min(subject), max(subject) from person_key where key in ({places})
                 group by key"
            );
            let mut found: BTreeMap<String, BTreeSet<String>> =
                some.iter().map(|key| (key.clone(), BTreeSet::new())).collect();
            self.ask("look for keys", &sql, &values, |mut row| {
                let key = row.next()?;
                found.insert(key, BTreeSet::from([row.next()?, row.next()?]));
                Ok(())
            })?;
            self.behind.borrow_mut().keys.with.extend(found);
        }
        Ok(())
    }

    /// Takes a key from a subject that has it alone, some time before anybody asks; says whether it
    /// did. Where others have it too, more must be known of them.
    pub(crate) fn take_key_alone(&self, key: &str, subject: &str) -> Result<bool, StoreError> {
        self.hold_keys(&[key.to_owned()])?;
        let mut behind = self.behind.borrow_mut();
        let keys = &mut behind.keys;
        let with = keys.with.entry(key.to_owned()).or_default();
        if with.len() != 1 || !with.contains(subject) {
            return Ok(false);
        }
        with.clear();
        keys.shared.remove(&(key.to_owned(), subject.to_owned()));
        drop(behind);
        self.delete_later("person_key", "key, subject", &[key, subject])?;
        Ok(true)
    }

    /// Reads who has the keys of persons who are known, many at a time.
    pub(crate) fn hold_keys_of_known(&self, subjects: &[String]) -> Result<(), StoreError> {
        let mut keys = BTreeSet::new();
        for subject in subjects {
            let known = self.known_person(subject)?;
            keys.extend(known.map(|known| keys_of(subject, &known.person)).unwrap_or_default());
        }
        self.hold_keys(&keys.into_iter().collect::<Vec<_>>())
    }

    /// Gives a key to a subject that did not have it; whoever had it alone shares it from then on.
    pub(crate) fn give_key(&self, key: &str, subject: &str) -> Result<(), StoreError> {
        self.hold_keys(&[key.to_owned()])?;
        let mut behind = self.behind.borrow_mut();
        let keys = &mut behind.keys;
        let with = keys.with.entry(key.to_owned()).or_default();
        let alone = with.first().filter(|_| with.len() == 1).cloned();
        keys.shared.insert((key.to_owned(), subject.to_owned()), !with.is_empty());
        keys.shared.extend(alone.map(|alone| ((key.to_owned(), alone), true)));
        if with.len() < 2 {
            with.insert(subject.to_owned());
        }
        drop(behind);
        self.settle_if_much()
    }
}
