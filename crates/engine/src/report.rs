//! From read models to figures: what is asked, what the kernels of `domain` make of it, and in
//! words what is not known.
//!
//! The command line and the pages ask the same functions, so they cannot show two numbers for one
//! thing. Every number lists its rows by id. `docs/reference/figures.md` says how each is made.

mod asked;
mod differences;
mod dimension;
mod funnel;
mod goals;
mod handoffs;
mod membership;
mod opportunities;
pub mod plain;
mod quotas;
mod record;
mod rejudged;
mod seen;
mod service_levels;
mod working_days;
mod world;

use domain::{
    agreement::History,
    ids::{UserId, Version},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;
use store::{Reader, StoreError};

use crate::{Engine, Error, agreement::history};

pub use asked::{Asked, AskedWindow};
pub use differences::{DifferenceRow, DifferencesReport, KindFigures};
pub use dimension::Unit;
pub use funnel::{CohortFigures, FunnelFigures, FunnelReport};
pub(crate) use goals::reached;
pub use goals::{
    Brought, Credit, GoalFigures, GoalStanding, GoalsReport, LeftOut, RateStanding, Worth, credits,
};
pub use handoffs::HandoffsReport;
pub use opportunities::{OpportunitiesLeftOut, OpportunitiesReport};
pub use quotas::QuotaFigures;
pub(crate) use quotas::days_of as days_of_quota;
pub use rejudged::{LevelTurns, RejudgedReport, SUBJECTS_MAX as REJUDGED_MAX, usual_from};
pub(crate) use service_levels::row as clock_row;
pub use service_levels::{
    LevelFigures, LevelGoal, ServiceLevelsReport, met_ahead_note, resting_note, untimed_note,
};
pub use working_days::WorkingDays;

/// What is asked of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportQuestion {
    /// What the rows are to be told apart by, such as `region`, `owner.team` or `month`.
    pub by: Option<String>,
    /// The first day of the period.
    pub from: Option<Date>,
    /// The last day of the period, included.
    pub to: Option<Date>,
    /// The days that a unit of a funnel has to go on within.
    pub horizon_days: Option<u32>,
    /// Whether a funnel is laid out by when its units came in as well, within each group.
    pub cohorts: Option<Unit>,
    /// The moment of the look: later happenings have not happened.
    pub as_of: Timestamp,
    /// The zone in which days are read.
    pub zone: TimeZone,
}

/// What goes through a funnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Leads, through the statuses of the Agreement.
    Leads,
    /// Opportunities, through their stages.
    Opportunities,
}

/// Why a question cannot be answered as it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportRefusal {
    /// There is nothing of this name to tell rows apart by.
    #[error(
        "{noun} cannot be told apart by {asked:?}{} There are: {}",
        nearest.as_ref().map_or_else(|| ".".to_owned(), |name| format!("; did you mean {name}?")),
        there.join(", ")
    )]
    NoSuchDimension {
        /// What was asked for.
        asked: String,
        /// What the rows are.
        noun: &'static str,
        /// The name that is nearest to it.
        nearest: Option<String>,
        /// Every name that there is.
        there: Vec<String>,
    },
    /// The period ends before it begins.
    #[error("the period ends on {to}, before it begins on {from}: exchange the two")]
    Backwards {
        /// Its first day.
        from: Date,
        /// Its last day.
        to: Date,
    },
}

/// A report was not made.
#[derive(Debug, thiserror::Error)]
pub enum ReportFailure {
    /// The question cannot be answered; the sentence says what to ask instead.
    #[error(transparent)]
    Refused(#[from] ReportRefusal),
    /// What the engine or the database says.
    #[error(transparent)]
    Engine(#[from] Error),
}

impl From<StoreError> for ReportFailure {
    fn from(error: StoreError) -> Self {
        ReportFailure::Engine(Error::Store(error))
    }
}

/// What every report needs beside the question: the read models and the versions in force.
struct Sources<'a> {
    reader: &'a Reader<'a>,
    agreements: History,
}

impl Engine {
    /// The pipeline: open, won and lost, how often, how much and how fast.
    ///
    /// # Errors
    /// [`ReportRefusal`], or when the database fails.
    pub fn report_opportunities(
        &self,
        question: &ReportQuestion,
    ) -> Result<OpportunitiesReport, ReportFailure> {
        self.report(|sources| opportunities::report(sources, question))
    }

    /// The funnel of leads or of opportunities.
    ///
    /// # Errors
    /// [`ReportRefusal`], or when the database fails.
    pub fn report_funnel(
        &self,
        question: &ReportQuestion,
        subject: Subject,
    ) -> Result<FunnelReport, ReportFailure> {
        self.report(|sources| funnel::report(sources, question, subject))
    }

    /// What was handed over, how it was answered, how fast and why not.
    ///
    /// # Errors
    /// [`ReportRefusal`], or when the database fails.
    pub fn report_handoffs(
        &self,
        question: &ReportQuestion,
    ) -> Result<HandoffsReport, ReportFailure> {
        self.report(|sources| handoffs::report(sources, question))
    }

    /// How the service levels were kept, by when their clocks fell due.
    ///
    /// # Errors
    /// [`ReportRefusal`], or when the database fails.
    pub fn report_service_levels(
        &self,
        question: &ReportQuestion,
    ) -> Result<ServiceLevelsReport, ReportFailure> {
        self.report(|sources| service_levels::report(sources, question))
    }

    /// Where what the sources say of leads differs from what the Agreement decides.
    ///
    /// # Errors
    /// [`ReportRefusal`], or when the database fails.
    pub fn report_differences(
        &self,
        question: &ReportQuestion,
    ) -> Result<DifferencesReport, ReportFailure> {
        self.report(|sources| differences::report(sources, question))
    }

    /// How the goals of the version in force stand, and the imported quotas.
    ///
    /// # Errors
    /// [`ReportRefusal`], or when the database fails.
    pub fn report_goals(&self, question: &ReportQuestion) -> Result<GoalsReport, ReportFailure> {
        self.report(|sources| goals::report(sources, question, None))
    }

    /// How one person's quotas stand, read without looking at anybody else's.
    ///
    /// # Errors
    /// When the database fails.
    pub fn report_quotas_of(
        &self,
        question: &ReportQuestion,
        owner: &UserId,
    ) -> Result<Vec<QuotaFigures>, ReportFailure> {
        self.report(|sources| {
            let in_force = sources.agreements.at(question.as_of);
            let agreement = in_force.map(|version| &*version.agreement);
            Ok(quotas::quotas_of(sources.reader, owner, question, agreement)?)
        })
    }

    /// How the goals of one version stand, in force or not.
    ///
    /// # Errors
    /// [`ReportRefusal`], [`AgreementRefusal::NoSuchVersion`](crate::agreement::AgreementRefusal),
    /// or when the database fails.
    pub fn report_goals_of(
        &self,
        question: &ReportQuestion,
        version: Version,
    ) -> Result<GoalsReport, ReportFailure> {
        let (_, agreement) = self.agreement(version)?;
        self.report(|sources| goals::report(sources, question, Some((version, agreement))))
    }

    /// One reader for the whole report, so that all of it is of one instant.
    fn report<T>(
        &self,
        make: impl FnOnce(&Sources<'_>) -> Result<T, ReportFailure>,
    ) -> Result<T, ReportFailure> {
        self.read(|reader| {
            let agreements = history(reader, &self.versions)?;
            make(&Sources { reader, agreements })
        })
    }
}

#[cfg(test)]
mod tests;
