//! What the ledger is to know of a clock that ran when a version came into force by which it is judged
//! from then on.

use std::sync::Arc;

use super::{because, clock_key, decisions_about, told, until};
use crate::{
    calendar::NeverOpen,
    decided::ClockRecomputed,
    escalation::{ladder, standing_steps},
    fact::{Entry, Fact, Told},
    people::People,
    service_level::ServiceClock,
};

/// What it is told under that it is judged by its version.
pub(super) fn recomputed_by(clock: &ServiceClock) -> String {
    format!("recomputed/{}", clock.in_force.version)
}

/// All that is to be known of a clock until a version came into force that judges it anew, and that it
/// did. It stands here as it was known then.
pub(super) fn recomputed(
    clock: &ServiceClock,
    before: &ServiceClock,
    known: &[Arc<Entry>],
    people: &People,
) -> Result<Vec<Told>, NeverOpen> {
    let from = clock.in_force.from;
    let mut told_of = decisions_about(before, until(known, from), people, from)?;
    let then = clock.known_at(from);
    let (was, reading, standing) =
        (before.read(from)?, then.read(from)?, standing_steps(clock, known));
    let next = ladder(&then, from)?.into_iter().find(|step| !standing.contains(&step.step));
    let fact = ClockRecomputed {
        clock: clock.id.clone(),
        subject: clock.subject.clone(),
        was_under: before.in_force.version,
        was_due_at: was.due_at,
        at_risk_at: reading.at_risk_at,
        due_at: reading.due_at,
        next_step_at: next.map(|step| step.at),
        because: because(&clock.in_force, &clock.level().clause, vec![clock.start_fact]),
    };
    told_of.push(told(clock_key(clock, &recomputed_by(clock)), from, Fact::ClockRecomputed(fact)));
    Ok(told_of)
}

/// Whether the ledger has a clock judged by a version that came into force only after it had ended, as
/// the facts are known by now.
pub(super) fn was_recomputed_before(clock: &ServiceClock, known: &[Arc<Entry>]) -> bool {
    let recomputed = known.iter().filter_map(|entry| match entry.fact() {
        Fact::ClockRecomputed(fact) if fact.clock == clock.id => Some(fact.because.version),
        _ => None,
    });
    let governs = |version| clock.judged_anew().any(|clock| clock.in_force.version == version);
    recomputed.into_iter().any(|version| !governs(version))
}
