//! Service levels: how much of what fell due was done by then, beside the goal that was signed.

use std::collections::BTreeSet;

use domain::{
    agreement::History,
    attainment::{Attainment, ClockRow, attainment},
    counted::Counted,
    decided::Verdict,
    firm::Side,
    group::{Dimensions, Grouped},
    ids::{ClockId, Subject, Version},
    window::Window,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;
use store::read::ClockRow as Told;

use super::{
    Asked, ReportFailure, ReportQuestion, Sources,
    asked::count,
    dimension::{Dated, Row, dimensions},
    membership::OfLead,
    world::Of,
};

const MEANINGS: [(&str, &str); 3] = [
    (
        "attainment",
        "stopped by the due instant / due in the period; what runs and is not due yet, and what \
         ended without a verdict, is not in it",
    ),
    ("period", "clocks belong to the period in which they fall due, answered or not"),
    ("time_to_stop", "seconds of working time by the calendar of the service level, without rests"),
];

/// How the service levels were kept.
///
/// In JSON: `{"question":{…},"attainment":{"by":…,"total":{…},"groups":[…]},
/// "levels":[{"service_level":"answer","says":"…","goals":[{"version":1,"goal_per_mille":900}],
/// "attainment":{…}}],"resting":{"n":0,"rows":[]},"notes":[…]}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ServiceLevelsReport {
    /// The question as it was understood.
    pub question: Asked,
    /// All clocks together, told apart as asked.
    pub attainment: Grouped<Attainment>,
    /// Each service level by itself.
    pub levels: Vec<LevelFigures>,
    /// The clocks that rest: when they fall due is not known, so no figure has them.
    pub resting: Counted<ClockId>,
    /// What is not known, in words.
    pub notes: Vec<String>,
}

/// One service level, told apart as asked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LevelFigures {
    /// Its key.
    pub service_level: String,
    /// Its clause in the latest version that has it.
    pub clause: String,
    /// Its sentence there, as signed.
    pub says: String,
    /// Whose duty it is.
    pub side: Side,
    /// What was signed as its goal, the first version first; several only where it changed.
    pub goals: Vec<LevelGoal>,
    /// The figures.
    pub attainment: Grouped<Attainment>,
}

/// The goal of a service level, from a version on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LevelGoal {
    /// The version.
    pub version: Version,
    /// The share to be met, in thousandths; none where the version sets none.
    pub goal_per_mille: Option<i64>,
}

impl Row for Told {
    const NOUN: [&'static str; 2] = ["clock", "clocks"];
    const NAMES: &'static [Of] = &[Of::Owner, Of::Lead, Of::Account, Of::Campaign];
    const THROUGH_LEAD: bool = true;

    fn day(&self, _which: Dated, zone: &TimeZone) -> Option<Date> {
        Some(zone.to_datetime(self.due_at).date())
    }

    fn of_lead(&self) -> OfLead<'_> {
        match &self.subject {
            Subject::Lead(lead) => OfLead::Of(lead.clone()),
            Subject::Opportunity(opportunity) => OfLead::Through(opportunity.clone()),
        }
    }
}

pub(super) fn report(
    sources: &Sources<'_>,
    question: &ReportQuestion,
) -> Result<ServiceLevelsReport, ReportFailure> {
    let mut asked = question.asked(&MEANINGS)?;
    let mut notes = Vec::new();
    if question.horizon_days.is_some() {
        notes.push("a horizon says nothing about service levels: it was left aside".to_owned());
    }
    let clocks = sources.reader.clocks()?;
    let started: Vec<Told> =
        clocks.into_iter().filter(|clock| clock.started_at <= question.as_of).collect();
    let told = dimensions(sources, question, &started, &mut asked, &mut notes)?;
    let rows: Vec<ClockRow> =
        started.iter().zip(told).map(|(clock, told)| row(clock, told, question.as_of)).collect();
    let period = period(question);
    let by = asked.by.as_deref();
    let figures = |rows: &[ClockRow]| attainment(rows, period, question.as_of, by);
    let of_all = figures(&rows);
    let levels = levels(&sources.agreements, question.as_of, &started)
        .into_iter()
        .map(|level| {
            let of_level = started.iter().zip(&rows);
            let of_level = of_level.filter(|(clock, _)| clock.service_level == level.key);
            let rows: Vec<ClockRow> = of_level.map(|(_, row)| row.clone()).collect();
            level.with(figures(&rows))
        })
        .collect();
    let resting = rows.iter().filter(|row| row.due_at.is_none()).map(|row| row.id.clone());
    let resting: Counted<ClockId> = resting.collect();
    notes.extend(gaps(sources, question, &rows, &of_all.total));
    if !resting.is_empty() {
        notes.push(resting_note(resting.n()));
    }
    Ok(ServiceLevelsReport { question: asked, attainment: of_all, levels, resting, notes })
}

/// The period in which clocks fall due; for ever when none is asked for.
fn period(question: &ReportQuestion) -> Window<Timestamp> {
    let ever = Window { from: Timestamp::MIN, before: Timestamp::MAX };
    question.window().unwrap_or(ever)
}

/// A clock as the kernel reads it. One that ended as missed was never answered as it should have
/// been, so it has not stopped; one that rests has no due instant.
pub(crate) fn row(clock: &Told, dimensions: Dimensions, as_of: Timestamp) -> ClockRow {
    let has_ended = clock.stopped_at.is_some_and(|at| at <= as_of);
    let verdict = clock.verdict.filter(|_| has_ended);
    let is_missed = verdict == Some(Verdict::Missed);
    let stopped_at = clock.stopped_at.filter(|_| has_ended && !is_missed);
    ClockRow {
        id: clock.id.clone(),
        dimensions,
        due_at: (!clock.resting || has_ended).then_some(clock.due_at),
        stopped_at,
        taken_seconds: clock.working_seconds.filter(|_| stopped_at.is_some()),
        is_void: verdict == Some(Verdict::NoVerdict),
    }
}

/// A service level as the latest version has it.
struct Level {
    key: String,
    clause: String,
    says: String,
    side: Side,
    goals: Vec<LevelGoal>,
}

impl Level {
    fn with(self, attainment: Grouped<Attainment>) -> LevelFigures {
        let Level { key, clause, says, side, goals } = self;
        LevelFigures { service_level: key, clause, says, side, goals, attainment }
    }
}

/// The levels of the version in force, in its order, and then those of earlier versions that have
/// clocks.
fn levels(agreements: &History, as_of: Timestamp, clocks: &[Told]) -> Vec<Level> {
    let with_clocks: BTreeSet<&str> =
        clocks.iter().map(|clock| clock.service_level.as_str()).collect();
    let versions: Vec<_> =
        agreements.0.iter().filter(|version| version.from <= as_of).rev().collect();
    let mut levels: Vec<Level> = Vec::new();
    for (back, in_force) in versions.iter().enumerate() {
        for level in &in_force.agreement.service_levels {
            let goal =
                LevelGoal { version: in_force.version, goal_per_mille: level.goal_per_mille };
            if let Some(known) = levels.iter_mut().find(|known| known.key == level.id) {
                known.goals.insert(0, goal);
            } else if back == 0 || with_clocks.contains(level.id.as_str()) {
                levels.push(Level {
                    key: level.id.clone(),
                    clause: level.clause.clone(),
                    says: level.says.clone(),
                    side: level.side,
                    goals: vec![goal],
                });
            }
        }
    }
    for level in &mut levels {
        level.goals.dedup_by_key(|goal| goal.goal_per_mille);
    }
    levels
}

fn gaps(
    sources: &Sources<'_>,
    question: &ReportQuestion,
    rows: &[ClockRow],
    total: &Attainment,
) -> Vec<String> {
    let mut notes = Vec::new();
    if sources.agreements.at(question.as_of).is_none() {
        notes.push(
            "no Agreement has been in force: nothing was promised, nothing is measured".into(),
        );
    } else if rows.is_empty() {
        notes.push("no clock has started: no lead has met what starts one".into());
    } else if total.attainment.rate().n() == 0 {
        notes.push("no clock has been due in the period".into());
    }
    if !total.met_ahead.is_empty() {
        notes.push(met_ahead_note(total.met_ahead.n()));
    }
    if !total.untimed.is_empty() {
        notes.push(untimed_note(total.untimed.n()));
    }
    notes
}

/// That clocks rest. Like the next notes it begins with how many, so that a page can open them.
pub fn resting_note(n: u64) -> String {
    let n = count(n, "clock rests", "clocks rest");
    format!("{n}, and nobody can tell when they fall due: left out")
}

/// That clocks were stopped before they were due.
pub fn met_ahead_note(n: u64) -> String {
    let n = count(n, "clock is", "clocks are");
    format!("{n} counted as met before being due; their unanswered neighbours do not count yet")
}

/// That of clocks nobody knows how long they ran.
pub fn untimed_note(n: u64) -> String {
    let n = count(n, "clock has", "clocks have");
    format!("{n} stopped, and how long that took is not known: not in the median")
}
