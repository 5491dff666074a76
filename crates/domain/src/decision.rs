//! What follows from a lead's facts under the Agreement: the one function behind the live
//! decision, the minute tick, the import, and `lockstep decide`.
//!
//! A decision's key is made from the thing that it concerns, so that whoever notices it, and
//! however often, it stands in the ledger once.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::{
    agreement::{History, InForce},
    calendar::NeverOpen,
    decided::{
        ClockAtRisk, ClockBreached, ClockPaused, ClockResumed, ClockStarted, ClockStopped,
        LeadQualified,
    },
    fact::{Entry, Fact, Told},
    figure::Because,
    ids::{FactNo, LeadId},
    lead::LeadHistory,
    qualification::{Qualification, qualifications, stamped},
    service_level::{LeadClock, People, clocks},
};

/// The source of what is decided here.
pub const SOURCE: &str = "lockstep";

/// Finds what follows from a lead's facts up to `as_of`, and hands each decision that is
/// not among them to `record`, in order; `record` says under which number it stands, or `None` if
/// it stood already.
///
/// # Errors
/// Those of `record`, and [`NeverOpen`] when a service level counts hours that never come.
pub fn decide<E: From<NeverOpen>>(
    mut history: LeadHistory,
    agreements: &History,
    people: &People,
    as_of: Timestamp,
    mut record: impl FnMut(Told) -> Result<Option<Entry>, E>,
) -> Result<(), E> {
    loop {
        let Some(told) = next_qualification(&history, agreements, as_of) else {
            let standing = standing(&history);
            for clock in clocks(&history, agreements, people, as_of) {
                if is_settled(&clock, &standing, as_of) {
                    continue;
                }
                let decisions = decisions_about(&clock, as_of)?.into_iter();
                for told in decisions.filter(|told| !standing.contains(told.key.as_str())) {
                    record(told)?;
                }
            }
            return Ok(());
        };
        match record(told)? {
            Some(entry) => history.add(entry),
            None => return Ok(()),
        }
    }
}

/// The earliest qualification that is not among the facts yet.
fn next_qualification(
    history: &LeadHistory,
    agreements: &History,
    as_of: Timestamp,
) -> Option<Told> {
    let known: BTreeSet<(String, u32)> = history
        .until(Timestamp::MAX)
        .iter()
        .filter_map(|entry| match entry.fact() {
            Fact::LeadQualified(fact) => Some((fact.definition.clone(), fact.times)),
            _ => None,
        })
        .collect();
    let definitions: BTreeSet<&str> = agreements
        .0
        .iter()
        .flat_map(|version| version.agreement.definitions.iter())
        .map(|definition| definition.id.as_str())
        .collect();
    definitions
        .into_iter()
        .flat_map(|definition| {
            let found = qualifications(history, agreements, definition, as_of);
            found.into_iter().filter(|q| !known.contains(&(definition.to_owned(), q.times)))
        })
        .min_by_key(|qualification| qualification.at)
        .map(|qualification| qualified(&history.lead, qualification))
}

fn qualified(lead: &LeadId, found: Qualification) -> Told {
    let definition = found.stamp.definition.clone();
    let because = Because {
        version: found.stamp.version,
        hash: found.hash,
        clause: found.stamp.clause.clone(),
        facts: found.stamp.facts(),
    };
    let key = format!("qualified/{definition}/{lead}/{}", found.times);
    let fact = LeadQualified {
        lead: lead.clone(),
        definition,
        status: found.status,
        components: stamped(&found.stamp),
        total: found.stamp.total,
        times: found.times,
        because,
    };
    told(key, found.at, Fact::LeadQualified(fact))
}

/// The keys of the decisions that are among the facts.
fn standing(history: &LeadHistory) -> BTreeSet<&str> {
    let decided = history.until(Timestamp::MAX).iter().filter(|entry| entry.told.source == SOURCE);
    decided.map(|entry| entry.told.key.as_str()).collect()
}

/// Whether the ledger knows all that it can ever know of a clock by `as_of`. Such a clock need not
/// be read: one that was missed years ago and still runs is a long way through the calendar.
fn is_settled(clock: &LeadClock, standing: &BTreeSet<&str>, as_of: Timestamp) -> bool {
    let stands = |what: &str| standing.contains(format!("clock/{}/{what}", clock.id).as_str());
    let rests = || {
        let mut pauses = clock.running.pauses.iter().zip(&clock.pause_facts);
        pauses.all(|(pause, (from, until))| {
            let resumed = pause.until.filter(|at| *at <= as_of).and(*until);
            stands(&format!("paused/{from}"))
                && resumed.is_none_or(|no| stands(&format!("resumed/{no}")))
        })
    };
    stands("started")
        && stands("at-risk")
        && stands("breached")
        && rests()
        && (clock.ended_at(as_of).is_none() || stands("stopped"))
}

/// Everything that the ledger is to know of a clock by `as_of`.
fn decisions_about(clock: &LeadClock, as_of: Timestamp) -> Result<Vec<Told>, NeverOpen> {
    let at_start = clock.read_at_start()?;
    let now = clock.read(as_of)?;
    let end = clock.end(as_of)?;
    let ended_at = end.map_or(as_of, |end| end.at);
    let mut told_of = vec![started(clock, &at_start)];
    told_of.extend(rests(clock, as_of)?);
    let because = || because(&clock.in_force, &clock.level().clause, vec![clock.start_fact]);
    let (id, lead) = (clock.id.clone(), clock.lead.clone());
    if let Some(at) = now.at_risk_at.filter(|at| *at <= as_of && *at < ended_at) {
        let fact = ClockAtRisk { clock: id.clone(), lead: lead.clone(), because: because() };
        told_of.push(told(format!("clock/{id}/at-risk"), at, Fact::ClockAtRisk(fact)));
    }
    if let Some(at) = now.due_at.filter(|at| *at < ended_at) {
        let fact = ClockBreached { clock: id.clone(), lead: lead.clone(), because: because() };
        told_of.push(told(format!("clock/{id}/breached"), at, Fact::ClockBreached(fact)));
    }
    if let Some(end) = end {
        let mut because = because();
        because.facts.extend(clock.stop_fact);
        let fact = ClockStopped {
            clock: id.clone(),
            lead,
            verdict: end.verdict,
            stopped_by: clock.stopped_by.clone().unwrap_or_default(),
            working_seconds: end.working_seconds,
            elapsed_seconds: end.elapsed_seconds,
            because,
        };
        told_of.push(told(format!("clock/{id}/stopped"), end.at, Fact::ClockStopped(fact)));
    }
    Ok(told_of)
}

fn started(clock: &LeadClock, reading: &crate::clock::Reading) -> Told {
    let due_at = reading.due_at.expect("a clock that does not rest is due");
    let fact = ClockStarted {
        clock: clock.id.clone(),
        lead: clock.lead.clone(),
        service_level: clock.level().id.clone(),
        owner: clock.owner.clone(),
        transfer: clock.transfer,
        counts_from: reading.effective_start,
        at_risk_at: reading.at_risk_at.unwrap_or(due_at),
        due_at,
        because: because(&clock.in_force, &clock.level().clause, vec![clock.start_fact]),
    };
    let at = clock.running.started_at;
    told(format!("clock/{}/started", clock.id), at, Fact::ClockStarted(fact))
}

/// Each rest and each resumption, with the due instant that it leads to.
fn rests(clock: &LeadClock, as_of: Timestamp) -> Result<Vec<Told>, NeverOpen> {
    let mut told_of = Vec::new();
    for (pause, (from, until)) in clock.running.pauses.iter().zip(&clock.pause_facts) {
        let (id, lead) = (clock.id.clone(), clock.lead.clone());
        let because = |fact: FactNo| {
            because(&clock.in_force, &clock.level().clause, vec![clock.start_fact, fact])
        };
        let fact = ClockPaused { clock: id.clone(), lead: lead.clone(), because: because(*from) };
        told_of.push(told(
            format!("clock/{id}/paused/{from}"),
            pause.from,
            Fact::ClockPaused(fact),
        ));
        let (Some(at), Some(no)) = (pause.until.filter(|at| *at <= as_of), until) else { continue };
        let reading = clock.read(at)?;
        let Some(due_at) = reading.due_at else { continue };
        let at_risk_at = reading.at_risk_at.unwrap_or(due_at);
        let fact =
            ClockResumed { clock: id.clone(), lead, at_risk_at, due_at, because: because(*no) };
        told_of.push(told(format!("clock/{id}/resumed/{no}"), at, Fact::ClockResumed(fact)));
    }
    Ok(told_of)
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
