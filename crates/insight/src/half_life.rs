//! Powers of a half, the same on every machine.

/// How many steps the table has; what lies between two is a short series.
const STEPS: u32 = 256;

/// After this many half-lives nothing is left that a double could hold.
const HALVINGS_MAX: u64 = 1_000;

/// Weights that halve every so many seconds. Only operations that IEEE 754 rounds exactly are used,
/// so the same ages give the same bits everywhere.
#[derive(Debug, Clone)]
pub struct HalfLife {
    a_second: f64,
    table: Vec<f64>,
}

impl HalfLife {
    /// Weights that halve every `seconds`; at least one second.
    pub fn of_seconds(seconds: u32) -> HalfLife {
        // 2^(-1/2), 2^(-1/4), … down to one step: roots are rounded exactly.
        let mut roots = Vec::new();
        let mut root = 0.5_f64;
        while 1 << roots.len() < STEPS {
            root = root.sqrt();
            roots.push(root);
        }
        let bits = roots.len();
        let power = |step: u32| {
            let set = (0..bits).filter(|bit| step & (1 << bit) != 0);
            set.map(|bit| roots[bits - 1 - bit]).product::<f64>()
        };
        let a_second = f64::from(STEPS) / f64::from(seconds.max(1));
        HalfLife { a_second, table: (0..STEPS).map(power).collect() }
    }

    /// 2^(−age / half-life), within 1e-12 of itself.
    #[inline]
    pub fn weight(&self, age_seconds: u32) -> f64 {
        let place = f64::from(age_seconds) * self.a_second;
        let step = place as u64;
        let halvings = step / u64::from(STEPS);
        if halvings > HALVINGS_MAX {
            return 0.0;
        }
        let x = (place - step as f64) * (std::f64::consts::LN_2 / f64::from(STEPS));
        // e^-x for x under 0.0028: the next term is under 2e-15.
        let rest = 1.0 - x * (1.0 - x * (0.5 - x * (1.0 / 6.0 - x / 24.0)));
        let halved = f64::from_bits((1023 - halvings) << 52);
        self.table[(step % u64::from(STEPS)) as usize] * rest * halved
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_half_life_halves() {
        let week = HalfLife::of_seconds(7 * 86_400);
        for halvings in 0..900 {
            let expected = 0.5_f64.powi(halvings as i32);
            let found = week.weight(halvings * 7 * 86_400);
            assert!((found / expected - 1.0).abs() < 1e-12, "{halvings}: {found}");
        }
        assert_eq!(HalfLife::of_seconds(1).weight(u32::MAX), 0.0);
    }

    proptest! {
        #[test]
        fn between_them_it_is_a_power_of_a_half(
            seconds in 1_u32..40_000_000,
            age in 0_u32..200_000_000,
        ) {
            prop_assume!(age / seconds < 900);
            let expected = (-f64::from(age) / f64::from(seconds)).exp2();
            let found = HalfLife::of_seconds(seconds).weight(age);
            prop_assert!((found / expected - 1.0).abs() < 1e-12, "{found} {expected}");
        }
    }
}
