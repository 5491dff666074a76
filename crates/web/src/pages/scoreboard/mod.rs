//! What both sides look at together: goals, service levels, handoffs, the funnel, opportunities.

pub(crate) mod board;
pub(crate) mod brought;
pub(crate) mod elsewhere;
mod findings;
mod funnel;
pub(crate) mod on_the_way;
mod period;
pub(crate) mod personas;
pub(crate) mod promised;
mod reasons;
mod rows;
mod sections;
pub(crate) mod standing;
mod weeks;

use std::sync::Arc;

use askama::Template;
use axum::{extract::Query, response::Response};
use engine::{
    Engine,
    access::{Act, Actor, may},
    report::{ReportFailure, ReportQuestion},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Deserialize;
use store::StoreError;

use crate::{
    app::House,
    failure::Failure,
    kept::{Found, Soon, in_address, looks_again},
    layout::{EmptyState, Form, Frame, Place},
    library::named,
    markup::Markup,
    names::encoded,
    session::Visit,
    show::LocalTime,
    whom::By,
};
use board::{Board, Section};
use promised::Promised;
pub(crate) use rows::{export, show as rows};

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    from: String,
    to: String,
    by: String,
    figure: String,
    /// The state that the figure was made of, see [`in_address`].
    at: String,
    /// How many rows stand on the pages before.
    skip: usize,
}

/// What figures can be told apart by, with its words.
const BY: [(&str, &str); 8] = [
    ("", "nothing"),
    ("source", "source"),
    ("persona", "persona"),
    ("segment", "segment"),
    ("campaign", "campaign"),
    ("owner.team", "team"),
    ("owner.region", "region"),
    ("owner", "owner"),
];

impl Asked {
    /// Whether nothing is asked: then paper need not say what.
    fn is_open(&self) -> bool {
        self.from.is_empty() && self.to.is_empty() && self.by.is_empty()
    }

    fn question(&self, zone: &TimeZone, now: Timestamp) -> ReportQuestion {
        ReportQuestion {
            by: Some(self.by.trim().to_owned()).filter(|by| !by.is_empty()),
            from: self.from.parse::<Date>().ok(),
            to: self.to.parse::<Date>().ok(),
            horizon_days: None,
            cohorts: None,
            as_of: now,
            zone: zone.clone(),
        }
    }
}

/// The question as it stands in an address, behind a figure's key.
fn query(question: &ReportQuestion) -> String {
    let day = |day: Option<Date>| day.map(|day| day.to_string());
    let pairs =
        [("from", day(question.from)), ("to", day(question.to)), ("by", question.by.clone())];
    let said = pairs.into_iter().filter_map(|(name, value)| Some((name, value?)));
    said.map(|(name, value)| format!("&{name}={}", encoded(&value))).collect()
}

/// Where every difference of a period is listed.
pub(crate) fn differences_href(question: &ReportQuestion) -> String {
    board::rows_href(sections::DIFFERENCES, &query(question))
}

/// Why there is no scoreboard: a refusal that stands in the form, or a failure.
enum NoBoard {
    Refused(String),
    Failed(Failure),
}

impl From<ReportFailure> for NoBoard {
    fn from(failure: ReportFailure) -> NoBoard {
        match failure {
            ReportFailure::Refused(refusal) => NoBoard::Refused(refusal.to_string()),
            ReportFailure::Engine(error) => NoBoard::Failed(error.into()),
        }
    }
}

impl From<StoreError> for NoBoard {
    fn from(error: StoreError) -> NoBoard {
        NoBoard::Failed(error.into())
    }
}

impl From<Failure> for NoBoard {
    fn from(failure: Failure) -> NoBoard {
        NoBoard::Failed(failure)
    }
}

/// The page.
#[derive(Template)]
#[template(path = "pages/scoreboard/index.html")]
struct ScoreboardPage {
    frame: Frame,
    made: Made,
    asked: Asked,
    dimensions: Vec<(&'static str, &'static str)>,
    form: Form,
}

/// What the question gave: the board of everybody, and what of the goals is for this person.
#[derive(Default)]
struct Made {
    board: Arc<Board>,
    promised: Promised,
    /// As of when it is true, where that is not now.
    as_of: Option<Markup>,
    /// Whether nothing is there yet, since it is being worked out for the first time.
    is_awaited: bool,
}

impl Made {
    fn awaited() -> Made {
        Made { is_awaited: true, ..Made::default() }
    }

    /// The tables, in the order of the page.
    fn sections(&self) -> impl Iterator<Item = &Section> {
        self.promised.quotas.iter().chain(&self.board.sections)
    }
}

/// Shows the scoreboard.
pub(crate) async fn index(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeScoreboard)?;
    let mut form = Form::default();
    let made = match made(&visit, &asked).await? {
        Ok(made) => made,
        Err(words) => {
            form.refuse_whole(crate::pages::sign_in::sentence(&words));
            Made::default()
        }
    };
    let mut frame = visit.frame("Scoreboard", Place::Scoreboard);
    frame.refused = form.is_refused();
    let dimensions = dimensions(&visit).await?;
    let refused = form.is_refused();
    let is_awaited = made.is_awaited;
    let template = ScoreboardPage { frame, made, asked, dimensions, form };
    let response = if refused { visit.refuse(template) } else { visit.show(template) };
    Ok(if is_awaited { looks_again(response) } else { response })
}

/// What figures can be told apart by for somebody, under the text in force.
async fn dimensions(visit: &Visit) -> Result<Vec<(&'static str, &'static str)>, Failure> {
    let everybody = visit.signed.can(&Act::SeeEverybodysFigures);
    let agreements = visit.house.work(|engine| Ok(engine.agreements()?)).await?;
    let in_force = agreements.at(visit.time().now());
    let has_rules = |by: By| in_force.is_some_and(|it| !by.ruled(&it.agreement).is_empty());
    let is_there = |key: &str| match By::ALL.into_iter().find(|by| by.name() == key) {
        Some(by) => has_rules(by),
        None => key != "owner" || everybody,
    };
    Ok(BY.into_iter().filter(|(key, _)| is_there(key)).collect())
}

/// Makes the board; the words of a refusal where the question cannot be answered.
async fn made(visit: &Visit, asked: &Asked) -> Result<Result<Made, String>, Failure> {
    let (asked, actor, time) = (asked.clone(), visit.signed.0.clone(), visit.time());
    let house = visit.house.clone();
    let make = move || {
        let question = asked.question(time.zone(), time.now());
        let Soon::Found(goals) = house.goals_soon(&question)? else { return Ok(Made::awaited()) };
        let soon = board_soon(&house, &question, &actor)?;
        let Soon::Found(board) = soon else { return Ok(Made::awaited()) };
        let mut query = query(&question);
        query.push_str(&in_address(&house.app.engine, goals.as_of)?);
        let promised = Promised::of(&goals.value, &question, &actor, &query);
        let past = goals.past().into_iter().chain(board.past()).min();
        let as_of = past.map(|past| time.second(past));
        Ok(Made { promised, as_of, board: board.value, is_awaited: false })
    };
    visit.house.work(move |_| told(make())).await
}

/// A refusal as its words.
fn told<T>(made: Result<T, NoBoard>) -> Result<Result<T, String>, Failure> {
    match made {
        Ok(made) => Ok(Ok(made)),
        Err(NoBoard::Refused(words)) => Ok(Err(words)),
        Err(NoBoard::Failed(failure)) => Err(failure),
    }
}

/// The board of everybody, as it is or as it was at an instant, for somebody who may see it.
fn board(
    house: &House,
    question: &ReportQuestion,
    as_it_was: Option<Timestamp>,
    actor: &Actor,
) -> Result<Found<Board>, NoBoard> {
    let (name, now) = (named(question), question.as_of);
    let boards = &house.kept.boards;
    let kept = as_it_was.and_then(|as_of| boards.as_it_was(&name, as_of));
    let found = match kept {
        Some(found) => found,
        None => boards.ask(&house.app.engine, &house.app.clock, &name, now, made_of(question))?,
    };
    guard(found.value.by_person, actor)?;
    Ok(found)
}

/// The board of the whole time, told apart by nothing; `None` while it is being worked out.
pub(crate) fn everything(
    house: &House,
    actor: &Actor,
    time: &LocalTime,
) -> Result<Option<Found<Board>>, Failure> {
    let question = Asked::default().question(time.zone(), time.now());
    match board_soon(house, &question, actor) {
        Ok(Soon::Found(found)) => Ok(Some(found)),
        Ok(Soon::Awaited) => Ok(None),
        Err(NoBoard::Failed(failure)) => Err(failure),
        // The question is our own.
        Err(NoBoard::Refused(_)) => Err(Failure::Absent),
    }
}

/// The board of everybody as it is, or that it is still being worked out.
fn board_soon(
    house: &House,
    question: &ReportQuestion,
    actor: &Actor,
) -> Result<Soon<Board>, NoBoard> {
    let (name, now, make) = (named(question), question.as_of, made_of(question));
    let soon = house.kept.boards.ask_soon(&house.app.engine, &house.app.clock, &name, now, make)?;
    if let Soon::Found(found) = &soon {
        guard(found.value.by_person, actor)?;
    }
    Ok(soon)
}

/// How a board is made, as of an instant.
fn made_of(
    question: &ReportQuestion,
) -> impl Fn(&Engine, Timestamp) -> Result<Board, NoBoard> + Send + 'static {
    let question = question.clone();
    move |engine, as_of| {
        let question = ReportQuestion { as_of, ..question.clone() };
        let query = query(&question) + &in_address(engine, as_of)?;
        sections::board(engine, &question, query)
    }
}

/// Figures that tell people apart are not for everybody.
fn guard(by_person: bool, actor: &Actor) -> Result<(), Failure> {
    if by_person {
        may(actor, &Act::SeeEverybodysFigures)?;
    }
    Ok(())
}

impl ScoreboardPage {
    fn is_empty(&self) -> bool {
        let Made { board, promised, .. } = &self.made;
        !self.form.is_refused()
            && !self.made.is_awaited
            && board.is_empty()
            && promised.goals.is_empty()
            && promised.quotas.is_none()
    }

    fn empty(&self) -> EmptyState {
        EmptyState {
            title: "See on one page what both sides promised and kept".to_owned(),
            words: "As soon as leads, handoffs or opportunities are reported, their figures stand \
                    here, each with its rows behind it. Goals and service levels come with the \
                    Agreement."
                .to_owned(),
            action: Some(("Read the Agreement".to_owned(), "/agreement".to_owned())),
            heads: vec!["Service level", "In time", "Goal"],
            rows: vec![
                vec!["Answer", "187 of 212, 88 %", "90 %"],
                vec!["First call", "107 of 131, 82 %", "85 %"],
            ],
            ..EmptyState::default()
        }
    }
}
