//! What the palette offers while somebody types: pages, acts, words of the Agreement, and whatever
//! has a name. Only what the person may do is offered.

use axum::response::IntoResponse;
use axum::{Json, extract::Query, response::Response};
use domain::agreement::Agreement;
use engine::access::Act;
use serde::{Deserialize, Serialize};
use store::Wanted;

use crate::{
    failure::Failure,
    find::{Group, Question},
    keys,
    layout::{Place, SIGN_OUT},
    session::Visit,
    theme::Theme,
};

/// Hits of a kind that the palette shows.
const EACH: usize = 5;

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
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
    let mut all = vec![
        Choices { title: "Go to", items: pages(&visit) },
        Choices { title: "Do", items: acts(&visit) },
    ];
    for choices in &mut all {
        choices.items.retain(|choice| asked.q.trim().is_empty() || matches(choice, &wanted));
    }
    let question = Question::new(&visit.signed, &asked.q, EACH);
    let now = visit.time().now();
    let may_read = visit.signed.can(&Act::SeeAgreement);
    let found = visit.house.work(move |engine| {
        let agreements = engine.agreements()?;
        let mut found = Vec::new();
        if let Some(in_force) = agreements.at(now).filter(|_| may_read) {
            let mut items = words(&in_force.agreement);
            items.retain(|choice| matches(choice, question.wanted()));
            items.truncate(EACH);
            found.push(Choices { title: "Words of the Agreement", items });
        }
        found.extend(question.ask(engine, now)?.into_iter().map(choices));
        Ok(found)
    });
    all.extend(found.await?);
    all.retain(|choices| !choices.items.is_empty());
    Ok(Json(all).into_response())
}

/// Whether a choice has words that begin as those that are wanted.
fn matches(choice: &Choice, wanted: &Wanted) -> bool {
    wanted.found_in(&format!("{} {}", choice.name, choice.what)).is_some()
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

/// A button of a form that stands on every page.
fn button(name: &str, form: &'static str, value: Option<&'static str>) -> Choice {
    Choice { name: name.to_owned(), form: Some(form), value, ..Choice::default() }
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

fn acts(visit: &Visit) -> Vec<Choice> {
    let mut acts = Vec::new();
    if visit.signed.can(&Act::Import) {
        acts.push(page("Import a file", "leads, deals and what happened", "/imports/new"));
    }
    if visit.signed.can(&Act::ManagePeople) {
        acts.push(page("Invite a colleague", "let somebody in", "/people/new"));
    }
    if visit.signed.can(&Act::MakeRequests) {
        acts.push(page("Ask for something", "a request to a colleague", "/requests/new"));
    }
    if visit.signed.can(&Act::SeeLeads) {
        acts.push(page("Download the leads", "export all as CSV", "/leads.csv"));
        acts.push(page("Download the opportunities", "export all as CSV", "/opportunities.csv"));
        acts.push(page("Download the accounts", "export all as CSV", "/accounts.csv"));
    }
    let themes = Theme::ALL.into_iter().filter(|theme| *theme != visit.frame.theme);
    acts.extend(
        themes.map(|theme| button(&format!("{} theme", theme.word()), "/theme", Some(theme.key()))),
    );
    let (word, value) = if visit.frame.keys { ("off", "off") } else { ("on", "on") };
    acts.push(button(&format!("Turn one-letter keys {word}"), keys::SHEET, Some(value)));
    acts.push(button("Sign out", SIGN_OUT, None));
    acts
}

/// What both sides have given a meaning: definitions, statuses, service levels, milestones, goals.
fn words(agreement: &Agreement) -> Vec<Choice> {
    let at = |clause: &str| format!("/agreement#c{clause}");
    let mut words = Vec::new();
    for definition in &agreement.definitions {
        let clause = &definition.clause;
        words.push(page(definition.id.to_uppercase(), &definition.says, at(clause)));
    }
    for status in agreement.statuses.iter().filter(|status| !status.label.is_empty()) {
        let definition = agreement.definitions.iter().find(|found| found.status == status.key);
        let href = definition.map_or("/agreement".to_owned(), |found| at(&found.clause));
        words.push(page(&status.key, &status.label, href));
    }
    for level in &agreement.service_levels {
        words.push(page(plain(&level.id), &level.says, at(&level.clause)));
    }
    for milestone in &agreement.milestones {
        words.push(page(plain(&milestone.id), &milestone.says, at(&milestone.clause)));
    }
    for goal in &agreement.goals {
        words.push(page(plain(&goal.id), &goal.says, at(&goal.clause)));
    }
    words
}

/// A key as words.
fn plain(key: &str) -> String {
    key.replace(['-', '_'], " ")
}

fn choices(group: Group) -> Choices {
    let Group { title, hits, .. } = group;
    Choices {
        title,
        items: hits.into_iter().map(|hit| page(hit.name, hit.what, hit.href)).collect(),
    }
}
