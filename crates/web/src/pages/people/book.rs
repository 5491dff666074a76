//! Somebody's book: what is theirs to look after, and how all of it passes to somebody else.

use askama::Template;
use axum::{extract::Path, response::Response};
use domain::{
    fact::{Entry, Fact},
    ids::{FactNo, UserId},
};
use engine::{
    Engine, Refusal,
    absence::manager,
    access::{Act, Actor, may},
    book::{Book, BookRefusal, may_take},
};
use serde::Deserialize;
use store::{Reader, StoreError, read::UserRow};

use super::{
    list::{person_href, person_link},
    user_of,
};
use crate::{
    failure::Failure,
    flash::Flash,
    layout::{Field, Form, Frame, Place},
    markup::{Markup, element},
    names::{Names, encoded, fact_link},
    pages::sign_in::sentence,
    sent::Sent,
    sentence::colleague::passed as passed_words,
    session::Visit,
    show::{LocalTime, count},
};

/// The page.
#[derive(Template)]
#[template(path = "pages/people/book.html")]
struct BookPage {
    frame: Frame,
    view: View,
    pass: Form,
    leave: Form,
}

/// What the database says of a book.
struct View {
    name: String,
    href: String,
    leads: Markup,
    opportunities: Vec<Markup>,
    accounts: Vec<Markup>,
    /// Requests that wait for their answer.
    requests: Markup,
    /// When it passed before, the latest first.
    passed: Vec<Line>,
    left: Option<Markup>,
    may_pass: bool,
    may_leave: bool,
}

/// One passing of the book.
struct Line {
    no: FactNo,
    at: Markup,
    taker: Markup,
    what: String,
    from: Markup,
}

/// Who takes the book.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sending {
    #[serde(default)]
    taker: String,
    #[serde(default)]
    successor: String,
}

/// Shows the book.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeePeople)?;
    shown(visit, user_of(id), |_, _| {}).await
}

async fn shown(
    visit: Visit,
    user: UserId,
    refuse: impl FnOnce(&mut Form, &mut Form),
) -> Result<Response, Failure> {
    let (actor, time) = (visit.signed.0.clone(), visit.time());
    let found = visit.house.work(move |engine| viewed(engine, &user, &actor, &time)).await;
    let (view, mut pass, mut leave) = found?;
    refuse(&mut pass, &mut leave);
    if !view.may_pass {
        pass.close();
    }
    if !view.may_leave {
        leave.close();
    }
    let was_refused = pass.is_refused() || leave.is_refused();
    let mut frame = visit.frame(format!("The book of {}", view.name), Place::People);
    frame.refused = was_refused;
    let template = BookPage { frame, view, pass, leave };
    Ok(if was_refused { visit.refuse(template) } else { visit.show(template) })
}

fn viewed(
    engine: &Engine,
    user: &UserId,
    actor: &Actor,
    time: &LocalTime,
) -> Result<(View, Form, Form), Failure> {
    engine.read(|reader| {
        let row = reader.user(user)?.ok_or(Failure::Absent)?;
        let names = Names::new(reader, false);
        let book = Book::of(reader, user)?;
        let may_pass = may(actor, &Act::PassOnBookOf(user.clone(), manager(&row))).is_ok();
        let takers = takers(reader, &row, &names)?;
        let href = person_href(user.as_str());
        let of_leads = format!("/leads?owner={}", encoded(user.as_str()));
        let leads = element("a").with("href", of_leads).holding(count(book.leads.len() as u64));
        let waiting = reader.collateral_requests_waiting_for(user)?.len() as u64;
        let of_requests =
            format!("/requests?asked={}&stands=open&stands=late", encoded(user.as_str()));
        let view = View {
            name: names.user_name(user)?,
            leads: if book.leads.is_empty() { Markup::text("0") } else { leads.into() },
            opportunities: opportunities(reader, &book)?,
            accounts: accounts(reader, &book)?,
            requests: match waiting {
                0 => Markup::text("0"),
                n => element("a").with("href", of_requests).holding(count(n)).into(),
            },
            passed: passed(reader, user, &names, time)?,
            left: row.left_at.map(|at| time.instant(at)),
            may_pass: may_pass && row.left_at.is_none() && !book.is_empty(),
            may_leave: may(actor, &Act::ManagePeople).is_ok() && row.left_at.is_none(),
            href,
        };
        let pass = form("taker", takers.clone(), false);
        let leave = form("successor", takers, book.is_empty() && waiting == 0);
        Ok((view, pass, leave))
    })
}

/// Who could take the book.
fn takers(
    reader: &Reader<'_>,
    of: &UserRow,
    names: &Names<'_, '_>,
) -> Result<Vec<(String, String)>, StoreError> {
    let mut people = Vec::new();
    for row in reader.users()?.into_iter().filter(|row| may_take(of, row)) {
        people.push((names.user_name(&row.id)?, row.id.0));
    }
    people.sort();
    Ok(people.into_iter().map(|(name, id)| (id, name)).collect())
}

/// The open opportunities of a book, each as a door to its page.
fn opportunities(reader: &Reader<'_>, book: &Book) -> Result<Vec<Markup>, StoreError> {
    let mut links = Vec::new();
    for id in &book.opportunities {
        let name = reader.opportunity(id)?.and_then(|row| row.name);
        let href = format!("/opportunities/{}", encoded(id.as_str()));
        let name = name.unwrap_or_else(|| id.to_string());
        links.push(element("a").with("href", href).holding(name).into());
    }
    Ok(links)
}

/// The accounts of a book, each as a door to its page.
fn accounts(reader: &Reader<'_>, book: &Book) -> Result<Vec<Markup>, StoreError> {
    let mut links = Vec::new();
    for id in &book.accounts {
        let name = reader.account(id)?.and_then(|row| row.name);
        let href = format!("/accounts/{}", encoded(id.as_str()));
        let name = name.unwrap_or_else(|| id.to_string());
        links.push(element("a").with("href", href).holding(name).into());
    }
    Ok(links)
}

fn form(name: &'static str, takers: Vec<(String, String)>, may_be_nobody: bool) -> Form {
    let choose = if may_be_nobody { "Nobody: the book is empty" } else { "Choose somebody" };
    let all = std::iter::once((String::new(), choose.to_owned())).chain(takers).collect();
    let field = Field::select(name, "Who takes all of it", all);
    Form::of([if may_be_nobody { field.optional() } else { field }])
}

/// The passings that the facts tell of, the latest first.
fn passed(
    reader: &Reader<'_>,
    user: &UserId,
    names: &Names<'_, '_>,
    time: &LocalTime,
) -> Result<Vec<Line>, StoreError> {
    let mut lines = Vec::new();
    for entry in reader.facts_of(&format!("user/{user}"))?.iter().rev() {
        lines.extend(line(entry, names, time)?);
    }
    Ok(lines)
}

fn line(
    entry: &Entry,
    names: &Names<'_, '_>,
    time: &LocalTime,
) -> Result<Option<Line>, StoreError> {
    let Fact::BookPassedOn(fact) = entry.fact() else { return Ok(None) };
    let by = match &fact.by {
        Some(by) => names.user_name(by)?,
        None => "the command line".to_owned(),
    };
    Ok(Some(Line {
        no: entry.no,
        at: time.instant(entry.happened_at()),
        taker: person_link(fact.taker.as_str(), &names.user_name(&fact.taker)?),
        what: passed_words(fact),
        from: Markup::text(format!("{by}, ")).and(fact_link(entry.no)),
    }))
}

/// Passes the book on, while somebody is away.
pub(crate) async fn pass_on(
    visit: Visit,
    Path(id): Path<String>,
    Sent(sent): Sent<Sending>,
) -> Result<Response, Failure> {
    let user = user_of(id);
    let Some(taker) = chosen(&sent.taker) else {
        return shown(visit, user, |pass, _| pass.refuse("taker", "Choose who takes it.")).await;
    };
    let (by, who, now) = (visit.signed.0.clone(), user.clone(), visit.house.now());
    let pass = move |engine: &Engine| Ok(engine.pass_on(Some(&by), &who, &taker, now)?);
    match visit.house.work(pass).await {
        Ok(book) => {
            let said = Flash::done(format!("Passed on: {}.", book.words()));
            Ok(visit.go(&format!("{}/book", person_href(user.as_str())), &said))
        }
        Err(Failure::Refused(refusal)) => {
            shown(visit, user, |pass, _| refuse(pass, "taker", &refusal)).await
        }
        Err(other) => Err(other),
    }
}

/// Writes down that somebody left, and passes their book on.
pub(crate) async fn leave(
    visit: Visit,
    Path(id): Path<String>,
    Sent(sent): Sent<Sending>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::ManagePeople)?;
    let (user, taker) = (user_of(id), chosen(&sent.successor));
    let (by, who, now) = (visit.signed.0.clone(), user.clone(), visit.house.now());
    let leave = move |engine: &Engine| {
        let requests = engine.read(|reader| reader.collateral_requests_waiting_for(&who))?;
        let requests = taker.as_ref().map_or(0, |_| requests.len());
        Ok((engine.leave(Some(&by), &who, taker.as_ref(), now)?, requests))
    };
    match visit.house.work(leave).await {
        Ok((book, requests)) => {
            let book = (!book.is_empty()).then(|| book.words());
            let requests = match requests {
                0 => None,
                1 => Some("1 request that waits for an answer".to_owned()),
                n => Some(format!("{n} requests that wait for an answer")),
            };
            let passed: Vec<String> = book.into_iter().chain(requests).collect();
            let passed =
                if passed.is_empty() { "nothing".to_owned() } else { passed.join(", and ") };
            let said = Flash::done(format!("Written down. Passed on with it: {passed}."));
            Ok(visit.go(&person_href(user.as_str()), &said))
        }
        Err(Failure::Refused(refusal)) => {
            shown(visit, user, |_, leave| refuse(leave, "successor", &refusal)).await
        }
        Err(other) => Err(other),
    }
}

/// Takes back what passed, as far as nobody has given it on.
pub(crate) async fn take_back(
    visit: Visit,
    Path((id, no)): Path<(String, i64)>,
) -> Result<Response, Failure> {
    let user = user_of(id);
    let (by, who, now) = (visit.signed.0.clone(), user.clone(), visit.house.now());
    let back = move |engine: &Engine| Ok(engine.take_book_back(&by, &who, FactNo(no), now)?);
    match visit.house.work(back).await {
        Ok(taken) => {
            let rest = match taken.left.len() {
                0 => String::new(),
                n => format!(
                    " {} given on since and stay.",
                    if n == 1 { "One was" } else { "Others were" }
                ),
            };
            let said = Flash::done(format!("{} went back.{rest}", count(taken.done as u64)));
            Ok(visit.go(&format!("{}/book", person_href(user.as_str())), &said))
        }
        Err(Failure::Refused(refusal)) => {
            shown(visit, user, |pass, _| pass.refuse_whole(sentence(&refusal.to_string()))).await
        }
        Err(other) => Err(other),
    }
}

fn chosen(id: &str) -> Option<UserId> {
    Some(UserId::from(id.trim())).filter(|id| !id.as_str().is_empty())
}

fn refuse(form: &mut Form, field: &str, refusal: &Refusal) {
    let field = match refusal {
        Refusal::Book(
            BookRefusal::OwnTaker
            | BookRefusal::TakerNotHere(_)
            | BookRefusal::OtherSide { .. }
            | BookRefusal::NoTaker(_),
        ) => field,
        _ => "",
    };
    form.refuse(field, sentence(&refusal.to_string()));
}
