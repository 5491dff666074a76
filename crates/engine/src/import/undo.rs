//! Undoing an import: each record that it made or changed gives up what the import told of it, by a
//! further fact. What somebody has edited since is listed and left.
//!
//! It goes from the last fact to the first, so many to a transaction, and each transaction keeps how
//! far it is: one that was paused or killed goes on from the very record.

use std::collections::BTreeSet;

use domain::{
    ids::{FactNo, UserId},
    withdrawal::{Withdrawal, withdrawing},
};
use jiff::Timestamp;
use store::{ImportRun, ImportUndo, Reader, StoreError, Writer};

use super::{
    ImportRefusal,
    dock::State,
    refused,
    work::{KEPT, SILENT_MAX},
};
use crate::{
    Engine, Error, Refusal,
    access::{Act, Actor, may},
};

/// Facts that are dealt with in one transaction.
const FACTS_AT_ONCE: usize = 1000;

/// Why an import is not undone, in the order in which the reasons are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UndoRefusal {
    /// It has not ended.
    #[error("the import {0}: let it end or stop it, then undo it")]
    NotOver(&'static str),
    /// It was undone.
    #[error("the import was undone before: bring its files in again if they are wanted after all")]
    UndoneBefore,
    /// It is being undone.
    #[error("the import is being undone already: look how far that is")]
    AtIt,
    /// It is not being undone.
    #[error("the import is not being undone: begin with that")]
    NotAtIt,
    /// It has told no fact.
    #[error("the import changed nothing: there is nothing to undo")]
    NothingTold,
    /// It took rows before it was noted whose facts are whose.
    #[error("the import is from a time before imports could be undone: correct its records")]
    NotTraced,
    /// Who people were before it is not kept any more.
    #[error("the import is older than 30 days, too old to be undone: correct its records")]
    TooOld,
}

/// How the undoing of an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UndoState {
    /// It waits for its turn.
    Waiting,
    /// It is under way.
    Running,
    /// It is to pause.
    Pausing,
    /// It rests.
    Paused,
    /// It is done.
    Done,
}

impl UndoState {
    const ALL: [(UndoState, &'static str); 5] = [
        (UndoState::Waiting, "waiting"),
        (UndoState::Running, "running"),
        (UndoState::Pausing, "pausing"),
        (UndoState::Paused, "paused"),
        (UndoState::Done, "done"),
    ];

    /// Its key.
    pub fn key(self) -> &'static str {
        Self::ALL.iter().find(|(state, _)| *state == self).map_or("paused", |(_, key)| key)
    }

    /// How an undoing stands.
    pub fn of(undo: &ImportUndo) -> UndoState {
        let known = Self::ALL.iter().find(|(_, key)| *key == undo.state);
        known.map_or(UndoState::Paused, |(state, _)| *state)
    }
}

/// What became of records, or would become of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UndoCounts {
    /// Records of which nothing holds any more.
    pub removed: u64,
    /// Records that are again as they were.
    pub restored: u64,
    /// Records that stay, for somebody has edited them since.
    pub left: u64,
}

/// What undoing an import would do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UndoPlan {
    /// What would become of its records.
    pub counts: UndoCounts,
    /// Whether these are all of them, rather than as many as were to be looked at.
    pub is_whole: bool,
    /// Facts of the import, and how many of them, the last, were looked at.
    pub facts: (u64, u64),
}

impl Engine {
    /// What undoing an import would do; no more than `most` of its records are looked at.
    ///
    /// # Errors
    /// [`UndoRefusal`], or there is no such import.
    pub fn undo_plan(&self, id: &str, most: usize, now: Timestamp) -> Result<UndoPlan, Error> {
        self.read(|reader| {
            if let Some(undo) = reader.import_undo(id)? {
                return Err(begun_before(&undo));
            }
            let (_, facts) = undoable(reader, id, now)?;
            let (mut seen, mut plan) = (BTreeSet::new(), UndoPlan::default());
            plan.facts.0 = how_many(&facts);
            let mut before = after_all(&facts);
            loop {
                let page = page_before(reader, &facts, before)?;
                let Some((no, _)) = page.last() else {
                    plan.is_whole = true;
                    return Ok(plan);
                };
                before = *no;
                for (_, subject) in page {
                    if seen.len() >= most {
                        return Ok(plan);
                    }
                    plan.facts.1 += 1;
                    if !seen.insert(subject.clone()) {
                        continue;
                    }
                    match withdrawing(reader.facts_of(&subject)?, |no| is_in(&facts, no)) {
                        Withdrawal::Nothing => {}
                        Withdrawal::EditedSince(_) => plan.counts.left += 1,
                        Withdrawal::Withdraw { is_all: true, .. } => plan.counts.removed += 1,
                        Withdrawal::Withdraw { is_all: false, .. } => plan.counts.restored += 1,
                    }
                }
            }
        })
    }

    /// Asks that an import be undone; a worker does it.
    ///
    /// # Errors
    /// [`UndoRefusal`], or the actor may not.
    pub fn ask_undo(&self, by: &Actor, id: &str, now: Timestamp) -> Result<(), Error> {
        may(by, &Act::Import).map_err(Refusal::from)?;
        let (by, id) = (by.user.clone(), id.to_owned());
        self.store.write(now, move |writer| {
            if let Some(undo) = writer.reader().import_undo(&id)? {
                return Err(begun_before(&undo));
            }
            begin(writer, &id, Some(by), UndoState::Waiting, now).map(drop)
        })?;
        self.work_there_is.tell();
        Ok(())
    }

    /// Lets the undoing of an import rest; it goes on from the record where it is.
    ///
    /// # Errors
    /// [`UndoRefusal`], or the actor may not.
    pub fn pause_undo(&self, by: &Actor, id: &str, now: Timestamp) -> Result<(), Error> {
        self.pass_undo(by, id, now, |state| match state {
            UndoState::Waiting => Some(UndoState::Paused),
            UndoState::Running => Some(UndoState::Pausing),
            _ => None,
        })
    }

    /// Lets a paused undoing go on.
    ///
    /// # Errors
    /// [`UndoRefusal`], or the actor may not.
    pub fn resume_undo(&self, by: &Actor, id: &str, now: Timestamp) -> Result<(), Error> {
        self.pass_undo(by, id, now, |state| {
            (state == UndoState::Paused).then_some(UndoState::Waiting)
        })
    }

    fn pass_undo(
        &self,
        by: &Actor,
        id: &str,
        now: Timestamp,
        next: impl FnOnce(UndoState) -> Option<UndoState> + Send + 'static,
    ) -> Result<(), Error> {
        may(by, &Act::Import).map_err(Refusal::from)?;
        let id = id.to_owned();
        self.store.write(now, move |writer| {
            let undo = writer.reader().import_undo(&id)?;
            let mut undo = undo.ok_or_else(|| refusing(UndoRefusal::NotAtIt))?;
            let to = next(UndoState::of(&undo)).ok_or_else(|| match UndoState::of(&undo) {
                UndoState::Done => refusing(UndoRefusal::UndoneBefore),
                UndoState::Paused => refusing(UndoRefusal::NotAtIt),
                _ => refusing(UndoRefusal::AtIt),
            })?;
            undo.state = to.key().to_owned();
            Ok::<_, Error>(writer.keep_import_undo(&undo)?)
        })?;
        self.work_there_is.tell();
        Ok(())
    }

    /// Undoes an import here and now, or goes on with an undoing that rests or whose worker has
    /// ended. `going_on` is told how far it is; it lets it rest by answering false.
    ///
    /// # Errors
    /// [`UndoRefusal`], or the database cannot be written.
    pub fn undo_import(
        &self,
        id: &str,
        clock: &dyn Fn() -> Timestamp,
        going_on: &mut dyn FnMut(&ImportUndo) -> bool,
    ) -> Result<ImportUndo, Error> {
        let (of, now) = (id.to_owned(), clock());
        let undo = self.store.write(now, move |writer| {
            let Some(mut undo) = writer.reader().import_undo(&of)? else {
                return begin(writer, &of, None, UndoState::Running, now);
            };
            let rests = matches!(UndoState::of(&undo), UndoState::Waiting | UndoState::Paused);
            if undo.finished_at.is_some() || !(rests || is_silent(&undo, now)) {
                return Err(begun_before(&undo));
            }
            take_up(writer, &mut undo, now)?;
            Ok(undo)
        })?;
        self.carry_undo_out(undo, clock, going_on)
    }

    /// Does the next undoing that waits, or whose worker has ended; false when there is none.
    pub(super) fn work_on_undos(
        &self,
        clock: &(dyn Fn() -> Timestamp + Sync),
    ) -> Result<bool, Error> {
        let now = clock();
        let waits = move |undo: &ImportUndo| match UndoState::of(undo) {
            UndoState::Waiting => true,
            UndoState::Running | UndoState::Pausing => is_silent(undo, now),
            UndoState::Paused | UndoState::Done => false,
        };
        let open = self.read(|reader| reader.import_undos_open())?;
        let Some(id) = open.into_iter().find(waits).map(|undo| undo.import) else {
            return Ok(false);
        };
        let taken = self.store.write(now, move |writer| {
            let Some(mut undo) = writer.reader().import_undo(&id)?.filter(waits) else {
                return Ok::<_, Error>(None);
            };
            take_up(writer, &mut undo, now)?;
            Ok(Some(undo))
        })?;
        if let Some(undo) = taken {
            self.carry_undo_out(undo, clock, &mut |_| true)?;
        }
        Ok(true)
    }
}

/// What becomes of the records of an undoing so far.
///
/// # Errors
/// When the database cannot be read.
pub fn undone_so_far(reader: &Reader<'_>, undo: &ImportUndo) -> Result<UndoCounts, StoreError> {
    let left = reader.left_count(&undo.import)?;
    Ok(UndoCounts { removed: undo.removed, restored: undo.restored, left })
}

/// The first and the last of each run of an import's facts.
type Facts = Vec<(FactNo, FactNo)>;

fn is_in(facts: &Facts, no: FactNo) -> bool {
    let next = facts.partition_point(|(first, _)| *first <= no);
    next.checked_sub(1).and_then(|at| facts.get(at)).is_some_and(|(_, last)| no <= *last)
}

fn after_all(facts: &Facts) -> FactNo {
    FactNo(facts.last().map_or(0, |(_, last)| last.0) + 1)
}

fn how_many(facts: &Facts) -> u64 {
    facts.iter().map(|(first, last)| (last.0 - first.0 + 1).unsigned_abs()).sum()
}

/// The import and its facts, where it can be undone.
fn undoable(reader: &Reader<'_>, id: &str, now: Timestamp) -> Result<(ImportRun, Facts), Error> {
    let run = reader.import(id)?.ok_or_else(|| refused(ImportRefusal::NoSuchImport))?;
    let state = State::parse(&run.state).unwrap_or(State::Failed);
    if !state.is_over() {
        return Err(refusing(UndoRefusal::NotOver(state.words())));
    }
    let facts = reader.import_facts(id)?;
    if facts.is_empty() {
        let counts: super::Counts = serde_json::from_str(&run.counts).unwrap_or_default();
        let told = counts.created + counts.updated > 0;
        return Err(refusing(match told {
            true => UndoRefusal::NotTraced,
            false => UndoRefusal::NothingTold,
        }));
    }
    if now.duration_since(run.started_at) > KEPT {
        return Err(refusing(UndoRefusal::TooOld));
    }
    Ok((run, facts))
}

fn begin(
    writer: &mut Writer<'_>,
    id: &str,
    by: Option<UserId>,
    state: UndoState,
    now: Timestamp,
) -> Result<ImportUndo, Error> {
    let (mut run, facts) = undoable(&writer.reader(), id, now)?;
    if run.state == State::Failed.key() {
        // Its files are not looked at again: what they told is taken back.
        run.state = State::Stopped.key().to_owned();
        run.finished_at = Some(run.finished_at.unwrap_or(now));
        writer.keep_import(&run)?;
    }
    let undo = ImportUndo {
        import: id.to_owned(),
        by,
        state: state.key().to_owned(),
        started_at: now,
        finished_at: None,
        before: after_all(&facts),
        facts: how_many(&facts),
        facts_done: 0,
        removed: 0,
        restored: 0,
        beat_at: (state == UndoState::Running).then_some(now),
    };
    writer.keep_import_undo(&undo)?;
    Ok(undo)
}

fn begun_before(undo: &ImportUndo) -> Error {
    refusing(match UndoState::of(undo) {
        UndoState::Done => UndoRefusal::UndoneBefore,
        _ => UndoRefusal::AtIt,
    })
}

fn is_silent(undo: &ImportUndo, now: Timestamp) -> bool {
    undo.beat_at.is_none_or(|beat| now.duration_since(beat) > SILENT_MAX)
}

fn take_up(
    writer: &mut Writer<'_>,
    undo: &mut ImportUndo,
    now: Timestamp,
) -> Result<(), StoreError> {
    if UndoState::of(undo) != UndoState::Pausing {
        undo.state = UndoState::Running.key().to_owned();
    }
    undo.beat_at = Some(now);
    writer.keep_import_undo(undo)
}

/// The facts of an import before one of them, the last first, with what they are about.
fn page_before(
    reader: &Reader<'_>,
    facts: &Facts,
    before: FactNo,
) -> Result<Vec<(FactNo, String)>, StoreError> {
    let mut page = Vec::new();
    for (first, last) in facts.iter().rev().filter(|(first, _)| *first < before) {
        let limit = u32::try_from(FACTS_AT_ONCE - page.len()).unwrap_or(0);
        if limit == 0 {
            break;
        }
        let last = FactNo(last.0.min(before.0 - 1));
        page.extend(reader.subjects_back_from(*first, last, limit)?);
    }
    Ok(page)
}

fn refusing(refusal: UndoRefusal) -> Error {
    refused(ImportRefusal::Undo(refusal))
}

mod carrying_out;
#[cfg(test)]
mod tests;
