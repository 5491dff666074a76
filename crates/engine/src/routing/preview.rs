//! What would happen to a lead, and why: the same way as a routing goes, and nothing is written.

use std::collections::BTreeSet;

use domain::{
    agreement::{
        InForce,
        routing::{Route, Routing, To},
    },
    condition::{Name, Root},
    field::{FieldValue, Fields},
    ids::{AccountId, LeadId},
    lead::Lead,
    routed::{Routed, Seen},
    routing::route,
};
use jiff::Timestamp;
use store::Reader;

use super::{Asked, Directory};
use crate::{
    Engine, Error,
    lead::{history_of, working_hours},
};

/// Why nothing can be previewed, in the order in which the reasons are looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PreviewRefusal {
    /// Nothing is in force.
    #[error("no Agreement is in force: let both sides sign one")]
    NothingInForce,
    /// The Agreement says nothing of routing.
    #[error("the Agreement in force says nothing of routing: propose a text with [routing]")]
    NoRouting,
    /// There is no such lead.
    #[error("there is no lead {0}: look at the list of leads")]
    NoLead(LeadId),
}

/// What is tried out: a lead as it is, with some values changed, or values alone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Preview {
    /// The lead; none for values alone.
    pub lead: Option<LeadId>,
    /// Values of the lead that are changed, by field.
    pub fields: Fields,
}

/// What came of trying it out.
#[derive(Debug, Clone)]
pub struct Tried {
    /// What would happen.
    pub routed: Routed,
    /// All that was looked at.
    pub seen: Seen,
    /// The version that says so.
    pub in_force: InForce,
}

impl Engine {
    /// Routes a lead, or what is told of one, without writing anything.
    ///
    /// # Errors
    /// [`PreviewRefusal`], or when the database cannot be read.
    pub fn preview_routing(&self, preview: &Preview, now: Timestamp) -> Result<Tried, Error> {
        let agreements = self.agreements()?;
        let in_force = agreements.at(now).ok_or(PreviewRefusal::NothingInForce);
        let in_force = in_force.map_err(crate::Refusal::from)?;
        let routing = in_force.agreement.routing.as_ref().ok_or(PreviewRefusal::NoRouting);
        let routing = routing.map_err(crate::Refusal::from)?;
        self.read(|reader| {
            let mut lead = match &preview.lead {
                Some(id) => known(reader, id, in_force, now)?,
                None => Lead::default(),
            };
            lead.fields.extend(preview.fields.clone());
            if let Some(FieldValue::Text(account)) = preview.fields.get("account") {
                let row = reader.account(&AccountId(account.clone()))?;
                lead.account = row.map(|row| row.fields).unwrap_or_default();
            }
            let directory = Directory::read(reader, &agreements)?;
            let people = working_hours(reader)?;
            let mut asked = Asked {
                reader,
                directory: &directory,
                people: &people,
                in_force,
                lead: &lead,
                at: now,
            };
            let (routed, seen) = route(routing, now, &mut asked)?;
            Ok(Tried { routed, seen, in_force: in_force.clone() })
        })
    }
}

fn known(
    reader: &Reader<'_>,
    id: &LeadId,
    in_force: &InForce,
    now: Timestamp,
) -> Result<Lead, Error> {
    if reader.lead(id)?.is_none() {
        return Err(Error::Refused(PreviewRefusal::NoLead(id.clone()).into()));
    }
    Ok(history_of(reader, id)?.as_of(now, Some(&in_force.agreement)))
}

/// The fields of a lead that the routes ask for, so that they can be tried out with other values.
pub fn asked_for(routing: &Routing) -> Vec<String> {
    let mut fields = BTreeSet::new();
    let mut note = |name: &Name| {
        if name.root == Root::Lead {
            fields.insert(name.field.clone());
        }
    };
    let conditions = routing.routes.iter().filter_map(|route| route.when.as_ref());
    for condition in conditions.chain(&routing.not_counted_when) {
        condition.names(&mut note);
    }
    for route in &routing.routes {
        if let To::Territory { of, .. } = &route.to {
            note(of);
        }
    }
    let by_account = |route: &Route| matches!(route.to, To::AccountOwner(_));
    if routing.routes.iter().any(by_account) {
        fields.extend(["account", "company", "email_domain"].map(str::to_owned));
    }
    fields.into_iter().collect()
}

/// A value as somebody writes it to try it out.
pub fn value_of(text: &str) -> FieldValue {
    match text.trim() {
        "" => FieldValue::Cleared,
        "true" | "yes" => FieldValue::Bool(true),
        "false" | "no" => FieldValue::Bool(false),
        text => match text.parse::<i64>() {
            Ok(number) => FieldValue::Whole(number),
            Err(_) => FieldValue::Text(text.to_owned()),
        },
    }
}
