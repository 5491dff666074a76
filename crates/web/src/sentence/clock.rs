//! What a clock did, as a sentence.

use domain::{
    decided::{ClockRecomputed, Verdict},
    fact::Fact,
};

use super::level;
use crate::show::{self, LocalTime};

/// The sentence, where the fact is about a clock and needs no name.
pub(super) fn clock(fact: &Fact, time: &LocalTime) -> Option<String> {
    Some(match fact {
        Fact::ClockStarted(fact) => format!(
            "The clock {} started, due {}, by clause {} of version {}",
            level(&fact.service_level),
            time.instant_words(fact.due_at),
            fact.because.clause,
            fact.because.version
        ),
        Fact::ClockAtRisk(fact) => {
            format!("The clock {} came at risk", level(fact.clock.as_str()))
        }
        Fact::ClockBreached(fact) => {
            format!("The clock {} passed its due time", level(fact.clock.as_str()))
        }
        Fact::ClockPaused(fact) => format!("The clock {} rests", level(fact.clock.as_str())),
        Fact::ClockResumed(fact) => format!(
            "The clock {} counts again, due {}",
            level(fact.clock.as_str()),
            time.instant_words(fact.due_at)
        ),
        Fact::ClockPassedOn(fact) => format!(
            "The clock {} runs on with the next owner{}",
            level(fact.clock.as_str()),
            if fact.overdue { "; the miss stays with the earlier one" } else { "" }
        ),
        Fact::ClockRecomputed(fact) => format!(
            "The clock {} is judged by version {} from here on{}",
            level(fact.clock.as_str()),
            fact.because.version,
            due_anew(fact, time)
        ),
        Fact::ClockStopped(fact) => format!(
            "The clock {} was stopped by {} after {}: {}",
            level(fact.clock.as_str()),
            fact.stopped_by,
            show::working(fact.working_seconds),
            match fact.verdict {
                Verdict::Met => "in time",
                Verdict::MetLate => "late",
                Verdict::Missed => "missed",
                Verdict::NoVerdict => "without a verdict",
            }
        ),
        _ => return None,
    })
}

/// `: due Tue 24 Nov, 12:00, before Mon 23 Nov, 10:00`.
fn due_anew(fact: &ClockRecomputed, time: &LocalTime) -> String {
    let Some(due_at) = fact.due_at else { return ", and rests".to_owned() };
    let due = time.instant_words(due_at);
    match fact.was_due_at.map(|was| time.instant_words(was)) {
        Some(was) if was == due => format!(": due {due}, as before"),
        Some(was) => format!(": due {due}, under version {} it was {was}", fact.was_under),
        None => format!(": due {due}"),
    }
}
