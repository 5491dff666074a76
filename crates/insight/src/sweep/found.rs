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
    /// The highest threshold that is met then, higher than the one before, in steps; [`ANY`] for any.
    pub(crate) reach: Vec<i32>,
    /// Thousandths of a step.
    pub(crate) step: i64,
}

/// So many steps stand for every threshold: no rules give as much.
const ANY: i32 = i32::MAX;

impl Found {
    /// By contact, when it first met the definition, in seconds from the origin.
    pub fn first(&self) -> impl Iterator<Item = Option<u32>> + '_ {
        self.first.iter().map(|first| first.checked_sub(1))
    }
}

impl Records {
    /// Notes that a contact meets every threshold up to one from an instant on; the last multiple of
    /// the step below the one that comes next.
    pub(crate) fn note(&mut self, at: u32, reach: i64) -> i64 {
        let steps = reach.div_euclid(self.step);
        self.at.push(at);
        self.reach.push(steps.clamp(i32::MIN.into(), ANY.into()) as i32);
        (steps * self.step).saturating_add(self.step - 1)
    }

    /// When each contact first met the definition with a threshold, in thousandths, which is a
    /// multiple of the step.
    pub fn at(&self, threshold: i64) -> Found {
        let steps = threshold / self.step;
        let steps = i32::try_from(steps).unwrap_or(if steps < 0 { i32::MIN } else { ANY });
        let first = self.starts.windows(2).map(|bounds| {
            let range = bounds[0] as usize..bounds[1] as usize;
            let passes = self.reach[range.clone()].iter().position(|reach| *reach >= steps);
            passes.map_or(0, |place| self.at[range.start + place] + 1)
        });
        Found { first: first.collect() }
    }

    /// A contact's records: instants and the thresholds, in thousandths, that are met from then on.
    pub fn of(&self, contact: usize) -> impl Iterator<Item = (u32, i64)> + '_ {
        let range = self.starts[contact] as usize..self.starts[contact + 1] as usize;
        let thresholds = self.reach[range.clone()].iter().map(|steps| match *steps {
            ANY => i64::MAX,
            steps => i64::from(steps) * self.step,
        });
        self.at[range].iter().copied().zip(thresholds)
    }
}
