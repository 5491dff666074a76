//! What the firm's people ask one another for: one comes in time, one late, one is declined and ruled
//! on, one waits.

use anyhow::Context;
use domain::{
    collateral_request::{CollateralAnswer, DeclineReason},
    ids::{CollateralRequestId, DisputeId, UserId},
};
use engine::{
    Engine, Error, Refusal,
    collateral_request::{Answering, CollateralRequestRefusal, NewRequest},
    dispute::Ruling,
};
use jiff::{Timestamp, ToSpan, tz::TimeZone};

use super::{people::STAFF, texts::operations};

/// A day that is no working day of somebody is followed by one of theirs within so many.
const DAYS_MAX: i64 = 10;

/// Something that happens to requests; people by their place among the firm's, requests by the order
/// in which they were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    /// Somebody asks somebody for something, within so many days.
    Ask { by: usize, of: usize, wanted: &'static str, why: &'static str, days: i64 },
    /// It is delivered, or declined for a reason, with these words.
    Answer { by: usize, nth: u32, declined: Option<DeclineReason>, words: &'static str },
    /// Somebody contests what became of it.
    Contest { by: usize, nth: u32, says: &'static str },
    /// Somebody at the other end says theirs.
    Reply { by: usize, nth: u32, says: &'static str },
    /// Revenue operations overturns it.
    Overturn { nth: u32, says: &'static str },
}

/// Each with how many days ago it happened.
pub const ASKED: [(i64, Asking); 10] = [
    (
        13,
        Asking::Ask {
            by: 5,
            of: 3,
            wanted: "One page on compressed air for a plant manager",
            why: "He reads one page, and it has to have one number in it.",
            days: 4,
        },
    ),
    (
        12,
        Asking::Ask {
            by: 6,
            of: 4,
            wanted: "Who from Bavaria came to our stand",
            why: "I plan my week in the south by it.",
            days: 2,
        },
    ),
    (
        11,
        Asking::Answer {
            by: 3,
            nth: 1,
            declined: None,
            words: "https://files.ostrand.example/compressed-air-one-page",
        },
    ),
    (
        9,
        Asking::Ask {
            by: 7,
            of: 3,
            wanted: "A comparison with what Kranich offers in the east",
            why: "Two customers hold their offer against ours.",
            days: 5,
        },
    ),
    (
        7,
        Asking::Answer {
            by: 4,
            nth: 2,
            declined: None,
            words: "In the folder of the fair, sheet South.",
        },
    ),
    (
        7,
        Asking::Answer {
            by: 3,
            nth: 3,
            declined: Some(DeclineReason::NoTime),
            words: "The catalogue goes to print this week.",
        },
    ),
    (
        6,
        Asking::Contest {
            by: 7,
            nth: 3,
            says: "There were five days, and half a page would have done.",
        },
    ),
    (5, Asking::Reply { by: 3, nth: 3, says: "Nobody said that half a page would do." }),
    (4, Asking::Overturn { nth: 3, says: "Ask what would do before you decline." }),
    (
        1,
        Asking::Ask {
            by: 9,
            of: 2,
            wanted: "The offer in the words that are used in Austria",
            why: "The works council there reads it too.",
            days: 3,
        },
    ),
];

fn request(nth: u32) -> CollateralRequestId {
    CollateralRequestId(format!("{}:r{nth}", domain::decided::SOURCE))
}

fn dispute(engine: &Engine, nth: u32) -> anyhow::Result<DisputeId> {
    let row = engine.read(|reader| reader.collateral_request(&request(nth)))?;
    row.and_then(|row| row.dispute).context("it was contested")
}

impl Asking {
    /// Does it.
    ///
    /// # Errors
    /// When it is refused, which a test would have found, or the database cannot be written.
    pub fn take(self, engine: &Engine, now: Timestamp) -> anyhow::Result<()> {
        match self {
            Asking::Ask { by, of, wanted, why, days } => {
                ask(engine, by, (&STAFF[of].user(), wanted, why), days, now)?;
            }
            Asking::Answer { by, nth, declined, words } => {
                let answer = match declined {
                    Some(_) => CollateralAnswer::Declined,
                    None => CollateralAnswer::Delivered,
                };
                let told = Answering { answer, reason: declined, words: words.to_owned() };
                engine.answer_request(&STAFF[by].actor(), &request(nth), told, now)?;
            }
            Asking::Contest { by, nth, says } => {
                engine.contest_request(&STAFF[by].actor(), &request(nth), says, now)?;
            }
            Asking::Reply { by, nth, says } => {
                let dispute = dispute(engine, nth)?;
                engine.answer_dispute(&STAFF[by].actor(), &dispute, says, now)?;
            }
            Asking::Overturn { nth, says } => {
                let statement = says.to_owned();
                let ruling = Ruling { overturned: true, statement, follows: None };
                engine.rule(&operations(), &dispute(engine, nth)?, ruling, now)?;
            }
        }
        Ok(())
    }
}

/// Asks for it by the first working day of whoever is asked that is so many days ahead.
fn ask(
    engine: &Engine,
    by: usize,
    (asked, wanted, why): (&UserId, &str, &str),
    days: i64,
    now: Timestamp,
) -> anyhow::Result<()> {
    let today = now.to_zoned(TimeZone::UTC).date();
    for days in days..days + DAYS_MAX {
        let told = NewRequest {
            asked: asked.clone(),
            wanted: wanted.to_owned(),
            why: why.to_owned(),
            about: String::new(),
            needed_on: Some(today.saturating_add(days.days())),
        };
        match engine.make_request(&STAFF[by].actor(), told, now) {
            Err(Error::Refused(Refusal::CollateralRequest(CollateralRequestRefusal::Day(_)))) => {}
            made => return Ok(made.map(drop)?),
        }
    }
    anyhow::bail!("no day of {DAYS_MAX} is a working day of {asked}")
}
