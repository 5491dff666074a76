//! The one pass over a subject's facts that finds its clocks.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{Passing, ServiceClock, Turned};
use crate::{
    agreement::{
        Agreement, History, InForce, ServiceLevel,
        service::{Hours, OnTransfer, Target, ZonePolicy},
    },
    calendar::{Calendar, NeverOpen},
    clock::{Pause, Running},
    condition::{Condition, Name, Root, Truth, View},
    fact::{Entry, Fact},
    field::FieldValue,
    ids::{ClockId, FactNo, Subject, UserId},
    lead::LeadView,
    people::People,
    standing::Standing,
};

/// What has run so far, and what runs.
pub(super) struct Keeper<'a> {
    subject: Subject,
    agreements: &'a History,
    people: &'a People,
    /// The versions to come that judge clocks that run, the next one first.
    to_come: VecDeque<&'a InForce>,
    /// The clock that runs, by service level, as its place in `all`.
    running: BTreeMap<String, usize>,
    all: Vec<ServiceClock>,
    /// From when on the lead goes on as another, so that only the clocks that run are kept.
    starts_until: Timestamp,
}

impl<'a> Keeper<'a> {
    /// Before the first fact.
    pub(super) fn new(
        subject: &Subject,
        agreements: &'a History,
        people: &'a People,
        starts_until: Timestamp,
    ) -> Keeper<'a> {
        let recomputes = |version: &&InForce| version.agreement.recomputes().next().is_some();
        Keeper {
            subject: subject.clone(),
            agreements,
            people,
            to_come: agreements.0.iter().filter(recomputes).collect(),
            running: BTreeMap::new(),
            all: Vec::new(),
            starts_until,
        }
    }

    /// All that were found, oldest first.
    pub(super) fn found(mut self) -> Vec<ServiceClock> {
        self.all.sort_by_key(|clock| (clock.running.started_at, clock.start_fact));
        self.all
    }

    /// Brings into force the versions whose instant has come by then, over how its subject stands.
    pub(super) fn come_into_force(
        &mut self,
        by: Timestamp,
        standing: &Standing,
    ) -> Result<(), NeverOpen> {
        while let Some(version) = self.to_come.front().filter(|version| version.from <= by) {
            let version = *version;
            self.to_come.pop_front();
            for level in version.agreement.recomputes() {
                if level.on == self.subject.kind()
                    && let Some(place) = self.running.get(&level.id).copied()
                {
                    self.recompute(place, version, level, standing)?;
                }
            }
        }
        Ok(())
    }

    /// Judges a clock that runs by another version from its coming into force on. What was missed by
    /// then keeps its version: its verdict is spoken.
    fn recompute(
        &mut self,
        place: usize,
        version: &InForce,
        level: &ServiceLevel,
        standing: &Standing,
    ) -> Result<(), NeverOpen> {
        let (from, before) = (version.from, &self.all[place]);
        if before.read(from)?.due_at.is_some_and(|due_at| due_at < from) {
            return Ok(());
        }
        let started_at = before.running.started_at;
        let owner = (before.owner.as_ref(), started_at);
        let view = standing.view(from);
        let (calendar, zone) = self.hours(&version.agreement, level, owner, &view);
        let target = target(level, &calendar, &zone, started_at)?;
        let levels = &version.agreement.service_levels;
        let index = levels.iter().position(|known| known.id == level.id);
        let clock = &mut self.all[place];
        clock.before = Some(Box::new(clock.clone()));
        clock.in_force = version.clone();
        clock.level = index.expect("it is one of them");
        (clock.zone, clock.calendar, clock.target) = (zone, calendar, target);
        if level.stops_when.holds(&view) == Truth::Yes {
            clock.running.stopped_at = Some(from);
            clock.stopped_by = Some(format!("version {} came into force", version.version));
            self.running.remove(&level.id);
            return Ok(());
        }
        let rests = |when: &Condition| when.holds(&view) == Truth::Yes;
        let rests = level.pauses_when.as_ref().is_some_and(rests);
        clock.turn(rests, from, Turned::Under(version.version));
        Ok(())
    }

    pub(super) fn take(
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
        let started_at = entry.happened_at();
        let (owner, view) = ((standing.owner(), started_at), standing.view(started_at));
        let (calendar, zone) = self.hours(&in_force.agreement, &levels[index], owner, &view);
        let target = target(&levels[index], &calendar, &zone, started_at)?;
        let rests =
            levels[index].pauses_when.as_ref().is_some_and(|when| when.holds(&view) == Truth::Yes);
        let resting = Pause { from: started_at, until: None };
        self.running.insert(level.to_owned(), self.all.len());
        self.all.push(ServiceClock {
            id: ClockId(format!("{level}/{}/{}", self.subject.id(), entry.no)),
            subject: self.subject.clone(),
            in_force: in_force.clone(),
            level: index,
            before: None,
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
            turned_by: rests.then_some((Turned::By(entry.no), None)).into_iter().collect(),
            zone,
            calendar,
            target,
        });
        Ok(())
    }

    /// The hours that count under a level for whoever had its subject at an instant.
    fn hours(
        &self,
        agreement: &Agreement,
        level: &ServiceLevel,
        (owner, at): (Option<&UserId>, Timestamp),
        view: &LeadView<'_>,
    ) -> (Calendar, TimeZone) {
        let owner = owner.and_then(|owner| self.people.hours(owner, at));
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
            ZonePolicy::Prospect => prospect_zone(view),
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
        if rests(after) != rests(before) {
            self.turn(rests(after), at, Turned::By(entry.no));
        }
    }

    /// Begins or ends a rest, where it does not stand so already.
    fn turn(&mut self, rests: bool, at: Timestamp, by: Turned) {
        let resting = self.running.pauses.last_mut().filter(|pause| pause.until.is_none());
        match (resting, rests) {
            (None, true) => {
                self.running.pauses.push(Pause { from: at, until: None });
                self.turned_by.push((by, None));
            }
            (Some(pause), false) => {
                pause.until = Some(at);
                self.turned_by.last_mut().expect("what made it rest is known").1 = Some(by);
            }
            _ => {}
        }
    }
}

/// How much time there is from a start on, in the hours that count.
fn target(
    level: &ServiceLevel,
    calendar: &Calendar,
    zone: &TimeZone,
    started_at: Timestamp,
) -> Result<SignedDuration, NeverOpen> {
    match level.target {
        Target::Time(time) => Ok(time),
        Target::WorkingDays(days) => calendar.until_close_of_working_day(zone, started_at, days),
    }
}

fn prospect_zone(view: &LeadView<'_>) -> Option<TimeZone> {
    let name = Name { root: Root::Lead, field: "zone".into(), lowered: false };
    let value: FieldValue = view.value(&name)?;
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
