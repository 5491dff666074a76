//! The commands, one file each; the `.md` beside it is its long help.

pub mod agreement;
pub mod attribution;
pub mod backtest;
pub mod bench;
pub mod decide;
pub mod demo;
pub mod doctor;
pub mod import;
pub mod init;
mod kept;
pub mod key;
pub mod leads;
pub mod ledger;
pub mod parse_workbook;
pub mod report;
pub mod routing;
pub mod serve;
pub mod suggest;
pub mod tick;
pub mod user;
mod warehouse;

use jiff::Timestamp;

use crate::{
    cli::Command,
    failure::Failure,
    output::{Answer, Voice},
    place::Place,
};

/// Runs a command at an instant.
///
/// # Errors
/// Why the command did not do what it was asked.
pub fn run(
    command: Command,
    place: &Place,
    voice: Voice,
    now: Timestamp,
) -> Result<Answer, Failure> {
    match command {
        Command::Init(args) => init::run(&args, place, now),
        Command::User(command) => user::run(command, place, now),
        Command::Key(command) => key::run(command, place, now),
        Command::Agreement(command) => agreement::run(command, place, voice, now),
        Command::Backtest(args) => backtest::run(&args, place, now),
        Command::Suggest(args) => suggest::run(&args, place, now),
        Command::Decide(args) => decide::run(&args, now),
        Command::Attribution(args) => attribution::run(&args, place, now),
        Command::Ledger(command) => ledger::run(command, place, voice, now),
        Command::Import(args) => import::run(args, place, voice, now),
        Command::Report(command) => report::run(command, place, now),
        Command::Leads(command) => leads::run(command, place, now),
        Command::Routing(command) => routing::run(command, place, now),
        Command::Serve(args) => serve::run(&args, place, now),
        Command::Bench(command) => bench::run(command, voice, now),
        Command::Demo(args) => demo::run(&args, now),
        Command::Tick => tick::run(place, now),
        Command::Doctor => doctor::run(place, now),
        Command::ParseWorkbook(args) => parse_workbook::run(&args),
    }
}
