//! `lockstep leads`: which leads may be of one person, and what is made of it; and what would follow for
//! a lead if something were otherwise.

mod what_if;

use clap::{Args, Subcommand};
use domain::ids::LeadId;
use engine::{Engine, identity::duplicates};
use jiff::Timestamp;
use serde_json::json;

use crate::{
    failure::Failure,
    output::{Answer, count, table},
    place::Place,
};

/// What to do about leads.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List leads that may be of one person
    #[command(long_about = include_str!("leads/duplicates.md"))]
    Duplicates,
    /// Merge a lead into another, which goes on
    #[command(long_about = include_str!("leads/merge.md"))]
    Merge(Merging),
    /// Make two leads again of what was merged
    #[command(long_about = include_str!("leads/unmerge.md"))]
    Unmerge(Two),
    /// Say that two leads are two persons
    #[command(long_about = include_str!("leads/apart.md"))]
    Apart(Two),
    /// Say what would follow for leads with other values, or under another text
    #[command(long_about = include_str!("leads/what_if.md"))]
    WhatIf(what_if::Args),
}

/// Which two leads.
#[derive(Debug, Args)]
pub struct Two {
    /// The lead that goes on, by its id
    #[arg(value_name = "LEAD")]
    lead: String,
    /// The other, by its id
    #[arg(value_name = "OTHER")]
    other: String,
}

/// Two leads, and what the one that goes on takes over.
#[derive(Debug, Args)]
pub struct Merging {
    #[command(flatten)]
    two: Two,
    /// Take this field over from the other, where both say something else; once for each field
    #[arg(long, value_name = "FIELD")]
    take: Vec<String>,
}

/// Does it.
///
/// # Errors
/// When a rule says no, or the database cannot be used.
pub fn run(command: Command, place: &Place, now: Timestamp) -> Result<Answer, Failure> {
    let engine = place.open(now)?;
    let ids = |two: Two| (LeadId(two.lead), LeadId(two.other));
    match command {
        Command::Duplicates => found(&engine),
        Command::Merge(Merging { two, take }) => {
            let (lead, other) = ids(two);
            let takes = take.into_iter().collect();
            engine.merge_leads(None, (lead.clone(), other.clone()), takes, now)?;
            Ok(Answer::new(
                format!(
                    "{other} goes on as {lead}. `lockstep leads unmerge {lead} {other}` undoes it."
                ),
                json!({ "lead": lead, "merged": other }),
            ))
        }
        Command::Unmerge(two) => {
            let (lead, other) = ids(two);
            engine.unmerge_leads(None, lead.clone(), other.clone(), now)?;
            Ok(Answer::new(
                format!("{lead} and {other} are two leads again."),
                json!({ "lead": lead, "unmerged": other }),
            ))
        }
        Command::WhatIf(args) => what_if::run(&args, &engine, now),
        Command::Apart(two) => {
            let (lead, other) = ids(two);
            engine.tell_apart(None, lead.clone(), other.clone(), now)?;
            Ok(Answer::new(
                format!("{lead} and {other} are two persons."),
                json!({ "lead": lead, "apart_from": other }),
            ))
        }
    }
}

/// All pairs, page by page.
fn found(engine: &Engine) -> Result<Answer, Failure> {
    let (mut rows, mut pairs, mut after) = (Vec::new(), Vec::new(), None);
    loop {
        let looked_at = engine.read(|reader| duplicates(reader, after.as_ref()))?;
        for (lead, namesakes) in &looked_at.found {
            for namesake in namesakes {
                let (likely, evidence) = (namesake.likeness.tier.words(), &namesake.likeness);
                let (other, evidence) = (&namesake.lead, evidence.words());
                pairs.push(json!({ "lead": lead, "other": other, "likely": likely,
                                   "evidence": evidence }));
                rows.push(vec![lead.to_string(), other.to_string(), likely.to_owned(), evidence]);
            }
        }
        after = looked_at.last;
        if after.is_none() {
            break;
        }
    }
    let text = match rows.is_empty() {
        true => "No two leads look like one person.".to_owned(),
        false => {
            let n = count(rows.len(), "pair");
            format!("{}\n{n}", table(&["lead", "other", "how likely", "what says so"], rows))
        }
    };
    Ok(Answer::new(text, json!({ "pairs": pairs })))
}
