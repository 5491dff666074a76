//! The dock: where files lie that people brought, and what is asked about them there.
//!
//! An import passes from state to state; whatever takes long (looking over, trying out, carrying
//! out) is done by a worker, in `work.rs`, and whoever asks for it only says so here.

use std::path::{Path, PathBuf};

use connectors::{files::table::Workbooks, mapping::Object};
use domain::ids::UserId;
use jiff::Timestamp;
use rand::RngExt;
use store::{ImportRun, Writer};

use super::{
    ImportRefusal, carrying_out::Position, choices::Choices, found::Found, look_over::tables_in,
    recalled::remember_meaning, refused, work::Outcome,
};
use crate::{
    Engine, Error, Refusal,
    access::{Act, Actor, may},
};

pub use super::recalled::Means;

/// Where files lie, and who parses workbooks.
#[derive(Debug, Clone)]
pub struct Dock {
    /// A folder of our own, with a folder for each import.
    pub folder: PathBuf,
    /// Who parses workbooks.
    pub workbooks: Workbooks,
}

impl Dock {
    /// The folder of an import's files.
    pub fn folder_of(&self, id: &str) -> PathBuf {
        self.folder.join(id)
    }

    /// The files of an import, by name.
    pub(super) fn files_of(&self, id: &str) -> Result<Vec<PathBuf>, ImportRefusal> {
        tables_in(&self.folder_of(id))
    }

    /// Removes the files of an import, or of one that never came about.
    pub fn clear(&self, id: &str) {
        // What is left by a failure is removed with what has grown old.
        let _ = std::fs::remove_dir_all(self.folder_of(id));
    }
}

pub(super) fn new_id(now: Timestamp) -> String {
    format!("{}-{:08x}", now.as_millisecond(), rand::rng().random::<u32>())
}

/// When files were brought, by the id of their import.
pub(super) fn brought_at(id: &str) -> Option<Timestamp> {
    Timestamp::from_millisecond(id.split_once('-')?.0.parse().ok()?).ok()
}

/// An import of files that somebody brought, as it begins.
pub(super) fn brought(
    id: &str,
    files: &[PathBuf],
    state: State,
    by: &UserId,
    now: Timestamp,
) -> ImportRun {
    let files: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
    ImportRun {
        id: id.to_owned(),
        started_at: now,
        state: state.key().to_owned(),
        files: serde_json::to_string(&files).unwrap_or_default(),
        counts: "{}".to_owned(),
        position: "{}".to_owned(),
        by: Some(by.clone()),
        settings: "{}".to_owned(),
        found: "null".to_owned(),
        report: "{}".to_owned(),
        ..ImportRun::default()
    }
}

/// How an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Its files are looked over.
    Looking,
    /// What was found waits to be looked at.
    Open,
    /// It is tried out.
    Trying,
    /// Trying it out is to pause.
    PausingTrial,
    /// Trying it out rests.
    PausedTrial,
    /// What would come of it waits to be looked at.
    Tried,
    /// It waits for its turn.
    Waiting,
    /// Its rows are taken.
    Running,
    /// It is to pause.
    Pausing,
    /// It rests.
    Paused,
    /// It is to be stopped.
    Stopping,
    /// It was stopped; what was taken stays.
    Stopped,
    /// It is done.
    Done,
    /// It could not be done.
    Failed,
    /// It was undone: what it had told is withdrawn.
    Undone,
}

impl State {
    const ALL: [(State, &'static str, &'static str); 15] = [
        (State::Looking, "looking", "is being looked over"),
        (State::Open, "open", "waits to be looked at"),
        (State::Trying, "trying", "is being tried out"),
        (State::PausingTrial, "pausing_trial", "is about to pause"),
        (State::PausedTrial, "paused_trial", "is paused"),
        (State::Tried, "tried", "was tried out"),
        (State::Waiting, "waiting", "waits for its turn"),
        (State::Running, "running", "is under way"),
        (State::Pausing, "pausing", "is about to pause"),
        (State::Paused, "paused", "is paused"),
        (State::Stopping, "stopping", "is about to stop"),
        (State::Stopped, "stopped", "was stopped"),
        (State::Done, "done", "is done"),
        (State::Failed, "failed", "could not be done"),
        (State::Undone, "undone", "was undone"),
    ];

    /// Its key.
    pub fn key(self) -> &'static str {
        Self::ALL.iter().find(|(state, ..)| *state == self).map_or("failed", |(_, key, _)| key)
    }

    /// It in words, after "the import".
    pub fn words(self) -> &'static str {
        Self::ALL.iter().find(|(state, ..)| *state == self).map_or("", |(.., words)| words)
    }

    /// Reads a key.
    pub fn parse(key: &str) -> Option<State> {
        Self::ALL.iter().find(|(_, known, _)| *known == key).map(|(state, ..)| *state)
    }

    /// Whether a worker has it in hand, or will.
    pub fn is_at_work(self) -> bool {
        AT_WORK.contains(&self)
    }

    /// Whether nothing more will become of it.
    pub fn is_over(self) -> bool {
        matches!(self, State::Stopped | State::Done | State::Failed | State::Undone)
    }
}

/// The states in which a worker has an import in hand, or will.
pub(super) const AT_WORK: [State; 7] = [
    State::Looking,
    State::Trying,
    State::PausingTrial,
    State::Waiting,
    State::Running,
    State::Pausing,
    State::Stopping,
];

/// An import as a page shows it.
#[derive(Debug, Clone)]
pub struct Import {
    /// Its id.
    pub id: String,
    /// How it stands.
    pub state: State,
    /// Who brought it.
    pub by: Option<UserId>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// What was decided about its files.
    pub choices: Choices,
    /// What its files show, once they are looked over and until it is over.
    pub found: Option<Found>,
    /// What came of it, or of trying it out.
    pub outcome: Outcome,
    /// What became of its rows so far.
    pub counts: super::Counts,
    /// The names of its files.
    pub files: Vec<String>,
}

impl Import {
    /// An import as it stands in the database.
    pub fn of(run: &ImportRun) -> Import {
        let files: Vec<String> = serde_json::from_str(&run.files).unwrap_or_default();
        let name = |path: String| match Path::new(&path).file_name() {
            Some(name) => name.to_string_lossy().into_owned(),
            None => path,
        };
        let state = State::parse(&run.state).unwrap_or(State::Failed);
        Import {
            id: run.id.clone(),
            state,
            by: run.by.clone(),
            started_at: run.started_at,
            finished_at: run.finished_at,
            choices: serde_json::from_str(&run.settings).unwrap_or_default(),
            found: serde_json::from_str(&run.found).ok(),
            outcome: outcome_of(run, state),
            counts: serde_json::from_str(&run.counts).unwrap_or_default(),
            files: files.into_iter().map(name).collect(),
        }
    }
}

/// What came of an import, or of trying it out. One that was stopped came to what it had taken, and
/// not to what a trial had promised.
fn outcome_of(run: &ImportRun, state: State) -> Outcome {
    let outcome: Outcome = serde_json::from_str(&run.report).unwrap_or_default();
    let is_cut_off = matches!(state, State::Stopped | State::Undone);
    if !is_cut_off || outcome.report.as_ref().is_some_and(|report| !report.dry_run) {
        return outcome;
    }
    Outcome { report: Some(Position::of(run).so_far(run)), ..outcome }
}

/// A word that somebody said the meaning of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// What it names.
    pub object: Object,
    /// The word.
    pub word: String,
    /// What it means.
    pub means: Means,
}

impl Engine {
    /// Makes room for files that somebody brings; the id of the import that they will be. There is no
    /// such import before they are received: whoever brings none that can be looked at leaves nothing.
    ///
    /// # Errors
    /// The actor may not, or the folder cannot be made.
    pub fn receive_import(&self, dock: &Dock, by: &Actor, now: Timestamp) -> Result<String, Error> {
        may(by, &Act::Import).map_err(Refusal::from)?;
        let id = new_id(now);
        std::fs::create_dir_all(dock.folder_of(&id)).map_err(|error| {
            let place = dock.folder.display();
            refused(ImportRefusal::File(format!("{place} cannot be written: {error}")))
        })?;
        Ok(id)
    }

    /// Says that the files have come, so that they are looked over.
    ///
    /// # Errors
    /// [`ImportRefusal`], or the actor may not.
    pub fn received_import(
        &self,
        dock: &Dock,
        by: &Actor,
        id: &str,
        choices: &Choices,
        now: Timestamp,
    ) -> Result<(), Error> {
        may(by, &Act::Import).map_err(Refusal::from)?;
        dock.unpack(id).map_err(refused)?;
        let files = dock.files_of(id).map_err(refused)?;
        if files.is_empty() {
            return Err(refused(ImportRefusal::NothingInside("what was sent".to_owned())));
        }
        let settings = serde_json::to_string(choices).unwrap_or_default();
        let run = ImportRun { settings, ..brought(id, &files, State::Looking, &by.user, now) };
        self.store.write(now, move |writer| Ok::<_, Error>(writer.keep_import(&run)?))?;
        self.work_there_is.tell();
        Ok(())
    }

    /// Keeps what somebody decided about the files; they are looked over again.
    ///
    /// # Errors
    /// [`ImportRefusal`], or the actor may not.
    pub fn choose_import(
        &self,
        by: &Actor,
        id: &str,
        choices: &Choices,
        now: Timestamp,
    ) -> Result<(), Error> {
        let settings = serde_json::to_string(choices).unwrap_or_default();
        let from = [State::Open, State::Tried, State::Failed];
        self.pass(by, id, &from, State::Looking, now, move |writer, run| {
            run.settings = settings;
            // Other tables may come first now: what is in is unchanged when it comes again.
            run.position = "{}".to_owned();
            Ok(writer.delete_import_words(&run.id)?)
        })
    }

    /// Asks what would come of an import, or lets a trial that rests go on.
    ///
    /// # Errors
    /// [`ImportRefusal`], or the actor may not.
    pub fn try_import(&self, by: &Actor, id: &str, now: Timestamp) -> Result<(), Error> {
        let from = [State::Open, State::Tried, State::PausedTrial];
        self.pass(by, id, &from, State::Trying, now, |_, _| Ok(()))
    }

    /// Keeps cells that were mended and rows that are left out, and tries the import out again.
    ///
    /// # Errors
    /// [`ImportRefusal`], or the actor may not.
    pub fn mend_import(
        &self,
        by: &Actor,
        id: &str,
        choices: &Choices,
        now: Timestamp,
    ) -> Result<(), Error> {
        let settings = serde_json::to_string(choices).unwrap_or_default();
        self.pass(by, id, &[State::Tried], State::Trying, now, move |_, run| {
            run.settings = settings;
            Ok(())
        })
    }

    /// Remembers what words of a source mean, for this import and all later ones, and tries the
    /// import out again.
    ///
    /// # Errors
    /// [`ImportRefusal`], or the actor may not.
    pub fn match_words(
        &self,
        by: &Actor,
        id: &str,
        source: &str,
        matches: Vec<Match>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let source = source.to_owned();
        self.pass(by, id, &[State::Tried], State::Trying, now, move |writer, _| {
            for Match { object, word, means } in &matches {
                remember_meaning(writer, &source, *object, word, means)?;
            }
            Ok(())
        })
    }

    /// Starts an import, or lets a paused one go on.
    ///
    /// # Errors
    /// [`ImportRefusal`], or the actor may not.
    pub fn start_import(&self, by: &Actor, id: &str, now: Timestamp) -> Result<(), Error> {
        let from = [State::Open, State::Tried, State::Paused];
        self.pass(by, id, &from, State::Waiting, now, |writer, run| {
            // The rows that a trial did not take are told anew by the import itself.
            if run.position == "{}" {
                writer.delete_rejected(&run.id)?;
            }
            Ok(())
        })
    }

    /// Lets an import rest, or the trial of one; it goes on from the row where it is.
    ///
    /// # Errors
    /// [`ImportRefusal`], or the actor may not.
    pub fn pause_import(&self, by: &Actor, id: &str, now: Timestamp) -> Result<(), Error> {
        let from = [State::Trying, State::Waiting, State::Running];
        self.pass(by, id, &from, State::Pausing, now, |_, run| {
            // What no worker has in hand rests at once.
            let rests = match State::parse(&run.state) {
                Some(State::Trying) if run.beat_at.is_none() => State::PausedTrial,
                Some(State::Trying) => State::PausingTrial,
                Some(State::Waiting) => State::Paused,
                _ => State::Pausing,
            };
            run.state = rests.key().to_owned();
            Ok(())
        })
    }

    /// Stops an import. What was taken stays; one that has not begun leaves nothing.
    ///
    /// # Errors
    /// [`ImportRefusal`], or the actor may not.
    pub fn stop_import(
        &self,
        dock: &Dock,
        by: &Actor,
        id: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        use State::*;
        let from = [
            Looking,
            Open,
            Trying,
            PausingTrial,
            PausedTrial,
            Tried,
            Waiting,
            Running,
            Pausing,
            Paused,
        ];
        let is_over = self.pass_and(by, id, &from, Stopping, now, move |writer, run| {
            let at_work = State::parse(&run.state).is_some_and(State::is_at_work);
            if !at_work || run.state == Waiting.key() {
                run.state = Stopped.key().to_owned();
                run.finished_at = Some(now);
                run.found = "null".to_owned();
                writer.delete_rejected(&run.id)?;
                writer.delete_import_words(&run.id)?;
                return Ok(true);
            }
            Ok(false)
        })?;
        if is_over {
            dock.clear(id);
        }
        Ok(())
    }

    fn pass(
        &self,
        by: &Actor,
        id: &str,
        from: &[State],
        to: State,
        now: Timestamp,
        change: impl FnOnce(&mut Writer<'_>, &mut ImportRun) -> Result<(), Error> + Send + 'static,
    ) -> Result<(), Error> {
        self.pass_and(by, id, from, to, now, change)
    }

    /// Passes an import from one of some states to another; `change` sees it as it was, and has
    /// the last word.
    fn pass_and<T: Send + 'static>(
        &self,
        by: &Actor,
        id: &str,
        from: &[State],
        to: State,
        now: Timestamp,
        change: impl FnOnce(&mut Writer<'_>, &mut ImportRun) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        may(by, &Act::Import).map_err(Refusal::from)?;
        let (id, from) = (id.to_owned(), from.to_vec());
        let done = self.store.write(now, move |writer| {
            let run = writer.reader().import(&id)?.filter(|run| run.by.is_some());
            let mut run = run.ok_or_else(|| refused(ImportRefusal::NoSuchImport))?;
            let state = State::parse(&run.state).unwrap_or(State::Failed);
            if !from.contains(&state) {
                return Err(refused(ImportRefusal::NotNow(state.words())));
            }
            let done = change(writer, &mut run)?;
            if run.state == state.key() {
                run.state = to.key().to_owned();
            }
            if !state.is_at_work() {
                run.beat_at = None;
            }
            writer.keep_import(&run)?;
            Ok(done)
        })?;
        self.work_there_is.tell();
        Ok(done)
    }
}
