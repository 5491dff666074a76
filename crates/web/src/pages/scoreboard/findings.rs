//! What each section of the scoreboard says first: its finding, with how many it rests on, neutral
//! between the teams. Under twenty, counts stand and no shares are compared.

use domain::{
    funnel::{Conversion, Funnel},
    handoffs::{Decided, Handoffs, Reason},
    ids::{HandoffId, LeadId},
    pipeline::Pipeline,
};
use engine::report::{KindFigures, LevelFigures};
use jiff::{Timestamp, civil::Date};

use super::board::{Behind, Board, Rows, rate};
use crate::{
    markup::{Markup, element},
    pages::leads::row::level_words,
    show::{Rate, count, figure, per_cent},
};

/// `187 of 212, 88 %`, as a door to its rows.
fn said(rate: &Rate, href: &str) -> Markup {
    figure(rate.brief(), href)
}

/// A group by its name, as a door to its rows: its name may have a number of its own.
fn named(name: &str, href: &str) -> Markup {
    element("a").class("q").with("href", href).holding(name).into()
}

/// A service level, where its goal was signed, and its goal as a share of one.
struct Held<'a> {
    level: &'a LevelFigures,
    rate: Rate,
    goal: Option<(f64, String)>,
}

impl Held<'_> {
    /// How far the share stands over its goal; without a goal or a share that says something, nothing
    /// is compared.
    fn over(&self) -> f64 {
        let share = self.rate.share().filter(|_| !self.rate.is_small());
        let goal = self.goal.as_ref().map(|(goal, _)| *goal);
        share.zip(goal).map_or(f64::INFINITY, |(share, goal)| share - goal)
    }
}

/// Where a goal lies, by the interval of a share; of a few nothing is said.
fn place(goal: f64, rate: &Rate) -> &'static str {
    match rate.interval.filter(|_| !rate.is_small()) {
        None => "",
        Some((low, _)) if goal < low => ", below its interval",
        Some((_, high)) if high < goal => ", above its interval",
        Some(_) => ", inside its interval",
    }
}

/// The service level with the least over its goal: `First answer: 187 of 212, 88 %, met in time; the
/// goal is 90 %, inside its interval`.
pub(super) fn service_levels(levels: &[LevelFigures], board: &Board) -> Markup {
    let held = levels.iter().map(|level| {
        let goal = level.goals.last().and_then(|goal| {
            let share = goal.goal_per_mille? as f64 / 1000.0;
            Some((share, format!("/agreement/{}#c{}", goal.version, level.clause)))
        });
        Held { level, rate: rate(&level.attainment.total.attainment), goal }
    });
    let known = held.filter(|held| held.rate.n > 0);
    let Some(held) = known.min_by(|a, b| a.over().total_cmp(&b.over())) else {
        return Markup::text("No clock has fallen due, so no service level was met or missed");
    };
    let href = board.way(&format!("level.{}", held.level.service_level));
    let words = Markup::text(format!("{}: ", level_words(&held.level.service_level)))
        .and(said(&held.rate, &href))
        .and_text(", met in time");
    match &held.goal {
        None => words.and_text("; its clause sets no goal"),
        Some((goal, clause)) => words
            .and_text("; the goal is ")
            .and(figure(per_cent(*goal), clause))
            .and_text(place(*goal, &held.rate)),
    }
}

/// `142 of 212, 67 %, of the handoffs answered yes or no were accepted; 19 wait for an answer`.
pub(super) fn handoffs(all: &Handoffs, board: &Board) -> Markup {
    let rate = rate(&all.decided.acceptance_rate);
    let waiting = all.delivered.waiting.n();
    let words = match rate.n {
        0 => Markup::text("No handoff was answered yes or no"),
        _ => said(&rate, &board.way("handoffs.all"))
            .and_text(", of the handoffs answered yes or no were accepted"),
    };
    let door = figure(count(waiting), &board.way("handoffs.all/waiting"));
    match waiting {
        0 => words.and_text("; none waits for an answer"),
        1 => words.and_text("; ").and(door).and_text(" waits for an answer"),
        _ => words.and_text("; ").and(door).and_text(" wait for an answer"),
    }
}

/// The most frequent of some reasons, and whether it is alone in that.
fn most_frequent<'a>(reasons: impl Iterator<Item = &'a Reason>) -> Option<(&'a Reason, bool)> {
    let mut reasons: Vec<&Reason> = reasons.collect();
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.handoffs.n()));
    let (first, second) = (*reasons.first()?, reasons.get(1));
    Some((first, second.is_none_or(|second| second.handoffs.n() < first.handoffs.n())))
}

/// Notes the handoffs of one reason among all of them, as a share; the reason where it alone is the
/// most frequent.
fn reason_of<'a>(
    key: &str,
    title: &str,
    decided: &'a Decided,
    board: &mut Board,
) -> Option<(Option<&'a Reason>, Rate, String)> {
    let (top, is_alone) = most_frequent(decided.reasons.iter())?;
    let others = decided.reasons.iter().filter(|reason| !std::ptr::eq(*reason, top));
    let others = others.flat_map(|reason| reason.handoffs.rows());
    let rows = Rows::split(top.handoffs.rows(), others);
    let rate = Rate::of(top.handoffs.n(), rows.n());
    let behind =
        Behind { title: format!("{title}: {}", top.reason), kind: "handoff", rows, currency: None };
    let href = board.note(key, behind);
    Some((is_alone.then_some(top), rate, href))
}

/// `“No budget” came most often: 12 of 45, 27 %, of the handoffs that were given back`.
pub(super) fn reasons(decided: &Decided, board: &mut Board) -> Markup {
    let title = "Handoffs that were given back, for this reason or another";
    match reason_of("reasons", title, decided, board) {
        None => Markup::text("Nothing was given back"),
        Some((Some(top), rate, href)) => {
            Markup::text(format!("“{}” came most often: ", top.reason))
                .and(said(&rate, &href))
                .and_text(", of the handoffs that were given back")
        }
        Some((None, rate, href)) => {
            Markup::text("No reason came more often than every other: the first of them with ")
                .and(said(&rate, &href))
                .and_text(", of the handoffs that were given back")
        }
    }
}

/// The group of which the greatest part came back for one reason, among those of which enough did.
pub(super) fn reasons_by_group(groups: &[(String, &Handoffs)], board: &mut Board) -> Markup {
    let mut found: Option<(String, &Reason, Rate, String)> = None;
    for (name, figures) in groups {
        let title = format!("Handoffs of {name} that were given back, for this reason or another");
        let key = format!("reasons.of.{name}");
        let Some((Some(top), rate, href)) = reason_of(&key, &title, &figures.decided, board) else {
            continue;
        };
        let is_more = found.as_ref().is_none_or(|(.., known, _)| known.share() < rate.share());
        if !rate.is_small() && is_more {
            found = Some((name.clone(), top, rate, href));
        }
    }
    match found {
        None => Markup::text(
            "No group has twenty handoffs given back with one reason before the others: counts \
             stand alone",
        ),
        Some((name, top, rate, href)) => named(&name, &href)
            .and_text(format!(" has the most of one reason, “{}”: ", top.reason))
            .and(said(&rate, &href))
            .and_text(", of what was given back there"),
    }
}

/// `12 of 45, 27 %, of the recycled came to an opportunity since, and 3 of 45, 6.7 %, were won`.
pub(super) fn recycled(decided: &Decided, board: &Board) -> Markup {
    let Some(all) = decided.recycle_yield.iter().find(|of| of.to_won.rate().n() > 0) else {
        return Markup::text("Of none of the recycled it is known what became of them");
    };
    let (opened, won) = (rate(&all.to_opportunity), rate(&all.to_won));
    let key = format!("recycled.{}", all.age);
    said(&opened, &board.way(&format!("{key}/opportunity")))
        .and_text(", of the recycled came to an opportunity since, and ")
        .and(said(&won, &board.way(&format!("{key}/won"))))
        .and_text(", were won")
}

/// A month's leads: its key, `2026-05`, and how they went on.
pub(super) type Month<'a> = (String, &'a Funnel<LeadId, Timestamp>);

/// `41 of 412, 10 %, of the leads of May 2026 went on from New to SQL; a year before 38 of 390,
/// 9.7 %`: the last month that is over for the way from the first status to the last, or else for its
/// first step.
pub(super) fn funnel(
    months: &[Month<'_>],
    is_over: impl Fn(&str, usize, &Conversion<LeadId>) -> bool,
    board: &Board,
) -> Markup {
    let steps = months.first().map_or(0, |(_, figures)| figures.conversions.len());
    let of = |month: &Month<'_>, nth: usize| {
        let step = month.1.conversions.get(nth)?;
        let is_told = step.cohort.rate().n() > 0 && is_over(&month.0, nth, step);
        let key = format!("funnel.{}/{}/{}", month.0, step.from, step.to);
        is_told.then(|| said(&rate(&step.cohort), &board.way(&key)))
    };
    let last =
        |nth: usize| months.iter().rev().find_map(|month| Some((month, nth, of(month, nth)?)));
    let found = [steps.checked_sub(1), Some(0)].into_iter().flatten().find_map(last);
    let Some((month, nth, rate)) = found else {
        return Markup::text("No month’s leads are old enough yet to say how they went on");
    };
    let step = &month.1.conversions[nth];
    let words = rate.and_text(format!(
        ", of the leads of {} went on from {} to {}",
        month_words(&month.0),
        step.from,
        step.to
    ));
    let before = a_year_before(&month.0);
    let before = months.iter().find(|(key, _)| Some(key) == before.as_ref());
    match before.and_then(|before| of(before, nth)) {
        Some(before) => words.and_text("; a year before ").and(before),
        None => words.and_text("; a year before nothing is known"),
    }
}

/// `2026-05` as `May 2026`.
fn month_words(key: &str) -> String {
    let day = format!("{key}-01").parse::<Date>();
    day.map_or_else(|_| key.to_owned(), |day| day.strftime("%B %Y").to_string())
}

fn a_year_before(key: &str) -> Option<String> {
    let (year, month) = key.split_once('-')?;
    Some(format!("{:04}-{month}", year.parse::<i16>().ok()? - 1))
}

/// The groups that go on most and least often, among those with enough leads.
pub(super) fn funnel_by_group(groups: &[Month<'_>], board: &Board) -> Markup {
    let of = |(name, figures): &Month<'_>| {
        let step = figures.conversions.first()?;
        let rate = rate(&step.cohort);
        let key = format!("cohorts.{name}/{}/{}", step.from, step.to);
        let way = format!("from {} to {}", step.from, step.to);
        (!rate.is_small()).then(|| (name.clone(), rate, board.way(&key), way))
    };
    let mut all: Vec<_> = groups.iter().filter_map(of).collect();
    all.sort_by(|(_, a, ..), (_, b, ..)| {
        a.share().unwrap_or_default().total_cmp(&b.share().unwrap_or_default())
    });
    match (all.last(), all.first()) {
        (Some(most), Some(least)) if most.0 != least.0 => named(&most.0, &most.2)
            .and_text(format!(" goes on {} most often, ", most.3))
            .and(said(&most.1, &most.2))
            .and_text(", and ")
            .and(named(&least.0, &least.2))
            .and_text(" least often, ")
            .and(said(&least.1, &least.2)),
        _ => Markup::text("No two groups have twenty leads that came so far: none is set apart"),
    }
}

/// `13 of 44, 30 %, of the opportunities won or lost were won; 49 are open`.
pub(super) fn opportunities<I>(all: &Pipeline<I>, board: &Board) -> Markup {
    let rate = rate(&all.win_rate_narrow);
    let words = match rate.n {
        0 => Markup::text("No opportunity was won or lost"),
        _ => said(&rate, &board.way("opportunities.all"))
            .and_text(", of the opportunities won or lost were won"),
    };
    let door = figure(count(all.open.n()), &board.way("opportunities.all/open"));
    match all.open.n() {
        0 => words.and_text("; none is open"),
        1 => words.and_text("; ").and(door).and_text(" is open"),
        _ => words.and_text("; ").and(door).and_text(" are open"),
    }
}

/// `“definition met, not said since” is the most frequent difference: 5 of 12`.
pub(super) fn differences(kinds: &[KindFigures], board: &mut Board) -> Markup {
    let most = kinds.iter().max_by_key(|kind| kind.facts.n()).filter(|kind| !kind.facts.is_empty());
    let Some(most) = most else {
        return Markup::text("The sources and the Agreement say the same of every lead");
    };
    let others = kinds.iter().filter(|kind| kind.difference != most.difference);
    let is_alone = others.clone().all(|kind| kind.facts.n() < most.facts.n());
    let others = others.flat_map(|kind| kind.facts.rows());
    let rows = Rows::split(most.facts.rows(), others);
    let rate = Rate::of(most.facts.n(), rows.n());
    let words = most.difference.words();
    let title = format!("Differences: {words}, or another");
    let href = board.note("difference", Behind { title, kind: "fact", rows, currency: None });
    let how =
        if is_alone { "the most frequent difference" } else { "no less frequent than any other" };
    Markup::text(format!("“{words}” is {how}: ")).and(said(&rate, &href))
}

/// How many handoffs have a reason to be told, as a door to them.
pub(super) fn given_back(decided: &Decided, board: &mut Board) -> Markup {
    let rows: Vec<&HandoffId> =
        decided.reasons.iter().flat_map(|reason| reason.handoffs.rows()).collect();
    let rows = Rows::counted(rows);
    let (n, title) = (rows.n(), "Handoffs that were given back".to_owned());
    let href = board.note("reasons.all", Behind { title, kind: "handoff", rows, currency: None });
    figure(n_words(n), &href)
}

/// `n = 212`.
pub(super) fn n_words(n: u64) -> String {
    format!("n\u{a0}=\u{a0}{}", count(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_told_by_the_interval_and_of_a_few_not_at_all() {
        let rate = Rate::of(187, 212).within(0.83, 0.92);
        let few = Rate::of(9, 11).within(0.52, 0.95);
        let cases = [
            (0.9, rate, ", inside its interval"),
            (0.92, rate, ", inside its interval"),
            (0.95, rate, ", above its interval"),
            (0.8, rate, ", below its interval"),
            (0.3, few, ""),
        ];
        for (goal, rate, said) in cases {
            assert_eq!(place(goal, &rate), said, "{goal} {rate:?}");
        }
    }

    #[test]
    fn a_month_is_named_and_knows_the_year_before() {
        assert_eq!(month_words("2026-05"), "May 2026");
        assert_eq!(month_words("(blank)"), "(blank)");
        assert_eq!(a_year_before("2026-05").as_deref(), Some("2025-05"));
        assert_eq!(a_year_before("not known"), None);
    }
}
