//! The one-time link with which somebody sets their password.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::CookieJar;
use engine::password::CHARS_MIN;
use serde::Deserialize;

use crate::{
    app::Shared,
    failure::Failure,
    layout::{Door, Field, Form},
    page::{page, refused},
    pages::sign_in::sentence,
    sent::Sent,
    session::session_cookie,
    theme::Theme,
};

/// The page behind the link.
#[derive(Template)]
#[template(path = "pages/welcome/new.html")]
struct WelcomePage {
    door: Door,
    form: Form,
    name: String,
    secret: String,
}

/// The page of a link that works no more.
#[derive(Template)]
#[template(path = "pages/welcome/spent.html")]
struct SpentPage {
    door: Door,
}

/// What the form sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chosen {
    password: String,
    /// The name by which a password manager keeps it.
    #[serde(default, rename = "username")]
    _username: String,
}

/// Shows the form while the link works. Looking at it does not spend it.
pub(crate) async fn new(
    State(house): State<Shared>,
    Path(secret): Path<String>,
    theme: Theme,
) -> Result<Response, Failure> {
    Ok(match welcomed(&house, theme, secret).await? {
        Some(shown) => page(shown).into_response(),
        None => refused(spent(&house, theme)).into_response(),
    })
}

/// Sets the password, spends the link, and lets the person in.
pub(crate) async fn create(
    State(house): State<Shared>,
    Path(secret): Path<String>,
    theme: Theme,
    jar: CookieJar,
    Sent(chosen): Sent<Chosen>,
) -> Result<Response, Failure> {
    let now = house.now();
    let _turn = house.hashing.acquire().await;
    let link = secret.clone();
    let set = house
        .work(move |engine| {
            let user = engine.set_password(&link, &chosen.password, now)?;
            Ok(engine.open_session(&user, now)?)
        })
        .await;
    match set {
        Ok(session) => {
            let jar = jar.add(session_cookie(session, house.app.https));
            Ok((jar, Redirect::to("/")).into_response())
        }
        Err(Failure::Refused(refusal)) => {
            let Some(mut shown) = welcomed(&house, theme, secret).await? else {
                return Ok(refused(spent(&house, theme)).into_response());
            };
            shown.form.refuse("password", sentence(&refusal.to_string()));
            shown.door.refused = true;
            Ok(refused(shown).into_response())
        }
        Err(other) => Err(other),
    }
}

/// The field for a password that somebody chooses.
pub(crate) fn new_password(name: &'static str, label: &str) -> Field {
    let hint = format!(
        "At least {CHARS_MIN} characters that nobody guesses; a few words do well. Pasting is welcome."
    );
    Field::password(name, label).autocomplete("new-password").hint(hint)
}

fn door(house: &Shared, theme: Theme, title: &str) -> Door {
    let firm = Some(house.app.firm.clone()).filter(|firm| !firm.is_empty());
    Door { title: title.to_owned(), firm, theme, refused: false }
}

fn spent(house: &Shared, theme: Theme) -> SpentPage {
    SpentPage { door: door(house, theme, "This link works no more") }
}

async fn welcomed(
    house: &Shared,
    theme: Theme,
    secret: String,
) -> Result<Option<WelcomePage>, Failure> {
    let (now, link) = (house.now(), secret.clone());
    let invited = house
        .work(move |engine| {
            let user = engine.invited(&link, now)?;
            let known = engine.read(|reader| reader.person_of(&format!("user/{user}")))?;
            let known = known.unwrap_or_default();
            Ok((known.name.unwrap_or(user.0), known.email.unwrap_or_default()))
        })
        .await;
    let (name, email) = match invited {
        Ok(invited) => invited,
        Err(Failure::Refused(_)) => return Ok(None),
        Err(other) => return Err(other),
    };
    let password = new_password("password", "Password");
    let username = Field::hidden("username", email);
    let door = door(house, theme, "Welcome");
    Ok(Some(WelcomePage { door, form: Form::of([username, password]), name, secret }))
}
