//! A funnel as text.

use domain::{
    funnel::{Cohorts, Conversion, Funnel, Volume},
    group::Grouped,
};

use super::{Plain, PlainTable, days, decimal, measure, n};
use crate::report::{CohortFigures, FunnelFigures, FunnelReport, Subject};

impl FunnelReport {
    /// The report as text.
    pub fn plain(&self) -> Plain {
        let title = match self.subject {
            Subject::Leads => "Funnel of leads",
            Subject::Opportunities => "Funnel of opportunities",
        };
        let mut plain = Plain::of(title, &self.question, &self.notes);
        plain.head.push(format!("Stages: {}", self.order));
        plain.tables = match &self.funnel {
            FunnelFigures::Leads(funnel) => tables(funnel),
            FunnelFigures::Opportunities(funnel) => tables(funnel),
        };
        let cohorts = match &self.cohorts {
            None => Vec::new(),
            Some(CohortFigures::Leads(cohorts)) => by_entry(cohorts),
            Some(CohortFigures::Opportunities(cohorts)) => by_entry(cohorts),
        };
        // How ways ended stands last.
        let last = plain.tables.len().saturating_sub(1);
        plain.tables.splice(last..last, cohorts);
        plain
    }
}

/// A table of cohorts for each group, and one for all.
fn by_entry<I, M>(all: &Grouped<Cohorts<I, M>>) -> Vec<PlainTable> {
    let groups = all.groups.iter().map(|group| (group.key.to_string(), &group.figures));
    let total = ("all".to_owned(), &all.total);
    let table = |(group, cohorts): (String, &Cohorts<I, M>)| {
        let entered = cohorts.by.as_deref().unwrap_or_default();
        let title = format!("Who went on, by {entered}");
        let title = if all.by.is_none() { title } else { format!("{title}: {group}") };
        let header: Vec<&str> = [entered, "units"].into_iter().chain(WENT_ON).collect();
        let mut table = PlainTable::new(title, &header);
        for cohort in &cohorts.groups {
            let (name, units) = (cohort.key.to_string(), n(&cohort.figures.units));
            table.rows.extend(cohort.figures.conversions.iter().map(|step| {
                let first = [name.clone(), units.clone()];
                first.into_iter().chain(conversion(step)).collect()
            }));
        }
        table
    };
    groups.chain([total]).map(table).collect()
}

const WENT_ON: [&str; 7] = [
    "from",
    "to",
    "cohort",
    "too young",
    "snapshot (next per this)",
    "median (days)",
    "9 of 10 within (days)",
];

fn tables<I, M>(grouped: &Grouped<Funnel<I, M>>) -> Vec<PlainTable> {
    let is_alone = grouped.by.is_none();
    let groups = grouped.groups.iter().map(|group| (Some(group.key.to_string()), &group.figures));
    let total = (!is_alone).then(|| "all".to_owned());
    let all: Vec<_> = groups.chain([(total, &grouped.total)]).collect();
    let mut tables = Vec::new();
    for (group, funnel) in all {
        let title = |what: &str| match &group {
            None => what.to_owned(),
            Some(group) => format!("{what}: {group}"),
        };
        tables.push(volumes(title("Who reached what"), funnel));
        tables.push(conversions(title("Who went on"), &funnel.conversions));
    }
    tables.push(endings(&grouped.total));
    tables
}

fn volumes<I, M>(title: String, funnel: &Funnel<I, M>) -> PlainTable {
    let header = ["stage", "reached", "of them implied", "without a date", "came back", "here now"];
    let mut table = PlainTable::new(title, &header);
    table.rows = funnel.volumes.iter().map(volume).collect();
    table
}

fn volume<I, M>(volume: &Volume<I, M>) -> Vec<String> {
    vec![
        volume.stage.clone(),
        n(&volume.reached),
        n(&volume.implied),
        n(&volume.undated),
        n(&volume.reentered),
        n(&volume.current),
    ]
}

fn conversions<I>(title: String, conversions: &[Conversion<I>]) -> PlainTable {
    let mut table = PlainTable::new(title, &WENT_ON);
    table.rows = conversions.iter().map(conversion).collect();
    table
}

fn conversion<I>(conversion: &Conversion<I>) -> Vec<String> {
    let snapshot = &conversion.snapshot;
    let ratio = measure(snapshot.ratio, |ratio| {
        format!("{} ({} per {})", two_digits(ratio), n(&snapshot.to), n(&snapshot.from))
    });
    vec![
        conversion.from.clone(),
        conversion.to.clone(),
        conversion.cohort.words(),
        n(&conversion.immature),
        ratio,
        days(&conversion.time, conversion.time.median()),
        days(&conversion.time, conversion.time.p90()),
    ]
}

fn two_digits(ratio: f64) -> String {
    if ratio.fract() == 0.0 { decimal(ratio) } else { format!("{ratio:.2}") }
}

fn endings<I, M>(funnel: &Funnel<I, M>) -> PlainTable {
    let mut table = PlainTable::new("How ways ended", &["ending", "units"]);
    for ended in &funnel.ended {
        table.rows.push(vec![ended.outcome.to_string(), n(&ended.units)]);
    }
    table.rows.push(vec!["open, in no stage of the list".to_owned(), n(&funnel.elsewhere)]);
    table.rows.push(vec!["all".to_owned(), n(&funnel.units)]);
    table
}
