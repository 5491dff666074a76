//! `POST /api/v1/facts`: other systems report what happened.

use axum::{
    Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::reported::Reported;
use engine::{
    Engine,
    intake::{Taken, read_fact},
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    FACTS_MAX,
    key::{failed, key, source},
    problem::{BadLine, Problem},
};
use crate::app::Shared;

/// What became of the facts, in the order in which they were sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Answer {
    facts: Vec<Told>,
}

/// What became of one fact.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Told {
    /// Its place in the ledger.
    no: i64,
    /// Whether it was there before: the same source and id is one fact.
    already: bool,
    /// What the Agreement decided about its lead because of this request.
    decided: Vec<Decision>,
}

/// A decision, as the ledger has it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Decision {
    /// Its place in the ledger.
    no: i64,
    /// When what it says happened.
    happened_at: String,
    /// The fact itself with its because: clause, version, hash and facts.
    #[schema(value_type = Object)]
    fact: Value,
}

impl From<Taken> for Told {
    fn from(taken: Taken) -> Told {
        let decided = taken.decided.into_iter().map(|entry| Decision {
            no: entry.no.0,
            happened_at: entry.happened_at().to_string(),
            fact: serde_json::to_value(entry.fact()).unwrap_or_default(),
        });
        Told { no: taken.no.0, already: taken.already, decided: decided.collect() }
    }
}

/// Takes facts in, all of them or none, and says what the Agreement decided.
#[utoipa::path(
    post,
    path = "/api/v1/facts",
    description = "Takes in one fact, an array of facts, or facts one a line; at most 1,000 and \
        8 MiB. All are taken in, or none. The same source and id twice is one fact, so a request \
        can be repeated.",
    request_body(
        description = "docs/reference/facts.md shows one of each kind.",
        content(
            (super::openapi::ReportedFact = "application/json"),
            (String = "application/x-ndjson"),
        )
    ),
    responses(
        (status = 201, description = "Taken in", body = Answer),
        (status = 200, description = "All were there before", body = Answer),
        (status = 400, description = "The body is not JSON", body = Problem),
        (status = 401, description = "No key, or one that does not work", body = Problem),
        (status = 413, description = "More than 1,000 facts or 8 MiB", body = Problem),
        (status = 415, description = "Neither JSON nor JSON lines", body = Problem),
        (status = 422, description = "Some facts do not read; none was taken in", body = Problem),
        (status = 503, description = "The ledger does not answer", body = Problem),
    ),
    security(("key" = []))
)]
pub(crate) async fn create(
    State(house): State<Shared>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    match taken(&house, &headers, body).await {
        Ok(answer) => answer,
        Err(problem) => problem.into_response(),
    }
}

async fn taken(
    house: &Shared,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let key = key(headers)?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or("").to_owned();
    let now = house.now();
    // All of it on one thread that may wait: to change threads costs more than to look up a key.
    let done = house.work(move |engine| Ok(take_in(engine, &key, body, &kind, now))).await;
    let taken = done.map_err(|failure| failed(&failure))??;
    let fresh = taken.iter().any(|taken| !taken.already);
    let status = if fresh { StatusCode::CREATED } else { StatusCode::OK };
    let answer = Answer { facts: taken.into_iter().map(Told::from).collect() };
    Ok((status, Json(answer)).into_response())
}

fn take_in(
    engine: &Engine,
    key: &str,
    body: Result<Bytes, BytesRejection>,
    kind: &str,
    now: Timestamp,
) -> Result<Vec<Taken>, Problem> {
    let source = source(engine, key)?;
    let body = body.map_err(|_| too_much("the body is larger than 8 MiB"))?;
    let reported = read(kind, &body, &source)?;
    engine.take_in(reported, now).map_err(|error| failed(&error.into()))
}

fn too_much(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "This is too much at once", detail)
}

/// The facts of a body, each with its line.
fn read(kind: &str, body: &[u8], source: &str) -> Result<Vec<Reported>, Problem> {
    let values = match kind.split(';').next().unwrap_or("").trim().to_lowercase().as_str() {
        "application/json" => values(body)?,
        "application/x-ndjson" => lines(body)?,
        _ => {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Neither JSON nor JSON lines",
                "send `Content-Type: application/json` or `application/x-ndjson`",
            ));
        }
    };
    if values.len() > FACTS_MAX {
        return Err(too_much(format!("{} facts are more than {FACTS_MAX}", values.len())));
    }
    let (mut reported, mut wrong) = (Vec::new(), Vec::new());
    for (line, value) in values {
        match value.and_then(|value| read_fact(value, Some(source)).map_err(|no| no.to_string())) {
            Ok(fact) => reported.push(fact),
            Err(detail) => wrong.push(BadLine { line, detail }),
        }
    }
    if wrong.is_empty() { Ok(reported) } else { Err(Problem::of_lines(wrong)) }
}

type Numbered = Vec<(usize, Result<Value, String>)>;

fn values(body: &[u8]) -> Result<Numbered, Problem> {
    let value = serde_json::from_slice(body).map_err(|error| {
        Problem::new(StatusCode::BAD_REQUEST, "The body is not JSON", error.to_string())
    })?;
    Ok(match value {
        Value::Array(facts) => {
            facts.into_iter().enumerate().map(|(i, fact)| (i + 1, Ok(fact))).collect()
        }
        one => vec![(1, Ok(one))],
    })
}

fn lines(body: &[u8]) -> Result<Numbered, Problem> {
    let text = std::str::from_utf8(body).map_err(|_| {
        Problem::new(StatusCode::BAD_REQUEST, "The body is not text", "send it as UTF-8")
    })?;
    let full = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let read = |line: &str| {
        serde_json::from_str(line).map_err(|error| format!("this is not JSON: {error}"))
    };
    Ok(full.map(|(i, line)| (i + 1, read(line))).collect())
}
