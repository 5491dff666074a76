//! How well points tell those apart that came to it from those that did not. Source: domain.md 3.5.

use domain::rate::Rate;

use crate::logistic::{Alike, Weights, chance};

/// Rows of one sum of points: how many, and how many came to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sum {
    /// The points.
    pub points: i64,
    /// How many have them, and how many of those came to it.
    pub rate: Rate,
}

/// The chance that one that came to it has more points than one that did not, where as many count
/// half; nothing where there are none of either.
pub fn auc(sums: &[Sum]) -> Option<f64> {
    let mut sums = sums.to_vec();
    sums.sort_by_key(|sum| sum.points);
    let (mut below, mut pairs, mut hits) = (0.0, 0.0, 0.0);
    for same in sums.chunk_by(|one, other| one.points == other.points) {
        let here: f64 = same.iter().map(|sum| sum.rate.hits() as f64).sum();
        let missed: f64 = same.iter().map(|sum| (sum.rate.n() - sum.rate.hits()) as f64).sum();
        pairs += here * (below + missed / 2.0);
        (below, hits) = (below + missed, hits + here);
    }
    (below > 0.0 && hits > 0.0).then(|| pairs / (below * hits))
}

/// What was said beside what was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// The mean of the chances that were said.
    pub said: f64,
    /// How many came to it.
    pub was: Rate,
    /// By how much what was follows what was said: 1 when as said, less when it said too much of both
    /// ends. Nothing where it cannot be fitted.
    pub slope: Option<f64>,
    /// The mean square of what was less what was said; 0 is best.
    pub brier: f64,
}

/// What chances said, by the logarithm of their odds, beside what was; nothing of no rows.
pub fn calibration(said: &[(f64, Rate)]) -> Option<Calibration> {
    let n: u64 = said.iter().map(|(_, rate)| rate.n()).sum();
    let hits: u64 = said.iter().map(|(_, rate)| rate.hits()).sum();
    let was = Rate::of(hits, n).filter(|was| was.n() > 0)?;
    let mean = |of: &dyn Fn(f64, Rate) -> f64| {
        said.iter().map(|(odds, rate)| of(chance(*odds), *rate)).sum::<f64>() / n as f64
    };
    let square = |chance: f64, rate: Rate| {
        let (hits, n) = (rate.hits() as f64, rate.n() as f64);
        hits * (1.0 - chance).powi(2) + (n - hits) * chance.powi(2)
    };
    let rows: Vec<Alike> = said
        .iter()
        .map(|(odds, rate)| Alike { shown: vec![(0, *odds)], n: rate.n(), hits: rate.hits() })
        .collect();
    Some(Calibration {
        said: mean(&|chance, rate| chance * rate.n() as f64),
        was,
        slope: Weights::fitted(&rows, 1, 0.0).ok().map(|weights| weights.of[0]),
        brier: mean(&square),
    })
}

/// Rows from some points on, up to those of the band above.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// From so many points on.
    pub from: i64,
    /// How many there are, and how many came to it.
    pub rate: Rate,
    /// How many times as often as all rows together; nothing where none came to it at all.
    pub lift: Option<f64>,
    /// The share of all that came to it that has at least so many points.
    pub captured: Rate,
}

/// The rows in bands, the most points first. A band begins with each of `from`, and the last one takes
/// what lies below.
pub fn bands(sums: &[Sum], from: &[i64]) -> Vec<Band> {
    let mut from = from.to_vec();
    from.extend(sums.iter().map(|sum| sum.points).min());
    from.sort_unstable_by(|one, other| other.cmp(one));
    from.dedup();
    let all = together(sums.iter());
    let mut above = 0;
    let mut bands: Vec<Band> = Vec::new();
    for from in from {
        let upper = bands.last().map(|band| band.from);
        let is_here =
            |sum: &&Sum| sum.points >= from && upper.is_none_or(|upper| sum.points < upper);
        let rate = together(sums.iter().filter(is_here));
        above += rate.hits();
        let lift = rate.share().zip(all.share().filter(|share| *share > 0.0));
        let captured = Rate::of(above, all.hits()).expect("a band's hits are among all hits");
        bands.push(Band { from, rate, lift: lift.map(|(here, all)| here / all), captured });
    }
    bands
}

fn together<'a>(sums: impl Iterator<Item = &'a Sum>) -> Rate {
    let (n, hits) = sums.fold((0, 0), |(n, hits), sum| (n + sum.rate.n(), hits + sum.rate.hits()));
    Rate::of(hits, n).expect("each sum has no more hits than rows")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(points: i64, hits: u64, n: u64) -> Sum {
        Sum { points, rate: Rate::of(hits, n).unwrap() }
    }

    /// The worked example of domain.md 3.5.
    #[test]
    fn auc_counts_pairs_and_half_of_ties() {
        let won = [82, 74, 61, 40].map(|points| sum(points, 1, 1));
        let lost = [70, 55, 50, 40, 33, 20].map(|points| sum(points, 0, 1));
        let all: Vec<Sum> = won.into_iter().chain(lost).collect();
        assert_eq!(auc(&all), Some(0.8125));
        assert_eq!(auc(&won), None);
        assert_eq!(auc(&[]), None);
    }

    /// The lift table of domain.md 3.5.
    #[test]
    fn bands_say_lift_and_what_they_capture() {
        let sums =
            [sum(95, 14, 40), sum(80, 16, 80), sum(60, 14, 160), sum(30, 10, 320), sum(10, 6, 400)];
        let found = bands(&sums, &[90, 75, 50, 25]);
        let lifts: Vec<f64> =
            found.iter().map(|band| (band.lift.unwrap() * 100.0).round() / 100.0).collect();
        assert_eq!(lifts, [5.83, 3.33, 1.46, 0.52, 0.25]);
        assert_eq!(found[1].captured, Rate::of(30, 60).unwrap());
        assert_eq!(found[4].from, 10);
        let interval = found[0].rate.wilson().unwrap();
        assert!((interval.low - 0.22).abs() < 0.005 && (interval.high - 0.50).abs() < 0.005);
    }

    #[test]
    fn what_was_said_well_has_a_slope_of_one() {
        let said: Vec<(f64, Rate)> = [(10, 100), (50, 100), (90, 100)]
            .map(|(hits, n)| ((hits as f64 / (n - hits) as f64).ln(), Rate::of(hits, n).unwrap()))
            .into();
        let found = calibration(&said).unwrap();
        assert!((found.said - 0.5).abs() < 1e-12);
        assert!((found.slope.unwrap() - 1.0).abs() < 1e-9);
        assert!((found.brier - (0.09 + 0.25 + 0.09) / 3.0).abs() < 1e-12);
        let twice: Vec<(f64, Rate)> = said.iter().map(|(odds, rate)| (2.0 * odds, *rate)).collect();
        assert!((calibration(&twice).unwrap().slope.unwrap() - 0.5).abs() < 1e-9);
        assert_eq!(calibration(&[]), None);
    }
}
