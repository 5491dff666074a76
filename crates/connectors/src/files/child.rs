//! Workbooks parsed by a child process: a parser that allocates without bound or never ends costs
//! the child and nothing else.
//!
//! The parent starts its own program again, writes the workbook's bytes to its stdin and reads its
//! answers, a line of JSON each. A pipe holds little, so a child whose rows nobody asks for waits.
//! The child sets the limits of [`Job::limits`] on itself before it reads a byte: only the operating
//! system can keep them.

mod parent;

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::guard::Limits;
use super::table::RowFault;
use super::xlsx::{Batch, RowsOf, Sheet, Source, Wanted};

pub(super) use parent::{Rows, sheets};

/// The longest answer, in bytes; the batch that does not fit ends the reading.
const ANSWER_BYTES_MAX: usize = 64 << 20;

/// A program that parses workbooks, and its arguments before the job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Program {
    /// Where it is.
    pub path: PathBuf,
    /// What stands before the job on its command line.
    pub args: Vec<String>,
    /// What its environment says, and nothing else: a variable and its value.
    pub environment: Vec<(String, String)>,
}

/// Why a child gave no more answers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum Stopped {
    /// There is none.
    #[error("cannot be parsed, because no process could be started for it ({0}): try again later")]
    NotStarted(String),
    /// It broke off by itself, which a program does that is given no more memory.
    #[error(
        "needs more memory to parse than the {mib} MiB allowed: save it anew as XLSX, or as CSV"
    )]
    Memory {
        /// The limit.
        mib: u64,
    },
    /// It was stopped by the operating system for its processor time.
    #[error(
        "takes longer to parse than the {seconds} seconds allowed: save it anew as XLSX, or as CSV"
    )]
    Time {
        /// The limit.
        seconds: u64,
    },
    /// It was stopped by us.
    #[error("gave no rows for {seconds} seconds: save it anew as XLSX, or as CSV")]
    Silent {
        /// The limit.
        seconds: u64,
    },
    /// It ended in another way, or said what nobody understands.
    #[error("made the process end that parsed it: save it anew as XLSX, or as CSV")]
    Ended,
}

/// What a child is asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// What the workbook, and the child itself, may take.
    pub limits: Limits,
    ask: Ask,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Ask {
    /// The sheets, or the one wanted.
    Sheets(Wanted),
    /// The rows of a sheet.
    Rows(RowsOf),
}

/// What a child answers.
#[derive(Debug, Serialize, Deserialize)]
enum Answer {
    /// The sheets that hold something.
    Sheets(Vec<Sheet>),
    /// The workbook is refused, in words.
    Refused(String),
    /// Rows in their order, and how many bytes of the workbook have been read.
    Rows(u64, Batch),
    /// There are no more.
    End,
}

impl Job {
    /// Reads a job from the command line.
    pub fn read(text: &str) -> Option<Job> {
        serde_json::from_str(text).ok()
    }

    /// Does the job: reads a workbook from `input` and answers on `out`.
    ///
    /// # Errors
    /// When `input` cannot be read, or nobody listens on `out` any more.
    pub fn serve(self, input: &mut dyn Read, out: &mut dyn Write) -> io::Result<()> {
        let mut bytes = Vec::new();
        input.take(self.limits.xlsx_bytes + 1).read_to_end(&mut bytes)?;
        let source = Source { bytes: bytes.into(), limits: self.limits };
        match self.ask {
            Ask::Sheets(wanted) => {
                let found = source.sheets(&wanted);
                say(out, &found.map_or_else(|r| Answer::Refused(r.to_string()), Answer::Sheets))
            }
            Ask::Rows(of) => serve_rows(&source, &of, out),
        }
    }
}

fn serve_rows(source: &Source, of: &RowsOf, out: &mut dyn Write) -> io::Result<()> {
    let (read, mut said) = (Arc::<AtomicU64>::default(), Ok(()));
    source.rows(of, read.clone(), &mut |batch| {
        said = say(out, &Answer::Rows(read.load(Ordering::Relaxed), batch));
        said.is_ok()
    });
    match said {
        Ok(()) => say(out, &Answer::End),
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            let fault = RowFault::RowTooLong { limit: ANSWER_BYTES_MAX };
            say(out, &Answer::Rows(0, vec![Err(of.ended(fault))]))?;
            say(out, &Answer::End)
        }
        Err(error) => Err(error),
    }
}

/// Writes an answer as a line.
fn say(out: &mut dyn Write, answer: &Answer) -> io::Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    if line.len() > ANSWER_BYTES_MAX {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    out.write_all(&line)?;
    out.flush()
}

/// A number as its bits: JSON has no way to write one that is none, and this one is exact.
pub(super) mod bits {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(in crate::files) fn serialize<S: Serializer>(
        number: &f64,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_u64(number.to_bits())
    }

    pub(in crate::files) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<f64, D::Error> {
        u64::deserialize(from).map(f64::from_bits)
    }
}

#[cfg(test)]
mod tests;
