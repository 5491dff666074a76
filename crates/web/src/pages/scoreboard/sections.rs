//! The sections of the scoreboard, each from one report of the engine.

use std::collections::BTreeMap;

use domain::{attainment::Attainment, group::Grouped, ids::ClockId};
use engine::{
    Engine,
    report::{
        FunnelFigures, ReportFailure, ReportQuestion, ReportRefusal, ServiceLevelsReport, Subject,
    },
};
use jiff::civil::Date;

use super::{
    NoBoard,
    board::{Behind, Board, Rows, amount, rate},
};
use crate::{
    charts::{self, Interval, Period, Periods, Twin},
    failure::Failure,
    markup::{Markup, element},
    pages::leads::row::level_words,
    show::{self, Rate},
};

/// The key of all differences together.
pub(super) const DIFFERENCES: &str = "differences";
/// The key of the clocks of all weeks of the chart.
const WEEKS_KEY: &str = "weeks";
/// Weeks in the chart.
const WEEKS: usize = 12;

/// The board that a question gives, whoever asks it.
pub(super) fn board(
    engine: &Engine,
    question: &ReportQuestion,
    query: String,
) -> Result<Board, NoBoard> {
    let mut board = Board { query, ..Board::default() };
    service_levels(engine, question, &mut board)?;
    handoffs(engine, question, &mut board)?;
    funnel(engine, question, &mut board)?;
    opportunities(engine, question, &mut board)?;
    differences(engine, question, &mut board)?;
    board.notes.sort();
    board.notes.dedup();
    Ok(board)
}

fn service_levels(
    engine: &Engine,
    question: &ReportQuestion,
    board: &mut Board,
) -> Result<(), NoBoard> {
    let report = engine.report_service_levels(question)?;
    board.by_person |= report.question.by_person;
    board.notes.extend(report.notes.iter().cloned());
    let all = &report.attainment.total;
    let behind = Behind::share("Clocks met in time", "clock", &all.attainment);
    let href = board.note("clocks", behind);
    board.finding = finding(&rate(&all.attainment), &href);
    weeks(engine, &report, question, board)?;
    if report.levels.is_empty() {
        return Ok(());
    }
    let mut twin = Twin::of("Service level").words("Met in time").number("Met").number("Late");
    twin = twin.number("Not answered").number("Running");
    for level in &report.levels {
        let goal = level.goals.last().and_then(|goal| goal.goal_per_mille);
        let goal = goal.map(|goal| goal as f64 / 1000.0);
        let name = level_words(&level.service_level);
        let key = format!("level.{}", level.service_level);
        twin = twin.row(attained(board, &key, &name, &level.attainment.total, goal));
        for group in &level.attainment.groups {
            let label = format!("{name}, {}", group.key);
            let key = format!("{key}.{}", group.key);
            twin = twin.row(attained(board, &key, &label, &group.figures, goal));
        }
    }
    board.section("Service levels", "clocks that fell due; under 20, counts", &twin);
    Ok(())
}

/// Where the sources and the Agreement say two things of one lead.
fn differences(
    engine: &Engine,
    question: &ReportQuestion,
    board: &mut Board,
) -> Result<(), NoBoard> {
    let report = match engine.report_differences(question) {
        // What tells the other sections apart may mean nothing here: then these stand whole.
        Err(ReportFailure::Refused(ReportRefusal::NoSuchDimension { .. })) => {
            engine.report_differences(&ReportQuestion { by: None, ..question.clone() })?
        }
        report => report?,
    };
    board.by_person |= report.question.by_person;
    if report.moves == 0 && report.rows.is_empty() {
        return Ok(());
    }
    let groups = report.differences.groups.iter();
    let groups: Vec<_> = groups.map(|group| (group.key.to_string(), &group.figures)).collect();
    let mut twin = Twin::of("Difference").number("All");
    for (group, _) in &groups {
        twin = twin.number(group);
    }
    for (index, kind) in report.differences.total.iter().enumerate() {
        let (key, words) = (format!("difference.{index}"), kind.difference.words());
        let mut cells = vec![Markup::text(words), board.counted(&key, words, "fact", &kind.facts)];
        for (group, kinds) in &groups {
            let title = format!("{words}, {group}");
            let facts = &kinds[index].facts;
            cells.push(board.counted(&format!("{key}.{group}"), &title, "fact", facts));
        }
        twin = twin.row(cells);
    }
    let all = Rows::counted(report.rows.iter().map(|row| row.found.fact));
    let title = "Differences between the sources and the Agreement".to_owned();
    board.note(DIFFERENCES, Behind { title, kind: "fact", rows: all, currency: None });
    let moves = board.counted("moves", "Moves that the sources told of", "fact", &report.moved);
    let says = Markup::text("what the sources say of leads, beside the Agreement; ")
        .and(moves)
        .and_text(" moves told");
    board.section("Differences", says, &twin);
    Ok(())
}

fn finding(rate: &Rate, href: &str) -> Markup {
    match rate.share() {
        Some(_) if rate.is_small() => rate.figure(href).and_text(" clocks met in time"),
        Some(_) => rate.figure(href).and_text(" of clocks met in time"),
        None => Markup::text("No service level has fallen due yet"),
    }
}

/// What the chart says first: the week with the lowest share, of those that are over and have
/// enough clocks for a share to mean something.
fn weekly_finding(periods: &[Period]) -> Markup {
    let is_firm = |period: &&Period| !period.unfinished && !period.rate.is_small();
    let firm: Vec<&Period> = periods.iter().filter(is_firm).collect();
    let lowest = firm.iter().copied().min_by(|a, b| {
        let [a, b] = [a, b].map(|period| period.rate.share().unwrap_or(1.0));
        a.total_cmp(&b)
    });
    match lowest {
        Some(week) if firm.len() > 1 => {
            let counts = week.rate.counts();
            let counts = match &week.href {
                Some(href) => show::figure(counts, href),
                None => Markup::text(counts),
            };
            Markup::text(format!("Week {} was the lowest: ", week.label))
                .and(counts)
                .and_text(" met in time")
        }
        _ => Markup::text("Too few clocks fell due in a week for a share to be read"),
    }
}

fn attained(
    board: &mut Board,
    key: &str,
    name: &str,
    figures: &Attainment,
    goal: Option<f64>,
) -> Vec<Markup> {
    let share =
        board.share(key, &format!("{name}: met in time"), "clock", &figures.attainment, goal);
    let mut cells = vec![Markup::text(name), share.into()];
    let counts = [
        ("met", &figures.met),
        ("late", &figures.met_late),
        ("open", &figures.unresolved),
        ("running", &figures.running),
    ];
    for (word, counted) in counts {
        cells.push(board.counted(
            &format!("{key}/{word}"),
            &format!("{name}: {word}"),
            "clock",
            counted,
        ));
    }
    cells
}

/// The share met in time by the week in which clocks fell due.
fn weeks(
    engine: &Engine,
    report: &ServiceLevelsReport,
    question: &ReportQuestion,
    board: &mut Board,
) -> Result<(), NoBoard> {
    let due = engine.read(|reader| reader.clocks_due_at().map_err(Failure::from))?;
    let share = &report.attainment.total.attainment;
    let mut together = (Vec::new(), Vec::new());
    let mut weeks: BTreeMap<Date, (Vec<String>, Vec<String>)> = BTreeMap::new();
    let monday =
        |id: &ClockId| due.get(id).map(|at| monday_of(question.zone.to_datetime(*at).date()));
    for id in share.hits().rows() {
        monday(id).into_iter().for_each(|week| weeks.entry(week).or_default().0.push(id.0.clone()));
    }
    for id in share.misses().rows() {
        monday(id).into_iter().for_each(|week| weeks.entry(week).or_default().1.push(id.0.clone()));
    }
    if weeks.len() < 2 {
        return Ok(());
    }
    let this_week = monday_of(question.zone.to_datetime(question.as_of).date());
    let skipped = weeks.len().saturating_sub(WEEKS);
    let mut periods = Vec::new();
    for (week, (hits, misses)) in weeks.into_iter().skip(skipped) {
        let rate = Rate::of(hits.len() as u64, (hits.len() + misses.len()) as u64);
        let label = format!("{:02}", week.iso_week_date().week());
        together.0.extend(hits.iter().cloned());
        together.1.extend(misses.iter().cloned());
        let rows = Rows::split(hits, misses);
        let title = format!("Due in the week of {week}: met in time");
        let behind = Behind { title, kind: "clock", rows, currency: None };
        let href = Some(board.note(&format!("week.{week}"), behind));
        // What was met ahead of its due time stands in a week that is still to come.
        periods.push(Period { label, rate, unfinished: week >= this_week, href });
    }
    let title = format!("Due in {} weeks: met in time", periods.len());
    let rows = Rows::split(together.0, together.1);
    let all = board.note(WEEKS_KEY, Behind { title, kind: "clock", rows, currency: None });
    let csv = all.replacen("/scoreboard/rows?", "/scoreboard/rows.csv?", 1);
    let n = show::count(periods.iter().map(|period| period.rate.n).sum());
    let n = show::figure(format!("n\u{a0}=\u{a0}{n}"), &all);
    let (finding, signed) = (weekly_finding(&periods), signed_goal(report));
    let chart = Periods {
        title: "Met in time by week".to_owned(),
        description: "The share of clocks met in time, by the week in which they fell due."
            .to_owned(),
        period: "Week".to_owned(),
        hits: "In time".to_owned(),
        of: "Due".to_owned(),
        periods,
        all: Some(all),
        csv: Some(csv),
        goal: goal_of(report),
        tone: charts::Tone::Joint,
    };
    let twin = chart.twin();
    let mut says = Markup::text("per cent of clocks, by the week in which they fall due, ").and(n);
    says.say("; open dots: under 20; hatched: the week is not over");
    if let Some(signed) = signed {
        says = says.and_text("; broken line: the goal of ").and(signed);
    }
    board.chart = charts::figure(finding, says, chart, twin);
    Ok(())
}

/// The goal, where all service levels share one.
fn goal_of(report: &ServiceLevelsReport) -> Option<charts::Goal> {
    let mut goals = report.levels.iter().map(|level| level.goals.last()?.goal_per_mille);
    let first = goals.next()??;
    let same = goals.all(|goal| goal == Some(first));
    let value = first as f64 / 10.0;
    same.then(|| charts::Goal {
        value,
        label: format!("goal {value:.0}"),
        href: goal_clause(report).map(|(_, href)| href),
    })
}

/// The clause that says the goal: its name with its version, and its address.
fn goal_clause(report: &ServiceLevelsReport) -> Option<(String, String)> {
    let level = report.levels.first()?;
    let version = level.goals.last()?.version;
    let name = format!("clause {}, version {version}", level.clause);
    Some((name, format!("/agreement/{version}#c{}", level.clause)))
}

/// Where the goal of the chart was signed, where it has one.
fn signed_goal(report: &ServiceLevelsReport) -> Option<Markup> {
    goal_of(report)?;
    let (name, href) = goal_clause(report)?;
    Some(element("a").with("href", href).holding(name).into())
}

fn monday_of(day: Date) -> Date {
    let since = i64::from(day.weekday().to_monday_zero_offset());
    day.saturating_sub(jiff::Span::new().days(since))
}

fn handoffs(engine: &Engine, question: &ReportQuestion, board: &mut Board) -> Result<(), NoBoard> {
    let report = engine.report_handoffs(question)?;
    board.by_person |= report.question.by_person;
    board.notes.extend(report.notes.iter().cloned());
    if report.handoffs.total.delivered.delivered.is_empty() {
        return Ok(());
    }
    let mut twin = Twin::of("Handoffs").words("Accepted of answered yes or no");
    for head in ["Handed over", "Accepted", "Rejected", "Recycled", "Waiting"] {
        twin = twin.number(head);
    }
    for (name, figures) in grouped(&report.handoffs) {
        let key = format!("handoffs.{name}");
        let title = format!("Handoffs, {name}: accepted");
        let rate = &figures.decided.acceptance_rate;
        let mut cells: Vec<Markup> =
            vec![Markup::text(&name), board.share(&key, &title, "handoff", rate, None).into()];
        let counts = [
            ("handed over", &figures.delivered.delivered),
            ("accepted", &figures.decided.accepted),
            ("rejected", &figures.decided.rejected),
            ("recycled", &figures.decided.recycled),
            ("waiting", &figures.delivered.waiting),
        ];
        for (word, counted) in counts {
            let title = format!("Handoffs, {name}: {word}");
            cells.push(board.counted(&format!("{key}/{word}"), &title, "handoff", counted));
        }
        twin = twin.row(cells);
    }
    board.section("Handoffs", "accepted / (accepted + rejected), by the day of the answer", &twin);
    Ok(())
}

/// The total, then each group with its name.
fn grouped<T>(all: &Grouped<T>) -> Vec<(String, &T)> {
    let groups = all.groups.iter().map(|group| (group.key.to_string(), &group.figures));
    std::iter::once(("all".to_owned(), &all.total)).chain(groups).collect()
}

fn funnel(engine: &Engine, question: &ReportQuestion, board: &mut Board) -> Result<(), NoBoard> {
    let by_month = ReportQuestion { by: Some("month".to_owned()), ..question.clone() };
    let report = engine.report_funnel(&by_month, Subject::Leads)?;
    board.by_person |= report.question.by_person;
    board.notes.extend(report.notes.iter().cloned());
    let FunnelFigures::Leads(funnel) = &report.funnel else { return Ok(()) };
    if funnel.total.units.is_empty() {
        return Ok(());
    }
    let mut twin = Twin::of("Cohort").number("Leads");
    for conversion in &funnel.total.conversions {
        twin = twin.words(&format!("{} to {}", conversion.from, conversion.to));
    }
    for (name, figures) in grouped(funnel) {
        let key = format!("funnel.{name}");
        let title = format!("Leads of the cohort {name}");
        let mut cells =
            vec![Markup::text(&name), board.counted(&key, &title, "lead", &figures.units)];
        for step in &figures.conversions {
            let title = format!("Cohort {name}: from {} to {}", step.from, step.to);
            let key = format!("{key}/{}/{}", step.from, step.to);
            let share: Interval = board.share(&key, &title, "lead", &step.cohort, None);
            let unfinished = !step.immature.is_empty();
            cells.push(Interval { unfinished, ..share }.into());
        }
        twin = twin.row(cells);
    }
    board.section(
        "Funnel by month",
        format!("leads by the month they came in; {}", report.order),
        &twin,
    );
    Ok(())
}

fn opportunities(
    engine: &Engine,
    question: &ReportQuestion,
    board: &mut Board,
) -> Result<(), NoBoard> {
    let report = engine.report_opportunities(question)?;
    board.by_person |= report.question.by_person;
    board.notes.extend(report.notes.iter().cloned());
    if report.pipeline.total.all.is_empty() {
        return Ok(());
    }
    let mut twin = Twin::of("Opportunities").words("Won of won and lost");
    for head in ["All", "Open", "Won", "Lost", "Won amount"] {
        twin = twin.number(head);
    }
    for (name, figures) in grouped(&report.pipeline) {
        let key = format!("opportunities.{name}");
        let title = format!("Opportunities, {name}: won of won and lost");
        let rate = &figures.win_rate_narrow;
        let mut cells: Vec<Markup> =
            vec![Markup::text(&name), board.share(&key, &title, "opportunity", rate, None).into()];
        let counts = [
            ("all", &figures.all),
            ("open", &figures.open),
            ("won", &figures.won),
            ("lost", &figures.lost),
        ];
        for (word, counted) in counts {
            let title = format!("Opportunities, {name}: {word}");
            cells.push(board.counted(&format!("{key}/{word}"), &title, "opportunity", counted));
        }
        let mut won = Markup::new();
        for money in &figures.currencies {
            let currency = Some(money.currency);
            let key = format!("{key}/amount/{}", money.currency.code());
            let title =
                format!("Opportunities, {name}: won, {}", amount(money.won.total(), currency));
            if !won.as_str().is_empty() {
                won.say(" ");
            }
            won.push(board.total(&key, &title, "opportunity", &money.won, currency));
        }
        cells.push(won);
        twin = twin.row(cells);
    }
    board.section("Opportunities", "won / (won + lost); open ones are in no rate", &twin);
    Ok(())
}
