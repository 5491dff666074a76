//! The pipeline: what is open, what was won and lost, how often and how fast.
//!
//! Amounts of different currencies are never added up, and a deal without an amount is never
//! taken for one of 0.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use crate::counted::{Counted, Measure, Part, Total};
use crate::group::{Dimensioned, Dimensions, GroupKey, Grouped};
use crate::money::{Currency, Money};
use crate::rate::Share;
use crate::spread::{SpanUnit, Spread};
use crate::window::days_between;

/// How an opportunity stands. *No decision* is an outcome of its own, not a kind of loss.
/// Source: domain.md 1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Not closed.
    Open,
    /// Signed.
    Won,
    /// Given to somebody else, or refused.
    Lost,
    /// Closed without a decision, or derailed.
    NoDecision,
}

/// One opportunity, as the report reads it; `I` is its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpportunityRow<I> {
    /// The opportunity.
    pub id: I,
    /// What it can be told apart by, such as `region`, `product` or `rep`.
    pub dimensions: Dimensions,
    /// How it stands.
    pub outcome: Outcome,
    /// Its amount, if one is known.
    pub amount: Option<Money>,
    /// The date from which its sales cycle counts; the caller states which date that is.
    pub opened_on: Option<Date>,
    /// The date of closing.
    pub closed_on: Option<Date>,
    /// The stage it is in.
    pub stage: Option<String>,
}

impl<I> Dimensioned for OpportunityRow<I> {
    fn dimensions(&self) -> &Dimensions {
        &self.dimensions
    }
}

/// The figures of a set of opportunities.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pipeline<I> {
    /// All of them.
    pub all: Counted<I>,
    /// Not closed.
    pub open: Counted<I>,
    /// Closed with any outcome.
    pub closed: Counted<I>,
    /// Won.
    pub won: Counted<I>,
    /// Lost.
    pub lost: Counted<I>,
    /// Closed without a decision.
    pub no_decision: Counted<I>,
    /// Won / (won + lost).
    pub win_rate_narrow: Share<I>,
    /// Won / (won + lost + no decision).
    pub win_rate_broad: Share<I>,
    /// Sums and rates by value, one entry for each currency that occurs.
    pub currencies: Vec<InCurrency<I>>,
    /// Won, but without an amount: in no sum.
    pub won_without_amount: Counted<I>,
    /// Lost or undecided, but without an amount: in no rate by value.
    pub not_won_without_amount: Counted<I>,
    /// Open, but without an amount: in no sum.
    pub open_without_amount: Counted<I>,
    /// The sales cycle of the won.
    pub cycle_won: Cycle<I>,
    /// The sales cycle of the lost.
    pub cycle_lost: Cycle<I>,
    /// The open ones by stage; a blank stage and an unknown one are entries of their own.
    pub open_by_stage: Vec<OpenInStage<I>>,
}

/// What the opportunities in one currency come to. Sums are in minor units.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InCurrency<I> {
    /// The currency.
    pub currency: Currency,
    /// Revenue: the sum of the won.
    pub won: Total<I>,
    /// The sum of the lost.
    pub lost: Total<I>,
    /// The sum of those closed without a decision.
    pub no_decision: Total<I>,
    /// The sum of the open.
    pub open: Total<I>,
    /// The mean of the won that have an amount, rounded half up to a minor unit.
    pub average_won: Option<Money>,
    /// Won / (won + lost), by value. Not told while the lost have no amounts (or only zeros, as
    /// many a CRM writes on losing): it would come out as 100 %.
    pub win_rate_narrow: Measure,
    /// Won / (won + lost + no decision), by value; with the same proviso.
    pub win_rate_broad: Measure,
}

/// How long opportunities were open, in calendar days; closed on the day of opening is 0.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cycle<I> {
    /// The spread of the days from opening to closing; those not closed yet are its open ones.
    pub days: Spread<I>,
    /// Without the date of opening or of closing: not in the spread.
    pub undated: Counted<I>,
    /// Closed before they were opened: not in the spread.
    pub backwards: Counted<I>,
}

/// The open opportunities in one stage.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OpenInStage<I> {
    /// The stage.
    pub stage: GroupKey,
    /// The opportunities.
    pub opportunities: Counted<I>,
}

/// The pipeline of `rows`, told apart `by` a dimension. To look at a period, pass the rows that
/// closed (or were open) in it. Source: domain.md 1.6 (sales cycle), 1.7 (win rates).
pub fn pipeline<I: Ord + Clone>(
    rows: &[OpportunityRow<I>],
    by: Option<&str>,
) -> Grouped<Pipeline<I>> {
    Grouped::of(rows, by, Pipeline::of)
}

impl<I: Ord + Clone> Pipeline<I> {
    fn of(rows: &[&OpportunityRow<I>]) -> Pipeline<I> {
        use Outcome::{Lost, NoDecision, Open, Won};
        let without_amount = |outcomes: &[Outcome]| {
            ids(rows.iter().filter(|row| outcomes.contains(&row.outcome) && row.amount.is_none()))
        };
        Pipeline {
            all: ids(rows),
            open: with_outcome(rows, &[Open]),
            closed: with_outcome(rows, &[Won, Lost, NoDecision]),
            won: with_outcome(rows, &[Won]),
            lost: with_outcome(rows, &[Lost]),
            no_decision: with_outcome(rows, &[NoDecision]),
            win_rate_narrow: win_rate(rows, &[Won, Lost]),
            win_rate_broad: win_rate(rows, &[Won, Lost, NoDecision]),
            currencies: currencies(rows),
            won_without_amount: without_amount(&[Won]),
            not_won_without_amount: without_amount(&[Lost, NoDecision]),
            open_without_amount: without_amount(&[Open]),
            cycle_won: cycle(rows, Won),
            cycle_lost: cycle(rows, Lost),
            open_by_stage: open_by_stage(rows),
        }
    }
}

fn ids<'a, I: Clone + 'a>(rows: impl IntoIterator<Item = &'a &'a OpportunityRow<I>>) -> Counted<I> {
    rows.into_iter().map(|row| row.id.clone()).collect()
}

fn with_outcome<I: Clone>(rows: &[&OpportunityRow<I>], outcomes: &[Outcome]) -> Counted<I> {
    ids(rows.iter().filter(|row| outcomes.contains(&row.outcome)))
}

fn win_rate<I: Clone>(rows: &[&OpportunityRow<I>], outcomes: &[Outcome]) -> Share<I> {
    let closed = rows.iter().filter(|row| outcomes.contains(&row.outcome));
    let marked = closed.map(|row| (row.id.clone(), row.outcome == Outcome::Won));
    Share::split(marked, "nothing was decided")
}

fn currencies<I: Clone>(rows: &[&OpportunityRow<I>]) -> Vec<InCurrency<I>> {
    let mut parted: BTreeMap<Currency, BTreeMap<Outcome, Vec<Part<I>>>> = BTreeMap::new();
    for row in rows {
        if let Some(amount) = row.amount {
            let sums = parted.entry(amount.currency).or_default();
            let part = Part { row: row.id.clone(), value: amount.amount_minor };
            sums.entry(row.outcome).or_default().push(part);
        }
    }
    // A loss without an amount has no currency either, so it is missing in every currency's rate.
    let is_unvalued = |outcome| {
        let mut losses = rows.iter().filter(|row| row.outcome == outcome).peekable();
        losses.peek().is_some()
            && losses.all(|row| row.amount.is_none_or(|amount| amount.amount_minor == 0))
    };
    let unvalued = [Outcome::Lost, Outcome::NoDecision].map(is_unvalued);
    parted.into_iter().map(|(currency, sums)| in_currency(currency, sums, unvalued)).collect()
}

fn in_currency<I>(
    currency: Currency,
    mut sums: BTreeMap<Outcome, Vec<Part<I>>>,
    [lost_unvalued, undecided_unvalued]: [bool; 2],
) -> InCurrency<I> {
    let mut sum = |outcome| Total::from_iter(sums.remove(&outcome).unwrap_or_default());
    let [won, lost, no_decision, open] =
        [Outcome::Won, Outcome::Lost, Outcome::NoDecision, Outcome::Open].map(&mut sum);
    let rate = |against: f64, unvalued: bool| {
        if unvalued {
            return Measure::Cannot("what was not won has no amounts");
        }
        let won = won.total() as f64;
        Measure::ratio(won, won + against, "nothing with an amount was decided")
    };
    let [lost_value, undecided_value] = [lost.total() as f64, no_decision.total() as f64];
    InCurrency {
        win_rate_narrow: rate(lost_value, lost_unvalued),
        win_rate_broad: rate(lost_value + undecided_value, lost_unvalued || undecided_unvalued),
        average_won: won.mean().map(|amount_minor| Money { amount_minor, currency }),
        currency,
        won,
        lost,
        no_decision,
        open,
    }
}

fn cycle<I: Clone>(rows: &[&OpportunityRow<I>], outcome: Outcome) -> Cycle<I> {
    let (mut parts, mut undated, mut backwards) =
        (Vec::new(), Counted::default(), Counted::default());
    for row in rows.iter().filter(|row| row.outcome == outcome) {
        let days = row.opened_on.zip(row.closed_on).map(|(from, to)| days_between(from, to));
        match days {
            None => undated.push(row.id.clone()),
            Some(value) if value < 0 => backwards.push(row.id.clone()),
            Some(value) => parts.push(Part { row: row.id.clone(), value }),
        }
    }
    let open = with_outcome(rows, &[Outcome::Open]);
    Cycle { days: Spread::of(SpanUnit::Days, parts, open), undated, backwards }
}

fn open_by_stage<I: Clone>(rows: &[&OpportunityRow<I>]) -> Vec<OpenInStage<I>> {
    let mut parted: BTreeMap<GroupKey, Counted<I>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.outcome == Outcome::Open) {
        parted.entry(GroupKey::of(row.stage.as_deref())).or_default().push(row.id.clone());
    }
    let entry = |(stage, opportunities)| OpenInStage { stage, opportunities };
    parted.into_iter().map(entry).collect()
}

#[cfg(test)]
mod tests;
