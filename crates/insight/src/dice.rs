//! Chance that can be thrown again: each number is known from the seed and its place.

/// Numbers by seed and place, so that they do not depend on who asks first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dice {
    seed: u64,
}

/// Above this, a Poisson number is taken from its normal limit.
const POISSON_EXACT_MAX: u32 = 30;

impl Dice {
    /// The dice of a seed.
    pub fn new(seed: u64) -> Dice {
        Dice { seed: mixed(seed) }
    }

    /// Dice of their own for a part of the work.
    pub fn part(self, number: u64) -> Dice {
        Dice { seed: mixed(self.seed ^ mixed(number.wrapping_add(0x9e37_79b9_7f4a_7c15))) }
    }

    /// The number at a place.
    pub fn at(self, place: u64) -> u64 {
        mixed(self.seed.wrapping_add(place.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    /// The number at a place, at least 0 and below 1.
    pub fn fraction(self, place: u64) -> f64 {
        (self.at(place) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// How often something that is there `n` times is drawn when as many are drawn with replacement:
    /// Poisson with mean `n`, from two numbers at a place.
    pub fn drawn(self, place: u64, n: u32) -> u32 {
        if n == 0 {
            return 0;
        }
        if n > POISSON_EXACT_MAX {
            // The sum of twelve is normal enough for a mean this large.
            let sum: f64 = (0..12).map(|k| self.fraction(place ^ ((k + 1) << 56))).sum();
            let drawn = f64::from(n) + (sum - 6.0) * f64::from(n).sqrt();
            return drawn.round().max(0.0) as u32;
        }
        let (mut left, mut drawn) = (self.fraction(place), 0);
        let mut chance = negative_exponential(n);
        while left >= chance && chance > 0.0 {
            left -= chance;
            drawn += 1;
            chance *= f64::from(n) / f64::from(drawn);
        }
        drawn
    }
}

/// e^-n, by multiplying: the same on every machine.
fn negative_exponential(n: u32) -> f64 {
    (0..n).fold(1.0, |product, _| product / std::f64::consts::E)
}

/// A number whose bits all depend on all bits of `x`. Source: Stafford, "Better Bit Mixing", variant
/// 13, as in SplitMix64.
fn mixed(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_has_the_mean_and_the_spread_of_drawing_with_replacement() {
        for n in [1, 2, 7, 30, 31, 400] {
            let dice = Dice::new(7).part(u64::from(n));
            let drawn: Vec<f64> = (0..40_000).map(|at| f64::from(dice.drawn(at, n))).collect();
            let mean = drawn.iter().sum::<f64>() / drawn.len() as f64;
            let spread = drawn.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / drawn.len() as f64;
            let n = f64::from(n);
            assert!((mean - n).abs() < 4.0 * (n / 40_000.0).sqrt(), "{n}: {mean}");
            assert!((spread / n - 1.0).abs() < 0.06, "{n}: {spread}");
        }
    }

    #[test]
    fn the_same_seed_throws_the_same_and_another_something_else() {
        let (first, second) = (Dice::new(1), Dice::new(2));
        assert_eq!(first.at(9), Dice::new(1).at(9));
        assert_ne!(first.at(9), second.at(9));
        assert_ne!(first.part(1).at(9), first.part(2).at(9));
    }
}
