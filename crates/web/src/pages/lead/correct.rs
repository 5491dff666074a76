//! Correcting one lead: a field, or whose it is.

use askama::Template;
use axum::{extract::Path, response::Response};
use domain::{correction::is_correctable, field::FieldValue, ids::LeadId, owned::Owned};
use engine::{
    Engine,
    access::Act,
    correction::{KNOWN_FIELDS, Wanted},
};
use serde::Deserialize;

use crate::{
    failure::Failure,
    layout::{Field, Form, Frame, Place},
    list::ticked::{corrected, owner},
    names::{Names, lead_href},
    pages::{
        leads::{list::can_own, row::level_words},
        sign_in::sentence,
    },
    sent::Sent,
    session::Visit,
};

/// The page.
#[derive(Template)]
#[template(path = "pages/lead/correct.html")]
struct CorrectPage {
    frame: Frame,
    name: String,
    heading: String,
    /// The lead's page.
    back: String,
    action: String,
    form: Form,
}

/// What the form sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Sending {
    value: String,
}

/// What is corrected.
#[derive(Debug, Clone)]
enum What {
    Field(String),
    Owner,
}

impl What {
    fn act(&self) -> Act {
        match self {
            What::Field(_) => Act::CorrectLeads,
            What::Owner => Act::AssignLeads,
        }
    }

    fn heading(&self) -> String {
        match self {
            What::Field(name) => level_words(name),
            What::Owner => "Owner".to_owned(),
        }
    }

    fn action(&self, lead: &LeadId) -> String {
        let href = lead_href(lead);
        match self {
            What::Field(name) => format!("{href}/fields/{}", crate::names::encoded(name)),
            What::Owner => format!("{href}/owner"),
        }
    }
}

/// Shows the form of a field.
pub(crate) async fn edit_field(
    visit: Visit,
    Path((id, name)): Path<(String, String)>,
) -> Result<Response, Failure> {
    edit(visit, LeadId(id), What::Field(name)).await
}

/// Corrects a field.
pub(crate) async fn update_field(
    visit: Visit,
    Path((id, name)): Path<(String, String)>,
    Sent(sent): Sent<Sending>,
) -> Result<Response, Failure> {
    update(visit, LeadId(id), What::Field(name), sent).await
}

/// Shows the form of the owner.
pub(crate) async fn edit_owner(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    edit(visit, LeadId(id), What::Owner).await
}

/// Gives the lead to another owner.
pub(crate) async fn update_owner(
    visit: Visit,
    Path(id): Path<String>,
    Sent(sent): Sent<Sending>,
) -> Result<Response, Failure> {
    update(visit, LeadId(id), What::Owner, sent).await
}

/// The lead's name, and the form with what holds now.
async fn known(visit: &Visit, lead: &LeadId, what: &What) -> Result<(String, Form), Failure> {
    visit.signed.may(&what.act())?;
    let (lead, what) = (lead.clone(), what.clone());
    let reach = visit.signed.can(&Act::SeeReach);
    let ask = move |engine: &Engine| {
        engine.read(|reader| {
            let row = reader.lead(&lead)?.ok_or(Failure::Absent)?;
            let names = Names::new(reader, reach);
            let field = match &what {
                What::Owner => {
                    let nobody = ("nobody".to_owned(), "nobody".to_owned());
                    let owners = [nobody].into_iter().chain(can_own(&names)?).collect();
                    let owner = row.owner.as_ref().map_or("nobody", |owner| owner.as_str());
                    Field::select("value", "Owner", owners).value(owner)
                }
                What::Field(name) => {
                    let known = row.fields.get(name);
                    let is_known = known.is_some() || KNOWN_FIELDS.contains(&name.as_str());
                    if !is_known || !is_correctable(name) {
                        return Err(Failure::Absent);
                    }
                    let value = match known {
                        None | Some(FieldValue::Cleared) => String::new(),
                        Some(value) => value.to_string(),
                    };
                    let field = Field::line("value", what.heading()).value(value).optional();
                    field.hint("Empty says that it is blank. A later report of its source that says something else holds again, so correct it there too.")
                }
            };
            Ok((names.lead(&lead)?, Form::of([field])))
        })
    };
    visit.house.work(ask).await
}

async fn edit(visit: Visit, lead: LeadId, what: What) -> Result<Response, Failure> {
    let (name, form) = known(&visit, &lead, &what).await?;
    Ok(shown(visit, &lead, &what, name, form))
}

fn shown(visit: Visit, lead: &LeadId, what: &What, name: String, form: Form) -> Response {
    let mut frame = visit.frame(format!("{}: {name}", what.heading()), Place::Leads);
    frame.refused = form.is_refused();
    let is_refused = form.is_refused();
    let (heading, back, action) = (what.heading(), lead_href(lead), what.action(lead));
    let template = CorrectPage { frame, name, heading, back, action, form };
    if is_refused { visit.refuse(template) } else { visit.show(template) }
}

async fn update(
    visit: Visit,
    lead: LeadId,
    what: What,
    sent: Sending,
) -> Result<Response, Failure> {
    let (name, _) = known(&visit, &lead, &what).await?;
    let wanted = match &what {
        What::Owner => Wanted::Owner(owner(&sent.value)),
        What::Field(name) => {
            Wanted::Field { name: name.clone(), text: sent.value.trim().to_owned() }
        }
    };
    match corrected(&visit, vec![Owned::Lead(lead.clone())], wanted).await {
        Ok(flash) => Ok(visit.go(&lead_href(&lead), &flash)),
        Err(Failure::Refused(refusal)) => {
            let (_, mut form) = known(&visit, &lead, &what).await?;
            form.refuse("value", sentence(&refusal.to_string()));
            Ok(shown(visit, &lead, &what, name, form))
        }
        Err(other) => Err(other),
    }
}
