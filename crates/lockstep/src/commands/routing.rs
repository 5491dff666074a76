//! `lockstep routing`: who gets a lead and why, what would happen, and whether it is fair.

use clap::{Args, Subcommand};
use domain::{
    fact::{Entry, Fact},
    field::FieldValue,
    ids::LeadId,
    routed::{LeadRouted, Routed},
};
use engine::{
    Engine,
    routing::{MemberReport, Preview as TryOut, value_of},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::StoreError;

use crate::{
    failure::{Failure, Kind},
    output::{Answer, table},
    person::{Known, admitted, name_of},
    place::Place,
};

/// What to ask of the routing.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Why a lead went to whom it did, or why it waits
    #[command(long_about = include_str!("routing/why.md"))]
    Why(Why),
    /// To whom a lead would go now; nothing is written
    #[command(long_about = include_str!("routing/preview.md"))]
    Preview(Preview),
    /// What each member of each pool has received
    #[command(long_about = include_str!("routing/fairness.md"))]
    Fairness,
}

/// Which lead.
#[derive(Debug, Args)]
pub struct Why {
    /// The lead, by its id
    #[arg(value_name = "LEAD")]
    lead: String,
}

/// What is tried out.
#[derive(Debug, Args)]
pub struct Preview {
    /// The lead, by its id; without one only the values that are set are known
    #[arg(long, value_name = "LEAD")]
    lead: Option<String>,
    /// A field of the lead that is something else
    #[arg(long, value_name = "FIELD=VALUE", value_parser = field)]
    set: Vec<(String, FieldValue)>,
}

fn field(text: &str) -> Result<(String, FieldValue), String> {
    let (name, value) = text.split_once('=').ok_or("write it as field=value")?;
    Ok((name.trim().to_owned(), value_of(value)))
}

/// Answers.
///
/// # Errors
/// When the lead is not there, nothing routes, or the database cannot be read.
pub fn run(command: Command, place: &Place, now: Timestamp) -> Result<Answer, Failure> {
    let engine = place.open(now)?;
    let people = admitted(&engine)?;
    match command {
        Command::Why(args) => why(&engine, &LeadId(args.lead), &people),
        Command::Preview(args) => {
            let fields = args.set.into_iter().collect();
            let preview = TryOut { lead: args.lead.map(LeadId), fields };
            let tried = engine.preview_routing(&preview, now)?;
            let json = json!({ "version": tried.in_force.version, "routed": tried.routed,
                               "seen": tried.seen });
            Ok(Answer::new(words(&tried.routed, &people).join("\n"), json))
        }
        Command::Fairness => fairness(&engine, &people, now),
    }
}

fn why(engine: &Engine, lead: &LeadId, people: &[Known]) -> Result<Answer, Failure> {
    let found: Option<Vec<Entry>> = engine.read::<_, StoreError>(|reader| {
        if reader.lead(lead)?.is_none() {
            return Ok(None);
        }
        reader.facts_of(&format!("lead/{lead}")).map(Some)
    })?;
    let facts = found.ok_or_else(|| Failure::not_found(format!("there is no lead {lead}")))?;
    let (mut text, mut all) = (Vec::new(), Vec::new());
    let mut same = true;
    for entry in facts.iter().rev() {
        let Fact::LeadRouted(fact) = entry.fact() else { continue };
        let is_same = engine.replay_routing(fact)?.is_some_and(|again| again.is_same());
        same &= is_same;
        text.push(head(entry, fact, is_same));
        text.extend(words(&fact.routed, people));
        all.push(json!({ "fact": entry.no, "at": entry.happened_at(), "routing": fact,
                         "same_again": is_same }));
    }
    if all.is_empty() {
        text.push("No route of the Agreement gave this lead to anybody.".to_owned());
    }
    let mut answer = Answer::new(text.join("\n"), json!({ "lead": lead, "routings": all }));
    answer.code = if same { 0 } else { Kind::Integrity.code() };
    Ok(answer)
}

fn head(entry: &Entry, fact: &LeadRouted, is_same: bool) -> String {
    let again = if is_same { "the same again" } else { "NOT the same again" };
    format!(
        "{}, fact {}, clause {} of version {}, {again}",
        entry.happened_at(),
        entry.no,
        fact.because.clause,
        fact.because.version
    )
}

/// What came of a routing, a line for each route and for each who was passed over.
fn words(routed: &Routed, people: &[Known]) -> Vec<String> {
    let to = match &routed.to {
        Some(to) => format!("goes to {}", name_of(people, to)),
        None => "waits, because nobody can take it now".to_owned(),
    };
    let mut lines = vec![to];
    for (tried, place) in routed.tried.iter().zip(1..) {
        lines.push(format!("  {place}. {}: {}", tried.route, tried.outcome.words()));
        let passed = tried.passed_over.iter();
        lines.extend(passed.map(|passed| format!("       {} {}", passed.who, passed.why.words())));
    }
    lines
}

fn fairness(engine: &Engine, people: &[Known], now: Timestamp) -> Result<Answer, Failure> {
    let reports = engine.routing_fairness(now)?;
    let (mut text, mut pools, mut reproduced) = (Vec::new(), Vec::new(), true);
    for report in &reports {
        reproduced &= report.members.iter().all(MemberReport::is_reproduced);
        text.push(format!("Pool {}", report.pool.id));
        let heads = ["who", "weight", "received", "credited back", "lifted", "counts", "entries"];
        let rows = report.members.iter().map(|member| row(member, people));
        text.push(table(&heads, rows.collect()));
        let members: Vec<Value> = report.members.iter().map(of_member).collect();
        pools.push(json!({ "pool": report.pool.id, "catch_up": report.pool.catch_up,
                           "only_in_hours": report.pool.only_in_hours, "members": members }));
    }
    if reports.is_empty() {
        text.push("The Agreement in force has no pool.".to_owned());
    }
    let mut answer = Answer::new(text.join("\n"), json!({ "pools": pools }));
    answer.code = if reproduced { 0 } else { Kind::Integrity.code() };
    Ok(answer)
}

fn row(member: &MemberReport, people: &[Known]) -> Vec<String> {
    let level = member.level;
    let name = member.user.as_ref().map_or_else(|| member.who.clone(), |u| name_of(people, u));
    let entries = if member.is_reproduced() { "add up" } else { "do not add up" };
    vec![
        name,
        member.weight.to_string(),
        level.received.to_string(),
        level.credited_back.to_string(),
        level.lifted.to_string(),
        level.counts().to_string(),
        entries.to_owned(),
    ]
}

fn of_member(member: &MemberReport) -> Value {
    json!({
        "who": member.who,
        "user": member.user,
        "weight": member.weight,
        "cap_day": member.cap_day,
        "cap_open": member.cap_open,
        "cap_late": member.cap_late,
        "received": member.level.received,
        "credited_back": member.level.credited_back,
        "lifted": member.level.lifted,
        "counts": member.level.counts(),
        "from_entries": member.from_entries.counts(),
        "deactivated": member.deactivated,
        "away_until": member.away_until,
    })
}
