//! Views of lists that people keep: all that somebody sees, and what can be done with each.

use askama::Template;
use axum::{extract::Path, response::Response};
use engine::{
    Engine,
    access::{Act, Actor},
    view::{Audience, Kept, team_of},
};
use serde::Deserialize;
use store::{Reader, StoreError};

use crate::{
    failure::Failure,
    flash::Flash,
    layout::{Control, Field, Files, Form, Frame, Place},
    list::{
        Asked, Asker, Known, Listed,
        viewing::{Shown, seen},
    },
    names::{Names, encoded},
    pages::{
        accounts::Accounts, collateral_request::list::Requests, dispute::list::Disputes,
        imports::list::Imports, leads, ledger::Facts, opportunities::Opportunities, people::People,
        sign_in::sentence,
    },
    sent::Sent,
    session::{Signed, Visit},
    sheet::{Cell, FileKind, download},
};

/// A list of which views are kept.
pub(crate) struct List {
    /// What it is called.
    pub(crate) title: &'static str,
    pub(crate) known: &'static Known,
    /// Counts what an address asks for, no further than the last number.
    pub(crate) count: fn(&Reader<'_>, &Asked, &Asker<'_>, u64) -> Result<u64, StoreError>,
    /// What somebody must be allowed, to see it.
    pub(crate) seen_by: Act,
}

impl List {
    const fn of<L: Listed>(title: &'static str) -> List {
        List { title, known: L::KNOWN, count: L::count, seen_by: L::SEEN_BY }
    }
}

/// Every list of which views are kept.
pub(crate) static LISTS: [List; 8] = [
    List {
        title: "Leads",
        known: &leads::filter::KNOWN,
        count: leads::count,
        seen_by: Act::SeeLeads,
    },
    List::of::<Opportunities>("Opportunities"),
    List::of::<Accounts>("Accounts"),
    List::of::<Facts>("Facts"),
    List::of::<People>("People"),
    List::of::<Disputes>("Disputes"),
    List::of::<Imports>("Imports"),
    List::of::<Requests>("Requests"),
];

/// The list of a name.
pub(crate) fn list(name: &str) -> Option<&'static List> {
    LISTS.iter().find(|list| list.known.list() == name)
}

/// All views.
#[derive(Template)]
#[template(path = "pages/views/index.html")]
struct ViewsPage {
    frame: Frame,
    views: Vec<Line>,
    /// The lists of which somebody may keep views, by name and address.
    lists: Vec<(&'static str, &'static str)>,
    files: Files,
}

/// A view, and whose it is.
struct Line {
    shown: Shown,
    whose: String,
    edit: String,
}

/// One view's form, or that of a new one which was refused.
#[derive(Template)]
#[template(path = "pages/views/edit.html")]
struct ViewPage {
    frame: Frame,
    heading: String,
    /// Where the form goes.
    action: String,
    form: Form,
    /// Where the view is removed; nothing to remove in a new one.
    removal: Option<String>,
}

/// What the form sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Sending {
    name: String,
    audience: String,
    pinned: String,
    /// The list and the view itself, where it is a new one.
    list: String,
    query: String,
    /// The view that asks for this from now on, where it is no new one.
    instead: String,
}

impl Sending {
    fn kept(&self) -> Kept {
        Kept {
            name: self.name.clone(),
            audience: Audience::parse(&self.audience).unwrap_or(Audience::Owner),
            pinned: self.pinned == "yes",
        }
    }
}

/// Whom somebody may keep a view for, as values and words.
pub(crate) fn audiences(signed: &Signed, team: Option<&str>) -> Vec<(String, String)> {
    let words = |audience| match audience {
        Audience::Owner => Some("me".to_owned()),
        Audience::Team => team.map(|team| format!("my team, {team}")),
        Audience::All => Some("everybody".to_owned()),
    };
    let may = Audience::ALL.into_iter().filter(|audience| signed.can(&audience.act()));
    may.filter_map(|audience| Some((audience.key().to_owned(), words(audience)?))).collect()
}

/// Every view that somebody sees.
fn lines(engine: &Engine, by: &Actor) -> Result<Vec<Line>, Failure> {
    engine.read(|reader| {
        let names = Names::new(reader, false);
        let lines = seen(reader, by)?.into_iter().map(|shown| {
            let whose = match shown.view.owner == by.user {
                true => "you".to_owned(),
                false => names.user_name(&shown.view.owner)?,
            };
            let edit = href_of(&shown.view.id);
            Ok(Line { shown, whose, edit })
        });
        lines.collect()
    })
}

/// Shows every view that the person sees.
pub(crate) async fn index(visit: Visit) -> Result<Response, Failure> {
    visit.signed.may(&Act::KeepViews)?;
    let by = visit.signed.0.clone();
    let views = visit.house.work(move |engine| lines(engine, &by)).await?;
    let files = Files::of("All views", "/views", "/views");
    let lists = LISTS.iter().filter(|list| visit.signed.can(&list.seen_by));
    let lists = lists.map(|list| (list.title, list.known.path)).collect();
    let frame = visit.frame("Views", Place::Leads);
    Ok(visit.show(ViewsPage { frame, views, lists, files }))
}

/// Sends them as a file.
pub(crate) async fn export(visit: Visit, kind: FileKind) -> Result<Response, Failure> {
    visit.signed.may(&Act::KeepViews)?;
    let by = visit.signed.0.clone();
    Ok(download(&visit.house, kind, "views", move |engine, sheet| {
        sheet.head(&["id", "name", "kept_by", "for", "list", "pinned", "address"])?;
        let cells = |line: &Line| {
            let Line { shown, whose, .. } = line;
            let pinned = if shown.view.pinned { "yes" } else { "no" };
            let cells = [&shown.view.id, &shown.view.name, whose, &line.audience()];
            let cells = cells.into_iter().map(|text| text.as_str().into());
            cells.chain([line.list().into(), pinned.into(), shown.href.as_str().into()]).collect()
        };
        let rows: Vec<Vec<Cell>> = lines(engine, &by)?.iter().map(cells).collect();
        sheet.rows(&rows).map(drop)
    }))
}

fn href_of(id: &str) -> String {
    format!("/views/{}", encoded(id))
}

impl Line {
    fn list(&self) -> &'static str {
        list(&self.shown.view.list).map_or("", |list| list.title)
    }

    fn audience(&self) -> String {
        match (self.shown.audience, &self.shown.view.team) {
            (Audience::Owner, _) => "yourself".to_owned(),
            (Audience::Team, Some(team)) => format!("team {team}"),
            (Audience::Team, None) => "a team".to_owned(),
            (Audience::All, _) => "everybody".to_owned(),
        }
    }
}

/// Keeps a new view, or has one of those that are kept ask for something else.
pub(crate) async fn create(visit: Visit, Sent(sent): Sent<Sending>) -> Result<Response, Failure> {
    let (by, now, kept) = (visit.signed.0.clone(), visit.house.now(), sent.kept());
    let list = list(&sent.list).ok_or(Failure::Absent)?;
    visit.signed.may(&list.seen_by)?;
    let asked = Asked::read(list.known, &sent.query);
    let (to, query) = (asked.href(), asked.query());
    if !sent.instead.is_empty() {
        let change = move |engine: &Engine| {
            Ok(engine.ask_otherwise(&by, &sent.instead, (list.known.list(), &query), now)?)
        };
        let flash = match visit.house.work(change).await {
            Ok(name) => Flash::done(format!("{name} shows this from now on.")),
            Err(Failure::Refused(refusal)) => Flash::not_done(sentence(&refusal.to_string())),
            Err(other) => return Err(other),
        };
        return Ok(visit.go(&to, &flash));
    }
    let save =
        move |engine: &Engine| Ok(engine.save_view(&by, list.known.list(), &query, kept, now)?);
    match visit.house.work(save).await {
        Ok(_) => Ok(visit.go(&to, &Flash::done(format!("Kept as {}.", sent.name.trim())))),
        Err(Failure::Refused(refusal)) => {
            let form = form(&visit, &sent).await?;
            Ok(refused(visit, "Keep this view", "/views".to_owned(), form, &refusal, None))
        }
        Err(other) => Err(other),
    }
}

async fn form(visit: &Visit, sent: &Sending) -> Result<Form, Failure> {
    let user = visit.signed.0.user.clone();
    let ask = move |engine: &Engine| Ok(engine.read(|reader| team_of(reader, &user))?);
    let team = visit.house.work(ask).await?;
    let mut audiences = audiences(&visit.signed, team.as_deref());
    // A team's view may be changed by others than those of the team.
    if sent.audience == "team" && !audiences.iter().any(|(key, _)| key == "team") {
        audiences.push(("team".to_owned(), "its team".to_owned()));
    }
    let pinned = Field::new("pinned", "Pin it over the list and to Today", Control::Check);
    Ok(Form::of([
        Field::line("name", "Name").value(&sent.name),
        Field::select("audience", "For", audiences).value(&sent.audience),
        pinned.value(&sent.pinned).optional(),
        Field::hidden("list", &sent.list),
        Field::hidden("query", &sent.query),
    ]))
}

fn refused(
    visit: Visit,
    heading: &str,
    action: String,
    mut form: Form,
    refusal: &engine::Refusal,
    removal: Option<String>,
) -> Response {
    form.refuse("name", sentence(&refusal.to_string()));
    let mut frame = visit.frame(heading, Place::Leads);
    frame.refused = true;
    visit.refuse(ViewPage { frame, heading: heading.to_owned(), action, form, removal })
}

/// A view that the person may change.
async fn known(visit: &Visit, id: String) -> Result<Shown, Failure> {
    let by: Actor = visit.signed.0.clone();
    let find = move |engine: &Engine| {
        let seen = engine.read(|reader| seen(reader, &by))?;
        let found = seen.into_iter().find(|shown| shown.view.id == id && shown.may_change);
        found.ok_or(Failure::Absent)
    };
    visit.house.work(find).await
}

/// Shows a view's form.
pub(crate) async fn edit(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let Shown { view, .. } = known(&visit, id).await?;
    let pinned = if view.pinned { "yes" } else { "" }.to_owned();
    let (name, audience) = (view.name.clone(), view.audience);
    let sent = Sending {
        name,
        audience,
        pinned,
        list: view.list,
        query: view.query,
        ..Sending::default()
    };
    let form = form(&visit, &sent).await?;
    let action = href_of(&view.id);
    let removal = Some(format!("{action}/removal"));
    let frame = visit.frame(view.name.clone(), Place::Leads);
    Ok(visit.show(ViewPage { frame, heading: view.name, action, form, removal }))
}

/// Changes a view.
pub(crate) async fn update(
    visit: Visit,
    Path(id): Path<String>,
    Sent(sent): Sent<Sending>,
) -> Result<Response, Failure> {
    let Shown { view, .. } = known(&visit, id).await?;
    let (by, now, kept) = (visit.signed.0.clone(), visit.house.now(), sent.kept());
    let change = {
        let id = view.id.clone();
        move |engine: &Engine| Ok(engine.change_view(&by, &id, kept, now)?)
    };
    match visit.house.work(change).await {
        Ok(()) => Ok(visit.go("/views", &Flash::done(format!("{} is changed.", sent.name.trim())))),
        Err(Failure::Refused(refusal)) => {
            let (form, action) = (form(&visit, &sent).await?, href_of(&view.id));
            let removal = Some(format!("{action}/removal"));
            Ok(refused(visit, &view.name, action, form, &refusal, removal))
        }
        Err(other) => Err(other),
    }
}

/// Removes a view, and says how it comes back.
pub(crate) async fn remove(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    let remove = move |engine: &Engine| Ok(engine.remove_view(&by, &id, now)?);
    let view = visit.house.work(remove).await?;
    let undo = format!("/undo/views/{}", encoded(&view.id));
    let flash = Flash::done(format!("{} is removed.", view.name)).with_undo(undo);
    Ok(visit.go("/views", &flash))
}

/// Brings a removed view back.
pub(crate) async fn restore(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    let restore = move |engine: &Engine| Ok(engine.restore_view(&by, &id, now)?);
    let flash = match visit.house.work(restore).await {
        Ok(view) => Flash::done(format!("{} is back.", view.name)),
        Err(Failure::Refused(refusal)) => Flash::not_done(sentence(&refusal.to_string())),
        Err(other) => return Err(other),
    };
    Ok(visit.go("/views", &flash))
}
