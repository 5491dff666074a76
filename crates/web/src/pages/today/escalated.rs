//! Clocks that nobody has answered and of which somebody was told by a step of a ladder.

use domain::ids::Subject;
use engine::access::Actor;
use store::read::escalation::ToldRow;

use super::{
    at_hand::{Found, ROWS},
    subjects::{Subjects, subject_href},
    waiting::Waiting,
};
use crate::{
    failure::Failure,
    markup::Markup,
    names::{Names, encoded, fact_href},
    show::{LocalTime, figure},
};

/// What somebody was told of clocks that are not listed, until they end.
pub(super) fn told(
    found: &Found,
    actor: &Actor,
    subjects: &Subjects,
    names: &Names<'_, '_>,
    time: &LocalTime,
) -> Result<Vec<Waiting>, Failure> {
    let mut waiting = Vec::new();
    for row in found.told_alone(actor) {
        let clock = &row.clock;
        let (what, _) = subjects.called(&clock.subject, names)?;
        let page = subject_href(&clock.subject);
        let href = format!("{page}?because=clock-{}#because", encoded(clock.id.as_str()));
        let level = clock.service_level.replace(['_', '-'], " ");
        let due = if clock.due_at < time.now() { "was due " } else { "is due " };
        let passed = match (&clock.subject, row.passed_on) {
            (Subject::Lead(lead), true) => match subjects.owner_of(lead) {
                Some(owner) if *owner == actor.user => ", and passed on to you".to_owned(),
                Some(owner) => format!(", and passed on to {}", names.user_name(owner)?),
                None => ", and passed on".to_owned(),
            },
            _ => String::new(),
        };
        let words = Markup::text(format!("{level} {due}"))
            .and(time.near(clock.due_at))
            .and_text("; ")
            .and(step_reached(row))
            .and_text(passed);
        waiting.push(Waiting { what, href, words });
    }
    if found.told.len() > ROWS {
        waiting.push(Waiting {
            what: "More clocks".to_owned(),
            href: "/ledger?kind=clock_escalated".to_owned(),
            words: Markup::text(format!(
                "reached a step of which you were told; the first {ROWS} are looked at here"
            )),
        });
    }
    Ok(waiting)
}

/// `reached step 2 of its ladder`.
pub(super) fn step_reached(row: &ToldRow) -> Markup {
    Markup::text("reached ")
        .and(figure(format!("step {}", row.step), &fact_href(row.by_fact)))
        .and_text(" of its ladder")
}
