//! The list of leads as a file: every row of the view that the address asks for.

use axum::{extract::Query, response::Response};
use engine::{Engine, access::Act};
use store::read::{LeadFilter, LeadPlace, LeadRow, LeadSort};

use super::filter::Asked;
use crate::{
    failure::Failure,
    names::Names,
    session::Visit,
    sheet::{Cell, FileKind, Sheet, download},
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
pub(crate) async fn show(
    visit: Visit,
    kind: FileKind,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeLeads)?;
    let reach = visit.signed.can(&Act::SeeReach);
    let filter = asked.filter(&visit.signed.0.user, reach);
    let (_, sort) = asked.sort();
    let counted = filter.clone();
    kind.holds(&visit.house, move |engine, most| {
        Ok(engine.read(|reader| reader.leads_count_up_to(&counted, most))?)
    })
    .await?;
    Ok(download(&visit.house, kind, "leads", move |engine, sheet| {
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
    let mut goes_on = sheet.head(&HEADER)?;
    let mut after: Option<LeadPlace> = None;
    // A page at a time, so that a slow reader holds no reading of the database.
    while goes_on {
        let rows = engine.read(|reader| {
            let found = reader.leads_page(filter, sort, after.as_ref(), ROWS)?;
            after = found.last().map(|last| sort.place_of(last));
            let names = Names::new(reader, reach);
            found.iter().map(|lead| cells(&names, lead)).collect::<Result<Vec<_>, Failure>>()
        })?;
        goes_on = sheet.rows(&rows)? && rows.len() == ROWS as usize;
    }
    Ok(())
}

fn cells(names: &Names<'_, '_>, lead: &LeadRow) -> Result<Vec<Cell>, Failure> {
    let account = lead.account.as_ref().map(|account| names.account(account)).transpose()?;
    let owner = lead.owner.as_ref().map(|owner| names.user_name(owner)).transpose()?;
    Ok(vec![
        lead.id.as_str().into(),
        names.lead_person(&lead.id)?.and_then(|person| person.name).into(),
        lead.fields.get("title").into(),
        account.into(),
        lead.status.clone().into(),
        lead.status_since.into(),
        owner.into(),
        lead.source.clone().into(),
        lead.created_at.into(),
        lead.qualified_times.into(),
        lead.first_qualified_at.into(),
        lead.total_points.into(),
        lead.next_due_at.into(),
    ])
}
