//! Who is there, on which side, and what they may do.

pub(crate) mod person;

use askama::Template;
use axum::response::Response;
use domain::{
    firm::{Role, Side},
    ids::UserId,
};
use engine::{
    Refusal,
    access::Act,
    people::{NewPerson, PeopleRefusal},
};
use serde::Deserialize;
use store::{Reader, StoreError, read::UserRow};

use crate::{
    failure::Failure,
    layout::{Field, Form, Frame, Place},
    markup::Markup,
    names::{Names, encoded},
    pages::sign_in::sentence,
    sent::Sent,
    session::Visit,
    show,
};

/// The list.
#[derive(Template)]
#[template(path = "pages/people/index.html")]
struct PeoplePage {
    frame: Frame,
    rows: Vec<Row>,
    may_manage: bool,
    form: Form,
}

/// A one-time link, shown once.
#[derive(Template)]
#[template(path = "pages/people/link.html")]
struct LinkPage {
    frame: Frame,
    name: String,
    path: String,
}

/// A person as the list shows them.
struct Row {
    href: String,
    name: Markup,
    side: &'static str,
    role: &'static str,
    team: String,
    hours: String,
    may_sign_in: bool,
    admitted: bool,
}

/// What the form sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sending {
    name: String,
    email: String,
    role: String,
    #[serde(default)]
    side: String,
}

/// Shows everybody.
pub(crate) async fn index(visit: Visit) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeePeople)?;
    listed(visit, form(&Sending::default()), false).await
}

async fn listed(visit: Visit, form: Form, was_refused: bool) -> Result<Response, Failure> {
    let rows = visit.house.work(|engine| Ok(engine.read(rows)?)).await?;
    let may_manage = visit.signed.can(&Act::ManagePeople);
    let mut frame = visit.frame("People", Place::People);
    frame.refused = was_refused;
    let template = PeoplePage { frame, rows, may_manage, form };
    Ok(if was_refused { visit.refuse(template) } else { visit.show(template) })
}

/// Those who may sign in first, then by name.
fn rows(reader: &Reader<'_>) -> Result<Vec<Row>, StoreError> {
    let names = Names::new(reader, false);
    let mut rows = Vec::new();
    for user in reader.users()? {
        let name = names.user_name(&user.id)?;
        rows.push((!user.active, name.clone(), row(&user, &name)));
    }
    rows.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    Ok(rows.into_iter().map(|(_, _, row)| row).collect())
}

fn row(user: &UserRow, name: &str) -> Row {
    let field = |key: &str| user.fields.get(key).and_then(|value| value.text()).map(str::to_owned);
    let hours: Vec<String> = field("calendar").into_iter().chain(field("zone")).collect();
    let side = user.side.unwrap_or(Side::Neutral);
    Row {
        href: format!("/people/{}", encoded(user.id.as_str())),
        name: show::side_name(side, name),
        side: side.word(),
        role: user.role.map_or("not let in", Role::words),
        team: user.team.clone().unwrap_or_default(),
        hours: hours.join(", "),
        may_sign_in: user.active,
        admitted: user.role.is_some(),
    }
}

/// Roles with their words.
fn roles() -> Vec<(String, String)> {
    let words = |role: Role| sentence(role.words()).trim_end_matches('.').to_owned();
    Role::ALL.into_iter().map(|role| (role.key().to_owned(), words(role))).collect()
}

/// Sides with their words.
fn sides() -> Vec<(String, String)> {
    let all = [("marketing", "Marketing"), ("sales", "Sales"), ("neutral", "Neither side")];
    all.map(|(key, words)| (key.to_owned(), words.to_owned())).into()
}

fn form(sent: &Sending) -> Form {
    let mut of_role = vec![(String::new(), "By their role".to_owned())];
    of_role.extend(sides());
    let email = Field::email("email", "E-mail").value(&sent.email);
    Form::of([
        Field::line("name", "Name").value(&sent.name).hint("As the others know them."),
        email.hint(
            "With it they sign in. An imported colleague with this address is the same person.",
        ),
        Field::select("role", "Role", roles()).value(&sent.role),
        Field::select("side", "Side", of_role).value(&sent.side).optional(),
    ])
}

/// Lets somebody in, and shows their link once.
pub(crate) async fn create(visit: Visit, Sent(sent): Sent<Sending>) -> Result<Response, Failure> {
    visit.signed.may(&Act::ManagePeople)?;
    let mut shown = form(&sent);
    let Some(role) = Role::parse(&sent.role) else {
        shown.refuse("role", "Choose one of the roles.");
        return listed(visit, shown, true).await;
    };
    let new = NewPerson {
        name: sent.name.clone(),
        email: sent.email.clone(),
        role,
        side: Side::parse(&sent.side),
    };
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    match visit.house.work(move |engine| Ok(engine.admit(Some(&by), new, now)?)).await {
        Ok((_, secret)) => Ok(linked(visit, sent.name, &secret)),
        Err(Failure::Refused(refusal)) => {
            shown.refuse(field_of(&refusal), sentence(&refusal.to_string()));
            listed(visit, shown, true).await
        }
        Err(other) => Err(other),
    }
}

/// The field that a refusal is about.
fn field_of(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::People(PeopleRefusal::NameBlank) => "name",
        Refusal::People(PeopleRefusal::NotAnAddress(_) | PeopleRefusal::AddressTaken(_)) => "email",
        _ => "",
    }
}

/// Shows a one-time link. It is in no other answer, so it is answered at once instead of after a
/// redirect: a repeated form makes another link and spends nothing.
fn linked(visit: Visit, name: String, secret: &str) -> Response {
    let frame = visit.frame("A link for one use", Place::People);
    visit.show(LinkPage { frame, name, path: format!("/welcome/{secret}") })
}

/// A person's id in an address.
fn user_of(id: String) -> UserId {
    UserId(id)
}
