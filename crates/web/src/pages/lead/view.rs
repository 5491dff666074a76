//! Fills the page of one lead.

use std::collections::BTreeMap;

use domain::{
    agreement::InForce,
    fact::{Entry, Fact},
    ids::{FactNo, LeadId},
    qualification::{Assessment, assess, qualifications},
    service_level::clocks,
};
use engine::{
    Engine,
    lead::{history_of, working_hours},
};
use jiff::Timestamp;
use store::{Reader, read::LeadRow};

use super::{
    clock::{self, Quoted},
    known::Known,
    score,
};
use crate::{
    failure::Failure,
    layout::Because,
    markup::Markup,
    names::{Names, fact_href},
    sentence::sentence,
    show::{LocalTime, count, figure, points, stage, working},
};

/// Facts of the history on one page.
const FACTS: usize = 100;

/// What is asked for.
pub(super) struct Wanted {
    pub(super) lead: LeadId,
    pub(super) because: String,
    pub(super) as_of: Timestamp,
    pub(super) skip: usize,
    pub(super) reach: bool,
    pub(super) here: String,
}

/// The page's matter.
pub(super) struct View {
    pub(super) name: String,
    pub(super) what: String,
    pub(super) kv: Vec<(&'static str, Markup)>,
    pub(super) fields: Vec<(String, String)>,
    pub(super) clocks: Vec<clock::Shown>,
    pub(super) agreed: Vec<Quoted>,
    pub(super) scores: Vec<score::Shown>,
    pub(super) as_of: Markup,
    pub(super) stamps: Vec<Stamp>,
    pub(super) handoffs: Vec<Handoff>,
    pub(super) facts: u64,
    pub(super) since: Markup,
    pub(super) history: Vec<Told>,
    pub(super) older: Option<usize>,
}

/// A qualification, with its points as they were stamped.
pub(super) struct Stamp {
    pub(super) at: Markup,
    pub(super) total: Markup,
    pub(super) status: Markup,
    pub(super) version: u32,
}

/// A handoff and its answer.
pub(super) struct Handoff {
    pub(super) at: Markup,
    pub(super) to: Markup,
    pub(super) answer: String,
    pub(super) href: String,
}

/// A line of the history.
pub(super) struct Told {
    pub(super) at: Markup,
    pub(super) glyph: Markup,
    pub(super) words: String,
    pub(super) no: Markup,
}

pub(super) fn viewed(
    engine: &Engine,
    wanted: &Wanted,
    time: &LocalTime,
) -> Result<(View, Option<Because>), Failure> {
    let agreements = engine.agreements()?;
    engine.read(|reader| {
        let lead = reader.lead(&wanted.lead)?.ok_or(Failure::Absent)?;
        let in_force = agreements.at(time.now()).map(|version| &*version.agreement);
        let names = Names::new(reader, wanted.reach).with_words_of(in_force);
        let history = history_of(reader, &wanted.lead)?;
        let people = working_hours(reader)?;
        let all = clocks(&history, &agreements, &people, time.now());
        let entries = history.until(Timestamp::MAX).iter();
        let entries: BTreeMap<FactNo, Entry> =
            entries.map(|entry| (entry.no, Entry::clone(entry))).collect();
        let known = Known {
            reader,
            names: &names,
            time,
            agreements: &agreements,
            history: &history,
            clocks: &all,
            entries: &entries,
            as_of: wanted.as_of,
            here: &wanted.here,
        };
        let view = view(&known, &lead, wanted)?;
        let because = because(&known, &wanted.because)?;
        Ok((view, because))
    })
}

fn view(known: &Known<'_, '_>, lead: &LeadRow, wanted: &Wanted) -> Result<View, Failure> {
    let scores = assessments(known);
    let scores = scores.iter().map(|score| score::shown(known, score));
    let shown = known.clocks.iter().rev().map(|clock| clock::shown(known, clock));
    let mut shown: Vec<clock::Shown> = shown.collect::<Result<_, Failure>>()?;
    shown.sort_by_key(|clock| !clock.running);
    let mut history: Vec<&Entry> = known.entries.values().collect();
    history.sort_by_key(|entry| std::cmp::Reverse((entry.happened_at(), entry.no)));
    let older = (history.len() > wanted.skip + FACTS).then_some(wanted.skip + FACTS);
    let since = history.last().map(|first| known.time.day_of(first.happened_at()));
    let told = history.iter().skip(wanted.skip).take(FACTS).map(|entry| told(known, entry));
    Ok(View {
        name: known.names.lead(&lead.id)?,
        what: what(known, lead)?,
        kv: who(known, lead)?,
        fields: lead
            .fields
            .iter()
            .map(|(name, value)| (name.replace('_', " "), value.to_string()))
            .collect(),
        clocks: shown,
        agreed: agreed(known),
        scores: scores.collect::<Result<_, Failure>>()?,
        as_of: known.time.instant(known.as_of),
        stamps: stamps(known, lead)?,
        handoffs: handoffs(known, known.reader, lead)?,
        facts: known.entries.len() as u64,
        since: since.unwrap_or_default(),
        history: told.collect::<Result<_, Failure>>()?,
        older,
    })
}

/// The score under each definition in force at the instant asked for.
fn assessments(known: &Known<'_, '_>) -> Vec<Assessment> {
    let Some(in_force) = known.agreements.at(known.as_of) else { return Vec::new() };
    let definitions = in_force.agreement.definitions.iter();
    definitions
        .filter_map(|d| assess(known.history, known.agreements, &d.id, known.as_of))
        .collect()
}

fn agreed(known: &Known<'_, '_>) -> Vec<Quoted> {
    let now = known.time.now();
    let running = known.clocks.iter().filter(|c| crate::pages::leads::row::is_running(c, now));
    let mut quoted: Vec<Quoted> = running.map(clock::quoted).collect();
    quoted.dedup_by(|a, b| a.href == b.href);
    if quoted.is_empty() {
        quoted.extend(known.clocks.last().map(clock::quoted));
    }
    quoted
}

fn what(known: &Known<'_, '_>, lead: &LeadRow) -> Result<String, Failure> {
    let title = lead.fields.get("title").and_then(|title| title.text()).map(str::to_owned);
    let account = lead.account.as_ref().map(|id| known.names.account(id)).transpose()?;
    let country = lead.fields.get("country").and_then(|country| country.text()).map(str::to_owned);
    let parts: Vec<String> = title.into_iter().chain(account).chain(country).collect();
    Ok(parts.join(", "))
}

fn who(known: &Known<'_, '_>, lead: &LeadRow) -> Result<Vec<(&'static str, Markup)>, Failure> {
    let since = |at: Option<Timestamp>| match at {
        Some(at) => Markup::text(" since ").and(known.time.instant(at)),
        None => Markup::new(),
    };
    let mut kv = Vec::new();
    if let Some(status) = &lead.status {
        kv.push(("Stage", stage(status).and(since(lead.status_since))));
    }
    let owner = known.names.owner(lead.owner.as_ref())?;
    kv.push(("Owner", owner.and(since(lead.owner_since))));
    if let Some(source) = &lead.source {
        kv.push(("Source", Markup::text(source)));
    }
    if let Some(person) = known.names.lead_person(&lead.id)? {
        let ways =
            [person.email, person.phone].into_iter().flatten().chain(person.other.into_values());
        let ways: Vec<String> = ways.collect();
        if !ways.is_empty() {
            kv.push(("Reach", Markup::text(ways.join(" · "))));
        }
    }
    kv.push(("Id", Markup::text(lead.id.as_str())));
    Ok(kv)
}

fn stamps(known: &Known<'_, '_>, lead: &LeadRow) -> Result<Vec<Stamp>, Failure> {
    let mut stamps = Vec::new();
    for row in known.reader.qualifications_of(&lead.id)?.into_iter().rev() {
        let workings = known.because(&format!("qualified-{}", row.by_fact));
        stamps.push(Stamp {
            at: known.time.instant(row.at),
            total: figure(points(row.total), &workings),
            status: stage(&row.status),
            version: row.version.0,
        });
    }
    Ok(stamps)
}

fn handoffs(
    known: &Known<'_, '_>,
    reader: &Reader<'_>,
    lead: &LeadRow,
) -> Result<Vec<Handoff>, Failure> {
    let mut shown = Vec::new();
    for row in reader.handoffs_of(&lead.id)?.into_iter().rev() {
        let answer = match row.answer {
            None => "no answer yet".to_owned(),
            Some(answer) => {
                let took = row.delivered_at.zip(row.answered_at);
                let took = took.map(|(from, to)| {
                    format!(" after {} on the wall", working(from.duration_until(to).as_secs()))
                });
                let reason = row.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
                format!("{}{}{reason}", answer.word(), took.unwrap_or_default())
            }
        };
        let fact = row.answer_fact.or(row.by_fact).unwrap_or(row.last_fact);
        shown.push(Handoff {
            at: row.delivered_at.map(|at| known.time.instant(at)).unwrap_or_default(),
            to: known.names.owner(row.owner.as_ref())?,
            answer,
            href: fact_href(fact),
        });
    }
    Ok(shown)
}

fn told(known: &Known<'_, '_>, entry: &Entry) -> Result<Told, Failure> {
    let said = sentence(entry, known.names, known.time)?;
    Ok(Told {
        at: known.time.near(entry.happened_at()),
        glyph: said.glyph,
        words: said.words,
        no: figure(count(entry.no.0.unsigned_abs()), &fact_href(entry.no)),
    })
}

/// The drawer that is asked for; an address that names none of this lead's figures opens none.
fn because(known: &Known<'_, '_>, key: &str) -> Result<Option<Because>, Failure> {
    let Some((kind, of)) = key.split_once('-') else { return Ok(None) };
    match kind {
        "clock" => match known
            .clocks
            .iter()
            .find(|clock| clock.start_fact.to_string() == of || clock.id.to_string() == of)
        {
            Some(found) => clock::because(known, found).map(Some),
            None => Ok(None),
        },
        "score" => scored(known, of, None),
        "part" => match of.split_once('.') {
            Some((definition, part)) => scored(known, definition, Some(part)),
            None => Ok(None),
        },
        "qualified" => stamped(known, of),
        _ => Ok(None),
    }
}

fn scored(
    known: &Known<'_, '_>,
    definition: &str,
    part: Option<&str>,
) -> Result<Option<Because>, Failure> {
    let score = assess(known.history, known.agreements, definition, known.as_of);
    let Some((score, in_force)) = score.and_then(|s| Some((s.clone(), version(known, &s)?))) else {
        return Ok(None);
    };
    let named = part.and_then(|part| score.components.iter().find(|c| c.id == part));
    let answer = match named {
        Some(part) => {
            let label = part.label.split(':').next().unwrap_or(&part.label);
            format!("{label} is {} because", points(part.points))
        }
        None => format!("The score is {} because", points(score.total)),
    };
    score::because(known, in_force, &score, named.map(|part| part.id.as_str()), answer).map(Some)
}

fn version<'a>(known: &'a Known<'_, '_>, score: &Assessment) -> Option<&'a InForce> {
    known.agreements.version(score.version)
}

/// The workings at the instant of a qualification, as they were stamped.
fn stamped(known: &Known<'_, '_>, fact: &str) -> Result<Option<Because>, Failure> {
    let no = fact.parse().map(FactNo).ok();
    let Some(entry) = no.and_then(|no| known.entries.get(&no)) else { return Ok(None) };
    let Fact::LeadQualified(qualified) = entry.fact() else { return Ok(None) };
    let at = entry.happened_at();
    let all = qualifications(known.history, known.agreements, &qualified.definition, at);
    let found = all.into_iter().find(|found| found.times == qualified.times);
    let Some(found) = found else { return Ok(None) };
    let Some(in_force) = version(known, &found.stamp) else { return Ok(None) };
    let answer =
        format!("Qualified as {} with {} because", qualified.status, points(qualified.total));
    let mut because = score::because(known, in_force, &found.stamp, None, answer)?;
    because.next = Some(format!(
        "Nothing: these points were stamped by fact {} and are never altered.",
        entry.no
    ));
    Ok(Some(because))
}
