//! Rates: a share never stands without its n, and under twenty it stands as a count.

use super::NBSP;
use super::number::{count, figure, not_measurable, per_cent};
use crate::markup::Markup;

/// From so many on a rate is shown as per cent. Source: the look, "Figures".
pub const ENOUGH: u64 = 20;

/// So many of so many, with the interval in which the true share lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// How many did.
    pub hits: u64,
    /// Of how many.
    pub n: u64,
    /// The 95 % interval as shares of one, worked out by whoever knows the rule; none if it has
    /// none.
    pub interval: Option<(f64, f64)>,
}

impl Rate {
    /// A rate without an interval.
    pub fn of(hits: u64, n: u64) -> Rate {
        Rate { hits, n, interval: None }
    }

    /// The same with its interval, as shares of one.
    pub fn within(self, low: f64, high: f64) -> Rate {
        Rate { interval: Some((low, high)), ..self }
    }

    /// The share of one; none if there was nothing to divide by.
    pub fn share(&self) -> Option<f64> {
        (self.n > 0).then(|| self.hits as f64 / self.n as f64)
    }

    /// Whether it is too small to be a per cent.
    pub fn is_small(&self) -> bool {
        self.n < ENOUGH
    }

    /// What is largest: `67 %`, or `9 of 11` under twenty.
    pub fn headline(&self) -> String {
        match self.share() {
            Some(share) if !self.is_small() => per_cent(share),
            _ => self.counts(),
        }
    }

    /// `142 of 212`.
    pub fn counts(&self) -> String {
        format!("{}{NBSP}of{NBSP}{}", count(self.hits), count(self.n))
    }

    /// So many of so many with their share, without the interval: `142 of 212, 67 %`, or `9 of 11`
    /// under twenty.
    pub fn brief(&self) -> String {
        match self.share().filter(|_| !self.is_small()) {
            Some(share) => format!("{}, {}", self.counts(), per_cent(share)),
            None => self.counts(),
        }
    }

    /// The interval in per cent: `60–73 %`. Nothing if there is none or the rate is small.
    pub fn interval_words(&self) -> Option<String> {
        let (low, high) = self.interval.filter(|_| !self.is_small())?;
        Some(format!("{}–{}{NBSP}%", hundredths(low), hundredths(high)))
    }

    /// What stands beside the headline: `142 of 212; 60–73 %`, or nothing more under twenty.
    pub fn detail(&self) -> String {
        match (self.is_small(), self.interval_words()) {
            (true, _) => String::new(),
            (false, Some(interval)) => format!("{}; {interval}", self.counts()),
            (false, None) => self.counts(),
        }
    }

    /// The whole in one line, as a table says it: `142 of 212, 67 % (60–73)`.
    pub fn line(&self) -> String {
        let mut line = self.brief();
        if let Some((low, high)) = self.interval.filter(|_| !self.is_small()) {
            line.push_str(&format!(" ({}–{})", hundredths(low), hundredths(high)));
        }
        line
    }

    /// The headline as a door to its workings; with nothing to divide by, why there is no number.
    pub fn figure(&self, workings: &str) -> Markup {
        match self.share() {
            Some(_) => figure(self.headline(), workings),
            None => not_measurable("none so far"),
        }
    }
}

fn hundredths(share: f64) -> u64 {
    (share.clamp(0.0, 1.0) * 100.0).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn under_twenty_a_rate_is_a_count() {
        let cases = [
            (
                Rate::of(142, 212).within(0.604, 0.73),
                "67\u{a0}%",
                "142\u{a0}of\u{a0}212; 60–73\u{a0}%",
            ),
            (Rate::of(19, 20), "95\u{a0}%", "19\u{a0}of\u{a0}20"),
            (Rate::of(9, 11).within(0.5, 0.9), "9\u{a0}of\u{a0}11", ""),
            (Rate::of(0, 0), "0\u{a0}of\u{a0}0", ""),
        ];
        for (rate, headline, detail) in cases {
            assert_eq!(rate.headline(), headline);
            assert_eq!(rate.detail(), detail);
        }
    }

    #[test]
    fn a_line_says_the_whole() {
        let rate = Rate::of(84, 128).within(0.57, 0.73);
        assert_eq!(rate.line(), "84\u{a0}of\u{a0}128, 66\u{a0}% (57–73)");
        assert_eq!(rate.brief(), "84\u{a0}of\u{a0}128, 66\u{a0}%");
        assert_eq!(Rate::of(2, 13).line(), "2\u{a0}of\u{a0}13");
        assert_eq!(Rate::of(2, 13).brief(), "2\u{a0}of\u{a0}13");
    }

    #[test]
    fn nothing_to_divide_by_is_not_zero_per_cent() {
        let shown = Rate::of(0, 0).figure("/x").to_string();
        assert!(shown.contains("not measurable: none so far"), "{shown}");
    }
}
