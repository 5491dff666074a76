//! Whether every responsibility of the Agreement in force is in somebody's hands: who holds it and
//! how it stands with them, whether they were trained for it, whose open leads nobody works, who is led
//! by nobody or is met by nobody, and whether there is room for what is on its way.

mod load;
mod room;
mod schooling;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    absence,
    agreement::{Agreement, InForce},
    firm::Side,
    ids::{UserId, Version},
    people::People,
    structure::{Duty, Presence, Responsibility, Untrained, responsibilities},
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use store::{
    Reader, StoreError,
    read::{AbsenceRow, UserRow},
};

use crate::{
    Engine, Error,
    access::{Act, may},
    lead::working_hours,
    merging::actor,
    substitute::{standing, user_named},
};

pub use load::{Overload, Workload};
pub use room::{RoomAhead, WeekAhead, WeeksAhead};
pub use schooling::{Lapsed, SchoolingRefusal, Vouched, duties_of};

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
    /// What people can work against what is on its way, by the capacities of the text.
    pub workloads: Vec<Workload>,
    /// Those whose check-ins have lapsed, by whoever leads them, where the text asks for check-ins.
    pub check_ins: Option<Vec<Lapsed>>,
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
    /// The trainings that whoever does it lacks.
    pub untrained: Vec<Untrained>,
    /// What is too much for whoever receives, where it is.
    pub overload: Option<Overload>,
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

impl Structure {
    /// How many responsibilities are in nobody's hands.
    pub fn vacancies(&self) -> usize {
        self.held.iter().filter(|held| held.is_vacant).count()
    }

    /// How many are in the hands of somebody who was not trained for them.
    pub fn untrained(&self) -> usize {
        self.held.iter().filter(|held| held.is_untrained()).count()
    }
}

impl Held {
    /// Whether somebody does it who was not trained for it.
    pub fn is_untrained(&self) -> bool {
        !self.is_vacant && !self.untrained.is_empty()
    }
}

/// How many responsibilities are well held, and how many are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gaps {
    /// In nobody's hands.
    pub vacant: usize,
    /// In the hands of somebody who was not trained for them.
    pub untrained: usize,
    /// All of them.
    pub all: usize,
}

impl Engine {
    /// How many responsibilities of the Agreement in force are in nobody's hands, or in untrained
    /// ones, and how many there are.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn gaps(&self, now: Timestamp) -> Result<Gaps, Error> {
        let agreements = self.agreements()?;
        let Some(in_force) = agreements.at(now) else { return Ok(Gaps::default()) };
        self.read(|reader| {
            let held = Firm::read(reader, in_force, now)?.held()?;
            Ok(Gaps {
                vacant: held.iter().filter(|held| held.is_vacant).count(),
                untrained: held.iter().filter(|held| held.is_untrained()).count(),
                all: held.len(),
            })
        })
    }

    /// Those whose check-ins have lapsed and whom somebody leads, where the Agreement in force asks
    /// for check-ins.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn lapsed_with(&self, manager: &UserId, now: Timestamp) -> Result<Vec<Lapsed>, Error> {
        let agreements = self.agreements()?;
        let Some(in_force) = agreements.at(now) else { return Ok(Vec::new()) };
        if in_force.agreement.check_ins.is_none() {
            return Ok(Vec::new());
        }
        self.read(|reader| {
            let lapsed = Firm::read(reader, in_force, now)?.lapsed().unwrap_or_default();
            Ok(lapsed.into_iter().filter(|lapsed| lapsed.manager == *manager).collect())
        })
    }

    /// How many leads the routing in force can give to people in each of the weeks to come; `None`
    /// where it does not say, since somebody has no cap.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn weeks_ahead(&self, now: Timestamp) -> Result<Option<WeeksAhead>, Error> {
        let agreements = self.agreements()?;
        let Some(in_force) = agreements.at(now) else { return Ok(None) };
        self.read(|reader| Firm::read(reader, in_force, now)?.weeks_ahead())
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
            let mut held = firm.held()?;
            firm.find_overloads(&mut held)?;
            Ok(Some(Structure {
                version: in_force.version,
                unattended: firm.unattended()?,
                leaderless: firm.leaderless(),
                room: firm.room(&agreements)?,
                workloads: firm.workloads()?,
                check_ins: firm.lapsed(),
                held,
            }))
        })
    }
}

/// What is known of the people at an instant.
struct Firm<'a> {
    reader: &'a Reader<'a>,
    in_force: &'a InForce,
    users: Arc<BTreeMap<UserId, UserRow>>,
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
        let users = reader.users_by_id()?;
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

    /// Today, in the Agreement's zone.
    fn today(&self) -> Date {
        self.agreement().zone.to_datetime(self.now).date()
    }

    /// From so many days after today to so many, in the Agreement's zone.
    fn days(&self, from: i32, to: i32) -> (Date, Date) {
        let shifted = |days: i32| self.today().saturating_add(days.days());
        (shifted(from), shifted(to))
    }

    /// When a day begins in the Agreement's zone.
    fn start(&self, day: Date) -> Option<Timestamp> {
        day.to_zoned(self.agreement().zone.clone()).ok().map(|day| day.timestamp())
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
        let doing = stand_in.as_ref().or(user.as_ref());
        let untrained = doing.map(|user| self.untrained(user, duty)).unwrap_or_default();
        let overload = None;
        Ok(Held { responsibility, user, presence, stand_in, is_vacant, untrained, overload })
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
        let today = self.today();
        let named = standing(self.reader, &responsibility.who, side, today)?;
        let holds = |first: Date, last: Date| first <= today && today <= last;
        let named = named.into_iter().find(|row| holds(row.first_on, row.last_on));
        let named = named.map(|row| row.substitute);
        let by_text = self.agreement().party(side).and_then(|party| party.substitute.as_ref());
        let by_text = by_text.map(|who| user_named(self.reader, who)).transpose()?.flatten();
        let duty = Duty::SignsInPlace(side);
        Ok(named.or(by_text).filter(|other| able(other, &duty)))
    }

    /// How many leads that are not at the end of their way each owner has.
    fn open_leads(&self) -> Result<BTreeMap<UserId, u64>, StoreError> {
        let mut leads: BTreeMap<UserId, u64> = BTreeMap::new();
        for status in &self.agreement().statuses {
            if status.is_final || status.is_exit {
                continue;
            }
            for (owner, n) in self.reader.leads_by_owner(&status.key)? {
                *leads.entry(owner).or_default() += n;
            }
        }
        Ok(leads)
    }

    /// Owners of open leads who have left, may not sign in any more or are away with nobody in
    /// their stead.
    fn unattended(&self) -> Result<Vec<Unattended>, Error> {
        let unattended = self.open_leads()?.into_iter().filter_map(|(owner, leads)| {
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
