//! Where what the source systems say of leads differs from what the Agreement decides.

use std::collections::BTreeMap;

use domain::{
    counted::Counted,
    difference::{Difference, Found, Step, differences},
    field::Fields,
    group::{Dimensioned, Dimensions, Grouped},
    ids::{FactNo, LeadId},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;
use store::read::LeadStageRow;

use super::{
    Asked, ReportFailure, ReportQuestion, Sources,
    asked::count,
    dimension::{Dated, Row, dimensions},
    record::Record,
    world::Of,
};

const MEANINGS: [(&str, &str); 3] = [
    ("not_met", "the source says that the lead is qualified; it had not met the definition"),
    ("not_said", "the lead met the definition, and the source has told of no move since"),
    ("period", "a difference belongs to the day of the move, or of the decision not said since"),
];

/// The differences between the source systems and the Agreement.
///
/// In JSON: `{"question":{…},"moves":120,"differences":{"by":…,"total":[{"difference":"not_met",
/// "facts":{…}}],"groups":[…]},"rows":[{"lead":"crm:1","difference":"not_met","fact":12,…}],
/// "notes":[…]}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DifferencesReport {
    /// The question as it was understood.
    pub question: Asked,
    /// How many moves the sources told of in the period while an Agreement was in force.
    pub moves: u64,
    /// The facts that told of them.
    #[serde(skip)]
    pub moved: Counted<FactNo>,
    /// The differences of each kind, told apart as asked.
    pub differences: Grouped<Vec<KindFigures>>,
    /// Each difference, the earliest first.
    pub rows: Vec<DifferenceRow>,
    /// What is not known, in words.
    pub notes: Vec<String>,
}

/// The differences of one kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KindFigures {
    /// The kind.
    pub difference: Difference,
    /// The facts that differ.
    pub facts: Counted<FactNo>,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DifferenceRow {
    /// Whose.
    pub lead: LeadId,
    /// How it differs.
    #[serde(flatten)]
    pub found: Found,
    #[serde(skip)]
    dimensions: Dimensions,
}

impl Dimensioned for DifferenceRow {
    fn dimensions(&self) -> &Dimensions {
        &self.dimensions
    }
}

/// A difference before it is told apart.
struct Told {
    lead: LeadId,
    found: Found,
    fields: Fields,
}

impl Record for Told {
    fn columns() -> &'static [&'static str] {
        &["status", "before", "reason", "version", "lead"]
    }

    fn column(&self, name: &str) -> Option<String> {
        match name {
            "status" => Some(self.found.status.clone()),
            "before" => self.found.before.clone(),
            "reason" => Some(self.found.reason.clone().unwrap_or_default()),
            "version" => Some(self.found.version.to_string()),
            "lead" => Some(self.lead.to_string()),
            _ => None,
        }
    }

    fn fields(&self) -> &Fields {
        &self.fields
    }
}

impl Row for Told {
    const NOUN: [&'static str; 2] = ["difference", "differences"];
    const NAMES: &'static [Of] = &[Of::Lead, Of::Account, Of::Campaign];
    const THROUGH_LEAD: bool = true;

    fn day(&self, _which: Dated, zone: &TimeZone) -> Option<Date> {
        Some(zone.to_datetime(self.found.at).date())
    }
}

pub(super) fn report(
    sources: &Sources<'_>,
    question: &ReportQuestion,
) -> Result<DifferencesReport, ReportFailure> {
    let mut asked = question.asked(&MEANINGS)?;
    let mut notes = Vec::new();
    let ways = ways(sources.reader.lead_stages()?, question.as_of);
    let is_in = |at| question.window().is_none_or(|window| window.has(at));
    let governed =
        |step: &&Step| !step.decided && is_in(step.at) && sources.agreements.at(step.at).is_some();
    let told = ways.values().flatten().filter(governed);
    let moved: Counted<FactNo> = told.map(|step| step.fact).collect();
    let moves = moved.n();
    let mut found: Vec<Told> = Vec::new();
    for (lead, way) in &ways {
        let of_lead = differences(way, &sources.agreements).into_iter();
        let of_lead = of_lead.filter(|found| is_in(found.at));
        found.extend(of_lead.map(|found| Told {
            lead: lead.clone(),
            found,
            fields: Fields::new(),
        }));
    }
    found.sort_by_key(|told| (told.found.at, told.found.fact));
    let told = dimensions(sources, question, &found, &mut asked, &mut notes)?;
    let rows: Vec<DifferenceRow> = found
        .into_iter()
        .zip(told)
        .map(|(told, dimensions)| DifferenceRow { lead: told.lead, found: told.found, dimensions })
        .collect();
    notes.extend(gaps(sources, question, moves));
    let differences = Grouped::of(&rows, asked.by.as_deref(), kinds);
    Ok(DifferencesReport { question: asked, moves, moved, differences, rows, notes })
}

/// Each lead's way up to an instant, its steps in the order in which they happened.
fn ways(rows: Vec<LeadStageRow>, as_of: Timestamp) -> BTreeMap<LeadId, Vec<Step>> {
    let mut ways: BTreeMap<LeadId, Vec<Step>> = BTreeMap::new();
    for row in rows.into_iter().filter(|row| row.at <= as_of) {
        let (fact, status, at, reason) = (row.by_fact, row.status, row.at, row.reason);
        let step = Step { fact, status, at, reason, decided: row.decided };
        ways.entry(row.lead).or_default().push(step);
    }
    for way in ways.values_mut() {
        way.sort_by_key(|step| (step.at, step.fact));
    }
    ways
}

fn kinds(rows: &[&DifferenceRow]) -> Vec<KindFigures> {
    let of = |difference| KindFigures {
        difference,
        facts: rows
            .iter()
            .filter(|row| row.found.difference == difference)
            .map(|row| row.found.fact)
            .collect(),
    };
    Difference::ALL.map(of).into()
}

fn gaps(sources: &Sources<'_>, question: &ReportQuestion, moves: u64) -> Vec<String> {
    let mut notes = Vec::new();
    if question.horizon_days.is_some() {
        notes.push("a horizon says nothing about differences: it was left aside".to_owned());
    }
    if sources.agreements.at(question.as_of).is_none() {
        notes.push("no Agreement has been in force: there is nothing to differ from".to_owned());
    } else if moves == 0 {
        notes.push("the sources told of no move under an Agreement in the period".to_owned());
    } else {
        let n = count(moves, "move was", "moves were");
        notes.push(format!("{n} told under an Agreement in the period"));
    }
    notes
}
