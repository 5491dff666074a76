//! The one-time link with which somebody sets their password.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::CookieJar;
use engine::{
    Refusal,
    password::CHARS_MIN,
    people::{PeopleRefusal, Welcomed, is_unnamed},
};
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
    /// What they are called, once somebody has named them.
    name: Option<String>,
    secret: String,
}

/// The page of a link that works no more.
#[derive(Template)]
#[template(path = "pages/welcome/spent.html")]
struct SpentPage {
    door: Door,
}

/// What the form sends.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chosen {
    password: String,
    /// The address: by it a password manager keeps the password, and whoever nobody has named yet
    /// writes it.
    #[serde(default)]
    username: String,
    /// The name, from whoever nobody has named yet.
    name: Option<String>,
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
    let (link, sent) = (secret.clone(), chosen.clone());
    let set = house
        .work(move |engine| {
            let Chosen { password, username, name } = sent;
            let named = name.map(|name| (name, username));
            let user = engine.set_password(&link, Welcomed { password, named }, now)?;
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
            let Chosen { name, username, .. } = &chosen;
            let typed = [("username", Some(username)), ("name", name.as_ref())];
            shown.form.keep(typed.into_iter().filter_map(|(field, typed)| Some((field, typed?))));
            for refusal in refusal.each() {
                shown.form.refuse(field_of(&refusal), sentence(&refusal.to_string()));
            }
            shown.door.refused = true;
            Ok(refused(shown).into_response())
        }
        Err(other) => Err(other),
    }
}

/// The field that a refusal is about.
fn field_of(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::People(PeopleRefusal::NameBlank | PeopleRefusal::NameTooLong(_)) => "name",
        Refusal::People(
            PeopleRefusal::AddressBlank
            | PeopleRefusal::NotAnAddress(_)
            | PeopleRefusal::AddressTaken(_),
        ) => "username",
        _ => "password",
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
            Ok((user, known.unwrap_or_default()))
        })
        .await;
    let (user, person) = match invited {
        Ok(invited) => invited,
        Err(Failure::Refused(_)) => return Ok(None),
        Err(other) => return Err(other),
    };
    let password = new_password("password", "Password");
    let door = door(house, theme, "Welcome");
    let (form, name) = match is_unnamed(&person) {
        true => {
            let email = Field::email("username", "E-mail").autocomplete("username");
            let name = Field::line("name", "Your name").autocomplete("name");
            let name = name.hint("As your colleagues know you.");
            (Form::of([name, email.hint("With it you sign in."), password]), None)
        }
        false => {
            let username = Field::hidden("username", person.email.unwrap_or_default());
            (Form::of([password, username]), Some(person.name.unwrap_or(user.0)))
        }
    };
    Ok(Some(WelcomePage { door, form, name, secret }))
}
