//! Handoffs: how many were passed on, how they were answered, how fast and why not.

use std::collections::BTreeMap;

use domain::{
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
    read::{ClockRow, HandoffRow as Told},
};

use super::{
    Asked, ReportFailure, ReportQuestion, Sources,
    asked::count,
    dimension::{Dated, Row, dimensions},
    world::Of,
};

const MEANINGS: [(&str, &str); 4] = [
    ("delivered", "handed over in the period, as it stands at the moment of the look"),
    ("decided", "answered in the period, whenever it was handed over"),
    (
        "acceptance_rate",
        "accepted / (accepted + rejected), by the day of the answer; recycled and disqualified \
         are not in it",
    ),
    (
        "due",
        "the first due instant of the clocks that ran on the lead after the handoff and before \
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
    let rows = rows(sources.reader, &known)?;
    notes.extend(gaps(&rows, &undelivered));
    if question.horizon_days.is_some() {
        notes.push("a horizon says nothing about handoffs: it was left aside".to_owned());
    }
    let told = dimensions(sources.reader, question, &known, &mut asked, &mut notes)?;
    let rows: Vec<HandoffRow> = rows
        .into_iter()
        .zip(told)
        .map(|(row, dimensions)| HandoffRow { dimensions, ..row })
        .collect();
    let handoffs = handoffs(&rows, question.window(), question.as_of, asked.by.as_deref());
    Ok(HandoffsReport { question: asked, handoffs, undelivered, notes })
}

/// The handoffs as the kernel reads them, in the order given, not yet told apart by anything.
pub(super) fn rows(reader: &Reader<'_>, known: &[Told]) -> Result<Vec<HandoffRow>, StoreError> {
    let clocks = Due::read(reader, known)?;
    let row = |told: &Told| {
        let delivered_at = told.delivered_at?;
        Some(HandoffRow {
            id: told.id.clone(),
            lead: told.lead.clone(),
            dimensions: Dimensions::new(),
            delivered_at,
            due_at: clocks.of(&told.lead, delivered_at),
            answer: told.answer.map(answer),
            answered_at: told.answered_at,
            reason: told.reason.clone(),
        })
    };
    Ok(known.iter().filter_map(row).collect())
}

fn answer(answer: handoff::Answer) -> Answer {
    match answer {
        handoff::Answer::Accepted => Answer::Accepted,
        handoff::Answer::Rejected => Answer::Rejected,
        handoff::Answer::Recycled => Answer::Recycled,
        handoff::Answer::Disqualified => Answer::Disqualified,
    }
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
