//! The command line: every command and option, and the help that each opens with.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::{commands, output::Voice, place::Place};

/// What is said below every help.
const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  something failed
  2  the command line does not read
  3  what was named is not there
  4  refused: a rule says no, or the input cannot be right
  5  the database cannot be used
  6  something stored is not as it was written";

/// The signed agreement between marketing and sales, kept as facts.
#[derive(Debug, Parser)]
#[command(
    name = "lockstep",
    version,
    about = "The signed agreement between marketing and sales, kept as facts",
    long_about = include_str!("commands/lockstep.md"),
    after_help = EXIT_CODES,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
pub struct Global {
    /// The data directory
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "LOCKSTEP_DATA_DIR",
        default_value = "./lockstep-data",
        help_heading = "Everywhere"
    )]
    pub data: PathBuf,
    /// The database, where it is not lockstep.db in the data directory
    #[arg(
        long,
        global = true,
        value_name = "URL|PATH",
        env = "LOCKSTEP_DATABASE",
        hide_env_values = true,
        help_heading = "Everywhere"
    )]
    pub database: Option<String>,
    /// Answer with one JSON object
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub json: bool,
    /// Never ask anything
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub no_input: bool,
}

impl Global {
    /// Where the data is.
    pub fn place(&self) -> Place {
        Place::new(self.data.clone(), self.database.as_deref())
    }

    /// How to speak.
    pub fn voice(&self) -> Voice {
        Voice { json: self.json, no_input: self.no_input }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make the data directory, the database, and let the first person in
    #[command(long_about = include_str!("commands/init.md"))]
    Init(commands::init::Args),
    /// Let people in, change what they may do, show them out
    #[command(subcommand, long_about = include_str!("commands/user.md"))]
    User(commands::user::Command),
    /// Keys by which other systems report
    #[command(subcommand, long_about = include_str!("commands/key.md"))]
    Key(commands::key::Command),
    /// Open the pages and the API
    #[command(long_about = include_str!("commands/serve.md"))]
    Serve(commands::serve::Args),
    /// Open a made-up firm with eighteen months behind it
    #[command(long_about = include_str!("commands/demo.md"))]
    Demo(commands::demo::Args),
    /// Bring a firm's own export files in
    #[command(long_about = include_str!("commands/import.md"))]
    Import(commands::import::Args),
    /// Say what happened, in figures
    #[command(subcommand, long_about = include_str!("commands/report.md"))]
    Report(commands::report::Command),
    /// Find leads of one person, merge them and undo it; try what would follow for a lead
    #[command(subcommand, long_about = include_str!("commands/leads.md"))]
    Leads(commands::leads::Command),
    /// Say who gets a lead, why, and whether leads are shared out as agreed
    #[command(subcommand, long_about = include_str!("commands/routing.md"))]
    Routing(commands::routing::Command),
    /// Check, propose, sign and read the Agreement
    #[command(subcommand, long_about = include_str!("commands/agreement.md"))]
    Agreement(commands::agreement::Command),
    /// Say what a definition would have found in the firm's own past
    #[command(long_about = include_str!("commands/backtest.md"))]
    Backtest(commands::backtest::Args),
    /// Suggest the points of a definition from what became of the firm's own leads
    #[command(long_about = include_str!("commands/suggest.md"))]
    Suggest(commands::suggest::Args),
    /// Say what follows from facts in a file under an Agreement in a folder, with no database
    #[command(long_about = include_str!("commands/decide.md"))]
    Decide(commands::decide::Args),
    /// Say which channels conversions are found with, from files or from the ledger
    #[command(long_about = include_str!("commands/attribution.md"))]
    Attribution(commands::attribution::Args),
    /// Verify, rebuild and export the ledger
    #[command(subcommand, long_about = include_str!("commands/ledger.md"))]
    Ledger(commands::ledger::Command),
    /// Do now what comes due as time passes
    #[command(long_about = include_str!("commands/tick.md"))]
    Tick,
    /// Measure this machine
    #[command(subcommand, long_about = include_str!("commands/bench.md"))]
    Bench(commands::bench::Command),
    /// Look whether everything is as it should be
    #[command(long_about = include_str!("commands/doctor.md"))]
    Doctor,
    /// Parse a workbook from stdin for the process that started this one
    #[command(hide = true)]
    ParseWorkbook(commands::parse_workbook::Args),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_tree_is_sound() {
        Cli::command().debug_assert();
    }

    /// Every command that does something, as it is typed, with its long help.
    fn leaves(command: &clap::Command, path: &str, found: &mut Vec<(String, String)>) {
        let path = format!("{path}{}", command.get_name());
        if !command.has_subcommands() {
            let help = command.get_long_about().map(ToString::to_string);
            found.push((path, help.unwrap_or_default()));
            return;
        }
        for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
            leaves(below, &format!("{path} "), found);
        }
    }

    #[test]
    fn every_command_is_in_the_reference_and_its_help_opens_with_an_example() {
        let reference = include_str!("../../../docs/reference/cli.md");
        let mut found = Vec::new();
        leaves(&Cli::command(), "", &mut found);
        assert!(found.len() > 15, "{found:?}");
        for (path, help) in found {
            assert!(reference.contains(&format!("`{path}")), "{path} is not in cli.md");
            let example = help.find(&format!("$ {path}"));
            assert!(example.is_some_and(|at| at < 400), "{path}: {help}");
        }
    }

    #[test]
    fn every_exit_code_is_in_the_help_and_in_the_reference() {
        let reference = include_str!("../../../docs/reference/cli.md");
        for kind in crate::failure::Kind::ALL {
            assert!(EXIT_CODES.contains(&format!("  {}  ", kind.code())), "{kind:?}");
            let row = format!("| {} | `{}` |", kind.code(), kind.key());
            assert!(reference.contains(&row), "{row}");
        }
    }
}
