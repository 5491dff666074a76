//! The read models, reduced to what a first Agreement can rest on.

use std::collections::{BTreeMap, BTreeSet};

use connectors::agreement::is_free_field;
use domain::{
    draft::seen::{
        Mark, Seen, SeenEnd, SeenKind, SeenLead, SeenOpportunity, SeenQuota, Word, can_be_weighed,
        is_only_planned,
    },
    field::{FieldValue, Fields},
    firm::Side,
    ids::{AccountId, LeadId, UserId},
    money::Currency,
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use store::{
    Reader, StoreError,
    read::{ActivityRow, OpportunityRow, Outcome},
};

use crate::report::days_of_quota;

/// A field with more different words than this tells leads apart one by one.
const WORDS_MAX: usize = 12;
/// Longer words are no word that a rule could name.
const WORD_CHARS_MAX: usize = 60;

/// What opportunities say of a lead: when the first was opened, and when one was won.
type Ends = BTreeMap<LeadId, (Option<Timestamp>, Option<Timestamp>)>;

/// Everything that a first Agreement can rest on, as of `now`.
pub(super) fn looked_at(
    reader: &Reader<'_>,
    zone: TimeZone,
    currency: Currency,
    now: Timestamp,
) -> Result<Seen, StoreError> {
    let rows = reader.opportunities()?;
    let ends = ends(&rows, &zone);
    let activities = reader.activities()?;
    let mut leads = leads(reader, &ends)?;
    let kinds = act(&mut leads, &activities);
    let stages = opportunity_ways(reader)?;
    let known = leads.values().filter_map(|lead| lead.created_at);
    let known = known.chain(activities.iter().map(|activity| activity.happened_at));
    let as_of = known.filter(|at| *at <= now).max().unwrap_or(now);
    let quotas = quotas(reader, currency)?;
    let opportunities = rows.into_iter().map(|row| opportunity(row, &stages)).collect();
    let (leads, today) = (leads.into_values().collect(), zone.to_datetime(now).date());
    Ok(Seen { as_of, today, zone, currency, leads, kinds, opportunities, quotas })
}

/// The currency of most amounts; euros where there are none.
pub(super) fn commonest_currency(reader: &Reader<'_>) -> Result<Currency, StoreError> {
    let mut counts: BTreeMap<Currency, u64> = BTreeMap::new();
    for amount in reader.opportunities()?.into_iter().filter_map(|row| row.amount) {
        *counts.entry(amount.currency).or_default() += 1;
    }
    let euros = Currency::parse("EUR").expect("three capital letters");
    let most = counts.into_iter().max_by_key(|(_, n)| *n);
    Ok(most.map_or(euros, |(currency, _)| currency))
}

fn leads(reader: &Reader<'_>, ends: &Ends) -> Result<BTreeMap<LeadId, SeenLead>, StoreError> {
    let sides: BTreeMap<UserId, Side> =
        reader.users()?.into_iter().filter_map(|user| Some((user.id, user.side?))).collect();
    let rows = reader.leads()?;
    let accounts: BTreeMap<AccountId, Fields> =
        reader.accounts()?.into_iter().map(|row| (row.id, row.fields)).collect();
    let of_leads = few_words(rows.iter().map(|row| &row.fields));
    let of_accounts = few_words(accounts.values());
    let mut leads = BTreeMap::new();
    for row in rows {
        let account = row.account.as_ref().and_then(|account| accounts.get(account));
        let of_lead = words(&row.fields, &of_leads).map(|(name, word)| Mark::Lead(name, word));
        let mut marks: BTreeSet<Mark> = of_lead.collect();
        let of_account = account.into_iter().flat_map(|fields| words(fields, &of_accounts));
        marks.extend(of_account.map(|(name, word)| Mark::Account(name, word)));
        let (opened_at, won_at) = ends.get(&row.id).copied().unwrap_or_default();
        let lead = SeenLead {
            created_at: row.created_at,
            source: row.source,
            held_by: row.owner.and_then(|owner| sides.get(&owner).copied()),
            marks,
            opened_at,
            won_at,
            given_at: row.created_at,
            ..SeenLead::default()
        };
        leads.insert(row.id, lead);
    }
    go_their_ways(reader, &mut leads)?;
    Ok(leads)
}

/// The statuses that leads entered, when they were first given to somebody, and handed over.
fn go_their_ways(
    reader: &Reader<'_>,
    leads: &mut BTreeMap<LeadId, SeenLead>,
) -> Result<(), StoreError> {
    let mut stages = reader.lead_stages()?;
    stages.sort_by_key(|stage| (stage.at, stage.by_fact));
    for stage in stages {
        if let Some(lead) = leads.get_mut(&stage.lead) {
            lead.way.push(stage.status);
        }
    }
    let mut given = reader.assignments()?;
    given.retain(|assignment| assignment.owner.is_some());
    given.sort_by_key(|assignment| std::cmp::Reverse((assignment.at, assignment.by_fact)));
    for assignment in given {
        if let Some(lead) = leads.get_mut(&assignment.lead) {
            lead.given_at = Some(assignment.at);
        }
    }
    for handoff in reader.handoffs()? {
        let (Some(lead), Some(at)) = (leads.get_mut(&handoff.lead), handoff.delivered_at) else {
            continue;
        };
        let first = lead.handed_over_at.map_or(at, |known| known.min(at));
        (lead.handed_over_at, lead.given_at) = (Some(first), Some(first));
    }
    Ok(())
}

/// Lays the activities beside the leads: what a contact did before there was an opportunity, and when
/// somebody of the firm first did something once the lead was given.
fn act(
    leads: &mut BTreeMap<LeadId, SeenLead>,
    activities: &[ActivityRow],
) -> BTreeMap<String, SeenKind> {
    let mut kinds: BTreeMap<String, SeenKind> = BTreeMap::new();
    let mut did: BTreeSet<(&str, &LeadId)> = BTreeSet::new();
    for activity in activities.iter().filter(|activity| is_free_field(&activity.kind)) {
        let kind = kinds.entry(activity.kind.clone()).or_default();
        let is_planned = activity.status.as_deref().is_some_and(is_only_planned);
        kind.is_planned |= is_planned;
        kind.done.extend(activity.status.clone().filter(|_| !is_planned));
        kind.by_us += u64::from(activity.by_user.is_some());
        let Some(lead) = leads.get_mut(&activity.lead) else { continue };
        let at = activity.happened_at;
        match &activity.by_user {
            None if is_planned => {}
            None => {
                let is_new = did.insert((&activity.kind, &activity.lead));
                kind.leads += u64::from(is_new);
                if lead.opened_at.is_none_or(|opened| at <= opened) {
                    lead.marks.insert(Mark::Did(activity.kind.clone()));
                }
            }
            Some(_) if !is_planned && lead.given_at.is_some_and(|given| at >= given) => {
                lead.touched_at = Some(lead.touched_at.map_or(at, |known| known.min(at)));
            }
            Some(_) => {}
        }
    }
    kinds
}

/// The fields that say one of a few words.
fn few_words<'a>(all: impl Iterator<Item = &'a Fields>) -> BTreeSet<String> {
    let mut said: BTreeMap<&String, BTreeSet<Word>> = BTreeMap::new();
    for (name, value) in all.flatten() {
        let known = said.entry(name).or_default();
        if known.len() <= WORDS_MAX {
            known.extend(word(value));
        }
    }
    let is_few = |(name, known): &(&String, BTreeSet<Word>)| {
        known.len() <= WORDS_MAX && can_be_weighed(name) && is_free_field(name)
    };
    said.into_iter().filter(is_few).map(|(name, _)| name.clone()).collect()
}

fn words<'a>(
    fields: &'a Fields,
    few: &'a BTreeSet<String>,
) -> impl Iterator<Item = (String, Word)> + 'a {
    let few = fields.iter().filter(|(name, _)| few.contains(*name));
    few.filter_map(|(name, value)| Some((name.clone(), word(value)?)))
}

fn word(value: &FieldValue) -> Option<Word> {
    match value {
        FieldValue::Bool(true) => Some(Word::Yes),
        FieldValue::Text(text) => {
            let is_word = !text.trim().is_empty()
                && text.chars().count() <= WORD_CHARS_MAX
                && !text.contains(char::is_control);
            is_word.then(|| Word::Text(text.clone()))
        }
        _ => None,
    }
}

fn ends(rows: &[OpportunityRow], zone: &TimeZone) -> Ends {
    let mut ends = Ends::new();
    for row in rows {
        let Some(lead) = &row.lead else { continue };
        // A day's end: what happened on the day itself came before, as far as anybody knows.
        let end_of = |day: &Option<String>| {
            let day: Date = day.as_ref()?.parse().ok()?;
            let next = day.tomorrow().ok()?.to_zoned(zone.clone()).ok()?;
            next.timestamp().checked_sub(1.second()).ok()
        };
        let (opened_at, won_at) = ends.entry(lead.clone()).or_default();
        let earlier = |known: Option<Timestamp>, at: Option<Timestamp>| match (known, at) {
            (Some(known), Some(at)) => Some(known.min(at)),
            (known, at) => known.or(at),
        };
        *opened_at = earlier(*opened_at, end_of(&row.opened_on));
        if row.outcome == Outcome::Won {
            *won_at = earlier(*won_at, end_of(&row.closed_on));
        }
    }
    ends
}

fn opportunity_ways(reader: &Reader<'_>) -> Result<BTreeMap<String, Vec<String>>, StoreError> {
    let mut stages = reader.opportunity_stages()?;
    stages.sort_by_key(|stage| (stage.at, stage.by_fact));
    let mut ways: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for stage in stages {
        ways.entry(stage.opportunity.to_string()).or_default().push(stage.stage);
    }
    Ok(ways)
}

fn opportunity(row: OpportunityRow, ways: &BTreeMap<String, Vec<String>>) -> SeenOpportunity {
    let day = |day: &Option<String>| day.as_ref().and_then(|day| day.parse().ok());
    let told = ways.get(row.id.as_str()).cloned();
    SeenOpportunity {
        owner: row.owner.as_ref().map(ToString::to_string),
        way: told.unwrap_or_else(|| row.stage.clone().into_iter().collect()),
        end: match row.outcome {
            Outcome::Open => SeenEnd::Open,
            Outcome::Won => SeenEnd::Won,
            Outcome::Lost | Outcome::NoDecision => SeenEnd::Lost,
            Outcome::Unknown => SeenEnd::Unknown,
        },
        opened_on: day(&row.opened_on),
        closed_on: day(&row.closed_on),
    }
}

/// The quotas in the firm's currency whose period reads.
fn quotas(reader: &Reader<'_>, currency: Currency) -> Result<Vec<SeenQuota>, StoreError> {
    let quotas = reader.quotas()?.into_iter().filter_map(|quota| {
        let days = days_of_quota(&quota.period)?;
        let amount = quota.fields.get("amount").and_then(FieldValue::money)?;
        let to = days.before.yesterday().ok()?;
        let is_ours = amount.currency == currency && amount.amount_minor > 0;
        is_ours.then(|| SeenQuota {
            owner: quota.owner.as_ref().map(ToString::to_string),
            from: days.from,
            to,
            amount_minor: amount.amount_minor,
        })
    });
    Ok(quotas.collect())
}
