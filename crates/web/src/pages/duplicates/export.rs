//! Leads that may be of one person as a file: every pair, with what says so.

use axum::response::Response;
use domain::ids::LeadId;
use engine::{
    Engine,
    access::Act,
    identity::{LookedAt, duplicates},
};
use store::Reader;

use crate::{
    failure::Failure,
    names::Names,
    session::Visit,
    sheet::{Cell, FileKind, download},
};

const HEADER: [&str; 6] = ["id", "name", "other_id", "other_name", "in_common", "likely"];

/// Sends them all.
pub(crate) async fn show(visit: Visit, kind: FileKind) -> Result<Response, Failure> {
    visit.signed.may(&Act::SeeReach)?;
    visit.signed.may(&Act::SeeDuplicates)?;
    kind.holds(&visit.house, |engine, most| {
        let mut pairs = 0;
        each_page(engine, |_, page| {
            pairs += page.found.iter().map(|(_, found)| found.len() as u64).sum::<u64>();
            Ok(pairs < most)
        })?;
        Ok(pairs)
    })
    .await?;
    Ok(download(&visit.house, kind, "duplicates", |engine, sheet| {
        if !sheet.head(&HEADER)? {
            return Ok(());
        }
        each_page(engine, |reader, page| sheet.rows(&rows(&Names::new(reader, true), page)?))
    }))
}

/// Looks through them, page by page, for as long as `look` says so.
fn each_page(
    engine: &Engine,
    mut look: impl FnMut(&Reader<'_>, &LookedAt) -> Result<bool, Failure>,
) -> Result<(), Failure> {
    let mut after: Option<LeadId> = None;
    loop {
        let (goes_on, last) = engine.read(|reader| {
            let page = duplicates(reader, after.as_ref())?;
            Ok::<_, Failure>((look(reader, &page)?, page.last))
        })?;
        after = last;
        if !goes_on || after.is_none() {
            return Ok(());
        }
    }
}

fn rows(names: &Names<'_, '_>, page: &LookedAt) -> Result<Vec<Vec<Cell>>, Failure> {
    let pairs = page.found.iter().flat_map(|(lead, found)| found.iter().map(move |it| (lead, it)));
    let row = |(lead, namesake): (&LeadId, &engine::identity::Namesake)| {
        Ok(vec![
            lead.as_str().into(),
            names.lead(lead)?.into(),
            namesake.lead.as_str().into(),
            names.lead(&namesake.lead)?.into(),
            namesake.likeness.words().into(),
            namesake.likeness.tier.words().into(),
        ])
    };
    pairs.map(row).collect()
}
