//! Imports at the dock: looked over, mended, matched, tried out, carried out, paused, taken up.

#[cfg(test)]
mod resting;

use connectors::{
    files::table::Workbooks,
    mapping::{ColumnUse, Object},
};
use domain::firm::{Role, Side};
use jiff::{Timestamp, ToSpan};
use store::Location;

use super::{
    Counts, How,
    choices::TableChoice,
    dock::{Dock, Import, Match, Means, State},
    found::KnownBy,
};
use crate::{Engine, Error, access::Actor};

struct Harbour {
    dir: tempfile::TempDir,
    engine: Engine,
    dock: Dock,
}

fn at(minutes: i64) -> Timestamp {
    "2026-11-21T09:00:00Z".parse::<Timestamp>().unwrap() + minutes.minutes()
}

fn olga() -> Actor {
    Actor { user: "u1".into(), role: Role::Operations, side: Side::Neutral }
}

impl Harbour {
    fn new() -> Harbour {
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("lockstep.db");
        let engine = Engine::open(&Location::Sqlite(database), at(0)).unwrap();
        let dock = Dock { folder: dir.path().join("imports"), workbooks: Workbooks::Here };
        Harbour { dir, engine, dock }
    }

    /// Files that somebody brought, looked over.
    fn brought(&self, files: &[(&str, &str)]) -> String {
        let id = self.engine.receive_import(&self.dock, &olga(), at(0)).unwrap();
        for (name, content) in files {
            std::fs::write(self.dock.folder_of(&id).join(name), content).unwrap();
        }
        let choices = Default::default();
        self.engine.received_import(&self.dock, &olga(), &id, &choices, at(0)).unwrap();
        self.works(1);
        id
    }

    fn works(&self, minutes: i64) {
        while self.engine.work_on_imports(&self.dock, &|| at(minutes)).unwrap() {}
    }

    fn import(&self, id: &str) -> Import {
        let run = self.engine.read(|reader| reader.import(id)).unwrap();
        Import::of(&run.expect("it is there"))
    }

    fn tried(&self, id: &str) -> Import {
        self.engine.try_import(&olga(), id, at(1)).unwrap();
        self.works(1);
        self.import(id)
    }

    fn done(&self, id: &str) -> Import {
        self.engine.start_import(&olga(), id, at(2)).unwrap();
        self.works(2);
        self.import(id)
    }

    fn head(&self) -> i64 {
        self.engine.read(|reader| reader.head()).unwrap().fact.0
    }
}

const LEADS: (&str, &str) =
    ("leads.csv", "lead_id,name,created_at,status\n1,Ann,2026-01-02,New\n2,Bo,soon,New\n");

#[test]
fn what_a_trial_counts_the_import_does_and_the_trial_keeps_nothing() {
    let harbour = Harbour::new();
    let id = harbour.brought(&[LEADS]);
    let open = harbour.import(&id);
    assert_eq!(open.state, State::Open);
    let table = &open.found.expect("it was looked over").tables[0];
    assert_eq!((table.object, table.rows), (Some(Object::Leads), 2));
    assert_eq!(table.columns[0].used, ColumnUse::Key);
    let tried = harbour.tried(&id);
    let counts = Counts { read: 2, created: 1, rejected: 1, ..Counts::default() };
    assert_eq!((tried.state, tried.outcome.report.unwrap().total), (State::Tried, counts));
    assert_eq!(harbour.head(), 0, "nothing is kept");
    let rejected = harbour.engine.read(|reader| reader.rejected_rows(&id, 0, 9)).unwrap();
    assert_eq!((rejected[0].line, rejected[0].column.as_str()), (3, "created_at"));
    let done = harbour.done(&id);
    assert_eq!((done.state, done.counts), (State::Done, counts));
    assert!(harbour.head() > 0);
    assert!(!harbour.dock.folder_of(&id).exists(), "the files are gone");
    assert_eq!(done.found, None, "and what was shown of them");
    drop(harbour.dir);
}

#[test]
fn a_cell_is_mended_in_place_and_a_row_left_out() {
    let harbour = Harbour::new();
    let id = harbour.brought(&[LEADS]);
    let mut choices = harbour.tried(&id).choices;
    let table = choices.tables.entry("leads.csv".into()).or_default();
    table.mended.entry(3).or_default().insert("created_at".into(), "2026-01-03".into());
    table.dropped.insert(2);
    harbour.engine.mend_import(&olga(), &id, &choices, at(1)).unwrap();
    harbour.works(1);
    let tried = harbour.import(&id);
    let counts = Counts { read: 2, created: 1, left_out: 1, ..Counts::default() };
    assert_eq!(tried.outcome.report.unwrap().total, counts);
    harbour.done(&id);
    let leads = harbour.engine.read(|reader| reader.lead(&"file:2".into())).unwrap();
    assert!(leads.is_some_and(|lead| lead.created_at.is_some()), "the mended one is in");
}

#[test]
fn what_columns_are_is_said_once_and_remembered() {
    let harbour = Harbour::new();
    let odd = "who,since,colour\nx1,2026-01-02,red\n";
    let id = harbour.brought(&[("odd.csv", odd)]);
    let open = harbour.import(&id);
    let table = &open.found.unwrap().tables[0];
    assert_eq!((table.known_by, table.taken), (KnownBy::Nothing, false));
    let mut choices = open.choices;
    let columns = [("who", "key"), ("since", "field:created_at"), ("colour", "own")];
    let columns = columns.map(|(name, code)| (name.to_owned(), ColumnUse::parse(code).unwrap()));
    let choice = TableChoice {
        taken: Some(true),
        object: Some(Object::Leads),
        columns: columns.into(),
        ..TableChoice::default()
    };
    choices.tables.insert("odd.csv".into(), choice);
    harbour.engine.choose_import(&olga(), &id, &choices, at(1)).unwrap();
    harbour.works(1);
    assert_eq!(harbour.done(&id).counts.created, 1);
    let id = harbour.brought(&[("later.csv", "who,since,colour\nx2,2026-01-03,blue\n")]);
    let table = &harbour.import(&id).found.unwrap().tables[0];
    assert_eq!((table.known_by, table.taken), (KnownBy::Memory, true));
    assert_eq!(harbour.done(&id).counts.created, 1);
}

#[test]
fn a_word_is_matched_once_and_remembered() {
    let harbour = Harbour::new();
    let accounts =
        ("accounts.csv", "account_id,account,sector\nA1,Kan-code,energy\nA2,Acme,steel\n");
    let id = harbour.brought(&[accounts]);
    harbour.done(&id);
    let deals = |no: u32| format!("opportunity_id,account,deal_stage\n{no},Kanone AG,Open\n");
    let id = harbour.brought(&[("deals.csv", &deals(1))]);
    let report = harbour.tried(&id).outcome.report.unwrap();
    assert_eq!(report.tables[0].joined[0].word, "Kanone AG");
    let means = Means::Named("Kan-code".into());
    let said = Match { object: Object::Accounts, word: "Kanone AG".into(), means };
    harbour.engine.match_words(&olga(), &id, "file", vec![said], at(1)).unwrap();
    harbour.works(1);
    assert_eq!(harbour.import(&id).outcome.report.unwrap().tables[0].joined, []);
    harbour.done(&id);
    let later = harbour.brought(&[("deals.csv", &deals(2))]);
    harbour.done(&later);
    for no in ["file:1", "file:2"] {
        let deal = harbour.engine.read(|reader| reader.opportunity(&no.into())).unwrap().unwrap();
        assert_eq!(deal.account, Some("file:A1".into()), "{no}");
    }
}

#[test]
fn people_whom_a_file_names_otherwise_are_matched_once_and_remembered() {
    let harbour = Harbour::new();
    let deals =
        |no: u32, owner: &str| format!("opportunity_id,owner,deal_stage\n{no},{owner},Open\n");
    let id = harbour.brought(&[("deals.csv", &deals(1, "Ann Lee"))]);
    harbour.done(&id);
    let owner_of = |id: &str| {
        let deal = harbour.engine.read(|reader| reader.opportunity(&id.into())).unwrap();
        deal.unwrap().owner.unwrap()
    };
    let ann = owner_of("file:1");
    for (no, word, how) in [(2, "A. Lee", How::Made), (3, "005Ec1", How::ByKeyAlone)] {
        let id = harbour.brought(&[("deals.csv", &deals(no, word))]);
        let report = harbour.tried(&id).outcome.report.unwrap();
        assert_eq!(report.tables[0].joined[0].how, how);
        let means = Means::Named("ann lee".into());
        let said = Match { object: Object::Users, word: word.into(), means };
        harbour.engine.match_words(&olga(), &id, "file", vec![said], at(1)).unwrap();
        harbour.works(1);
        harbour.done(&id);
        harbour.done(&harbour.brought(&[("deals.csv", &deals(no + 10, word))]));
        for no in [no, no + 10] {
            assert_eq!(owner_of(&format!("file:{no}")), ann, "{word}");
        }
    }
}

/// Several thousand rows, so that an import takes more than one transaction.
fn many() -> String {
    let rows = (0..3500).map(|no| format!("{no},2026-01-02,New\n"));
    format!("lead_id,created_at,status\n{}", rows.collect::<String>())
}

#[test]
fn a_killed_import_goes_on_from_where_it_was_and_counts_each_row_once() {
    let harbour = Harbour::new();
    let id = harbour.brought(&[("leads.csv", &many())]);
    harbour.engine.start_import(&olga(), &id, at(2)).unwrap();
    // The clock is asked at each step: it breaks the worker off in the middle, as a kill would.
    let asked = std::sync::atomic::AtomicU32::new(0);
    let clock = || {
        let asked = asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        assert!(asked < 5, "killed");
        at(2)
    };
    let killed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        harbour.engine.work_on_imports(&harbour.dock, &clock)
    }));
    assert!(killed.is_err(), "it was killed");
    let broken = harbour.import(&id);
    assert_eq!(broken.state, State::Running);
    assert!((1..3500).contains(&broken.counts.read), "{:?}", broken.counts);
    harbour.works(2);
    assert_eq!(harbour.import(&id).state, State::Running, "its worker may still be at it");
    harbour.works(3);
    let done = harbour.import(&id);
    let counts = Counts { read: 3500, created: 3500, ..Counts::default() };
    assert_eq!((done.state, done.counts), (State::Done, counts));
}

#[test]
fn a_paused_import_rests_and_goes_on_and_a_stopped_one_keeps_what_was_taken() {
    let harbour = Harbour::new();
    let id = harbour.brought(&[("leads.csv", &many())]);
    harbour.engine.start_import(&olga(), &id, at(2)).unwrap();
    let asked = std::sync::atomic::AtomicU32::new(0);
    let pause = || {
        if asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 3 {
            harbour.engine.pause_import(&olga(), &id, at(2)).unwrap();
        }
        at(2)
    };
    harbour.engine.work_on_imports(&harbour.dock, &pause).unwrap();
    let paused = harbour.import(&id);
    assert_eq!(paused.state, State::Paused);
    assert!((1..3500).contains(&paused.counts.read), "{:?}", paused.counts);
    harbour.works(3);
    assert_eq!(harbour.import(&id).state, State::Paused, "nobody goes on by himself");
    assert_eq!(harbour.done(&id).counts.created, 3500);
    let id = harbour.brought(&[LEADS]);
    harbour.engine.stop_import(&harbour.dock, &olga(), &id, at(3)).unwrap();
    assert_eq!(harbour.import(&id).state, State::Stopped);
    assert!(!harbour.dock.folder_of(&id).exists());
}

#[test]
fn a_trial_rests_goes_on_and_is_taken_up_after_a_kill_and_counts_each_row_once() {
    let harbour = Harbour::new();
    let id = harbour.brought(&[("leads.csv", &(many() + "x,soon,New\n"))]);
    let copy = harbour.dock.folder_of(&id).join(".trial.db");
    harbour.engine.try_import(&olga(), &id, at(2)).unwrap();
    let asked = std::sync::atomic::AtomicU32::new(0);
    let pause = || {
        if asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 4 {
            harbour.engine.pause_import(&olga(), &id, at(2)).unwrap();
        }
        at(2)
    };
    harbour.engine.work_on_imports(&harbour.dock, &pause).unwrap();
    let paused = harbour.import(&id);
    assert_eq!(paused.state, State::PausedTrial);
    let so_far = paused.outcome.report.expect("how far it came").total.read;
    assert!((1..3500).contains(&so_far), "{so_far}");
    harbour.works(3);
    assert_eq!(harbour.import(&id).state, State::PausedTrial, "nobody goes on by himself");
    harbour.engine.try_import(&olga(), &id, at(4)).unwrap();
    let asked = std::sync::atomic::AtomicU32::new(0);
    let kill = || {
        let asked = asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        assert!(asked < 4, "killed");
        at(4)
    };
    let killed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        harbour.engine.work_on_imports(&harbour.dock, &kill)
    }));
    assert!(killed.is_err() && copy.is_file(), "it was killed, and left its copy");
    harbour.works(5);
    let tried = harbour.import(&id);
    let counts = Counts { read: 3501, created: 3500, rejected: 1, ..Counts::default() };
    assert_eq!((tried.state, tried.outcome.report.unwrap().total), (State::Tried, counts));
    assert_eq!(harbour.engine.read(|reader| reader.last_rejected(&id)).unwrap(), 1);
    assert!(!copy.exists() && harbour.head() == 0, "nothing is kept of it");
    assert_eq!(harbour.tried(&id).outcome.report.unwrap().total, counts, "and again");
    assert_eq!(harbour.done(&id).counts, counts);
}

#[test]
fn a_trial_that_waits_rests_at_once_and_is_stopped() {
    let harbour = Harbour::new();
    let id = harbour.brought(&[LEADS]);
    harbour.engine.try_import(&olga(), &id, at(1)).unwrap();
    harbour.engine.pause_import(&olga(), &id, at(1)).unwrap();
    assert_eq!(harbour.import(&id).state, State::PausedTrial);
    harbour.engine.stop_import(&harbour.dock, &olga(), &id, at(1)).unwrap();
    assert_eq!(harbour.import(&id).state, State::Stopped);
    assert!(!harbour.dock.folder_of(&id).exists());
}

#[test]
fn a_stopped_import_counts_what_it_took_and_not_what_a_trial_promised() {
    let harbour = Harbour::new();
    let accounts = ("accounts.csv", "account_id,account,sector\nA1,Acme,steel\n");
    let id = harbour.brought(&[accounts, ("leads.csv", &many())]);
    let promised = Counts { read: 3501, created: 3501, ..Counts::default() };
    assert_eq!(harbour.tried(&id).outcome.report.unwrap().total, promised);
    harbour.engine.start_import(&olga(), &id, at(2)).unwrap();
    let asked = std::sync::atomic::AtomicU32::new(0);
    let pause = || {
        if asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 5 {
            harbour.engine.pause_import(&olga(), &id, at(2)).unwrap();
        }
        at(2)
    };
    harbour.engine.work_on_imports(&harbour.dock, &pause).unwrap();
    assert_eq!(harbour.import(&id).state, State::Paused);
    harbour.engine.stop_import(&harbour.dock, &olga(), &id, at(3)).unwrap();
    let stopped = harbour.import(&id);
    assert_eq!(stopped.state, State::Stopped);
    let report = stopped.outcome.report.expect("what it took");
    assert_eq!(report.total, stopped.counts);
    assert!((2..3501).contains(&report.total.read), "{:?}", report.total);
    assert_eq!(report.rows_in_all, 3501);
    let tables: Vec<_> = report
        .tables
        .iter()
        .map(|table| (&*table.table, table.object, table.counts.read))
        .collect();
    let leads = report.total.read - 1;
    let expected = [("accounts.csv", Object::Accounts, 1), ("leads.csv", Object::Leads, leads)];
    assert_eq!(tables, expected);
}

#[test]
fn an_import_that_waits_says_for_which_other() {
    let harbour = Harbour::new();
    let [first, second] =
        ["first.csv", "second.csv"].map(|name| harbour.brought(&[(name, LEADS.1)]));
    let before = |id: &str| harbour.engine.import_before(id).unwrap().map(|import| import.files);
    for id in [&first, &second] {
        harbour.engine.try_import(&olga(), id, at(1)).unwrap();
    }
    assert_eq!((before(&first), before(&second)), (None, None), "no worker has one in hand");
    let seen = std::sync::Mutex::new(Vec::new());
    let clock = || {
        seen.lock().unwrap().push((before(&first), before(&second)));
        at(2)
    };
    harbour.engine.work_on_imports(&harbour.dock, &clock).unwrap();
    let seen = seen.into_inner().unwrap();
    let mut waits = seen.iter().filter(|(first, second)| first.is_some() || second.is_some());
    let (of_first, of_second) = waits.next().expect("the worker had one in hand");
    let named: Vec<&str> = of_first.iter().chain(of_second).flatten().map(String::as_str).collect();
    let other = if of_first.is_some() { "second.csv" } else { "first.csv" };
    assert_eq!(named, [other], "the one that waits names the one in hand");
}

#[test]
fn what_is_dropped_at_night_is_imported_and_put_away() {
    let harbour = Harbour::new();
    let folder = harbour.dir.path().join("drop");
    std::fs::create_dir(&folder).unwrap();
    let dropped = folder.join("leads.csv");
    std::fs::write(&dropped, LEADS.1).unwrap();
    let take = || harbour.engine.take_dropped(&harbour.dock, &folder, at(1)).unwrap();
    let written = |at: Timestamp| {
        let file = std::fs::File::options().write(true).open(&dropped).unwrap();
        file.set_modified(at.into()).unwrap();
    };
    written(at(1) - 10.seconds());
    assert_eq!(take(), None, "it may still be written");
    written(at(0));
    let id = take().expect("it rests");
    assert!(!dropped.exists() && folder.join("taken").read_dir().unwrap().count() == 1);
    harbour.works(1);
    let done = harbour.import(&id);
    let counts = Counts { read: 2, created: 1, rejected: 1, ..Counts::default() };
    assert_eq!((done.state, done.counts), (State::Done, counts));
    let rejected = harbour.engine.read(|reader| reader.rejected_rows(&id, 0, 9)).unwrap();
    assert_eq!(rejected.len(), 1, "and what was not taken can be looked at");
    assert_eq!(take(), None);
}

/// An archive of files.
fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn archives_are_taken_from_the_drop_folder_and_what_is_not_read_is_named() {
    let harbour = Harbour::new();
    let folder = harbour.dir.path().join("drop");
    std::fs::create_dir(&folder).unwrap();
    let lies = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.join(name), bytes).unwrap();
        let file = std::fs::File::options().write(true).open(folder.join(name)).unwrap();
        file.set_modified(at(0).into()).unwrap();
    };
    let take = || harbour.engine.take_dropped(&harbour.dock, &folder, at(1)).unwrap();
    lies("night.zip", &zip(&[(LEADS.0, LEADS.1.as_bytes()), ("readme.pdf", b"%PDF")]));
    lies("notes.txt", b"mind the gap");
    let id = take().expect("an archive is taken");
    assert!(!folder.join("night.zip").exists() && folder.join("notes.txt").exists());
    harbour.works(1);
    let done = harbour.import(&id);
    assert_eq!((done.state, done.counts.created), (State::Done, 1));
    let skipped = done.outcome.report.expect("a report").skipped;
    let named: Vec<&str> = skipped.iter().filter_map(|it| it.file.rsplit('/').next()).collect();
    assert_eq!(named, ["notes.txt", "readme.pdf"]);
    assert!(skipped.iter().all(|it| it.reason.starts_with("passed over: it is no CSV")));
    assert_eq!(take(), None, "what is not read is no reason to begin");

    lies("broken.zip", b"PK no archive");
    let id = take().expect("it is an import");
    let broken = harbour.import(&id);
    assert_eq!(broken.state, State::Failed);
    let why = broken.outcome.failure.expect("it says why");
    assert!(why.contains("broken.zip is no ZIP archive that can be read"), "{why}");
    assert_eq!(take(), None, "it does not come again every minute");
}

#[test]
fn only_who_may_bring_data_does_and_only_in_order() {
    let harbour = Harbour::new();
    let rep = Actor { user: "u2".into(), role: Role::Rep, side: Side::Sales };
    assert!(harbour.engine.receive_import(&harbour.dock, &rep, at(0)).is_err());
    let id = harbour.brought(&[LEADS]);
    assert!(harbour.engine.start_import(&rep, &id, at(0)).is_err());
    assert_eq!(harbour.import(&id).state, State::Open);
    let early = harbour.engine.mend_import(&olga(), &id, &Default::default(), at(0));
    let Err(Error::Refused(refusal)) = early else { panic!("it was not tried out") };
    assert_eq!(refusal.to_string(), "the import waits to be looked at: look at it again");
    assert!(harbour.engine.pause_import(&olga(), "none", at(0)).is_err());
}

#[test]
fn files_that_never_became_an_import_go_after_a_day() {
    let harbour = Harbour::new();
    let known = harbour.brought(&[LEADS]);
    let stray = harbour.engine.receive_import(&harbour.dock, &olga(), at(0)).unwrap();
    let is_there = |id: &str| harbour.dock.folder_of(id).exists();
    for (hours, stays) in [(23, true), (25, false)] {
        harbour.engine.forget_old_imports(&harbour.dock, at(hours * 60)).unwrap();
        assert_eq!((is_there(&known), is_there(&stray)), (true, stays), "{hours} h");
    }
}
