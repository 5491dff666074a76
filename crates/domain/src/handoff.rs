//! Handoffs: a lead passes from marketing to sales, and a seller answers for it.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    decided::SOURCE,
    field::Fields,
    figure::Because,
    ids::{HandoffId, LeadId, UserId},
};

/// A lead entered a status of the agreed way, such as MQL, Accepted or Recycle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadMoved {
    /// Which lead.
    pub lead: LeadId,
    /// The status it entered.
    pub status: String,
    /// The reason given for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who moved it, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
}

/// A lead was given to somebody, or to nobody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadAssigned {
    /// Which lead.
    pub lead: LeadId,
    /// Its owner from now on.
    pub owner: Option<UserId>,
    /// Who gave it, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
}

/// By what a lead went from one owner to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PassedBy {
    /// A step of a ladder, to the backup.
    Ladder,
    /// The routes of the Agreement.
    Route,
    /// The book of somebody went to another.
    Book,
    /// Somebody gave it, or another system says so.
    Hand,
}

impl PassedBy {
    /// Each way, with its key and its words.
    pub const ALL: [(PassedBy, &'static str, &'static str); 4] = [
        (PassedBy::Ladder, "ladder", "by a ladder"),
        (PassedBy::Route, "route", "by the routes"),
        (PassedBy::Book, "book", "with a book"),
        (PassedBy::Hand, "hand", "by hand"),
    ];

    /// By whose source and key an assignment was told.
    pub fn of(source: &str, key: &str) -> PassedBy {
        let way = match key.split_once('/') {
            Some((first, _)) if source == SOURCE => first,
            _ => "",
        };
        match way {
            "clock" => PassedBy::Ladder,
            "routed" => PassedBy::Route,
            "book" => PassedBy::Book,
            _ => PassedBy::Hand,
        }
    }

    /// The one with a key.
    pub fn of_key(key: &str) -> Option<PassedBy> {
        PassedBy::ALL.iter().find(|(_, known, _)| *known == key).map(|(way, ..)| *way)
    }

    /// Its key.
    pub fn key(self) -> &'static str {
        PassedBy::ALL.iter().find(|(way, ..)| *way == self).expect("all are listed").1
    }

    /// Its words: `by a ladder`.
    pub fn words(self) -> &'static str {
        PassedBy::ALL.iter().find(|(way, ..)| *way == self).expect("all are listed").2
    }
}

/// A lead was handed over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandoffDelivered {
    /// Which handoff.
    pub handoff: HandoffId,
    /// Which lead.
    pub lead: LeadId,
    /// To whom; absent when it went to nobody yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<UserId>,
    /// `source`, `campaign`, `region`, … as the source has them.
    #[serde(default, skip_serializing_if = "Fields::is_empty")]
    pub fields: Fields,
}

/// Decided: a lead was handed over, by entering the status that the Agreement names. Source:
/// domain.md 1.4.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandoffMade {
    /// Which handoff.
    pub handoff: HandoffId,
    /// Which lead.
    pub lead: LeadId,
    /// Whose the lead was then; absent when it went to nobody yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<UserId>,
    /// The how manieth of this lead, from 1.
    pub nth: u32,
    /// Until when it is to be answered.
    pub due_at: Timestamp,
    /// Clause, version and facts.
    pub because: Because,
}

/// Decided: nobody answered in time, and the Agreement counts that as an acceptance. It happened
/// when the time was over. Source: domain.md 2.6.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandoffDeemed {
    /// Which handoff.
    pub handoff: HandoffId,
    /// Its lead.
    pub lead: LeadId,
    /// Clause, version and facts.
    pub because: Because,
}

/// Under what name the note to an answer is kept, beside the ledger.
pub fn note_of(handoff: &HandoffId) -> String {
    format!("note/{handoff}")
}

/// What became of a handoff. Source: domain.md 1.4; the three refusals are three verbs with three
/// lists of reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Sales took responsibility.
    Accepted,
    /// Refused at the gate, for a procedural reason.
    Rejected,
    /// Given back until later.
    Recycled,
    /// Ended for good.
    Disqualified,
}

impl Answer {
    /// Every answer.
    pub const ALL: [Answer; 4] =
        [Answer::Accepted, Answer::Rejected, Answer::Recycled, Answer::Disqualified];

    /// Reads the word of an answer.
    pub fn parse(word: &str) -> Option<Answer> {
        Answer::ALL.into_iter().find(|answer| answer.word() == word)
    }

    /// The answer as a word on screen.
    pub fn word(self) -> &'static str {
        match self {
            Answer::Accepted => "accepted",
            Answer::Rejected => "rejected",
            Answer::Recycled => "recycled",
            Answer::Disqualified => "disqualified",
        }
    }
}

/// A handoff was answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandoffAnswered {
    /// Which handoff.
    pub handoff: HandoffId,
    /// Its lead.
    pub lead: LeadId,
    /// The answer.
    pub answer: Answer,
    /// The reason, a word of the signed list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who answered, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    /// In whose place: whose it was, and who was away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_place_of: Option<UserId>,
    /// Until when a recycled lead rests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// The salted hash of the note, which stands beside the ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The source knows the answer and not its instant: nothing timed may rest on it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undated: bool,
}
