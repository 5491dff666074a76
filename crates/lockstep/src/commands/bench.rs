//! `lockstep bench`: what this machine does, beside what it could do at most.

mod import;
mod ingest;
mod load;

use clap::Subcommand;
use jiff::Timestamp;

use crate::{
    failure::Failure,
    output::{Answer, Voice},
};

/// What to measure.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Facts taken in, durable and decided, a second
    #[command(long_about = include_str!("bench/ingest.md"))]
    Ingest(ingest::Args),
    /// Contacts imported, durable and without duplicates, a second
    #[command(long_about = include_str!("bench/import.md"))]
    Import(import::Args),
}

/// Measures.
///
/// # Errors
/// When a database or a port cannot be had.
pub fn run(command: Command, voice: Voice, now: Timestamp) -> Result<Answer, Failure> {
    match command {
        Command::Ingest(args) => ingest::run(&args, now),
        Command::Import(args) => import::run(&args, voice, now),
    }
}
