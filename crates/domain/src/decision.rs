//! What follows from the facts about a lead or an opportunity under the Agreement: the one function behind the live
//! decision, the minute tick, the import, and `lockstep decide`.
//!
//! A decision's key is made from the thing that it concerns, so that whoever notices it, and
//! however often, it stands in the ledger once.

mod recomputed;

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;

use recomputed::{recomputed, recomputed_by, was_recomputed_before};

use crate::{
    agreement::{History, InForce},
    calendar::NeverOpen,
    clock::Reading,
    decided::{
        ClockAtRisk, ClockBreached, ClockEscalated, ClockPassedOn, ClockPaused, ClockResumed,
        ClockStarted, ClockStopped, LeadFellBelow, LeadQualified, MilestoneReached, SOURCE,
        Verdict,
    },
    escalation::{Reached, escalations, ladder, ladder_at_start, standing_steps},
    fact::{Entry, Fact, Told},
    figure::Because,
    handing_over,
    handoff::LeadAssigned,
    ids::{FactNo, LeadId, OpportunityId, Subject},
    lead::{LeadHistory, in_order},
    milestone::{self, reached},
    people::People,
    qualification::{Assessment, Qualification, qualifications, stamped},
    service_level::{ServiceClock, Turned, clocks},
    withdrawal::first_key,
};

/// Finds what follows up to `as_of` from the facts about a subject and what it is seen with, and
/// hands each decision that is not among them to `record`, in order; `record` says under which
/// number it stands, or `None` if it stood already.
///
/// # Errors
/// Those of `record`, and [`NeverOpen`] when a service level counts hours that never come.
pub fn decide<E: From<NeverOpen>>(
    subject: &Subject,
    entries: Vec<Arc<Entry>>,
    agreements: &History,
    people: &People,
    as_of: Timestamp,
    mut record: impl FnMut(Told) -> Result<Option<Entry>, E>,
) -> Result<(), E> {
    let (entries, mut told) = match subject {
        Subject::Lead(lead) => {
            let history = LeadHistory::new(lead.clone(), entries);
            let (history, found) = qualify(history, agreements, as_of, &mut record)?;
            let history = hand_over(history, agreements, as_of, &mut record)?;
            let falls = found.iter().filter_map(|found| fell_below(lead, found)).collect();
            (history.into_entries(), falls)
        }
        Subject::Opportunity(_) => (in_order(entries), Vec::new()),
    };
    let (entries, clocks) = pass_on(subject, entries, agreements, people, as_of, &mut record)?;
    let known = until(&entries, as_of);
    if let Subject::Opportunity(opportunity) = subject {
        let reached = reached(known, agreements).into_iter();
        told.extend(reached.map(|reached| milestone(opportunity, reached)));
    }
    let standing = keys_of_decisions(&entries);
    for clock in &clocks {
        if !is_settled(clock, &standing, as_of) {
            told.extend(decisions_about(clock, known, people, as_of)?);
        }
    }
    let own = known.iter().filter_map(|entry| match entry.fact() {
        Fact::ClockStarted(started) if started.subject == *subject => Some((entry, started)),
        _ => None,
    });
    let gone = own.filter(|(_, started)| clocks.iter().all(|clock| clock.id != started.clock));
    told.extend(gone.map(|(entry, started)| no_longer_started(entry, started, as_of)));
    for told in told.into_iter().filter(|told| !standing.contains(told.key.as_str())) {
        record(told)?;
    }
    Ok(())
}

/// Records every qualification that is not among the facts yet, the earliest first. Gives the facts
/// back with them, and every qualification.
fn qualify<E>(
    mut history: LeadHistory,
    agreements: &History,
    as_of: Timestamp,
    record: &mut impl FnMut(Told) -> Result<Option<Entry>, E>,
) -> Result<(LeadHistory, Vec<Qualification>), E> {
    loop {
        let found = every_qualification(&history, agreements, as_of);
        let known = recorded(&history);
        let is_new = |q: &&Qualification| !known.contains(&(q.stamp.definition.as_str(), q.times));
        let Some(first) = found.iter().filter(is_new).min_by_key(|q| q.at) else {
            return Ok((history, found));
        };
        match record(qualified(&history.lead, first))? {
            Some(entry) => history.add(entry),
            None => return Ok((history, found)),
        }
    }
}

/// Records what handing over brings about, the earliest first, and gives the facts back with it.
fn hand_over<E: From<NeverOpen>>(
    mut history: LeadHistory,
    agreements: &History,
    as_of: Timestamp,
    record: &mut impl FnMut(Told) -> Result<Option<Entry>, E>,
) -> Result<LeadHistory, E> {
    while let Some(told) = handing_over::next(&history, agreements, as_of)? {
        match record(told)? {
            Some(entry) => history.add(entry),
            None => break,
        }
    }
    Ok(history)
}

/// The facts that had happened by an instant.
fn until(entries: &[Arc<Entry>], as_of: Timestamp) -> &[Arc<Entry>] {
    &entries[..entries.partition_point(|entry| entry.happened_at() <= as_of)]
}

/// Passes a lead on wherever a step of a ladder says so, the earliest first, with all that the ledger
/// is to know of the clock until then. Gives the facts back with it, and the clocks as they then stand.
fn pass_on<E: From<NeverOpen>>(
    subject: &Subject,
    mut entries: Vec<Arc<Entry>>,
    agreements: &History,
    people: &People,
    as_of: Timestamp,
    record: &mut impl FnMut(Told) -> Result<Option<Entry>, E>,
) -> Result<(Vec<Arc<Entry>>, Vec<ServiceClock>), E> {
    loop {
        let known = until(&entries, as_of);
        let clocks = clocks(subject, known, agreements, people, as_of)?;
        let told = passes(subject, &clocks, known, people, as_of)?;
        let standing = keys_of_decisions(&entries);
        let new = told.into_iter().filter(|told| !standing.contains(told.key.as_str()));
        let mut recorded = Vec::new();
        for told in new {
            recorded.extend(record(told)?.map(Arc::new));
        }
        if recorded.is_empty() {
            return Ok((entries, clocks));
        }
        entries.extend(recorded);
        entries = in_order(entries);
    }
}

/// The passing on by the step that was reached first of those that do not stand among the facts, after
/// all that is to be told of its clock until then; empty where there is none. A lead passes on when
/// that is decided, not when the step was reached: its next owner's time begins when they have it.
fn passes(
    subject: &Subject,
    clocks: &[ServiceClock],
    known: &[Arc<Entry>],
    people: &People,
    as_of: Timestamp,
) -> Result<Vec<Told>, NeverOpen> {
    let Some(lead) = subject.lead() else { return Ok(Vec::new()) };
    let passing = |clock: &&ServiceClock| {
        let runs = clock.ended_at(as_of).is_none();
        runs && clock.level().steps.iter().any(|step| step.reassigns.is_some())
    };
    let mut first: Option<(Timestamp, &ServiceClock, ClockEscalated)> = None;
    for clock in clocks.iter().filter(passing) {
        for (at, fact) in escalations(clock, known, people, as_of)? {
            let is_first = first.as_ref().is_none_or(|(first, ..)| at < *first);
            if fact.reassigned_to.is_some() && is_first {
                first = Some((at, clock, fact));
            }
        }
    }
    let Some((_, clock, fact)) = first else { return Ok(Vec::new()) };
    let mut told_of = decisions_about(clock, known, people, as_of)?;
    let key = clock_key(clock, &format!("step/{}/passed-on", fact.step));
    let assigned = LeadAssigned { lead: lead.clone(), owner: fact.reassigned_to, by: None };
    let at = Timestamp::from_millisecond(as_of.as_millisecond()).unwrap_or(as_of);
    told_of.push(told(key, at, Fact::LeadAssigned(assigned)));
    Ok(told_of)
}

/// Each time that the lead met a definition of any version.
fn every_qualification(
    history: &LeadHistory,
    agreements: &History,
    as_of: Timestamp,
) -> Vec<Qualification> {
    let versions = agreements.0.iter();
    let definitions = versions.flat_map(|version| version.agreement.definitions.iter());
    let ids: BTreeSet<&str> = definitions.map(|definition| definition.id.as_str()).collect();
    ids.into_iter().flat_map(|id| qualifications(history, agreements, id, as_of)).collect()
}

/// The qualifications that are among the facts, by definition and count.
fn recorded(history: &LeadHistory) -> BTreeSet<(&str, u32)> {
    let qualified = |fact| match fact {
        &Fact::LeadQualified(LeadQualified { ref definition, times, .. }) => {
            Some((definition.as_str(), times))
        }
        _ => None,
    };
    let all = history.until(Timestamp::MAX).iter();
    all.map(|entry| entry.fact()).filter_map(qualified).collect()
}

fn qualified(lead: &LeadId, found: &Qualification) -> Told {
    let definition = &found.stamp.definition;
    let fact = LeadQualified {
        lead: lead.clone(),
        definition: definition.clone(),
        status: found.status.clone(),
        components: stamped(&found.stamp),
        total: found.stamp.total,
        times: found.times,
        because: because_of(&found.stamp, &found.hash),
    };
    let key = format!("qualified/{definition}/{lead}/{}", found.times);
    told(key, found.at, Fact::LeadQualified(fact))
}

fn fell_below(lead: &LeadId, found: &Qualification) -> Option<Told> {
    let fall = found.fell.as_ref()?;
    let definition = &found.stamp.definition;
    let fact = LeadFellBelow {
        lead: lead.clone(),
        definition: definition.clone(),
        components: stamped(&fall.stamp),
        total: fall.stamp.total,
        times: found.times,
        because: because_of(&fall.stamp, &fall.hash),
    };
    let key = format!("fell-below/{definition}/{lead}/{}", found.times);
    Some(told(key, fall.at, Fact::LeadFellBelow(fact)))
}

fn because_of(stamp: &Assessment, hash: &str) -> Because {
    Because {
        version: stamp.version,
        hash: hash.to_owned(),
        clause: stamp.clause.clone(),
        facts: stamp.facts(),
    }
}

fn milestone(opportunity: &OpportunityId, reached: milestone::Reached) -> Told {
    let key = format!("milestone/{}/{opportunity}", reached.milestone);
    let fact = MilestoneReached {
        opportunity: opportunity.clone(),
        milestone: reached.milestone,
        because: because(&reached.in_force, &reached.clause, reached.facts),
    };
    told(key, reached.at, Fact::MilestoneReached(fact))
}

/// The keys of the decisions that are among the facts.
fn keys_of_decisions(entries: &[Arc<Entry>]) -> BTreeSet<&str> {
    let decided = entries.iter().filter(|entry| entry.told.source == SOURCE);
    decided.map(|entry| first_key(&entry.told.key)).collect()
}

/// Whether the ledger knows all that it can ever know of a clock by `as_of`. Such a clock need not
/// be read: one that was missed years ago and still runs is a long way through the calendar.
fn is_settled(clock: &ServiceClock, standing: &BTreeSet<&str>, as_of: Timestamp) -> bool {
    let stands = |what: &str| standing.contains(clock_key(clock, what).as_str());
    let rests = || {
        let mut pauses = clock.running.pauses.iter().zip(&clock.turned_by);
        pauses.all(|(pause, (from, until))| {
            let resumed = pause.until.filter(|at| *at <= as_of).and(*until);
            stands(&format!("paused/{from}"))
                && resumed.is_none_or(|by| stands(&format!("resumed/{by}")))
        })
    };
    let passed = || {
        let mut passed = clock.passed.iter();
        passed.all(|passing| stands(&format!("passed/{}", passing.fact)))
    };
    stands("started")
        && clock.judged_anew().all(|clock| stands(&recomputed_by(clock)))
        && passed()
        && stands("at-risk")
        && stands("breached")
        && (1..=clock.level().steps.len()).all(|step| stands(&format!("step/{step}")))
        && rests()
        && (clock.ended_at(as_of).is_none() || stands("stopped"))
}

/// The key of what is decided about a clock.
fn clock_key(clock: &ServiceClock, what: &str) -> String {
    format!("clock/{}/{what}", clock.id)
}

/// Everything that the ledger is to know of a clock by `as_of`; `known` are the facts about its subject.
fn decisions_about(
    clock: &ServiceClock,
    known: &[Arc<Entry>],
    people: &People,
    as_of: Timestamp,
) -> Result<Vec<Told>, NeverOpen> {
    let at_start = clock.read_at_start()?;
    let now = clock.read(as_of)?;
    let end = clock.end(as_of)?;
    let ended_at = end.map_or(Timestamp::MAX, |end| end.at);
    let mut told_of = match &clock.before {
        Some(before) => recomputed(clock, before, known, people)?,
        None => vec![started(clock, &at_start)?],
    };
    told_of.extend(rests(clock, known, as_of)?);
    told_of.extend(passings(clock));
    let because = || because(&clock.in_force, &clock.level().clause, vec![clock.start_fact]);
    let (id, subject) = (clock.id.clone(), clock.subject.clone());
    if let Some(at) = now.at_risk_at.filter(|at| *at <= as_of && *at < ended_at) {
        let fact = ClockAtRisk { clock: id.clone(), subject: subject.clone(), because: because() };
        told_of.push(told(clock_key(clock, "at-risk"), at, Fact::ClockAtRisk(fact)));
    }
    // At the instant itself it may still be met.
    if let Some(at) = now.due_at.filter(|at| *at < as_of && *at < ended_at) {
        let fact =
            ClockBreached { clock: id.clone(), subject: subject.clone(), because: because() };
        told_of.push(told(clock_key(clock, "breached"), at, Fact::ClockBreached(fact)));
    }
    for (at, fact) in escalations(clock, known, people, as_of)? {
        let key = clock_key(clock, &format!("step/{}", fact.step));
        told_of.push(told(key, at, Fact::ClockEscalated(fact)));
    }
    if let Some(end) = end {
        let mut because = because();
        because.facts.extend(clock.stop_fact);
        let fact = ClockStopped {
            clock: id.clone(),
            subject,
            verdict: end.verdict,
            stopped_by: clock.stopped_by.clone().unwrap_or_default(),
            working_seconds: end.working_seconds,
            elapsed_seconds: end.elapsed_seconds,
            due_at: now.due_at.filter(|_| was_recomputed_before(clock, known)),
            because,
        };
        told_of.push(told(clock_key(clock, "stopped"), end.at, Fact::ClockStopped(fact)));
    }
    Ok(told_of)
}

/// The end of a clock that stands in the ledger but that the facts, as they are known by now, no
/// longer start: one that came late may say that its condition held before.
fn no_longer_started(entry: &Entry, started: &ClockStarted, as_of: Timestamp) -> Told {
    let fact = ClockStopped {
        clock: started.clock.clone(),
        subject: started.subject.clone(),
        verdict: Verdict::NoVerdict,
        stopped_by: "the facts no longer start it".into(),
        working_seconds: 0,
        elapsed_seconds: as_of.duration_since(entry.happened_at()).as_secs(),
        due_at: None,
        because: started.because.clone(),
    };
    told(format!("clock/{}/stopped", started.clock), as_of, Fact::ClockStopped(fact))
}

fn started(clock: &ServiceClock, reading: &Reading) -> Result<Told, NeverOpen> {
    let due_at = reading.due_at.expect("a clock that does not rest is due");
    let fact = ClockStarted {
        clock: clock.id.clone(),
        subject: clock.subject.clone(),
        service_level: clock.level().id.clone(),
        owner: clock.owner.clone(),
        transfer: clock.transfer,
        counts_from: reading.effective_start,
        at_risk_at: reading.at_risk_at.unwrap_or(due_at),
        due_at,
        next_step_at: ladder_at_start(clock)?.first().map(|step| step.at),
        because: because(&clock.in_force, &clock.level().clause, vec![clock.start_fact]),
    };
    let at = clock.running.started_at;
    Ok(told(clock_key(clock, "started"), at, Fact::ClockStarted(fact)))
}

/// Each rest and each resumption, with the due instant that it leads to.
fn rests(
    clock: &ServiceClock,
    known: &[Arc<Entry>],
    as_of: Timestamp,
) -> Result<Vec<Told>, NeverOpen> {
    let mut told_of = Vec::new();
    let standing = standing_steps(clock, known);
    for (pause, (from, until)) in clock.running.pauses.iter().zip(&clock.turned_by) {
        let (id, subject) = (clock.id.clone(), clock.subject.clone());
        let because = |by: Turned| {
            let facts = [clock.start_fact].into_iter().chain(by.fact()).collect();
            because(&clock.in_force, &clock.level().clause, facts)
        };
        let fact =
            ClockPaused { clock: id.clone(), subject: subject.clone(), because: because(*from) };
        told_of.push(told(
            clock_key(clock, &format!("paused/{from}")),
            pause.from,
            Fact::ClockPaused(fact),
        ));
        let (Some(at), Some(by)) = (pause.until.filter(|at| *at <= as_of), until) else { continue };
        let reading = clock.read(at)?;
        let Some(due_at) = reading.due_at else { continue };
        let at_risk_at = reading.at_risk_at.unwrap_or(due_at);
        let is_next = |step: &Reached| step.at >= at && !standing.contains(&step.step);
        let next = ladder(clock, at)?.into_iter().find(is_next);
        let fact = ClockResumed {
            clock: id.clone(),
            subject,
            at_risk_at,
            due_at,
            next_step_at: next.map(|step| step.at),
            because: because(*by),
        };
        told_of.push(told(
            clock_key(clock, &format!("resumed/{by}")),
            at,
            Fact::ClockResumed(fact),
        ));
    }
    Ok(told_of)
}

/// Each passing to another owner.
fn passings(clock: &ServiceClock) -> impl Iterator<Item = Told> + '_ {
    clock.passed.iter().map(|passing| {
        let facts = vec![clock.start_fact, passing.fact];
        let fact = ClockPassedOn {
            clock: clock.id.clone(),
            subject: clock.subject.clone(),
            owner: passing.owner.clone(),
            overdue: passing.overdue,
            because: because(&clock.in_force, &clock.level().clause, facts),
        };
        let key = clock_key(clock, &format!("passed/{}", passing.fact));
        told(key, passing.at, Fact::ClockPassedOn(fact))
    })
}

fn because(in_force: &InForce, clause: &str, facts: Vec<FactNo>) -> Because {
    Because {
        version: in_force.version,
        hash: in_force.hash.clone(),
        clause: clause.to_owned(),
        facts,
    }
}

fn told(key: String, happened_at: Timestamp, fact: Fact) -> Told {
    Told { source: SOURCE.to_owned(), key, happened_at, fact }
}
