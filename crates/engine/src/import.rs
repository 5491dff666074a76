//! Importing a firm's own exports: from tables to facts, with every row accounted for.
//!
//! read = created + updated + unchanged + rejected, always. A row is taken whole or not at all; the
//! same file twice changes nothing; a column that nobody mapped is never cleared.

mod facts;
mod join;
mod look_over;
mod report;
mod taking;

use std::{path::PathBuf, time::Instant};

use connectors::{
    files::table::{self, ReadOptions, Row},
    mapping::{self, Defaults, Draft, Mapping, Plan, Profile},
    values::{date::DateOrder, number::DecimalSign},
};
use domain::money::Currency;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use store::ImportRun;

use crate::{Engine, Error, tick::Ticked};

pub use join::{How, Joined};
pub use report::{Counts, ImportReport, Rejected, Skipped, TableReport};

use look_over::{choose_mapping, find_files, look_over, rows_of};
use taking::Taking;

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
        "none of the files was recognised: name a preset with --preset, or say with --map what each column is ({0})"
    )]
    NothingRecognised(String),
    /// A file is refused.
    #[error("{0}")]
    File(String),
    /// The mapping's zone or currency does not read.
    #[error("the mapping's {0} \"{1}\" does not read: {2}")]
    Mapping(&'static str, String, &'static str),
}

/// A table that was opened and recognised.
struct Table {
    path: PathBuf,
    name: String,
    sheet: Option<String>,
    plan: Plan,
    profile: Profile,
    notes: Vec<String>,
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
        let files = find_files(paths).map_err(refused)?;
        let mapping = choose_mapping(options, &files).map_err(refused)?;
        let defaults = self.defaults(options, &mapping)?;
        let mut report = ImportReport {
            source: options.source.clone().unwrap_or_else(|| mapping.source.clone()),
            dry_run: options.dry_run,
            ..ImportReport::default()
        };
        let tables =
            look_over(&files, &mapping, options, &mut report, listener).map_err(refused)?;
        if report.cancelled {
            return Ok(report);
        }
        if tables.is_empty() {
            let reasons: Vec<String> =
                report.skipped.iter().map(|s| format!("{}: {}", s.file, s.reason)).collect();
            return Err(refused(ImportRefusal::NothingRecognised(reasons.join("; "))));
        }
        if options.dry_run {
            return self.try_out(tables, options, defaults, report, now, listener);
        }
        let (began, run) = (Instant::now(), begun(&report.source, &tables, now));
        self.keep_run(run.clone(), now)?;
        let report = self.take_tables(tables, options, &defaults, report, now, listener)?;
        let spent = SignedDuration::try_from(began.elapsed()).unwrap_or_default();
        let state = if report.cancelled { "stopped" } else { "done" };
        let counts = serde_json::to_string(&report.total).unwrap_or_default();
        let finished_at = Some(now + spent);
        self.keep_run(ImportRun { state: state.into(), finished_at, counts, ..run }, now)?;
        Ok(report)
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

    /// Works everything out in one transaction and undoes it.
    fn try_out(
        &self,
        tables: Vec<Table>,
        options: &ImportOptions,
        defaults: Defaults,
        mut report: ImportReport,
        now: Timestamp,
        listener: &mut (dyn Listener + Send),
    ) -> Result<ImportReport, Error> {
        let options = options.clone();
        let undone = self.store.write(now, move |writer| {
            let mut all_rejected = Vec::new();
            for table in tables {
                let mut taking = Taking::new(writer, &report.source, &table, now)?;
                let rows = rows_of(&table, &options).map_err(|e| Undone::Failed(refused(e)))?;
                for row in rows {
                    taking.take(writer, row.map(|row| draft(&table, &row, &defaults)))?;
                }
                all_rejected.extend(taking.take_rejected());
                add(&mut report, taking.finish(&table));
            }
            Err::<(), _>(Undone::AsMeant(Box::new(report), all_rejected))
        });
        match undone {
            Err(Undone::AsMeant(report, rejected)) => {
                rejected.iter().for_each(|rejected| listener.rejected(rejected, &[]));
                Ok(*report)
            }
            Err(Undone::Failed(error)) => Err(error),
            Ok(()) => unreachable!("a dry run always undoes what it did"),
        }
    }

    fn take_tables(
        &self,
        tables: Vec<Table>,
        options: &ImportOptions,
        defaults: &Defaults,
        mut report: ImportReport,
        now: Timestamp,
        listener: &mut (dyn Listener + Send),
    ) -> Result<ImportReport, Error> {
        for table in tables {
            let source = report.source.clone();
            let table = std::sync::Arc::new(table);
            let begun = table.clone();
            let mut taking =
                self.store.write(now, move |writer| Taking::new(writer, &source, &begun, now))?;
            let mut rows = rows_of(&table, options).map_err(refused)?;
            loop {
                let progress = rows.count_hint();
                let chunk: Vec<_> = rows.by_ref().take(ROWS_AT_ONCE).collect();
                if chunk.is_empty() {
                    break;
                }
                let drafts: Vec<_> = chunk
                    .iter()
                    .map(|row| match row {
                        Ok(row) => Ok(draft(&table, row, defaults)),
                        Err(problem) => Err(problem.clone()),
                    })
                    .collect();
                taking = self.store.write(now, move |writer| {
                    for draft in drafts {
                        taking.take(writer, draft)?;
                    }
                    Ok::<_, Error>(taking)
                })?;
                tell_rejected(&taking.take_rejected(), &chunk, listener);
                let going_on = listener.progress(Progress {
                    doing: format!("Importing {} from {}", table.plan.object.words(), table.name),
                    bytes_read: progress.bytes_read(),
                    bytes_total: progress.bytes_total(),
                    rows: report.total.read + taking.counts().read,
                });
                if !going_on {
                    report.cancelled = true;
                    break;
                }
            }
            add(&mut report, taking.finish(&table));
            if report.cancelled {
                return Ok(report);
            }
        }
        self.decide_afterwards(&mut report, now, listener)?;
        Ok(report)
    }

    fn decide_afterwards(
        &self,
        report: &mut ImportReport,
        now: Timestamp,
        listener: &mut (dyn Listener + Send),
    ) -> Result<(), Error> {
        let rows = report.total.read;
        let Ticked { leads, decisions, .. } = self.decide_waiting(now, |done| {
            listener.progress(Progress {
                doing: format!("Deciding about leads and opportunities: {done} done"),
                bytes_read: 0,
                bytes_total: 0,
                rows,
            })
        })?;
        (report.leads_decided, report.decisions) = (leads, decisions);
        Ok(())
    }
}

/// The standing of an import that begins.
fn begun(source: &str, tables: &[Table], now: Timestamp) -> ImportRun {
    let files: Vec<String> = tables.iter().map(|table| table.path.display().to_string()).collect();
    ImportRun {
        id: format!("{source}-{}", now.as_millisecond()),
        started_at: now,
        finished_at: None,
        state: "running".to_owned(),
        source: source.to_owned(),
        files: serde_json::to_string(&files).unwrap_or_default(),
        counts: "{}".to_owned(),
        position: "{}".to_owned(),
    }
}

/// Why a dry run's transaction ends: always by being undone.
enum Undone {
    AsMeant(Box<ImportReport>, Vec<Rejected>),
    Failed(Error),
}

impl From<Error> for Undone {
    fn from(error: Error) -> Self {
        Undone::Failed(error)
    }
}

impl From<store::StoreError> for Undone {
    fn from(error: store::StoreError) -> Self {
        Undone::Failed(error.into())
    }
}

fn draft(
    table: &Table,
    row: &Row,
    defaults: &Defaults,
) -> (u64, Result<Draft, Vec<mapping::ColumnProblem>>) {
    (row.line, table.plan.draft(row, &table.profile, defaults))
}

fn tell_rejected(
    rejected: &[Rejected],
    chunk: &[Result<Row, table::RowProblem>],
    listener: &mut (dyn Listener + Send),
) {
    for rejected in rejected {
        let cells = chunk.iter().find_map(|row| match row {
            Ok(row) if row.line == rejected.line => Some(&row.cells),
            Err(problem) if problem.line == rejected.line => Some(&problem.cells),
            _ => None,
        });
        let texts: Vec<String> = cells.into_iter().flatten().map(cell_text).collect();
        listener.rejected(rejected, &texts);
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

fn add(report: &mut ImportReport, table: TableReport) {
    let (total, counts) = (&mut report.total, &table.counts);
    total.read += counts.read;
    total.created += counts.created;
    total.updated += counts.updated;
    total.unchanged += counts.unchanged;
    total.rejected += counts.rejected;
    report.tables.push(table);
}

fn refused(refusal: ImportRefusal) -> Error {
    Error::Refused(refusal.into())
}

#[cfg(test)]
mod tests;
