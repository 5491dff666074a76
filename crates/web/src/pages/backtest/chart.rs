//! The two charts of a backtest: thresholds, and weeks.

use std::collections::BTreeMap;

use domain::{
    backtest::{Backtest, Became, Cut, Goal, Group, Rule},
    lever::levers,
    points::Points,
    qualification::Crossing,
};
use jiff::{ToSpan, civil::Date};

use super::{Asked, LeverView, Shown};
use crate::{
    charts::{
        LeverChart, Load,
        lever::{Named, Step},
        load::Week,
    },
    markup::Markup,
};

/// In so many steps at most the thresholds are drawn.
const STEPS: i64 = 25;

/// The lever with its chart, where the definition has one.
pub(super) fn lever(
    shown: &Shown<'_>,
    counted: &Backtest,
    here: &Asked,
    open: &dyn Fn(u64, Cut) -> Markup,
) -> Option<LeverView> {
    let lever = shown.replay.lever.as_ref()?;
    let at = shown.span.threshold.unwrap_or(lever.at);
    let today = shown.replay.today.as_ref().and_then(|(_, definition)| {
        let all = levers(&definition.qualifies_when);
        all.into_iter().find(|other| other.score == lever.score).map(|other| other.at)
    });
    let signed = shown
        .replay
        .today
        .as_ref()
        .map(|(version, definition)| format!("/agreement/{version}#c{}", definition.clause));
    let scale = Scale::around(lever.at, today);
    let name = |points: Points| points.to_string();
    let chart = LeverChart {
        steps: scale.steps(shown, here),
        csv: Some(file(&here.leads(shown.version, Cut::Leads))),
        today: today.map(|at| {
            let (words, href) = (format!("today {}", name(at)), signed.unwrap_or_default());
            Named { at: scale.place(at), words, href }
        }),
        proposed: Named {
            at: scale.place(at),
            words: format!("proposed {}", name(at)),
            href: "#threshold".to_owned(),
        },
    };
    let won = |group: Group, n: u64| open(n, Cut::Became(group, Goal::Won, Became::Yes));
    let title = match today {
        Some(_) => Markup::text("Of ")
            .and(open(counted.leave.all, Cut::Group(Group::Leave)))
            .and_text(" leads that leave, ")
            .and(won(Group::Leave, counted.leave.won))
            .and_text(" were won; of ")
            .and(open(counted.enter.all, Cut::Group(Group::Enter)))
            .and_text(" that enter, ")
            .and(won(Group::Enter, counted.enter.won)),
        None => Markup::text("Leads by the highest threshold that they reach"),
    };
    Some(LeverView {
        title,
        n: open(counted.leads, Cut::Leads),
        twin: chart.twin(),
        chart,
        score: lever.score.replace('_', " "),
        low: name(scale.low),
        high: name(scale.high()),
        step: name(scale.step),
        at: name(at),
    })
}

/// Where thresholds lie.
struct Scale {
    low: Points,
    step: Points,
    steps: i64,
}

impl Scale {
    /// Steps that are easily read, around the thresholds of the two texts: wherever one is tried,
    /// the scale stays.
    fn around(proposed: Points, today: Option<Points>) -> Scale {
        let all = [Some(proposed), today];
        let (low, high) = all
            .into_iter()
            .flatten()
            .fold((i64::MAX, i64::MIN), |(low, high), at| (low.min(at.0), high.max(at.0)));
        let reach = (proposed.0.abs() / 2).max(high - low).max(5_000);
        let least = (high - low + 2 * reach) / STEPS;
        let nice = (0..9).flat_map(|ten| [1, 2, 5].map(|n| n * 10_i64.pow(ten)));
        let step = nice.map(|n| n * 100).find(|step| *step >= least).unwrap_or(least).max(1);
        let low = ((low - reach).max(0) / step) * step;
        let steps = (high + reach - low + step - 1) / step;
        Scale { low: Points(low), step: Points(step), steps }
    }

    fn high(&self) -> Points {
        Points(self.low.0 + self.steps * self.step.0)
    }

    /// As a share of the width.
    fn place(&self, at: Points) -> f64 {
        ((at.0 - self.low.0) as f64 / (self.steps * self.step.0) as f64).clamp(0.0, 1.0)
    }

    /// Leads of the time by the highest threshold that they reach in it.
    fn steps(&self, shown: &Shown<'_>, here: &Asked) -> Vec<Step> {
        let mut counts: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
        for tried in &shown.replay.rows {
            let Some(highest) = shown.span.highest_in_time(tried) else { continue };
            let place = match highest.reach {
                Crossing::ALWAYS => self.steps - 1,
                reach => ((reach.0 - self.low.0).div_euclid(self.step.0)).min(self.steps - 1),
            };
            if place < 0 {
                continue;
            }
            let at = counts.entry(place).or_default();
            at.0 += 1;
            let won = shown.span.became(tried, Goal::Won, highest.at);
            at.1 += u64::from(won == Became::Yes);
        }
        let step = |place: i64| {
            let (leads, won) = counts.get(&place).copied().unwrap_or_default();
            let from = Points(self.low.0 + place * self.step.0);
            let below = Points(from.0 + self.step.0);
            let cut = Cut::Reaches(from, (place + 1 < self.steps).then_some(below));
            Step { from: from.to_string(), leads, won, href: here.leads(shown.version, cut) }
        };
        (0..self.steps).map(step).collect()
    }
}

/// The address of a list as a file.
fn file(href: &str) -> String {
    href.replacen("/leads?", "/leads.csv?", 1)
}

/// Leads a week; of a long time the last 52 weeks are drawn.
pub(super) fn load(shown: &Shown<'_>, counted: &Backtest, here: &Asked) -> Load {
    let today = shown.time.now().to_zoned(shown.span.zone.clone()).date();
    // A week that the time cuts, or that is not over, has fewer leads than a whole one.
    let is_partial = |monday: Date| {
        let sunday = monday.saturating_add(6.days());
        monday < shown.span.from || sunday > shown.span.to.min(today)
    };
    let each = counted.weeks.iter().map(|(monday, (today, proposed))| Week {
        label: monday.strftime("%-d %b").to_string(),
        today: *today,
        proposed: *proposed,
        href: here.leads(shown.version, Cut::Week(Rule::Proposed, *monday)),
        today_href: here.leads(shown.version, Cut::Week(Rule::Today, *monday)),
        is_partial: is_partial(*monday),
    });
    let mut weeks: Vec<Week> = each.collect();
    let skipped = weeks.len().saturating_sub(52);
    let drawn = weeks.split_off(skipped);
    Load {
        earlier: weeks.iter().map(|week| (week.today, week.proposed)).collect(),
        weeks: drawn,
        takes: shown.takes.as_ref().map(|ahead| ahead.a_week),
        agreed: shown.in_force.map(|version| (version, "/routing".to_owned())),
        has_today: shown.replay.today.is_some(),
        csv: Some(file(&here.leads(shown.version, Cut::Found(Rule::Proposed)))),
    }
}
