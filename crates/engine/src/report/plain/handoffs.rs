//! Handoffs as text.

use domain::{group::Grouped, handoffs::Handoffs};

use super::{Plain, PlainTable, hours, n};
use crate::report::HandoffsReport;

impl HandoffsReport {
    /// The report as text.
    pub fn plain(&self) -> Plain {
        Plain::of("Handoffs", &self.question, &self.notes)
            .with(delivered(&self.handoffs))
            .with(decided(&self.handoffs))
            .with(buckets(&self.handoffs.total))
            .with(reasons(&self.handoffs.total))
    }
}

fn delivered(handoffs: &Grouped<Handoffs>) -> PlainTable {
    let header = [
        "group",
        "handed over",
        "answered",
        "waiting",
        "overdue",
        "median to answer (hours)",
        "9 of 10 within (hours)",
    ];
    PlainTable::grouped("Handed over in the period", &header, handoffs, |handoffs| {
        let delivered = &handoffs.delivered;
        let time = &delivered.time_to_answer;
        vec![
            n(&delivered.delivered),
            delivered.answered.words(),
            n(&delivered.waiting),
            n(&delivered.overdue),
            hours(time, time.median()),
            hours(time, time.p90()),
        ]
    })
}

fn decided(handoffs: &Grouped<Handoffs>) -> PlainTable {
    let header = [
        "group",
        "accepted",
        "rejected",
        "debited",
        "recycled",
        "disqualified",
        "accepted of accepted and rejected",
    ];
    PlainTable::grouped("Answered in the period", &header, handoffs, |handoffs| {
        let decided = &handoffs.decided;
        vec![
            n(&decided.accepted),
            n(&decided.rejected),
            n(&decided.debited),
            n(&decided.recycled),
            n(&decided.disqualified),
            decided.acceptance_rate.words(),
        ]
    })
}

fn buckets(handoffs: &Handoffs) -> PlainTable {
    let mut table = PlainTable::new("Time to answer, on the wall", &["answered", "handoffs"]);
    let buckets = handoffs.delivered.buckets.iter();
    table.rows = buckets.map(|b| vec![b.label.to_owned(), n(&b.handoffs)]).collect();
    table
}

fn reasons(handoffs: &Handoffs) -> PlainTable {
    let mut table = PlainTable::new("Reasons", &["answer", "reason", "handoffs"]);
    for reason in &handoffs.decided.reasons {
        let answer = match reason.answer {
            domain::handoffs::Answer::Recycled => "recycled",
            domain::handoffs::Answer::Disqualified => "disqualified",
            _ => "rejected",
        };
        let reason_text = reason.reason.to_string();
        table.rows.push(vec![answer.to_owned(), reason_text, n(&reason.handoffs)]);
    }
    table
}
