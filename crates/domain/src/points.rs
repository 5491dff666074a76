//! Points of a score, as fixed-point numbers.
//!
//! A sum that is exactly the threshold decides a lead's fate, so points are whole thousandths and
//! never floating-point numbers. Decay rounds each touch half up to a thousandth, once, before
//! anything is added up.

use serde::{Deserialize, Serialize};

/// Points, in thousandths of a point.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Points(pub i64);

impl Points {
    /// No points.
    pub const ZERO: Points = Points(0);

    /// Whole points.
    pub const fn whole(points: i64) -> Points {
        Points(points * 1000)
    }

    /// Reads `12`, `-3` or `7.25`; at most three decimals.
    pub fn parse(text: &str) -> Option<Points> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if fraction.len() > 3 || whole.is_empty() || !whole.chars().all(|c| c.is_ascii_digit()) {
            return None;
        }
        let whole: i64 = whole.parse().ok()?;
        let thousandths: i64 = format!("{fraction:0<3}").parse().ok()?;
        whole.checked_mul(1000)?.checked_add(thousandths).map(|points| Points(sign * points))
    }

    /// The points as a number, for comparing in a condition. Exact for any score that occurs.
    pub fn number(self) -> f64 {
        self.0 as f64 / 1000.0
    }
}

impl std::ops::Add for Points {
    type Output = Points;
    fn add(self, other: Points) -> Points {
        Points(self.0.saturating_add(other.0))
    }
}

impl std::iter::Sum for Points {
    fn sum<I: Iterator<Item = Points>>(points: I) -> Points {
        points.fold(Points::ZERO, |sum, points| sum + points)
    }
}

impl std::fmt::Display for Points {
    /// `12`, `-3`, `7.25`: no zeros at the end.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, thousandths) = (self.0.unsigned_abs() / 1000, self.0.unsigned_abs() % 1000);
        if thousandths == 0 {
            return write!(f, "{sign}{whole}");
        }
        let fraction = format!("{thousandths:03}");
        write!(f, "{sign}{whole}.{}", fraction.trim_end_matches('0'))
    }
}

/// How the points of a touch fade with its age. Source: domain.md 3.2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decay {
    /// Half after each half-life of `seconds`: `w = 2^(-age / half-life)`.
    HalfLife {
        /// The half-life, in seconds.
        seconds: i64,
        /// From this age on, in seconds, nothing is left, where the text says so.
        forgotten_after: Option<i64>,
    },
    /// Straight down to nothing at the age of `seconds`: `w = max(0, 1 - age / T)`.
    Linear {
        /// The age at which nothing is left, in seconds.
        seconds: i64,
    },
    /// In steps: the first step that the age does not exceed gives the share; after the last, none.
    Steps(Vec<Step>),
}

/// A step of a stepwise decay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Up to and including this age, in seconds.
    pub up_to_seconds: i64,
    /// The share that counts, in thousandths.
    pub share_per_mille: i64,
}

impl Decay {
    /// What is left of `points` at an age of `age_seconds`, rounded half up to a thousandth.
    /// A touch from the future has its full points.
    pub fn left_of(&self, points: Points, age_seconds: i64) -> Points {
        if age_seconds <= 0 {
            return points;
        }
        match self {
            Decay::HalfLife { forgotten_after: Some(after), .. } if age_seconds >= *after => {
                Points::ZERO
            }
            Decay::HalfLife { seconds, .. } => halved(points, age_seconds, *seconds),
            Decay::Linear { seconds } => {
                let left = (*seconds - age_seconds).max(0);
                Points(round_half_up(points.0 as i128 * left as i128, *seconds as i128))
            }
            Decay::Steps(steps) => {
                let step = steps.iter().find(|step| age_seconds <= step.up_to_seconds);
                let share = step.map_or(0, |step| step.share_per_mille);
                Points(round_half_up(points.0 as i128 * share as i128, 1000))
            }
        }
    }
}

/// `points · 2^(-age / half_life)` in whole numbers, so that every machine gives the same answer.
fn halved(points: Points, age: i64, half_life: i64) -> Points {
    let (halvings, rest) = (age / half_life, age % half_life);
    if halvings >= 62 {
        return Points::ZERO;
    }
    // The weight in units of 2^-62: start at 1 and multiply by 2^-(2^-k) for each binary digit k
    // of rest / half_life. The root of the previous factor is taken in whole numbers.
    let one: u128 = 1 << 62;
    let (mut weight, mut factor, mut rest) = (one, one / 2, rest as i128);
    for _ in 0..62 {
        factor = integer_root(factor << 62);
        rest *= 2;
        if rest >= half_life as i128 {
            rest -= half_life as i128;
            weight = (weight * factor) >> 62;
        }
        if rest == 0 {
            break;
        }
    }
    Points(round_half_up(points.0 as i128 * weight as i128, one as i128 * (1 << halvings)))
}

fn integer_root(square: u128) -> u128 {
    square.isqrt()
}

fn round_half_up(numerator: i128, denominator: i128) -> i64 {
    let doubled = 2 * numerator + denominator;
    doubled.div_euclid(2 * denominator) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn half_life(days: i64) -> Decay {
        Decay::HalfLife { seconds: days * DAY, forgotten_after: None }
    }

    #[test]
    fn decay_gives_the_worked_numbers() {
        // domain.md 3.2 and domain-vectors.json "decay".
        let half = half_life(30);
        assert_eq!(half.left_of(Points::whole(30), 45 * DAY), Points(10_607));
        let sum: Points = [(25, 3), (15, 20), (5, 60)]
            .map(|(points, days)| half.left_of(Points::whole(points), days * DAY))
            .into_iter()
            .sum();
        assert_eq!(sum, Points(34_025));
        let linear = Decay::Linear { seconds: 90 * DAY };
        assert_eq!(linear.left_of(Points::whole(30), 45 * DAY), Points::whole(15));
    }

    #[test]
    fn half_after_each_half_life_exactly() {
        let half = half_life(30);
        for (age, left) in [(0, 40_000), (30, 20_000), (60, 10_000), (90, 5_000), (3_000, 0)] {
            assert_eq!(half.left_of(Points::whole(40), age * DAY), Points(left), "{age} days");
        }
    }

    #[test]
    fn what_is_forgotten_counts_up_to_the_second_before() {
        let half = Decay::HalfLife { seconds: 30 * DAY, forgotten_after: Some(90 * DAY) };
        for (age, left) in [(60 * DAY, 10_000), (90 * DAY - 1, 5_000), (90 * DAY, 0), (91 * DAY, 0)]
        {
            assert_eq!(half.left_of(Points::whole(40), age), Points(left), "{age} s");
        }
    }

    #[test]
    fn half_life_agrees_with_floating_point_within_a_thousandth() {
        let half = half_life(7);
        for hour in 1..1_000 {
            let exact = 50_000.0 * (-(hour as f64) / 168.0).exp2();
            let ours = half.left_of(Points::whole(50), hour * 3600).0 as f64;
            assert!((ours - exact).abs() <= 0.501, "{hour} h: {ours} {exact}");
        }
    }

    #[test]
    fn a_step_counts_up_to_and_including_its_age() {
        let steps = Decay::Steps(vec![
            Step { up_to_seconds: 14 * DAY, share_per_mille: 1000 },
            Step { up_to_seconds: 44 * DAY, share_per_mille: 500 },
        ]);
        for (age, left) in
            [(14 * DAY, 14_000), (14 * DAY + 1, 7_000), (44 * DAY, 7_000), (44 * DAY + 1, 0)]
        {
            assert_eq!(steps.left_of(Points::whole(14), age), Points(left), "{age} s");
        }
    }

    #[test]
    fn points_read_and_print_exactly() {
        for text in ["0", "12", "-3", "7.25", "0.001", "-0.5"] {
            assert_eq!(Points::parse(text).unwrap().to_string(), text);
        }
        for wrong in ["", "-", "1.2345", "a", "1e3", "--1", "99999999999999999999"] {
            assert_eq!(Points::parse(wrong), None, "{wrong}");
        }
    }
}
