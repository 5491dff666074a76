//! One opportunity: what is known, its clocks, what it reached, its way through the stages.

mod credits;
mod view;

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::ids::OpportunityId;
use engine::{Engine, access::Act};
use serde::Deserialize;

use crate::{
    failure::Failure,
    layout::{Because, Frame, Place},
    session::Visit,
};
use view::View;

/// What the address asks for besides the opportunity.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// Which figure's workings are open.
    because: String,
}

/// The page.
#[derive(Template)]
#[template(path = "pages/opportunity/show.html")]
struct OpportunityPage {
    frame: Frame,
    view: View,
    because: Option<Because>,
}

/// Shows the opportunity.
pub(crate) async fn show(
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeLeads)?;
    let (reach, time) = (visit.signed.can(&Act::SeeReach), visit.time());
    let (opportunity, signed) = (OpportunityId(id), visit.signed.clone());
    let (view, because) = visit
        .house
        .work(move |engine: &Engine| {
            view::viewed(engine, (&opportunity, &signed), &asked.because, reach, &time)
        })
        .await?;
    let frame = visit.frame(view.name.clone(), Place::Opportunities);
    Ok(visit.show(OpportunityPage { frame, view, because }))
}
