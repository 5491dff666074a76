//! The message: what both sides say to a customer, drawn as a house, with its proofs and words.

pub(super) mod deed;
pub(crate) mod ends;
mod house;

use askama::Template;
use axum::{extract::Path, response::Response};
use domain::{
    agreement::{Agreement, text::ClauseKind},
    ids::Version,
};
use engine::{Engine, access::Act};
use jiff::civil::Date;
use store::read::AgreementRow;

use super::{absent, latest, state, unsigned, version_of};
use crate::{
    failure::Failure,
    layout::{EmptyState, Frame, Place},
    markup::Markup,
    names::Names,
    session::Visit,
    show::LocalTime,
};
use house::House;

/// The page.
#[derive(Template)]
#[template(path = "pages/agreement/message/index.html")]
struct MessagePage {
    frame: Frame,
    view: View,
}

/// What a version says of the message.
struct View {
    version: Version,
    /// Where the version stands, and who signed it.
    stands: Markup,
    title: String,
    /// The day that proofs are looked at, in the Agreement's zone.
    on: Markup,
    houses: Vec<House>,
    none: Option<EmptyState>,
}

/// Shows the message of the version in force, or of the latest there is.
pub(crate) async fn current(visit: Visit) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeAgreement)?;
    let version = latest(&visit).await?.ok_or(Failure::Absent)?;
    page(visit, version).await
}

/// Shows the message of a version.
pub(crate) async fn show(visit: Visit, Path(no): Path<String>) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeAgreement)?;
    page(visit, version_of(&no)?).await
}

async fn page(visit: Visit, version: Version) -> Result<Response, Failure> {
    let time = visit.time();
    let view = visit.house.work(move |engine| viewed(engine, version, &time)).await?;
    let frame = visit.frame(view.title.clone(), Place::Agreement);
    Ok(visit.show(MessagePage { frame, view }))
}

/// Which day it is where the Agreement is at home.
pub(super) fn day_of(agreement: &Agreement, time: &LocalTime) -> Date {
    agreement.zone.to_datetime(time.now()).date()
}

/// Whether an Agreement says what both sides say to a customer.
pub(super) fn is_in(agreement: &Agreement) -> bool {
    agreement.clauses.iter().any(|clause| matches!(clause.kind, ClauseKind::Message(_)))
}

/// Where a message of a version is read.
pub(crate) fn message_href(version: Version) -> String {
    format!("/agreement/{version}/message")
}

fn viewed(engine: &Engine, version: Version, time: &LocalTime) -> Result<View, Failure> {
    let (row, agreement) = engine.agreement(version).map_err(absent)?;
    let today = day_of(&agreement, time);
    let houses: Vec<House> = agreement
        .clauses
        .iter()
        .filter_map(|clause| match &clause.kind {
            ClauseKind::Message(message) => {
                Some(house::house(&agreement, version, clause, message, today, time))
            }
            _ => None,
        })
        .collect();
    let title = match houses.as_slice() {
        [one] if !one.heading.is_empty() => one.heading.clone(),
        _ => "What we say".to_owned(),
    };
    let stands = stands(engine, &row, &agreement, time)?;
    let none = houses.is_empty().then(|| nothing(version));
    Ok(View { version, stands, title, on: time.date(today), houses, none })
}

/// Where the version stands, and who signed it: `in force since …, signed by Ines and Mara`.
pub(super) fn stands(
    engine: &Engine,
    row: &AgreementRow,
    agreement: &Agreement,
    time: &LocalTime,
) -> Result<Markup, Failure> {
    engine.read(|reader| {
        let names = Names::new(reader, false);
        let signatures = reader.signatures_of(row.version)?;
        let signed = signatures.iter().map(|signature| {
            let side = crate::session::for_side(&signature.side);
            Ok(format!("{} {side}", names.user_name(&signature.user)?))
        });
        let signed = signed.collect::<Result<Vec<_>, Failure>>()?.join(" and ");
        let words = state(row, &unsigned(agreement, &signatures), time);
        Ok(match signed.is_empty() {
            true => words,
            false => words.and_text(format!(", signed by {signed}")),
        })
    })
}

fn nothing(version: Version) -> EmptyState {
    EmptyState {
        title: "Say the same to every customer".to_owned(),
        words: "A message has a sentence above it, pillars that carry it, proofs with dates, what \
                may be claimed and what may not, and the words to use. Write it under [[message]] \
                in the text of the Agreement."
            .to_owned(),
        action: Some(("Read the Agreement".to_owned(), format!("/agreement/{version}"))),
        ..EmptyState::default()
    }
}
