//! The list of leads.

mod column;
pub(crate) mod correct;
pub(crate) mod export;
pub(crate) mod filter;
pub(crate) mod list;
mod meant;
pub(crate) mod row;
mod said;

use axum::{
    extract::RawQuery,
    response::{IntoResponse, Redirect, Response},
};
use engine::access::Act;
use store::{Reader, StoreError};

use crate::{
    failure::Failure,
    layout::Place,
    list::{Asked, Asker, ListPage, ticked::Sending, viewing::ask_whom},
    session::Visit,
    whom::{Need, Whom, asks},
};
use filter::{KNOWN, filter};
use list::Matter;

/// Shows the list.
pub(crate) async fn index(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeLeads)?;
    let asked = Asked::read(&KNOWN, &query.unwrap_or_default());
    if asked.is_sent() {
        return tidied(&visit, asked).await;
    }
    let page = made(&visit, asked, Sending::default()).await?;
    Ok(visit.show(page))
}

/// How many leads an address asks for.
pub(crate) fn count(
    reader: &Reader<'_>,
    asked: &Asked,
    asker: &Asker<'_>,
    most: u64,
) -> Result<u64, StoreError> {
    meant::count_up_to(reader, (&filter(asked, asker), &asker.whom.meant(asked)), most)
}

/// A page of the list.
pub(crate) async fn made(visit: &Visit, asked: Asked, tried: Sending) -> Result<ListPage, Failure> {
    let frame = visit.frame("Leads", Place::Leads);
    let (signed, time, house) = (visit.signed.clone(), visit.time(), visit.house.clone());
    let make = move |engine: &engine::Engine| {
        let agreements = &engine.agreements()?;
        let reach = signed.can(&Act::SeeReach);
        let views = engine.read(|reader| ask_whom(reader, &signed.0))?;
        let need = match (asks(&asked.query()), views) {
            (true, _) => Need::Now,
            (false, true) => Need::Soon,
            (false, false) => Need::No,
        };
        let whom = &Whom::of(&house, need, time.now())?;
        engine.read(|reader| {
            let asker = Asker { me: &signed.0.user, reach, time: &time, whom };
            let judged = &house.kept.judged;
            let matter =
                Matter { reader, agreements, judged, asked: &asked, asker, signed: &signed };
            matter.page(frame, tried)
        })
    };
    visit.house.work(make).await
}

/// Goes on to the view that a form asked for. A form says its empty fields too, and the columns
/// that the list has anyway; the address of a view does not.
async fn tidied(visit: &Visit, asked: Asked) -> Result<Response, Failure> {
    let now = visit.time().now();
    let keys = asked.columns.clone();
    let is_chosen = visit
        .house
        .work(move |engine| {
            let agreements = engine.agreements()?;
            let in_force = agreements.at(now).map(|version| &*version.agreement);
            Ok(column::chosen(&column::standing(in_force), &keys).1)
        })
        .await?;
    let to = if is_chosen { asked.href() } else { asked.usual_columns() };
    Ok(Redirect::to(&to).into_response())
}
