//! Handoffs: how many were passed on, how they were answered, how fast and why not.
//!
//! Two cohorts, never mixed: what was *delivered* in a period (and is answered by now or not), and
//! what was *decided* in it (whenever it was delivered). The acceptance rate is of the latter.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::counted::{Counted, Part};
use crate::group::{Dimensioned, Dimensions, GroupKey, Grouped};
use crate::ids::{HandoffId, LeadId};
use crate::incidence::{Ending, Followed, Incidence};
use crate::rate::Share;
use crate::spread::{SpanUnit, Spread};
use crate::window::{Moment, Window};

/// How a handoff was answered at the gate. What became of an accepted lead later is no answer to
/// its handoff. Source: domain.md 1.4, 2.6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Sales takes it.
    Accepted,
    /// Sales gives it back, for a procedural reason.
    Rejected,
    /// Not now: back to nurturing.
    Recycled,
    /// Never.
    Disqualified,
    /// Nobody answered before the deadline, so it counts as accepted. It is not somebody's answer.
    DeemedAccepted,
}

/// One handoff, as the report reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandoffRow {
    /// The handoff.
    pub id: HandoffId,
    /// The lead passed on.
    pub lead: LeadId,
    /// What it can be told apart by, such as `rep`, `source` or `campaign`.
    pub dimensions: Dimensions,
    /// When it was delivered.
    pub delivered_at: Timestamp,
    /// When an answer falls due, if a service level asks for one.
    pub due_at: Option<Timestamp>,
    /// The answer, if there is one.
    pub answer: Option<Answer>,
    /// When it was answered (or deemed accepted), if that is known.
    pub answered_at: Option<Timestamp>,
    /// The reason given; absent is not known, an empty one blank.
    pub reason: Option<String>,
    /// Whether its rejection is taken off what marketing delivered. Source: domain.md 2.6.
    pub debits: bool,
    /// When an opportunity of its lead was first opened after it was recycled.
    pub opened_at: Option<Timestamp>,
    /// When one was first won after it was recycled.
    pub won_at: Option<Timestamp>,
}

impl Dimensioned for HandoffRow {
    fn dimensions(&self) -> &Dimensions {
        &self.dimensions
    }
}

impl HandoffRow {
    /// The answer as it stood at `as_of`: one given later has not been given.
    fn answer_by(&self, as_of: Timestamp) -> Option<Answer> {
        self.answer.filter(|_| self.answered_at.is_none_or(|answered_at| answered_at <= as_of))
    }

    fn was_answered_by(&self, as_of: Timestamp) -> bool {
        self.answer_by(as_of).is_some_and(|answer| answer != Answer::DeemedAccepted)
    }
}

/// The figures of a set of handoffs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Handoffs {
    /// What was delivered in the period.
    pub delivered: Delivered,
    /// What was decided in the period.
    pub decided: Decided,
}

/// The handoffs delivered in the period, as they stand at `as_of`. All times are elapsed seconds,
/// nights and weekends included; what a service level makes of them, [`crate::attainment`] tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Delivered {
    /// All of them.
    pub delivered: Counted<HandoffId>,
    /// Answered by somebody / delivered. A deemed acceptance is not somebody's answer.
    pub answered: Share<HandoffId>,
    /// No answer yet.
    pub waiting: Counted<HandoffId>,
    /// Of those waiting, the ones whose due instant has come.
    pub overdue: Counted<HandoffId>,
    /// Nobody answered and the deadline went by: deemed accepted.
    pub deemed_accepted: Counted<HandoffId>,
    /// Seconds from delivery to answer. Open are those that nobody answered, the deemed accepted
    /// among them: otherwise the slowest of all would leave the figure unseen.
    pub time_to_answer: Spread<HandoffId>,
    /// Answered, but it is not known when: in nothing that is timed.
    pub untimed: Counted<HandoffId>,
    /// Answered before they were delivered: in nothing that is timed.
    pub backwards: Counted<HandoffId>,
    /// The delivered by time to answer; each is in exactly one bucket.
    pub buckets: Vec<Bucket>,
    /// The share accepted by somebody, by seconds since delivery, with the other answers as
    /// competing and the unanswered as open; a deemed acceptance is open up to its deadline, and
    /// left out if that is not known. Source: domain.md 1.5.
    pub acceptance: Incidence<HandoffId>,
}

/// The handoffs whose answer took so long.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bucket {
    /// The text for screens.
    pub label: &'static str,
    /// The handoffs.
    pub handoffs: Counted<HandoffId>,
}

/// The handoffs decided in the period, whenever they were delivered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decided {
    /// Accepted by somebody.
    pub accepted: Counted<HandoffId>,
    /// Deemed accepted, as nobody answered.
    pub deemed_accepted: Counted<HandoffId>,
    /// Rejected.
    pub rejected: Counted<HandoffId>,
    /// Rejected for a fault that the Agreement charges to marketing: taken off what it delivered.
    pub debited: Counted<HandoffId>,
    /// Recycled.
    pub recycled: Counted<HandoffId>,
    /// Disqualified.
    pub disqualified: Counted<HandoffId>,
    /// Accepted / (accepted + rejected), with the deemed accepted among the accepted, as the
    /// Agreement counts them. Source: domain.md 1.4, 2.6.
    pub acceptance_rate: Share<HandoffId>,
    /// The same without the deemed accepted: what people decided.
    pub acceptance_rate_by_people: Share<HandoffId>,
    /// What became of the recycled: of all of them, and by how long ago that was. Source: domain.md
    /// 1.4.
    pub recycle_yield: Vec<Yield>,
    /// The reasons for each verb that has them; most frequent first within a verb.
    pub reasons: Vec<Reason>,
    /// Decided, but it is not known when; in no period, so not in the numbers above. Empty when no
    /// period was asked for.
    pub undated: Counted<HandoffId>,
}

/// What became of the handoffs that were recycled so long ago.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Yield {
    /// How long ago, in words.
    pub age: &'static str,
    /// With an opportunity that was opened since / recycled.
    pub to_opportunity: Share<HandoffId>,
    /// With one that was won since / recycled.
    pub to_won: Share<HandoffId>,
}

/// The handoffs answered so for one reason.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reason {
    /// Rejected, recycled or disqualified: three verbs, three lists.
    pub answer: Answer,
    /// The reason; not given and left blank are entries of their own.
    pub reason: GroupKey,
    /// The handoffs.
    pub handoffs: Counted<HandoffId>,
}

/// The figures of `rows` for a `period` (none: for ever), as seen at `as_of`, told apart `by` a
/// dimension. What was delivered later than `as_of` is left out.
pub fn handoffs(
    rows: &[HandoffRow],
    period: Option<Window<Timestamp>>,
    as_of: Timestamp,
    by: Option<&str>,
) -> Grouped<Handoffs> {
    Grouped::of(rows, by, |rows| {
        let known = || rows.iter().copied().filter(|row| row.delivered_at <= as_of);
        let delivered: Vec<&HandoffRow> =
            known().filter(|row| period.is_none_or(|p| p.has(row.delivered_at))).collect();
        let decided: Vec<&HandoffRow> =
            known().filter(|row| row.answer_by(as_of).is_some()).collect();
        Handoffs {
            delivered: Delivered::of(&delivered, as_of),
            decided: Decided::of(&decided, period, as_of),
        }
    })
}

fn those(rows: &[&HandoffRow], wanted: impl Fn(&HandoffRow) -> bool) -> Counted<HandoffId> {
    rows.iter().filter(|row| wanted(row)).map(|row| row.id.clone()).collect()
}

/// How long a delivered handoff took to be answered, as far as can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wait {
    Answered { seconds: i64 },
    Waiting,
    Deemed,
    Untimed,
    Backwards,
}

fn wait(row: &HandoffRow, as_of: Timestamp) -> Wait {
    let Some(answer) = row.answer_by(as_of) else { return Wait::Waiting };
    if answer == Answer::DeemedAccepted {
        return Wait::Deemed;
    }
    match row.answered_at.map(|answered_at| row.delivered_at.seconds_to(answered_at)) {
        None => Wait::Untimed,
        Some(seconds) if seconds < 0 => Wait::Backwards,
        Some(seconds) => Wait::Answered { seconds },
    }
}

impl Delivered {
    fn of(rows: &[&HandoffRow], as_of: Timestamp) -> Delivered {
        let waits = |wanted: Wait| those(rows, |row| wait(row, as_of) == wanted);
        let is_due = |row: &HandoffRow| row.due_at.is_some_and(|due_at| due_at <= as_of);
        let marked = rows.iter().map(|row| (row.id.clone(), row.was_answered_by(as_of)));
        Delivered {
            delivered: those(rows, |_| true),
            answered: Share::split(marked, "nothing was delivered"),
            waiting: waits(Wait::Waiting),
            overdue: those(rows, |row| wait(row, as_of) == Wait::Waiting && is_due(row)),
            deemed_accepted: waits(Wait::Deemed),
            time_to_answer: time_to_answer(rows, as_of),
            untimed: waits(Wait::Untimed),
            backwards: waits(Wait::Backwards),
            buckets: buckets(rows, as_of),
            acceptance: Incidence::of(
                SpanUnit::Seconds,
                rows.iter().filter_map(|row| followed(row, as_of)),
            ),
        }
    }
}

fn time_to_answer(rows: &[&HandoffRow], as_of: Timestamp) -> Spread<HandoffId> {
    let parts = rows.iter().filter_map(|row| match wait(row, as_of) {
        Wait::Answered { seconds } => Some(Part { row: row.id.clone(), value: seconds }),
        _ => None,
    });
    let open = those(rows, |row| matches!(wait(row, as_of), Wait::Waiting | Wait::Deemed));
    Spread::of(SpanUnit::Seconds, parts, open)
}

const BUCKETS: [&str; 7] = [
    "within 5 minutes",
    "within 1 hour",
    "within 24 hours",
    "after 24 hours",
    "no answer yet",
    "deemed accepted",
    "time not known",
];

fn bucket(wait: Wait) -> usize {
    match wait {
        Wait::Answered { seconds: ..=300 } => 0,
        Wait::Answered { seconds: ..=3_600 } => 1,
        Wait::Answered { seconds: ..=86_400 } => 2,
        Wait::Answered { .. } => 3,
        Wait::Waiting => 4,
        Wait::Deemed => 5,
        Wait::Untimed | Wait::Backwards => 6,
    }
}

fn buckets(rows: &[&HandoffRow], as_of: Timestamp) -> Vec<Bucket> {
    let entry = |(place, label): (usize, &'static str)| Bucket {
        label,
        handoffs: those(rows, |row| bucket(wait(row, as_of)) == place),
    };
    BUCKETS.into_iter().enumerate().map(entry).collect()
}

/// A deemed acceptance was followed up to its deadline and open till then.
fn followed(row: &HandoffRow, as_of: Timestamp) -> Option<Followed<HandoffId>> {
    let (after, ending) = match wait(row, as_of) {
        Wait::Answered { seconds } if row.answer == Some(Answer::Accepted) => {
            (seconds, Ending::Came)
        }
        Wait::Answered { seconds } => (seconds, Ending::Competing),
        Wait::Waiting => (row.delivered_at.seconds_to(as_of), Ending::Open),
        Wait::Deemed => (row.delivered_at.seconds_to(row.answered_at?).max(0), Ending::Open),
        Wait::Untimed | Wait::Backwards => return None,
    };
    Some(Followed { row: row.id.clone(), after, ending })
}

impl Decided {
    /// All `rows` have an answer.
    fn of(rows: &[&HandoffRow], period: Option<Window<Timestamp>>, as_of: Timestamp) -> Decided {
        use Answer::{Accepted, DeemedAccepted, Disqualified, Recycled, Rejected};
        let is_in = |row: &HandoffRow| {
            period.is_none_or(|period| row.answered_at.is_some_and(|at| period.has(at)))
        };
        let decided: Vec<&HandoffRow> = rows.iter().copied().filter(|row| is_in(row)).collect();
        let answered = |answer| those(&decided, |row| row.answer == Some(answer));
        let rate = |accepting: &[Answer]| {
            let asked = decided.iter().filter_map(|row| {
                let answer = row.answer?;
                let accepted = accepting.contains(&answer);
                (accepted || answer == Rejected).then(|| (row.id.clone(), accepted))
            });
            Share::split(asked, "nothing was accepted or rejected")
        };
        Decided {
            accepted: answered(Accepted),
            deemed_accepted: answered(DeemedAccepted),
            rejected: answered(Rejected),
            debited: those(&decided, |row| row.debits && row.answer == Some(Rejected)),
            recycled: answered(Recycled),
            disqualified: answered(Disqualified),
            acceptance_rate: rate(&[Accepted, DeemedAccepted]),
            acceptance_rate_by_people: rate(&[Accepted]),
            recycle_yield: recycle_yield(&decided, as_of),
            reasons: reasons(&decided),
            undated: those(rows, |row| period.is_some() && row.answered_at.is_none()),
        }
    }
}

/// How long ago something was recycled: less than so many days, the last ones of any age.
const AGES: [(&str, i64); 4] = [
    ("less than 30 days ago", 30),
    ("30 to 90 days ago", 90),
    ("90 to 180 days ago", 180),
    ("180 days ago or longer", i64::MAX),
];

fn recycle_yield(rows: &[&HandoffRow], as_of: Timestamp) -> Vec<Yield> {
    let recycled: Vec<&&HandoffRow> =
        rows.iter().filter(|row| row.answer == Some(Answer::Recycled)).collect();
    let days = |row: &HandoffRow| Some(row.answered_at?.seconds_to(as_of) / 86_400);
    let came = |at: Option<Timestamp>| at.is_some_and(|at| at <= as_of);
    let of = |age: &'static str, wanted: &dyn Fn(&HandoffRow) -> bool| {
        let those = || recycled.iter().filter(|row| wanted(row));
        let nothing = "nothing was recycled then";
        let opened = those().map(|row| (row.id.clone(), came(row.opened_at)));
        let won = those().map(|row| (row.id.clone(), came(row.won_at)));
        let to_opportunity = Share::split(opened, nothing);
        Yield { age, to_opportunity, to_won: Share::split(won, nothing) }
    };
    let mut all = vec![of("in all", &|_| true)];
    let mut from = 0;
    for (age, before) in AGES {
        all.push(of(age, &|row| days(row).is_some_and(|days| from <= days && days < before)));
        from = before;
    }
    all
}

fn reasons(rows: &[&HandoffRow]) -> Vec<Reason> {
    let mut parted: BTreeMap<(Answer, GroupKey), Counted<HandoffId>> = BTreeMap::new();
    for row in rows {
        if let Some(answer @ (Answer::Rejected | Answer::Recycled | Answer::Disqualified)) =
            row.answer
        {
            let key = (answer, GroupKey::of(row.reason.as_deref()));
            parted.entry(key).or_default().push(row.id.clone());
        }
    }
    let entry = |((answer, reason), handoffs)| Reason { answer, reason, handoffs };
    let mut reasons: Vec<Reason> = parted.into_iter().map(entry).collect();
    reasons.sort_by_key(|entry| (entry.answer, std::cmp::Reverse(entry.handoffs.n())));
    reasons
}

#[cfg(test)]
mod tests;
