//! What somebody looks after: leads, opportunities and accounts, how each is given to another, and
//! whose it was before.

use std::sync::Arc;

use crate::{
    correction::{Correction, undoing},
    fact::{Entry, Fact},
    field::{FieldValue, Fields},
    handoff::LeadAssigned,
    ids::{AccountId, FactNo, LeadId, OpportunityId, UserId},
    record::{AccountReported, OpportunityReported},
};

/// One thing that has an owner.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owned {
    /// A lead.
    Lead(LeadId),
    /// An opportunity.
    Opportunity(OpportunityId),
    /// An account.
    Account(AccountId),
}

impl Owned {
    /// What a fact says the owner of, if it says one.
    pub fn of(fact: &Fact) -> Option<Owned> {
        match fact {
            Fact::LeadAssigned(fact) => Some(Owned::Lead(fact.lead.clone())),
            Fact::Opportunity(fact) if fact.fields.contains_key("owner") => {
                Some(Owned::Opportunity(fact.opportunity.clone()))
            }
            Fact::Account(fact) if fact.fields.contains_key("owner") => {
                Some(Owned::Account(fact.account.clone()))
            }
            _ => None,
        }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        match self {
            Owned::Lead(id) => id.as_str(),
            Owned::Opportunity(id) => id.as_str(),
            Owned::Account(id) => id.as_str(),
        }
    }

    /// Under what its facts are filed: `account/crm:7`.
    pub fn subject(&self) -> String {
        let noun = match self {
            Owned::Lead(_) => "lead",
            Owned::Opportunity(_) => "opportunity",
            Owned::Account(_) => "account",
        };
        format!("{noun}/{}", self.id())
    }

    /// The fact by which it is somebody's, or nobody's.
    pub fn given_to(self, owner: Option<UserId>, by: Option<UserId>) -> Fact {
        let field = || match &owner {
            Some(owner) => FieldValue::Text(owner.0.clone()),
            None => FieldValue::Cleared,
        };
        let fields = || Fields::from([("owner".to_owned(), field())]);
        match self {
            Owned::Opportunity(opportunity) => {
                Fact::Opportunity(OpportunityReported { opportunity, fields: fields(), by })
            }
            Owned::Account(account) => {
                Fact::Account(AccountReported { account, fields: fields(), by })
            }
            Owned::Lead(lead) => Fact::LeadAssigned(LeadAssigned { lead, owner, by }),
        }
    }
}

/// Whose a thing was before the fact `no` gave it to somebody, by the facts about it; the fact that
/// has changed it since, where one has.
///
/// # Errors
/// The later fact that says whose it is; `no` itself where it gave nothing to anybody.
pub fn owner_before(entries: &[Arc<Entry>], no: FactNo) -> Result<Option<UserId>, FactNo> {
    let made = entries.iter().find(|entry| entry.no == no).ok_or(no)?;
    if let Fact::LeadAssigned(_) = made.fact() {
        return match undoing(entries, no) {
            Ok(Correction::Owner(owner)) => Ok(owner),
            Ok(Correction::Field { .. }) => Err(no),
            Err(why) => Err(why.since().unwrap_or(no)),
        };
    }
    let says = |entry: &&Arc<Entry>| owner_in(entry.fact()).is_some();
    if let Some(later) = entries.iter().filter(says).find(|entry| entry.no > no) {
        return Err(later.no);
    }
    let before = entries.iter().filter(says).rfind(|entry| entry.no < no);
    Ok(before.and_then(|entry| owner_in(entry.fact()).flatten()))
}

/// What a report says of the owner, if it says anything.
fn owner_in(fact: &Fact) -> Option<Option<UserId>> {
    let fields: &Fields = match fact {
        Fact::Opportunity(told) => &told.fields,
        Fact::Account(told) => &told.fields,
        _ => return None,
    };
    fields.get("owner").map(|owner| owner.text().map(UserId::from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::Told;

    fn entry(no: i64, fact: Fact) -> Arc<Entry> {
        let at = jiff::Timestamp::from_second(no).unwrap();
        let told = Told { source: "crm".into(), key: no.to_string(), happened_at: at, fact };
        Arc::new(Entry { no: FactNo(no), recorded_at: at, told })
    }

    /// A report of an account that says this of its owner, or nothing of it.
    fn owned(no: i64, owner: Option<FieldValue>) -> Arc<Entry> {
        let fields = owner.map(|owner| ("owner".to_owned(), owner)).into_iter().collect();
        let fact = AccountReported { account: "crm:a".into(), fields, by: None };
        entry(no, Fact::Account(fact))
    }

    fn things() -> [Owned; 3] {
        [
            Owned::Lead("crm:1".into()),
            Owned::Opportunity("crm:2".into()),
            Owned::Account("crm:3".into()),
        ]
    }

    #[test]
    fn an_account_goes_back_to_whose_it_was_unless_it_was_given_on() {
        let facts = [
            owned(1, Some("crm:u1".into())),
            owned(2, None),
            owned(3, Some("crm:u2".into())),
            owned(4, None),
        ];
        assert_eq!(owner_before(&facts, FactNo(3)), Ok(Some("crm:u1".into())));
        assert_eq!(owner_before(&facts, FactNo(1)), Err(FactNo(3)));
        let nobodys = [owned(1, Some(FieldValue::Cleared)), owned(2, Some("crm:u2".into()))];
        assert_eq!(owner_before(&nobodys, FactNo(2)), Ok(None));
        assert_eq!(owner_before(&nobodys, FactNo(9)), Err(FactNo(9)), "nothing was given");
    }

    #[test]
    fn whatever_is_given_away_goes_back_to_whose_it_was() {
        for thing in things() {
            let given = |owner: Option<&str>| {
                thing.clone().given_to(owner.map(UserId::from), Some("crm:boss".into()))
            };
            let facts = [entry(1, given(Some("crm:u1"))), entry(2, given(None))];
            assert_eq!(Owned::of(facts[1].fact()), Some(thing.clone()));
            assert_eq!(facts[1].fact().subject(), thing.subject());
            assert_eq!(owner_before(&facts, FactNo(2)), Ok(Some("crm:u1".into())), "{thing:?}");
            assert_eq!(owner_before(&facts, FactNo(1)), Err(FactNo(2)), "{thing:?}");
        }
    }
}
