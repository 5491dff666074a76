//! A lead as lists show it: its points and the clock that is due first, and for how long that can
//! be said without going through its facts again.
//!
//! Whatever it follows from is compared by [`Judged::is_true`]: the facts about the lead and its
//! account, by the last of each; everybody's hours, by the last fact about anybody; the versions
//! that were in force; and the span of time in which nothing happens by itself.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    agreement::History,
    calendar::NeverOpen,
    fact::Entry,
    ids::{AccountId, FactNo, Subject, Version},
    lead::LeadHistory,
    people::People,
    points::Points,
    qualification::{Course, course},
    service_level::{Counting, ServiceClock, clocks},
};
use jiff::{SignedDuration, Timestamp};
use store::{Reader, StoreError, read::LeadRow};

use super::{together::Together, working_hours};
use crate::{Error, deciding::facts_about};

/// The rules under which leads are judged.
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

/// A lead as it was judged, which stays true for a while.
pub struct Judged {
    rules: Known,
    lead_up_to: FactNo,
    /// The account whose facts were looked at, and the last of them.
    account: Option<(AccountId, FactNo)>,
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

    /// How it goes on from an instant at which its lead is as it was judged: what reading the clock
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
        let (facts, account) = facts_and_account(together, lead)?;
        let history = LeadHistory::new(lead.id.clone(), facts);
        let (entries, subject) = (history.until(now), history.subject());
        let all = clocks(&subject, entries, rules.agreements, &rules.people, now)?;
        let (running, mut ended): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|clock| clock.ended_at(now).is_none());
        let are_running = !running.is_empty();
        let clocks = match are_running {
            true => by_due(running, now)?,
            false => ended.pop().map(JudgedClock::ended).into_iter().collect(),
        };
        let (score, until) = score(reader, rules, lead, &history, now)?;
        let a_day_on = now + JUDGED_FOR;
        Ok(Judged {
            rules: rules.known.clone(),
            lead_up_to: lead.last_fact,
            account,
            from: now,
            until: until.map_or(a_day_on, |until| until.min(a_day_on)),
            score,
            clocks,
            are_running,
        })
    }

    /// Whether it is still what judging the lead anew would say. `account_up_to` says which fact is
    /// the last about an account.
    ///
    /// # Errors
    /// Those of `account_up_to`.
    pub fn is_true<E>(
        &self,
        rules: &Rules<'_>,
        lead: &LeadRow,
        now: Timestamp,
        account_up_to: impl FnOnce(&AccountId) -> Result<FactNo, E>,
    ) -> Result<bool, E> {
        if self.lead_up_to != lead.last_fact
            || self.rules != rules.known
            || now < self.from
            || (self.until <= now && now != self.from)
        {
            return Ok(false);
        }
        match &self.account {
            Some((account, up_to)) => Ok(account_up_to(account)? == *up_to),
            None => Ok(true),
        }
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

/// Running clocks, the first due first; last those of which nobody knows when they are.
fn by_due(running: Vec<ServiceClock>, now: Timestamp) -> Result<Vec<JudgedClock>, NeverOpen> {
    let judged = running.into_iter().map(|clock| JudgedClock::running(clock, now));
    let mut clocks: Vec<_> = judged.collect::<Result<_, _>>()?;
    clocks.sort_by_key(|judged| judged.due_at.unwrap_or(Timestamp::MAX));
    Ok(clocks)
}

type Facts = Vec<Arc<Entry>>;

/// The facts about a lead, and about which account.
fn facts_and_account(
    together: &Together<'_, '_>,
    lead: &LeadRow,
) -> Result<(Facts, Option<(AccountId, FactNo)>), StoreError> {
    let mut account = None;
    let facts = facts_about(&Subject::Lead(lead.id.clone()), |filed| {
        let facts = together.filed(filed)?;
        if let Some(id) = filed.strip_prefix("account/") {
            let up_to = facts.last().map_or(FactNo(0), |last| last.no);
            account = Some((AccountId::from(id), up_to));
        }
        Ok::<_, StoreError>(facts)
    })?;
    Ok((facts, account))
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
    let later = rules.agreements.0.iter().map(|version| version.from).filter(|from| *from > now);
    let ahead = history.next_after(now).into_iter().chain(later).min();
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
