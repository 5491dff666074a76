//! Who gets a lead that nobody has: decided with everything else about it, in one transaction.
//!
//! The rule is `domain::routing`; here it is told what it asks for, and what follows is appended. A
//! lead that nobody can take stands in the list of those that wait, and every tick tries it again.

mod account;
mod directory;
mod fairness;
mod preview;

pub use account::account_matched;
pub use fairness::{MemberReport, PoolReport};
pub use preview::{Preview, PreviewRefusal, Tried as PreviewOf, asked_for, value_of};

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    agreement::{InForce, Routing},
    condition::Truth,
    decided::SOURCE,
    escalation::{missed_by, waits_for_routes},
    fact::{Entry, Fact, Told},
    figure::Because,
    handoff::LeadAssigned,
    ids::{FactNo, LeadId, Subject, UserId},
    lead::{Lead, LeadHistory, LeadView},
    routed::{LeadRouted, PassedOnBy, Routed, RoutingCreditedBack, Seen},
    routing::{replay, route, route_past},
};
use jiff::{SignedDuration, Timestamp};
use store::{Reader, StoreError, Writer};

use crate::{
    Engine, Error,
    deciding::{Rules, facts_about},
    intake::append_unless_it_stands,
};

pub(crate) use directory::{Asked, Directory};

/// After so long a lead that nobody could take is tried again.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(5);
/// So many leads that nobody has are looked up at a time.
const AT_ONCE: u32 = 1_000;

/// Appends what the routing of a lead has led to by `now`: levels that are credited back, and, where
/// nobody able to own the lead has it, to whom it goes or why it waits.
pub(crate) fn follow(
    writer: &mut Writer<'_>,
    rules: &Rules,
    lead: &LeadId,
    now: Timestamp,
) -> Result<Vec<Entry>, Error> {
    let Some(directory) = rules.directory() else { return Ok(Vec::new()) };
    let entries = facts_about(&Subject::Lead(lead.clone()), |filed| writer.facts_of(filed))?;
    let history = LeadHistory::new(lead.clone(), entries);
    let mut new = credit_back(writer, rules, &history, now)?;
    let Some(in_force) = rules.agreements().at(now) else { return Ok(new) };
    let Some(routing) = &in_force.agreement.routing else { return Ok(new) };
    let standing = history.as_of(now, Some(&in_force.agreement));
    let known = history.until(Timestamp::MAX);
    let after = waits_for_routes(known).map(|(entry, step)| {
        Box::new(PassedOnBy {
            escalated: entry.no,
            clock: step.clock.clone(),
            step: step.step,
            from: standing.owner.clone(),
        })
    });
    if after.is_none() && !is_to_be_routed(&standing, routing, in_force, directory) {
        return Ok(new);
    }
    let at = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
    let (routed, seen) = {
        let reader = writer.reader();
        let people = rules.people();
        let mut asked = Asked { reader: &reader, directory, people, in_force, lead: &standing, at };
        match &after {
            None => route(routing, at, &mut asked)?,
            Some(after) => {
                let missed = missed_by(known).into_iter().chain(after.from.clone()).collect();
                route_past(routing, at, missed, &mut asked)?
            }
        }
    };
    if routed.to.is_none() && after.is_none() {
        writer.leave_undecided(&format!("lead/{lead}"), now + AGAIN_AFTER)?;
        if waits_alike(&writer.reader(), lead, known, &routed)? {
            return Ok(new);
        }
    }
    let times = known.iter().filter(|entry| matches!(entry.fact(), Fact::LeadRouted(_))).count();
    let mut facts = facts_behind(&standing, known, &seen);
    facts.extend(after.as_ref().map(|after| after.escalated));
    let because = Because {
        version: in_force.version,
        hash: in_force.hash.clone(),
        clause: routing.clause.clone(),
        facts,
    };
    let times = u32::try_from(times + 1).unwrap_or(u32::MAX);
    let fact = LeadRouted { lead: lead.clone(), times, routed, seen, after, because };
    new.extend(append(writer, fact, at)?);
    Ok(new)
}

/// Appends the routing and, where somebody gets the lead, that it is theirs.
fn append(writer: &mut Writer<'_>, fact: LeadRouted, at: Timestamp) -> Result<Vec<Entry>, Error> {
    let told = |key: String, fact| Told { source: SOURCE.to_owned(), key, happened_at: at, fact };
    let (lead, to) = (fact.lead.clone(), fact.routed.to.clone());
    let key = format!("routed/{lead}/{}", fact.times);
    let mut new: Vec<Entry> =
        append_unless_it_stands(writer, told(key.clone(), Fact::LeadRouted(fact)))?
            .into_iter()
            .collect();
    if let Some(owner) = to {
        let fact = LeadAssigned { lead, owner: Some(owner), by: None };
        let told = told(key + "/assigned", Fact::LeadAssigned(fact));
        new.extend(append_unless_it_stands(writer, told)?);
    }
    Ok(new)
}

/// Whether a lead stands where leads are routed, and nobody able to own it has it.
pub(crate) fn is_to_be_routed(
    lead: &Lead,
    routing: &Routing,
    in_force: &InForce,
    directory: &Directory,
) -> bool {
    let stands = lead.status.as_ref().is_some_and(|status| routing.on.contains(status));
    let entered = lead.status_since.is_some_and(|at| at >= begins(routing, in_force));
    stands && entered && lead.owner.as_ref().is_none_or(|owner| directory.is_deactivated(owner))
}

/// From when on leads are routed that enter the status.
fn begins(routing: &Routing, in_force: &InForce) -> Timestamp {
    let midnight = routing.from.and_then(|day| day.to_zoned(in_force.agreement.zone.clone()).ok());
    midnight.map_or(Timestamp::MIN, |midnight| midnight.timestamp())
}

/// Whether the lead waits already, for the very reasons that were found now.
fn waits_alike(
    reader: &Reader<'_>,
    lead: &LeadId,
    known: &[Arc<Entry>],
    routed: &Routed,
) -> Result<bool, StoreError> {
    let Some(waits) = reader.unrouted_lead(lead)? else { return Ok(false) };
    let said = known.iter().find(|entry| entry.no == waits.by_fact).map(|entry| entry.fact());
    Ok(matches!(said, Some(Fact::LeadRouted(said)) if said.routed.tried == routed.tried))
}

/// The facts that a routing rests on: by which the lead stands where it does, and those that told
/// what was asked for.
fn facts_behind(lead: &Lead, known: &[Arc<Entry>], seen: &Seen) -> Vec<FactNo> {
    let entered = known.iter().rev().find(|entry| {
        matches!(entry.fact(), Fact::LeadMoved(_) | Fact::LeadQualified(_))
            && Some(entry.happened_at()) == lead.status_since
    });
    let told = seen.values.keys().filter_map(|name| match name.split_once('.')? {
        ("lead", field) => lead.field_facts.get(field),
        ("account", field) => lead.account_facts.get(field),
        _ => None,
    });
    let mut facts: Vec<FactNo> = entered.map(|entry| entry.no).into_iter().collect();
    facts.extend(told);
    facts.sort();
    facts.dedup();
    facts
}

/// Appends what counts no more for whoever received it, by the text under which they did.
fn credit_back(
    writer: &mut Writer<'_>,
    rules: &Rules,
    history: &LeadHistory,
    now: Timestamp,
) -> Result<Vec<Entry>, Error> {
    let known = history.until(now);
    let mut new = Vec::new();
    for (place, entry) in known.iter().enumerate() {
        let Fact::LeadRouted(routing) = entry.fact() else { continue };
        let Some((pool, user)) = receiver(routing) else { continue };
        let Some(in_force) = rules.agreements().version(routing.because.version) else { continue };
        let terms = in_force.agreement.routing.as_ref();
        let Some(when) = terms.and_then(|terms| terms.credited_back_when.as_ref()) else {
            continue;
        };
        let mut lead = Lead::default();
        known[..=place].iter().for_each(|e| lead.apply(e, Some(&in_force.agreement)));
        if when.holds(&LeadView::of(&lead, entry.happened_at())) == Truth::Yes {
            continue;
        }
        let until_routed_again =
            known[place + 1..].iter().take_while(|e| !matches!(e.fact(), Fact::LeadRouted(_)));
        for later in until_routed_again {
            lead.apply(later, Some(&in_force.agreement));
            let view = LeadView::of(&lead, later.happened_at());
            if when.holds(&view.with_fact(later, &in_force.agreement)) != Truth::Yes {
                continue;
            }
            let fact = RoutingCreditedBack {
                lead: routing.lead.clone(),
                routed: entry.no,
                pool: pool.to_owned(),
                user: user.clone(),
                because: Because { facts: vec![entry.no, later.no], ..routing.because.clone() },
            };
            new.extend(writer.append_once(Told {
                source: SOURCE.to_owned(),
                key: format!("{}/credited-back", entry.told.key),
                happened_at: later.happened_at(),
                fact: Fact::RoutingCreditedBack(fact),
            })?);
            break;
        }
    }
    Ok(new)
}

/// Whose level a routing counts for, and in which pool.
fn receiver(routing: &LeadRouted) -> Option<(&str, &UserId)> {
    let pool = routing.routed.pool.as_deref().filter(|_| routing.routed.counted)?;
    Some((pool, routing.routed.to.as_ref()?))
}

/// Leaves for the tick whatever stands where leads are routed and that nobody able to own it has,
/// and says how many there are.
pub(crate) fn leave_what_nobody_has(
    writer: &mut Writer<'_>,
    rules: &Rules,
    now: Timestamp,
) -> Result<usize, Error> {
    let Some(directory) = rules.directory() else { return Ok(0) };
    let Some(in_force) = rules.agreements().at(now) else { return Ok(0) };
    let Some(routing) = &in_force.agreement.routing else { return Ok(0) };
    let since = begins(routing, in_force);
    let mut left = 0;
    for owner in std::iter::once(None).chain(directory.deactivated().map(Some)) {
        let statuses = writer.reader().leads_by_status(owner.map_or("", UserId::as_str))?;
        for (status, _) in statuses {
            let known = in_force.agreement.status(&status);
            if !known.is_some_and(|known| routing.on.contains(&known.key)) {
                continue;
            }
            let mut after = String::new();
            loop {
                let found =
                    writer.reader().leads_to_route(owner, &status, since, &after, AT_ONCE)?;
                for lead in &found {
                    writer.leave_undecided(&format!("lead/{lead}"), now)?;
                }
                left += found.len();
                match found.last() {
                    Some(last) if found.len() == AT_ONCE as usize => after.clone_from(&last.0),
                    _ => break,
                }
            }
        }
    }
    Ok(left)
}

/// What a routing says when it is worked out again from its fact alone: the fact's own answer, and
/// the one that follows from what it saw under the version that it names.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    /// As it was decided.
    pub said: Routed,
    /// As it follows now.
    pub again: Routed,
}

impl Replayed {
    /// Whether both are the same.
    pub fn is_same(&self) -> bool {
        self.said == self.again
    }
}

impl Engine {
    /// Works a routing out again; `None` where its version says nothing of routing.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn replay_routing(&self, fact: &LeadRouted) -> Result<Option<Replayed>, Error> {
        let agreements = self.agreements()?;
        let in_force = agreements.version(fact.because.version);
        let routing = in_force.and_then(|in_force| in_force.agreement.routing.as_ref());
        Ok(routing.map(|routing| Replayed {
            said: fact.routed.clone(),
            again: replay(routing, &fact.seen),
        }))
    }

    /// Every lead that stands where leads are routed, that nobody able to own it has, and that does
    /// not stand among those that wait: none, after a tick.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn leads_that_nobody_has(&self, now: Timestamp) -> Result<Vec<LeadId>, Error> {
        let agreements = self.agreements()?;
        let Some(in_force) = agreements.at(now) else { return Ok(Vec::new()) };
        let Some(routing) = &in_force.agreement.routing else { return Ok(Vec::new()) };
        self.read(|reader| {
            let directory = Directory::read(reader, &agreements)?;
            let waits: BTreeMap<LeadId, FactNo> =
                reader.unrouted(u32::MAX)?.into_iter().map(|row| (row.lead, row.by_fact)).collect();
            let mut nobodys = Vec::new();
            for row in reader.leads()? {
                let history = crate::lead::history_of(reader, &row.id)?;
                let lead = history.as_of(now, Some(&in_force.agreement));
                if is_to_be_routed(&lead, routing, in_force, &directory)
                    && !waits.contains_key(&row.id)
                {
                    nobodys.push(row.id);
                }
            }
            Ok(nobodys)
        })
    }
}

#[cfg(test)]
mod tests;
