//! Requests: the list, one with what became of it, and the acts of those who ask, answer or contest.

pub(crate) mod list;
mod view;

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::{
    collateral_request::{CollateralAnswer, DeclineReason},
    ids::{CollateralRequestId, UserId},
};
use engine::{
    Engine, Refusal,
    access::Act,
    collateral_request::{
        Answering, CollateralRequestRefusal as Refused, NewRequest, can_be_asked,
    },
    dispute::DisputeRefusal,
    evidence::EvidenceRefusal,
};
use serde::Deserialize;

use crate::{
    failure::Failure,
    flash::Flash,
    layout::{Control, Field, Form, Frame, Place},
    names::encoded,
    pages::{
        people::absence::{day_of, others},
        sign_in::sentence,
    },
    sent::Sent,
    session::Visit,
};
use view::{View, viewed};
pub(crate) use view::{title_of, waiting};

/// Asking for something.
#[derive(Template)]
#[template(path = "pages/collateral_request/new.html")]
struct NewPage {
    frame: Frame,
    form: Form,
}

/// One request.
#[derive(Template)]
#[template(path = "pages/collateral_request/show.html")]
struct RequestPage {
    frame: Frame,
    view: View,
    answer: Form,
    contest: Form,
}

/// What asking sends; its address can say some of it beforehand.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Asking {
    asked: String,
    wanted: String,
    why: String,
    about: String,
    needed_on: String,
}

/// What an answer sends: `delivered`, or `declined` with its reason, `declined/no_time`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Sending {
    answer: String,
    words: String,
}

/// What contesting sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Contesting {
    statement: String,
}

/// Where a request lies.
pub(crate) fn request_href(request: &CollateralRequestId) -> String {
    format!("/requests/{}", encoded(request.as_str()))
}

/// Asks for what is wanted, by whom and by when.
pub(crate) async fn new(visit: Visit, Query(asking): Query<Asking>) -> Result<Response, Failure> {
    visit.signed.may(&Act::MakeRequests)?;
    asked_anew(visit, &asking, |_| {}).await
}

async fn asked_anew(
    visit: Visit,
    asking: &Asking,
    refuse: impl FnOnce(&mut Form),
) -> Result<Response, Failure> {
    let me = visit.signed.0.user.clone();
    let people = visit
        .house
        .work(move |engine| engine.read(|reader| Ok(others(reader, &me, can_be_asked)?)));
    let mut people: Vec<(String, String)> = people.await?;
    if let Some(nobody) = people.first_mut() {
        nobody.1 = "Choose a colleague".to_owned();
    }
    let mut form = Form::of([
        Field::line("wanted", "What you need").hint("In one line, such as: a case study on pumps."),
        Field::select("asked", "Whom you ask", people).hint("Of the other side or of your own."),
        Field::new("needed_on", "By which day", Control::Line("date"))
            .hint("Due when that working day ends for whoever is asked."),
        Field::new("why", "What for, and what else there is to know", Control::Area)
            .optional()
            .hint("Both sides read it. It stands beside the ledger."),
        Field::line("about", "The lead or opportunity that it is for")
            .optional()
            .hint("Its id as its page shows it, such as crm:12. Leave it empty for none."),
    ]);
    form.keep([
        ("asked", &asking.asked),
        ("wanted", &asking.wanted),
        ("why", &asking.why),
        ("about", &asking.about),
        ("needed_on", &asking.needed_on),
    ]);
    refuse(&mut form);
    let was_refused = form.is_refused();
    let mut frame = visit.frame("Ask for something", Place::Requests);
    frame.refused = was_refused;
    let template = NewPage { frame, form };
    Ok(if was_refused { visit.refuse(template) } else { visit.show(template) })
}

/// Asks for it.
pub(crate) async fn create(visit: Visit, Sent(sent): Sent<Asking>) -> Result<Response, Failure> {
    visit.signed.may(&Act::MakeRequests)?;
    let needed_on = day_of(&sent.needed_on);
    let told = NewRequest {
        asked: UserId(sent.asked.clone()),
        wanted: sent.wanted.clone(),
        why: sent.why.clone(),
        about: sent.about.clone(),
        needed_on: needed_on.clone().ok(),
    };
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    match visit.house.work(move |engine: &Engine| Ok(engine.make_request(&by, told, now)?)).await {
        Ok(request) => {
            let said = Flash::done("Asked. Whoever is asked finds it on their Today.");
            Ok(visit.go(&request_href(&request), &said))
        }
        Err(Failure::Refused(refusal)) => {
            asked_anew(visit, &sent, |form| {
                for refusal in refusal.each() {
                    form.refuse(field_of(&refusal), sentence(&refusal.to_string()));
                }
                // What was typed and is no day is told with what was typed.
                if let Err(words) = needed_on {
                    form.refuse("needed_on", words);
                }
            })
            .await
        }
        Err(other) => Err(other),
    }
}

/// Shows the request.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeLeads)?;
    shown(visit, CollateralRequestId(id), |_, _| {}).await
}

async fn shown(
    visit: Visit,
    request: CollateralRequestId,
    refuse: impl FnOnce(&mut Form, &mut Form),
) -> Result<Response, Failure> {
    let (actor, time) = (visit.signed.0.clone(), visit.time());
    let found = visit.house.work(move |engine| viewed(engine, &request, &actor, &time));
    let view = found.await?;
    let (mut answer, mut contest) = (answer_form(), contest_form(view.contest));
    refuse(&mut answer, &mut contest);
    if !view.may_answer {
        answer.close();
    }
    if view.contest.is_none() {
        contest.close();
    }
    let was_refused = answer.is_refused() || contest.is_refused();
    let mut frame = visit.frame(view.title.clone(), Place::Requests);
    frame.refused = was_refused;
    let template = RequestPage { frame, view, answer, contest };
    Ok(if was_refused { visit.refuse(template) } else { visit.show(template) })
}

fn answer_form() -> Form {
    let declined = DeclineReason::ALL
        .map(|(_, key, words)| (format!("declined/{key}"), format!("Declined: {words}")));
    let delivered = ("delivered".to_owned(), "Delivered: it is there".to_owned());
    let answers = std::iter::once(delivered).chain(declined).collect();
    Form::of([
        Field::radio("answer", "The answer", answers),
        Field::new("words", "Where it is, or why it is declined", Control::Area)
            .hint("A link, or words. Both sides read it, and it stays."),
    ])
}

/// The form that contests it, and what a ruling would change.
fn contest_form(would_change: Option<&str>) -> Form {
    let read = "The arbiter and the other end read it. It stays, with theirs and the ruling.";
    let hint = format!("{read} {}", would_change.unwrap_or_default());
    Form::of([Field::new("statement", "What you have to say", Control::Area).hint(hint.trim())])
}

/// Answers it.
pub(crate) async fn answer(
    visit: Visit,
    Path(id): Path<String>,
    Sent(sent): Sent<Sending>,
) -> Result<Response, Failure> {
    let request = CollateralRequestId(id);
    let refuse = |field: &'static str, words: String| {
        let sent = sent.clone();
        move |answer: &mut Form, _: &mut Form| {
            answer.keep([("answer", &sent.answer), ("words", &sent.words)]);
            answer.refuse(field, words);
        }
    };
    let (answer, reason) = match sent.answer.split_once('/') {
        Some(("declined", key)) => (CollateralAnswer::Declined, DeclineReason::of_key(key)),
        None if sent.answer == "delivered" => (CollateralAnswer::Delivered, None),
        _ => {
            let words = "Choose one of the answers.".to_owned();
            return shown(visit, request, refuse("answer", words)).await;
        }
    };
    let told = Answering { answer, reason, words: sent.words.clone() };
    let (by, which, now) = (visit.signed.0.clone(), request.clone(), visit.house.now());
    match visit.house.work(move |engine| Ok(engine.answer_request(&by, &which, told, now)?)).await {
        Ok(()) => Ok(visit.go(&request_href(&request), &Flash::done("Answered. It stays so."))),
        Err(Failure::Refused(refusal)) => {
            let words = sentence(&refusal.to_string());
            shown(visit, request, refuse(field_of(&refusal), words)).await
        }
        Err(other) => Err(other),
    }
}

/// Takes it back.
pub(crate) async fn withdraw(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let request = CollateralRequestId(id);
    let (by, which, now) = (visit.signed.0.clone(), request.clone(), visit.house.now());
    match visit.house.work(move |engine| Ok(engine.withdraw_request(&by, &which, now)?)).await {
        Ok(()) => Ok(visit.go(&request_href(&request), &Flash::done("Taken back."))),
        Err(Failure::Refused(refusal)) => {
            let words = sentence(&refusal.to_string());
            shown(visit, request, |answer, _| answer.refuse_whole(words)).await
        }
        Err(other) => Err(other),
    }
}

/// Contests what became of it.
pub(crate) async fn contest(
    visit: Visit,
    Path(id): Path<String>,
    Sent(sent): Sent<Contesting>,
) -> Result<Response, Failure> {
    let request = CollateralRequestId(id);
    let (by, which, now) = (visit.signed.0.clone(), request.clone(), visit.house.now());
    let statement = sent.statement.clone();
    let contest = move |engine: &Engine| Ok(engine.contest_request(&by, &which, &statement, now)?);
    match visit.house.work(contest).await {
        Ok(dispute) => {
            let said = Flash::done("Contested. The arbiter and the other end see your statement.");
            Ok(visit.go(&super::dispute::dispute_href(&dispute), &said))
        }
        Err(Failure::Refused(refusal)) => {
            shown(visit, request, |_, contest| {
                contest.keep([("statement", &sent.statement)]);
                contest.refuse(field_of(&refusal), sentence(&refusal.to_string()));
            })
            .await
        }
        Err(other) => Err(other),
    }
}

/// The field that a refusal is about.
fn field_of(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::CollateralRequest(refusal) => match refusal {
            Refused::NothingWanted | Refused::WantedTooLong => "wanted",
            Refused::NobodyAsked | Refused::Oneself | Refused::CannotAnswer(_) => "asked",
            Refused::NoDay | Refused::Day(_) => "needed_on",
            Refused::TooLong => "why",
            Refused::NoReason => "answer",
            Refused::NoPlace | Refused::NoWords | Refused::AnswerTooLong => "words",
            Refused::Unknown(_) | Refused::EndedAlready(..) => "",
        },
        Refusal::Evidence(EvidenceRefusal::NoSuchRecord(_)) => "about",
        Refusal::Dispute(DisputeRefusal::NoStatement | DisputeRefusal::TooLong) => "statement",
        _ => "",
    }
}
