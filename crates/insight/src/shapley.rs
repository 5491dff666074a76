//! Shapley values of channels: by coverage, where each conversion is shared evenly among its distinct
//! channels, and by rate, where sets of channels are compared by how well they convert.
//!
//! Source: domain.md 4.4. By coverage, the dividend of each set of channels is what converted on
//! exactly that set, so the value is a sum over journeys and not over sets.

use crate::{
    channels::ChannelNo,
    journeys::Journey,
    tally::{Credit, Sum},
};

/// Sets of more channels than this are too many to compare all of them.
pub const COALITION_CHANNELS_MAX: usize = 20;

/// From so few journeys a set's rate would be chance. Source: domain.md 4.4.
pub const COALITION_JOURNEYS_MIN: u64 = 30;

/// Conversions by channel and by how many distinct channels the journey touched.
#[derive(Debug, Clone)]
pub struct Coverage {
    channels: usize,
    /// For journeys with `d` distinct channels, at `(d − 1) · channels + channel`.
    sums: Vec<Sum>,
    /// A bit for each channel that the journey at hand touched.
    seen: Vec<u64>,
    distinct: Vec<ChannelNo>,
}

impl PartialEq for Coverage {
    /// What the last journey left behind is no part of what was counted.
    fn eq(&self, other: &Coverage) -> bool {
        self.channels == other.channels && self.sums == other.sums
    }
}

impl Eq for Coverage {}

impl Coverage {
    /// Nothing counted yet.
    pub fn new(channels: usize) -> Coverage {
        let seen = vec![0; channels.div_ceil(64)];
        Coverage { channels, sums: Vec::new(), seen, distinct: Vec::new() }
    }

    /// Counts a journey that converted.
    pub fn take(&mut self, journey: &Journey<'_>) {
        for channel in journey.touched {
            let (word, bit) = (usize::from(channel / 64), 1_u64 << (channel % 64));
            if self.seen[word] & bit == 0 {
                self.seen[word] |= bit;
                self.distinct.push(*channel);
            }
        }
        let from = (self.distinct.len() - 1) * self.channels;
        if self.sums.len() < from + self.channels {
            self.sums.resize(from + self.channels, Sum::default());
        }
        let ended = journey.ended;
        for channel in self.distinct.drain(..) {
            let sum = &mut self.sums[from + usize::from(channel)];
            sum.conversions += u64::from(ended.conversions);
            sum.value += u128::from(ended.value);
            self.seen[usize::from(channel / 64)] = 0;
        }
    }

    /// Adds what was counted elsewhere, over the same channels.
    pub fn merge(&mut self, other: &Coverage) {
        if self.sums.len() < other.sums.len() {
            self.sums.resize(other.sums.len(), Sum::default());
        }
        for (own, other) in self.sums.iter_mut().zip(&other.sums) {
            own.conversions += other.conversions;
            own.value += other.value;
        }
    }

    /// The Shapley value of each channel.
    pub fn credit(&self) -> Vec<Credit> {
        self.summed(|distinct| 1.0 / distinct as f64)
    }

    /// How much each channel took part in: sums to more than everything.
    pub fn participation(&self) -> Vec<Credit> {
        self.summed(|_| 1.0)
    }

    fn summed(&self, share: fn(usize) -> f64) -> Vec<Credit> {
        let mut credit = vec![Credit::default(); self.channels];
        for (sums, distinct) in self.sums.chunks(self.channels.max(1)).zip(1..) {
            for (credit, sum) in credit.iter_mut().zip(sums) {
                credit.conversions += sum.conversions as f64 * share(distinct);
                credit.value += sum.value as f64 * share(distinct);
            }
        }
        credit
    }
}

/// For each set of channels, how many journeys touched exactly these, and how many converted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coalitions {
    channels: usize,
    /// By the bits of the set: conversions, journeys.
    sets: Vec<(u64, u64)>,
}

/// What a set of channels is worth that no journey touched exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unseen {
    /// Nothing.
    #[default]
    Nothing,
    /// As much as the best set within it.
    BestWithin,
}

/// Why there are no Shapley values by rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RateRefusal {
    /// Too many channels.
    #[error(
        "Shapley by rate compares every set of channels, and {channels} have too many: group them \
         into at most {COALITION_CHANNELS_MAX}, or ask by coverage"
    )]
    Channels {
        /// How many there are.
        channels: usize,
    },
    /// Some sets have too few journeys.
    #[error(
        "{few} of {all} sets of channels have fewer than {least} journeys, and their rates would be \
         chance: group channels, take more journeys, or ask by coverage"
    )]
    Journeys {
        /// How many sets have too few.
        few: usize,
        /// How many sets were touched.
        all: usize,
        /// How many journeys each should have.
        least: u64,
    },
    /// Nothing converted.
    #[error("no journey converted, so no channel can be credited: choose a longer period")]
    NoConversions,
}

impl Coalitions {
    /// Nothing counted yet; at most [`COALITION_CHANNELS_MAX`] channels.
    pub fn new(channels: usize) -> Coalitions {
        let channels = channels.min(COALITION_CHANNELS_MAX);
        Coalitions { channels, sets: vec![(0, 0); 1 << channels] }
    }

    /// Counts a journey.
    pub fn take(&mut self, journey: &Journey<'_>) {
        let set = journey.touched.iter().fold(0, |set, channel| set | 1_usize << channel);
        let ended = journey.ended;
        let (conversions, journeys) = &mut self.sets[set];
        *conversions += u64::from(ended.conversions);
        *journeys += u64::from(ended.conversions) + u64::from(ended.nulls);
    }

    /// Adds what was counted elsewhere, over the same channels.
    pub fn merge(&mut self, other: &Coalitions) {
        for (own, other) in self.sets.iter_mut().zip(&other.sets) {
            own.0 += other.0;
            own.1 += other.1;
        }
    }

    /// The Shapley value of each channel where a set is worth the rate at which it converts.
    ///
    /// # Errors
    /// Where some set has fewer than `least` journeys, or nothing converted.
    pub fn values(&self, least: u64, unseen: Unseen) -> Result<Vec<f64>, RateRefusal> {
        let seen = || self.sets.iter().filter(|(_, journeys)| *journeys > 0);
        let few = seen().filter(|(_, journeys)| *journeys < least).count();
        if few > 0 {
            return Err(RateRefusal::Journeys { few, all: seen().count(), least });
        }
        if seen().all(|(conversions, _)| *conversions == 0) {
            return Err(RateRefusal::NoConversions);
        }
        let rate = |(conversions, journeys): &(u64, u64)| match journeys {
            0 => f64::NAN,
            journeys => *conversions as f64 / *journeys as f64,
        };
        let mut worth: Vec<f64> = self.sets.iter().map(rate).collect();
        worth[0] = 0.0;
        self.impute(&mut worth, unseen);
        Ok(self.shapley(&worth))
    }

    fn impute(&self, worth: &mut [f64], unseen: Unseen) {
        match unseen {
            Unseen::Nothing => {
                worth.iter_mut().filter(|worth| worth.is_nan()).for_each(|worth| *worth = 0.0);
            }
            Unseen::BestWithin => {
                // Best within each set, of seen ones, one channel after the other.
                let mut best: Vec<f64> = worth.iter().map(|worth| worth.max(0.0)).collect();
                for channel in 0..self.channels {
                    let bit = 1 << channel;
                    for set in (0..best.len()).filter(|set| set & bit != 0) {
                        best[set] = best[set].max(best[set ^ bit]);
                    }
                }
                let each = worth.iter_mut().zip(best).filter(|(worth, _)| worth.is_nan());
                each.for_each(|(worth, best)| *worth = best);
            }
        }
    }

    /// φ_i = Σ v(S) · (w(|S| − 1) for S with i, − w(|S|) for S without), w(s) = s! (n − s − 1)! / n!.
    fn shapley(&self, worth: &[f64]) -> Vec<f64> {
        let n = self.channels;
        let mut weights = vec![1.0 / n.max(1) as f64; n.max(1)];
        for size in 1..n {
            weights[size] = weights[size - 1] * size as f64 / (n - size) as f64;
        }
        let mut values = vec![0.0; n];
        let mut without = 0.0;
        for (set, worth) in worth.iter().enumerate().filter(|(_, worth)| **worth != 0.0) {
            let size = set.count_ones() as usize;
            let leaving = weights.get(size).map_or(0.0, |weight| weight * worth);
            let joining = if size > 0 { weights[size - 1] * worth } else { 0.0 };
            without += leaving;
            let mut left = set;
            while left != 0 {
                values[left.trailing_zeros() as usize] += joining + leaving;
                left &= left - 1;
            }
        }
        values.iter().map(|value| value - without).collect()
    }
}

#[cfg(test)]
mod tests;
