//! What is left of points at an age, bit for bit as `domain` says it, at the cost of two look-ups.
//!
//! Halving is worked out in floating point. Only where the result lies so near to a border between
//! two thousandths that its error could matter is the exact calculation asked; exact ties are among
//! these. Source: the error of three roundings is below 1e-15 of the result, which is below 1e8.

use domain::points::{Decay, Points};

/// Below this, the distance to a border is not trusted: a hundred times the error there can be.
const NEAR: f64 = 1e-5;

/// Above this, in thousandths, the exact calculation is asked.
const LARGE: f64 = 1e8;

/// The most entries of the coarse table.
const COARSE_MAX: i64 = 8192;

/// After so many halvings nothing is left of less than 500 points.
const HALVINGS: i64 = 20;

/// How the points of a component fade, ready for being asked often.
#[derive(Debug, Clone)]
pub(crate) struct Fade {
    decay: Option<Decay>,
    /// From this age on, in seconds, nothing is left.
    pub(crate) life: Option<i64>,
    /// What is left after a whole number of coarse steps, and of seconds within one.
    coarse: Vec<f64>,
    fine: Vec<f64>,
    shift: u32,
}

impl Fade {
    pub(crate) fn of(decay: Option<&Decay>) -> Fade {
        let life = match decay {
            None => None,
            Some(Decay::HalfLife { forgotten_after, .. }) => *forgotten_after,
            Some(Decay::Linear { seconds }) => Some(*seconds),
            Some(Decay::Steps(steps)) => {
                Some(steps.last().map_or(0, |step| step.up_to_seconds.saturating_add(1)))
            }
        };
        let (mut coarse, mut fine, mut shift) = (Vec::new(), Vec::new(), 0);
        if let Some(Decay::HalfLife { seconds, .. }) = decay {
            let reach = seconds.saturating_mul(HALVINGS).min(life.unwrap_or(i64::MAX));
            while reach >> shift >= COARSE_MAX {
                shift += 1;
            }
            let halved = |age: i64| (-(age as f64) / *seconds as f64).exp2();
            coarse = (0..=reach >> shift).map(|step| halved(step << shift)).collect();
            fine = (0..1 << shift).map(halved).collect();
        }
        Fade { decay: decay.cloned(), life, coarse, fine, shift }
    }

    /// Whether points halve, over and over.
    pub(crate) fn halves(&self) -> bool {
        !self.coarse.is_empty()
    }

    /// Whether points stay as they are.
    pub(crate) fn stays(&self) -> bool {
        self.decay.is_none()
    }

    /// What is left of points, in thousandths.
    pub(crate) fn left(&self, points: i64, age: i64) -> i64 {
        let Some(decay) = &self.decay else { return points };
        if age <= 0 {
            return points;
        }
        if self.life.is_some_and(|life| age >= life) {
            return 0;
        }
        let Some(weight) = self.weight(age) else {
            return decay.left_of(Points(points), age).0;
        };
        let above = points as f64 * weight + 0.5;
        let whole = above as i64;
        let below = above - whole as f64;
        if !(NEAR..=1.0 - NEAR).contains(&below) || above >= LARGE {
            return decay.left_of(Points(points), age).0;
        }
        whole
    }

    /// At most so much of any points is left after a further time, as a share of what was left.
    pub(crate) fn share(&self, age: i64) -> f64 {
        if age <= 0 {
            return 1.0;
        }
        if self.life.is_some_and(|life| age >= life) {
            return 0.0;
        }
        self.weight(age).unwrap_or(1.0)
    }

    /// The share that is left of points that halve, at an age that is not negative; `None` where so
    /// many halvings have passed that it does not matter.
    pub(crate) fn weight(&self, age: i64) -> Option<f64> {
        let coarse = self.coarse.get((age >> self.shift) as usize)?;
        Some(coarse * self.fine[(age & ((1 << self.shift) - 1)) as usize])
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use domain::points::Step;
    use proptest::prelude::*;

    use super::*;

    const DAY: i64 = 86_400;

    fn decays() -> Vec<Decay> {
        let half = |seconds, forgotten_after| Decay::HalfLife { seconds, forgotten_after };
        vec![
            half(30 * DAY, None),
            half(30 * DAY, Some(90 * DAY)),
            half(7 * DAY, Some(400 * DAY)),
            half(1, None),
            half(4_000 * DAY, None),
            Decay::Linear { seconds: 40 * DAY },
            Decay::Steps(vec![
                Step { up_to_seconds: 14 * DAY, share_per_mille: 1000 },
                Step { up_to_seconds: 44 * DAY, share_per_mille: 500 },
            ]),
            Decay::Steps(vec![]),
        ]
    }

    #[test]
    fn at_every_multiple_of_a_half_life_the_border_is_met_exactly() {
        for decay in decays() {
            let fade = Fade::of(Some(&decay));
            for points in [1, 3, 25_000, 40_000, -40_000, 1_001, 999_999_999] {
                for age in (0..2_000).map(|n| n * DAY / 2).chain(0..300) {
                    let exact = decay.left_of(Points(points), age).0;
                    assert_eq!(fade.left(points, age), exact, "{decay:?} {points} {age}");
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_500))]
        #[test]
        fn what_is_left_is_what_the_rules_say(
            decay in 0..decays().len(),
            points in prop_oneof![-60_000_i64..60_000, any::<i32>().prop_map(i64::from)],
            age in prop_oneof![-10_i64..400, 0..120 * DAY, 0..4_000 * DAY],
        ) {
            static FADES: LazyLock<Vec<(Decay, Fade)>> = LazyLock::new(|| {
                decays().into_iter().map(|decay| (decay.clone(), Fade::of(Some(&decay)))).collect()
            });
            let (decay, fade) = &FADES[decay];
            prop_assert_eq!(fade.left(points, age), decay.left_of(Points(points), age).0);
        }
    }
}
