//! The rows behind one figure of the scoreboard, which add up to it.

use askama::Template;
use axum::{extract::Query, response::Response};
use domain::ids::{FactNo, Subject};
use engine::access::Act;
use store::{Reader, StoreError};

use super::{
    Asked,
    board::{Behind, amount},
    made,
};
use crate::{
    failure::Failure,
    layout::{Files, Frame, Place},
    markup::Markup,
    names::{Names, fact_link, lead_href, opportunity_href},
    session::Visit,
    sheet::{Cell, FileKind, download},
    show::{self, LocalTime, figure},
};

/// Rows on the page; the sum is of all.
const ROWS: usize = 500;

/// The page.
#[derive(Template)]
#[template(path = "pages/scoreboard/rows.html")]
struct RowsPage {
    frame: Frame,
    title: String,
    n: u64,
    shown: u64,
    sum: Option<String>,
    rows: Vec<Row>,
    back: String,
    files: Files,
}

/// One row.
struct Row {
    name: Markup,
    at: Markup,
    fact: Markup,
    value: String,
}

/// Shows the rows.
pub(crate) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeScoreboard)?;
    let mut board = made(&visit, &asked).await?.map_err(|_| Failure::Absent)?;
    let behind = board.behind.remove(&asked.figure).ok_or(Failure::Absent)?;
    let (reach, time) = (visit.signed.can(&Act::SeeReach), visit.time());
    let (n, title) = (behind.rows.len() as u64, behind.title.clone());
    let sum = summed(&behind);
    let rows = visit
        .house
        .work(move |engine| Ok(engine.read(|reader| rows(reader, &behind, reach, &time))?))
        .await?;
    let frame = visit.frame(title.clone(), Place::Scoreboard);
    let here = format!(
        "/scoreboard/rows?figure={}{}",
        crate::names::encoded(&asked.figure),
        asked.query()
    );
    let files = Files::of("All of them", &here, "/scoreboard/rows");
    let back = format!("/scoreboard?{}", asked.query().trim_start_matches('&'));
    let shown = rows.len() as u64;
    Ok(visit.show(RowsPage { frame, title, n, shown, sum, rows, back, files }))
}

fn summed(behind: &Behind) -> Option<String> {
    let values: Option<Vec<i64>> = behind.rows.iter().map(|(_, value)| *value).collect();
    let sum: i64 = values.filter(|values| !values.is_empty())?.iter().sum();
    Some(amount(sum, behind.currency))
}

fn rows(
    reader: &Reader<'_>,
    behind: &Behind,
    reach: bool,
    time: &LocalTime,
) -> Result<Vec<Row>, StoreError> {
    let names = Names::new(reader, reach);
    let mut rows = Vec::new();
    for (id, value) in behind.rows.iter().take(ROWS) {
        let (name, at, fact) = named(reader, &names, behind.kind, id, time)?;
        let value = value.map(|value| amount(value, behind.currency)).unwrap_or_default();
        rows.push(Row { name, at, fact, value });
    }
    Ok(rows)
}

/// What a row is called, its instant, and the fact behind it.
fn named(
    reader: &Reader<'_>,
    names: &Names<'_, '_>,
    kind: &str,
    id: &str,
    time: &LocalTime,
) -> Result<(Markup, Markup, Markup), StoreError> {
    let plain = || (Markup::text(id), Markup::new(), Markup::new());
    Ok(match kind {
        "clock" => match reader.clock(&id.into())? {
            Some(clock) => {
                let (name, page) = match &clock.subject {
                    Subject::Lead(lead) => (names.lead(lead)?, lead_href(lead)),
                    Subject::Opportunity(id) => (names.opportunity(id)?, opportunity_href(id)),
                };
                let href = format!("{page}?because=clock-{}#because", crate::names::encoded(id));
                let fact = fact_link(clock.stop_fact.unwrap_or(clock.start_fact));
                (figure(name, &href), time.instant(clock.due_at), fact)
            }
            None => plain(),
        },
        "handoff" => match reader.handoff(&id.into())? {
            Some(handoff) => {
                let at = handoff.delivered_at.map(|at| time.instant(at)).unwrap_or_default();
                let fact =
                    fact_link(handoff.answer_fact.or(handoff.by_fact).unwrap_or(handoff.last_fact));
                (figure(names.lead(&handoff.lead)?, &lead_href(&handoff.lead)), at, fact)
            }
            None => plain(),
        },
        "fact" => {
            let entry = id.parse().ok().map(|no| reader.entry(FactNo(no))).transpose()?.flatten();
            let of_lead = entry.as_ref().and_then(|entry| Some((entry, entry.fact().lead()?)));
            match of_lead {
                Some((entry, lead)) => (
                    figure(names.lead(lead)?, &lead_href(lead)),
                    time.instant(entry.happened_at()),
                    fact_link(entry.no),
                ),
                None => plain(),
            }
        }
        "opportunity" => match reader.opportunity(&id.into())? {
            Some(opportunity) => {
                let name =
                    figure(names.opportunity(&opportunity.id)?, &opportunity_href(&opportunity.id));
                (name, Markup::new(), fact_link(opportunity.last_fact))
            }
            None => plain(),
        },
        _ => match reader.lead(&id.into())? {
            Some(lead) => {
                let at = lead.created_at.map(|at| time.instant(at)).unwrap_or_default();
                (figure(names.lead(&lead.id)?, &lead_href(&lead.id)), at, fact_link(lead.last_fact))
            }
            None => plain(),
        },
    })
}

impl RowsPage {
    fn count(&self) -> String {
        show::count(self.n)
    }
}

/// Sends the rows as a file: all of them, each with what it brings.
pub(crate) async fn export(
    visit: Visit,
    kind: FileKind,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeScoreboard)?;
    let mut board = made(&visit, &asked).await?.map_err(|_| Failure::Absent)?;
    let behind = board.behind.remove(&asked.figure).ok_or(Failure::Absent)?;
    let count = behind.rows.len() as u64;
    kind.holds(&visit.house, move |_, _| Ok(count)).await?;
    Ok(download(&visit.house, kind, "rows", move |_, sheet| {
        let currency = behind.currency;
        let code = currency.map(|currency| currency.code().to_owned());
        let mut goes_on = sheet.head(&[behind.kind, "brings", "currency"])?;
        for (id, value) in &behind.rows {
            let brings = value.map(|value| Cell::amount(value, currency));
            let row = [id.as_str().into(), brings.into(), code.clone().into()];
            goes_on = goes_on && sheet.row(&row)?;
        }
        Ok(())
    }))
}
