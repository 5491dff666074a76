//! The clocks that each rule would have started, and how they would have ended.

use std::collections::BTreeSet;

use domain::backtest::{Backtest, Cut, Implied, Rule};
use engine::backtest::Replay;

use crate::{markup::Markup, pages::leads::row::level_words};

/// The clocks of a service level that a rule would have started, and how they would have ended.
pub(super) struct ClocksLine {
    pub(super) name: String,
    pub(super) ends: Vec<(&'static str, Markup)>,
}

/// A line for each service level and each rule.
pub(super) fn lines(
    replay: &Replay,
    counted: &Backtest,
    open: &dyn Fn(u64, Cut) -> Markup,
) -> Vec<ClocksLine> {
    let levels = [Rule::Today, Rule::Proposed].map(|rule| counted.clocks(rule).levels());
    let levels: BTreeSet<u16> = levels.into_iter().flatten().collect();
    let line = |place: u16, rule: Rule| {
        let name = level(replay, place);
        let name = match (&replay.today, rule) {
            (None, _) => name,
            (Some(_), Rule::Today) => format!("{name}, today’s rule"),
            (Some(_), Rule::Proposed) => format!("{name}, proposed"),
        };
        let end = |(_, end): (_, Implied)| {
            let n = counted.clocks(rule).of(place, end);
            (over(end), open(n, Cut::Clocks(rule, place, end)))
        };
        ClocksLine { name, ends: Implied::ALL.into_iter().map(end).collect() }
    };
    let rules: &[Rule] = match replay.today {
        Some(_) => &[Rule::Today, Rule::Proposed],
        None => &[Rule::Proposed],
    };
    levels
        .into_iter()
        .flat_map(|level| rules.iter().map(move |rule| (level, *rule)))
        .map(|(level, rule)| line(level, rule))
        .collect()
}

/// How a clock would have ended, over its column.
fn over(end: Implied) -> &'static str {
    match end {
        Implied::InTime => "In time",
        Implied::NotInTime => "Not in time",
        Implied::NotAsked => "Unknown: not asked then",
        Implied::NotOver => "Unknown: not over",
    }
}

/// What a service level of the text is called.
pub(super) fn level(replay: &Replay, place: u16) -> String {
    replay.level(place).map_or_else(|| "A service level".to_owned(), |level| level_words(&level.id))
}

/// The same of one clock, in a heading.
pub(super) fn ended(end: Implied) -> &'static str {
    match end {
        Implied::InTime => "done in time",
        Implied::NotInTime => "not done in time, though sales was asked",
        Implied::NotAsked => "not done in time, and sales was not asked then",
        Implied::NotOver => "not over, or without a verdict",
    }
}
