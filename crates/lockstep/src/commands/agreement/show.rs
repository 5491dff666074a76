//! What an Agreement says, in short.

use domain::{
    agreement::{Agreement, DisputeTerms, HandoffTerms, Measure, service::Target},
    ids::Version,
};
use engine::{Engine, negotiation::successors};
use serde_json::{Value, json};
use store::StoreError;

use crate::{
    failure::Failure,
    output::{Answer, count},
    person::{admitted, name_of, side_key},
};

use super::{of, state};

/// Shows a version.
///
/// # Errors
/// When there is no such version.
pub fn run(engine: &Engine, version: Version) -> Result<Answer, Failure> {
    let (row, agreement) = engine.agreement(version)?;
    let (signed, next) = engine.read(|reader| {
        Ok::<_, StoreError>((reader.signatures_of(version)?, successors(reader)?.remove(&version)))
    })?;
    let people = admitted(engine)?;
    let mut text = format!(
        "Version {version}, {}\nHash {}\n\n{}",
        state(row.state, next),
        row.hash,
        words(&agreement)
    );
    text.push_str("\n\nSignatures");
    for party in &agreement.parties {
        let by = signed.iter().find(|signature| signature.side == party.side);
        let line = by.map_or_else(
            || "not signed".to_owned(),
            |by| format!("{} at {:.0}", name_of(&people, &by.user), by.at),
        );
        text.push_str(&format!("\n  {:9}  {line}", party.side.word()));
    }
    let mut json = of(&row, &signed, next);
    json["agreement"] = summary(&agreement);
    json["files"] = json!(row.text.keys().collect::<Vec<_>>());
    Ok(Answer::new(text, json))
}

/// An Agreement in short, for people.
pub fn words(agreement: &Agreement) -> String {
    let mut lines = vec![agreement.title.clone(), String::new(), "Who signs".to_owned()];
    for party in &agreement.parties {
        let substitute = party.substitute.as_ref();
        let substitute = substitute.map_or(String::new(), |name| format!(", or {name}"));
        lines.push(format!("  {:9}  {}{substitute}", party.side.word(), party.signer));
    }
    lines.push(String::new());
    lines.push(count(agreement.definitions.len(), "definition"));
    for definition in &agreement.definitions {
        let (clause, id, says) = (&definition.clause, &definition.id, &definition.says);
        let rules = count(definition.rules.len(), "rule");
        lines.push(format!("  {clause}  {id} ({rules}): {}", one_line(says)));
    }
    lines.push(count(agreement.service_levels.len(), "service level"));
    for level in &agreement.service_levels {
        let (clause, id, side) = (&level.clause, &level.id, level.side.word());
        lines.push(format!("  {clause}  {id} ({side}): {}", one_line(&level.says)));
    }
    if !agreement.milestones.is_empty() {
        lines.push(count(agreement.milestones.len(), "milestone"));
    }
    for milestone in &agreement.milestones {
        let (clause, id) = (&milestone.clause, &milestone.id);
        lines.push(format!("  {clause}  {id}: {}", one_line(&milestone.says)));
    }
    if let Some(terms) = &agreement.handoff {
        lines.push("Handoff".to_owned());
        lines.push(format!("  {}  {}", terms.clause, one_line(&terms.says)));
    }
    if let Some(terms) = &agreement.disputes {
        lines.push(format!("Disputes, ruled by {}", terms.arbiter));
        lines.push(format!("  {}  {}", terms.clause, one_line(&terms.says)));
    }
    if !agreement.capacities.is_empty() {
        lines.push("Capacity".to_owned());
    }
    for capacity in &agreement.capacities {
        let (clause, id, side) = (&capacity.clause, &capacity.id, capacity.side.word());
        lines.push(format!("  {clause}  {id} ({side}): {}", one_line(&capacity.says)));
    }
    if !agreement.trainings.is_empty() {
        lines.push(count(agreement.trainings.len(), "training"));
    }
    for training in &agreement.trainings {
        let (clause, id) = (&training.clause, &training.id);
        lines.push(format!("  {clause}  {id}: {}", one_line(&training.says)));
    }
    if let Some(check_ins) = &agreement.check_ins {
        lines.push("Check-ins".to_owned());
        lines.push(format!("  {}  {}", check_ins.clause, one_line(&check_ins.says)));
    }
    lines.push(count(agreement.goals.len(), "goal"));
    for goal in &agreement.goals {
        let (clause, id, side) = (&goal.clause, &goal.id, goal.side.word());
        lines.push(format!("  {clause}  {id} ({side}): {}", one_line(&goal.says)));
    }
    lines.join("\n")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An Agreement in short, for machines.
pub fn summary(agreement: &Agreement) -> Value {
    let parties = agreement.parties.iter().map(|party| {
        json!({
            "side": side_key(party.side),
            "name": party.name,
            "signer": party.signer,
            "substitute": party.substitute,
        })
    });
    let definitions = agreement.definitions.iter().map(|definition| {
        json!({
            "id": definition.id,
            "clause": definition.clause,
            "says": definition.says,
            "rules": definition.rules.len(),
            "status": definition.status,
        })
    });
    let levels = agreement.service_levels.iter().map(|level| {
        json!({
            "id": level.id,
            "clause": level.clause,
            "says": level.says,
            "side": side_key(level.side),
            "on": level.on,
            "target_seconds": target_seconds(level.target),
            "target_working_days": target_working_days(level.target),
        })
    });
    let goals = agreement.goals.iter().map(|goal| {
        json!({
            "id": goal.id,
            "clause": goal.clause,
            "says": goal.says,
            "side": side_key(goal.side),
            "measure": Measure::key(goal.measure),
            "from": goal.from,
            "to": goal.to,
            "target": goal.target,
        })
    });
    let milestones = agreement.milestones.iter().map(|milestone| {
        json!({ "id": milestone.id, "clause": milestone.clause, "says": milestone.says })
    });
    let [capacities, trainings, check_ins] = about_people(agreement);
    json!({
        "title": agreement.title,
        "zone": agreement.zone.iana_name(),
        "currency": agreement.currency,
        "parties": parties.collect::<Vec<_>>(),
        "statuses": agreement.statuses.iter().map(|status| &status.key).collect::<Vec<_>>(),
        "definitions": definitions.collect::<Vec<_>>(),
        "service_levels": levels.collect::<Vec<_>>(),
        "milestones": milestones.collect::<Vec<_>>(),
        "handoff": agreement.handoff.as_ref().map(handoff),
        "disputes": agreement.disputes.as_ref().map(disputes),
        "capacities": capacities,
        "trainings": trainings,
        "check_ins": check_ins,
        "goals": goals.collect::<Vec<_>>(),
    })
}

/// How much people can work, what they have learnt, and how often they are met.
fn about_people(agreement: &Agreement) -> [Value; 3] {
    let capacities = agreement.capacities.iter().map(|capacity| {
        json!({
            "id": capacity.id,
            "clause": capacity.clause,
            "says": capacity.says,
            "side": side_key(capacity.side),
            "at_a_time": capacity.at_a_time,
            "mean_days": capacity.mean_days(),
            "taken_on_in_30_days": capacity.taken_on_in_30_days(),
        })
    });
    let trainings = agreement.trainings.iter().map(|training| {
        json!({
            "id": training.id,
            "clause": training.clause,
            "says": training.says,
            "for": training.duties.iter().map(|duty| duty.key()).collect::<Vec<_>>(),
            "lasts_days": training.lasts_days,
        })
    });
    let check_ins = agreement.check_ins.as_ref().map(|check_ins| {
        json!({
            "clause": check_ins.clause,
            "says": check_ins.says,
            "every_days": check_ins.every_days,
        })
    });
    [capacities.collect(), trainings.collect(), check_ins.unwrap_or_default()]
}

fn handoff(terms: &HandoffTerms) -> Value {
    json!({
        "clause": terms.clause,
        "says": terms.says,
        "delivers": terms.delivers,
        "silence_accepts": terms.silence_accepts,
        "reasons": terms.reasons.iter().map(|reason| &reason.says).collect::<Vec<_>>(),
    })
}

fn disputes(terms: &DisputeTerms) -> Value {
    json!({ "clause": terms.clause, "says": terms.says, "arbiter": terms.arbiter })
}

/// A target in seconds of the hours that count; null where it is in working days.
fn target_seconds(target: Target) -> Option<i64> {
    match target {
        Target::Time(time) => Some(time.as_secs()),
        Target::WorkingDays(_) => None,
    }
}

/// A target in working days; null where it is a length of time.
fn target_working_days(target: Target) -> Option<u32> {
    match target {
        Target::Time(_) => None,
        Target::WorkingDays(days) => Some(days),
    }
}
