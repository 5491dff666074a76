//! One lead: who and what, the clock, what is agreed, the score, the handoffs, the history.

pub(crate) mod account;
mod like;
mod score;
mod view;
pub(crate) mod what_if;

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::ids::LeadId;
use engine::{Engine, access::Act};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde::Deserialize;

use crate::{
    failure::Failure,
    layout::{Because, Frame, Place},
    pages::merging,
    session::Visit,
};
use view::View;

/// What the address asks for besides the lead.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// Which figure's workings are open.
    because: String,
    /// The day, or instant, for which points are shown.
    as_of: String,
    /// How many facts of the history to leave out, the newest ones.
    skip: usize,
}

/// The page.
#[derive(Template)]
#[template(path = "pages/lead/show.html")]
struct LeadPage {
    frame: Frame,
    view: View,
    because: Option<Because>,
    as_of: String,
    here: String,
    /// Whether all leads that may be of one person can be opened from here.
    sees_duplicates: bool,
    may_merge: bool,
}

/// Shows the lead.
pub(crate) async fn show(
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeLeads)?;
    let (reach, time) = (visit.signed.can(&Act::SeeReach), visit.time());
    let as_of = instant_of(&asked.as_of, time.zone().clone(), time.now());
    let lead = LeadId(id);
    let here = crate::names::lead_href(&lead);
    let dated = match asked.as_of.is_empty() {
        true => here.clone(),
        false => format!("{here}?as_of={}", crate::names::encoded(&asked.as_of)),
    };
    let wanted = view::Wanted {
        lead,
        because: asked.because,
        as_of,
        skip: asked.skip,
        reach,
        actor: visit.signed.0.clone(),
        may_assign: visit.signed.can(&Act::AssignLeads),
        may_correct: visit.signed.can(&Act::CorrectLeads),
        here: dated,
    };
    let gone_on = wanted.lead.clone();
    let viewed = visit.house.work(move |engine: &Engine| view::viewed(engine, &wanted, &time));
    let (view, because) = match viewed.await {
        // What is no lead of its own may go on as another.
        Err(Failure::Absent) => return merging::show_gone_on(visit, gone_on).await,
        viewed => viewed?,
    };
    let frame = visit.frame(view.name.clone(), Place::Leads);
    let sees_duplicates = visit.signed.can(&Act::SeeDuplicates);
    let may_merge = visit.signed.can(&Act::MergeLeads);
    let as_of = asked.as_of;
    Ok(visit.show(LeadPage { frame, view, because, as_of, here, sees_duplicates, may_merge }))
}

/// The end of a day in the zone, or an instant; now for nothing and for what does not read.
fn instant_of(text: &str, zone: TimeZone, now: Timestamp) -> Timestamp {
    if let Ok(at) = text.parse::<Timestamp>() {
        return at;
    }
    let day = text.parse::<Date>().ok().and_then(|day| day.checked_add(1.day()).ok());
    let midnight = day.and_then(|day| day.to_zoned(zone).ok()).map(|zoned| zoned.timestamp());
    midnight.map_or(now, |midnight| midnight - jiff::SignedDuration::from_nanos(1))
}
