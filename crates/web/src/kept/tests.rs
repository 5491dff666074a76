use std::sync::mpsc::{Sender, channel};

use domain::{
    activity::ActivityRecorded,
    fact::{Fact, Told},
    field::Fields,
    reported::Reported,
};
use jiff::SignedDuration;
use store::Location;

use super::*;

/// A number that was worked out.
struct Number(i64);

impl Keep for Number {
    fn bytes(&self) -> usize {
        BYTES_MAX / 3
    }
}

fn opened(folder: &tempfile::TempDir) -> Arc<Engine> {
    let location = Location::Sqlite(folder.path().join("lockstep.db"));
    Arc::new(Engine::open(&location, at(0)).unwrap())
}

fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second)
}

fn tell(engine: &Engine, key: &str) {
    let fact = Fact::Activity(ActivityRecorded {
        lead: "crm:1".into(),
        kind: "call".to_owned(),
        status: None,
        campaign: None,
        account: None,
        by: None,
        fields: Fields::new(),
    });
    let (source, key) = ("crm".to_owned(), key.to_owned());
    let told = Told { source, key, happened_at: at(0), fact };
    engine.take_in(vec![Reported { told, person: None }], at(0)).unwrap();
}

fn facts(engine: &Engine, _: Timestamp) -> Result<Number, StoreError> {
    engine.read(|reader| Ok(Number(reader.head()?.fact.0)))
}

#[test]
fn a_small_firm_sees_the_present_and_nothing_is_worked_out_twice() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, kept) = (opened(&folder), Kept::<Number>::default());
    let clock: Clock = Arc::new(|| at(0));
    let times = Arc::new(AtomicU64::new(0));
    let ask = |now| {
        let times = times.clone();
        let make = move |engine: &Engine, now| {
            times.fetch_add(1, Ordering::Relaxed);
            facts(engine, now)
        };
        let found = kept.ask(&engine, &clock, "facts", now, make).unwrap();
        assert!(found.is_present);
        assert_eq!(found.as_of.as_second(), now.as_second());
        found.value.0
    };
    assert_eq!((ask(at(1)), ask(at(1))), (0, 0));
    assert_eq!(times.load(Ordering::Relaxed), 1, "the same state of the ledger, the same second");
    tell(&engine, "1");
    assert_eq!(ask(at(1)), 1, "the ledger has moved on");
    assert_eq!(ask(at(2)), 1);
    assert_eq!(times.load(Ordering::Relaxed), 3, "clocks fall due as time passes");
}

/// Puts an answer there as if it had taken long in a big ledger.
fn slow(kept: &Kept<Number>, question: &str, as_of: Timestamp, made: Instant) {
    let state =
        State { value: Arc::new(Number(-1)), head: FactNo(SMALL), as_of, took: QUICK, made };
    lock(&kept.slot(question).states).push_back(state);
}

#[test]
fn what_takes_long_is_shown_as_of_when_it_was_true_and_renewed_once() {
    let long_ago = Instant::now() - QUICK * SHARE;
    let state = State {
        value: Arc::new(Number(0)),
        head: FactNo(SMALL),
        as_of: at(0),
        took: QUICK,
        made: long_ago,
    };
    let next = FactNo(SMALL + 1);
    assert!(!state.is_quick(next), "it takes long");
    assert!(state.is_due(next, at(0)), "the ledger has moved on");
    assert!(!state.is_due(FactNo(SMALL), at(59)), "nothing is new");
    assert!(state.is_due(FactNo(SMALL), at(60)), "clocks may have fallen due");
    let just_now = State { made: Instant::now() + Duration::from_secs(60), ..state.clone() };
    assert!(!just_now.is_due(next, at(0)), "others need the machine too");
    let quick = State { took: Duration::ZERO, ..state.clone() };
    assert!(quick.is_quick(next) && state.is_quick(FactNo(SMALL - 1)), "quick, or a small ledger");
}

#[test]
fn one_renewing_at_a_time_and_whoever_opens_a_figure_finds_its_state() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, kept) = (opened(&folder), Kept::<Number>::default());
    slow(&kept, "facts", at(0), Instant::now());
    let slot = kept.slot("facts");
    let clock: Clock = Arc::new(|| at(7));
    let (told, hears): (Sender<()>, _) = channel();
    let (go, waits) = channel::<()>();
    let waits = Mutex::new(waits);
    slot.clone().renew(engine.clone(), clock.clone(), move |engine, now| {
        told.send(()).unwrap();
        lock(&waits).recv().unwrap();
        facts(engine, now)
    });
    hears.recv().unwrap();
    slot.clone().renew(engine, clock, |_, _| -> Result<Number, StoreError> {
        panic!("one is at it already")
    });
    assert_eq!(slot.last().unwrap().value.0, -1, "the last answer stays meanwhile");
    go.send(()).unwrap();
    drop(lock(&slot.making));
    assert_eq!(slot.last().unwrap().as_of, at(7));
    assert!(kept.as_it_was("facts", at(7)).is_some());
    assert!(kept.as_it_was("facts", at(9)).is_none());
}

#[test]
fn what_was_not_asked_for_the_longest_is_forgotten() {
    let kept = Kept::<Number>::default();
    for question in ["a", "b", "c", "d"] {
        slow(&kept, question, at(0), Instant::now());
        drop(kept.slot("a"));
        kept.forget_some(question);
    }
    let left: Vec<String> = lock(&kept.slots).keys().cloned().collect();
    assert_eq!(left, ["a", "c", "d"], "a third of the room each, and a is asked for all the time");
}

#[test]
fn a_first_answer_that_takes_long_is_worked_out_aside_and_once() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, slot) = (opened(&folder), Arc::new(Slot::<Number>::new()));
    let clock: Clock = Arc::new(|| at(7));
    let (go, waits) = channel::<()>();
    let waits = Mutex::new(waits);
    let make = move |engine: &Engine, now| {
        lock(&waits).recv().unwrap();
        facts(engine, now)
    };
    slot.clone().begin(engine.clone(), clock.clone(), make, Duration::ZERO).unwrap();
    assert!(slot.last().is_none(), "it goes on");
    let again = |_: &Engine, _| -> Result<Number, StoreError> { panic!("one is at it already") };
    slot.clone().begin(engine.clone(), clock.clone(), again, Duration::ZERO).unwrap();
    assert!(slot.last().is_none());
    go.send(()).unwrap();

    let long = Duration::from_secs(60);
    let slot = Arc::new(Slot::<Number>::new());
    slot.clone().begin(engine.clone(), clock.clone(), facts, long).unwrap();
    assert_eq!(slot.last().unwrap().as_of, at(7), "what is there by then is shown at once");

    let refused = |_: &Engine, _| Err::<Number, _>(StoreError::Key);
    let slot = Arc::new(Slot::<Number>::new());
    assert!(slot.clone().begin(engine.clone(), clock.clone(), refused, long).is_err());
    assert!(slot.last().is_none(), "what it says is told to whoever asked");
}
