//! The funnel of leads and of opportunities: which stages, in which order, and who reached them.

mod lead_units;
mod opportunity_units;
mod order;

use domain::{
    counted::Counted,
    funnel::{Cohorts, Funnel, FunnelQuestion, UnitRow, cohorts, funnel},
    group::Grouped,
    ids::{LeadId, OpportunityId},
    window::{Moment, Window},
};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use super::{Asked, ReportFailure, ReportQuestion, Sources, Subject};

/// The last stage of either funnel, unless the Agreement has a status of that name.
pub(super) const WON: &str = "won";

const MEANINGS: [(&str, &str); 6] = [
    (
        "cohort",
        "of the units that first entered a stage in the period and are at least as old as the \
         horizon, how many went on within the horizon; no horizon: at any time up to the look, so \
         that young units look bad",
    ),
    (
        "snapshot",
        "first entries into the next stage over first entries into this one, both in the period: \
         of different vintages, no rate, and it may exceed 1",
    ),
    ("reached", "units that ever entered the stage, or must have passed it: those are implied"),
    (
        "opened",
        "an opportunity enters it on the day that the source gives as its opening (opened_on)",
    ),
    ("opportunity", "a lead enters it when an opportunity that names it is opened"),
    ("won", "an opportunity that was won; for a lead, the first one that names it"),
];

/// A funnel.
///
/// In JSON: `{"question":{…},"subject":"leads","stages":["Inquiry","MQL",…],
/// "order":"as the Agreement lists them, version 2","funnel":{"by":…,"total":{"volumes":[…],
/// "conversions":[…],…},"groups":[…]},"notes":[…]}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FunnelReport {
    /// The question as it was understood.
    pub question: Asked,
    /// What goes through it.
    pub subject: Subject,
    /// The stages, first to last.
    pub stages: Vec<String>,
    /// Where their order is from, in words.
    pub order: String,
    /// The figures.
    pub funnel: FunnelFigures,
    /// The same by when units came in, within each group and all together, where that is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cohorts: Option<CohortFigures>,
    /// The leads none of whose statuses is dated, with the note that begins with how many.
    #[serde(skip)]
    pub undated: Option<Undated>,
    /// What is not known, in words.
    pub notes: Vec<String>,
}

/// A note, and the leads that it counts.
pub type Undated = (String, Counted<LeadId>);

/// The figures of a funnel. Leads move at instants, opportunities on days.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum FunnelFigures {
    /// Of leads.
    Leads(Grouped<Funnel<LeadId, Timestamp>>),
    /// Of opportunities.
    Opportunities(Grouped<Funnel<OpportunityId, Date>>),
}

/// The cohorts of a funnel: a row of them for each group, and for all units.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum CohortFigures {
    /// Of leads.
    Leads(Grouped<Cohorts<LeadId, Timestamp>>),
    /// Of opportunities.
    Opportunities(Grouped<Cohorts<OpportunityId, Date>>),
}

/// Stages in their order, and where it is from.
struct Stages {
    names: Vec<String>,
    order: String,
}

pub(super) fn report(
    sources: &Sources<'_>,
    question: &ReportQuestion,
    subject: Subject,
) -> Result<FunnelReport, ReportFailure> {
    let mut asked = question.asked(&MEANINGS)?;
    let (mut notes, mut undated) = (Vec::new(), None);
    let (stages, funnel, cohorts) = match subject {
        Subject::Leads => {
            let (stages, units, without) =
                lead_units::units(sources, question, &mut asked, &mut notes)?;
            undated = without;
            let question = of(&stages, &asked, question.window(), question.as_of);
            let all = funnel(&units, &question, asked.by.as_deref());
            let laid = laid(&units, &question, &asked).map(CohortFigures::Leads);
            (stages, FunnelFigures::Leads(all), laid)
        }
        Subject::Opportunities => {
            let (stages, units) =
                opportunity_units::units(sources, question, &mut asked, &mut notes)?;
            let question = of(&stages, &asked, question.days(), question.today());
            let all = funnel(&units, &question, asked.by.as_deref());
            let laid = laid(&units, &question, &asked).map(CohortFigures::Opportunities);
            (stages, FunnelFigures::Opportunities(all), laid)
        }
    };
    let Stages { names: stages, order } = stages;
    Ok(FunnelReport { question: asked, subject, stages, order, funnel, cohorts, undated, notes })
}

/// What is asked of the funnel of these stages.
fn of<M>(stages: &Stages, asked: &Asked, window: Option<Window<M>>, as_of: M) -> FunnelQuestion<M> {
    FunnelQuestion { stages: stages.names.clone(), window, horizon_days: asked.horizon_days, as_of }
}

/// The cohorts of units, where they are asked for.
fn laid<I: Ord + Clone, M: Moment>(
    units: &[UnitRow<I, M>],
    question: &FunnelQuestion<M>,
    asked: &Asked,
) -> Option<Grouped<Cohorts<I, M>>> {
    let entered = asked.cohorts.as_deref()?;
    Some(cohorts(units, question, asked.by.as_deref(), entered))
}
