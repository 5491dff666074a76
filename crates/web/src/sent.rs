//! Forms and queries as they are sent.

use axum::{
    Form,
    extract::{FromRequest, Request, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;

use crate::layout::ErrorPage;

/// A form's fields. What does not read is answered with a page in words.
pub(crate) struct Sent<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Sent<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Sent<T>, Response> {
        match Form::<T>::from_request(request, state).await {
            Ok(Form(form)) => Ok(Sent(form)),
            Err(rejection) => Err(unreadable(&rejection).into_response()),
        }
    }
}

fn unreadable(rejection: &FormRejection) -> ErrorPage {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ErrorPage::too_large(),
        _ => ErrorPage::unreadable(),
    }
}
