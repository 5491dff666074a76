//! `[[goal]]`: what a side has promised to reach.

use domain::agreement::{Goal, Measure, text::ClauseKind};
use jiff::civil::Date;

use super::{
    Document,
    clauses::{Clauses, Ids},
    header::SIDES,
    names::{self, Known},
};
use crate::agreement::reader::{Item, Table};

/// The goals, in the order of the text.
pub fn goals<'t>(document: &Document<'t>, known: &Known, clauses: &mut Clauses<'t>) -> Vec<Goal> {
    let mut ids = Ids::new("goal");
    let mut goals: Vec<Goal> = Vec::new();
    for table in document.list("goal", "a goal") {
        if let Some(goal) = goal(&table, known, clauses, &mut ids) {
            let same = goals.iter().find(|other| {
                other.measure == goal.measure
                    && other.of == goal.of
                    && other.user == goal.user
                    && other.side == goal.side
                    && other.from <= goal.to
                    && goal.from <= other.to
            });
            if let Some(other) = same {
                let what =
                    format!("The goal {:?} already counts the same in this period.", other.id);
                table.wrong(what, "Let one end before the other begins.".to_owned());
            }
            goals.push(goal);
        }
        table.finish();
    }
    goals
}

fn goal<'t>(
    table: &Table<'t>,
    known: &Known,
    clauses: &mut Clauses<'t>,
    ids: &mut Ids,
) -> Option<Goal> {
    let id = ids.read(table);
    let (clause, says) = clauses.add(table, ClauseKind::Goal(id.clone()));
    let side = table.need("side", "side = \"marketing\"").and_then(|item| item.choice(&SIDES));
    let measure = table.need("measure", "measure = \"qualified\"");
    let measure = measure.and_then(|item| item.choice(&Measure::ALL));
    let of = table.get("of", "of = \"mql\"");
    let of = measure.and_then(|measure| self::of(table, of, measure, known));
    let (from, to) = period(table);
    let target = table.need("target", "target = 460, or target = \"72%\" for a rate");
    let target = target.zip(measure).and_then(|(item, measure)| target_of(&item, measure, known));
    let user = table.get("user", "user = \"crm:0051\"").and_then(|item| item.text());
    Some(Goal {
        id,
        clause,
        says,
        side: side?,
        measure: measure?,
        of,
        from: from?,
        to: to?,
        target: target?,
        user: user.map(|user| user.value),
    })
}

fn period(table: &Table<'_>) -> (Option<Date>, Option<Date>) {
    let from = table.need("from", "from = 2026-10-01").and_then(|item| item.date());
    let to = table.need("to", "to = 2026-12-31").and_then(|item| item.date());
    if let (Some(from), Some(to)) = (&from, &to)
        && to.value < from.value
    {
        let what = "The period ends before it begins.";
        table.sink().add(to.place, what, "\"to\" is its last day.".to_owned());
    }
    (from.map(|from| from.value), to.map(|to| to.value))
}

/// Which definition or service level a goal counts.
fn of(
    table: &Table<'_>,
    item: Option<Item<'_>>,
    measure: Measure,
    known: &Known,
) -> Option<String> {
    let (noun, ids) = match measure {
        Measure::Qualified | Measure::Accepted | Measure::AcceptanceRate => {
            ("definition", &known.definitions)
        }
        Measure::Attainment => ("service level", &known.service_levels),
        Measure::Reached => ("milestone", &known.milestones),
        Measure::Opened | Measure::Won | Measure::Revenue => {
            if let Some(item) = item {
                let what = format!("\"of\" has no meaning for {:?}.", measure.key());
                item.wrong(what, "Leave it out.".to_owned());
            }
            return None;
        }
    };
    let keys: Vec<&str> = ids.iter().map(String::as_str).collect();
    match (item, keys.as_slice()) {
        (Some(item), keys) => names::one_of(&item, noun, keys),
        (None, [only]) => Some((*only).to_owned()),
        (None, []) => {
            let what = format!("There is no {noun} that this goal could count.");
            table.sink().if_whole(table.place, what, None);
            None
        }
        (None, [first, ..]) => {
            let what = format!("There are several of what this goal counts, a {noun}.");
            table.sink().if_whole(table.place, what, format!("Say which one: of = {first:?}."));
            None
        }
    }
}

/// A count, minor units, or a share in thousandths, by the measure.
fn target_of(item: &Item<'_>, measure: Measure, known: &Known) -> Option<i64> {
    match measure {
        Measure::AcceptanceRate | Measure::Attainment => item.share(),
        Measure::Revenue => {
            let digits = known.currency.minor_digits() as usize;
            let minor = item.decimal().and_then(|text| minor_units(&text, digits));
            if minor.is_none() {
                let what = format!("\"target\" must be an amount in {}.", known.currency);
                item.wrong(
                    what,
                    "Write a number without thousands signs: target = 3680000.".to_owned(),
                );
            }
            minor
        }
        _ => item.whole(1..=1_000_000_000),
    }
}

/// An amount with at most as many decimals as the currency has, in minor units.
fn minor_units(text: &str, digits: usize) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let all_digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let fraction = fraction.trim_end_matches('0');
    if whole.is_empty() || fraction.len() > digits || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let amount: i64 = format!("{whole}{fraction:0<digits$}").parse().ok()?;
    (amount > 0 && amount < 1_000_000_000_000_000).then_some(amount)
}
