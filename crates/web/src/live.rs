//! `GET /live`: tells open pages that the ledger has grown, as server-sent events.
//!
//! While anybody listens, one task of this process looks each second where the ledger ends, one row
//! of one index. So it is told whoever wrote: this process, another node on the same PostgreSQL, or
//! the command line. With nobody listening, nothing is looked at. A listener hears no facts, only
//! that there are new ones; the page then asks for itself, as the person who looks at it.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    extract::State,
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};
use axum_extra::extract::cookie::CookieJar;
use domain::ids::UserId;
use futures_util::{Stream, stream};
use tokio::sync::watch;

use crate::{
    app::{House, Shared},
    failure::Failure,
    layout::ErrorPage,
    session::{Signed, cookie_name},
};

/// Pages of one person that are told at a time; a browser gives a site six connections.
const LISTENERS_MAX: usize = 12;

/// How often the end of the ledger is looked at.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(1);

/// After this long without news a listener is asked whether the session still runs, and the line is
/// kept open.
const QUIET_MAX: Duration = Duration::from_secs(20);

/// Tells those who listen that Lockstep closes, so that they do not hold it open.
#[derive(Debug, Clone, Default)]
pub struct Closing(Arc<watch::Sender<bool>>);

impl Closing {
    /// Ends every stream.
    pub fn close(&self) {
        self.0.send_replace(true);
    }
}

/// Who listens, and what they hear.
#[derive(Default)]
pub(crate) struct Live {
    head: watch::Sender<i64>,
    listeners: Mutex<Listeners>,
}

#[derive(Default)]
struct Listeners {
    of: BTreeMap<UserId, usize>,
    /// Whether a task looks for them.
    is_looked: bool,
}

impl Live {
    /// No code that can panic runs while it is locked, so it is never half-way.
    fn listeners(&self) -> MutexGuard<'_, Listeners> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts somebody in; whether they may listen once more.
    fn count_in(&self, user: &UserId) -> bool {
        let mut listeners = self.listeners();
        let theirs = listeners.of.entry(user.clone()).or_default();
        let may = *theirs < LISTENERS_MAX;
        *theirs += usize::from(may);
        may
    }

    fn count_out(&self, user: &UserId) {
        let mut listeners = self.listeners();
        if let Some(theirs) = listeners.of.get_mut(user) {
            *theirs -= 1;
            if *theirs == 0 {
                listeners.of.remove(user);
            }
        }
    }
}

/// One page that is told; counted out when its line closes.
struct Listener {
    house: Shared,
    user: UserId,
    secret: String,
    head: watch::Receiver<i64>,
    closing: watch::Receiver<bool>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.house.live.count_out(&self.user);
    }
}

/// Tells that there are new facts, until the session ends, the page closes, or Lockstep does.
pub(crate) async fn show(
    signed: Signed,
    State(house): State<Shared>,
    jar: CookieJar,
) -> Result<Response, Failure> {
    let Some(cookie) = jar.get(cookie_name(house.app.https)) else { return Err(Failure::Absent) };
    let (user, secret) = (signed.0.user.clone(), cookie.value().to_owned());
    if !house.live.count_in(&user) {
        return Ok(ErrorPage::too_many().into_response());
    }
    let (head, closing) = (house.live.head.subscribe(), house.app.closing.0.subscribe());
    let mut listener = Listener { house: house.clone(), user, secret, head, closing };
    let now_at = head_of(&house).await?;
    if !std::mem::replace(&mut house.live.listeners().is_looked, true) {
        house.live.head.send_replace(now_at);
        tokio::spawn(looks(house.clone()));
    }
    let now_at = now_at.max(*listener.head.borrow_and_update());
    Ok(Sse::new(events(listener, now_at)).into_response())
}

async fn head_of(house: &Shared) -> Result<i64, Failure> {
    house.work(|engine| Ok(engine.read(|reader| reader.head())?.fact.0)).await
}

/// Looks where the ledger ends, for as long as anybody listens.
async fn looks(house: Arc<House>) {
    loop {
        tokio::time::sleep(LOOKED_AT_EVERY).await;
        {
            let mut listeners = house.live.listeners();
            listeners.is_looked = !listeners.of.is_empty();
            if !listeners.is_looked {
                return;
            }
        }
        // A database that is away is told by the pages that need it; here it is asked again.
        if let Ok(found) = head_of(&house).await {
            house.live.head.send_if_modified(|head| std::mem::replace(head, found) != found);
        }
    }
}

/// The events of one page: the number of the last fact at once, and whenever there are more.
fn events(listener: Listener, now_at: i64) -> impl Stream<Item = Result<Event, Infallible>> {
    let told = |head: i64| Ok(Event::default().event("head").data(head.to_string()));
    stream::unfold((Some(listener), Some(now_at)), move |(listener, first)| async move {
        let mut listener = listener?;
        if let Some(head) = first {
            return Some((told(head), (Some(listener), None)));
        }
        let grew = tokio::select! {
            _ = listener.closing.wait_for(|closing| *closing) => return None,
            grew = tokio::time::timeout(QUIET_MAX, listener.head.changed()) => grew.is_ok(),
        };
        let (secret, now) = (listener.secret.clone(), listener.house.now());
        let runs = listener.house.work(move |engine| Ok(engine.session_runs(&secret, now)?)).await;
        if !matches!(runs, Ok(true)) {
            // Said once; the page asks no more. A browser drops an event without data.
            return Some((Ok(Event::default().event("ended").data("session")), (None, None)));
        }
        let event = match grew {
            true => told(*listener.head.borrow_and_update()),
            false => Ok(Event::default().comment("")),
        };
        Some((event, (Some(listener), None)))
    })
}
