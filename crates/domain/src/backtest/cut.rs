//! Which leads a number of a backtest is made of, and how many each counts for.

use std::str::FromStr;

use jiff::{Timestamp, civil::Date};

use super::{
    tally::{Group, Span},
    tried::{Became, Goal, Implied, ImpliedClock, Rule, Tried, Untold},
};
use crate::{limit::monday_of, points::Points, qualification::Crossing};

/// Leads behind a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// All that had come to be.
    Leads,
    /// Those that could not be judged.
    NotJudged,
    /// Those that a rule found.
    Found(Rule),
    /// Those that a rule found, and of which this became.
    Of(Rule, Goal, Became),
    /// Those that a rule found, and of which it is known whether they came to this.
    Known(Rule, Goal),
    /// A group.
    Group(Group),
    /// Those of a group of which this became.
    Became(Group, Goal, Became),
    /// Those with a win in the time; each win counts.
    Wins,
    /// The wins that a rule had found before the opportunity was opened.
    WinsFoundBy(Rule),
    /// Those that sales took on in the time.
    TakenOn,
    /// Of them, those that a rule had found before.
    TakenOnFoundBy(Rule),
    /// Those that a rule found in the week of a Monday.
    Week(Rule, Date),
    /// Those on which a rule would have started a clock in the time: of the service level at this
    /// place, and ending so.
    Clocks(Rule, u16, Implied),
    /// Those whose highest threshold in the time lies from one on and below another; without end
    /// where there is none.
    Reaches(Points, Option<Points>),
    /// Those that are older than the first fact of a kind, by the kind's place in the replay.
    Older(u16),
    /// Those of which a field was not told.
    Untold(Untold),
    /// Those of which facts were learnt late; each fact counts.
    Late,
}

impl Cut {
    /// How many a lead counts for; 0 where it is not one of them.
    pub fn counts(self, tried: &Tried, span: &Span) -> u64 {
        if !span.has_come(tried) {
            return 0;
        }
        let has = |goal, became| {
            self.judged_from(tried, span).is_some_and(|at| span.became(tried, goal, at) == became)
        };
        let is_in = |group| span.found(tried).is_some_and(|(found, _)| found == group);
        let by = |rule| span.found_by(tried, rule).is_some();
        u64::from(match self {
            Cut::Leads => true,
            Cut::NotJudged => span.is_not_judged(tried),
            Cut::Found(rule) => by(rule),
            Cut::Of(rule, goal, became) => by(rule) && has(goal, became),
            Cut::Known(rule, goal) => by(rule) && !has(goal, Became::Unknown),
            Cut::Group(group) => is_in(group),
            Cut::Became(group, goal, became) => is_in(group) && has(goal, became),
            Cut::Wins => return span.wins(tried).count() as u64,
            Cut::WinsFoundBy(rule) => return span.wins_found(tried, rule).count() as u64,
            Cut::TakenOn => span.taken_on(tried).is_some(),
            Cut::TakenOnFoundBy(rule) => span.taken_on_found(tried, rule),
            Cut::Week(rule, monday) => {
                span.found_by(tried, rule).is_some_and(|at| monday_of(at, &span.zone) == monday)
            }
            Cut::Clocks(rule, level, implied) => {
                span.clocks(tried, rule).contains(&ImpliedClock { level, implied })
            }
            Cut::Reaches(from, below) => span.highest_in_time(tried).is_some_and(|highest| {
                // Whoever always reaches it stands at the end.
                let is_always = highest.reach == Crossing::ALWAYS;
                let is_below = below.is_none_or(|below| !is_always && highest.reach < below);
                (is_always || highest.reach >= from) && is_below
            }),
            Cut::Older(kind) => tried.gaps.contains(&kind),
            Cut::Untold(untold) => tried.untold.contains(&untold),
            Cut::Late => return u64::from(tried.late),
        })
    }

    /// From when on it is judged what became of a lead: from when the rule found it that this is
    /// about, else from when the first of both did.
    pub fn judged_from(self, tried: &Tried, span: &Span) -> Option<Timestamp> {
        match self {
            Cut::Found(rule) | Cut::Of(rule, ..) | Cut::Known(rule, _) | Cut::Week(rule, _) => {
                span.found_by(tried, rule)
            }
            _ => span.found(tried).map(|(_, at)| at),
        }
    }

    /// As an address says it.
    pub fn key(self) -> String {
        match self {
            Cut::Leads => "leads".to_owned(),
            Cut::NotJudged => "not_judged".to_owned(),
            Cut::Found(rule) => rule_word(rule).to_owned(),
            Cut::Of(rule, goal, became) => {
                format!("{}.{}", rule_word(rule), ending(goal, became))
            }
            Cut::Known(rule, goal) => format!("{}.{}", rule_word(rule), known_word(goal)),
            Cut::Group(group) => group_word(group).to_owned(),
            Cut::Became(group, goal, became) => {
                format!("{}.{}", group_word(group), ending(goal, became))
            }
            Cut::Wins => "wins".to_owned(),
            Cut::WinsFoundBy(rule) => format!("wins.{}", rule_word(rule)),
            Cut::TakenOn => "taken_on".to_owned(),
            Cut::TakenOnFoundBy(rule) => format!("taken_on.{}", rule_word(rule)),
            Cut::Week(rule, monday) => format!("{}.{monday}", rule_word(rule)),
            Cut::Clocks(rule, level, implied) => {
                format!("clocks.{}.{level}.{}", rule_word(rule), implied_word(implied))
            }
            Cut::Reaches(from, below) => {
                let below = below.map(|below| format!(".{}", below.0)).unwrap_or_default();
                format!("reaches.{}{below}", from.0)
            }
            Cut::Older(kind) => format!("older.{kind}"),
            Cut::Untold(Untold::Ever(field)) => format!("untold.{field}"),
            Cut::Untold(Untold::Before(field)) => format!("untold_before.{field}"),
            Cut::Late => "late".to_owned(),
        }
    }
}

/// The rule, the service level and the end of a key.
fn clocks(rest: &str) -> Option<Cut> {
    let [rule, level, end] = rest.split('.').collect::<Vec<_>>().try_into().ok()?;
    let (_, rule) = RULES.iter().find(|(known, _)| *known == rule)?;
    let (_, implied) = Implied::ALL.iter().find(|(known, _)| *known == end)?;
    Some(Cut::Clocks(*rule, level.parse().ok()?, *implied))
}

fn implied_word(implied: Implied) -> &'static str {
    Implied::ALL.iter().find(|(_, known)| *known == implied).expect("all are listed").0
}

/// The thresholds of a key, in thousandths.
fn reaches(rest: &str) -> Option<Cut> {
    let points = |text: &str| text.parse().ok().map(Points);
    match rest.split_once('.') {
        None => points(rest).map(|from| Cut::Reaches(from, None)),
        Some((from, below)) => Some(Cut::Reaches(points(from)?, Some(points(below)?))),
    }
}

const RULES: [(&str, Rule); 2] = [("today", Rule::Today), ("proposed", Rule::Proposed)];
const GROUPS: [(&str, Group); 5] = [
    ("both", Group::Both),
    ("leave", Group::Leave),
    ("enter", Group::Enter),
    ("proposed_before", Group::ProposedBefore),
    ("today_before", Group::TodayBefore),
];
const ENDINGS: [(&str, (Goal, Became)); 6] = [
    ("won", (Goal::Won, Became::Yes)),
    ("lost", (Goal::Won, Became::No)),
    ("unknown", (Goal::Won, Became::Unknown)),
    ("taken_on", (Goal::TakenOn, Became::Yes)),
    ("not_taken_on", (Goal::TakenOn, Became::No)),
    ("unknown_taken_on", (Goal::TakenOn, Became::Unknown)),
];

const KNOWN: [(&str, Goal); 2] = [("known", Goal::Won), ("known_taken_on", Goal::TakenOn)];

fn known_word(goal: Goal) -> &'static str {
    KNOWN.iter().find(|(_, known)| *known == goal).expect("both are listed").0
}

fn rule_word(rule: Rule) -> &'static str {
    RULES.iter().find(|(_, known)| *known == rule).expect("both are listed").0
}

fn group_word(group: Group) -> &'static str {
    GROUPS.iter().find(|(_, known)| *known == group).expect("all are listed").0
}

fn ending(goal: Goal, became: Became) -> &'static str {
    ENDINGS.iter().find(|(_, known)| *known == (goal, became)).expect("all are listed").0
}

/// There is no such number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSuchCut;

impl FromStr for Cut {
    type Err = NoSuchCut;

    fn from_str(key: &str) -> Result<Cut, NoSuchCut> {
        fn of<T: Copy>(all: &[(&str, T)], word: &str) -> Option<T> {
            all.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
        }
        let (word, rest) =
            key.split_once('.').map_or((key, None), |(word, rest)| (word, Some(rest)));
        let rule = rest.and_then(|rest| of(&RULES, rest));
        let ending = rest.and_then(|rest| of(&ENDINGS, rest));
        let known = rest.and_then(|rest| of(&KNOWN, rest));
        let monday = rest.and_then(|rest| rest.parse::<Date>().ok());
        let cut = match (word, rest) {
            ("leads", None) => Some(Cut::Leads),
            ("not_judged", None) => Some(Cut::NotJudged),
            ("wins", None) => Some(Cut::Wins),
            ("wins", Some(_)) => rule.map(Cut::WinsFoundBy),
            ("taken_on", None) => Some(Cut::TakenOn),
            ("taken_on", Some(_)) => rule.map(Cut::TakenOnFoundBy),
            ("reaches", Some(rest)) => reaches(rest),
            ("clocks", Some(rest)) => clocks(rest),
            ("late", None) => Some(Cut::Late),
            ("older", Some(rest)) => rest.parse().ok().map(Cut::Older),
            ("untold", Some(rest)) => rest.parse().ok().map(Untold::Ever).map(Cut::Untold),
            ("untold_before", Some(rest)) => rest.parse().ok().map(Untold::Before).map(Cut::Untold),
            (word, rest) => match (of(&RULES, word), of(&GROUPS, word)) {
                (Some(rule), _) if rest.is_none() => Some(Cut::Found(rule)),
                (Some(rule), _) => ending
                    .map(|(goal, became)| Cut::Of(rule, goal, became))
                    .or_else(|| known.map(|goal| Cut::Known(rule, goal)))
                    .or_else(|| monday.map(|monday| Cut::Week(rule, monday))),
                (_, Some(group)) if rest.is_none() => Some(Cut::Group(group)),
                (_, Some(group)) => ending.map(|(goal, became)| Cut::Became(group, goal, became)),
                _ => None,
            },
        };
        cut.ok_or(NoSuchCut)
    }
}
