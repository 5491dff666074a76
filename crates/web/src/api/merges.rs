//! `POST /api/v1/merges`: other systems say that two leads are one person, or two again, in the name of
//! somebody of the firm who may.

use std::collections::BTreeSet;

use axum::{
    Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use domain::{
    ids::{LeadId, UserId},
    merging::NotMerged,
};
use engine::{Engine, Refusal, access::Actor};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    key::{failed, key, source},
    problem::Problem,
};
use crate::{app::Shared, pages::sign_in::sentence};

/// Two leads of one person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Merging {
    /// The lead that goes on, by its id: `crm:l1`.
    kept: String,
    /// The other.
    merged: String,
    /// Who of the firm says so, by their id: somebody who may merge leads.
    by: String,
    /// The fields of which the other's value holds from now on.
    #[serde(default)]
    take: BTreeSet<String>,
}

/// Two leads that are two again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Undoing {
    /// The lead that went on.
    kept: String,
    /// The other.
    merged: String,
    /// Who of the firm says so.
    by: String,
}

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Done {
    /// The lead that goes on, or went on.
    kept: String,
    /// The other.
    merged: String,
    /// Whether they are one now.
    is_merged: bool,
}

/// Merges a lead into another.
#[utoipa::path(
    post,
    path = "/api/v1/merges",
    description = "Says that two leads are one person, in the name of somebody who may. What the page \
        of the two leads refuses is refused here, in the same words.",
    request_body = Merging,
    responses(
        (status = 201, description = "Merged", body = Done),
        (status = 400, description = "The body does not read", body = Problem),
        (status = 401, description = "No key, or one that does not work", body = Problem),
        (status = 403, description = "Whoever is named may not", body = Problem),
        (status = 404, description = "There is no such lead", body = Problem),
        (status = 422, description = "A rule says no", body = Problem),
        (status = 503, description = "The ledger does not answer", body = Problem),
    ),
    security(("key" = []))
)]
pub(crate) async fn merge(
    State(house): State<Shared>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let act = move |engine: &Engine, key: &str, now| {
        source(engine, key)?;
        let Merging { kept, merged, by, take } = read(body)?;
        let by = actor(engine, by)?;
        let two = (LeadId(kept.clone()), LeadId(merged.clone()));
        engine.merge_leads(Some(&by), two, take, now).map_err(refused)?;
        Ok((StatusCode::CREATED, Done { kept, merged, is_merged: true }))
    };
    answered(&house, &headers, act).await
}

/// Makes two of what was merged.
#[utoipa::path(
    post,
    path = "/api/v1/merges/undo",
    description = "Makes two leads again of what was merged: each is as if it never had been, but for \
        what somebody has answered.",
    request_body = Undoing,
    responses(
        (status = 200, description = "They are two again", body = Done),
        (status = 400, description = "The body does not read", body = Problem),
        (status = 401, description = "No key, or one that does not work", body = Problem),
        (status = 403, description = "Whoever is named may not", body = Problem),
        (status = 422, description = "They are not merged", body = Problem),
        (status = 503, description = "The ledger does not answer", body = Problem),
    ),
    security(("key" = []))
)]
pub(crate) async fn undo(
    State(house): State<Shared>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let act = move |engine: &Engine, key: &str, now| {
        source(engine, key)?;
        let Undoing { kept, merged, by } = read(body)?;
        let by = actor(engine, by)?;
        let (one, other) = (LeadId(kept.clone()), LeadId(merged.clone()));
        let done = engine.unmerge_leads(Some(&by), one, other, now);
        done.map_err(refused)?;
        Ok((StatusCode::OK, Done { kept, merged, is_merged: false }))
    };
    answered(&house, &headers, act).await
}

async fn answered(
    house: &Shared,
    headers: &HeaderMap,
    act: impl FnOnce(&Engine, &str, Timestamp) -> Result<(StatusCode, Done), Problem> + Send + 'static,
) -> Response {
    let key = match key(headers) {
        Ok(key) => key,
        Err(problem) => return problem.into_response(),
    };
    let now = house.now();
    match house.work(move |engine| Ok(act(engine, &key, now))).await {
        Ok(Ok((status, done))) => (status, Json(done)).into_response(),
        Ok(Err(problem)) => problem.into_response(),
        Err(failure) => failed(&failure).into_response(),
    }
}

fn read<T: for<'de> Deserialize<'de>>(body: Result<Bytes, BytesRejection>) -> Result<T, Problem> {
    let unread =
        |detail: String| Problem::new(StatusCode::BAD_REQUEST, "The body does not read", detail);
    let body = body.map_err(|_| unread("the body is larger than 8 MiB".to_owned()))?;
    serde_json::from_slice(&body).map_err(|error| unread(error.to_string()))
}

/// Whoever is named, as somebody who asks.
pub(super) fn actor(engine: &Engine, by: String) -> Result<Actor, Problem> {
    let found = engine.actor_of(&UserId(by.clone())).map_err(|error| failed(&error.into()))?;
    found.ok_or_else(|| {
        let detail = format!("{by:?} is nobody who may sign in: name somebody who may do this.");
        Problem::new(StatusCode::FORBIDDEN, "This person may not", detail)
    })
}

/// Why it was not done, in the words of the pages.
fn refused(error: engine::Error) -> Problem {
    let engine::Error::Refused(refusal) = &error else { return failed(&error.into()) };
    let (status, title) = match refusal {
        Refusal::Access(_) => (StatusCode::FORBIDDEN, "This person may not"),
        Refusal::Merging(NotMerged::Absent(_)) => (StatusCode::NOT_FOUND, "There is no such lead"),
        _ => (StatusCode::UNPROCESSABLE_ENTITY, "A rule says no"),
    };
    Problem::new(status, title, sentence(&refusal.to_string()))
}
