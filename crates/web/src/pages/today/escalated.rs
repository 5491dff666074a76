//! Clocks that nobody has answered and of which somebody was told by a step of a ladder.

use domain::ids::Subject;
use engine::access::Actor;
use store::{Reader, read::ClockRow};

use super::{
    clocks::{Subjects, subject_href},
    waiting::Waiting,
};
use crate::{
    failure::Failure,
    markup::Markup,
    names::{Names, encoded, fact_href},
    show::{LocalTime, figure},
};

/// So many are listed.
const ROWS: usize = 12;

/// What somebody was told, until the clock ends.
pub(super) fn told(
    reader: &Reader<'_>,
    actor: &Actor,
    reach: bool,
    time: &LocalTime,
) -> Result<Vec<Waiting>, Failure> {
    let names = Names::new(reader, reach);
    let mut waiting = Vec::new();
    let rows = reader.told_of_clocks(&actor.user, time.now(), ROWS as u32 + 1)?;
    let clocks: Vec<&ClockRow> = rows.iter().take(ROWS).map(|row| &row.clock).collect();
    let subjects = Subjects::of(reader, &names, &clocks)?;
    for row in rows.iter().take(ROWS) {
        let clock = &row.clock;
        let (what, _) = subjects.called(&clock.subject, &names)?;
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
            .and_text("; reached ")
            .and(figure(format!("step {}", row.step), &fact_href(row.by_fact)))
            .and_text(format!(" of its ladder{passed}"));
        waiting.push(Waiting { what, href, words });
    }
    if rows.len() > ROWS {
        waiting.push(Waiting {
            what: "More clocks".to_owned(),
            href: "/ledger?kind=clock_escalated".to_owned(),
            words: Markup::text(format!(
                "reached a step of which you were told; the first {ROWS} are listed"
            )),
        });
    }
    Ok(waiting)
}
