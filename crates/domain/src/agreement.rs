//! The Agreement: what both teams signed, as the rules that run.
//!
//! The text (a folder of TOML files) is what is signed; this is its meaning. Reading the text is
//! `connectors::agreement`'s work, and nothing incomplete gets past it.

pub mod capacity;
pub mod consequence;
pub mod definition;
pub mod handoff;
pub mod message;
pub mod milestone;
pub mod persona;
pub mod priority;
pub mod routing;
pub mod service;
pub mod text;
pub mod training;
pub mod value_proposition;

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{calendar::Calendar, firm::Side, ids::SubjectKind, ids::Version, money::Currency};

pub use capacity::Capacity;
pub use consequence::Consequence;
pub use definition::Definition;
pub use handoff::{DisputeTerms, HandoffTerms};
pub use milestone::Milestone;
pub use persona::Persona;
pub use priority::Segment;
pub use routing::Routing;
pub use service::ServiceLevel;
pub use training::{CheckIns, Training};

/// A version's rules.
#[derive(Debug, Clone)]
pub struct Agreement {
    /// What it is called.
    pub title: String,
    /// The sentence above the clauses.
    pub preamble: String,
    /// The zone of every date in it that names no other.
    pub zone: TimeZone,
    /// The currency of amounts that name no other.
    pub currency: Currency,
    /// Who signs for marketing and who for sales.
    pub parties: Vec<Party>,
    /// Opening hours by key.
    pub calendars: BTreeMap<String, Calendar>,
    /// The calendar of whoever has none of their own.
    pub default_calendar: String,
    /// The statuses of a lead, in the order of its way.
    pub statuses: Vec<Status>,
    /// Activity kinds that the Agreement knows.
    pub activities: BTreeMap<String, ActivityKind>,
    /// Definitions of a qualified lead, side by side.
    pub definitions: Vec<Definition>,
    /// The stages of an opportunity, in the order of its way; any stage when empty.
    pub stages: Vec<Stage>,
    /// What an opportunity can reach, by agreed words.
    pub milestones: Vec<Milestone>,
    /// Leads that priorities speak of together.
    pub segments: Vec<Segment>,
    /// Service levels.
    pub service_levels: Vec<ServiceLevel>,
    /// How a lead changes hands, where the text says so.
    pub handoff: Option<HandoffTerms>,
    /// Who rules where the sides disagree, where the text says so.
    pub disputes: Option<DisputeTerms>,
    /// How leads that nobody has find their owner; they find none where it says nothing.
    pub routing: Option<Routing>,
    /// How much a person can work.
    pub capacities: Vec<Capacity>,
    /// What those have learnt who do something by it.
    pub trainings: Vec<Training>,
    /// How often whoever leads people meets them, where the text says so.
    pub check_ins: Option<CheckIns>,
    /// Goals.
    pub goals: Vec<Goal>,
    /// What follows of itself where something is missed.
    pub consequences: Vec<Consequence>,
    /// Whom both sides serve, and the sellers whom marketing serves.
    pub personas: Vec<Persona>,
    /// Clauses that are words: message, personas, roles and priorities.
    pub clauses: Vec<text::Clause>,
}

/// A side of the Agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Marketing or sales.
    pub side: Side,
    /// What the side is called.
    pub name: String,
    /// The e-mail address, or the user id, of the one person who signs.
    pub signer: String,
    /// Who signs in their place.
    pub substitute: Option<String>,
}

/// A status on a lead's way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// As facts write it: `MQL`.
    pub key: String,
    /// In full: `marketing qualified lead`.
    pub label: String,
    /// The side that works the lead while it stands here.
    pub owner: Option<Side>,
    /// Other words of source systems for the same status.
    pub also: Vec<String>,
    /// Nothing follows it.
    pub is_final: bool,
    /// The lead leaves the way here (recycled, disqualified): it is no step of the funnel.
    pub is_exit: bool,
    /// The statuses that it may be entered from; any when `None`, and only as the first when empty.
    pub from: Option<Vec<String>>,
    /// Reasons that may be given for it; empty when none are asked for.
    pub reasons: Vec<Reason>,
}

impl Status {
    /// Whether it may be entered from another.
    pub fn may_follow(&self, earlier: &str) -> bool {
        self.from.as_ref().is_none_or(|from| from.iter().any(|from| from == earlier))
    }
}

/// A reason that may be given for a status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// As it is given: `Bad Data`.
    pub text: String,
    /// More closely: `Bounced email`.
    pub kinds: Vec<String>,
}

impl Reason {
    /// Whether a reason as told is this one: by its text, by one of its kinds, or by both with a
    /// sign between them (`Bad Data: Spam`). Capitals do not matter.
    pub fn covers(&self, told: &str) -> bool {
        let same = |a: &str, b: &str| a.trim().to_lowercase() == b.trim().to_lowercase();
        let kind = |told: &str| self.kinds.iter().any(|kind| same(kind, told));
        let both = |(at, sign): (usize, &str)| {
            let rest = &told[at + sign.len()..];
            same(&self.text, &told[..at]) && kind(rest.trim_start_matches(['>', '-']))
        };
        let mut signs = told.match_indices([':', '-', '/', '>', '–']);
        same(&self.text, told) || kind(told) || signs.any(both)
    }
}

/// A stage on an opportunity's way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// As conditions write it: `Discovery`.
    pub key: String,
    /// In full.
    pub label: String,
    /// Other words of source systems for the same stage.
    pub also: Vec<String>,
}

/// An activity kind that the Agreement knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityKind {
    /// On screen: `Webinar attended`.
    pub label: String,
    /// Statuses that count as success; `None` when every status does.
    pub success: Option<Vec<String>>,
    /// Whether it is a meaningful touch when the owner does it. Source: domain.md 2.4.
    pub meaningful: bool,
}

impl ActivityKind {
    /// Whether a status is a success of this kind.
    pub fn succeeds(&self, status: Option<&str>) -> bool {
        match &self.success {
            None => true,
            Some(success) => status.is_some_and(|status| success.iter().any(|s| s == status)),
        }
    }
}

/// What a goal counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Leads that met a definition.
    Qualified,
    /// Handoffs that sales accepted.
    Accepted,
    /// Opportunities opened.
    Opened,
    /// Opportunities that reached a milestone.
    Reached,
    /// Opportunities won, as a count.
    Won,
    /// Opportunities won, as an amount.
    Revenue,
    /// The share of answered handoffs that sales accepted.
    AcceptanceRate,
    /// The share of clocks met by their due instant.
    Attainment,
}

impl Measure {
    /// Every measure with its key.
    pub const ALL: [(&'static str, Measure); 8] = [
        ("qualified", Measure::Qualified),
        ("accepted", Measure::Accepted),
        ("opened", Measure::Opened),
        ("reached", Measure::Reached),
        ("won", Measure::Won),
        ("revenue", Measure::Revenue),
        ("acceptance_rate", Measure::AcceptanceRate),
        ("attainment", Measure::Attainment),
    ];

    /// The measure's key.
    pub fn key(self) -> &'static str {
        Measure::ALL.iter().find(|(_, measure)| *measure == self).expect("all are listed").0
    }

    /// The measure as words on screen.
    pub fn words(self) -> &'static str {
        match self {
            Measure::Qualified => "leads qualified",
            Measure::Accepted => "handoffs accepted",
            Measure::Opened => "opportunities opened",
            Measure::Reached => "opportunities that reached a milestone",
            Measure::Won => "opportunities won",
            Measure::Revenue => "revenue won",
            Measure::AcceptanceRate => "accepted of answered handoffs",
            Measure::Attainment => "clocks met in time",
        }
    }
}

/// What a side has promised to reach.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    /// Its key.
    pub id: String,
    /// Its clause.
    pub clause: String,
    /// Its sentence, as signed.
    pub says: String,
    /// Who leads it.
    pub side: Side,
    /// What it counts.
    pub measure: Measure,
    /// The definition, milestone or service level that it counts, where the measure has several.
    pub of: Option<String>,
    /// First day, in the Agreement's zone.
    pub from: jiff::civil::Date,
    /// Last day, included.
    pub to: jiff::civil::Date,
    /// The number to reach: a count, minor units, or a share in thousandths.
    pub target: i64,
    /// Whose goal it is; `None` for the whole side.
    pub user: Option<String>,
}

/// A version in force: its number, its hash, since when, and its rules.
#[derive(Debug, Clone)]
pub struct InForce {
    /// Which version.
    pub version: Version,
    /// The hash that both signed.
    pub hash: String,
    /// From this instant until the next version's.
    pub from: Timestamp,
    /// Its rules.
    pub agreement: std::sync::Arc<Agreement>,
}

/// Every version that was ever in force, oldest first.
#[derive(Debug, Clone, Default)]
pub struct History(pub Vec<InForce>);

impl History {
    /// A single version that has always been in force: for asking "what if", with no ledger.
    pub fn always(agreement: Agreement, hash: String) -> History {
        History(vec![InForce {
            version: Version(1),
            hash,
            from: Timestamp::MIN,
            agreement: std::sync::Arc::new(agreement),
        }])
    }

    /// The version in force at an instant; `None` before the first.
    pub fn at(&self, at: Timestamp) -> Option<&InForce> {
        self.0.iter().rev().find(|version| version.from <= at)
    }

    /// The zone of the version in force at an instant; UTC before the first.
    pub fn zone_at(&self, at: Timestamp) -> TimeZone {
        self.at(at).map_or(TimeZone::UTC, |in_force| in_force.agreement.zone.clone())
    }

    /// When a version was replaced by the next one; `None` where none was in force after it.
    pub fn replaced_at(&self, version: Version) -> Option<Timestamp> {
        let of = self.0.iter().position(|in_force| in_force.version == version)?;
        self.0.get(of + 1).map(|next| next.from)
    }

    /// A version by its number.
    pub fn version(&self, version: Version) -> Option<&InForce> {
        self.0.iter().find(|in_force| in_force.version == version)
    }
}

impl Agreement {
    /// The status that a source's word stands for: by its key, or by one of its other words.
    pub fn status(&self, word: &str) -> Option<&Status> {
        let same = |other: &str| other.eq_ignore_ascii_case(word);
        self.statuses
            .iter()
            .find(|status| same(&status.key))
            .or_else(|| self.statuses.iter().find(|status| status.also.iter().any(|w| same(w))))
    }

    /// The stage that a source's word stands for: by its key, or by one of its other words.
    pub fn stage(&self, word: &str) -> Option<&Stage> {
        let same = |other: &str| other.eq_ignore_ascii_case(word);
        self.stages
            .iter()
            .find(|stage| same(&stage.key) || stage.also.iter().any(|word| same(word)))
    }

    /// Whether it says anything about single opportunities.
    pub fn watches_opportunities(&self) -> bool {
        let on_opportunities = |level: &ServiceLevel| level.on == SubjectKind::Opportunity;
        !self.milestones.is_empty() || self.service_levels.iter().any(on_opportunities)
    }

    /// Its service levels by which clocks that run are judged once it is in force.
    pub fn recomputes(&self) -> impl Iterator<Item = &ServiceLevel> {
        let recomputes =
            |level: &&ServiceLevel| level.running_clocks == service::RunningClocks::Recompute;
        self.service_levels.iter().filter(recomputes)
    }

    /// Who signs for a side.
    pub fn party(&self, side: Side) -> Option<&Party> {
        self.parties.iter().find(|party| party.side == side)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An Agreement that says nothing, for tests to say what they need.
    pub(crate) fn blank() -> Agreement {
        Agreement {
            title: "Test".into(),
            preamble: String::new(),
            zone: TimeZone::UTC,
            currency: Currency::parse("EUR").unwrap(),
            parties: vec![],
            calendars: BTreeMap::new(),
            default_calendar: String::new(),
            statuses: vec![],
            activities: BTreeMap::new(),
            definitions: vec![],
            stages: vec![],
            milestones: vec![],
            segments: vec![],
            service_levels: vec![],
            handoff: None,
            disputes: None,
            routing: None,
            capacities: vec![],
            trainings: vec![],
            check_ins: None,
            goals: vec![],
            consequences: vec![],
            personas: vec![],
            clauses: vec![],
        }
    }

    #[test]
    fn a_reason_is_told_by_its_text_by_a_kind_of_it_or_by_both() {
        let reason =
            Reason { text: "Bad Data".into(), kinds: vec!["Spam".into(), "Bounced email".into()] };
        for told in ["Bad Data", "bad data ", "Spam", "Bad Data: Spam", "Bad data - bounced email"]
        {
            assert!(reason.covers(told), "{told}");
        }
        for told in ["Bad", "Bad Data: Student", "Student: Spam", ""] {
            assert!(!reason.covers(told), "{told}");
        }
        let hyphened = Reason { text: "No-show".into(), kinds: vec!["Twice".into()] };
        for told in ["No-show", "no-show: twice", "No-show->Twice"] {
            assert!(hyphened.covers(told), "{told}");
        }
    }
}
