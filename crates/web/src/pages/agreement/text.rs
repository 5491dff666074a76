//! The very files that are signed.

use askama::Template;
use axum::{extract::Path, response::Response};
use domain::ids::Version;
use engine::access::Act;

use super::{spaced, version_of};
use crate::{
    failure::Failure,
    layout::{Frame, Place},
    session::Visit,
};

/// The page.
#[derive(Template)]
#[template(path = "pages/agreement/text.html")]
struct TextPage {
    frame: Frame,
    version: Version,
    hash: String,
    files: Vec<(String, String)>,
}

/// Shows the files.
pub(crate) async fn show(visit: Visit, Path(no): Path<String>) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeAgreement)?;
    let version = version_of(&no)?;
    let row = visit
        .house
        .work(move |engine| {
            let row = engine.read(|reader| reader.agreement(version))?;
            row.ok_or(Failure::Absent)
        })
        .await?;
    let frame = visit.frame(format!("Text of version {version}"), Place::Agreement);
    let files = row.text.into_iter().collect();
    Ok(visit.show(TextPage { frame, version, hash: spaced(&row.hash), files }))
}
