//! Actions that follow from missed periods: what is to be done, by whom and until when, with the
//! figure, the clause and the facts; closed with a word.

use askama::Template;
use axum::{extract::Path, response::Response};
use domain::{
    action::{ActionOpened, MissedGoal, closing_name},
    agreement::Measure,
    fact::Fact,
    ids::ActionId,
    money::Money,
};
use engine::{
    Engine, Refusal,
    access::{Act, Actor, may},
    action::{ActionRefusal, action_of},
    handoff::words_of,
};
use serde::Deserialize;
use store::{Reader, read::ActionRow};

use crate::{
    failure::Failure,
    flash::Flash,
    layout::{Control, EmptyState, Field, Form, Frame, Place},
    markup::{Markup, element},
    names::{Names, encoded, fact_link},
    pages::sign_in::sentence,
    sent::Sent,
    session::Visit,
    show::{self, LocalTime},
};

/// Where the list lies.
pub(crate) const ACTIONS: &str = "/agreement/actions";

/// So many facts are named one by one.
const FACTS_SHOWN: usize = 8;

/// The list.
#[derive(Template)]
#[template(path = "pages/agreement/actions.html")]
struct ActionsPage {
    frame: Frame,
    actions: Vec<Shown>,
    wrong: Markup,
}

/// An action in the list.
struct Shown {
    what: String,
    owner: Markup,
    due: Markup,
    is_late: bool,
    why: Markup,
    facts: Markup,
    /// How it was closed, and with what words.
    closed: Option<(Markup, String)>,
    /// The form with which it is closed, and where it is sent; in the list, where it is found.
    close: Option<(String, Option<Form>)>,
}

/// What closing one sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Closing {
    #[serde(default)]
    words: String,
}

/// Shows the list: the open ones first.
pub(crate) async fn index(visit: Visit) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeAgreement)?;
    let (actor, time) = (visit.signed.0.clone(), visit.time());
    let actions = visit.house.work(move |engine| listed(engine, None, &actor, &time)).await?;
    let frame = visit.frame("Actions", Place::Agreement);
    Ok(visit.show(ActionsPage { frame, actions, wrong: Markup::new() }))
}

/// Shows one, with the form that closes it.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeAgreement)?;
    shown(visit, ActionId(id), None).await
}

async fn shown(
    visit: Visit,
    id: ActionId,
    refused: Option<(Closing, Refusal)>,
) -> Result<Response, Failure> {
    let (actor, time) = (visit.signed.0.clone(), visit.time());
    let found = visit.house.work(move |engine| listed(engine, Some(&id), &actor, &time));
    let mut actions = found.await?;
    let mut wrong = Markup::new();
    let was_refused = refused.is_some();
    if let Some((sent, refusal)) = refused {
        let words = sentence(&refusal.to_string());
        let field = match refusal {
            Refusal::Action(ActionRefusal::NoWord | ActionRefusal::TooLong) => "words",
            _ => "",
        };
        let mut whole = Form::default();
        let form = actions.first_mut().and_then(|action| action.close.as_mut());
        let form = form.and_then(|(_, form)| form.as_mut()).unwrap_or(&mut whole);
        form.keep([("words", &sent.words)]);
        form.refuse(field, words);
        wrong = form.summary();
    }
    let mut frame = visit.frame("Actions", Place::Agreement);
    frame.refused = was_refused;
    let template = ActionsPage { frame, actions, wrong };
    Ok(if was_refused { visit.refuse(template) } else { visit.show(template) })
}

/// All of them, or one with the form that closes it.
fn listed(
    engine: &Engine,
    one: Option<&ActionId>,
    actor: &Actor,
    time: &LocalTime,
) -> Result<Vec<Shown>, Failure> {
    let rows = match one {
        Some(id) => vec![engine.read(|reader| reader.action(id))?.ok_or(Failure::Absent)?],
        None => engine.read(|reader| reader.actions())?,
    };
    let mut shown = Vec::new();
    for row in rows {
        let what = action_of(engine, &row)?;
        let mut action = engine.read(|reader| of(reader, row, what, actor, time))?;
        if let Some((href, form)) = action.close.as_mut().filter(|_| one.is_some()) {
            href.push_str("/closing");
            let words = Field::new("words", "What was done", Control::Area);
            *form = Some(Form::of([words.hint("Both sides read it. It stays.")]));
        }
        shown.push(action);
    }
    Ok(shown)
}

/// Where an action lies.
pub(crate) fn action_href(id: &ActionId) -> String {
    format!("{ACTIONS}/{}", encoded(id.as_str()))
}

fn of(
    reader: &Reader<'_>,
    row: ActionRow,
    what: String,
    actor: &Actor,
    time: &LocalTime,
) -> Result<Shown, Failure> {
    let names = Names::new(reader, false);
    let entry = reader.entry(row.by_fact)?;
    let (mut why, mut facts) = (Markup::new(), Markup::new());
    if let Some(Fact::ActionOpened(fact)) = entry.as_ref().map(|entry| entry.fact()) {
        let (was, words) = missed(fact);
        let figure = show::figure(was, &crate::names::fact_href(row.by_fact));
        let clause = element("a")
            .with("href", format_args!("/agreement/{}#c{}", row.version, row.clause))
            .holding(format!("clause {} of version {}", row.clause, row.version));
        why = Markup::text("From ")
            .and(time.date(fact.from))
            .and_text(" to ")
            .and(time.date(fact.to))
            .and_text(" ")
            .and(figure)
            .and_text(format!(" {words}; by "))
            .and(Markup::from(clause));
        for no in fact.because.facts.iter().take(FACTS_SHOWN) {
            facts = facts.and(fact_link(*no)).and_text(" ");
        }
        if fact.because.facts.len() > FACTS_SHOWN {
            let more = fact.because.facts.len() - FACTS_SHOWN;
            facts = facts.and_text(format!("and {more} more"));
        }
    }
    let closed = match (&row.closed_by, row.closed_at) {
        (Some(by), Some(at)) => {
            let by = names.user_name(by)?;
            let words = words_of(reader, &closing_name(&row.id))?.unwrap_or_default();
            Some((Markup::text(format!("closed by {by}, ")).and(time.instant(at)), words))
        }
        _ => None,
    };
    let may_close = closed.is_none() && may(actor, &Act::CloseActionOf(row.owner.clone())).is_ok();
    let close = may_close.then(|| (action_href(&row.id), None));
    Ok(Shown {
        what,
        owner: names.owner(row.owner.as_ref())?,
        due: time.instant(row.due_at),
        is_late: closed.is_none() && row.due_at < time.now(),
        why,
        facts,
        closed,
        close,
    })
}

/// What was reached, and the rest of the sentence with what was agreed.
pub(crate) fn missed(fact: &ActionOpened) -> (String, String) {
    let share = || show::per_cent(fact.goal_per_mille as f64 / 1000.0);
    let of = || format!("{} of {}", show::count(fact.hits), show::count(fact.n));
    let Some(MissedGoal { measure, currency }) = fact.goal else {
        return (of(), format!("were in time, agreed {}", share()));
    };
    if measure == Measure::AcceptanceRate {
        return (of(), format!("answered handoffs were accepted, agreed {}", share()));
    }
    let number = |number: u64| {
        let minor = i64::try_from(number).unwrap_or(i64::MAX);
        let money = currency.map(|currency| Money { amount_minor: minor, currency });
        money.map_or_else(|| show::count(number), show::money)
    };
    (number(fact.hits), format!("{}, agreed {}", measure.words(), number(fact.n)))
}

/// Closes one.
pub(crate) async fn close(
    visit: Visit,
    Path(id): Path<String>,
    Sent(sent): Sent<Closing>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeAgreement)?;
    let (by, now, id) = (visit.signed.0.clone(), visit.house.now(), ActionId(id));
    let (action, words) = (id.clone(), sent.words.clone());
    let close = move |engine: &Engine| Ok(engine.close_action(&by, &action, &words, now)?);
    match visit.house.work(close).await {
        Ok(()) => Ok(visit.go(ACTIONS, &Flash::done("Closed. What you said stays with it."))),
        Err(Failure::Refused(Refusal::Action(ActionRefusal::Unknown(_)))) => Err(Failure::Absent),
        Err(Failure::Refused(refusal)) => shown(visit, id, Some((sent, refusal))).await,
        Err(other) => Err(other),
    }
}

impl ActionsPage {
    fn empty(&self) -> EmptyState {
        EmptyState {
            title: "What follows from a miss opens here by itself".to_owned(),
            words:
                "A clause of the kind “if we miss, we will …” names an action, its owner and its \
                    time. At the end of a period that was missed, the action opens with the figure \
                    and the facts, and is closed with a word on what was done."
                    .to_owned(),
            action: Some(("Read the Agreement".to_owned(), "/agreement".to_owned())),
            heads: vec!["Action", "Why"],
            rows: vec![
                vec!["A written plan for the Monday meeting", "24 of 31 in time, agreed 90 %"],
                vec!["Both read the rejections together", "67 of 100 accepted, agreed 72 %"],
            ],
            ..EmptyState::default()
        }
    }
}
