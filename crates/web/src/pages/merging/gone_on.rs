//! A lead that goes on as another: where it went, what it keeps, and how it is made one of its own
//! again.

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use axum::response::Response;
use domain::{
    fact::{Entry, Fact},
    ids::{FactNo, LeadId},
};
use engine::{Engine, access::Act};
use store::{
    Reader,
    read::{ClockRow, MergedRow},
};

use super::Called;
use crate::{
    failure::Failure,
    layout::{Frame, Place},
    markup::Markup,
    names::{Names, encoded, fact_href, lead_href},
    pages::leads::row::level_words,
    session::Visit,
    show::{LocalTime, figure},
    workings::{Known, Told},
};

/// The page.
#[derive(Template)]
#[template(path = "pages/merging/gone_on.html")]
struct GoneOnPage {
    frame: Frame,
    view: View,
    may_merge: bool,
}

struct View {
    name: String,
    merged: Merged,
    clocks: Vec<Clock>,
    history: Vec<Told>,
}

/// A clock of its own.
struct Clock {
    title: String,
    began: Markup,
    due: Markup,
    state: Markup,
}

/// A merge, as the page of either lead shows it.
pub(crate) struct Merged {
    /// The other lead.
    pub(crate) lead: Called,
    pub(crate) at: Markup,
    /// What spoke for it.
    pub(crate) evidence: String,
    /// The names of the clocks that run on the lead that goes on no more by itself.
    pub(crate) running: Vec<String>,
    /// Where it is undone.
    pub(crate) undo: String,
}

impl Merged {
    fn of(
        reader: &Reader<'_>,
        names: &Names<'_, '_>,
        time: &LocalTime,
        row: &MergedRow,
        shown: &LeadId,
    ) -> Result<Merged, Failure> {
        let evidence = match reader.entry(row.fact)?.map(|entry| entry.told.fact) {
            Some(Fact::LeadsMerged(fact)) => fact.evidence.unwrap_or_default(),
            _ => String::new(),
        };
        let running = reader.clocks_of(&row.lead)?.into_iter();
        let running = running.filter(|clock| clock.stopped_at.is_none());
        let (kept, merged) = (encoded(row.into.as_str()), encoded(row.lead.as_str()));
        Ok(Merged {
            lead: Called::of(names, shown)?,
            at: time.near(row.merged_at),
            evidence,
            running: running.map(|clock| level_words(&clock.service_level)).collect(),
            undo: format!("/undo/merges/{kept}/{merged}"),
        })
    }
}

/// The leads that go on as one.
pub(crate) fn merged_with(
    reader: &Reader<'_>,
    names: &Names<'_, '_>,
    time: &LocalTime,
    lead: &LeadId,
) -> Result<Vec<Merged>, Failure> {
    let rows = reader.merged_with(lead)?;
    rows.iter().map(|row| Merged::of(reader, names, time, row, &row.lead)).collect()
}

/// Shows where a lead went.
pub(crate) async fn show(visit: Visit, lead: LeadId) -> Result<Response, Failure> {
    let (reach, time) = (visit.signed.can(&Act::SeeReach), visit.time());
    let may_merge = visit.signed.can(&Act::MergeLeads);
    let work = move |engine: &Engine| viewed(engine, &lead, reach, &time);
    let view = visit.house.work(work).await?;
    let frame = visit.frame(view.name.clone(), Place::Leads);
    Ok(visit.show(GoneOnPage { frame, view, may_merge }))
}

fn viewed(engine: &Engine, lead: &LeadId, reach: bool, time: &LocalTime) -> Result<View, Failure> {
    let agreements = engine.agreements()?;
    engine.read(|reader| {
        let row = reader.merged_into(lead)?.ok_or(Failure::Absent)?;
        let in_force = agreements.at(time.now()).map(|version| &*version.agreement);
        let names = Names::new(reader, reach).with_words_of(in_force);
        let facts = reader.facts_of(&format!("lead/{lead}"))?;
        let entries: BTreeMap<FactNo, Arc<Entry>> =
            facts.into_iter().map(|entry| (entry.no, Arc::new(entry))).collect();
        let here = lead_href(lead);
        let known = Known { reader, names: &names, time, entries: &entries, here: &here };
        let mut own: Vec<&Arc<Entry>> = entries.values().collect();
        own.sort_by_key(|entry| std::cmp::Reverse((entry.happened_at(), entry.no)));
        let clocks = reader.clocks_of(lead)?;
        Ok(View {
            name: names.lead(lead)?,
            merged: Merged::of(reader, &names, time, &row, &row.into)?,
            clocks: clocks.iter().rev().map(|row| clock(row, time)).collect(),
            history: own.into_iter().map(|entry| known.told(entry)).collect::<Result<_, _>>()?,
        })
    })
}

/// A clock with the facts by which it began and last changed.
fn clock(row: &ClockRow, time: &LocalTime) -> Clock {
    let state = match (row.verdict, row.stopped_at, row.resting) {
        (Some(verdict), ..) => verdict.words(),
        (None, Some(_), _) => "ended",
        (None, None, true) => "rests",
        (None, None, false) if row.breached => "runs, past due",
        (None, None, false) => "runs",
    };
    Clock {
        title: level_words(&row.service_level),
        began: figure(time.near_words(row.started_at), &fact_href(row.start_fact)),
        due: time.near(row.due_at),
        state: figure(state, &fact_href(row.last_fact)),
    }
}
