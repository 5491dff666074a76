//! The worker: looks over, tries out and carries out the imports that wait, one after the other.
//!
//! What it has in hand it says every few seconds in the database. One that says nothing any more,
//! for its process was ended, is taken up again by whoever sees it, from the row where it was.

use std::{
    collections::BTreeMap,
    fs::File,
    io,
    sync::{Condvar, Mutex, PoisonError},
    time::Duration,
};

use connectors::{files::table::ReadOptions, mapping};
use domain::money::Currency;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use store::ImportRun;

use super::{
    ImportOptions, ImportRefusal, ImportReport, Listener, Progress, Rejected,
    carrying_out::Position,
    choices::Choices,
    dock::{AT_WORK, Dock, Import, State, brought_at},
    refused, to_take,
};
use crate::{Engine, Error};

/// Who says nothing for so long has ended.
pub(super) const SILENT_MAX: SignedDuration = SignedDuration::from_secs(20);
/// How often a worker says that it works.
pub(super) const BEAT: SignedDuration = SignedDuration::from_secs(5);
/// Imports that nobody went on with are forgotten after this, and rejected rows of those that are
/// over: both hold what files say of people.
pub const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Files that are longer on their way than this do not come any more.
const ON_THE_WAY_MAX: SignedDuration = SignedDuration::from_hours(24);

/// What came of an import, or of trying it out.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Outcome {
    /// The report, where it came so far.
    #[serde(flatten)]
    pub report: Option<ImportReport>,
    /// Why it could not be done.
    pub failure: Option<String>,
}

impl Outcome {
    /// It could not be done.
    pub(super) fn failed(words: String) -> Outcome {
        Outcome { report: None, failure: Some(words) }
    }
}

/// How far imports are that this process works on, by id.
#[derive(Default)]
pub(crate) struct Underway(Mutex<BTreeMap<String, Going>>);

/// How far an import is, and how fast it goes.
#[derive(Debug, Clone)]
pub struct Going {
    /// How far it is.
    pub progress: Progress,
    /// When that was.
    at: Timestamp,
    /// When this process had first taken rows of it, and how many were taken then.
    first: Option<(Timestamp, u64)>,
}

impl Going {
    /// Rows that were taken since the first, and in how much time: without what was taken before it
    /// rested, and without its rest.
    pub fn pace(&self) -> Option<(u64, SignedDuration)> {
        let (at, rows) = self.first?;
        Some((self.progress.rows.checked_sub(rows)?, self.at.duration_since(at)))
    }
}

impl Underway {
    fn tell(&self, id: &str, at: Timestamp, progress: Progress) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = all.get(id).and_then(|going| going.first);
        let first = before.or_else(|| (progress.rows > 0).then_some((at, progress.rows)));
        all.insert(id.to_owned(), Going { progress, at, first });
    }

    fn end(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    fn of(&self, id: &str) -> Option<Going> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }
}

/// Wakes the worker of this process.
#[derive(Default)]
pub(crate) struct WorkThereIs(Mutex<bool>, Condvar);

impl WorkThereIs {
    pub(crate) fn tell(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.1.notify_all();
    }

    fn wait(&self, at_most: Duration) {
        let there_is = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.1.wait_timeout_while(there_is, at_most, |there_is| !*there_is);
        *waited.unwrap_or_else(PoisonError::into_inner).0 = false;
    }
}

impl Engine {
    /// How far an import is that this process works on.
    pub fn import_progress(&self, id: &str) -> Option<Going> {
        self.underway.of(id)
    }

    /// The import that a worker has in hand while this one waits for it, if one does.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn import_before(&self, id: &str) -> Result<Option<Import>, Error> {
        let runs = self.read(|reader| reader.imports_in(&AT_WORK.map(State::key)))?;
        let waits = |run: &&ImportRun| run.id == id && run.beat_at.is_none();
        if !runs.iter().any(|run| waits(&run)) {
            return Ok(None);
        }
        Ok(runs.iter().find(|run| run.id != id && run.beat_at.is_some()).map(Import::of))
    }

    /// Takes the dock for a worker of this process, for as long as what is answered is kept; nothing
    /// where another process has it. What a worker before had in hand here can be gone on with at once:
    /// it has ended, for it has let the dock go.
    ///
    /// # Errors
    /// When the dock or the database cannot be written.
    pub fn take_dock(&self, dock: &Dock, now: Timestamp) -> Result<Option<File>, Error> {
        let Ok(held) = lock(dock) else { return Ok(None) };
        let folder = dock.clone();
        self.store.write(now, move |writer| {
            for mut run in writer.reader().imports_in(&AT_WORK.map(State::key))? {
                if run.by.is_some() && folder.folder_of(&run.id).is_dir() {
                    run.beat_at = None;
                    writer.keep_import(&run)?;
                }
            }
            // Who undoes an import needs none of its files: in a database of several processes it may
            // be another. What the command line undoes is its own.
            let open = match writer.asks_far_away() {
                true => Vec::new(),
                false => writer.reader().import_undos_open()?,
            };
            for mut undo in open.into_iter().filter(|undo| undo.by.is_some()) {
                undo.beat_at = None;
                writer.keep_import_undo(&undo)?;
            }
            Ok::<_, Error>(())
        })?;
        Ok(Some(held))
    }

    /// Waits until there may be work for a worker, at most so long.
    pub fn wait_for_work(&self, at_most: Duration) {
        self.work_there_is.wait(at_most);
    }

    /// Does the next import's next step; false when none waits. What fails is told in the import.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub fn work_on_imports(
        &self,
        dock: &Dock,
        clock: &(dyn Fn() -> Timestamp + Sync),
    ) -> Result<bool, Error> {
        let Some(run) = self.next_import(dock, clock())? else {
            return self.work_on_undos(clock);
        };
        let id = run.id.clone();
        let done = match State::parse(&run.state) {
            Some(State::Looking) => self.look_over_import(dock, run, clock),
            Some(State::Trying | State::PausingTrial) => self.try_out_import(dock, run, clock),
            _ => self.carry_out_import(dock, run, clock),
        };
        self.underway.end(&id);
        match done {
            Ok(()) => Ok(true),
            Err(Error::Refused(refusal)) => {
                self.fail_import(&id, refusal.to_string(), clock()).map(|()| true)
            }
            Err(error) => {
                let words = "the database could not be written; try again".to_owned();
                self.fail_import(&id, words, clock())?;
                Err(error)
            }
        }
    }

    /// Takes the next import in hand, the oldest first: one that waits, or one whose worker has
    /// ended. Only those whose files lie here.
    fn next_import(&self, dock: &Dock, now: Timestamp) -> Result<Option<ImportRun>, Error> {
        let is_free = move |run: &ImportRun| {
            run.beat_at.is_none_or(|beat| now.duration_since(beat) > SILENT_MAX)
        };
        let waits =
            |run: &ImportRun| run.by.is_some() && is_free(run) && dock.folder_of(&run.id).is_dir();
        let found = self.read(|reader| reader.imports_in(&AT_WORK.map(State::key)))?;
        let Some(id) = found.iter().find(|run| waits(run)).map(|run| run.id.clone()) else {
            return Ok(None);
        };
        self.store.write(now, move |writer| {
            let run = writer.reader().import(&id)?;
            let Some(mut run) = run.filter(|run| is_free(run)) else { return Ok(None) };
            if run.state == State::Waiting.key() {
                run.state = State::Running.key().to_owned();
            }
            run.beat_at = Some(now);
            writer.keep_import(&run)?;
            Ok(Some(run))
        })
    }

    fn look_over_import(
        &self,
        dock: &Dock,
        run: ImportRun,
        clock: &(dyn Fn() -> Timestamp + Sync),
    ) -> Result<(), Error> {
        let choices: Choices = serde_json::from_str(&run.settings).unwrap_or_default();
        let options = options_of(&choices, dock)?;
        let files = [dock.folder_of(&run.id)];
        let mut hand = Hand::new(self, &run.id, clock);
        let found = self.look_at(&files, &options, &mut hand)?;
        let found = serde_json::to_string(&found).unwrap_or_default();
        self.rest_import(dock, &run.id, State::Open, clock(), move |run| {
            (run.found, run.report) = (found, "{}".to_owned());
        })
    }

    fn carry_out_import(
        &self,
        dock: &Dock,
        run: ImportRun,
        clock: &(dyn Fn() -> Timestamp + Sync),
    ) -> Result<(), Error> {
        if run.state == State::Stopping.key() {
            return self.end_import(dock, &run.id, State::Stopped, clock());
        }
        if run.state == State::Pausing.key() {
            return self.rest_import(dock, &run.id, State::Paused, clock(), |_| {});
        }
        let (id, now) = (run.id.clone(), clock());
        let choices: Choices = serde_json::from_str(&run.settings).unwrap_or_default();
        let mut hand = Hand::new(self, &id, clock);
        self.take_rows(dock, run, now, &mut hand)?;
        match hand.heard {
            Some(State::Pausing) => self.rest_import(dock, &id, State::Paused, clock(), |_| {}),
            Some(_) => self.end_import(dock, &id, State::Stopped, clock()),
            None => {
                if choices.history {
                    self.take_as_history(now)?;
                }
                self.end_import(dock, &id, State::Done, clock())
            }
        }
    }

    /// Takes the rows of an import that are not taken yet, until the hand hears that it is to rest or
    /// to stop.
    pub(super) fn take_rows(
        &self,
        dock: &Dock,
        run: ImportRun,
        now: Timestamp,
        hand: &mut Hand<'_>,
    ) -> Result<ImportReport, Error> {
        let choices: Choices = serde_json::from_str(&run.settings).unwrap_or_default();
        let options = options_of(&choices, dock)?;
        let files = [dock.folder_of(&run.id)];
        let looked = self.look_over(&files, &options, hand)?;
        if looked.report.cancelled {
            return Ok(looked.report);
        }
        let (tables, report) = to_take(looked)?;
        let position = Position::of(&run);
        let run = ImportRun { source: report.source.clone(), ..run };
        self.carry_out(run, position, tables, report, now, hand)
    }

    /// Its files stay: another choice may mend it.
    fn fail_import(&self, id: &str, words: String, now: Timestamp) -> Result<(), Error> {
        let outcome = Outcome::failed(words);
        let report = serde_json::to_string(&outcome).unwrap_or_default();
        self.keep_of_import(id, now, move |run| {
            run.state = State::Failed.key().to_owned();
            run.report = report;
        })
    }

    /// Ends an import: its files go, and with them what was shown of them.
    fn end_import(&self, dock: &Dock, id: &str, state: State, now: Timestamp) -> Result<(), Error> {
        let of = id.to_owned();
        self.store.write(now, move |writer| Ok::<_, Error>(writer.delete_import_words(&of)?))?;
        self.keep_of_import(id, now, move |run| {
            run.state = state.key().to_owned();
            run.finished_at = Some(run.finished_at.unwrap_or(now));
            run.found = "null".to_owned();
        })?;
        dock.clear(id);
        Ok(())
    }

    /// Lets an import rest in a state, unless somebody asked meanwhile that it be stopped.
    pub(super) fn rest_import(
        &self,
        dock: &Dock,
        id: &str,
        state: State,
        now: Timestamp,
        change: impl FnOnce(&mut ImportRun) + Send + 'static,
    ) -> Result<(), Error> {
        self.keep_of_import(id, now, move |run| {
            if run.state != State::Stopping.key() {
                run.state = state.key().to_owned();
            }
            change(run);
        })?;
        let run = self.read(|reader| reader.import(id))?;
        match run.is_some_and(|run| run.state == State::Stopping.key()) {
            true => self.end_import(dock, id, State::Stopped, now),
            false => Ok(()),
        }
    }

    fn keep_of_import(
        &self,
        id: &str,
        now: Timestamp,
        change: impl FnOnce(&mut ImportRun) + Send + 'static,
    ) -> Result<(), Error> {
        let id = id.to_owned();
        self.store.write(now, move |writer| {
            if let Some(mut run) = writer.reader().import(&id)? {
                change(&mut run);
                run.beat_at = None;
                writer.keep_import(&run)?;
            }
            Ok(())
        })
    }

    /// Forgets what has grown old: imports that nobody went on with, the rejected rows of those that
    /// are over, and who people were before them.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn forget_old_imports(&self, dock: &Dock, now: Timestamp) -> Result<(), Error> {
        let over = [State::Stopped, State::Done, State::Undone].map(State::key);
        let old = self.read(|reader| reader.imports_to_forget(now - KEPT, &over))?;
        for run in old {
            let state = State::parse(&run.state).unwrap_or(State::Failed);
            // What a worker has in hand is looked at again; nobody takes the command line's up.
            let is_at_work = state.is_at_work() && run.by.is_some();
            if run.by.is_some() && !is_at_work && !over.contains(&state.key()) {
                self.end_import(dock, &run.id, State::Stopped, now)?;
            }
            self.store.write(now, move |writer| {
                writer.delete_persons_before(&run.id)?;
                if !is_at_work {
                    writer.delete_import_words(&run.id)?;
                    writer.delete_rejected(&run.id)?;
                }
                Ok::<_, Error>(())
            })?;
        }
        self.clear_strays(dock, now)
    }

    /// Removes files that never became an import: the process ended while they were on their way.
    fn clear_strays(&self, dock: &Dock, now: Timestamp) -> Result<(), Error> {
        let folders = std::fs::read_dir(&dock.folder).into_iter().flatten().flatten();
        for folder in folders {
            let id = folder.file_name().to_string_lossy().into_owned();
            let is_stray =
                brought_at(&id).is_some_and(|at| now.duration_since(at) > ON_THE_WAY_MAX);
            if is_stray && self.read(|reader| reader.import(&id))?.is_none() {
                dock.clear(&id);
            }
        }
        Ok(())
    }
}

/// Locks a dock. The system lets it go when the process ends, however it does.
fn lock(dock: &Dock) -> io::Result<File> {
    std::fs::create_dir_all(&dock.folder)?;
    let file = File::create(dock.folder.join(".worker"))?;
    file.try_lock()?;
    Ok(file)
}

/// How an import is done by what was decided about it.
fn options_of(choices: &Choices, dock: &Dock) -> Result<ImportOptions, Error> {
    let unreadable = |what: &'static str, text: &str, like| {
        refused(ImportRefusal::Mapping(what, text.to_owned(), like))
    };
    let currency = choices.currency.as_deref().map(|code| {
        Currency::parse(code)
            .map_err(|_| unreadable("currency", code, "write an ISO code such as EUR"))
    });
    let zone = choices.zone.as_deref().map(|name| {
        TimeZone::get(name)
            .map_err(|_| unreadable("zone", name, "write a name such as Europe/Berlin"))
    });
    Ok(ImportOptions {
        mapping: choices.preset.as_deref().and_then(mapping::preset),
        source: choices.source.clone(),
        currency: currency.transpose()?,
        zone: zone.transpose()?,
        reading: ReadOptions { workbooks: dock.workbooks.clone(), ..ReadOptions::default() },
        choices: choices.clone(),
        ..ImportOptions::default()
    })
}

/// What the worker tells and hears on its way.
pub(super) struct Hand<'a> {
    engine: &'a Engine,
    id: &'a str,
    clock: &'a (dyn Fn() -> Timestamp + Sync),
    beat_at: Timestamp,
    /// What it was asked for meanwhile.
    pub(super) heard: Option<State>,
}

impl<'a> Hand<'a> {
    pub(super) fn new(
        engine: &'a Engine,
        id: &'a str,
        clock: &'a (dyn Fn() -> Timestamp + Sync),
    ) -> Self {
        Hand { engine, id, clock, beat_at: clock(), heard: None }
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    fn beat(&mut self, now: Timestamp) -> Result<(), Error> {
        if now.duration_since(self.beat_at) < BEAT {
            return Ok(());
        }
        self.beat_at = now;
        let id = self.id.to_owned();
        self.engine.store.write(now, move |writer| {
            if let Some(mut run) = writer.reader().import(&id)? {
                run.beat_at = Some(now);
                writer.keep_import(&run)?;
            }
            Ok(())
        })
    }
}

impl Listener for Hand<'_> {
    fn progress(&mut self, progress: Progress) -> bool {
        // Whether somebody asked it to pause or to stop; what cannot be asked is asked next time.
        let state = self.engine.read(|reader| reader.import(self.id)).ok().flatten();
        let state = state.and_then(|run| State::parse(&run.state));
        if let Some(heard @ (State::Pausing | State::PausingTrial | State::Stopping)) = state {
            self.heard = Some(heard);
            return false;
        }
        let now = self.now();
        self.engine.underway.tell(self.id, now, progress);
        // What cannot be said now is said with the next rows.
        let _ = self.beat(now);
        true
    }

    /// They are kept with the rows that are taken.
    fn rejected(&mut self, _: &Rejected, _: &[String]) {}
}
