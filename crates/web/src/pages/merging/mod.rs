//! Two leads side by side that may be one person, and the acts of whoever knows: merging them,
//! making them two again, saying that they are two. And what is left to see of a lead that goes on
//! as another.

mod compared;
mod gone_on;

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use domain::{
    ids::LeadId,
    merging::{NotMerged, may_merge},
};
use engine::{Engine, Refusal, access::Act, merging::stand_of};
use store::Reader;

use crate::{
    failure::Failure,
    flash::Flash,
    layout::{Frame, Place},
    names::{Names, encoded, lead_href},
    pages::sign_in::sentence,
    sent::Sent,
    session::Visit,
};
use compared::{Compared, compared};
pub(crate) use gone_on::{Merged, merged_with, show as show_gone_on};

/// What stands before the name of a field in the form.
const FIELD: &str = "field.";

/// What the form sends for the value of the one that is merged.
const OF_THE_OTHER: &str = "merged";

/// The page of two leads.
#[derive(Template)]
#[template(path = "pages/merging/compared.html")]
struct ComparedPage {
    frame: Frame,
    view: Compared,
}

/// Where two leads stand side by side, the first of which would go on.
pub(crate) fn compare_href(kept: &LeadId, merged: &LeadId) -> String {
    format!("{}/merge/{}", lead_href(kept), encoded(merged.as_str()))
}

/// Shows two leads side by side; where only the other of the two can go on, with that one first.
pub(crate) async fn compare(
    visit: Visit,
    Path((kept, merged)): Path<(String, String)>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::MergeLeads)?;
    let (kept, merged) = (LeadId(kept), LeadId(merged));
    let turned = compare_href(&merged, &kept);
    let time = visit.time();
    let work = visit.house.work(move |engine: &Engine| {
        engine.read(|reader| {
            let refusal = refusal_of(reader, &kept, &merged)?;
            let is_last = refusal_of(reader, &merged, &kept)?.is_some();
            match refusal {
                Some(NotMerged::FurtherOn(..) | NotMerged::HasOthers(_)) if !is_last => Ok(None),
                refusal => compared(reader, &kept, &merged, refusal, &time).map(Some),
            }
        })
    });
    let Some(view) = work.await? else { return Ok(Redirect::to(&turned).into_response()) };
    let frame = visit.frame("One person or two", Place::Leads);
    Ok(visit.show(ComparedPage { frame, view }))
}

/// Why the one cannot go on as the other.
fn refusal_of(
    reader: &Reader<'_>,
    kept: &LeadId,
    merged: &LeadId,
) -> Result<Option<NotMerged>, Failure> {
    let (as_kept, as_merged) = (stand_of(reader, kept)?, stand_of(reader, merged)?);
    Ok(may_merge((kept, &as_kept), (merged, &as_merged)).err())
}

/// Merges the second into the first.
pub(crate) async fn merge(
    visit: Visit,
    Path((kept, merged)): Path<(String, String)>,
    Sent(sent): Sent<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    let (kept, merged) = (LeadId(kept), LeadId(merged));
    let takes = taken(&sent);
    let undo = format!("/undo/merges/{}/{}", encoded(kept.as_str()), encoded(merged.as_str()));
    let words = format!("{} goes on as this lead.", merged.as_str());
    let done = Flash::done(words).with_undo(undo);
    let to = lead_href(&kept);
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    let act =
        move |engine: &Engine| Ok(engine.merge_leads(Some(&by), (kept, merged), takes, now)?);
    let became = visit.house.work(act).await;
    answered(visit, became, &to, done)
}

/// The fields of which the other's value was chosen.
fn taken(sent: &BTreeMap<String, String>) -> BTreeSet<String> {
    let chosen = sent.iter().filter(|(_, of)| of.as_str() == OF_THE_OTHER);
    chosen.filter_map(|(name, _)| Some(name.strip_prefix(FIELD)?.to_owned())).collect()
}

/// Makes two of them again.
pub(crate) async fn unmerge(
    visit: Visit,
    Path((kept, merged)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (kept, merged) = (LeadId(kept), LeadId(merged));
    let done = Flash::done(format!("{} is a lead of its own again.", merged.as_str()));
    let to = lead_href(&kept);
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    let act = move |engine: &Engine| Ok(engine.unmerge_leads(Some(&by), kept, merged, now)?);
    let became = visit.house.work(act).await;
    answered(visit, became, &to, done)
}

/// Remembers that they are two.
pub(crate) async fn apart(
    visit: Visit,
    Path((kept, merged)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (kept, merged) = (LeadId(kept), LeadId(merged));
    let words = format!("{} and {} are two people.", kept.as_str(), merged.as_str());
    let to = lead_href(&kept);
    let (by, now) = (visit.signed.0.clone(), visit.house.now());
    let act = move |engine: &Engine| Ok(engine.tell_apart(Some(&by), kept, merged, now)?);
    let became = visit.house.work(act).await;
    answered(visit, became, &to, Flash::done(words))
}

/// Where an act leads, whether or not a rule says no.
fn answered(
    visit: Visit,
    became: Result<(), Failure>,
    to: &str,
    done: Flash,
) -> Result<Response, Failure> {
    match became {
        Ok(()) => Ok(visit.go(to, &done)),
        Err(Failure::Refused(Refusal::Merging(NotMerged::Absent(_)))) => Err(Failure::Absent),
        Err(Failure::Refused(refusal)) => {
            Ok(visit.go(to, &Flash::not_done(sentence(&refusal.to_string()))))
        }
        Err(other) => Err(other),
    }
}

/// A lead by its name and id.
pub(crate) struct Called {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) href: String,
}

impl Called {
    fn of(names: &Names<'_, '_>, lead: &LeadId) -> Result<Called, Failure> {
        Ok(Called { name: names.lead(lead)?, id: lead.0.clone(), href: lead_href(lead) })
    }
}
