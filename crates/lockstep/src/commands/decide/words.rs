//! What follows, in words.

use domain::{
    clock::ClockState,
    fact::{Entry, Fact},
    figure::Because,
    ids::FactNo,
    qualification::{Assessment, ComponentScore, Line},
};
use jiff::{Timestamp, tz::TimeZone};

use crate::output::{count, instant, span};

use super::{ClockRead, Decided, OfLead, OfOpportunity, notes};

/// The whole answer.
pub fn of(decided: &Decided) -> String {
    let zone = &decided.agreement.zone;
    let mut lines = vec![
        decided.agreement.title.clone(),
        format!("Hash {}", decided.hash),
        format!("As of {}", instant(decided.as_of, zone)),
    ];
    lines.extend(notes(&decided.facts));
    if decided.leads.is_empty() && decided.opportunities.is_empty() {
        lines.push("The facts are about no lead.".to_owned());
    }
    for lead in &decided.leads {
        lines.push(String::new());
        of_lead(lead, zone, &mut lines);
    }
    for opportunity in &decided.opportunities {
        lines.push(String::new());
        of_opportunity(opportunity, zone, &mut lines);
    }
    lines.join("\n")
}

fn of_lead(lead: &OfLead, zone: &TimeZone, lines: &mut Vec<String>) {
    lines.push(format!("Lead {}", lead.lead));
    let since = lead.state.status_since.map(|at| format!(" since {}", instant(at, zone)));
    let owner = lead.state.owner.as_ref().map(ToString::to_string);
    lines.push(format!(
        "  status {}{}, owner {}, given to somebody {}",
        lead.state.status.as_deref().unwrap_or("not known"),
        since.unwrap_or_default(),
        owner.as_deref().unwrap_or("nobody"),
        count(lead.state.transfers as usize, "time"),
    ));
    for found in &lead.assessments {
        standing(lead, found, zone, lines);
    }
    if lead.decisions.is_empty() {
        lines.push("  Nothing was decided.".to_owned());
    }
    for decision in &lead.decisions {
        decided(decision, zone, lines);
        if let Some(found) = lead.workings(decision) {
            workings(&found.stamp, zone, lines);
        }
    }
    for clock in &lead.clocks {
        of_clock(clock, lines);
    }
}

fn of_opportunity(of: &OfOpportunity, zone: &TimeZone, lines: &mut Vec<String>) {
    lines.push(format!("Opportunity {}", of.opportunity));
    lines.push(format!(
        "  stage {}, owner {}, given to somebody {}",
        of.state.stage.as_deref().unwrap_or("not known"),
        of.state.owner.as_ref().map_or("nobody", |owner| owner.as_str()),
        count(of.state.transfers as usize, "time"),
    ));
    if of.decisions.is_empty() {
        lines.push("  Nothing was decided.".to_owned());
    }
    for decision in &of.decisions {
        decided(decision, zone, lines);
    }
    for clock in &of.clocks {
        of_clock(clock, lines);
    }
}

/// A definition's points as of the instant of the question, and how they came about.
fn standing(lead: &OfLead, found: &Assessment, zone: &TimeZone, lines: &mut Vec<String>) {
    let times: Vec<Timestamp> = lead.times_of(&found.definition).map(|q| q.at).collect();
    let mut line =
        format!("  {} (clause {}): {} points", found.definition, found.clause, found.total);
    match (times.first(), times.last()) {
        (Some(first), Some(last)) if first != last => line.push_str(&format!(
            ", qualified {} times, first {}, last {}",
            times.len(),
            instant(*first, zone),
            instant(*last, zone)
        )),
        (Some(only), _) => {
            line.push_str(&format!(", qualified once, {}", instant(*only, zone)));
        }
        _ => line.push_str(", not qualified"),
    }
    if let Some(excluded) = &found.excluded {
        line.push_str(&format!(", excluded by \"{excluded}\""));
    }
    lines.push(line);
    for (exclusion, names) in &found.unjudged {
        lines.push(format!(
            "    exclusion \"{exclusion}\" cannot be judged: {} not known",
            names.join(", ")
        ));
    }
    workings(found, zone, lines);
}

fn workings(found: &Assessment, zone: &TimeZone, lines: &mut Vec<String>) {
    for score in &found.components {
        lines.push(format!("    {}", component(score)));
        let of_component = found.lines.iter().filter(|line| line.component == score.id);
        lines.extend(of_component.map(|line| format!("      {}", rule(line, zone))));
    }
}

fn component(score: &ComponentScore) -> String {
    let mut text = format!("{} {}", score.id, score.points);
    if score.sum != score.points {
        text.push_str(&format!(" (the rules sum to {}", score.sum));
        if let Some(cap) = score.cap.filter(|cap| score.sum > *cap) {
            text.push_str(&format!(", at most {cap} count"));
        }
        text.push(')');
    }
    if let Some(mark) = &score.mark {
        text.push_str(&format!(", mark {mark}"));
    }
    text
}

fn rule(line: &Line, zone: &TimeZone) -> String {
    let at = line.at.map(|at| format!(", {}", instant(at, zone))).unwrap_or_default();
    let mut text = format!("{:>6}  {}", line.counts.to_string(), line.rule);
    if !line.facts.is_empty() {
        text.push_str(&format!(" ({}{at})", facts(&line.facts)));
    }
    if let Some(why) = &line.why_not {
        text.push_str(&format!(", not counted: {}", why.words()));
        if line.gave != line.counts {
            text.push_str(&format!(" (worth {})", line.gave));
        }
    } else if line.gave != line.counts {
        text.push_str(&format!(", gave {}", line.gave));
    }
    text
}

fn facts(facts: &[FactNo]) -> String {
    let numbers: Vec<String> = facts.iter().map(ToString::to_string).collect();
    let noun = if facts.len() == 1 { "fact" } else { "facts" };
    format!("{noun} {}", numbers.join(", "))
}

/// A decision and its because.
fn decided(entry: &Entry, zone: &TimeZone, lines: &mut Vec<String>) {
    let Some((says, because)) = says(entry, zone) else { return };
    lines.push(format!("  {}  [{}] {says}", instant(entry.happened_at(), zone), entry.no));
    lines.push(format!("    because of clause {} and {}", because.clause, facts(&because.facts)));
}

fn says<'a>(entry: &'a Entry, zone: &TimeZone) -> Option<(String, &'a Because)> {
    Some(match entry.fact() {
        Fact::LeadQualified(fact) => (
            format!(
                "qualified as {} and entered {}, {} points",
                fact.definition, fact.status, fact.total
            ),
            &fact.because,
        ),
        Fact::LeadFellBelow(fact) => {
            (format!("fell below {}, {} points left", fact.definition, fact.total), &fact.because)
        }
        Fact::ClockStarted(fact) => (
            format!("clock {} started, due {}", fact.clock, instant(fact.due_at, zone)),
            &fact.because,
        ),
        Fact::ClockAtRisk(fact) => (format!("clock {} is at risk", fact.clock), &fact.because),
        Fact::ClockBreached(fact) => (format!("clock {} is past due", fact.clock), &fact.because),
        Fact::ClockPaused(fact) => (format!("clock {} rests", fact.clock), &fact.because),
        Fact::ClockResumed(fact) => (
            format!("clock {} counts again, due {}", fact.clock, instant(fact.due_at, zone)),
            &fact.because,
        ),
        Fact::ClockEscalated(fact) => {
            let told: Vec<&str> = fact.told.iter().map(|user| user.as_str()).collect();
            let told = if told.is_empty() { "nobody".to_owned() } else { told.join(", ") };
            let passed = fact.reassigned_to.as_ref().map(|to| format!(", passes to {to}"));
            let kept = fact.kept.map(|kept| format!(", stays: {}", kept.words()));
            let by_route = fact.by_route.then(|| ", passes on by the routes".to_owned());
            let then = passed.or(kept).or(by_route).unwrap_or_default();
            let says =
                format!("clock {} reached step {}: tells {told}{then}", fact.clock, fact.step);
            (says, &fact.because)
        }
        Fact::ClockPassedOn(fact) => {
            let to = fact.owner.as_ref().map_or("nobody", |owner| owner.as_str());
            (format!("clock {} runs on for {to}", fact.clock), &fact.because)
        }
        Fact::ClockRecomputed(fact) => {
            let due = fact.due_at.map_or("once it counts".to_owned(), |at| instant(at, zone));
            let version = fact.because.version;
            (format!("clock {} follows version {version}, due {due}", fact.clock), &fact.because)
        }
        Fact::ClockStopped(fact) => (
            format!(
                "clock {} stopped by {}: {}",
                fact.clock,
                fact.stopped_by,
                fact.verdict.words()
            ),
            &fact.because,
        ),
        Fact::HandoffMade(fact) => {
            (format!("handed over, answer due {}", instant(fact.due_at, zone)), &fact.because)
        }
        Fact::HandoffDeemed(fact) => ("deemed accepted".to_owned(), &fact.because),
        Fact::MilestoneReached(fact) => (format!("reached {}", fact.milestone), &fact.because),
        Fact::LeadRouted(fact) => (
            match &fact.routed.to {
                Some(to) => format!("routed to {to}"),
                None => "waits, because nobody can take it".to_owned(),
            },
            &fact.because,
        ),
        Fact::RoutingCreditedBack(fact) => {
            (format!("counts no more for {} in {}", fact.user, fact.pool), &fact.because)
        }
        _ => return None,
    })
}

/// A clock, in its own zone.
fn of_clock(read: &ClockRead, lines: &mut Vec<String>) {
    let ClockRead { clock, at_start, reading, end } = read;
    let zone = clock.zone();
    let owner = clock.owner.as_ref().map_or("nobody", |owner| owner.as_str());
    let level = clock.level();
    lines.push(format!(
        "  clock {} (clause {}), owner {owner}, transfer {}",
        level.id, level.clause, clock.transfer
    ));
    let at = |at: Option<Timestamp>| at.map_or("not while it rests".into(), |at| instant(at, zone));
    lines.push(format!(
        "    started {}, counts from {}",
        instant(clock.running.started_at, zone),
        instant(at_start.effective_start, zone)
    ));
    lines.push(format!("    at risk {}, due {}", at(reading.at_risk_at), at(reading.due_at)));
    let (working, elapsed) = (span(reading.consumed.as_secs()), span(reading.elapsed.as_secs()));
    let times = format!("working {working}, elapsed {elapsed}");
    lines.push(match end {
        Some(end) => format!(
            "    stopped {} by {}: {}; {times}",
            instant(end.at, zone),
            clock.stopped_by.as_deref().unwrap_or("nothing"),
            end.verdict.words()
        ),
        None => format!("    {}; {times}", state(reading.state)),
    });
    if let (ClockState::Breached, Some(then)) = (reading.state, &level.then) {
        lines.push(format!("    agreed for this: {then}"));
    }
}

fn state(state: ClockState) -> &'static str {
    match state {
        ClockState::Running => "running, with time in hand",
        ClockState::AtRisk => "at risk",
        ClockState::Paused => "resting",
        ClockState::Breached => "past due, no answer yet",
        ClockState::Met => "in time",
        ClockState::MetLate => "came late",
        ClockState::NotMet => "answered in hours that do not count",
        ClockState::NoVerdict | ClockState::Void => "without a verdict",
    }
}
