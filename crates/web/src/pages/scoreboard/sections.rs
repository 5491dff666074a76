//! The sections of the scoreboard, each from one report of the engine.

use domain::{
    attainment::Attainment, counted::Counted, group::Grouped, handoffs::Decided, ids::HandoffId,
};
use engine::{
    Engine,
    report::{
        ReportFailure, ReportQuestion, ReportRefusal, met_ahead_note, resting_note, untimed_note,
    },
};

use super::{
    NoBoard,
    board::{Behind, Board, Rows, Told, amount, rate},
    findings::{self, n_words},
    funnel::funnel,
    period,
    reasons::reasons,
    weeks,
};
use crate::{
    charts::Twin,
    markup::Markup,
    pages::leads::row::level_words,
    show::{Rate, figure},
};

/// The key of all differences together.
pub(super) const DIFFERENCES: &str = "differences";

const LEVELS_SAY: &str = "clocks by the day on which they fell due, on a scale from none to all; \
     line: where the true share may lie; broken line: the signed goal; under twenty, counts; the \
     title tells of the service level with the least over its goal";

/// The board that a question gives, whoever asks it.
pub(super) fn board(
    engine: &Engine,
    question: &ReportQuestion,
    query: String,
) -> Result<Board, NoBoard> {
    let mut board = Board { query, period: period::words(question), ..Board::default() };
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
pub(super) fn apart<T>(
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
    let told = Told {
        finding: findings::service_levels(&report.levels, board),
        says: Markup::text(LEVELS_SAY),
        n: figure(n_words(all.attainment.rate().n()), &href),
        noun: "clocks",
    };
    board.section("Service levels", told, &twin);
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
    let says = Markup::text(
        "what the sources say of leads, beside the Agreement, by the day of the move or decision; ",
    );
    let told = Told {
        finding: findings::differences(&report.differences.total, board),
        says: says.and(moves).and_text(" moves told"),
        n: figure(n_words(report.rows.len() as u64), &board.way(DIFFERENCES)),
        noun: "differences",
    };
    board.section("Differences", told, &twin);
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
    let told = Told {
        finding: findings::handoffs(&report.handoffs.total, board),
        says: Markup::text("accepted / (accepted + rejected), by the day of the answer"),
        n: figure(n_words(total.acceptance_rate.rate().n()), &board.way("handoffs.all")),
        noun: "handoffs",
    };
    board.section("Handoffs", told, &twin);
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
    let says = "with an opportunity opened, or won, since / recycled, by the day of the answer";
    let told = Told {
        finding: findings::recycled(decided, board),
        says: Markup::text(says),
        n: figure(n_words(decided.recycled.n()), &board.way("handoffs.all/recycled")),
        noun: "handoffs",
    };
    board.section("Recycled leads", told, &twin);
}

/// The total, then each group with its name.
pub(super) fn grouped<T>(all: &Grouped<T>) -> Vec<(String, &T)> {
    let groups = all.groups.iter().map(|group| (group.key.to_string(), &group.figures));
    std::iter::once(("all".to_owned(), &all.total)).chain(groups).collect()
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
    let all = &report.pipeline.total;
    let told = Told {
        finding: findings::opportunities(all, board),
        says: Markup::text(
            "won / (won + lost), by the day on which they closed; open ones are in no rate",
        ),
        n: figure(n_words(all.all.n()), &board.way("opportunities.all/all")),
        noun: "opportunities",
    };
    board.section("Opportunities", told, &twin);
    Ok(())
}
