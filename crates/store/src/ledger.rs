//! The ledger's two tables: facts and the seals over them.
//!
//! A digest is SHA-256 over a row's columns, each written as `<bytes>:<text>,` (numbers in decimal),
//! so that anybody can work it out again with a dozen lines in any language.

use domain::{
    fact::{Entry, Fact, Told},
    ids::FactNo,
};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::{
    database::Connection,
    error::StoreError,
    value::{Row, Value, json, values},
};

/// What stands before the first seal.
pub const NO_SEAL: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The longest key, source or id of a fact, in bytes. PostgreSQL cannot index much more.
pub const KEY_BYTES_MAX: usize = 1024;

/// A fact as it stands in its table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FactRow {
    pub no: i64,
    pub recorded_at: i64,
    pub happened_at: i64,
    pub subject: String,
    pub kind: String,
    pub body: String,
    pub source: String,
    pub key: String,
    pub digest: String,
}

pub(crate) const FACT_COLUMNS: &str =
    "no, recorded_at, happened_at, subject, kind, body, source, key, digest";

impl FactRow {
    /// The row for a fact that is to stand at `no`.
    pub(crate) fn new(no: i64, recorded_at: Timestamp, told: &Told) -> FactRow {
        let body = json(&told.fact);
        let mut row = FactRow {
            no,
            recorded_at: recorded_at.as_millisecond(),
            happened_at: told.happened_at.as_millisecond(),
            subject: told.fact.subject(),
            kind: kind_of(&body),
            body,
            source: told.source.clone(),
            key: told.key.clone(),
            digest: String::new(),
        };
        row.digest = row.worked_out_digest();
        row
    }

    pub(crate) fn read(mut row: Row) -> Result<FactRow, StoreError> {
        Ok(FactRow {
            no: row.next()?,
            recorded_at: row.next()?,
            happened_at: row.next()?,
            subject: row.next()?,
            kind: row.next()?,
            body: row.next()?,
            source: row.next()?,
            key: row.next()?,
            digest: row.next()?,
        })
    }

    /// Its values, in the order of the columns.
    pub(crate) fn values(&self) -> [Value; 9] {
        [
            self.no.into(),
            self.recorded_at.into(),
            self.happened_at.into(),
            (&self.subject).into(),
            (&self.kind).into(),
            (&self.body).into(),
            (&self.source).into(),
            (&self.key).into(),
            (&self.digest).into(),
        ]
    }

    /// The digest that the other columns give.
    pub(crate) fn worked_out_digest(&self) -> String {
        let mut sum = Sum::default();
        sum.number(self.no).number(self.recorded_at).number(self.happened_at);
        sum.text(&self.subject).text(&self.kind).text(&self.body);
        sum.text(&self.source).text(&self.key);
        sum.finish()
    }

    /// The row as a fact of this version's vocabulary.
    ///
    /// # Errors
    /// [`StoreError::UnknownFact`] when the body or an instant cannot be read.
    pub(crate) fn entry(self) -> Result<Entry, StoreError> {
        let no = FactNo(self.no);
        let instant = |ms| {
            let unknown = |_| StoreError::UnknownFact { no, what: "not an instant".to_owned() };
            Timestamp::from_millisecond(ms).map_err(unknown)
        };
        let fact: Fact = serde_json::from_str(&self.body)
            .map_err(|wrong| StoreError::UnknownFact { no, what: wrong.to_string() })?;
        let (recorded_at, happened_at) = (instant(self.recorded_at)?, instant(self.happened_at)?);
        let told = Told { source: self.source, key: self.key, happened_at, fact };
        Ok(Entry { no, recorded_at, told })
    }
}

/// The fact's name, which its JSON always opens with: `{"fact":"lead_moved",…`.
fn kind_of(body: &str) -> String {
    let name = body.strip_prefix("{\"fact\":\"").and_then(|rest| rest.split_once('"'));
    name.map(|(name, _)| name.to_owned()).expect("a fact's JSON opens with its name")
}

/// A seal over the facts of one batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SealRow {
    pub no: i64,
    pub first_fact: i64,
    pub last_fact: i64,
    pub sealed_at: i64,
    pub previous: String,
    pub hash: String,
}

pub(crate) const SEAL_COLUMNS: &str = "no, first_fact, last_fact, sealed_at, previous, hash";

impl SealRow {
    pub(crate) fn read(mut row: Row) -> Result<SealRow, StoreError> {
        Ok(SealRow {
            no: row.next()?,
            first_fact: row.next()?,
            last_fact: row.next()?,
            sealed_at: row.next()?,
            previous: row.next()?,
            hash: row.next()?,
        })
    }

    /// A sum that still lacks the digests of the sealed facts, in their order.
    pub(crate) fn begin_hash(&self) -> Sum {
        let mut sum = Sum::default();
        sum.number(self.no).number(self.first_fact).number(self.last_fact);
        sum.number(self.sealed_at).text(&self.previous);
        sum
    }
}

/// A SHA-256 over columns.
#[derive(Default)]
pub(crate) struct Sum(Sha256);

impl Sum {
    pub(crate) fn text(&mut self, text: &str) -> &mut Sum {
        self.0.update(text.len().to_string());
        self.0.update(b":");
        self.0.update(text);
        self.0.update(b",");
        self
    }

    pub(crate) fn number(&mut self, number: i64) -> &mut Sum {
        self.text(&number.to_string())
    }

    /// As 64 hexadecimal digits.
    pub(crate) fn finish(self) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = String::with_capacity(64);
        for byte in self.0.finalize() {
            text.push(DIGITS[usize::from(byte >> 4)].into());
            text.push(DIGITS[usize::from(byte & 15)].into());
        }
        text
    }
}

/// Where the ledger ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The last fact; 0 when there is none.
    pub fact: FactNo,
    /// The last seal's number; 0 when there is none.
    pub seal: i64,
    /// The last seal's hash, or [`NO_SEAL`]. Kept elsewhere, it proves that nothing was cut off.
    pub hash: String,
}

pub(crate) fn head(connection: &Connection) -> Result<Head, StoreError> {
    let what = "find the ledger's end";
    let query = "select coalesce(max(no), 0) from fact";
    let fact = connection.query_one(what, query, &[])?.map_or(Ok(0), |mut row| row.next())?;
    let query = "select no, hash from seal order by no desc limit 1";
    let (seal, hash) = match connection.query_one(what, query, &[])? {
        Some(mut row) => (row.next()?, row.next()?),
        None => (0, NO_SEAL.to_owned()),
    };
    Ok(Head { fact: FactNo(fact), seal, hash })
}

/// Writes a fact's row; false when its source and key are already there.
pub(crate) fn insert_fact(connection: &Connection, row: &FactRow) -> Result<bool, StoreError> {
    let written = connection.execute(
        "append a fact",
        "insert into fact
             (no, recorded_at, happened_at, subject, kind, body, source, key, digest)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (source, key) do nothing",
        &row.values(),
    )?;
    Ok(written > 0)
}

pub(crate) fn insert_seal(connection: &Connection, row: &SealRow) -> Result<(), StoreError> {
    connection
        .execute(
            "seal a batch",
            "insert into seal (no, first_fact, last_fact, sealed_at, previous, hash)
             values ($1, $2, $3, $4, $5, $6)",
            values![row.no, row.first_fact, row.last_fact, row.sealed_at, &row.previous, &row.hash],
        )
        .map(drop)
}

#[cfg(test)]
mod tests;
