//! Conversion from one stage to another, and the time it takes.

use crate::counted::{Counted, Measure, Part};
use crate::rate::Share;
use crate::spread::{SpanUnit, Spread};
use crate::window::Moment;

use super::path::Path;
use super::{Conversion, FunnelQuestion, Snapshot, those};

const DAY_SECONDS: i64 = 86_400;

/// Where a unit that reached the stage before belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    WentOn,
    Stayed,
    Immature,
    Truncated,
    Later,
    Undated,
    Backwards,
}

/// How a unit of the window stands in the time from stage to stage.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Timing {
    Took { seconds: i64 },
    Untimed,
    Open,
    Ended,
}

type Pair = (usize, usize);

impl<I: Clone> Conversion<I> {
    pub(super) fn of<M: Moment>(
        paths: &[&Path<I, M>],
        pair: Pair,
        question: &FunnelQuestion<M>,
    ) -> Conversion<I> {
        let placed =
            |place: Place| those(paths, |path| place_of(path, pair, question) == Some(place));
        let cohort = paths.iter().filter_map(|path| match place_of(path, pair, question)? {
            Place::WentOn => Some((path.unit.id.clone(), true)),
            Place::Stayed => Some((path.unit.id.clone(), false)),
            _ => None,
        });
        let timed =
            |timing: Timing| those(paths, |path| timing_of(path, pair, question) == Some(timing));
        let took = paths.iter().filter_map(|path| match timing_of(path, pair, question)? {
            Timing::Took { seconds } => Some(Part { row: path.unit.id.clone(), value: seconds }),
            _ => None,
        });
        Conversion {
            from: question.stages[pair.0].clone(),
            to: question.stages[pair.1].clone(),
            cohort: Share::split(cohort, "nothing that entered is old enough"),
            immature: placed(Place::Immature),
            truncated: placed(Place::Truncated),
            later: placed(Place::Later),
            undated: placed(Place::Undated),
            backwards: placed(Place::Backwards),
            snapshot: snapshot(paths, pair, question),
            time: Spread::of(SpanUnit::Seconds, took, timed(Timing::Open)),
            untimed: timed(Timing::Untimed),
            ended: timed(Timing::Ended),
        }
    }
}

/// Nothing if the unit never reached the stage before.
fn place_of<I, M: Moment>(
    path: &Path<I, M>,
    (from, to): Pair,
    question: &FunnelQuestion<M>,
) -> Option<Place> {
    let from = path.first(from)?;
    let to = path.first(to);
    let Some(entered) = from.at else {
        let is_timed = question.window.is_some() || question.horizon_days.is_some();
        return Some(match to {
            _ if is_timed => Place::Undated,
            Some(_) => Place::WentOn,
            None => Place::Stayed,
        });
    };
    let taken = to.map(|to| to.at.map(|at| entered.seconds_to(at)));
    Some(match outside(entered, question) {
        Some(outside) => outside,
        None if to.and_then(|to| to.at).is_some_and(|at| at < entered) => Place::Backwards,
        None => within_horizon(entered.seconds_to(question.as_of), taken, question.horizon_days),
    })
}

fn outside<M: Moment>(entered: M, question: &FunnelQuestion<M>) -> Option<Place> {
    let window = question.window?;
    if entered < window.from {
        Some(Place::Truncated)
    } else {
        (entered >= window.before).then_some(Place::Later)
    }
}

/// `taken` is nothing if the unit did not go on, and `Some(None)` if it is not known when. The
/// young are left out even if they went on: otherwise only their successes would count.
fn within_horizon(age: i64, taken: Option<Option<i64>>, horizon_days: Option<u32>) -> Place {
    let horizon = horizon_days.map(|days| i64::from(days) * DAY_SECONDS);
    match (horizon, taken) {
        (Some(horizon), _) if age < horizon => Place::Immature,
        (_, None) => Place::Stayed,
        (None, Some(_)) => Place::WentOn,
        (Some(_), Some(None)) => Place::Undated,
        (Some(horizon), Some(Some(taken))) if taken <= horizon => Place::WentOn,
        (Some(_), Some(Some(_))) => Place::Stayed,
    }
}

/// Nothing if the unit is not of the window. An implied entry has no time of its own: it would
/// count as a stage passed in no time at all.
fn timing_of<I, M: Moment>(
    path: &Path<I, M>,
    pair: Pair,
    question: &FunnelQuestion<M>,
) -> Option<Timing> {
    match place_of(path, pair, question)? {
        Place::WentOn | Place::Stayed | Place::Immature => {}
        Place::Truncated | Place::Later | Place::Undated | Place::Backwards => return None,
    }
    let from = path.first(pair.0)?;
    Some(match path.first(pair.1) {
        None if path.unit.outcome.is_some() => Timing::Ended,
        None => Timing::Open,
        Some(to) => match from.at.zip(to.at) {
            Some((entered, went_on)) if !from.implied && !to.implied => {
                Timing::Took { seconds: entered.seconds_to(went_on) }
            }
            _ => Timing::Untimed,
        },
    })
}

fn snapshot<I: Clone, M: Moment>(
    paths: &[&Path<I, M>],
    (from, to): Pair,
    question: &FunnelQuestion<M>,
) -> Snapshot<I> {
    let entered = |stage| -> Counted<I> {
        those(paths, |path| {
            let is_in = |at: Option<M>| {
                question.window.is_none_or(|window| at.is_some_and(|at| window.has(at)))
            };
            path.first(stage).is_some_and(|first| is_in(first.at))
        })
    };
    let (from, to) = (entered(from), entered(to));
    let ratio = Measure::ratio(to.n() as f64, from.n() as f64, "nothing entered in the window");
    Snapshot { from, to, ratio }
}
