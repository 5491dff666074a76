//! Goals: how what the sides have promised to reach stands, by working days gone.

mod actual;
mod credit;
mod off;
mod value;

use std::{collections::BTreeSet, sync::Arc};

use domain::{
    agreement::{Agreement, Goal, Measure as Counts},
    counted::Measure,
    firm::Side,
    ids::{UserId, Version},
    money::{Currency, Money, grouped},
    pacing::{Course, Pace},
    rate::Share,
};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use store::{Reader, StoreError};

use super::{
    Asked, QuotaFigures, ReportFailure, ReportQuestion, Sources, WorkingDays, quotas::quotas,
};
use crate::{Engine, Error, substitute::is_named};
use actual::{Actual, Reading};
pub use credit::{Credit, LeftOut, credits};
pub use value::{Brought, Worth};

const MEANINGS: [(&str, &str); 4] = [
    ("working_days", "the days on which the Agreement's default calendar opens, holidays left out"),
    (
        "pace",
        "actual / expected by now, where expected is target · days gone / days; 1 is on course",
    ),
    ("projection", "what the period ends with if it goes on so; not told before a fifth is gone"),
    ("qualified", "leads that met the definition in the period, each once"),
];

/// How the goals stand.
///
/// In JSON: `{"question":{…},"version":1,"goals":[{"id":"qualified-leads",…,"standing":{"pace":
/// {"target":120,"actual":{…},"expected":{…},…}},"words":"…"}],"quotas":[…],"notes":[…]}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GoalsReport {
    /// The question as it was understood.
    pub question: Asked,
    /// The version whose goals these are; none when no Agreement is in force.
    pub version: Option<Version>,
    /// Each goal, in the order of the text.
    pub goals: Vec<GoalFigures>,
    /// What marketing brought in value, where it has a goal today and none in value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brought: Option<Brought>,
    /// The imported quotas, which nobody signed.
    pub quotas: Vec<QuotaFigures>,
    /// What is not known, in words.
    pub notes: Vec<String>,
}

/// How one goal stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GoalFigures {
    /// Its key.
    pub id: String,
    /// Its clause.
    pub clause: String,
    /// Its sentence, as signed.
    pub says: String,
    /// Who leads it.
    pub side: Side,
    /// What it counts, by its key: `qualified`, `revenue`, ….
    pub measure: &'static str,
    /// The same in words: `leads qualified`.
    #[serde(skip)]
    pub what: &'static str,
    /// The definition or service level that it counts.
    pub of: Option<String>,
    /// Whose it is, as the text names them; none for the whole side.
    pub user: Option<String>,
    /// Those whom that name means; none for the whole side.
    #[serde(skip)]
    pub whose: Option<BTreeSet<UserId>>,
    /// First day, in the Agreement's zone.
    pub from: Date,
    /// Last day, included.
    pub to: Date,
    /// What its rows are: `lead`, `handoff`, `opportunity` or `clock`.
    pub rows_of: &'static str,
    /// The currency of an amount; then target and actual are in minor units.
    pub currency: Option<Currency>,
    /// The working days of the period.
    pub days: WorkingDays,
    /// How it stands.
    pub standing: GoalStanding,
    /// Since when it is off without a break: a number behind an even pace, a share below its target,
    /// at the end of each day; none while it is not. By what is known now.
    pub off_since: Option<Date>,
    /// Opportunities that do not count towards it, by rulings.
    pub left_out: Vec<LeftOut>,
    /// The same in a sentence.
    pub words: String,
}

/// How a goal stands: a number grows towards its target, a share is above it or below.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GoalStanding {
    /// A count or an amount.
    Pace(Pace<String>),
    /// A share.
    Rate(RateStanding),
}

/// How a share stands against its target.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RateStanding {
    /// The share to reach, in thousandths.
    pub target_per_mille: i64,
    /// The share so far, with its rows.
    pub actual: Share<String>,
    /// Whether it is reached so far; none when nothing can be measured.
    pub is_reached: Option<bool>,
}

pub(super) fn report(
    sources: &Sources<'_>,
    question: &ReportQuestion,
    named: Option<(Version, Arc<Agreement>)>,
) -> Result<GoalsReport, ReportFailure> {
    let asked = question.asked(&MEANINGS)?;
    let mut notes = Vec::new();
    let in_force = sources.agreements.at(question.as_of);
    let version = named.or(in_force.map(|v| (v.version, v.agreement.clone())));
    if question.by.is_some() {
        notes.push("goals are not told apart by anything: they stand as signed".to_owned());
    }
    if question.horizon_days.is_some() {
        notes.push("a horizon says nothing about goals: it was left aside".to_owned());
    }
    let (goals, brought) = match &version {
        None => {
            notes.push("no Agreement has been in force: there is no goal".to_owned());
            (Vec::new(), None)
        }
        Some((_, agreement)) => goals(sources, question, agreement, &mut notes)?,
    };
    let agreement = version.as_ref().map(|(_, agreement)| &**agreement);
    let quotas = quotas(sources.reader, question, agreement, &mut notes)?;
    let version = version.map(|(version, _)| version);
    Ok(GoalsReport { question: asked, version, goals, brought, quotas, notes })
}

impl Engine {
    /// Whether a goal of the version in force at an instant is somebody's own.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn has_own_goal(&self, user: &UserId, at: Timestamp) -> Result<bool, Error> {
        let agreements = self.agreements()?;
        let goals = agreements.at(at).map(|version| &version.agreement.goals);
        let names: Vec<&str> =
            goals.into_iter().flatten().filter_map(|goal| goal.user.as_deref()).collect();
        self.read(|reader| {
            for name in names {
                if is_named(reader, name, user)? {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }
}

/// What was reached of a goal, as seen at an instant.
pub(crate) struct Reached {
    /// What counts: of a number, all of it.
    pub(crate) hits: u64,
    /// Of how many; of a number, what was agreed.
    pub(crate) n: u64,
    /// Whether that is less than was agreed. Nothing of nothing is no miss.
    pub(crate) is_missed: bool,
    /// What a share missed, or what a number is made of, by id.
    pub(crate) rows: Vec<String>,
}

/// What was reached of one goal.
pub(crate) fn reached(
    reader: &Reader<'_>,
    agreement: &Agreement,
    goal: &Goal,
    as_of: Timestamp,
) -> Result<Reached, StoreError> {
    let reading = Reading::read(reader, agreement, as_of, &[goal])?;
    Ok(match reading.actual(goal, &mut Vec::new()) {
        Actual::Sum(total) => Reached {
            hits: u64::try_from(total.total()).unwrap_or_default(),
            n: goal.target.unsigned_abs(),
            is_missed: total.total() < goal.target,
            rows: total.parts().iter().map(|part| part.row.clone()).collect(),
        },
        Actual::Share(share) => Reached {
            hits: share.rate().hits(),
            n: share.rate().n(),
            is_missed: is_reached(&share, goal.target) == Some(false),
            rows: share.misses().rows().to_vec(),
        },
    })
}

fn goals(
    sources: &Sources<'_>,
    question: &ReportQuestion,
    agreement: &Agreement,
    notes: &mut Vec<String>,
) -> Result<(Vec<GoalFigures>, Option<Brought>), ReportFailure> {
    let touches = |goal: &&Goal| {
        question.from.is_none_or(|from| from <= goal.to)
            && question.to.is_none_or(|to| goal.from <= to)
    };
    let goals: Vec<&Goal> = agreement.goals.iter().filter(touches).collect();
    if goals.is_empty() {
        let none = agreement.goals.is_empty();
        let where_ = if none { "the Agreement" } else { "the Agreement for this period" };
        notes.push(format!("there is no goal in {where_}"));
        return Ok((Vec::new(), None));
    }
    let mut reading = Reading::read(sources.reader, agreement, question.as_of, &goals)?;
    let in_value = value::asked(agreement, question.as_of).filter(touches);
    let brought = in_value.map(|goal| value::brought(sources.reader, &mut reading, goal));
    let brought = brought.transpose()?;
    let goals = goals.into_iter().map(|goal| figures(&reading, goal, notes));
    Ok((goals.collect::<Result<_, ReportFailure>>()?, brought))
}

fn figures(
    reading: &Reading<'_>,
    goal: &Goal,
    notes: &mut Vec<String>,
) -> Result<GoalFigures, ReportFailure> {
    let agreement = reading.agreement;
    let days = WorkingDays::of(agreement, goal.from, goal.to, reading.as_of);
    let actual = reading.actual(goal, notes);
    let standing = match actual {
        Actual::Sum(total) => {
            let course = Course {
                target: goal.target,
                elapsed_days: days.elapsed,
                total_days: days.total,
                seasonal_share: None,
            };
            GoalStanding::Pace(Pace::of(course, total))
        }
        Actual::Share(actual) => GoalStanding::Rate(RateStanding {
            target_per_mille: goal.target,
            is_reached: is_reached(&actual, goal.target),
            actual,
        }),
    };
    let off_since = off::off_since(reading, goal, &standing);
    let left_out = reading.left_out(goal);
    let currency = (goal.measure == Counts::Revenue).then_some(agreement.currency);
    Ok(GoalFigures {
        id: goal.id.clone(),
        clause: goal.clause.clone(),
        says: goal.says.clone(),
        side: goal.side,
        measure: goal.measure.key(),
        what: goal.measure.words(),
        of: goal.of.clone(),
        user: goal.user.clone(),
        whose: reading.whose(goal),
        from: goal.from,
        to: goal.to,
        rows_of: rows_of(goal.measure),
        words: words(goal, &standing, &days, currency)
            + &off_since.map(|day| format!("; off since {day}")).unwrap_or_default()
            + &ruled(left_out.len()),
        off_since,
        left_out,
        currency,
        days,
        standing,
    })
}

fn rows_of(measure: Counts) -> &'static str {
    match measure {
        Counts::Qualified => "lead",
        Counts::Accepted | Counts::AcceptanceRate => "handoff",
        Counts::Opened | Counts::Reached | Counts::Won | Counts::Revenue => "opportunity",
        Counts::Attainment => "clock",
    }
}

/// Whether a share is at least its target, in whole numbers: 9 of 10 is 900 thousandths.
fn is_reached(actual: &Share<String>, target_per_mille: i64) -> Option<bool> {
    let rate = actual.rate();
    let reached = i128::from(rate.hits()) * 1000;
    (rate.n() > 0).then(|| reached >= i128::from(target_per_mille) * i128::from(rate.n()))
}

/// `70 of 120 leads qualified after 14 of 21 working days; 80 expected by now: 87.5 % of it.`
fn words(
    goal: &Goal,
    standing: &GoalStanding,
    days: &WorkingDays,
    currency: Option<Currency>,
) -> String {
    let what = goal.measure.words();
    match standing {
        GoalStanding::Rate(rate) => {
            let target = per_cent(rate.target_per_mille as f64 / 1000.0);
            let verdict = match rate.is_reached {
                None => "",
                Some(true) => ": reached so far",
                Some(false) => ": not reached so far",
            };
            format!("{what}: {}; the goal is {target}{verdict}", rate.actual.words())
        }
        GoalStanding::Pace(pace) => {
            let amount = |value: f64| amount(value, currency);
            let so_far = format!(
                "{} of {} {what} after {} of {} working days",
                amount(pace.actual.total() as f64),
                amount(pace.target as f64),
                days.elapsed,
                days.total,
            );
            match (pace.expected, pace.pace) {
                (Measure::Is(expected), Measure::Is(share)) => format!(
                    "{so_far}; {} expected by now: {} of it",
                    amount(expected),
                    per_cent(share)
                ),
                (_, Measure::Cannot(why)) | (Measure::Cannot(why), _) => {
                    format!("{so_far}; pace not measurable: {why}")
                }
            }
        }
    }
}

/// `; 1 is left out by a ruling`, where any is.
fn ruled(left_out: usize) -> String {
    match left_out {
        0 => String::new(),
        1 => "; 1 opportunity is left out by a ruling".to_owned(),
        n => format!("; {n} opportunities are left out by rulings"),
    }
}

/// A count or an amount of minor units; a fraction of a count keeps one digit.
pub(super) fn amount(value: f64, currency: Option<Currency>) -> String {
    match currency {
        Some(currency) => Money { amount_minor: value.round() as i64, currency }.to_string(),
        None if value >= 0.0 && value.fract() == 0.0 => grouped(value as u64),
        None => format!("{value:.1}"),
    }
}

/// `87.5 %`, `100 %`.
pub(super) fn per_cent(share: f64) -> String {
    let tenths = (share * 1000.0).round();
    if tenths % 10.0 == 0.0 {
        format!("{} %", tenths / 10.0)
    } else {
        format!("{:.1} %", tenths / 10.0)
    }
}
