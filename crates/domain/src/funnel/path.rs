//! One unit's way through the stages: first entries, implied ones, returns, where it is now.

use crate::group::{Dimensioned, Dimensions};
use crate::ids::FactNo;
use crate::window::Moment;

use super::{FunnelQuestion, StageEntry, UnitRow};

/// A unit's way. Entries later than the look are not in it.
pub(super) struct Path<'a, I, M> {
    pub unit: &'a UnitRow<I, M>,
    /// For each stage, how often the unit came back to it.
    pub reentries: Vec<u32>,
    /// The stage in which an open unit is now, if it is in one of the list.
    pub current: Option<usize>,
    /// Whether an entry was left out because it is later than the look.
    pub is_ahead: bool,
    firsts: Vec<Option<First<'a, M>>>,
}

/// The first entry into a stage.
#[derive(Clone, Copy)]
pub(super) struct First<'a, M> {
    pub at: Option<M>,
    pub implied: bool,
    pub facts: &'a [FactNo],
}

impl<I, M> Dimensioned for Path<'_, I, M> {
    fn dimensions(&self) -> &Dimensions {
        &self.unit.dimensions
    }
}

impl<'a, I, M: Moment> Path<'a, I, M> {
    pub fn of(unit: &'a UnitRow<I, M>, question: &FunnelQuestion<M>) -> Path<'a, I, M> {
        let stages = &question.stages;
        let has_happened = |entry: &&StageEntry<M>| entry.at.is_none_or(|at| at <= question.as_of);
        let entries: Vec<&StageEntry<M>> = unit.entries.iter().filter(has_happened).collect();
        let visits = visits(&entries, stages);
        let current = unit.outcome.is_none().then(|| current(&entries, &visits, stages)).flatten();
        Path {
            unit,
            reentries: stages.iter().map(|stage| times_back(&visits, stage)).collect(),
            current,
            is_ahead: entries.len() < unit.entries.len(),
            firsts: with_implied(stages.iter().map(|stage| first(&entries, stage)).collect()),
        }
    }
}

impl<'a, I, M> Path<'a, I, M> {
    /// The first entry into a stage, by its place in the list.
    pub fn first(&self, stage: usize) -> Option<&First<'a, M>> {
        self.firsts[stage].as_ref()
    }
}

/// The earliest dated entry, a reported one before an inferred one of the same moment; an undated
/// one only where there is no other.
fn first<'a, M: Moment>(entries: &[&'a StageEntry<M>], stage: &str) -> Option<First<'a, M>> {
    let of_stage = entries.iter().filter(|entry| entry.stage == stage);
    let entry = of_stage.min_by_key(|entry| (entry.at.is_none(), entry.at, entry.inferred))?;
    Some(First { at: entry.at, implied: entry.inferred, facts: &entry.facts })
}

/// Fills each gap between two stages reached with the entry of the next stage reached.
fn with_implied<M: Copy>(mut firsts: Vec<Option<First<'_, M>>>) -> Vec<Option<First<'_, M>>> {
    let start = firsts.iter().position(Option::is_some).unwrap_or(firsts.len());
    let mut next = None;
    for first in firsts[start..].iter_mut().rev() {
        match first {
            Some(first) => next = Some(First { implied: true, ..*first }),
            None => *first = next,
        }
    }
    firsts
}

/// The dated entries in the order of time (those of one moment in the order of stages, stages
/// outside the list last), without repeats of the stage that the unit is already in.
fn visits<'a, M: Moment>(
    entries: &[&'a StageEntry<M>],
    stages: &[String],
) -> Vec<&'a StageEntry<M>> {
    let mut dated: Vec<_> = entries.iter().copied().filter(|entry| entry.at.is_some()).collect();
    dated.sort_by_key(|entry| (entry.at, place(stages, &entry.stage).unwrap_or(stages.len())));
    dated.dedup_by(|next, previous| next.stage == previous.stage);
    dated
}

fn place(stages: &[String], stage: &str) -> Option<usize> {
    stages.iter().position(|name| name == stage)
}

fn times_back<M>(visits: &[&StageEntry<M>], stage: &str) -> u32 {
    let times = visits.iter().filter(|visit| visit.stage == stage).count();
    times.saturating_sub(1) as u32
}

/// The stage of the last dated entry, unless an undated one lies further along: it is likelier
/// that the unit went on than that it came back unseen.
fn current<M>(
    entries: &[&StageEntry<M>],
    visits: &[&StageEntry<M>],
    stages: &[String],
) -> Option<usize> {
    let undated = entries.iter().filter(|entry| entry.at.is_none());
    let furthest = undated.filter_map(|entry| place(stages, &entry.stage)).max();
    match visits.last() {
        None => furthest,
        Some(last) => place(stages, &last.stage).map(|last| furthest.unwrap_or(0).max(last)),
    }
}
