//! One person: what they may do, where they stand, and whether they may sign in.

use askama::Template;
use axum::{extract::Path, response::Response};
use domain::{
    firm::{Role, Side},
    ids::UserId,
};
use engine::access::Act;
use serde::Deserialize;

use super::{linked, roles, sides, user_of};
use crate::{
    failure::Failure,
    flash::Flash,
    layout::{Control, Field, Form, Frame, Place},
    pages::sign_in::sentence,
    sent::Sent,
    session::Visit,
};

/// The page.
#[derive(Template)]
#[template(path = "pages/people/edit.html")]
struct PersonPage {
    frame: Frame,
    name: String,
    href: String,
    form: Form,
}

/// What the form sends.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sending {
    role: String,
    side: String,
    #[serde(default)]
    active: String,
}

/// Shows the form.
pub(crate) async fn edit(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    visit.signed.may(&Act::ManagePeople)?;
    let user = user_of(id);
    let (name, sent) = known(&visit, &user).await?;
    let form = form(&sent);
    shown(visit, &user, name, form, false)
}

/// Who they are, and how they stand now.
async fn known(visit: &Visit, user: &UserId) -> Result<(String, Sending), Failure> {
    let user = user.clone();
    let found = visit.house.work(move |engine| {
        engine.read(|reader| {
            let row = reader.user(&user)?.ok_or(Failure::Absent)?;
            let role = row.role.ok_or(Failure::Absent)?;
            let name = reader.person_of(&format!("user/{user}"))?.and_then(|person| person.name);
            let side = match row.side.unwrap_or(role.side()) {
                Side::Marketing => "marketing",
                Side::Sales => "sales",
                Side::Neutral => "neutral",
            };
            let active = if row.active { "yes" } else { "" };
            let sent = Sending {
                role: role.key().to_owned(),
                side: side.to_owned(),
                active: active.to_owned(),
            };
            Ok((name.unwrap_or(user.0), sent))
        })
    });
    found.await
}

fn form(sent: &Sending) -> Form {
    let active = Field::new("active", "May sign in", Control::Check).value(&sent.active).optional();
    Form::of([
        Field::select("role", "Role", roles()).value(&sent.role),
        Field::select("side", "Side", sides()).value(&sent.side),
        active.hint("Whoever may not loses their sessions at once."),
    ])
}

fn shown(
    visit: Visit,
    user: &UserId,
    name: String,
    form: Form,
    was_refused: bool,
) -> Result<Response, Failure> {
    let mut frame = visit.frame(name.clone(), Place::People);
    frame.refused = was_refused;
    let href = format!("/people/{}", crate::names::encoded(user.as_str()));
    let template = PersonPage { frame, name, href, form };
    Ok(if was_refused { visit.refuse(template) } else { visit.show(template) })
}

/// Changes them.
pub(crate) async fn update(
    visit: Visit,
    Path(id): Path<String>,
    Sent(sent): Sent<Sending>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::ManagePeople)?;
    let user = user_of(id);
    let (name, _) = known(&visit, &user).await?;
    let mut again = form(&sent);
    let (Some(role), Some(side)) = (Role::parse(&sent.role), Side::parse(&sent.side)) else {
        again.refuse_whole("Choose one of the roles and one of the sides.");
        return shown(visit, &user, name, again, true);
    };
    let active = sent.active == "yes";
    let (by, who, now) = (visit.signed.0.clone(), user.clone(), visit.house.now());
    let change = move |engine: &engine::Engine| {
        Ok(engine.change_person(Some(&by), &who, role, side, active, now)?)
    };
    match visit.house.work(change).await {
        Ok(()) => {
            let may = if active { "may sign in" } else { "may not sign in" };
            let words = format!("{name} {may} as {}, {}.", role.words(), side.word());
            Ok(visit.go("/people", &Flash::done(words)))
        }
        Err(Failure::Refused(refusal)) => {
            again.refuse_whole(sentence(&refusal.to_string()));
            shown(visit, &user, name, again, true)
        }
        Err(other) => Err(other),
    }
}

/// Makes a new one-time link and shows it once.
pub(crate) async fn link(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    visit.signed.may(&Act::ManagePeople)?;
    let user = user_of(id);
    let (name, _) = known(&visit, &user).await?;
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    let invite = move |engine: &engine::Engine| Ok(engine.invite_again(Some(&by), &user, now)?);
    let secret = visit.house.work(invite).await?;
    Ok(linked(visit, name, &secret))
}
