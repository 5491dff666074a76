//! The pipeline of the imported opportunities.

use domain::{
    counted::Counted,
    group::{Dimensions, Grouped},
    ids::OpportunityId,
    money::grouped,
    pipeline::{OpportunityRow, Outcome, Pipeline, pipeline},
};
use serde::Serialize;

use super::{
    Asked, ReportFailure, ReportQuestion, Sources,
    asked::count,
    dimension::{Row, dimensions},
    seen::{Seen, opportunities},
};

const MEANINGS: [(&str, &str); 4] = [
    ("opened", "the day that the source gives as the opening of the opportunity (opened_on)"),
    ("closed", "the day that the source gives as its closing (closed_on)"),
    (
        "period",
        "what was closed in it, and what was opened before its end and is open at the moment of \
         the look",
    ),
    ("cycle", "calendar days from opened to closed; closed on the day of opening is 0"),
];

/// The pipeline: open, won and lost, how often, how much and how fast.
///
/// In JSON: `{"question":{…},"pipeline":{"by":…,"total":{…},"groups":[…]},"left_out":{…},
/// "notes":[…]}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OpportunitiesReport {
    /// The question as it was understood.
    pub question: Asked,
    /// The figures.
    pub pipeline: Grouped<Pipeline<OpportunityId>>,
    /// What is in no figure.
    pub left_out: OpportunitiesLeftOut,
    /// What is not known, in words.
    pub notes: Vec<String>,
}

/// The opportunities that are in no figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OpportunitiesLeftOut {
    /// The source does not say what became of them, or in a word that is not known.
    pub outcome_unknown: Counted<OpportunityId>,
    /// A period is asked for, and they have no day that would put them in it or out of it.
    pub undated: Counted<OpportunityId>,
}

/// Whether a row belongs to the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    In,
    Out,
    OutcomeUnknown,
    Undated,
}

pub(super) fn report(
    sources: &Sources<'_>,
    question: &ReportQuestion,
) -> Result<OpportunitiesReport, ReportFailure> {
    let mut asked = question.asked(&MEANINGS)?;
    let mut notes = Vec::new();
    let seen = opportunities(sources.reader, question, &mut notes)?;
    let places: Vec<Place> = seen.iter().map(|one| place(one, question)).collect();
    let those = |wanted: Place| -> Counted<OpportunityId> {
        let found = seen.iter().zip(&places).filter(|(_, place)| **place == wanted);
        found.map(|(one, _)| one.row.id.clone()).collect()
    };
    let left_out = OpportunitiesLeftOut {
        outcome_unknown: those(Place::OutcomeUnknown),
        undated: those(Place::Undated),
    };
    notes.extend(left_out_notes(&left_out, seen.len()));
    let within: Vec<Seen> = seen
        .into_iter()
        .zip(places)
        .filter(|(_, place)| *place == Place::In)
        .map(|(one, _)| one)
        .collect();
    notes.extend(gaps(&within, question));
    let told = dimensions(sources, question, &within, &mut asked, &mut notes)?;
    let rows: Vec<_> =
        within.iter().zip(told).filter_map(|(one, told)| row(one, told, question)).collect();
    let pipeline = pipeline(&rows, asked.by.as_deref());
    Ok(OpportunitiesReport { question: asked, pipeline, left_out, notes })
}

fn place(one: &Seen, question: &ReportQuestion) -> Place {
    let Some(outcome) = one.known_outcome() else { return Place::OutcomeUnknown };
    let Some(period) = question.days() else { return Place::In };
    let is_in = if outcome == Outcome::Open {
        // What has no opening day may have been open all the time; it is open now.
        Some(one.opened_on(&question.zone).is_none_or(|day| day < period.before))
    } else {
        one.closed_on(&question.zone).map(|day| period.has(day))
    };
    match is_in {
        None => Place::Undated,
        Some(true) => Place::In,
        Some(false) => Place::Out,
    }
}

/// An opportunity as the kernel reads it.
pub(super) fn row(
    one: &Seen,
    dimensions: Dimensions,
    question: &ReportQuestion,
) -> Option<OpportunityRow<OpportunityId>> {
    Some(OpportunityRow {
        id: one.row.id.clone(),
        dimensions,
        outcome: one.known_outcome()?,
        amount: one.row.amount,
        opened_on: one.opened_on(&question.zone),
        closed_on: one.closed_on(&question.zone),
        stage: one.stage.clone(),
    })
}

fn left_out_notes(left_out: &OpportunitiesLeftOut, all: usize) -> Vec<String> {
    let all = count(all as u64, Seen::NOUN[0], Seen::NOUN[1]);
    let mut notes = Vec::new();
    if !left_out.outcome_unknown.is_empty() {
        let n = grouped(left_out.outcome_unknown.n());
        notes.push(format!("{n} of {all} without a known outcome (open, won or lost): left out"));
    }
    if !left_out.undated.is_empty() {
        let n = grouped(left_out.undated.n());
        notes.push(format!("{n} of {all} closed without a closing date: left out of the period"));
    }
    notes
}

fn gaps(rows: &[Seen], question: &ReportQuestion) -> Vec<String> {
    let mut notes = Vec::new();
    let all = count(rows.len() as u64, Seen::NOUN[0], Seen::NOUN[1]);
    let undated = rows.iter().filter(|one| one.opened.is_none()).count();
    if undated > 0 {
        let n = grouped(undated as u64);
        notes.push(format!("{n} of {all} without an opening date: left out of anything timed"));
    }
    let won = rows.iter().filter(|one| one.outcome == store::read::Outcome::Won);
    let (won, worthless): (Vec<_>, Vec<_>) = won.partition(|one| one.row.amount.is_some());
    if !worthless.is_empty() {
        let (n, all) = (worthless.len() as u64, (won.len() + worthless.len()) as u64);
        let all = count(all, "opportunity won", "opportunities won");
        notes.push(format!("{} of {all} have no amount: in no sum", grouped(n)));
    }
    if question.horizon_days.is_some() {
        notes.push("a horizon says nothing about the pipeline: it was left aside".to_owned());
    }
    notes
}
