//! Leads as units of a funnel: the statuses of the Agreement, an opportunity, won. They move at
//! instants.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    agreement::{Agreement, InForce},
    counted::Counted,
    field::FieldValue,
    funnel::{StageEntry, UnitRow},
    ids::LeadId,
    money::grouped,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use store::{
    Reader, StoreError,
    read::{LeadRow, LeadStageRow, Outcome},
};

use super::{
    Stages, Undated, WON,
    order::{Firsts, is_exit, order},
};
use crate::report::{
    Asked, ReportFailure, ReportQuestion, Sources,
    asked::{count, start_of},
    dimension::{Dated, Row, dimensions, enter, squeeze},
    membership::OfLead,
    record::{Record, When},
    seen::{Seen, opportunities},
    world::Of,
};

/// The stage before the last, unless the Agreement has a status of that name.
const OPPORTUNITY: &str = "opportunity";

/// The first stage of leads of which no status is known.
const LEAD: &str = "lead";

/// The stage of leads of which a source tells only that they were converted.
const CONVERTED: &str = "converted";

type Unit = UnitRow<LeadId, Timestamp>;

/// A lead with its way, as far as it had come.
struct Way {
    lead: LeadRow,
    entries: Vec<LeadStageRow>,
    opportunities: Vec<Seen>,
}

impl Record for Way {
    fn columns() -> &'static [&'static str] {
        LeadRow::columns()
    }

    fn column(&self, name: &str) -> Option<String> {
        match name {
            "status" => self.entries.last().map(|entry| entry.status.clone()),
            name => self.lead.column(name),
        }
    }

    fn fields(&self) -> &domain::field::Fields {
        self.lead.fields()
    }
}

impl Row for Way {
    const NOUN: [&'static str; 2] = ["lead", "leads"];
    const NAMES: &'static [Of] = &[Of::Owner, Of::Account, Of::Campaign, Of::Product];

    fn day(&self, _which: Dated, zone: &TimeZone) -> Option<Date> {
        let entered = self.entries.first().map(|entry| entry.at);
        let begun = [self.lead.created_at, entered].into_iter().flatten().min()?;
        Some(zone.to_datetime(begun).date())
    }

    fn of_lead(&self) -> OfLead<'_> {
        OfLead::Is(&self.lead)
    }
}

pub(super) fn units(
    sources: &Sources<'_>,
    question: &ReportQuestion,
    asked: &mut Asked,
    notes: &mut Vec<String>,
) -> Result<(Stages, Vec<Unit>, Option<Undated>), ReportFailure> {
    let ways = ways(sources.reader, question, notes)?;
    let steps = Steps::of(&ways, sources.agreements.at(question.as_of), notes);
    let without = ways.iter().filter(|way| way.entries.is_empty()).map(|way| way.lead.id.clone());
    let (without, mut undated) = (without.collect::<Counted<LeadId>>(), None);
    if !without.is_empty() {
        let all = count(ways.len() as u64, Way::NOUN[0], Way::NOUN[1]);
        let n = grouped(without.n());
        let begin = steps.names.first().map_or(LEAD, String::as_str);
        let note = format!(
            "{n} of {all} never entered a status that is dated: since they were made they count as {begin}"
        );
        notes.push(note.clone());
        undated = Some((note, without));
    }
    let mut told = dimensions(sources, question, &ways, asked, notes)?;
    asked.cohorts = question.cohorts.map(|unit| enter(unit, &question.zone, &ways, &mut told));
    let units = ways
        .iter()
        .zip(told)
        .map(|(way, dimensions)| UnitRow {
            id: way.lead.id.clone(),
            dimensions,
            entries: steps.entries(way, question),
            outcome: steps.outcome(way, &question.zone),
        })
        .collect();
    Ok((Stages { names: steps.names, order: steps.order }, units, undated))
}

/// Every lead that there was by the moment of the look.
fn ways(
    reader: &Reader<'_>,
    question: &ReportQuestion,
    notes: &mut Vec<String>,
) -> Result<Vec<Way>, StoreError> {
    let mut entries: BTreeMap<LeadId, Vec<LeadStageRow>> = BTreeMap::new();
    for entry in reader.lead_stages()?.into_iter().filter(|entry| entry.at <= question.as_of) {
        entries.entry(entry.lead.clone()).or_default().push(entry);
    }
    let mut of_lead: BTreeMap<LeadId, Vec<Seen>> = BTreeMap::new();
    let merged = reader.merged_leads()?;
    for one in opportunities(reader, question, notes)? {
        if let Some(lead) = &one.row.lead {
            let lead = merged.get(lead).unwrap_or(lead).clone();
            of_lead.entry(lead).or_default().push(one);
        }
    }
    let (mut ways, mut not_yet) = (Vec::new(), 0);
    for lead in reader.leads()? {
        let mut entries = entries.remove(&lead.id).unwrap_or_default();
        entries.sort_by_key(|entry| (entry.at, entry.by_fact));
        if entries.is_empty() && lead.created_at.is_some_and(|at| at > question.as_of) {
            not_yet += 1;
            continue;
        }
        let opportunities = of_lead.remove(&lead.id).unwrap_or_default();
        ways.push(Way { lead, entries, opportunities });
    }
    if not_yet > 0 {
        let n = count(not_yet, "lead was", "leads were");
        notes.push(format!("{n} made after the moment of the look: left out"));
    }
    Ok(ways)
}

/// The stages, and what is an exit from them.
struct Steps<'a> {
    names: Vec<String>,
    order: String,
    agreement: Option<&'a Agreement>,
    /// Whether conversion, of which a source tells only that it was, is a stage of its own.
    has_converted: bool,
    /// Whether the opportunity and its winning are stages of their own.
    has_opportunity: bool,
    has_won: bool,
}

impl<'a> Steps<'a> {
    fn of(ways: &[Way], in_force: Option<&'a InForce>, notes: &mut Vec<String>) -> Steps<'a> {
        let agreement = in_force.map(|in_force| &*in_force.agreement);
        let (mut names, order) = match in_force {
            Some(in_force) => {
                let way = in_force.agreement.statuses.iter().filter(|status| !status.is_exit);
                let order = format!("as the Agreement lists them, version {}", in_force.version);
                (way.map(|status| status.key.clone()).collect(), order)
            }
            None => (
                seen_in_order(ways, notes),
                "the order in which most leads entered them, and by their names where none tell"
                    .into(),
            ),
        };
        let is_named = |names: &[String], word: &str| {
            names.iter().any(|name| squeeze(name) == word)
                || agreement.is_some_and(|agreement| agreement.status(word).is_some())
        };
        let any = |wanted: &dyn Fn(&Seen) -> bool| {
            ways.iter().any(|way| way.opportunities.iter().any(wanted))
        };
        if names.is_empty() {
            names.push(LEAD.to_owned());
        }
        let has_converted = ways.iter().any(|way| is_converted(&way.lead) == Some(true))
            && !is_named(&names, CONVERTED);
        names.extend(has_converted.then(|| CONVERTED.to_owned()));
        let has_opportunity = any(&|_| true) && !is_named(&names, OPPORTUNITY);
        let has_won = any(&|_| true) && !is_named(&names, WON);
        names.extend(has_opportunity.then(|| OPPORTUNITY.to_owned()));
        names.extend(has_won.then(|| WON.to_owned()));
        if !any(&|_| true) && !has_converted {
            notes.push("no opportunity names its lead: how many were won is not known".to_owned());
        }
        Steps { names, order, agreement, has_converted, has_opportunity, has_won }
    }

    /// The stage that a source's word stands for.
    fn name(&self, word: &str) -> String {
        let status = self.agreement.and_then(|agreement| agreement.status(word));
        status.map_or_else(|| word.to_owned(), |status| status.key.clone())
    }

    fn is_exit(&self, word: &str) -> bool {
        match self.agreement {
            None => is_exit(word),
            Some(agreement) => agreement.status(word).is_some_and(|status| status.is_exit),
        }
    }

    fn entries(&self, way: &Way, question: &ReportQuestion) -> Vec<StageEntry<Timestamp>> {
        let mut entries: Vec<StageEntry<Timestamp>> = way
            .entries
            .iter()
            .map(|entry| StageEntry {
                stage: self.name(&entry.status),
                at: Some(entry.at),
                inferred: false,
                facts: vec![entry.by_fact],
            })
            .collect();
        entries.extend(self.creation(way, &entries));
        entries.extend(self.conversion(way, &question.zone));
        let zone = &question.zone;
        let opened =
            way.opportunities.iter().min_by_key(|one| one.opened_on(zone).unwrap_or(Date::MAX));
        if let Some(one) = opened.filter(|_| self.has_opportunity) {
            let at = one.opened.map(|when| instant(when, &entries, question));
            entries.push(entry(OPPORTUNITY, at, one));
        }
        let won = way.opportunities.iter().filter(|one| one.outcome == Outcome::Won);
        let won = won.min_by_key(|one| one.closed_on(zone).unwrap_or(Date::MAX));
        if let Some(one) = won.filter(|_| self.has_won) {
            let at = one.closed.map(|when| instant(when, &entries, question));
            entries.push(entry(WON, at, one));
        }
        entries
    }

    /// Being made is the entry into the first stage of a lead that has none, unless it was
    /// somewhere else before.
    fn creation(
        &self,
        way: &Way,
        entries: &[StageEntry<Timestamp>],
    ) -> Option<StageEntry<Timestamp>> {
        let first = self.names.first()?;
        let facts = vec![way.lead.last_fact];
        if first == LEAD {
            let (stage, at) = (first.clone(), way.lead.created_at);
            return Some(StageEntry { stage, at, inferred: false, facts });
        }
        let made_at = way.lead.created_at?;
        let is_there = entries.iter().any(|entry| entry.stage == *first);
        let was_before = entries.iter().any(|entry| entry.at.is_some_and(|at| at < made_at));
        (!is_there && !was_before).then(|| StageEntry {
            stage: first.clone(),
            at: Some(made_at),
            inferred: false,
            facts,
        })
    }

    /// A source may tell that a lead was converted, with its day or without.
    fn conversion(&self, way: &Way, zone: &TimeZone) -> Option<StageEntry<Timestamp>> {
        if !self.has_converted || is_converted(&way.lead) != Some(true) {
            return None;
        }
        let day = way.lead.fields.get("converted_on").and_then(FieldValue::text);
        let day = day.and_then(|day| day.parse::<Date>().ok());
        let at = day.map(|day| start_of(day, zone));
        let facts = vec![way.lead.last_fact];
        Some(StageEntry { stage: CONVERTED.to_owned(), at, inferred: false, facts })
    }

    /// How the lead's way ended: won, in an exit, in the last stage of all, or with every one of
    /// its opportunities closed and nothing heard of it since.
    fn outcome(&self, way: &Way, zone: &TimeZone) -> Option<String> {
        let won = way.opportunities.iter().any(|one| one.outcome == Outcome::Won);
        if won {
            return Some(WON.to_owned());
        }
        let last = way.entries.last();
        if let Some(last) = last {
            let name = self.name(&last.status);
            let is_last = self.names.last() == Some(&name);
            let is_final = self
                .agreement
                .and_then(|agreement| agreement.status(&last.status))
                .is_some_and(|status| status.is_final);
            if self.is_exit(&last.status) || (is_final && is_last) {
                return Some(name);
            }
        }
        let is_closed = |one: &Seen| matches!(one.outcome, Outcome::Lost | Outcome::NoDecision);
        let all_closed = !way.opportunities.is_empty() && way.opportunities.iter().all(is_closed);
        let closed_on = way.opportunities.iter().filter_map(|one| one.closed_on(zone)).max();
        let moved_on = last.map(|last| zone.to_datetime(last.at).date());
        let is_over = all_closed && (closed_on.is_none() || moved_on <= closed_on);
        is_over.then(|| Outcome::Lost.key().to_owned())
    }
}

/// Whether a source says that the lead was converted.
fn is_converted(lead: &LeadRow) -> Option<bool> {
    match lead.fields.get("is_converted")? {
        FieldValue::Bool(yes) => Some(*yes),
        _ => None,
    }
}

fn seen_in_order(ways: &[Way], notes: &mut Vec<String>) -> Vec<String> {
    let mut exits = BTreeSet::new();
    let firsts: Vec<Firsts<'_, Timestamp>> = ways
        .iter()
        .map(|way| {
            let mut firsts = Firsts::new();
            for entry in &way.entries {
                if is_exit(&entry.status) {
                    exits.insert(entry.status.as_str());
                } else {
                    firsts.entry(entry.status.as_str()).or_insert(entry.at);
                }
            }
            firsts
        })
        .collect();
    notes.push("no Agreement is in force: the statuses are those that were seen".to_owned());
    if !exits.is_empty() {
        let exits = exits.into_iter().collect::<Vec<_>>().join(", ");
        notes.push(format!("by their names, these are exits and no stages: {exits}"));
    }
    order(&firsts, domain::draft::way::rank)
}

fn entry(stage: &str, at: Option<Timestamp>, one: &Seen) -> StageEntry<Timestamp> {
    let facts = vec![one.row.first_fact, one.row.last_fact];
    StageEntry { stage: stage.to_owned(), at, inferred: false, facts }
}

/// A day as an instant: its beginning, or the lead's last entry on that day, so that what was
/// opened on the day on which the lead qualified does not seem to come before it.
fn instant(when: When, entries: &[StageEntry<Timestamp>], question: &ReportQuestion) -> Timestamp {
    let day = match when {
        When::At(at) => return at,
        When::Day(day) => day,
    };
    let that_day = |at: &Timestamp| question.zone.to_datetime(*at).date() == day;
    let last = entries.iter().filter_map(|entry| entry.at).filter(that_day).max();
    last.unwrap_or_else(|| start_of(day, &question.zone))
}
