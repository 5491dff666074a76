//! Attainment of service levels: how much of what fell due was done by then.
//!
//! Clocks belong to the period in which they fall *due*, not to the one in which they were
//! answered: by the latter, a clock that nobody ever answered would be in no period at all.

use jiff::Timestamp;
use serde::Serialize;

use crate::counted::{Counted, Part};
use crate::group::{Dimensioned, Dimensions, Grouped};
use crate::ids::ClockId;
use crate::rate::Share;
use crate::spread::{SpanUnit, Spread};
use crate::window::Window;

/// One clock, as the report reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockRow {
    /// The clock.
    pub id: ClockId,
    /// What it can be told apart by, such as `service_level` and `owner` (at the due instant).
    pub dimensions: Dimensions,
    /// When it falls due; nothing while it stands paused, as nobody can tell.
    pub due_at: Option<Timestamp>,
    /// When it was stopped by a meaningful touch.
    pub stopped_at: Option<Timestamp>,
    /// Seconds on the clock from start to stop, by the calendar of its service level and without
    /// pauses; nothing while it runs, or when the start is not known.
    pub taken_seconds: Option<i64>,
    /// Whether it was taken back before it fell due: a duplicate, a test, somebody erased.
    pub is_void: bool,
}

impl Dimensioned for ClockRow {
    fn dimensions(&self) -> &Dimensions {
        &self.dimensions
    }
}

/// How the clocks that fell due in a period were kept.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attainment {
    /// Met by due / due in the period. Those neither stopped nor running any more are misses.
    pub attainment: Share<ClockId>,
    /// Stopped at or before the due instant.
    pub met: Counted<ClockId>,
    /// Of those met, the ones whose due instant is still to come. In a period that is not over
    /// they flatter the attainment, as their unanswered neighbours are not counted yet; let the
    /// period end at `as_of` to leave them out.
    pub met_ahead: Counted<ClockId>,
    /// Stopped after the due instant: once missed, for ever missed.
    pub met_late: Counted<ClockId>,
    /// Due, missed and still not stopped.
    pub unresolved: Counted<ClockId>,
    /// Due in the period but not yet: not in the attainment.
    pub running: Counted<ClockId>,
    /// Would have been due in the period, but taken back: not in the attainment.
    pub void: Counted<ClockId>,
    /// Seconds on the clock of those stopped, met or late, with the unresolved counted as open.
    pub time_to_stop: Spread<ClockId>,
    /// Stopped, but how long they took is not known: not in the spread.
    pub untimed: Counted<ClockId>,
}

/// The attainment of the clocks due in `period`, as seen at `as_of`, told apart `by` a dimension.
///
/// A stop later than `as_of` has not happened yet. Clocks without a due instant are in no period.
/// Source: domain.md 2.5.
pub fn attainment(
    clocks: &[ClockRow],
    period: Window<Timestamp>,
    as_of: Timestamp,
    by: Option<&str>,
) -> Grouped<Attainment> {
    Grouped::of(clocks, by, |clocks| Attainment::of(clocks, period, as_of))
}

/// How a clock due in the period stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Met { due_at: Timestamp },
    MetLate,
    Unresolved,
    Running,
    Void,
}

impl Attainment {
    fn of(clocks: &[&ClockRow], period: Window<Timestamp>, as_of: Timestamp) -> Attainment {
        let due: Vec<(&ClockRow, Standing)> = clocks
            .iter()
            .filter_map(|clock| {
                let due_at = clock.due_at.filter(|due_at| period.has(*due_at))?;
                Some((*clock, standing(clock, due_at, as_of)))
            })
            .collect();
        let those = |wanted: &dyn Fn(Standing) -> bool| -> Counted<ClockId> {
            let found = due.iter().filter(|(_, standing)| wanted(*standing));
            found.map(|(clock, _)| clock.id.clone()).collect()
        };
        let unresolved = those(&|standing| standing == Standing::Unresolved);
        let timed =
            due.iter().filter(|(_, standing)| is_stopped(*standing)).filter_map(|(clock, _)| {
                clock.taken_seconds.map(|value| Part { row: clock.id.clone(), value })
            });
        let untimed = due
            .iter()
            .filter(|(clock, standing)| is_stopped(*standing) && clock.taken_seconds.is_none());
        Attainment {
            attainment: share(&due),
            met: those(&|standing| matches!(standing, Standing::Met { .. })),
            met_ahead: those(
                &|standing| matches!(standing, Standing::Met { due_at } if due_at > as_of),
            ),
            met_late: those(&|standing| standing == Standing::MetLate),
            running: those(&|standing| standing == Standing::Running),
            void: those(&|standing| standing == Standing::Void),
            time_to_stop: Spread::of(SpanUnit::Seconds, timed, unresolved.clone()),
            untimed: untimed.map(|(clock, _)| clock.id.clone()).collect(),
            unresolved,
        }
    }
}

/// A clock is missed at its due instant, not when somebody looks: at `as_of` = due it no longer
/// runs, while a stop at that very instant has met it.
fn standing(clock: &ClockRow, due_at: Timestamp, as_of: Timestamp) -> Standing {
    match clock.stopped_at.filter(|stopped_at| *stopped_at <= as_of) {
        _ if clock.is_void => Standing::Void,
        Some(stopped_at) if stopped_at <= due_at => Standing::Met { due_at },
        Some(_) => Standing::MetLate,
        None if as_of < due_at => Standing::Running,
        None => Standing::Unresolved,
    }
}

fn is_stopped(standing: Standing) -> bool {
    matches!(standing, Standing::Met { .. } | Standing::MetLate)
}

fn share(due: &[(&ClockRow, Standing)]) -> Share<ClockId> {
    let counted =
        due.iter().filter(|(_, standing)| !matches!(standing, Standing::Running | Standing::Void));
    let marked = counted
        .map(|(clock, standing)| (clock.id.clone(), matches!(standing, Standing::Met { .. })));
    Share::split(marked, "nothing was due")
}

#[cfg(test)]
mod tests;
