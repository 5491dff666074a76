//! Answers to questions over everybody, worked out once for each state of the ledger.
//!
//! Whoever asks sees the present, as long as that takes no time: in a small firm always. Where it
//! takes longer, the last answer is shown at once, with the instant as of which it is true, and one
//! thread brings it up to date. The first answer to a question in a big ledger can take longer than
//! somebody waits for a page: it goes on being worked out aside, and the page says so. An answer is kept under its question, for everybody who may ask it:
//! what only some may see is no part of what is kept, or is taken out by whoever shows it.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::channel,
    },
    thread,
    time::{Duration, Instant},
};

use axum::{
    http::{HeaderName, HeaderValue, header::REFRESH},
    response::Response,
};
use domain::ids::FactNo;
use engine::Engine;
use jiff::Timestamp;
use store::StoreError;

use crate::app::Clock;

/// In a ledger of fewer facts everything is worked out at once, however slow the machine.
const SMALL: i64 = 20_000;
/// What takes no longer is worked out at once.
const QUICK: Duration = Duration::from_millis(50);
/// Of the time, bringing one answer up to date takes one part in so many.
const SHARE: u32 = 10;
/// With no new fact an answer is true for so long, but for clocks that have fallen due since.
const STILL_TRUE: i64 = 60_000;
/// Questions of one kind that are kept.
const QUESTIONS_MAX: usize = 32;
/// Bytes that the answers of one kind may take.
const BYTES_MAX: usize = 512 << 20;
/// States of one answer that are kept, so that whoever opens a figure finds what it was made of.
const STATES_MAX: usize = 2;

/// Whoever first asks a question waits so long for its answer.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// First answers in big ledgers are worked out one after the other: each takes gigabytes.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Something that can be kept.
pub(crate) trait Keep: Send + Sync + 'static {
    /// About how many bytes it takes.
    fn bytes(&self) -> usize;
}

/// An answer.
pub(crate) struct Found<T> {
    pub(crate) value: Arc<T>,
    /// As of when it is true.
    pub(crate) as_of: Timestamp,
    /// Whether that is now.
    pub(crate) is_present: bool,
}

impl<T> Found<T> {
    /// As of when it is true, where that has to be said.
    pub(crate) fn past(&self) -> Option<Timestamp> {
        (!self.is_present).then_some(self.as_of)
    }
}

/// The header by which a browser opens a page again by itself, for one on which something is still
/// being worked out, and after how many seconds.
const LOOKS_AGAIN: (HeaderName, HeaderValue) = (REFRESH, HeaderValue::from_static("5"));

/// The same page, which looks again by itself.
pub(crate) fn looks_again(mut response: Response) -> Response {
    let (name, seconds) = LOOKS_AGAIN;
    response.headers_mut().insert(name, seconds);
    response
}

/// An answer, or that it is still being worked out.
pub(crate) enum Soon<T> {
    /// The answer.
    Found(Found<T>),
    /// It is being worked out aside.
    Awaited,
}

/// What an address says of the state whose rows it opens: nothing in a small ledger, which is only
/// ever seen as it is.
pub(crate) fn in_address(engine: &Engine, as_of: Timestamp) -> Result<String, StoreError> {
    let head = engine.read(|reader| reader.head())?;
    Ok(match head.fact.0 < SMALL {
        true => String::new(),
        false => format!("&at={}", as_of.as_nanosecond()),
    })
}

/// The instant that an address says.
pub(crate) fn of_address(at: &str) -> Option<Timestamp> {
    Timestamp::from_nanosecond(at.parse().ok()?).ok()
}

/// The answers to questions of one kind.
pub(crate) struct Kept<T> {
    slots: Mutex<BTreeMap<String, Arc<Slot<T>>>>,
    asked: AtomicU64,
}

/// The answers to one question.
struct Slot<T> {
    states: Mutex<VecDeque<State<T>>>,
    /// Held by whoever works it out while others wait for it.
    making: Mutex<()>,
    is_renewed: AtomicBool,
    last_asked: AtomicU64,
}

/// What an answer was at an instant.
struct State<T> {
    value: Arc<T>,
    head: FactNo,
    as_of: Timestamp,
    took: Duration,
    made: Instant,
}

impl<T> Clone for State<T> {
    fn clone(&self) -> State<T> {
        State { value: self.value.clone(), ..*self }
    }
}

impl<T> State<T> {
    fn is_of(&self, head: FactNo, now: Timestamp) -> bool {
        self.head == head && self.as_of.as_second() == now.as_second()
    }

    fn is_quick(&self, head: FactNo) -> bool {
        head.0 < SMALL || self.took < QUICK
    }

    /// Whether it is time to bring it up to date.
    fn is_due(&self, head: FactNo, now: Timestamp) -> bool {
        let is_old = now.as_millisecond() - self.as_of.as_millisecond() >= STILL_TRUE;
        (self.head != head || is_old) && self.made.elapsed() >= self.took * SHARE
    }

    fn found(self, is_present: bool) -> Found<T> {
        Found { value: self.value, as_of: self.as_of, is_present }
    }
}

/// No code that can panic runs while one of these is locked, but for what makes an answer, which
/// leaves nothing behind.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> Default for Kept<T> {
    fn default() -> Kept<T> {
        Kept { slots: Mutex::default(), asked: AtomicU64::new(0) }
    }
}

impl<T: Keep> Kept<T> {
    /// The answer to `question`, which `make` works out as of an instant. Every difference that
    /// `make` knows is in the question.
    ///
    /// # Errors
    /// What `make` says; or when the ledger cannot be read.
    pub(crate) fn ask<E: From<StoreError>>(
        &self,
        engine: &Arc<Engine>,
        clock: &Clock,
        question: &str,
        now: Timestamp,
        make: impl Fn(&Engine, Timestamp) -> Result<T, E> + Send + 'static,
    ) -> Result<Found<T>, E> {
        let head = engine.read(|reader| reader.head()).map_err(E::from)?.fact;
        let slot = self.slot(question);
        if let Some(state) = slot.last() {
            if state.is_of(head, now) {
                return Ok(state.found(true));
            }
            if !state.is_quick(head) {
                if state.is_due(head, now) {
                    slot.renew(engine.clone(), clock.clone(), make);
                }
                return Ok(state.found(false));
            }
        }
        let waited = lock(&slot.making);
        // Somebody else may have worked it out while this one waited.
        if let Some(state) = slot.last()
            && (state.is_of(head, now) || (state.head >= head && !state.is_quick(head)))
        {
            let is_present = state.is_of(head, now);
            return Ok(state.found(is_present));
        }
        let state = slot.make(engine, head, now, &make)?;
        drop(waited);
        self.forget_some(question);
        Ok(state.found(true))
    }

    /// The same, but where the first answer takes long it is worked out aside.
    ///
    /// # Errors
    /// What `make` says; or when the ledger cannot be read.
    pub(crate) fn ask_soon<E: From<StoreError> + Send + 'static>(
        &self,
        engine: &Arc<Engine>,
        clock: &Clock,
        question: &str,
        now: Timestamp,
        make: impl Fn(&Engine, Timestamp) -> Result<T, E> + Send + 'static,
    ) -> Result<Soon<T>, E> {
        let head = engine.read(|reader| reader.head()).map_err(E::from)?.fact;
        let slot = self.slot(question);
        if slot.last().is_some() || head.0 < SMALL {
            return self.ask(engine, clock, question, now, make).map(Soon::Found);
        }
        slot.clone().begin(engine.clone(), clock.clone(), make, PATIENCE)?;
        let Some(state) = slot.last() else { return Ok(Soon::Awaited) };
        self.forget_some(question);
        let is_present = state.is_of(head, now);
        Ok(Soon::Found(state.found(is_present)))
    }

    /// The answer to a question as it was at an instant, while that is kept.
    pub(crate) fn as_it_was(&self, question: &str, as_of: Timestamp) -> Option<Found<T>> {
        let slot = lock(&self.slots).get(question).cloned()?;
        let states = lock(&slot.states);
        let state = states.iter().find(|state| state.as_of == as_of)?;
        Some(state.clone().found(false))
    }

    fn slot(&self, question: &str) -> Arc<Slot<T>> {
        let mut slots = lock(&self.slots);
        let slot = slots.entry(question.to_owned()).or_insert_with(|| Arc::new(Slot::new()));
        slot.last_asked.store(self.asked.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        slot.clone()
    }

    /// Forgets what was not asked for the longest, until what is left is within bounds.
    fn forget_some(&self, but: &str) {
        let mut slots = lock(&self.slots);
        loop {
            let bytes: usize = slots.values().map(|slot| slot.bytes()).sum();
            if slots.len() <= QUESTIONS_MAX && bytes <= BYTES_MAX {
                return;
            }
            let others = slots.iter().filter(|(question, _)| *question != but);
            let oldest = others.min_by_key(|(_, slot)| slot.last_asked.load(Ordering::Relaxed));
            let Some(oldest) = oldest.map(|(question, _)| question.clone()) else { return };
            slots.remove(&oldest);
        }
    }
}

impl<T: Keep> Slot<T> {
    fn new() -> Slot<T> {
        Slot {
            states: Mutex::default(),
            making: Mutex::new(()),
            is_renewed: AtomicBool::new(false),
            last_asked: AtomicU64::new(0),
        }
    }

    fn last(&self) -> Option<State<T>> {
        lock(&self.states).back().cloned()
    }

    fn bytes(&self) -> usize {
        lock(&self.states).iter().map(|state| state.value.bytes()).sum()
    }

    fn make<E>(
        &self,
        engine: &Engine,
        head: FactNo,
        now: Timestamp,
        make: &impl Fn(&Engine, Timestamp) -> Result<T, E>,
    ) -> Result<State<T>, E> {
        let start = Instant::now();
        let value = Arc::new(make(engine, now)?);
        let state = State { value, head, as_of: now, took: start.elapsed(), made: Instant::now() };
        let mut states = lock(&self.states);
        // What is made anew at once needs no memory of what it was.
        let kept = if state.is_quick(head) { 0 } else { STATES_MAX - 1 };
        while states.len() > kept {
            states.pop_front();
        }
        states.push_back(state.clone());
        Ok(state)
    }

    /// Works out the first answer on a thread of its own and waits a while for it, unless one is at
    /// it already.
    fn begin<E: From<StoreError> + Send + 'static>(
        self: Arc<Self>,
        engine: Arc<Engine>,
        clock: Clock,
        make: impl Fn(&Engine, Timestamp) -> Result<T, E> + Send + 'static,
        patience: Duration,
    ) -> Result<(), E> {
        // Whoever began it has waited already; it will take a while.
        if self.is_renewed.swap(true, Ordering::AcqRel) {
            return Ok(());
        }
        let (tells, told) = channel();
        let slot = self.clone();
        thread::spawn(move || {
            let _over = Over(&slot.is_renewed);
            let _alone = lock(&ONE_AT_A_TIME);
            let _making = lock(&slot.making);
            let head = engine.read(|reader| reader.head()).map_err(E::from);
            let made = head.and_then(|head| slot.make(&engine, head.fact, clock(), &make));
            // Whoever asked may have gone on to say that it takes long, and asks again.
            let _nobody_waits = tells.send(made.map(drop));
        });
        told.recv_timeout(patience).unwrap_or(Ok(()))
    }

    /// Brings the answer up to date on a thread of its own, unless one is at it.
    fn renew<E: From<StoreError>>(
        self: Arc<Self>,
        engine: Arc<Engine>,
        clock: Clock,
        make: impl Fn(&Engine, Timestamp) -> Result<T, E> + Send + 'static,
    ) {
        if self.is_renewed.swap(true, Ordering::AcqRel) {
            return;
        }
        thread::spawn(move || {
            let _over = Over(&self.is_renewed);
            let _making = lock(&self.making);
            // As of before the facts that come in meanwhile: the next one who asks sees them.
            let head = engine.read(|reader| reader.head()).map_err(E::from);
            let made = head.and_then(|head| self.make(&engine, head.fact, clock(), &make));
            if made.is_err() {
                tracing::warn!("an answer could not be brought up to date; the last one stays");
            }
        });
    }
}

/// Says that the renewing is over, also when it broke.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests;
