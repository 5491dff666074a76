//! Points for weights: so many points more, and the odds are twice as good. Source: domain.md 3.5,
//! "points to double the odds" of credit scoring.

use std::f64::consts::LN_2;

/// How odds are written as points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// So many points double the odds.
    pub doubles: f64,
    /// These points …
    pub points: f64,
    /// … belong to these odds, such as 1/19 for one in twenty.
    pub odds: f64,
}

impl Scale {
    /// Points for one unit of the logarithm of odds.
    pub fn factor(self) -> f64 {
        self.doubles / LN_2
    }

    /// Points at even odds.
    pub fn offset(self) -> f64 {
        self.points - self.factor() * self.odds.ln()
    }

    /// What a weight earns, to the nearest whole point, halves away from nothing.
    pub fn earned(self, weight: f64) -> i64 {
        (self.factor() * weight).round() as i64
    }

    /// The points of odds, by their logarithm, to the nearest whole one.
    pub fn at(self, log_odds: f64) -> i64 {
        (self.offset() + self.factor() * log_odds).round() as i64
    }

    /// The logarithm of the odds that points say.
    pub fn log_odds(self, points: f64) -> f64 {
        (points - self.offset()) / self.factor()
    }
}

/// How much a thing tells, from those that have it and those that have not: the weights of evidence of
/// both, by how much more of the hits than of the others have it. Half a row is added to each count.
/// Source: domain.md 3.5, information value.
pub fn information(with: domain::rate::Rate, without: domain::rate::Rate) -> f64 {
    let [won, lost] = [with.hits() + without.hits(), with.n() + without.n()].map(|n| n as f64);
    let lost = lost - won;
    let of = |rate: domain::rate::Rate| {
        let (hits, misses) = (rate.hits() as f64, (rate.n() - rate.hits()) as f64);
        let (of_won, of_lost) = ((hits + 0.5) / (won + 1.0), (misses + 0.5) / (lost + 1.0));
        (of_won - of_lost) * (of_won / of_lost).ln()
    };
    of(with) + of(without)
}

#[cfg(test)]
mod tests {
    use domain::rate::Rate;

    use super::*;

    const SCALE: Scale = Scale { doubles: 10.0, points: 50.0, odds: 1.0 / 19.0 };

    /// The worked example of domain.md 3.5.
    #[test]
    fn ten_points_double_the_odds() {
        assert!((SCALE.factor() - 14.426_950_408_889_635).abs() < 1e-12);
        assert!((SCALE.offset() - 92.479_275_134_435_85).abs() < 1e-9);
        let weights = [0.9, 0.7, 0.8, 1.9, 0.45, -0.8].map(|weight| SCALE.earned(weight));
        assert_eq!(weights, [13, 10, 12, 27, 6, -12]);
        assert_eq!(SCALE.at(-4.2), 32);
        for (chance, points) in [(0.01_f64, 26.185_708_933_639_76), (0.2, 72.479_275_134_435_85)] {
            let log_odds = (chance / (1.0 - chance)).ln();
            assert!((SCALE.log_odds(points) - log_odds).abs() < 1e-9);
        }
        assert_eq!(SCALE.at(-4.2) + weights[..4].iter().sum::<i64>(), 94);
    }

    #[test]
    fn what_all_have_alike_tells_nothing() {
        let rate = |hits, n| Rate::of(hits, n).unwrap();
        assert!(information(rate(10, 100), rate(20, 200)).abs() < 0.001);
        let telling = information(rate(30, 100), rate(10, 200));
        assert!(telling > 0.5, "{telling}");
        assert!(information(rate(0, 0), rate(10, 200)).is_finite());
    }
}
