//! How long answers take inside the server: from the request's head to the last byte of the body,
//! made small as it goes out, without the way there and back.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use http_body_util::BodyExt;

/// The times of a server's answers, as they are collected.
#[derive(Clone, Default)]
pub struct Served(Arc<Mutex<Vec<Duration>>>);

impl Served {
    /// The same routes, with every answer timed.
    pub fn timing(&self, router: Router) -> Router {
        router.layer(middleware::from_fn_with_state(self.clone(), timed))
    }

    /// What was collected since this was last asked, the shortest first.
    pub fn take(&self) -> Vec<Duration> {
        let mut times = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        times.sort();
        times
    }
}

async fn timed(State(served): State<Served>, request: Request, next: Next) -> Response {
    let start = Instant::now();
    let (head, body) = next.run(request).await.into_parts();
    let Ok(whole) = body.collect().await else {
        return axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    served.0.lock().unwrap_or_else(PoisonError::into_inner).push(start.elapsed());
    Response::from_parts(head, Body::from(whole.to_bytes()))
}
