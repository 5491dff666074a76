//! A version as a file of its own, which needs no server and asks for nothing: for the drawer, for a
//! mail, for whoever makes a PDF of it.

use askama::Template;
use domain::ids::Version;
use engine::{Engine, access::Actor};
use jiff::Timestamp;

use super::{View, viewed};
use crate::{Failure, show::LocalTime, static_files};

#[derive(Template)]
#[template(path = "pages/agreement/paper.html")]
struct Paper {
    style: String,
    view: View,
}

/// A version with all its rules, who signed it and when, its hash, and what it decides at an instant;
/// times are in the zone of the Agreement. What somebody may not see, their paper does not say.
///
/// # Errors
/// When there is no such version, or the database cannot be read.
pub fn paper(
    engine: &Engine,
    version: Version,
    actor: &Actor,
    now: Timestamp,
) -> Result<String, Failure> {
    engine::access::may(actor, &engine::access::Act::SeeAgreement)?;
    let (_, agreement) = engine.agreement(version).map_err(super::absent)?;
    let time = LocalTime::new(now, agreement.zone.clone());
    let view = View { on_paper: true, ..viewed(engine, version, actor, &time)? };
    Paper { style: static_files::style(), view }.render().map_err(Failure::unwritten)
}
