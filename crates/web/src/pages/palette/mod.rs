//! What the palette offers while somebody types: pages, acts, words of the Agreement, and whatever
//! has a name. Only what the person may do is offered.

mod acts;
mod words;

use axum::response::IntoResponse;
use axum::{Json, extract::Query, response::Response};
use engine::access::Act;
use serde::{Deserialize, Serialize};
use store::Wanted;

use crate::{
    failure::Failure,
    find::{Group, Question},
    keys,
    layout::Place,
    session::Visit,
};

/// Hits of a kind that the palette shows.
const EACH: usize = 5;

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
    /// The address of the page on which it is asked.
    here: String,
}

/// Choices of one kind.
#[derive(Debug, Serialize)]
struct Choices {
    title: &'static str,
    items: Vec<Choice>,
}

/// One choice: a page to go to, or a button of a form on every page.
#[derive(Debug, Clone, Default, Serialize)]
struct Choice {
    name: String,
    /// Other words by which it is found.
    #[serde(skip)]
    also: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    what: String,
    /// The page it goes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    href: Option<String>,
    /// The form that it sends.
    #[serde(skip_serializing_if = "Option::is_none")]
    form: Option<&'static str>,
    /// The value of the button in the form.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'static str>,
    /// Keys that do the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<String>,
}

/// Answers with choices.
pub(crate) async fn index(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let wanted = Wanted::parse(&asked.q);
    let meant = |choice: &Choice| asked.q.trim().is_empty() || matches(choice, &wanted);
    let mut places = pages(&visit);
    places.retain(&meant);
    let mut acts = acts::acts(&visit, &asked.here);
    acts.retain(&meant);
    let question = Question::new(&visit.signed, &asked.q, EACH);
    let (now, signed, text) = (visit.time().now(), visit.signed.clone(), asked.q.clone());
    let found = visit.house.work(move |engine| {
        let agreements = engine.agreements()?;
        let in_force = agreements.at(now).filter(|_| signed.can(&Act::SeeAgreement));
        let in_force = in_force.map(|version| &*version.agreement);
        let agreed = in_force.map(words::of_agreement).unwrap_or_default();
        let of_pages = words::of_pages(in_force, &signed);
        let words = [("Words of the Agreement", agreed), ("Words of the pages", of_pages)];
        let words = words.map(|(title, mut items)| {
            items.retain(|choice| matches(choice, question.wanted()));
            items.truncate(EACH);
            Choices { title, items }
        });
        let of_imports = acts::of_imports(engine, &signed)?.into_iter();
        let of_imports =
            of_imports.filter(|it| text.trim().is_empty() || matches(it, question.wanted()));
        let mut done = acts::with_what_is_named(engine, &signed, &text, now)?;
        done.extend(of_imports);
        let mut found = Vec::from(words);
        found.extend(question.ask(engine, now)?.into_iter().map(choices));
        Ok((done, found))
    });
    let (mut done, found) = found.await?;
    done.extend(acts);
    let mut all =
        vec![Choices { title: "Go to", items: places }, Choices { title: "Do", items: done }];
    all.extend(found);
    all.retain(|choices| !choices.items.is_empty());
    Ok(Json(all).into_response())
}

/// Whether a choice has words that begin as those that are wanted.
fn matches(choice: &Choice, wanted: &Wanted) -> bool {
    wanted.found_in(&format!("{} {} {}", choice.name, choice.what, choice.also)).is_some()
}

/// A page to go to.
fn page(name: impl Into<String>, what: impl Into<String>, href: impl Into<String>) -> Choice {
    let (name, what, href) = (name.into(), what.into(), Some(href.into()));
    Choice { name, what, href, ..Choice::default() }
}

/// What stands on the page of a place, where its name does not say it.
fn holds(place: &Place) -> &'static str {
    match place {
        Place::Scoreboard => "goals, quotas, service levels, handoffs, funnel, opportunities",
        Place::Requests => "what is asked for, and whether it came in time",
        Place::Facts => "the ledger, every fact with its source",
        _ => "",
    }
}

fn pages(visit: &Visit) -> Vec<Choice> {
    let places = Place::GROUPS.iter().flat_map(|(_, places)| places.iter());
    let places = places.filter(|place| visit.frame.has(place));
    let mut pages: Vec<Choice> = places
        .map(|place| {
            let keys = visit.frame.keys.then(|| format!("G {}", place.letter()));
            Choice { keys, ..page(place.name(), holds(place), place.href()) }
        })
        .collect();
    let sheet = page("Keys", "what the keyboard does", keys::SHEET);
    pages.push(Choice { keys: visit.frame.keys.then(|| "?".to_owned()), ..sheet });
    if visit.signed.can(&Act::SeeLeads) {
        pages.push(page("My leads", "those you own", "/leads?owner=me"));
        pages.push(page("My opportunities", "those you own", "/opportunities?owner=me"));
        pages.push(page("Running clocks", "leads with a clock", "/leads?clock=running"));
        pages.push(page("Routing", "who gets a lead, and why", "/routing"));
        pages.push(page("Disputes", "what is contested, and the rulings", "/disputes"));
        pages.push(page("Responsibilities", "who does what by the Agreement", "/responsibilities"));
    }
    if visit.signed.can(&Act::SeeDuplicates) {
        pages.push(page("Duplicates", "leads that may be one person", "/duplicates"));
    }
    pages.push(page("Views", "lists that are kept under a name", "/views"));
    pages.push(page("Your sign-in", "password and sessions", "/account"));
    if visit.signed.can(&Act::SeeAgreement) && visit.frame.in_force.is_some() {
        pages.push(page("What to say", "the message, its proofs and words", "/agreement/message"));
        pages.push(page("Who leads on what", "the priorities", "/agreement/priorities"));
    }
    pages
}

fn choices(group: Group) -> Choices {
    let Group { title, hits, .. } = group;
    Choices {
        title,
        items: hits.into_iter().map(|hit| page(hit.name, hit.what, hit.href)).collect(),
    }
}
