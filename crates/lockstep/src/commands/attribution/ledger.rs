//! Journeys from the ledger: activities are touches, opportunities that ended are outcomes, and all
//! leads of an account count for its deals.
//!
//! Source: domain.md 4.5, candidates by account.

use std::collections::BTreeMap;

use clap::ValueEnum;
use domain::{
    ids::{AccountId, CampaignId, LeadId},
    money::{Currency, grouped},
};
use insight::{
    channels::Channels,
    gathering::{Outcome as Ended, Touches, gather},
    journeys::Origin,
};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use store::{
    Reader, StoreError,
    read::{ActivityRow, CampaignRow, LeadRow, OpportunityRow, Outcome},
};

use super::{Args, Read, eligibility, files::deal_at};
use crate::{failure::Failure, output::count, place::Place};

/// What a channel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Channel {
    /// The type of the campaign that was answered, or else the kind of activity
    CampaignType,
    /// The campaign that was answered, or else the kind of activity
    Campaign,
    /// The kind of activity
    Activity,
}

impl Channel {
    fn words(self) -> &'static str {
        match self {
            Channel::CampaignType => {
                "a channel is the type of the campaign that was answered, or the kind of activity \
                 where no type is known"
            }
            Channel::Campaign => {
                "a channel is the campaign that was answered, or the kind of activity where none is \
                 known"
            }
            Channel::Activity => "a channel is the kind of activity",
        }
    }
}

/// What the ledger says, as far as it is asked.
struct Told {
    activities: Vec<ActivityRow>,
    campaigns: BTreeMap<CampaignId, CampaignRow>,
    leads: BTreeMap<LeadId, LeadRow>,
    merged: BTreeMap<LeadId, LeadId>,
    opportunities: Vec<OpportunityRow>,
    zone: TimeZone,
    /// What the Agreement in force calls the kinds of activities.
    labels: BTreeMap<String, String>,
}

fn told(reader: &Reader<'_>) -> Result<Told, StoreError> {
    let campaigns = reader.campaigns()?.into_iter();
    let leads = reader.leads()?.into_iter();
    let zone = reader.setting("firm.zone")?.and_then(|name| TimeZone::get(&name).ok());
    Ok(Told {
        activities: reader.activities()?,
        campaigns: campaigns.map(|row| (row.id.clone(), row)).collect(),
        leads: leads.map(|row| (row.id.clone(), row)).collect(),
        merged: reader.merged_leads()?,
        opportunities: reader.opportunities()?,
        zone: zone.unwrap_or(TimeZone::UTC),
        labels: BTreeMap::new(),
    })
}

/// Journeys as at an instant: what is later has not happened.
pub(super) fn read(args: &Args, place: &Place, now: Timestamp) -> Result<Read, Failure> {
    let engine = place.open(now)?;
    let mut told = engine.read(told)?;
    if let Some(text) = engine.agreements()?.at(now) {
        let kinds = text.agreement.activities.iter();
        told.labels = kinds.map(|(kind, of)| (kind.clone(), of.label.clone())).collect();
    }
    let mut units = Units::default();
    let (touches, channels, own) = touches(args, &told, &mut units, now)?;
    let mut notes = vec![args.channel.words().to_owned()];
    if own > 0 {
        let acts = grouped(own as u64);
        notes.push(format!("activities of our own people, {acts}, do not count: see --with-sales"));
    }
    let (outcomes, deals) = outcomes(&told, &mut units, now, &mut notes);
    let eligibility = eligibility(args, &channels)?;
    let words = eligibility.words(&channels);
    let gathered = gather(&touches, &outcomes, channels, 100, &eligibility)?;
    let deal = args.deal.as_deref().map(|key| {
        let found = deals.iter().position(|deal| deal == key);
        let found = found.ok_or_else(|| {
            Failure::not_found(format!("there is no opportunity {key} that ended"))
        })?;
        deal_at(key, &gathered, &touches.at, |outcome| outcome as usize == found)
    });
    let left_out = Some(gathered.left_out);
    let origin = Origin { source: "ledger".to_owned(), eligibility: words, left_out, notes };
    Ok(Read { origin, deal: deal.transpose()?, journeys: gathered.journeys })
}

/// Accounts, and leads without one, by number.
#[derive(Default)]
struct Units(BTreeMap<String, u32>);

impl Units {
    fn number(&mut self, key: String) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(key).or_insert(next)
    }

    fn of_lead(&mut self, lead: &LeadId, told: &Told) -> u32 {
        let account = told.leads.get(lead).and_then(|row| row.account.as_ref());
        self.number(match account {
            Some(account) => format!("account {account}"),
            None => format!("lead {lead}"),
        })
    }
}

impl Told {
    /// The lead that a lead goes on as.
    fn going_on_as<'a>(&'a self, lead: &'a LeadId) -> &'a LeadId {
        self.merged.get(lead).unwrap_or(lead)
    }
}

/// The touches, their channels, and how many were by our own people and left out.
fn touches(
    args: &Args,
    told: &Told,
    units: &mut Units,
    now: Timestamp,
) -> Result<(Touches, Channels, usize), Failure> {
    let (mut touches, mut channels, mut own) = (Touches::default(), Channels::default(), 0);
    let (mut people, mut assets) = (Units::default(), Units::default());
    let activities = || told.activities.iter().filter(|activity| activity.happened_at <= now);
    let spelled = spelled(activities().map(|activity| channel(args.channel, activity, told)));
    for activity in activities() {
        if activity.by_user.is_some() && !args.with_sales {
            own += 1;
            continue;
        }
        let lead = told.going_on_as(&activity.lead);
        let unit = units.of_lead(lead, told);
        let asset = activity.campaign.as_ref().map_or(activity.kind.as_str(), |c| c.as_str());
        touches.unit.push(unit);
        touches.at.push(activity.happened_at.as_second());
        touches
            .channel
            .push(channels.number(&spelled[&plain(&channel(args.channel, activity, told).0)])?);
        touches.person.push(people.number(lead.to_string()));
        touches.asset.push(assets.number(asset.to_owned()));
    }
    Ok((touches, channels, own))
}

/// The channel of an activity, and whether a campaign gave it its name.
fn channel(asked: Channel, activity: &ActivityRow, told: &Told) -> (String, bool) {
    let answered = activity.campaign.as_ref().and_then(|id| told.campaigns.get(id));
    let named = answered.and_then(|campaign| match asked {
        Channel::CampaignType => campaign.kind.clone(),
        Channel::Campaign => campaign.name.clone().or_else(|| Some(campaign.id.to_string())),
        Channel::Activity => None,
    });
    let kind = &activity.kind;
    let label = || told.labels.get(kind).cloned().unwrap_or_else(|| kind.replace('_', " "));
    let is_named = named.is_some();
    (named.unwrap_or_else(label), is_named)
}

/// A name as far as it tells channels apart: `Web_Chat` and `web chat` are one.
fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace(['_', '-'], " ")
}

/// How each channel is spelled: as a campaign does, or else as the first does.
fn spelled(names: impl Iterator<Item = (String, bool)>) -> BTreeMap<String, String> {
    let mut spelled: BTreeMap<String, (String, bool)> = BTreeMap::new();
    for (name, is_named) in names {
        let known = spelled.entry(plain(&name)).or_insert_with(|| (name.clone(), is_named));
        if is_named && !known.1 {
            *known = (name, true);
        }
    }
    spelled.into_iter().map(|(plain, (name, _))| (plain, name)).collect()
}

/// What ended, by opportunity, each with its id.
fn outcomes(
    told: &Told,
    units: &mut Units,
    now: Timestamp,
    notes: &mut Vec<String>,
) -> (Vec<Ended>, Vec<String>) {
    let currency = main_currency(told);
    let created = created(told);
    let (mut outcomes, mut deals) = (Vec::new(), Vec::new());
    let (mut undated, mut foreign) = (0, 0);
    for row in &told.opportunities {
        let converted = row.outcome == Outcome::Won;
        if !converted && !matches!(row.outcome, Outcome::Lost | Outcome::NoDecision) {
            continue;
        }
        let lead = row.lead.as_ref().map(|lead| told.going_on_as(lead));
        let unit = match (&row.account, lead) {
            (Some(account), _) => units.number(format!("account {account}")),
            (None, Some(lead)) => units.of_lead(lead, told),
            (None, None) => units.number(format!("opportunity {}", row.id)),
        };
        let Some(at) = end_of_day(row.closed_on.as_deref(), &told.zone) else {
            undated += 1;
            continue;
        };
        if at - SignedDuration::from_hours(24) > now {
            continue;
        }
        let own = row.amount.filter(|amount| Some(amount.currency) == currency);
        foreign += usize::from(converted && row.amount.is_some() && own.is_none());
        let value = own.map_or(0, |amount| u64::try_from(amount.amount_minor).unwrap_or(0));
        let lead_at = lead
            .and_then(|lead| told.leads.get(lead)?.created_at)
            .or_else(|| created.get(row.account.as_ref()?).copied());
        outcomes.push(Ended {
            unit,
            converted,
            at: at.as_second(),
            lead_at: lead_at.map(Timestamp::as_second),
            opened_at: end_of_day(row.opened_on.as_deref(), &told.zone).map(Timestamp::as_second),
            value,
        });
        deals.push(row.id.to_string());
    }
    if undated > 0 {
        notes.push(format!("{} ended at no date: left out", count(undated, "deal")));
    }
    if foreign > 0 {
        notes.push(format!("{} in another currency: without value", count(foreign, "deal")));
    }
    (outcomes, deals)
}

/// When the first lead of each account came to be.
fn created(told: &Told) -> BTreeMap<&AccountId, Timestamp> {
    let mut first: BTreeMap<&AccountId, Timestamp> = BTreeMap::new();
    for row in told.leads.values() {
        if let (Some(account), Some(at)) = (&row.account, row.created_at) {
            let known = first.entry(account).or_insert(at);
            *known = (*known).min(at);
        }
    }
    first
}

/// The currency of most deals that were won.
fn main_currency(told: &Told) -> Option<Currency> {
    let mut often: BTreeMap<Currency, usize> = BTreeMap::new();
    for row in told.opportunities.iter().filter(|row| row.outcome == Outcome::Won) {
        if let Some(amount) = row.amount {
            *often.entry(amount.currency).or_default() += 1;
        }
    }
    often.into_iter().max_by_key(|(_, times)| *times).map(|(currency, _)| currency)
}

/// The last second of a day in the firm's zone: a touch on the day counts before it.
fn end_of_day(day: Option<&str>, zone: &TimeZone) -> Option<Timestamp> {
    let day: Date = day?.parse().ok()?;
    let next = day.tomorrow().ok()?.to_zoned(zone.clone()).ok()?;
    next.timestamp().checked_sub(SignedDuration::from_secs(1)).ok()
}
