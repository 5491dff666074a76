//! What a handler answers when it cannot show its page.

use axum::response::{IntoResponse, Response};
use engine::{Error, Refusal, access::AccessRefusal};
use store::StoreError;

use crate::layout::ErrorPage;

/// Why there is no page. What is absent and what is not the person's look the same.
#[derive(Debug)]
pub enum Failure {
    /// Not there, or not theirs.
    Absent,
    /// A rule says no; a handler that shows a form says it there.
    Refused(Refusal),
    /// More rows than the file that was asked for can hold.
    TooLong,
    /// The database let us down.
    Broken(Error),
    /// A file that somebody downloads could not be written.
    Unwritten(std::io::Error),
}

impl Failure {
    /// Why a file could not be written.
    pub(crate) fn unwritten(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Failure {
        Failure::Unwritten(std::io::Error::other(cause))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::Broken(Error::Store(error))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        match error {
            Error::Refused(Refusal::Access(_)) => Failure::Absent,
            Error::Refused(refusal) => Failure::Refused(refusal),
            other => Failure::Broken(other),
        }
    }
}

impl From<AccessRefusal> for Failure {
    fn from(_: AccessRefusal) -> Failure {
        Failure::Absent
    }
}

impl From<domain::calendar::NeverOpen> for Failure {
    fn from(error: domain::calendar::NeverOpen) -> Failure {
        Failure::Broken(Error::NeverOpen(error))
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Failure::Absent | Failure::Refused(_) => ErrorPage::absent().into_response(),
            Failure::TooLong => ErrorPage::too_long().into_response(),
            Failure::Broken(error) => {
                tracing::error!(%error, "a page could not be made");
                ErrorPage::unavailable().into_response()
            }
            Failure::Unwritten(error) => {
                tracing::error!(%error, "a file could not be written");
                ErrorPage::broken().into_response()
            }
        }
    }
}
