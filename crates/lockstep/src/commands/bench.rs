//! `lockstep bench`: what this machine does, beside what it could do at most.

mod ingest;
mod load;

use clap::Subcommand;
use jiff::Timestamp;

use crate::{failure::Failure, output::Answer};

/// What to measure.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Facts taken in, durable and decided, a second
    #[command(long_about = include_str!("bench/ingest.md"))]
    Ingest(ingest::Args),
}

/// Measures.
///
/// # Errors
/// When a database or a port cannot be had.
pub fn run(command: Command, now: Timestamp) -> Result<Answer, Failure> {
    match command {
        Command::Ingest(args) => ingest::run(&args, now),
    }
}
