//! How answers look: words and tables for people, one JSON object for machines.

use std::{
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

use clap::builder::styling::{AnsiColor, Style};
use comfy_table::{ContentArrangement, Table};
use connectors::agreement::Mistake;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use crate::failure::{Failure, Kind};

/// In fewer columns a table's words would be broken into letters.
const TABLE_WIDTH_MIN: u16 = 60;

/// What a command answers.
#[derive(Debug)]
pub struct Answer {
    /// For people, on stdout.
    pub text: String,
    /// For machines, on stdout in place of the text.
    pub json: Value,
    /// Whether the command's own output has taken stdout, so that the text goes to stderr.
    pub stdout_taken: bool,
    /// The exit code; 0 unless the answer itself is a finding.
    pub code: u8,
    /// Whether the text carries our own colours; else control characters are taken out of it.
    pub styled: bool,
}

impl Answer {
    /// An answer in words and in JSON.
    pub fn new(text: impl Into<String>, json: Value) -> Answer {
        Answer { text: text.into(), json, stdout_taken: false, code: 0, styled: false }
    }
}

/// How to speak: as asked for on the command line, and as stdout and stderr allow.
#[derive(Debug, Clone, Copy)]
pub struct Voice {
    /// One JSON object in place of words.
    pub json: bool,
    /// Nobody can be asked.
    pub no_input: bool,
}

impl Voice {
    /// Writes what came of a command and gives its exit code. A reader that has gone away, as
    /// `head` does, is no failure.
    pub fn tell(self, done: Result<Answer, Failure>) -> ExitCode {
        let written = match &done {
            Ok(answer) if self.json => writeln!(io::stdout(), "{}", answer.json),
            Ok(answer) if answer.text.is_empty() => Ok(()),
            Ok(answer) if answer.stdout_taken => writeln!(io::stderr(), "{}", plain(&answer.text)),
            Ok(answer) if answer.styled => writeln!(io::stdout(), "{}", answer.text),
            Ok(answer) => writeln!(io::stdout(), "{}", plain(&answer.text)),
            Err(failure) if self.json => writeln!(io::stdout(), "{}", failure.json()),
            Err(failure) => {
                let style = AnsiColor::Red.on_default().bold();
                let error = painted("error:", style, io::stderr().is_terminal());
                writeln!(io::stderr(), "{error} {}", plain(&failure.text()))
            }
        };
        match (done, written) {
            (_, Err(error)) if error.kind() != io::ErrorKind::BrokenPipe => ExitCode::from(1),
            (Ok(answer), _) => ExitCode::from(answer.code),
            (Err(failure), _) => failure.exit_code(),
        }
    }

    /// Asks a question that is answered with yes or no; no unless it is yes. `None` when nobody can
    /// be asked.
    pub fn confirm(self, question: &str) -> Option<bool> {
        if self.json || self.no_input || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return None;
        }
        let mut stderr = io::stderr();
        write!(stderr, "{question} [y/N] ").and_then(|()| stderr.flush()).ok()?;
        let mut line = String::new();
        io::stdin().read_line(&mut line).ok()?;
        Some(matches!(line.trim().to_lowercase().as_str(), "y" | "yes"))
    }

    /// A bar for work that takes longer than a second, on a terminal and for people only.
    pub fn progress(self, what: &'static str) -> ProgressBar {
        let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} {eta}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let target = match self.json || !io::stderr().is_terminal() {
            true => ProgressDrawTarget::hidden(),
            false => ProgressDrawTarget::stderr(),
        };
        ProgressBar::with_draw_target(Some(0), target).with_style(style).with_message(what)
    }
}

/// `text` in a style, if the stream is a terminal and `NO_COLOR` is not set.
fn painted(text: &str, style: Style, is_terminal: bool) -> String {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if is_terminal && !no_color { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

/// `text` without control characters, which in names from other systems could drive the terminal.
pub fn plain(text: &str) -> String {
    let harmless =
        |c: char| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c };
    text.chars().map(harmless).collect()
}

/// A word that says all is well (green) or that something wants attention (yellow), for stdout.
pub fn mark(word: &str, is_well: bool) -> String {
    let colour = if is_well { AnsiColor::Green } else { AnsiColor::Yellow };
    painted(word, colour.on_default().bold(), io::stdout().is_terminal())
}

/// A table: columns under their headings, with no lines. On a terminal it fits the width; elsewhere
/// each row is one line.
pub fn table(heads: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    // A terminal that does not say how wide it is, or is too narrow, folds lines by itself.
    if io::stdout().is_terminal() && table.width().is_some_and(|width| width >= TABLE_WIDTH_MIN) {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    }
    table.set_header(heads.iter().map(|head| head.to_uppercase()));
    table.add_rows(rows);
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

/// Aligned pairs of a name and a value, one a line.
pub fn pairs(pairs: &[(&str, String)]) -> String {
    let width = pairs.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let lines = pairs.iter().map(|(name, value)| format!("{name:width$}  {value}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// `1 lead`, `2 leads`.
pub fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// An instant in a zone, to the minute, or to the second where it has seconds.
pub fn instant(at: Timestamp, zone: &TimeZone) -> String {
    let there = at.to_zoned(zone.clone());
    let format =
        if there.second() == 0 { "%a %Y-%m-%d %H:%M %Z" } else { "%a %Y-%m-%d %H:%M:%S %Z" };
    there.strftime(format).to_string()
}

/// A span of seconds as hours, minutes and seconds: `65:30:00`.
pub fn span(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let seconds = seconds.unsigned_abs();
    format!("{sign}{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Every mistake in an Agreement's text, each with its line and a caret.
pub fn mistakes(mistakes: &[Mistake]) -> Failure {
    let what = format!("the text has {}", count(mistakes.len(), "mistake"));
    Failure::new(Kind::Refused, what)
        .lines(
            mistakes.iter().map(|mistake| format!("\n{mistake}")).chain([String::new()]).collect(),
        )
        .detail("mistakes", json!(mistakes))
        .advise("Mend what is marked, then check the folder again.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_as_hours_minutes_and_seconds() {
        for (seconds, expected) in [(0, "00:00:00"), (5_400, "01:30:00"), (235_800, "65:30:00")] {
            assert_eq!(span(seconds), expected);
        }
    }

    #[test]
    fn a_table_has_no_lines_and_no_blanks_at_the_end() {
        let table = table(&["a", "long"], vec![vec!["1".into(), "x".into()]]);
        assert_eq!(table, " A  LONG\n 1  x");
    }
}
