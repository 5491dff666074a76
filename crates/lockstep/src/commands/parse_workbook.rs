//! `lockstep parse-workbook`: what an import starts to have a workbook parsed, so that whatever a
//! workbook does to its parser costs this process alone. Nobody types it.

use std::io::{self, BufWriter};

use connectors::files::child::Job;
use serde_json::Value;

use crate::{failure::Failure, output::Answer};

/// What to do with the workbook on stdin.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The job as the import writes it
    job: String,
}

/// Parses a workbook. The answers are on stdout.
///
/// # Errors
/// When the job does not read, or the process may not be held to its limits.
pub fn run(args: &Args) -> Result<Answer, Failure> {
    let job = Job::read(&args.job).ok_or_else(|| Failure::usage("the job does not read"))?;
    hold_to(job.limits.child_bytes, job.limits.child_seconds)
        .map_err(|error| Failure::io("be held to limits", &error))?;
    let mut out = BufWriter::new(io::stdout().lock());
    match job.serve(&mut io::stdin().lock(), &mut out) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::io("parse the workbook", &error))
        }
        _ => Ok(Answer::new("", Value::Null)),
    }
}

/// Has the operating system end this process when it asks for more than this, or than it may have
/// anyway.
#[cfg(unix)]
fn hold_to(bytes: u64, seconds: u64) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let hold = |resource, soft: u64, hard: u64| {
        let hard = getrlimit(resource).maximum.map_or(hard, |inherited| inherited.min(hard));
        setrlimit(resource, Rlimit { current: Some(soft.min(hard)), maximum: Some(hard) })
    };
    hold(Resource::Data, bytes, bytes)?;
    // At the soft limit the system says why, at the hard one it does not.
    hold(Resource::Cpu, seconds, seconds.saturating_add(1))?;
    // What it held of a firm's file is not to lie about.
    hold(Resource::Core, 0, 0)?;
    Ok(())
}

#[cfg(not(unix))]
fn hold_to(_: u64, _: u64) -> io::Result<()> {
    Ok(())
}
