//! `lockstep report`: figures from the read models, as the scoreboard shows them.

use clap::{Args, Subcommand, ValueEnum};
use engine::{
    Engine,
    report::{ReportFailure, ReportQuestion, ReportRefusal, Subject, Unit, plain::Plain},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;
use serde_json::json;

use crate::{
    failure::Failure,
    output::{Answer, table},
    place::Place,
};

/// What to report on.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// How leads, or opportunities, go from stage to stage: cohorts and snapshots, said apart
    #[command(long_about = include_str!("report/funnel.md"))]
    Funnel(Funnel),
    /// What opportunities came to: won, lost, win rates, revenue, cycle
    #[command(visible_alias = "pipeline", long_about = include_str!("report/opportunities.md"))]
    Opportunities(Question),
    /// Leads handed over: answers, reasons, time to answer
    #[command(long_about = include_str!("report/handoffs.md"))]
    Handoffs(Question),
    /// Clocks due, and how many were met in time
    #[command(long_about = include_str!("report/service-levels.md"))]
    ServiceLevels(Question),
    /// Signed goals and quotas against what happened
    #[command(long_about = include_str!("report/goals.md"))]
    Goals(Question),
    /// What the sources say of leads, beside what the Agreement decides
    #[command(long_about = include_str!("report/differences.md"))]
    Differences(Question),
}

/// A funnel's question.
#[derive(Debug, Args)]
pub struct Funnel {
    /// Of what; leads where there are any
    #[arg(long, value_enum, value_name = "WHAT")]
    of: Option<Of>,
    /// Count a step only if it came within so many days; units younger than that are told apart
    #[arg(long, value_name = "DAYS")]
    horizon_days: Option<u32>,
    /// Lay each group out by when its units came in
    #[arg(long, value_enum, value_name = "PART")]
    cohorts: Option<Cohorts>,
    #[command(flatten)]
    question: Question,
}

/// What goes through a funnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Of {
    Leads,
    Opportunities,
}

/// The part of the calendar by which cohorts are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Cohorts {
    Month,
    Quarter,
    Year,
}

impl From<Cohorts> for Unit {
    fn from(cohorts: Cohorts) -> Unit {
        match cohorts {
            Cohorts::Month => Unit::Month,
            Cohorts::Quarter => Unit::Quarter,
            Cohorts::Year => Unit::Year,
        }
    }
}

/// What every report is asked.
#[derive(Debug, Args)]
pub struct Question {
    /// Group by this field
    #[arg(long, value_name = "FIELD")]
    by: Option<String>,
    /// From this day on
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// Up to and including this day
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
    /// As things stood at this instant
    #[arg(long, value_name = "INSTANT")]
    as_of: Option<Timestamp>,
}

/// Reports.
///
/// # Errors
/// When the question names what is not there, or the database cannot be read.
pub fn run(command: Command, place: &Place, now: Timestamp) -> Result<Answer, Failure> {
    let engine = place.open(now)?;
    match command {
        Command::Funnel(funnel) => {
            let subject = subject(&engine, funnel.of)?;
            let mut question = funnel.question.read(&engine, now)?;
            question.horizon_days = funnel.horizon_days;
            question.cohorts = funnel.cohorts.map(Unit::from);
            let report = engine.report_funnel(&question, subject)?;
            Ok(answer(report.plain(), &report))
        }
        Command::Opportunities(question) => {
            let report = engine.report_opportunities(&question.read(&engine, now)?)?;
            Ok(answer(report.plain(), &report))
        }
        Command::Handoffs(question) => {
            let report = engine.report_handoffs(&question.read(&engine, now)?)?;
            Ok(answer(report.plain(), &report))
        }
        Command::ServiceLevels(question) => {
            let report = engine.report_service_levels(&question.read(&engine, now)?)?;
            Ok(answer(report.plain(), &report))
        }
        Command::Goals(question) => {
            let report = engine.report_goals(&question.read(&engine, now)?)?;
            Ok(answer(report.plain(), &report))
        }
        Command::Differences(question) => {
            let report = engine.report_differences(&question.read(&engine, now)?)?;
            Ok(answer(report.plain(), &report))
        }
    }
}

fn subject(engine: &Engine, of: Option<Of>) -> Result<Subject, Failure> {
    match of {
        Some(Of::Leads) => Ok(Subject::Leads),
        Some(Of::Opportunities) => Ok(Subject::Opportunities),
        None => {
            let nobody = store::read::LeadFilter::default();
            let leads = engine.read(|reader| reader.leads_count(&nobody))?;
            Ok(if leads > 0 { Subject::Leads } else { Subject::Opportunities })
        }
    }
}

impl Question {
    fn read(self, engine: &Engine, now: Timestamp) -> Result<ReportQuestion, Failure> {
        let zone = engine.read(|reader| reader.setting("firm.zone"))?;
        let zone = zone.and_then(|name| TimeZone::get(&name).ok()).unwrap_or(TimeZone::UTC);
        let as_of = self.as_of.unwrap_or(now);
        let (by, from, to) = (self.by, self.from, self.to);
        Ok(ReportQuestion { by, from, to, horizon_days: None, cohorts: None, as_of, zone })
    }
}

fn answer(plain: Plain, report: &impl Serialize) -> Answer {
    let mut text = plain.head;
    for part in plain.tables {
        let heads: Vec<&str> = part.header.iter().map(String::as_str).collect();
        text.push(format!("\n{}", part.title));
        text.push(table(&heads, part.rows));
    }
    if !plain.notes.is_empty() {
        text.push(String::new());
    }
    text.extend(plain.notes.iter().map(|note| format!("Note: {note}")));
    Answer::new(text.join("\n"), json!(report))
}

impl From<ReportFailure> for Failure {
    fn from(failure: ReportFailure) -> Failure {
        match failure {
            ReportFailure::Engine(error) => error.into(),
            ReportFailure::Refused(refusal @ ReportRefusal::NoSuchDimension { .. }) => {
                Failure::not_found(refusal.to_string())
            }
            ReportFailure::Refused(refusal) => Failure::usage(refusal.to_string()),
        }
    }
}
