//! Who asks: the session's cookie, read once for every page.

use axum::{
    Extension,
    extract::{FromRef, FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, Method, header::HOST, request::Parts, uri::Authority},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use domain::firm::Side;
use engine::{
    Engine,
    access::{Act, Actor, may},
};
use jiff::{Timestamp, tz::TimeZone};
use store::{Reader, read::LeadFilter};

use crate::{
    app::Shared,
    failure::Failure,
    flash::Flash,
    keys,
    layout::{Counts, Frame, Person, Place},
    names::encoded,
    page::{page, refused},
    pages::fact::may_open,
    show::LocalTime,
    signed_out::CameTooLate,
    theme::Theme,
};

/// The cookie's name: behind https the one that no other site can set.
pub(crate) fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-ls" } else { "ls" }
}

/// The cookie that holds a session's secret.
pub(crate) fn session_cookie(secret: String, https: bool) -> Cookie<'static> {
    Cookie::build((cookie_name(https), secret))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(https)
        .build()
}

/// Somebody who is signed in, and what pages say of them.
#[derive(Debug, Clone)]
pub struct Signed(pub Actor, pub Person);

impl Signed {
    /// Whether they may; a denial looks like a page that is not there.
    ///
    /// # Errors
    /// An answer of 404.
    pub fn may(&self, act: &Act) -> Result<(), Failure> {
        may(&self.0, act).map_err(Failure::from)
    }

    /// Whether they may, for leaving out what they may not.
    pub fn can(&self, act: &Act) -> bool {
        may(&self.0, act).is_ok()
    }
}

/// A request of somebody who is not signed in is turned away to the door.
#[derive(Debug)]
pub enum TurnedAway {
    /// To the door, and back here afterwards.
    ToDoor(String),
    /// The database let us down.
    Failed(Failure),
}

impl IntoResponse for TurnedAway {
    fn into_response(self) -> Response {
        match self {
            TurnedAway::ToDoor(to) => (Extension(CameTooLate), Redirect::to(&to)).into_response(),
            TurnedAway::Failed(failure) => failure.into_response(),
        }
    }
}

impl TurnedAway {
    fn from_parts(parts: &Parts) -> TurnedAway {
        let here = parts.uri.path_and_query().map_or("/", |here| here.as_str());
        let to = match parts.method {
            Method::GET if here != "/" => format!("/sign-in?to={}", encoded(here)),
            _ => "/sign-in".to_owned(),
        };
        TurnedAway::ToDoor(to)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Signed
where
    Shared: FromRef<S>,
{
    type Rejection = TurnedAway;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Signed, TurnedAway> {
        let house = Shared::from_ref(state);
        match whose(&house, &CookieJar::from_headers(&parts.headers)).await {
            Ok(Some(signed)) => Ok(signed),
            Ok(None) => Err(TurnedAway::from_parts(parts)),
            Err(failure) => Err(TurnedAway::Failed(failure)),
        }
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Signed
where
    Shared: FromRef<S>,
{
    type Rejection = TurnedAway;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &S,
    ) -> Result<Option<Signed>, TurnedAway> {
        let house = Shared::from_ref(state);
        let jar = CookieJar::from_headers(&parts.headers);
        whose(&house, &jar).await.map_err(TurnedAway::Failed)
    }
}

async fn whose(house: &Shared, jar: &CookieJar) -> Result<Option<Signed>, Failure> {
    let Some(secret) = secret(house, jar) else { return Ok(None) };
    let now = house.now();
    house.work(move |engine| signed(engine, &secret, now)).await
}

/// The secret in the session's cookie.
pub(crate) fn secret(house: &Shared, jar: &CookieJar) -> Option<String> {
    jar.get(cookie_name(house.app.https)).map(|cookie| cookie.value().to_owned())
}

fn signed(engine: &Engine, secret: &str, now: Timestamp) -> Result<Option<Signed>, Failure> {
    let Some(actor) = engine.whose_session(secret, now)? else { return Ok(None) };
    let known = engine.read(|reader| reader.person_of(&format!("user/{}", actor.user)))?;
    let name = known.and_then(|known| known.name).unwrap_or_else(|| actor.user.0.clone());
    let person = Person { name, side: actor.side, role: actor.role };
    Ok(Some(Signed(actor, person)))
}

/// A visit to a page: who, and the frame in which the page will stand.
pub(crate) struct Visit {
    pub(crate) house: Shared,
    pub(crate) signed: Signed,
    pub(crate) frame: Frame,
    /// Where whoever asks reaches Lockstep, as far as the request says it.
    pub(crate) address: Option<String>,
    jar: CookieJar,
}

impl<S: Send + Sync> FromRequestParts<S> for Visit
where
    Shared: FromRef<S>,
{
    type Rejection = TurnedAway;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Visit, TurnedAway> {
        let house = Shared::from_ref(state);
        let jar = CookieJar::from_headers(&parts.headers);
        let (signed, mut frame) = match whose_and_frame(&house, &jar).await {
            Ok(Some(found)) => found,
            Ok(None) => return Err(TurnedAway::from_parts(parts)),
            Err(failure) => return Err(TurnedAway::Failed(failure)),
        };
        // What was done is said to whoever looks, not to a browser that only looks ahead.
        let (flash, jar) = if looks_ahead(&parts.headers) { (None, jar) } else { Flash::take(jar) };
        frame.theme = Theme::of(&parts.headers);
        frame.keys = keys::letters_work(&parts.headers);
        frame.flash = flash;
        frame.back = parts.uri.path_and_query().map_or("/", |here| here.as_str()).to_owned();
        let address = address(parts, house.app.https);
        Ok(Visit { house, signed, frame, address, jar })
    }
}

/// `https://lockstep.example`, by the host that the request names. Whether browsers come by https
/// was said at the start: what a proxy says of it is not asked.
fn address(parts: &Parts, https: bool) -> Option<String> {
    let named = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    let host: Authority = match named {
        Some(host) => host.parse().ok()?,
        None => parts.uri.authority().cloned()?,
    };
    Some(format!("{}://{host}", if https { "https" } else { "http" }))
}

/// Who asks, and the frame of their pages: asked for in one go, since every page begins so.
async fn whose_and_frame(
    house: &Shared,
    jar: &CookieJar,
) -> Result<Option<(Signed, Frame)>, Failure> {
    let Some(secret) = secret(house, jar) else { return Ok(None) };
    let (of_all, now) = (house.clone(), house.now());
    let ask = move |engine: &Engine| {
        let Some(signed) = signed(engine, &secret, now)? else { return Ok(None) };
        let frame = frame_for(&of_all, engine, &signed, now)?;
        Ok(Some((signed, frame)))
    };
    house.work(ask).await
}

/// Whether a browser asks before anybody went there.
fn looks_ahead(headers: &HeaderMap) -> bool {
    headers.get("sec-purpose").is_some_and(|purpose| purpose.as_bytes().starts_with(b"prefetch"))
}

/// An instant in the zone of pages.
pub(crate) fn local_time(
    house: &Shared,
    reader: &Reader<'_>,
    now: Timestamp,
) -> Result<LocalTime, Failure> {
    let named = reader.setting("firm.zone")?;
    let zone = named.and_then(|zone| TimeZone::get(&zone).ok());
    Ok(LocalTime::new(now, zone.unwrap_or_else(|| house.app.zone.clone())))
}

fn frame_for(
    house: &Shared,
    engine: &Engine,
    signed: &Signed,
    now: Timestamp,
) -> Result<Frame, Failure> {
    let mut frame = engine.read(|reader| {
        let firm = reader.setting("firm.name")?.unwrap_or_else(|| house.app.firm.clone());
        let time = local_time(house, reader, now)?;
        let mut frame = Frame::new(firm, signed.1.clone(), time);
        frame.in_force = reader.version_in_force()?;
        frame.head = reader.head()?.fact;
        frame.opens_head = may_open(reader, signed, frame.head)?;
        let running = LeadFilter { with_running_clock: true, ..LeadFilter::default() };
        let leads = Some(reader.leads_count(&running)?).filter(|count| *count > 0);
        frame.counts = Counts { leads, people: None };
        Ok::<_, Failure>(frame)
    })?;
    frame.searches_ledger = signed.can(&Act::SearchLedger);
    frame.imports = signed.can(&Act::Import);
    frame.demo = house.demo();
    Ok(frame)
}

impl Visit {
    /// The frame of a page of this name under an entry of the rail.
    pub(crate) fn frame(&self, title: impl Into<String>, place: Place) -> Frame {
        self.frame.clone().titled(title).at(place)
    }

    /// Now, and the zone of the page.
    pub(crate) fn time(&self) -> LocalTime {
        self.frame.time.clone()
    }

    /// The secret of the session by which they ask.
    pub(crate) fn secret(&self) -> Option<String> {
        secret(&self.house, &self.jar)
    }

    /// Answers with a page; what was said once is not said again.
    pub(crate) fn show<T: askama::Template>(self, template: T) -> Response {
        (self.jar, page(template)).into_response()
    }

    /// Answers with a form that was refused.
    pub(crate) fn refuse<T: askama::Template>(self, template: T) -> Response {
        (self.jar, refused(template)).into_response()
    }

    /// Goes on to a page and says there what was done.
    pub(crate) fn go(self, to: &str, flash: &Flash) -> Response {
        (flash.leave(self.jar), Redirect::to(to)).into_response()
    }
}

/// The word for a side in a sentence about who signs.
pub(crate) fn for_side(side: &Side) -> String {
    format!("for {}", side.word())
}
