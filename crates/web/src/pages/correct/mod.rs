//! Correcting one lead, opportunity or account: a field, or whose it is.

use askama::Template;
use axum::{extract::Path, response::Response};
use domain::{
    correction::is_correctable_of,
    field::{FieldValue, Fields},
    owned::Owned,
};
use engine::{
    Engine,
    correction::{Held, Wanted, held, known_fields},
};
use serde::Deserialize;

use crate::{
    failure::Failure,
    layout::{Field, Form, Frame, Place},
    list::{
        offers::sided,
        ticked::{corrected, owner},
    },
    markup::{Markup, element},
    names::{Names, encoded, thing_href},
    pages::{
        accounts::Accounts, leads::row::level_words, opportunities::Opportunities,
        sign_in::sentence,
    },
    sent::Sent,
    session::{Signed, Visit},
    workings::Reported,
};

/// What is corrected under an address of its own.
pub(crate) trait Correctable {
    /// Its entry in the rail.
    const PLACE: Place;
    /// The thing of an id.
    fn thing(id: &str) -> Owned;
}

/// Leads.
pub(crate) enum Leads {}

impl Correctable for Leads {
    const PLACE: Place = Place::Leads;
    fn thing(id: &str) -> Owned {
        Owned::Lead(id.into())
    }
}

impl Correctable for Opportunities {
    const PLACE: Place = Place::Opportunities;
    fn thing(id: &str) -> Owned {
        Owned::Opportunity(id.into())
    }
}

impl Correctable for Accounts {
    const PLACE: Place = Place::Accounts;
    fn thing(id: &str) -> Owned {
        Owned::Account(id.into())
    }
}

/// A field of a thing, as its page shows it; where it is corrected, for whoever may.
pub(crate) fn reported(thing: &Owned, held: &Fields, may_correct: bool) -> Vec<Reported> {
    let line = |name: &str, value: String, may: bool| Reported {
        name: name.replace('_', " "),
        value,
        correct: (may && may_correct && is_correctable_of(thing, name))
            .then(|| format!("{}/fields/{}", thing_href(thing), encoded(name))),
    };
    let known = held
        .iter()
        .map(|(name, value)| line(name, value.to_string(), !matches!(value, FieldValue::Bool(_))));
    let missing = known_fields(thing).iter().filter(|name| !held.contains_key(**name));
    let missing = missing.filter(|_| may_correct);
    known.chain(missing.map(|name| line(name, "not reported".to_owned(), true))).collect()
}

/// Whether somebody may correct fields of a thing.
pub(crate) fn may_correct(thing: &Owned, signed: &Signed) -> bool {
    signed.can(&What::Field(String::new()).wanted("").act(thing))
}

/// The way to give a thing to another, for whoever may.
pub(crate) fn give_link(thing: &Owned, signed: &Signed) -> Markup {
    match signed.can(&What::Owner.wanted("").act(thing)) {
        true => {
            let link = element("a").with("href", What::Owner.action(thing));
            Markup::text(" ").and(link.holding("Give to another"))
        }
        false => Markup::new(),
    }
}

/// The page.
#[derive(Template)]
#[template(path = "pages/correct/edit.html")]
struct CorrectPage {
    frame: Frame,
    name: String,
    heading: String,
    /// The thing's page.
    back: String,
    action: String,
    form: Form,
}

/// What the form sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Sending {
    value: String,
}

/// What is corrected.
#[derive(Debug, Clone)]
enum What {
    Field(String),
    Owner,
}

impl What {
    fn wanted(&self, sent: &str) -> Wanted {
        match self {
            What::Owner => Wanted::Owner(owner(sent)),
            What::Field(name) => Wanted::Field { name: name.clone(), text: sent.trim().to_owned() },
        }
    }

    fn heading(&self) -> String {
        match self {
            What::Field(name) => level_words(name),
            What::Owner => "Owner".to_owned(),
        }
    }

    fn action(&self, thing: &Owned) -> String {
        let href = thing_href(thing);
        match self {
            What::Field(name) => format!("{href}/fields/{}", encoded(name)),
            What::Owner => format!("{href}/owner"),
        }
    }
}

/// Shows the form of a field.
pub(crate) async fn edit_field<C: Correctable>(
    visit: Visit,
    Path((id, name)): Path<(String, String)>,
) -> Result<Response, Failure> {
    edit::<C>(visit, id, What::Field(name)).await
}

/// Corrects a field.
pub(crate) async fn update_field<C: Correctable>(
    visit: Visit,
    Path((id, name)): Path<(String, String)>,
    Sent(sent): Sent<Sending>,
) -> Result<Response, Failure> {
    update::<C>(visit, id, What::Field(name), sent).await
}

/// Shows the form of the owner.
pub(crate) async fn edit_owner<C: Correctable>(
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    edit::<C>(visit, id, What::Owner).await
}

/// Gives the thing to another owner.
pub(crate) async fn update_owner<C: Correctable>(
    visit: Visit,
    Path(id): Path<String>,
    Sent(sent): Sent<Sending>,
) -> Result<Response, Failure> {
    update::<C>(visit, id, What::Owner, sent).await
}

/// What is corrected, what it is called, and the form with what holds now.
struct Asked {
    thing: Owned,
    what: What,
    name: String,
    form: Form,
}

/// With `typed` in the form where it came back.
async fn known<C: Correctable>(
    visit: &Visit,
    id: String,
    what: What,
    typed: Option<String>,
) -> Result<Asked, Failure> {
    let thing = C::thing(&id);
    visit.signed.may(&what.wanted("").act(&thing))?;
    let reach = visit.signed.can(&engine::access::Act::SeeReach);
    let ask = move |engine: &Engine| {
        engine.read(|reader| {
            let held = held(reader, &thing)?.ok_or(Failure::Absent)?;
            let names = Names::new(reader, reach);
            let field = match &what {
                What::Owner => of_owner(&names, &held)?,
                What::Field(field) => of_field(&thing, &held, field)?,
            };
            let field = match typed {
                Some(typed) => field.value(typed),
                None => field,
            };
            Ok(Asked { name: names.thing(&thing)?, form: Form::of([field]), thing, what })
        })
    };
    visit.house.work(ask).await
}

fn of_owner(names: &Names<'_, '_>, held: &Held) -> Result<Field, Failure> {
    let nobody = ("nobody".to_owned(), "nobody".to_owned());
    let owners = [nobody].into_iter().chain(sided(names, |user| user.can_own)?).collect();
    let owner = held.owner.as_ref().map_or("nobody", |owner| owner.as_str());
    Ok(Field::select("value", "Owner", owners).value(owner))
}

fn of_field(thing: &Owned, held: &Held, name: &str) -> Result<Field, Failure> {
    let known = held.fields.get(name);
    let is_known = known.is_some() || known_fields(thing).contains(&name);
    if !is_known || !is_correctable_of(thing, name) {
        return Err(Failure::Absent);
    }
    let value = match known {
        None | Some(FieldValue::Cleared) => String::new(),
        Some(value) => value.to_string(),
    };
    let field = Field::line("value", level_words(name)).value(value).optional();
    Ok(field.hint("Empty says that it is blank. A later report of its source that says something else holds again, so correct it there too."))
}

async fn edit<C: Correctable>(visit: Visit, id: String, what: What) -> Result<Response, Failure> {
    let asked = known::<C>(&visit, id, what, None).await?;
    Ok(shown(visit, asked, C::PLACE))
}

fn shown(visit: Visit, asked: Asked, place: Place) -> Response {
    let Asked { thing, what, name, form } = asked;
    let mut frame = visit.frame(format!("{}: {name}", what.heading()), place);
    frame.refused = form.is_refused();
    let is_refused = form.is_refused();
    let (heading, back, action) = (what.heading(), thing_href(&thing), what.action(&thing));
    let template = CorrectPage { frame, name, heading, back, action, form };
    if is_refused { visit.refuse(template) } else { visit.show(template) }
}

async fn update<C: Correctable>(
    visit: Visit,
    id: String,
    what: What,
    sent: Sending,
) -> Result<Response, Failure> {
    let mut asked = known::<C>(&visit, id, what, Some(sent.value.clone())).await?;
    let wanted = asked.what.wanted(&sent.value);
    match corrected(&visit, vec![asked.thing.clone()], wanted).await {
        Ok(flash) if !flash.alarm => Ok(visit.go(&thing_href(&asked.thing), &flash)),
        Ok(flash) => {
            asked.form.refuse("value", flash.words);
            Ok(shown(visit, asked, C::PLACE))
        }
        Err(Failure::Refused(refusal)) => {
            asked.form.refuse("value", sentence(&refusal.to_string()));
            Ok(shown(visit, asked, C::PLACE))
        }
        Err(other) => Err(other),
    }
}
