//! Attaching a backtest to a version, and what came since beside what it had said.

use axum::{extract::Path, response::Response};
use domain::{firm::BacktestAttached, ids::FactNo, rate::Rate};
use engine::{
    Engine,
    access::Act,
    backtest::{Came, attached::predicted_taken_on},
};
use store::StoreError;

use super::{Answered, Asked, answer, document, shown_rate};
use crate::{
    failure::Failure,
    flash::Flash,
    markup::{Markup, element},
    names::{Names, fact_href, lead_href},
    pages::{agreement::version_of, sign_in::sentence},
    sent::Sent,
    session::Visit,
    show::{LocalTime, count, figure},
};

/// A backtest that is attached.
pub(super) struct AttachedView {
    pub(super) head: Markup,
    pub(super) rows: Vec<CameView>,
}

/// What came in the first days.
pub(super) struct CameView {
    pub(super) days: String,
    pub(super) until: Markup,
    pub(super) predicted: Markup,
    pub(super) came: Markup,
    pub(super) says: &'static str,
    pub(super) predicted_taken_on: String,
    pub(super) taken_on: String,
    pub(super) leads: Markup,
}

/// The backtests of a version, each with what came.
pub(super) fn views(
    engine: &Engine,
    found: &[(FactNo, BacktestAttached)],
    reach: bool,
    time: &LocalTime,
) -> Result<Vec<AttachedView>, Failure> {
    found.iter().map(|attached| view(engine, attached, reach, time)).collect()
}

fn view(
    engine: &Engine,
    found: &(FactNo, BacktestAttached),
    reach: bool,
    time: &LocalTime,
) -> Result<AttachedView, Failure> {
    let attached = &found.1;
    let came = engine.came_since(attached, time.now())?;
    engine.read(|reader| {
        let names = Names::new(reader, reach);
        let rows = came.iter().map(|came| row(found, came, &names, time));
        Ok(AttachedView {
            head: attached_words(found, &names, time)?,
            rows: rows.collect::<Result<_, Failure>>()?,
        })
    })
}

/// `Attached by Mara Lindqvist: “mql” over 1 Oct 2024 to 30 Sep, 2,391 leads, 53 % became SQL.`
pub(crate) fn attached_words(
    (no, attached): &(FactNo, BacktestAttached),
    names: &Names<'_, '_>,
    time: &LocalTime,
) -> Result<Markup, StoreError> {
    let by = match &attached.by {
        Some(by) => format!(" by {}", names.user_name(by)?),
        None => String::new(),
    };
    let leads = figure(count(attached.proposed.leads), &fact_href(*no));
    Ok(Markup::text(format!("Attached{by}: “{}” over ", attached.definition))
        .and(time.date(attached.from))
        .and_text(" to ")
        .and(time.date(attached.to))
        .and_text(": ")
        .and(leads)
        .and_text(taken_on(attached)))
}

/// A rate in one line, where anything is known.
fn known(rate: Rate) -> String {
    let shown = shown_rate(rate);
    if shown.n == 0 { "none known yet".to_owned() } else { shown.line() }
}

/// What of them sales took on, as far as it is known.
fn taken_on(attached: &BacktestAttached) -> String {
    let rate = shown_rate(predicted_taken_on(&attached.proposed));
    let how = match &attached.target {
        Some(status) => format!("became {status}"),
        None => "were taken on".to_owned(),
    };
    match rate.n {
        0 => " leads, none of them with a known end.".to_owned(),
        _ => format!(" leads, of those with a known end {} {how}.", rate.line()),
    }
}

fn row(
    (no, attached): &(FactNo, BacktestAttached),
    came: &Came,
    names: &Names<'_, '_>,
    time: &LocalTime,
) -> Result<CameView, Failure> {
    let (low, high) = came.by_chance();
    let leads: Result<Vec<Markup>, Failure> = came
        .leads
        .iter()
        .map(|lead| {
            let name = names.lead(lead)?;
            Ok(element("a").with("href", lead_href(lead)).holding(name).into())
        })
        .collect();
    let joined = leads?.into_iter().reduce(|all, lead| all.and_text(", ").and(lead));
    Ok(CameView {
        days: came.days.to_string(),
        until: time.day_of(came.until),
        predicted: figure(format!("{:.0}", came.predicted), &fact_href(*no))
            .and_text(format!(" ({low:.0} to {high:.0} by chance)")),
        came: Markup::text(count(came.leads.len() as u64)),
        says: match (came.is_over, came.is_off()) {
            (false, _) => "not over",
            (true, true) if (came.leads.len() as f64) < low => "fewer than chance explains",
            (true, true) => "more than chance explains",
            (true, false) => "within chance",
        },
        predicted_taken_on: known(predicted_taken_on(&attached.proposed)),
        taken_on: known(came.taken_on),
        leads: joined.unwrap_or_else(|| Markup::text("none")),
    })
}

/// Attaches what the page shows.
pub(crate) async fn create(
    visit: Visit,
    Path(no): Path<String>,
    Sent(asked): Sent<Asked>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::Propose)?;
    let version = version_of(&no)?;
    let (time, house, actor) = (visit.time(), visit.house.clone(), visit.signed.0.clone());
    let wanted = asked.clone();
    let attach = move |engine: &Engine| match answer(&house, engine, version, &wanted, &time)? {
        Answered::Here(found, span) => {
            Ok(engine.attach_backtest(&actor, &found.value, &span, time.now())?)
        }
        _ => Err(Failure::Absent),
    };
    match visit.house.work(attach).await {
        Ok(()) => {
            let to = format!("/agreement/{version}/backtest");
            Ok(visit.go(&to, &Flash::done("The backtest is attached to the version.")))
        }
        Err(Failure::Refused(refusal)) => {
            let words = sentence(&refusal.to_string());
            document(visit, version, asked, |form| form.refuse_whole(words)).await
        }
        Err(other) => Err(other),
    }
}
