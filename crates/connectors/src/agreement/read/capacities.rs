//! `[[capacity]]`: how many opportunities a person can work, and how long they have to call leads.

use domain::{
    agreement::{Capacity, capacity::Calling, text::ClauseKind},
    firm::Side,
};

use super::{
    Document,
    clauses::{Clauses, Ids},
    header::SIDES,
};
use crate::agreement::reader::{Item, Table};

/// The capacities, in the order of the text.
pub fn capacities<'t>(document: &Document<'t>, clauses: &mut Clauses<'t>) -> Vec<Capacity> {
    let mut ids = Ids::new("capacity");
    let mut capacities = Vec::new();
    for table in document.list("capacity", "a capacity") {
        capacities.extend(capacity(&table, clauses, &mut ids));
        table.finish();
    }
    capacities
}

fn capacity<'t>(table: &Table<'t>, clauses: &mut Clauses<'t>, ids: &mut Ids) -> Option<Capacity> {
    let id = ids.read(table);
    let (clause, says) = clauses.add(table, ClauseKind::Capacity(id.clone()));
    let side = table.need("side", "side = \"sales\"").and_then(|item| item.choice(&SIDES));
    let at_a_time = table.need("at_a_time", "at_a_time = 40");
    let at_a_time = at_a_time.and_then(|item| item.whole(1..=100_000));
    let days = |key, example| {
        let days = table.need(key, example).and_then(|item| item.days());
        days.and_then(|days| u32::try_from(days).ok())
    };
    let days_to_win = days("to_win", "to_win = \"180 days\"");
    let days_to_loss = days("to_loss", "to_loss = \"90 days\"");
    let win_rate = table.need("win_rate", "win_rate = \"33%\"").and_then(|item| item.share());
    let calling = calling(table);
    Some(Capacity {
        calling,
        id,
        clause,
        says,
        side: side.unwrap_or(Side::Sales),
        at_a_time: u32::try_from(at_a_time?).ok()?,
        days_to_win: days_to_win?,
        days_to_loss: days_to_loss?,
        win_rate_per_mille: u32::try_from(win_rate?).ok()?,
    })
}

/// What a lead asks of whoever calls it: all three keys, or none.
fn calling(table: &Table<'_>) -> Option<Calling> {
    const KEYS: [(&str, &str); 3] = [
        ("attempts", "attempts = 6"),
        ("attempt", "attempt = \"5min\""),
        ("calling_a_week", "calling_a_week = \"10h\""),
    ];
    let [attempts, attempt, week] = KEYS.map(|(key, example)| table.get(key, example));
    if attempts.is_none() && attempt.is_none() && week.is_none() {
        return None;
    }
    for ((key, example), item) in KEYS.iter().zip([&attempts, &attempt, &week]) {
        if item.is_none() {
            table.missing(key, format!("Write {example}, or none of the three."));
        }
    }
    let minutes = |item: Item<'_>| {
        let seconds = item.length()?.seconds;
        u32::try_from(seconds / 60).ok()
    };
    let attempts = attempts.and_then(|item| item.whole(1..=100));
    Some(Calling {
        attempts: u32::try_from(attempts?).ok()?,
        attempt_minutes: attempt.and_then(minutes)?,
        week_minutes: week.and_then(minutes)?,
    })
}
