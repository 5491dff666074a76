//! Service levels: what starts a clock, what stops it, and whose hours count.

use jiff::SignedDuration;

use crate::{
    clock::{ZeroTime, share_of},
    condition::{Condition, Name},
    firm::Side,
    ids::SubjectKind,
};

/// A service level.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceLevel {
    /// Its key: `answer`.
    pub id: String,
    /// Its clause.
    pub clause: String,
    /// Its sentence, as signed.
    pub says: String,
    /// Whose duty it is.
    pub side: Side,
    /// What its clocks run on.
    pub on: SubjectKind,
    /// Which leads or opportunities it covers; all when absent. Judged at the start of the clock.
    pub applies_when: Option<Condition>,
    /// A clock starts when this begins to hold.
    pub starts_when: Condition,
    /// It stops at the first fact after which this holds.
    pub stops_when: Condition,
    /// It rests while this holds; time that rests does not count.
    pub pauses_when: Option<Condition>,
    /// It stops, and begins anew where it still applies, whenever one of these changes.
    pub renews_on: Vec<Name>,
    /// How much time there is.
    pub target: Target,
    /// From when on it is at risk.
    pub warn: Warn,
    /// Which hours count.
    pub hours: Hours,
    /// Whose zone they are in.
    pub zone: ZonePolicy,
    /// What passing the lead on does. Source: domain.md 2.5, reassignment.
    pub on_transfer: OnTransfer,
    /// What becomes of the clocks of this level that run when the version comes into force.
    pub running_clocks: RunningClocks,
    /// At most so many clocks of this level on one lead or opportunity.
    pub most_clocks: Option<u32>,
    /// The verdict when no working time passed between start and stop.
    pub zero_time: ZeroTime,
    /// The share of clocks that both sides want met, in thousandths.
    pub goal_per_mille: Option<i64>,
    /// What follows where it is missed, in the words that were signed.
    pub then: Option<String>,
    /// Who stands in for an owner, by mail address or user id.
    pub backup: Option<String>,
    /// What happens while nobody answers, in the order of the text.
    pub steps: Vec<Step>,
}

/// A step of the ladder that a clock climbs while nobody answers. Source: domain.md 2.5.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When it is reached.
    pub at: StepAt,
    /// Who is told.
    pub tells: Vec<Tells>,
    /// Passes the lead on.
    pub reassigns: Option<Reassigns>,
}

/// A lead passes on while nobody answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reassigns {
    /// To whom.
    pub to: PassesTo,
    /// At most so often on one lead under the service level.
    pub at_most: u32,
}

/// To whom a lead passes while nobody answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassesTo {
    /// To the backup of the service level.
    Backup,
    /// To whom the routes lead it, without those who had it and did not answer.
    Route,
}

/// When a step is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepAt {
    /// At this share of the target, in thousandths; it may be more than the whole.
    Share(i64),
    /// After so much of the hours that count since the due instant.
    Late(SignedDuration),
}

/// Whom a step tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tells {
    /// Whoever has the lead or opportunity; whoever stands in where they are away.
    Owner,
    /// Whoever leads the owner.
    Manager,
    /// The backup of the service level.
    Backup,
    /// Somebody, by mail address or user id.
    Named(String),
}

impl StepAt {
    /// How much of the hours that count passes before it is reached.
    pub fn within(self, target: SignedDuration) -> SignedDuration {
        match self {
            StepAt::Share(per_mille) => share_of(target, per_mille),
            StepAt::Late(time) => target.saturating_add(time),
        }
    }
}

/// How much time there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// So much of the hours that count.
    Time(SignedDuration),
    /// Until the close of the so-many-th working day after the day of the start.
    WorkingDays(u32),
}

/// From when on a clock is at risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warn {
    /// From this share of the target on, in thousandths.
    Share(i64),
    /// After so much of the hours that count.
    After(SignedDuration),
}

impl Warn {
    /// How much of a target may pass before the clock is at risk.
    pub fn within(self, target: SignedDuration) -> SignedDuration {
        match self {
            Warn::Share(per_mille) => share_of(target, per_mille),
            Warn::After(time) => time.min(target),
        }
    }
}

/// Which hours count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hours {
    /// All hours, on the wall.
    Elapsed,
    /// Those of the owner's calendar.
    OfOwner,
    /// Those of a named calendar.
    Calendar(String),
}

/// In whose zone the hours are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ZonePolicy {
    /// The owner's, or the calendar's when the owner's is unknown.
    Owner,
    /// The calendar's own.
    Calendar,
    /// The prospect's (`lead.zone`), or the calendar's when it is unknown.
    Prospect,
}

/// What passing the lead or opportunity on does to a running clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnTransfer {
    /// The clock of the earlier owner ends without a verdict, unless it was overdue, and the new
    /// owner gets a fresh one.
    Restart,
    /// The clock of the earlier owner ends as answered by the passing on, and the new owner gets a
    /// fresh one.
    RestartAnswered,
    /// The clock runs on (the prospect's clock).
    RunOn,
}

/// What becomes of the clocks of a service level that run when a version comes into force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunningClocks {
    /// They keep the version that governs them.
    Keep,
    /// From then on they are judged by this version, with their time reckoned from their start.
    /// Nothing is due before the version came into force, and what was missed by then stays missed
    /// under the version that governed it.
    Recompute,
}
