//! The clocks that the facts about a lead or an opportunity set going under the signed service
//! levels, and how each stands.
//!
//! The version in force when a clock starts governs it to its end. Breaches are instants that
//! follow from the calendar; nobody has to look for them to exist. Source: domain.md 2.4, 2.5.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::Serialize;

use crate::{
    agreement::{
        Agreement, History, InForce, ServiceLevel,
        service::{Hours, OnTransfer, Target, ZonePolicy},
    },
    calendar::{Calendar, NeverOpen},
    clock::{self, ClockState, Pause, Reading, Running, Terms},
    condition::{Condition, Name, Root, Truth, View},
    decided::Verdict,
    fact::{Entry, Fact},
    field::FieldValue,
    ids::{ClockId, FactNo, Subject, UserId},
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
    /// The facts at which it began to rest and to count again.
    pub pause_facts: Vec<(FactNo, Option<FactNo>)>,
    zone: TimeZone,
    calendar: Calendar,
    /// How much time there is, in the hours that count.
    target: SignedDuration,
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

    fn terms(&self) -> Terms {
        let level = self.level();
        Terms {
            target: self.target,
            warn_after: level.warn.within(self.target),
            zero_business_time: level.zero_time,
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
            ClockState::Running | ClockState::AtRisk => self.target - reading.consumed,
            ClockState::Breached if self.ended_at(as_of).is_none() => -reading.lateness,
            _ => return None,
        };
        let (due_at, over) = (reading.due_at, (as_of, until));
        let ahead = clock::ahead(&self.calendar, &self.zone, &self.running, due_at, over);
        Some(Counting { left, at_risk: self.target - self.terms().warn_after, ahead })
    }

    /// How it would stand at an instant if it never rested.
    ///
    /// # Errors
    /// [`NeverOpen`] when its calendar has no hours.
    pub fn read_at_start(&self) -> Result<Reading, NeverOpen> {
        let started_at = self.running.started_at;
        let fresh = Running::since(started_at);
        clock::read(&self.calendar, &self.zone, &self.terms(), &fresh, started_at)
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
/// what it is seen with, in the order in which they happened.
///
/// # Errors
/// [`NeverOpen`] when a target is counted in working days and none ever comes.
pub fn clocks(
    subject: &Subject,
    entries: &[Arc<Entry>],
    agreements: &History,
    people: &People,
) -> Result<Vec<ServiceClock>, NeverOpen> {
    let mut keeper = Keeper {
        subject: subject.clone(),
        agreements,
        people,
        running: BTreeMap::new(),
        all: Vec::new(),
        starts_until: merged_at(subject, entries),
    };
    // Two standings one fact apart: to take each fact in twice costs less than to copy one.
    let mut before = Standing::before(subject.kind(), entries);
    let mut after = before.clone();
    for entry in entries {
        let rules = agreements.at(entry.happened_at()).map(|in_force| &*in_force.agreement);
        after.apply(entry, rules);
        keeper.take(&before, &after, entry)?;
        before.apply(entry, rules);
    }
    keeper.all.sort_by_key(|clock| (clock.running.started_at, clock.start_fact));
    Ok(keeper.all)
}

/// From when on a lead goes on as another; never, where it does not.
fn merged_at(subject: &Subject, entries: &[Arc<Entry>]) -> Timestamp {
    let is_it = |entry: &&Arc<Entry>| match entry.fact() {
        Fact::LeadsMerged(merged) => !merged.survives && subject.lead() == Some(&merged.lead),
        _ => false,
    };
    entries.iter().find(is_it).map_or(Timestamp::MAX, |entry| entry.happened_at())
}

struct Keeper<'a> {
    subject: Subject,
    agreements: &'a History,
    people: &'a People,
    /// The clock that runs, by service level, as its place in `all`.
    running: BTreeMap<String, usize>,
    all: Vec<ServiceClock>,
    /// From when on the lead goes on as another, so that only the clocks that run are kept.
    starts_until: Timestamp,
}

impl Keeper<'_> {
    fn take(
        &mut self,
        before: &Standing,
        after: &Standing,
        entry: &Entry,
    ) -> Result<(), NeverOpen> {
        let levels: Vec<String> = self.running.keys().cloned().collect();
        for level in levels {
            self.turn(&level, before, after, entry)?;
        }
        let Some(in_force) = self.agreements.at(entry.happened_at()) else { return Ok(()) };
        for (index, level) in in_force.agreement.service_levels.iter().enumerate() {
            if level.on == self.subject.kind() && !self.running.contains_key(&level.id) {
                self.start(in_force, index, before, after, entry)?;
            }
        }
        Ok(())
    }

    /// What a fact does to a clock that runs.
    fn turn(
        &mut self,
        level: &str,
        before: &Standing,
        after: &Standing,
        entry: &Entry,
    ) -> Result<(), NeverOpen> {
        let at = entry.happened_at();
        let clock = &mut self.all[self.running[level]];
        let in_force = clock.in_force.clone();
        let level = &in_force.agreement.service_levels[clock.level];
        let view = after.view(at).with_fact(entry, &in_force.agreement);
        if level.stops_when.holds(&view) == Truth::Yes {
            clock.stop(at, what(entry, after), entry.no);
            self.running.remove(&level.id);
            return Ok(());
        }
        let changed = level
            .renews_on
            .iter()
            .find(|name| after.view(at).value(name) != before.view(at).value(name));
        if let Some(changed) = changed {
            clock.stop(at, format!("{} changed", changed.field.replace('_', " ")), entry.no);
            return self.renew(&in_force, level, after, entry);
        }
        clock.rest(level, before, after, entry);
        if before.owner() == after.owner() {
            return Ok(());
        }
        if level.on_transfer == OnTransfer::RunOn {
            return clock.pass_on(after.owner().cloned(), at, entry.no);
        }
        match level.on_transfer {
            OnTransfer::RestartAnswered => clock.running.stopped_at = Some(at),
            _ => clock.running.withdrawn_at = Some(at),
        }
        clock.stopped_by = Some("owner changed".into());
        clock.stop_fact = Some(entry.no);
        self.renew(&in_force, level, after, entry)
    }

    /// Takes an ended clock away, and begins a fresh one where what starts it still holds.
    fn renew(
        &mut self,
        in_force: &InForce,
        level: &ServiceLevel,
        after: &Standing,
        entry: &Entry,
    ) -> Result<(), NeverOpen> {
        self.running.remove(&level.id);
        if level.starts_when.holds(&after.view(entry.happened_at())) == Truth::Yes {
            self.begin(in_force, &level.id, after, entry)?;
        }
        Ok(())
    }

    /// Starts a clock where its condition begins to hold.
    fn start(
        &mut self,
        in_force: &InForce,
        index: usize,
        before: &Standing,
        after: &Standing,
        entry: &Entry,
    ) -> Result<(), NeverOpen> {
        let level = &in_force.agreement.service_levels[index];
        let at = entry.happened_at();
        let view = after.view(at).with_fact(entry, &in_force.agreement);
        let held = || level.starts_when.holds(&before.view(at)) == Truth::Yes;
        let stops = || level.stops_when.holds(&view) == Truth::Yes;
        let covered =
            || level.applies_when.as_ref().is_none_or(|when| when.holds(&view) == Truth::Yes);
        if level.starts_when.holds(&view) == Truth::Yes && !held() && !stops() && covered() {
            self.begin(in_force, &level.id, after, entry)?;
        }
        Ok(())
    }

    fn begin(
        &mut self,
        in_force: &InForce,
        level: &str,
        standing: &Standing,
        entry: &Entry,
    ) -> Result<(), NeverOpen> {
        let levels = &in_force.agreement.service_levels;
        let index = levels.iter().position(|l| l.id == level).expect("it was found by this key");
        let earlier = self.all.iter().filter(|clock| clock.level().id == level).count();
        let is_most = levels[index].most_clocks.is_some_and(|most| earlier >= most as usize);
        if is_most || entry.happened_at() >= self.starts_until {
            return Ok(());
        }
        let (calendar, zone) = self.hours(&in_force.agreement, &levels[index], standing, entry);
        let started_at = entry.happened_at();
        let target = match levels[index].target {
            Target::Time(time) => time,
            Target::WorkingDays(days) => {
                calendar.until_close_of_working_day(&zone, started_at, days)?
            }
        };
        let rests = levels[index]
            .pauses_when
            .as_ref()
            .is_some_and(|when| when.holds(&standing.view(started_at)) == Truth::Yes);
        let resting = Pause { from: started_at, until: None };
        self.running.insert(level.to_owned(), self.all.len());
        self.all.push(ServiceClock {
            id: ClockId(format!("{level}/{}/{}", self.subject.id(), entry.no)),
            subject: self.subject.clone(),
            in_force: in_force.clone(),
            level: index,
            owner: standing.owner().cloned(),
            transfer: standing.transfers(),
            running: Running {
                pauses: rests.then_some(resting).into_iter().collect(),
                ..Running::since(started_at)
            },
            stopped_by: None,
            start_fact: entry.no,
            stop_fact: None,
            passed: Vec::new(),
            pause_facts: rests.then_some((entry.no, None)).into_iter().collect(),
            zone,
            calendar,
            target,
        });
        Ok(())
    }

    fn hours(
        &self,
        agreement: &Agreement,
        level: &ServiceLevel,
        standing: &Standing,
        entry: &Entry,
    ) -> (Calendar, TimeZone) {
        let hours = |owner| self.people.hours(owner, entry.happened_at());
        let owner = standing.owner().and_then(hours);
        let named = |key: &str| agreement.calendars.get(key).cloned();
        let calendar = match &level.hours {
            Hours::Elapsed => Some(Calendar::always_open("all hours")),
            Hours::Calendar(key) => named(key),
            Hours::OfOwner => owner.and_then(|owner| named(owner.calendar.as_deref()?)),
        };
        let calendar = calendar
            .or_else(|| named(&agreement.default_calendar))
            .unwrap_or_else(|| Calendar::always_open("all hours"));
        let own = calendar.zone().cloned().unwrap_or_else(|| agreement.zone.clone());
        let zone = match level.zone {
            ZonePolicy::Calendar => None,
            ZonePolicy::Owner => owner.and_then(|owner| owner.zone.clone()),
            ZonePolicy::Prospect => prospect_zone(standing, entry.happened_at()),
        };
        match zone {
            Some(zone) => (calendar.anywhere(), zone),
            None => (calendar, own),
        }
    }
}

impl ServiceClock {
    fn stop(&mut self, at: Timestamp, by: String, fact: FactNo) {
        self.running.stopped_at = Some(at);
        self.stopped_by = Some(by);
        self.stop_fact = Some(fact);
    }

    /// Passes to another owner and runs on. What was missed by then stays the earlier owner's.
    fn pass_on(
        &mut self,
        owner: Option<UserId>,
        at: Timestamp,
        fact: FactNo,
    ) -> Result<(), NeverOpen> {
        let overdue = self.read(at)?.due_at.is_some_and(|due_at| due_at < at);
        self.passed.push(Passing { at, fact, owner, overdue });
        Ok(())
    }

    /// Begins or ends a rest where a fact makes what rests it hold, or hold no more.
    fn rest(&mut self, level: &ServiceLevel, before: &Standing, after: &Standing, entry: &Entry) {
        let at = entry.happened_at();
        let rests = |standing: &Standing| {
            let holds = |when: &Condition| when.holds(&standing.view(at)) == Truth::Yes;
            level.pauses_when.as_ref().is_some_and(holds)
        };
        if rests(after) && !rests(before) {
            self.running.pauses.push(Pause { from: at, until: None });
            self.pause_facts.push((entry.no, None));
        } else if rests(before)
            && !rests(after)
            && let Some(pause) = self.running.pauses.last_mut()
        {
            pause.until = Some(at);
            self.pause_facts.last_mut().expect("a pause has its fact").1 = Some(entry.no);
        }
    }
}

fn prospect_zone(standing: &Standing, at: Timestamp) -> Option<TimeZone> {
    let name = Name { root: Root::Lead, field: "zone".into(), lowered: false };
    let value: FieldValue = standing.view(at).value(&name)?;
    TimeZone::get(value.text()?).ok()
}

/// What a fact is, for the line "stopped by".
fn what(entry: &Entry, standing: &Standing) -> String {
    let reached = match &standing.opportunity {
        Some(opportunity) => &opportunity.stage,
        None => &standing.lead.status,
    };
    match entry.fact() {
        Fact::Activity(activity) => activity.kind.clone(),
        Fact::LeadAssigned(_) => "owner changed".into(),
        _ => reached.clone().unwrap_or_else(|| "a changed field".into()),
    }
}

#[cfg(test)]
mod tests;
