//! The clocks that a rule would have started on a lead that it finds, judged by the code that judges
//! live and by what really happened afterwards.
//!
//! Where something was done in time, that is known whoever had asked for it. Where nothing was, it is
//! known only if sales was asked then: nobody knows how fast they would have answered a lead that they
//! were not given. Source: domain.md 2.4 and 3.6.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use super::{
    past::{FOUND, Past, staged},
    tried::{Asked, Implied, ImpliedClock},
};
use crate::{
    agreement::History,
    fact::Entry,
    ids::{LeadId, Subject, SubjectKind},
    lead::LeadHistory,
    people::People,
    rejudged::{Judged, Stands, judged},
    service_level::clocks,
};

/// By what the clocks of one lead are found.
#[derive(Debug, Clone, Copy)]
pub struct Implying<'a> {
    /// How its past is read.
    pub past: Past<'a>,
    /// The text whose service levels are looked at, in force always.
    pub text: &'a History,
    /// Everybody's hours.
    pub people: &'a People,
    /// As of when the end of a clock is known.
    pub as_of: Timestamp,
}

/// The clocks of each service level, by its place.
type Ran = BTreeMap<u16, Judged>;

impl Implying<'_> {
    /// The clocks that each of some instants of finding would have started. `entries` are all facts
    /// about the lead that are known today, in order.
    pub fn clocks(
        &self,
        lead: &LeadId,
        entries: &[Arc<Entry>],
        asked: Asked,
        found: impl IntoIterator<Item = Timestamp>,
    ) -> BTreeMap<Timestamp, Vec<ImpliedClock>> {
        let mut levels = self.text.0.iter().flat_map(|text| &text.agreement.service_levels);
        if !levels.any(|level| level.on == SubjectKind::Lead) {
            return BTreeMap::new();
        }
        let mut ran: BTreeMap<Timestamp, Ran> = BTreeMap::new();
        let mut run = |at: Timestamp| {
            ran.entry(at).or_insert_with(|| self.ran(lead, entries, asked, at)).clone()
        };
        let mut all = BTreeMap::new();
        for at in found {
            let then = run(at);
            let really = asked.at.map(|at| (at, run(at))).filter(|_| !then.is_empty());
            let clocks = then.iter().map(|(level, judged)| {
                let implied = implied(*judged, at, asked.in_hand, really.as_ref(), *level);
                ImpliedClock { level: *level, implied }
            });
            all.insert(at, clocks.collect());
        }
        all
    }

    /// What starts where the lead enters the status of the qualified at an instant. A clock that was
    /// taken away goes on as the one that began in its place. Nothing starts where hours never come.
    fn ran(&self, lead: &LeadId, entries: &[Arc<Entry>], asked: Asked, at: Timestamp) -> Ran {
        let entries = staged(lead, entries, &self.past, asked.went_on, at);
        let entries = LeadHistory::new(lead.clone(), entries).into_entries();
        let subject = Subject::Lead(lead.clone());
        let Ok(all) = clocks(&subject, &entries, self.text, self.people, self.as_of) else {
            return Ran::new();
        };
        let mut ran = Ran::new();
        for (nth, clock) in all.iter().enumerate() {
            if clock.start_fact != FOUND {
                continue;
            }
            let Ok(mut last) = judged(clock, self.as_of) else { continue };
            let (mut withdrawn_at, id) = (clock.running.withdrawn_at, &clock.level().id);
            for next in all[nth + 1..].iter().filter(|next| next.level().id == *id) {
                let is_next = withdrawn_at == Some(next.running.started_at);
                if last.stands == Stands::NoVerdict
                    && is_next
                    && let Ok(begun) = judged(next, self.as_of)
                {
                    (last, withdrawn_at) = (begun, next.running.withdrawn_at);
                }
            }
            let levels = &clock.in_force.agreement.service_levels;
            let place = levels.iter().position(|level| level.id == *id);
            let place = place.and_then(|place| u16::try_from(place).ok());
            ran.extend(place.map(|place| (place, last)));
        }
        ran
    }
}

fn implied(
    then: Judged,
    at: Timestamp,
    in_hand: Option<Timestamp>,
    really: Option<&(Timestamp, Ran)>,
    level: u16,
) -> Implied {
    match then.stands {
        Stands::InTime => return Implied::InTime,
        Stands::Runs | Stands::Rests | Stands::NoVerdict => return Implied::NotOver,
        Stands::Late | Stands::CameLate | Stands::Missed => {}
    }
    let was_in_hand = in_hand.is_some_and(|since| since < at);
    let was_asked = really.is_some_and(|(asked_at, ran)| {
        let ran = ran.get(&level);
        match *asked_at <= at {
            // Asked before: unless it was done before.
            true => ran.is_none_or(|ran| ran.ended_at.is_none_or(|ended| ended >= at)),
            // Asked before it was due: not done in full time from then on either.
            false => {
                then.due_at.is_some_and(|due_at| *asked_at <= due_at)
                    && ran.is_some_and(|ran| ran.stands.is_miss())
            }
        }
    });
    if was_asked && !was_in_hand { Implied::NotInTime } else { Implied::NotAsked }
}

#[cfg(test)]
mod tests;
