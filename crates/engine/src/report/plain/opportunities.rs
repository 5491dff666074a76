//! The pipeline as text.

use domain::{
    counted::Total,
    group::Grouped,
    ids::OpportunityId,
    money::{Currency, Money},
    pipeline::{InCurrency, Pipeline},
};

use super::{Plain, PlainTable, days, measure, n, row};
use crate::report::{OpportunitiesReport, goals::per_cent};

impl OpportunitiesReport {
    /// The report as text.
    pub fn plain(&self) -> Plain {
        let mut plain = Plain::of("Opportunities", &self.question, &self.notes)
            .with(counts(&self.pipeline))
            .with(amounts(&self.pipeline))
            .with(cycles(&self.pipeline));
        plain.tables.extend(stages(&self.pipeline.total));
        plain
    }
}

type Figures = Grouped<Pipeline<OpportunityId>>;

fn counts(pipeline: &Figures) -> PlainTable {
    let header = [
        "group",
        "all",
        "open",
        "won",
        "lost",
        "no decision",
        "won of won and lost",
        "won of all closed",
    ];
    PlainTable::grouped("How many", &header, pipeline, |p| {
        vec![
            n(&p.all),
            n(&p.open),
            n(&p.won),
            n(&p.lost),
            n(&p.no_decision),
            p.win_rate_narrow.words(),
            p.win_rate_broad.words(),
        ]
    })
}

fn amounts(pipeline: &Figures) -> PlainTable {
    let header =
        ["group", "currency", "won", "mean of the won", "open", "won of won and lost, by value"];
    let mut table = PlainTable::new("How much", &header);
    let groups = pipeline.groups.iter().map(|group| (group.key.to_string(), &group.figures));
    for (key, figures) in groups.chain([("all".to_owned(), &pipeline.total)]) {
        for in_currency in &figures.currencies {
            table.rows.push(row(key.clone(), amount_cells(in_currency)));
        }
    }
    table
}

fn amount_cells(sums: &InCurrency<OpportunityId>) -> Vec<String> {
    let nothing = || "not measurable: nothing was won".to_owned();
    vec![
        sums.currency.to_string(),
        money(&sums.won, sums.currency),
        sums.average_won.map_or_else(nothing, |mean| mean.to_string()),
        money(&sums.open, sums.currency),
        measure(sums.win_rate_narrow, per_cent),
    ]
}

fn money(total: &Total<OpportunityId>, currency: Currency) -> String {
    Money { amount_minor: total.total(), currency }.to_string()
}

fn cycles(pipeline: &Figures) -> PlainTable {
    let header = [
        "group",
        "won, median (days)",
        "won, 9 of 10 within (days)",
        "lost, median (days)",
        "won without both days",
    ];
    PlainTable::grouped("How fast, from opened to closed", &header, pipeline, |p| {
        vec![
            days(&p.cycle_won.days, p.cycle_won.days.median()),
            days(&p.cycle_won.days, p.cycle_won.days.p90()),
            days(&p.cycle_lost.days, p.cycle_lost.days.median()),
            n(&p.cycle_won.undated),
        ]
    })
}

fn stages(total: &Pipeline<OpportunityId>) -> Option<PlainTable> {
    let mut table = PlainTable::new("Open, by stage", &["stage", "open"]);
    let rows = total.open_by_stage.iter();
    table.rows.extend(rows.map(|open| row(open.stage.to_string(), vec![n(&open.opportunities)])));
    (!table.rows.is_empty()).then_some(table)
}
