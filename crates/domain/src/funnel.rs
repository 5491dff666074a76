//! The funnel: how many units reached each stage, how many went on, and how long that took.
//!
//! A unit is a lead or an opportunity. Three ways of counting are kept apart, because they give
//! different numbers: *volume* (who ever was there), *cohort* conversion (of those who entered
//! then, how many went on) and *snapshot* conversion (entries here over entries there, of
//! different vintages). Source: domain.md 1.5.

use serde::Serialize;

use crate::counted::{Counted, Measure};
use crate::group::{Dimensions, GroupKey, Grouped};
use crate::ids::FactNo;
use crate::rate::Share;
use crate::spread::Spread;
use crate::window::{Moment, Window};

mod conversion;
mod path;

use path::Path;

/// One entry of a unit into a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageEntry<M> {
    /// The stage, by the name that the list of stages has for it.
    pub stage: String,
    /// When; nothing when it is only known that it happened.
    pub at: Option<M>,
    /// Whether the entry was concluded from another fact rather than reported. It counts like an
    /// implied one: in volume and rates, flagged, but in no time.
    pub inferred: bool,
    /// The facts behind it, in ledger order.
    pub facts: Vec<FactNo>,
}

/// A unit and its way through the stages, as the report reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitRow<I, M> {
    /// The unit.
    pub id: I,
    /// What it can be told apart by, such as `source`, `persona` or `rep`.
    pub dimensions: Dimensions,
    /// Its entries into stages, in any order.
    pub entries: Vec<StageEntry<M>>,
    /// How it ended, such as `won` or `disqualified`; nothing while it is open.
    pub outcome: Option<String>,
}

/// What is asked of the funnel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FunnelQuestion<M> {
    /// The stages in their order, first to last, each once.
    pub stages: Vec<String>,
    /// The window of first entry for conversions; none: for ever.
    pub window: Option<Window<M>>,
    /// The days that a unit has to go on within, counted as 24 hours each. A unit counts only
    /// once it is that old. None: any time, so that young units look bad.
    pub horizon_days: Option<u32>,
    /// The moment of the look. Later entries have not happened.
    pub as_of: M,
}

/// The funnel of a set of units.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Funnel<I, M> {
    /// All units given.
    pub units: Counted<I>,
    /// One for each stage, in order.
    pub volumes: Vec<Volume<I, M>>,
    /// One for each stage and its next; then from the first to the last, if that is another pair.
    pub conversions: Vec<Conversion<I>>,
    /// The units that are no longer open, by how they ended.
    pub ended: Vec<Ended<I>>,
    /// Open units that are in no stage of the list now. With those current in a stage and those
    /// that ended, they add up to all units.
    pub elsewhere: Counted<I>,
    /// Units with an entry dated later than `as_of`; that entry is left out.
    pub ahead: Counted<I>,
}

/// The units that ended in one way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ended<I> {
    /// How; a blank outcome is an entry of its own.
    pub outcome: GroupKey,
    /// The units.
    pub units: Counted<I>,
}

/// What a stage holds and has held.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Volume<I, M> {
    /// The stage.
    pub stage: String,
    /// Units that ever reached it, each once, with their first entry.
    pub reached: Counted<Entered<I, M>>,
    /// Of those, the ones that were not seen here but must have been: they were before it and
    /// after it, or the entry was inferred.
    pub implied: Counted<I>,
    /// Of those, the ones whose entry has no date: in no window and in no time.
    pub undated: Counted<I>,
    /// Of those, the ones that came back, and how often. Only dated entries tell.
    pub reentered: Counted<Reentered<I>>,
    /// Open units that are here now.
    pub current: Counted<I>,
}

/// A unit's first entry into a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entered<I, M> {
    /// The unit.
    pub unit: I,
    /// When, if that is known. An implied entry has the moment of the next stage reached.
    pub at: Option<M>,
    /// Whether it was implied or inferred rather than reported.
    pub implied: bool,
    /// The facts behind it; for an implied entry, those of the next stage reached.
    pub facts: Vec<FactNo>,
}

/// A unit that came back to a stage after having been in another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reentered<I> {
    /// The unit.
    pub unit: I,
    /// How many times it came back: its entries without the first.
    pub times: u32,
}

/// How many units went from one stage to another, by first entries.
///
/// Each unit that reached `from` is in exactly one of `cohort`, `immature`, `truncated`, `later`,
/// `undated` and `backwards`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conversion<I> {
    /// The stage before.
    pub from: String,
    /// The stage after.
    pub to: String,
    /// Of the units that first entered `from` in the window and are at least as old as the
    /// horizon, those that entered `to` within the horizon (to the second).
    pub cohort: Share<I>,
    /// Entered in the window, but younger than the horizon; whether they went on or not.
    pub immature: Counted<I>,
    /// Entered before the window.
    pub truncated: Counted<I>,
    /// Entered after the window.
    pub later: Counted<I>,
    /// Without the date that the window or the horizon would need. Without either, nothing is
    /// timed and none is left out.
    pub undated: Counted<I>,
    /// Entered `to` before `from`: neither went on nor stayed.
    pub backwards: Counted<I>,
    /// Entries against entries, of different vintages.
    pub snapshot: Snapshot<I>,
    /// Seconds from `from` to `to` for the units of the window that went on at any time, young
    /// ones included; open are those that may still go on.
    pub time: Spread<I>,
    /// Went on, but an entry is implied, inferred or undated: in no time.
    pub untimed: Counted<I>,
    /// Ended without going on: neither in the time nor open.
    pub ended: Counted<I>,
}

/// First entries into two stages in the same window. The ratio may exceed 1: it is no rate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Snapshot<I> {
    /// Units that first entered the stage before in the window.
    pub from: Counted<I>,
    /// Units that first entered the stage after in the window.
    pub to: Counted<I>,
    /// The latter over the former.
    pub ratio: Measure,
}

/// The funnel of `units`, told apart `by` a dimension. Each unit is to be given once.
///
/// A stage that a unit skipped between two that it reached is an *implied entry* at the moment of
/// the next stage reached, so that c(s→m)·c(m→t) = c(s→t). Stages before the first that a unit
/// reached are not implied: a unit may start further down. Only first entries count in rates;
/// those who came back are reported apart. Source: domain.md 1.5, 1.6.
pub fn funnel<I: Ord + Clone, M: Moment>(
    units: &[UnitRow<I, M>],
    question: &FunnelQuestion<M>,
    by: Option<&str>,
) -> Grouped<Funnel<I, M>> {
    let paths: Vec<Path<I, M>> = units.iter().map(|unit| Path::of(unit, question)).collect();
    Grouped::of(&paths, by, |paths| Funnel::of(paths, question))
}

/// The same as cohorts: each group, and all units together, told apart by when they came in, which
/// their dimension `entered` says. A unit is in one cohort of one group.
pub fn cohorts<I: Ord + Clone, M: Moment>(
    units: &[UnitRow<I, M>],
    question: &FunnelQuestion<M>,
    by: Option<&str>,
    entered: &str,
) -> Grouped<Cohorts<I, M>> {
    let paths: Vec<Path<I, M>> = units.iter().map(|unit| Path::of(unit, question)).collect();
    Grouped::of(&paths, by, |paths| {
        Grouped::of(paths, Some(entered), |paths| {
            let paths: Vec<&Path<I, M>> = paths.iter().map(|path| **path).collect();
            Funnel::of(&paths, question)
        })
    })
}

/// A funnel for each time of entry.
pub type Cohorts<I, M> = Grouped<Funnel<I, M>>;

impl<I: Ord + Clone, M: Moment> Funnel<I, M> {
    fn of(paths: &[&Path<I, M>], question: &FunnelQuestion<M>) -> Funnel<I, M> {
        let last = question.stages.len().saturating_sub(1);
        let mut pairs: Vec<(usize, usize)> = (0..last).map(|from| (from, from + 1)).collect();
        if last > 1 {
            pairs.push((0, last));
        }
        let is_open = |path: &Path<I, M>| path.unit.outcome.is_none();
        Funnel {
            units: those(paths, |_| true),
            volumes: (0..question.stages.len())
                .map(|stage| Volume::of(paths, stage, &question.stages[stage]))
                .collect(),
            conversions: pairs
                .into_iter()
                .map(|pair| Conversion::of(paths, pair, question))
                .collect(),
            ended: ended(paths),
            elsewhere: those(paths, |path| is_open(path) && path.current.is_none()),
            ahead: those(paths, |path| path.is_ahead),
        }
    }
}

fn those<I: Clone, M>(paths: &[&Path<I, M>], wanted: impl Fn(&Path<I, M>) -> bool) -> Counted<I> {
    paths.iter().filter(|path| wanted(path)).map(|path| path.unit.id.clone()).collect()
}

fn ended<I: Clone, M>(paths: &[&Path<I, M>]) -> Vec<Ended<I>> {
    let mut parted = std::collections::BTreeMap::<GroupKey, Counted<I>>::new();
    for path in paths {
        if let Some(outcome) = &path.unit.outcome {
            parted.entry(GroupKey::of(Some(outcome))).or_default().push(path.unit.id.clone());
        }
    }
    parted.into_iter().map(|(outcome, units)| Ended { outcome, units }).collect()
}

impl<I: Clone, M: Moment> Volume<I, M> {
    fn of(paths: &[&Path<I, M>], stage: usize, name: &str) -> Volume<I, M> {
        let reached = paths.iter().filter_map(|path| {
            let first = path.first(stage)?;
            Some(Entered {
                unit: path.unit.id.clone(),
                at: first.at,
                implied: first.implied,
                facts: first.facts.to_vec(),
            })
        });
        let reentered = paths.iter().filter_map(|path| {
            let times = path.reentries[stage];
            (times > 0).then(|| Reentered { unit: path.unit.id.clone(), times })
        });
        let first_is = |wanted: fn(&path::First<M>) -> bool| {
            those(paths, |path| path.first(stage).is_some_and(wanted))
        };
        Volume {
            stage: name.to_owned(),
            reached: reached.collect(),
            implied: first_is(|first| first.implied),
            undated: first_is(|first| first.at.is_none()),
            reentered: reentered.collect(),
            current: those(paths, |path| path.current == Some(stage)),
        }
    }
}

#[cfg(test)]
mod tests;
