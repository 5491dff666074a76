//! A session that has ended: what is said of it, and what becomes of a form that comes too late.
//! Nothing of it is kept here: the page that answers holds what was typed.

use askama::Template;
use axum::{
    body::{Body, to_bytes},
    extract::{FromRequest, Request, State},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use axum_extra::extract::cookie::CookieJar;
use engine::session::{EndedSession, SessionEnd};

use crate::{
    FORM_BYTES_MAX,
    app::Shared,
    failure::Failure,
    layout::{Door, ErrorPage},
    names::encoded,
    page::page,
    security::local_path,
    sent::Sent,
    session::{local_time, secret},
    show::LocalTime,
    theme::Theme,
};

/// Marks the answer to a form of somebody who is not signed in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CameTooLate;

/// Fields that are never shown nor sent back: passwords.
const SECRET: [&str; 3] = ["password", "present", "new"];

/// What was typed into a form whose session had ended, to be sent once more.
#[derive(Template)]
#[template(path = "layout/signed_out.html")]
struct SignedOutPage {
    door: Door,
    /// When and why, where it is known.
    ended: Option<String>,
    /// Where to sign in, and which page opens then.
    sign_in: String,
    /// Where the form was sent.
    action: String,
    fields: Vec<(String, String)>,
}

impl SignedOutPage {
    /// What is in sight: each name as words, and what was typed.
    fn typed(&self) -> impl Iterator<Item = (String, &String)> {
        let filled = self.fields.iter().filter(|(_, value)| !value.trim().is_empty());
        filled.map(|(name, value)| (name.replace(['_', '-'], " "), value))
    }
}

/// Why the session that a request names has ended, as a sentence; `None` where it names none that is
/// known.
pub(crate) async fn why_signed_out(
    house: &Shared,
    jar: &CookieJar,
) -> Result<Option<String>, Failure> {
    let Some(secret) = secret(house, jar) else { return Ok(None) };
    let (of_all, now) = (house.clone(), house.now());
    let found = house.work(move |engine| {
        let Some(ended) = engine.ended_session(&secret, now)? else { return Ok(None) };
        let time = engine.read(|reader| local_time(&of_all, reader, now))?;
        Ok::<_, Failure>(Some(words(&ended, &time)))
    });
    found.await
}

/// `You were signed out on Tue 24 Nov, 14:02 (Europe/Berlin): …`
fn words(ended: &EndedSession, time: &LocalTime) -> String {
    let why = match ended.why {
        SessionEnd::NotLetIn => {
            "you may not sign in any more; ask whoever lets people in".to_owned()
        }
        SessionEnd::PasswordChanged => {
            "your password was changed, which ends the other sessions".to_owned()
        }
        SessionEnd::Idle(days) => format!("the session had not been used for {days} days"),
        SessionEnd::Lifetime(days) => format!("a session lasts {days} days, and they were over"),
        SessionEnd::Ended => {
            "the session was ended, by you elsewhere or by somebody who looks after people"
                .to_owned()
        }
    };
    let zone = time.zone().iana_name().unwrap_or("local time");
    format!("You were signed out on {} ({zone}): {why}.", time.instant_words(ended.ended_at))
}

/// Answers a form of somebody who is signed in no more with what they typed, instead of losing it.
pub(crate) async fn keep_what_was_typed(
    State(house): State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    if request.method() != Method::POST || !is_form(request.headers()) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, FORM_BYTES_MAX).await else {
        return ErrorPage::too_large().into_response();
    };
    let again = Request::from_parts(parts.clone(), Body::from(bytes.clone()));
    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    if response.extensions().get::<CameTooLate>().is_none() {
        return response;
    }
    match late(&house, again).await {
        Ok(Some(late)) => late,
        Ok(None) => response,
        Err(failure) => failure.into_response(),
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).map(|kind| kind.as_bytes());
    kind.is_some_and(|kind| kind.starts_with(b"application/x-www-form-urlencoded"))
}

/// The page with what was typed; `None` where nothing was.
async fn late(house: &Shared, request: Request) -> Result<Option<Response>, Failure> {
    let (headers, action) = (request.headers().clone(), request.uri().clone());
    let read = Sent::<Vec<(String, String)>>::from_request(request, house).await;
    let Ok(Sent(fields)) = read else { return Ok(None) };
    let is_secret = fields.iter().any(|(name, _)| SECRET.contains(&name.as_str()));
    if is_secret || fields.iter().all(|(_, value)| value.trim().is_empty()) {
        return Ok(None);
    }
    let ended = why_signed_out(house, &CookieJar::from_headers(&headers)).await?;
    let shown = SignedOutPage {
        door: Door {
            title: "You are signed out".to_owned(),
            firm: Some(house.app.firm.clone()).filter(|firm| !firm.is_empty()),
            theme: Theme::of(&headers),
            refused: false,
        },
        ended,
        sign_in: format!("/sign-in?to={}", encoded(&came_from(&headers))),
        action: local_path(action.path_and_query().map_or("/", |path| path.as_str())).to_owned(),
        fields,
    };
    Ok(Some((StatusCode::FORBIDDEN, page(shown)).into_response()))
}

/// The page of this site from which a request came, as far as it says so.
fn came_from(headers: &HeaderMap) -> String {
    let from = headers.get(header::REFERER).and_then(|from| from.to_str().ok());
    let from = from.and_then(|from| from.parse::<Uri>().ok());
    let path = from.as_ref().and_then(|from| from.path_and_query());
    local_path(path.map_or("/", |path| path.as_str())).to_owned()
}
