//! Reports as rows of text, for people: a header with its units, and cells.
//!
//! A rate is shown as [`Rate::words`](domain::rate::Rate::words) has it; what cannot be told says
//! why. Drawing the lines, and everything else about the screen, is the caller's.

mod differences;
mod funnel;
mod goals;
mod handoffs;
mod opportunities;
mod service_levels;

use domain::{
    counted::{Counted, Measure},
    group::Grouped,
    money::grouped,
    spread::{SpanUnit, Spread},
};
use serde::Serialize;

use super::Asked;

/// A report as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plain {
    /// What it is and of which time, one line each.
    pub head: Vec<String>,
    /// The figures.
    pub tables: Vec<PlainTable>,
    /// What is not known, one sentence each.
    pub notes: Vec<String>,
}

/// A table of text. Every row has as many cells as the header; the first column names the row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlainTable {
    /// What it shows.
    pub title: String,
    /// Each column's name, with its unit.
    pub header: Vec<String>,
    /// The cells.
    pub rows: Vec<Vec<String>>,
}

impl Plain {
    fn of(title: &str, asked: &Asked, notes: &[String]) -> Plain {
        let mut head = vec![title.to_owned(), time_of(asked)];
        head.extend(asked.horizon_days.map(|days| format!("Horizon: {days} days")));
        head.extend(asked.by.as_ref().map(|by| format!("By {by}")));
        Plain { head, tables: Vec::new(), notes: notes.to_vec() }
    }

    fn with(mut self, table: PlainTable) -> Plain {
        self.tables.push(table);
        self
    }
}

impl PlainTable {
    fn new(title: impl Into<String>, header: &[&str]) -> PlainTable {
        let header = header.iter().map(|cell| (*cell).to_owned()).collect();
        PlainTable { title: title.into(), header, rows: Vec::new() }
    }

    /// A row for all rows together and one for each group.
    fn grouped<T>(
        title: &str,
        header: &[&str],
        figures: &Grouped<T>,
        cells: impl Fn(&T) -> Vec<String>,
    ) -> PlainTable {
        let mut table = PlainTable::new(title, header);
        for group in &figures.groups {
            table.rows.push(row(group.key.to_string(), cells(&group.figures)));
        }
        table.rows.push(row("all".to_owned(), cells(&figures.total)));
        table
    }
}

fn row(first: String, cells: Vec<String>) -> Vec<String> {
    std::iter::once(first).chain(cells).collect()
}

fn time_of(asked: &Asked) -> String {
    let (zone, as_of) = (&asked.zone, asked.as_of);
    let period = match (asked.from, asked.to) {
        (None, None) => "All time".to_owned(),
        (Some(from), None) => format!("From {from}"),
        (None, Some(to)) => format!("To {to}"),
        (Some(from), Some(to)) => format!("{from} to {to}"),
    };
    format!("{period}, days of {zone}, as of {as_of}")
}

fn n<I>(counted: &Counted<I>) -> String {
    grouped(counted.n())
}

/// Whole days, or tenths of them.
fn days<I>(spread: &Spread<I>, quantile: Option<f64>) -> String {
    span(spread, quantile, 86_400.0)
}

/// Hours in tenths.
fn hours<I>(spread: &Spread<I>, quantile: Option<f64>) -> String {
    span(spread, quantile, 3_600.0)
}

fn span<I>(spread: &Spread<I>, quantile: Option<f64>, unit_seconds: f64) -> String {
    let Some(value) = quantile else { return "not measurable: nothing has finished".to_owned() };
    let value = match spread.unit() {
        SpanUnit::Seconds => value / unit_seconds,
        SpanUnit::Days => value * 86_400.0 / unit_seconds,
    };
    decimal(value)
}

/// One digit after the point, and none where it is 0.
fn decimal(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

fn measure(measure: Measure, shown: impl Fn(f64) -> String) -> String {
    match measure {
        Measure::Is(value) => shown(value),
        Measure::Cannot(why) => format!("not measurable: {why}"),
    }
}
