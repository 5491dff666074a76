//! Carrying an import out: a thousand rows a transaction, each with how far it then is, so that an
//! import goes on where it was after a pause, and after the process was killed.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use connectors::{
    files::table::{Row, RowProblem},
    mapping::{ColumnProblem, Object},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::{ImportPart, ImportRun, RejectedRow, Writer};

use super::{
    Counts, ImportReport, Listener, Progress, ROWS_AT_ONCE, Rejected, Table, TableReport,
    cell_text,
    dock::State,
    look_over::{UNDER, rows_of, total_words},
    refused,
    report::note_words,
    taking::{self, NotTaken, Taking},
};
use crate::{Engine, Error};

/// How far an import is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Position {
    /// The tables that are done, in their order.
    done: Vec<TableReport>,
    /// The next one, once it is begun, and what it lists.
    table: Option<(String, Object)>,
    /// What became of its rows so far.
    counts: Counts,
    /// The first of them that were not taken.
    rejected: Vec<Rejected>,
    /// What is to be said of its rows so far: column, reason, and how many there are.
    notes: Vec<(String, String, u64)>,
    /// The records that were made of words in its rows, by their kind.
    made: BTreeMap<Object, u64>,
    /// Rows of all tables that are to be taken.
    rows: u64,
}

/// A row as it is taken: read, left out, or not to be read.
type Drafted = Result<taking::Drafted, RowProblem>;

/// Rows of one transaction with what stands in them, in their order.
type Chunk = Vec<(Drafted, Vec<String>)>;

impl Engine {
    /// Carries an import out from a position on.
    pub(super) fn carry_out(
        &self,
        run: ImportRun,
        position: Position,
        tables: Vec<Table>,
        mut report: ImportReport,
        now: Timestamp,
        listener: &mut (dyn Listener + Send),
    ) -> Result<ImportReport, Error> {
        let began = Instant::now();
        let mut standing = Standing { run, position, no: 0 };
        standing.position.rows = tables.iter().map(|table| table.rows).sum();
        standing.no = self.read(|reader| reader.last_rejected(&standing.run.id))?;
        for (place, table) in tables.into_iter().enumerate() {
            if place < standing.position.done.len() {
                continue;
            }
            let before = sum(&standing.position.done).read;
            let went_on;
            (standing, went_on) =
                self.take_table(table, standing, &report.source, before, now, listener)?;
            if !went_on {
                report.cancelled = true;
                break;
            }
        }
        report.id = standing.run.id.clone();
        report.tables = standing.tables();
        report.total = sum(&report.tables);
        report.rows_in_all = standing.position.rows;
        if !report.cancelled {
            self.decide_afterwards(&mut report, now, listener)?;
        }
        if report.cancelled && standing.run.by.is_some() {
            // Whether it pauses or stops is known to whoever asked for it.
            return Ok(report);
        }
        let spent = SignedDuration::try_from(began.elapsed()).unwrap_or_default();
        let state = if report.cancelled { State::Stopped } else { State::Done };
        standing.run.state = state.key().to_owned();
        standing.run.finished_at = Some(now + spent);
        standing.run.counts = json(&report.total);
        standing.run.report = json(&report);
        let run = standing.run;
        self.store.write(now, move |writer| {
            // One that somebody brought can rest while it is decided: its words go when it ends.
            if run.by.is_none() {
                writer.delete_import_words(&run.id)?;
            }
            Ok::<_, Error>(writer.keep_import(&run)?)
        })?;
        Ok(report)
    }

    /// Takes the rows of a table that are not taken yet; false when the listener stopped it.
    fn take_table(
        &self,
        table: Table,
        mut standing: Standing,
        source: &str,
        before: u64,
        now: Timestamp,
        listener: &mut (dyn Listener + Send),
    ) -> Result<(Standing, bool), Error> {
        let table = Arc::new(table);
        let (source, begun) = (source.to_owned(), table.clone());
        let done = standing.position.done.clone();
        let kept = self.read(|reader| reader.import_words(&standing.run.id, place_of(&done)))?;
        let taking = self
            .store
            .write(now, move |writer| Taking::new(writer, &source, &begun, &done, &kept, now))?;
        let mut taking = taking.going_on(&standing.position);
        let mut rows = rows_of(&table).map_err(refused)?;
        let hint = rows.count_hint();
        let behind = usize::try_from(taking.counts.read).unwrap_or(usize::MAX);
        rows.by_ref().take(behind).for_each(|row| taking.pass_over(&drafted(&table, row).0));
        loop {
            let chunk: Vec<_> = rows.by_ref().take(ROWS_AT_ONCE).collect();
            if chunk.is_empty() {
                break;
            }
            let chunk: Chunk = chunk.into_iter().map(|row| drafted(&table, row)).collect();
            let told;
            (taking, standing, told) =
                self.store.write(now, move |writer| take_chunk(writer, chunk, taking, standing))?;
            for (rejected, cells) in &told {
                listener.rejected(rejected, cells);
            }
            let going_on = listener.progress(Progress {
                doing: format!("Importing {} from {}", table.plan.object.words(), table.name),
                bytes_read: hint.bytes_read(),
                bytes_total: hint.bytes_total(),
                rows: before + taking.counts.read,
            });
            if !going_on {
                standing.position = taking.position(standing.position);
                return Ok((standing, false));
            }
        }
        self.remember(&table, now)?;
        let mut done = standing.position.done;
        done.push(taking.finish(&table));
        let rows = standing.position.rows;
        standing.position = Position { done, rows, ..Position::default() };
        Ok((standing, true))
    }

    /// Remembers what was decided about the columns of a table.
    fn remember(&self, table: &Table, now: Timestamp) -> Result<(), Error> {
        match table.choice.to_remember() {
            Some(choice) => self.remember_columns(&table.plan.header, &choice, now),
            None => Ok(()),
        }
    }

    fn decide_afterwards(
        &self,
        report: &mut ImportReport,
        now: Timestamp,
        listener: &mut (dyn Listener + Send),
    ) -> Result<(), Error> {
        let rows = report.total.read;
        let wait = self.read(|reader| reader.undecided_count(now))?;
        self.decide_waiting(now, |done| {
            // A decision about one can make another wait.
            let all = wait.max(done as u64);
            listener.progress(Progress {
                doing: format!("Deciding about leads and opportunities: {done} of {all} done"),
                bytes_read: 0,
                bytes_total: 0,
                rows,
            })
        })?;
        // The tick may have judged some of them before.
        let judged = self.read(|reader| reader.judged(&report.id))?.unwrap_or_default();
        (report.leads_decided, report.decisions) = (judged.leads, judged.decisions);
        report.opportunities_decided = judged.opportunities;
        Ok(())
    }

    /// Works everything out in one transaction and undoes it.
    pub(super) fn try_out(
        &self,
        tables: Vec<Table>,
        mut report: ImportReport,
        now: Timestamp,
        listener: &mut (dyn Listener + Send),
    ) -> Result<ImportReport, Error> {
        let undone = self.store.write(now, move |writer| {
            let mut all_rejected = Vec::new();
            for table in tables {
                let before = &report.tables;
                let mut taking = Taking::new(writer, &report.source, &table, before, &[], now)?;
                let rows = rows_of(&table).map_err(|e| Undone::Failed(refused(e)))?;
                for row in rows {
                    let (drafted, cells) = drafted(&table, row);
                    taking.take(writer, drafted)?;
                    let rejected = taking.take_rejected().into_iter();
                    all_rejected.extend(rejected.map(|rejected| (rejected, cells.clone())));
                }
                report.tables.push(taking.finish(&table));
            }
            report.total = sum(&report.tables);
            Err::<(), _>(Undone::AsMeant(Box::new(report), all_rejected))
        });
        match undone {
            Err(Undone::AsMeant(report, rejected)) => {
                rejected.iter().for_each(|(rejected, cells)| listener.rejected(rejected, cells));
                Ok(*report)
            }
            Err(Undone::Failed(error)) => Err(error),
            Ok(()) => unreachable!("a dry run always undoes what it did"),
        }
    }
}

impl Position {
    /// Where an import goes on.
    pub(super) fn of(run: &ImportRun) -> Position {
        serde_json::from_str(&run.position).unwrap_or_default()
    }

    /// What an import came to that goes no further: what is taken stays.
    pub(super) fn so_far(self, run: &ImportRun) -> ImportReport {
        let mut tables = self.done;
        if let Some((table, object)) = self.table {
            let (counts, rejected) = (self.counts, self.rejected);
            let notes = self.notes.iter();
            let notes = notes.map(|(column, reason, rows)| note_words(column, reason, *rows));
            let notes = notes.collect();
            let made = self.made;
            let table = TableReport::of(table, object);
            tables.push(TableReport { counts, rejected, notes, made, ..table });
        }
        ImportReport {
            id: run.id.clone(),
            source: run.source.clone(),
            cancelled: true,
            total: sum(&tables),
            rows_in_all: self.rows,
            tables,
            ..ImportReport::default()
        }
    }
}

/// An import with its position, as the next transaction will keep it.
struct Standing {
    run: ImportRun,
    position: Position,
    /// The number of the last rejected row.
    no: i64,
}

impl Standing {
    /// What became of all tables so far.
    fn tables(&self) -> Vec<TableReport> {
        self.position.done.clone()
    }
}

impl Taking {
    /// The same after what became of the rows before.
    fn going_on(mut self, position: &Position) -> Taking {
        self.counts = position.counts;
        self.rejected = position.rejected.clone();
        self.made = position.made.clone();
        let notes = position.notes.iter().cloned();
        self.notes = notes.map(|(column, reason, rows)| ((column, reason), rows)).collect();
        self
    }

    /// How far it is, where it was at a position before.
    fn position(&self, before: Position) -> Position {
        let notes = self.notes.iter();
        let notes = notes.map(|((column, reason), rows)| (column.clone(), reason.clone(), *rows));
        Position {
            table: Some(self.table()),
            counts: self.counts,
            rejected: self.rejected.clone(),
            notes: notes.collect(),
            made: self.made.clone(),
            ..before
        }
    }
}

/// What a chunk leaves: the taking, the standing, and the rows that were not taken.
type Taken = (Taking, Standing, Vec<(Rejected, Vec<String>)>);

/// Takes rows and keeps how far the import then is, in one transaction.
fn take_chunk(
    writer: &mut Writer<'_>,
    chunk: Chunk,
    mut taking: Taking,
    mut standing: Standing,
) -> Result<Taken, Error> {
    let mut told = Vec::new();
    writer.for_import(&standing.run.id);
    let before = writer.reader().head()?.fact;
    if writer.asks_far_away() {
        let drafts = chunk.iter().filter_map(|(row, _)| row.as_ref().ok()?.1.as_ref().ok());
        taking.look_ahead(writer, drafts)?;
    }
    for (row, cells) in chunk {
        taking.take(writer, row)?;
        for rejected in taking.take_rejected() {
            standing.no += 1;
            let row = rejected_row(standing.no, &rejected, &cells);
            writer.keep_rejected(&standing.run.id, &row)?;
            told.push((rejected, cells.clone()));
        }
    }
    taking.leave_accounts(writer)?;
    let last = writer.reader().head()?.fact;
    writer.keep_import_facts(&standing.run.id, ImportPart::Told, before, last)?;
    for (subject, person) in taking.take_persons_before() {
        writer.keep_person_before(&standing.run.id, &subject, &person)?;
    }
    let place = place_of(&standing.position.done);
    writer.keep_import_words(&standing.run.id, place, &taking.take_words())?;
    standing.position = taking.position(standing.position);
    let mut counts = sum(&standing.position.done);
    counts.add(taking.counts);
    standing.run.counts = json(&counts);
    standing.run.position = json(&standing.position);
    if let Some(run) = writer.reader().import(&standing.run.id)? {
        // Somebody may have asked meanwhile that it pause or stop.
        (standing.run.state, standing.run.beat_at) = (run.state, run.beat_at);
    }
    writer.keep_import(&standing.run)?;
    Ok((taking, standing, told))
}

/// A rejected row as it is kept.
fn rejected_row(no: i64, rejected: &Rejected, cells: &[String]) -> RejectedRow {
    RejectedRow {
        no,
        file: rejected.table.clone(),
        line: rejected.line,
        column: rejected.column.clone(),
        reason: rejected.reason.clone(),
        cells: json(&cells),
    }
}

/// Why a dry run's transaction ends: always by being undone.
enum Undone {
    AsMeant(Box<ImportReport>, Vec<(Rejected, Vec<String>)>),
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

/// A row with what was mended in it, and its cells as texts.
fn drafted(table: &Table, row: Result<Row, RowProblem>) -> (Drafted, Vec<String>) {
    let line = row.as_ref().map_or_else(|problem| problem.line, |row| row.line);
    let cells = match &row {
        Ok(row) => row.cells.iter().map(cell_text).collect(),
        Err(problem) => problem.cells.iter().map(cell_text).collect(),
    };
    let what = table.plan.object.words();
    let no_record = |why: &str| {
        let reason = format!("{why} and is none of the {what}: it is left out");
        Ok((line, Err(NotTaken::For(vec![ColumnProblem { column: String::new(), reason }]))))
    };
    let total = table.total_line.filter(|(total, _)| *total == line);
    if let Some((_, total)) = total {
        return (no_record(total_words(total)), cells);
    }
    if table.foot_line.is_some_and(|foot| line >= foot) {
        return (no_record(&format!("{UNDER},")), cells);
    }
    let drafted = match table.choice.mended(&table.plan.header, row) {
        None => Ok((line, Err(NotTaken::ByHand))),
        Some(Ok(row)) => {
            let draft = table.plan.draft(&row, &table.profile, &table.defaults);
            Ok((row.line, draft.map_err(NotTaken::For)))
        }
        Some(Err(problem)) => Err(problem),
    };
    (drafted, cells)
}

/// Which of the tables follows those that are done.
fn place_of(done: &[TableReport]) -> i64 {
    i64::try_from(done.len()).unwrap_or(i64::MAX)
}

/// The counts of several tables together.
fn sum(tables: &[TableReport]) -> Counts {
    let mut total = Counts::default();
    for table in tables {
        total.add(table.counts);
    }
    total
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("our own reports are JSON")
}
