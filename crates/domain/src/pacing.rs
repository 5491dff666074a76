//! Pacing: whether a goal is on its way, by business days gone.

use serde::Serialize;

use crate::counted::{Measure, Total};

/// A goal and how far the period has run. Lower-is-better goals are not meant here.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Course {
    /// What is to be reached, in the goal's own unit: a count, or minor units of money.
    pub target: i64,
    /// Business days gone, today's included once it is over. More than `total_days` counts as all.
    pub elapsed_days: u32,
    /// Business days of the whole period.
    pub total_days: u32,
    /// The share of the result that earlier periods had by this day, 0 to 1, if enough of them
    /// are known; otherwise the goal is expected to grow evenly.
    pub seasonal_share: Option<f64>,
}

/// How a goal goes. Every number is in the goal's unit, shares are fractions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pace<I> {
    /// What is to be reached.
    pub target: i64,
    /// What has been reached, and the rows that make it up.
    pub actual: Total<I>,
    /// Business days gone.
    pub elapsed_days: u32,
    /// Business days of the whole period.
    pub total_days: u32,
    /// What should have been reached by now: target · days gone / days, or target · share of
    /// earlier periods.
    pub expected: Measure,
    /// Actual / expected; 1 is on course.
    pub pace: Measure,
    /// What the period ends with if it goes on so: actual · days / days gone, or actual / share.
    /// Not told before a fifth of the period is gone: one sale would move it many times over.
    pub projection: Measure,
    /// What each remaining business day has to bring; 0 when the target is reached.
    pub needed_per_day: Measure,
    /// Actual / target. Of a target of 0 there is none.
    pub attainment: Measure,
}

impl<I> Pace<I> {
    /// The pace of `actual` on its `course`. Source: domain.md 7, Pacing and Attainment.
    pub fn of(course: Course, actual: Total<I>) -> Pace<I> {
        let course = Course { elapsed_days: course.elapsed_days.min(course.total_days), ..course };
        let reached = actual.total() as f64;
        let expected = expected(course);
        Pace {
            expected,
            pace: pace(reached, expected),
            projection: projection(course, reached),
            needed_per_day: needed_per_day(course, actual.total()),
            attainment: share_of_target(actual.total(), course.target),
            target: course.target,
            elapsed_days: course.elapsed_days,
            total_days: course.total_days,
            actual,
        }
    }
}

/// Actual / target, as a fraction. Of a target of 0 there is none: it is not 100 %.
/// Source: domain.md 7, Attainment.
pub fn share_of_target(actual: i64, target: i64) -> Measure {
    Measure::ratio(actual as f64, target as f64, "there is no target")
}

fn expected(course: Course) -> Measure {
    match course.seasonal_share {
        Some(share) => Measure::Is(course.target as f64 * share),
        None => Measure::ratio(
            course.target as f64 * f64::from(course.elapsed_days),
            f64::from(course.total_days),
            "the period has no business day",
        ),
    }
}

fn pace(reached: f64, expected: Measure) -> Measure {
    match expected {
        Measure::Is(expected) => Measure::ratio(reached, expected, "nothing is expected yet"),
        Measure::Cannot(_) => expected,
    }
}

fn projection(course: Course, reached: f64) -> Measure {
    let (elapsed, total) = (u64::from(course.elapsed_days), u64::from(course.total_days));
    match course.seasonal_share {
        _ if total == 0 => Measure::Cannot("the period has no business day"),
        _ if elapsed * 5 < total => Measure::Cannot("too early to project"),
        Some(share) => Measure::ratio(reached, share, "earlier periods had nothing by this day"),
        None => Measure::Is(reached * total as f64 / elapsed as f64),
    }
}

fn needed_per_day(course: Course, reached: i64) -> Measure {
    let missing = (i128::from(course.target) - i128::from(reached)).max(0);
    let left = course.total_days - course.elapsed_days;
    if missing == 0 {
        return Measure::Is(0.0);
    }
    Measure::ratio(missing as f64, f64::from(left), "no business day is left")
}

#[cfg(test)]
mod tests;
