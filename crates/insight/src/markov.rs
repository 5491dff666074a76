//! What would be lost without a channel, if buyers walked on by chance: removal effects of a Markov
//! chain of order 1, solved exactly.
//!
//! Source: domain.md 4.3; Anderl, Becker, von Wangenheim, Schumann, "Mapping the customer journey"
//! (2016). Removed is: whoever would come to the channel is lost (redirected to null). Nothing is
//! simulated.

use serde::Serialize;

use crate::{
    journeys::Journey,
    solve::{Singular, Solver},
};

/// How often one touch followed another: `channels` + 1 rows, the last for the start of a journey,
/// by `channels` + 2 columns, the last two for conversion and for its absence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transitions {
    channels: usize,
    counts: Vec<u64>,
    /// Every other step of a journey, kept apart from `counts` while counting: a channel that is
    /// touched several times running would else wait each time for its own count.
    others: Vec<u64>,
}

/// What a chain says of each channel.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Removal {
    /// The chance of converting: exactly conversions / journeys.
    pub converting: f64,
    /// The part of it that is lost without each channel, 0 to 1.
    pub effects: Vec<f64>,
}

/// Why there are no removal effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MarkovRefusal {
    /// Nothing converted.
    #[error("no journey converted, so no channel can be credited: choose a longer period")]
    NoConversions,
    /// Everything converted.
    #[error(
        "every journey converted, and where nothing is lost every removal looks total: give the \
         journeys that did not convert as well"
    )]
    NoNulls,
    /// There is no end to some journeys.
    #[error("some journeys go round for ever: look for paths without an end in the input")]
    Endless,
    /// The order is out of range.
    #[error("a chain looks back over 1 to 5 touches: choose an order from 1 to 5")]
    Order,
}

impl From<Singular> for MarkovRefusal {
    fn from(_: Singular) -> MarkovRefusal {
        MarkovRefusal::Endless
    }
}

impl Transitions {
    /// Nothing followed anything yet.
    pub fn new(channels: usize) -> Transitions {
        let counts = vec![0; (channels + 1) * (channels + 2)];
        Transitions { channels, others: counts.clone(), counts }
    }

    /// Counts the steps of a journey.
    #[inline]
    pub fn take(&mut self, journey: &Journey<'_>) {
        let width = self.channels + 2;
        let ended = journey.ended;
        let times = u64::from(ended.conversions) + u64::from(ended.nulls);
        let mut row = self.channels * width;
        let mut pairs = journey.touched.chunks_exact(2);
        for pair in &mut pairs {
            let (first, second) = (usize::from(pair[0]), usize::from(pair[1]));
            self.counts[row + first] += times;
            self.others[first * width + second] += times;
            row = second * width;
        }
        if let [last] = pairs.remainder() {
            let last = usize::from(*last);
            self.counts[row + last] += times;
            row = last * width;
        }
        self.counts[row + self.channels] += u64::from(ended.conversions);
        self.counts[row + self.channels + 1] += u64::from(ended.nulls);
    }

    /// Lays what was kept apart to the rest.
    pub fn settle(&mut self) {
        for (count, other) in self.counts.iter_mut().zip(&mut self.others) {
            *count += std::mem::take(other);
        }
    }

    /// Adds what was counted elsewhere, over the same channels.
    pub fn merge(&mut self, other: &Transitions) {
        self.counts.iter_mut().zip(&other.counts).for_each(|(own, other)| *own += other);
    }

    /// How often `to` followed `from`; the start stands after the last channel, conversion and its
    /// absence after that.
    fn row(&self, from: usize) -> &[u64] {
        &self.counts[from * (self.channels + 2)..(from + 1) * (self.channels + 2)]
    }

    /// The removal effect of every channel, by one inversion: the chance of converting without ever
    /// coming to c is P − f_c · h_c, where f_c is the chance of ever coming to c and h_c that of
    /// converting from there.
    ///
    /// # Errors
    /// Why there is none.
    pub fn removal(&self) -> Result<Removal, MarkovRefusal> {
        let n = self.channels;
        let ends = |column: usize| (0..n).map(|from| self.row(from)[column]).sum::<u64>();
        refuse(ends(n), ends(n + 1))?;
        let chance = |from: usize, to: usize| {
            let row = self.row(from);
            let times: u64 = row.iter().sum();
            if times == 0 { 0.0 } else { row[to] as f64 / times as f64 }
        };
        let mut forward = vec![0.0; n * n];
        for (from, row) in forward.chunks_exact_mut(n).enumerate() {
            for (to, cell) in row.iter_mut().enumerate() {
                *cell = f64::from(u8::from(from == to)) - chance(from, to);
            }
        }
        let solver = Solver::new(n, forward)?;
        let from_start: Vec<f64> = (0..n).map(|to| chance(n, to)).collect();
        let at_once: Vec<f64> = (0..n).map(|from| chance(from, n)).collect();
        let converting_from = solver.solve(&at_once);
        let converting = sum_of_products(&from_start, &converting_from);
        let mut unit = vec![0.0; n];
        let effect = |channel: usize| {
            unit.fill(0.0);
            unit[channel] = 1.0;
            // How often each channel is followed by this one, sooner or later.
            let visits = solver.solve(&unit);
            let ever = sum_of_products(&from_start, &visits) / visits[channel];
            (ever * converting_from[channel] / converting).clamp(0.0, 1.0)
        };
        Ok(Removal { converting, effects: (0..n).map(effect).collect() })
    }
}

/// A chain says nothing where nothing or everything converted.
pub(crate) fn refuse(conversions: u64, nulls: u64) -> Result<(), MarkovRefusal> {
    match (conversions, nulls) {
        (0, _) => Err(MarkovRefusal::NoConversions),
        (_, 0) => Err(MarkovRefusal::NoNulls),
        _ => Ok(()),
    }
}

fn sum_of_products(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

impl Removal {
    /// Each channel's part of all effects; they overlap, so they sum to more than one.
    pub fn shares(&self) -> Vec<f64> {
        let sum: f64 = self.effects.iter().sum();
        self.effects.iter().map(|effect| if sum > 0.0 { effect / sum } else { 0.0 }).collect()
    }
}

#[cfg(test)]
mod tests;
