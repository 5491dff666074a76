//! The list of leads as a file: every row of the view that the address asks for.

use axum::{extract::RawQuery, response::Response};
use engine::{Engine, access::Act, lead::judged::Rules};
use store::read::{LeadFilter, LeadPlace, LeadRow, LeadSort};

use super::{
    column::{Column, chosen, standing, worked_out},
    filter::{KNOWN, filter, sort},
    meant::{self, Meant},
    row::{Maker, judged},
};
use crate::{
    failure::Failure,
    judged::JudgedSubjects,
    list::{Asked, Asker},
    names::Names,
    session::Visit,
    sheet::{Cell, FileKind, Sheet, download},
    show::LocalTime,
    whom::{Need, Whom, asks},
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

/// What a file of the list is made with.
struct Wanted {
    filter: LeadFilter,
    meant: Meant,
    sort: LeadSort,
    /// Keys of the columns that were chosen.
    columns: Vec<String>,
    reach: bool,
    time: LocalTime,
}

/// Sends the list. Instants are in UTC; names stay out for those who may not see them.
pub(crate) async fn show(
    visit: Visit,
    kind: FileKind,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeLeads)?;
    let asked = Asked::read(&KNOWN, &query.unwrap_or_default());
    let (reach, time) = (visit.signed.can(&Act::SeeReach), visit.time());
    let need = if asks(&asked.query()) { Need::Now } else { Need::No };
    let (house, now) = (visit.house.clone(), time.now());
    let whom = &visit.house.work(move |_| Whom::of(&house, need, now)).await?;
    let meant = whom.meant(&asked);
    let asker = Asker { me: &visit.signed.0.user, reach, time: &time, whom };
    let (filter, sort) = (filter(&asked, &asker), sort(&asked));
    let counted = (filter.clone(), meant.clone());
    kind.holds(&visit.house, move |engine, most| {
        let question = (&counted.0, &counted.1);
        Ok(engine.read(|reader| meant::count_up_to(reader, question, most))?)
    })
    .await?;
    let wanted = Wanted { filter, meant, sort, columns: asked.columns, reach, time };
    Ok(download(&visit.house, kind, "leads", move |engine, sheet| filled(engine, sheet, &wanted)))
}

fn filled(engine: &Engine, sheet: &mut Sheet, wanted: &Wanted) -> Result<(), Failure> {
    let agreements = engine.agreements()?;
    let in_force = agreements.at(wanted.time.now()).map(|version| &*version.agreement);
    let (mut columns, is_chosen) = chosen(&standing(in_force), &wanted.columns);
    if !is_chosen {
        // What the screen shows besides, and what every row has anyway stands in [`HEADER`].
        columns.retain(worked_out);
    }
    let mut goes_on = sheet.head(&heads(&columns, is_chosen))?;
    let mut after: Option<LeadPlace> = None;
    // A page at a time, so that a slow reader holds no reading of the database.
    while goes_on {
        let rows = engine.read(|reader| {
            let question = (&wanted.filter, &wanted.meant);
            let found = meant::page(reader, question, wanted.sort, after.as_ref(), ROWS)?;
            after = found.last().map(|last| wanted.sort.place_of(last));
            let names = Names::new(reader, wanted.reach);
            names.expect(&found)?;
            // A file has every lead once; what pages remember is not for it.
            let by = (&Rules::of(reader, &agreements)?, &JudgedSubjects::default());
            let maker = Maker {
                names: &names,
                judged: judged((reader, &names), by, &columns, &found, wanted.time.now())?,
                time: &wanted.time,
                columns: &columns,
                is_chosen,
                correcting: None,
            };
            let row = |lead| match is_chosen {
                true => maker.cells(lead),
                false => cells(&maker, lead),
            };
            found.iter().map(row).collect::<Result<Vec<_>, Failure>>()
        })?;
        goes_on = sheet.rows(&rows)? && rows.len() == ROWS as usize;
    }
    Ok(())
}

/// The names of the columns: those that were chosen, after id and name; otherwise those that every
/// file has, and what the page works out besides.
fn heads(columns: &[Column], is_chosen: bool) -> Vec<String> {
    let first: &[&str] = if is_chosen { &HEADER[..2] } else { &HEADER };
    let first = first.iter().map(|head| (*head).to_owned());
    first.chain(columns.iter().flat_map(Column::heads)).collect()
}

/// A row where no columns were chosen.
fn cells(maker: &Maker<'_, '_>, lead: &LeadRow) -> Result<Vec<Cell>, Failure> {
    let names = maker.names;
    let account = lead.account.as_ref().map(|account| names.account(account)).transpose()?;
    let owner = lead.owner.as_ref().map(|owner| names.user_name(owner)).transpose()?;
    let mut cells = vec![
        lead.id.as_str().into(),
        names.lead_name(&lead.id)?.into(),
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
    ];
    cells.extend(maker.cells(lead)?.into_iter().skip(2));
    Ok(cells)
}
