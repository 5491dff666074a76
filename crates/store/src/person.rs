//! Who people are. It stands beside the ledger: a fact carries a salted hash of it, and when a
//! person is erased, the row goes with its salt; the hash then tells nothing, and the ledger still
//! verifies.

use domain::{ids::LeadId, person::Person};

use crate::{
    database::Connection,
    error::StoreError,
    ledger::Sum,
    person_key::{KEYS, keys_of, replace_keys},
    read::{Findable, name_key, replace_words},
    reader::Reader,
    value::{Json, Row, Value, json, kept, values},
    words::{joined, range_of, words_of},
    writer::Writer,
};

fn hash(person: &Person, salt: &str) -> String {
    let mut sum = Sum::default();
    sum.text(salt);
    for part in [&person.name, &person.email, &person.phone] {
        // Nothing and an empty text are two things.
        sum.number(part.is_some().into()).text(part.as_deref().unwrap_or(""));
    }
    sum.text(&json(&person.other));
    sum.finish()
}

/// Words as `search_key` holds them: a space before each, so that beginnings can be told.
fn search_key(words: &[String]) -> String {
    words.iter().flat_map(|word| [" ", word]).collect()
}

/// Brings the index of words up to what `search_key` will say; `before` is what it says.
fn index_words(
    connection: &Connection,
    subject: &str,
    before: &str,
    now: &[String],
) -> Result<(), StoreError> {
    let before: Vec<String> = before.split_whitespace().map(str::to_owned).collect();
    match subject.split_once('/') {
        Some((kind, id)) => replace_words(connection, INDEX, kind, id, &before, now),
        None => Ok(()),
    }
}

/// The index of the words of persons.
const INDEX: &str = "person_word";

/// Persons whose words are kept at a time.
const PAGE: u32 = 2_000;

/// Keeps the words of everybody who is known, where an older schema kept none.
pub(crate) fn index_everybody(connection: &Connection) -> Result<(), StoreError> {
    let what = "read the persons";
    let query = "select subject, name, email from person where subject > $1
                 order by subject limit $2";
    let update = "update person set search_key = $2 where subject = $1";
    let mut after = String::new();
    loop {
        let rows = connection.query(what, query, values![&after, PAGE])?;
        if rows.is_empty() {
            return Ok(());
        }
        for mut row in rows {
            after = row.next()?;
            let (name, email): (Option<String>, Option<String>) = (row.next()?, row.next()?);
            let words = joined(name.as_deref(), email.as_deref());
            index_words(connection, &after, "", &words)?;
            connection.execute("keep words", update, values![&after, search_key(&words)])?;
        }
    }
}

/// The tables in which an erased person may have left bytes behind.
const PRIVATE_TABLES: [&str; 5] = ["person", "alias", "import_person", INDEX, KEYS];

pub(crate) const PRIVATE_COLUMNS: &str = "subject, salt, name, email, phone, other";

/// A row's subject and the hash that its columns give.
pub(crate) fn subject_and_hash(mut row: Row) -> Result<(String, String), StoreError> {
    let (subject, salt): (String, String) = (row.next()?, row.next()?);
    let hash = hash(&person(row)?, &salt);
    Ok((subject, hash))
}

pub(crate) fn person(mut row: Row) -> Result<Person, StoreError> {
    Ok(Person {
        name: row.next()?,
        email: row.next()?,
        phone: row.next()?,
        other: row.next::<Json<_>>()?.0,
    })
}

/// What stands of somebody in the table of persons.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub salt: String,
    /// As `search_key` has them.
    pub words: String,
    pub person: Person,
}

pub(crate) const COLUMNS: &str = "subject, salt, name, email, email_key, phone, other, search_key";

impl Known {
    /// The row's values, in the order of its columns.
    pub(crate) fn values(&self, subject: &str) -> Vec<Value> {
        values![
            subject,
            &self.salt,
            self.person.name.as_ref(),
            self.person.email.as_ref(),
            self.person.email.as_deref().map(name_key),
            self.person.phone.as_ref(),
            json(&self.person.other),
            &self.words
        ]
        .to_vec()
    }
}

impl Writer<'_> {
    /// Keeps who `subject` (such as `lead/crm:p17`, see `Fact::subject`) is, in place of what was
    /// known, and gives the hash to be put into the fact that reports it. The same person told
    /// twice has the same hash; nobody can guess a person from it while the salt is unknown.
    ///
    /// Ask [`Writer::already`] first: if the fact is in the ledger already, an older telling would
    /// replace a newer one here.
    ///
    /// # Errors
    /// When the database fails.
    pub fn keep_person(&mut self, subject: &str, told: &Person) -> Result<String, StoreError> {
        let person = Person {
            name: told.name.as_deref().map(kept),
            email: told.email.as_deref().map(kept),
            phone: told.phone.as_deref().map(kept),
            other: told.other.clone(),
        };
        let known = self.connection.known_person(subject)?;
        let (salt, words_before, keys_before) = match known {
            Some(Known { salt, words, person }) => (salt, words, keys_of(subject, &person)),
            None => (self.connection.salt()?, String::new(), Vec::new()),
        };
        let words = joined(person.name.as_deref(), person.email.as_deref());
        index_words(self.connection, subject, &words_before, &words)?;
        replace_keys(self.connection, subject, &keys_before, &keys_of(subject, &person))?;
        let hash = hash(&person, &salt);
        let known = Known { salt, words: search_key(&words), person };
        self.connection.change_person(subject, known)?;
        Ok(hash)
    }

    /// Erases who `subject` is: its row with the salt, the words by which it was found, and the
    /// personal key that its id stood for.
    /// Whether there was anything to erase. Call [`Store::scrub`](crate::Store::scrub) afterwards,
    /// so that the database's own leavings go too.
    ///
    /// # Errors
    /// When the database fails.
    pub fn erase_person(&mut self, subject: &str) -> Result<bool, StoreError> {
        let what = "erase a person";
        let was_before = "select 1 from import_person where subject = $1 limit 1";
        let was_before = self.connection.query_one(what, was_before, values![subject])?.is_some();
        Ok(self.forget_person(subject)? || was_before)
    }

    /// The same of one among many, without looking whether only who they were before an import is
    /// known: whether anything else was.
    ///
    /// # Errors
    /// When the database fails.
    pub fn forget_person(&mut self, subject: &str) -> Result<bool, StoreError> {
        let known = self.connection.known_person(subject)?;
        if let Some(Known { words, person, .. }) = &known {
            index_words(self.connection, subject, words, &[])?;
            replace_keys(self.connection, subject, &keys_of(subject, person), &[])?;
            self.connection.delete_later("person", "subject", &[subject])?;
        }
        self.connection.delete_later("import_person", "subject", &[subject])?;
        let Some((source, number)) = alias_in(subject) else { return Ok(known.is_some()) };
        // The number stays: given again, it would make two people one.
        let sql = "update alias set key = null
                   where number = $1 and source = $2 and key is not null";
        let erased = self.connection.execute("erase a person", sql, values![number, source])?;
        Ok(known.is_some() || erased > 0)
    }

    /// The id minted for a key of `source` that tells who a person is, such as an address of mail:
    /// `p1`, `p2`, … in the order of first asking.
    ///
    /// # Errors
    /// When the database fails.
    pub fn alias(&mut self, source: &str, key: &str) -> Result<String, StoreError> {
        if let Some(id) = self.reader().alias_of(source, key)? {
            return Ok(id);
        }
        let what = "mint an id";
        let query = "select coalesce(max(number), 0) + 1 from alias";
        let number: i64 =
            self.connection.query_one(what, query, &[])?.map_or(Ok(1), |mut row| row.next())?;
        let sql = "insert into alias (number, source, key) values ($1, $2, $3)";
        self.connection.execute(what, sql, values![number, source, key])?;
        Ok(format!("p{number}"))
    }
}

/// The source and number of a minted id: `lead/crm:p17` is number 17 of `crm`.
fn alias_in(subject: &str) -> Option<(&str, i64)> {
    let (_, id) = subject.split_once('/')?;
    let (source, minted) = id.split_once(":p")?;
    Some((source, minted.parse().ok()?))
}

impl Reader<'_> {
    /// Who `subject` is, unless it is unknown or erased.
    ///
    /// # Errors
    /// When the database fails.
    pub fn person_of(&self, subject: &str) -> Result<Option<Person>, StoreError> {
        if self.0.writes() {
            return Ok(self.0.known_person(subject)?.map(|known| known.person));
        }
        let query = "select name, email, phone, other from person where subject = $1";
        self.find("read a person", query, values![subject], person)
    }

    /// What each of `subjects` is called that has a name, in no order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn names_of(&self, subjects: &[String]) -> Result<Vec<(String, String)>, StoreError> {
        let sql = |subjects: &str| {
            format!(
                "select subject, name from person where subject in ({subjects}) and name is not null"
            )
        };
        self.list_of("read names", sql, subjects, &[], |mut row| Ok((row.next()?, row.next()?)))
    }

    /// The subjects whose address of mail is `email`, by name; capitals do not matter.
    ///
    /// # Errors
    /// When the database fails.
    pub fn persons_by_email(&self, email: &str) -> Result<Vec<String>, StoreError> {
        let query = "select subject from person where email_key = $1";
        let what = "look for an address";
        let mut subjects: Vec<String> =
            self.list(what, query, values![name_key(email)], |mut row| row.next())?;
        subjects.sort();
        Ok(subjects)
    }

    /// Leads of `source` who are called exactly `name`, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn leads_called(&self, source: &str, name: &str) -> Result<Vec<LeadId>, StoreError> {
        let mut words = words_of(name).join(" ");
        if words.is_empty() {
            return Ok(Vec::new());
        }
        words.push(' ');
        let [from, to] = range_of(&words);
        let query = format!(
            "select id from {INDEX} where kind = $1 and words >= $2 and words < $3 order by id"
        );
        let of_source = format!("{source}:");
        let lead = |mut row: Row| row.next::<String>();
        let found =
            self.list("look for a name", &query, values![Findable::Lead.key(), from, to], lead)?;
        let subjects = found.iter().filter(|id| id.starts_with(&of_source));
        let subjects: Vec<String> = subjects.map(|id| format!("lead/{id}")).collect();
        let called = self.names_of(&subjects)?.into_iter().filter(|(_, called)| called == name);
        let ids = called.filter_map(|(subject, _)| Some(subject.split_once('/')?.1.into()));
        let mut ids: Vec<LeadId> = ids.collect();
        ids.sort();
        ids.dedup();
        Ok(ids)
    }

    /// The id minted for a personal key, if one was.
    ///
    /// # Errors
    /// When the database fails.
    pub fn alias_of(&self, source: &str, key: &str) -> Result<Option<String>, StoreError> {
        let query = "select number from alias where source = $1 and key = $2";
        let number =
            self.find("look for a minted id", query, values![source, key], |mut row| {
                row.next::<i64>()
            })?;
        Ok(number.map(|number| format!("p{number}")))
    }
}

impl crate::store::Store {
    /// Removes what erased people have left behind in the database's own files: SQLite's log,
    /// PostgreSQL's dead rows. Readers that are under way may keep SQLite from doing so; then the
    /// next call does.
    ///
    /// # Errors
    /// When the database fails.
    pub fn scrub(&self) -> Result<(), StoreError> {
        crate::database::Connection::open(&self.location)?.scrub(&PRIVATE_TABLES)
    }
}

#[cfg(test)]
mod tests;
