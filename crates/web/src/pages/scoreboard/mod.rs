//! What both sides look at together: goals, service levels, handoffs, the funnel, opportunities.

mod board;
mod rows;
mod sections;

use askama::Template;
use axum::{extract::Query, response::Response};
use engine::{
    Engine,
    access::{Act, Actor, may},
    report::{ReportFailure, ReportQuestion},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Deserialize;

use crate::{
    failure::Failure,
    layout::{EmptyState, Form, Frame, Place},
    names::encoded,
    session::Visit,
};
use board::Board;
pub(crate) use rows::{export, show as rows};

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    from: String,
    to: String,
    by: String,
    figure: String,
}

/// What figures can be told apart by, with its words.
const BY: [(&str, &str); 6] = [
    ("", "nothing"),
    ("source", "source"),
    ("campaign", "campaign"),
    ("owner.team", "team"),
    ("owner.region", "region"),
    ("owner", "owner"),
];

impl Asked {
    fn question(&self, zone: &TimeZone, now: Timestamp) -> ReportQuestion {
        ReportQuestion {
            by: Some(self.by.trim().to_owned()).filter(|by| !by.is_empty()),
            from: self.from.parse::<Date>().ok(),
            to: self.to.parse::<Date>().ok(),
            horizon_days: None,
            as_of: now,
            zone: zone.clone(),
        }
    }

    /// The question as it stands in an address.
    fn query(&self) -> String {
        let pairs = [("from", &self.from), ("to", &self.to), ("by", &self.by)];
        let said = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        said.map(|(name, value)| format!("&{name}={}", encoded(value))).collect()
    }
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
    board: Board,
    asked: Asked,
    dimensions: Vec<(&'static str, &'static str)>,
    form: Form,
}

/// Shows the scoreboard.
pub(crate) async fn index(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeScoreboard)?;
    let mut form = Form::default();
    let board = match made(&visit, &asked).await? {
        Ok(board) => board,
        Err(words) => {
            form.refuse_whole(crate::pages::sign_in::sentence(&words));
            Board::default()
        }
    };
    let mut frame = visit.frame("Scoreboard", Place::Scoreboard);
    frame.refused = form.is_refused();
    let everybody = visit.signed.can(&Act::SeeEverybodysFigures);
    let dimensions = BY.into_iter().filter(|(key, _)| *key != "owner" || everybody).collect();
    let refused = form.is_refused();
    let template = ScoreboardPage { frame, board, asked, dimensions, form };
    Ok(if refused { visit.refuse(template) } else { visit.show(template) })
}

/// Makes the board; the words of a refusal where the question cannot be answered.
async fn made(visit: &Visit, asked: &Asked) -> Result<Result<Board, String>, Failure> {
    let (asked, actor, time) = (asked.clone(), visit.signed.0.clone(), visit.time());
    let board = visit
        .house
        .work(move |engine: &Engine| {
            let question = asked.question(time.zone(), time.now());
            Ok(match sections::board(engine, &question, &asked, &actor, &time) {
                Ok(board) => Ok(board),
                Err(NoBoard::Refused(words)) => Err(words),
                Err(NoBoard::Failed(failure)) => return Err(failure),
            })
        })
        .await?;
    Ok(board)
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
        !self.form.is_refused() && self.board.is_empty()
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
