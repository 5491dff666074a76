//! Logistic regression that keeps weights small, by Newton's method. Source: domain.md 3.5.

use crate::solve::Solver;

/// Newton's method settles in some ten rounds; one that has not by then never will.
const ROUNDS_MAX: u32 = 50;
/// It has settled when no weight moves by more than this.
const SETTLED: f64 = 1e-10;

/// Rows that look alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Alike {
    /// What they show, by its number, and how much of it.
    pub shown: Vec<(u16, f64)>,
    /// How many there are.
    pub n: u64,
    /// How many of them came to it.
    pub hits: u64,
}

/// Weights: the logarithm of the odds of a row is `base` and the weights of all that it shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// Of a row that shows nothing.
    pub base: f64,
    /// By number.
    pub of: Vec<f64>,
}

/// The weights do not settle: the rows do not tell what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsettled;

impl Weights {
    /// The most likely weights, where large ones are as unlikely as `penalty` says: they are taken to
    /// lie around nothing, with a variance of one by the penalty. The base is free.
    ///
    /// # Errors
    /// [`Unsettled`], such as without a penalty when something tells all hits apart.
    pub fn fitted(rows: &[Alike], count: usize, penalty: f64) -> Result<Weights, Unsettled> {
        let mut at = vec![0.0; count + 1];
        for _ in 0..ROUNDS_MAX {
            let (slope, bend) = slope_and_bend(rows, &at, penalty);
            let step = Solver::new(count + 1, bend).map_err(|_| Unsettled)?.solve(&slope);
            // A first step from far away can overshoot; half a unit of odds at a time is safe.
            let longest = step.iter().fold(0.0_f64, |most, step| most.max(step.abs()));
            let part = if longest > 4.0 { 4.0 / longest } else { 1.0 };
            at.iter_mut().zip(&step).for_each(|(at, step)| *at += part * step);
            if !longest.is_finite() {
                return Err(Unsettled);
            }
            if longest < SETTLED {
                return Ok(Weights { base: at[0], of: at.split_off(1) });
            }
        }
        Err(Unsettled)
    }

    /// The logarithm of the odds of a row.
    pub fn log_odds(&self, shown: &[(u16, f64)]) -> f64 {
        let weight = |(number, much): &(u16, f64)| self.of[usize::from(*number)] * much;
        self.base + shown.iter().map(weight).sum::<f64>()
    }
}

/// The chance that belongs to the logarithm of odds.
pub fn chance(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// How the likelihood rises at some weights, and how that bends, row after row.
fn slope_and_bend(rows: &[Alike], at: &[f64], penalty: f64) -> (Vec<f64>, Vec<f64>) {
    let width = at.len();
    let (mut slope, mut bend) = (vec![0.0; width], vec![0.0; width * width]);
    for row in rows {
        let shown = || {
            let of = row.shown.iter().map(|(number, much)| (usize::from(*number) + 1, *much));
            std::iter::once((0, 1.0)).chain(of)
        };
        let log_odds: f64 = shown().map(|(place, much)| at[place] * much).sum();
        let (n, chance) = (row.n as f64, chance(log_odds));
        let (left, spread) = (row.hits as f64 - n * chance, n * chance * (1.0 - chance));
        for (place, much) in shown() {
            slope[place] += left * much;
            for (other, more) in shown() {
                bend[place * width + other] += spread * much * more;
            }
        }
    }
    for place in 1..width {
        slope[place] -= penalty * at[place];
        bend[place * width + place] += penalty;
    }
    (slope, bend)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn alike(shown: &[u16], n: u64, hits: u64) -> Alike {
        Alike { shown: shown.iter().map(|number| (*number, 1.0)).collect(), n, hits }
    }

    #[test]
    fn one_thing_weighs_the_logarithm_of_its_odds_ratio() {
        // 10 of 100 without, 30 of 90 with: odds 1/9 and 1/2.
        let rows = [alike(&[], 100, 10), alike(&[0], 90, 30)];
        let weights = Weights::fitted(&rows, 1, 0.0).unwrap();
        assert!((weights.base - (1.0_f64 / 9.0).ln()).abs() < 1e-9);
        assert!((weights.of[0] - 4.5_f64.ln()).abs() < 1e-9);
        assert!((chance(weights.log_odds(&[(0, 1.0)])) - 1.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn what_tells_all_apart_settles_with_a_penalty_alone() {
        let rows = [alike(&[], 50, 0), alike(&[0], 50, 50)];
        assert_eq!(Weights::fitted(&rows, 1, 0.0), Err(Unsettled));
        let weights = Weights::fitted(&rows, 1, 1.0).unwrap();
        assert!(weights.of[0] > 4.0 && weights.of[0] < 12.0);
        assert_eq!(Weights::fitted(&[], 0, 1.0), Err(Unsettled));
    }

    proptest! {
        /// At the best weights what was said and what was differ by the penalty alone.
        #[test]
        fn the_slope_is_level_where_it_settles(
            cells in prop::collection::vec((0..8_u8, 1..40_u64, 0.0..1.0_f64), 4..30),
            penalty in 0.1..5.0_f64,
        ) {
            let rows: Vec<Alike> = cells.iter().map(|(bits, n, share)| {
                let shown: Vec<u16> = (0..3).filter(|bit| bits & (1 << bit) != 0).collect();
                alike(&shown, *n, (*n as f64 * share) as u64)
            }).collect();
            let (n, hits) = rows.iter().fold((0, 0), |(n, hits), row| (n + row.n, hits + row.hits));
            prop_assume!(hits > 0 && hits < n);
            let weights = Weights::fitted(&rows, 3, penalty).unwrap();
            let at: Vec<f64> = std::iter::once(weights.base).chain(weights.of).collect();
            let (slope, _) = slope_and_bend(&rows, &at, penalty);
            prop_assert!(slope.iter().all(|slope| slope.abs() < 1e-6), "{slope:?}");
        }
    }
}
