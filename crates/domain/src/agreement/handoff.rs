//! How a lead changes hands, as signed: what hands it over, how long the answer may take, the two
//! lists of reasons, and who rules where the sides disagree. Source: domain.md 1.4, 2.6.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{Agreement, service::Target};
use crate::{
    calendar::{Calendar, NeverOpen},
    handoff::Answer,
};

/// How a lead changes hands.
#[derive(Debug, Clone, PartialEq)]
pub struct HandoffTerms {
    /// Its clause.
    pub clause: String,
    /// Its sentence, as signed.
    pub says: String,
    /// Entering this status hands a lead over; where it is absent, other systems report handoffs.
    pub delivers: Option<String>,
    /// How long the answer may take.
    pub answer_within: Within,
    /// Whether no answer by then counts as an acceptance.
    pub silence_accepts: bool,
    /// The status that an accepted lead enters.
    pub accepted: Option<String>,
    /// The status that a rejected lead enters.
    pub rejected: Option<String>,
    /// The status that a recycled lead enters.
    pub recycled: Option<String>,
    /// The status that a disqualified lead enters.
    pub disqualified: Option<String>,
    /// Whether accepting opens an opportunity.
    pub opens_opportunity: bool,
    /// How many days a recycled lead rests at least.
    pub rest_days: i64,
    /// How often one lead may be handed over.
    pub most_handoffs: Option<u32>,
    /// The reasons that may be given.
    pub reasons: Vec<AnswerReason>,
}

/// Who rules where the sides disagree.
#[derive(Debug, Clone, PartialEq)]
pub struct DisputeTerms {
    /// Its clause.
    pub clause: String,
    /// Its sentence, as signed.
    pub says: String,
    /// The e-mail address, or the user id, of the arbiter, who stands on neither side.
    pub arbiter: String,
    /// How many days after an answer, the last day of a goal, or the replacing of a version it may
    /// still be contested.
    pub contest_days: i64,
    /// How long the ruling may take.
    pub ruled_within: Within,
}

/// A time to be kept, in the hours that count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Within {
    /// How long.
    pub target: Target,
    /// The calendar whose hours count; all hours when absent.
    pub calendar: Option<String>,
}

impl Within {
    /// When it is over for what began at `from`.
    ///
    /// # Errors
    /// [`NeverOpen`] when its calendar has no hours.
    pub fn due_at(&self, agreement: &Agreement, from: Timestamp) -> Result<Timestamp, NeverOpen> {
        let (calendar, zone) = self.hours(agreement);
        let time = match self.target {
            Target::Time(time) => time,
            Target::WorkingDays(days) => calendar.until_close_of_working_day(&zone, from, days)?,
        };
        calendar.after_open(&zone, from, time)
    }

    /// The open time between two instants, in the hours that count.
    pub fn open_between(
        &self,
        agreement: &Agreement,
        from: Timestamp,
        until: Timestamp,
    ) -> SignedDuration {
        let (calendar, zone) = self.hours(agreement);
        calendar.open_between(&zone, from, until)
    }

    fn hours(&self, agreement: &Agreement) -> (Calendar, TimeZone) {
        let named = self.calendar.as_ref().and_then(|key| agreement.calendars.get(key).cloned());
        let calendar = named.unwrap_or_else(|| Calendar::always_open("all hours"));
        let zone = calendar.zone().cloned().unwrap_or_else(|| agreement.zone.clone());
        (calendar, zone)
    }
}

/// A reason for an answer. Rejecting is procedural and happens at the gate; disqualifying and
/// recycling come after work. Source: domain.md 1.4.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerReason {
    /// As it is given and shown.
    pub says: String,
    /// The answer that it is a reason for.
    pub answer: Answer,
    /// Who is charged with it.
    pub charged: Charged,
    /// What Lockstep itself looks at before it takes the reason.
    pub check: Option<Check>,
    /// Whether a note must be written with it.
    pub needs_note: bool,
}

/// Who is charged with a refusal. Source: domain.md 1.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Charged {
    /// Marketing: whom it meant to reach.
    Targeting,
    /// The signed points.
    Scoring,
    /// The data.
    Data,
    /// Sales has no time.
    Capacity,
    /// Nobody.
    Nobody,
}

impl Charged {
    /// Each with its key in the text.
    pub const ALL: [(&'static str, Charged); 5] = [
        ("targeting", Charged::Targeting),
        ("scoring", Charged::Scoring),
        ("data", Charged::Data),
        ("capacity", Charged::Capacity),
        ("nobody", Charged::Nobody),
    ];

    /// As words on screen.
    pub fn words(self) -> &'static str {
        Charged::ALL.iter().find(|(_, charged)| *charged == self).expect("all are listed").0
    }

    /// Whether a rejection for it is taken off what marketing delivered. Source: domain.md 2.6.
    pub fn debits_marketing(self) -> bool {
        matches!(self, Charged::Targeting | Charged::Data)
    }
}

/// What Lockstep can see for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// Whether the lead met the signed definition when it was handed over.
    Definition,
    /// Whether another lead has the same address.
    Duplicate,
    /// Whether the lead can be reached: an address or a number is known.
    Contact,
    /// Whether its account has bought already, or an opportunity of it is open.
    Customer,
}

impl Check {
    /// Each with its key in the text.
    pub const ALL: [(&'static str, Check); 4] = [
        ("definition", Check::Definition),
        ("duplicate", Check::Duplicate),
        ("contact", Check::Contact),
        ("customer", Check::Customer),
    ];
}

impl HandoffTerms {
    /// The status that an answer brings the lead into.
    pub fn status_after(&self, answer: Answer) -> Option<&str> {
        let status = match answer {
            Answer::Accepted => &self.accepted,
            Answer::Rejected => &self.rejected,
            Answer::Recycled => &self.recycled,
            Answer::Disqualified => &self.disqualified,
        };
        status.as_deref()
    }

    /// The reasons that may be given for an answer.
    pub fn reasons_for(&self, answer: Answer) -> impl Iterator<Item = &AnswerReason> {
        self.reasons.iter().filter(move |reason| reason.answer == answer)
    }

    /// A reason by its words; capitals do not matter.
    pub fn reason(&self, answer: Answer, says: &str) -> Option<&AnswerReason> {
        let same =
            |reason: &&AnswerReason| reason.says.to_lowercase() == says.trim().to_lowercase();
        self.reasons_for(answer).find(same)
    }
}
