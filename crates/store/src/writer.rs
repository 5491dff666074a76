//! Appending: the one way in which anything comes into the ledger.

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
    reader::Reader,
};

/// The facts of one transaction so far, which its seal will cover.
pub(crate) struct Batch {
    before: Head,
    digests: Vec<String>,
    sealed_at: Timestamp,
}

impl Batch {
    /// An empty batch after whatever the ledger ends with. Only for a connection that holds the
    /// write lock.
    pub(crate) fn begin(connection: &Connection) -> Result<Batch, StoreError> {
        let before = ledger::head(connection)?;
        Ok(Batch { before, digests: Vec::new(), sealed_at: Timestamp::UNIX_EPOCH })
    }

    /// How many facts it has; a job that is undone gives this back to [`Batch::cut`].
    pub(crate) fn len(&self) -> usize {
        self.digests.len()
    }

    /// Forgets what came after the first `len` facts.
    pub(crate) fn cut(&mut self, len: usize) {
        self.digests.truncate(len);
    }

    fn last_no(&self) -> i64 {
        self.before.fact.0 + self.digests.len() as i64
    }

    /// Writes the seal; a batch without facts needs none.
    pub(crate) fn seal(&self, connection: &Connection) -> Result<(), StoreError> {
        if self.digests.is_empty() {
            return Ok(());
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
        ledger::insert_seal(connection, &seal)
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
        self.batch.digests.push(row.digest);
        self.batch.sealed_at = self.now;
        fold::apply(self.connection, &entry)?;
        Ok(Some(entry))
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
