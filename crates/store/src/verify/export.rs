//! Checks a ledger that was exported, from its lines alone: somebody who has no part in the database
//! can do it, on another machine, years later.

use std::io::{self, BufRead, Read};

use domain::ids::FactNo;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Damage, OTHER_DIGEST, fault_of};
use crate::ledger::{FactRow, Head, NO_SEAL, SealRow};

/// The longest line that is read, in bytes; no fact comes near it.
const LINE_BYTES_MAX: u64 = 64 << 20;

/// The length of a digest, in bytes.
const DIGEST_BYTES: usize = NO_SEAL.len();

/// Why an exported ledger does not verify.
#[derive(Debug, thiserror::Error)]
pub enum ExportFault {
    /// The first thing that is not as it was written.
    #[error("{0}")]
    Damage(Damage),
    /// The lines cannot be read.
    #[error("could not read the exported ledger")]
    Unreadable(#[source] io::Error),
}

impl From<Damage> for ExportFault {
    fn from(damage: Damage) -> ExportFault {
        ExportFault::Damage(damage)
    }
}

/// Works out every digest and every seal of an exported ledger again and gives where it ends, as
/// [`Reader::head`](crate::Reader::head) does. `on_progress` is told how many bytes are done.
///
/// Facts cut off the end together with their seals leave no trace: compare the head with one that
/// was kept elsewhere.
///
/// # Errors
/// The first thing that is not as it was written, or that the lines cannot be read.
pub fn verify_export(
    lines: &mut dyn BufRead,
    mut on_progress: impl FnMut(u64),
) -> Result<Head, ExportFault> {
    let mut check = Check::default();
    let (mut line, mut number, mut done) = (Vec::new(), 0, 0);
    loop {
        line.clear();
        let mut limited = Read::take(&mut *lines, LINE_BYTES_MAX);
        let read = limited.read_until(b'\n', &mut line).map_err(ExportFault::Unreadable)?;
        if read == 0 {
            return Ok(check.end()?);
        }
        number += 1;
        check.line(&line).map_err(|fault| match fault {
            LineFault::Damage(damage) => damage,
            LineFault::Unreadable(why) => {
                Damage::Line { line: number, what: format!("cannot be read: {why}") }
            }
        })?;
        done += read as u64;
        on_progress(done);
    }
}

/// A fact as a line of an export. What no digest covers has no place in it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FactLine<'a> {
    no: i64,
    recorded_at: i64,
    happened_at: i64,
    subject: String,
    kind: String,
    source: String,
    key: String,
    /// The very bytes, which the digest covers.
    #[serde(borrow)]
    fact: &'a RawValue,
    digest: String,
}

/// A seal as a line of an export.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SealLine {
    seal: i64,
    first_fact: i64,
    last_fact: i64,
    sealed_at: i64,
    previous: String,
    hash: String,
}

impl From<FactLine<'_>> for FactRow {
    fn from(line: FactLine<'_>) -> FactRow {
        FactRow {
            no: line.no,
            recorded_at: line.recorded_at,
            happened_at: line.happened_at,
            subject: line.subject,
            kind: line.kind,
            body: line.fact.get().to_owned(),
            source: line.source,
            key: line.key,
            digest: line.digest,
        }
    }
}

impl From<SealLine> for SealRow {
    fn from(line: SealLine) -> SealRow {
        SealRow {
            no: line.seal,
            first_fact: line.first_fact,
            last_fact: line.last_fact,
            sealed_at: line.sealed_at,
            previous: line.previous,
            hash: line.hash,
        }
    }
}

/// What is wrong with a line.
enum LineFault {
    Damage(Damage),
    Unreadable(String),
}

impl From<Damage> for LineFault {
    fn from(damage: Damage) -> LineFault {
        LineFault::Damage(damage)
    }
}

/// The lines that were read and found whole.
struct Check {
    /// The digests of all facts, one behind the other: their seals come after the last of them.
    digests: String,
    /// The last fact that a seal covers.
    sealed: i64,
    /// The number and hash of the last seal.
    seal: (i64, String),
}

impl Default for Check {
    fn default() -> Check {
        Check { digests: String::new(), sealed: 0, seal: (0, NO_SEAL.to_owned()) }
    }
}

impl Check {
    fn line(&mut self, line: &[u8]) -> Result<(), LineFault> {
        let unreadable = |why: serde_json::Error| LineFault::Unreadable(why.to_string());
        let is_seal = line.starts_with(br#"{"seal":"#);
        if is_seal {
            let seal: SealLine = serde_json::from_slice(line).map_err(unreadable)?;
            return Ok(self.seal(&seal.into())?);
        }
        let fact: FactLine<'_> = serde_json::from_slice(line).map_err(unreadable)?;
        if self.seal.0 > 0 {
            return Err(LineFault::Unreadable("a fact stands behind the seals".to_owned()));
        }
        Ok(self.fact(fact.into())?)
    }

    /// How many facts there are.
    fn facts(&self) -> i64 {
        (self.digests.len() / DIGEST_BYTES) as i64
    }

    fn digest_of(&self, no: i64) -> Option<&str> {
        let begin = usize::try_from(no - 1).ok()?.checked_mul(DIGEST_BYTES)?;
        self.digests.get(begin..begin.checked_add(DIGEST_BYTES)?)
    }

    fn fact(&mut self, row: FactRow) -> Result<(), Damage> {
        let (no, next) = (row.no, self.facts() + 1);
        let damaged = |what: String| Err(Damage::Fact { no, what });
        if no > next {
            return Err(Damage::MissingFacts { first: next, last: no - 1 });
        }
        if no < next {
            return damaged(format!("stands where fact {next} should stand"));
        }
        if row.worked_out_digest() != row.digest {
            return damaged(OTHER_DIGEST.to_owned());
        }
        self.digests.push_str(&row.digest);
        match row.entry() {
            Ok(_) => Ok(()),
            Err(error) => damaged(format!("cannot be read: {error}")),
        }
    }

    fn seal(&mut self, row: &SealRow) -> Result<(), Damage> {
        let (no, next) = (row.no, self.seal.0 + 1);
        if no > next {
            return Err(Damage::MissingSeals { first: next, last: no - 1 });
        }
        let after = Some(self.sealed + 1);
        let fault = match no < next {
            true => Some("stands behind seals that come after it"),
            false => fault_of(row, &self.seal.1, after, |no| self.digest_of(no)),
        };
        if let Some(what) = fault {
            return Err(Damage::Seal { no, what: what.to_owned() });
        }
        self.sealed = row.last_fact;
        self.seal = (no, row.hash.clone());
        Ok(())
    }

    fn end(self) -> Result<Head, Damage> {
        let last = self.facts();
        if self.sealed < last {
            return Err(Damage::Unsealed { first: self.sealed + 1, last });
        }
        let (seal, hash) = self.seal;
        Ok(Head { fact: FactNo(last), seal, hash })
    }
}

#[cfg(test)]
mod tests;
