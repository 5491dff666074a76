//! What somebody looks after: leads, opportunities and accounts, and how each is given to another.

use crate::{
    fact::Fact,
    field::{FieldValue, Fields},
    handoff::LeadAssigned,
    ids::{AccountId, LeadId, OpportunityId, UserId},
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
