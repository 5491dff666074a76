//! Who asks: the key that a request carries, and the source for which it speaks.

use axum::http::{HeaderMap, StatusCode, header};
use engine::{Engine, Refusal};

use super::problem::Problem;
use crate::failure::Failure;

/// The key in the request.
pub(super) fn key(headers: &HeaderMap) -> Result<String, Problem> {
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = sent
        .and_then(|sent| sent.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let Some((_, key)) = key else {
        return Err(unsigned(
            "send the key as `Authorization: Bearer lsk_…`; make one with `lockstep key add`",
        ));
    };
    Ok(key.trim().to_owned())
}

/// The source for which a key reports.
pub(super) fn source(engine: &Engine, key: &str) -> Result<String, Problem> {
    engine.source_of_key(key).map_err(|error| match error.into() {
        Failure::Refused(Refusal::SignIn(refusal)) => unsigned(refusal.to_string()),
        other => failed(&other),
    })
}

fn unsigned(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "The key does not work", detail)
}

/// The ledger does not answer.
pub(super) fn failed(failure: &Failure) -> Problem {
    tracing::error!(?failure, "a request of the API could not be carried out");
    let detail = "Nothing was changed. The same request can be sent again in a minute.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "The ledger does not answer", detail)
}
