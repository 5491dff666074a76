//! Whether every responsibility of the Agreement in force is in somebody's hands: who holds it and
//! how it stands with them, whose open leads nobody works, who is led by nobody, and whether those
//! who receive have room for what is on its way to them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    absence,
    agreement::{Agreement, History, InForce, Measure},
    firm::Side,
    ids::{UserId, Version},
    people::People,
    structure::{Duty, Presence, Responsibility, Room, promised_in, responsibilities},
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use store::{
    Reader, StoreError,
    read::{AbsenceRow, UserRow},
};

use crate::{
    Engine, Error,
    access::{Act, Actor, may},
    lead::working_hours,
    substitute::{standing, user_named},
};

/// So many days are looked ahead, and as many back.
pub const DAYS: i32 = 28;

/// How it stands with what the Agreement in force gives people to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Structure {
    /// The version in force.
    pub version: Version,
    /// Every responsibility, in the order of the text.
    pub held: Vec<Held>,
    /// Owners of open leads who are not here, by id.
    pub unattended: Vec<Unattended>,
    /// Those who are not here and lead people.
    pub leaderless: Vec<Leaderless>,
    /// The room of the pools, where the text routes.
    pub room: Option<RoomAhead>,
}

/// A responsibility and whoever has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// What it is.
    pub responsibility: Responsibility,
    /// Who has it, where they are known.
    pub user: Option<UserId>,
    /// How it stands with them.
    pub presence: Presence,
    /// Who stands in.
    pub stand_in: Option<UserId>,
    /// Whether it is in nobody's hands.
    pub is_vacant: bool,
}

/// Open leads of somebody who is not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unattended {
    /// Whose.
    pub owner: UserId,
    /// How it stands with them.
    pub presence: Presence,
    /// How many.
    pub leads: u64,
}

/// Somebody who leads people and is not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaderless {
    /// Who.
    pub manager: UserId,
    /// How it stands with them.
    pub presence: Presence,
    /// Whom they lead.
    pub people: Vec<UserId>,
}

/// The room for leads in the days to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoomAhead {
    /// The room itself.
    pub room: Room,
    /// The first and the last of the days to come, in the Agreement's zone.
    pub ahead: (Date, Date),
    /// The first and the last of the days whose leads are counted.
    pub behind: (Date, Date),
}

impl Structure {
    /// How many responsibilities are in nobody's hands.
    pub fn vacancies(&self) -> usize {
        self.held.iter().filter(|held| held.is_vacant).count()
    }
}

impl Engine {
    /// How many responsibilities of the Agreement in force are in nobody's hands, and how many there
    /// are.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn vacancies(&self, now: Timestamp) -> Result<(usize, usize), Error> {
        let agreements = self.agreements()?;
        let Some(in_force) = agreements.at(now) else { return Ok((0, 0)) };
        self.read(|reader| {
            let held = Firm::read(reader, in_force, now)?.held()?;
            Ok((held.iter().filter(|held| held.is_vacant).count(), held.len()))
        })
    }

    /// How many leads a week the routing in force can give to people, over the days that are looked
    /// ahead; `None` where it does not say, since somebody has no cap.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn room_a_week(&self, now: Timestamp) -> Result<Option<u64>, Error> {
        let agreements = self.agreements()?;
        let Some(in_force) = agreements.at(now) else { return Ok(None) };
        let room = self.read(|reader| Firm::read(reader, in_force, now)?.room(&agreements))?;
        let weeks = u64::from(DAYS.unsigned_abs()) / 7;
        Ok(room.and_then(|ahead| ahead.room.takes).map(|takes| takes / weeks))
    }

    /// How it stands with what the Agreement in force gives people to do; `None` where none is.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn structure(&self, now: Timestamp) -> Result<Option<Structure>, Error> {
        let agreements = self.agreements()?;
        let Some(in_force) = agreements.at(now) else { return Ok(None) };
        self.read(|reader| {
            let firm = Firm::read(reader, in_force, now)?;
            let held = firm.held()?;
            Ok(Some(Structure {
                version: in_force.version,
                unattended: firm.unattended()?,
                leaderless: firm.leaderless(),
                room: firm.room(&agreements)?,
                held,
            }))
        })
    }
}

/// What is known of the people at an instant.
struct Firm<'a> {
    reader: &'a Reader<'a>,
    in_force: &'a InForce,
    users: BTreeMap<UserId, UserRow>,
    absences: BTreeMap<UserId, Vec<AbsenceRow>>,
    hours: Arc<People>,
    now: Timestamp,
}

impl<'a> Firm<'a> {
    fn read(
        reader: &'a Reader<'a>,
        in_force: &'a InForce,
        now: Timestamp,
    ) -> Result<Firm<'a>, StoreError> {
        let users = reader.users()?.into_iter().map(|user| (user.id.clone(), user)).collect();
        let mut absences: BTreeMap<UserId, Vec<AbsenceRow>> = BTreeMap::new();
        for row in reader.standing_absences()? {
            absences.entry(row.user.clone()).or_default().push(row);
        }
        let hours = working_hours(reader)?;
        Ok(Firm { reader, in_force, users, absences, hours, now })
    }

    fn agreement(&self) -> &Agreement {
        &self.in_force.agreement
    }

    fn zone_of(&self, user: &UserId) -> &TimeZone {
        let hours = self.hours.hours(user, self.now);
        hours.and_then(|hours| hours.zone.as_ref()).unwrap_or(&self.agreement().zone)
    }

    fn held(&self) -> Result<Vec<Held>, Error> {
        let mut all = Vec::new();
        for responsibility in responsibilities(self.agreement()) {
            all.push(self.held_one(responsibility)?);
        }
        let shared = |held: &Held| held.responsibility.duty.clone();
        let able: BTreeSet<Duty> =
            all.iter().filter(|held| is_able(&held.presence)).map(shared).collect();
        for held in &mut all {
            let duty = &held.responsibility.duty;
            // Where all of a pool are away, nobody receives.
            let nobody = duty.is_shared() && !is_able(&held.presence) && !able.contains(duty);
            held.is_vacant |= nobody;
        }
        Ok(all)
    }

    fn held_one(&self, responsibility: Responsibility) -> Result<Held, Error> {
        let duty = &responsibility.duty;
        let user = user_named(self.reader, &responsibility.who)?;
        let mut stand_in = None;
        let mut presence = match &user {
            None => Presence::Unknown,
            Some(user) => self.presence(user, duty),
        };
        if let (Presence::Away(until), Some(user)) = (&presence, &user) {
            stand_in = self.stand_in(user, &responsibility)?;
            if stand_in.is_some() {
                presence = Presence::StoodIn(*until);
            }
        }
        let is_vacant = presence.is_vacant(duty);
        Ok(Held { responsibility, user, presence, stand_in, is_vacant })
    }

    /// How it stands with somebody who has a duty.
    fn presence(&self, user: &UserId, duty: &Duty) -> Presence {
        let Some(row) = self.users.get(user) else { return Presence::Unknown };
        if let Some(gone) = gone(row) {
            return gone;
        }
        match duty {
            Duty::Signs(side) | Duty::SignsInPlace(side) => {
                let Some(actor) = actor(row) else { return Presence::NotAdmitted };
                if may(&actor, &Act::Sign(*side)).is_err() {
                    return Presence::Unfit;
                }
            }
            Duty::Rules => {
                let Some(actor) = actor(row) else { return Presence::NotAdmitted };
                if actor.side != Side::Neutral {
                    return Presence::Unfit;
                }
            }
            _ => {}
        }
        self.away(user).map_or(Presence::Here, |row| Presence::Away(row.last_on))
    }

    /// The absence that holds now, by the person's own wall.
    fn away(&self, user: &UserId) -> Option<&AbsenceRow> {
        let wall = self.zone_of(user).to_datetime(self.now);
        let holds = |row: &&AbsenceRow| absence::holds((row.first_on, row.last_on), row.half, wall);
        self.absences.get(user)?.iter().find(holds)
    }

    /// Who does what somebody who is away would do: whom the signer named, whom the text names, or
    /// whom the absence names.
    fn stand_in(
        &self,
        user: &UserId,
        responsibility: &Responsibility,
    ) -> Result<Option<UserId>, Error> {
        let able = |other: &UserId, duty: &Duty| is_able(&self.presence(other, duty));
        let Duty::Signs(side) = responsibility.duty else {
            let named = self.away(user).and_then(|row| row.substitute.clone());
            return Ok(named.filter(|other| able(other, &responsibility.duty)));
        };
        let today = self.agreement().zone.to_datetime(self.now).date();
        let named = standing(self.reader, &responsibility.who, side, today)?;
        let holds = |first: Date, last: Date| first <= today && today <= last;
        let named = named.into_iter().find(|row| holds(row.first_on, row.last_on));
        let named = named.map(|row| row.substitute);
        let by_text = self.agreement().party(side).and_then(|party| party.substitute.as_ref());
        let by_text = by_text.map(|who| user_named(self.reader, who)).transpose()?.flatten();
        let duty = Duty::SignsInPlace(side);
        Ok(named.or(by_text).filter(|other| able(other, &duty)))
    }

    /// Owners of open leads who have left, may not sign in any more or are away with nobody in
    /// their stead.
    fn unattended(&self) -> Result<Vec<Unattended>, Error> {
        let mut leads: BTreeMap<UserId, u64> = BTreeMap::new();
        for status in &self.agreement().statuses {
            if status.is_final || status.is_exit {
                continue;
            }
            for (owner, n) in self.reader.leads_by_owner(&status.key)? {
                *leads.entry(owner).or_default() += n;
            }
        }
        let unattended = leads.into_iter().filter_map(|(owner, leads)| {
            let presence = match self.users.get(&owner) {
                None => Presence::Unknown,
                Some(row) => gone(row).unwrap_or(match self.away(&owner) {
                    Some(row) if row.substitute.is_none() => Presence::Away(row.last_on),
                    _ => Presence::Here,
                }),
            };
            (presence != Presence::Here).then_some(Unattended { owner, presence, leads })
        });
        Ok(unattended.collect())
    }

    /// Those who are named as somebody's manager and are not of the firm any more.
    fn leaderless(&self) -> Vec<Leaderless> {
        let mut led: BTreeMap<UserId, Vec<UserId>> = BTreeMap::new();
        for row in self.users.values().filter(|row| gone(row).is_none()) {
            if let Some(manager) = &row.manager {
                led.entry(UserId::from(manager.as_str())).or_default().push(row.id.clone());
            }
        }
        let leaderless = led.into_iter().filter_map(|(manager, people)| {
            let presence = match self.users.get(&manager) {
                None => Presence::Unknown,
                Some(row) => gone(row)?,
            };
            Some(Leaderless { manager, presence, people })
        });
        leaderless.collect()
    }

    /// The room of those who receive in pools, by their caps a day and the days on which they work.
    fn room(&self, agreements: &History) -> Result<Option<RoomAhead>, Error> {
        let Some(routing) = &self.agreement().routing else { return Ok(None) };
        let zone = &self.agreement().zone;
        let today = zone.to_datetime(self.now).date();
        let shifted = |days: i32| today.saturating_add(days.days());
        let ahead = (today, shifted(DAYS - 1));
        let routed = |version: &&InForce| version.agreement.routing.is_some();
        let began = agreements.0.iter().find(routed).map(|version| version.from);
        let began = began.map_or(today, |at| zone.to_datetime(at).date());
        let behind = (shifted(-DAYS).max(began), shifted(-1));
        let mut caps: BTreeMap<UserId, Option<u32>> = BTreeMap::new();
        for member in routing.pools.iter().flat_map(|pool| &pool.members) {
            let Some(user) = user_named(self.reader, &member.user)? else { continue };
            if self.users.get(&user).is_some_and(|row| gone(row).is_none()) {
                let cap = caps.entry(user).or_insert(member.cap_day);
                *cap = cap.zip(member.cap_day).map(|(one, other)| one.max(other));
            }
        }
        let takes = caps.iter().map(|(user, cap)| {
            let half_days = self.half_days_at_work(user, ahead);
            cap.map(|cap| u64::from(cap) * half_days / 2)
        });
        let takes = takes.sum::<Option<u64>>().filter(|_| !caps.is_empty());
        let start = |day: Date| day.to_zoned(zone.clone()).map(|day| day.timestamp());
        let (came, to_pools) = match (start(behind.0), start(today)) {
            (Ok(from), Ok(to)) if from < to => self.reader.leads_routed_between(from, to)?,
            _ => (0, 0),
        };
        let room = Room { takes, came, to_pools, promised: self.promised(ahead) };
        Ok(Some(RoomAhead { room, ahead, behind }))
    }

    /// The half days of some days on which somebody works: their calendar opens and they are not
    /// away.
    fn half_days_at_work(&self, user: &UserId, days: (Date, Date)) -> u64 {
        let own = self.hours.hours(user, self.now).and_then(|hours| hours.calendar.as_ref());
        let own = own.and_then(|key| self.agreement().calendars.get(key));
        let calendar =
            own.or_else(|| self.agreement().calendars.get(&self.agreement().default_calendar));
        let absences = self.absences.get(user).map(Vec::as_slice).unwrap_or_default();
        let mut half_days = 0;
        for day in days.0.series(1.day()).take_while(|day| *day <= days.1) {
            if calendar.is_some_and(|calendar| calendar.hours_on(day).is_empty()) {
                continue;
            }
            let halves = [day.at(9, 0, 0, 0), day.at(15, 0, 0, 0)];
            let works = |half: &&jiff::civil::DateTime| {
                !absences
                    .iter()
                    .any(|row| absence::holds((row.first_on, row.last_on), row.half, **half))
            };
            half_days += halves.iter().filter(works).count() as u64;
        }
        half_days
    }

    /// What marketing has promised for some days, by the goals that count leads.
    fn promised(&self, days: (Date, Date)) -> Option<u64> {
        let by = |measure: Measure| {
            let of = |goal: &&domain::agreement::Goal| {
                goal.side == Side::Marketing
                    && goal.measure == measure
                    && goal.user.is_none()
                    && goal.from <= days.1
                    && days.0 <= goal.to
            };
            let goals = self.agreement().goals.iter().filter(of);
            let parts = goals.map(|goal| promised_in(goal.target, (goal.from, goal.to), days));
            parts.fold(None, |sum: Option<u64>, part| Some(sum.unwrap_or(0) + part))
        };
        by(Measure::Qualified).max(by(Measure::Accepted))
    }
}

fn is_able(presence: &Presence) -> bool {
    matches!(presence, Presence::Here | Presence::StoodIn(_))
}

/// How it stands with somebody who does not work here any more.
fn gone(row: &UserRow) -> Option<Presence> {
    if row.left_at.is_some() {
        return Some(Presence::Left);
    }
    row.is_deactivated().then_some(Presence::NotAdmitted)
}

/// As whom somebody acts who may sign in.
fn actor(row: &UserRow) -> Option<Actor> {
    let role = row.role.filter(|_| row.active)?;
    Some(Actor { user: row.id.clone(), role, side: row.side.unwrap_or(role.side()) })
}
