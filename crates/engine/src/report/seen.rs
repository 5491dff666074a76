//! Opportunities as they stood at the moment of the look.

use std::collections::BTreeMap;

use domain::{
    field::Fields,
    ids::{OpportunityId, UserId},
    pipeline,
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use store::{
    Reader, StoreError,
    read::{OpportunityRow, OpportunityStageRow, Outcome},
};

use super::{
    ReportQuestion,
    asked::count,
    dimension::{Dated, Row},
    record::{Record, When},
    world::Of,
};

/// An opportunity, as it stood.
pub(super) struct Seen {
    pub row: OpportunityRow,
    /// What had become of it.
    pub outcome: Outcome,
    /// The stage it was in, as far as that is known.
    pub stage: Option<String>,
    /// When it was opened.
    pub opened: Option<When>,
    /// When it was, or is to be, closed.
    pub closed: Option<When>,
    /// Whether it was closed after the look, so that it was open still.
    closed_later: bool,
    /// Its entries into stages up to the look, oldest first.
    pub entries: Vec<OpportunityStageRow>,
}

impl Seen {
    /// The day of opening.
    pub(super) fn opened_on(&self, zone: &TimeZone) -> Option<Date> {
        self.opened.map(|when| when.day(zone))
    }

    /// The day of closing, done or planned.
    pub(super) fn closed_on(&self, zone: &TimeZone) -> Option<Date> {
        self.closed.map(|when| when.day(zone))
    }

    /// The outcome in the words of the kernels; none when it is not known.
    pub(super) fn known_outcome(&self) -> Option<pipeline::Outcome> {
        match self.outcome {
            Outcome::Open => Some(pipeline::Outcome::Open),
            Outcome::Won => Some(pipeline::Outcome::Won),
            Outcome::Lost => Some(pipeline::Outcome::Lost),
            Outcome::NoDecision => Some(pipeline::Outcome::NoDecision),
            Outcome::Unknown => None,
        }
    }
}

impl Record for Seen {
    fn columns() -> &'static [&'static str] {
        &["stage", "outcome", "owner", "account", "product", "campaign", "lead", "currency", "name"]
    }

    fn column(&self, name: &str) -> Option<String> {
        let row = &self.row;
        match name {
            "stage" => self.stage.clone(),
            "outcome" => self.known_outcome().map(|_| self.outcome.key().to_owned()),
            "owner" => row.owner.as_ref().map(ToString::to_string),
            "account" => row.account.as_ref().map(ToString::to_string),
            "product" => row.product.as_ref().map(ToString::to_string),
            "campaign" => row.campaign.as_ref().map(ToString::to_string),
            "lead" => row.lead.as_ref().map(ToString::to_string),
            "currency" => row.amount.map(|amount| amount.currency.to_string()),
            "name" => row.name.clone(),
            _ => None,
        }
    }

    fn fields(&self) -> &Fields {
        &self.row.fields
    }

    fn value(&self, name: &str) -> Option<String> {
        if name == "stage" && self.closed_later {
            // What is reported is the stage of the closing, which had not come.
            return self.stage.clone();
        }
        self.column(name).or_else(|| self.row.fields.get(name).map(super::record::text))
    }
}

impl Row for Seen {
    const NOUN: [&'static str; 2] = ["opportunity", "opportunities"];
    const NAMES: &'static [Of] = &[Of::Owner, Of::Account, Of::Product, Of::Campaign, Of::Lead];
    const CLOSES: bool = true;

    fn day(&self, which: Dated, zone: &TimeZone) -> Option<Date> {
        match which {
            Dated::Entry => self.opened_on(zone),
            Dated::Close => self.closed_on(zone),
        }
    }
}

/// Every opportunity that had been opened by the moment of the look, as it stood then, by id. What
/// was left out or turned back is said in `notes`.
pub(super) fn opportunities(
    reader: &Reader<'_>,
    question: &ReportQuestion,
    notes: &mut Vec<String>,
) -> Result<Vec<Seen>, StoreError> {
    Ok(seen(reader.opportunities()?, reader.opportunity_stages()?, question, notes))
}

/// The same of what one person had won between two days, both included, in the zone of the question.
pub(super) fn won_by(
    reader: &Reader<'_>,
    owner: &UserId,
    days: (Date, Date),
    question: &ReportQuestion,
) -> Result<Vec<Seen>, StoreError> {
    // The day of an instant in the zone is at most one day off that in UTC.
    let (first_on, last_on) = (days.0.saturating_sub(1.day()), days.1.saturating_add(1.day()));
    let rows = reader.won_by(owner, first_on, last_on)?;
    let ids: Vec<OpportunityId> = rows.iter().map(|row| row.id.clone()).collect();
    let stages = reader.stages_of_opportunities(&ids)?;
    Ok(seen(rows, stages, question, &mut Vec::new()))
}

/// One opportunity as it stood, where it had been opened by then.
pub(super) fn opportunity(
    reader: &Reader<'_>,
    id: &OpportunityId,
    question: &ReportQuestion,
) -> Result<Vec<Seen>, StoreError> {
    let row = reader.opportunity(id)?.into_iter().collect();
    Ok(seen(row, reader.stages_of_opportunity(id)?, question, &mut Vec::new()))
}

fn seen(
    rows: Vec<OpportunityRow>,
    stages: Vec<OpportunityStageRow>,
    question: &ReportQuestion,
    notes: &mut Vec<String>,
) -> Vec<Seen> {
    let mut entries = entries(stages, question.as_of);
    let today = question.today();
    let (mut seen, mut not_yet) = (Vec::new(), 0);
    for row in rows {
        let entries = entries.remove(&row.id).unwrap_or_default();
        let one = as_it_stood(row, entries, question);
        let opened_later = one.opened_on(&question.zone).is_some_and(|day| day > today);
        if opened_later && one.entries.is_empty() {
            not_yet += 1;
        } else {
            seen.push(one);
        }
    }
    if not_yet > 0 {
        let n = count(not_yet, "opportunity is", "opportunities are");
        notes.push(format!("{n} dated as opened after {today}: left out"));
    }
    let later = seen.iter().filter(|one| one.closed_later).count();
    if later > 0 {
        let n = count(later as u64, "opportunity was", "opportunities were");
        notes.push(format!("{n} closed after {today}: counted as open then"));
    }
    seen
}

fn entries(
    stages: Vec<OpportunityStageRow>,
    as_of: Timestamp,
) -> BTreeMap<OpportunityId, Vec<OpportunityStageRow>> {
    let mut entries: BTreeMap<OpportunityId, Vec<OpportunityStageRow>> = BTreeMap::new();
    for entry in stages.into_iter().filter(|entry| entry.at <= as_of) {
        entries.entry(entry.opportunity.clone()).or_default().push(entry);
    }
    for of_one in entries.values_mut() {
        of_one.sort_by_key(|entry| (entry.at, entry.by_fact));
    }
    entries
}

fn as_it_stood(
    row: OpportunityRow,
    entries: Vec<OpportunityStageRow>,
    question: &ReportQuestion,
) -> Seen {
    let opened = When::of(&row.fields, "opened_on", row.opened_on.as_deref());
    let closed = When::of(&row.fields, "closed_on", row.closed_on.as_deref());
    let is_closed = matches!(row.outcome, Outcome::Won | Outcome::Lost | Outcome::NoDecision);
    let closed_later = is_closed
        && match closed {
            Some(When::At(at)) => at > question.as_of,
            Some(When::Day(day)) => day > question.today(),
            None => false,
        };
    let last_entry = entries.last().map(|entry| entry.stage.clone());
    let told_later = row.stage_since.is_some_and(|since| since > question.as_of);
    let stage = match last_entry {
        last if closed_later => last,
        Some(last) if told_later => Some(last),
        _ => row.stage.clone(),
    };
    let outcome = if closed_later { Outcome::Open } else { row.outcome };
    Seen { row, outcome, stage, opened, closed, closed_later, entries }
}
