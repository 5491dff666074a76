//! The facts that an address asks for, as a file.

use axum::{extract::Query, response::Response};
use domain::{agreement::History, fact::Entry, ids::FactNo};
use engine::{Engine, access::Act};
use store::FactFilter;

use super::filter::Asked;
use crate::{
    failure::Failure,
    names::Names,
    sentence::{kind_of, sentence},
    session::Visit,
    sheet::{Cell, FileKind, Sheet, download},
    show::LocalTime,
};

/// Facts that are read at once.
const ROWS: u32 = 500;

const HEADER: [&str; 8] =
    ["no", "kind", "says", "about", "source", "key", "happened_at", "recorded_at"];

/// Sends the facts, the one recorded last first. Instants are in UTC.
pub(crate) async fn show(
    visit: Visit,
    kind: FileKind,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::SearchLedger)?;
    let (time, reach) = (visit.time(), visit.signed.can(&Act::SeeReach));
    // The page says what is wrong with a day that is none.
    let filter = asked.filter(time.zone()).map_err(|_| Failure::Absent)?;
    let counted = filter.clone();
    kind.holds(&visit.house, move |engine, most| {
        Ok(engine.read(|reader| reader.facts_count_up_to(&counted, most))?)
    })
    .await?;
    Ok(download(&visit.house, kind, "facts", move |engine, sheet| {
        filled(engine, sheet, &filter, reach, &time)
    }))
}

fn filled(
    engine: &Engine,
    sheet: &mut Sheet,
    filter: &FactFilter,
    reach: bool,
    time: &LocalTime,
) -> Result<(), Failure> {
    let agreements: History = engine.agreements()?;
    let in_force = agreements.at(time.now()).map(|version| &*version.agreement);
    let mut goes_on = sheet.head(&HEADER)?;
    let mut after: Option<FactNo> = None;
    while goes_on {
        let rows = engine.read(|reader| {
            let found = reader.facts_page(filter, after, ROWS)?;
            after = found.last().map(|last| last.no);
            let names = Names::new(reader, reach).with_words_of(in_force);
            found
                .iter()
                .map(|entry| cells(&names, entry, time))
                .collect::<Result<Vec<_>, Failure>>()
        })?;
        goes_on = sheet.rows(&rows)? && rows.len() == ROWS as usize;
    }
    Ok(())
}

fn cells(names: &Names<'_, '_>, entry: &Entry, time: &LocalTime) -> Result<Vec<Cell>, Failure> {
    Ok(vec![
        Cell::Number { units: entry.no.0, decimals: 0 },
        kind_of(entry.fact()).into(),
        sentence(entry, names, time)?.words.into(),
        entry.fact().subject().into(),
        entry.told.source.as_str().into(),
        entry.told.key.as_str().into(),
        entry.happened_at().into(),
        entry.recorded_at.into(),
    ])
}
