//! Accounts and campaigns: what is known of them, whose leads and opportunities belong to them, and
//! the facts that said so.

use askama::Template;
use axum::{extract::Path, response::Response};
use domain::{
    ids::{AccountId, CampaignId},
    owned::Owned,
};
use engine::access::Act;
use store::Reader;

use crate::{
    failure::Failure,
    layout::{Frame, Place},
    markup::Markup,
    names::{Names, fact_link, lead_href, opportunity_href},
    pages::correct::{give_link, may_correct, reported},
    session::{Signed, Visit},
    show::{self, LocalTime},
    workings::Reported,
};

/// Rows of one table of the page.
const ROWS_MAX: usize = 100;

/// The page.
#[derive(Template)]
#[template(path = "pages/record/show.html")]
struct RecordPage {
    frame: Frame,
    view: View,
}

/// The page's matter.
struct View {
    /// Account or campaign.
    kind: &'static str,
    name: String,
    id: String,
    /// Whose it is, where it is somebody's to look after.
    owner: Option<Markup>,
    fields: Vec<Reported>,
    tables: Vec<Table>,
    facts: Vec<(Markup, Markup)>,
    facts_in_all: usize,
}

/// Leads, or opportunities.
struct Table {
    title: &'static str,
    rows: Vec<Row>,
    in_all: usize,
}

struct Row {
    href: String,
    name: String,
    stage: Markup,
    owner: Markup,
}

/// Shows an account.
pub(crate) async fn account(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeLeads)?;
    let (signed, time) = (visit.signed.clone(), visit.time());
    let id = AccountId(id);
    let asked = move |engine: &engine::Engine| {
        engine.read(|reader| account_view(reader, &id, &signed, &time))
    };
    let view = visit.house.work(asked).await?;
    shown(visit, view, Place::Accounts)
}

/// Shows a campaign.
pub(crate) async fn campaign(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeLeads)?;
    let (id, time) = (CampaignId(id), visit.time());
    let asked =
        move |engine: &engine::Engine| engine.read(|reader| campaign_view(reader, &id, &time));
    let view = visit.house.work(asked).await?;
    shown(visit, view, Place::Leads)
}

fn shown(visit: Visit, view: View, place: Place) -> Result<Response, Failure> {
    let frame = visit.frame(view.name.clone(), place);
    Ok(visit.show(RecordPage { frame, view }))
}

fn account_view(
    reader: &Reader<'_>,
    id: &AccountId,
    signed: &Signed,
    time: &LocalTime,
) -> Result<View, Failure> {
    let row = reader.account(id)?.ok_or(Failure::Absent)?;
    let names = Names::new(reader, signed.can(&Act::SeeReach));
    let leads = reader.leads_of_account(id)?;
    let mut rows = Vec::new();
    for lead in leads.iter().take(ROWS_MAX) {
        rows.push(Row {
            href: lead_href(&lead.id),
            name: names.lead(&lead.id)?,
            stage: lead.status.as_deref().map(show::stage).unwrap_or_default(),
            owner: names.owner(lead.owner.as_ref())?,
        });
    }
    let leads = Table { title: "Leads", rows, in_all: leads.len() };
    let opportunities = reader.opportunities_of_account(id)?;
    let mut rows = Vec::new();
    for opportunity in opportunities.iter().take(ROWS_MAX) {
        rows.push(Row {
            href: opportunity_href(&opportunity.id),
            name: opportunity.name.clone().unwrap_or_else(|| opportunity.id.0.clone()),
            stage: opportunity.stage.as_deref().map(show::stage).unwrap_or_default(),
            owner: names.owner(opportunity.owner.as_ref())?,
        });
    }
    let opportunities = Table { title: "Opportunities", rows, in_all: opportunities.len() };
    let name = row.name.unwrap_or_else(|| id.0.clone());
    let tables = vec![leads, opportunities];
    let thing = Owned::Account(id.clone());
    let owner = names.owner(row.owner.as_ref())?.and(give_link(&thing, signed));
    let fields = reported(&thing, &row.fields, may_correct(&thing, signed));
    let fields = fields.into_iter().filter(|field| field.name != "owner").collect();
    let owner = Some(owner);
    let view = View { kind: "Account", owner, fields, tables, ..View::of(name, &id.0) };
    with_facts(reader, view, &format!("account/{id}"), time)
}

fn campaign_view(reader: &Reader<'_>, id: &CampaignId, time: &LocalTime) -> Result<View, Failure> {
    let row = reader.campaign(id)?.ok_or(Failure::Absent)?;
    let name = row.name.unwrap_or_else(|| id.0.clone());
    let told = |(name, value): (&String, &domain::field::FieldValue)| Reported {
        name: name.replace('_', " "),
        value: value.to_string(),
        correct: None,
    };
    let fields = row.fields.iter().map(told).collect();
    let view = View { kind: "Campaign", fields, ..View::of(name, &id.0) };
    with_facts(reader, view, &format!("campaign/{id}"), time)
}

/// The same with the facts about it, the newest first.
fn with_facts(
    reader: &Reader<'_>,
    view: View,
    subject: &str,
    time: &LocalTime,
) -> Result<View, Failure> {
    let facts = reader.facts_of(subject)?;
    let shown = facts.iter().rev().take(ROWS_MAX);
    let shown = shown.map(|entry| (time.instant(entry.happened_at()), fact_link(entry.no)));
    Ok(View { facts: shown.collect(), facts_in_all: facts.len(), ..view })
}

impl View {
    fn of(name: String, id: &str) -> View {
        View {
            kind: "",
            name,
            id: id.to_owned(),
            owner: None,
            fields: Vec::new(),
            tables: Vec::new(),
            facts: Vec::new(),
            facts_in_all: 0,
        }
    }

    /// `3`, or `100 of 214` where not all are shown.
    fn counted(&self, shown: usize, in_all: &usize) -> String {
        match shown == *in_all {
            true => show::count(*in_all as u64),
            false => format!("{shown} of {}", show::count(*in_all as u64)),
        }
    }
}
