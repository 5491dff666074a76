//! Since when a goal is off: a number behind an even pace, a share below what was agreed.

use std::collections::BTreeMap;

use domain::{
    agreement::{Agreement, Goal},
    counted::Measure,
};
use jiff::{Timestamp, civil::Date};

use super::{GoalStanding, actual::Reading};
use crate::report::WorkingDays;

/// What came on a day: how much counts, of how much. Of a number all that came counts.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Came {
    counts: i64,
    of: i64,
}

/// The first of the days up to today at whose ends a goal was off, without a break; by the days on
/// which its rows count, as they are known now. None while it is not off.
pub(super) fn off_since(
    reading: &Reading<'_>,
    goal: &Goal,
    standing: &GoalStanding,
) -> Option<Date> {
    let today = reading.agreement.zone.to_datetime(reading.as_of).date();
    let on = reading.counted_on(goal);
    let mut came: BTreeMap<Date, Came> = BTreeMap::new();
    let mut add = |row: &String, counts: i64, of: i64| {
        let Some(day) = on.get(row) else { return };
        let came = came.entry(*day).or_default();
        (came.counts, came.of) = (came.counts + counts, came.of + of);
    };
    match standing {
        GoalStanding::Pace(pace) => {
            let Measure::Is(share) = pace.pace else { return None };
            if share >= 1.0 {
                return None;
            }
            pace.actual.parts().iter().for_each(|part| add(&part.row, part.value, part.value));
            let gone = working_days(reading.agreement, goal);
            let all = i128::from(gone.values().max().copied().unwrap_or_default());
            let is_behind = |day: Date, so_far: Came| {
                let gone = i128::from(gone.get(&day).copied().unwrap_or_default());
                i128::from(so_far.counts) * all < i128::from(pace.target) * gone
            };
            Some(streak(&came, goal.from, today, is_behind))
        }
        GoalStanding::Rate(rate) => {
            if rate.is_reached != Some(false) {
                return None;
            }
            rate.actual.hits().rows().iter().for_each(|row| add(row, 1, 1));
            rate.actual.misses().rows().iter().for_each(|row| add(row, 0, 1));
            let is_below = |_, so_far: Came| {
                let agreed = i128::from(rate.target_per_mille) * i128::from(so_far.of);
                i128::from(so_far.counts) * 1000 < agreed
            };
            Some(streak(&came, goal.from, today, is_below))
        }
    }
}

/// The day after the last one at whose end all was well; today's end has not come, and today it is
/// off.
fn streak(
    came: &BTreeMap<Date, Came>,
    from: Date,
    today: Date,
    is_off: impl Fn(Date, Came) -> bool,
) -> Date {
    let (mut so_far, mut since, mut day) = (Came::default(), from, from);
    while day < today {
        let came = came.get(&day).copied().unwrap_or_default();
        so_far = Came { counts: so_far.counts + came.counts, of: so_far.of + came.of };
        let Ok(next) = day.tomorrow() else { break };
        if !is_off(day, so_far) {
            since = next;
        }
        day = next;
    }
    since
}

/// How many working days of a goal's period are gone at the end of each of its days.
fn working_days(agreement: &Agreement, goal: &Goal) -> BTreeMap<Date, u32> {
    let mut gone = 0;
    let days = std::iter::successors(Some(goal.from), |day| day.tomorrow().ok());
    days.take_while(|day| *day <= goal.to)
        .map(|day| {
            gone += WorkingDays::of(agreement, day, day, Timestamp::MAX).total;
            (day, gone)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i8) -> Date {
        jiff::civil::date(2026, 11, day)
    }

    #[test]
    fn it_is_off_since_the_day_after_the_last_good_one() {
        let came = |days: &[(i8, i64, i64)]| {
            days.iter()
                .map(|(on, counts, of)| (day(*on), Came { counts: *counts, of: *of }))
                .collect()
        };
        let half = |_, so_far: Came| so_far.counts * 2 < so_far.of;
        let good_until_4 = came(&[(2, 1, 1), (4, 0, 1), (5, 0, 1)]);
        assert_eq!(streak(&good_until_4, day(1), day(10), half), day(5));
        let never_good = came(&[(1, 0, 3)]);
        assert_eq!(streak(&never_good, day(1), day(10), half), day(1));
        let good_again = came(&[(1, 0, 1), (3, 1, 1), (7, 0, 2)]);
        assert_eq!(streak(&good_again, day(1), day(10), half), day(7));
        assert_eq!(streak(&came(&[]), day(1), day(10), half), day(10), "only today");
        assert_eq!(streak(&came(&[(10, 0, 1)]), day(1), day(10), half), day(10));
    }
}
