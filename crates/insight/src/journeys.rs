//! Journeys as flat columns, one after the other: what every kernel reads in one pass forward.

mod store;

use std::ops::Range;

use crate::channels::{ChannelNo, Channels, TooManyChannels};

pub use store::{Kept, Origin, open, write};

/// How a journey ended, and how many times it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ended {
    /// How many of it converted.
    pub conversions: u32,
    /// How many of it did not.
    pub nulls: u32,
    /// What those that converted were worth together, in the smallest parts of [`Journeys::parts`].
    pub value: u64,
}

/// The places in a journey of the touches at which something was reached; `None` where no touch
/// came before it, or it is not known when it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Milestones {
    /// The last touch at or before the lead came to be.
    pub lead: Option<u32>,
    /// The last touch at or before the opportunity came to be.
    pub opportunity: Option<u32>,
}

/// Many journeys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journeys {
    /// The names of the channels.
    pub channels: Channels,
    /// How many parts one unit of money has: 100 for cents.
    pub parts: u32,
    /// Journey `j` has the touches from `starts[j]` up to `starts[j + 1]`.
    starts: Vec<u32>,
    touched: Vec<ChannelNo>,
    is_timed: bool,
    /// Journeys that converted, where times are known: nobody asks how old the touches of others are,
    /// and so those of one come right after those of the last.
    aged: Vec<u32>,
    /// Seconds from each touch to the end of its journey, from `age_starts` on for each of those.
    ages: Vec<u32>,
    age_starts: Vec<u32>,
    ended: Vec<Ended>,
    /// For each journey; empty where they are not known.
    milestones: Vec<Milestones>,
}

/// One journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Journey<'a> {
    /// The channels of its touches, the earliest first; never empty.
    pub touched: &'a [ChannelNo],
    /// Seconds from each touch to its end; empty where times are not known. Kept only of journeys that
    /// converted.
    pub ages: &'a [u32],
    /// How it ended.
    pub ended: Ended,
    /// Where in it something was reached, if that is known.
    pub milestones: Option<Milestones>,
}

/// Why a journey cannot be one of many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JourneyRefusal {
    /// It has no touch.
    #[error("a journey without a touch has nobody to credit: leave it out")]
    NoTouch,
    /// Nothing became of it, neither way.
    #[error("a journey is counted at least once: say how many converted and how many did not")]
    NotCounted,
    /// Some have times and some have none.
    #[error("either all journeys have times or none has: give one file for each kind")]
    MixedTimes,
    /// There are too many touches.
    #[error("there are more than 4,294,967,295 touches: share them out over several runs")]
    TooManyTouches,
    /// Too many channels.
    #[error(transparent)]
    Channels(#[from] TooManyChannels),
}

impl Journeys {
    /// No journeys yet, over these channels, with money in so many parts of a unit.
    pub fn new(channels: Channels, parts: u32) -> Journeys {
        Journeys {
            channels,
            parts,
            starts: vec![0],
            touched: Vec::new(),
            is_timed: false,
            aged: Vec::new(),
            ages: Vec::new(),
            age_starts: Vec::new(),
            ended: Vec::new(),
            milestones: Vec::new(),
        }
    }

    /// Adds a journey.
    ///
    /// # Errors
    /// Why it cannot be added; nothing is.
    pub fn push(&mut self, journey: Journey<'_>) -> Result<(), JourneyRefusal> {
        if journey.touched.is_empty() {
            return Err(JourneyRefusal::NoTouch);
        }
        if journey.ended.conversions == 0 && journey.ended.nulls == 0 {
            return Err(JourneyRefusal::NotCounted);
        }
        let is_timed = journey.ages.len() == journey.touched.len();
        let alike = self.is_empty() || is_timed == self.is_timed();
        if !alike || (!is_timed && !journey.ages.is_empty()) {
            return Err(JourneyRefusal::MixedTimes);
        }
        if journey.milestones.is_some() != self.has_milestones() && !self.is_empty() {
            return Err(JourneyRefusal::MixedTimes);
        }
        let end = u32::try_from(self.touched.len() + journey.touched.len());
        let end = end.map_err(|_| JourneyRefusal::TooManyTouches)?;
        self.touched.extend_from_slice(journey.touched);
        self.is_timed = is_timed;
        if is_timed && journey.ended.conversions > 0 {
            self.aged.push(self.ended.len() as u32);
            self.age_starts.push(self.ages.len() as u32);
            self.ages.extend_from_slice(journey.ages);
        }
        self.ended.push(journey.ended);
        self.milestones.extend(journey.milestones);
        self.starts.push(end);
        Ok(())
    }

    /// How many journeys there are, each told once however often it was seen.
    pub fn len(&self) -> usize {
        self.ended.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ended.is_empty()
    }

    /// How many touches there are.
    pub fn touches(&self) -> usize {
        self.touched.len()
    }

    /// How many bytes the columns take, all of which a pass may read.
    pub fn bytes(&self) -> usize {
        let numbers = self.starts.len() + self.aged.len() + self.ages.len() + self.age_starts.len();
        numbers * size_of::<u32>()
            + size_of_val(self.touched.as_slice())
            + size_of_val(self.ended.as_slice())
            + size_of_val(self.milestones.as_slice())
    }

    /// Whether it is known when each touch was.
    pub fn is_timed(&self) -> bool {
        self.is_timed
    }

    /// Whether it is known when leads and opportunities came to be.
    pub fn has_milestones(&self) -> bool {
        !self.milestones.is_empty()
    }

    /// The journey at a place.
    ///
    /// # Panics
    /// If there are fewer.
    pub fn get(&self, at: usize) -> Journey<'_> {
        self.of(at..at + 1).next().expect("a range of one has one")
    }

    /// All journeys of a range, in order.
    pub fn of(&self, range: Range<usize>) -> impl Iterator<Item = Journey<'_>> {
        let mut next = self.aged.partition_point(|aged| (*aged as usize) < range.start);
        range.map(move |at| {
            let touched = &self.touched[self.starts[at] as usize..self.starts[at + 1] as usize];
            let is_aged = self.aged.get(next).is_some_and(|aged| *aged as usize == at);
            let ages = if is_aged {
                let from = self.age_starts[next] as usize;
                next += 1;
                &self.ages[from..from + touched.len()]
            } else {
                &[]
            };
            let milestones = self.milestones.get(at).copied();
            Journey { touched, ages, ended: self.ended[at], milestones }
        })
    }

    /// How each journey ended.
    pub fn ended(&self) -> &[Ended] {
        &self.ended
    }

    /// The same journeys, ended in other ways; as many as there are journeys.
    pub fn with_ended(&self, ended: Vec<Ended>) -> Journeys {
        debug_assert_eq!(ended.len(), self.ended.len());
        Journeys { ended, ..self.clone() }
    }

    /// Ranges of journeys with about as many touches each, one after the other.
    pub fn split(&self, parts: usize) -> Vec<Range<usize>> {
        let parts = parts.max(1);
        let cut = |part: usize| {
            let touch = (self.touched.len() as u64 * part as u64 / parts as u64) as u32;
            self.starts.partition_point(|start| *start < touch).min(self.len())
        };
        let mut cuts: Vec<usize> = (0..parts).map(cut).collect();
        cuts.push(self.len());
        cuts.windows(2).map(|pair| pair[0]..pair[1]).collect()
    }

    /// The same journeys with every channel that has under `share` of the touches called `other`.
    ///
    /// # Errors
    /// [`TooManyChannels`] cannot come of fewer channels, but the sign is the reader's.
    pub fn with_rare_as(&self, other: &str, share: f64) -> Result<Journeys, TooManyChannels> {
        let mut counts = vec![0_u64; self.channels.len()];
        for channel in &self.touched {
            counts[usize::from(*channel)] += 1;
        }
        let least = share * self.touched.len() as f64;
        let mut channels = Channels::default();
        let numbers = self.channels.names().iter().zip(counts).map(|(name, count)| {
            channels.number(if (count as f64) < least { other } else { name })
        });
        let numbers: Vec<ChannelNo> = numbers.collect::<Result<_, _>>()?;
        let touched = self.touched.iter().map(|channel| numbers[usize::from(*channel)]).collect();
        Ok(Journeys { channels, touched, ..self.clone() })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Journeys from `("A B", conversions, nulls, value)`.
    pub(crate) fn journeys(paths: &[(&str, u32, u32, u64)]) -> Journeys {
        let mut all = Journeys::new(Channels::default(), 100);
        for (path, conversions, nulls, value) in paths {
            let names = path.split(' ');
            let touched: Vec<ChannelNo> =
                names.map(|name| all.channels.number(name).unwrap()).collect();
            let ended = Ended { conversions: *conversions, nulls: *nulls, value: *value };
            let journey = Journey { touched: &touched, ages: &[], ended, milestones: None };
            all.push(journey).unwrap();
        }
        all
    }

    /// The worked example of domain.md 4.3.
    pub(crate) fn worked() -> Journeys {
        journeys(&[("A B", 2, 1, 200), ("B", 1, 3, 100), ("A C B", 1, 0, 100), ("C", 0, 4, 0)])
    }

    prop_compose! {
        fn a_journey(timed: bool, reached: bool)(
            touched in prop::collection::vec(0_u16..5, 1..9),
        )(
            ages in prop::collection::vec(0_u32..8_000_000, touched.len()),
            conversions in 0_u32..4,
            nulls in 0_u32..4,
            value in 0_u64..100_000,
            lead in prop::option::of(0..touched.len() as u32),
            opportunity in prop::option::of(0..touched.len() as u32),
            touched in Just(touched),
        ) -> (Vec<u16>, Vec<u32>, Ended, Option<Milestones>) {
            let mut ages = ages;
            ages.sort_unstable_by(|a, b| b.cmp(a));
            let nulls = if conversions == 0 { nulls.max(1) } else { nulls };
            let value = if conversions == 0 { 0 } else { value };
            let ages = if timed { ages } else { Vec::new() };
            let milestones = reached.then_some(Milestones { lead, opportunity });
            (touched, ages, Ended { conversions, nulls, value }, milestones)
        }
    }

    /// Any journeys over five channels.
    pub(crate) fn any_journeys(timed: bool, reached: bool) -> impl Strategy<Value = Journeys> {
        prop::collection::vec(a_journey(timed, reached), 1..40).prop_map(|list| {
            let mut channels = Channels::default();
            for name in ["A", "B", "C", "D", "E"] {
                channels.number(name).unwrap();
            }
            let mut all = Journeys::new(channels, 100);
            for (touched, ages, ended, milestones) in &list {
                let (ended, milestones) = (*ended, *milestones);
                all.push(Journey { touched, ages, ended, milestones }).unwrap();
            }
            all
        })
    }

    #[test]
    fn what_is_no_journey_is_refused_and_nothing_is_added() {
        let mut all = worked();
        let once = Ended { conversions: 1, nulls: 0, value: 0 };
        let cases = [
            (&[][..], &[][..], once, JourneyRefusal::NoTouch),
            (&[0], &[], Ended::default(), JourneyRefusal::NotCounted),
            (&[0], &[5], once, JourneyRefusal::MixedTimes),
        ];
        for (touched, ages, ended, expected) in cases {
            let journey = Journey { touched, ages, ended, milestones: None };
            assert_eq!(all.push(journey), Err(expected));
        }
        assert_eq!(all, worked());
    }

    #[test]
    fn rare_channels_become_one() {
        let all = journeys(&[("A A A A A A A A", 1, 0, 0), ("B C", 0, 1, 0)]);
        let grouped = all.with_rare_as("other", 0.2).unwrap();
        assert_eq!(grouped.channels.names(), ["A", "other"]);
        assert_eq!(grouped.get(1).touched, [1, 1]);
    }

    proptest! {
        #[test]
        fn a_split_covers_every_journey_once(all in any_journeys(false, false), parts in 1_usize..6) {
            let split = all.split(parts);
            prop_assert_eq!(split.len(), parts);
            let covered: Vec<usize> = split.into_iter().flatten().collect();
            prop_assert_eq!(covered, (0..all.len()).collect::<Vec<_>>());
        }
    }
}
