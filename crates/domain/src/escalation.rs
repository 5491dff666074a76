//! The ladder of a service level: who is told while nobody answers, and when a lead passes to the
//! backup, or goes by the routes once more. Its steps go on past the breach, and passing on takes no breach back. A step is reached at
//! an instant that follows from the calendar; people are told and leads pass on when it comes to be
//! known, and by how people stand then: after a long pause nobody is charged with time in which they
//! did not have the lead. Source: domain.md 2.5.

use std::{collections::BTreeSet, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use crate::{
    agreement::service::{PassesTo, Reassigns, Step, Tells},
    calendar::NeverOpen,
    clock::{Running, reached_at},
    decided::{ClockEscalated, Kept},
    fact::{Entry, Fact},
    figure::Because,
    ids::UserId,
    people::{Away, People},
    routed::PassedOnBy,
    service_level::ServiceClock,
};

/// At the instant of a step itself it may still be answered, so that the step counts right after.
const RIGHT_AFTER: SignedDuration = SignedDuration::from_millis(1);

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
    climbed(clock.began(), &Running::since(started_at), started_at)
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
        ladder.extend(at.map(|at| Reached { at: clock.not_before(at), step: number }));
    }
    ladder.sort();
    Ok(ladder)
}

/// The steps of a clock that stand among the facts about its subject.
pub fn standing_steps(clock: &ServiceClock, known: &[Arc<Entry>]) -> BTreeSet<u32> {
    let step = |entry: &Arc<Entry>| match entry.fact() {
        Fact::ClockEscalated(fact) if fact.clock == clock.id => Some(fact.step),
        _ => None,
    };
    known.iter().filter_map(step).collect()
}

/// The steps that a clock has reached by an instant without an answer and that do not stand among the
/// facts, with what each brings about; `known` are the facts about its subject until then.
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
    let standing = standing_steps(clock, known);
    let is_new = |reached: &&Reached| !standing.contains(&reached.step);
    let is_reached = |reached: &Reached| reached.at + RIGHT_AFTER <= as_of && reached.at < ended_at;
    let mut climb = Climb { clock, people, as_of, has_passed_on: false };
    let mut found = Vec::new();
    for (place, reached) in ladder.iter().enumerate() {
        if !is_reached(reached) || !is_new(&reached) {
            continue;
        }
        let step = &level.steps[reached.step as usize - 1];
        let passed = step.reassigns.map(|passes| climb.passes_to(reached.at, passes, known));
        let mut told = climb.told(step);
        if let Some(Ok(to)) = &passed {
            climb.has_passed_on = true;
            climb.tell_both(to.as_ref(), &mut told);
        }
        let fact = ClockEscalated {
            clock: clock.id.clone(),
            subject: clock.subject.clone(),
            step: reached.step,
            told,
            reassigned_to: passed.as_ref().and_then(|passed| passed.as_ref().ok().cloned()?),
            by_route: matches!(passed, Some(Ok(None))),
            kept: passed.and_then(Result::err),
            next_step_at: ladder[place + 1..].iter().find(is_new).map(|next| next.at),
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

/// A clock's steps at the instant at which they come to be known.
struct Climb<'a> {
    clock: &'a ServiceClock,
    people: &'a People,
    as_of: Timestamp,
    /// Whether an earlier step passes the lead on at this very instant.
    has_passed_on: bool,
}

impl<'a> Climb<'a> {
    fn is_over(&self) -> bool {
        self.clock.ended_at(self.as_of).is_some()
    }

    fn is_away(&self, user: &UserId) -> bool {
        self.away(user).is_some()
    }

    fn away(&self, user: &UserId) -> Option<&'a Away> {
        self.people.away(user, &self.clock.in_force.agreement.zone, self.as_of)
    }

    fn backup(&self) -> Option<&'a UserId> {
        self.people.named(self.clock.level().backup.as_deref()?)
    }

    /// Who is told, each once; nobody who has left, and nobody of what is over already.
    fn told(&self, step: &Step) -> Vec<UserId> {
        if self.is_over() {
            return Vec::new();
        }
        let mut seen = BTreeSet::new();
        let told = step.tells.iter().filter_map(|tells| self.whom(tells));
        told.filter(|user| self.is_here(user) && seen.insert(*user)).cloned().collect()
    }

    /// Whom a word of the text means now. For an owner who is away or has left it is whoever does their
    /// work, or the backup; for anybody else who is away, whoever does their work.
    fn whom(&self, tells: &Tells) -> Option<&'a UserId> {
        let owner = self.clock.holder(self.as_of);
        let named = match tells {
            Tells::Owner => {
                let owner = owner?;
                let is_there = self.is_here(owner) && !self.is_away(owner);
                let instead = || self.substitute(owner).or_else(|| self.backup());
                return if is_there { Some(owner) } else { instead().or(Some(owner)) };
            }
            Tells::Manager => self.people.colleague(owner?)?.manager.as_ref(),
            Tells::Backup => self.backup(),
            Tells::Named(name) => self.people.named(name),
        };
        named.map(|user| self.substitute(user).unwrap_or(user))
    }

    /// Whoever does the work of somebody who is away.
    fn substitute(&self, user: &UserId) -> Option<&'a UserId> {
        self.away(user)?.substitute.as_ref().filter(|user| self.is_here(user))
    }

    /// Whoever is not known here was never seen to leave.
    fn is_here(&self, user: &UserId) -> bool {
        self.people.colleague(user).is_none_or(|colleague| colleague.is_here)
    }

    /// Tells whoever loses the lead and whoever gets it that it passes on.
    fn tell_both(&self, to: Option<&UserId>, told: &mut Vec<UserId>) {
        for user in self.clock.holder(self.as_of).into_iter().chain(to) {
            if self.is_here(user) && !told.contains(user) {
                told.push(user.clone());
            }
        }
    }

    /// To whom the lead passes, nobody where the routes are to say it; or why it stays.
    fn passes_to(
        &self,
        reached_at: Timestamp,
        Reassigns { to, at_most }: Reassigns,
        known: &[Arc<Entry>],
    ) -> Result<Option<UserId>, Kept> {
        let passed_since = self.clock.passed.iter().any(|passing| passing.at > reached_at);
        if self.is_over() || passed_since || self.has_passed_on {
            return Err(Kept::OverByThen);
        }
        if self.passed_before(known) >= at_most as usize {
            return Err(Kept::OftenEnough);
        }
        if to == PassesTo::Route {
            return Ok(None);
        }
        let backup = self.backup().ok_or(Kept::BackupUnknown)?;
        if self.clock.holder(self.as_of) == Some(backup) {
            return Err(Kept::BackupHasIt);
        }
        if !self.people.colleague(backup).is_some_and(|colleague| colleague.can_own) {
            return Err(Kept::BackupGone);
        }
        if self.is_away(backup) {
            return Err(Kept::BackupAway);
        }
        Ok(Some(backup.clone()))
    }

    /// How often a step of this service level has passed the lead on before.
    fn passed_before(&self, known: &[Arc<Entry>]) -> usize {
        let level = format!("{}/", self.clock.level().id);
        let passed = known.iter().filter(|entry| match entry.fact() {
            Fact::ClockEscalated(fact) => {
                fact.reassigned_to.is_some() && fact.clock.as_str().starts_with(&level)
            }
            Fact::LeadRouted(fact) => {
                let of_level = |by: &PassedOnBy| by.clock.as_str().starts_with(&level);
                fact.routed.to.is_some() && fact.after.as_deref().is_some_and(of_level)
            }
            _ => false,
        });
        passed.count()
    }
}

/// A step that passes a lead on by the routes and that no route has followed yet, with the fact that
/// says so; the latest of them.
pub fn waits_for_routes(known: &[Arc<Entry>]) -> Option<(&Arc<Entry>, &ClockEscalated)> {
    let routed = known.iter().filter(|entry| matches!(entry.fact(), Fact::LeadRouted(_)));
    let routed_up_to = routed.map(|entry| entry.no).max();
    let passing = known.iter().filter_map(|entry| match entry.fact() {
        Fact::ClockEscalated(fact) if fact.by_route => Some((entry, fact)),
        _ => None,
    });
    let waits = passing.filter(|(entry, _)| routed_up_to.is_none_or(|no| no < entry.no));
    waits.max_by_key(|(entry, _)| entry.no)
}

/// Those who had a lead when a step passed it on by the routes.
pub fn missed_by(known: &[Arc<Entry>]) -> BTreeSet<UserId> {
    let passed = known.iter().filter_map(|entry| match entry.fact() {
        Fact::LeadRouted(fact) => fact.after.as_ref()?.from.clone(),
        _ => None,
    });
    passed.collect()
}
