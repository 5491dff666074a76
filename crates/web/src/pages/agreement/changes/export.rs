//! The clocks that a text would judge otherwise, as a file.

use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::rejudged::Rejudged;
use engine::access::Act;

use super::{Asked, text_of};
use crate::{
    failure::Failure,
    kept::Soon,
    pages::agreement::version_of,
    session::Visit,
    sheet::{Cell, FileKind, download},
};

const HEADER: [&str; 15] = [
    "clock",
    "subject",
    "service_level",
    "version",
    "owner",
    "started_at",
    "start_fact",
    "stop_fact",
    "signed",
    "signed_due_at",
    "proposed",
    "proposed_due_at",
    "why_not",
    "follows",
    "follows_due_at",
];

/// Sends the clocks. Instants are in UTC.
pub(crate) async fn show(
    visit: Visit,
    kind: FileKind,
    Path(no): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeAgreement)?;
    visit.signed.may(&Act::SeeLeads)?;
    let version = version_of(&no)?;
    let time = visit.time();
    // The page says what is wrong with a day that is none.
    let from = asked.from(time.zone(), time.now()).map_err(|_| Failure::Absent)?;
    let house = visit.house.clone();
    let find = move |engine: &engine::Engine| {
        text_of(engine, version)?;
        match house.rejudged(version, from, time.now())? {
            Soon::Found(found) => Ok(found.value),
            // The page says that it is still being worked out.
            Soon::Awaited => Err(Failure::Absent),
        }
    };
    let found = visit.house.work(find).await?;
    let n = found.rows.iter().filter(|clock| asked.holds(clock)).count() as u64;
    kind.holds(&visit.house, move |_, _| Ok(n)).await?;
    Ok(download(&visit.house, kind, "changes", move |_, sheet| {
        let mut goes_on = sheet.head(&HEADER)?;
        for clock in found.rows.iter().filter(|clock| asked.holds(clock)) {
            goes_on = goes_on && sheet.row(&cells(clock))?;
        }
        Ok(())
    }))
}

fn cells(clock: &Rejudged) -> Vec<Cell> {
    let number = |units: i64| Cell::Number { units, decimals: 0 };
    let proposed = clock.proposed.ok();
    vec![
        clock.clock.as_str().into(),
        clock.subject.to_string().into(),
        clock.service_level.as_str().into(),
        clock.version.0.into(),
        clock.owner.as_ref().map(|owner| owner.to_string()).into(),
        clock.started_at.into(),
        number(clock.start_fact.0),
        clock.stop_fact.map(|fact| number(fact.0)).into(),
        clock.signed.map(|judged| judged.stands.words()).into(),
        clock.signed.and_then(|judged| judged.due_at).into(),
        proposed.map(|judged| judged.stands.words()).into(),
        proposed.and_then(|judged| judged.due_at).into(),
        clock.proposed.err().map(|unjudged| unjudged.words()).into(),
        clock.follows.map(|judged| judged.stands.words()).into(),
        clock.follows.and_then(|judged| judged.due_at).into(),
    ]
}
