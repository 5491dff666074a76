//! Rates: how many of how many, how sure that is, and what a screen may say of it.
//!
//! A rate is never shown without its n, and 100 % of nothing is not 100 %.

use serde::{Serialize, Serializer};

use crate::counted::Counted;
use crate::money::grouped;

/// The quantile of the normal distribution for 95 %, two-sided: Φ⁻¹(0.975).
const Z: f64 = 1.959_963_984_540_054;

/// From this n a rate is shown in per cent; below it as counts. Source: domain.md 1.5 ("never
/// colour a cell red/green on n<20").
pub const PER_CENT_FROM_N: u64 = 20;

/// How many of how many. `hits` is at most `n`.
///
/// In JSON: `{"hits":14,"n":40,"share":0.35,"low":0.2213…,"high":0.5049…}`, the last three `null`
/// when `n` is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    hits: u64,
    n: u64,
}

/// The ends of a 95 % interval, as fractions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Rate {
    /// `hits` of `n`; nothing if there are more hits than tries, which is no rate but a ratio.
    pub fn of(hits: u64, n: u64) -> Option<Rate> {
        (hits <= n).then_some(Rate { hits, n })
    }

    /// The number of hits.
    pub fn hits(self) -> u64 {
        self.hits
    }

    /// The number of tries.
    pub fn n(self) -> u64 {
        self.n
    }

    /// The share of hits, 0 to 1; nothing of nothing.
    pub fn share(self) -> Option<f64> {
        (self.n > 0).then(|| self.hits as f64 / self.n as f64)
    }

    /// Wilson's 95 % interval; nothing when n is 0. Its end is exactly 0 or 1 when there are no
    /// hits or only hits. Source: domain.md 8.3.
    pub fn wilson(self) -> Option<Interval> {
        let share = self.share()?;
        let n = self.n as f64;
        let scale = 1.0 + Z * Z / n;
        let centre = (share + Z * Z / (2.0 * n)) / scale;
        let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt() / scale;
        Some(Interval {
            low: if self.hits == 0 { 0.0 } else { centre - half },
            high: if self.hits == self.n { 1.0 } else { centre + half },
        })
    }

    /// What a screen may say of the rate; `nothing` is why n may be 0, such as
    /// `nothing was answered`.
    pub fn shown(self, nothing: &'static str) -> Shown {
        match (self.share(), self.wilson()) {
            (Some(share), Some(interval)) if self.n >= PER_CENT_FROM_N => {
                Shown::PerCent { rate: self, share, interval }
            }
            (Some(_), _) => Shown::Counts(self),
            _ => Shown::NotMeasurable(nothing),
        }
    }

    /// The text for screens: `64 % (57–70 %, n 212)`, `9 of 11`, or
    /// `not measurable: nothing was answered`.
    pub fn words(self, nothing: &'static str) -> String {
        self.shown(nothing).to_string()
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shape {
            hits: u64,
            n: u64,
            share: Option<f64>,
            low: Option<f64>,
            high: Option<f64>,
        }
        let interval = self.wilson();
        Shape {
            hits: self.hits,
            n: self.n,
            share: self.share(),
            low: interval.map(|interval| interval.low),
            high: interval.map(|interval| interval.high),
        }
        .serialize(serializer)
    }
}

/// What a screen may say of a rate, by how much it rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shown {
    /// n is 0: there is no rate, and this is why.
    NotMeasurable(&'static str),
    /// n is below [`PER_CENT_FROM_N`]: only the counts, as a per cent would pretend too much.
    Counts(Rate),
    /// Per cent with interval and n.
    PerCent {
        /// The counts.
        rate: Rate,
        /// The share, 0 to 1.
        share: f64,
        /// Wilson's 95 % interval.
        interval: Interval,
    },
}

impl std::fmt::Display for Shown {
    /// Whole per cent, rounded half up. A share that is not quite nothing is `< 1 %` and one that
    /// is not quite everything `> 99 %`, so that 0 % and 100 % are said only when they are true.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Shown::NotMeasurable(why) => write!(f, "not measurable: {why}"),
            Shown::Counts(rate) => write!(f, "{} of {}", rate.hits, rate.n),
            Shown::PerCent { rate, share, interval } => {
                match (share * 100.0).round() as u64 {
                    0 if rate.hits > 0 => f.write_str("< 1 %")?,
                    100 if rate.hits < rate.n => f.write_str("> 99 %")?,
                    per_cent => write!(f, "{per_cent} %")?,
                }
                let [low, high] = [interval.low, interval.high].map(|end| (end * 100.0).round());
                write!(f, " ({low}–{high} %, n {})", grouped(rate.n))
            }
        }
    }
}

/// The difference of two rates, in fractions, with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    /// First minus second, −1 to 1.
    pub difference: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

impl Difference {
    /// Newcombe's hybrid interval of `first − second`; nothing when either n is 0.
    /// Source: domain.md 8.3.
    pub fn newcombe(first: Rate, second: Rate) -> Option<Difference> {
        let (p1, p2) = (first.share()?, second.share()?);
        let (w1, w2) = (first.wilson()?, second.wilson()?);
        let difference = p1 - p2;
        Some(Difference {
            difference,
            low: difference - (p1 - w1.low).hypot(w2.high - p2),
            high: difference + (w1.high - p1).hypot(p2 - w2.low),
        })
    }

    /// Whether the interval leaves out 0; otherwise there is no clear change.
    pub fn is_clear(self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// A rate and the rows it rests on: the hits are among the tries.
///
/// In JSON: `{"rate":{"hits":1,"n":2,"share":0.5,…},"words":"1 of 2","hits":["crm:1"],
/// "misses":["crm:2"]}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Share<I> {
    hits: Counted<I>,
    misses: Counted<I>,
    nothing: &'static str,
}

impl<I> Share<I> {
    /// The share of the rows marked `true`; `nothing` says why there may be none at all.
    pub fn split(rows: impl IntoIterator<Item = (I, bool)>, nothing: &'static str) -> Share<I> {
        let (mut hits, mut misses) = (Counted::default(), Counted::default());
        for (row, hit) in rows {
            if hit { &mut hits } else { &mut misses }.push(row);
        }
        Share { hits, misses, nothing }
    }

    /// The counts.
    pub fn rate(&self) -> Rate {
        Rate { hits: self.hits.n(), n: self.hits.n() + self.misses.n() }
    }

    /// The share, 0 to 1; nothing of nothing.
    pub fn share(&self) -> Option<f64> {
        self.rate().share()
    }

    /// The rows that count.
    pub fn hits(&self) -> &Counted<I> {
        &self.hits
    }

    /// The rows that were tried and do not count.
    pub fn misses(&self) -> &Counted<I> {
        &self.misses
    }

    /// All rows of the rate, hits first.
    pub fn rows(&self) -> impl Iterator<Item = &I> {
        self.hits.rows().iter().chain(self.misses.rows())
    }

    /// The text for screens; see [`Rate::words`].
    pub fn words(&self) -> String {
        self.rate().words(self.nothing)
    }
}

impl<I: Serialize> Serialize for Share<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shape<'a, I> {
            rate: Rate,
            words: String,
            hits: &'a [I],
            misses: &'a [I],
        }
        Shape {
            rate: self.rate(),
            words: self.words(),
            hits: self.hits.rows(),
            misses: self.misses.rows(),
        }
        .serialize(serializer)
    }
}

#[cfg(test)]
mod tests;
