//! What follows, as one JSON object. Instants are in RFC 3339, points are numbers.

use domain::{
    fact::{Entry, Fact},
    points::Points,
    qualification::{Assessment, Line},
};
use serde_json::{Map, Value, json};

use super::{ClockRead, Decided, OfLead, OfOpportunity, facts::Bad};

/// The whole answer.
pub fn of(decided: &Decided) -> Value {
    json!({
        "as_of": decided.as_of,
        "agreement": { "hash": decided.hash },
        "leads": decided.leads.iter().map(lead).collect::<Vec<_>>(),
        "opportunities": decided.opportunities.iter().map(opportunity).collect::<Vec<_>>(),
        "facts_told_twice": decided.facts.twice,
        "facts_not_used": decided.facts.unused,
        "bad_lines": bad_lines(&decided.facts.bad),
    })
}

/// Lines that are no facts.
pub fn bad_lines(bad: &[Bad]) -> Value {
    bad.iter().map(|bad| json!({ "line": bad.line, "what": bad.what })).collect()
}

/// `7`, or `7.25`.
fn number(points: Points) -> Value {
    if points.0 % 1000 == 0 { (points.0 / 1000).into() } else { points.number().into() }
}

fn lead(of: &OfLead) -> Value {
    let stamps = of.decisions.iter().filter_map(|decision| {
        let found = of.workings(decision)?;
        Some(assessment(&found.stamp, Some(decision)))
    });
    let now = of.assessments.iter().map(|found| assessment(found, None));
    json!({
        "lead": of.lead,
        "state": state(of),
        "decisions": of.decisions.iter().map(decision).collect::<Vec<_>>(),
        "assessments": stamps.chain(now).collect::<Vec<_>>(),
        "clocks": of.clocks.iter().map(clock).collect::<Vec<_>>(),
    })
}

fn opportunity(of: &OfOpportunity) -> Value {
    json!({
        "opportunity": of.opportunity,
        "state": {
            "stage": of.state.stage,
            "owner": of.state.owner,
            "transfers": of.state.transfers,
        },
        "decisions": of.decisions.iter().map(decision).collect::<Vec<_>>(),
        "clocks": of.clocks.iter().map(clock).collect::<Vec<_>>(),
    })
}

fn state(of: &OfLead) -> Value {
    let definitions: Map<String, Value> = of
        .assessments
        .iter()
        .map(|found| {
            let times: Vec<_> = of.times_of(&found.definition).map(|q| q.at).collect();
            let state = json!({
                "points": points_by_component(found),
                "total": number(found.total),
                "meets": found.meets,
                "excluded": found.excluded,
                "times_qualified": times.len(),
                "first_qualified_at": times.first(),
                "last_qualified_at": times.last(),
            });
            (found.definition.clone(), state)
        })
        .collect();
    json!({
        "status": of.state.status,
        "status_since": of.state.status_since,
        "owner": of.state.owner,
        "transfers": of.state.transfers,
        "definitions": definitions,
    })
}

fn points_by_component(found: &Assessment) -> Map<String, Value> {
    found.components.iter().map(|score| (score.id.clone(), number(score.points))).collect()
}

/// The fact as the ledger would have it, but with points as numbers.
fn decision(entry: &Entry) -> Value {
    let mut value = serde_json::to_value(entry.fact()).unwrap_or_default();
    let points = match entry.fact() {
        Fact::LeadQualified(fact) => Some((&fact.components, fact.total)),
        Fact::LeadFellBelow(fact) => Some((&fact.components, fact.total)),
        _ => None,
    };
    if let Some((components, total)) = points {
        let components = components.iter().map(|(id, points)| (id.clone(), number(*points)));
        value["components"] = components.collect::<Map<String, Value>>().into();
        value["total"] = number(total);
    }
    value["no"] = json!(entry.no);
    value["at"] = json!(entry.happened_at());
    value
}

fn assessment(found: &Assessment, decision: Option<&Entry>) -> Value {
    let components = found.components.iter().map(|score| {
        json!({
            "id": score.id,
            "label": score.label,
            "sum": number(score.sum),
            "points": number(score.points),
            "cap": score.cap.map(number),
            "mark": score.mark,
        })
    });
    json!({
        "definition": found.definition,
        "decision": decision.map(|entry| entry.no),
        "as_of": found.as_of,
        "clause": found.clause,
        "version": found.version,
        "components": components.collect::<Vec<_>>(),
        "total": number(found.total),
        "lines": found.lines.iter().map(line).collect::<Vec<_>>(),
        "meets": found.meets,
        "excluded": found.excluded,
        "unjudged": found.unjudged.iter().map(|(exclusion, names)| {
            json!({ "exclusion": exclusion, "not_known": names })
        }).collect::<Vec<_>>(),
    })
}

fn line(line: &Line) -> Value {
    json!({
        "rule": line.rule,
        "says": line.says,
        "component": line.component,
        "at": line.at,
        "facts": line.facts,
        "gave": number(line.gave),
        "counts": number(line.counts),
        "why_not": line.why_not,
    })
}

fn clock(read: &ClockRead) -> Value {
    let ClockRead { clock, at_start, reading, end } = read;
    json!({
        "clock": clock.id,
        "service_level": clock.level().id,
        "clause": clock.level().clause,
        "then": clock.level().then,
        "owner": clock.owner,
        "transfer": clock.transfer,
        "started_at": clock.running.started_at,
        "counts_from": at_start.effective_start,
        "zone": clock.zone().iana_name(),
        "at_risk_at": reading.at_risk_at,
        "due_at": reading.due_at,
        "state": reading.state,
        "stopped_at": end.map(|end| end.at),
        "stopped_by": clock.stopped_by.as_ref().filter(|_| end.is_some()),
        "verdict": end.map(|end| end.verdict),
        "working_seconds": reading.consumed.as_secs(),
        "elapsed_seconds": reading.elapsed.as_secs(),
        "start_fact": clock.start_fact,
        "stop_fact": clock.stop_fact.filter(|_| end.is_some()),
    })
}
