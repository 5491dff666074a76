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
    sync::Arc,
};

use clap::Args as ClapArgs;
use domain::{
    agreement::{Agreement, History},
    clock::Reading,
    decision,
    fact::{Entry, Fact},
    ids::{FactNo, LeadId, OpportunityId, Subject, SubjectKind},
    lead::{Lead, LeadHistory, in_order},
    opportunity::Opportunity,
    qualification::{Assessment, Qualification, assess, qualifications},
    service_level::{End, ServiceClock, clocks},
    standing::Standing,
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

/// What follows for one opportunity.
struct OfOpportunity {
    opportunity: OpportunityId,
    /// The opportunity as its facts leave it.
    state: Opportunity,
    /// Every decision, in the order in which they happened.
    decisions: Vec<Entry>,
    clocks: Vec<ClockRead>,
}

/// A clock and how it stands.
struct ClockRead {
    clock: ServiceClock,
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
    opportunities: Vec<OfOpportunity>,
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

/// What follows for every lead and then every opportunity, by id. Decisions are numbered after the
/// last line.
fn follow(
    mut facts: Facts,
    agreement: Agreement,
    hash: String,
    as_of: Timestamp,
) -> Result<Decided, Failure> {
    let agreements = History::always(agreement, hash.clone());
    let agreement = agreements.0[0].agreement.clone();
    // Leads come first: their decisions are seen with their opportunities.
    let (leads, opportunities): (Vec<Subject>, Vec<Subject>) =
        facts.subjects().into_iter().partition(|subject| subject.lead().is_some());
    let is_silent = !agreement.watches_opportunities();
    let told_of = |subject: &Subject| facts.about.get(&subject.to_string()).map_or(0, Vec::len);
    let unused: usize = opportunities.iter().filter(|_| is_silent).map(told_of).sum();
    facts.unused += unused;
    let mut deciding = Deciding { agreements, facts, as_of };
    let leads = leads.iter().filter_map(Subject::lead);
    let leads = leads.map(|lead| deciding.lead(lead)).collect::<Result<_, Failure>>()?;
    let opportunities = opportunities.iter().filter(|_| !is_silent);
    let opportunities = opportunities.filter_map(Subject::opportunity);
    let opportunities =
        opportunities.map(|found| deciding.opportunity(found)).collect::<Result<_, Failure>>()?;
    Ok(Decided { as_of, hash, agreement, leads, opportunities, facts: deciding.facts })
}

/// What deciding goes by.
struct Deciding {
    agreements: History,
    facts: Facts,
    as_of: Timestamp,
}

impl Deciding {
    fn lead(&mut self, lead: &LeadId) -> Result<OfLead, Failure> {
        let subject = Subject::Lead(lead.clone());
        let decisions = self.decide(&subject)?;
        let history = LeadHistory::new(lead.clone(), self.facts.gathered(&subject));
        let (agreements, as_of) = (&self.agreements, self.as_of);
        let agreement = &agreements.0[0].agreement;
        let ids = || agreement.definitions.iter().map(|definition| definition.id.as_str());
        let qualified = ids().flat_map(|id| qualifications(&history, agreements, id, as_of));
        Ok(OfLead {
            lead: lead.clone(),
            state: history.as_of(as_of, Some(agreement)),
            decisions,
            qualified: qualified.collect(),
            assessments: ids().filter_map(|id| assess(&history, agreements, id, as_of)).collect(),
            clocks: self.clocks(&subject, history.until(as_of))?,
        })
    }

    fn opportunity(&mut self, opportunity: &OpportunityId) -> Result<OfOpportunity, Failure> {
        let subject = Subject::Opportunity(opportunity.clone());
        let decisions = self.decide(&subject)?;
        let entries = in_order(self.facts.gathered(&subject));
        let end = entries.partition_point(|entry| entry.happened_at() <= self.as_of);
        let entries = &entries[..end];
        let mut standing = Standing::before(SubjectKind::Opportunity, entries);
        for entry in entries {
            standing.apply(entry, Some(&self.agreements.0[0].agreement));
        }
        Ok(OfOpportunity {
            opportunity: opportunity.clone(),
            state: standing.opportunity.unwrap_or_default(),
            decisions,
            clocks: self.clocks(&subject, entries)?,
        })
    }

    /// Lays every decision about a subject to its facts, and gives them in the order in which they
    /// happened.
    fn decide(&mut self, subject: &Subject) -> Result<Vec<Entry>, Failure> {
        let mut decisions: Vec<Entry> = Vec::new();
        let mut keys = BTreeSet::new();
        let (told, as_of) = (self.facts.gathered(subject), self.as_of);
        let (last, people) = (&mut self.facts.last, &self.facts.people);
        decision::decide::<Failure>(subject, told, &self.agreements, people, as_of, |told| {
            if !keys.insert(told.key.clone()) {
                return Ok(None);
            }
            *last += 1;
            let entry = Entry { no: FactNo(*last), recorded_at: as_of, told };
            decisions.push(entry.clone());
            Ok(Some(entry))
        })?;
        decisions.iter().cloned().for_each(|decision| self.facts.lay(decision));
        decisions.sort_by_key(|entry| (entry.happened_at(), entry.no));
        Ok(decisions)
    }

    fn clocks(&self, subject: &Subject, entries: &[Arc<Entry>]) -> Result<Vec<ClockRead>, Failure> {
        let found = clocks(subject, entries, &self.agreements, &self.facts.people, self.as_of)?;
        let read = |clock: ServiceClock| {
            let (at_start, reading) = (clock.read_at_start()?, clock.read(self.as_of)?);
            let end = clock.end(self.as_of)?;
            Ok(ClockRead { clock, at_start, reading, end })
        };
        found.into_iter().map(read).collect()
    }
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
