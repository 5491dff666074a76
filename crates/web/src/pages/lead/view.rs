//! Fills the page of one lead.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    agreement::{History, InForce},
    fact::{Entry, Fact},
    handing_over::{NotHanded, way},
    ids::{FactNo, LeadId},
    lead::LeadHistory,
    owned::Owned,
    qualification::{Assessment, assess, qualifications},
    service_level::{ServiceClock, clocks},
};
use engine::{
    Engine,
    access::Actor,
    identity::namesakes,
    lead::{history_of, working_hours},
};
use jiff::Timestamp;
use store::{
    Reader,
    read::{HandoffRow, LeadRow},
};

use super::{
    account::{Matched, matched},
    like::like,
    score,
};
use crate::{
    failure::Failure,
    layout::Because,
    markup::{Markup, element},
    names::{Names, account_href, encoded, fact_href, lead_href},
    pages::{
        correct::reported,
        duplicates::Group,
        handoff::{handoff_href, may_answer},
        merging::{Merged, merged_with},
    },
    show::{LocalTime, figure, points, stage, working},
    workings::{
        Known, Reported, Told,
        clock::{self, Quoted},
    },
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
    pub(super) actor: Actor,
    pub(super) may_assign: bool,
    pub(super) may_correct: bool,
    pub(super) here: String,
}

/// The page's matter.
pub(super) struct View {
    pub(super) name: String,
    pub(super) what: String,
    pub(super) kv: Vec<(&'static str, Markup)>,
    pub(super) fields: Vec<Reported>,
    /// The account of which it may be, where it names none.
    pub(super) matched: Option<Matched>,
    pub(super) clocks: Vec<clock::Shown>,
    pub(super) agreed: Vec<Quoted>,
    pub(super) scores: Vec<score::Shown>,
    pub(super) as_of: Markup,
    pub(super) stamps: Vec<Stamp>,
    pub(super) handoffs: Vec<Handoff>,
    /// The handoff that waits for its answer.
    pub(super) open: Option<Open>,
    /// Why it was not handed over when it last could have been.
    pub(super) not_handed: Option<String>,
    /// The leads that were merged into it.
    pub(super) merged: Vec<Merged>,
    /// Who may be the same person, for whoever may know who they are.
    pub(super) same: Group,
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

/// A handoff that waits.
pub(super) struct Open {
    pub(super) href: String,
    pub(super) due: Markup,
    pub(super) is_late: bool,
    pub(super) may_answer: bool,
}

/// A handoff and its answer.
pub(super) struct Handoff {
    /// Its own page.
    pub(super) page: String,
    pub(super) at: Markup,
    pub(super) to: Markup,
    pub(super) answer: String,
    /// `: No project this year`, where a reason was given.
    pub(super) reason: String,
    pub(super) href: String,
}

/// What is known, and what follows from it for this lead.
struct Matter<'a, 'r> {
    known: Known<'a, 'r>,
    agreements: &'a History,
    history: &'a LeadHistory,
    clocks: &'a [ServiceClock],
    /// The instant for which points are shown.
    as_of: Timestamp,
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
        let all = clocks(
            &history.subject(),
            history.until(time.now()),
            &agreements,
            &people,
            time.now(),
        )?;
        let told = history.seen(Timestamp::MAX, Timestamp::MAX);
        let mut entries: BTreeMap<FactNo, Arc<Entry>> =
            told.iter().map(|entry| (entry.no, entry.clone())).collect();
        // What holds no more is shown by what took it back.
        let back = reader.withdrawals_of(&history.subject().to_string(), FactNo(0))?;
        entries.extend(back.into_iter().map(|entry| (entry.no, Arc::new(entry))));
        let known = Known { reader, names: &names, time, entries: &entries, here: &wanted.here };
        let matter = Matter {
            known,
            agreements: &agreements,
            history: &history,
            clocks: &all,
            as_of: wanted.as_of,
        };
        let view = view(&matter, &lead, wanted)?;
        let because = because(&matter, &wanted.because)?;
        Ok((view, because))
    })
}

fn view(matter: &Matter<'_, '_>, lead: &LeadRow, wanted: &Wanted) -> Result<View, Failure> {
    let scores = assessments(matter);
    let scores = scores.iter().map(|score| score::shown(&matter.known, score));
    let shown = matter.clocks.iter().rev().map(|clock| clock::shown(&matter.known, clock));
    let mut shown: Vec<clock::Shown> = shown.collect::<Result<_, Failure>>()?;
    shown.sort_by_key(|clock| !clock.running);
    let mut history: Vec<&Arc<Entry>> = matter.known.entries.values().collect();
    history.sort_by_key(|entry| std::cmp::Reverse((entry.happened_at(), entry.no)));
    let older = (history.len() > wanted.skip + FACTS).then_some(wanted.skip + FACTS);
    let since = history.last().map(|first| matter.known.time.day_of(first.happened_at()));
    let told = history.iter().skip(wanted.skip).take(FACTS).map(|entry| matter.known.told(entry));
    Ok(View {
        name: matter.known.names.lead(&lead.id)?,
        what: what(&matter.known, lead)?,
        kv: who(matter, lead, wanted.may_assign)?,
        fields: reported(&Owned::Lead(lead.id.clone()), &lead.fields, wanted.may_correct),
        matched: matched(&matter.known, lead, wanted.may_correct)?,
        clocks: shown,
        agreed: agreed(matter),
        scores: scores.collect::<Result<_, Failure>>()?,
        as_of: matter.known.time.instant(matter.as_of),
        stamps: stamps(&matter.known, lead)?,
        handoffs: handoffs(&matter.known, matter.known.reader, lead)?,
        open: open(&matter.known, matter.agreements, lead, &wanted.actor)?,
        not_handed: not_handed(matter),
        merged: merged_with(matter.known.reader, matter.known.names, matter.known.time, &lead.id)?,
        same: same(matter, lead, wanted.reach)?,
        facts: matter.known.entries.len() as u64,
        since: since.unwrap_or_default(),
        history: told.collect::<Result<_, Failure>>()?,
        older,
    })
}

/// Who may be the same person; nobody for those who may not know who anybody is.
fn same(matter: &Matter<'_, '_>, lead: &LeadRow, reach: bool) -> Result<Group, Failure> {
    let found = match reach {
        true => namesakes(matter.known.reader, &lead.id)?,
        false => Vec::new(),
    };
    Ok(Group::of(matter.known.names, &lead.id, &found)?)
}

/// The score under each definition in force at the instant asked for.
fn assessments(matter: &Matter<'_, '_>) -> Vec<Assessment> {
    let Some(in_force) = matter.agreements.at(matter.as_of) else { return Vec::new() };
    let definitions = in_force.agreement.definitions.iter();
    definitions
        .filter_map(|d| assess(matter.history, matter.agreements, &d.id, matter.as_of))
        .collect()
}

fn agreed(matter: &Matter<'_, '_>) -> Vec<Quoted> {
    let now = matter.known.time.now();
    let running = matter.clocks.iter().filter(|c| crate::pages::leads::row::is_running(c, now));
    let mut quoted: Vec<Quoted> = running.map(clock::quoted).collect();
    quoted.dedup_by(|a, b| a.href == b.href);
    if quoted.is_empty() {
        quoted.extend(matter.clocks.last().map(clock::quoted));
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

fn who(
    matter: &Matter<'_, '_>,
    lead: &LeadRow,
    may_assign: bool,
) -> Result<Vec<(&'static str, Markup)>, Failure> {
    let known = &matter.known;
    let since = |at: Option<Timestamp>| match at {
        Some(at) => Markup::text(" since ").and(known.time.instant(at)),
        None => Markup::new(),
    };
    let mut kv = Vec::new();
    if let Some(status) = &lead.status {
        kv.push(("Stage", stage(status).and(since(lead.status_since))));
    }
    let owner = known.names.owner(lead.owner.as_ref())?;
    let mut owner = owner.and(since(lead.owner_since));
    if may_assign {
        let href = format!("{}/owner", lead_href(&lead.id));
        owner = owner.and_text(" ").and(element("a").with("href", href).holding("Give to another"));
    }
    if let Some(why) = why_routed(known, lead)? {
        owner = owner.and_text(" ").and(why);
    }
    kv.push(("Owner", owner));
    if let Some(account) = &lead.account
        && known.reader.account(account)?.is_some()
    {
        kv.push(("Account", figure(known.names.account(account)?, &account_href(account))));
    }
    if let Some(source) = &lead.source {
        kv.push(("Source", Markup::text(source)));
    }
    let in_force = matter.agreements.at(known.time.now());
    if let Some(like) = in_force.map(|text| like(known, text, lead)).transpose()?.flatten() {
        kv.push(("Persona", like));
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

/// The way to why the lead went to whom it did, or why it waits, where routes decided that.
fn why_routed(known: &Known<'_, '_>, lead: &LeadRow) -> Result<Option<Markup>, Failure> {
    let routings = known.reader.routings_of(&lead.id)?;
    let Some(last) = routings.last() else { return Ok(None) };
    let words = match (&last.to, &lead.owner) {
        (Some(to), Some(owner)) if to == owner => {
            format!("Why {}?", known.names.user_name(owner)?)
        }
        (None, None) => "Why nobody yet?".to_owned(),
        _ => "How it was routed".to_owned(),
    };
    let href = format!("{}/routing", lead_href(&lead.id));
    Ok(Some(element("a").with("href", href).holding(words).into()))
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
                format!("{}{}", answer.word(), took.unwrap_or_default())
            }
        };
        let fact = row.answer_fact.or(row.by_fact).unwrap_or(row.last_fact);
        let href = match row.delivered_at.zip(row.answered_at) {
            Some(_) => known.because(&format!("handoff-{}", encoded(row.id.as_str()))),
            None => fact_href(fact),
        };
        shown.push(Handoff {
            page: handoff_href(&row.id),
            at: row.delivered_at.map(|at| known.time.instant(at)).unwrap_or_default(),
            to: known.names.owner(row.owner.as_ref())?,
            answer,
            reason: row.reason.map(|reason| format!(": {reason}")).unwrap_or_default(),
            href,
        });
    }
    Ok(shown)
}

/// The handoff that waits for its answer, and whether whoever looks may give it.
fn open(
    known: &Known<'_, '_>,
    agreements: &History,
    lead: &LeadRow,
    actor: &Actor,
) -> Result<Option<Open>, Failure> {
    let waits = |row: &HandoffRow| row.answer.is_none() && row.due_at.is_some();
    let Some(row) = known.reader.handoffs_of(&lead.id)?.into_iter().rfind(waits) else {
        return Ok(None);
    };
    let Some(due_at) = row.due_at else { return Ok(None) };
    Ok(Some(Open {
        href: handoff_href(&row.id),
        due: known.time.instant(due_at),
        is_late: due_at < known.time.now(),
        may_answer: may_answer(known.reader, agreements, &row, actor, known.time.now())?,
    }))
}

/// Why it was not handed over when it last entered the status that hands over.
fn not_handed(matter: &Matter<'_, '_>) -> Option<String> {
    let now = matter.known.time.now();
    let (_, why) = way(matter.history.until(now), matter.agreements).not_handed?;
    (why != NotHanded::WaitsAlready).then(|| why.words())
}

/// The drawer that is asked for; an address that names none of this lead's figures opens none.
fn because(matter: &Matter<'_, '_>, key: &str) -> Result<Option<Because>, Failure> {
    let Some((kind, of)) = key.split_once('-') else { return Ok(None) };
    match kind {
        "clock" => clock::drawer(&matter.known, matter.clocks, of),
        "score" => scored(matter, of, None),
        "part" => match of.split_once('.') {
            Some((definition, part)) => scored(matter, definition, Some(part)),
            None => Ok(None),
        },
        "qualified" => stamped(matter, of),
        "handoff" => answered(matter, of),
        _ => Ok(None),
    }
}

fn scored(
    matter: &Matter<'_, '_>,
    definition: &str,
    part: Option<&str>,
) -> Result<Option<Because>, Failure> {
    let score = assess(matter.history, matter.agreements, definition, matter.as_of);
    let Some((score, in_force)) = score.and_then(|s| Some((s.clone(), version(matter, &s)?)))
    else {
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
    score::because(&matter.known, in_force, &score, named.map(|part| part.id.as_str()), answer)
        .map(Some)
}

fn version<'a>(matter: &'a Matter<'_, '_>, score: &Assessment) -> Option<&'a InForce> {
    matter.agreements.version(score.version)
}

/// How long an answer took: from the handing over to it.
fn answered(matter: &Matter<'_, '_>, handoff: &str) -> Result<Option<Because>, Failure> {
    let (known, id) = (&matter.known, handoff.into());
    let Some(row) = known.reader.handoff(&id)?.filter(|row| row.lead == matter.history.lead) else {
        return Ok(None);
    };
    let (Some((from, to)), Some(answer)) = (row.delivered_at.zip(row.answered_at), row.answer)
    else {
        return Ok(None);
    };
    let took = working(from.duration_until(to).as_secs());
    let facts = [(row.by_fact, "handed over"), (row.answer_fact, "answered")];
    let mut counted = Vec::new();
    for (fact, rule) in facts {
        counted.extend(fact.map(|no| known.working(no, rule)).transpose()?);
    }
    if let Some(last) = counted.last_mut() {
        last.result.clone_from(&took);
    }
    Ok(Some(Because {
        answer: format!("It was {} after {took} on the wall because", answer.word()),
        close: known.close(),
        counted_title: "From the handing over to the answer".to_owned(),
        counted,
        unit: "On the wall".to_owned(),
        total: Some(took),
        next: row.reason.map(|reason| format!("The reason that was given: {reason}.")),
        ..Because::default()
    }))
}

/// The workings at the instant of a qualification, as they were stamped: of all of it, or of the
/// component that is named behind the fact.
fn stamped(matter: &Matter<'_, '_>, of: &str) -> Result<Option<Because>, Failure> {
    let (fact, part) = match of.split_once('.') {
        Some((fact, part)) => (fact, Some(part)),
        None => (of, None),
    };
    let no = fact.parse().map(FactNo).ok();
    let Some(entry) = no.and_then(|no| matter.known.entries.get(&no)) else { return Ok(None) };
    let Fact::LeadQualified(qualified) = entry.fact() else { return Ok(None) };
    let at = entry.happened_at();
    let all = qualifications(matter.history, matter.agreements, &qualified.definition, at);
    let found = all.into_iter().find(|found| found.times == qualified.times);
    let Some(found) = found else { return Ok(None) };
    let Some(in_force) = version(matter, &found.stamp) else { return Ok(None) };
    let named = part.and_then(|part| found.stamp.components.iter().find(|c| c.id == part));
    let whole = format!("Qualified as {} with {}", qualified.status, points(qualified.total));
    let answer = match named {
        Some(part) => format!("{whole}, {} of it {} because", points(part.points), part.label),
        None => format!("{whole} because"),
    };
    let part = named.map(|part| part.id.as_str());
    let mut because = score::because(&matter.known, in_force, &found.stamp, part, answer)?;
    because.next = Some(format!(
        "Nothing: these points were stamped by fact {} and are never altered.",
        entry.no
    ));
    Ok(Some(because))
}
