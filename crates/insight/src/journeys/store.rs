//! Journeys on disk, ready to be counted.
//!
//! A block has two parts, one after the other: the steps, which every model asks for, and the times,
//! which few do; who asks for steps alone does not read the times.

use std::{
    io,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};

use super::{Ended, Journeys, Milestones};
use crate::{
    bytes::{Decoder, Encoder},
    channels::Channels,
    gathering::LeftOut,
    kept::{self, Blocks, Damage, Mark, Writer},
    tally::{Asked, Tally},
    workers::side_by_side,
};

const MARK: Mark = *b"LSjrn\0\0\x01";

/// How many journeys a block holds.
const BLOCK_JOURNEYS: usize = 1 << 13;

/// What is said of journeys besides themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Where they come from.
    pub source: String,
    /// Which touches count, in words.
    pub eligibility: String,
    /// What was left out, if that is known.
    pub left_out: Option<LeftOut>,
    /// What was seen on the way.
    pub notes: Vec<String>,
}

/// Journeys that are still on disk.
#[derive(Debug)]
pub struct Kept {
    /// What is said of them.
    pub origin: Origin,
    /// The names of the channels.
    pub channels: Channels,
    /// How many parts one unit of money has.
    pub parts: u32,
    /// Whether it is known when leads and opportunities came to be.
    pub has_milestones: bool,
    is_timed: bool,
    blocks: Blocks,
}

/// Writes journeys, and says how many bytes the file has.
///
/// # Errors
/// What the system said. Whoever calls makes sure that nobody takes an unfinished file for a whole
/// one: write beside, then rename.
pub fn write(journeys: &Journeys, origin: &Origin, path: &Path) -> io::Result<u64> {
    let mut writer = Writer::create(path, MARK)?;
    let mut bytes = Encoder::default();
    for from in (0..journeys.len()).step_by(BLOCK_JOURNEYS) {
        let range = from..journeys.len().min(from + BLOCK_JOURNEYS);
        bytes.0.clear();
        bytes.steps(journeys, range.clone());
        writer.block(&bytes.0)?;
        bytes.0.clear();
        bytes.times(journeys, range);
        writer.block(&bytes.0)?;
    }
    let mut frame = Encoder::default();
    frame.head(journeys, origin);
    writer.finish(frame)
}

/// Opens journeys that were kept.
///
/// # Errors
/// [`Damage`], which says what to do.
pub fn open(path: &Path) -> Result<Kept, Damage> {
    let (head, blocks) = kept::open(path, MARK, |said| said.head())?;
    let Head { origin, channels, parts, is_timed, has_milestones } = head;
    if blocks.len() % 2 != 0 {
        return Err(Damage::Frame);
    }
    Ok(Kept { origin, channels, parts, has_milestones, is_timed, blocks })
}

impl Kept {
    /// All of them.
    ///
    /// # Errors
    /// [`Damage`], which says what to do.
    pub fn read(&self) -> Result<Journeys, Damage> {
        let mut all = Journeys::new(self.channels.clone(), self.parts);
        let mut bytes = Vec::new();
        for number in 0..self.blocks.len() / 2 {
            self.block(number, true, &mut all, &mut bytes)?;
        }
        Ok(all)
    }

    /// What a pass counts, on so many threads, each with one block in memory; how many changes
    /// nothing.
    pub(crate) fn tally(&self, asked: &Asked, threads: usize) -> Result<Tally, Damage> {
        let (next, blocks) = (AtomicUsize::new(0), self.blocks.len() / 2);
        let work = || -> Result<Tally, Damage> {
            let mut tally = Tally::new(self.channels.len(), asked);
            let mut block = Journeys::new(self.channels.clone(), self.parts);
            let mut bytes = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= blocks {
                    return Ok(tally);
                }
                block.clear();
                self.block(number, !asked.transitions_alone, &mut block, &mut bytes)?;
                tally.take(&block, 0..block.len());
            }
        };
        let mut whole = Tally::new(self.channels.len(), asked);
        for part in side_by_side(threads.clamp(1, blocks.max(1)), work) {
            whole.merge(&part?);
        }
        Ok(whole)
    }

    /// Adds the journeys of a block to others, with their times if these are wanted.
    fn block(
        &self,
        number: usize,
        with_times: bool,
        into: &mut Journeys,
        bytes: &mut Vec<u8>,
    ) -> Result<(), Damage> {
        let (steps, times) = (2 * number, 2 * number + 1);
        let first = into.len();
        let mut said = self.blocks.read(steps, bytes)?;
        let read = said.steps(into).filter(|()| said.0.is_empty());
        read.ok_or(Damage::Block(steps))?;
        if with_times && (self.is_timed || self.has_milestones) {
            let mut said = self.blocks.read(times, bytes)?;
            let read = said.times(self, first, into).filter(|()| said.0.is_empty());
            read.ok_or(Damage::Block(times))?;
        }
        Ok(())
    }
}

impl Journeys {
    /// Forgets all of them, and keeps their room.
    fn clear(&mut self) {
        self.starts.truncate(1);
        self.touched.clear();
        self.aged.clear();
        self.ages.clear();
        self.age_starts.clear();
        self.ended.clear();
        self.milestones.clear();
    }

    /// The places, among those from `first` on, of journeys that converted.
    fn converted(&self, first: usize) -> impl Iterator<Item = usize> + Clone + '_ {
        (first..self.len()).filter(|at| self.ended[*at].conversions > 0)
    }
}

/// What a file says before its blocks.
struct Head {
    origin: Origin,
    channels: Channels,
    parts: u32,
    is_timed: bool,
    has_milestones: bool,
}

impl Encoder {
    fn head(&mut self, journeys: &Journeys, origin: &Origin) {
        self.text(&origin.source);
        self.text(&origin.eligibility);
        self.u8(u8::from(origin.left_out.is_some()));
        let left_out = origin.left_out.unwrap_or_default();
        numbers(&left_out).iter().for_each(|number| self.u64(*number));
        self.u32(origin.notes.len() as u32);
        origin.notes.iter().for_each(|note| self.text(note));
        self.u32(journeys.channels.len() as u32);
        journeys.channels.names().iter().for_each(|name| self.text(name));
        self.u32(journeys.parts);
        self.u8(u8::from(journeys.is_timed()));
        self.u8(u8::from(journeys.has_milestones()));
    }

    fn steps(&mut self, journeys: &Journeys, range: std::ops::Range<usize>) {
        let ended = &journeys.ended[range.clone()];
        let starts = &journeys.starts[range.start..=range.end];
        let touched = &journeys.touched[starts[0] as usize..starts[ended.len()] as usize];
        self.u32(ended.len() as u32);
        self.u32(touched.len() as u32);
        self.narrow(starts.windows(2).map(|pair| u64::from(pair[1] - pair[0])));
        self.narrow(ended.iter().map(|ended| ended.conversions.into()));
        self.narrow(ended.iter().map(|ended| ended.nulls.into()));
        self.narrow(ended.iter().filter(|ended| ended.conversions > 0).map(|ended| ended.value));
        self.narrow(touched.iter().map(|channel| (*channel).into()));
    }

    fn times(&mut self, journeys: &Journeys, range: std::ops::Range<usize>) {
        let all: Vec<_> = journeys.of(range).collect();
        // Milestones are places in the journey, counted from one; nothing stands for none.
        let place = |place: Option<u32>| place.map_or(0, |place| u64::from(place) + 1);
        let reached = all.iter().filter_map(|journey| journey.milestones);
        if journeys.has_milestones() {
            self.narrow(reached.clone().map(|reached| place(reached.lead)));
            self.narrow(reached.map(|reached| place(reached.opportunity)));
        }
        if journeys.is_timed() {
            self.narrow(all.iter().flat_map(|journey| journey.ages).map(|age| (*age).into()));
        }
    }
}

impl Decoder<'_> {
    fn head(&mut self) -> Option<Head> {
        let (source, eligibility) = (self.text()?, self.text()?);
        let has_left_out = self.u8()? == 1;
        let mut left_out = LeftOut::default();
        for number in numbers_mut(&mut left_out) {
            *number = self.u64()?;
        }
        let left_out = has_left_out.then_some(left_out);
        let notes: Option<Vec<String>> = (0..self.count(4)?).map(|_| self.text()).collect();
        let mut channels = Channels::default();
        for number in 0..self.count(4)? {
            // A name that stands twice would take the number of the first.
            if usize::from(channels.number(&self.text()?).ok()?) != number {
                return None;
            }
        }
        let parts = self.u32().filter(|parts| *parts > 0)?;
        let (is_timed, has_milestones) = (self.u8()? == 1, self.u8()? == 1);
        let origin = Origin { source, eligibility, left_out, notes: notes? };
        Some(Head { origin, channels, parts, is_timed, has_milestones })
    }

    /// Steps whose journeys all have touches, and whose touches all have channels.
    fn steps(&mut self, into: &mut Journeys) -> Option<()> {
        let (journeys, touches) = (self.u32()? as usize, self.u32()? as usize);
        if journeys > BLOCK_JOURNEYS {
            return None;
        }
        let mut lengths: Vec<u32> = Vec::with_capacity(journeys);
        self.narrow(journeys, &mut lengths)?;
        let [mut conversions, mut nulls]: [Vec<u32>; 2] = [Vec::new(), Vec::new()];
        self.narrow(journeys, &mut conversions)?;
        self.narrow(journeys, &mut nulls)?;
        let mut values: Vec<u64> = Vec::new();
        self.narrow(conversions.iter().filter(|times| **times > 0).count(), &mut values)?;
        let known = into.touched.len();
        let is_empty = |both: (&u32, &u32)| *both.0 == 0 && *both.1 == 0;
        if lengths.contains(&0)
            || lengths.iter().map(|length| *length as usize).sum::<usize>() != touches
            || u32::try_from(known + touches).is_err()
            || conversions.iter().zip(&nulls).any(is_empty)
            // Channels that are all the first one take no room, and so the number says nothing.
            || (self.0.first() == Some(&0) && touches > TOUCHES_MAX)
        {
            return None;
        }
        self.narrow(touches, &mut into.touched)?;
        let most = into.touched[known..].iter().max();
        if most.is_some_and(|most| usize::from(*most) >= into.channels.len()) {
            return None;
        }
        let mut end = known as u32;
        into.starts.extend(lengths.iter().map(|length| {
            end += length;
            end
        }));
        let mut values = values.into_iter();
        into.ended.extend(conversions.iter().zip(&nulls).map(|(conversions, nulls)| {
            let value = if *conversions > 0 { values.next().unwrap_or_default() } else { 0 };
            Ended { conversions: *conversions, nulls: *nulls, value }
        }));
        Some(())
    }

    /// The times of the journeys from `first` on: milestones that lie within them, and touches the
    /// oldest of which come first.
    fn times(&mut self, kept: &Kept, first: usize, into: &mut Journeys) -> Option<()> {
        let journeys = into.len() - first;
        if kept.has_milestones {
            let [mut leads, mut opportunities]: [Vec<u32>; 2] = [Vec::new(), Vec::new()];
            self.narrow(journeys, &mut leads)?;
            self.narrow(journeys, &mut opportunities)?;
            let lengths = into.starts[first..].windows(2).map(|pair| pair[1] - pair[0]);
            let reached = leads.iter().zip(&opportunities);
            if reached.clone().zip(lengths).any(|((a, b), length)| *a > length || *b > length) {
                return None;
            }
            into.milestones.extend(reached.map(|(lead, opportunity)| Milestones {
                lead: lead.checked_sub(1),
                opportunity: opportunity.checked_sub(1),
            }));
        }
        into.is_timed = kept.is_timed;
        if kept.is_timed {
            let mut end = into.ages.len();
            let aged: Vec<u32> = into.converted(first).map(|at| at as u32).collect();
            for at in &aged {
                let at = *at as usize;
                into.age_starts.push(end as u32);
                end += (into.starts[at + 1] - into.starts[at]) as usize;
            }
            let known = into.ages.len();
            self.narrow(end - known, &mut into.ages)?;
            let starts = &into.age_starts[into.aged.len()..];
            let ends = starts.iter().skip(1).copied().chain([end as u32]);
            let falls = |(from, to): (&u32, u32)| {
                into.ages[*from as usize..to as usize].is_sorted_by(|a, b| a >= b)
            };
            if !starts.iter().zip(ends).all(falls) {
                return None;
            }
            into.aged.extend(aged);
        }
        Some(())
    }
}

/// The most touches of a block that need not stand in the file.
const TOUCHES_MAX: usize = 1 << 24;

/// What was left out, in the order of the file.
fn numbers(left_out: &LeftOut) -> [u64; 6] {
    let mut copy = *left_out;
    numbers_mut(&mut copy).map(|number| *number)
}

fn numbers_mut(left_out: &mut LeftOut) -> [&mut u64; 6] {
    let LeftOut { excluded, repeated, too_early, untouched, untouched_value, unended } = left_out;
    [excluded, repeated, too_early, untouched, untouched_value, unended]
}

#[cfg(test)]
mod tests;
