//! The clauses about handoffs and disputes.

use domain::{
    agreement::{
        DisputeTerms, HandoffTerms,
        handoff::{AnswerReason, Check, Within},
    },
    handoff::Answer,
};

use super::{
    clause::{Schedule, Shown, bare},
    words,
};
use crate::show::count;

pub(super) fn of_handoff(terms: &HandoffTerms) -> Shown {
    let silence = match terms.silence_accepts {
        true => "counts as an acceptance",
        false => "leaves it open",
    };
    let mut service = vec![
        ("Handed over by", terms.delivers.clone().map_or(BY_OTHERS.to_owned(), entering)),
        ("Answer within", within(&terms.answer_within)),
        ("No answer by then", silence.to_owned()),
    ];
    let answers = [
        ("Accepted", Answer::Accepted),
        ("Rejected", Answer::Rejected),
        ("Recycled", Answer::Recycled),
        ("Disqualified", Answer::Disqualified),
    ];
    for (word, answer) in answers {
        if let Some(status) = terms.status_after(answer) {
            service.push((word, entering(status.to_owned())));
        }
    }
    if terms.rest_days > 0 {
        let days = format!("{} days at least, and then something new", terms.rest_days);
        service.push(("A recycled lead rests", days));
    }
    if let Some(most) = terms.most_handoffs {
        service.push(("At most", format!("{most} handoffs of one lead")));
    }
    if terms.opens_opportunity {
        service.push(("Accepting", "opens an opportunity".to_owned()));
    }
    let reasons = terms.reasons.len() as u64;
    Shown {
        says: vec![terms.says.clone()],
        schedule: Some(Schedule {
            title: format!("The terms, with {} reasons for giving back", count(reasons)),
            parts: Vec::new(),
            excluded: Vec::new(),
            terms: terms.reasons.iter().map(reason).collect(),
            service,
        }),
        ..bare(&terms.clause)
    }
}

const BY_OTHERS: &str = "another system, which reports it";

fn entering(status: String) -> String {
    format!("entering {status}")
}

fn within(within: &Within) -> String {
    let hours = within.calendar.as_deref().unwrap_or("all hours");
    format!("{}, in the hours of {hours}", words::target(within.target))
}

fn reason(reason: &AnswerReason) -> String {
    let check = match reason.check {
        None => "",
        Some(Check::Definition) => "; Lockstep looks whether it met the definition",
        Some(Check::Duplicate) => "; Lockstep looks for another lead with its address",
        Some(Check::Contact) => "; Lockstep looks whether it can be reached",
        Some(Check::Customer) => "; Lockstep looks what its account has bought",
    };
    let note = if reason.needs_note { ", with a note" } else { "" };
    let (word, charged) = (reason.answer.word(), reason.charged.words());
    format!("{}: {word}{note}, charged to {charged}{check}", reason.says)
}

pub(super) fn of_disputes(terms: &DisputeTerms) -> Shown {
    Shown {
        says: vec![terms.says.clone()],
        schedule: Some(Schedule {
            title: "The terms".to_owned(),
            parts: Vec::new(),
            excluded: Vec::new(),
            terms: Vec::new(),
            service: vec![
                ("Arbiter", terms.arbiter.clone()),
                (
                    "Contested within",
                    format!(
                        "{} days of the answer, of a goal’s last day, or of a version being replaced",
                        terms.contest_days
                    ),
                ),
                ("Ruled within", within(&terms.ruled_within)),
            ],
        }),
        ..bare(&terms.clause)
    }
}
