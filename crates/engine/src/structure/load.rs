//! What people can work, by the capacities of the text, against what is on its way to them. Source:
//! domain.md 2.2.

use std::collections::BTreeMap;

use domain::{
    agreement::{Agreement, Capacity, Measure, routing::Pool},
    firm::{Role, Side},
    handoff::Answer,
    ids::UserId,
    structure::{Duty, Room},
};
use jiff::civil::Date;
use store::StoreError;

use super::{DAYS, Firm, Held, gone};
use crate::Error;

/// What one person has beyond what the text gives room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overload {
    /// More open opportunities than a person works at a time.
    Opportunities {
        /// How many they have.
        open: u64,
        /// How many a person works.
        at_a_time: u32,
    },
    /// As many open leads as they may have in a pool, or more: they are passed over.
    Leads {
        /// How many they have.
        open: u64,
        /// How many they may have.
        cap: u32,
    },
}

/// What the people of a capacity can work in the days to come, against what is on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    /// The capacity, by its key.
    pub capacity: String,
    /// Its clause.
    pub clause: String,
    /// Whose it is.
    pub side: Side,
    /// Who they are.
    pub people: Vec<UserId>,
    /// What they have open now.
    pub open: u64,
    /// What they work at a time, all together.
    pub at_a_time: u64,
    /// What they can take on against what is on its way: of leads, the part that becomes
    /// opportunities.
    pub room: Room,
    /// What the goals count that say what marketing delivers: leads that were qualified, or handoffs
    /// that were accepted.
    pub delivers: Measure,
    /// Calling what is on its way, and the time for that, in minutes; where the text says.
    pub calling: Option<(u64, u64)>,
    /// The first and the last of the days to come, in the Agreement's zone.
    pub ahead: (Date, Date),
    /// The first and the last of the days whose leads and opportunities are counted.
    pub behind: (Date, Date),
}

impl Firm<'_> {
    /// The capacities of the text, in its order, each with its people.
    pub(super) fn workloads(&self) -> Result<Vec<Workload>, Error> {
        let capacities = &self.agreement().capacities;
        if capacities.is_empty() {
            return Ok(Vec::new());
        }
        let open: BTreeMap<UserId, u64> =
            self.reader.open_opportunities_by_owner()?.into_iter().collect();
        capacities.iter().map(|capacity| self.workload(capacity, &open)).collect()
    }

    fn workload(
        &self,
        capacity: &Capacity,
        open: &BTreeMap<UserId, u64>,
    ) -> Result<Workload, Error> {
        let (ahead, behind) = (self.days(0, DAYS - 1), self.days(-DAYS, -1));
        let of_side = self.users.values().filter(|row| {
            let works =
                matches!(row.role, Some(Role::Rep | Role::Marketer)) || open.contains_key(&row.id);
            row.side == Some(capacity.side) && gone(row).is_none() && works
        });
        let people: Vec<UserId> = of_side.map(|row| row.id.clone()).collect();
        let takes: f64 = people.iter().map(|user| self.taken_on(capacity, user, ahead)).sum();
        let (delivers, came, promised) = self.delivered(behind, ahead)?;
        let opened = self.reader.opportunities_opened_between(behind.0, behind.1)?;
        let room = Room { takes: Some(takes.round() as u64), came, to_pools: opened, promised };
        let leads = came.max(promised.unwrap_or(0));
        let calling = capacity.calling.map(|calling| {
            let has = people.iter().map(|user| {
                let (at_work, in_all) = self.at_work(user, ahead);
                let weeks = f64::from(DAYS) / 7.0;
                f64::from(calling.week_minutes) * weeks * share(at_work, in_all)
            });
            (calling.minutes_for(leads), has.sum::<f64>().round() as u64)
        });
        Ok(Workload {
            capacity: capacity.id.clone(),
            clause: capacity.clause.clone(),
            side: capacity.side,
            open: people.iter().filter_map(|user| open.get(user)).sum(),
            at_a_time: u64::from(capacity.at_a_time) * people.len() as u64,
            people,
            room,
            delivers,
            calling,
            ahead,
            behind,
        })
    }

    /// What one person can take on in some days: the less, the longer they are away.
    fn taken_on(&self, capacity: &Capacity, user: &UserId, days: (Date, Date)) -> f64 {
        let (at_work, in_all) = self.at_work(user, days);
        capacity.taken_on_in(f64::from(DAYS)) * share(at_work, in_all)
    }

    /// What marketing's goals count, the leads that it delivered in some days, and what it promised
    /// for others.
    fn delivered(
        &self,
        behind: (Date, Date),
        ahead: (Date, Date),
    ) -> Result<(Measure, u64, Option<u64>), Error> {
        let accepted = self.promised_by(Measure::Accepted, ahead);
        let qualified = self.promised_by(Measure::Qualified, ahead);
        let (Some(from), Some(to)) = (self.start(behind.0), self.start(ahead.0)) else {
            return Ok((Measure::Qualified, 0, qualified.or(accepted)));
        };
        if let (None, Some(_)) = (qualified, accepted) {
            let until = to.saturating_sub(jiff::SignedDuration::from_nanos(1)).unwrap_or(to);
            let answers = self.reader.answers_between(from, until)?;
            let taken = answers.iter().filter(|(answer, _)| *answer == Answer::Accepted);
            return Ok((Measure::Accepted, taken.map(|(_, n)| n).sum(), accepted));
        }
        Ok((Measure::Qualified, self.reader.leads_qualified_between(from, to)?, qualified))
    }

    /// Says of each who receives whether they have more than the text gives room for.
    pub(super) fn find_overloads(&self, held: &mut [Held]) -> Result<(), Error> {
        let leads = self.open_leads()?;
        for held in held.iter_mut().filter(|held| !held.is_vacant) {
            if let Some(user) = &held.user {
                held.overload = self.overload(user, &held.responsibility.duty, &leads)?;
            }
        }
        Ok(())
    }

    fn overload(
        &self,
        user: &UserId,
        duty: &Duty,
        leads: &BTreeMap<UserId, u64>,
    ) -> Result<Option<Overload>, StoreError> {
        if !matches!(duty, Duty::Receives(_) | Duty::Takes(_)) {
            return Ok(None);
        }
        let side = self.users.get(user).and_then(|row| row.side);
        let of_side = |capacity: &&Capacity| Some(capacity.side) == side;
        if let Some(capacity) = self.agreement().capacities.iter().find(of_side) {
            let open = self.reader.open_opportunities_of(user)?;
            if open > u64::from(capacity.at_a_time) {
                let at_a_time = capacity.at_a_time;
                return Ok(Some(Overload::Opportunities { open, at_a_time }));
            }
        }
        let cap = self.cap_open(user, duty)?;
        let open = leads.get(user).copied().unwrap_or_default();
        let full = cap.filter(|cap| open >= u64::from(*cap));
        Ok(full.map(|cap| Overload::Leads { open, cap }))
    }

    /// How many open leads somebody may have in a pool.
    fn cap_open(&self, user: &UserId, duty: &Duty) -> Result<Option<u32>, StoreError> {
        let Duty::Receives(id) = duty else { return Ok(None) };
        for member in members(self.agreement(), id) {
            if crate::substitute::user_named(self.reader, &member.user)?.as_ref() == Some(user) {
                return Ok(member.cap_open);
            }
        }
        Ok(None)
    }
}

fn members<'a>(
    agreement: &'a Agreement,
    pool: &'a str,
) -> impl Iterator<Item = &'a domain::agreement::routing::Member> {
    let pools = agreement.routing.iter().flat_map(|routing| &routing.pools);
    pools.filter(move |found: &&Pool| found.id == pool).flat_map(|found| &found.members)
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
