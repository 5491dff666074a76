//! Who is there, on which side, and what they may do.

pub(crate) mod absence;
pub(crate) mod book;
pub(crate) mod change;
mod list;
pub(crate) mod person;
pub(crate) mod schooling;

use askama::Template;
use axum::response::Response;
use domain::{
    firm::{Role, Side},
    ids::UserId,
};
use engine::{
    Engine, Refusal,
    access::Act,
    colleague::Correction,
    people::{LINK_LASTS, NewPerson, PeopleRefusal},
};
use serde::Deserialize;

use crate::{
    failure::Failure,
    layout::{Field, Form, Frame, Place},
    markup::Markup,
    pages::sign_in::sentence,
    sent::Sent,
    session::Visit,
};
pub(crate) use list::People;

/// The form by which somebody is let in.
#[derive(Template)]
#[template(path = "pages/people/new.html")]
struct NewPage {
    frame: Frame,
    form: Form,
}

/// A one-time link, shown once.
#[derive(Template)]
#[template(path = "pages/people/link.html")]
struct LinkPage {
    frame: Frame,
    name: String,
    link: String,
    /// Whether the link says where Lockstep is.
    is_whole: bool,
    until: Markup,
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
    #[serde(default)]
    team: String,
    #[serde(default)]
    manager: String,
    #[serde(default)]
    calendar: String,
}

/// Shows the form by which somebody is let in.
pub(crate) async fn new(visit: Visit) -> Result<Response, Failure> {
    visit.signed.may(&Act::ManagePeople)?;
    let form = form(&visit, &Sending::default()).await?;
    Ok(admitting(visit, form))
}

fn admitting(visit: Visit, form: Form) -> Response {
    let mut frame = visit.frame("Let somebody in", Place::People);
    frame.refused = form.is_refused();
    let is_refused = form.is_refused();
    let page = NewPage { frame, form };
    if is_refused { visit.refuse(page) } else { visit.show(page) }
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

/// The form, with those who may lead somebody and the calendars of the Agreement in force.
async fn form(visit: &Visit, sent: &Sending) -> Result<Form, Failure> {
    let now = visit.house.now();
    let ask = move |engine: &Engine| {
        let agreements = engine.agreements()?;
        let in_force = agreements.at(now);
        let calendars = in_force.iter().flat_map(|it| it.agreement.calendars.keys().cloned());
        let calendars = change::kept_by(&calendars.collect());
        Ok((engine.read(|reader| change::managers(reader, None))?, calendars))
    };
    let (managers, calendars) = visit.house.work(ask).await?;
    let mut of_role = vec![(String::new(), "By their role".to_owned())];
    of_role.extend(sides());
    let email = Field::email("email", "E-mail").value(&sent.email);
    let calendar = Field::select("calendar", "Calendar", calendars).value(&sent.calendar);
    Ok(Form::of([
        Field::line("name", "Name").value(&sent.name).hint("As the others know them."),
        email.hint(
            "With it they sign in. An imported colleague with this address is the same person.",
        ),
        Field::select("role", "Role", roles()).value(&sent.role),
        Field::select("side", "Side", of_role).value(&sent.side).optional(),
        Field::line("team", "Team").value(&sent.team).optional(),
        Field::select("manager", "Led by", managers).value(&sent.manager).optional(),
        calendar.hint("Whose hours their clocks count in.").optional(),
    ]))
}

/// Lets somebody in, and shows their link once.
pub(crate) async fn create(visit: Visit, Sent(sent): Sent<Sending>) -> Result<Response, Failure> {
    visit.signed.may(&Act::ManagePeople)?;
    let mut shown = form(&visit, &sent).await?;
    let Some(role) = Role::parse(&sent.role) else {
        shown.refuse("role", "Choose one of the roles.");
        return Ok(admitting(visit, shown));
    };
    let new = NewPerson {
        name: sent.name.clone(),
        email: sent.email.clone(),
        role,
        side: Side::parse(&sent.side),
    };
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    let known = Correction {
        team: sent.team.clone(),
        manager: sent.manager.clone(),
        calendar: sent.calendar.clone(),
        ..Correction::default()
    };
    let admit = move |engine: &Engine| Ok(engine.admit_with(Some(&by), new, known, now)?);
    match visit.house.work(admit).await {
        Ok((_, secret)) => Ok(linked(visit, sent.name, &secret)),
        Err(Failure::Refused(refusal)) => {
            for refusal in refusal.each() {
                shown.refuse(field_of(&refusal), sentence(&refusal.to_string()));
            }
            Ok(admitting(visit, shown))
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
        ) => "email",
        other => change::field_of(other),
    }
}

/// Shows a one-time link. It is in no other answer, so it is answered at once instead of after a
/// redirect: a repeated form makes another link and spends nothing.
fn linked(visit: Visit, name: String, secret: &str) -> Response {
    let frame = visit.frame("A link for one use", Place::People);
    let time = visit.time();
    let until = time.instant(time.now() + LINK_LASTS);
    let address = visit.address.clone();
    let is_whole = address.is_some();
    let link = format!("{}/welcome/{secret}", address.unwrap_or_default());
    visit.show(LinkPage { frame, name, link, is_whole, until })
}

/// A person's id in an address.
fn user_of(id: String) -> UserId {
    UserId(id)
}
