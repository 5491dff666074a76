//! Appending: the one way in which anything comes into the ledger.

use std::{
    any::Any,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    decided::SOURCE,
    fact::{Entry, Fact, Told},
    ids::{FactNo, LeadId},
    person::Person,
};
use jiff::Timestamp;

use crate::{
    behind::Table,
    database::{Connection, Engine},
    error::StoreError,
    fold,
    ledger::{self, FactRow, Head, KEY_BYTES_MAX, SealRow, Sum},
    memory::Memory,
    reader::Reader,
};

/// The facts of one transaction so far, which its seal will cover.
pub(crate) struct Batch {
    before: Head,
    digests: Vec<String>,
    sealed_at: Timestamp,
    memory: Memory,
}

impl Batch {
    /// An empty batch after whatever the ledger ends with. Only for a connection that holds the
    /// write lock.
    pub(crate) fn begin(connection: &Connection, memory: Memory) -> Result<Batch, StoreError> {
        let before = ledger::head(connection)?;
        let memory = memory.if_at(&before);
        Ok(Batch { before, digests: Vec::new(), sealed_at: Timestamp::UNIX_EPOCH, memory })
    }

    /// Forgets everything, after a rollback.
    pub(crate) fn begin_anew(&mut self, connection: &Connection) -> Result<(), StoreError> {
        self.cut(0);
        *self = Batch::begin(connection, std::mem::take(&mut self.memory))?;
        Ok(())
    }

    /// How many facts it has; a job that is undone gives this back to [`Batch::cut`].
    pub(crate) fn len(&self) -> usize {
        self.digests.len()
    }

    /// Forgets what came after the first `len` facts.
    pub(crate) fn cut(&mut self, len: usize) {
        if self.digests.len() > len {
            self.digests.truncate(len);
            // Seldom enough: to find out which subjects have facts that are gone would cost more.
            self.memory = Memory::default();
        }
    }

    fn last_no(&self) -> i64 {
        self.before.fact.0 + self.digests.len() as i64
    }

    /// Writes the seal; a batch without facts needs none. Where the ledger ends with it.
    pub(crate) fn seal(&self, connection: &Connection) -> Result<Head, StoreError> {
        if self.digests.is_empty() {
            return Ok(self.before.clone());
        }
        let mut seal = SealRow {
            no: self.before.seal + 1,
            first_fact: self.before.fact.0 + 1,
            last_fact: self.last_no(),
            sealed_at: self.sealed_at.as_millisecond(),
            previous: self.before.hash.clone(),
            hash: String::new(),
        };
        let mut sum: Sum = seal.begin_hash();
        for digest in &self.digests {
            sum.text(digest);
        }
        seal.hash = sum.finish();
        ledger::insert_seal(connection, &seal)?;
        Ok(Head { fact: FactNo(seal.last_fact), seal: seal.no, hash: seal.hash })
    }

    /// What may be remembered once the batch is committed and the ledger ends at `head`.
    pub(crate) fn into_memory(self, head: Head) -> Memory {
        self.memory.up_to(head)
    }
}

/// Appends facts, and writes what stands beside the ledger, inside one transaction. Every fact of
/// one writer carries the same `recorded_at`.
pub struct Writer<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) batch: &'a mut Batch,
    pub(crate) now: Timestamp,
    /// The import on whose account is left undecided what is.
    pub(crate) on_account_of: Option<String>,
}

impl Writer<'_> {
    /// Appends `told` and brings the read models up to it. `None` when its source and key are
    /// already in the ledger: told twice, it is one fact, and nothing changes.
    ///
    /// Both instants are kept to the millisecond.
    ///
    /// # Errors
    /// [`StoreError::Key`] when its source, key or an id in it cannot be kept; otherwise when the
    /// database fails.
    pub fn append_once(&mut self, told: Told) -> Result<Option<Entry>, StoreError> {
        let row = FactRow::new(self.batch.last_no() + 1, self.now, &told);
        check_names(&row, &told)?;
        if self.connection.note_told(&row.source, &row.key) {
            self.connection.insert_later(Table::Fact, &row.values())?;
        } else if !ledger::insert_fact(self.connection, &row)? {
            return Ok(None);
        }
        let entry = Entry {
            no: FactNo(row.no),
            recorded_at: to_the_millisecond(self.now),
            told: Told { happened_at: to_the_millisecond(told.happened_at), ..told },
        };
        debug_assert_eq!(row.clone().entry().ok().as_ref(), Some(&entry), "as it is read back");
        self.batch.digests.push(row.digest);
        self.batch.sealed_at = self.now;
        self.batch.memory.note(&entry, &row.subject);
        if let Fact::FactsWithdrawn(_) | Fact::LeadsUnmerged(_) = entry.fact()
            && let Some(facts) = self.batch.memory.recall(&row.subject)
        {
            self.connection.keep_at_hand(&row.subject, facts.clone());
        }
        fold::apply(self.connection, &entry)?;
        Ok(Some(entry))
    }

    /// Every fact about `subject`, this transaction's included, as [`Reader::facts_of`] has them;
    /// those that are remembered from an earlier transaction are not read again.
    ///
    /// # Errors
    /// When the database fails or a fact cannot be read.
    pub fn facts_of(&mut self, subject: &str) -> Result<Vec<Arc<Entry>>, StoreError> {
        if let Some(facts) = self.batch.memory.recall(subject) {
            return Ok(facts.clone());
        }
        let facts: Vec<_> = self.reader().facts_of(subject)?.into_iter().map(Arc::new).collect();
        self.batch.memory.keep(subject.to_owned(), facts.clone());
        Ok(facts)
    }

    /// What [`Writer::keep_rules`] was last given, in this transaction or an earlier one; `None`
    /// once a fact about users or Agreements has come since, from whatever process.
    pub fn rules<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.batch.memory.rules()
    }

    /// Remembers what follows from the facts about users and Agreements, and from nothing else.
    pub fn keep_rules<T: Any + Send + Sync>(&mut self, rules: Arc<T>) {
        self.batch.memory.keep_rules(rules);
    }

    /// The fact that `source` told under `key`, this transaction's facts included.
    ///
    /// # Errors
    /// When the database fails or the fact cannot be read.
    pub fn already(&self, source: &str, key: &str) -> Result<Option<Entry>, StoreError> {
        if let Some(known) = self.connection.known_told(source, key) {
            return Ok(known);
        }
        let found = self.reader().told(source, key)?;
        if found.is_none() {
            self.connection.note_absent(source, key);
        }
        Ok(found)
    }

    /// The same for a key that is made from the subject that it is told about, as our own are: where
    /// all facts about the subject are remembered, it is among them or nowhere.
    ///
    /// Should it be elsewhere nevertheless, then the database says so before anything is kept: the
    /// write fails, and from then on the database is asked each time.
    ///
    /// # Errors
    /// When the database fails or the fact cannot be read.
    pub fn already_about(
        &mut self,
        subject: &str,
        source: &str,
        key: &str,
    ) -> Result<Option<Entry>, StoreError> {
        let known = self.connection.known_told(source, key).is_some();
        let about = self.batch.memory.recall(subject).filter(|_| !known);
        let Some(facts) = about.filter(|_| !self.connection.asks_for_every_fact()) else {
            return self.already(source, key);
        };
        let is_it = |entry: &&Arc<Entry>| entry.told.key == key && entry.told.source == source;
        let found = facts.iter().find(is_it).map(|entry| Entry::clone(entry));
        if found.is_none() {
            self.connection.note_absent(source, key);
        }
        Ok(found)
    }

    /// Reads at once what taking facts in will ask for one by one: the facts about subjects, where
    /// they stand, who they are, and which keys of a source are taken. Nothing changes by it but how
    /// often the database is asked.
    ///
    /// # Errors
    /// When the database fails or a fact cannot be read.
    pub fn look_ahead(&mut self, ahead: &Ahead) -> Result<(), StoreError> {
        let unknown: Vec<String> = {
            let memory = &mut self.batch.memory;
            ahead.subjects.iter().filter(|name| memory.recall(name).is_none()).cloned().collect()
        };
        let mut facts: BTreeMap<String, Vec<Arc<Entry>>> = BTreeMap::new();
        for entry in self.reader().facts_of_all(&unknown)? {
            facts.entry(entry.fact().subject()).or_default().push(Arc::new(entry));
        }
        for subject in unknown {
            let facts = facts.remove(&subject).unwrap_or_default();
            self.batch.memory.keep(subject, facts);
        }
        let of_leads = ahead.subjects.iter().filter_map(|name| name.strip_prefix("lead/"));
        let leads: Vec<LeadId> = of_leads.map(LeadId::from).collect();
        self.connection.hold_leads(&leads)?;
        self.connection.hold_clocks(&leads)?;
        self.connection.hold_handoffs(&leads)?;
        let persons: Vec<String> =
            ahead.persons.iter().map(|(subject, _)| subject.clone()).collect();
        self.connection.hold_persons(&persons)?;
        self.connection.hold_keys_of(&ahead.persons)?;
        for (source, keys) in &ahead.keys {
            self.connection.hold_told(source, keys)?;
        }
        Ok(())
    }

    /// Reads at once what taking back what was told of subjects will ask for one by one: the facts
    /// about each, where it stands, who it is and what it has in common with others.
    ///
    /// # Errors
    /// When the database fails or a fact cannot be read.
    pub fn look_ahead_of_undoing(&mut self, subjects: BTreeSet<String>) -> Result<(), StoreError> {
        let names: Vec<String> = subjects.iter().cloned().collect();
        self.look_ahead(&Ahead { subjects, ..Ahead::default() })?;
        self.connection.hold_persons(&names)?;
        self.connection.hold_keys_of_known(&names)
    }

    /// Whether questions go over a wire, so that working out which will come is worth its while.
    pub fn asks_far_away(&self) -> bool {
        self.connection.engine() == Engine::Postgres
    }

    /// What the ledger and the read models say, this transaction's facts included.
    pub fn reader(&self) -> Reader<'_> {
        Reader(self.connection)
    }

    /// The instant that this transaction's facts carry as their `recorded_at`.
    pub fn now(&self) -> Timestamp {
        self.now
    }
}

/// What a transaction will ask for.
#[derive(Debug, Default)]
pub struct Ahead {
    /// The subjects of facts, such as `lead/crm:17`.
    pub subjects: BTreeSet<String>,
    /// Who is told of, by subject.
    pub persons: Vec<(String, Person)>,
    /// Keys that may be told, by their source.
    pub keys: BTreeMap<String, Vec<String>>,
}

impl Ahead {
    /// Adds what taking a fact in will ask for.
    pub fn foresee(&mut self, told: &Told, person: Option<&Person>) {
        let subject = told.fact.subject();
        if !is_keyed_by(told, &subject) {
            self.keys.entry(told.source.clone()).or_default().push(told.key.clone());
        }
        self.persons.extend(person.map(|person| (subject.clone(), person.clone())));
        self.subjects.insert(subject);
    }
}

/// Whether the key of a fact is made from its subject, as our own are and those of reports.
pub fn is_keyed_by(told: &Told, subject: &str) -> bool {
    told.source == SOURCE || told.key.starts_with(subject)
}

fn check_names(row: &FactRow, told: &Told) -> Result<(), StoreError> {
    let within = match &told.fact {
        Fact::Handoff(fact) => fact.handoff.as_str(),
        Fact::HandoffAnswered(fact) => fact.handoff.as_str(),
        Fact::Quota(fact) => fact.user.as_ref().map_or("", |user| user.as_str()),
        _ => "",
    };
    let names = [row.source.as_str(), &row.key, &row.subject, within];
    if names.iter().any(|name| name.contains('\0') || name.len() > KEY_BYTES_MAX) {
        return Err(StoreError::Key);
    }
    Ok(())
}

/// `instant` as it will be read back.
fn to_the_millisecond(instant: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(instant.as_millisecond())
        .expect("fewer digits of an instant are an instant")
}
