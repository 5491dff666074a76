//! Corrections: a colleague says what holds of a lead, as a further fact. Nothing is taken back from
//! the ledger; to undo a correction is to say again what held before it.

use std::sync::Arc;

use crate::{
    fact::{Entry, Fact},
    field::{FieldValue, Fields},
    handoff::LeadAssigned,
    ids::{FactNo, LeadId, UserId},
    record::LeadReported,
};

/// What a correction says of a lead.
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
    /// The fact is no correction of this lead.
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

/// Whether a field of a lead may be corrected here at all.
pub fn is_correctable(name: &str) -> bool {
    !KEPT_ELSEWHERE.contains(&name)
}

impl Correction {
    /// What a fact corrects, if it is a correction.
    pub fn of(fact: &Fact) -> Option<Correction> {
        match fact {
            Fact::LeadAssigned(fact) => Some(Correction::Owner(fact.owner.clone())),
            Fact::Lead(fact) => {
                let (name, value) = fact.fields.first_key_value()?;
                let (name, value) = (name.clone(), value.clone());
                (fact.fields.len() == 1).then_some(Correction::Field { name, value })
            }
            _ => None,
        }
    }

    /// The fact that says so.
    pub fn fact(self, lead: LeadId, by: UserId) -> Fact {
        let by = Some(by);
        match self {
            Correction::Owner(owner) => Fact::LeadAssigned(LeadAssigned { lead, owner, by }),
            Correction::Field { name, value } => {
                let fields = Fields::from([(name, value)]);
                Fact::Lead(LeadReported { lead, fields, person: None, by })
            }
        }
    }

    /// What a fact says of the same, if it says anything of it.
    fn said_by(&self, fact: &Fact) -> Option<Correction> {
        match (self, fact) {
            (Correction::Owner(_), Fact::LeadAssigned(fact)) => {
                Some(Correction::Owner(fact.owner.clone()))
            }
            (Correction::Field { name, .. }, Fact::Lead(fact)) => {
                let (name, value) = (name.clone(), fact.fields.get(name)?.clone());
                Some(Correction::Field { name, value })
            }
            _ => None,
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

    /// The order in which facts about the same hold: owners by when it happened, reports by when
    /// they were recorded; the last one holds.
    fn rank(&self, entry: &Entry) -> (Option<jiff::Timestamp>, FactNo) {
        match self {
            Correction::Owner(_) => (Some(entry.happened_at()), entry.no),
            Correction::Field { .. } => (None, entry.no),
        }
    }
}

/// What undoes the correction `no`, by the facts about its lead.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::Told;

    fn entry(no: i64, second: i64, correction: Correction) -> Arc<Entry> {
        let happened_at = jiff::Timestamp::from_second(second).unwrap();
        let fact = correction.fact("crm:1".into(), "crm:u1".into());
        let told = Told { source: "crm".into(), key: no.to_string(), happened_at, fact };
        Arc::new(Entry { no: FactNo(no), recorded_at: happened_at, told })
    }

    fn owner(id: &str) -> Correction {
        Correction::Owner(Some(id.into()))
    }

    fn title(text: &str) -> Correction {
        Correction::Field { name: "title".into(), value: text.into() }
    }

    #[test]
    fn what_held_before_is_said_again_unless_somebody_changed_it_since() {
        let country = Correction::Field { name: "country".into(), value: "DE".into() };
        let blank = Correction::Field { name: "title".into(), value: FieldValue::Cleared };
        type Facts = Vec<(i64, Correction)>;
        let cases: [(Facts, Result<Correction, NotUndone>); 8] = [
            (vec![(1, owner("a")), (2, owner("b"))], Ok(owner("a"))),
            (vec![(1, title("CEO")), (2, owner("b"))], Ok(Correction::Owner(None))),
            (vec![(9, owner("a")), (2, owner("b"))], Ok(owner("a"))),
            (vec![(1, title("CEO")), (2, title("CTO"))], Ok(title("CEO"))),
            (vec![(1, country.clone()), (2, title("CTO"))], Ok(blank)),
            (
                vec![(1, owner("a")), (2, owner("b")), (3, owner("c"))],
                Err(NotUndone::ChangedSince(FactNo(3))),
            ),
            (vec![(1, title("CEO")), (2, title("CTO")), (3, country)], Ok(title("CEO"))),
            (vec![(1, owner("a"))], Err(NotUndone::NoCorrection)),
        ];
        for (facts, expected) in cases {
            let numbered = (1..).zip(facts.iter().cloned());
            let entries: Vec<_> =
                numbered.map(|(no, (second, said))| entry(no, second, said)).collect();
            assert_eq!(undoing(&entries, FactNo(2)), expected, "{facts:?}");
        }
    }

    #[test]
    fn what_names_another_record_is_corrected_there() {
        for (name, expected) in [("title", true), ("owner", false), ("account", false)] {
            assert_eq!(is_correctable(name), expected, "{name}");
        }
    }
}
