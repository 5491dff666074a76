//! What opportunities tell: their stages, what somebody can carry, and what is to be reached.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::seen::{FEW, Seen, SeenEnd, SeenOpportunity, in_order, moves, squeezed};
use crate::{condition::status_word, rate::Rate, window::days_between};

/// The parts of an Agreement that are about opportunities.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Deals {
    /// The stages, in order, each with how many stand there.
    pub stages: Vec<(String, u64)>,
    /// How much one person carries, where enough closed to say.
    pub load: Option<Load>,
    /// What is to be reached, where quotas say.
    pub goal: Option<RevenueGoal>,
}

/// How much one person carries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// Open opportunities of the person in the middle.
    pub at_a_time: u64,
    /// How many people have some.
    pub people: u64,
    /// How many are open.
    pub open: u64,
    /// Half of those that were won took at most so many days.
    pub days_to_win: i64,
    /// Half of those that were not.
    pub days_to_loss: i64,
    /// Of those that closed, those that were won.
    pub won: Rate,
}

/// What is to be reached in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevenueGoal {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// In minor units of the firm's currency.
    pub amount_minor: i64,
    /// Of how many people the quotas are added up; none for a quota of the whole firm.
    pub people: Option<u64>,
}

/// Words of stages in the order in which firms mostly have them; what ends comes last.
const ORDER: [&[&str]; 6] = [
    &["prospect", "pending", "new", "qualif", "lead"],
    &["discovery", "analysis", "engag", "scop", "meeting", "appointment"],
    &["proposal", "quote", "evaluation", "demo", "presentation"],
    &["negotiat", "contract", "signature", "verbal"],
    &["won"],
    &["lost", "nodecision", "unqualified", "duplicate"],
];

impl Deals {
    /// What the opportunities and quotas tell.
    pub(super) fn of(seen: &Seen) -> Deals {
        let goal = goal(seen);
        Deals { stages: stages(&seen.opportunities), load: load(&seen.opportunities), goal }
    }
}

/// The stages in their order. Of two spellings that conditions could not tell apart, the first.
fn stages(all: &[SeenOpportunity]) -> Vec<(String, u64)> {
    let mut known: BTreeMap<String, &String> = BTreeMap::new();
    for stage in all.iter().flat_map(|one| &one.way) {
        known.entry(status_word(&stage.to_lowercase())).or_insert(stage);
    }
    let words: BTreeSet<String> = known.into_values().cloned().collect();
    let moves = moves(all.iter().map(|one| one.way.as_slice()));
    let stands =
        |stage: &String| all.iter().filter(|one| one.way.last() == Some(stage)).count() as u64;
    in_order(words, &moves, rank).into_iter().map(|s| (s.clone(), stands(&s))).collect()
}

/// Where on their way firms mostly have a stage of this name.
pub fn rank(stage: &str) -> u8 {
    let words = squeezed(stage);
    let found = ORDER.iter().rposition(|known| known.iter().any(|word| words.contains(word)));
    found.map_or(1, |rank| u8::try_from(rank).unwrap_or(u8::MAX))
}

/// What one person carries, where enough were won and lost to say.
fn load(all: &[SeenOpportunity]) -> Option<Load> {
    let ended = |end: SeenEnd| -> Vec<i64> {
        let of = all.iter().filter(|one| one.end == end);
        let took = |one: &SeenOpportunity| Some(days_between(one.opened_on?, one.closed_on?));
        let mut days: Vec<i64> = of.filter_map(took).filter(|days| *days >= 0).collect();
        days.sort_unstable();
        days
    };
    let (won, lost) = (ended(SeenEnd::Won), ended(SeenEnd::Lost));
    let mut open: BTreeMap<&String, u64> = BTreeMap::new();
    for one in all.iter().filter(|one| one.end == SeenEnd::Open) {
        if let Some(owner) = &one.owner {
            *open.entry(owner).or_default() += 1;
        }
    }
    let mut carried: Vec<u64> = open.into_values().collect();
    carried.sort_unstable();
    let has_enough = won.len() as u64 >= FEW && lost.len() as u64 >= FEW;
    let days = [middle(&won)?, middle(&lost)?];
    let count = |end| all.iter().filter(|one| one.end == end).count() as u64;
    let (wins, losses) = (count(SeenEnd::Won), count(SeenEnd::Lost));
    // Who is won or lost on the day on which it was opened was written down afterwards.
    if !has_enough || days.contains(&0) {
        return None;
    }
    Some(Load {
        at_a_time: middle(&carried)?,
        people: carried.len() as u64,
        open: carried.iter().sum(),
        days_to_win: days[0],
        days_to_loss: days[1],
        won: Rate::of(wins, wins + losses)?,
    })
}

/// The one in the middle of a list in order; the lower of two.
fn middle<T: Copy>(sorted: &[T]) -> Option<T> {
    sorted.get(sorted.len().checked_sub(1)? / 2).copied()
}

/// What quotas ask for in the period of today, or the next one: the firm's own quota, or those of
/// its people added up.
fn goal(seen: &Seen) -> Option<RevenueGoal> {
    let ahead = || seen.quotas.iter().filter(|quota| quota.to >= seen.today);
    // The period that begins first, and of those the shortest.
    let (from, to) = ahead().map(|quota| (quota.from, quota.to)).min()?;
    let of_period = || ahead().filter(|quota| (quota.from, quota.to) == (from, to));
    if let Some(firm) = of_period().find(|quota| quota.owner.is_none()) {
        return Some(RevenueGoal { from, to, amount_minor: firm.amount_minor, people: None });
    }
    let amount_minor =
        of_period().try_fold(0i64, |sum, quota| sum.checked_add(quota.amount_minor))?;
    Some(RevenueGoal { from, to, amount_minor, people: Some(of_period().count() as u64) })
}
