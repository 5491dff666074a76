//! How a template becomes an answer.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};

use crate::layout::error_page::ErrorPage;

/// Most pages have no more bytes, so that they are written without being moved.
const BYTES_USUAL: usize = 96 * 1024;

/// A page: 200, or another status where it is a form that came back.
#[derive(Debug)]
pub struct Page<T> {
    template: T,
    status: StatusCode,
}

/// Answers with a page.
pub fn page<T: Template>(template: T) -> Page<T> {
    Page { template, status: StatusCode::OK }
}

/// Answers with a form that was refused: 422, with what was typed and what is wrong with it.
pub fn refused<T: Template>(template: T) -> Page<T> {
    Page { template, status: StatusCode::UNPROCESSABLE_ENTITY }
}

impl<T: Template> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        let mut html = String::with_capacity(BYTES_USUAL);
        match self.template.render_into(&mut html) {
            Ok(()) => (self.status, Html(html)).into_response(),
            Err(error) => {
                tracing::error!(%error, "a page could not be rendered");
                ErrorPage::broken().into_response()
            }
        }
    }
}
