//! The list of leads as CSV: every row of the view that the address asks for.

use axum::{extract::Query, response::Response};
use engine::{Engine, access::Act};
use jiff::Timestamp;
use store::read::{LeadFilter, LeadPlace, LeadRow, LeadSort};

use super::filter::Asked;
use crate::{
    failure::Failure,
    names::Names,
    session::Visit,
    sheet::{Sheet, download},
};

/// Rows that are read at once.
const ROWS: u32 = 500;

const HEADER: [&str; 13] = [
    "id",
    "name",
    "title",
    "account",
    "stage",
    "stage_since",
    "owner",
    "source",
    "created_at",
    "times_qualified",
    "first_qualified_at",
    "points_when_qualified",
    "next_due_at",
];

/// Sends the list. Instants are in UTC; names stay out for those who may not see them.
pub(crate) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeLeads)?;
    let reach = visit.signed.can(&Act::SeeReach);
    let filter = asked.filter(&visit.signed.0.user, reach);
    let (_, sort) = asked.sort();
    Ok(download(&visit.house, "leads", move |engine, sheet| {
        filled(engine, sheet, &filter, sort, reach)
    }))
}

fn filled(
    engine: &Engine,
    sheet: &mut Sheet,
    filter: &LeadFilter,
    sort: LeadSort,
    reach: bool,
) -> Result<(), Failure> {
    let mut goes_on = sheet.row(&HEADER);
    let mut after: Option<LeadPlace> = None;
    // A page at a time, so that a slow reader holds no reading of the database.
    while goes_on {
        let rows = engine.read(|reader| {
            let found = reader.leads_page(filter, sort, after.as_ref(), ROWS)?;
            after = found.last().map(|last| sort.place_of(last));
            let names = Names::new(reader, reach);
            found.iter().map(|lead| cells(&names, lead)).collect::<Result<Vec<_>, Failure>>()
        })?;
        goes_on = rows.iter().all(|row| sheet.row(row)) && rows.len() == ROWS as usize;
    }
    Ok(())
}

fn cells(names: &Names<'_, '_>, lead: &LeadRow) -> Result<Vec<String>, Failure> {
    let instant = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let field = |name: &str| {
        let text = lead.fields.get(name).and_then(|value| value.text());
        text.unwrap_or_default().to_owned()
    };
    let person = names.lead_person(&lead.id)?.and_then(|person| person.name);
    let account = lead.account.as_ref().map(|account| names.account(account)).transpose()?;
    let owner = lead.owner.as_ref().map(|owner| names.user_name(owner)).transpose()?;
    Ok(vec![
        lead.id.to_string(),
        person.unwrap_or_default(),
        field("title"),
        account.unwrap_or_default(),
        lead.status.clone().unwrap_or_default(),
        instant(lead.status_since),
        owner.unwrap_or_default(),
        lead.source.clone().unwrap_or_default(),
        instant(lead.created_at),
        lead.qualified_times.to_string(),
        instant(lead.first_qualified_at),
        lead.total_points.map(|points| points.to_string()).unwrap_or_default(),
        instant(lead.next_due_at),
    ])
}
