//! A card of whole points from what became of leads: which of the things that they showed tell those
//! apart that came to it, how many points each is worth, and how well the card does on leads that it
//! has not seen. Source: domain.md 3.5.
//!
//! The card is made from the earlier leads and tried on the later ones; it is never made from both.

mod made;
mod things;

use domain::{
    ids::LeadId,
    rate::Rate,
    shown::{Said, Thing, Trait},
};
use jiff::Timestamp;

use crate::ranking::{Band, Calibration};

/// Below so many that came to it nothing is fitted. Source: domain.md 3.5.
pub const HITS_MIN: u64 = 50;
/// So many that came to it for each rule, at least. Source: domain.md 3.5.
pub const HITS_PER_RULE: u64 = 10;
/// More rules than this nobody reads.
pub const RULES_MAX: usize = 15;
/// So many points double the odds.
pub const DOUBLES: f64 = 10.0;
/// Of so many tenths of the leads, the earlier ones, the card is made.
const EARLIER_TENTHS: usize = 7;

/// A lead as it was known on the day on which it is looked at, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Looked {
    /// Whose it is.
    pub lead: LeadId,
    /// That day.
    pub at: Timestamp,
    /// What it showed by then, by the places of the traits.
    pub showed: Vec<(u16, Said)>,
    /// Whether it came to it within the time that it had.
    pub hit: bool,
    /// Whether sales worked it.
    pub worked: bool,
    /// Its points by the rule of today, in thousandths, and whether it had met that by then.
    pub today: Option<(i64, bool)>,
}

/// A rule of the card.
#[derive(Debug, Clone, PartialEq)]
pub struct Earns {
    /// What the lead shows.
    pub thing: Thing,
    /// What it earns; less than nothing where it speaks against the lead.
    pub points: i64,
    /// Of the earlier leads that showed it, how many came to it.
    pub with: Rate,
    /// Of the others.
    pub without: Rate,
    /// How much it tells by itself.
    pub information: f64,
}

/// Leads of some time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leads {
    /// When the first was looked at.
    pub from: Timestamp,
    /// When the last was.
    pub to: Timestamp,
    /// How many came to it.
    pub rate: Rate,
}

/// What a threshold lets through of the later leads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gate {
    /// The threshold.
    pub points: i64,
    /// How many reach it, and how many of these came to it.
    pub through: Rate,
    /// Leads a week; nothing for less than four weeks.
    pub per_week: Option<f64>,
}

/// How well points rank the later leads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranks {
    /// The chance that one that came to it stands above one that did not.
    pub auc: f64,
    /// The ends of its 95 % interval. Source: Hanley and McNeil, Radiology 143 (1982).
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// A card, and how it did.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// What earns points, the most first.
    pub rules: Vec<Earns>,
    /// The logarithm of the odds of a lead that shows none of it.
    pub base: f64,
    /// The leads that it was made from.
    pub made: Leads,
    /// The leads that it was tried on.
    pub tried: Leads,
    /// How it ranks them; nothing where none, or all, came to it.
    pub ranks: Option<Ranks>,
    /// How the rule of today ranks the same leads, where it gives points.
    pub ranks_today: Option<Ranks>,
    /// The chances that it said beside what was.
    pub calibration: Option<Calibration>,
    /// The later leads in bands.
    pub bands: Vec<Band>,
    /// Every threshold, the lowest first.
    pub gates: Vec<Gate>,
    /// How many of the later leads met the rule of today, and how many of these came to it.
    pub met_today: Option<Rate>,
    /// The threshold that lets through as many as the rule of today; where there is none, the one that
    /// parts best.
    pub threshold: i64,
    /// Of the later leads, how many sales worked; of the others it is not known what could have become.
    pub worked: Rate,
    /// Things that were looked at and told nothing, or the same as another.
    pub left_out: Vec<Thing>,
}

/// Why there is no card.
#[derive(Debug, Clone, PartialEq)]
pub enum NoCard {
    /// Too few of the earlier leads came to it.
    TooFew {
        /// How many did.
        hits: u64,
        /// Of how many.
        n: u64,
    },
    /// Nothing that was shown tells leads apart.
    NothingTells {
        /// The things that were looked at.
        things: Vec<Thing>,
    },
}

/// How many of the leads, the earlier ones, the card is made from.
pub fn earlier(leads: &[Looked]) -> usize {
    leads.len() * EARLIER_TENTHS / 10
}

/// Whether a lead shows a thing.
pub fn shows(thing: &Thing, traits: &[Trait], lead: &Looked) -> bool {
    things::shows(thing, traits, lead)
}

/// What the points of a card do not say by themselves.
pub const WEIGHED_TOGETHER: &str = "Points are weighed together: what two things have in common counts once. So something can have \
     points below nothing though more of those who showed it came to it.";

impl Card {
    /// Whether the card's own threshold lets through no more of the later leads than the rule of today
    /// did. Where no threshold does, or the rule of today let nothing through, the card takes the one
    /// that parts best.
    pub fn lets_through_no_more(&self) -> bool {
        let today = self.met_today.map_or(0, |met| met.n());
        let gate = self.gates.iter().find(|gate| gate.points >= self.threshold);
        today > 0 && gate.is_some_and(|gate| gate.through.n() <= today)
    }

    /// Made from leads whose time is over, which stand in the order of the day on which each is looked
    /// at.
    ///
    /// # Errors
    /// [`NoCard`].
    pub fn of(traits: &[Trait], leads: &[Looked]) -> Result<Card, NoCard> {
        debug_assert!(leads.is_sorted_by_key(|lead| lead.at), "leads stand in order");
        let (earlier, later) = leads.split_at(earlier(leads));
        made::card(traits, earlier, later)
    }

    /// The points of a lead.
    pub fn points(&self, traits: &[Trait], lead: &Looked) -> i64 {
        let shows = |rule: &&Earns| shows(&rule.thing, traits, lead);
        self.rules.iter().filter(shows).map(|rule| rule.points).sum()
    }

    /// The chance that a lead with some points comes to it, as the card says.
    pub fn chance(&self, points: i64) -> f64 {
        crate::logistic::chance(self.log_odds(points))
    }

    fn log_odds(&self, points: i64) -> f64 {
        self.base + points as f64 * std::f64::consts::LN_2 / DOUBLES
    }

    /// The most points that a lead can have.
    pub fn most(&self) -> i64 {
        things::most(&self.rules)
    }
}

#[cfg(test)]
mod tests;
