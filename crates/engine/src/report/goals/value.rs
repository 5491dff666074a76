//! What marketing brought in value, where its goals in force count leads and none was signed in
//! value: the worth of the opportunities that came of the leads handed over.

use std::collections::BTreeMap;

use domain::{
    agreement::{Agreement, Goal, Measure},
    counted::{Counted, Part, Total},
    firm::Side,
    ids::{LeadId, OpportunityId},
    money::Currency,
};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use store::{Reader, StoreError, read::Outcome};

use super::actual::{Reading, window};

/// What the leads handed over in the period of a goal came to so far. Sums are in minor units.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Brought {
    /// The first day of the goal whose period it is, in the Agreement's zone.
    pub from: Date,
    /// Its last day, included.
    pub to: Date,
    /// The leads that were handed over in it.
    pub leads: Counted<LeadId>,
    /// Their opportunities, open or won, that were not opened before the day of the handoff.
    pub opportunities: Counted<OpportunityId>,
    /// What these are worth, by currency.
    pub worth: Vec<Worth>,
    /// Those of them that name no amount: in no sum.
    pub without_amount: Counted<OpportunityId>,
}

/// A sum in one currency.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Worth {
    /// The currency.
    pub currency: Currency,
    /// The sum.
    pub total: Total<OpportunityId>,
}

/// The goal whose period is told of: the first of marketing as a whole that counts leads and holds on
/// the day; none where one in value holds beside it, which tells of that itself.
pub(super) fn asked(agreement: &Agreement, as_of: Timestamp) -> Option<&Goal> {
    let today = agreement.zone.to_datetime(as_of).date();
    let holds = |goal: &&Goal| {
        let is_of_all = goal.side == Side::Marketing && goal.user.is_none();
        is_of_all && goal.from <= today && today <= goal.to
    };
    let of = |measures: &[Measure]| {
        let mut goals = agreement.goals.iter().filter(holds);
        goals.find(|goal| measures.contains(&goal.measure))
    };
    match of(&[Measure::Revenue]) {
        Some(_) => None,
        None => of(&[Measure::Qualified, Measure::Accepted]),
    }
}

/// What was brought in the period of a goal.
pub(super) fn brought(
    reader: &Reader<'_>,
    reading: &mut Reading<'_>,
    goal: &Goal,
) -> Result<Brought, StoreError> {
    reading.read_opportunities(reader)?;
    let zone = &reading.agreement.zone;
    let handed = reader.leads_handed_over_in(window(reading.agreement, goal))?;
    let handed: BTreeMap<LeadId, Timestamp> =
        handed.into_iter().filter(|(_, at)| *at <= reading.as_of).collect();
    let came_of_it = reading.opportunities().filter(|seen| {
        let at = seen.row.lead.as_ref().and_then(|lead| handed.get(lead));
        let is_after = |at: &Timestamp| {
            let day = zone.to_datetime(*at).date();
            seen.opened_on(zone).is_none_or(|opened_on| day <= opened_on)
        };
        matches!(seen.outcome, Outcome::Open | Outcome::Won) && at.is_some_and(is_after)
    });
    let mut worth: BTreeMap<Currency, Vec<Part<OpportunityId>>> = BTreeMap::new();
    let (mut all, mut without) = (Vec::new(), Vec::new());
    for seen in came_of_it {
        all.push(seen.row.id.clone());
        match seen.row.amount {
            None => without.push(seen.row.id.clone()),
            Some(amount) => {
                let part = Part { row: seen.row.id.clone(), value: amount.amount_minor };
                worth.entry(amount.currency).or_default().push(part);
            }
        }
    }
    let worth = worth
        .into_iter()
        .map(|(currency, parts)| Worth { currency, total: parts.into_iter().collect() });
    Ok(Brought {
        from: goal.from,
        to: goal.to,
        leads: handed.into_keys().collect(),
        opportunities: all.into_iter().collect(),
        worth: worth.collect(),
        without_amount: without.into_iter().collect(),
    })
}
