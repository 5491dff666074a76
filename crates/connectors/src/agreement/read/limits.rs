//! `limit` and `decay`: how often a rule counts, and how its points fade.

use domain::{
    agreement::definition::{Limit, Window},
    points::{Decay, Step},
};

use super::names::Known;
use crate::agreement::{
    reader::{Item, Table},
    units::{self, Unit},
};

/// How an author chooses between the two readings of "once a week".
#[derive(Clone, Copy, PartialEq)]
enum Counted {
    Calendar,
    Rolling,
}

const EXAMPLE: &str =
    "limit = \"every_time\", limit = \"once\", or limit = { times = 1, per = \"30 days\" }";

/// The limit of a rule.
pub fn limit(table: &Table<'_>, known: &Known) -> Option<Limit> {
    let item = table.need("limit", EXAMPLE)?;
    if item.is_text() {
        return item.choice(&[("every_time", Limit::EveryTime), ("once", Limit::Once)]);
    }
    let table = item.table("a limit")?;
    let times = table.need("times", "times = 1").and_then(|item| item.whole(1..=10_000));
    let per = table.need("per", "per = \"week\"").and_then(|item| {
        let text = item.text()?.value;
        let period = units::period(&text);
        if period.is_none() {
            let what = format!("{text:?} is not a window of a limit.");
            item.wrong(
                what,
                "Write \"day\", \"week\", \"month\", \"quarter\", \"year\", or a number of one of \
                 them such as \"30 days\"."
                    .to_owned(),
            );
        }
        period
    });
    let counted_item = table.get("counted", "counted = \"calendar\"");
    let counted = counted_item.and_then(|item| {
        item.choice(&[("calendar", Counted::Calendar), ("rolling", Counted::Rolling)])
    });
    let zone = table.get("zone", "zone = \"Europe/Berlin\"").and_then(|item| item.zone());
    let zone = zone.unwrap_or_else(|| known.zone.clone());
    let window = per.and_then(|(count, unit)| {
        let counted = counted.or_else(|| unsaid(&table, counted_item.is_some(), count, unit))?;
        match (counted, unit, count) {
            (Counted::Calendar, Unit::Day, 1) => Some(Window::Day(zone)),
            (Counted::Calendar, Unit::Week, 1) => Some(Window::Week(zone)),
            (Counted::Calendar, Unit::Month, 1) => Some(Window::Month(zone)),
            (Counted::Calendar, Unit::Quarter, 1) => Some(Window::Quarter(zone)),
            (Counted::Calendar, Unit::Year, 1) => Some(Window::Year(zone)),
            (Counted::Calendar, ..) => {
                table.wrong(
                    "A limit by the calendar is per one \"day\", \"week\", \"month\", \"quarter\" or \
                     \"year\".",
                    "Write counted = \"rolling\", or another window.".to_owned(),
                );
                None
            }
            (Counted::Rolling, Unit::Day, days) => Some(Window::RollingDays(days)),
            (Counted::Rolling, Unit::Week, weeks) => Some(Window::RollingDays(weeks * 7)),
            (Counted::Rolling, Unit::Month, months) => Some(Window::RollingMonths(months, zone)),
            (Counted::Rolling, Unit::Quarter, n) => Some(Window::RollingMonths(n * 3, zone)),
            (Counted::Rolling, Unit::Year, n) => Some(Window::RollingMonths(n * 12, zone)),
        }
    });
    table.finish();
    let times = u32::try_from(times?).ok()?;
    Some(Limit::Times { times, window: window? })
}

/// What is meant where the author does not say: only one reading is left for "30 days"; for
/// "a week" there are two, and the author must choose.
fn unsaid(table: &Table<'_>, is_said: bool, count: i64, unit: Unit) -> Option<Counted> {
    if is_said {
        return None;
    }
    if count > 1 {
        return Some(Counted::Rolling);
    }
    let (word, next, rolling) = match unit {
        Unit::Day => ("day", "midnight", "24 hours"),
        Unit::Week => ("week", "Monday", "7 days"),
        Unit::Month => ("month", "the first of the month", "a month"),
        Unit::Quarter => ("quarter", "the first day of the quarter", "three months"),
        Unit::Year => ("year", "the first of January", "a year"),
    };
    table.sink().if_whole(
        table.place,
        format!("\"Per {word}\" can be read in two ways."),
        format!(
            "Write counted = \"calendar\" when it may count again from {next} on, or \
             counted = \"rolling\" when it may count again {rolling} after the time that counted."
        ),
    );
    None
}

/// How the points of a component fade.
pub fn decay(item: &Item<'_>) -> Option<Decay> {
    let table = item.table("a decay")?;
    let length = |key, example| table.get(key, example).and_then(|item| item.length());
    let half_life = length("half_life", "half_life = \"30 days\"");
    let linear = length("linear_over", "linear_over = \"90 days\"");
    let steps = table.get("steps", "steps = [{ up_to = \"14 days\", counts = \"100%\" }]");
    let given: Vec<&str> =
        ["half_life", "linear_over", "steps"].into_iter().filter(|key| table.has(key)).collect();
    if given.len() != 1 {
        table.wrong(
            "A decay is one of \"half_life\", \"linear_over\" and \"steps\".",
            "Write decay = { half_life = \"30 days\" }.".to_owned(),
        );
    }
    let forgotten = length("forgotten_after", "forgotten_after = \"90 days\"");
    if forgotten.is_some() && !table.has("half_life") {
        table.wrong(
            "\"forgotten_after\" stands beside \"half_life\": the others end by themselves.",
            "Write decay = { half_life = \"30 days\", forgotten_after = \"90 days\" }.".to_owned(),
        );
    }
    let steps = steps.map(|item| (item, decay_steps(&item)));
    table.finish();
    if let Some(half_life) = half_life {
        let forgotten_after = forgotten.map(|length| length.seconds);
        return Some(Decay::HalfLife { seconds: half_life.seconds, forgotten_after });
    }
    if let Some(linear) = linear {
        return Some(Decay::Linear { seconds: linear.seconds });
    }
    let (item, steps) = steps?;
    if !steps.windows(2).all(|pair| pair[0].up_to_seconds < pair[1].up_to_seconds) {
        item.wrong(
            "The steps of a decay go from young to old.",
            "Put the shortest first.".to_owned(),
        );
    }
    Some(Decay::Steps(steps))
}

fn decay_steps(item: &Item<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    for table in item.tables("a step") {
        let up_to = table.need("up_to", "up_to = \"14 days\"").and_then(|item| item.length());
        let counts = table.need("counts", "counts = \"50%\"").and_then(|item| item.share());
        if let (Some(up_to), Some(share_per_mille)) = (up_to, counts) {
            steps.push(Step { up_to_seconds: up_to.seconds, share_per_mille });
        }
        table.finish();
    }
    if steps.is_empty() {
        item.wrong("A decay by steps needs a step.", None);
    }
    steps
}
