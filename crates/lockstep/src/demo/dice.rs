//! Chance from a fixed seed: the same seed throws the same.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Throws.
pub struct Dice {
    rng: StdRng,
    /// How near each habit is to happening again.
    habits: BTreeMap<(&'static str, usize), f64>,
}

impl Dice {
    /// Dice of a seed.
    pub fn new(seed: u64) -> Dice {
        Dice { rng: StdRng::seed_from_u64(seed), habits: BTreeMap::new() }
    }

    /// Whether something that happens so often happens.
    pub fn chance(&mut self, share: f64) -> bool {
        self.rng.random_bool(share)
    }

    /// Whether a habit shows this time. Over many times it does so in its share, almost exactly: the
    /// firm is to look the same at whatever instant it is made.
    pub fn habit(&mut self, habit: (&'static str, usize), share: f64) -> bool {
        let start = self.rng.random_range(0.0..1.0);
        let near = self.habits.entry(habit).or_insert(start);
        *near += share;
        let shows = *near >= 1.0;
        *near -= f64::from(u8::from(shows));
        shows
    }

    /// A number from `low` to `high`, both of them possible.
    pub fn number(&mut self, low: i64, high: i64) -> i64 {
        self.rng.random_range(low..=high)
    }

    /// One of several; there is at least one.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.rng.random_range(0..from.len())]
    }

    /// One of several words.
    pub fn word(&mut self, from: &[&'static str]) -> &'static str {
        self.pick::<&'static str>(from)
    }

    /// A length of time, to the second.
    pub fn minutes(&mut self, low: i64, high: i64) -> SignedDuration {
        SignedDuration::from_secs(self.number(low * 60, high * 60))
    }

    /// A length of time, to the second.
    pub fn days(&mut self, low: i64, high: i64) -> SignedDuration {
        SignedDuration::from_secs(self.number(low * 86_400, high * 86_400))
    }
}
