//! Trying an import out: it is carried out in a copy of the database, by what carries out the real
//! one, and the copy is thrown away. So a trial pauses, and goes on from the very row, as a real one
//! does. There is a copy as long as a trial is under way or rests, and no longer.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use store::{ImportRun, Location, RejectedRow};

use super::{
    ImportReport, Listener, Progress,
    carrying_out::Position,
    dock::{Dock, State},
    refused,
    work::{Hand, Outcome},
};
use crate::{Engine, Error, import::ImportRefusal};

/// Rejected rows that are kept of a trial: enough to mend, and to see what is the matter.
const REJECTED_MAX: u32 = 2_000;

impl Engine {
    /// Tries an import out, or goes on with that. It is kept how far it came, and nothing else.
    pub(super) fn try_out_import(
        &self,
        dock: &Dock,
        run: ImportRun,
        clock: &(dyn Fn() -> Timestamp + Sync),
    ) -> Result<(), Error> {
        let id = run.id.clone();
        if run.state == State::PausingTrial.key() {
            return self.rest_import(dock, &id, State::PausedTrial, clock(), |_| {});
        }
        // Hidden, so that it is none of the files that somebody brought.
        let path = dock.folder_of(&id).join(".trial.db");
        let mut hand = Hand::new(self, &id, clock);
        let tried = self.tried_in(&path, dock, &id, &mut hand);
        let pauses = hand.heard == Some(State::PausingTrial);
        if !(pauses && tried.is_ok()) {
            remove(&path);
        }
        let (report, rejected) = tried?;
        let outcome = Outcome { report: Some(report), failure: None };
        let report = serde_json::to_string(&outcome).unwrap_or_default();
        let run = id.clone();
        self.store.write(clock(), move |writer| {
            writer.delete_rejected(&run)?;
            for row in &rejected {
                writer.keep_rejected(&run, row)?;
            }
            Ok::<_, Error>(())
        })?;
        let state = if pauses { State::PausedTrial } else { State::Tried };
        self.rest_import(dock, &id, state, clock(), move |run| run.report = report)
    }

    /// What came of a trial so far, and the first of the rows that were not taken.
    fn tried_in(
        &self,
        path: &Path,
        dock: &Dock,
        id: &str,
        hand: &mut Hand<'_>,
    ) -> Result<(ImportReport, Vec<RejectedRow>), Error> {
        let now = hand.now();
        if !path.is_file() {
            // Whether to stop is asked again with the first rows.
            hand.progress(Progress {
                doing: "Copying the database, to try it out there".to_owned(),
                bytes_read: 0,
                bytes_total: 0,
                rows: 0,
            });
        }
        let trial = self.trial(path, id, now)?;
        let found = trial.read(|reader| reader.import(id))?;
        let run = found.ok_or_else(|| refused(ImportRefusal::NoSuchImport))?;
        let mut report = trial.take_rows(dock, run, now, hand)?;
        let ask = |reader: &store::Reader<'_>| {
            Ok::<_, Error>((reader.import(id)?, reader.rejected_rows(id, 0, REJECTED_MAX)?))
        };
        let (run, rejected) = trial.read(ask)?;
        match run.filter(|_| report.cancelled) {
            Some(run) => report = Position::of(&run).so_far(&run),
            None => report.decided = trial.read(|r| r.decided_by_kind(id))?.into_iter().collect(),
        }
        Ok((ImportReport { dry_run: true, ..report }, rejected))
    }

    /// A second Lockstep on a copy of the database; where there is one already, a trial goes on there.
    fn trial(&self, path: &Path, id: &str, now: Timestamp) -> Result<Engine, Error> {
        if !path.is_file() {
            let id = id.to_owned();
            // What the trial before did not take is counted anew.
            self.store.write(now, move |writer| Ok::<_, Error>(writer.delete_rejected(&id)?))?;
            // Only what is whole has the name: who finds it may go on with it.
            let made = path.with_extension("part");
            remove(&made);
            self.store.copy_to(&made, now)?;
            std::fs::rename(&made, path).map_err(|error| {
                refused(ImportRefusal::File(format!("the copy cannot be kept: {error}")))
            })?;
        }
        Engine::open(&Location::Sqlite(path.to_owned()), now)
    }
}

/// Removes a copy, and what the database keeps beside it.
fn remove(path: &Path) {
    for ending in ["", "-wal", "-shm"] {
        // What is left by a failure goes with the files of the import.
        let _ = std::fs::remove_file(PathBuf::from(format!("{}{ending}", path.display())));
    }
}
