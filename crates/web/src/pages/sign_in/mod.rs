//! The door: in with an address and a password, and out again.

use std::net::SocketAddr;

use askama::Template;
use axum::{
    Extension,
    extract::{ConnectInfo, Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar};
use domain::ids::UserId;
use engine::{Engine, Refusal, sign_in::SignInRefusal};
use serde::Deserialize;

use crate::{
    app::Shared,
    failure::Failure,
    layout::{Door, Field, Form},
    page::{page, refused},
    security::local_path,
    sent::Sent,
    session::{Signed, cookie_name, session_cookie},
    signed_out::why_signed_out,
    theme::Theme,
};

/// The door.
#[derive(Template)]
#[template(path = "pages/sign_in/new.html")]
struct SignInPage {
    door: Door,
    form: Form,
    /// Why somebody stands here who was signed in.
    ended: Option<String>,
    to: String,
    /// Those whom one may be in a demonstration: id, name, role.
    people: Vec<(String, String, String)>,
    says: String,
}

/// Where to go afterwards.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    to: String,
}

/// What the form sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    email: String,
    password: String,
    #[serde(default)]
    to: String,
}

/// Whom somebody wants to be in a demonstration.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chosen {
    user: String,
    #[serde(default)]
    to: String,
}

/// Those whom one may be in a demonstration: who left it is not among them.
async fn who_may(house: &Shared) -> Result<Vec<(String, String, String)>, Failure> {
    let Some(demo) = house.app.demo.clone() else { return Ok(Vec::new()) };
    let ask = move |engine: &Engine| {
        let users = engine.read(|reader| reader.users_by_id())?;
        let is_in = |id: &UserId| users.get(id).is_some_and(|row| row.active);
        let people = demo.people.into_iter().filter(|(id, ..)| is_in(id));
        Ok(people.map(|(id, name, role)| (id.0, name, role)).collect())
    };
    house.work(ask).await
}

async fn sign_in_page(
    house: &Shared,
    theme: Theme,
    email: &str,
    to: &str,
) -> Result<SignInPage, Failure> {
    let email = Field::email("email", "E-mail").autocomplete("username").value(email);
    let password = Field::password("password", "Password").autocomplete("current-password");
    Ok(SignInPage {
        door: Door {
            title: "Sign in".to_owned(),
            firm: Some(house.app.firm.clone()).filter(|firm| !firm.is_empty()),
            theme,
            refused: false,
        },
        form: Form::of([email, password]),
        ended: None,
        to: local_path(to).to_owned(),
        people: who_may(house).await?,
        says: house.app.demo.as_ref().map(|demo| demo.says.clone()).unwrap_or_default(),
    })
}

/// Shows the door; who is in already goes on, except in a demonstration, where one may change.
pub(crate) async fn new(
    State(house): State<Shared>,
    Query(asked): Query<Asked>,
    signed: Option<Signed>,
    jar: CookieJar,
    theme: Theme,
) -> Result<Response, Failure> {
    if signed.is_some() && house.app.demo.is_none() {
        return Ok(Redirect::to(local_path(&asked.to)).into_response());
    }
    let mut shown = sign_in_page(&house, theme, "", &asked.to).await?;
    shown.ended = why_signed_out(&house, &jar).await?;
    Ok(page(shown).into_response())
}

/// Lets somebody in.
pub(crate) async fn create(
    State(house): State<Shared>,
    from: Option<Extension<ConnectInfo<SocketAddr>>>,
    theme: Theme,
    jar: CookieJar,
    Sent(sent): Sent<Credentials>,
) -> Result<Response, Failure> {
    let now = house.now();
    let buckets = buckets(&sent.email, from.map(|Extension(ConnectInfo(from))| from));
    if let Err(seconds) = house.attempts.take(&buckets, now) {
        return too_often(&house, theme, &sent, seconds).await;
    }
    let _turn = house.hashing.acquire().await;
    let (email, password) = (sent.email.clone(), sent.password.clone());
    let tried = house.work(move |engine| Ok(engine.sign_in(&email, &password, now)?)).await;
    match tried {
        Ok(secret) => {
            house.attempts.give_back(&buckets);
            let jar = jar.add(session_cookie(secret, house.app.https));
            Ok((jar, Redirect::to(local_path(&sent.to))).into_response())
        }
        Err(Failure::Refused(Refusal::SignIn(SignInRefusal::NotRight))) => {
            let words = SignInRefusal::NotRight.to_string();
            Ok(refused(said(&house, theme, &sent, &words).await?).into_response())
        }
        Err(other) => Err(other),
    }
}

/// The buckets from which a try is taken: the address typed, and where the request comes from.
fn buckets(email: &str, from: Option<SocketAddr>) -> Vec<String> {
    let email: String = email.trim().to_lowercase().chars().take(254).collect();
    let from = from.map(|from| format!("ip {}", from.ip()));
    [Some(format!("address {email}")), from].into_iter().flatten().collect()
}

async fn said(
    house: &Shared,
    theme: Theme,
    sent: &Credentials,
    words: &str,
) -> Result<SignInPage, Failure> {
    let mut shown = sign_in_page(house, theme, &sent.email, &sent.to).await?;
    shown.form.refuse_whole(sentence(words));
    shown.door.refused = true;
    Ok(shown)
}

async fn too_often(
    house: &Shared,
    theme: Theme,
    sent: &Credentials,
    seconds: i64,
) -> Result<Response, Failure> {
    let minutes = (seconds + 59) / 60;
    let words = format!(
        "Too many tries for this address or from this place. Try again in {minutes} min, or ask \
         for a new link."
    );
    let shown = said(house, theme, sent, &words).await?;
    let mut response = page(shown).into_response();
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    Ok(response)
}

/// Lets somebody be one of the people of a demonstration. The address is there in one only.
pub(crate) async fn demo(
    State(house): State<Shared>,
    jar: CookieJar,
    Sent(chosen): Sent<Chosen>,
) -> Result<Response, Failure> {
    let user = UserId(chosen.user);
    if !who_may(&house).await?.iter().any(|(id, ..)| *id == user.0) {
        return Err(Failure::Absent);
    }
    let now = house.now();
    let secret = house.work(move |engine| Ok(engine.open_session(&user, now)?)).await?;
    let jar = jar.add(session_cookie(secret, house.app.https));
    Ok((jar, Redirect::to(local_path(&chosen.to))).into_response())
}

/// Ends the session and takes its cookie away.
pub(crate) async fn destroy(
    State(house): State<Shared>,
    jar: CookieJar,
) -> Result<Response, Failure> {
    let name = cookie_name(house.app.https);
    if let Some(cookie) = jar.get(name) {
        let (secret, now) = (cookie.value().to_owned(), house.now());
        house.work(move |engine| Ok(engine.sign_out(&secret, now)?)).await?;
    }
    let gone = Cookie::build(name).path("/").secure(house.app.https);
    let clear = [(axum::http::HeaderName::from_static("clear-site-data"), "\"cache\"")];
    Ok((jar.remove(gone), clear, Redirect::to("/sign-in")).into_response())
}

/// A refusal as it stands on a page: with a capital and a full stop. An id with which it begins stays
/// as it is, for it is found by its very letters.
pub(crate) fn sentence(words: &str) -> String {
    if words.split(' ').next().is_some_and(|first| first.trim_end_matches(':').contains(':')) {
        return format!("{}.", words.trim_end_matches('.'));
    }
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let stop = if words.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}
