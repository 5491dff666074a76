//! Whether leads are shared out as agreed: each member's level, and the same worked out again from
//! the entries that it is the sum of.

use std::collections::BTreeMap;

use domain::{agreement::routing::Pool, ids::UserId, people::People, routed::Level};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use store::{Reader, StoreError};

use super::Directory;
use crate::{Engine, Error, lead::working_hours};

/// A pool, with each member's level.
#[derive(Debug, Clone, PartialEq)]
pub struct PoolReport {
    /// The pool, as signed.
    pub pool: Pool,
    /// Its members, in the order of the text.
    pub members: Vec<MemberReport>,
}

/// A member of a pool as they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberReport {
    /// As the text names them.
    pub who: String,
    /// Who that is, where it is known.
    pub user: Option<UserId>,
    /// Their share, against the others'.
    pub weight: u32,
    /// At most so many leads a day.
    pub cap_day: Option<u32>,
    /// At most so many open leads.
    pub cap_open: Option<u32>,
    /// None while so many of their leads are late.
    pub cap_late: Option<u32>,
    /// The level by which the next lead is given.
    pub level: Level,
    /// The same, added up from its entries.
    pub from_entries: Level,
    /// Whether they may not sign in any more.
    pub deactivated: bool,
    /// The last day of an absence that holds now.
    pub away_until: Option<Date>,
}

impl MemberReport {
    /// Whether the entries add up to the level.
    pub fn is_reproduced(&self) -> bool {
        self.level == self.from_entries
    }
}

impl Engine {
    /// Whom the texts name, by what they are called there; who is not known is left out.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn routing_people(&self) -> Result<BTreeMap<String, UserId>, Error> {
        let agreements = self.agreements()?;
        self.read(|reader| Ok(Directory::read(reader, &agreements)?.into_names()))
    }

    /// Every pool of the Agreement in force, with each member's level.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn routing_fairness(&self, now: Timestamp) -> Result<Vec<PoolReport>, Error> {
        let agreements = self.agreements()?;
        let Some(in_force) = agreements.at(now) else { return Ok(Vec::new()) };
        let Some(routing) = &in_force.agreement.routing else { return Ok(Vec::new()) };
        self.read(|reader| {
            let directory = Directory::read(reader, &agreements)?;
            let people = working_hours(reader)?;
            let known = Known { reader, directory: &directory, people: &people, now };
            let reports =
                routing.pools.iter().map(|pool| known.report(pool, &in_force.agreement.zone));
            Ok(reports.collect::<Result<_, StoreError>>()?)
        })
    }
}

struct Known<'a> {
    reader: &'a Reader<'a>,
    directory: &'a Directory,
    people: &'a People,
    now: Timestamp,
}

impl Known<'_> {
    fn report(&self, pool: &Pool, zone: &TimeZone) -> Result<PoolReport, StoreError> {
        let levels: BTreeMap<UserId, Level> =
            self.reader.routing_levels(&pool.id)?.into_iter().collect();
        let sums = self.reader.routing_sums(&pool.id)?;
        let of = |all: &BTreeMap<UserId, Level>, user: Option<&UserId>| {
            user.and_then(|user| all.get(user)).copied().unwrap_or_default()
        };
        let members = pool.members.iter().map(|member| {
            let user = self.directory.user(&member.user);
            let away_until = user.and_then(|user| {
                let hours = self.people.hours(user, self.now);
                let zone = hours.and_then(|hours| hours.zone.as_ref()).unwrap_or(zone);
                self.directory.away_until(user, zone, self.now)
            });
            MemberReport {
                who: member.user.clone(),
                user: user.cloned(),
                weight: member.weight,
                cap_day: member.cap_day,
                cap_open: member.cap_open,
                cap_late: member.cap_late,
                level: of(&levels, user),
                from_entries: of(&sums, user),
                deactivated: user.is_some_and(|user| self.directory.is_deactivated(user)),
                away_until,
            }
        });
        Ok(PoolReport { pool: pool.clone(), members: members.collect() })
    }
}
