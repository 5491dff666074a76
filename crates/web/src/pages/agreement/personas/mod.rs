//! Personas: whom both sides serve, and the sellers whom marketing serves; each with what was found
//! out, what stands behind it, and what became of the leads like it.

mod card;
mod counted;
pub(crate) mod evidence;

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::{
    agreement::{Agreement, Persona, persona::Of},
    ids::Version,
};
use engine::{Engine, access::Act};
use serde::Deserialize;

use super::{absent, version_of};
use crate::{
    failure::Failure,
    kept::looks_again,
    layout::{EmptyState, Frame, Place},
    markup::Markup,
    names::encoded,
    session::Visit,
    show,
};
use card::Card;
use counted::Counted;
use evidence::Refused;

/// The list.
#[derive(Template)]
#[template(path = "pages/agreement/personas/index.html")]
struct PersonasPage {
    frame: Frame,
    version: Version,
    rows: Vec<Row>,
    counted: Counted,
    /// How to put one into the text, for those who may.
    may_propose: bool,
}

/// A persona in the list.
struct Row {
    name: String,
    href: String,
    of: &'static str,
    clause: String,
    interviews: Markup,
    matches: Markup,
    won: Markup,
}

/// One persona.
#[derive(Template)]
#[template(path = "pages/agreement/personas/show.html")]
struct PersonaPage {
    frame: Frame,
    card: Card,
    /// What is wrong.
    wrong: Markup,
}

/// What the address of a card asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// The evidence that is to be taken back, by its fact.
    back: String,
    /// The lead or opportunity of which evidence is to be given.
    about: String,
}

/// Where the personas of a version are listed.
pub(super) fn personas_href(version: Version) -> String {
    format!("/agreement/{version}/personas")
}

/// Where a persona's card lies.
pub(crate) fn persona_href(version: Version, persona: &str) -> String {
    format!("{}/{}", personas_href(version), encoded(persona))
}

/// For whom a persona stands, in words.
fn of_words(of: Of) -> &'static str {
    match of {
        Of::Buyers => "those who buy",
        Of::Sellers => "those who sell",
    }
}

/// The number of interviews that the text names, as a door to its clause.
fn interviews(persona: &Persona, version: Version) -> Markup {
    let href = format!("/agreement/{version}#c{}", persona.clause);
    show::figure(show::count(persona.interviews.into()), &href)
}

/// Shows the personas of a version.
pub(crate) async fn index(visit: Visit, Path(no): Path<String>) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeAgreement)?;
    let (version, time, house) = (version_of(&no)?, visit.time(), visit.house.clone());
    let find = move |engine: &Engine| {
        let (_, agreement) = engine.agreement(version).map_err(absent)?;
        let counted = Counted::of(&house, version, &agreement, &time)?;
        let rows = rows(&agreement, version, &counted);
        Ok((rows, counted))
    };
    let (rows, counted) = visit.house.work(find).await?;
    let frame = visit.frame("Personas", Place::Agreement);
    let may_propose = visit.signed.can(&Act::Propose);
    let is_awaited = counted.is_awaited;
    let response = visit.show(PersonasPage { frame, version, rows, counted, may_propose });
    Ok(if is_awaited { looks_again(response) } else { response })
}

fn rows(agreement: &Agreement, version: Version, counted: &Counted) -> Vec<Row> {
    let row = |persona: &Persona| Row {
        name: persona.name.clone(),
        href: persona_href(version, &persona.id),
        of: of_words(persona.of),
        clause: persona.clause.clone(),
        interviews: interviews(persona, version),
        matches: counted.matches(persona),
        won: counted.won(persona),
    };
    agreement.personas.iter().map(row).collect()
}

/// Shows one persona.
pub(crate) async fn show(
    visit: Visit,
    Path((no, id)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeAgreement)?;
    shown(visit, (version_of(&no)?, id), asked, None).await
}

/// Answers with a card; with what is wrong where a form of it was refused.
async fn shown(
    visit: Visit,
    (version, id): (Version, String),
    asked: Asked,
    refused: Option<Refused>,
) -> Result<Response, Failure> {
    let (time, house) = (visit.time(), visit.house.clone());
    let actor = visit.signed.0.clone();
    let find =
        move |engine: &Engine| card::card(engine, &house, (version, &id), (&actor, &asked), &time);
    let mut card = visit.house.work(find).await?;
    let was_refused = refused.is_some();
    let wrong = refused.map(|refused| card.evidence.refuse(refused)).unwrap_or_default();
    let mut frame = visit.frame(card.name.clone(), Place::Agreement);
    frame.refused = was_refused;
    let is_awaited = card.counted.is_awaited;
    let page = PersonaPage { frame, card, wrong };
    let response = if was_refused { visit.refuse(page) } else { visit.show(page) };
    Ok(if is_awaited && !was_refused { looks_again(response) } else { response })
}

impl PersonasPage {
    fn empty(&self) -> EmptyState {
        let action = self
            .may_propose
            .then(|| ("Read the Agreement".to_owned(), format!("/agreement/{}", self.version)));
        EmptyState {
            title: "Write down whom both sides serve".to_owned(),
            words:
                "A persona is a clause of the Agreement: who somebody is, why and how they buy, \
                    what they object to, and the rule by which a lead is one of them. Both sides \
                    sign it, and from then on it shows how many leads are like this and how often \
                    they buy."
                    .to_owned(),
            action,
            heads: vec!["Persona", "Leads like this", "Won of closed"],
            rows: vec![
                vec!["Plant manager", "1,204", "31 of 88, 35 %"],
                vec!["Energy manager", "366", "9 of 17"],
            ],
            ..EmptyState::default()
        }
    }
}
