//! One handoff: how it came, how long each part took, the answer, what is contested. And the acts
//! of those who answer it or contest the answer.

mod view;

use askama::Template;
use axum::{extract::Path, response::Response};
use domain::{handoff::Answer, ids::HandoffId};
use engine::{
    Engine, Refusal,
    access::Act,
    dispute::DisputeRefusal,
    handoff::{Answering, HandoffRefusal},
};
use jiff::civil::Date;
use serde::Deserialize;

use crate::{
    failure::Failure,
    flash::Flash,
    layout::{Form, Frame, Place},
    names::encoded,
    pages::sign_in::sentence,
    sent::Sent,
    session::Visit,
};
pub(crate) use view::may_answer;
use view::{View, viewed};

/// The page.
#[derive(Template)]
#[template(path = "pages/handoff/show.html")]
struct HandoffPage {
    frame: Frame,
    view: View,
    back: Form,
    contest: Form,
}

/// What the answer sends: `accepted`, or the answer with its reason, `rejected/Duplicate`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sending {
    #[serde(default)]
    answer: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    note: String,
}

/// What contesting sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contesting {
    #[serde(default)]
    statement: String,
}

/// Where a handoff lies.
pub(crate) fn handoff_href(handoff: &HandoffId) -> String {
    format!("/handoffs/{}", encoded(handoff.as_str()))
}

/// Shows the handoff.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeLeads)?;
    shown(visit, HandoffId(id), |_, _| {}).await
}

async fn shown(
    visit: Visit,
    handoff: HandoffId,
    refuse: impl FnOnce(&mut Form, &mut Form),
) -> Result<Response, Failure> {
    let (actor, time) = (visit.signed.0.clone(), visit.time());
    let reach = visit.signed.can(&Act::SeeReach);
    let found = visit.house.work(move |engine| viewed(engine, &handoff, &actor, reach, &time));
    let (view, mut back, mut contest) = found.await?;
    refuse(&mut back, &mut contest);
    if !view.may_answer {
        back.close();
    }
    if !view.may_contest {
        contest.close();
    }
    let was_refused = back.is_refused() || contest.is_refused();
    let mut frame = visit.frame(format!("Handoff of {}", view.name), Place::Leads);
    frame.refused = was_refused;
    let template = HandoffPage { frame, view, back, contest };
    Ok(if was_refused { visit.refuse(template) } else { visit.show(template) })
}

/// Answers it.
pub(crate) async fn answer(
    visit: Visit,
    Path(id): Path<String>,
    Sent(sent): Sent<Sending>,
) -> Result<Response, Failure> {
    let handoff = HandoffId(id);
    let told = match answering(&sent) {
        Ok(told) => told,
        Err((field, words)) => {
            return shown(visit, handoff, |back, _| {
                keep(back, &sent);
                back.refuse(field, words);
            })
            .await;
        }
    };
    let word = told.answer.word();
    let (by, which, now) = (visit.signed.0.clone(), handoff.clone(), visit.house.now());
    let give = move |engine: &Engine| Ok(engine.answer_handoff(&by, &which, told, now)?);
    match visit.house.work(give).await {
        Ok(()) => Ok(visit.go(&handoff_href(&handoff), &Flash::done(format!("It is {word}.")))),
        Err(Failure::Refused(refusal)) => {
            shown(visit, handoff, |back, _| {
                keep(back, &sent);
                back.refuse(field_of(&refusal), sentence(&refusal.to_string()));
            })
            .await
        }
        Err(other) => Err(other),
    }
}

/// The answer that was sent; else the field that is wrong, and how.
fn answering(sent: &Sending) -> Result<Answering, (&'static str, String)> {
    let (word, reason) = sent.answer.split_once('/').unwrap_or((&sent.answer, ""));
    let answer = Answer::parse(word).ok_or(("answer", "Choose one of the answers.".to_owned()))?;
    let until =
        match sent.until.trim() {
            "" => None,
            text => Some(text.parse::<Date>().map_err(|_| {
                ("until", format!("\"{text}\" is no day: write it like 2026-12-01."))
            })?),
        };
    Ok(Answering { answer, reason: reason.to_owned(), until, note: sent.note.clone() })
}

fn keep(form: &mut Form, sent: &Sending) {
    form.keep([("answer", &sent.answer), ("until", &sent.until), ("note", &sent.note)]);
}

/// The field that a refusal is about.
fn field_of(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Handoff(
            HandoffRefusal::NoReason | HandoffRefusal::NotAReason(_) | HandoffRefusal::NotSo(_),
        ) => "answer",
        Refusal::Handoff(HandoffRefusal::NoNote(_) | HandoffRefusal::TooLong) => "note",
        Refusal::Handoff(HandoffRefusal::RestsLonger(_)) => "until",
        Refusal::Dispute(DisputeRefusal::NoStatement | DisputeRefusal::TooLong) => "statement",
        _ => "",
    }
}

/// Contests the answer.
pub(crate) async fn contest(
    visit: Visit,
    Path(id): Path<String>,
    Sent(sent): Sent<Contesting>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::ContestHandoffs)?;
    let handoff = HandoffId(id);
    let (by, which, now) = (visit.signed.0.clone(), handoff.clone(), visit.house.now());
    let statement = sent.statement.clone();
    let contest = move |engine: &Engine| Ok(engine.contest_handoff(&by, &which, &statement, now)?);
    match visit.house.work(contest).await {
        Ok(dispute) => {
            let said = Flash::done("Contested. The arbiter and sales see your statement.");
            Ok(visit.go(&super::dispute::dispute_href(&dispute), &said))
        }
        Err(Failure::Refused(refusal)) => {
            shown(visit, handoff, |_, contest| {
                contest.keep([("statement", &sent.statement)]);
                contest.refuse(field_of(&refusal), sentence(&refusal.to_string()));
            })
            .await
        }
        Err(other) => Err(other),
    }
}
