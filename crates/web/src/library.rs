//! What is kept of the answers to questions over everybody, and how each is asked for.

use domain::{handoff::Answer, ids::Version, rejudged::Rejudged};
use engine::{
    Engine,
    backtest::Replay,
    persona::PersonasReport,
    report::{GoalStanding, GoalsReport, RejudgedReport, ReportFailure, ReportQuestion},
    suggestion::Suggestion,
};
use jiff::{SignedDuration, Timestamp};
use store::StoreError;

use crate::{
    app::House,
    judged::JudgedSubjects,
    kept::{Found, Keep, Kept, Soon},
    pages::scoreboard::board::Board,
};

/// About what a row of a report takes: its id and what it brings.
const ROW_BYTES: usize = 64;

/// The kinds of answers that are kept, and the leads that were judged.
#[derive(Default)]
pub(crate) struct Library {
    pub(crate) boards: Kept<Board>,
    pub(crate) judged: JudgedSubjects,
    goals: Kept<GoalsReport>,
    differences: Kept<Differences>,
    clocks: Kept<Clocks>,
    answers: Kept<Answers>,
    pub(crate) rejudged: Kept<RejudgedReport>,
    pub(crate) replays: Kept<Replay>,
    pub(crate) suggestions: Kept<Suggestion>,
    personas: Kept<PersonasReport>,
}

/// How many differences there are.
pub(crate) struct Differences(pub(crate) u64);

/// The clocks that run, counted.
pub(crate) struct Clocks {
    /// Of each owner: how many are due before an instant, and how many run in all.
    pub(crate) by_owner: Vec<(Option<domain::ids::UserId>, u64, u64)>,
}

/// How often each answer to a handoff was given in some days.
pub(crate) struct Answers(pub(crate) Vec<(Answer, u64)>);

impl Keep for GoalsReport {
    fn bytes(&self) -> usize {
        let rows_of = |standing: &GoalStanding| match standing {
            GoalStanding::Pace(pace) => pace.actual.parts().len(),
            GoalStanding::Rate(rate) => {
                rate.actual.hits().rows().len() + rate.actual.misses().rows().len()
            }
        };
        let goals: usize = self.goals.iter().map(|goal| rows_of(&goal.standing)).sum();
        let quotas: usize = self.quotas.iter().map(|quota| quota.won.parts().len() + 8).sum();
        let brought = self
            .brought
            .as_ref()
            .map_or(0, |brought| (brought.leads.n() + 3 * brought.opportunities.n()) as usize);
        (goals + quotas + brought) * ROW_BYTES
    }
}

impl Keep for Differences {
    fn bytes(&self) -> usize {
        size_of::<Differences>()
    }
}

impl Keep for RejudgedReport {
    fn bytes(&self) -> usize {
        self.rows.len() * size_of::<Rejudged>() * 2
    }
}

impl Keep for Replay {
    fn bytes(&self) -> usize {
        Replay::bytes(self)
    }
}

impl Keep for Suggestion {
    fn bytes(&self) -> usize {
        Suggestion::bytes(self)
    }
}

impl Keep for PersonasReport {
    fn bytes(&self) -> usize {
        PersonasReport::bytes(self)
    }
}

impl Keep for Answers {
    fn bytes(&self) -> usize {
        self.0.len() * size_of::<(Answer, u64)>()
    }
}

impl Keep for Clocks {
    fn bytes(&self) -> usize {
        self.by_owner.len() * ROW_BYTES
    }
}

/// A question as it is kept under: its period and its zone. As of when is not in it.
pub(crate) fn named(question: &ReportQuestion) -> String {
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let zone = question.zone.iana_name().unwrap_or_default();
    let by = question.by.as_deref().unwrap_or_default();
    format!("{}/{}/{zone}/{by}", day(question.from), day(question.to))
}

impl House {
    /// How every goal and every quota stands that touches the period. Whose somebody may see, who
    /// shows them asks.
    pub(crate) fn goals(
        &self,
        question: &ReportQuestion,
        as_it_was: Option<Timestamp>,
    ) -> Result<Found<GoalsReport>, ReportFailure> {
        let question = ReportQuestion { by: None, ..question.clone() };
        let (name, now) = (named(&question), question.as_of);
        if let Some(found) = as_it_was.and_then(|as_of| self.kept.goals.as_it_was(&name, as_of)) {
            return Ok(found);
        }
        let make = move |engine: &Engine, as_of| {
            engine.report_goals(&ReportQuestion { as_of, ..question.clone() })
        };
        self.kept.goals.ask(&self.app.engine, &self.app.clock, &name, now, make)
    }

    /// The same as they are now, or that they are still being worked out.
    pub(crate) fn goals_soon(
        &self,
        question: &ReportQuestion,
    ) -> Result<Soon<GoalsReport>, ReportFailure> {
        let question = ReportQuestion { by: None, ..question.clone() };
        let (name, now) = (named(&question), question.as_of);
        let make = move |engine: &Engine, as_of| {
            engine.report_goals(&ReportQuestion { as_of, ..question.clone() })
        };
        self.kept.goals.ask_soon(&self.app.engine, &self.app.clock, &name, now, make)
    }

    /// How many differences there are in the period, or that it is still being worked out.
    pub(crate) fn differences(
        &self,
        question: &ReportQuestion,
    ) -> Result<Soon<Differences>, ReportFailure> {
        let (name, now, question) = (named(question), question.as_of, question.clone());
        let make = move |engine: &Engine, as_of| {
            let question = ReportQuestion { as_of, ..question.clone() };
            Ok(Differences(engine.report_differences(&question)?.rows.len() as u64))
        };
        self.kept.differences.ask_soon(&self.app.engine, &self.app.clock, &name, now, make)
    }

    /// Which leads are whom by the rules of a version, or that it is still being worked out.
    pub(crate) fn personas_soon(
        &self,
        version: Version,
        now: Timestamp,
    ) -> Result<Soon<PersonasReport>, engine::Error> {
        let make = move |engine: &Engine, _| engine.report_personas(version);
        let name = version.to_string();
        self.kept.personas.ask_soon(&self.app.engine, &self.app.clock, &name, now, make)
    }

    /// The same, at an instant while that is kept, or else as it is.
    pub(crate) fn personas(
        &self,
        version: Version,
        as_it_was: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Found<PersonasReport>, engine::Error> {
        let name = version.to_string();
        if let Some(found) = as_it_was.and_then(|at| self.kept.personas.as_it_was(&name, at)) {
            return Ok(found);
        }
        let make = move |engine: &Engine, _| engine.report_personas(version);
        self.kept.personas.ask(&self.app.engine, &self.app.clock, &name, now, make)
    }

    /// The clocks that run, counted by owner: those due before an instant, and all.
    pub(crate) fn running(
        &self,
        before: Timestamp,
        now: Timestamp,
    ) -> Result<Found<Clocks>, StoreError> {
        let make = move |engine: &Engine, _| {
            engine.read(|reader| {
                let all = reader.clocks_running_by_owner(Timestamp::MAX)?;
                let due = reader.clocks_running_by_owner(before)?;
                let due_of =
                    |owner: &_| due.iter().find(|(known, _)| known == owner).map_or(0, |(_, n)| *n);
                let by_owner = all.into_iter().map(|(owner, n)| {
                    let due = due_of(&owner);
                    (owner, due, n)
                });
                Ok(Clocks { by_owner: by_owner.collect() })
            })
        };
        let name = before.to_string();
        self.kept.clocks.ask(&self.app.engine, &self.app.clock, &name, now, make)
    }

    /// How often each answer to a handoff was given in the last `days` days of 24 hours.
    pub(crate) fn answers(&self, days: i64, now: Timestamp) -> Result<Found<Answers>, StoreError> {
        let make = move |engine: &Engine, as_of: Timestamp| {
            let since = as_of - SignedDuration::from_hours(24 * days);
            engine.read(|reader| reader.answers_between(since, as_of).map(Answers))
        };
        let name = days.to_string();
        self.kept.answers.ask(&self.app.engine, &self.app.clock, &name, now, make)
    }
}
