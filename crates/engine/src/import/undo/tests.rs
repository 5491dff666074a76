use std::path::PathBuf;

use store::Location;

use super::*;
use crate::{
    correction::Wanted,
    import::{ImportOptions, ImportReport, Listener, Progress, Rejected},
};
use domain::{
    firm::{Role, Side},
    owned::Owned,
};

struct Quiet;

impl Listener for Quiet {
    fn progress(&mut self, _: Progress) -> bool {
        true
    }
    fn rejected(&mut self, _: &Rejected, _: &[String]) {}
}

fn now() -> Timestamp {
    "2026-11-21T09:00:00Z".parse().unwrap()
}

fn olga() -> Actor {
    Actor { user: "u1".into(), role: Role::Operations, side: Side::Neutral }
}

struct House {
    dir: tempfile::TempDir,
    engine: Engine,
    imports: std::cell::Cell<i64>,
}

impl House {
    fn new() -> House {
        let dir = tempfile::tempdir().unwrap();
        let engine =
            Engine::open(&Location::Sqlite(dir.path().join("lockstep.db")), now()).unwrap();
        House { dir, engine, imports: std::cell::Cell::new(0) }
    }

    fn import(&self, paths: &[PathBuf]) -> ImportReport {
        // An import is known by its instant.
        self.imports.set(self.imports.get() + 1);
        let at = now() + jiff::SignedDuration::from_secs(self.imports.get());
        self.engine.import(paths, &ImportOptions::default(), at, &mut Quiet).unwrap()
    }

    fn import_text(&self, content: &str) -> ImportReport {
        let path = self.dir.path().join("leads.csv");
        std::fs::write(&path, content).unwrap();
        self.import(&[path])
    }

    fn undo(&self, id: &str) -> Result<UndoCounts, Error> {
        let done = self.engine.undo_import(id, &now, &mut |_| true)?;
        assert_eq!(UndoState::of(&done), UndoState::Done);
        Ok(self.engine.read(|reader| undone_so_far(reader, &done))?)
    }

    fn title(&self, lead: &str) -> Option<String> {
        let row = self.engine.read(|reader| reader.lead(&lead.into())).unwrap()?;
        Some(row.fields.get("title").map(ToString::to_string).unwrap_or_default())
    }

    fn name(&self, subject: &str) -> Option<String> {
        let person = self.engine.read(|reader| reader.person_of(subject)).unwrap();
        person.and_then(|person| person.name)
    }

    fn dump(&self) -> String {
        let mut out = Vec::new();
        self.engine.read(|reader| reader.dump(&mut out)).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// The ledger verifies, and the read models are what it says.
    fn is_sound(&self) {
        assert_eq!(self.engine.store.verify(|_, _| {}), vec![]);
        let before = self.dump();
        self.engine.store.rebuild(now(), |_, _| {}).unwrap();
        assert_eq!(self.dump(), before, "rebuilt, the read models are the same");
    }
}

const HEAD: &str = "lead_number,name,title,created_at,status\n";

fn refusal(result: Result<UndoCounts, Error>) -> UndoRefusal {
    match result {
        Err(Error::Refused(Refusal::Import(ImportRefusal::Undo(refusal)))) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_was_overwritten_is_again_as_it_was_and_what_was_made_is_gone() {
    let house = House::new();
    house.import_text(&format!("{HEAD}1,Ann,CEO,2026-01-02,New\n"));
    let before = house.dump();
    let rows = "1,Bob,CTO,2026-01-02,Open\n2,Cy,CFO,2026-01-03,New\n3,Di,COO,2026-01-03,New\n";
    let report = house.import_text(&format!("{HEAD}{rows}"));
    assert_eq!((report.total.created, report.total.updated), (2, 1), "{:?}", report.total);
    let title = Wanted::Field { name: "title".into(), text: "Chair".into() };
    house.engine.correct(&olga(), vec![Owned::Lead("file:3".into())], title, None, now()).unwrap();
    let plan = house.engine.undo_plan(&report.id, 100, now()).unwrap();
    let expected = UndoCounts { removed: 1, restored: 1, left: 1 };
    assert_eq!((plan.counts, plan.is_whole), (expected, true));
    let some = house.engine.undo_plan(&report.id, 1, now()).unwrap();
    let (counts, (all, looked_at)) = (some.counts, some.facts);
    assert!(!some.is_whole && looked_at < all && all == plan.facts.0, "{some:?}");
    assert_eq!((counts.removed + counts.restored + counts.left, plan.facts.1), (1, all));
    assert_eq!(house.undo(&report.id).unwrap(), expected);
    let run = house.engine.read(|reader| reader.import(&report.id)).unwrap().unwrap();
    assert_eq!(run.state, State::Undone.key());
    assert_eq!(house.title("file:1").as_deref(), Some("CEO"));
    assert_eq!(house.name("lead/file:1").as_deref(), Some("Ann"));
    assert_eq!((house.title("file:2"), house.name("lead/file:2")), (None, None));
    assert_eq!(house.title("file:3").as_deref(), Some("Chair"), "edited since, it stays");
    let left = house.engine.read(|reader| reader.left_rows(&report.id, "", 10)).unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].subject, "lead/file:3");
    let status = house.engine.read(|reader| reader.lead(&"file:1".into())).unwrap().unwrap().status;
    assert_eq!(status.as_deref(), Some("New"), "{before}");
    house.is_sound();
    assert_eq!(refusal(house.undo(&report.id)), UndoRefusal::UndoneBefore);
    let again = house.import_text(&format!("{HEAD}{rows}"));
    let counts = (again.total.created, again.total.updated, again.total.unchanged);
    assert_eq!(counts, (1, 2, 0), "what was withdrawn comes in again");
    assert_eq!(house.title("file:2").as_deref(), Some("CFO"));
    let status = house.engine.read(|reader| reader.lead(&"file:2".into())).unwrap().unwrap().status;
    assert_eq!(status.as_deref(), Some("New"), "its statuses too");
    house.is_sound();
}

#[test]
fn an_undoing_that_was_broken_off_goes_on_from_the_record_where_it_was() {
    let house = House::new();
    let rows: String = (0..1500).map(|no| format!("{no},P {no},CEO,2026-01-02,New\n")).collect();
    let report = house.import_text(&format!("{HEAD}{rows}"));
    let rested = house.engine.undo_import(&report.id, &now, &mut |_| false).unwrap();
    assert_eq!(UndoState::of(&rested), UndoState::Paused);
    assert!(0 < rested.removed && rested.removed < 1500, "{rested:?}");
    let asked = house.engine.ask_undo(&olga(), &report.id, now()).map(|()| UndoCounts::default());
    assert_eq!(refusal(asked), UndoRefusal::AtIt);
    house.engine.resume_undo(&olga(), &report.id, now()).unwrap();
    assert!(house.engine.work_on_undos(&now).unwrap());
    let done = house.engine.read(|reader| reader.import_undo(&report.id)).unwrap().unwrap();
    assert_eq!(UndoState::of(&done), UndoState::Done);
    assert_eq!((done.removed, done.restored), (1500, 0));
    assert_eq!(done.facts, done.facts_done);
    assert!(!house.engine.work_on_undos(&now).unwrap());
    assert_eq!(house.dump(), "", "nothing is shown or counted any more");
    house.is_sound();
}

#[test]
fn a_whole_org_goes_as_it_came() {
    let root = std::env::var_os("LOCKSTEP_DATA").map(PathBuf::from).unwrap_or_default();
    let folder = root.join("salesforce-export");
    if !folder.is_dir() {
        println!("skipped: LOCKSTEP_DATA names no folder of real exports");
        return;
    }
    let house = House::new();
    let report = house.import(std::slice::from_ref(&folder));
    assert!(house.dump().lines().count() > 300);
    let undone = house.undo(&report.id).unwrap();
    assert_eq!((undone.restored, undone.left), (0, 0));
    assert_eq!(house.dump(), "", "nothing is shown or counted any more");
    house.is_sound();
    let again = house.import(&[folder]);
    assert_eq!(again.total.created, report.total.created);
}

#[test]
fn what_cannot_be_undone_is_refused_in_words() {
    let house = House::new();
    let nothing = house.import_text(&format!("{HEAD}1,Ann,CEO,soon,New\n"));
    assert_eq!(refusal(house.undo(&nothing.id)), UndoRefusal::NothingTold);
    let report = house.import_text(&format!("{HEAD}1,Ann,CEO,2026-01-02,New\n"));
    let later = now() + jiff::SignedDuration::from_hours(24 * 31);
    let late = house.engine.undo_import(&report.id, &|| later, &mut |_| true);
    assert_eq!(refusal(late.map(|_| UndoCounts::default())), UndoRefusal::TooOld);
    let run = house.engine.read(|reader| reader.import(&report.id)).unwrap().unwrap();
    let running = ImportRun { state: State::Running.key().to_owned(), ..run };
    house.engine.keep_run(running, now()).unwrap();
    let words = house.undo(&report.id).unwrap_err().to_string();
    assert_eq!(words, "the import is under way: let it end or stop it, then undo it");
    assert!(matches!(house.undo("none"), Err(Error::Refused(_))));
    let rep = Actor { user: "u2".into(), role: Role::Rep, side: Side::Sales };
    assert!(matches!(house.engine.ask_undo(&rep, &report.id, now()), Err(Error::Refused(_))));
}
