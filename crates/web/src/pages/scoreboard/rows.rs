//! The rows behind one figure of the scoreboard, which add up to it.

use std::sync::Arc;

use askama::Template;
use axum::{extract::Query, response::Response};
use domain::ids::{FactNo, Subject};
use engine::access::{Act, Actor};
use jiff::Timestamp;
use store::{Reader, StoreError};

use super::{
    Asked, NoBoard, board,
    board::{Behind, Board, amount},
    brought, elsewhere, promised, query,
    standing::Working,
    told,
};
use crate::{
    app::House,
    failure::Failure,
    kept::of_address,
    layout::{Files, Frame, Place},
    markup::Markup,
    names::{Names, encoded, fact_link, lead_href, opportunity_href},
    pages::handoff::handoff_href,
    session::Visit,
    sheet::{Cell, FileKind, download},
    show::{self, LocalTime, figure},
};

/// Rows of one page; the sum is of all.
const ROWS: usize = 100;

/// The page.
#[derive(Template)]
#[template(path = "pages/scoreboard/rows.html")]
struct RowsPage {
    frame: Frame,
    title: String,
    n: u64,
    /// The first and the last row of this page, counted from one.
    shown: (u64, u64),
    sum: Option<String>,
    rows: Vec<Row>,
    /// The page that the figure stands on: its address and its name.
    back: (String, &'static str),
    /// The address of the rows that follow, where some do.
    next: Option<String>,
    files: Files,
    /// As of when it is true, where that is not now.
    as_of: Option<Markup>,
    /// How the numbers beside the figure are worked out.
    workings: Vec<Working>,
}

/// One row.
struct Row {
    name: Markup,
    at: Markup,
    fact: Markup,
    value: String,
}

/// The rows behind a figure, from the very state that the figure was made of where that is kept.
enum Opened {
    Kept(Arc<Board>, String),
    Own(Behind, Vec<Working>),
}

impl Opened {
    fn behind(&self) -> Option<&Behind> {
        match self {
            Opened::Kept(board, figure) => board.behind.get(figure),
            Opened::Own(behind, _) => Some(behind),
        }
    }

    fn workings(self) -> Vec<Working> {
        match self {
            Opened::Kept(..) => Vec::new(),
            Opened::Own(_, workings) => workings,
        }
    }
}

/// Opens the figure that the address names; as of when it is true, where that is not now.
fn opened(
    house: &House,
    asked: &Asked,
    actor: &Actor,
    time: &LocalTime,
) -> Result<(Opened, Option<Timestamp>), NoBoard> {
    let question = asked.question(time.zone(), time.now());
    let (figure, at) = (&asked.figure, of_address(&asked.at));
    if figure.starts_with(&format!("quota.{}.", actor.user)) {
        let own = house.app.engine.report_quotas_of(&question, &actor.user)?;
        let (behind, workings) = promised::behind_own(&own, figure).ok_or(Failure::Absent)?;
        return Ok((Opened::Own(behind, workings), None));
    }
    if figure.starts_with(brought::KEY) {
        let goals = house.goals(&question, at)?;
        let behind = brought::behind(&goals.value, figure).ok_or(Failure::Absent)?;
        return Ok((Opened::Own(behind, Vec::new()), goals.past()));
    }
    if figure.starts_with("goal.") || figure.starts_with("quota.") {
        let goals = house.goals(&question, at)?;
        let opened = promised::behind(&goals.value, actor, figure).ok_or(Failure::Absent)?;
        return Ok((Opened::Own(opened.0, opened.1), goals.past()));
    }
    if let Some((behind, past)) = elsewhere::behind(house, figure, at, actor, time)? {
        return Ok((Opened::Own(behind, Vec::new()), past));
    }
    let found = board(house, &question, at, actor)?;
    let past = found.past();
    Ok((Opened::Kept(found.value, figure.clone()), past))
}

/// What a page shows of rows.
struct Found {
    title: String,
    n: u64,
    sum: Option<String>,
    rows: Vec<Row>,
    as_of: Option<Markup>,
    workings: Vec<Working>,
}

/// Shows the rows.
pub(crate) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeScoreboard)?;
    let (reach, time) = (visit.signed.can(&Act::SeeReach), visit.time());
    let (house, actor, wanted) = (visit.house.clone(), visit.signed.0.clone(), asked.clone());
    let find = move || {
        let (opened, past) = opened(&house, &wanted, &actor, &time)?;
        let behind = opened.behind().ok_or(Failure::Absent)?;
        let skip = wanted.skip;
        let rows = house.app.engine.read(|reader| rows(reader, behind, skip, reach, &time))?;
        Ok(Found {
            title: behind.title.clone(),
            n: behind.rows.n(),
            sum: behind.rows.sum().map(|sum| amount(sum, behind.currency)),
            rows,
            as_of: past.map(|past| time.second(past)),
            workings: opened.workings(),
        })
    };
    let found = visit.house.work(move |_| told(find())).await?.map_err(|_| Failure::Absent)?;
    let Found { title, n, sum, rows, as_of, workings } = found;
    let question = asked.question(visit.time().zone(), visit.time().now());
    let query = query(&question);
    let at =
        if asked.at.is_empty() { String::new() } else { format!("&at={}", encoded(&asked.at)) };
    let which = format!("figure={}{query}{at}", encoded(&asked.figure));
    let here_it_is = format!("/scoreboard/rows?{which}");
    let files = Files::of("All of them", &here_it_is, "/scoreboard/rows");
    let (skip, here) = (asked.skip as u64, rows.len() as u64);
    let last = skip.saturating_add(here);
    let next = (last < n && here > 0).then(|| format!("/scoreboard/rows?{which}&skip={last}"));
    let back = elsewhere::page_of(&asked.figure).unwrap_or_else(|| {
        (format!("/scoreboard?{}", query.trim_start_matches('&')), "Scoreboard")
    });
    let frame = visit.frame(title.clone(), Place::Scoreboard);
    let shown = (skip.saturating_add(1), last);
    let page = RowsPage { frame, title, n, shown, sum, rows, back, next, files, as_of, workings };
    Ok(visit.show(page))
}

fn rows(
    reader: &Reader<'_>,
    behind: &Behind,
    skip: usize,
    reach: bool,
    time: &LocalTime,
) -> Result<Vec<Row>, StoreError> {
    let names = Names::new(reader, reach);
    let mut rows = Vec::new();
    for (id, value) in behind.rows.iter().skip(skip).take(ROWS) {
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
                // The time and the fact are of one and the same.
                let answered = handoff.answered_at.filter(|_| handoff.answer_fact.is_some());
                let at = answered.or(handoff.delivered_at);
                let at = at.map(|at| time.instant(at)).unwrap_or_default();
                let fact =
                    fact_link(handoff.answer_fact.or(handoff.by_fact).unwrap_or(handoff.last_fact));
                (figure(names.lead(&handoff.lead)?, &handoff_href(&handoff.id)), at, fact)
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
        "subject" => match Subject::parse(id) {
            Some(Subject::Lead(lead)) => named(reader, names, "lead", lead.as_str(), time)?,
            Some(Subject::Opportunity(id)) => {
                named(reader, names, "opportunity", id.as_str(), time)?
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
    /// Whether the rows are on several pages.
    fn is_part(&self) -> bool {
        (self.rows.len() as u64) < self.n
    }

    /// `101 to 200`.
    fn range(&self) -> String {
        format!("{} to {}", show::count(self.shown.0), show::count(self.shown.1))
    }

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
    let (house, actor, time) = (visit.house.clone(), visit.signed.0.clone(), visit.time());
    let open = move || {
        let (opened, _) = opened(&house, &asked, &actor, &time)?;
        Ok(opened.behind().is_some().then_some(opened))
    };
    let opened = visit.house.work(move |_| told(open())).await?.map_err(|_| Failure::Absent)?;
    let opened = opened.ok_or(Failure::Absent)?;
    let count = opened.behind().map_or(0, |behind| behind.rows.n());
    kind.holds(&visit.house, move |_, _| Ok(count)).await?;
    Ok(download(&visit.house, kind, "rows", move |_, sheet| {
        let Some(behind) = opened.behind() else { return Ok(()) };
        let currency = behind.currency;
        let code = currency.map(|currency| currency.code().to_owned());
        let mut goes_on = sheet.head(&[behind.kind, "brings", "currency"])?;
        for (id, value) in behind.rows.iter() {
            let brings = value.map(|value| Cell::amount(value, currency));
            let row: [Cell; 3] = [id.into(), brings.into(), code.clone().into()];
            goes_on = goes_on && sheet.row(&row)?;
        }
        Ok(())
    }))
}
