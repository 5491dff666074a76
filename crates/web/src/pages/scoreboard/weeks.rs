//! Clocks by the week in which they fell due: how many were met in time as we know it now, and as
//! it was known when the week was over, where facts that came late made it something else.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    ids::{ClockId, FactNo},
    rate::Share,
};
use engine::{
    Engine,
    report::{ReportQuestion, ServiceLevelsReport},
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use store::read::ClockToldLate;

use super::{
    NoBoard,
    board::{Behind, Board, Rows},
    period,
};
use crate::{
    charts::{self, Goal, Period, Periods, SCALE_FROM, Was},
    failure::Failure,
    markup::{Markup, element},
    pages::leads::row::level_words,
    show::{self, Rate},
};

/// The key of the clocks of all weeks of the chart.
const WEEKS_KEY: &str = "weeks";
/// Weeks in a chart.
const WEEKS: usize = 12;

/// The clocks due in a week.
#[derive(Default)]
struct Week {
    hits: Vec<ClockId>,
    misses: Vec<ClockId>,
}

/// What was known of a week when it was over, where that was something else.
struct Then {
    hits: Vec<ClockId>,
    misses: Vec<ClockId>,
    /// The facts that came late.
    late: BTreeSet<FactNo>,
}

impl Week {
    fn rate(&self) -> Rate {
        Rate::of(self.hits.len() as u64, (self.hits.len() + self.misses.len()) as u64)
    }

    /// What was known at an instant. A clock that nobody had told of was none, and a stop that
    /// nobody had told of had not come.
    fn known_at(&self, close: Timestamp, told: &BTreeMap<ClockId, ClockToldLate>) -> Option<Then> {
        let mut then = Then { hits: Vec::new(), misses: Vec::new(), late: BTreeSet::new() };
        let is_late = |(_, recorded_at): &(FactNo, Timestamp)| *recorded_at >= close;
        for (id, is_hit) in self.all() {
            let told = told.get(id);
            let start = told.map(|told| told.start).filter(is_late);
            let stop = told.and_then(|told| told.stop).filter(|stop| is_hit && is_late(stop));
            then.late.extend(start.into_iter().chain(stop).map(|(no, _)| no));
            match (start, stop) {
                (Some(_), _) => {}
                (None, None) if is_hit => then.hits.push(id.clone()),
                (None, _) => then.misses.push(id.clone()),
            }
        }
        // Where nothing was known there was no number to restate.
        let is_known = !then.hits.is_empty() || !then.misses.is_empty();
        Some(then).filter(|then| is_known && !then.late.is_empty())
    }

    /// All clocks, and whether each was met in time.
    fn all(&self) -> impl Iterator<Item = (&ClockId, bool)> {
        let hits = self.hits.iter().map(|id| (id, true));
        hits.chain(self.misses.iter().map(|id| (id, false)))
    }
}

/// What one chart is of.
struct Drawn<'a> {
    /// What stands after the key of a week, and of all weeks: nothing, or the service level.
    of: String,
    /// `Clocks met in time by week`, or the service level.
    title: String,
    share: &'a Share<ClockId>,
    goal: Option<Goal>,
    /// Where the goal was signed.
    signed: Option<Markup>,
}

/// Draws the share met in time by week: of all service levels together, and of each.
pub(super) fn weeks(
    engine: &Engine,
    report: &ServiceLevelsReport,
    question: &ReportQuestion,
    board: &mut Board,
) -> Result<(), NoBoard> {
    let due = engine.read(|reader| reader.clocks_due_at().map_err(Failure::from))?;
    let this_week = monday_of(question.as_of, &question.zone);
    let began = this_week.saturating_sub((WEEKS as i64 + 1).weeks());
    let since = starts(began, &question.zone);
    let told = engine.read(|reader| reader.clocks_told_late(since).map_err(Failure::from))?;
    let told = told.into_iter().map(|told| (told.id.clone(), told)).collect();
    let maker = Maker { due, told, zone: &question.zone, this_week };
    let all = Drawn {
        of: String::new(),
        title: "Clocks met in time by week".to_owned(),
        share: &report.attainment.total.attainment,
        goal: goal_of(report),
        signed: signed_goal(report),
    };
    board.chart =
        maker.chart(&all, board).map(|chart| maker.told(&all, &chart)).unwrap_or_default();
    let mut by_level = Vec::new();
    for level in &report.levels {
        let goal = level.goals.last().and_then(|goal| Some((goal.version, goal.goal_per_mille?)));
        let href = |version| format!("/agreement/{version}#c{}", level.clause);
        let drawn = Drawn {
            of: format!(".{}", level.service_level),
            title: level_words(&level.service_level),
            share: &level.attainment.total.attainment,
            goal: goal.map(|(version, per_mille)| line_at(per_mille, Some(href(version)))),
            signed: goal.map(|(version, _)| {
                let name = format!("clause {}, version {version}", level.clause);
                element("a").with("href", href(version)).holding(name).into()
            }),
        };
        by_level.extend(maker.chart(&drawn, board).map(|chart| (drawn, chart)));
    }
    let floor = by_level.iter().map(|(_, chart)| chart.drawn.floor()).fold(SCALE_FROM, f64::min);
    for (drawn, mut chart) in by_level {
        chart.drawn.scale_from = floor;
        board.by_level.push(maker.told(&drawn, &chart));
    }
    Ok(())
}

/// A chart, and the days that it is of.
struct Chart {
    drawn: Periods,
    days: (Date, Date),
}

/// What charts by week are made with.
struct Maker<'a> {
    due: BTreeMap<ClockId, Timestamp>,
    told: BTreeMap<ClockId, ClockToldLate>,
    zone: &'a TimeZone,
    this_week: Date,
}

impl Maker<'_> {
    /// The clocks of a share by week, the last [`WEEKS`] that have one and have begun: of those that
    /// have not, only what was met ahead counts so far.
    fn weeks(&self, share: &Share<ClockId>) -> Vec<(Date, Week)> {
        let mut weeks: BTreeMap<Date, Week> = BTreeMap::new();
        let monday = |id| self.due.get(id).map(|at| monday_of(*at, self.zone));
        for id in share.hits().rows() {
            monday(id)
                .into_iter()
                .for_each(|day| weeks.entry(day).or_default().hits.push(id.clone()));
        }
        for id in share.misses().rows() {
            monday(id)
                .into_iter()
                .for_each(|day| weeks.entry(day).or_default().misses.push(id.clone()));
        }
        weeks.retain(|monday, _| *monday <= self.this_week);
        let skipped = weeks.len().saturating_sub(WEEKS);
        weeks.into_iter().skip(skipped).collect()
    }

    /// The chart; none while there is no second week.
    fn chart(&self, drawn: &Drawn<'_>, board: &mut Board) -> Option<Chart> {
        let weeks = self.weeks(drawn.share);
        let ((first, _), (last, _)) =
            weeks.first().zip(weeks.last()).filter(|_| weeks.len() > 1)?;
        let days = (*first, last.saturating_add(6.days()));
        let (mut together, mut periods) = (Week::default(), Vec::new());
        for (monday, week) in weeks {
            periods.push(self.period(drawn, monday, &week, board));
            together.hits.extend(week.hits);
            together.misses.extend(week.misses);
        }
        let title = format!("{}, due in {} weeks", drawn.title, periods.len());
        let all =
            note(board, &format!("{WEEKS_KEY}{}", drawn.of), title, together.hits, together.misses);
        let drawn = Periods {
            title: drawn.title.clone(),
            description: "The share of clocks met in time, by the week in which they fell due."
                .to_owned(),
            period: "Week".to_owned(),
            hits: "In time".to_owned(),
            of: "Due".to_owned(),
            periods,
            csv: Some(all.replacen("/scoreboard/rows?", "/scoreboard/rows.csv?", 1)),
            all: Some(all),
            goal: drawn.goal.clone(),
            tone: charts::Tone::Joint,
            scale_from: SCALE_FROM,
        };
        Some(Chart { drawn, days })
    }

    /// The chart under its finding and what it says of itself, with its table.
    fn told(&self, drawn: &Drawn<'_>, Chart { drawn: chart, days }: &Chart) -> Markup {
        let n = show::count(chart.periods.iter().map(|period| period.rate.n).sum());
        let n = format!("n\u{a0}=\u{a0}{n}");
        let n = match &chart.all {
            Some(all) => show::figure(n, all),
            None => Markup::text(n),
        };
        let mut says = Markup::text("per cent of clocks, by the week in which they fall due, ")
            .and(period::between(*days, self.zone))
            .and_text("; ")
            .and(n);
        says.say(" clocks; open dots: under twenty; hatched: the week is not over");
        if let Some(signed) = &drawn.signed {
            says = says.and_text("; broken line: the goal of ").and(signed.clone());
        }
        let drawing = Markup::from(chart).and(chart.restated());
        let caption = charts::caption(&drawn.title, finding(chart), says);
        charts::figure(caption, drawing, chart.twin())
    }

    fn period(&self, drawn: &Drawn<'_>, monday: Date, week: &Week, board: &mut Board) -> Period {
        let label = format!("{:02}", monday.iso_week_date().week());
        let key = format!("week{}.{monday}", drawn.of);
        let title = format!("{}, due in the week of {monday}", drawn.title);
        let unfinished = monday == self.this_week;
        let close = starts(monday.saturating_add(1.weeks()), self.zone);
        let then = Some(close).filter(|_| !unfinished);
        let then = then.and_then(|close| week.known_at(close, &self.told));
        let was = then.map(|then| {
            let rate =
                Rate::of(then.hits.len() as u64, (then.hits.len() + then.misses.len()) as u64);
            let title = format!("{title}, as it was known when the week was over");
            let href = note(board, &format!("{key}/then"), title, then.hits, then.misses);
            let title = format!("Facts on clocks due in the week of {monday} that came after it");
            let n = then.late.len() as u64;
            let behind =
                Behind { title, kind: "fact", rows: Rows::counted(then.late), currency: None };
            Was { rate, href, late: (n, board.note(&format!("{key}/late"), behind)) }
        });
        let href = note(board, &key, title, week.hits.clone(), week.misses.clone());
        Period { label, rate: week.rate(), unfinished, href: Some(href), was }
    }
}

/// Notes clocks behind a share; the address that lists them.
fn note(
    board: &mut Board,
    key: &str,
    title: String,
    hits: Vec<ClockId>,
    misses: Vec<ClockId>,
) -> String {
    let rows = Rows::split(hits, misses);
    board.note(key, Behind { title, kind: "clock", rows, currency: None })
}

/// What a chart says first: the week with the lowest share, of those that are over and have enough
/// clocks for a share to mean something; where no two have, how many of all were met in time.
fn finding(chart: &Periods) -> Markup {
    let is_firm = |period: &&Period| !period.unfinished && !period.rate.is_small();
    let firm: Vec<&Period> = chart.periods.iter().filter(is_firm).collect();
    let lowest = firm.iter().copied().min_by(|a, b| {
        let [a, b] = [a, b].map(|period| period.rate.share().unwrap_or(1.0));
        a.total_cmp(&b)
    });
    let counted = |rate: &Rate, href: &Option<String>| match href {
        Some(href) => show::figure(rate.counts(), href).and_text(" met in time"),
        None => Markup::text(rate.counts()).and_text(" met in time"),
    };
    match lowest {
        Some(week) if firm.len() > 1 => {
            let words = format!("Week {} was the lowest: ", week.label);
            Markup::text(words).and(counted(&week.rate, &week.href))
        }
        _ => counted(&chart.total(), &chart.all),
    }
}

fn line_at(per_mille: i64, href: Option<String>) -> Goal {
    let value = per_mille as f64 / 10.0;
    Goal { value, label: format!("goal {value:.0}"), href }
}

/// The goal, where all service levels share one.
fn goal_of(report: &ServiceLevelsReport) -> Option<Goal> {
    let mut goals = report.levels.iter().map(|level| level.goals.last()?.goal_per_mille);
    let first = goals.next()??;
    let same = goals.all(|goal| goal == Some(first));
    same.then(|| line_at(first, goal_clause(report).map(|(_, href)| href)))
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

fn monday_of(at: Timestamp, zone: &TimeZone) -> Date {
    let day = zone.to_datetime(at).date();
    day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days())
}

/// When a day begins.
fn starts(day: Date, zone: &TimeZone) -> Timestamp {
    let midnight = zone.to_ambiguous_timestamp(day.at(0, 0, 0, 0)).compatible();
    midnight.unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    fn told(id: &str, start: &str, stop: Option<&str>) -> (ClockId, ClockToldLate) {
        let (id, start) = (ClockId::from(id), (FactNo(1), at(start)));
        let stop = stop.map(|stop| (FactNo(2), at(stop)));
        (id.clone(), ClockToldLate { id, start, stop })
    }

    /// `hits of n` as it was known when the week was over, and how many facts came late.
    #[test]
    fn a_week_was_what_had_been_told_when_it_was_over() {
        let close = at("2026-11-16T00:00:00Z");
        let (before, after) = ("2026-11-13T10:00:00Z", "2026-11-16T00:00:00Z");
        let cases = [
            ("nothing came late", told("met", before, Some(before)), None),
            ("the answer was told late", told("met", before, Some(after)), Some((0, 2, 1))),
            ("the lead was told late", told("met", after, Some(after)), Some((0, 1, 2))),
            ("a late answer changes no miss", told("missed", before, Some(after)), None),
            ("a miss was told late", told("missed", after, None), Some((1, 1, 1))),
        ];
        let week = Week { hits: vec![ClockId::from("met")], misses: vec![ClockId::from("missed")] };
        for (what, told, expected) in cases {
            let then = week.known_at(close, &BTreeMap::from([told]));
            let counts = then.map(|then| {
                (then.hits.len(), then.hits.len() + then.misses.len(), then.late.len())
            });
            assert_eq!(counts, expected, "{what}");
        }
    }
}
