//! How often somebody may try a password: a bucket of tries that fills up again with time.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

/// Tries in a full bucket.
const TRIES: i64 = 10;
/// A bucket is full again after so many milliseconds.
const REFILL_MS: i64 = 15 * 60 * 1000;
/// One try fills up in so many milliseconds.
const ONE_MS: i64 = REFILL_MS / TRIES;
/// More buckets than this are not kept; full ones go first.
const BUCKETS_MAX: usize = 20_000;

/// Buckets by name. What is kept of one is the instant at which it will be full again.
#[derive(Debug, Default)]
pub(crate) struct Throttle(Mutex<BTreeMap<String, i64>>);

impl Throttle {
    /// Takes one try from each of the buckets; if one of them is empty, takes none and says after
    /// how many seconds there is one again.
    pub(crate) fn take(&self, names: &[String], now: Timestamp) -> Result<(), i64> {
        let now = now.as_millisecond();
        let mut buckets = self.buckets();
        if buckets.len() > BUCKETS_MAX {
            buckets.retain(|_, full_at| *full_at > now);
        }
        for name in names {
            let missing = buckets.get(name).map_or(0, |full_at| (full_at - now).max(0));
            let over = missing + ONE_MS - REFILL_MS;
            if over > 0 {
                return Err((over + 999) / 1000);
            }
        }
        for name in names {
            let full_at = buckets.entry(name.clone()).or_insert(now);
            *full_at = (*full_at).max(now) + ONE_MS;
        }
        Ok(())
    }

    /// Gives a try back: it was a right one.
    pub(crate) fn give_back(&self, names: &[String]) {
        let mut buckets = self.buckets();
        for name in names {
            if let Some(full_at) = buckets.get_mut(name) {
                *full_at -= ONE_MS;
            }
        }
    }

    fn buckets(&self) -> MutexGuard<'_, BTreeMap<String, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn ten_tries_then_one_each_ninety_seconds() {
        let throttle = Throttle::default();
        let now = Timestamp::UNIX_EPOCH;
        let names = ["a".to_owned(), "b".to_owned()];
        for _ in 0..10 {
            assert_eq!(throttle.take(&names, now), Ok(()));
        }
        assert_eq!(throttle.take(&names, now), Err(90));
        assert_eq!(throttle.take(&["c".to_owned()], now), Ok(()), "others are not held up");
        let later = now + SignedDuration::from_secs(90);
        assert_eq!(throttle.take(&names, later), Ok(()));
        assert_eq!(throttle.take(&names, later), Err(90));
        throttle.give_back(&names);
        assert_eq!(throttle.take(&names, later), Ok(()));
    }
}
