//! Blocks from memory or disk, swept and counted by several threads.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Asked, DealsOf, Tally};
use crate::{
    kept::Damage,
    segment::{Block, Deal, Opened, Segment},
    sweep::{Plan, Records},
    workers::{side_by_side, workers},
};

/// Where blocks come from.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// They are in memory.
    Memory(&'a Segment),
    /// They are read one by one.
    Disk(&'a Opened),
}

/// Sweeps and counts: whom a proposed rule finds and, where there is one, whom the present one does.
///
/// # Errors
/// [`Damage`] of a segment on disk.
pub fn backtest(
    source: Source<'_>,
    proposed: &Plan,
    present: Option<&Plan>,
    asked: &Asked,
) -> Result<Tally, Damage> {
    let parts = source.each(|block, tally: &mut Tally| {
        if tally.months.is_empty() {
            *tally = Tally::of(asked);
        }
        let found = proposed.first(block);
        let found_present = present.map(|plan| plan.first(block));
        tally.take(block, [Some(&found), found_present.as_ref()], asked);
    })?;
    Ok(summed(parts, asked))
}

fn summed(parts: Vec<Tally>, asked: &Asked) -> Tally {
    let mut all = Tally::of(asked);
    parts.iter().for_each(|part| all.and(part));
    all
}

/// Every threshold at once, ready for being dragged.
#[derive(Debug)]
pub struct Slider {
    blocks: Vec<(Records, DealsAlone)>,
    /// Thresholds are multiples of so many thousandths.
    step: i64,
}

/// The deals of a block.
#[derive(Debug)]
struct DealsAlone {
    starts: Vec<u32>,
    deals: Vec<Deal>,
}

impl DealsOf for DealsAlone {
    fn deals(&self, contact: usize) -> &[Deal] {
        &self.deals[self.starts[contact] as usize..self.starts[contact + 1] as usize]
    }
}

impl Slider {
    /// Sweeps once; `plan` was made with the lever that is going to be dragged, by steps of so many
    /// thousandths: by whole points most of what activities add changes nothing.
    ///
    /// # Errors
    /// [`Damage`] of a segment on disk.
    pub fn new(source: Source<'_>, plan: &Plan, step: i64) -> Result<Slider, Damage> {
        let mut parts = source.each(|block, done: &mut Vec<(Records, DealsAlone)>| {
            let (starts, deals) = (block.deal_starts.clone(), block.deals.clone());
            done.push((plan.records(block, step), DealsAlone { starts, deals }));
        })?;
        Ok(Slider { blocks: parts.drain(..).flatten().collect(), step })
    }

    /// What the rule comes to with a threshold, in thousandths of a point. Panics if that is no
    /// multiple of the step.
    pub fn at(&self, threshold: i64, asked: &Asked) -> Tally {
        assert!(threshold % self.step == 0, "{threshold} lies between two steps of {}", self.step);
        let next = AtomicUsize::new(0);
        let work = || {
            let mut tally = Tally::of(asked);
            while let Some((records, deals)) = self.blocks.get(next.fetch_add(1, Ordering::Relaxed))
            {
                tally.take(deals, [Some(&records.at(threshold)), None], asked);
            }
            tally
        };
        summed(side_by_side(workers().min(self.blocks.len()), work), asked)
    }
}

impl Source<'_> {
    fn blocks(&self) -> usize {
        match self {
            Source::Memory(segment) => segment.blocks.len(),
            Source::Disk(opened) => opened.blocks(),
        }
    }

    /// Hands every block to one of several threads, each with something of its own to fill.
    fn each<T: Default + Send>(
        &self,
        take: impl Fn(&Block, &mut T) + Sync,
    ) -> Result<Vec<T>, Damage> {
        let (next, blocks) = (AtomicUsize::new(0), self.blocks());
        let work = || -> Result<T, Damage> {
            let (mut block, mut bytes, mut filled) = (Block::default(), Vec::new(), T::default());
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= blocks {
                    return Ok(filled);
                }
                match self {
                    Source::Memory(segment) => take(&segment.blocks[number], &mut filled),
                    Source::Disk(opened) => {
                        opened.block(number, &mut block, &mut bytes)?;
                        take(&block, &mut filled);
                    }
                }
            }
        };
        side_by_side(workers().min(blocks), work).into_iter().collect()
    }
}
