//! Routing: the routes as signed, what each member of a pool has received, the leads that wait, and
//! a place to try out what would happen. And why one lead went to whom it did.

mod board;
pub(crate) mod workings;

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::ids::LeadId;
use engine::{Engine, access::Act};

use crate::{
    failure::Failure,
    layout::{Frame, Place},
    session::Visit,
};
use board::Board;
use workings::{OfLead, Sees};

/// The page of all routing.
#[derive(Template)]
#[template(path = "pages/routing/index.html")]
struct RoutingPage {
    frame: Frame,
    board: Board,
}

/// The page of one lead's.
#[derive(Template)]
#[template(path = "pages/routing/lead.html")]
struct LeadRoutingPage {
    frame: Frame,
    view: OfLead,
}

fn sees(visit: &Visit) -> Sees {
    Sees {
        reach: visit.signed.can(&Act::SeeReach),
        everybody: visit.signed.can(&Act::SeeEverybodysFigures),
        me: visit.signed.0.user.clone(),
    }
}

/// Shows how leads find their owners.
pub(crate) async fn index(
    visit: Visit,
    Query(asked): Query<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeLeads)?;
    let (sees, time) = (sees(&visit), visit.time());
    let show = move |engine: &Engine| board::of(engine, &asked, &sees, &time);
    let board = visit.house.work(show).await?;
    let frame = visit.frame("Routing", Place::Agreement);
    Ok(visit.show(RoutingPage { frame, board }))
}

/// Shows why a lead went to whom it did.
pub(crate) async fn lead(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeLeads)?;
    let (sees, time) = (sees(&visit), visit.time());
    let show = move |engine: &Engine| workings::of_lead(engine, &LeadId(id), &sees, &time);
    let view = visit.house.work(show).await?;
    let frame = visit.frame(view.title.clone(), Place::Leads);
    Ok(visit.show(LeadRoutingPage { frame, view }))
}
