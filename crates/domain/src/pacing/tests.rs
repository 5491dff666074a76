use super::*;
use crate::counted::Part;

fn pace_of(target: i64, days: (u32, u32), actual: i64, share: Option<f64>) -> Pace<&'static str> {
    let (elapsed_days, total_days) = days;
    let actual = [Part { row: "all", value: actual }].into_iter().collect();
    Pace::of(Course { target, elapsed_days, total_days, seasonal_share: share }, actual)
}

fn near(found: Measure, expected: f64, case: &str) {
    let value = found.value().unwrap_or(f64::NAN);
    assert!((value - expected).abs() < 1e-12, "{case}: {found:?} is not {expected}");
}

#[test]
fn the_worked_example_comes_out() {
    // domain-vectors.json "pacing"; domain.md 7.
    let linear = pace_of(120, (14, 21), 70, None);
    near(linear.expected, 80.0, "linear expected");
    near(linear.pace, 0.875, "linear pace");
    near(linear.projection, 105.0, "linear projection");
    near(linear.needed_per_day, 50.0 / 7.0, "needed");
    near(linear.attainment, 70.0 / 120.0, "attainment");
    let seasonal = pace_of(120, (14, 21), 70, Some(0.55));
    near(seasonal.expected, 66.0, "seasonal expected");
    near(seasonal.pace, 1.0606060606060606, "seasonal pace");
    near(seasonal.projection, 70.0 / 0.55, "seasonal projection");
}

#[test]
fn what_cannot_be_told_says_why() {
    let none = pace_of(0, (0, 0), 5, None);
    let start = pace_of(100, (0, 20), 0, None);
    let cases = [
        ("a target of 0", pace_of(0, (5, 20), 7, None).attainment, "there is no target"),
        ("expected of a target of 0", pace_of(0, (5, 20), 7, None).pace, "nothing is expected yet"),
        ("day 0", start.pace, "nothing is expected yet"),
        ("day 0, projected", start.projection, "too early to project"),
        ("3 of 20 days", pace_of(9, (3, 20), 7, None).projection, "too early to project"),
        ("and with a season", pace_of(9, (3, 20), 7, Some(0.1)).projection, "too early to project"),
        ("no day at all", none.expected, "the period has no business day"),
        ("no day at all, projected", none.projection, "the period has no business day"),
        (
            "the last day gone",
            pace_of(9, (20, 20), 7, None).needed_per_day,
            "no business day is left",
        ),
    ];
    for (case, found, why) in cases {
        assert_eq!(found, Measure::Cannot(why), "{case}");
    }
}

#[test]
fn exactly_a_fifth_gone_is_projected() {
    near(pace_of(100, (4, 20), 10, None).projection, 50.0, "4 of 20");
}

#[test]
fn a_reached_target_needs_nothing_more() {
    near(pace_of(100, (20, 20), 120, None).needed_per_day, 0.0, "over");
    near(pace_of(100, (25, 20), 120, None).expected, 100.0, "days beyond the end");
}
