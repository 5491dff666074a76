//! Cumulative incidence: how many have come so far, counting those still open honestly.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::counted::Counted;
use crate::spread::SpanUnit;

/// How a unit's wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// What is looked at came about, such as an acceptance.
    Came,
    /// Something else came about that rules it out, such as a rejection.
    Competing,
    /// Neither yet: the unit was seen for so long and no longer.
    Open,
}

/// A unit, how long it was followed and how that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed<I> {
    /// The unit.
    pub row: I,
    /// From its start to the ending, or to the last look, in the unit of the report; not negative.
    pub after: i64,
    /// How the wait ended.
    pub ending: Ending,
}

/// What happened at one length of wait.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IncidenceStep<I> {
    /// The wait.
    pub after: i64,
    /// How many were still waiting just before, n(t).
    pub at_risk: u64,
    /// Those for which it came about, d_A(t).
    pub came: Counted<I>,
    /// Those for which something else came about, d_R(t).
    pub competing: Counted<I>,
    /// Those last seen open here; they are at risk here and no longer.
    pub open: Counted<I>,
    /// The share for which it has come about by now, CIF_A(t).
    pub incidence: f64,
    /// The share for which nothing has come about yet, S(t).
    pub waiting: f64,
}

/// The cumulative incidence by Aalen and Johansen:
/// CIF_A(t) = Σ S(tᵢ⁻)·d_A(tᵢ)/n(tᵢ) over tᵢ ≤ t, with S(t) = Π (1 − (d_A + d_R)/n).
///
/// Competing endings are not treated as open (1 − Kaplan–Meier would, and overstates). At the same
/// wait, endings come before open units leave. Source: domain.md 1.5.
///
/// In JSON: `{"unit":"seconds","n":10,"steps":[{"after":2,"at_risk":10,…}]}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Incidence<I> {
    unit: SpanUnit,
    n: u64,
    steps: Vec<IncidenceStep<I>>,
}

impl<I> Incidence<I> {
    /// Works out the incidence of the units followed, whose waits are in `unit`.
    pub fn of(unit: SpanUnit, followed: impl IntoIterator<Item = Followed<I>>) -> Incidence<I> {
        let mut by_wait: BTreeMap<i64, Vec<Followed<I>>> = BTreeMap::new();
        for one in followed {
            by_wait.entry(one.after).or_default().push(one);
        }
        let n = by_wait.values().map(Vec::len).sum::<usize>() as u64;
        let (mut at_risk, mut incidence, mut waiting) = (n, 0.0, 1.0);
        let mut steps = Vec::with_capacity(by_wait.len());
        for (after, ended) in by_wait {
            let leaving = ended.len() as u64;
            let [came, competing, open] = by_ending(ended);
            incidence += waiting * came.n() as f64 / at_risk as f64;
            waiting *= (at_risk - came.n() - competing.n()) as f64 / at_risk as f64;
            steps.push(IncidenceStep { after, at_risk, came, competing, open, incidence, waiting });
            at_risk -= leaving;
        }
        Incidence { unit, n, steps }
    }

    /// The unit of the waits.
    pub fn unit(&self) -> SpanUnit {
        self.unit
    }

    /// How many units were followed.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// One step for each length of wait at which anything happened, shortest first.
    pub fn steps(&self) -> &[IncidenceStep<I>] {
        &self.steps
    }

    /// The share for which it has come about after `wait`, 0 to 1. Nothing when no unit was
    /// followed, or none for so long while some are still waiting: nobody can know.
    pub fn at(&self, wait: i64) -> Option<f64> {
        let last = self.steps.last()?;
        if wait > last.after && last.waiting > 0.0 {
            return None;
        }
        let reached = self.steps.iter().rev().find(|step| step.after <= wait);
        Some(reached.map_or(0.0, |step| step.incidence))
    }
}

/// The rows by how they ended: came, competing, open.
fn by_ending<I>(ended: Vec<Followed<I>>) -> [Counted<I>; 3] {
    let (mut came, mut competing, mut open) =
        (Counted::default(), Counted::default(), Counted::default());
    for one in ended {
        match one.ending {
            Ending::Came => came.push(one.row),
            Ending::Competing => competing.push(one.row),
            Ending::Open => open.push(one.row),
        }
    }
    [came, competing, open]
}

impl<I: Serialize> Serialize for Incidence<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shape<'a, I> {
            unit: SpanUnit,
            n: u64,
            steps: &'a [IncidenceStep<I>],
        }
        Shape { unit: self.unit, n: self.n, steps: &self.steps }.serialize(serializer)
    }
}

#[cfg(test)]
mod tests;
