//! Appending: the one way in which anything comes into the ledger.

use std::{any::Any, sync::Arc};

use domain::{
    fact::{Entry, Fact, Told},
    ids::FactNo,
};
use jiff::Timestamp;

use crate::{
    database::Connection,
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
        if !ledger::insert_fact(self.connection, &row)? {
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
        self.reader().told(source, key)
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
