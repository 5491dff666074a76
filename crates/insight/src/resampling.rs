//! How far shares would move if chance had drawn other journeys: intervals by resampling, with a
//! seed that is told, so that anybody can draw them again.

use domain::rate::Interval;

use crate::{
    attribution::{Model, Terms, attribute},
    dice::Dice,
    journeys::{Ended, Journeys},
};

/// The part of the draws that lies within an interval.
const WITHIN: f64 = 0.95;

/// Intervals of a model's shares.
#[derive(Debug, Clone, PartialEq)]
pub struct Intervals {
    /// Which model.
    pub model: Model,
    /// By channel; none where the model answered too few draws.
    pub shares: Vec<Option<Interval>>,
    /// How many draws it answered; in others nothing converted, or everything.
    pub answered: usize,
}

/// Draws as many journeys as there are, with replacement, `draws` times, and asks every model each
/// time; the middle 95 % of its answers are the interval. Each draw is known from the seed and its
/// number alone.
pub fn intervals(
    journeys: &Journeys,
    models: &[Model],
    terms: &Terms,
    draws: u32,
    seed: u64,
    threads: usize,
) -> Vec<Intervals> {
    let channels = journeys.channels.len();
    let mut drawn: Vec<Vec<Vec<f64>>> = vec![vec![Vec::new(); channels]; models.len()];
    // Terms of rates: sets that have too few journeys in a draw had enough in all.
    let terms = Terms { coalition_journeys_min: 1, ..terms.clone() };
    for draw in 0..draws {
        let again = journeys.with_ended(redrawn(journeys, Dice::new(seed).part(draw.into())));
        let answer = attribute(&again, models, &terms, threads);
        for (reading, drawn) in answer.readings.iter().zip(&mut drawn) {
            for (share, drawn) in reading.shares().into_iter().flatten().zip(drawn) {
                drawn.push(share);
            }
        }
    }
    let of_model = |(model, drawn): (&Model, Vec<Vec<f64>>)| Intervals {
        model: *model,
        answered: drawn.first().map_or(0, Vec::len),
        shares: drawn.into_iter().map(middle).collect(),
    };
    models.iter().zip(drawn).map(of_model).collect()
}

/// How often each journey is drawn.
fn redrawn(journeys: &Journeys, dice: Dice) -> Vec<Ended> {
    let again = journeys.ended().iter().zip(0_u64..).map(|(ended, at)| {
        let conversions = dice.drawn(at * 2, ended.conversions);
        let nulls = dice.drawn(at * 2 + 1, ended.nulls);
        let each = u128::from(ended.value) * u128::from(conversions);
        let value = (each / u128::from(ended.conversions.max(1))) as u64;
        Ended { conversions, nulls, value }
    });
    again.collect()
}

/// The ends of the middle part, nearest ranks.
fn middle(mut drawn: Vec<f64>) -> Option<Interval> {
    if drawn.len() < 2 {
        return None;
    }
    drawn.sort_by(f64::total_cmp);
    let last = (drawn.len() - 1) as f64;
    let rank = |part: f64| drawn[(last * part).round() as usize];
    Some(Interval { low: rank((1.0 - WITHIN) / 2.0), high: rank((1.0 + WITHIN) / 2.0) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journeys::tests::{journeys, worked};

    #[test]
    fn the_same_seed_draws_the_same_however_many_threads_count() {
        let draw = |seed, threads| {
            intervals(
                &worked(),
                &[Model::Linear, Model::Markov],
                &Terms::default(),
                40,
                seed,
                threads,
            )
        };
        assert_eq!(draw(7, 1), draw(7, 3));
        assert_ne!(draw(7, 1), draw(8, 1));
    }

    #[test]
    fn an_interval_is_as_wide_as_drawing_makes_it() {
        // 400 conversions, a quarter of them by A: the spread of that part is √(¼ · ¾ / 400).
        let all = journeys(&[("A", 100, 900, 0), ("B", 300, 700, 0)]);
        let found = intervals(&all, &[Model::First], &Terms::default(), 2_000, 1, 2);
        let interval = found[0].shares[0].unwrap();
        let half = 1.96 * (0.25_f64 * 0.75 / 400.0).sqrt();
        assert!((interval.low - (0.25 - half)).abs() < 0.006, "{interval:?}");
        assert!((interval.high - (0.25 + half)).abs() < 0.006, "{interval:?}");
        assert_eq!(found[0].answered, 2_000);
    }
}
