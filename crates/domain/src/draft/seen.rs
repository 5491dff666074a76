//! What has happened, reduced to what a first Agreement can rest on.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::{firm::Side, money::Currency};

/// Fewer than so many are counts and no rate, and nothing is made of them.
pub const FEW: u64 = 20;

/// Everything that was looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The last instant of which anything is known.
    pub as_of: Timestamp,
    /// The day on which the draft is made.
    pub today: Date,
    /// The firm's zone.
    pub zone: TimeZone,
    /// The currency of its amounts.
    pub currency: Currency,
    /// The leads.
    pub leads: Vec<SeenLead>,
    /// The kinds of activities.
    pub kinds: BTreeMap<String, SeenKind>,
    /// The opportunities.
    pub opportunities: Vec<SeenOpportunity>,
    /// What is to be reached.
    pub quotas: Vec<SeenQuota>,
}

/// A lead.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SeenLead {
    /// When the source says that it was made.
    pub created_at: Option<Timestamp>,
    /// Where it came from, in the source's word.
    pub source: Option<String>,
    /// The statuses that it entered, in the order of time.
    pub way: Vec<String>,
    /// The side of its owner.
    pub held_by: Option<Side>,
    /// What is known of it, and what its contact did before there was an opportunity.
    pub marks: BTreeSet<Mark>,
    /// When its first opportunity was opened.
    pub opened_at: Option<Timestamp>,
    /// When one of its opportunities was won.
    pub won_at: Option<Timestamp>,
    /// When it was first given to somebody.
    pub given_at: Option<Timestamp>,
    /// When somebody of the firm first did something about it from then on.
    pub touched_at: Option<Timestamp>,
    /// When it was handed over to sales.
    pub handed_over_at: Option<Timestamp>,
}

impl SeenLead {
    /// Whether it stood in any status.
    pub fn is_on_the_way(&self) -> bool {
        !self.way.is_empty()
    }
}

/// Something that some leads have and others have not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// A field of the lead says this.
    Lead(String, Word),
    /// A field of its account says this.
    Account(String, Word),
    /// Its contact did this.
    Did(String),
}

/// What a field says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word {
    /// These words.
    Text(String),
    /// Yes.
    Yes,
}

/// A kind of activity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeenKind {
    /// How many leads had one by their contact.
    pub leads: u64,
    /// How many of them were done by the firm's people.
    pub by_us: u64,
    /// The statuses that say that it was done.
    pub done: BTreeSet<String>,
    /// Whether some were only planned, or only sent.
    pub is_planned: bool,
}

/// An opportunity.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenOpportunity {
    /// Whose it is.
    pub owner: Option<String>,
    /// The stages that it entered, in the order of time.
    pub way: Vec<String>,
    /// What became of it.
    pub end: SeenEnd,
    /// When it was opened.
    pub opened_on: Option<Date>,
    /// When it closed.
    pub closed_on: Option<Date>,
}

/// What became of an opportunity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeenEnd {
    /// It is open.
    Open,
    /// It was won.
    Won,
    /// It was not.
    Lost,
    /// Nobody says.
    Unknown,
}

/// What somebody, or the firm, is to reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenQuota {
    /// Whose; the whole firm's when absent.
    pub owner: Option<String>,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// In minor units of the firm's currency.
    pub amount_minor: i64,
}

/// Whether the status of an activity says that nobody has done anything yet: it is still to be done,
/// or it was only sent.
pub fn is_only_planned(status: &str) -> bool {
    let words = squeezed(status);
    let begins = |begin: &&str| words.starts_with(begin);
    NOT_DONE.iter().any(begins) || ["open", "todo"].contains(&words.as_str())
}

/// How the status of an activity begins that nobody has done yet.
const NOT_DONE: [&str; 11] = [
    "notstarted",
    "planned",
    "scheduled",
    "inprogress",
    "waiting",
    "deferred",
    "sent",
    "invited",
    "targeted",
    "noshow",
    "bounced",
];

/// Words of fields that nobody's chances shall rest on. Source: domain.md 3.5 (protected and proxy
/// attributes are left out).
const PROTECTED: [&str; 20] = [
    "gender",
    "sex",
    "salutation",
    "age",
    "birth",
    "birthdate",
    "birthday",
    "ethnic",
    "ethnicity",
    "race",
    "religion",
    "marital",
    "nationality",
    "disability",
    "health",
    "pregnant",
    "orientation",
    "union",
    "family",
    "children",
];
/// Words of fields that tell when something was written down, or what became of the lead.
const AFTERWARDS: [&str; 14] = [
    "at",
    "on",
    "date",
    "id",
    "modified",
    "activity",
    "unread",
    "converted",
    "conversion",
    "status",
    "stage",
    "probability",
    "reason",
    "owner",
];

/// Whether a field can say who a lead is, and may be weighed for it.
pub fn can_be_weighed(field: &str) -> bool {
    let is_out = |part: &str| PROTECTED.contains(&part) || AFTERWARDS.contains(&part);
    !field.split('_').any(is_out)
}

/// The letters and digits of a word, in small letters.
pub(super) fn squeezed(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Words in the order in which most of what moved between them moved; where nothing did, in the
/// order that `rank` gives.
pub(super) fn in_order(
    words: BTreeSet<String>,
    moves: &BTreeMap<(String, String), u64>,
    rank: impl Fn(&str) -> u8,
) -> Vec<String> {
    let mut order: Vec<String> = words.into_iter().collect();
    order.sort_by_key(|word| rank(word));
    let count = |from: &String, to: &String| {
        moves.get(&(from.clone(), to.clone())).copied().unwrap_or_default()
    };
    // Neighbours change places while more moved the other way; a circle ends with the last pass.
    for _ in 0..order.len() {
        for place in 1..order.len() {
            let (before, after) = (&order[place - 1], &order[place]);
            if count(after, before) > count(before, after) {
                order.swap(place - 1, place);
            }
        }
    }
    order
}

/// How many moved from each word to each next one.
pub(super) fn moves<'a>(
    ways: impl Iterator<Item = &'a [String]>,
) -> BTreeMap<(String, String), u64> {
    let mut moves = BTreeMap::new();
    for way in ways {
        for pair in way.windows(2).filter(|pair| pair[0] != pair[1]) {
            *moves.entry((pair[0].clone(), pair[1].clone())).or_default() += 1;
        }
    }
    moves
}
