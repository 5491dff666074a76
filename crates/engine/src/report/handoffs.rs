//! Handoffs: how many were passed on, how they were answered, how fast and why not.

use std::collections::BTreeMap;

use domain::{
    agreement::History,
    counted::Counted,
    decided::Verdict,
    group::{Dimensions, Grouped},
    handoff,
    handoffs::{Answer, HandoffRow, Handoffs, handoffs},
    ids::{HandoffId, LeadId},
    money::grouped,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;
use store::{
    Reader, StoreError,
    read::{ClockRow, HandoffRow as Told, Outcome},
};

use super::{
    Asked, ReportFailure, ReportQuestion, Sources,
    asked::count,
    dimension::{Dated, Row, dimensions},
    world::Of,
};

const MEANINGS: [(&str, &str); 6] = [
    ("delivered", "handed over in the period, as it stands at the moment of the look"),
    ("decided", "answered in the period, whenever it was handed over"),
    (
        "acceptance_rate",
        "accepted / (accepted + rejected), by the day of the answer; recycled and disqualified \
         are not in it",
    ),
    (
        "debited",
        "rejected in the period for a reason that the Agreement charges to marketing: taken off \
         what was delivered; not what silence had accepted before, and not what was overturned",
    ),
    (
        "recycle_yield",
        "of what was recycled in the period: whether an opportunity of the lead was opened, and won, \
         from the day of that on; by how long ago it was",
    ),
    (
        "due",
        "as the handoff says where it was made here; else the first due instant of the clocks that ran on the lead after the handoff and before \
         the next one; no clock, no due instant",
    ),
];

/// The handoffs.
///
/// In JSON: `{"question":{…},"handoffs":{"by":…,"total":{"delivered":{…},"decided":{…}},
/// "groups":[…]},"undelivered":{"n":…,"rows":[…]},"notes":[…]}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HandoffsReport {
    /// The question as it was understood.
    pub question: Asked,
    /// The figures.
    pub handoffs: Grouped<Handoffs>,
    /// Answered, but it is not known when they were handed over: in no figure.
    pub undelivered: Counted<HandoffId>,
    /// What is not known, in words.
    pub notes: Vec<String>,
}

impl Row for Told {
    const NOUN: [&'static str; 2] = ["handoff", "handoffs"];
    const NAMES: &'static [Of] = &[Of::Owner, Of::Lead, Of::Account, Of::Campaign, Of::Product];
    const THROUGH_LEAD: bool = true;

    fn day(&self, _which: Dated, zone: &TimeZone) -> Option<Date> {
        self.delivered_at.map(|at| zone.to_datetime(at).date())
    }
}

pub(super) fn report(
    sources: &Sources<'_>,
    question: &ReportQuestion,
) -> Result<HandoffsReport, ReportFailure> {
    let mut asked = question.asked(&MEANINGS)?;
    let mut notes = Vec::new();
    let all = sources.reader.handoffs()?;
    let (known, unknown): (Vec<Told>, Vec<Told>) =
        all.into_iter().partition(|row| row.delivered_at.is_some());
    let undelivered: Counted<HandoffId> = unknown.into_iter().map(|row| row.id).collect();
    let rows = rows(sources.reader, &known, &sources.agreements)?;
    let rows = with_what_came(sources.reader, &question.zone, rows)?;
    notes.extend(overturned(&known));
    notes.extend(gaps(&rows, &undelivered));
    if question.horizon_days.is_some() {
        notes.push("a horizon says nothing about handoffs: it was left aside".to_owned());
    }
    let told = dimensions(sources, question, &known, &mut asked, &mut notes)?;
    let rows: Vec<HandoffRow> = rows
        .into_iter()
        .zip(told)
        .map(|(row, dimensions)| HandoffRow { dimensions, ..row })
        .collect();
    let handoffs = handoffs(&rows, question.window(), question.as_of, asked.by.as_deref());
    Ok(HandoffsReport { question: asked, handoffs, undelivered, notes })
}

/// The handoffs as the kernel reads them, in the order given, not yet told apart by anything.
pub(super) fn rows(
    reader: &Reader<'_>,
    known: &[Told],
    agreements: &History,
) -> Result<Vec<HandoffRow>, StoreError> {
    let clocks = Due::read(reader, known)?;
    let row = |told: &Told| {
        let delivered_at = told.delivered_at?;
        Some(HandoffRow {
            id: told.id.clone(),
            lead: told.lead.clone(),
            dimensions: Dimensions::new(),
            delivered_at,
            due_at: told.due_at.or_else(|| clocks.of(&told.lead, delivered_at)),
            answer: answer(told),
            answered_at: told.answered_at,
            reason: told.reason.clone(),
            debits: debits(told, agreements),
            opened_at: None,
            won_at: None,
        })
    };
    Ok(known.iter().filter_map(row).collect())
}

/// The same with what came of the leads of those that were recycled: from the day of that on.
fn with_what_came(
    reader: &Reader<'_>,
    zone: &TimeZone,
    rows: Vec<HandoffRow>,
) -> Result<Vec<HandoffRow>, StoreError> {
    let with = |row: HandoffRow| {
        let recycled_at = row.answered_at.filter(|_| row.answer == Some(Answer::Recycled));
        let Some(since) = recycled_at else { return Ok(row) };
        let from = zone.to_datetime(since).date();
        let instant = |day: &Option<String>| {
            let day: Date = day.as_deref()?.parse().ok()?;
            let start = day.to_zoned(zone.clone()).ok()?.timestamp();
            (from <= day).then_some(start.max(since))
        };
        let opportunities = reader.opportunities_of_lead(&row.lead)?;
        let opened = opportunities.iter().filter_map(|found| instant(&found.opened_on));
        let won = opportunities.iter().filter(|found| found.outcome == Outcome::Won);
        let won = won.filter_map(|found| instant(&found.closed_on));
        Ok(HandoffRow { opened_at: opened.min(), won_at: won.min(), ..row })
    };
    rows.into_iter().map(with).collect()
}

/// The answer that counts: what silence accepted is deemed accepted, and a refusal that was
/// overturned is an acceptance.
pub(super) fn answer(told: &Told) -> Option<Answer> {
    Some(match told.answer? {
        _ if told.overturned == Some(true) => Answer::Accepted,
        _ if told.deemed => Answer::DeemedAccepted,
        handoff::Answer::Accepted => Answer::Accepted,
        handoff::Answer::Rejected => Answer::Rejected,
        handoff::Answer::Recycled => Answer::Recycled,
        handoff::Answer::Disqualified => Answer::Disqualified,
    })
}

/// Whether the Agreement that it was handed over under charges its rejection to marketing.
fn debits(told: &Told, agreements: &History) -> bool {
    let reason = || {
        let in_force = agreements.at(told.delivered_at?)?;
        let terms = in_force.agreement.handoff.as_ref()?;
        terms.reason(handoff::Answer::Rejected, told.reason.as_deref()?)
    };
    answer(told) == Some(Answer::Rejected)
        && reason().is_some_and(|reason| reason.charged.debits_marketing())
}

/// That answers count otherwise than they were given, and why.
fn overturned(known: &[Told]) -> Option<String> {
    let n = known.iter().filter(|told| told.overturned == Some(true)).count() as u64;
    let what = count(n, "refusal was", "refusals were");
    let counts = if n == 1 { "counts as an acceptance" } else { "count as acceptances" };
    (n > 0).then(|| format!("{what} overturned by a ruling and {counts}: see /disputes"))
}

/// When answers fall due, as far as clocks say.
struct Due {
    clocks: BTreeMap<LeadId, Vec<ClockRow>>,
    /// When each lead was handed over, in order.
    deliveries: BTreeMap<LeadId, Vec<Timestamp>>,
}

impl Due {
    fn read(reader: &Reader<'_>, known: &[Told]) -> Result<Due, StoreError> {
        let mut due = Due { clocks: BTreeMap::new(), deliveries: BTreeMap::new() };
        for clock in reader.clocks()? {
            if clock.verdict != Some(Verdict::NoVerdict)
                && let Some(lead) = clock.subject.lead().cloned()
            {
                due.clocks.entry(lead).or_default().push(clock);
            }
        }
        for told in known {
            due.deliveries.entry(told.lead.clone()).or_default().extend(told.delivered_at);
        }
        due.deliveries.values_mut().for_each(|at| at.sort());
        Ok(due)
    }

    fn of(&self, lead: &LeadId, delivered_at: Timestamp) -> Option<Timestamp> {
        let next = self.deliveries.get(lead)?.iter().find(|at| **at > delivered_at);
        let ran = |clock: &&ClockRow| {
            next.is_none_or(|next| clock.started_at < *next)
                && clock.stopped_at.is_none_or(|stopped_at| stopped_at > delivered_at)
        };
        self.clocks.get(lead)?.iter().filter(ran).map(|clock| clock.due_at).min()
    }
}

fn gaps(rows: &[HandoffRow], undelivered: &Counted<HandoffId>) -> Vec<String> {
    let mut notes = Vec::new();
    let all = count(rows.len() as u64, Told::NOUN[0], Told::NOUN[1]);
    let mut note = |n: u64, what: &str| {
        if n > 0 {
            notes.push(format!("{} of {all} {what}", grouped(n)));
        }
    };
    let those =
        |wanted: &dyn Fn(&HandoffRow) -> bool| rows.iter().filter(|row| wanted(row)).count() as u64;
    note(
        those(&|row| row.answer.is_some() && row.answered_at.is_none()),
        "are answered, and nobody says when: left out of anything timed",
    );
    note(
        those(&|row| row.answered_at.is_some_and(|at| at < row.delivered_at)),
        "are answered before they were handed over: left out of anything timed",
    );
    note(
        those(&|row| {
            matches!(row.answer, Some(answer) if answer != Answer::Accepted) && row.reason.is_none()
        }),
        "were given back without a reason",
    );
    if !undelivered.is_empty() {
        let n = count(undelivered.n(), "answer belongs", "answers belong");
        notes.push(format!("{n} to a handoff of which nothing else is known: left out"));
    }
    if !rows.is_empty() && rows.iter().all(|row| row.due_at.is_none()) {
        notes.push("no clock ran on a lead handed over: when answers were due is not known".into());
    }
    notes
}
