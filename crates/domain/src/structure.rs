//! Structure: who is responsible for what by the text, and how it stands with each of them. A text
//! that names people who cannot do what it gives them binds nobody. Source: domain.md 2.2.

use jiff::civil::Date;

use crate::{
    agreement::{
        Agreement, ServiceLevel,
        routing::{Target, To},
        service::Tells,
        training::{CHECKED_IN, CheckIns, DutyKind, Training},
    },
    field::Fields,
    firm::Side,
};

/// What a text gives one person to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Responsibility {
    /// The clause that gives it; the parties stand before all clauses.
    pub clause: Option<String>,
    /// What it is.
    pub duty: Duty,
    /// Whom the text names: a mail address, or an id.
    pub who: String,
}

/// What somebody is responsible for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Duty {
    /// Signs for a side.
    Signs(Side),
    /// Signs for a side in the signer's place.
    SignsInPlace(Side),
    /// Rules where the sides disagree.
    Rules,
    /// Watches over the leads that no other route takes.
    WatchesOver,
    /// Takes the leads of a route, by its sentence.
    Takes(String),
    /// Receives leads of a pool.
    Receives(String),
    /// Stands in for the owners of a service level, by its sentence.
    BacksUp(String),
    /// Is told while nobody answers by a service level, by its sentence.
    IsTold(String),
    /// Has a goal of their own, by its sentence.
    Reaches(String),
}

impl Duty {
    /// What it is, without saying where.
    pub fn kind(&self) -> DutyKind {
        match self {
            Duty::Signs(_) | Duty::SignsInPlace(_) => DutyKind::Signs,
            Duty::Rules => DutyKind::Rules,
            Duty::WatchesOver => DutyKind::WatchesOver,
            Duty::Takes(_) => DutyKind::Takes,
            Duty::Receives(_) => DutyKind::Receives,
            Duty::BacksUp(_) => DutyKind::BacksUp,
            Duty::IsTold(_) => DutyKind::IsTold,
            Duty::Reaches(_) => DutyKind::Reaches,
        }
    }

    /// Whether others of the same pool do it too: one who is away then leaves no gap.
    pub fn is_shared(&self) -> bool {
        matches!(self, Duty::Receives(_))
    }
}

/// How it stands with somebody whom a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    /// There is nobody here by that name.
    Unknown,
    /// They have left.
    Left,
    /// They may not sign in.
    NotAdmitted,
    /// They could not do it if they would: their role or side does not go with it.
    Unfit,
    /// They are away until this day, and nobody stands in.
    Away(Date),
    /// They are away until this day, and somebody else stands in.
    StoodIn(Date),
    /// They are here.
    Here,
}

impl Presence {
    /// Whether a duty that stands so is in nobody's hands.
    pub fn is_vacant(&self, duty: &Duty) -> bool {
        match self {
            Presence::Here | Presence::StoodIn(_) => false,
            Presence::Away(_) => !duty.is_shared(),
            Presence::Unknown | Presence::Left | Presence::NotAdmitted | Presence::Unfit => true,
        }
    }
}

/// Everything that a text gives one person to do: who signs, who rules, who receives, who stands in or
/// is told while nobody answers, who has a goal.
pub fn responsibilities(agreement: &Agreement) -> Vec<Responsibility> {
    let mut all = Vec::new();
    for party in &agreement.parties {
        let of = |duty, who: &String| Responsibility { clause: None, duty, who: who.clone() };
        all.push(of(Duty::Signs(party.side), &party.signer));
        all.extend(party.substitute.as_ref().map(|who| of(Duty::SignsInPlace(party.side), who)));
    }
    if let Some(disputes) = &agreement.disputes {
        all.push(Responsibility {
            clause: Some(disputes.clause.clone()),
            duty: Duty::Rules,
            who: disputes.arbiter.clone(),
        });
    }
    all.extend(of_routing(agreement));
    agreement.service_levels.iter().for_each(|level| all.extend(of_level(level)));
    let goals = agreement.goals.iter();
    all.extend(goals.filter_map(|goal| {
        Some(Responsibility {
            clause: Some(goal.clause.clone()),
            duty: Duty::Reaches(goal.says.clone()),
            who: goal.user.clone()?,
        })
    }));
    all
}

fn of_level(level: &ServiceLevel) -> Vec<Responsibility> {
    let of = |duty, who: &String| Responsibility {
        clause: Some(level.clause.clone()),
        duty,
        who: who.clone(),
    };
    let told = level.steps.iter().flat_map(|step| &step.tells);
    let mut named: Vec<_> = told
        .filter_map(|tells| match tells {
            Tells::Named(who) => Some(who),
            Tells::Owner | Tells::Manager | Tells::Backup => None,
        })
        .collect();
    named.sort();
    named.dedup();
    let backup = level.backup.iter().map(|who| of(Duty::BacksUp(level.says.clone()), who));
    let told = named.into_iter().map(|who| of(Duty::IsTold(level.says.clone()), who));
    backup.chain(told).collect()
}

fn of_routing(agreement: &Agreement) -> Vec<Responsibility> {
    let Some(routing) = &agreement.routing else { return Vec::new() };
    let of = |duty, who: &String| Responsibility {
        clause: Some(routing.clause.clone()),
        duty,
        who: who.clone(),
    };
    let mut all = Vec::new();
    for route in &routing.routes {
        let takes = || Duty::Takes(route.says.clone());
        match &route.to {
            To::Named(who) => all.push(of(takes(), who)),
            To::CatchAll(who) => all.push(of(Duty::WatchesOver, who)),
            To::Territory { table, .. } => {
                let named = table.values().filter_map(|target| match target {
                    Target::User(who) => Some(who),
                    Target::Pool(_) => None,
                });
                let mut named: Vec<_> = named.collect();
                named.sort();
                named.dedup();
                all.extend(named.into_iter().map(|who| of(takes(), who)));
            }
            To::AccountOwner(_) | To::Pool(_) => {}
        }
    }
    for pool in &routing.pools {
        let receives = || Duty::Receives(pool.id.clone());
        all.extend(pool.members.iter().map(|member| of(receives(), &member.user)));
    }
    all
}

/// A training that somebody lacks for what they do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untrained {
    /// Which one, by its key.
    pub training: String,
    /// The last day on which theirs held; `None` where none is told of.
    pub held_until: Option<Date>,
}

/// The trainings that somebody lacks on a day for what a text gives them to do.
pub fn untrained(
    trainings: &[Training],
    duty: &Duty,
    told: &Fields,
    today: Date,
) -> Vec<Untrained> {
    let asked = trainings.iter().filter(|training| training.duties.contains(&duty.kind()));
    let lacks = asked.filter_map(|training| {
        let held_until = match trained_on(training, told).filter(|day| *day <= today) {
            None => None,
            Some(day) => match training.holds_until(day) {
                None => return None,
                Some(until) if today <= until => return None,
                until => until,
            },
        };
        Some(Untrained { training: training.id.clone(), held_until })
    });
    lacks.collect()
}

/// On which day somebody was trained, as it is told of them.
pub fn trained_on(training: &Training, told: &Fields) -> Option<Date> {
    day_told(told, &training.field())
}

/// When whoever leads somebody last met them, as it is told of them.
pub fn checked_in_on(told: &Fields) -> Option<Date> {
    day_told(told, CHECKED_IN)
}

/// Whether the check-ins with somebody have lapsed on a day, and how long the last one held.
pub fn check_in_lapsed(check_ins: &CheckIns, told: &Fields, today: Date) -> Option<Option<Date>> {
    match checked_in_on(told).filter(|day| *day <= today) {
        None => Some(None),
        Some(day) => {
            let until = check_ins.next_by(day);
            (today > until).then_some(Some(until))
        }
    }
}

/// A day that is told in a field, alone or at the head of an instant.
fn day_told(told: &Fields, field: &str) -> Option<Date> {
    let text = told.get(field)?.text()?;
    text.get(..10)?.parse().ok()
}

/// What the pools can take in some days against what is on its way to them, in leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Room {
    /// What the members can take by their caps; `None` where somebody has none.
    pub takes: Option<u64>,
    /// What came to be routed in as many days before.
    pub came: u64,
    /// What of it went through a pool.
    pub to_pools: u64,
    /// What is promised for the days, by the goals that hold in them; `None` without a goal.
    pub promised: Option<u64>,
}

impl Room {
    /// The part of what is promised that pools will get, if as great a part goes through them as of
    /// what came, rounded up; all of it where nothing came.
    pub fn promised_to_pools(&self) -> Option<u64> {
        let promised = self.promised?;
        Some(match self.came {
            0 => promised,
            came => (promised * self.to_pools).div_ceil(came),
        })
    }

    /// What is to be expected by the pools: what is promised or what came, whichever is more.
    pub fn expected(&self) -> u64 {
        self.to_pools.max(self.promised_to_pools().unwrap_or(0))
    }

    /// By how many leads what is expected is more than can be taken; `None` where no cap says how
    /// many can be.
    pub fn short_by(&self) -> Option<u64> {
        Some(self.expected().saturating_sub(self.takes?))
    }
}

/// The part of a goal's target that falls into some days, by days of the calendar and rounded up, so
/// that nobody is promised less than was signed.
pub fn promised_in(target: i64, goal: (Date, Date), days: (Date, Date)) -> u64 {
    let length = |from: Date, to: Date| (to - from).get_days().max(-1) as i64 + 1;
    let both = length(goal.0.max(days.0), goal.1.min(days.1)).max(0);
    let whole = length(goal.0, goal.1).max(1);
    u64::try_from(
        (i128::from(target.max(0)) * i128::from(both) + i128::from(whole) - 1) / i128::from(whole),
    )
    .unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
