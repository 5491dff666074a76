//! What the pages stand on: the engine, the clock, and how this Lockstep is reached.

use std::sync::Arc;

use domain::ids::UserId;
use engine::{Engine, import::dock::Dock};
use jiff::{Timestamp, tz::TimeZone};
use tokio::sync::Semaphore;

use crate::{
    failure::Failure,
    layout::Demo,
    library::Library,
    live::{Closing, Live},
    throttle::Throttle,
};

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Everything that the pages need.
#[derive(Clone)]
pub struct App {
    /// What does the work.
    pub engine: Arc<Engine>,
    /// The only clock.
    pub clock: Clock,
    /// The firm's name, unless the setting `firm.name` says another.
    pub firm: String,
    /// The zone of instants on pages, unless the setting `firm.zone` says another.
    pub zone: TimeZone,
    /// Whether browsers come by https.
    pub https: bool,
    /// Where files lie that people bring.
    pub dock: Dock,
    /// Who can be signed in as without a password, in a demonstration only.
    pub demo: Option<DemoInfo>,
    /// Ends what listens when Lockstep closes.
    pub closing: Closing,
}

/// A demonstration: its people and what the strip over its pages says.
#[derive(Debug, Clone)]
pub struct DemoInfo {
    /// Id, name, and role in words.
    pub people: Vec<(UserId, String, String)>,
    /// What this is.
    pub says: String,
}

/// Passwords that are worked on at once; each takes 19 MiB and a core.
const HASHES_AT_ONCE: usize = 2;

/// The app as it runs, with what it must remember between requests.
pub(crate) struct House {
    pub(crate) app: App,
    /// Attempts to sign in.
    pub(crate) attempts: Throttle,
    /// Passwords in work.
    pub(crate) hashing: Semaphore,
    /// Answers to questions over everybody.
    pub(crate) kept: Library,
    /// Pages that are told when the ledger grows.
    pub(crate) live: Live,
}

/// What every handler is given.
pub(crate) type Shared = Arc<House>;

impl House {
    pub(crate) fn new(app: App) -> Shared {
        let hashing = Semaphore::new(HASHES_AT_ONCE);
        let (attempts, kept) = (Throttle::default(), Library::default());
        Arc::new(House { app, attempts, hashing, kept, live: Live::default() })
    }

    /// Now.
    pub(crate) fn now(&self) -> Timestamp {
        (self.app.clock)()
    }

    /// Asks or tells the engine, on a thread that may wait.
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Engine) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let engine = self.app.engine.clone();
        match tokio::task::spawn_blocking(move || work(&engine)).await {
            Ok(done) => done,
            Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
        }
    }

    /// The strip over the pages of a demonstration.
    pub(crate) fn demo(&self) -> Option<Demo> {
        let says = self.app.demo.as_ref()?.says.clone();
        Some(Demo { says, switch: "/sign-in".to_owned() })
    }
}
