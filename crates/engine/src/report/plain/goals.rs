//! Goals and quotas as text.

use super::{Plain, PlainTable, measure};
use crate::report::{
    Brought, GoalFigures, GoalStanding, GoalsReport, QuotaFigures,
    goals::{amount, per_cent},
};

impl GoalsReport {
    /// The report as text.
    pub fn plain(&self) -> Plain {
        let mut plain = Plain::of("Goals", &self.question, &self.notes);
        plain.head.extend(self.version.map(|version| format!("Agreement, version {version}")));
        plain.head.extend(self.goals.iter().map(|goal| format!("{}: {}", goal.id, goal.words)));
        plain.head.extend(self.brought.iter().map(brought));
        plain.tables.extend((!self.goals.is_empty()).then(|| goals(&self.goals)));
        plain.tables.extend((!self.quotas.is_empty()).then(|| quotas(&self.quotas)));
        plain
    }
}

/// `12,000.00 EUR in 3 opportunities, open or won, of 40 leads handed over from …`.
fn brought(brought: &Brought) -> String {
    let worth =
        brought.worth.iter().map(|worth| amount(worth.total.total() as f64, Some(worth.currency)));
    let worth = worth.collect::<Vec<_>>().join(", ");
    format!(
        "marketing, in value: {} in {} opportunities, open or won, of {} leads handed over from {} \
         to {}; {} of them without an amount; no goal in value was signed",
        if worth.is_empty() { "nothing" } else { &worth },
        brought.opportunities.n(),
        brought.leads.n(),
        brought.from,
        brought.to,
        brought.without_amount.n(),
    )
}

fn goals(goals: &[GoalFigures]) -> PlainTable {
    let header = [
        "goal",
        "side",
        "period",
        "target",
        "so far",
        "expected by now",
        "pace",
        "on course for",
        "needed a working day",
        "working days",
    ];
    let mut table = PlainTable::new("Goals", &header);
    table.rows = goals.iter().map(goal).collect();
    table
}

fn goal(goal: &GoalFigures) -> Vec<String> {
    let mut cells =
        vec![goal.id.clone(), goal.side.word().to_owned(), format!("{} to {}", goal.from, goal.to)];
    let shown = |value| amount(value, goal.currency);
    match &goal.standing {
        GoalStanding::Pace(pace) => cells.extend([
            shown(pace.target as f64),
            shown(pace.actual.total() as f64),
            measure(pace.expected, shown),
            measure(pace.pace, per_cent),
            measure(pace.projection, shown),
            measure(pace.needed_per_day, shown),
        ]),
        GoalStanding::Rate(rate) => {
            let target = per_cent(rate.target_per_mille as f64 / 1000.0);
            cells.extend([target, rate.actual.words()]);
            cells.extend(std::iter::repeat_n(String::new(), 4));
        }
    }
    cells.push(format!("{} of {}", goal.days.elapsed, goal.days.total));
    cells
}

fn quotas(quotas: &[QuotaFigures]) -> PlainTable {
    let header = ["whose", "period", "quota", "won", "reached"];
    let mut table = PlainTable::new("Imported quotas", &header);
    table.rows = quotas.iter().map(quota).collect();
    table
}

fn quota(quota: &QuotaFigures) -> Vec<String> {
    let owner = quota.owner.as_ref().map(ToString::to_string);
    let whose = quota.name.clone().or(owner).unwrap_or_else(|| "the firm".to_owned());
    let shown = |value: i64| amount(value as f64, quota.currency);
    vec![
        whose,
        quota.period.clone(),
        quota.target.map_or_else(|| "not known".to_owned(), shown),
        shown(quota.won.total()),
        measure(quota.attainment, per_cent),
    ]
}
