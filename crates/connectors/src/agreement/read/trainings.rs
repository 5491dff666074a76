//! `[[training]]` and `[check_ins]`: what those have learnt who do something by the text, and how often
//! whoever leads people meets them.

use domain::agreement::{CheckIns, Training, text::ClauseKind, training::DutyKind};

use super::{
    Document,
    clauses::{Clauses, Ids},
    handoff::only,
};
use crate::agreement::{mistake::guess, reader::Table};

/// The trainings, in the order of the text.
pub fn trainings<'t>(document: &Document<'t>, clauses: &mut Clauses<'t>) -> Vec<Training> {
    let mut ids = Ids::new("training");
    let mut trainings = Vec::new();
    for table in document.list("training", "a training") {
        let id = ids.read(&table);
        let (clause, says) = clauses.add(&table, ClauseKind::Training(id.clone()));
        let lasts = table.get("lasts", "lasts = \"365 days\"");
        let lasts_days = lasts.and_then(|item| item.days());
        trainings.push(Training { id, clause, says, duties: duties(&table), lasts_days });
        table.finish();
    }
    trainings
}

/// Whoever does one of these is to be trained.
fn duties(table: &Table<'_>) -> Vec<DutyKind> {
    let Some(item) = table.need("for", "for = [\"receives\", \"takes\"]") else {
        return Vec::new();
    };
    let keys = DutyKind::ALL.map(|(key, _)| key);
    let mut duties = Vec::new();
    for told in item.texts() {
        match DutyKind::ALL.iter().find(|(key, _)| *key == told.value) {
            Some((_, duty)) => duties.push(*duty),
            None => {
                let what = format!("{:?} is nothing that a text gives people to do.", told.value);
                item.sink.add(told.place, what, guess(&told.value, &keys));
            }
        }
    }
    if duties.is_empty() {
        item.wrong(
            "A training is for whoever does something.",
            format!("Name one of {}.", keys.join(", ")),
        );
    }
    duties
}

/// How often whoever leads people meets them, where the text says so.
pub fn check_ins<'t>(document: &Document<'t>, clauses: &mut Clauses<'t>) -> Option<CheckIns> {
    let table = only(document, "check_ins", "the part on check-ins")?;
    let (clause, says) = clauses.add(&table, ClauseKind::CheckIns);
    let every = table.need("every", "every = \"14 days\"").and_then(|item| item.days());
    table.finish();
    Some(CheckIns { clause, says, every_days: every? })
}
