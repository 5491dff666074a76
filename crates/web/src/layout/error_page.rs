//! Pages for what went wrong: what happened, whether anything was saved, and what to do now.
//!
//! They stand outside the frame on purpose: when the ledger cannot be read there is nobody's name
//! to show.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};

use super::frame::Door;
use crate::theme::Theme;

/// One of them. Answered by a handler, it also travels in the response's extensions, so that
/// [`crate::security::protect`] can write the request's id into it.
#[derive(Debug, Clone, Template)]
#[template(path = "layout/error_page.html")]
pub struct ErrorPage {
    door: Door,
    status: StatusCode,
    happened: &'static str,
    saved: &'static str,
    now: &'static str,
    request_id: Option<String>,
    /// What a handler panicked with: for the log, never for the page.
    pub(crate) cause: Option<String>,
}

impl ErrorPage {
    fn new(status: StatusCode, title: &str, words: [&'static str; 3]) -> ErrorPage {
        let [happened, saved, now] = words;
        let title = title.to_owned();
        let door = Door { title, firm: None, theme: Theme::System, refused: false };
        ErrorPage { door, status, happened, saved, now, request_id: None, cause: None }
    }

    /// 404. The same words whether it is not there or not the person's to see.
    pub fn absent() -> ErrorPage {
        let words = [
            "There is nothing at this address that you can see. It may never have been, or it \
             may belong to somebody else.",
            "Nothing was changed.",
            "Check the address, or start from the leads and find it there. If a colleague sent \
             it to you, ask whether it is theirs alone.",
        ];
        ErrorPage::new(StatusCode::NOT_FOUND, "Nothing to see here", words)
    }

    /// 403, for a form that another site sent in the person's name.
    pub fn foreign() -> ErrorPage {
        let words = [
            "The form did not come from a page of this Lockstep, so it was not taken.",
            "Nothing was changed.",
            "Open the page here and send the form again. If you did, ask the person who runs \
             Lockstep whether the proxy before it passes on Host and Origin.",
        ];
        ErrorPage::new(StatusCode::FORBIDDEN, "This form came from elsewhere", words)
    }

    /// 400, for a form that lacks a field or has one too many.
    pub fn unreadable() -> ErrorPage {
        let words = [
            "What was sent is not what this page's form sends: a field is missing, or there is \
             one too many.",
            "Nothing was changed.",
            "Open the page again and send its form from there.",
        ];
        ErrorPage::new(StatusCode::BAD_REQUEST, "This form does not read", words)
    }

    /// 405, for an address that is there and takes nothing in this way.
    pub fn not_so() -> ErrorPage {
        let words = [
            "There is something at this address, but it cannot be asked or told in this way.",
            "Nothing was changed.",
            "Open the page that has the form, and send it from there.",
        ];
        ErrorPage::new(StatusCode::METHOD_NOT_ALLOWED, "Not in this way", words)
    }

    /// 429, for somebody who asks more often than one person does.
    pub fn too_many() -> ErrorPage {
        let words = [
            "This was asked more often at a time than one person needs.",
            "Nothing was changed.",
            "Close pages of Lockstep that you do not look at, wait a minute, and try again.",
        ];
        ErrorPage::new(StatusCode::TOO_MANY_REQUESTS, "Too many at once", words)
    }

    /// 413, for a form that is larger than any of ours.
    pub fn too_large() -> ErrorPage {
        let words = [
            "What was sent is larger than this page takes.",
            "Nothing was changed.",
            "Make it shorter and send it again. Many facts at once go through the API or \
             `lockstep import`.",
        ];
        ErrorPage::new(StatusCode::PAYLOAD_TOO_LARGE, "This is too much at once", words)
    }

    /// 422, for a list that a workbook cannot hold.
    pub fn too_long() -> ErrorPage {
        let words = [
            "A workbook holds 1,048,575 rows below its header, and this list has more. Half of it \
             would look like the whole.",
            "Nothing was changed.",
            "Take the list as CSV, which may have any length, or go back and filter it so that \
             fewer rows are left.",
        ];
        ErrorPage::new(StatusCode::UNPROCESSABLE_ENTITY, "This list is too long", words)
    }

    /// 500, for a fault of ours.
    pub fn broken() -> ErrorPage {
        let words = [
            "Lockstep ran into a fault of its own. It is not something that you did.",
            "A change is saved whole or not at all. If you sent a form, look at the page it \
             changes before you send it again.",
            "Go back and try once more. If it happens again, give the number below to the person \
             who runs Lockstep: it leads to the line in the log.",
        ];
        ErrorPage::new(StatusCode::INTERNAL_SERVER_ERROR, "Something broke on our side", words)
    }

    /// 503, while the ledger cannot be reached.
    pub fn unavailable() -> ErrorPage {
        let words = [
            "The ledger does not answer just now.",
            "If you sent a form, it was not saved. Everything saved before is safe.",
            "Wait a minute and try again. Your browser still has what you typed: go back to find \
             it.",
        ];
        let title = "Lockstep cannot reach its ledger";
        ErrorPage::new(StatusCode::SERVICE_UNAVAILABLE, title, words)
    }

    /// The same in the person's theme.
    pub fn in_theme(mut self, theme: Theme) -> ErrorPage {
        self.door.theme = theme;
        self
    }

    /// The same, with what the log should say.
    pub(crate) fn because_of(self, cause: String) -> ErrorPage {
        ErrorPage { cause: Some(cause), ..self }
    }

    /// The same with the id of the request, where it helps somebody to find the cause.
    pub(crate) fn for_request(self, id: &str) -> ErrorPage {
        let request_id = self.status.is_server_error().then(|| id.to_owned());
        ErrorPage { request_id, ..self }
    }
}

impl IntoResponse for ErrorPage {
    fn into_response(self) -> Response {
        let html = self.render().unwrap_or_else(|_| self.happened.to_owned());
        let mut response = (self.status, Html(html)).into_response();
        response.extensions_mut().insert(self);
        response
    }
}
