//! Disputes: the list, one with both statements, and the acts of the sides and
//! the arbiter.

pub(crate) mod list;
pub(crate) mod view;

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::ids::{DisputeId, Version};
use engine::{
    Engine, Refusal,
    access::Act,
    dispute::{DisputeRefusal, Ruling},
};
use serde::Deserialize;

use crate::{
    failure::Failure,
    flash::Flash,
    layout::{Control, Field, Form, Frame, Place},
    names::{encoded, opportunity_href},
    pages::sign_in::sentence,
    sent::Sent,
    session::Visit,
};
use view::{View, viewed};

/// One dispute.
#[derive(Template)]
#[template(path = "pages/dispute/show.html")]
struct DisputePage {
    frame: Frame,
    view: View,
    answer: Form,
    ruling: Form,
}

/// Contesting a clause, or that an opportunity counts towards a goal.
#[derive(Template)]
#[template(path = "pages/dispute/new.html")]
struct NewPage {
    frame: Frame,
    /// What the page is about: its address and its words.
    of: (String, String),
    title: String,
    says: &'static str,
    form: Form,
}

/// What is contested: a clause of a version, or an opportunity's credit to a goal.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct About {
    version: String,
    clause: String,
    opportunity: String,
    goal: String,
}

impl About {
    fn is_credit(&self) -> bool {
        !self.opportunity.is_empty()
    }

    /// Whether it names what is contested.
    fn is_something(&self) -> bool {
        match self.is_credit() {
            true => !self.goal.is_empty(),
            false => !self.version.is_empty() && !self.clause.is_empty(),
        }
    }

    /// The page that it stands on: its address and its words.
    fn of(&self) -> (String, String) {
        match self.is_credit() {
            true => (opportunity_href(&self.opportunity.as_str().into()), "Opportunity".to_owned()),
            false => (
                format!("/agreement/{}#c{}", self.version, self.clause),
                format!("Version {}", self.version),
            ),
        }
    }

    fn title(&self) -> String {
        match self.is_credit() {
            true => format!("Contest the credit to the goal {}", self.goal),
            false => format!("Contest clause {}", self.clause),
        }
    }

    fn says(&self) -> &'static str {
        match self.is_credit() {
            true => {
                "whether the opportunity counts towards it; the arbiter rules, and both sides read the reasons"
            }
            false => {
                "what it says, or how it is read; the arbiter rules, and both sides read the reasons"
            }
        }
    }

    fn fields(&self) -> [Field; 4] {
        [
            Field::hidden("version", &self.version),
            Field::hidden("clause", &self.clause),
            Field::hidden("opportunity", &self.opportunity),
            Field::hidden("goal", &self.goal),
        ]
    }
}

/// What contesting sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Contesting {
    version: String,
    clause: String,
    opportunity: String,
    goal: String,
    statement: String,
}

/// What a statement sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Saying {
    #[serde(default)]
    statement: String,
}

/// What a ruling sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sending {
    #[serde(default)]
    ruling: String,
    #[serde(default)]
    reasons: String,
    #[serde(default)]
    follows: String,
}

/// Where a dispute lies.
pub(crate) fn dispute_href(dispute: &DisputeId) -> String {
    format!("/disputes/{}", encoded(dispute.as_str()))
}

/// Where a clause of a version is contested.
pub(crate) fn contest_href(version: &Version, clause: &str) -> String {
    format!("/disputes/new?version={version}&clause={}", encoded(clause))
}

/// Shows one.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeLeads)?;
    shown(visit, DisputeId(id), |_, _| {}).await
}

async fn shown(
    visit: Visit,
    dispute: DisputeId,
    refuse: impl FnOnce(&mut Form, &mut Form),
) -> Result<Response, Failure> {
    let (actor, time) = (visit.signed.0.clone(), visit.time());
    let reach = visit.signed.can(&Act::SeeReach);
    let found = visit.house.work(move |engine: &Engine| {
        let agreements = engine.agreements()?;
        engine.read(|reader| {
            let view = viewed(reader, &agreements, &dispute, &actor, &time)?;
            Ok((ruling_form(view::precedents(reader, &dispute, reach)?), view))
        })
    });
    let (mut ruling, view): (Form, View) = found.await?;
    let mut answer = Form::of([statement_field()]);
    refuse(&mut answer, &mut ruling);
    if !view.may_answer {
        answer.close();
    }
    if !view.may_rule {
        ruling.close();
    }
    let was_refused = answer.is_refused() || ruling.is_refused();
    let mut frame = visit.frame(view.title.clone(), Place::Agreement);
    frame.refused = was_refused;
    let template = DisputePage { frame, view, answer, ruling };
    Ok(if was_refused { visit.refuse(template) } else { visit.show(template) })
}

fn statement_field() -> Field {
    Field::new("statement", "What your side has to say", Control::Area)
        .hint("The other side and the arbiter read it. It stays.")
}

fn ruling_form(precedents: Vec<(String, String)>) -> Form {
    let ways = [("stands", "It stands"), ("overturned", "It is overturned")];
    let ways = ways.map(|(key, words)| (key.to_owned(), words.to_owned())).into();
    let follows = std::iter::once((String::new(), "None".to_owned())).chain(precedents).collect();
    Form::of([
        Field::radio("ruling", "The ruling", ways),
        Field::new("reasons", "Reasons", Control::Area).hint("Both sides read them. They stay."),
        Field::select("follows", "The earlier ruling that it follows", follows).optional(),
    ])
}

/// Asks for the statement with which something is contested.
pub(crate) async fn new(visit: Visit, Query(about): Query<About>) -> Result<Response, Failure> {
    visit.signed.may(&Act::ContestClauses)?;
    if !about.is_something() {
        return Err(Failure::Absent);
    }
    Ok(asked_anew(visit, &about, |_| {}))
}

fn asked_anew(visit: Visit, about: &About, refuse: impl FnOnce(&mut Form)) -> Response {
    let statement = Field::new("statement", "What you have to say", Control::Area)
        .hint("The other side and the arbiter read it. It stays, with theirs and the ruling.");
    let mut form = Form::of(about.fields().into_iter().chain([statement]));
    refuse(&mut form);
    let was_refused = form.is_refused();
    let mut frame = visit.frame(about.title(), Place::Agreement);
    frame.refused = was_refused;
    let (of, title, says) = (about.of(), about.title(), about.says());
    let template = NewPage { frame, of, title, says, form };
    if was_refused { visit.refuse(template) } else { visit.show(template) }
}

/// Contests a clause, or that an opportunity counts towards a goal.
pub(crate) async fn create(
    visit: Visit,
    Sent(sent): Sent<Contesting>,
) -> Result<Response, Failure> {
    let Contesting { version, clause, opportunity, goal, statement } = sent;
    let about = About { version, clause, opportunity, goal };
    visit.signed.may(&Act::ContestClauses)?;
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    let (what, words) = (about.clone(), statement.clone());
    let contest = move |engine: &Engine| {
        if what.is_credit() {
            let opportunity = what.opportunity.as_str().into();
            return Ok(engine.contest_credit(&by, &opportunity, &what.goal, &words, now)?);
        }
        let version = Version(what.version.parse().map_err(|_| Failure::Absent)?);
        Ok(engine.contest_clause(&by, version, &what.clause, &words, now)?)
    };
    match visit.house.work(contest).await {
        Ok(dispute) => {
            let said = Flash::done("Contested. The arbiter and the other side see it.");
            Ok(visit.go(&dispute_href(&dispute), &said))
        }
        Err(Failure::Refused(refusal)) => Ok(asked_anew(visit, &about, |form| {
            form.keep([("statement", &statement)]);
            form.refuse(field_of(&refusal), sentence(&refusal.to_string()));
        })),
        Err(other) => Err(other),
    }
}

/// Says what the other side has to say.
pub(crate) async fn answer(
    visit: Visit,
    Path(id): Path<String>,
    Sent(sent): Sent<Saying>,
) -> Result<Response, Failure> {
    let dispute = DisputeId(id);
    let (by, which, now) = (visit.signed.0.clone(), dispute.clone(), visit.house.now());
    let statement = sent.statement.clone();
    let say = move |engine: &Engine| Ok(engine.answer_dispute(&by, &which, &statement, now)?);
    match visit.house.work(say).await {
        Ok(()) => Ok(visit.go(&dispute_href(&dispute), &Flash::done("Your statement stands."))),
        Err(Failure::Refused(refusal)) => {
            shown(visit, dispute, |answer, _| {
                answer.keep([("statement", &sent.statement)]);
                answer.refuse(field_of(&refusal), sentence(&refusal.to_string()));
            })
            .await
        }
        Err(other) => Err(other),
    }
}

/// Rules.
pub(crate) async fn rule(
    visit: Visit,
    Path(id): Path<String>,
    Sent(sent): Sent<Sending>,
) -> Result<Response, Failure> {
    let dispute = DisputeId(id);
    let overturned = match sent.ruling.as_str() {
        "overturned" => true,
        "stands" => false,
        _ => {
            return shown(visit, dispute, |_, ruling| {
                keep(ruling, &sent);
                ruling.refuse("ruling", "Choose one of the two.");
            })
            .await;
        }
    };
    let follows = Some(DisputeId(sent.follows.clone())).filter(|id| !id.as_str().is_empty());
    let told = Ruling { overturned, statement: sent.reasons.clone(), follows };
    let (by, which, now) = (visit.signed.0.clone(), dispute.clone(), visit.house.now());
    match visit.house.work(move |engine| Ok(engine.rule(&by, &which, told, now)?)).await {
        Ok(()) => Ok(visit.go(&dispute_href(&dispute), &Flash::done("The ruling stands."))),
        Err(Failure::Refused(refusal)) => {
            let field = match field_of(&refusal) {
                "statement" => "reasons",
                other => other,
            };
            shown(visit, dispute, |_, ruling| {
                keep(ruling, &sent);
                ruling.refuse(field, sentence(&refusal.to_string()));
            })
            .await
        }
        Err(other) => Err(other),
    }
}

fn keep(form: &mut Form, sent: &Sending) {
    form.keep([("ruling", &sent.ruling), ("reasons", &sent.reasons), ("follows", &sent.follows)]);
}

/// The field that a refusal is about.
fn field_of(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Dispute(DisputeRefusal::NoStatement | DisputeRefusal::TooLong) => "statement",
        Refusal::Dispute(DisputeRefusal::NoReasons) => "reasons",
        Refusal::Dispute(DisputeRefusal::NoPrecedent(_)) => "follows",
        _ => "",
    }
}
