//! Contesting what became of a request: those at its two ends, and whoever leads them, speak for
//! themselves; sides play no part, since colleagues of one side ask one another too.

use domain::{
    agreement::{DisputeTerms, History},
    collateral_request::{Counts, End, Ending},
    dispute::Contested,
    ids::{CollateralRequestId, DisputeId, UserId},
};
use jiff::Timestamp;
use store::{
    Reader, StoreError,
    read::{CollateralRequestRow, DisputeRow},
};

use super::{DisputeRefusal, arbitration, check_in_time, clean, open, refused};
use crate::{
    Engine, Error, Refusal,
    access::{Act, Actor, may},
    agreement::history,
    collateral_request::Ends,
};

impl Engine {
    /// Contests what became of a request, once. Whoever asked contests that it was declined, or not
    /// delivered as asked; whoever was asked contests that it counts against them.
    ///
    /// # Errors
    /// [`DisputeRefusal`], or the actor may not.
    pub fn contest_request(
        &self,
        by: &Actor,
        request: &CollateralRequestId,
        statement: &str,
        now: Timestamp,
    ) -> Result<DisputeId, Error> {
        let (by, request, versions) = (by.clone(), request.clone(), self.versions.clone());
        let statement = clean(statement)?;
        self.store.write(now, move |writer| {
            let agreements = history(&writer.reader(), &versions)?;
            let row = writer.reader().collateral_request(&request)?;
            let row = row.ok_or_else(|| refused(nothing(NOT_ENDED)))?;
            let ends = Ends::of(&writer.reader(), &agreements, &row, now)?;
            may(&by, &Act::ContestRequestOf(ends.all())).map_err(Refusal::from)?;
            let signed = arbitration(&writer.reader(), &versions, now)?;
            contestable(&row, &ends, &by, &signed.2, now)?;
            let about = Contested::CollateralRequest { request };
            open(writer, &by, &signed, about, row.ended_fact, &statement)
        })
    }
}

const NOT_ENDED: &str = "nobody has answered it yet";

fn nothing(why: &'static str) -> DisputeRefusal {
    DisputeRefusal::NothingToOverturn(why)
}

/// What became of a request may be contested once, for as long as was signed, by the end whom a
/// ruling could help.
fn contestable(
    row: &CollateralRequestRow,
    ends: &Ends,
    by: &Actor,
    terms: &DisputeTerms,
    now: Timestamp,
) -> Result<(), Error> {
    let (Some(ending), Some(ended_at)) = (row.ending, row.ended_at) else {
        return Err(refused(nothing(NOT_ENDED)));
    };
    if let Some(dispute) = &row.dispute {
        return Err(refused(DisputeRefusal::Already(dispute.clone())));
    }
    match end(row) {
        None => return Err(refused(nothing("it was taken back in time, and counts for nobody"))),
        Some(end) if of(ends, end).contains(&by.user) => {}
        Some(End::Asked) => {
            return Err(refused(nothing("it counts as not delivered by the day already")));
        }
        Some(End::Asker) => {
            return Err(refused(nothing("it does not count against whoever was asked")));
        }
    }
    let from = if ending == Ending::Withdrawn { "it was taken back" } else { "the answer" };
    check_in_time(ended_at, from, terms, now)
}

/// Whether somebody may contest what became of a request now.
///
/// # Errors
/// When the database cannot be read.
pub fn may_contest_request(
    reader: &Reader<'_>,
    agreements: &History,
    row: &CollateralRequestRow,
    actor: &Actor,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let terms = agreements.at(now).and_then(|found| found.agreement.disputes.as_ref());
    let Some(terms) = terms else { return Ok(false) };
    let ends = Ends::of(reader, agreements, row, now)?;
    let may = may(actor, &Act::ContestRequestOf(ends.all())).is_ok();
    Ok(may && contestable(row, &ends, actor, terms, now).is_ok())
}

/// The end that contests, or contested and waits for a ruling.
fn end(row: &CollateralRequestRow) -> Option<End> {
    let (counts, ending): (Counts, Ending) = row.counts.zip(row.ending)?;
    counts.contested_by(ending)
}

fn of(ends: &Ends, end: End) -> &[UserId] {
    match end {
        End::Asker => &ends.asker,
        End::Asked => &ends.asked,
    }
}

/// The request that something is about, with those at its ends.
fn found(
    reader: &Reader<'_>,
    agreements: &History,
    about: &Contested,
    now: Timestamp,
) -> Result<Option<(CollateralRequestRow, Ends)>, StoreError> {
    let Contested::CollateralRequest { request } = about else { return Ok(None) };
    let Some(row) = reader.collateral_request(request)? else { return Ok(None) };
    let ends = Ends::of(reader, agreements, &row, now)?;
    Ok(Some((row, ends)))
}

/// Those at the ends of the request that something is about: they do not rule on it. Nobody where it
/// is about something else.
pub(super) fn at_its_ends(
    reader: &Reader<'_>,
    agreements: &History,
    about: &Contested,
    now: Timestamp,
) -> Result<Vec<UserId>, StoreError> {
    Ok(found(reader, agreements, about, now)?.map_or(Vec::new(), |(_, ends)| ends.all()))
}

/// What somebody must be allowed, to speak in a dispute about something.
pub(super) fn speaking(
    reader: &Reader<'_>,
    agreements: &History,
    about: &Contested,
    now: Timestamp,
) -> Result<Act, StoreError> {
    let found = found(reader, agreements, about, now)?;
    Ok(found.map_or(Act::AnswerDisputes, |(_, ends)| Act::ContestRequestOf(ends.all())))
}

/// Whether somebody may speak for the other side in an open dispute: of a request, those at the other
/// end; of anything else, whoever stands on another side than the one that contests.
///
/// # Errors
/// When the database cannot be read.
pub fn speaks(
    reader: &Reader<'_>,
    agreements: &History,
    row: &DisputeRow,
    actor: &Actor,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some((request, ends)) = found(reader, agreements, &row.about, now)? else {
        return Ok(row.opened_side != actor.side && may(actor, &Act::AnswerDisputes).is_ok());
    };
    let other = match end(&request) {
        Some(End::Asked) => ends.asker,
        _ => ends.asked,
    };
    Ok(actor.user != row.opened_by && may(actor, &Act::ContestRequestOf(other)).is_ok())
}
