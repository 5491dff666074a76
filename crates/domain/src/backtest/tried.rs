//! One lead as a backtest sees it: when either rule would have found it, and what became of it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;

use crate::{
    ids::{LeadId, OpportunityId},
    money::Money,
    points::Points,
    qualification::Crossing,
};

/// What became of an opportunity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deal {
    /// Which.
    pub opportunity: OpportunityId,
    /// When it was opened, if that is known: else nobody can say that a rule was earlier.
    pub opened_on: Option<Date>,
    /// When it was closed, if it was.
    pub closed_on: Option<Date>,
    /// Whether it was won.
    pub is_won: bool,
    /// What it was worth.
    pub amount: Option<Money>,
}

/// An opportunity that was won and came of no lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WonAlone {
    /// When it was closed.
    pub closed_on: Date,
    /// What it was worth.
    pub amount: Option<Money>,
}

/// What sales did with a lead.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Worked {
    /// When sales first had it in hand: it went on beyond the status of the qualified, was accepted,
    /// or an opportunity was opened.
    pub since: Option<Timestamp>,
    /// When it entered the status that the backtest looks for.
    pub reached_at: Option<Timestamp>,
    /// When it left the way after that: refused, recycled or disqualified.
    pub ended_at: Option<Timestamp>,
}

/// When sales really was asked for a lead.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    /// When it first entered the status of the qualified, or one beyond it.
    pub went_on: Option<Timestamp>,
    /// From when on somebody had it in that status; where nobody ever did, when it entered it.
    pub at: Option<Timestamp>,
    /// When it was accepted, went on beyond that status, or had an opportunity.
    pub in_hand: Option<Timestamp>,
}

/// How a clock would have ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Implied {
    /// What stops it was done in time.
    InTime,
    /// It was not, and sales had been asked.
    NotInTime,
    /// It was not, and sales had not been asked then: at another time, or never.
    NotAsked,
    /// It is not over, or ended without a verdict.
    NotOver,
}

impl Implied {
    /// All, each with its key.
    pub const ALL: [(&'static str, Implied); 4] = [
        ("in_time", Implied::InTime),
        ("not_in_time", Implied::NotInTime),
        ("not_asked", Implied::NotAsked),
        ("not_over", Implied::NotOver),
    ];
}

/// One clock that would have run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImpliedClock {
    /// The place of its service level in the text.
    pub level: u16,
    /// How it would have ended.
    pub implied: Implied,
}

/// What was not told of a field that a definition asks for, by the place of the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Untold {
    /// It was never told.
    Ever(u16),
    /// It was told once, after the fact: what it was before is not known, and what it is now is
    /// taken to have been so all along.
    Before(u16),
}

/// One lead under both rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// Which.
    pub lead: LeadId,
    /// When it came to be.
    pub created_at: Timestamp,
    /// When the proposed rule would have found it, at every threshold.
    pub proposed: Vec<Crossing>,
    /// When the rule in force would have found it.
    pub today: Option<Timestamp>,
    /// What sales did with it.
    pub worked: Worked,
    /// The opportunities that came of it.
    pub deals: Vec<Deal>,
    /// The clocks that being found would have started, by when it was found.
    pub clocks: BTreeMap<Timestamp, Vec<ImpliedClock>>,
    /// What is missing for judging it, by the places of a list that is kept beside.
    pub gaps: Vec<u16>,
    /// What was not told of the fields that the definition asks for.
    pub untold: Box<[Untold]>,
    /// How many facts about it were learnt late, and count from then.
    pub late: u32,
}

/// Which of two rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The one in force.
    Today,
    /// The proposed one.
    Proposed,
}

/// What a rule looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Goal {
    /// Sales took it on: the status that the backtest looks for.
    TakenOn,
    /// It was won.
    Won,
}

/// What became of a lead within the time it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Became {
    /// What the rule looks for.
    Yes,
    /// It was worked, and came to nothing.
    No,
    /// Nobody worked it, or the time is not over.
    Unknown,
}

impl Tried {
    /// When the proposed rule would have found it with a threshold; the definition has none where
    /// `None` is said.
    pub fn proposed_at(&self, threshold: Option<Points>) -> Option<Timestamp> {
        let passes = |crossing: &&Crossing| threshold.is_none_or(|least| crossing.reach >= least);
        self.proposed.iter().find(passes).map(|crossing| crossing.at)
    }

    /// What became of it within `within` of an instant, as known by `as_of`.
    pub fn became(
        &self,
        goal: Goal,
        found_at: Timestamp,
        within: SignedDuration,
        (as_of, zone): (Timestamp, &TimeZone),
    ) -> Became {
        let until = found_at + within;
        let day = |at: Timestamp| zone.to_datetime(at).date();
        let (first, last) = (day(found_at), day(until));
        let closed = |deal: &&Deal| deal.closed_on.is_some_and(|on| first <= on && on <= last);
        let is_yes = match goal {
            Goal::TakenOn => self.worked.reached_at.is_some_and(|at| at <= until),
            Goal::Won => self.deals.iter().any(|deal| deal.is_won && closed(&deal)),
        };
        if is_yes {
            return Became::Yes;
        }
        let is_over = as_of >= until;
        let ended = self.worked.ended_at.is_some_and(|at| found_at <= at && at <= until);
        let all_lost =
            !self.deals.is_empty() && self.deals.iter().all(|deal| !deal.is_won && closed(&deal));
        match (goal, self.worked.since) {
            (_, None) => Became::Unknown,
            _ if is_over => Became::No,
            (Goal::TakenOn, Some(_)) if ended => Became::No,
            (Goal::Won, Some(_)) if all_lost || (ended && self.deals.is_empty()) => Became::No,
            _ => Became::Unknown,
        }
    }
}
