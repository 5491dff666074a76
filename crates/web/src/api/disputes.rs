//! `GET /api/v1/disputes`: other systems read what is contested and what was ruled, in the name of
//! somebody of the firm, who is told no more here than on the pages.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use domain::{
    dispute::Said,
    firm::Side,
    ids::{DisputeId, UserId},
};
use engine::{
    Engine,
    access::{Act, Actor, may},
    dispute::overturned_by_side,
    handoff::words_of,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Reader, read::DisputeRow};
use utoipa::{IntoParams, ToSchema};

use super::{
    key::{failed, key, source},
    merges::actor,
    problem::Problem,
};
use crate::{app::Shared, failure::Failure, names::Names, pages::dispute::view::is_sought};

/// In whose name disputes are read, and which.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// Who of the firm reads, by their id: what they may not read on the pages is not told.
    by: String,
    /// Only those in which these words stand, in what is contested or in what was said.
    q: String,
}

/// What is contested, what was ruled, and how often that was overturned.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Disputes {
    /// Those that wait for a ruling first, by when that is due, then the latest ruled.
    disputes: Vec<Dispute>,
    /// Of what each side contested and on which there was a ruling, all disputes together.
    overturned: Vec<Overturned>,
}

/// How often what a side contested was overturned.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Overturned {
    /// `marketing`, `sales` or `neutral`.
    #[schema(value_type = String)]
    side: Side,
    /// Contested by this side, and ruled on.
    ruled: u64,
    /// Of these, overturned.
    overturned: u64,
}

/// A dispute.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Dispute {
    /// Its id.
    id: String,
    /// What is contested, as the fact `dispute_opened` says it: a handoff, a clause, a
    /// credit or a request.
    #[schema(value_type = Object)]
    about: Value,
    /// What was said by whoever contests.
    opened: Statement,
    /// What was said for the other side, once it was.
    answered: Option<Statement>,
    /// Who rules, as the dispute named them.
    arbiter: String,
    /// Until when the ruling is due.
    ruling_due_at: String,
    /// The ruling, once there is one.
    ruling: Option<Ruling>,
}

/// What somebody said.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Statement {
    /// Who, by their id.
    by: String,
    /// When.
    at: String,
    /// Their words; none where whoever reads may not read them, or where they were erased.
    words: Option<String>,
}

/// What the arbiter said.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ruling {
    /// Who ruled, when, and the reasons.
    #[serde(flatten)]
    said: Statement,
    /// Whether what was contested is overturned; else it stands.
    overturned: bool,
    /// The earlier dispute whose ruling it follows.
    follows: Option<String>,
    /// The fact that holds it.
    fact: Option<i64>,
}

/// Lists disputes.
#[utoipa::path(
    get,
    path = "/api/v1/disputes",
    description = "What is contested and what was ruled, for somebody of the firm: statements are told \
        where they may read them, as on the pages.",
    params(Asked),
    responses(
        (status = 200, description = "The disputes", body = Disputes),
        (status = 400, description = "The question does not read", body = Problem),
        (status = 401, description = "No key, or one that does not work", body = Problem),
        (status = 403, description = "Whoever is named may not", body = Problem),
        (status = 503, description = "The ledger does not answer", body = Problem),
    ),
    security(("key" = []))
)]
pub(crate) async fn index(
    State(house): State<Shared>,
    headers: HeaderMap,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let read = move |reader: &Reader<'_>, asked: &Asked, reach: bool| {
        let (names, mut disputes) = (Names::new(reader, reach), Vec::new());
        for row in reader.disputes()? {
            if is_sought(reader, &row, asked.q.trim(), reach, &names)? {
                disputes.push(told(reader, row, reach)?);
            }
        }
        let of =
            |(side, overturned, ruled): (Side, u64, u64)| Overturned { side, ruled, overturned };
        let overturned = overturned_by_side(reader)?.into_iter().map(of).collect();
        Ok(Some(Disputes { disputes, overturned }))
    };
    answered(&house, &headers, asked, read).await
}

/// Shows one dispute.
#[utoipa::path(
    get,
    path = "/api/v1/disputes/{id}",
    description = "One dispute, told as the list tells it.",
    params(("id" = String, Path, description = "The dispute, by its id: `lockstep:d1`"), Asked),
    responses(
        (status = 200, description = "The dispute", body = Dispute),
        (status = 400, description = "The question does not read", body = Problem),
        (status = 401, description = "No key, or one that does not work", body = Problem),
        (status = 403, description = "Whoever is named may not", body = Problem),
        (status = 404, description = "There is no such dispute", body = Problem),
        (status = 503, description = "The ledger does not answer", body = Problem),
    ),
    security(("key" = []))
)]
pub(crate) async fn show(
    State(house): State<Shared>,
    headers: HeaderMap,
    Path(id): Path<String>,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let read = move |reader: &Reader<'_>, _: &Asked, reach: bool| {
        let row = reader.dispute(&DisputeId(id))?;
        row.map(|row| told(reader, row, reach)).transpose()
    };
    answered(&house, &headers, asked, read).await
}

async fn answered<T: Serialize + Send + 'static>(
    house: &Shared,
    headers: &HeaderMap,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
    read: impl FnOnce(&Reader<'_>, &Asked, bool) -> Result<Option<T>, Failure> + Send + 'static,
) -> Response {
    let key = match key(headers) {
        Ok(key) => key,
        Err(problem) => return problem.into_response(),
    };
    let find = move |engine: &Engine| -> Result<T, Problem> {
        source(engine, &key)?;
        let unread =
            |detail| Problem::new(StatusCode::BAD_REQUEST, "The question does not read", detail);
        let Query(asked) = asked.map_err(|error| unread(error.body_text()))?;
        if asked.by.is_empty() {
            return Err(unread("say in whose name: `by=` and the id of somebody".to_owned()));
        }
        let reach = reach(&actor(engine, asked.by.clone())?)?;
        let found = engine.read(|reader| read(reader, &asked, reach));
        let found = found.map_err(|failure| failed(&failure))?;
        let absent = "There is none by this id: ask for the list.";
        found.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "There is no such dispute", absent))
    };
    match house.work(move |engine| Ok(find(engine))).await {
        Ok(Ok(found)) => Json(found).into_response(),
        Ok(Err(problem)) => problem.into_response(),
        Err(failure) => failed(&failure).into_response(),
    }
}

/// Whether somebody who may see disputes may read what was said in them.
fn reach(by: &Actor) -> Result<bool, Problem> {
    let seen = may(by, &Act::SeeLeads);
    seen.map_err(|denied| {
        Problem::new(StatusCode::FORBIDDEN, "This person may not", denied.to_string())
    })?;
    Ok(may(by, &Act::SeeReach).is_ok())
}

fn told(reader: &Reader<'_>, row: DisputeRow, reach: bool) -> Result<Dispute, Failure> {
    let said = |said: Said, by: &UserId, at: Timestamp| -> Result<Statement, Failure> {
        let words = match reach {
            true => words_of(reader, &said.of(&row.id))?,
            false => None,
        };
        Ok(Statement { by: by.to_string(), at: at.to_string(), words })
    };
    let opened = said(Said::Opening, &row.opened_by, row.opened_at)?;
    let answered = row.answered_by.as_ref().zip(row.answered_at);
    let answered = answered.map(|(by, at)| said(Said::Answer, by, at)).transpose()?;
    let ruling = match (&row.ruled_by, row.ruled_at) {
        (Some(by), Some(at)) => Some(Ruling {
            said: said(Said::Ruling, by, at)?,
            overturned: row.overturned == Some(true),
            follows: row.follows.as_ref().map(ToString::to_string),
            fact: row.ruling_fact.map(|no| no.0),
        }),
        _ => None,
    };
    Ok(Dispute {
        id: row.id.to_string(),
        about: serde_json::to_value(&row.about).unwrap_or_default(),
        opened,
        answered,
        arbiter: row.arbiter.to_string(),
        ruling_due_at: row.due_at.to_string(),
        ruling,
    })
}
