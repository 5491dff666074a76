//! A lead or an opportunity as lists show it: a lead's points and the clocks of either, and for how
//! long that can be said without going through the facts again.
//!
//! Whatever it follows from is compared by [`Judged::is_true`]: the facts about it and about what
//! it is seen with, by the last of each; everybody's hours, by the last fact about anybody; the
//! versions that were in force; and the span of time in which nothing happens by itself.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    agreement::History,
    calendar::NeverOpen,
    fact::Entry,
    ids::{AccountId, FactNo, LeadId, Subject, Version},
    lead::{LeadHistory, in_order},
    owned::Owned,
    people::People,
    points::Points,
    qualification::{Course, course},
    service_level::{Counting, ServiceClock, clocks},
};
use jiff::{SignedDuration, Timestamp};
use store::{
    Reader, StoreError,
    read::{LeadRow, OpportunityRow},
};

use super::{together::Together, working_hours};
use crate::{Error, deciding::facts_about};

/// The rules under which leads and opportunities are judged.
pub struct Rules<'a> {
    agreements: &'a History,
    people: Arc<People>,
    known: Known,
}

/// By what two states of the rules are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    users_up_to: FactNo,
    versions: Arc<[(Version, Timestamp)]>,
}

impl<'a> Rules<'a> {
    /// The rules as a reader has them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn of(reader: &Reader<'_>, agreements: &'a History) -> Result<Rules<'a>, StoreError> {
        let versions = agreements.0.iter().map(|version| (version.version, version.from));
        let known =
            Known { users_up_to: reader.users_known_up_to()?, versions: versions.collect() };
        Ok(Rules { agreements, people: working_hours(reader)?, known })
    }

    /// When the next version comes into force after an instant, as far as that is settled.
    fn next_version(&self, now: Timestamp) -> Option<Timestamp> {
        let later = self.agreements.0.iter().map(|version| version.from);
        later.filter(|from| *from > now).min()
    }
}

/// A lead's points at an instant.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scored {
    /// By component.
    pub parts: BTreeMap<String, Points>,
    /// Their sum; `None` where nothing says how to count.
    pub total: Option<Points>,
    /// What they come from.
    pub by: By,
}

/// What points come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum By {
    /// No version says how to count.
    #[default]
    Nothing,
    /// They were stamped by this fact when the lead last qualified.
    Stamp(FactNo),
    /// They are those of the instant, under the definition with this key.
    Definition(String),
}

/// A lead or an opportunity as it was judged, which stays true for a while.
pub struct Judged {
    rules: Known,
    up_to: FactNo,
    /// Whose facts were looked at too, and the last of each.
    seen_with: Vec<(Owned, FactNo)>,
    from: Timestamp,
    until: Timestamp,
    score: Score,
    /// The clocks that run, the first due first; where none runs, the last one.
    clocks: Vec<JudgedClock>,
    are_running: bool,
}

/// A clock as it was judged.
pub struct JudgedClock {
    /// The clock.
    pub clock: ServiceClock,
    /// When it is due, while it runs.
    pub due_at: Option<Timestamp>,
    /// How it goes on from then on, where nothing but time changes that.
    going: Option<Counting>,
}

impl JudgedClock {
    fn ended(clock: ServiceClock) -> JudgedClock {
        JudgedClock { clock, due_at: None, going: None }
    }

    fn running(clock: ServiceClock, now: Timestamp) -> Result<JudgedClock, NeverOpen> {
        let reading = clock.read(now)?;
        let is_plain = clock.running.pauses.is_empty() && clock.before.is_none();
        let going = is_plain.then(|| clock.counting(&reading, now, now + JUDGED_FOR + AHEAD));
        Ok(JudgedClock { due_at: reading.due_at, going: going.flatten(), clock })
    }

    /// How it goes on from an instant at which its subject is as it was judged: what reading the clock
    /// anew would say, where that is known without.
    pub fn counting(&self, now: Timestamp) -> Option<Counting> {
        Some(self.going.as_ref()?.later(now, now + AHEAD))
    }
}

/// So long what was judged is taken for true at the most.
const JUDGED_FOR: SignedDuration = SignedDuration::from_hours(24);

/// So far ahead it is told in which stretches a clock goes on.
pub const AHEAD: SignedDuration = SignedDuration::from_hours(24);

enum Score {
    Stays(Scored),
    GoesOn(Course),
}

impl Judged {
    /// Judges leads at an instant, each in its place.
    ///
    /// # Errors
    /// When the database cannot be read, or a service level counts hours that never come.
    pub fn all(
        reader: &Reader<'_>,
        rules: &Rules<'_>,
        leads: &[&LeadRow],
        now: Timestamp,
    ) -> Result<Vec<Judged>, Error> {
        let together = Together::of(reader, leads.iter().map(|lead| &lead.id))?;
        leads.iter().map(|lead| Judged::one(reader, rules, &together, lead, now)).collect()
    }

    fn one(
        reader: &Reader<'_>,
        rules: &Rules<'_>,
        together: &Together<'_, '_>,
        lead: &LeadRow,
        now: Timestamp,
    ) -> Result<Judged, Error> {
        let subject = Subject::Lead(lead.id.clone());
        let (facts, seen_with) = facts_and_seen_with(&subject, |filed| together.filed(filed))?;
        let history = LeadHistory::new(lead.id.clone(), facts);
        let (clocks, are_running) = judged_clocks(&subject, history.until(now), rules, now)?;
        let (score, until) = score(reader, rules, lead, &history, now)?;
        Ok(Judged {
            rules: rules.known.clone(),
            up_to: lead.last_fact,
            seen_with,
            from: now,
            until: a_day_at_most(until, now),
            score,
            clocks,
            are_running,
        })
    }

    /// Judges an opportunity at an instant. It has clocks, and no points.
    ///
    /// # Errors
    /// When the database cannot be read, or a service level counts hours that never come.
    pub fn opportunity(
        reader: &Reader<'_>,
        rules: &Rules<'_>,
        row: &OpportunityRow,
        now: Timestamp,
    ) -> Result<Judged, Error> {
        let subject = Subject::Opportunity(row.id.clone());
        let facts_of =
            |filed: &str| Ok(reader.facts_of(filed)?.into_iter().map(Arc::new).collect());
        let (facts, seen_with) = facts_and_seen_with(&subject, facts_of)?;
        let entries = in_order(facts);
        let (known, ahead) =
            entries.split_at(entries.partition_point(|entry| entry.happened_at() <= now));
        let (clocks, are_running) = judged_clocks(&subject, known, rules, now)?;
        let until = ahead.first().map(|entry| entry.happened_at());
        Ok(Judged {
            rules: rules.known.clone(),
            up_to: row.last_fact,
            seen_with,
            from: now,
            until: a_day_at_most(until.into_iter().chain(rules.next_version(now)).min(), now),
            score: Score::Stays(Scored::default()),
            clocks,
            are_running,
        })
    }

    /// Whether it is still what judging anew would say. `up_to` is the last fact about the subject
    /// itself; `known_up_to` says which is the last about what it is seen with.
    ///
    /// # Errors
    /// Those of `known_up_to`.
    pub fn is_true<E>(
        &self,
        rules: &Rules<'_>,
        up_to: FactNo,
        now: Timestamp,
        mut known_up_to: impl FnMut(&Owned) -> Result<FactNo, E>,
    ) -> Result<bool, E> {
        if self.up_to != up_to
            || self.rules != rules.known
            || now < self.from
            || (self.until <= now && now != self.from)
        {
            return Ok(false);
        }
        for (with, up_to) in &self.seen_with {
            if known_up_to(with)? != *up_to {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Its points at an instant at which it is true.
    pub fn score(&self, now: Timestamp) -> Scored {
        match &self.score {
            Score::Stays(scored) => scored.clone(),
            Score::GoesOn(course) => {
                let (parts, total) = course.at(now);
                let by = By::Definition(course.definition.clone());
                Scored { parts, total: Some(total), by }
            }
        }
    }

    /// The clock that is due first, while this is true. Of those that have ended, the last.
    pub fn first_clock(&self) -> Option<&JudgedClock> {
        self.clocks.first()
    }

    /// Those of its clocks that run while this is true.
    pub fn running(&self) -> impl Iterator<Item = &JudgedClock> {
        self.clocks.iter().filter(|_| self.are_running)
    }
}

/// Until when what was judged is taken for true, where the next thing happens at an instant.
fn a_day_at_most(until: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let a_day_on = now + JUDGED_FOR;
    until.map_or(a_day_on, |until| until.min(a_day_on))
}

/// The clocks that run, the first due first, and that they run; where none does, the last one.
fn judged_clocks(
    subject: &Subject,
    entries: &[Arc<Entry>],
    rules: &Rules<'_>,
    now: Timestamp,
) -> Result<(Vec<JudgedClock>, bool), NeverOpen> {
    let all = clocks(subject, entries, rules.agreements, &rules.people, now)?;
    let (running, mut ended): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|clock| clock.ended_at(now).is_none());
    Ok(match running.is_empty() {
        false => (by_due(running, now)?, true),
        true => (ended.pop().map(JudgedClock::ended).into_iter().collect(), false),
    })
}

/// Running clocks, the first due first; last those of which nobody knows when they are.
fn by_due(running: Vec<ServiceClock>, now: Timestamp) -> Result<Vec<JudgedClock>, NeverOpen> {
    let judged = running.into_iter().map(|clock| JudgedClock::running(clock, now));
    let mut clocks: Vec<_> = judged.collect::<Result<_, _>>()?;
    clocks.sort_by_key(|judged| judged.due_at.unwrap_or(Timestamp::MAX));
    Ok(clocks)
}

type Facts = Vec<Arc<Entry>>;

/// The facts about a subject and about what it is seen with, and the last about each of the latter.
/// `facts_of` gives the facts that are filed under a name, in ledger order.
fn facts_and_seen_with(
    subject: &Subject,
    mut facts_of: impl FnMut(&str) -> Result<Facts, StoreError>,
) -> Result<(Facts, Vec<(Owned, FactNo)>), StoreError> {
    let mut seen_with = Vec::new();
    let facts = facts_about(subject, |filed| {
        let facts = facts_of(filed)?;
        let with = match filed.split_once('/') {
            Some(("account", id)) => Some(Owned::Account(AccountId::from(id))),
            Some(("lead", id)) if subject.lead().is_none() => Some(Owned::Lead(LeadId::from(id))),
            _ => None,
        };
        let up_to = facts.last().map_or(FactNo(0), |last| last.no);
        seen_with.extend(with.map(|with| (with, up_to)));
        Ok::<_, StoreError>(facts)
    })?;
    Ok((facts, seen_with))
}

/// The points stamped when the lead last qualified; before that, those of now. And until when
/// nothing happens by itself.
fn score(
    reader: &Reader<'_>,
    rules: &Rules<'_>,
    lead: &LeadRow,
    history: &LeadHistory,
    now: Timestamp,
) -> Result<(Score, Option<Timestamp>), StoreError> {
    let ahead = history.next_after(now).into_iter().chain(rules.next_version(now)).min();
    if lead.qualified_times > 0
        && let Some(last) = reader.qualifications_of(&lead.id)?.pop()
    {
        let by = By::Stamp(last.by_fact);
        let scored = Scored { parts: last.components, total: Some(last.total), by };
        return Ok((Score::Stays(scored), ahead));
    }
    let definition = rules.agreements.at(now).and_then(|v| v.agreement.definitions.first());
    let going_on =
        definition.and_then(|rules_of| course(history, rules.agreements, &rules_of.id, now));
    Ok(match going_on {
        Some(course) => {
            let until = course.until;
            (Score::GoesOn(course), until)
        }
        None => (Score::Stays(Scored::default()), ahead),
    })
}
