//! Whether Lockstep lives, and whether it can work.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::app::Shared;

/// The process answers.
pub(crate) async fn alive() -> Response {
    Json(json!({ "status": "ok" })).into_response()
}

/// The ledger answers too.
pub(crate) async fn ready(State(house): State<Shared>) -> Response {
    let head = house.work(|engine| Ok(engine.read(|reader| reader.head())?)).await;
    match head {
        Ok(_) => {
            Json(json!({ "status": "ok", "ledger": "ok", "schema": store::SCHEMA })).into_response()
        }
        Err(_) => {
            let answer = json!({ "status": "unavailable", "ledger": "does not answer" });
            (StatusCode::SERVICE_UNAVAILABLE, Json(answer)).into_response()
        }
    }
}
