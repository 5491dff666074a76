//! The sections of the funnel: leads by the month they came in, and each group by itself.

use domain::{
    funnel::{Cohorts, Conversion, Funnel},
    group::Grouped,
    ids::LeadId,
};
use engine::{
    Engine,
    report::{CohortFigures, ReportQuestion, Subject, Unit},
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use super::{
    NoBoard,
    board::{Board, Told},
    findings::{self, n_words},
    sections::{apart, grouped},
};
use crate::{
    charts::{Interval, Twin},
    markup::Markup,
    show::figure,
};

/// Leads by the month they came in: all of them, and where figures are told apart each group.
pub(super) fn funnel(
    engine: &Engine,
    question: &ReportQuestion,
    board: &mut Board,
) -> Result<(), NoBoard> {
    let by_month = ReportQuestion { cohorts: Some(Unit::Month), ..question.clone() };
    let report = |question: &ReportQuestion| engine.report_funnel(question, Subject::Leads);
    let report = apart(&by_month, board, report)?;
    board.by_person |= report.question.by_person;
    board.notes.extend(report.notes.iter().cloned());
    if let Some((note, leads)) = &report.undated {
        let title = "Leads that never entered a status that is dated";
        let n = board.counted("funnel.undated", title, "lead", leads);
        board.opened.insert(note.clone(), n);
    }
    let Some(CohortFigures::Leads(cohorts)) = &report.cohorts else { return Ok(()) };
    if cohorts.total.total.units.is_empty() {
        return Ok(());
    }
    let months = grouped(&cohorts.total).into_iter();
    let rows = months.map(|(name, figures)| CohortRow {
        key: format!("funnel.{name}"),
        month: name.clone(),
        name,
        figures,
    });
    let says = format!(
        "leads by the month they came in; {}; hatched: more may still come, as nine of ten that go \
         on take longer than has passed",
        report.order
    );
    let ages = Ages::of(&cohorts.total.total, question);
    let twin = cohort_table("Cohort", rows.collect(), &ages, board);
    let n = figure(n_words(cohorts.total.total.units.n()), &board.way("funnel.all"));
    let of_months: Vec<_> = grouped(&cohorts.total).into_iter().skip(1).collect();
    let is_over =
        |month: &str, nth: usize, step: &Conversion<LeadId>| ages.are_over(month, nth, step);
    let finding = findings::funnel(&of_months, is_over, board);
    let told = Told { finding, says: Markup::text(says), n: n.clone(), noun: "leads" };
    board.section("Funnel by month", told, &twin);
    if cohorts.by.is_some() {
        let twin = cohort_table("Leads", groups_by_month(cohorts), &ages, board);
        let says = "each group, and in it leads by the month they came in, the latest months";
        let groups = cohorts.groups.iter();
        let groups: Vec<_> =
            groups.map(|group| (group.key.to_string(), &group.figures.total)).collect();
        let finding = findings::funnel_by_group(&groups, board);
        let told = Told { finding, says: Markup::text(says), n, noun: "leads" };
        board.section("Funnel by group", told, &twin);
    }
    Ok(())
}

/// As many months of groups stand on one page.
const MONTHS_MAX: usize = 36;

/// The leads that came in together, and how they went on.
struct CohortRow<'a> {
    key: String,
    name: String,
    /// The month, `2026-11`; of those of all months, anything else.
    month: String,
    figures: &'a Funnel<LeadId, Timestamp>,
}

/// When a cohort is old enough for what it came to, to be taken for what it comes to.
struct Ages {
    /// Of each step, the seconds within which nine of ten that went on did so; all of them counted.
    nine_of_ten: Vec<Option<f64>>,
    zone: TimeZone,
    as_of: Timestamp,
}

impl Ages {
    fn of(all: &Funnel<LeadId, Timestamp>, question: &ReportQuestion) -> Ages {
        let steps = all.conversions.iter();
        let nine_of_ten = steps.map(|step| step.time.p90()).collect();
        Ages { nine_of_ten, zone: question.zone.clone(), as_of: question.as_of }
    }

    /// The seconds since a month was over, none of one that is not; nothing of what is no month.
    fn passed(&self, month: &str) -> Option<f64> {
        let first: Date = format!("{month}-01").parse().ok()?;
        let over = first.saturating_add(1.month()).to_zoned(self.zone.clone()).ok()?;
        Some(self.as_of.duration_since(over.timestamp()).as_secs_f64())
    }

    /// Whether a month is over, and its leads have gone on by a step as they will.
    fn are_over(&self, month: &str, nth: usize, step: &Conversion<LeadId>) -> bool {
        self.passed(month).is_some_and(|passed| passed >= 0.0)
            && !self.are_unfinished(month, nth, step)
    }

    /// Whether more of a month's leads may still go on by a step.
    fn are_unfinished(&self, month: &str, nth: usize, step: &Conversion<LeadId>) -> bool {
        if !step.immature.is_empty() {
            return true;
        }
        let Some(passed) = self.passed(month) else { return false };
        let takes = self.nine_of_ten.get(nth).copied().flatten().unwrap_or_default();
        !step.time.open().is_empty() && passed < takes
    }
}

/// Each group and its latest months, of each group as many.
fn groups_by_month(all: &Grouped<Cohorts<LeadId, Timestamp>>) -> Vec<CohortRow<'_>> {
    let each = MONTHS_MAX / all.groups.len().max(1);
    let mut rows = Vec::new();
    for group in &all.groups {
        let (name, key) = (group.key.to_string(), format!("cohorts.{}", group.key));
        rows.push(CohortRow {
            key: key.clone(),
            name: name.clone(),
            month: String::new(),
            figures: &group.figures.total,
        });
        let months = &group.figures.groups;
        for month in &months[months.len().saturating_sub(each)..] {
            rows.push(CohortRow {
                key: format!("{key}/{}", month.key),
                name: format!("{name}, {}", month.key),
                month: month.key.to_string(),
                figures: &month.figures,
            });
        }
    }
    rows
}

/// One row for each cohort: its leads, and how many went on at each step.
fn cohort_table(first: &str, rows: Vec<CohortRow<'_>>, ages: &Ages, board: &mut Board) -> Twin {
    let mut twin = Twin::of(first).number("Leads");
    let steps = rows.first().map(|row| &row.figures.conversions[..]).unwrap_or_default();
    for step in steps {
        twin = twin.words(&format!("{} to {}", step.from, step.to));
    }
    for CohortRow { key, name, month, figures } in rows {
        let title = format!("Leads of the cohort {name}");
        let mut cells =
            vec![Markup::text(&name), board.counted(&key, &title, "lead", &figures.units)];
        for (nth, step) in figures.conversions.iter().enumerate() {
            let title = format!("Cohort {name}: from {} to {}", step.from, step.to);
            let key = format!("{key}/{}/{}", step.from, step.to);
            let share: Interval = board.share(&key, &title, "lead", &step.cohort, None);
            let unfinished = ages.are_unfinished(&month, nth, step);
            cells.push(Interval { unfinished, ..share }.into());
        }
        twin = twin.row(cells);
    }
    twin
}
