//! What a door hands to the engine: a fact as another system told it, with its private part apart.

use crate::{
    fact::{Fact, Told},
    field::{FieldValue, Fields},
    ids::{UserId, looks_personal, qualified},
    person::Person,
};

/// A fact as it was told, before it is taken in.
#[derive(Debug, Clone, PartialEq)]
pub struct Reported {
    /// The fact.
    pub told: Told,
    /// What it says of who the person is.
    pub person: Option<Person>,
}

/// Fields that name another record, and those of them that name a person.
const REFERENCES: [&str; 5] = ["account", "campaign", "product", "lead", "opportunity"];
const PEOPLE: [&str; 3] = ["owner", "manager", "lead"];

/// Gives every id in the fact its source. Keys of the firm's own people and of leads are handed to
/// `exchange`, with their source, if they would tell who somebody is.
pub fn settle_ids(told: &mut Told, exchange: &mut dyn FnMut(&str, &str) -> String) {
    let source = told.source.clone();
    let mut settle = |id: &mut String, person: bool| {
        *id = qualified(&source, id);
        if let Some((source, key)) =
            id.split_once(':').filter(|(_, key)| person && looks_personal(key))
        {
            *id = format!("{source}:{}", exchange(source, key));
        }
    };
    match &mut told.fact {
        Fact::Account(fact) => {
            settle(&mut fact.account.0, false);
            settle_user(fact.by.as_mut(), &mut settle);
            settle_fields(&mut fact.fields, &mut settle);
        }
        Fact::Lead(fact) => {
            settle(&mut fact.lead.0, true);
            settle_user(fact.by.as_mut(), &mut settle);
            settle_fields(&mut fact.fields, &mut settle);
        }
        Fact::Activity(fact) => {
            settle(&mut fact.lead.0, true);
            settle_user(fact.by.as_mut(), &mut settle);
            fact.campaign.as_mut().into_iter().for_each(|id| settle(&mut id.0, false));
            fact.account.as_mut().into_iter().for_each(|id| settle(&mut id.0, false));
        }
        Fact::LeadMoved(fact) => {
            settle(&mut fact.lead.0, true);
            settle_user(fact.by.as_mut(), &mut settle);
        }
        Fact::LeadAssigned(fact) => {
            settle(&mut fact.lead.0, true);
            settle_user(fact.owner.as_mut(), &mut settle);
            settle_user(fact.by.as_mut(), &mut settle);
        }
        Fact::Handoff(fact) => {
            settle(&mut fact.handoff.0, false);
            settle(&mut fact.lead.0, true);
            settle_user(fact.to.as_mut(), &mut settle);
            settle_fields(&mut fact.fields, &mut settle);
        }
        Fact::HandoffAnswered(fact) => {
            settle(&mut fact.handoff.0, false);
            settle(&mut fact.lead.0, true);
            settle_user(fact.by.as_mut(), &mut settle);
        }
        Fact::Opportunity(fact) => {
            settle(&mut fact.opportunity.0, false);
            settle_user(fact.by.as_mut(), &mut settle);
            settle_fields(&mut fact.fields, &mut settle);
        }
        Fact::OpportunityMoved(fact) => settle(&mut fact.opportunity.0, false),
        Fact::Campaign(fact) => settle(&mut fact.campaign.0, false),
        Fact::Product(fact) => settle(&mut fact.product.0, false),
        Fact::User(fact) => {
            settle(&mut fact.user.0, true);
            settle_user(fact.by.as_mut(), &mut settle);
            settle_fields(&mut fact.fields, &mut settle);
        }
        Fact::Quota(fact) => settle_user(fact.user.as_mut(), &mut settle),
        _ => {}
    }
}

fn settle_user(user: Option<&mut UserId>, settle: &mut impl FnMut(&mut String, bool)) {
    if let Some(user) = user {
        settle(&mut user.0, true);
    }
}

fn settle_fields(fields: &mut Fields, settle: &mut impl FnMut(&mut String, bool)) {
    for (name, value) in fields {
        let person = PEOPLE.contains(&name.as_str());
        if !person && !REFERENCES.contains(&name.as_str()) {
            continue;
        }
        if let FieldValue::Text(id) = value {
            settle(id, person);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::OpportunityReported;

    #[test]
    fn ids_get_their_source_and_names_of_people_are_exchanged() {
        let fields = Fields::from([
            ("owner".into(), "Moses Frase".into()),
            ("account".into(), "Cancity".into()),
            ("product".into(), "other:GTX Pro".into()),
            ("stage".into(), "Won".into()),
        ]);
        let mut told = Told {
            source: "file".into(),
            key: "1".into(),
            happened_at: jiff::Timestamp::UNIX_EPOCH,
            fact: Fact::Opportunity(OpportunityReported {
                opportunity: "1C1".into(),
                fields,
                by: None,
            }),
        };
        settle_ids(&mut told, &mut |source, key| {
            assert_eq!((source, key), ("file", "Moses Frase"));
            "p1".into()
        });
        let Fact::Opportunity(fact) = told.fact else { panic!() };
        assert_eq!(fact.opportunity.as_str(), "file:1C1");
        assert_eq!(fact.fields["owner"], "file:p1".into());
        assert_eq!(fact.fields["account"], "file:Cancity".into());
        assert_eq!(fact.fields["product"], "other:GTX Pro".into());
        assert_eq!(fact.fields["stage"], "Won".into());
    }
}
