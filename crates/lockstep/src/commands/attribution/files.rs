//! Journeys from files.

use std::path::Path;

use domain::money::grouped;
use insight::{
    gathering::{Gathered, gather},
    journeys::Origin,
    paths::{self, PathsTrouble},
    tables::{self, Deals, Gaps, TablesTrouble},
};
use jiff::Timestamp;

use super::{Args, DealAt, Read, eligibility};
use crate::{commands::warehouse::unread, failure::Failure};

/// Paths, summed up already: which touches counted, only their maker knows.
pub(super) fn paths(path: &Path) -> Result<Read, Failure> {
    let journeys = paths::read_file(path).map_err(|trouble| match trouble {
        PathsTrouble::Unreadable(error) => Failure::io(&format!("read {}", path.display()), &error),
        other => Failure::refused(format!("{}: {other}", path.display())),
    })?;
    let origin = Origin {
        source: "paths".to_owned(),
        eligibility: "all touches of the paths".to_owned(),
        left_out: None,
        notes: Vec::new(),
    };
    Ok(Read { journeys, origin, deal: None })
}

/// Touches and outcomes.
pub(super) fn tables(args: &Args, touches: &Path, outcomes: &Path) -> Result<Read, Failure> {
    let called = args.column.iter().cloned().collect();
    let read = tables::read(touches, outcomes, &called).map_err(|trouble| match trouble {
        TablesTrouble::File(trouble) => unread(&trouble, &args.column),
        other => Failure::refused(other.to_string()),
    })?;
    let notes = notes(&read.gaps);
    let eligibility = eligibility(args, &read.channels)?;
    let words = eligibility.words(&read.channels);
    let gathered =
        gather(&read.touches, &read.outcomes, read.channels, tables::PARTS, &eligibility)?;
    let deal = args.deal.as_deref().map(|key| deal(key, &read.deals, &gathered, &read.touches.at));
    let origin = Origin {
        source: "touches".to_owned(),
        eligibility: words,
        left_out: Some(gathered.left_out),
        notes,
    };
    Ok(Read { origin, deal: deal.transpose()?, journeys: gathered.journeys })
}

/// What of the files was left out, or looks like a mistake.
fn notes(gaps: &Gaps) -> Vec<String> {
    let whose = "of which the file does not say whose they are, left out";
    let told = [
        (gaps.touches_of_nobody, format!("touches {whose}"), ""),
        (gaps.outcomes_of_nobody, format!("outcomes {whose}"), ""),
        (
            gaps.deals_repeated,
            "deals that stand more than once among the outcomes".to_owned(),
            "; each of their rows counts",
        ),
    ];
    let told = told.into_iter().filter(|(number, _, _)| *number > 0);
    told.map(|(number, what, then)| format!("{what}: {}{then}", grouped(number))).collect()
}

fn deal(key: &str, deals: &Deals, gathered: &Gathered, at: &[i64]) -> Result<DealAt, Failure> {
    let places = deals.find(key);
    if places.is_empty() {
        return Err(Failure::not_found(format!("there is no deal {key} among the outcomes")));
    }
    deal_at(key, gathered, at, |outcome| places.contains(&(outcome as usize)))
}

/// The last journey that led to an outcome of a deal.
pub(super) fn deal_at(
    key: &str,
    gathered: &Gathered,
    at: &[i64],
    is_its: impl Fn(u32) -> bool,
) -> Result<DealAt, Failure> {
    let found = gathered.outcomes.iter().rposition(|outcome| outcome.is_some_and(&is_its));
    let found = found.filter(|journey| gathered.journeys.get(*journey).ended.conversions > 0);
    let Some(journey) = found else {
        return Err(Failure::not_found(format!("no touch that counts led to deal {key}"))
            .advise("Only deals that were won are shared out; a longer --window-days may help."));
    };
    let before: usize = gathered.journeys.of(0..journey).map(|before| before.touched.len()).sum();
    let own = gathered.journeys.get(journey);
    let rows = &gathered.rows[before..before + own.touched.len()];
    let instant = |row: &u32| Timestamp::from_second(at[*row as usize]).unwrap_or(Timestamp::MIN);
    Ok(DealAt {
        key: key.to_owned(),
        journey,
        value: i64::try_from(own.ended.value).unwrap_or(i64::MAX),
        touched_at: rows.iter().map(instant).collect(),
    })
}
