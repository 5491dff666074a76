//! `lockstep tick`: what comes due as time passes, done now.

use jiff::Timestamp;
use serde_json::json;

use crate::{
    failure::Failure,
    output::{Answer, count},
    place::Place,
};

/// Runs one tick.
///
/// # Errors
/// When the database cannot be written.
pub fn run(place: &Place, now: Timestamp) -> Result<Answer, Failure> {
    let engine = place.open(now)?;
    let before = engine.read(|reader| reader.version_in_force())?;
    let ticked = engine.tick(now)?;
    let (after, waiting) = engine.read(|reader| {
        Ok::<_, store::StoreError>((reader.version_in_force()?, reader.undecided_count(now)?))
    })?;
    let mut text = format!(
        "{}{} looked at, {} recorded.",
        count(ticked.leads, "lead"),
        opportunities(ticked.opportunities),
        count(ticked.decisions, "decision")
    );
    match after {
        Some(version) if before != after => {
            text.push_str(&format!(" Version {version} of the Agreement is now in force."));
        }
        Some(_) => {}
        None => text.push_str(
            "\nNo Agreement is in force, so nothing is decided. Next: lockstep agreement list",
        ),
    }
    Ok(Answer::new(
        text,
        json!({
            "leads": ticked.leads,
            "opportunities": ticked.opportunities,
            "decisions": ticked.decisions,
            "agreement_in_force": after,
            "agreement_changed": before != after,
            "undecided": waiting,
        }),
    ))
}

/// Said only where there are some: many Agreements say nothing about single opportunities.
fn opportunities(n: usize) -> String {
    match n {
        0 => String::new(),
        1 => " and 1 opportunity".to_owned(),
        n => format!(" and {n} opportunities"),
    }
}
