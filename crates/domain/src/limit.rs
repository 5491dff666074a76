//! How often a rule counts: "once a week", in a stated sense.

use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date, tz::TimeZone};

use crate::agreement::definition::{Limit, Window};

/// Whether one more counts at `at`, after those that counted `before` (ascending).
pub fn allows(limit: &Limit, before: &[Timestamp], at: Timestamp) -> bool {
    match limit {
        Limit::EveryTime => true,
        Limit::Once => before.is_empty(),
        Limit::Times { times, window } => {
            let near = before.iter().rev().take_while(|earlier| {
                reach(window).is_none_or(|reach| earlier.duration_until(at) < reach)
            });
            let inside = near.filter(|&&earlier| same_window(window, earlier, at));
            (inside.count() as u32) < *times
        }
    }
}

/// The first instant after `last` at which one more would count, if there ever is one.
pub fn free_at(limit: &Limit, last: Timestamp) -> Option<Timestamp> {
    match limit {
        Limit::EveryTime => Some(last),
        Limit::Once => None,
        Limit::Times { window, .. } => match window {
            Window::RollingDays(days) => {
                last.checked_add(SignedDuration::from_hours(24 * days)).ok()
            }
            Window::RollingMonths(months, zone) => months_after(last, *months, zone),
            Window::Day(zone) => start_of(day_of(last, zone).checked_add(1.day()).ok()?, zone),
            Window::Week(zone) => start_of(monday_of(last, zone).checked_add(7.days()).ok()?, zone),
            Window::Month(zone) => {
                start_of(month_of(last, zone).checked_add(1.month()).ok()?, zone)
            }
            Window::Quarter(zone) => {
                start_of(quarter_of(last, zone).checked_add(3.months()).ok()?, zone)
            }
            Window::Year(zone) => {
                start_of(day_of(last, zone).first_of_year().checked_add(1.year()).ok()?, zone)
            }
        },
    }
}

/// What lies so long apart is not in one window, whatever the clocks of its zone did meanwhile. To
/// know that spares a look at the calendar for everything that ever counted.
fn reach(window: &Window) -> Option<SignedDuration> {
    let days = |days: i64| Some(SignedDuration::from_hours(24 * days));
    match window {
        Window::RollingDays(_) | Window::RollingMonths(..) => None,
        Window::Day(_) => days(4),
        Window::Week(_) => days(10),
        Window::Month(_) => days(34),
        Window::Quarter(_) => days(95),
        Window::Year(_) => days(369),
    }
}

fn same_window(window: &Window, earlier: Timestamp, at: Timestamp) -> bool {
    match window {
        Window::RollingDays(days) => {
            earlier.duration_until(at) < SignedDuration::from_hours(24 * days)
        }
        Window::RollingMonths(months, zone) => {
            months_after(earlier, *months, zone).is_none_or(|free| at < free)
        }
        Window::Day(zone) => day_of(earlier, zone) == day_of(at, zone),
        Window::Week(zone) => monday_of(earlier, zone) == monday_of(at, zone),
        Window::Month(zone) => month_of(earlier, zone) == month_of(at, zone),
        Window::Quarter(zone) => quarter_of(earlier, zone) == quarter_of(at, zone),
        Window::Year(zone) => day_of(earlier, zone).year() == day_of(at, zone).year(),
    }
}

fn months_after(at: Timestamp, months: i64, zone: &TimeZone) -> Option<Timestamp> {
    at.to_zoned(zone.clone()).checked_add(months.months()).ok().map(|zoned| zoned.timestamp())
}

fn day_of(at: Timestamp, zone: &TimeZone) -> Date {
    at.to_zoned(zone.clone()).date()
}

/// The Monday of the week of an instant.
pub(crate) fn monday_of(at: Timestamp, zone: &TimeZone) -> Date {
    let day = day_of(at, zone);
    let since_monday = day.weekday().to_monday_zero_offset();
    day.checked_sub(i64::from(since_monday).days()).unwrap_or(day)
}

fn month_of(at: Timestamp, zone: &TimeZone) -> Date {
    day_of(at, zone).first_of_month()
}

fn quarter_of(at: Timestamp, zone: &TimeZone) -> Date {
    let month = month_of(at, zone);
    month.checked_sub(i64::from((month.month() - 1) % 3).months()).unwrap_or(month)
}

fn start_of(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    day.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_window_is_counted_as_the_author_chose() {
        let berlin = || TimeZone::get("Europe/Berlin").unwrap();
        let friday = at("2026-07-03T10:00:00Z");
        // The week of the calendar ends on Sunday at midnight in Berlin, which is 22:00 UTC.
        let cases = [
            (Window::RollingDays(7), "2026-07-10T09:59:59Z", false),
            (Window::RollingDays(7), "2026-07-10T10:00:00Z", true),
            (Window::Week(berlin()), "2026-07-05T21:59:59Z", false),
            (Window::Week(berlin()), "2026-07-05T22:00:00Z", true),
            (Window::Day(berlin()), "2026-07-03T21:59:59Z", false),
            (Window::Day(berlin()), "2026-07-03T22:00:00Z", true),
            (Window::Month(berlin()), "2026-07-31T21:59:59Z", false),
            (Window::Month(berlin()), "2026-07-31T22:00:00Z", true),
            (Window::Quarter(berlin()), "2026-09-30T21:59:59Z", false),
            (Window::Quarter(berlin()), "2026-09-30T22:00:00Z", true),
            (Window::Year(berlin()), "2026-12-31T22:59:59Z", false),
            (Window::Year(berlin()), "2026-12-31T23:00:00Z", true),
            (Window::RollingMonths(3, berlin()), "2026-10-03T09:59:59Z", false),
            (Window::RollingMonths(3, berlin()), "2026-10-03T10:00:00Z", true),
        ];
        for (window, then, expected) in cases {
            let limit = Limit::Times { times: 1, window };
            assert_eq!(allows(&limit, &[friday], at(then)), expected, "{limit:?} at {then}");
            if expected {
                assert_eq!(free_at(&limit, friday), Some(at(then)), "{limit:?}");
            }
        }
    }

    #[test]
    fn what_lies_too_far_back_to_count_is_passed_over_and_changes_nothing() {
        // Apia had no 30th of December in 2011, and the clocks of St John's went back over midnight.
        for zone in ["Pacific/Apia", "America/St_Johns", "Europe/Berlin"] {
            let zone = || TimeZone::get(zone).unwrap();
            let start = at("2010-10-01T10:31:00Z");
            let all: Vec<Timestamp> =
                (0..800).map(|n| start + SignedDuration::from_hours(n * 17)).collect();
            let windows = [Window::Day, Window::Week, Window::Month, Window::Quarter, Window::Year];
            for window in windows.map(|window| window(zone())) {
                for (n, at) in all.iter().enumerate() {
                    let inside = all[..n].iter().filter(|&&other| same_window(&window, other, *at));
                    let times = inside.count() as u32;
                    let allows = |times| {
                        allows(&Limit::Times { times, window: window.clone() }, &all[..n], *at)
                    };
                    assert!(!allows(times) && allows(times + 1), "{window:?} at {at}");
                }
            }
        }
    }

    #[test]
    fn twice_a_day_means_two() {
        let limit = Limit::Times { times: 2, window: Window::Day(TimeZone::UTC) };
        let (one, two) = (at("2026-07-03T10:00:00Z"), at("2026-07-03T11:00:00Z"));
        assert!(allows(&limit, &[one], two));
        assert!(!allows(&limit, &[one, two], two));
    }
}
