//! One import, as it stands.

use axum::{
    extract::{Path, Query},
    response::Response,
};
use engine::{
    access::Act,
    import::dock::{Import, State},
};
use serde::Deserialize;

use super::{open, progress, report};
use crate::{failure::Failure, session::Visit};

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// Which drawer is open.
    because: String,
}

/// Shows it: what the files hold, how far it is, or what came of it.
pub(crate) async fn show(
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::Import)?;
    let import = known_import(&visit, id).await?;
    // What the command line does is shown, and asked of the command line.
    if import.by.is_none() {
        return report::shown(visit, import, None, &asked.because).await;
    }
    match import.state {
        State::Open => open::shown(visit, import),
        State::Tried | State::Done | State::Stopped | State::Failed | State::Undone => {
            report::shown(visit, import, None, &asked.because).await
        }
        _ => progress::shown(visit, import).await,
    }
}

/// An import, whoever brought it.
pub(super) async fn known_import(visit: &Visit, id: String) -> Result<Import, Failure> {
    let found = visit
        .house
        .work(move |engine| engine.read(|reader| reader.import(&id))?.ok_or(Failure::Absent));
    Ok(Import::of(&found.await?))
}

/// An import that came by these pages.
pub(super) async fn import_of(visit: &Visit, id: String) -> Result<Import, Failure> {
    let import = known_import(visit, id).await?;
    import.by.is_some().then_some(import).ok_or(Failure::Absent)
}
