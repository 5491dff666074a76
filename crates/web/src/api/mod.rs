//! What other systems use: JSON in, JSON out, a key instead of a cookie.

mod disputes;
mod facts;
mod health;
mod key;
mod merges;
mod openapi;
mod problem;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};

use crate::app::Shared;

/// The largest body of one request, in bytes.
const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;

/// The most facts in one request.
const FACTS_MAX: usize = 1_000;

/// The addresses of the API.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/api/v1/facts", post(facts::create))
        .route("/api/v1/merges", post(merges::merge))
        .route("/api/v1/merges/undo", post(merges::undo))
        .route("/api/v1/disputes", get(disputes::index))
        .route("/api/v1/disputes/{id}", get(disputes::show))
        .route("/api/v1/openapi.json", get(openapi::show))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}
