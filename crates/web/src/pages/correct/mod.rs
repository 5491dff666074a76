//! Correcting one lead, opportunity or account, on a page of its own or in the cell of a list: a
//! field, or whose it is.

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
    flash::Flash,
    layout::{Field, Form, Frame, Place},
    list::{
        self, Known, ListPage, Listed,
        cell::{Editing, row_of},
        listed::made,
        offers::sided,
        ticked::{corrected, owner},
    },
    markup::{Markup, element},
    names::{Names, encoded, thing_href},
    pages::{
        accounts::Accounts,
        leads::{self, row::level_words},
        opportunities::Opportunities,
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
    /// What can be asked of its list.
    const LIST: &'static Known;
    /// The thing of an id.
    fn thing(id: &str) -> Owned;
    /// A page of its list.
    fn list(
        visit: &Visit,
        asked: list::Asked,
    ) -> impl Future<Output = Result<ListPage, Failure>> + Send;
}

/// Leads.
pub(crate) enum Leads {}

impl Correctable for Leads {
    const PLACE: Place = Place::Leads;
    const LIST: &'static Known = &leads::filter::KNOWN;
    fn thing(id: &str) -> Owned {
        Owned::Lead(id.into())
    }
    async fn list(visit: &Visit, asked: list::Asked) -> Result<ListPage, Failure> {
        leads::made(visit, asked, list::ticked::Sending::default()).await
    }
}

impl Correctable for Opportunities {
    const PLACE: Place = Place::Opportunities;
    const LIST: &'static Known = Opportunities::KNOWN;
    fn thing(id: &str) -> Owned {
        Owned::Opportunity(id.into())
    }
    async fn list(visit: &Visit, asked: list::Asked) -> Result<ListPage, Failure> {
        made::<Opportunities>(visit, asked, list::ticked::Sending::default()).await
    }
}

impl Correctable for Accounts {
    const PLACE: Place = Place::Accounts;
    const LIST: &'static Known = Accounts::KNOWN;
    fn thing(id: &str) -> Owned {
        Owned::Account(id.into())
    }
    async fn list(visit: &Visit, asked: list::Asked) -> Result<ListPage, Failure> {
        made::<Accounts>(visit, asked, list::ticked::Sending::default()).await
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

/// Whether somebody may give a thing to another.
pub(crate) fn may_give(thing: &Owned, signed: &Signed) -> bool {
    signed.can(&What::Owner.wanted("").act(thing))
}

/// The way to give a thing to another, for whoever may.
pub(crate) fn give_link(thing: &Owned, signed: &Signed) -> Markup {
    match may_give(thing, signed) {
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
    /// What stood there when the person began.
    seen: Option<String>,
    /// The view of the list, as a query, where a cell of it was corrected.
    back: Option<String>,
}

/// What is corrected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    Field(String),
    Owner,
}

impl What {
    /// What the cell of a list is about, as its address names it: a field's name, or `owner`, which
    /// is no field that could be corrected.
    pub(crate) fn of(key: &str) -> What {
        match key {
            "owner" => What::Owner,
            name => What::Field(name.to_owned()),
        }
    }

    /// How the address of a list names it.
    pub(crate) fn key(&self) -> &str {
        match self {
            What::Field(name) => name,
            What::Owner => "owner",
        }
    }

    /// Its form, with what holds now; none where it is corrected elsewhere.
    pub(crate) fn field(
        &self,
        names: &Names<'_, '_>,
        thing: &Owned,
        held: &Held,
    ) -> Result<Option<Field>, Failure> {
        match self {
            What::Owner => of_owner(names, held).map(Some),
            What::Field(name) => Ok(of_field(thing, held, name)),
        }
    }

    /// What stands there now, as whoever corrects it has seen it.
    pub(crate) fn seen(&self, held: &Held) -> String {
        held.shown(&self.wanted(""))
    }

    fn wanted(&self, sent: &str) -> Wanted {
        match self {
            What::Owner => Wanted::Owner(owner(sent)),
            What::Field(name) => Wanted::Field { name: name.clone(), text: sent.trim().to_owned() },
        }
    }

    pub(crate) fn heading(&self) -> String {
        match self {
            What::Field(name) => level_words(name),
            What::Owner => "Owner".to_owned(),
        }
    }

    pub(crate) fn action(&self, thing: &Owned) -> String {
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

/// What is corrected, what it is called, what holds now, and the form with it.
struct Asked {
    thing: Owned,
    what: What,
    name: String,
    seen: String,
    /// The same in words.
    holds: String,
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
            let field = what.field(&names, &thing, &held)?.ok_or(Failure::Absent)?;
            let seen = what.seen(&held);
            let holds = match (&what, &held.owner) {
                (What::Owner, Some(owner)) => names.user_name(owner)?,
                (What::Owner, None) => "nobody".to_owned(),
                (What::Field(_), _) if seen.is_empty() => "nothing".to_owned(),
                (What::Field(_), _) => format!("“{seen}”"),
            };
            let field = match typed {
                Some(typed) => field.value(typed),
                None => field,
            };
            let form = Form::of([field, Field::hidden("seen", &seen)]);
            Ok(Asked { name: names.thing(&thing)?, form, thing, what, seen, holds })
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

/// The form of a field; none where it is corrected elsewhere.
fn of_field(thing: &Owned, held: &Held, name: &str) -> Option<Field> {
    let is_known = held.fields.contains_key(name) || known_fields(thing).contains(&name);
    if !is_known || !is_correctable_of(thing, name) {
        return None;
    }
    let value = What::Field(name.to_owned()).seen(held);
    let field = Field::line("value", level_words(name)).value(value).optional();
    Some(field.hint("Empty says that it is blank. A later report of its source that says something else holds again, so correct it there too."))
}

async fn edit<C: Correctable>(visit: Visit, id: String, what: What) -> Result<Response, Failure> {
    let asked = known::<C>(&visit, id, what, None).await?;
    Ok(shown(visit, asked, C::PLACE))
}

fn shown(visit: Visit, asked: Asked, place: Place) -> Response {
    let Asked { thing, what, name, form, .. } = asked;
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
    let mut asked = known::<C>(&visit, id.clone(), what, Some(sent.value.clone())).await?;
    let wanted = asked.what.wanted(&sent.value);
    let done = corrected(&visit, vec![asked.thing.clone()], wanted, sent.seen.clone()).await;
    let why = match done {
        Ok(flash) if !flash.alarm => return Ok(done_at::<C>(visit, &id, &asked, &sent, flash)),
        Ok(_) if sent.seen.as_ref().is_some_and(|seen| *seen != asked.seen) => format!(
            "Somebody changed it meanwhile: it holds {} now. Save again to put yours in its place.",
            asked.holds
        ),
        Ok(flash) => flash.words,
        Err(Failure::Refused(refusal)) => sentence(&refusal.to_string()),
        Err(other) => return Err(other),
    };
    if let Some(view) = &sent.back {
        let typed = Editing { row: id, what: asked.what, wrong: Some((sent.value, why)) };
        let mut page = C::list(&visit, list::Asked::read(C::LIST, view).editing(typed)).await?;
        page.frame.refused = true;
        page.frame.back = page.say.asked.here();
        return Ok(visit.refuse(page));
    }
    asked.form.refuse("value", why);
    Ok(shown(visit, asked, C::PLACE))
}

/// Goes back to where the form stood: the row of a list, or the page of the thing.
fn done_at<C: Correctable>(
    visit: Visit,
    id: &str,
    asked: &Asked,
    sent: &Sending,
    flash: Flash,
) -> Response {
    let Some(view) = &sent.back else { return visit.go(&thing_href(&asked.thing), &flash) };
    let view = list::Asked::read(C::LIST, view);
    visit.go(&format!("{}#{}", view.here(), row_of(id)), &flash.back_to(&view.back()))
}
