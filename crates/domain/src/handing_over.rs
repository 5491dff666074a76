//! A lead changes hands by itself: entering the agreed status delivers it, a status that the
//! Agreement names for an answer answers it, and where nobody answers in time silence may count as
//! an acceptance. Source: domain.md 1.4, 2.6.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, civil::Date};

use crate::{
    agreement::{Agreement, HandoffTerms, History, InForce},
    calendar::NeverOpen,
    decided::SOURCE,
    fact::{Entry, Fact, Told},
    figure::Because,
    handoff::{Answer, HandoffAnswered, HandoffDeemed, HandoffMade, LeadMoved},
    ids::{FactNo, HandoffId, LeadId, UserId},
    lead::LeadHistory,
    withdrawal::first_key,
};

/// A handoff that Lockstep made, as the facts up to some instant leave it.
#[derive(Debug, Clone, PartialEq)]
pub struct Handed {
    /// Which.
    pub handoff: HandoffId,
    /// When it was delivered.
    pub delivered_at: Timestamp,
    /// Until when it is to be answered.
    pub due_at: Timestamp,
    /// The fact of the delivery.
    pub fact: FactNo,
    /// The answer, if there is one.
    pub answer: Option<Answer>,
}

/// Why a lead that entered the status is not handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotHanded {
    /// It is with sales already, and not answered.
    WaitsAlready,
    /// It rests until this day.
    RestsUntil(Date),
    /// Nothing was done by the person since it was recycled.
    NothingNew,
    /// It qualified again after it was accepted, and nothing was done by the person since.
    AcceptedAlready,
    /// It was handed over so often that it is not again.
    TooOften(u32),
}

impl NotHanded {
    /// The cause in words, without an end.
    pub fn words(self) -> String {
        match self {
            NotHanded::WaitsAlready => "an earlier handoff waits for its answer".to_owned(),
            NotHanded::RestsUntil(day) => format!("it was recycled and rests until {day}"),
            NotHanded::NothingNew => {
                "it was recycled, and the person has done nothing since".to_owned()
            }
            NotHanded::AcceptedAlready => {
                "it was accepted, and the person has done nothing since".to_owned()
            }
            NotHanded::TooOften(n) => format!("it was handed over {n} times, which is the most"),
        }
    }
}

/// The way of one lead through its handoffs, fact by fact.
#[derive(Debug, Clone, Default)]
pub struct Way {
    /// The handoffs, the oldest first.
    pub handed: Vec<Handed>,
    /// Why it was not handed over when it last entered the status, if it was not.
    pub not_handed: Option<(Timestamp, NotHanded)>,
    owner: Option<UserId>,
    status: Option<String>,
    /// When it was last recycled, and until what day it rests.
    recycled: Option<(Timestamp, Option<Date>)>,
    /// When it was last accepted.
    accepted_at: Option<Timestamp>,
    last_activity: Option<(Timestamp, FactNo)>,
    /// Whether the lead goes on as another, so that it is handed over no more.
    is_merged: bool,
}

/// The next thing that follows and does not stand in the ledger yet: a delivery, an answer that a
/// status gives, or an acceptance by silence. `None` when nothing more follows by `as_of`.
///
/// # Errors
/// [`NeverOpen`] when a calendar of the terms has no hours.
pub fn next(
    history: &LeadHistory,
    agreements: &History,
    as_of: Timestamp,
) -> Result<Option<Told>, NeverOpen> {
    if agreements.0.iter().all(|version| version.agreement.handoff.is_none()) {
        return Ok(None);
    }
    let entries = history.until(as_of);
    // Looked for only where something follows, which is seldom.
    let is_new = |told: &Told| {
        let is_it = |entry: &Arc<Entry>| {
            first_key(&entry.told.key) == told.key && entry.told.source == SOURCE
        };
        !history.until(Timestamp::MAX).iter().any(is_it)
    };
    let mut way = Way::default();
    // How a lead stands as which this one goes on answers no handoff of this one.
    let is_own = |entry: &&Arc<Entry>| match entry.fact() {
        Fact::LeadMoved(moved) => moved.lead == history.lead,
        _ => true,
    };
    for entry in entries.iter().filter(is_own) {
        let silence = way.silence(&history.lead, agreements, entry.happened_at());
        let told = match silence.filter(is_new) {
            Some(told) => Some(told),
            None => way.follows(history, agreements, entry)?.filter(is_new),
        };
        if told.is_some() {
            return Ok(told);
        }
        way.apply(entry, agreements);
    }
    Ok(way.silence(&history.lead, agreements, as_of).filter(is_new))
}

/// The way of a lead as its facts up to an instant leave it.
pub fn way(entries: &[Arc<Entry>], agreements: &History) -> Way {
    let mut way = Way::default();
    for entry in entries {
        way.apply(entry, agreements);
    }
    way
}

/// The status that a fact brings a lead into, by the Agreement's key.
fn entered<'a>(fact: &'a Fact, agreement: &'a Agreement) -> Option<&'a str> {
    let told = match fact {
        Fact::LeadMoved(fact) => &fact.status,
        Fact::LeadQualified(fact) => &fact.status,
        _ => return None,
    };
    Some(agreement.status(told).map_or(told.as_str(), |status| status.key.as_str()))
}

fn terms(in_force: &InForce) -> Option<&HandoffTerms> {
    in_force.agreement.handoff.as_ref()
}

impl Way {
    /// The handoff that waits for its answer.
    pub fn waiting(&self) -> Option<&Handed> {
        self.handed.last().filter(|handed| handed.answer.is_none())
    }

    fn apply(&mut self, entry: &Entry, agreements: &History) {
        let at = entry.happened_at();
        match entry.fact() {
            Fact::LeadAssigned(fact) => self.owner.clone_from(&fact.owner),
            Fact::Activity(fact) if fact.by.is_none() => self.last_activity = Some((at, entry.no)),
            Fact::HandoffMade(fact) => {
                self.not_handed = None;
                self.handed.push(Handed {
                    handoff: fact.handoff.clone(),
                    delivered_at: at,
                    due_at: fact.due_at,
                    fact: entry.no,
                    answer: None,
                });
            }
            Fact::HandoffAnswered(fact) => {
                self.answered(&fact.handoff, fact.answer, at, fact.until)
            }
            Fact::HandoffDeemed(fact) => self.answered(&fact.handoff, Answer::Accepted, at, None),
            Fact::LeadsMerged(fact) => self.is_merged |= !fact.survives,
            fact if !self.is_merged => {
                let Some(in_force) = agreements.at(at) else { return };
                let Some(status) = entered(fact, &in_force.agreement) else { return };
                let delivers = |terms: &&HandoffTerms| terms.delivers.as_deref() == Some(status);
                if let Some(terms) = terms(in_force).filter(delivers) {
                    let why = self.may_hand(terms, &in_force.agreement, entry).err();
                    self.not_handed = why.map(|why| (at, why));
                }
                self.status = Some(status.to_owned());
            }
            _ => {}
        }
    }

    fn answered(
        &mut self,
        handoff: &HandoffId,
        answer: Answer,
        at: Timestamp,
        until: Option<Date>,
    ) {
        let Some(handed) = self.handed.iter_mut().find(|handed| handed.handoff == *handoff) else {
            return;
        };
        handed.answer.get_or_insert(answer);
        match answer {
            Answer::Recycled => self.recycled = Some((at, until)),
            Answer::Accepted => self.accepted_at = Some(at),
            _ => {}
        }
    }

    /// What an entry brings about, before it is taken in.
    fn follows(
        &self,
        history: &LeadHistory,
        agreements: &History,
        entry: &Entry,
    ) -> Result<Option<Told>, NeverOpen> {
        if let Fact::HandoffDeemed(deemed) = entry.fact() {
            return Ok(self.moved_by_silence(deemed, agreements, entry.happened_at()));
        }
        if self.is_merged {
            return Ok(None);
        }
        let Some(in_force) = agreements.at(entry.happened_at()) else { return Ok(None) };
        let Some(terms) = terms(in_force) else { return Ok(None) };
        let Some(status) = entered(entry.fact(), &in_force.agreement) else { return Ok(None) };
        if terms.delivers.as_deref() != Some(status) {
            return Ok(self.answered_by_status(&history.lead, terms, status, entry));
        }
        let is_reported = matches!(entry.fact(), Fact::LeadMoved(_));
        if is_reported && history.is_told_since_merged(entry) {
            return Ok(None);
        }
        self.delivered(&history.lead, in_force, terms, entry)
    }

    fn delivered(
        &self,
        lead: &LeadId,
        in_force: &InForce,
        terms: &HandoffTerms,
        entry: &Entry,
    ) -> Result<Option<Told>, NeverOpen> {
        let at = entry.happened_at();
        let handoff = HandoffId(format!("{SOURCE}:{lead}/{}", entry.no));
        let stands = self.handed.iter().any(|handed| handed.handoff == handoff);
        if stands || self.may_hand(terms, &in_force.agreement, entry).is_err() {
            return Ok(None);
        }
        let fact = HandoffMade {
            handoff,
            lead: lead.clone(),
            to: self.owner.clone(),
            nth: u32::try_from(self.handed.len() + 1).unwrap_or(u32::MAX),
            due_at: terms.answer_within.due_at(&in_force.agreement, at)?,
            because: because(in_force, &terms.clause, vec![entry.no]),
        };
        let key = format!("handed-over/{lead}/{}", entry.no);
        Ok(Some(told(key, at, Fact::HandoffMade(fact))))
    }

    /// Whether the lead may be handed over by a fact that brings it into the agreed status. Who
    /// moves an accepted lead back there means it; a definition that it meets again asks for
    /// something new.
    fn may_hand(
        &self,
        terms: &HandoffTerms,
        agreement: &Agreement,
        entry: &Entry,
    ) -> Result<(), NotHanded> {
        let at = entry.happened_at();
        let is_new_since =
            |then: Timestamp| self.last_activity.is_some_and(|(active_at, _)| active_at > then);
        if self.waiting().is_some() {
            return Err(NotHanded::WaitsAlready);
        }
        let so_far = u32::try_from(self.handed.len()).unwrap_or(u32::MAX);
        if let Some(most) = terms.most_handoffs.filter(|most| so_far >= *most) {
            return Err(NotHanded::TooOften(most));
        }
        let by_definition = matches!(entry.fact(), Fact::LeadQualified(_));
        if by_definition && self.accepted_at.is_some_and(|then| !is_new_since(then)) {
            return Err(NotHanded::AcceptedAlready);
        }
        let Some((recycled_at, until)) = self.recycled else { return Ok(()) };
        let rests = || {
            let zoned = recycled_at + SignedDuration::from_hours(24 * terms.rest_days);
            agreement.zone.to_datetime(zoned).date()
        };
        let until = until.unwrap_or_else(rests);
        if agreement.zone.to_datetime(at).date() < until {
            return Err(NotHanded::RestsUntil(until));
        }
        if is_new_since(recycled_at) { Ok(()) } else { Err(NotHanded::NothingNew) }
    }

    /// A status that the Agreement names for an answer is that answer, wherever it was given.
    fn answered_by_status(
        &self,
        lead: &LeadId,
        terms: &HandoffTerms,
        status: &str,
        entry: &Entry,
    ) -> Option<Told> {
        let waiting = self.waiting()?;
        let gives = |answer: &Answer| terms.status_after(*answer) == Some(status);
        let answer = Answer::ALL.into_iter().find(gives)?;
        let (reason, by) = match entry.fact() {
            Fact::LeadMoved(moved) => (moved.reason.clone(), moved.by.clone()),
            _ => (None, None),
        };
        let fact = HandoffAnswered {
            handoff: waiting.handoff.clone(),
            lead: lead.clone(),
            answer,
            reason,
            by,
            in_place_of: None,
            until: None,
            note: None,
            undated: false,
        };
        let key = format!("answered-by-status/{}/{}", waiting.handoff, entry.no);
        Some(told(key, entry.happened_at(), Fact::HandoffAnswered(fact)))
    }

    /// What no answer brings about once the time is over by `now`.
    fn silence(&self, lead: &LeadId, agreements: &History, now: Timestamp) -> Option<Told> {
        let waiting = self.waiting().filter(|waiting| waiting.due_at < now)?;
        let in_force = agreements.at(waiting.delivered_at)?;
        let terms = terms(in_force).filter(|terms| terms.silence_accepts)?;
        let deemed = HandoffDeemed {
            handoff: waiting.handoff.clone(),
            lead: lead.clone(),
            because: because(in_force, &terms.clause, vec![waiting.fact]),
        };
        let key = format!("deemed/{}", waiting.handoff);
        Some(told(key, waiting.due_at, Fact::HandoffDeemed(deemed)))
    }

    /// A lead that is deemed accepted enters the status of the accepted, unless it has gone on.
    fn moved_by_silence(
        &self,
        deemed: &HandoffDeemed,
        agreements: &History,
        at: Timestamp,
    ) -> Option<Told> {
        let terms = terms(agreements.version(deemed.because.version)?)?;
        let status = terms.accepted.clone()?;
        if self.status != terms.delivers {
            return None;
        }
        let moved = LeadMoved { lead: deemed.lead.clone(), status, reason: None, by: None };
        let key = format!("deemed/{}/moved", deemed.handoff);
        Some(told(key, at, Fact::LeadMoved(moved)))
    }
}

/// Where the time went between what a person did and the answer. Source: domain.md, trap 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delays {
    /// From what the person last did before the delivery until there was an owner: nobody in sales
    /// could have been faster. `None` where nothing of the person is known before.
    pub systems: Option<(Timestamp, Timestamp)>,
    /// From then until the answer, or until now; `None` while nobody has it.
    pub people: Option<(Timestamp, Timestamp)>,
    /// Whether it was answered.
    pub is_answered: bool,
}

/// The delays of a handoff, by the facts about its lead.
pub fn delays(entries: &[Arc<Entry>], handoff: &HandoffId, now: Timestamp) -> Option<Delays> {
    let made = entries.iter().position(|entry| delivers(entry.fact(), handoff))?;
    let delivered_at = entries[made].happened_at();
    let asked = entries[..made]
        .iter()
        .rev()
        .find(|entry| matches!(entry.fact(), Fact::Activity(activity) if activity.by.is_none()));
    let answer = entries[made..].iter().find(|entry| answers(entry.fact(), handoff));
    let until = answer.map_or(now, |entry| entry.happened_at());
    let mut owner: Option<Timestamp> = None;
    for entry in entries.iter().take_while(|entry| entry.happened_at() <= until) {
        if let Fact::LeadAssigned(fact) = entry.fact() {
            owner = fact.owner.as_ref().map(|_| owner.unwrap_or(entry.happened_at()));
        }
    }
    let had = owner.map(|since| since.max(delivered_at)).filter(|had| *had <= until);
    Some(Delays {
        systems: asked.map(|entry| (entry.happened_at(), had.unwrap_or(until))),
        people: had.map(|had| (had, until)),
        is_answered: answer.is_some(),
    })
}

fn delivers(fact: &Fact, handoff: &HandoffId) -> bool {
    match fact {
        Fact::HandoffMade(fact) => fact.handoff == *handoff,
        Fact::Handoff(fact) => fact.handoff == *handoff,
        _ => false,
    }
}

fn answers(fact: &Fact, handoff: &HandoffId) -> bool {
    match fact {
        Fact::HandoffAnswered(fact) => fact.handoff == *handoff && !fact.undated,
        Fact::HandoffDeemed(fact) => fact.handoff == *handoff,
        _ => false,
    }
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

#[cfg(test)]
mod tests;
