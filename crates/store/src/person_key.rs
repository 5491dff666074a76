//! What leads have in common that may be of one person. A key stands beside the ledger with the
//! person, and knows whether anybody else has it: so duplicates are found without comparing all.

use domain::{identity::Traits, ids::AccountId, person::Person};
use unicode_normalization::UnicodeNormalization;

use crate::{
    database::Connection,
    error::StoreError,
    person::{PRIVATE_COLUMNS, person},
    reader::Reader,
    value::{Row, values},
    words::words_of,
};

/// The table of keys.
pub(crate) const KEYS: &str = "person_key";

/// Persons whose keys are kept at a time.
const PAGE: u32 = 2_000;

/// What of a person is compared with others.
pub fn traits_of(person: &Person) -> Traits {
    let email: Option<String> = person.email.as_ref().map(|email| email.nfc().collect());
    let words = person.name.as_deref().map(words_of).unwrap_or_default();
    Traits::new(email.as_deref(), person.phone.as_deref(), words)
}

/// The keys that are kept of somebody: of leads alone, since a colleague is nobody's duplicate.
pub(crate) fn keys_of(subject: &str, person: &Person) -> Vec<String> {
    match subject.starts_with("lead/") {
        true => traits_of(person).keys(),
        false => Vec::new(),
    }
}

/// Keeps some keys of a subject in place of others.
pub(crate) fn replace_keys(
    connection: &Connection,
    subject: &str,
    before: &[String],
    now: &[String],
) -> Result<(), StoreError> {
    for key in before.iter().filter(|key| !now.contains(key)) {
        if connection.take_key_alone(key, subject)? {
            continue;
        }
        let sql = "delete from person_key where key = $1 and subject = $2";
        connection.execute("forget a key", sql, values![key, subject])?;
        if let [left] = &with_key(connection, key)?[..] {
            set_shared(connection, key, left, false)?;
        }
    }
    for key in now.iter().filter(|key| !before.contains(key)) {
        connection.give_key(key, subject)?;
    }
    Ok(())
}

/// Up to two subjects that have a key: whether it is shared hangs on no more.
fn with_key(connection: &Connection, key: &str) -> Result<Vec<String>, StoreError> {
    let query = "select subject from person_key where key = $1 order by subject limit 2";
    let rows = connection.query("look for a key", query, values![key])?;
    rows.into_iter().map(|mut row| row.next()).collect()
}

fn set_shared(
    connection: &Connection,
    key: &str,
    subject: &str,
    is_shared: bool,
) -> Result<(), StoreError> {
    let sql = "update person_key set is_shared = $3 where key = $1 and subject = $2";
    connection.execute("keep a key", sql, values![key, subject, is_shared]).map(drop)
}

/// Keeps the keys of everybody who is known, where an older schema kept none.
pub(crate) fn keep_all_keys(connection: &Connection) -> Result<(), StoreError> {
    let query = format!(
        "select {PRIVATE_COLUMNS} from person where subject > $1 order by subject limit $2"
    );
    let mut after = String::new();
    loop {
        let rows = connection.query("read the persons", &query, values![&after, PAGE])?;
        if rows.is_empty() {
            return Ok(());
        }
        for mut row in rows {
            let (subject, _): (String, String) = (row.next()?, row.next()?);
            after = subject;
            replace_keys(connection, &after, &[], &keys_of(&after, &person(row)?))?;
        }
    }
}

fn named(mut row: Row) -> Result<(String, Person), StoreError> {
    let (subject, _): (String, String) = (row.next()?, row.next()?);
    Ok((subject, person(row)?))
}

impl Reader<'_> {
    /// Up to `limit` others who have a key in common with `subject`, by subject.
    ///
    /// # Errors
    /// When the database fails.
    pub fn sharing_with(&self, subject: &str, limit: u32) -> Result<Vec<String>, StoreError> {
        let Some(person) = self.person_of(subject)? else { return Ok(Vec::new()) };
        let query = "select subject from person_key where key = $1 and subject <> $2
                     order by subject limit $3";
        let mut others: Vec<String> = Vec::new();
        for key in keys_of(subject, &person) {
            let found = values![&key, subject, limit];
            others.extend(self.list("look for a key", query, found, |mut row| row.next())?);
        }
        others.sort();
        others.dedup();
        Ok(others)
    }

    /// Up to `limit` subjects who have a key in common with anybody, after one of them.
    ///
    /// # Errors
    /// When the database fails.
    pub fn sharing_after(&self, after: &str, limit: u32) -> Result<Vec<String>, StoreError> {
        let query = "select distinct subject from person_key where is_shared = 1 and subject > $1
                     order by subject limit $2";
        self.list("look for shared keys", query, values![after, limit], |mut row| row.next())
    }

    /// Who each of `subjects` is that is known, in no order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn persons_of(&self, subjects: &[String]) -> Result<Vec<(String, Person)>, StoreError> {
        let sql = |subjects: &str| {
            format!("select {PRIVATE_COLUMNS} from person where subject in ({subjects})")
        };
        self.list_of("read persons", sql, subjects, &[], named)
    }

    /// Up to `limit` leads of an account, as subjects.
    ///
    /// # Errors
    /// When the database fails.
    pub fn subjects_of_account(
        &self,
        account: &AccountId,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        let query = "select id from lead where account = $1 limit $2";
        self.list("read the leads of an account", query, values![account, limit], |mut row| {
            Ok(format!("lead/{}", row.next::<String>()?))
        })
    }
}

#[cfg(test)]
mod tests;
