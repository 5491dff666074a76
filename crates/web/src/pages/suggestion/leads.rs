//! The leads behind a number of a suggestion, on a page and as a file.

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::ids::Version;
use engine::{
    Engine,
    access::Act,
    suggestion::{
        Suggestion,
        card::{Card, Looked, earlier, shows},
    },
};
use store::{Reader, StoreError};

use super::{Answered, Asked, answer, asked::Behind, words};
use crate::{
    failure::Failure,
    layout::{Files, Frame, Pagination, Place},
    markup::{Markup, element},
    names::{Names, lead_href},
    pages::agreement::version_of,
    session::Visit,
    sheet::{Cell, FileKind, download},
    show::{LocalTime, count},
};

/// Rows of one page.
const ROWS: usize = 100;

/// The page.
#[derive(Template)]
#[template(path = "pages/suggestion/leads.html")]
struct LeadsPage {
    frame: Frame,
    version: Version,
    back: String,
    title: String,
    sum: String,
    reached: &'static str,
    rows: Vec<Row>,
    files: Files,
    pagination: Pagination,
}

/// A lead.
struct Row {
    name: Markup,
    at: Markup,
    showed: String,
    points: String,
    today: String,
    worked: &'static str,
    hit: &'static str,
}

/// The rows behind a number.
fn rows_of<'a>(found: &'a Suggestion, asked: &Asked, behind: Behind) -> Vec<&'a Looked> {
    let (made, tried) = found.leads.split_at(earlier(&found.leads));
    let of = |leads: &'a [Looked], holds: &dyn Fn(&Looked) -> bool| {
        leads.iter().filter(|lead| holds(lead)).collect::<Vec<_>>()
    };
    let whole = match behind {
        Behind::Over => Some(found.leads.iter().collect()),
        Behind::OverHits => Some(of(&found.leads, &|lead| lead.hit)),
        Behind::Young => Some(found.too_young.iter().collect()),
        Behind::Made => Some(made.iter().collect()),
        Behind::MadeHits => Some(of(made, &|lead| lead.hit)),
        _ => None,
    };
    match (whole, &found.card) {
        (Some(whole), _) => whole,
        (None, Ok(card)) => of_card(found, card, (made, tried), asked, behind),
        (None, Err(_)) => Vec::new(),
    }
}

/// The rows behind a number that only a card has; of every other number none.
fn of_card<'a>(
    found: &'a Suggestion,
    card: &'a Card,
    (made, tried): (&'a [Looked], &'a [Looked]),
    asked: &Asked,
    behind: Behind,
) -> Vec<&'a Looked> {
    let threshold = found.threshold(card, asked.threshold());
    let points = |lead: &Looked| card.points(&found.traits, lead);
    let shows = |nth: usize, lead: &Looked| {
        card.rules.get(nth).is_some_and(|rule| shows(&rule.thing, &found.traits, lead))
    };
    let from = |nth: usize| card.bands.get(nth).map_or(i64::MAX, |band| band.from);
    let is_below_above = |nth: usize, lead: &Looked| nth == 0 || points(lead) < from(nth - 1);
    let of = |leads: &'a [Looked], holds: &dyn Fn(&Looked) -> bool| {
        leads.iter().filter(|lead| holds(lead)).collect::<Vec<_>>()
    };
    match behind {
        Behind::Tried => tried.iter().collect(),
        Behind::Shows(nth) => of(made, &|lead| shows(nth, lead)),
        Behind::ShowsNot(nth) => of(made, &|lead| !shows(nth, lead)),
        Behind::Band(nth) => {
            of(tried, &|lead| points(lead) >= from(nth) && is_below_above(nth, lead))
        }
        Behind::Captured(nth) => of(tried, &|lead| lead.hit && points(lead) >= from(nth)),
        Behind::Through => of(tried, &|lead| points(lead) >= threshold),
        Behind::Today => of(tried, &|lead| lead.today.is_some_and(|(_, met)| met)),
        Behind::Worked => of(tried, &|lead| lead.worked),
        Behind::Unworked => of(tried, &|lead| !lead.worked),
        _ => Vec::new(),
    }
}

/// Shows the leads behind a number.
pub(crate) async fn index(
    visit: Visit,
    Path(no): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeAgreement)?;
    visit.signed.may(&Act::SeeLeads)?;
    let version = version_of(&no)?;
    let behind: Behind = asked.of.parse().map_err(|()| Failure::Absent)?;
    let (time, reach) = (visit.time(), visit.signed.can(&Act::SeeReach));
    let (house, wanted) = (visit.house.clone(), asked.clone());
    let find = move |engine: &Engine| {
        let Answered::Here(found) = answer(&house, engine, version, &wanted, &time)? else {
            return Err(Failure::Absent);
        };
        let found = &*found.value;
        let title = words::behind(found, behind).ok_or(Failure::Absent)?;
        let all = rows_of(found, &wanted, behind);
        let hits = all.iter().filter(|lead| lead.hit).count();
        let rows = engine.read(|reader| {
            let here = all.iter().skip(wanted.skip).take(ROWS);
            let see = See { names: Names::new(reader, reach), reader, found, behind, time: &time };
            here.map(|lead| see.row(lead)).collect::<Result<Vec<Row>, StoreError>>()
        })?;
        let reached = words::reached(found);
        let sum = match behind {
            Behind::Young => format!("{}, whose time is not over", count(all.len() as u64)),
            _ => format!("{} of {} {reached}", count(hits as u64), count(all.len() as u64)),
        };
        Ok((title, sum, all.len(), rows, reached))
    };
    let (title, sum, n, rows, reached) = visit.house.work(find).await?;
    let at = |skip: usize| Asked { skip, ..asked.clone() }.href(version, "/leads");
    let (skip, shown) = (asked.skip, rows.len());
    let page = LeadsPage {
        frame: visit.frame(title.clone(), Place::Agreement),
        version,
        back: Asked { of: String::new(), skip: 0, ..asked.clone() }.href(version, ""),
        title,
        sum,
        reached,
        rows,
        files: Files::of("All of this", &at(0), &format!("/agreement/{version}/points/leads")),
        pagination: Pagination {
            shown: shown as u64,
            total: Some(n as u64),
            before: (skip > 0).then(|| at(skip.saturating_sub(ROWS))),
            after: (skip + shown < n).then(|| at(skip + shown)),
        },
    };
    Ok(visit.show(page))
}

/// By what a row is shown.
struct See<'a, 'r> {
    names: Names<'a, 'r>,
    reader: &'a Reader<'r>,
    found: &'a Suggestion,
    behind: Behind,
    time: &'a LocalTime,
}

impl See<'_, '_> {
    fn row(&self, lead: &Looked) -> Result<Row, StoreError> {
        let name = match self.reader.lead(&lead.lead)? {
            Some(_) => element("a")
                .with("href", lead_href(&lead.lead))
                .holding(self.names.lead(&lead.lead)?)
                .into(),
            None => Markup::text(&lead.lead),
        };
        let card = self.found.card.as_ref().ok();
        let showed = card.map(|card| showed(self.found, card, lead)).unwrap_or_default();
        let points = card.map(|card| card.points(&self.found.traits, lead));
        Ok(Row {
            name,
            at: self.time.day_of(lead.at),
            showed: if showed.is_empty() { "nothing of it".to_owned() } else { showed },
            points: points.map_or(String::new(), words::plain),
            today: today(lead),
            worked: yes(lead.worked),
            hit: if self.behind == Behind::Young { "not over" } else { yes(lead.hit) },
        })
    }
}

fn yes(holds: bool) -> &'static str {
    if holds { "yes" } else { "no" }
}

/// The things of the card that a lead shows, each with its points.
fn showed(found: &Suggestion, card: &Card, lead: &Looked) -> String {
    let rules = card.rules.iter().filter(|rule| shows(&rule.thing, &found.traits, lead));
    let said =
        rules.map(|rule| format!("{} {}", found.words_of(&rule.thing), words::signed(rule.points)));
    said.collect::<Vec<_>>().join(", ")
}

/// The points by the rule in force.
fn today(lead: &Looked) -> String {
    lead.today.map_or("not judged".to_owned(), |(thousandths, met)| {
        let points = domain::points::Points(thousandths);
        if met { format!("{points}, met") } else { points.to_string() }
    })
}

const HEADER: [&str; 7] =
    ["lead", "looked_at", "showed", "points", "points_in_force", "worked", "reached"];

/// Sends the leads behind a number. Instants are in UTC.
pub(crate) async fn file(
    visit: Visit,
    kind: FileKind,
    Path(no): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeAgreement)?;
    visit.signed.may(&Act::SeeLeads)?;
    let version = version_of(&no)?;
    let behind: Behind = asked.of.parse().map_err(|()| Failure::Absent)?;
    let (time, house, wanted) = (visit.time(), visit.house.clone(), asked.clone());
    let find = move |engine: &Engine| match answer(&house, engine, version, &wanted, &time)? {
        Answered::Here(found) => Ok(found.value),
        _ => Err(Failure::Absent),
    };
    let found = visit.house.work(find).await?;
    let n = rows_of(&found, &asked, behind).len() as u64;
    kind.holds(&visit.house, move |_, _| Ok(n)).await?;
    Ok(download(&visit.house, kind, "points", move |_, sheet| {
        let mut goes_on = sheet.head(&HEADER)?;
        for lead in rows_of(&found, &asked, behind) {
            goes_on = goes_on && sheet.row(&cells(&found, behind, lead))?;
        }
        Ok(())
    }))
}

fn cells(found: &Suggestion, behind: Behind, lead: &Looked) -> Vec<Cell> {
    let card = found.card.as_ref().ok();
    let units = card.map_or(0, |card| card.points(&found.traits, lead));
    vec![
        lead.lead.as_str().into(),
        lead.at.into(),
        card.map(|card| showed(found, card, lead)).unwrap_or_default().as_str().into(),
        Cell::Number { units, decimals: 0 },
        today(lead).as_str().into(),
        yes(lead.worked).into(),
        if behind == Behind::Young { "not over".into() } else { yes(lead.hit).into() },
    ]
}
