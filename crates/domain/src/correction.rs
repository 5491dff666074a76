//! Corrections: a colleague says what holds of a lead, an opportunity or an account, as a further
//! fact. Nothing is taken back from the ledger; to undo a correction is to say again what held before
//! it.

use std::sync::Arc;

use crate::{
    fact::{Entry, Fact},
    field::{FieldValue, Fields},
    ids::{FactNo, UserId},
    owned::Owned,
    record::{AccountReported, LeadReported, OpportunityReported},
};

/// What a correction says of a thing.
#[derive(Debug, Clone, PartialEq)]
pub enum Correction {
    /// Whose it is, or that it is nobody's.
    Owner(Option<UserId>),
    /// What one field holds.
    Field {
        /// The field.
        name: String,
        /// What it holds from now on.
        value: FieldValue,
    },
}

/// Why a correction is not undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotUndone {
    /// This later fact says something else of the same.
    ChangedSince(FactNo),
    /// The fact is no correction of this thing.
    NoCorrection,
}

impl NotUndone {
    /// The later fact that says something else, if that is why.
    pub fn since(self) -> Option<FactNo> {
        match self {
            NotUndone::ChangedSince(later) => Some(later),
            NotUndone::NoCorrection => None,
        }
    }
}

/// Fields that name other records or follow from facts of their own: they are corrected where they
/// come from.
const KEPT_ELSEWHERE: [&str; 10] = [
    "account",
    "campaign",
    "created_at",
    "email_domain",
    "lead",
    "manager",
    "modified_at",
    "owner",
    "record",
    "status",
];

/// What an opportunity has besides: how it stands and ends is said by its moves and by its source,
/// and decides what counts towards goals.
const KEPT_WITH_OPPORTUNITIES: [&str; 6] =
    ["currency", "outcome", "probability", "product", "stage", "stage_since"];

/// Whether a field of a lead may be corrected here at all.
pub fn is_correctable(name: &str) -> bool {
    !KEPT_ELSEWHERE.contains(&name)
}

/// Whether a field of this thing may be.
pub fn is_correctable_of(thing: &Owned, name: &str) -> bool {
    let is_kept = match thing {
        Owned::Lead(_) => false,
        Owned::Opportunity(_) => KEPT_WITH_OPPORTUNITIES.contains(&name),
        Owned::Account(_) => name == "parent",
    };
    is_correctable(name) && !is_kept
}

impl Correction {
    /// What a fact corrects, if it is a correction.
    pub fn of(fact: &Fact) -> Option<Correction> {
        if let Fact::LeadAssigned(fact) = fact {
            return Some(Correction::Owner(fact.owner.clone()));
        }
        let fields = fields_of(fact).filter(|fields| fields.len() == 1)?;
        said(fact, fields.first_key_value()?.0)
    }

    /// The fact that says so of a thing.
    pub fn fact(self, thing: Owned, by: UserId) -> Fact {
        let (name, value) = match self {
            Correction::Owner(owner) => return thing.given_to(owner, Some(by)),
            Correction::Field { name, value } => (name, value),
        };
        let (fields, by) = (Fields::from([(name, value)]), Some(by));
        match thing {
            Owned::Lead(lead) => Fact::Lead(LeadReported { lead, fields, person: None, by }),
            Owned::Opportunity(opportunity) => {
                Fact::Opportunity(OpportunityReported { opportunity, fields, by })
            }
            Owned::Account(account) => Fact::Account(AccountReported { account, fields, by }),
        }
    }

    /// What a fact says of the same, if it says anything of it.
    fn said_by(&self, fact: &Fact) -> Option<Correction> {
        match (self, fact) {
            (Correction::Owner(_), Fact::LeadAssigned(fact)) => {
                Some(Correction::Owner(fact.owner.clone()))
            }
            (Correction::Owner(_), Fact::Lead(_)) => None,
            (Correction::Owner(_), fact) => said(fact, "owner"),
            (Correction::Field { name, .. }, fact) => said(fact, name),
        }
    }

    /// What is held where nobody has said anything.
    fn unsaid(&self) -> Correction {
        match self {
            Correction::Owner(_) => Correction::Owner(None),
            Correction::Field { name, .. } => {
                Correction::Field { name: name.clone(), value: FieldValue::Cleared }
            }
        }
    }

    /// The order in which facts about the same hold: owners of leads by when it happened, reports by when
    /// they were recorded; the last one holds.
    fn rank(&self, entry: &Entry) -> (Option<jiff::Timestamp>, FactNo) {
        match entry.fact() {
            Fact::LeadAssigned(_) => (Some(entry.happened_at()), entry.no),
            _ => (None, entry.no),
        }
    }
}

/// What a report says of a thing that somebody looks after.
fn fields_of(fact: &Fact) -> Option<&Fields> {
    match fact {
        Fact::Lead(told) => Some(&told.fields),
        Fact::Opportunity(told) => Some(&told.fields),
        Fact::Account(told) => Some(&told.fields),
        _ => None,
    }
}

/// What a report says under a name. Of opportunities and accounts it says whose they are, too.
fn said(fact: &Fact, name: &str) -> Option<Correction> {
    let value = fields_of(fact)?.get(name)?;
    match (fact, name) {
        (Fact::Opportunity(_) | Fact::Account(_), "owner") => {
            Some(Correction::Owner(value.text().map(UserId::from)))
        }
        _ => Some(Correction::Field { name: name.to_owned(), value: value.clone() }),
    }
}

/// What undoes the correction `no`, by the facts about its thing.
///
/// # Errors
/// [`NotUndone`]: what somebody has changed since stays as they left it.
pub fn undoing(entries: &[Arc<Entry>], no: FactNo) -> Result<Correction, NotUndone> {
    let made = entries.iter().find(|entry| entry.no == no).ok_or(NotUndone::NoCorrection)?;
    let correction = Correction::of(made.fact()).ok_or(NotUndone::NoCorrection)?;
    let says = |entry: &&Arc<Entry>| correction.said_by(entry.fact()).is_some();
    if let Some(later) = entries.iter().filter(says).find(|entry| entry.no > no) {
        return Err(NotUndone::ChangedSince(later.no));
    }
    let before = entries.iter().filter(says).filter(|entry| entry.no < no);
    let before = before.max_by_key(|entry| correction.rank(entry));
    let before = before.and_then(|entry| correction.said_by(entry.fact()));
    Ok(before.unwrap_or_else(|| correction.unsaid()))
}

/// Whose a thing was before the fact `no` gave it to somebody, by the facts about it.
///
/// # Errors
/// The later fact that says whose it is; `no` itself where it gave nothing to anybody.
pub fn owner_before(entries: &[Arc<Entry>], no: FactNo) -> Result<Option<UserId>, FactNo> {
    match undoing(entries, no) {
        Ok(Correction::Owner(owner)) => Ok(owner),
        Ok(Correction::Field { .. }) => Err(no),
        Err(why) => Err(why.since().unwrap_or(no)),
    }
}

#[cfg(test)]
mod tests;
