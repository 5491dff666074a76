//! What a sweep over a block finds. Instants are seconds from the segment's origin.

/// When each contact of a block first met the definition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// By contact, the instant and one more; 0 for none.
    pub(crate) first: Vec<u32>,
}

/// When each contact of a block first met the definition at every threshold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Records {
    /// Where each contact's records begin, and where the last one's end.
    pub(crate) starts: Vec<u32>,
    pub(crate) at: Vec<u32>,
    /// The highest threshold that is met then, in thousandths, higher than the one before: a
    /// multiple of the step that was asked for.
    pub(crate) reach: Vec<i64>,
}

impl Found {
    /// By contact, when it first met the definition, in seconds from the origin.
    pub fn first(&self) -> impl Iterator<Item = Option<u32>> + '_ {
        self.first.iter().map(|first| first.checked_sub(1))
    }
}

impl Records {
    /// When each contact first met the definition with a threshold, in thousandths, which is a
    /// multiple of the step.
    pub fn at(&self, threshold: i64) -> Found {
        let first = self.starts.windows(2).map(|bounds| {
            let range = bounds[0] as usize..bounds[1] as usize;
            let passes = self.reach[range.clone()].iter().position(|reach| *reach >= threshold);
            passes.map_or(0, |place| self.at[range.start + place] + 1)
        });
        Found { first: first.collect() }
    }

    /// A contact's records: instants and the thresholds that are met from then on.
    pub fn of(&self, contact: usize) -> impl Iterator<Item = (u32, i64)> + '_ {
        let range = self.starts[contact] as usize..self.starts[contact + 1] as usize;
        self.at[range.clone()].iter().copied().zip(self.reach[range].iter().copied())
    }
}
