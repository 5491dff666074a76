//! Rules that share out one journey by where its touches stand.
//!
//! Shares are whole numbers over their sum, so that equal shares are equal and a deal can be shared
//! out to the cent.

use serde::Serialize;

use crate::{
    channels::ChannelNo,
    half_life::HalfLife,
    journeys::{Journey, Milestones},
};

/// What each milestone and the touches between them are given, in thousandths. What has no touch is
/// left out and the rest is scaled up in proportion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Weights {
    /// The first touch.
    pub first: u32,
    /// The last touch at or before the lead came to be.
    pub lead: u32,
    /// The last touch at or before the opportunity came to be.
    pub opportunity: u32,
    /// The last touch before the end.
    pub last: u32,
    /// All others together, up to the last touch that is weighted; later ones get nothing.
    pub middle: u32,
}

/// How one journey is shared out among its touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// All to the first touch.
    First,
    /// All to the last touch.
    Last,
    /// All to the last touch whose channel is not direct; to the last, if all are.
    LastNonDirect,
    /// The same to each.
    Linear,
    /// By milestones.
    Weighted(Weights),
    /// Half as much for each half-life before the end.
    TimeDecay {
        /// How long a touch takes to lose half its weight.
        half_life_days: u32,
    },
}

/// 40 first, 40 last, 20 between.
pub const U: Weights = Weights { first: 400, lead: 0, opportunity: 0, last: 400, middle: 200 };
/// 30 first, 30 lead, 30 opportunity, 10 between.
pub const W: Weights = Weights { first: 300, lead: 300, opportunity: 300, last: 0, middle: 100 };
/// 22.5 first, lead, opportunity and last, 10 between.
pub const FULL_PATH: Weights =
    Weights { first: 225, lead: 225, opportunity: 225, last: 225, middle: 100 };
/// 20 first, 60 last, 20 between.
pub const J: Weights = Weights { first: 200, lead: 0, opportunity: 0, last: 600, middle: 200 };
/// 60 first, 20 last, 20 between.
pub const INVERSE_J: Weights =
    Weights { first: 600, lead: 0, opportunity: 0, last: 200, middle: 200 };

/// Time-decay weights as whole numbers: one is 2^40, so a million touches fit their sum.
const DECAY_ONE: f64 = (1_u64 << 40) as f64;

impl Rule {
    /// What each touch gets, in parts of their sum; `direct` is the channel of those who came by
    /// themselves. `None` where the rule needs times that the journey has not.
    pub fn shares(self, journey: &Journey<'_>, direct: Option<ChannelNo>) -> Option<Vec<u64>> {
        let n = journey.touched.len();
        let only = |place: usize| (0..n).map(|at| u64::from(at == place)).collect();
        Some(match self {
            Rule::First => only(0),
            Rule::Last => only(n - 1),
            Rule::LastNonDirect => only(last_non_direct(journey.touched, direct)),
            Rule::Linear => vec![1; n],
            Rule::Weighted(weights) => weights.shares(n, &milestones(journey)),
            Rule::TimeDecay { half_life_days } => {
                decayed(journey.ages, &HalfLife::of_seconds(half_life_days.saturating_mul(86_400)))
                    .filter(|shares| shares.len() == n)?
            }
        })
    }
}

/// The place of the last touch that is not direct, or of the last.
pub(crate) fn last_non_direct(touched: &[ChannelNo], direct: Option<ChannelNo>) -> usize {
    let found = direct.and_then(|direct| touched.iter().rposition(|channel| *channel != direct));
    found.unwrap_or(touched.len() - 1)
}

/// The milestones of a journey. Where they are not known, the touch half-way stands for the lead and
/// the last for the opportunity.
pub(crate) fn milestones(journey: &Journey<'_>) -> Milestones {
    let n = journey.touched.len() as u32;
    let halfway = Milestones { lead: (n >= 3).then_some(n / 2), opportunity: Some(n - 1) };
    journey.milestones.unwrap_or(halfway)
}

fn decayed(ages: &[u32], half_life: &HalfLife) -> Option<Vec<u64>> {
    let youngest = *ages.iter().min()?;
    let weight = |age: &u32| (half_life.weight(age - youngest) * DECAY_ONE).round() as u64;
    Some(ages.iter().map(weight).collect())
}

impl Weights {
    /// What each of `n` touches gets, in parts of their sum.
    pub fn shares(self, n: usize, milestones: &Milestones) -> Vec<u64> {
        let mut shares = Vec::new();
        self.lay(n, milestones, &mut shares);
        shares
    }

    /// The same, laid into a list that is used again.
    pub(crate) fn lay(self, n: usize, milestones: &Milestones, of: &mut Vec<u64>) {
        let place = |at: Option<u32>| at.map(|at| at as usize).filter(|at| *at < n);
        let held = [
            (self.first, Some(0)),
            (self.lead, place(milestones.lead)),
            (self.opportunity, place(milestones.opportunity)),
            (self.last, Some(n - 1)),
        ];
        of.clear();
        of.resize(n, 0);
        let mut end = None;
        for (weight, at) in held {
            if let Some(at) = at.filter(|_| weight > 0) {
                of[at] += u64::from(weight);
                end = end.max(Some(at));
            }
        }
        // Touches after the last one that is weighted lie outside.
        let inside = end.map_or(n, |end| end + 1);
        let between = of[..inside].iter().filter(|weight| **weight == 0).count() as u64;
        let middle = u64::from(self.middle);
        if end.is_none() && middle == 0 {
            // Weights that give nothing to anything that is there know no better than evenly.
            of.fill(1);
            return;
        }
        for weight in &mut of[..inside] {
            *weight = if *weight == 0 { middle } else { *weight * between.max(1) };
        }
    }

    /// Whether it asks when leads or opportunities came to be.
    pub fn asks_for_milestones(self) -> bool {
        self.lead > 0 || self.opportunity > 0
    }

    /// `30 first touch, 30 lead, 30 opportunity, 10 between`, in per cent of the whole.
    pub fn words(self) -> String {
        let parts = [
            (self.first, "first touch"),
            (self.lead, "lead"),
            (self.opportunity, "opportunity"),
            (self.last, "last touch"),
            (self.middle, "between"),
        ];
        let whole: u32 = parts.iter().map(|(weight, _)| weight).sum();
        let whole = f64::from(whole.max(1));
        let said = parts.iter().filter(|(weight, _)| *weight > 0).map(|(weight, what)| {
            let per_cent = (f64::from(*weight) / whole * 1000.0).round() / 10.0;
            format!("{per_cent} {what}")
        });
        said.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests;
