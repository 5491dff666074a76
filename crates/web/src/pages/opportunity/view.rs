//! Fills the page of one opportunity.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    agreement::History,
    fact::{Entry, Fact},
    ids::{FactNo, OpportunityId, Subject},
    owned::Owned,
    service_level::{ServiceClock, clocks},
};
use engine::{
    Engine,
    access::Act,
    lead::{facts_about, working_hours},
};
use store::read::{CollateralRequestFilter, MilestoneRow, OpportunityRow, Outcome};

use super::credits::{Credit, credits};
use crate::{
    failure::Failure,
    layout::{Because, because::Working},
    markup::Markup,
    names::{Names, encoded, fact_href, lead_href, opportunity_href},
    pages::correct::{give_link, may_correct, reported},
    session::Signed,
    show::{LocalTime, count, figure, money, stage},
    workings::{Known, Reported, Told, clock},
};

/// The page's matter.
pub(super) struct View {
    pub(super) name: String,
    pub(super) what: String,
    /// Where material for it is asked for, for whoever may.
    pub(super) ask: Option<String>,
    pub(super) kv: Vec<(&'static str, Markup)>,
    pub(super) fields: Vec<Reported>,
    pub(super) clocks: Vec<clock::Shown>,
    pub(super) reached: Vec<Reached>,
    /// The goals that it counts towards.
    pub(super) credits: Vec<Credit>,
    pub(super) stages: Vec<Stage>,
    pub(super) history: Vec<Told>,
}

/// A milestone that was reached.
pub(super) struct Reached {
    pub(super) at: Markup,
    pub(super) milestone: Markup,
    pub(super) version: u32,
}

/// A stage that was entered.
pub(super) struct Stage {
    pub(super) at: Markup,
    pub(super) stage: Markup,
    pub(super) no: Markup,
}

pub(super) fn viewed(
    engine: &Engine,
    (id, signed): (&OpportunityId, &Signed),
    because: &str,
    reach: bool,
    time: &LocalTime,
) -> Result<(View, Option<Because>), Failure> {
    let agreements = engine.agreements()?;
    engine.read(|reader| {
        let row = reader.opportunity(id)?.ok_or(Failure::Absent)?;
        let in_force = agreements.at(time.now()).map(|version| &*version.agreement);
        let names = Names::new(reader, reach).with_words_of(in_force);
        let subject = Subject::Opportunity(id.clone());
        let facts = facts_about(reader, &subject)?;
        let until = facts.partition_point(|entry| entry.happened_at() <= time.now());
        let people = working_hours(reader)?;
        let clocks = clocks(&subject, &facts[..until], &agreements, &people, time.now())?;
        let entries: BTreeMap<FactNo, Arc<Entry>> =
            facts.into_iter().map(|entry| (entry.no, entry)).collect();
        let here = opportunity_href(id);
        let known = Known { reader, names: &names, time, entries: &entries, here: &here };
        let milestones = reader.milestones_of(id)?;
        let mut view = view(&known, &row, signed, (&clocks, &milestones))?;
        if let Some(agreement) = in_force {
            view.credits = credits(reader, agreement, id, &signed.0, time)?;
        }
        let because = drawer(&known, &agreements, &clocks, &milestones, because)?;
        Ok((view, because))
    })
}

fn view(
    known: &Known<'_, '_>,
    row: &OpportunityRow,
    signed: &Signed,
    (clocks, milestones): (&[ServiceClock], &[MilestoneRow]),
) -> Result<View, Failure> {
    let shown = clocks.iter().rev().map(|clock| clock::shown(known, clock));
    let mut shown: Vec<clock::Shown> = shown.collect::<Result<_, Failure>>()?;
    shown.sort_by_key(|clock| !clock.running);
    let account = row.account.as_ref().map(|id| known.names.account(id)).transpose()?;
    let thing = Owned::Opportunity(row.id.clone());
    let is_open = is_open(row);
    let give = if is_open { give_link(&thing, signed) } else { Markup::new() };
    Ok(View {
        name: known.names.opportunity(&row.id)?,
        what: account.unwrap_or_default(),
        ask: signed
            .can(&Act::MakeRequests)
            .then(|| format!("/requests/new?about=opportunity/{}", encoded(row.id.as_str()))),
        kv: who(known, row, give)?,
        fields: reported(&thing, &row.fields, is_open && may_correct(&thing, signed)),
        clocks: shown,
        reached: milestones.iter().map(|row| reached(known, row)).collect(),
        credits: Vec::new(),
        stages: stages(known, &row.id)?,
        history: history(known, &row.id)?,
    })
}

/// Whether it is neither won nor lost.
fn is_open(row: &OpportunityRow) -> bool {
    matches!(row.outcome, Outcome::Open | Outcome::Unknown)
}

fn who(
    known: &Known<'_, '_>,
    row: &OpportunityRow,
    give: Markup,
) -> Result<Vec<(&'static str, Markup)>, Failure> {
    let mut kv = Vec::new();
    if let Some(entered) = &row.stage {
        let since = match row.stage_since {
            Some(at) => Markup::text(" since ").and(known.time.instant(at)),
            None => Markup::new(),
        };
        kv.push(("Stage", stage(entered).and(since)));
    }
    kv.push(("Outcome", Markup::text(row.outcome.key().replace('_', " "))));
    kv.push(("Owner", known.names.owner(row.owner.as_ref())?.and(give)));
    if let Some(amount) = row.amount {
        let said = |entry: &&Arc<Entry>| match entry.fact() {
            Fact::Opportunity(fact) => fact.fields.contains_key("amount"),
            _ => false,
        };
        let last = known.entries.values().filter(said);
        let last = last.max_by_key(|entry| (entry.happened_at(), entry.no));
        let fact = last.map_or(row.last_fact, |entry| entry.no);
        kv.push(("Amount", figure(money(amount), &fact_href(fact))));
    }
    if let Some(lead) = &row.lead {
        kv.push(("Lead", figure(known.names.lead(lead)?, &lead_href(lead))));
    }
    let closes = if is_open(row) { "Closes" } else { "Closed" };
    for (term, day) in [("Opened", &row.opened_on), (closes, &row.closed_on)] {
        if let Some(day) = day {
            let shown = day.parse().map(|day| known.time.date(day));
            kv.push((term, shown.unwrap_or_else(|_| Markup::text(day))));
        }
    }
    let about = Some(Subject::Opportunity(row.id.clone()));
    let filter = CollateralRequestFilter { about, ..CollateralRequestFilter::default() };
    let now = known.time.now();
    let asked = known.reader.collateral_requests_count_up_to(&filter, now, u64::MAX)?;
    if asked > 0 {
        let href = format!("/requests?about=opportunity/{}", encoded(row.id.as_str()));
        kv.push(("Requests", figure(count(asked), &href)));
    }
    kv.push(("Id", Markup::text(row.id.as_str())));
    Ok(kv)
}

fn reached(known: &Known<'_, '_>, row: &MilestoneRow) -> Reached {
    let workings = known.because(&format!("milestone-{}", row.by_fact));
    Reached {
        at: known.time.instant(row.at),
        milestone: figure(row.milestone.replace('-', " "), &workings),
        version: row.version.0,
    }
}

fn stages(known: &Known<'_, '_>, id: &OpportunityId) -> Result<Vec<Stage>, Failure> {
    let rows = known.reader.stages_of_opportunity(id)?;
    let shown = rows.iter().rev().map(|row| Stage {
        at: known.time.instant(row.at),
        stage: stage(&row.stage),
        no: figure(count(row.by_fact.0.unsigned_abs()), &fact_href(row.by_fact)),
    });
    Ok(shown.collect())
}

/// The facts about the opportunity itself; those of its lead stand on the lead's page.
fn history(known: &Known<'_, '_>, id: &OpportunityId) -> Result<Vec<Told>, Failure> {
    let about = Some(Subject::Opportunity(id.clone()));
    let mut facts: Vec<&Arc<Entry>> =
        known.entries.values().filter(|entry| entry.fact().decided_about() == about).collect();
    facts.sort_by_key(|entry| std::cmp::Reverse((entry.happened_at(), entry.no)));
    facts.iter().map(|entry| known.told(entry)).collect()
}

/// The drawer that is asked for; an address that names none of this page's figures opens none.
fn drawer(
    known: &Known<'_, '_>,
    agreements: &History,
    clocks: &[ServiceClock],
    milestones: &[MilestoneRow],
    key: &str,
) -> Result<Option<Because>, Failure> {
    match key.split_once('-') {
        Some(("clock", of)) => clock::drawer(known, clocks, of),
        Some(("milestone", of)) => {
            let row = milestones.iter().find(|row| row.by_fact.to_string() == of);
            row.map_or(Ok(None), |row| milestone(known, agreements, row))
        }
        _ => Ok(None),
    }
}

/// The workings of a milestone: the facts that it was reached by.
fn milestone(
    known: &Known<'_, '_>,
    agreements: &History,
    row: &MilestoneRow,
) -> Result<Option<Because>, Failure> {
    let Some(in_force) = agreements.version(row.version) else { return Ok(None) };
    let agreed = in_force.agreement.milestones.iter().find(|agreed| agreed.id == row.milestone);
    let fact = known.entries.get(&row.by_fact).map(|entry| entry.fact());
    let (Some(agreed), Some(Fact::MilestoneReached(fact))) = (agreed, fact) else {
        return Ok(None);
    };
    let facts = fact.because.facts.iter();
    let counted: Vec<Working> =
        facts.map(|no| known.working(*no, "counts")).collect::<Result<_, Failure>>()?;
    Ok(Some(Because {
        answer: format!("It reached {} because", row.milestone.replace('-', " ")),
        close: known.close(),
        agreed: known.agreed(in_force, &agreed.clause, &agreed.says)?,
        counted_title: "What it was reached by".to_owned(),
        counted,
        next: Some("Nothing: a milestone is reached once, and stays.".to_owned()),
        kept: known.kept(in_force, row.by_fact, None),
        ..Because::default()
    }))
}
