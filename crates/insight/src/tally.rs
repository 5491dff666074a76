//! One pass over journeys, and everything that every model needs of it. All of it is whole numbers,
//! so that parts of the work can be added up in any order and come to the same.

use std::{collections::BTreeMap, ops::Range, thread};

use crate::{
    channels::ChannelNo,
    half_life::HalfLife,
    journeys::{Journey, Journeys},
    markov::Transitions,
    rules::{Rule, Weights, last_non_direct, milestones},
    shapley::{COALITION_CHANNELS_MAX, Coalitions, Coverage},
};

/// A share of one as a whole number: 2^52, about what a double holds.
const ONE: f64 = (1_u64 << 52) as f64;

/// Journeys up to this length have a place of their own in a list, longer ones in a tree.
const LENGTH_LISTED: usize = 256;

/// What is to be counted besides what costs nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Nothing but which channel followed which.
    pub transitions_alone: bool,
    /// Weights by milestones.
    pub weights: Vec<Weights>,
    /// Time decay, with half-lives of so many days.
    pub half_lives_days: Vec<u32>,
    /// The channel of those who came by themselves.
    pub direct: Option<ChannelNo>,
    /// Which sets of channels converted how often, for Shapley by rate.
    pub coalitions: bool,
}

/// So many conversions, and what they were worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum {
    /// How many.
    pub conversions: u64,
    /// Worth how much, in the smallest parts.
    pub value: u128,
}

impl Sum {
    fn add(&mut self, conversions: u32, value: u64) {
        self.conversions += u64::from(conversions);
        self.value += u128::from(value);
    }

    fn merge(&mut self, other: Sum) {
        self.conversions += other.conversions;
        self.value += other.value;
    }
}

/// Credit that a model gives to one channel.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Credit {
    /// How many conversions.
    pub conversions: f64,
    /// How much value, in the smallest parts.
    pub value: f64,
}

/// Shares of conversions and of value, in parts of 2^52.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Fraction {
    conversions: u128,
    value: u128,
}

impl Fraction {
    fn add(&mut self, share: u64, conversions: u32, value: u64) {
        self.conversions += u128::from(share) * u128::from(conversions);
        self.value += u128::from(share) * u128::from(value);
    }

    fn credit(self) -> Credit {
        Credit { conversions: self.conversions as f64 / ONE, value: self.value as f64 / ONE }
    }
}

/// Touches of converting journeys of one length, by where they stood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Places {
    /// By channel.
    first: Vec<Sum>,
    /// Of journeys of three and more, the touch half-way.
    half: Vec<Sum>,
    /// Of journeys of two and more.
    last: Vec<Sum>,
    /// All of them, wherever they stood.
    all: Vec<Sum>,
}

/// What a pass over journeys has counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    channels: usize,
    asked: Asked,
    total: Sum,
    nulls: u64,
    transitions: Transitions,
    listed: Vec<Places>,
    long: BTreeMap<usize, Places>,
    coverage: Coverage,
    coalitions: Option<Coalitions>,
    non_direct: Vec<Sum>,
    weighted: Vec<Vec<Fraction>>,
    decayed: Vec<Vec<Fraction>>,
    /// Whether any conversion knew when its touches were, and when its milestones.
    is_timed: bool,
    has_milestones: bool,
    lacking_lead: u64,
    lacking_opportunity: u64,
}

/// What a pass uses over and over.
struct Scratch {
    half_lives: Vec<HalfLife>,
    weights: Vec<f64>,
    shares: Vec<u64>,
}

impl Tally {
    /// Nothing counted yet.
    pub fn new(channels: usize, asked: &Asked) -> Tally {
        let has_coalitions = asked.coalitions && channels <= COALITION_CHANNELS_MAX;
        let fractions = |of: usize| vec![vec![Fraction::default(); channels]; of];
        Tally {
            channels,
            asked: asked.clone(),
            total: Sum::default(),
            nulls: 0,
            transitions: Transitions::new(channels),
            listed: Vec::new(),
            long: BTreeMap::new(),
            coverage: Coverage::new(channels),
            coalitions: has_coalitions.then(|| Coalitions::new(channels)),
            non_direct: vec![Sum::default(); channels],
            weighted: fractions(asked.weights.len()),
            decayed: fractions(asked.half_lives_days.len()),
            is_timed: false,
            has_milestones: false,
            lacking_lead: 0,
            lacking_opportunity: 0,
        }
    }

    /// All journeys, counted on so many threads; how many changes nothing.
    pub fn of(journeys: &Journeys, asked: &Asked, threads: usize) -> Tally {
        let count = |range: Range<usize>| {
            let mut tally = Tally::new(journeys.channels.len(), asked);
            tally.take(journeys, range);
            tally
        };
        let mut ranges = journeys.split(threads);
        let own = ranges.pop().unwrap_or(0..journeys.len());
        thread::scope(|scope| {
            let count = &count;
            let others: Vec<_> =
                ranges.into_iter().map(|range| scope.spawn(move || count(range))).collect();
            let mut tally = count(own);
            for other in others {
                tally.merge(&other.join().expect("counting does not panic"));
            }
            tally
        })
    }

    /// Counts a range of journeys.
    pub fn take(&mut self, journeys: &Journeys, range: Range<usize>) {
        let of_days = |days: &u32| HalfLife::of_seconds(days.saturating_mul(86_400));
        let mut scratch = Scratch {
            half_lives: self.asked.half_lives_days.iter().map(of_days).collect(),
            weights: Vec::new(),
            shares: Vec::new(),
        };
        for journey in journeys.of(range) {
            let ended = journey.ended;
            self.nulls += u64::from(ended.nulls);
            self.transitions.take(&journey);
            if let Some(coalitions) = &mut self.coalitions {
                coalitions.take(&journey);
            }
            if ended.conversions > 0 && self.asked.transitions_alone {
                self.total.add(ended.conversions, ended.value);
            } else if ended.conversions > 0 {
                self.total.add(ended.conversions, ended.value);
                self.coverage.take(&journey);
                self.take_places(&journey);
                self.take_fractions(&journey, &mut scratch);
            }
        }
        self.transitions.settle();
    }

    fn take_places(&mut self, journey: &Journey<'_>) {
        let (touched, ended) = (journey.touched, journey.ended);
        let n = touched.len();
        let channels = self.channels;
        let places = if n < LENGTH_LISTED {
            if self.listed.len() <= n {
                self.listed.resize_with(n + 1, Places::default);
            }
            &mut self.listed[n]
        } else {
            self.long.entry(n).or_default()
        };
        if places.all.is_empty() {
            *places = Places::new(channels);
        }
        let add = |of: &mut [Sum], channel: ChannelNo| {
            of[usize::from(channel)].add(ended.conversions, ended.value);
        };
        add(&mut places.first, touched[0]);
        if n >= 2 {
            add(&mut places.last, touched[n - 1]);
        }
        if n >= 3 {
            add(&mut places.half, touched[n / 2]);
        }
        for channel in touched {
            add(&mut places.all, *channel);
        }
        let found = touched[last_non_direct(touched, self.asked.direct)];
        add(&mut self.non_direct, found);
    }

    fn take_fractions(&mut self, journey: &Journey<'_>, scratch: &mut Scratch) {
        let ended = journey.ended;
        if let Some(reached) = journey.milestones {
            self.has_milestones = true;
            self.lacking_lead += u64::from(reached.lead.is_none()) * u64::from(ended.conversions);
            self.lacking_opportunity +=
                u64::from(reached.opportunity.is_none()) * u64::from(ended.conversions);
            let shares = &mut scratch.shares;
            let by_milestones = self.asked.weights.iter().zip(&mut self.weighted);
            for (weights, of) in by_milestones.filter(|(asked, _)| asked.asks_for_milestones()) {
                weights.lay(journey.touched.len(), &milestones(journey), shares);
                let whole = ONE / shares.iter().sum::<u64>() as f64;
                for (channel, share) in journey.touched.iter().zip(shares.iter()) {
                    let share = (*share as f64 * whole) as u64;
                    of[usize::from(*channel)].add(share, ended.conversions, ended.value);
                }
            }
        }
        let Some(youngest) = journey.ages.last() else { return };
        self.is_timed = true;
        for (half_life, of) in scratch.half_lives.iter().zip(&mut self.decayed) {
            scratch.weights.clear();
            let weights = journey.ages.iter().map(|age| half_life.weight(age - youngest));
            scratch.weights.extend(weights);
            let whole = ONE / scratch.weights.iter().sum::<f64>();
            for (channel, weight) in journey.touched.iter().zip(&scratch.weights) {
                let share = (weight * whole) as u64;
                of[usize::from(*channel)].add(share, ended.conversions, ended.value);
            }
        }
    }

    /// Adds what another pass has counted of other journeys over the same channels, asked the same.
    pub fn merge(&mut self, other: &Tally) {
        debug_assert_eq!((self.channels, &self.asked), (other.channels, &other.asked));
        self.total.merge(other.total);
        self.nulls += other.nulls;
        self.transitions.merge(&other.transitions);
        self.coverage.merge(&other.coverage);
        if let (Some(own), Some(others)) = (&mut self.coalitions, &other.coalitions) {
            own.merge(others);
        }
        if self.listed.len() < other.listed.len() {
            self.listed.resize_with(other.listed.len(), Places::default);
        }
        let listed = self.listed.iter_mut().zip(&other.listed);
        listed.for_each(|(own, others)| own.merge(others));
        for (n, others) in &other.long {
            self.long.entry(*n).or_default().merge(others);
        }
        add_up(&mut self.non_direct, &other.non_direct);
        let fractions =
            [(&mut self.weighted, &other.weighted), (&mut self.decayed, &other.decayed)];
        for (own, others) in fractions {
            let each = own.iter_mut().flatten().zip(others.iter().flatten());
            each.for_each(|(own, other)| {
                own.conversions += other.conversions;
                own.value += other.value;
            });
        }
        self.is_timed |= other.is_timed;
        self.has_milestones |= other.has_milestones;
        self.lacking_lead += other.lacking_lead;
        self.lacking_opportunity += other.lacking_opportunity;
    }

    /// How many converted, and what they were worth.
    pub fn total(&self) -> Sum {
        self.total
    }

    /// How many did not convert.
    pub fn nulls(&self) -> u64 {
        self.nulls
    }

    /// Conversions with no touch before the lead, and before the opportunity, came to be.
    pub fn lacking(&self) -> (u64, u64) {
        (self.lacking_lead, self.lacking_opportunity)
    }

    /// From which channel to which, how often.
    pub fn transitions(&self) -> &Transitions {
        &self.transitions
    }

    /// Conversions by how many channels they touched.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// Sets of channels, if they were asked for and are not too many.
    pub fn coalitions(&self) -> Option<&Coalitions> {
        self.coalitions.as_ref()
    }

    /// What a rule gives to each channel; `None` where it was not asked for or needs times that the
    /// journeys have not.
    pub fn credit(&self, rule: Rule) -> Option<Vec<Credit>> {
        match rule {
            Rule::LastNonDirect => Some(self.non_direct.iter().map(|sum| sum.credit()).collect()),
            Rule::TimeDecay { half_life_days } => {
                let asked = &self.asked.half_lives_days;
                let at = asked.iter().position(|days| *days == half_life_days)?;
                let of = &self.decayed[at];
                let is_timed = self.is_timed || self.total.conversions == 0;
                is_timed.then(|| of.iter().map(|fraction| fraction.credit()).collect())
            }
            Rule::Weighted(weights) if self.has_milestones && weights.asks_for_milestones() => {
                let at = self.asked.weights.iter().position(|asked| *asked == weights)?;
                Some(self.weighted[at].iter().map(|fraction| fraction.credit()).collect())
            }
            rule => Some(self.by_place(rule)),
        }
    }

    /// Credit by a rule that only asks how long a journey was and where in it a touch stood.
    fn by_place(&self, rule: Rule) -> Vec<Credit> {
        let mut credit = vec![Credit::default(); self.channels];
        let listed = self.listed.iter().enumerate();
        let all = listed.chain(self.long.iter().map(|(n, places)| (*n, places)));
        for (n, places) in all.filter(|(_, places)| !places.all.is_empty()) {
            let shares = Shares::of(rule, n);
            for (channel, credit) in credit.iter_mut().enumerate() {
                let [first, half, last, all] =
                    [&places.first, &places.half, &places.last, &places.all].map(|of| of[channel]);
                let parts = [
                    (first, shares.first),
                    (half, shares.half),
                    (last, shares.last),
                    (all.less(first).less(half).less(last), shares.other),
                ];
                for (sum, share) in parts {
                    credit.conversions += sum.conversions as f64 * share;
                    credit.value += sum.value as f64 * share;
                }
            }
        }
        credit
    }
}

/// What a touch gets by where it stood, as fractions.
struct Shares {
    first: f64,
    half: f64,
    last: f64,
    other: f64,
}

impl Shares {
    fn of(rule: Rule, n: usize) -> Shares {
        let touched = vec![0; n];
        let journey =
            Journey { touched: &touched, ages: &[], ended: Default::default(), milestones: None };
        let shares = rule.shares(&journey, None).unwrap_or_else(|| vec![1; n]);
        let whole = shares.iter().sum::<u64>() as f64;
        let at = |place: usize| shares.get(place).map_or(0.0, |share| *share as f64 / whole);
        // From four on, the second touch is neither first nor half-way nor last.
        Shares { first: at(0), half: at(n / 2), last: at(n - 1), other: at(1) }
    }
}

impl Sum {
    /// As credit.
    pub(crate) fn credit(self) -> Credit {
        Credit { conversions: self.conversions as f64, value: self.value as f64 }
    }

    /// What is left without a part of it.
    fn less(self, part: Sum) -> Sum {
        Sum { conversions: self.conversions - part.conversions, value: self.value - part.value }
    }
}

fn add_up(own: &mut [Sum], others: &[Sum]) {
    own.iter_mut().zip(others).for_each(|(own, other)| own.merge(*other));
}

impl Places {
    fn new(channels: usize) -> Places {
        let none = || vec![Sum::default(); channels];
        Places { first: none(), half: none(), last: none(), all: none() }
    }

    fn merge(&mut self, other: &Places) {
        if other.all.is_empty() {
            return;
        }
        if self.all.is_empty() {
            *self = other.clone();
            return;
        }
        add_up(&mut self.first, &other.first);
        add_up(&mut self.half, &other.half);
        add_up(&mut self.last, &other.last);
        add_up(&mut self.all, &other.all);
    }
}

#[cfg(test)]
mod tests;
