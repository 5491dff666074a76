//! Removal effects of chains that look back over several touches.
//!
//! A state is what was touched last, up to `order` touches. Such chains have many states, few steps
//! from each, and loops, so they are not inverted: the chance of converting and that of not
//! converting are raised from nothing, in turns over all states, until the two leave no room between
//! them. What is left open is the bound of the error.

use std::{collections::BTreeMap, ops::Range, thread};

use serde::{Deserialize, Serialize};

use crate::{
    channels::ChannelNo,
    journeys::Journeys,
    markov::{MarkovRefusal, Removal, refuse},
};

/// The most touches to look back over.
pub const ORDER_MAX: usize = 5;

/// The room that may be left between converting and not converting.
const ROOM: f64 = 1e-13;

/// The most turns; a chain that loops longer than this never ends in practice.
const TURNS_MAX: usize = 100_000;

/// Steps that wait to be counted together.
const WAITING_MAX: usize = 1 << 18;

/// Whether a channel that is touched several times running counts each time. It changes nothing at
/// order 1, and much above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeats {
    /// Each time.
    #[default]
    Kept,
    /// Once.
    Collapsed,
}

/// How often each state was followed by each channel, by conversion, or by its absence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    order: usize,
    channels: usize,
    repeats: Repeats,
    /// By state and what followed, in one number.
    counts: Vec<(u64, u64)>,
    waiting: Vec<(u64, u64)>,
}

impl Chain {
    /// Nothing counted yet.
    ///
    /// # Errors
    /// [`MarkovRefusal::Order`] unless it is from 1 to 5.
    pub fn new(channels: usize, order: usize, repeats: Repeats) -> Result<Chain, MarkovRefusal> {
        if !(1..=ORDER_MAX).contains(&order) {
            return Err(MarkovRefusal::Order);
        }
        Ok(Chain { order, channels, repeats, counts: Vec::new(), waiting: Vec::new() })
    }

    /// All journeys, counted on so many threads; how many changes nothing.
    ///
    /// # Errors
    /// [`MarkovRefusal::Order`] unless it is from 1 to 5.
    pub fn of(
        journeys: &Journeys,
        order: usize,
        repeats: Repeats,
        threads: usize,
    ) -> Result<Chain, MarkovRefusal> {
        let empty = Chain::new(journeys.channels.len(), order, repeats)?;
        let count = |range: Range<usize>| {
            let mut chain = empty.clone();
            chain.take(journeys, range);
            chain
        };
        Ok(thread::scope(|scope| {
            let count = &count;
            let ranges = journeys.split(threads).into_iter();
            let parts: Vec<_> = ranges.map(|range| scope.spawn(move || count(range))).collect();
            let mut whole = empty.clone();
            for part in parts {
                whole.merge(&part.join().expect("counting does not panic"));
            }
            whole
        }))
    }

    /// Counts a range of journeys.
    fn take(&mut self, journeys: &Journeys, range: Range<usize>) {
        let end = self.channels as u64;
        for journey in journeys.of(range) {
            let ended = journey.ended;
            let times = u64::from(ended.conversions) + u64::from(ended.nulls);
            let (mut state, mut before) = (0, None);
            for channel in journey.touched {
                if self.repeats == Repeats::Collapsed && before == Some(channel) {
                    continue;
                }
                self.step(state, u64::from(*channel), times);
                state = self.next(state, *channel);
                before = Some(channel);
            }
            self.step(state, end, ended.conversions.into());
            self.step(state, end + 1, ended.nulls.into());
        }
        self.settle();
    }

    /// The state after touching a channel: the last `order` touches as digits, the first of which
    /// falls out. At most 1,001^5 states by 1,002 ends fit the number.
    fn next(&self, state: u64, channel: ChannelNo) -> u64 {
        let digits = self.channels as u64 + 1;
        let keep = digits.pow(self.order as u32 - 1);
        (state % keep) * digits + u64::from(channel) + 1
    }

    fn step(&mut self, state: u64, to: u64, times: u64) {
        if times > 0 {
            self.waiting.push((state * (self.channels as u64 + 2) + to, times));
            if self.waiting.len() >= WAITING_MAX {
                self.settle();
            }
        }
    }

    /// Counts what waits.
    fn settle(&mut self) {
        self.counts.append(&mut self.waiting);
        // Runs that are in order already are only merged.
        self.counts.sort();
        self.counts.dedup_by(|later, first| {
            let is_same = later.0 == first.0;
            if is_same {
                first.1 += later.1;
            }
            is_same
        });
    }

    /// Adds what was counted elsewhere, over the same channels and as far back.
    pub fn merge(&mut self, other: &Chain) {
        debug_assert_eq!((self.order, self.channels), (other.order, other.channels));
        self.waiting.extend(&other.counts);
        self.settle();
    }

    /// The removal effect of every channel.
    ///
    /// # Errors
    /// Why there is none.
    pub fn removal(&self) -> Result<Removal, MarkovRefusal> {
        let steps = Steps::of(self);
        let ends = |of: fn(&State) -> u64| steps.states.iter().map(of).sum::<u64>();
        refuse(ends(|state| state.conversions), ends(|state| state.nulls))?;
        let converting = steps.converting(None)?;
        let effect = |channel: usize| {
            let without = steps.converting(Some(channel))?;
            Ok((1.0 - without / converting).clamp(0.0, 1.0))
        };
        let effects = (0..self.channels).map(effect).collect::<Result<_, MarkovRefusal>>()?;
        Ok(Removal { converting, effects })
    }
}

/// One state: where it leads, and how often it ended there.
#[derive(Debug, Default)]
struct State {
    code: u64,
    times: u64,
    conversions: u64,
    nulls: u64,
    /// The range of its steps.
    from: usize,
    to: usize,
}

/// All states and the steps between them.
struct Steps {
    digits: u64,
    states: Vec<State>,
    /// The state that follows and how often.
    steps: Vec<(u32, u64)>,
}

impl Steps {
    fn of(chain: &Chain) -> Steps {
        let width = chain.channels as u64 + 2;
        let mut states: Vec<State> = Vec::new();
        for (key, _) in &chain.counts {
            let code = key / width;
            if states.last().is_none_or(|last| last.code != code) {
                states.push(State { code, ..State::default() });
            }
        }
        let places: BTreeMap<u64, u32> =
            states.iter().zip(0..).map(|(state, place)| (state.code, place)).collect();
        let mut steps = Vec::new();
        let mut counts = chain.counts.iter().peekable();
        for state in &mut states {
            state.from = steps.len();
            while let Some((key, times)) = counts.next_if(|(key, _)| key / width == state.code) {
                state.times += times;
                match key % width {
                    to if to + 2 == width => state.conversions += times,
                    to if to + 1 == width => state.nulls += times,
                    to => {
                        let next = chain.next(state.code, to as ChannelNo);
                        if let Some(place) = places.get(&next) {
                            steps.push((*place, *times));
                        }
                    }
                }
            }
            state.to = steps.len();
        }
        Steps { digits: chain.channels as u64 + 1, states, steps }
    }

    /// Whether a state has to do with a channel.
    fn touches(&self, state: &State, channel: usize) -> bool {
        let mut code = state.code;
        while code > 0 {
            if code % self.digits == channel as u64 + 1 {
                return true;
            }
            code /= self.digits;
        }
        false
    }

    /// The chance of converting from the start, where whoever comes to a channel is lost.
    fn converting(&self, without: Option<usize>) -> Result<f64, MarkovRefusal> {
        let lost: Vec<bool> = self
            .states
            .iter()
            .map(|state| without.is_some_and(|channel| self.touches(state, channel)))
            .collect();
        // Both only ever grow, so what they leave open bounds the error of either.
        let mut won = vec![0.0_f64; self.states.len()];
        let mut missed: Vec<f64> = lost.iter().map(|lost| f64::from(u8::from(*lost))).collect();
        for _ in 0..TURNS_MAX {
            // Later states lead to an end sooner, and the start is the first.
            for at in (0..self.states.len()).rev().filter(|at| !lost[*at]) {
                let state = &self.states[at];
                let (mut to_won, mut to_missed) = (state.conversions as f64, state.nulls as f64);
                let mut staying = 0_u64;
                for (next, times) in &self.steps[state.from..state.to] {
                    let next = *next as usize;
                    if next == at {
                        staying += times;
                    } else {
                        to_won += *times as f64 * won[next];
                        to_missed += *times as f64 * missed[next];
                    }
                }
                let leaving = (state.times - staying) as f64;
                (won[at], missed[at]) = (to_won / leaving, to_missed / leaving);
            }
            if 1.0 - won[0] - missed[0] < ROOM {
                return Ok(won[0]);
            }
        }
        Err(MarkovRefusal::Endless)
    }
}

#[cfg(test)]
mod tests;
