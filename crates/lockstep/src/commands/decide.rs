//! `lockstep decide`: what follows from facts in a file under an Agreement in a folder. No database,
//! no signature, and the very function that decides live.

mod facts;
mod json;
mod words;

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, BufRead, BufReader},
    path::PathBuf,
};

use clap::Args as ClapArgs;
use domain::{
    agreement::{Agreement, History},
    clock::Reading,
    decision,
    fact::{Entry, Fact},
    ids::{FactNo, LeadId},
    lead::{Lead, LeadHistory},
    qualification::{Assessment, Qualification, assess, qualifications},
    service_level::{End, LeadClock, clocks},
};
use jiff::Timestamp;

use crate::{
    failure::Failure,
    output::{Answer, count},
    when,
};

use super::agreement::read_folder;
use facts::Facts;

/// What `decide` is told.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The folder with the Agreement's TOML files
    #[arg(long, value_name = "DIR")]
    pub agreement: PathBuf,
    /// Facts, one JSON object a line; - for stdin
    #[arg(long, value_name = "FILE.jsonl|-")]
    pub facts: String,
    /// The instant of the question: `now`, a date or an instant; later facts do not count
    #[arg(long, value_name = "WHEN", default_value = "now")]
    pub as_of: String,
    /// Pass over lines that are no facts, and list them
    #[arg(long)]
    pub skip_bad: bool,
}

/// What follows for one lead.
struct OfLead {
    lead: LeadId,
    /// The lead as its facts and decisions leave it.
    state: Lead,
    /// Every decision, in the order in which they happened.
    decisions: Vec<Entry>,
    /// Every qualification, with its workings.
    qualified: Vec<Qualification>,
    /// Each definition's workings as of the instant of the question.
    assessments: Vec<Assessment>,
    clocks: Vec<ClockRead>,
}

/// A clock and how it stands.
struct ClockRead {
    clock: LeadClock,
    /// As if it never rested: with what it began.
    at_start: Reading,
    reading: Reading,
    end: Option<End>,
}

impl OfLead {
    /// The workings behind a decision, where it is a qualification.
    fn workings(&self, decision: &Entry) -> Option<&Qualification> {
        let Fact::LeadQualified(fact) = decision.fact() else { return None };
        self.qualified
            .iter()
            .find(|q| q.stamp.definition == fact.definition && q.times == fact.times)
    }

    /// The times that the lead met a definition, oldest first.
    fn times_of<'a>(&'a self, definition: &'a str) -> impl Iterator<Item = &'a Qualification> {
        self.qualified.iter().filter(move |q| q.stamp.definition == definition)
    }
}

/// The whole answer.
struct Decided {
    as_of: Timestamp,
    hash: String,
    agreement: std::sync::Arc<Agreement>,
    leads: Vec<OfLead>,
    facts: Facts,
}

/// Runs `decide`.
///
/// # Errors
/// Mistakes in the Agreement; lines that are no facts, unless they are to be passed over.
pub fn run(args: &Args, now: Timestamp) -> Result<Answer, Failure> {
    let (text, agreement) = read_folder(&args.agreement)?;
    let as_of = when::read(&args.as_of, &agreement.zone, now)?;
    let mut lines = open(&args.facts)?;
    let facts = Facts::read(&mut lines, as_of)
        .map_err(|error| Failure::io(&format!("read {}", args.facts), &error))?;
    if !args.skip_bad && !facts.bad.is_empty() {
        return Err(bad_lines(&facts));
    }
    let decided = follow(facts, agreement, text.hash(), as_of)?;
    Ok(Answer::new(words::of(&decided), json::of(&decided)))
}

fn open(facts: &str) -> Result<Box<dyn BufRead>, Failure> {
    if facts == "-" {
        return Ok(Box::new(io::stdin().lock()));
    }
    let file = File::open(facts).map_err(|error| {
        Failure::io(&format!("open {facts}"), &error)
            .advise("Name a file of facts, one JSON object a line, or - for stdin.")
    })?;
    Ok(Box::new(BufReader::new(file)))
}

fn bad_lines(facts: &Facts) -> Failure {
    let what = match facts.bad.len() {
        1 => "1 line is no fact".to_owned(),
        n => format!("{n} lines are no facts"),
    };
    Failure::refused(what)
        .lines(facts.bad.iter().map(|bad| format!("  line {}: {}", bad.line, bad.what)).collect())
        .detail("bad_lines", json::bad_lines(&facts.bad))
        .advise("Mend them, or pass over them with --skip-bad.")
}

/// What follows for every lead, by id. Decisions are numbered after the last line.
fn follow(
    mut facts: Facts,
    agreement: Agreement,
    hash: String,
    as_of: Timestamp,
) -> Result<Decided, Failure> {
    let agreements = History::always(agreement, hash.clone());
    let agreement = agreements.0[0].agreement.clone();
    let mut last = facts.last;
    let mut leads = Vec::new();
    for (lead, entries) in std::mem::take(&mut facts.leads) {
        let history = facts.with_account(&lead, entries);
        leads.push(follow_lead(lead, history, &agreements, &facts, as_of, &mut last)?);
    }
    Ok(Decided { as_of, hash, agreement, leads, facts })
}

fn follow_lead(
    lead: LeadId,
    mut history: LeadHistory,
    agreements: &History,
    facts: &Facts,
    as_of: Timestamp,
    last: &mut i64,
) -> Result<OfLead, Failure> {
    let mut decisions: Vec<Entry> = Vec::new();
    let mut keys = BTreeSet::new();
    let people = &facts.people;
    decision::decide::<Failure>(history.clone(), agreements, people, as_of, |told| {
        if !keys.insert(told.key.clone()) {
            return Ok(None);
        }
        *last += 1;
        let entry = Entry { no: FactNo(*last), recorded_at: as_of, told };
        decisions.push(entry.clone());
        Ok(Some(entry))
    })?;
    decisions.iter().cloned().for_each(|entry| history.add(entry));
    decisions.sort_by_key(|entry| (entry.happened_at(), entry.no));
    let agreement = &agreements.0[0].agreement;
    let mut read = Vec::new();
    for clock in clocks(&history, agreements, people, as_of) {
        let (at_start, reading) = (clock.read_at_start()?, clock.read(as_of)?);
        let end = clock.end(as_of)?;
        read.push(ClockRead { clock, at_start, reading, end });
    }
    let ids = || agreement.definitions.iter().map(|definition| definition.id.as_str());
    Ok(OfLead {
        state: history.as_of(as_of, Some(agreement)),
        decisions,
        qualified: ids().flat_map(|id| qualifications(&history, agreements, id, as_of)).collect(),
        assessments: ids().filter_map(|id| assess(&history, agreements, id, as_of)).collect(),
        clocks: read,
        lead,
    })
}

/// `3 lines told a fact a second time`, and what else was read and not used.
fn notes(facts: &Facts) -> Vec<String> {
    let mut notes = Vec::new();
    if facts.twice > 0 {
        notes
            .push(format!("{} told again what an earlier line tells.", count(facts.twice, "line")));
    }
    if facts.unused > 0 {
        notes.push(format!(
            "{} about things that decide nothing here.",
            count(facts.unused, "fact")
        ));
    }
    for bad in &facts.bad {
        notes.push(format!("Line {} was passed over: {}.", bad.line, bad.what));
    }
    notes
}

#[cfg(test)]
mod tests;
