//! `[[capacity]]`: how many opportunities a person can work.

use domain::{
    agreement::{Capacity, text::ClauseKind},
    firm::Side,
};

use super::{
    Document,
    clauses::{Clauses, Ids},
    header::SIDES,
};
use crate::agreement::reader::Table;

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
    Some(Capacity {
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
