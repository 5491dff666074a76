//! Who gets a lead that nobody has: the routes of the Agreement, tried in their order.
//!
//! [`route`] asks for what it needs and keeps all that it was told; [`replay`] asks what was kept.
//! Both go the same way, so the same answer follows from a fact alone.
//!
//! Leads of a pool are shared out by level: what somebody has received, by their weight. The lowest
//! level is next; among equals whoever stands first in the text. All of it is whole numbers.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
};

use jiff::Timestamp;

use crate::{
    agreement::routing::{By, FoundBy, Member, Pool, PoolTurn, Route, Routing, Target, To},
    condition::{Condition, Name, Truth, View},
    field::{FieldValue, Fields},
    ids::UserId,
    routed::{AccountSeen, Level, Outcome, PassedOver, PersonSeen, Routed, Seen, Tried, Why},
};

/// What is to be known of somebody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Whether they are at work.
    pub at_work: bool,
    /// How many leads they were given that day, counted up to here.
    pub today_up_to: Option<u32>,
    /// How many open leads they have.
    pub open: bool,
    /// How many of their leads have a clock that is past due, counted up to here.
    pub late_up_to: Option<u32>,
}

/// Where routing learns what it must know.
pub trait Ask {
    /// Why it cannot be told.
    type Error;

    /// The value of a name, where it is known.
    fn value(&mut self, name: &Name) -> Option<FieldValue>;

    /// The lead's account, looked for in these ways, in this order.
    ///
    /// # Errors
    /// When it cannot be told.
    fn account(&mut self, by: &[FoundBy]) -> Result<Option<AccountSeen>, Self::Error>;

    /// Somebody, by the name in the text or by id.
    ///
    /// # Errors
    /// When it cannot be told.
    fn person(&mut self, who: &str, wanted: Wanted) -> Result<PersonSeen, Self::Error>;

    /// The levels of a pool's members, of those who have one.
    ///
    /// # Errors
    /// When it cannot be told.
    fn levels(&mut self, pool: &Pool) -> Result<BTreeMap<UserId, Level>, Self::Error>;
}

/// Routes a lead at an instant. Gives what came of it, with all that was looked at.
///
/// # Errors
/// Those of `ask`.
pub fn route<A: Ask>(
    routing: &Routing,
    at: Timestamp,
    ask: &mut A,
) -> Result<(Routed, Seen), A::Error> {
    route_past(routing, at, BTreeSet::new(), ask)
}

/// The same, past those who had the lead and did not answer in time.
///
/// # Errors
/// Those of `ask`.
pub fn route_past<A: Ask>(
    routing: &Routing,
    at: Timestamp,
    missed_by: BTreeSet<UserId>,
    ask: &mut A,
) -> Result<(Routed, Seen), A::Error> {
    let seen = Seen {
        at,
        missed_by,
        values: Fields::new(),
        account: None,
        people: BTreeMap::new(),
        levels: BTreeMap::new(),
    };
    let mut way = Way { routing, ask, seen, routed: Routed::default() };
    for route in &routing.routes {
        if way.takes(route)? {
            break;
        }
    }
    Ok((way.routed, way.seen))
}

/// The answer that follows from what was seen, under the same text.
pub fn replay(routing: &Routing, seen: &Seen) -> Routed {
    match route_past(routing, seen.at, seen.missed_by.clone(), &mut Again(seen)) {
        Ok((routed, _)) => routed,
        Err(never) => match never {},
    }
}

/// The last of the levels of somebody in a pool: what they have, lifted where they join.
#[derive(Clone, Copy)]
struct Standing<'m> {
    member: &'m Member,
    weight: i64,
    open: u32,
    /// What counts; `None` for whoever joins.
    counts: Option<i64>,
}

/// A lead on its way through the routes.
struct Way<'r, A> {
    routing: &'r Routing,
    ask: &'r mut A,
    seen: Seen,
    routed: Routed,
}

impl<A: Ask> Way<'_, A> {
    /// Tries a route; whether the lead goes no further.
    fn takes(&mut self, route: &Route) -> Result<bool, A::Error> {
        let mut passed_over = Vec::new();
        let found = match route.when.as_ref().map_or(Truth::Yes, |when| self.holds(when)) {
            Truth::No => Err(Outcome::DoesNotHold),
            Truth::Unknown => Err(Outcome::NotKnown),
            Truth::Yes => self.leads(&route.to, &mut passed_over)?,
        };
        let outcome = match found {
            Ok(to) => {
                self.routed.to = Some(to);
                Outcome::Taken
            }
            Err(Outcome::NobodyCan) if route.waits => Outcome::Waits,
            Err(outcome) => outcome,
        };
        let route = route.id.clone();
        self.routed.tried.push(Tried { route, outcome, passed_over });
        Ok(matches!(outcome, Outcome::Taken | Outcome::Waits))
    }

    /// Where a route leads this lead.
    fn leads(
        &mut self,
        to: &To,
        passed_over: &mut Vec<PassedOver>,
    ) -> Result<Result<UserId, Outcome>, A::Error> {
        match to {
            To::Named(who) | To::CatchAll(who) => self.one_person(who, passed_over),
            To::AccountOwner(by) => {
                if self.seen.account.is_none() {
                    self.seen.account = self.ask.account(by)?;
                }
                match self.seen.account.clone() {
                    None => Ok(Err(Outcome::NoAccount)),
                    Some(AccountSeen { account: None, .. }) => Ok(Err(Outcome::SeveralAccounts)),
                    Some(AccountSeen { owner: None, .. }) => Ok(Err(Outcome::AccountWithoutOwner)),
                    Some(AccountSeen { owner: Some(owner), .. }) => {
                        self.one_person(owner.as_str(), passed_over)
                    }
                }
            }
            To::Territory { of, table } => {
                let value = self.value(of).filter(|value| *value != FieldValue::Cleared);
                match value.and_then(|value| table.get(value.to_string().trim())) {
                    None => Ok(Err(Outcome::NoTerritory)),
                    Some(Target::User(who)) => self.one_person(who, passed_over),
                    Some(Target::Pool(pool)) => {
                        let turn = PoolTurn { pool: pool.clone(), by: By::Weighted };
                        self.among(&turn, passed_over)
                    }
                }
            }
            To::Pool(turn) => self.among(turn, passed_over),
        }
    }

    fn one_person(
        &mut self,
        who: &str,
        passed_over: &mut Vec<PassedOver>,
    ) -> Result<Result<UserId, Outcome>, A::Error> {
        let person = self.person(who, Wanted::default())?;
        match (self.unable(&person), person.user) {
            (None, Some(user)) => Ok(Ok(user)),
            (why, _) => {
                let why = why.unwrap_or(Why::Unknown);
                passed_over.push(PassedOver { who: who.to_owned(), why });
                Ok(Err(Outcome::NobodyCan))
            }
        }
    }

    fn among(
        &mut self,
        turn: &PoolTurn,
        passed_over: &mut Vec<PassedOver>,
    ) -> Result<Result<UserId, Outcome>, A::Error> {
        let routing = self.routing;
        let Some(pool) = routing.pool(&turn.pool) else { return Ok(Err(Outcome::NobodyCan)) };
        let levels = match self.seen.levels.get(&pool.id) {
            Some(levels) => levels.clone(),
            None => self.ask.levels(pool)?,
        };
        self.seen.levels.insert(pool.id.clone(), levels.clone());
        let (mut able, mut unable) = (Vec::new(), Vec::new());
        for member in &pool.members {
            let person = self.member(pool, member, turn.by)?;
            let counts = person.user.as_ref().and_then(|user| levels.get(user));
            let standing = Standing {
                member,
                weight: if turn.by == By::RoundRobin { 1 } else { i64::from(member.weight.max(1)) },
                open: person.open.unwrap_or(0),
                counts: counts.map(|level| level.counts()),
            };
            match (self.why_not(pool, member, &person), person.user) {
                (None, Some(user)) => able.push((user, standing)),
                (why, user) => {
                    let why = why.unwrap_or(Why::Unknown);
                    passed_over.push(PassedOver { who: member.user.clone(), why });
                    unable.extend(user.map(|user| (user, standing)));
                }
            }
        }
        let lowest = able.iter().filter_map(|(_, s)| Some((s.counts?, s.weight)));
        let lowest = lowest.min_by(|a, b| by_level(*a, *b));
        let lifted =
            |s: &Standing<'_>| lowest.map_or(0, |(counts, weight)| counts * s.weight / weight);
        let reached = |s: &Standing<'_>| (s.counts.unwrap_or_else(|| lifted(s)), s.weight);
        let order = |a: &Standing<'_>, b: &Standing<'_>| match turn.by {
            By::Load => a.open.cmp(&b.open).then_with(|| by_level(reached(a), reached(b))),
            By::RoundRobin | By::Weighted => by_level(reached(a), reached(b)),
        };
        let Some((next, first)) = able.iter().min_by(|(_, a), (_, b)| order(a, b)).cloned() else {
            return Ok(Err(Outcome::NobodyCan));
        };
        for (user, standing) in &able {
            if standing.counts.is_none() {
                self.routed.lifted.insert(user.clone(), lifted(standing));
            }
            if *user != next {
                let fewer = turn.by == By::Load && first.open < standing.open;
                let why = if fewer { Why::HasMoreOpen } else { Why::HadMore };
                passed_over.push(PassedOver { who: standing.member.user.clone(), why });
            }
        }
        if !pool.catch_up {
            for (user, standing) in &unable {
                let by = standing.counts.map_or(0, |counts| lifted(standing) - counts);
                if by > 0 {
                    self.routed.lifted.insert(user.clone(), by);
                }
            }
        }
        passed_over
            .sort_by_key(|passed| pool.members.iter().position(|member| member.user == passed.who));
        self.routed.pool = Some(pool.id.clone());
        let not_counted = routing.not_counted_when.as_ref();
        self.routed.counted = not_counted.is_none_or(|when| self.holds(when) != Truth::Yes);
        Ok(Ok(next))
    }

    /// A member of a pool, with what the pool's terms must know of them.
    fn member(&mut self, pool: &Pool, member: &Member, by: By) -> Result<PersonSeen, A::Error> {
        let members = self.routing.pools.iter().flat_map(|pool| &pool.members);
        let theirs: Vec<&Member> = members.filter(|other| other.user == member.user).collect();
        let most = |cap: fn(&Member) -> Option<u32>| theirs.iter().filter_map(|m| cap(m)).max();
        let wanted = Wanted {
            at_work: pool.only_in_hours,
            today_up_to: member.cap_day.and(most(|member| member.cap_day)),
            open: by == By::Load || member.cap_open.is_some(),
            late_up_to: member.cap_late.and(most(|member| member.cap_late)),
        };
        self.person(&member.user, wanted)
    }

    fn person(&mut self, who: &str, wanted: Wanted) -> Result<PersonSeen, A::Error> {
        let known = self.seen.people.get(who);
        let enough = |known: &PersonSeen| {
            (!wanted.at_work || known.at_work.is_some())
                && (wanted.today_up_to.is_none() || known.today.is_some())
                && (!wanted.open || known.open.is_some())
                && (wanted.late_up_to.is_none() || known.late.is_some())
        };
        if let Some(known) = known.filter(|known| unable(known).is_some() || enough(known)) {
            return Ok(known.clone());
        }
        let told = self.ask.person(who, wanted)?;
        let known = self.seen.people.entry(who.to_owned()).or_default();
        *known = PersonSeen {
            at_work: told.at_work.or(known.at_work),
            today: told.today.or(known.today),
            open: told.open.or(known.open),
            late: told.late.or(known.late),
            ..told
        };
        Ok(known.clone())
    }

    /// Why somebody can receive nothing, whatever the pool.
    fn unable(&self, person: &PersonSeen) -> Option<Why> {
        let missed = |user: &UserId| self.seen.missed_by.contains(user);
        let missed = person.user.as_ref().is_some_and(missed).then_some(Why::MissedIt);
        match unable(person) {
            Some(why @ (Why::Unknown | Why::Deactivated)) => Some(why),
            why => missed.or(why),
        }
    }

    /// Why a member of a pool can receive nothing now.
    fn why_not(&self, pool: &Pool, member: &Member, person: &PersonSeen) -> Option<Why> {
        let full =
            |cap: Option<u32>, has: Option<u32>| cap.is_some_and(|cap| has.unwrap_or(0) >= cap);
        let also = [
            (pool.only_in_hours && person.at_work == Some(false), Why::OutsideHours),
            (full(member.cap_day, person.today), Why::DayFull),
            (full(member.cap_open, person.open), Why::OpenFull),
            (full(member.cap_late, person.late), Why::Late),
        ];
        let also = also.into_iter().find(|(is_so, _)| *is_so).map(|(_, why)| why);
        self.unable(person).or(also)
    }

    fn value(&mut self, name: &Name) -> Option<FieldValue> {
        let value = self.ask.value(name)?;
        self.seen.values.insert(name.to_string(), value.clone());
        Some(value)
    }

    fn holds(&mut self, condition: &Condition) -> Truth {
        let mut names = Vec::new();
        condition.names(&mut |name| names.push(name));
        for name in names {
            self.value(name);
        }
        condition.holds(&Kept(&self.seen.values))
    }
}

/// Lower first: what counts, by weight.
fn by_level(a: (i64, i64), b: (i64, i64)) -> Ordering {
    (a.0 * b.1).cmp(&(b.0 * a.1))
}

/// Why somebody can receive nothing, whatever the pool and the lead.
fn unable(person: &PersonSeen) -> Option<Why> {
    match person {
        PersonSeen { user: None, .. } => Some(Why::Unknown),
        PersonSeen { deactivated: true, .. } => Some(Why::Deactivated),
        PersonSeen { away_until: Some(_), .. } => Some(Why::Away),
        _ => None,
    }
}

/// Values that were kept, under the eyes of conditions.
struct Kept<'f>(&'f Fields);

impl View for Kept<'_> {
    fn value(&self, name: &Name) -> Option<FieldValue> {
        self.0.get(&name.to_string()).cloned()
    }
}

/// What was seen, asked again.
struct Again<'s>(&'s Seen);

impl Ask for Again<'_> {
    type Error = Infallible;

    fn value(&mut self, name: &Name) -> Option<FieldValue> {
        Kept(&self.0.values).value(name)
    }

    fn account(&mut self, _: &[FoundBy]) -> Result<Option<AccountSeen>, Infallible> {
        Ok(self.0.account.clone())
    }

    fn person(&mut self, who: &str, _: Wanted) -> Result<PersonSeen, Infallible> {
        Ok(self.0.people.get(who).cloned().unwrap_or_default())
    }

    fn levels(&mut self, pool: &Pool) -> Result<BTreeMap<UserId, Level>, Infallible> {
        Ok(self.0.levels.get(&pool.id).cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
