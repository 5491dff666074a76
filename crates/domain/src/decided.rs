//! What the Agreement decided about a lead or an opportunity: facts that follow from facts. Each carries its
//! because; none is taken from outside.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    figure::Because,
    ids::{ClockId, LeadId, OpportunityId, Subject, UserId, Version},
    points::Points,
};

/// The source of what is decided here.
pub const SOURCE: &str = "lockstep";

/// A lead met a signed definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadQualified {
    /// Which lead.
    pub lead: LeadId,
    /// The definition's key, such as `mql`.
    pub definition: String,
    /// The status it entered by it.
    pub status: String,
    /// Each component's points at that moment, stamped for good.
    pub components: BTreeMap<String, Points>,
    /// Their sum.
    pub total: Points,
    /// How often this lead has met this definition, this time included.
    pub times: u32,
    /// Clause, version and facts.
    pub because: Because,
}

/// A lead that had qualified came to meet the definition no more, while it still stood in the
/// status: its points faded, or something took them away. The status stays as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadFellBelow {
    /// Which lead.
    pub lead: LeadId,
    /// The definition's key.
    pub definition: String,
    /// Each component's points at that moment.
    pub components: BTreeMap<String, Points>,
    /// Their sum.
    pub total: Points,
    /// Which of its qualifications it was.
    pub times: u32,
    /// Clause, version and facts.
    pub because: Because,
}

/// A service level began to count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClockStarted {
    /// Which clock.
    pub clock: ClockId,
    /// What it runs on.
    #[serde(flatten)]
    pub subject: Subject,
    /// The service level's key.
    pub service_level: String,
    /// Who answers for it; absent when nobody has the lead or opportunity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<UserId>,
    /// How often it has been passed on, this time included; 1 is the first assignment.
    pub transfer: u32,
    /// The instant from which time counts: the start, or the next opening.
    pub counts_from: Timestamp,
    /// From here it is at risk.
    pub at_risk_at: Timestamp,
    /// From here it is missed.
    pub due_at: Timestamp,
    /// When the first step of its ladder to come is reached, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_step_at: Option<Timestamp>,
    /// Clause, version and facts.
    pub because: Because,
}

/// A running clock passed its warning share without an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClockAtRisk {
    /// Which clock.
    pub clock: ClockId,
    /// What it runs on.
    #[serde(flatten)]
    pub subject: Subject,
    /// Clause, version and facts.
    pub because: Because,
}

/// A clock's due instant passed without an answer. The fact happened at the due instant, not
/// when somebody looked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClockBreached {
    /// Which clock.
    pub clock: ClockId,
    /// What it runs on.
    #[serde(flatten)]
    pub subject: Subject,
    /// Clause, version and facts.
    pub because: Because,
}

/// A running clock reached a step of the ladder of its service level without an answer. The fact
/// happened at the instant of the step, not when somebody looked. Source: domain.md 2.5.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClockEscalated {
    /// Which clock.
    pub clock: ClockId,
    /// What it runs on.
    #[serde(flatten)]
    pub subject: Subject,
    /// Which step, from 1 in the order of the text.
    pub step: u32,
    /// Who is told.
    pub told: Vec<UserId>,
    /// To whom the lead passes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reassigned_to: Option<UserId>,
    /// Whether the routes say to whom it passes: by a `lead_routed` that follows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_route: bool,
    /// Why it passes to nobody, where the step says that it should.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<Kept>,
    /// When the next step is reached, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_step_at: Option<Timestamp>,
    /// Clause, version and facts.
    pub because: Because,
}

/// Why a lead stays with its owner although a step says that it should pass on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// When the step came to be known, the clock had ended or had passed on already.
    OverByThen,
    /// It was passed on so often already that it is not again.
    OftenEnough,
    /// The backup is nobody who is known here.
    BackupUnknown,
    /// The backup has it already.
    BackupHasIt,
    /// The backup has left, or may not sign in.
    BackupGone,
    /// The backup is away that day.
    BackupAway,
}

impl Kept {
    /// The cause in words, without an end.
    pub fn words(self) -> &'static str {
        match self {
            Kept::OverByThen => "it had ended or passed on before the step was known",
            Kept::OftenEnough => "it was passed on as often as the Agreement lets it",
            Kept::BackupUnknown => "the backup is nobody who is known here",
            Kept::BackupHasIt => "the backup has it already",
            Kept::BackupGone => "the backup has left or may not sign in",
            Kept::BackupAway => "the backup is away",
        }
    }
}

/// A running clock rests; from here on no time counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClockPaused {
    /// Which clock.
    pub clock: ClockId,
    /// What it runs on.
    #[serde(flatten)]
    pub subject: Subject,
    /// Clause, version and facts.
    pub because: Because,
}

/// A resting clock counts again, and is due later by the working time that it rested.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClockResumed {
    /// Which clock.
    pub clock: ClockId,
    /// What it runs on.
    #[serde(flatten)]
    pub subject: Subject,
    /// From here it is at risk.
    pub at_risk_at: Timestamp,
    /// From here it is missed.
    pub due_at: Timestamp,
    /// When the first step of its ladder to come is reached, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_step_at: Option<Timestamp>,
    /// Clause, version and facts.
    pub because: Because,
}

/// A running clock passed to another owner with the time that is used, because its service level
/// runs on when its subject is passed on. Source: domain.md 2.5.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClockPassedOn {
    /// Which clock.
    pub clock: ClockId,
    /// What it runs on.
    #[serde(flatten)]
    pub subject: Subject,
    /// Who has to answer from now on.
    pub owner: Option<UserId>,
    /// Whether it was past due by then: the miss stays with the earlier owner.
    pub overdue: bool,
    /// Clause, version and facts.
    pub because: Because,
}

/// A running clock is judged by the version that came into force at this instant, because its service
/// level there says so. Its time is reckoned from its start, and nothing is due before this instant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClockRecomputed {
    /// Which clock.
    pub clock: ClockId,
    /// What it runs on.
    #[serde(flatten)]
    pub subject: Subject,
    /// The version that governed it until then.
    pub was_under: Version,
    /// When it was due under that version; absent where a rest without an end kept that away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was_due_at: Option<Timestamp>,
    /// From here it is at risk; absent as above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_risk_at: Option<Timestamp>,
    /// From here it is missed; absent as above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// When the first step of its ladder to come is reached, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_step_at: Option<Timestamp>,
    /// Clause, version and facts.
    pub because: Because,
}

/// How a clock ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// In time.
    Met,
    /// After the due instant; the breach stays.
    MetLate,
    /// Not at all: it was overdue when it passed to another owner, or it was answered in hours
    /// that the service level does not take.
    Missed,
    /// It ended without an answer that counts, for a cause that is nobody's miss: it passed
    /// to another owner in time.
    NoVerdict,
}

impl Verdict {
    /// The verdict as words on screen.
    pub fn words(self) -> &'static str {
        match self {
            Verdict::Met => "in time",
            Verdict::MetLate => "came late",
            Verdict::Missed => "missed",
            Verdict::NoVerdict => "ended without a verdict",
        }
    }
}

/// A clock stopped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClockStopped {
    /// Which clock.
    pub clock: ClockId,
    /// What it runs on.
    #[serde(flatten)]
    pub subject: Subject,
    /// In time or late.
    pub verdict: Verdict,
    /// What stopped it: the status or stage entered, the activity, or `owner changed`.
    pub stopped_by: String,
    /// Working time from start to stop, without pauses, in seconds.
    pub working_seconds: i64,
    /// Time on the wall from start to stop, in seconds.
    pub elapsed_seconds: i64,
    /// When it was due, where the ledger says otherwise: a fact that came late shows that it ended
    /// before the version came into force by which it was judged anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// Clause, version and facts.
    pub because: Because,
}

/// An opportunity reached a signed milestone, for the first time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MilestoneReached {
    /// Which opportunity.
    pub opportunity: OpportunityId,
    /// The milestone's key, such as `accepted`.
    pub milestone: String,
    /// Clause, version and facts.
    pub because: Because,
}
