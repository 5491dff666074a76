//! What a backtest finds in the facts of each lead.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    agreement::{Definition, History, InForce},
    backtest::{
        Deal, Implying, Past, Tried, Untold, as_then_known,
        past::{asked, was_learnt_late, worked},
    },
    condition::Root,
    decided::SOURCE,
    fact::{Entry, Fact},
    field::{FieldValue, Fields},
    ids::{FactNo, LeadId},
    lead::LeadHistory,
    lever::Lever,
    people::People,
    qualification::{Crossing, crossings},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::{Engine, Error, over_leads::over_leads};

/// What is looked for in the facts of each lead.
pub(super) struct Scan<'a> {
    pub(super) proposed: &'a InForce,
    /// The same, in force always.
    pub(super) always: &'a History,
    pub(super) people: &'a People,
    pub(super) today: Option<&'a InForce>,
    pub(super) definition: &'a Definition,
    pub(super) today_definition: Option<&'a Definition>,
    pub(super) lever: Option<&'a Lever>,
    pub(super) target: Option<String>,
    pub(super) loaded_until: Timestamp,
    pub(super) as_of: Timestamp,
    pub(super) up_to: FactNo,
    pub(super) kinds: Vec<String>,
    pub(super) fields: Vec<(Root, String)>,
}

/// What some of the leads come to.
#[derive(Default)]
pub(super) struct Found {
    pub(super) rows: Vec<Tried>,
    /// When the last thing happened that was told of any lead.
    pub(super) last_at: Option<Timestamp>,
    /// When each kind of activity first happened.
    first: BTreeMap<String, Timestamp>,
}

impl Scan<'_> {
    /// Looks at all leads.
    pub(super) fn run(
        &self,
        engine: &Engine,
        leads: &[LeadId],
        deals: &BTreeMap<LeadId, Vec<Deal>>,
    ) -> Result<Found, Error> {
        let look_at = |found: &mut Found, lead: &LeadId, entries| {
            let deals = deals.get(lead).cloned().unwrap_or_default();
            self.look_at(found, lead, entries, deals);
        };
        let parts = over_leads(engine, leads, Found::default, look_at)?;
        let mut all = Found::default();
        parts.into_iter().for_each(|part| all.merge(part));
        all.rows.sort_by(|one, other| one.lead.cmp(&other.lead));
        Ok(all)
    }

    fn look_at(
        &self,
        found: &mut Found,
        lead: &LeadId,
        mut entries: Vec<Arc<Entry>>,
        deals: Vec<Deal>,
    ) {
        entries.retain(|entry| entry.no <= self.up_to && entry.happened_at() <= self.as_of);
        entries = domain::lead::in_order(entries);
        let Some(known_since) = known_since(&entries) else { return };
        let told = entries.iter().filter(|entry| entry.told.source != SOURCE);
        let mut late = 0;
        for entry in told {
            late += u32::from(was_learnt_late(entry, self.loaded_until));
            found.last_at = found.last_at.max(Some(entry.happened_at()));
        }
        self.note_kinds(found, &entries);
        let past = self.past(self.proposed, self.definition);
        let mut worked = worked(&entries, &past, self.target.as_deref());
        let opened = deals.iter().filter_map(|deal| deal.opened_on).min();
        let opened = opened.and_then(|on| on.to_zoned(self.zone()).ok()).map(|day| day.timestamp());
        worked.since = worked.since.into_iter().chain(opened).min();
        let proposed = (self.proposed, self.definition);
        let proposed = self.crossings(lead, &entries, proposed, self.lever);
        let today = self.today.zip(self.today_definition).and_then(|text| {
            self.crossings(lead, &entries, text, None).first().map(|crossing| crossing.at)
        });
        let instants = proposed.iter().map(|crossing| crossing.at).chain(today);
        let implying = Implying { past, text: self.always, people: self.people, as_of: self.as_of };
        let asked = asked(&entries, &past, &worked);
        found.rows.push(Tried {
            lead: lead.clone(),
            created_at: created_at(&entries).unwrap_or(known_since),
            clocks: implying.clocks(lead, &entries, asked, instants),
            proposed,
            today,
            worked,
            deals,
            gaps: Vec::new(),
            untold: self.untold(&entries),
            late,
        });
    }

    fn zone(&self) -> TimeZone {
        self.proposed.agreement.zone.clone()
    }

    fn past<'b>(&self, text: &'b InForce, definition: &'b Definition) -> Past<'b> {
        Past { agreement: &text.agreement, definition, loaded_until: self.loaded_until }
    }

    fn crossings(
        &self,
        lead: &LeadId,
        entries: &[Arc<Entry>],
        (text, definition): (&InForce, &Definition),
        lever: Option<&Lever>,
    ) -> Vec<Crossing> {
        let known = as_then_known(entries.to_vec(), &self.past(text, definition));
        let history = LeadHistory::new(lead.clone(), known);
        let always = InForce { from: Timestamp::MIN, ..text.clone() };
        crossings(&history, &always, &definition.id, lever, self.as_of)
    }

    fn note_kinds(&self, found: &mut Found, entries: &[Arc<Entry>]) {
        for entry in entries {
            let Fact::Activity(activity) = entry.fact() else { continue };
            if self.kinds.binary_search(&activity.kind).is_ok() {
                let first = found.first.entry(activity.kind.clone()).or_insert(entry.happened_at());
                *first = entry.happened_at().min(*first);
            }
        }
    }

    /// What was not told of the fields that the definition asks for.
    fn untold(&self, entries: &[Arc<Entry>]) -> Box<[Untold]> {
        let untold = |(place, (root, field)): (usize, &(Root, String))| {
            let place = u16::try_from(place).ok()?;
            let mut told = entries.iter().filter(|entry| {
                reported(entry, *root).is_some_and(|fields| fields.contains_key(field))
            });
            match (told.next(), told.next()) {
                (None, _) => Some(Untold::Ever(place)),
                // Told once, and more than a day after the date that it bears.
                (Some(once), None) if was_learnt_late(once, Timestamp::MIN) => {
                    Some(Untold::Before(place))
                }
                _ => None,
            }
        };
        self.fields.iter().enumerate().filter_map(untold).collect()
    }
}

fn reported(entry: &Entry, root: Root) -> Option<&Fields> {
    match (entry.fact(), root) {
        (Fact::Lead(reported), Root::Lead) => Some(&reported.fields),
        (Fact::Account(reported), Root::Account) => Some(&reported.fields),
        _ => None,
    }
}

/// When the source says that a lead was made.
pub(crate) fn created_at(entries: &[Arc<Entry>]) -> Option<Timestamp> {
    let told = entries.iter().rev().find_map(|entry| match entry.fact() {
        Fact::Lead(reported) => reported.fields.get("created_at").and_then(FieldValue::text),
        _ => None,
    });
    told?.parse().ok()
}

/// When the first thing happened that is told of a lead itself. Its account may be older.
pub(crate) fn known_since(entries: &[Arc<Entry>]) -> Option<Timestamp> {
    let of_lead = |entry: &&Arc<Entry>| !matches!(entry.fact(), Fact::Account(_));
    entries.iter().find(of_lead).map(|entry| entry.happened_at())
}

impl Found {
    fn merge(&mut self, part: Found) {
        self.rows.extend(part.rows);
        self.last_at = self.last_at.max(part.last_at);
        for (kind, at) in part.first {
            let first = self.first.entry(kind).or_insert(at);
            *first = at.min(*first);
        }
    }

    /// The day of the first activity of each kind, where there ever was one; and it is written down
    /// of each lead which kinds were first seen after it had come to be.
    pub(super) fn kept_since(
        &mut self,
        kinds: &[String],
        zone: &TimeZone,
    ) -> Vec<(String, Option<Date>)> {
        let day = |at: &Timestamp| zone.to_datetime(*at).date();
        let since: Vec<Option<Date>> =
            kinds.iter().map(|kind| self.first.get(kind).map(day)).collect();
        for row in &mut self.rows {
            let made_on = day(&row.created_at);
            let places = since.iter().enumerate();
            let gaps = places.filter(|(_, since)| since.is_some_and(|first| made_on < first));
            row.gaps = gaps.filter_map(|(place, _)| u16::try_from(place).ok()).collect();
        }
        kinds.iter().cloned().zip(since).collect()
    }
}
