//! The leads behind a number of a backtest, on a page and as a file.

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::{
    backtest::{Became, Cut, Deal, Goal, Rule, Span, Tried},
    ids::Version,
    qualification::Crossing,
};
use engine::{Engine, access::Act, backtest::Replay};
use store::{Reader, StoreError};

use super::{Answered, Asked, answer, words};
use crate::{
    failure::Failure,
    layout::{Files, Frame, Pagination, Place},
    markup::{Markup, element},
    names::{Names, lead_href, opportunity_href},
    pages::agreement::version_of,
    session::Visit,
    sheet::{Cell, FileKind, download},
    show::{LocalTime, count, money},
};

/// Rows of one page.
const ROWS: usize = 100;

/// The page.
#[derive(Template)]
#[template(path = "pages/backtest/leads.html")]
struct LeadsPage {
    frame: Frame,
    version: Version,
    back: String,
    title: String,
    sum: String,
    rows: Vec<Row>,
    files: Files,
    pagination: Pagination,
}

/// A lead.
struct Row {
    name: Markup,
    by: &'static str,
    today: Markup,
    proposed: Markup,
    reach: String,
    taken_on: &'static str,
    won: &'static str,
    deals: Markup,
    counts: u64,
}

/// The rows of a cut, each with how many it counts for.
fn rows_of<'a>(replay: &'a Replay, span: &Span, cut: Cut) -> Vec<(&'a Tried, u64)> {
    let counted = replay.rows.iter().map(|tried| (tried, cut.counts(tried, span)));
    counted.filter(|(_, n)| *n > 0).collect()
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
    let cut: Cut = asked.of.parse().map_err(|_| Failure::Absent)?;
    let (time, reach) = (visit.time(), visit.signed.can(&Act::SeeReach));
    let (house, wanted) = (visit.house.clone(), asked.clone());
    let find = move |engine: &Engine| {
        let Answered::Here(found, span) = answer(&house, engine, version, &wanted, &time)? else {
            return Err(Failure::Absent);
        };
        let replay = &*found.value;
        let all = rows_of(replay, &span, cut);
        let sum: u64 = all.iter().map(|(_, n)| n).sum();
        let rows = engine.read(|reader| {
            let here = all.iter().skip(wanted.skip).take(ROWS);
            let names = Names::new(reader, reach);
            let see = See { names, reader, span: &span, cut, time: &time };
            here.map(|(tried, n)| see.row(tried, *n)).collect::<Result<Vec<Row>, StoreError>>()
        })?;
        let weekly = match cut {
            Cut::Found(_) => words::weekly(sum, &span).map(|words| format!(", {words}")),
            _ => None,
        };
        Ok((words::cut(cut, replay), weekly, sum, all.len(), rows))
    };
    let (title, weekly, sum, n, rows) = visit.house.work(find).await?;
    let at = |skip: usize| Asked { skip, ..asked.clone() }.href(version, "/leads");
    let (skip, shown) = (asked.skip, rows.len());
    let path = format!("/agreement/{version}/backtest/leads");
    let page = LeadsPage {
        frame: visit.frame(title.clone(), Place::Agreement),
        version,
        back: Asked { of: String::new(), skip: 0, ..asked.clone() }.href(version, ""),
        title,
        sum: match sum == n as u64 {
            true => count(sum) + &weekly.unwrap_or_default(),
            false => format!("{} of {} leads", count(sum), count(n as u64)),
        },
        rows,
        files: Files::of("All of this", &at(0), &path),
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
    span: &'a Span,
    cut: Cut,
    time: &'a LocalTime,
}

impl See<'_, '_> {
    fn row(&self, tried: &Tried, counts: u64) -> Result<Row, StoreError> {
        debug_assert!(counts > 0);
        let name = match self.reader.lead(&tried.lead)? {
            Some(_) => element("a")
                .with("href", lead_href(&tried.lead))
                .holding(self.names.lead(&tried.lead)?)
                .into(),
            None => Markup::text(&tried.lead),
        };
        let at = |rule: Rule| match self.span.at(tried, rule) {
            Some(at) => self.time.instant(at),
            None => Markup::text("not"),
        };
        let found = self.span.found(tried);
        let deals = tried.deals.iter().map(|deal| deal_words(deal, self.time));
        Ok(Row {
            name,
            by: words::found_by(found.map(|(group, _)| group)),
            today: at(Rule::Today),
            proposed: at(Rule::Proposed),
            reach: reach(tried, self.span),
            taken_on: became(self.span, tried, self.cut, Goal::TakenOn),
            won: became(self.span, tried, self.cut, Goal::Won),
            deals: deals.reduce(|all, deal| all.and_text(", ").and(deal)).unwrap_or_default(),
            counts,
        })
    }
}

fn became(span: &Span, tried: &Tried, cut: Cut, goal: Goal) -> &'static str {
    match cut.judged_from(tried, span).map(|at| span.became(tried, goal, at)) {
        Some(Became::Yes) => "yes",
        Some(Became::No) => "no",
        Some(Became::Unknown) => "not known",
        None => "",
    }
}

/// The highest threshold that a lead reaches in the time.
fn reach(tried: &Tried, span: &Span) -> String {
    match span.highest(tried).map(|crossing| crossing.reach) {
        Some(Crossing::ALWAYS) => "any".to_owned(),
        Some(reach) => reach.to_string(),
        None => String::new(),
    }
}

fn deal_words(deal: &Deal, time: &LocalTime) -> Markup {
    let state = match (deal.is_won, deal.closed_on) {
        (true, Some(on)) => Markup::text("won ").and(time.date(on)),
        (false, Some(on)) => Markup::text("lost ").and(time.date(on)),
        _ => match deal.opened_on {
            Some(opened_on) => Markup::text("open since ").and(time.date(opened_on)),
            None => Markup::text("open"),
        },
    };
    let amount = deal.amount.map_or(String::new(), |amount| format!(", {}", money(amount)));
    element("a")
        .with("href", opportunity_href(&deal.opportunity))
        .holding(state.and_text(amount))
        .into()
}

const HEADER: [&str; 10] = [
    "lead",
    "counts",
    "found_by",
    "created_at",
    "today_at",
    "proposed_at",
    "highest_threshold",
    "taken_on",
    "won",
    "opportunities",
];

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
    let cut: Cut = asked.of.parse().map_err(|_| Failure::Absent)?;
    let (time, house) = (visit.time(), visit.house.clone());
    let find = move |engine: &Engine| match answer(&house, engine, version, &asked, &time)? {
        Answered::Here(found, span) => Ok((found.value, span)),
        _ => Err(Failure::Absent),
    };
    let (replay, span) = visit.house.work(find).await?;
    let n = rows_of(&replay, &span, cut).len() as u64;
    kind.holds(&visit.house, move |_, _| Ok(n)).await?;
    Ok(download(&visit.house, kind, "backtest", move |_, sheet| {
        let mut goes_on = sheet.head(&HEADER)?;
        for (tried, n) in rows_of(&replay, &span, cut) {
            goes_on = goes_on && sheet.row(&cells(tried, n, cut, &span))?;
        }
        Ok(())
    }))
}

fn cells(tried: &Tried, counts: u64, cut: Cut, span: &Span) -> Vec<Cell> {
    let deals: Vec<&str> = tried.deals.iter().map(|deal| deal.opportunity.as_str()).collect();
    vec![
        tried.lead.as_str().into(),
        Cell::Number { units: i64::try_from(counts).unwrap_or(i64::MAX), decimals: 0 },
        words::found_by(span.found(tried).map(|(group, _)| group)).into(),
        tried.created_at.into(),
        span.at(tried, Rule::Today).into(),
        span.at(tried, Rule::Proposed).into(),
        reach(tried, span).as_str().into(),
        became(span, tried, cut, Goal::TakenOn).into(),
        became(span, tried, cut, Goal::Won).into(),
        deals.join(" ").as_str().into(),
    ]
}
