//! The binary: reads the command line, looks at the clock, and wires the crates together.
//!
//! Invariant: nothing is decided here. A command reads what it was given, asks `engine` or `domain`
//! for one thing, and says what came of it in words, in JSON and by its exit code.

mod cli;
mod clock;
mod commands;
mod demo;
mod failure;
mod output;
mod person;
mod place;
mod sink;
mod when;

use std::process::ExitCode;

use clap::Parser;

use cli::Cli;
use failure::Failure;
use output::Voice;

/// Facts and pages are many small texts that come and go (decision 0021).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return misread(&error),
    };
    let voice = cli.global.voice();
    let done = commands::run(cli.command, &cli.global.place(), voice, clock::now());
    voice.tell(done)
}

/// What to say when the command line does not read, or asks for help.
fn misread(error: &clap::Error) -> ExitCode {
    let wants_json = std::env::args_os().any(|arg| arg == "--json");
    if wants_json && error.use_stderr() {
        let text = error.render().to_string();
        let said = text.split("\nUsage:").next().unwrap_or_default();
        let message = said.split_whitespace().collect::<Vec<_>>().join(" ");
        let message = message.trim_start_matches("error: ");
        let voice = Voice { json: true, no_input: true };
        return voice.tell(Err(Failure::usage(message).advise("See `lockstep --help`.")));
    }
    // A reader that has gone away needs no help.
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { 2 } else { 0 })
}
