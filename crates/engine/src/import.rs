//! Importing a firm's own exports: from tables to facts, with every row accounted for.
//!
//! read = created + updated + unchanged + rejected, always. A row is taken whole or not at all; the
//! same file twice changes nothing; a column that nobody mapped is never cleared.

mod facts;
mod join;
mod taking;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use connectors::{
    files::{
        guard::Refusal as FileRefusal,
        table::{self, ReadOptions, Reading, Row},
    },
    mapping::{self, Defaults, Draft, Mapping, Object, Plan, Profile},
    values::{date::DateOrder, number::DecimalSign},
};
use domain::money::Currency;
use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use crate::{Engine, Error, tick::Ticked};

pub use join::{How, Joined};
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

/// What became of the rows of a table. `read = created + updated + unchanged + rejected`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Rows below the header.
    pub read: u64,
    /// Rows that brought something new.
    pub created: u64,
    /// Rows that changed something known.
    pub updated: u64,
    /// Rows that said what was known.
    pub unchanged: u64,
    /// Rows that were not taken.
    pub rejected: u64,
}

/// A row that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// The file.
    pub file: String,
    /// The line on which the row starts.
    pub line: u64,
    /// The column; empty for the row as a whole.
    pub column: String,
    /// Why, and what would be right.
    pub reason: String,
}

/// What became of one table.
#[derive(Debug, Clone, Serialize)]
pub struct TableReport {
    /// The file, and the sheet where there are several.
    pub file: String,
    /// What it lists.
    pub object: Object,
    /// What became of its rows.
    pub counts: Counts,
    /// Each field and the column that it was read from.
    pub columns: BTreeMap<String, String>,
    /// Columns that went beside the ledger, for they tell who somebody is.
    pub private: Vec<String>,
    /// Columns that were left out.
    pub ignored: Vec<String>,
    /// What was detected and assumed.
    pub notes: Vec<String>,
    /// The first rejected rows.
    pub rejected: Vec<Rejected>,
    /// Names that were joined by another spelling, and names that were not joined.
    pub joined: Vec<Joined>,
}

/// A file that nothing was taken from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The file.
    pub file: String,
    /// Why, and what to do.
    pub reason: String,
    /// Whether the file was refused as such, rather than not being known.
    pub refused: bool,
}

/// What became of an import.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ImportReport {
    /// The source that stands before the ids.
    pub source: String,
    /// Whether nothing was kept.
    pub dry_run: bool,
    /// Whether it was stopped before its end. What was taken stays; the same import again goes on.
    pub cancelled: bool,
    /// The tables, in the order of importing.
    pub tables: Vec<TableReport>,
    /// Files that nothing was taken from.
    pub skipped: Vec<Skipped>,
    /// All tables together.
    pub total: Counts,
    /// Leads that were decided about afterwards.
    pub leads_decided: usize,
    /// Decisions that followed.
    pub decisions: usize,
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
        let report = match options.dry_run {
            true => self.try_out(tables, options, defaults, report, now)?,
            false => self.take_tables(tables, options, &defaults, report, now, listener)?,
        };
        Ok(report)
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
    ) -> Result<ImportReport, Error> {
        let options = options.clone();
        let undone = self.store.write(now, move |writer| {
            for table in tables {
                let mut taking = Taking::new(writer, &report.source, &table, now)?;
                let rows = rows_of(&table, &options).map_err(|e| Undone::Failed(refused(e)))?;
                for row in rows {
                    taking.take(writer, row.map(|row| draft(&table, &row, &defaults)))?;
                }
                add(&mut report, taking.finish(&table));
            }
            Err::<(), _>(Undone::AsMeant(Box::new(report)))
        });
        match undone {
            Err(Undone::AsMeant(report)) => Ok(*report),
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
                let before = taking.rejected_so_far();
                taking = self.store.write(now, move |writer| {
                    for draft in drafts {
                        taking.take(writer, draft)?;
                    }
                    Ok::<_, Error>(taking)
                })?;
                tell_rejected(&taking, before, &chunk, listener);
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
        let Ticked { leads, decisions } = self.decide_waiting(now, |done| {
            listener.progress(Progress {
                doing: format!("Deciding about leads: {done} done"),
                bytes_read: 0,
                bytes_total: 0,
                rows,
            })
        })?;
        (report.leads_decided, report.decisions) = (leads, decisions);
        Ok(())
    }
}

/// Why a dry run's transaction ends: always by being undone.
enum Undone {
    AsMeant(Box<ImportReport>),
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
    taking: &Taking,
    before: usize,
    chunk: &[Result<Row, table::RowProblem>],
    listener: &mut (dyn Listener + Send),
) {
    for rejected in taking.rejected_since(before) {
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

/// The files named, and those inside the folders named.
fn find_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, ImportRefusal> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            if !path.exists() {
                return Err(ImportRefusal::NoSuchFile(path.display().to_string()));
            }
            files.push(path.clone());
            continue;
        }
        let before = files.len();
        let inside = std::fs::read_dir(path)
            .map_err(|error| ImportRefusal::File(format!("{}: {error}", path.display())))?;
        let mut inside: Vec<PathBuf> = inside
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .filter(|p| is_table(p))
            .collect();
        inside.sort();
        files.extend(inside);
        if files.len() == before {
            return Err(ImportRefusal::NothingInside(path.display().to_string()));
        }
    }
    Ok(files)
}

fn is_table(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    path.is_file() && matches!(ending.to_ascii_lowercase().as_str(), "csv" | "tsv" | "tab" | "xlsx")
}

/// The mapping given, or the preset that knows most of the files.
fn choose_mapping(options: &ImportOptions, files: &[PathBuf]) -> Result<Mapping, ImportRefusal> {
    if let Some(mapping) = &options.mapping {
        return Ok(mapping.clone());
    }
    let mut headers = Vec::new();
    for path in files {
        let Ok(readings) = table::open(path, &options.reading) else { continue };
        for reading in readings {
            headers.push((table_name(path, &reading), reading.header.clone()));
        }
    }
    let known = |mapping: &Mapping| {
        headers.iter().filter(|(name, header)| mapping.recognise(name, header).is_some()).count()
    };
    let presets = mapping::PRESETS.iter().filter_map(|(name, _)| mapping::preset(name));
    let best = presets.rev().max_by_key(known).expect("there are presets");
    Ok(best)
}

/// By what a table is known: its sheet where the workbook has several, else its file.
fn table_name(path: &Path, reading: &Reading) -> String {
    match &reading.format {
        table::Format::Xlsx { sheet } if !sheet.to_lowercase().starts_with("sheet") => {
            sheet.clone()
        }
        _ => path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(),
    }
}

/// Opens every file and looks over its rows, before anything is written.
fn look_over(
    files: &[PathBuf],
    mapping: &Mapping,
    options: &ImportOptions,
    report: &mut ImportReport,
    listener: &mut (dyn Listener + Send),
) -> Result<Vec<Table>, ImportRefusal> {
    let mut tables = Vec::new();
    for path in files {
        let readings = match table::open(path, &options.reading) {
            Ok(readings) => readings,
            Err(refusal) if files.len() > 1 => {
                report.skipped.push(skipped(path, &refusal));
                continue;
            }
            Err(refusal) => return Err(ImportRefusal::File(refusal.to_string())),
        };
        for reading in readings {
            let name = table_name(path, &reading);
            let Some(of) = mapping.recognise(&name, &reading.header) else {
                let reason = format!(
                    "its columns are not known ({}): say in a mapping file what they are",
                    shown(&reading.header)
                );
                let file = path.display().to_string();
                report.skipped.push(Skipped { file, reason, refused: false });
                continue;
            };
            match look_over_table(path, name, reading, mapping, of, listener) {
                Ok(Some(table)) => tables.push(table),
                Ok(None) => {
                    report.cancelled = true;
                    return Ok(tables);
                }
                Err(reason) if files.len() > 1 => {
                    let file = path.display().to_string();
                    report.skipped.push(Skipped { file, reason, refused: true });
                }
                Err(reason) => return Err(ImportRefusal::File(reason)),
            }
        }
    }
    tables.sort_by_key(|table| table.plan.object);
    Ok(tables)
}

fn look_over_table(
    path: &Path,
    name: String,
    mut reading: Reading,
    mapping: &Mapping,
    of: &mapping::TableMapping,
    listener: &mut (dyn Listener + Send),
) -> Result<Option<Table>, String> {
    let (format, header) = (reading.format.clone(), reading.header.clone());
    let mut notes: Vec<String> = vec![format_words(&format)];
    notes.extend(reading.notes.iter().map(ToString::to_string));
    let mut profile = Profile::default();
    let hint = reading.count_hint();
    for row in reading.by_ref() {
        match row {
            Ok(row) => profile.observe(&row),
            Err(problem) if problem.ends_reading() => {
                return Err(format!("{}: {problem}. Nothing was imported from it", path.display()));
            }
            Err(_) => {}
        }
        if profile.rows.is_multiple_of(10_000) {
            let going_on = listener.progress(Progress {
                doing: format!("Looking over {name}"),
                bytes_read: hint.bytes_read(),
                bytes_total: hint.bytes_total(),
                rows: 0,
            });
            if !going_on {
                return Ok(None);
            }
        }
    }
    let plan = mapping::plan(mapping, of, &header, &profile);
    notes.extend(suspicions(&plan, &profile));
    let sheet = match format {
        table::Format::Xlsx { sheet } => Some(sheet),
        table::Format::Csv { .. } => None,
    };
    Ok(Some(Table { path: path.to_owned(), name, sheet, plan, profile, notes }))
}

fn format_words(format: &table::Format) -> String {
    match format {
        table::Format::Xlsx { sheet } => format!("a workbook, sheet \"{sheet}\""),
        table::Format::Csv { encoding, delimiter, .. } => {
            let delimiter = match delimiter {
                b'\t' => "tabs".to_owned(),
                other => format!("\"{}\"", char::from(*other)),
            };
            format!("text in {encoding}, cells parted by {delimiter}")
        }
    }
}

/// What a column shows that a person should look at.
fn suspicions(plan: &Plan, profile: &Profile) -> Vec<String> {
    let mut notes = Vec::new();
    for planned in &plan.fields {
        let index = planned.columns[0];
        let column = &plan.header[index];
        if matches!(planned.field.as_str(), "created_at" | "opened_on")
            && let Some((value, count)) = profile.constant(index)
        {
            let filled = profile.filled(index);
            notes.push(format!(
                "{column} is {value} in {count} of {filled} rows: that looks like the day on which \
                 the rows were loaded; if another column has the true date, map it to {}",
                planned.field
            ));
        }
        if planned.kind == mapping::Kind::Money {
            let style = profile.money_style(index, None);
            if style.assumed > 0 {
                notes.push(format!("{column}: {style}"));
            }
        }
    }
    notes
}

/// The rows of a table, read anew.
fn rows_of(table: &Table, options: &ImportOptions) -> Result<Reading, ImportRefusal> {
    let reading = ReadOptions { sheet: table.sheet.clone(), ..options.reading.clone() };
    let opened = table::open(&table.path, &reading)
        .map_err(|refusal| ImportRefusal::File(refusal.to_string()))?;
    let gone =
        || ImportRefusal::File(format!("{} changed while it was read", table.path.display()));
    opened.into_iter().next().filter(|found| found.header == table.plan.header).ok_or_else(gone)
}

fn skipped(path: &Path, refusal: &FileRefusal) -> Skipped {
    Skipped { file: path.display().to_string(), reason: refusal.to_string(), refused: true }
}

fn shown(header: &[String]) -> String {
    let mut names: Vec<&str> = header.iter().take(8).map(String::as_str).collect();
    if header.len() > 8 {
        names.push("…");
    }
    names.join(", ")
}

fn refused(refusal: ImportRefusal) -> Error {
    Error::Refused(refusal.into())
}

#[cfg(test)]
mod tests;
