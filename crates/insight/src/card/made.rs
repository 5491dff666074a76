//! The card is made, then tried.

use std::collections::BTreeMap;

use domain::{
    condition::Root,
    rate::Rate,
    shown::{Thing, Trait},
};

use super::{
    Card, DOUBLES, Earns, Gate, HITS_MIN, HITS_PER_RULE, Leads, Looked, NoCard, RULES_MAX, Ranks,
    things::{self, Shown},
};
use crate::{
    logistic::{Alike, Weights},
    ranking::{self, Sum},
    scale::{Scale, information},
};

/// What tells less than this is held for chance. Source: the usual reading of information values in
/// credit scoring, where less than 0.02 is called not predictive.
const INFORMATION_MIN: f64 = 0.02;
/// Where so many of the leads that show one thing show the other, and the other way round, they are
/// one.
const SAME: f64 = 0.9;
/// How unlikely large weights are: a variance of one.
const PENALTY: f64 = 1.0;
/// The quantile of the normal distribution for 95 %.
const Z: f64 = 1.959_963_984_540_054;
/// So many bands.
const BANDS: usize = 5;

/// Whole points; where they begin is for the threshold.
const SCALE: Scale = Scale { doubles: DOUBLES, points: 0.0, odds: 1.0 };

/// The card of the earlier leads, tried on the later ones.
pub(super) fn card(traits: &[Trait], earlier: &[Looked], later: &[Looked]) -> Result<Card, NoCard> {
    let rate = rate(earlier.iter());
    let (Some(made), Some(tried)) = (span(earlier), span(later)) else {
        return Err(NoCard::TooFew { hits: rate.hits(), n: rate.n() });
    };
    if rate.hits() < HITS_MIN || rate.n() - rate.hits() < HITS_MIN {
        return Err(NoCard::TooFew { hits: rate.hits(), n: rate.n() });
    }
    let shown = things::found(traits, earlier);
    let mut things: Vec<Thing> = shown.iter().map(|shown| shown.thing.clone()).collect();
    let Some((rules, base)) = earning(chosen(shown, rate.hits(), earlier.len()), earlier) else {
        return Err(NoCard::NothingTells { things });
    };
    things.retain(|thing| rules.iter().all(|rule| rule.thing != *thing));
    let mut card = Card {
        left_out: things,
        rules,
        base,
        made,
        tried,
        ranks: None,
        ranks_today: None,
        calibration: None,
        bands: Vec::new(),
        gates: Vec::new(),
        met_today: met_today(later),
        threshold: 0,
        worked: worked(later),
    };
    tries(&mut card, traits, later);
    Ok(card)
}

fn rate<'a>(leads: impl Iterator<Item = &'a Looked>) -> Rate {
    let (n, hits) = leads.fold((0, 0), |(n, hits), lead| (n + 1, hits + u64::from(lead.hit)));
    Rate::of(hits, n).expect("hits are among the leads")
}

fn span(leads: &[Looked]) -> Option<Leads> {
    let (first, last) = (leads.first()?, leads.last()?);
    Some(Leads { from: first.at, to: last.at, rate: rate(leads.iter()) })
}

fn worked(leads: &[Looked]) -> Rate {
    let worked = leads.iter().filter(|lead| lead.worked).count() as u64;
    Rate::of(worked, leads.len() as u64).expect("the worked are among the leads")
}

fn met_today(leads: &[Looked]) -> Option<Rate> {
    let judged = leads.iter().all(|lead| lead.today.is_some());
    let met = leads.iter().filter(|lead| lead.today.is_some_and(|(_, met)| met));
    judged.then(|| rate(met))
}

/// The most telling things that are not the same as another, at most one for so many hits.
fn chosen(shown: Vec<Shown>, hits: u64, leads: usize) -> Vec<Shown> {
    let mut shown: Vec<(f64, Shown)> = shown
        .into_iter()
        .map(|shown| (information(shown.with, shown.without), shown))
        .filter(|(information, _)| *information >= INFORMATION_MIN)
        .collect();
    shown.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.thing.cmp(&b.1.thing)));
    let most = usize::try_from(hits / HITS_PER_RULE).unwrap_or(RULES_MAX).min(RULES_MAX);
    let mut chosen: Vec<Shown> = Vec::new();
    for (_, other) in shown {
        let is_same = |known: &Shown| {
            let both = known.leads.intersection(&other.leads).count() as f64;
            both > SAME * known.leads.len().max(other.leads.len()) as f64
        };
        if chosen.len() < most && !chosen.iter().any(is_same) {
            chosen.push(other);
        }
    }
    without_the_rest(chosen, leads)
}

/// Where the words of one field are those of nearly all leads, the least telling of them says only that
/// it is none of the others, and is left out.
fn without_the_rest(mut chosen: Vec<Shown>, leads: usize) -> Vec<Shown> {
    let field = |shown: &Shown| match &shown.thing {
        Thing::Is(root, field, _) => Some((*root, field.clone())),
        _ => None,
    };
    let mut covered: BTreeMap<(Root, String), usize> = BTreeMap::new();
    for shown in &chosen {
        // A lead says one word of a field: nobody is counted twice.
        if let Some(field) = field(shown) {
            *covered.entry(field).or_default() += shown.leads.len();
        }
    }
    for (covered_field, _) in covered.iter().filter(|(_, n)| **n as f64 > SAME * leads as f64) {
        let of_it = |shown: &Shown| field(shown).as_ref() == Some(covered_field);
        if let Some(last) = chosen.iter().rposition(of_it) {
            chosen.remove(last);
        }
    }
    chosen
}

/// What each thing earns. Things that come to no whole point are left out, and the others weighed
/// again without them.
fn earning(mut things: Vec<Shown>, leads: &[Looked]) -> Option<(Vec<Earns>, f64)> {
    loop {
        let weights = weighed(&things, leads)?;
        let points: Vec<i64> = weights.of.iter().map(|weight| SCALE.earned(*weight)).collect();
        if points.iter().all(|points| *points != 0) {
            let mut rules: Vec<Earns> = things
                .into_iter()
                .zip(points)
                .map(|(Shown { thing, with, without, .. }, points)| Earns {
                    thing,
                    points,
                    with,
                    without,
                    information: information(with, without),
                })
                .collect();
            rules.sort_by(|a, b| b.points.cmp(&a.points).then_with(|| a.thing.cmp(&b.thing)));
            let is_any = rules.iter().any(|rule| rule.points > 0);
            return is_any.then_some((rules, weights.base));
        }
        let mut points = points.into_iter();
        things.retain(|_| points.next() != Some(0));
    }
}

fn weighed(things: &[Shown], leads: &[Looked]) -> Option<Weights> {
    let mut shown: Vec<Vec<(u16, f64)>> = vec![Vec::new(); leads.len()];
    for (number, thing) in (0..).zip(things) {
        for place in &thing.leads {
            shown[*place as usize].push((number, 1.0));
        }
    }
    let mut alike: BTreeMap<Vec<u16>, (u64, u64)> = BTreeMap::new();
    for (shown, lead) in shown.iter().zip(leads) {
        let key: Vec<u16> = shown.iter().map(|(number, _)| *number).collect();
        let (n, hits) = alike.entry(key).or_default();
        (*n, *hits) = (*n + 1, *hits + u64::from(lead.hit));
    }
    let rows: Vec<Alike> = alike
        .into_iter()
        .map(|(key, (n, hits))| Alike {
            shown: key.into_iter().map(|number| (number, 1.0)).collect(),
            n,
            hits,
        })
        .collect();
    Weights::fitted(&rows, things.len(), PENALTY).ok()
}

/// Tries the card on leads that it has not seen.
fn tries(card: &mut Card, traits: &[Trait], leads: &[Looked]) {
    let mut by_points: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
    let mut by_today: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
    for lead in leads {
        let count = |of: &mut BTreeMap<i64, (u64, u64)>, points: i64| {
            let (n, hits) = of.entry(points).or_default();
            (*n, *hits) = (*n + 1, *hits + u64::from(lead.hit));
        };
        count(&mut by_points, card.points(traits, lead));
        if let Some((today, _)) = lead.today {
            count(&mut by_today, today);
        }
    }
    let sums = sums(by_points);
    let today = sums_of_all(by_today, leads.len());
    card.ranks = ranks(&sums);
    card.ranks_today = today.and_then(|today| ranks(&today));
    let said: Vec<(f64, Rate)> =
        sums.iter().map(|sum| (card.log_odds(sum.points), sum.rate)).collect();
    card.calibration = ranking::calibration(&said);
    card.bands = ranking::bands(&sums, &marks(&sums));
    card.gates = gates(&sums, weeks(&card.tried));
    card.threshold = threshold(&card.gates, card.met_today, card.tried.rate);
}

fn sums(of: BTreeMap<i64, (u64, u64)>) -> Vec<Sum> {
    let sum = |(points, (n, hits))| Some(Sum { points, rate: Rate::of(hits, n)? });
    of.into_iter().filter_map(sum).collect()
}

/// The sums, where every lead has one.
fn sums_of_all(of: BTreeMap<i64, (u64, u64)>, all: usize) -> Option<Vec<Sum>> {
    let n: u64 = of.values().map(|(n, _)| n).sum();
    (n == all as u64).then(|| sums(of))
}

fn ranks(sums: &[Sum]) -> Option<Ranks> {
    let auc = ranking::auc(sums)?;
    let (n, hits) =
        sums.iter().fold((0, 0), |(n, hits), sum| (n + sum.rate.n(), hits + sum.rate.hits()));
    let (hits, misses) = (hits as f64, (n - hits) as f64);
    let (q1, q2) = (auc / (2.0 - auc), 2.0 * auc * auc / (1.0 + auc));
    let square =
        auc * (1.0 - auc) + (hits - 1.0) * (q1 - auc * auc) + (misses - 1.0) * (q2 - auc * auc);
    let half = Z * (square.max(0.0) / (hits * misses)).sqrt();
    Some(Ranks { auc, low: (auc - half).max(0.0), high: (auc + half).min(1.0) })
}

/// Where bands begin: each band above the last has about a fifth of the leads, and more where many
/// have the same points.
fn marks(sums: &[Sum]) -> Vec<i64> {
    let n: u64 = sums.iter().map(|sum| sum.rate.n()).sum();
    let (mut marks, mut here) = (Vec::new(), 0);
    for sum in sums.iter().rev() {
        here += sum.rate.n();
        if here * BANDS as u64 >= n {
            marks.push(sum.points);
            here = 0;
        }
    }
    marks
}

fn weeks(leads: &Leads) -> Option<f64> {
    let weeks = leads.to.duration_since(leads.from).as_secs_f64() / (7.0 * 86_400.0);
    (weeks >= 4.0).then_some(weeks)
}

fn gates(sums: &[Sum], weeks: Option<f64>) -> Vec<Gate> {
    let (mut n, mut hits) = (0, 0);
    let mut gates: Vec<Gate> = sums
        .iter()
        .rev()
        .filter_map(|sum| {
            (n, hits) = (n + sum.rate.n(), hits + sum.rate.hits());
            let per_week = weeks.map(|weeks| n as f64 / weeks);
            Some(Gate { points: sum.points, through: Rate::of(hits, n)?, per_week })
        })
        .collect();
    gates.reverse();
    gates
}

/// The lowest threshold that lets through no more than the rule of today did; where there is none, or
/// it let nothing through, the one that parts best those that came to it from the others.
fn threshold(gates: &[Gate], met_today: Option<Rate>, all: Rate) -> i64 {
    let above = gates.iter().filter(|gate| gate.points > 0);
    let today = met_today.map(|met| met.n()).filter(|n| *n > 0);
    let bearable = today.and_then(|n| above.clone().find(|gate| gate.through.n() <= n));
    let parts = |gate: &Gate| {
        let (n, hits) = (gate.through.n() as f64, gate.through.hits() as f64);
        let (all, won) = (all.n() as f64, all.hits() as f64);
        hits / won.max(1.0) - (n - hits) / (all - won).max(1.0)
    };
    let best = || above.clone().max_by(|a, b| parts(a).total_cmp(&parts(b)));
    bearable.or_else(best).map_or(1, |gate| gate.points)
}
