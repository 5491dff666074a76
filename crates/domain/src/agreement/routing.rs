//! Routing: who gets a lead that nobody has, in the order in which the routes are tried.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::condition::{Condition, Name};

/// How leads that nobody has find their owner.
#[derive(Debug, Clone, PartialEq)]
pub struct Routing {
    /// Its clause.
    pub clause: String,
    /// Its sentence, as signed.
    pub says: String,
    /// A lead that stands in one of these statuses, and that nobody able to own it has, is routed.
    pub on: Vec<String>,
    /// Leads that entered the status before this day, in the Agreement's zone, are left alone.
    pub from: Option<Date>,
    /// Where this holds, a lead counts for nobody's level: its owner brought it.
    pub not_counted_when: Option<Condition>,
    /// When this begins to hold after a lead was routed, its level is given back.
    pub credited_back_when: Option<Condition>,
    /// The groups of people among whom leads are shared out.
    pub pools: Vec<Pool>,
    /// The routes, in the order in which they are tried; the last is the catch-all.
    pub routes: Vec<Route>,
}

/// People among whom leads are shared out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// Its key.
    pub id: String,
    /// Its members, in the order of the text: who stands first is first among equals.
    pub members: Vec<Member>,
    /// Whether whoever was passed over makes up for it afterwards.
    pub catch_up: bool,
    /// Whether members receive within their own hours only.
    pub only_in_hours: bool,
}

/// A member of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who: an id, or an address of mail.
    pub user: String,
    /// Their share, against the others'.
    pub weight: u32,
    /// At most so many leads a day, in the Agreement's zone.
    pub cap_day: Option<u32>,
    /// At most so many open leads.
    pub cap_open: Option<u32>,
    /// None while so many of their leads are late.
    pub cap_late: Option<u32>,
}

/// One way to an owner.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Its key.
    pub id: String,
    /// Its sentence, as signed.
    pub says: String,
    /// Which leads it takes; all when absent.
    pub when: Option<Condition>,
    /// Where it leads.
    pub to: To,
    /// Where nobody whom it names can take the lead now, the lead waits for them.
    pub waits: bool,
}

/// Where a route leads.
#[derive(Debug, Clone, PartialEq)]
pub enum To {
    /// To one person.
    Named(String),
    /// To the owner of the lead's account, found in one of these ways, in this order.
    AccountOwner(Vec<FoundBy>),
    /// To whoever stands beside the value of a field.
    Territory {
        /// The field.
        of: Name,
        /// Whom each value leads to.
        table: BTreeMap<String, Target>,
    },
    /// To somebody of a pool.
    Pool(PoolTurn),
    /// To whoever watches over what nobody else took.
    CatchAll(String),
}

/// Whom a value of a territory leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// One person.
    User(String),
    /// Somebody of a pool, by turns.
    Pool(String),
}

/// A pool and how it is gone through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolTurn {
    /// The pool.
    pub pool: String,
    /// How.
    pub by: By,
}

/// How a pool is gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Each as many as the next.
    RoundRobin,
    /// Each by their weight.
    Weighted,
    /// Whoever has the fewest open leads.
    Load,
}

impl By {
    /// Each with its key in the text.
    pub const ALL: [(&'static str, By); 3] =
        [("round_robin", By::RoundRobin), ("weighted", By::Weighted), ("load", By::Load)];

    /// The way as words.
    pub fn words(self) -> &'static str {
        match self {
            By::RoundRobin => "by turns",
            By::Weighted => "by turns, by weight",
            By::Load => "to whoever has the fewest open leads",
        }
    }
}

/// How a lead's account is found.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum FoundBy {
    /// The lead names it.
    Named,
    /// The domain of the mail address is the account's.
    Domain,
    /// The name of the company is the account's, or all but.
    Name,
}

impl FoundBy {
    /// Each with its key in the text.
    pub const ALL: [(&'static str, FoundBy); 3] =
        [("named", FoundBy::Named), ("domain", FoundBy::Domain), ("name", FoundBy::Name)];

    /// The way as words.
    pub fn words(self) -> &'static str {
        match self {
            FoundBy::Named => "the lead names its account",
            FoundBy::Domain => "the domain of the mail address is the account’s",
            FoundBy::Name => "the name of the company is the account’s, or all but",
        }
    }
}

impl Routing {
    /// A pool by its key.
    pub fn pool(&self, id: &str) -> Option<&Pool> {
        self.pools.iter().find(|pool| pool.id == id)
    }

    /// Everybody whom the text names.
    pub fn people(&self) -> Vec<&str> {
        let members = self.pools.iter().flat_map(|pool| &pool.members);
        let mut people: Vec<&str> = members.map(|member| member.user.as_str()).collect();
        for route in &self.routes {
            match &route.to {
                To::Named(user) | To::CatchAll(user) => people.push(user),
                To::Territory { table, .. } => {
                    people.extend(table.values().filter_map(|target| match target {
                        Target::User(user) => Some(user.as_str()),
                        Target::Pool(_) => None,
                    }));
                }
                To::AccountOwner(_) | To::Pool(_) => {}
            }
        }
        people.sort_unstable();
        people.dedup();
        people
    }
}
