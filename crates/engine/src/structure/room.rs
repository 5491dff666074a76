//! The room of those who receive in pools, against what is on its way to them.

use std::collections::BTreeMap;

use domain::{
    absence,
    agreement::{Goal, History, InForce, Measure},
    firm::Side,
    ids::UserId,
    structure::{Room, promised_in},
};
use jiff::{ToSpan, civil::Date};

use super::{DAYS, Firm, gone};
use crate::{Error, substitute::user_named};

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

/// What the pools can take of leads in the weeks to come, by the caps, calendars and absences that are
/// known now. Nothing of it is known of the past: who was in a pool then, with what cap, and absences
/// that nobody wrote down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeeksAhead {
    /// Leads in a week, on the mean, rounded down.
    pub a_week: u64,
    /// Each week, from today on.
    pub weeks: Vec<WeekAhead>,
}

/// A week to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct WeekAhead {
    /// Its first day, in the Agreement's zone.
    pub from: Date,
    /// Its last day.
    pub to: Date,
    /// The leads that can be taken in it.
    pub takes: u64,
    /// Half days on which members of the pools would work and are away.
    pub away_half_days: u64,
}

/// The most that each member of a pool takes in a day; `None` where they take any number.
type Caps = BTreeMap<UserId, Option<u32>>;

impl Firm<'_> {
    /// The caps a day of everybody in a pool who is of the firm.
    fn caps(&self) -> Result<Caps, Error> {
        let mut caps = Caps::new();
        let pools = self.agreement().routing.iter().flat_map(|routing| &routing.pools);
        for member in pools.flat_map(|pool| &pool.members) {
            let Some(user) = user_named(self.reader, &member.user)? else { continue };
            if self.users.get(&user).is_some_and(|row| gone(row).is_none()) {
                let cap = caps.entry(user).or_insert(member.cap_day);
                *cap = cap.zip(member.cap_day).map(|(one, other)| one.max(other));
            }
        }
        Ok(caps)
    }

    /// What the pools can take in some days; `None` where somebody has no cap.
    fn takes(&self, caps: &Caps, days: (Date, Date)) -> Option<u64> {
        let takes = caps.iter().map(|(user, cap)| {
            let (half_days, _) = self.at_work(user, days);
            cap.map(|cap| u64::from(cap) * half_days / 2)
        });
        takes.sum::<Option<u64>>().filter(|_| !caps.is_empty())
    }

    /// What the pools can take in each of the weeks to come; `None` where somebody has no cap.
    pub(super) fn weeks_ahead(&self) -> Result<Option<WeeksAhead>, Error> {
        let caps = self.caps()?;
        let Some(takes) = self.takes(&caps, self.days(0, DAYS - 1)) else { return Ok(None) };
        let week = |first: i32| {
            let (from, to) = self.days(first, first + 6);
            let away = caps.keys().map(|user| {
                let (at_work, in_all) = self.at_work(user, (from, to));
                in_all - at_work
            });
            let takes = self.takes(&caps, (from, to)).unwrap_or_default();
            WeekAhead { from, to, takes, away_half_days: away.sum() }
        };
        let weeks: Vec<WeekAhead> = (0..DAYS / 7).map(|nth| week(nth * 7)).collect();
        Ok(Some(WeeksAhead { a_week: takes / weeks.len() as u64, weeks }))
    }

    /// The room of those who receive in pools, by their caps a day and the days on which they work.
    pub(super) fn room(&self, agreements: &History) -> Result<Option<RoomAhead>, Error> {
        if self.agreement().routing.is_none() {
            return Ok(None);
        }
        let (ahead, behind) = (self.days(0, DAYS - 1), self.days(-DAYS, -1));
        let today = ahead.0;
        let routed = |version: &&InForce| version.agreement.routing.is_some();
        let began = agreements.0.iter().find(routed).map(|version| version.from);
        let began = began.map_or(today, |at| self.agreement().zone.to_datetime(at).date());
        let behind = (behind.0.max(began), behind.1);
        let takes = self.takes(&self.caps()?, ahead);
        let (came, to_pools) = match (self.start(behind.0), self.start(today)) {
            (Some(from), Some(to)) if from < to => self.reader.leads_routed_between(from, to)?,
            _ => (0, 0),
        };
        let room = Room { takes, came, to_pools, promised: self.promised(ahead) };
        Ok(Some(RoomAhead { room, ahead, behind }))
    }

    /// The half days of some days on which somebody works, and those on which they would if they were
    /// never away.
    pub(super) fn at_work(&self, user: &UserId, days: (Date, Date)) -> (u64, u64) {
        let own = self.hours.hours(user, self.now).and_then(|hours| hours.calendar.as_ref());
        let own = own.and_then(|key| self.agreement().calendars.get(key));
        let calendar =
            own.or_else(|| self.agreement().calendars.get(&self.agreement().default_calendar));
        let absences = self.absences.get(user).map(Vec::as_slice).unwrap_or_default();
        let (mut at_work, mut in_all) = (0, 0);
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
            at_work += halves.iter().filter(works).count() as u64;
            in_all += 2;
        }
        (at_work, in_all)
    }

    /// What marketing has promised for some days, by the goals that count leads.
    fn promised(&self, days: (Date, Date)) -> Option<u64> {
        let by = |measure| self.promised_by(measure, days);
        by(Measure::Qualified).max(by(Measure::Accepted))
    }

    /// What marketing has promised for some days, by the goals of one measure.
    pub(super) fn promised_by(&self, measure: Measure, days: (Date, Date)) -> Option<u64> {
        let of = |goal: &&Goal| {
            goal.side == Side::Marketing
                && goal.measure == measure
                && goal.user.is_none()
                && goal.from <= days.1
                && days.0 <= goal.to
        };
        let goals = self.agreement().goals.iter().filter(of);
        let parts = goals.map(|goal| promised_in(goal.target, (goal.from, goal.to), days));
        parts.fold(None, |sum: Option<u64>, part| Some(sum.unwrap_or(0) + part))
    }
}
