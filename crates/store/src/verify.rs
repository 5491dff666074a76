//! Checks the whole ledger against its own seals.
//!
//! Nothing here trusts a row: whatever stands in the database, the answer is a list of damages and
//! never a panic, and the check goes on behind each damage as far as the database lets it.

mod export;

use std::collections::BTreeMap;

use domain::{
    collateral_request::{answer_name, wanted_name},
    dispute::Said,
    fact::Fact,
    handoff::note_of,
};

pub use export::{ExportFault, verify_export};

use crate::{
    database::Connection,
    error::StoreError,
    ledger::{FACT_COLUMNS, FactRow, NO_SEAL, SEAL_COLUMNS, SealRow, Sum},
    person::{PRIVATE_COLUMNS, subject_and_hash},
    store::Store,
    value::values,
};

/// Something in the database that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// A fact does not verify.
    Fact {
        /// Its place.
        no: i64,
        /// What is wrong with it.
        what: String,
    },
    /// A seal does not verify.
    Seal {
        /// Its place in the chain.
        no: i64,
        /// What is wrong with it.
        what: String,
    },
    /// Facts are missing.
    MissingFacts {
        /// The first.
        first: i64,
        /// The last.
        last: i64,
    },
    /// Seals are missing.
    MissingSeals {
        /// The first.
        first: i64,
        /// The last.
        last: i64,
    },
    /// The last facts have no seal.
    Unsealed {
        /// The first of them.
        first: i64,
        /// The last of them.
        last: i64,
    },
    /// What is known of a person is not what the fact was told with.
    Person {
        /// Who, as in the facts: `lead/…` or `user/…`.
        subject: String,
        /// The last fact that carries their hash.
        fact: i64,
    },
    /// A line of an export is no fact and no seal.
    Line {
        /// Its place in the file, from 1.
        line: u64,
        /// What is wrong with it.
        what: String,
    },
    /// The database itself cannot be read, or finds fault with its file.
    Database {
        /// What it says.
        what: String,
    },
}

impl std::fmt::Display for Damage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Damage::Fact { no, what } => write!(f, "fact {no} {what}"),
            Damage::Seal { no, what } => write!(f, "seal {no} {what}"),
            Damage::MissingFacts { first, last } => {
                write!(f, "facts {first} to {last} are missing")
            }
            Damage::MissingSeals { first, last } => {
                write!(f, "seals {first} to {last} are missing")
            }
            Damage::Unsealed { first, last } => write!(f, "facts {first} to {last} have no seal"),
            Damage::Person { subject, fact } => {
                write!(f, "what is known of {subject} is not what fact {fact} was told with")
            }
            Damage::Line { line, what } => write!(f, "line {line} {what}"),
            Damage::Database { what } => write!(f, "the database: {what}"),
        }
    }
}

impl Store {
    /// Checks every fact, every seal and every person against what was written, and gives all that
    /// does not verify; nothing when the ledger is whole. `on_progress` is told how many facts of
    /// how many are done. Reads only, beside whoever reads and writes.
    ///
    /// Facts cut off the end together with their seals leave no trace inside; compare
    /// [`Reader::head`](crate::Reader::head) with one kept elsewhere.
    pub fn verify(&self, on_progress: impl FnMut(u64, u64)) -> Vec<Damage> {
        let mut check = Check::new(on_progress);
        let looked = Connection::open(&self.location).and_then(|connection| {
            connection.begin_read()?;
            check.database(&connection);
            check.ledger(&connection)?;
            check.persons(&connection)
        });
        check.note(looked);
        check.damages
    }
}

/// What is wrong with a fact that was changed after it was recorded.
const OTHER_DIGEST: &str = "does not have the digest that it was recorded with";

/// Rows read at a time.
const PAGE: i64 = 5_000;

struct Check<P> {
    on_progress: P,
    damages: Vec<Damage>,
    /// The digests of facts that no seal has yet taken in, from `next_sealed` on.
    digests: BTreeMap<i64, String>,
    /// Where the next seal has to begin; unknown after one that does not verify.
    next_sealed: Option<i64>,
    seal_before: (i64, String),
    /// The last hash told of each person, and by which fact.
    persons: BTreeMap<String, (String, i64)>,
}

impl<P: FnMut(u64, u64)> Check<P> {
    fn new(on_progress: P) -> Self {
        Check {
            on_progress,
            damages: Vec::new(),
            digests: BTreeMap::new(),
            next_sealed: Some(1),
            seal_before: (0, NO_SEAL.to_owned()),
            persons: BTreeMap::new(),
        }
    }

    /// Notes an error of the database as a damage.
    fn note(&mut self, done: Result<(), StoreError>) {
        if let Err(error) = done {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            let what = format!("{error}{}", cause.unwrap_or_default());
            self.damages.push(Damage::Database { what });
        }
    }

    fn database(&mut self, connection: &Connection) {
        match connection.own_complaints(&["fact", "seal"]) {
            Ok(complaints) => {
                let damages = complaints.into_iter().map(|what| Damage::Database { what });
                self.damages.extend(damages);
            }
            Err(error) => self.note(Err(error)),
        }
    }

    /// Goes through facts a page at a time and takes in the seals that end within each page, so
    /// that neither has to fit into memory.
    fn ledger(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let last = last_of(connection, "select coalesce(max(no), 0) from fact")?;
        let last_seal = last_of(connection, "select coalesce(max(no), 0) from seal")?;
        let mut before = 0;
        while before < last {
            let until = before.saturating_add(PAGE).min(last);
            let read = self.facts(connection, before, until);
            self.note(read);
            let sealed = self.seals(connection, until, last);
            self.note(sealed);
            before = until;
            (self.on_progress)(before.unsigned_abs(), last.unsigned_abs());
        }
        let sealed = self.seals(connection, last, last);
        self.note(sealed);
        if self.seal_before.0 < last_seal {
            let first = self.seal_before.0 + 1;
            self.damages.push(Damage::MissingSeals { first, last: last_seal });
        }
        if let Some(first) = self.next_sealed.filter(|first| *first <= last) {
            self.damages.push(Damage::Unsealed { first, last });
        }
        Ok(())
    }

    /// The facts after `before`, up to and including `until`.
    fn facts(
        &mut self,
        connection: &Connection,
        before: i64,
        until: i64,
    ) -> Result<(), StoreError> {
        let query =
            format!("select {FACT_COLUMNS} from fact where no > $1 and no <= $2 order by no");
        let mut expected = before + 1;
        let read =
            connection.query_each("check the facts", &query, values![before, until], |row| {
                let mut values = row.rest().into_iter();
                let no = match values.next() {
                    Some(crate::value::Value::Int(no)) if no >= expected && no <= until => no,
                    _ => expected,
                };
                self.missing_facts(expected, no - 1);
                let mut all = vec![crate::value::Value::Int(no)];
                all.extend(values);
                match FactRow::read(crate::value::Row::new("check a fact", all)) {
                    Ok(row) => self.fact(row),
                    Err(error) => self.unreadable_fact(no, &error.to_string()),
                }
                expected = no + 1;
                Ok(())
            });
        self.missing_facts(expected, until);
        read
    }

    fn missing_facts(&mut self, first: i64, last: i64) {
        if first <= last {
            self.damages.push(Damage::MissingFacts { first, last });
        }
    }

    fn unreadable_fact(&mut self, no: i64, what: &str) {
        self.damages.push(Damage::Fact { no, what: format!("cannot be read: {what}") });
    }

    fn fact(&mut self, row: FactRow) {
        let no = row.no;
        if row.worked_out_digest() != row.digest {
            self.damages.push(Damage::Fact { no, what: OTHER_DIGEST.to_owned() });
        }
        // The seal is checked against what the row says its digest is: a row whose other columns
        // were changed is named once, and one that was changed together with its digest breaks
        // its seal.
        self.digests.insert(no, row.digest.clone());
        let subject = row.subject.clone();
        match row.entry().map(|entry| entry.told.fact) {
            Ok(Fact::Lead(fact)) => self.person(subject, fact.person, no),
            Ok(Fact::User(fact)) => self.person(subject, fact.person, no),
            Ok(Fact::UserAdmitted(fact)) => self.person(subject, fact.person, no),
            Ok(Fact::FactsWithdrawn(fact)) => self.person(subject, fact.person, no),
            Ok(fact) => {
                if let Some((subject, hash)) = said_beside(&fact) {
                    self.person(subject, Some(hash), no);
                }
            }
            Err(error) => self.unreadable_fact(no, &error.to_string()),
        }
    }

    fn person(&mut self, subject: String, hash: Option<String>, no: i64) {
        if let Some(hash) = hash {
            self.persons.insert(subject, (hash, no));
        }
    }

    /// The seals not yet checked, but for those whose facts end after `until`; `last` is the last
    /// fact that there is, and a seal that goes beyond it need not wait for more.
    fn seals(&mut self, connection: &Connection, until: i64, last: i64) -> Result<(), StoreError> {
        let query = format!("select {SEAL_COLUMNS} from seal where no > $1 order by no limit $2");
        loop {
            let (before, limit) = (self.seal_before.0, PAGE);
            let mut rows = Vec::new();
            let read =
                connection.query_each("check the seals", &query, values![before, limit], |row| {
                    rows.push(row);
                    Ok(())
                });
            let whole_page = rows.len() as i64 == limit;
            for row in rows {
                let no = self.seal_before.0 + 1;
                match SealRow::read(row) {
                    Ok(seal) if seal.last_fact > until && seal.last_fact <= last => return read,
                    Ok(seal) => self.seal(&seal),
                    Err(error) => self.unreadable_seal(no, &error.to_string()),
                }
            }
            if read.is_err() || !whole_page {
                return read;
            }
        }
    }

    fn unreadable_seal(&mut self, no: i64, what: &str) {
        self.damages.push(Damage::Seal { no, what: format!("cannot be read: {what}") });
        self.seal_before.0 = no;
    }

    fn seal(&mut self, seal: &SealRow) {
        let (before, _) = &self.seal_before;
        let no = seal.no;
        if no > before + 1 {
            let (first, last) = (before + 1, no - 1);
            self.damages.push(Damage::MissingSeals { first, last });
        }
        let digest_of = |no| self.digests.get(&no).map(String::as_str);
        let fault = fault_of(seal, &self.seal_before.1, self.next_sealed, digest_of);
        self.next_sealed = match fault {
            None => Some(seal.last_fact + 1),
            Some(_) => None,
        };
        if let Some(next) = self.next_sealed {
            self.digests = self.digests.split_off(&next);
        }
        if let Some(what) = fault {
            self.damages.push(Damage::Seal { no, what: what.to_owned() });
        }
        self.seal_before = (no, seal.hash.clone());
    }

    /// Erased people have no row, and that is no damage.
    fn persons(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let query = format!("select {PRIVATE_COLUMNS} from person order by subject");
        let (persons, damages) = (&self.persons, &mut self.damages);
        connection.query_each("check the persons", &query, &[], |row| {
            match subject_and_hash(row) {
                Ok((subject, hash)) => match persons.get(&subject) {
                    Some((told, fact)) if *told != hash => {
                        damages.push(Damage::Person { subject, fact: *fact });
                    }
                    _ => {}
                },
                Err(error) => damages.push(Damage::Database { what: error.to_string() }),
            }
            Ok(())
        })
    }
}

/// What somebody wrote that stands beside the ledger: under which name, and with which hash.
fn said_beside(fact: &Fact) -> Option<(String, String)> {
    match fact {
        Fact::HandoffAnswered(fact) => Some((note_of(&fact.handoff), fact.note.clone()?)),
        Fact::DisputeOpened(fact) => {
            Some((Said::Opening.of(&fact.dispute), fact.statement.clone()))
        }
        Fact::DisputeAnswered(fact) => {
            Some((Said::Answer.of(&fact.dispute), fact.statement.clone()))
        }
        Fact::DisputeRuled(fact) => Some((Said::Ruling.of(&fact.dispute), fact.statement.clone())),
        Fact::CollateralRequestMade(fact) => Some((wanted_name(&fact.request), fact.words.clone())),
        Fact::CollateralRequestAnswered(fact) => {
            Some((answer_name(&fact.request), fact.words.clone()))
        }
        _ => None,
    }
}

/// What is wrong with a seal that should follow from the one before it, whose hash is
/// `hash_before`, and begin with the fact `next`, where that is known.
fn fault_of<'a>(
    seal: &SealRow,
    hash_before: &str,
    next: Option<i64>,
    digest_of: impl Fn(i64) -> Option<&'a str>,
) -> Option<&'static str> {
    if seal.previous != *hash_before {
        return Some("does not follow from the seal before it");
    }
    if next.is_some_and(|next| seal.first_fact != next) {
        return Some("does not begin where the seal before it ends");
    }
    let mut sum: Sum = seal.begin_hash();
    for no in seal.first_fact..=seal.last_fact {
        match digest_of(no) {
            Some(digest) => sum.text(digest),
            None => return Some("covers facts that are not there"),
        };
    }
    (sum.finish() != seal.hash).then_some("does not fit the facts that it covers")
}

fn last_of(connection: &Connection, query: &str) -> Result<i64, StoreError> {
    let what = "find the ledger's end";
    connection.query_one(what, query, &[])?.map_or(Ok(0), |mut row| row.next())
}

#[cfg(test)]
mod tests;
