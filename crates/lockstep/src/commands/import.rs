//! `lockstep import`: a firm's own exports, brought in.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use connectors::{
    files::table::ReadOptions,
    mapping::{self, Mapping, Object, PRESETS},
    values::{date::DateOrder, number::DecimalSign},
};
use domain::money::Currency;
use engine::import::{
    Counts, How, ImportOptions, ImportReport, Joined, Listener, Progress, Rejected, SAY_DATE_ORDER,
    SAY_DECIMAL, TableReport, choices::Choices,
};
use indicatif::ProgressBar;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::json;

use crate::{
    commands::serve::dock_in,
    failure::Failure,
    output::{Answer, Voice, table},
    place::Place,
};

mod undo;

/// What else can be done about imports.
#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Undo an import: what it made goes, what it changed is as it was, what was edited since stays
    #[command(long_about = include_str!("import/undo.md"))]
    Undo(undo::Args),
}

/// What to import, and how.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// Files, ZIP archives of files, and folders of files
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Read them by this preset, such as plain; found by itself otherwise
    #[arg(long, value_name = "NAME", conflicts_with = "map")]
    preset: Option<String>,
    /// A mapping file that says what each table and column is
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// The short word that stands before every id, such as crm
    #[arg(long, value_name = "WORD")]
    source: Option<String>,
    /// Work everything out and keep nothing
    #[arg(long)]
    dry_run: bool,
    /// This is the firm's history: backtests take it to have been known when it happened
    #[arg(long, conflicts_with = "dry_run")]
    history: bool,
    /// The currency of amounts that name none, such as EUR
    #[arg(long, value_name = "CODE", value_parser = currency)]
    currency: Option<Currency>,
    /// The zone of dates that name none, such as Europe/Berlin
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    zone: Option<TimeZone>,
    /// The order of day and month where a column does not show it
    #[arg(long, value_name = "dmy|mdy", value_parser = date_order)]
    date_order: Option<DateOrder>,
    /// The decimal sign where a column does not show it
    #[arg(long, value_name = "point|comma", value_parser = decimal)]
    decimal: Option<DecimalSign>,
    /// The sign between cells of text files; found by itself otherwise
    #[arg(long, value_name = "SIGN", value_parser = delimiter)]
    delimiter: Option<u8>,
    /// The encoding of text files, such as windows-1252; found by itself otherwise
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// Only this sheet of workbooks
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Where rejected rows are written; rejected.csv in the data directory otherwise
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
}

fn currency(code: &str) -> Result<Currency, String> {
    Currency::parse(code).map_err(|error| error.to_string())
}

fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| "write a zone such as Europe/Berlin".to_owned())
}

fn date_order(order: &str) -> Result<DateOrder, String> {
    DateOrder::parse(order).ok_or_else(|| "write dmy or mdy".to_owned())
}

fn decimal(sign: &str) -> Result<DecimalSign, String> {
    DecimalSign::parse(sign).ok_or_else(|| "write point or comma".to_owned())
}

fn delimiter(sign: &str) -> Result<u8, String> {
    match sign.as_bytes() {
        [sign] => Ok(*sign),
        b"tab" | b"\\t" => Ok(b'\t'),
        _ => Err("write one sign, such as ; or the word tab".to_owned()),
    }
}

/// Imports.
///
/// # Errors
/// When nothing is recognised or a file is refused, before anything is written; when the database
/// fails, after what the report says.
pub fn run(args: Args, place: &Place, voice: Voice, now: Timestamp) -> Result<Answer, Failure> {
    if let Some(Command::Undo(args)) = &args.command {
        return undo::run(args, place, voice, now);
    }
    let mapping = args.mapping()?;
    if let Some(source) = &args.source {
        check_source(source)?;
    }
    let engine = place.open(now)?;
    let rejects = args.rejects.clone().unwrap_or_else(|| place.data.join("rejected.csv"));
    let mut watcher = Watcher::new(voice, rejects.clone());
    let dock = dock_in(&place.data)?;
    engine.forget_old_imports(&dock, now)?;
    let unpacked = dock.unpacked(&args.paths, now)?;
    let options = ImportOptions {
        mapping,
        source: args.source,
        currency: args.currency,
        zone: args.zone,
        date_order: args.date_order,
        decimal: args.decimal,
        reading: ReadOptions {
            delimiter: args.delimiter,
            encoding: args.encoding,
            sheet: args.sheet,
            workbooks: dock.workbooks,
            ..ReadOptions::default()
        },
        dry_run: args.dry_run,
        choices: Choices { history: args.history, ..Choices::default() },
        within: unpacked.within.clone(),
    };
    let report = engine.import(&unpacked.paths, &options, now, &mut watcher)?;
    watcher.finish();
    let written = (watcher.written > 0).then_some(rejects);
    Ok(answer(&report, written.as_deref()))
}

impl Args {
    fn mapping(&self) -> Result<Option<Mapping>, Failure> {
        if let Some(path) = &self.map {
            let text = std::fs::read_to_string(path)
                .map_err(|error| Failure::io(&format!("read {}", path.display()), &error))?;
            let mapping = mapping::read(&text).map_err(|mistake| {
                Failure::refused(format!("the mapping {} has a mistake", path.display()))
                    .lines(mistake.lines().map(str::to_owned).collect())
                    .advise("Mend it; docs/reference/mapping.md has every key.")
            })?;
            check_source(&mapping.source)?;
            return Ok(Some(mapping));
        }
        let Some(name) = &self.preset else { return Ok(None) };
        mapping::preset(name).map(Some).ok_or_else(|| {
            let names: Vec<&str> = PRESETS.iter().map(|(name, _)| *name).collect();
            Failure::usage(format!("there is no preset \"{name}\""))
                .advise(format!("Presets are {}.", names.join(", ")))
        })
    }
}

fn check_source(source: &str) -> Result<(), Failure> {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !source.is_empty() && source.chars().all(word) && source != "lockstep" {
        return Ok(());
    }
    Err(Failure::refused(format!("\"{source}\" cannot be a source"))
        .advise("Write small letters, digits and hyphens, such as crm; \"lockstep\" is taken."))
}

/// Shows how far the import is, keeps rejected rows, and hears an interruption.
struct Watcher {
    bar: ProgressBar,
    stop: Arc<AtomicBool>,
    rejects: PathBuf,
    writer: Option<csv::Writer<File>>,
    written: u64,
}

impl Watcher {
    fn new(voice: Voice, rejects: PathBuf) -> Watcher {
        let stop = Arc::new(AtomicBool::new(false));
        let heard = stop.clone();
        // A second handler is refused where one is set; then the default interruption stays.
        let _ = ctrlc::set_handler(move || heard.store(true, Ordering::SeqCst));
        Watcher { bar: voice.progress("Importing"), stop, rejects, writer: None, written: 0 }
    }

    fn write(&mut self, rejected: &Rejected, cells: &[String]) -> Result<(), csv::Error> {
        if self.writer.is_none() {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_path(&self.rejects)?;
            writer.write_record(["file", "line", "column", "reason", "cells"])?;
            self.writer = Some(writer);
        }
        let writer = self.writer.as_mut().expect("it was just made");
        let line = rejected.line.to_string();
        let head = [rejected.file.as_str(), &line, &rejected.column, &rejected.reason];
        let cells = cells.iter().map(|cell| harmless(cell));
        writer.write_record(head.iter().map(|text| (*text).to_owned()).chain(cells))?;
        self.written += 1;
        Ok(())
    }

    fn finish(&mut self) {
        self.bar.finish_and_clear();
        self.writer = None;
    }
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe.
fn harmless(cell: &str) -> String {
    match cell.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{cell}"),
        _ => cell.to_owned(),
    }
}

impl Listener for Watcher {
    fn progress(&mut self, progress: Progress) -> bool {
        self.bar.set_message(format!("{} ({} rows)", progress.doing, progress.rows));
        self.bar.set_length(progress.bytes_total);
        self.bar.set_position(progress.bytes_read);
        !self.stop.load(Ordering::SeqCst)
    }

    fn rejected(&mut self, rejected: &Rejected, cells: &[String]) {
        if let Err(error) = self.write(rejected, cells) {
            self.bar.println(format!("could not write {}: {error}", self.rejects.display()));
        }
    }
}

fn answer(report: &ImportReport, rejects: Option<&Path>) -> Answer {
    let mut text = vec![headline(report), String::new(), counts_table(report)];
    for table in &report.tables {
        text.extend(about(table));
    }
    for skipped in &report.skipped {
        text.push(format!("\nNot imported: {}: {}", skipped.file, skipped.reason));
    }
    if let Some(path) = rejects {
        text.push(format!("\nRejected rows, with line, column and reason: {}", path.display()));
    }
    if report.leads_decided + report.opportunities_decided > 0 {
        text.push(format!("\n{}", decided(report)));
    }
    if !report.id.is_empty() {
        text.push(format!("\nTo undo it: lockstep import undo {}", report.id));
    }
    if !report.dry_run && !report.cancelled {
        text.push(format!("\nNext: lockstep report {}", next(report)));
    }
    let mut json = json!(report);
    json["rejects_file"] = json!(rejects.map(|path| path.display().to_string()));
    let mut answer = Answer::new(text.join("\n"), json);
    if report.cancelled {
        answer.code = 1;
    }
    answer
}

/// What was judged anew, and what followed.
fn decided(report: &ImportReport) -> String {
    let leads = format!("{} leads", report.leads_decided);
    let about = match report.opportunities_decided {
        0 => leads,
        some => format!("{leads} and {some} opportunities"),
    };
    format!("Decided about {about}: {} new decisions.", report.decisions)
}

/// The report that shows most of what came in.
fn next(report: &ImportReport) -> &'static str {
    let has = |object| report.tables.iter().any(|table| table.object == object);
    if has(Object::Handoffs) {
        "handoffs --by source"
    } else if has(Object::Opportunities) {
        "opportunities --by owner"
    } else {
        "funnel --by source"
    }
}

fn headline(report: &ImportReport) -> String {
    let what = match (report.cancelled, report.dry_run) {
        (true, _) => "Stopped. What was taken stays; start the same import again to go on.",
        (false, true) => "Tried out. Nothing was kept.",
        (false, false) => "Imported.",
    };
    format!("{what} Source: {}", report.source)
}

fn counts_table(report: &ImportReport) -> String {
    let row = |name: String, what: String, counts: Counts| {
        let numbers =
            [counts.read, counts.created, counts.updated, counts.unchanged, counts.rejected];
        [name, what].into_iter().chain(numbers.map(|number| number.to_string())).collect()
    };
    let mut rows: Vec<Vec<String>> = report
        .tables
        .iter()
        .map(|table| row(table.file.clone(), table.object.words().to_owned(), table.counts))
        .collect();
    rows.push(row("all".to_owned(), String::new(), report.total));
    table(&["file", "what", "read", "created", "updated", "unchanged", "rejected"], rows)
}

/// What a person should look at in one table.
fn about(table: &TableReport) -> Vec<String> {
    const SHOWN: usize = 8;
    let mut lines = vec![format!("\n{}", table.file)];
    lines.extend(table.notes.iter().map(|note| format!("  {note}")));
    if !table.private.is_empty() {
        lines.push(format!(
            "  beside the ledger, for they tell who somebody is: {}",
            table.private.join(", ")
        ));
    }
    for joined in table.joined.iter().take(SHOWN) {
        lines.push(format!("  {}", join_words(joined)));
    }
    if table.joined.len() > SHOWN {
        lines.push(format!(
            "  … and {} more words to look at (--json lists all)",
            table.joined.len() - SHOWN
        ));
    }
    for rejected in table.rejected.iter().take(SHOWN) {
        let column = match rejected.column.is_empty() {
            true => String::new(),
            false => format!(" {}:", rejected.column),
        };
        let said = said_by(&rejected.reason);
        lines.push(format!("  line {}:{column} {}{said}", rejected.line, rejected.reason));
    }
    let hidden = table.counts.rejected.saturating_sub(SHOWN as u64);
    if hidden > 0 {
        lines.push(format!("  … and {hidden} more rejected rows in the file"));
    }
    lines
}

/// By what an answer is said here that a reason asks for.
fn said_by(reason: &str) -> &'static str {
    match reason {
        _ if reason.ends_with(SAY_DATE_ORDER) => " (--date-order dmy or mdy)",
        _ if reason.ends_with(SAY_DECIMAL) => " (--decimal point or comma)",
        _ => "",
    }
}

fn join_words(joined: &Joined) -> String {
    let (object, word) = (joined.object.words(), &joined.word);
    let rows = match joined.rows {
        1 => "1 row".to_owned(),
        rows => format!("{rows} rows"),
    };
    match &joined.how {
        How::Spelling { name } => {
            format!(
                "\"{word}\" is taken for \"{name}\" of the {object}, spelt in another way ({rows})"
            )
        }
        How::Made => {
            format!("\"{word}\" was made one of the {object}, for no table lists it ({rows})")
        }
        How::ByKeyAlone => {
            format!("{word} of the {object} is known by its key alone: no table says more ({rows})")
        }
        How::Several { records } => format!(
            "\"{word}\" is the name of {records} {object}, so it is joined to none: use their keys ({rows})"
        ),
        How::NotFound { nearest: Some(nearest) } => format!(
            "\"{word}\" is none of the {object}; \"{nearest}\" is near: mend the one or the other ({rows})"
        ),
        How::NotFound { nearest: None } => {
            format!(
                "\"{word}\" is none of the {object}: kept as a word, joined to nothing ({rows})"
            )
        }
    }
}
