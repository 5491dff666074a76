//! The clocks that the facts about a lead or an opportunity set going under the signed service
//! levels, and how each stands.
//!
//! The version in force when a clock starts governs it to its end, unless a later one says that clocks
//! that run are judged by it from then on. Breaches are instants that
//! follow from the calendar; nobody has to look for them to exist. Source: domain.md 2.4, 2.5.

mod keeper;

use std::{fmt, sync::Arc};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::Serialize;

use keeper::Keeper;

use crate::{
    agreement::{History, InForce, ServiceLevel},
    calendar::{Calendar, NeverOpen},
    clock::{self, ClockState, Pause, Reading, Running, Terms},
    decided::Verdict,
    fact::{Entry, Fact},
    ids::{ClockId, FactNo, Subject, UserId, Version},
    people::People,
    standing::Standing,
};

/// One running of a service level on a lead or an opportunity.
#[derive(Debug, Clone)]
pub struct ServiceClock {
    /// Its name: the level, what it runs on and the fact that started it.
    pub id: ClockId,
    /// What it runs on.
    pub subject: Subject,
    /// The version that governs it, and the level's place in it.
    pub in_force: InForce,
    level: usize,
    /// How it stood when the version that governs it came into force, where it began under another.
    pub before: Option<Box<ServiceClock>>,
    /// Who answered for it when it started.
    pub owner: Option<UserId>,
    /// How often its subject had been passed on when it started.
    pub transfer: u32,
    /// Its instants.
    pub running: Running,
    /// What ended it.
    pub stopped_by: Option<String>,
    /// The fact that started it.
    pub start_fact: FactNo,
    /// The fact that ended it.
    pub stop_fact: Option<FactNo>,
    /// Who it passed to while it ran on, in order.
    pub passed: Vec<Passing>,
    /// What made it rest and count again.
    pub turned_by: Vec<(Turned, Option<Turned>)>,
    zone: TimeZone,
    calendar: Calendar,
    /// How much time there is, in the hours that count.
    target: SignedDuration,
}

/// What makes a clock rest, or count again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turned {
    /// A fact about its subject.
    By(FactNo),
    /// The coming into force of a version that judges clocks that run.
    Under(Version),
}

impl Turned {
    /// The fact, where it is one.
    pub fn fact(self) -> Option<FactNo> {
        match self {
            Turned::By(fact) => Some(fact),
            Turned::Under(_) => None,
        }
    }
}

impl fmt::Display for Turned {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Turned::By(fact) => write!(out, "{fact}"),
            Turned::Under(version) => write!(out, "version-{version}"),
        }
    }
}

/// A running clock's passing to another owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passing {
    /// When.
    pub at: Timestamp,
    /// The fact that passed its subject on.
    pub fact: FactNo,
    /// Who has to answer from then on.
    pub owner: Option<UserId>,
    /// Whether it was past due by then, so that the miss stays with the earlier owner.
    pub overdue: bool,
}

/// A clock's end, as a decided fact carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct End {
    /// When.
    pub at: Timestamp,
    /// How.
    pub verdict: Verdict,
    /// Working time from start to stop without pauses, in seconds.
    pub working_seconds: i64,
    /// Time on the wall, in seconds.
    pub elapsed_seconds: i64,
}

/// How a running clock goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counting {
    /// The time that is left, in the hours that count; less than none once it is late.
    pub left: SignedDuration,
    /// From so much left on it is at risk.
    pub at_risk: SignedDuration,
    /// The stretches in which it goes on.
    pub ahead: Vec<(Timestamp, Timestamp)>,
}

impl Counting {
    /// The same at a later instant, up to another: what counting anew says then, as long as nothing
    /// happens to the clock and the stretches were asked for up to there.
    pub fn later(&self, at: Timestamp, until: Timestamp) -> Counting {
        let goes_on = |(from, to): &(Timestamp, Timestamp)| (at.max(*from), until.min(*to));
        let passed = self.ahead.iter().map(|(from, to)| at.min(*to).duration_since(*from));
        let passed = passed.map(|passed| passed.max(SignedDuration::ZERO));
        Counting {
            left: self.left - passed.sum::<SignedDuration>(),
            at_risk: self.at_risk,
            ahead: self.ahead.iter().map(goes_on).filter(|(from, to)| from < to).collect(),
        }
    }
}

impl ServiceClock {
    /// The service level that it runs under.
    pub fn level(&self) -> &ServiceLevel {
        &self.in_force.agreement.service_levels[self.level]
    }

    /// Who answers for it: whoever had its subject when it was missed, or has it.
    pub fn answers(&self) -> Option<&UserId> {
        let passed = self.passed.iter().rfind(|passing| !passing.overdue);
        passed.map_or(self.owner.as_ref(), |passing| passing.owner.as_ref())
    }

    /// The zone in which its hours are counted.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The hours that count.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// How much time there is, in the hours that count.
    pub fn target(&self) -> SignedDuration {
        self.target
    }

    /// It as it was when it started, under the version in force then.
    pub fn began(&self) -> &ServiceClock {
        self.before.as_deref().map_or(self, ServiceClock::began)
    }

    /// It as each version judges it that came into force while it ran, the last first.
    pub fn judged_anew(&self) -> impl Iterator<Item = &ServiceClock> {
        let all = std::iter::successors(Some(self), |clock| clock.before.as_deref());
        all.filter(|clock| clock.before.is_some())
    }

    /// From when on it is judged by the version that governs it, where it began under another.
    pub fn judged_from(&self) -> Option<Timestamp> {
        self.before.as_ref().map(|_| self.in_force.from)
    }

    /// It as it was known at an instant: with what had happened to it by then.
    pub fn known_at(&self, at: Timestamp) -> ServiceClock {
        let by_then = |ended_at: Option<Timestamp>| ended_at.filter(|ended_at| *ended_at <= at);
        let pauses = self.running.pauses.iter().filter(|pause| pause.from <= at);
        let pauses = pauses.map(|pause| Pause { until: by_then(pause.until), ..*pause });
        let running = Running {
            started_at: self.running.started_at,
            pauses: pauses.collect(),
            stopped_at: by_then(self.running.stopped_at),
            withdrawn_at: by_then(self.running.withdrawn_at),
            voided_at: by_then(self.running.voided_at),
        };
        ServiceClock { running, ..self.clone() }
    }

    /// The instant itself, or the one from which on it is judged by its version, if that is later.
    pub fn not_before(&self, at: Timestamp) -> Timestamp {
        self.terms().not_before(at)
    }

    fn terms(&self) -> Terms {
        let level = self.level();
        Terms {
            target: self.target,
            warn_after: level.warn.within(self.target),
            zero_business_time: level.zero_time,
            hold_from: self.judged_from(),
        }
    }

    /// How it stands at an instant.
    ///
    /// # Errors
    /// [`NeverOpen`] when its calendar has no hours.
    pub fn read(&self, as_of: Timestamp) -> Result<Reading, NeverOpen> {
        clock::read(&self.calendar, &self.zone, &self.terms(), &self.running, as_of)
    }

    /// How it goes on from the instant of a reading, while it runs: nothing for one that rests or
    /// has ended.
    pub fn counting(
        &self,
        reading: &Reading,
        as_of: Timestamp,
        until: Timestamp,
    ) -> Option<Counting> {
        let left = match reading.state {
            ClockState::Running | ClockState::AtRisk => {
                (self.target - reading.consumed).max(SignedDuration::ZERO)
            }
            ClockState::Breached if self.ended_at(as_of).is_none() => -reading.lateness,
            _ => return None,
        };
        let (due_at, over) = (reading.due_at, (as_of, until));
        let ahead = clock::ahead(&self.calendar, &self.zone, &self.running, due_at, over);
        Some(Counting { left, at_risk: self.target - self.terms().warn_after, ahead })
    }

    /// How it stood when it started, as if it never rested.
    ///
    /// # Errors
    /// [`NeverOpen`] when its calendar has no hours.
    pub fn read_at_start(&self) -> Result<Reading, NeverOpen> {
        let (began, started_at) = (self.began(), self.running.started_at);
        let fresh = Running::since(started_at);
        clock::read(&began.calendar, &began.zone, &began.terms(), &fresh, started_at)
    }

    /// Who has its subject at an instant.
    pub fn holder(&self, at: Timestamp) -> Option<&UserId> {
        let passed = self.passed.iter().rfind(|passing| passing.at <= at);
        passed.map_or(self.owner.as_ref(), |passing| passing.owner.as_ref())
    }

    /// When it ended, if it has by an instant.
    pub fn ended_at(&self, as_of: Timestamp) -> Option<Timestamp> {
        let ended_at = [self.running.stopped_at, self.running.withdrawn_at];
        ended_at.into_iter().flatten().min().filter(|at| *at <= as_of)
    }

    /// How it ended, if it has by an instant.
    ///
    /// # Errors
    /// [`NeverOpen`] when its calendar has no hours.
    pub fn end(&self, as_of: Timestamp) -> Result<Option<End>, NeverOpen> {
        let Some(at) = self.ended_at(as_of) else { return Ok(None) };
        let reading = self.read(at)?;
        let verdict = match reading.state {
            ClockState::Met => Verdict::Met,
            ClockState::MetLate => Verdict::MetLate,
            ClockState::NotMet | ClockState::Breached => Verdict::Missed,
            _ => Verdict::NoVerdict,
        };
        Ok(Some(End {
            at,
            verdict,
            working_seconds: reading.consumed.as_secs(),
            elapsed_seconds: reading.elapsed.as_secs(),
        }))
    }
}

/// Every clock that `entries` have started, oldest first: the facts about the subject, and about
/// what it is seen with, in the order in which they happened, up to `as_of`; under the versions that
/// were in force by then.
///
/// # Errors
/// [`NeverOpen`] when a target is counted in working days and none ever comes.
pub fn clocks(
    subject: &Subject,
    entries: &[Arc<Entry>],
    agreements: &History,
    people: &People,
    as_of: Timestamp,
) -> Result<Vec<ServiceClock>, NeverOpen> {
    let mut keeper = Keeper::new(subject, agreements, people, merged_at(subject, entries));
    // Two standings one fact apart: to take each fact in twice costs less than to copy one.
    let mut before = Standing::before(subject.kind(), entries);
    let mut after = before.clone();
    for entry in entries {
        keeper.come_into_force(entry.happened_at(), &before)?;
        let rules = agreements.at(entry.happened_at()).map(|in_force| &*in_force.agreement);
        after.apply(entry, rules);
        keeper.take(&before, &after, entry)?;
        before.apply(entry, rules);
    }
    keeper.come_into_force(as_of, &before)?;
    Ok(keeper.found())
}

/// From when on a lead goes on as another; never, where it does not.
fn merged_at(subject: &Subject, entries: &[Arc<Entry>]) -> Timestamp {
    let is_it = |entry: &&Arc<Entry>| match entry.fact() {
        Fact::LeadsMerged(merged) => !merged.survives && subject.lead() == Some(&merged.lead),
        _ => false,
    };
    entries.iter().find(is_it).map_or(Timestamp::MAX, |entry| entry.happened_at())
}

#[cfg(test)]
mod tests;
