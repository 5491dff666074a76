//! How the house itself is, for those who look after the ledger: what each system last told, how far
//! the ledger is sealed, whether decisions keep up, and whether the machine's clock can be right.

use domain::{decided::SOURCE, fact::Entry};
use engine::access::{Act, Actor, may};
use jiff::SignedDuration;
use store::{FactFilter, Reader, StoreError};

use super::waiting::Waiting;
use crate::{
    markup::Markup,
    names::{encoded, fact_href},
    pages::scoreboard::elsewhere::Today,
    show::{LocalTime, count, figure},
};

/// How far the clock of another node may go ahead of ours.
const SKEW: SignedDuration = SignedDuration::from_secs(5);

/// What was found, line by line; nothing for those who do not look after the ledger.
pub(super) fn health(
    reader: &Reader<'_>,
    actor: &Actor,
    time: &LocalTime,
) -> Result<Vec<Waiting>, StoreError> {
    if may(actor, &Act::CheckLedger).is_err() {
        return Ok(Vec::new());
    }
    let mut lines = vec![ledger(reader, time)?, queue(reader, time)?];
    for source in reader.sources()?.into_iter().filter(|source| source != SOURCE) {
        lines.push(told(reader, source, time)?);
    }
    Ok(lines)
}

/// Where the ledger ends, and whether anything in it is of a time that has not come.
fn ledger(reader: &Reader<'_>, time: &LocalTime) -> Result<Waiting, StoreError> {
    let head = reader.head()?;
    let newest = reader.entry(head.fact)?.map(|entry| entry.recorded_at);
    let no = figure(count(head.fact.0.unsigned_abs()), &fact_href(head.fact));
    let words = match newest {
        None => Markup::text("no fact yet"),
        Some(newest) if newest > time.now() + SKEW => Markup::text("fact ")
            .and(no)
            .and_text(" was recorded after now: set the machine’s clock"),
        Some(newest) => {
            Markup::text("fact ").and(no).and_text(", recorded ").and(time.instant(newest))
        }
    };
    Ok(Waiting { what: "The ledger".to_owned(), href: "/ledger".to_owned(), words })
}

/// Whether what was told is decided about.
fn queue(reader: &Reader<'_>, time: &LocalTime) -> Result<Waiting, StoreError> {
    let words = match reader.undecided_count(time.now())? {
        0 => Markup::text("keep up: nothing waits to be decided about"),
        n => figure(count(n), &Today::Undecided.href()).and_text(" wait for the next tick"),
    };
    let href = "/ledger?source=lockstep".to_owned();
    Ok(Waiting { what: "Decisions".to_owned(), href, words })
}

/// When a system last told something.
fn told(reader: &Reader<'_>, source: String, time: &LocalTime) -> Result<Waiting, StoreError> {
    let href = format!("/ledger?source={}", encoded(&source));
    let filter = FactFilter { source: Some(source.clone()), ..FactFilter::default() };
    let last = reader.facts_page(&filter, None, 1)?;
    let said = |entry: &Entry| Markup::text("last told ").and(time.instant(entry.recorded_at));
    Ok(Waiting { what: source, href, words: last.first().map(said).unwrap_or_default() })
}
