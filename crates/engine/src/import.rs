//! Importing a firm's own exports: from tables to facts, with every row accounted for.
//!
//! read = created + updated + unchanged + rejected, always. A row is taken whole or not at all; the
//! same file twice changes nothing; a column that nobody mapped is never cleared.

mod carrying_out;
pub mod choices;
pub mod dock;
mod drop_folder;
mod facts;
pub mod found;
mod join;
mod look_over;
mod outcome;
mod recalled;
mod report;
mod taking;
mod trial;
pub mod undo;
mod unpacking;
mod work;

use std::path::{Path, PathBuf};

use connectors::{
    files::table::{self, Format, ReadOptions, Row},
    mapping::{Defaults, Mapping, PRESETS, Plan, Profile, Total, preset_words},
    values::{date::DateOrder, number::DecimalSign},
};
use domain::money::Currency;
use jiff::{Timestamp, tz::TimeZone};
use store::ImportRun;

use crate::{Engine, Error, backtest::HISTORY_UNTIL};

pub use connectors::files::package::{free, made, plain_name};
pub use connectors::mapping::{ColumnUse, Object, fields_of};
pub use connectors::values::{SAY_DATE_ORDER, SAY_DECIMAL};
pub use drop_folder::drop_folder_user;
pub use join::{How, Joined};
pub use report::{Counts, ImportReport, Rejected, Skipped, TableReport};
pub use unpacking::Unpacked;
pub use work::{Going, KEPT as REJECTED_KEPT, Outcome};
pub(crate) use work::{Underway, WorkThereIs};

use carrying_out::Position;
use choices::{Choices, TableChoice};
use dock::State;
use found::{Found, FoundTable, KnownBy};
use look_over::{LookingOver, choose_mapping, find_files, not_taken, passed};

/// The presets, each by its name and in words.
pub fn presets() -> Vec<(&'static str, &'static str)> {
    PRESETS.iter().map(|(name, _)| (*name, preset_words(name))).collect()
}

/// How many rows are written in one transaction.
const ROWS_AT_ONCE: usize = 1000;

/// How many rejected rows and notes of one kind are kept in the report; the file of rejected rows
/// has them all.
const EXAMPLES_MAX: usize = 20;

/// How an import is to be done.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// The mapping; found among the presets when absent.
    pub mapping: Option<Mapping>,
    /// The source that stands before every id, instead of the mapping's.
    pub source: Option<String>,
    /// The currency of amounts that name none, instead of the mapping's and the firm's.
    pub currency: Option<Currency>,
    /// The zone of dates that name none, instead of the mapping's and the firm's.
    pub zone: Option<TimeZone>,
    /// The order of day and month where a column does not show it.
    pub date_order: Option<DateOrder>,
    /// The decimal sign where a column does not show it.
    pub decimal: Option<DecimalSign>,
    /// How text files are read where detection is not to be trusted.
    pub reading: ReadOptions,
    /// Whether everything is worked out and nothing is kept.
    pub dry_run: bool,
    /// What somebody decided about single tables.
    pub choices: Choices,
    /// The folder that archives were unpacked into: reports name files from there on.
    pub within: Option<PathBuf>,
}

impl ImportOptions {
    /// How a file is named in reports.
    fn name_of(&self, path: &Path) -> String {
        let inside = self.within.as_ref().and_then(|within| path.strip_prefix(within).ok());
        inside.unwrap_or(path).display().to_string()
    }
}

/// How far an import is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What is being done, in words.
    pub doing: String,
    /// Bytes of the file that are read.
    pub bytes_read: u64,
    /// Bytes of the file.
    pub bytes_total: u64,
    /// Rows taken so far, of all files.
    pub rows: u64,
}

/// What an import tells on its way.
pub trait Listener {
    /// How far it is; false stops it.
    fn progress(&mut self, progress: Progress) -> bool;
    /// A row was not taken.
    fn rejected(&mut self, rejected: &Rejected, cells: &[String]);
}

/// Why an import cannot begin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportRefusal {
    /// There is no such file.
    #[error("{0} does not exist: check the name")]
    NoSuchFile(String),
    /// The folder holds nothing that can be read.
    #[error("{0} holds no CSV, TSV or XLSX file")]
    NothingInside(String),
    /// Nothing was recognised.
    #[error(
        "none of the files was recognised ({0}). Say what their columns are on the pages, or with --preset or --map on the command line"
    )]
    NothingRecognised(String),
    /// A file is refused.
    #[error("{0}")]
    File(String),
    /// What was sent does not read.
    #[error("{0}")]
    Choice(String),
    /// There is no such import.
    #[error("there is no such import: look at the list of imports")]
    NoSuchImport,
    /// It stands where this cannot be done.
    #[error("the import {0}: look at it again")]
    NotNow(&'static str),
    /// It is not undone.
    #[error(transparent)]
    Undo(#[from] undo::UndoRefusal),
    /// The mapping's zone or currency does not read.
    #[error("the mapping's {0} \"{1}\" does not read: {2}")]
    Mapping(&'static str, String, &'static str),
}

/// A table that was opened and looked over.
struct Table {
    path: PathBuf,
    /// How reports name the file.
    file: String,
    name: String,
    /// By which choices about it are kept.
    key: String,
    sheet: Option<String>,
    format: Format,
    header_line: u64,
    plan: Plan,
    profile: Profile,
    /// Rows below the header, those that cannot be read too.
    rows: u64,
    /// The line of a last row that is a total and no record.
    total_line: Option<(u64, Total)>,
    /// The line from which on stands what is under the table and no record of it.
    foot_line: Option<u64>,
    sample: Vec<Row>,
    notes: Vec<String>,
    known_by: KnownBy,
    taken: bool,
    /// How its file is read.
    reading: ReadOptions,
    /// What holds where its columns do not show it.
    defaults: Defaults,
    choice: TableChoice,
}

/// What was looked over, and what holds for all of it.
struct LookedOver {
    mapping: Mapping,
    defaults: Defaults,
    report: ImportReport,
    tables: Vec<Table>,
}

impl Engine {
    /// Imports files, and folders of files. Tables that are named by others come first, whatever
    /// the order of the files.
    ///
    /// # Errors
    /// [`ImportRefusal`] before anything is written; a [`store::StoreError`] later, when what was
    /// taken stays and the same import again goes on.
    pub fn import(
        &self,
        paths: &[PathBuf],
        options: &ImportOptions,
        now: Timestamp,
        listener: &mut (dyn Listener + Send),
    ) -> Result<ImportReport, Error> {
        let looked = self.look_over(paths, options, listener)?;
        if looked.report.cancelled {
            return Ok(looked.report);
        }
        let (tables, report) = to_take(looked)?;
        if options.dry_run {
            return self.try_out(tables, report, now, listener);
        }
        let run = begun(&report.source, &tables, now);
        self.keep_run(run.clone(), now)?;
        let report = self.carry_out(run, Position::default(), tables, report, now, listener)?;
        if options.choices.history && !report.cancelled {
            self.take_as_history(now)?;
        }
        Ok(report)
    }

    /// What was recorded up to an instant counts as known when it happened: it was history then.
    fn take_as_history(&self, until: Timestamp) -> Result<(), Error> {
        self.keep_settings(vec![(HISTORY_UNTIL, until.to_string())], until)
    }

    /// What files show: nothing is written.
    ///
    /// # Errors
    /// [`ImportRefusal`] when there is nothing to look at.
    pub fn look_at(
        &self,
        paths: &[PathBuf],
        options: &ImportOptions,
        listener: &mut (dyn Listener + Send),
    ) -> Result<Found, Error> {
        let looked = self.look_over(paths, options, listener)?;
        Ok(Found {
            preset: looked.mapping.source.clone(),
            source: looked.report.source,
            currency: looked.defaults.currency.to_string(),
            zone: looked.defaults.zone.iana_name().unwrap_or("UTC").to_owned(),
            tables: looked.tables.iter().map(FoundTable::of).collect(),
            skipped: looked.report.skipped,
        })
    }

    fn look_over(
        &self,
        paths: &[PathBuf],
        options: &ImportOptions,
        listener: &mut (dyn Listener + Send),
    ) -> Result<LookedOver, Error> {
        let (files, passed_over) = find_files(paths).map_err(refused)?;
        let mapping = choose_mapping(options, &files).map_err(refused)?;
        let defaults = self.defaults(options, &mapping)?;
        let mut report = ImportReport {
            source: options.source.clone().unwrap_or_else(|| mapping.source.clone()),
            dry_run: options.dry_run,
            skipped: passed_over.iter().map(|path| passed(path, &options.name_of(path))).collect(),
            ..ImportReport::default()
        };
        // A mapping that is named outright is not overruled by what was said once.
        let may_recall = options.mapping.is_none();
        let recalled = |header: &[String]| self.recalled_columns(header).ok().flatten();
        let recall = |header: &[String]| may_recall.then(|| recalled(header)).flatten();
        let (options, defaults) = (options, &defaults);
        let mut looking =
            LookingOver { mapping: &mapping, options, defaults, recall: &recall, listener };
        let tables = looking.all(&files, &mut report).map_err(refused)?;
        let defaults = defaults.clone();
        Ok(LookedOver { mapping, defaults, report, tables })
    }

    fn keep_run(&self, run: ImportRun, now: Timestamp) -> Result<(), Error> {
        self.store.write(now, move |writer| Ok(writer.keep_import(&run)?))
    }

    fn defaults(&self, options: &ImportOptions, mapping: &Mapping) -> Result<Defaults, Error> {
        let (firm_currency, firm_zone) = self.read(|reader| {
            Ok::<_, Error>((reader.setting("firm.currency")?, reader.setting("firm.zone")?))
        })?;
        let currency = mapping.currency.clone().or(firm_currency);
        let zone = mapping.zone.clone().or(firm_zone);
        let currency = match (options.currency, currency) {
            (Some(currency), _) => currency,
            (None, Some(code)) => Currency::parse(&code).map_err(|_| {
                refused(ImportRefusal::Mapping("currency", code, "write an ISO code such as EUR"))
            })?,
            (None, None) => Currency::parse("EUR").expect("EUR is a currency"),
        };
        let zone = match (options.zone.clone(), zone) {
            (Some(zone), _) => zone,
            (None, Some(name)) => TimeZone::get(&name).map_err(|_| {
                refused(ImportRefusal::Mapping("zone", name, "write a name such as Europe/Berlin"))
            })?,
            (None, None) => TimeZone::UTC,
        };
        let date_order = mapping.date_order.as_deref().and_then(DateOrder::parse);
        let decimal = mapping.decimal.as_deref().and_then(DecimalSign::parse);
        Ok(Defaults {
            zone,
            currency,
            date_order: options.date_order.or(date_order),
            decimal: options.decimal.or(decimal),
        })
    }
}

/// The tables that are taken; the others are told in the report.
fn to_take(looked: LookedOver) -> Result<(Vec<Table>, ImportReport), Error> {
    let LookedOver { mut report, tables, .. } = looked;
    let (taken, left): (Vec<Table>, Vec<Table>) = tables.into_iter().partition(|it| it.taken);
    report.skipped.extend(left.iter().map(not_taken));
    if taken.is_empty() {
        let reasons: Vec<String> =
            report.skipped.iter().map(|s| format!("{}: {}", s.file, s.reason)).collect();
        return Err(refused(ImportRefusal::NothingRecognised(reasons.join("; "))));
    }
    Ok((taken, report))
}

/// The standing of an import that begins.
fn begun(source: &str, tables: &[Table], now: Timestamp) -> ImportRun {
    let files: Vec<String> = tables.iter().map(|table| table.file.clone()).collect();
    ImportRun {
        id: format!("{source}-{}", now.as_millisecond()),
        started_at: now,
        finished_at: None,
        state: State::Running.key().to_owned(),
        source: source.to_owned(),
        files: serde_json::to_string(&files).unwrap_or_default(),
        counts: "{}".to_owned(),
        position: "{}".to_owned(),
        settings: "{}".to_owned(),
        found: "{}".to_owned(),
        report: "{}".to_owned(),
        beat_at: Some(now),
        by: None,
    }
}

fn cell_text(cell: &table::Cell) -> String {
    match cell {
        table::Cell::Blank => String::new(),
        table::Cell::Text(text) => text.clone(),
        table::Cell::Number(number) => number.to_string(),
        table::Cell::Bool(yes) => yes.to_string(),
        table::Cell::DateTime(at) => at.to_string(),
    }
}

fn refused(refusal: ImportRefusal) -> Error {
    Error::Refused(refusal.into())
}

#[cfg(test)]
mod dock_tests;
#[cfg(test)]
mod tests;
