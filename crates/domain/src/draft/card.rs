//! A first definition of a qualified lead: what those have that went on and the others have not.
//!
//! Points are weights of evidence: 10 for each doubling of the odds, whole numbers, each counted on
//! its own. With fewer than [`ENOUGH`] that went on, no points are worked out; then each thing that a
//! lead can show counts the same, and one of them is enough. Source: domain.md 3.5.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use jiff::{SignedDuration, Timestamp};

use super::seen::{FEW, Mark, Seen, SeenLead, Word, squeezed};
use crate::rate::{Difference, Rate};

/// Below so many that went on nothing is fitted. Source: domain.md 3.5.
pub const ENOUGH: u64 = 50;
/// So many that went on for each rule, at least. Source: domain.md 3.5.
const PER_RULE: u64 = 10;
/// More rules than this nobody reads.
const RULES_MAX: usize = 6;
/// Points for each doubling of the odds, and for each thing where all count the same.
const POINTS: i64 = 10;
/// Where so many of the leads that have one thing have another, one of the two is enough.
const SAME: f64 = 0.8;
/// Words of sources where the firm reached out, so that the lead has shown nothing yet.
const REACHED_OUT: [&str; 5] = ["cold", "outbound", "purchased", "prospecting", "boughtlist"];

/// When a lead is qualified.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// How many leads the definition judges: those that are on the way, or all where none is.
    pub judged: u64,
    /// What the points rest on.
    pub basis: Basis,
    /// What earns points, the most telling first.
    pub rules: Vec<CardRule>,
    /// From how many points a lead is qualified.
    pub threshold: i64,
    /// The threshold that what was seen suggests.
    pub proposed: i64,
    /// What each threshold would have let through, the lowest first.
    pub gates: Vec<Gate>,
    /// How many leads a week were handed to sales until now, where it is known.
    pub taken_per_week: Option<f64>,
}

/// What the points rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Leads that went on, told apart from those that did not.
    Told(Told),
    /// Too few went on, or nothing tells them apart: all things count the same.
    Same {
        /// How many leads were won.
        won: u64,
        /// How many became an opportunity.
        opened: u64,
    },
    /// No lead shows anything that could count.
    Nothing,
}

/// Who went on, and within which time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// What going on is.
    pub end: End,
    /// Nine of ten of those that went on did so within so many days.
    pub days: i64,
    /// The leads that had so many days.
    pub n: u64,
    /// Those that went on within them.
    pub hits: u64,
}

/// What a lead can go on to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// One of its opportunities was won.
    Won,
    /// It became an opportunity.
    Opened,
}

/// What earns points.
#[derive(Debug, Clone, PartialEq)]
pub struct CardRule {
    /// What the lead has.
    pub mark: Mark,
    /// What it earns.
    pub points: i64,
    /// Of those that have it, how many went on.
    pub with: Rate,
    /// Of the others.
    pub without: Rate,
}

/// What a threshold would have let through.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gate {
    /// The threshold.
    pub points: i64,
    /// How many leads reach it, and how many of them went on.
    pub through: Rate,
    /// Leads a week, where the leads say when they came.
    pub per_week: Option<f64>,
}

impl Card {
    /// What the leads tell that are on the way, or all where none is.
    pub(super) fn of(seen: &Seen) -> Card {
        let is_any = seen.leads.iter().any(SeenLead::is_on_the_way);
        let leads = seen.leads.iter().filter(|lead| !is_any || lead.is_on_the_way());
        let leads: Vec<&SeenLead> = leads.collect();
        let told =
            [End::Won, End::Opened].into_iter().find_map(|end| told(&leads, end, seen.as_of));
        Card { judged: leads.len() as u64, ..told.unwrap_or_else(|| same(&leads)) }
    }

    /// The points of a lead that has everything.
    pub fn most(&self) -> i64 {
        let mut fields: BTreeMap<(&str, &str), i64> = BTreeMap::new();
        let mut most = 0;
        for rule in &self.rules {
            // A field says one thing at a time.
            match &rule.mark {
                Mark::Lead(name, _) => add_most(&mut fields, ("lead", name), rule.points),
                Mark::Account(name, _) => add_most(&mut fields, ("account", name), rule.points),
                Mark::Did(_) => most += rule.points,
            }
        }
        most + fields.values().sum::<i64>()
    }

    /// The threshold's gate, if a lead can stand there.
    pub fn gate(&self) -> Option<&Gate> {
        self.gates.iter().find(|gate| gate.points >= self.threshold)
    }
}

fn add_most<'a>(fields: &mut BTreeMap<(&str, &'a str), i64>, of: (&'static str, &'a str), n: i64) {
    let most = fields.entry(of).or_default();
    *most = (*most).max(n);
}

/// When a lead went on.
fn at(lead: &SeenLead, end: End) -> Option<Timestamp> {
    match end {
        End::Won => lead.won_at,
        End::Opened => lead.opened_at,
    }
}

/// The whole days from one instant up to a later one, begun ones too.
fn days(from: Timestamp, to: Timestamp) -> i64 {
    (to.duration_since(from).as_secs() + 86_399).div_euclid(86_400)
}

/// The points that tell those that went on from the others, where enough did.
fn told(leads: &[&SeenLead], end: End, as_of: Timestamp) -> Option<Card> {
    let took = |lead: &SeenLead| Some(days(lead.created_at?, at(lead, end)?)).filter(|d| *d >= 0);
    let mut all: Vec<i64> = leads.iter().filter_map(|lead| took(lead)).collect();
    all.sort_unstable();
    let within = all.get((all.len() * 9).div_ceil(10).checked_sub(1)?).copied()?.max(1);
    let had_time = |lead: &&SeenLead| {
        let until = |at: Timestamp| at + SignedDuration::from_hours(24 * within);
        lead.created_at.is_some_and(|at| until(at) <= as_of)
    };
    let all = leads;
    let leads: Vec<(&SeenLead, bool)> = all
        .iter()
        .copied()
        .filter(had_time)
        .map(|lead| (lead, took(lead).is_some_and(|days| days <= within)))
        .collect();
    let (n, hits) = (leads.len() as u64, leads.iter().filter(|(_, hit)| *hit).count() as u64);
    if hits < ENOUGH {
        return None;
    }
    let rules = telling(&leads, hits);
    if rules.is_empty() {
        return None;
    }
    let told = Told { end, days: within, n, hits };
    let gates = gates(&rules, &leads);
    let taken_per_week = taken_per_week(all);
    let threshold = best(&gates, told, taken_per_week)?;
    let basis = Basis::Told(told);
    Some(Card { judged: 0, basis, rules, threshold, proposed: threshold, gates, taken_per_week })
}

/// The marks that clearly more of those have that went on, the most telling first.
fn telling(leads: &[(&SeenLead, bool)], hits: u64) -> Vec<CardRule> {
    let mut having: BTreeMap<&Mark, BTreeSet<usize>> = BTreeMap::new();
    for (place, (lead, _)) in leads.iter().enumerate() {
        for mark in &lead.marks {
            having.entry(mark).or_default().insert(place);
        }
    }
    let mut found: Vec<(f64, CardRule, BTreeSet<usize>)> = having
        .into_iter()
        .filter_map(|(mark, places)| {
            let (rule, information) = weigh(mark, &places, leads, hits)?;
            Some((information, rule, places))
        })
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.mark.cmp(&b.1.mark)));
    let most = RULES_MAX.min(usize::try_from(hits / PER_RULE).unwrap_or(RULES_MAX));
    let mut chosen: Vec<(CardRule, BTreeSet<usize>)> = Vec::new();
    for (_, rule, places) in found {
        let is_same = |(_, others): &(CardRule, BTreeSet<usize>)| {
            let both = places.intersection(others).count() as f64;
            both > SAME * places.len().min(others.len()) as f64
        };
        if chosen.len() < most && !chosen.iter().any(is_same) {
            chosen.push((rule, places));
        }
    }
    chosen.into_iter().map(|(rule, _)| rule).collect()
}

/// A mark's points and its information value; nothing where it is rare, or no clear advantage.
fn weigh(
    mark: &Mark,
    places: &BTreeSet<usize>,
    leads: &[(&SeenLead, bool)],
    hits: u64,
) -> Option<(CardRule, f64)> {
    let (n, all) = (places.len() as u64, leads.len() as u64);
    let here = places.iter().filter(|place| leads[**place].1).count() as u64;
    let with = Rate::of(here, n).filter(|_| n >= FEW && all - n >= FEW)?;
    let without = Rate::of(hits - here, all - n)?;
    Difference::newcombe(with, without).filter(|difference| difference.low > 0.0)?;
    let (won, lost) = (hits as f64, (all - hits) as f64);
    let (won_here, lost_here) = (here as f64, (n - here) as f64);
    let weight = (((won_here + 0.5) / (won + 1.0)) / ((lost_here + 0.5) / (lost + 1.0))).ln();
    let points = (POINTS as f64 * weight / std::f64::consts::LN_2).round() as i64;
    let information = (won_here / won - lost_here / lost.max(1.0)) * weight;
    (points > 0).then(|| (CardRule { mark: mark.clone(), points, with, without }, information))
}

/// What each sum of points that a lead has would let through as the threshold.
fn gates(rules: &[CardRule], leads: &[(&SeenLead, bool)]) -> Vec<Gate> {
    let sum = |lead: &SeenLead| -> i64 {
        rules.iter().filter(|rule| lead.marks.contains(&rule.mark)).map(|rule| rule.points).sum()
    };
    let mut sums: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
    for (lead, hit) in leads {
        let (n, hits) = sums.entry(sum(lead)).or_default();
        (*n, *hits) = (*n + 1, *hits + u64::from(*hit));
    }
    let weeks = weeks(leads.iter().filter_map(|(lead, _)| lead.created_at));
    let (mut n, mut hits) = (0, 0);
    let mut gates = Vec::new();
    for (points, (more, more_hits)) in sums.into_iter().rev().filter(|(points, _)| *points > 0) {
        (n, hits) = (n + more, hits + more_hits);
        let per_week = weeks.map(|weeks| n as f64 / weeks);
        gates.extend(Rate::of(hits, n).map(|through| Gate { points, through, per_week }));
    }
    gates.reverse();
    gates
}

/// The threshold that parts best those that went on from the others: the share of the ones that it
/// lets through less the share of the others. Thresholds that let through more a week than sales was
/// handed until now stand back, as long as there is one that does not.
fn best(gates: &[Gate], told: Told, taken_per_week: Option<f64>) -> Option<i64> {
    let parts = |gate: &Gate| {
        let (n, hits) = (gate.through.n() as f64, gate.through.hits() as f64);
        hits / told.hits as f64 - (n - hits) / ((told.n - told.hits) as f64).max(1.0)
    };
    let is_bearable = |gate: &&Gate| match (gate.per_week, taken_per_week) {
        (Some(would), Some(was)) => would <= was,
        _ => true,
    };
    let best = |gates: Vec<&Gate>| {
        let best = gates.into_iter().max_by(|a, b| parts(a).total_cmp(&parts(b)));
        best.map(|gate| gate.points)
    };
    best(gates.iter().filter(is_bearable).collect()).or_else(|| best(gates.iter().collect()))
}

/// How many weeks lie between the first and the last; nothing for less than four.
fn weeks(instants: impl Iterator<Item = Timestamp>) -> Option<f64> {
    let all: Vec<Timestamp> = instants.collect();
    let span = all.iter().max()?.duration_since(*all.iter().min()?);
    let weeks = span.as_secs() as f64 / (7.0 * 86_400.0);
    (weeks >= 4.0).then_some(weeks)
}

/// How many leads a week were handed to sales, where enough were.
fn taken_per_week(leads: &[&SeenLead]) -> Option<f64> {
    let handed: Vec<Timestamp> = leads.iter().filter_map(|lead| lead.handed_over_at).collect();
    let weeks = weeks(handed.iter().copied())?;
    (handed.len() as u64 >= FEW).then_some(handed.len() as f64 / weeks)
}

/// Everything that a lead can show by itself counts the same, and one of it is enough.
fn same(all: &[&SeenLead]) -> Card {
    let leads: Vec<(&SeenLead, bool)> =
        all.iter().map(|lead| (*lead, lead.opened_at.is_some())).collect();
    let won = all.iter().filter(|lead| lead.won_at.is_some()).count() as u64;
    let opened = leads.iter().filter(|(_, hit)| *hit).count() as u64;
    let mut counts: BTreeMap<&Mark, (u64, u64)> = BTreeMap::new();
    for (lead, hit) in &leads {
        for mark in lead.marks.iter().filter(|mark| shows_something(mark)) {
            let (n, hits) = counts.entry(mark).or_default();
            (*n, *hits) = (*n + 1, *hits + u64::from(*hit));
        }
    }
    let mut counts: Vec<(&Mark, (u64, u64))> = counts.into_iter().collect();
    counts.sort_by_key(|(mark, (n, _))| (Reverse(*n), *mark));
    let n_all = leads.len() as u64;
    let rules: Vec<CardRule> = counts
        .into_iter()
        .take(RULES_MAX)
        .filter_map(|(mark, (n, hits))| {
            let with = Rate::of(hits, n)?;
            let without = Rate::of(opened - hits, n_all - n)?;
            Some(CardRule { mark: mark.clone(), points: POINTS, with, without })
        })
        .collect();
    if rules.is_empty() {
        return nothing(n_all);
    }
    let gates = gates(&rules, &leads);
    let taken_per_week = taken_per_week(all);
    let basis = Basis::Same { won, opened };
    Card { judged: 0, basis, rules, threshold: POINTS, proposed: POINTS, gates, taken_per_week }
}

/// Whether a mark is something that the lead did, or how it came without being called upon.
fn shows_something(mark: &Mark) -> bool {
    match mark {
        Mark::Did(_) => true,
        Mark::Lead(name, Word::Text(source)) if name == "source" => {
            !REACHED_OUT.iter().any(|word| squeezed(source).contains(word))
        }
        Mark::Lead(..) | Mark::Account(..) => false,
    }
}

/// The plainest definition, where no lead shows anything: who asks is qualified.
fn nothing(all: u64) -> Card {
    let none = Rate::of(0, 0).expect("nothing of nothing is a rate");
    let without = Rate::of(0, all).expect("nothing of some is a rate");
    let rule = CardRule { mark: Mark::Did(ASKED.to_owned()), points: POINTS, with: none, without };
    let (basis, rules) = (Basis::Nothing, vec![rule]);
    Card {
        judged: 0,
        basis,
        rules,
        threshold: POINTS,
        proposed: POINTS,
        gates: Vec::new(),
        taken_per_week: None,
    }
}

/// What a contact does where nothing was seen.
pub const ASKED: &str = "contact_request";
