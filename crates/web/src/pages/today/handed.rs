//! What became of the leads that were handed over: for marketing.

use domain::handoff::Answer;
use engine::access::Actor;
use jiff::SignedDuration;
use store::{Reader, read::HandoffRow};

use crate::{
    app::House,
    failure::Failure,
    markup::Markup,
    names::{Names, fact_href, lead_href},
    pages::scoreboard::elsewhere::Today,
    show::{LocalTime, count, figure},
};

/// So many are listed.
const ROWS: u32 = 8;
/// Answers at most so old are new.
const NEW_DAYS: i64 = 7;

/// The answers of the last days, and what still waits for one.
pub(super) struct Handed {
    pub(super) rows: Vec<Row>,
    /// How many were answered in these days.
    pub(super) answered: u64,
    /// How many of those were accepted.
    pub(super) accepted: u64,
    /// How many handed over at any time have no answer yet.
    pub(super) waiting: u64,
}

/// A handoff and its answer.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) to: Markup,
    pub(super) at: Markup,
    pub(super) answer: Markup,
    pub(super) reason: String,
}

pub(super) fn handed(house: &House, reach: bool, time: &LocalTime) -> Result<Handed, Failure> {
    let new = &house.answers(NEW_DAYS, time.now())?.value.0;
    house.app.engine.read(|reader| {
        let names = Names::new(reader, reach);
        let of = |wanted: Answer| {
            let theirs = new.iter().filter(|(answer, _)| *answer == wanted);
            theirs.map(|(_, n)| n).sum::<u64>()
        };
        let last = answered(reader, time, ROWS)?;
        let shown = last.iter().map(|row| {
            let fact = row.answer_fact.unwrap_or(row.last_fact);
            Ok(Row {
                name: names.lead(&row.lead)?,
                href: lead_href(&row.lead),
                to: names.owner(row.answered_by.as_ref().or(row.owner.as_ref()))?,
                at: row.answered_at.map(|at| time.near(at)).unwrap_or_default(),
                answer: figure(row.answer.map_or("", Answer::word), &fact_href(fact)),
                reason: row.reason.clone().unwrap_or_default(),
            })
        });
        Ok(Handed {
            rows: shown.collect::<Result<_, Failure>>()?,
            answered: new.iter().map(|(_, n)| n).sum(),
            accepted: of(Answer::Accepted),
            waiting: reader.handoffs_count(None)?,
        })
    })
}

/// The answers that are new, the last first.
pub(crate) fn answered(
    reader: &Reader<'_>,
    time: &LocalTime,
    limit: u32,
) -> Result<Vec<HandoffRow>, Failure> {
    let since = time.now() - SignedDuration::from_hours(24 * NEW_DAYS);
    Ok(reader.handoffs_answered(since, time.now(), limit)?)
}

/// Whoever hands leads over sees what became of them.
pub(crate) fn may_see(actor: &Actor) -> Result<(), Failure> {
    super::hands_over(actor).then_some(()).ok_or(Failure::Absent)
}

impl Handed {
    /// `14 answered in seven days, 9 of them accepted; 6 without an answer yet`.
    pub(super) fn says(&self) -> Markup {
        let door = |n: u64, figure_of: Today| figure(count(n), &figure_of.href());
        door(self.answered, Today::Answered)
            .and_text(" answered in seven days, ")
            .and(door(self.accepted, Today::Accepted))
            .and_text(" of them accepted; ")
            .and(door(self.waiting, Today::Waiting))
            .and_text(" without an answer yet")
    }
}
