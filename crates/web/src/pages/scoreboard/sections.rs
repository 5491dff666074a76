//! The sections of the scoreboard, each from one report of the engine.

use domain::{
    attainment::Attainment,
    counted::Counted,
    funnel::{Cohorts, Conversion, Funnel},
    group::Grouped,
    handoffs::Decided,
    ids::{HandoffId, LeadId},
};
use engine::{
    Engine,
    report::{
        CohortFigures, ReportFailure, ReportQuestion, ReportRefusal, Subject, Unit, met_ahead_note,
        resting_note, untimed_note,
    },
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use super::{
    NoBoard,
    board::{Behind, Board, Rows, amount, rate},
    reasons::reasons,
    weeks,
};
use crate::{
    charts::{Interval, Twin},
    markup::Markup,
    pages::leads::row::level_words,
    show::Rate,
};

/// The key of all differences together.
pub(super) const DIFFERENCES: &str = "differences";

/// The board that a question gives, whoever asks it.
pub(super) fn board(
    engine: &Engine,
    question: &ReportQuestion,
    query: String,
) -> Result<Board, NoBoard> {
    let mut board = Board { query, ..Board::default() };
    let sections = [service_levels, handoffs, funnel, opportunities, differences];
    for section in sections {
        section(engine, question, &mut board)?;
    }
    if board.whole.len() == sections.len()
        && let Some(refusal) = board.whole.pop()
    {
        return Err(ReportFailure::Refused(refusal).into());
    }
    board.notes.sort();
    board.notes.dedup();
    Ok(board)
}

/// A report told apart as asked. What tells other sections apart may mean nothing here: then this one
/// stands whole, and says so.
fn apart<T>(
    question: &ReportQuestion,
    board: &mut Board,
    report: impl Fn(&ReportQuestion) -> Result<T, ReportFailure>,
) -> Result<T, NoBoard> {
    match report(question) {
        Err(ReportFailure::Refused(refusal)) => match &refusal {
            ReportRefusal::NoSuchDimension { asked, noun, .. } => {
                board.notes.push(format!("{noun} are not told apart by {asked}: none names it"));
                board.whole.push(refusal);
                Ok(report(&ReportQuestion { by: None, ..question.clone() })?)
            }
            _ => Err(ReportFailure::Refused(refusal).into()),
        },
        report => Ok(report?),
    }
}

fn service_levels(
    engine: &Engine,
    question: &ReportQuestion,
    board: &mut Board,
) -> Result<(), NoBoard> {
    let report = apart(question, board, |question| engine.report_service_levels(question))?;
    board.by_person |= report.question.by_person;
    board.notes.extend(report.notes.iter().cloned());
    let all = &report.attainment.total;
    let behind = Behind::share("Clocks met in time", "clock", &all.attainment);
    let href = board.note("clocks", behind);
    board.finding = finding(&rate(&all.attainment), &href);
    for (key, title, clocks, note) in [
        (
            "ahead",
            "Clocks met before being due",
            &all.met_ahead,
            met_ahead_note as fn(u64) -> String,
        ),
        ("untimed", "Clocks that took nobody knows how long", &all.untimed, untimed_note),
        ("resting", "Clocks that rest", &report.resting, resting_note),
    ] {
        if !clocks.is_empty() {
            let n = board.counted(&format!("clocks.{key}"), title, "clock", clocks);
            board.opened.insert(note(clocks.n()), n);
        }
    }
    weeks::weeks(engine, &report, question, board)?;
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
    board.section("Service levels", "clocks that fell due, on a scale from none to all; line: where the true share may lie; broken \
         line: the signed goal; under 20, counts", &twin);
    Ok(())
}

/// Where the sources and the Agreement say two things of one lead.
fn differences(
    engine: &Engine,
    question: &ReportQuestion,
    board: &mut Board,
) -> Result<(), NoBoard> {
    let report = apart(question, board, |question| engine.report_differences(question))?;
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

fn handoffs(engine: &Engine, question: &ReportQuestion, board: &mut Board) -> Result<(), NoBoard> {
    let report = apart(question, board, |question| engine.report_handoffs(question))?;
    board.by_person |= report.question.by_person;
    board.notes.extend(report.notes.iter().cloned());
    if report.handoffs.total.delivered.delivered.is_empty() {
        return Ok(());
    }
    let mut twin = Twin::of("Handoffs").words("Accepted of answered yes or no");
    let total = &report.handoffs.total.decided;
    let (tells_deemed, tells_debits) =
        (!total.deemed_accepted.is_empty(), !total.debited.is_empty());
    let tells_disqualified = !total.disqualified.is_empty();
    for head in ["Handed over", "Accepted", "Rejected", "Recycled", "Waiting"] {
        twin = twin.number(head);
    }
    if tells_disqualified {
        twin = twin.number("Disqualified");
    }
    if tells_deemed {
        twin = twin.number("Deemed accepted");
    }
    if tells_debits {
        twin = twin.number("Taken off");
    }
    for (name, figures) in grouped(&report.handoffs) {
        let key = format!("handoffs.{name}");
        let title = format!("Handoffs, {name}: accepted");
        let rate = &figures.decided.acceptance_rate;
        let mut cells: Vec<Markup> =
            vec![Markup::text(&name), board.share(&key, &title, "handoff", rate, None).into()];
        let mut counts = vec![
            ("handed over", &figures.delivered.delivered),
            ("accepted", &figures.decided.accepted),
            ("rejected", &figures.decided.rejected),
            ("recycled", &figures.decided.recycled),
            ("waiting", &figures.delivered.waiting),
        ];
        if tells_disqualified {
            counts.push(("disqualified", &figures.decided.disqualified));
        }
        if tells_deemed {
            counts.push(("deemed accepted", &figures.decided.deemed_accepted));
        }
        if tells_debits {
            counts.push(("taken off what was delivered", &figures.decided.debited));
        }
        for (word, counted) in counts {
            let title = format!("Handoffs, {name}: {word}");
            cells.push(board.counted(&format!("{key}/{word}"), &title, "handoff", counted));
        }
        twin = twin.row(cells);
    }
    board.section("Handoffs", "accepted / (accepted + rejected), by the day of the answer", &twin);
    reasons(&report.handoffs, board);
    recycled(&report.handoffs.total.decided, board);
    Ok(())
}

/// What became of what was recycled, by how long ago that was.
fn recycled(decided: &Decided, board: &mut Board) {
    if decided.recycled.is_empty() {
        return;
    }
    let mut twin = Twin::of("Recycled").number("How many").words("Came to an opportunity");
    twin = twin.words("Won");
    for of in decided.recycle_yield.iter().filter(|of| of.to_opportunity.rate().n() > 0) {
        let key = format!("recycled.{}", of.age);
        let title = |what: &str| format!("Recycled, {}: {what}", of.age);
        let all: Counted<HandoffId> = of.to_won.rows().cloned().collect();
        twin = twin.row(vec![
            Markup::text(of.age),
            board.counted(&key, &title("all"), "handoff", &all),
            board
                .share(
                    &format!("{key}/opportunity"),
                    &title("came to an opportunity"),
                    "handoff",
                    &of.to_opportunity,
                    None,
                )
                .into(),
            board.share(&format!("{key}/won"), &title("won"), "handoff", &of.to_won, None).into(),
        ]);
    }
    board.section(
        "Recycled leads",
        "with an opportunity opened, or won, since / recycled, by the day of the answer",
        &twin,
    );
}

/// The total, then each group with its name.
pub(super) fn grouped<T>(all: &Grouped<T>) -> Vec<(String, &T)> {
    let groups = all.groups.iter().map(|group| (group.key.to_string(), &group.figures));
    std::iter::once(("all".to_owned(), &all.total)).chain(groups).collect()
}

/// Leads by the month they came in: all of them, and where figures are told apart each group.
fn funnel(engine: &Engine, question: &ReportQuestion, board: &mut Board) -> Result<(), NoBoard> {
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
    board.section("Funnel by month", says, &twin);
    if cohorts.by.is_some() {
        let twin = cohort_table("Leads", groups_by_month(cohorts), &ages, board);
        let says = "each group, and in it leads by the month they came in, the latest months";
        board.section("Funnel by group", says, &twin);
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

    /// Whether more of a month's leads may still go on by a step.
    fn are_unfinished(&self, month: &str, nth: usize, step: &Conversion<LeadId>) -> bool {
        if !step.immature.is_empty() {
            return true;
        }
        let Ok(first) = format!("{month}-01").parse::<Date>() else { return false };
        let over = first.saturating_add(1.month()).to_zoned(self.zone.clone());
        let passed =
            over.map_or(0.0, |over| self.as_of.duration_since(over.timestamp()).as_secs_f64());
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

fn opportunities(
    engine: &Engine,
    question: &ReportQuestion,
    board: &mut Board,
) -> Result<(), NoBoard> {
    let report = apart(question, board, |question| engine.report_opportunities(question))?;
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
