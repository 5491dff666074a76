//! The ladder of a service level: who is told while nobody answers, and when a lead passes to the
//! backup. Its steps go on past the breach, and passing on takes no breach back. Source: domain.md 2.5.

use std::{collections::BTreeSet, sync::Arc};

use jiff::{SignedDuration, Timestamp, civil::Date};

use crate::{
    agreement::service::{Step, Tells},
    calendar::NeverOpen,
    clock::{Running, reached_at},
    decided::{ClockEscalated, Kept},
    fact::{Entry, Fact},
    figure::Because,
    ids::UserId,
    people::People,
    service_level::ServiceClock,
};

/// A lead passes on right after its step: at the instant itself it may still be answered, and what is
/// due then is missed by whoever had it.
pub const RIGHT_AFTER: SignedDuration = SignedDuration::from_millis(1);

/// A step of a clock's ladder, and when it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reached {
    /// When.
    pub at: Timestamp,
    /// Which step, from 1 in the order of the text.
    pub step: u32,
}

/// When each step of a clock is reached, as it is known at an instant and as if it never ended; the
/// first first. A step that a rest without an end keeps away is not there.
///
/// # Errors
/// [`NeverOpen`] when the clock's calendar has no hours.
pub fn ladder(clock: &ServiceClock, as_of: Timestamp) -> Result<Vec<Reached>, NeverOpen> {
    climbed(clock, &clock.running, as_of)
}

/// The same as if the clock never rested.
///
/// # Errors
/// [`NeverOpen`] when the clock's calendar has no hours.
pub fn ladder_at_start(clock: &ServiceClock) -> Result<Vec<Reached>, NeverOpen> {
    let started_at = clock.running.started_at;
    climbed(clock, &Running::since(started_at), started_at)
}

fn climbed(
    clock: &ServiceClock,
    running: &Running,
    as_of: Timestamp,
) -> Result<Vec<Reached>, NeverOpen> {
    let mut ladder = Vec::new();
    for (step, number) in clock.level().steps.iter().zip(1..) {
        let consumed = step.at.within(clock.target());
        let at = reached_at(clock.calendar(), clock.zone(), running, consumed, as_of)?;
        ladder.extend(at.map(|at| Reached { at, step: number }));
    }
    ladder.sort();
    Ok(ladder)
}

/// The steps that a clock has reached by an instant without an answer, with what each brings about;
/// `known` are the facts about its subject until then.
///
/// # Errors
/// [`NeverOpen`] when the clock's calendar has no hours.
pub fn escalations(
    clock: &ServiceClock,
    known: &[Arc<Entry>],
    people: &People,
    as_of: Timestamp,
) -> Result<Vec<(Timestamp, ClockEscalated)>, NeverOpen> {
    let level = clock.level();
    if level.steps.is_empty() {
        return Ok(Vec::new());
    }
    let ladder = ladder(clock, as_of)?;
    let ended_at = clock.ended_at(as_of).unwrap_or(Timestamp::MAX);
    let is_reached = |reached: &Reached| reached.at < as_of && reached.at < ended_at;
    let mut found = Vec::new();
    for (place, reached) in ladder.iter().enumerate().filter(|(_, reached)| is_reached(reached)) {
        let step = &level.steps[reached.step as usize - 1];
        let climb = Climb { clock, people, at: reached.at };
        let passed = step.reassigns.map(|at_most| climb.passes_to(at_most, known, as_of));
        let fact = ClockEscalated {
            clock: clock.id.clone(),
            subject: clock.subject.clone(),
            step: reached.step,
            told: climb.told(step),
            reassigned_to: passed.as_ref().and_then(|passed| passed.as_ref().ok().cloned()),
            kept: passed.and_then(Result::err),
            next_step_at: ladder.get(place + 1).map(|next| next.at),
            because: Because {
                version: clock.in_force.version,
                hash: clock.in_force.hash.clone(),
                clause: level.clause.clone(),
                facts: vec![clock.start_fact],
            },
        };
        found.push((reached.at, fact));
    }
    Ok(found)
}

/// A step of a clock at the instant at which it is reached.
struct Climb<'a> {
    clock: &'a ServiceClock,
    people: &'a People,
    at: Timestamp,
}

impl<'a> Climb<'a> {
    fn day(&self) -> Date {
        self.clock.in_force.agreement.zone.to_datetime(self.at).date()
    }

    fn backup(&self) -> Option<&'a UserId> {
        self.people.named(self.clock.level().backup.as_deref()?)
    }

    /// Who is told, each once; nobody who has left.
    fn told(&self, step: &Step) -> Vec<UserId> {
        let mut seen = BTreeSet::new();
        let told = step.tells.iter().filter_map(|tells| self.whom(tells));
        told.filter(|user| self.is_here(user) && seen.insert(*user)).cloned().collect()
    }

    fn whom(&self, tells: &Tells) -> Option<&'a UserId> {
        let owner = self.clock.holder(self.at);
        match tells {
            Tells::Owner => owner.map(|owner| self.stands_in(owner).unwrap_or(owner)),
            Tells::Manager => self.people.colleague(owner?)?.manager.as_ref(),
            Tells::Backup => self.backup(),
            Tells::Named(name) => self.people.named(name),
        }
    }

    /// Who stands in for somebody who is away: whoever they named for it, or the backup.
    fn stands_in(&self, owner: &UserId) -> Option<&'a UserId> {
        let away = self.people.away(owner, self.day())?;
        away.substitute.as_ref().filter(|user| self.is_here(user)).or_else(|| self.backup())
    }

    /// Whoever is not known here was never seen to leave.
    fn is_here(&self, user: &UserId) -> bool {
        self.people.colleague(user).is_none_or(|colleague| colleague.is_here)
    }

    /// To whom the lead passes, or why it stays.
    fn passes_to(
        &self,
        at_most: u32,
        known: &[Arc<Entry>],
        as_of: Timestamp,
    ) -> Result<UserId, Kept> {
        let passed_since = self.clock.passed.iter().any(|passing| passing.at > self.at);
        if self.clock.ended_at(as_of).is_some() || passed_since {
            return Err(Kept::OverByThen);
        }
        if self.passed_before(known) >= at_most as usize {
            return Err(Kept::OftenEnough);
        }
        let backup = self.backup().ok_or(Kept::BackupUnknown)?;
        if self.clock.holder(self.at) == Some(backup) {
            return Err(Kept::BackupHasIt);
        }
        if !self.people.colleague(backup).is_some_and(|colleague| colleague.can_own) {
            return Err(Kept::BackupGone);
        }
        if self.people.away(backup, self.day()).is_some() {
            return Err(Kept::BackupAway);
        }
        Ok(backup.clone())
    }

    /// How often a step of this service level has passed the lead on before.
    fn passed_before(&self, known: &[Arc<Entry>]) -> usize {
        let level = format!("{}/", self.clock.level().id);
        let passed = known.iter().filter(|entry| match entry.fact() {
            Fact::ClockEscalated(fact) => {
                fact.reassigned_to.is_some()
                    && fact.clock.as_str().starts_with(&level)
                    && entry.happened_at() < self.at
            }
            _ => false,
        });
        passed.count()
    }
}
