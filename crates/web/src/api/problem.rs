//! What the API answers when it does not do what was asked: RFC 9457, in words.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Why nothing was taken in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// What kind of problem it is; `about:blank` says that the status tells it.
    #[serde(rename = "type")]
    kind: &'static str,
    /// In a few words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What happened and what to do.
    detail: String,
    /// Each line that does not read, and what would be right.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lines: Vec<BadLine>,
}

/// A line that does not read.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BadLine {
    /// Which, from 1; for an array, the place in it.
    pub(super) line: usize,
    /// What would be right.
    pub(super) detail: String,
}

impl Problem {
    pub(super) fn new(
        status: StatusCode,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Problem {
        let detail = detail.into();
        Problem { kind: "about:blank", title, status: status.as_u16(), detail, lines: Vec::new() }
    }

    pub(super) fn of_lines(lines: Vec<BadLine>) -> Problem {
        let detail = "Nothing was taken in. Put these right and send the whole again.";
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Problem { lines, ..Problem::new(status, "Some facts do not read", detail) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = (status, Json(self)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        if status == StatusCode::UNAUTHORIZED {
            let how = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, how);
        }
        response
    }
}
