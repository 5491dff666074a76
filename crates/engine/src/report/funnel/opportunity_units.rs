//! Opportunities as units of a funnel: `opened`, the stages, `won`. They move on days.

use std::collections::BTreeSet;

use domain::{
    agreement::Agreement,
    funnel::{StageEntry, UnitRow},
    group::Dimensions,
    ids::OpportunityId,
    money::grouped,
};
use jiff::{civil::Date, tz::TimeZone};
use store::read::Outcome;

use super::{
    Stages, WON,
    order::{Firsts, is_outcome, order},
};
use crate::report::{
    Asked, ReportFailure, ReportQuestion, Sources,
    asked::count,
    dimension::{Row, dimensions, enter},
    seen::{Seen, opportunities},
};

/// The first stage: every opportunity was opened at some time.
const OPENED: &str = "opened";

type Unit = UnitRow<OpportunityId, Date>;

pub(super) fn units(
    sources: &Sources<'_>,
    question: &ReportQuestion,
    asked: &mut Asked,
    notes: &mut Vec<String>,
) -> Result<(Stages, Vec<Unit>), ReportFailure> {
    let seen = opportunities(sources.reader, question, notes)?;
    let agreement = sources.agreements.at(question.as_of);
    let steps = Steps::of(&seen, agreement.map(|in_force| &*in_force.agreement));
    let order = match agreement.filter(|_| steps.agreement.is_some()) {
        Some(in_force) => format!("as the Agreement lists them, version {}", in_force.version),
        None => {
            "the order in which most opportunities entered them, and by their names where none tell"
                .to_owned()
        }
    };
    notes.extend(gaps(&seen, &steps));
    let mut told = dimensions(sources, question, &seen, asked, notes)?;
    asked.cohorts = question.cohorts.map(|unit| enter(unit, &question.zone, &seen, &mut told));
    let units =
        seen.iter().zip(told).map(|(one, told)| unit(one, told, &steps, &question.zone)).collect();
    let mut names = vec![OPENED.to_owned()];
    names.extend(steps.names);
    names.push(WON.to_owned());
    Ok((Stages { names, order }, units))
}

/// The stages between `opened` and `won`.
struct Steps<'a> {
    names: Vec<String>,
    /// The Agreement, if it names every stage that was seen.
    agreement: Option<&'a Agreement>,
}

impl<'a> Steps<'a> {
    fn of(seen: &[Seen], agreement: Option<&'a Agreement>) -> Steps<'a> {
        let firsts: Vec<Firsts<'_, _>> = seen.iter().map(firsts).collect();
        let words: BTreeSet<&str> =
            firsts.iter().flat_map(|firsts| firsts.keys().copied()).collect();
        let names_all =
            |agreement: &&Agreement| words.iter().all(|word| agreement.status(word).is_some());
        match agreement.filter(|_| !words.is_empty()).filter(names_all) {
            Some(agreement) => {
                let is_seen = |key: &str| {
                    words.iter().any(|word| agreement.status(word).is_some_and(|s| s.key == key))
                };
                let keys = agreement.statuses.iter().map(|status| &status.key);
                let names = keys.filter(|key| is_seen(key)).cloned().collect();
                Steps { names, agreement: Some(agreement) }
            }
            None => Steps { names: order(&firsts, domain::draft::deals::rank), agreement: None },
        }
    }

    /// The step that a source's word stands for.
    fn name(&self, word: &str) -> String {
        let status = self.agreement.and_then(|agreement| agreement.status(word));
        status.map_or_else(|| word.to_owned(), |status| status.key.clone())
    }

    fn has(&self, word: &str) -> bool {
        self.names.contains(&self.name(word))
    }
}

fn firsts(one: &Seen) -> Firsts<'_, jiff::Timestamp> {
    let mut firsts = Firsts::new();
    for entry in one.entries.iter().filter(|entry| !is_outcome(&entry.stage)) {
        firsts.entry(entry.stage.as_str()).or_insert(entry.at);
    }
    firsts
}

fn unit(one: &Seen, dimensions: Dimensions, steps: &Steps<'_>, zone: &TimeZone) -> Unit {
    let steps_taken = one.entries.iter().filter(|entry| !is_outcome(&entry.stage));
    let mut entries: Vec<StageEntry<Date>> = steps_taken
        .map(|entry| StageEntry {
            stage: steps.name(&entry.stage),
            at: Some(zone.to_datetime(entry.at).date()),
            inferred: false,
            facts: vec![entry.by_fact],
        })
        .collect();
    entries.extend(standing(one, steps, &entries));
    entries.push(opening(one, zone));
    entries.extend(winning(one, zone));
    let outcome = match one.outcome {
        Outcome::Open | Outcome::Unknown => None,
        closed => Some(closed.key().to_owned()),
    };
    UnitRow { id: one.row.id.clone(), dimensions, entries, outcome }
}

/// The stage that it is in although no entry says when it got there.
fn standing(
    one: &Seen,
    steps: &Steps<'_>,
    entries: &[StageEntry<Date>],
) -> Option<StageEntry<Date>> {
    let stage = one.stage.as_deref().filter(|stage| steps.has(stage))?;
    let stage = steps.name(stage);
    let is_dated = entries.iter().any(|entry| entry.stage == stage);
    let facts = vec![one.row.last_fact];
    (!is_dated).then_some(StageEntry { stage, at: None, inferred: false, facts })
}

/// The opening. Where no day is given it was by the first entry, which is concluded and in no
/// time; without any entry it has no day at all.
fn opening(one: &Seen, zone: &TimeZone) -> StageEntry<Date> {
    let told = one.opened_on(zone);
    let first = one.entries.first().map(|entry| zone.to_datetime(entry.at).date());
    StageEntry {
        stage: OPENED.to_owned(),
        at: told.or(first),
        inferred: told.is_none(),
        facts: vec![one.row.first_fact],
    }
}

fn winning(one: &Seen, zone: &TimeZone) -> Option<StageEntry<Date>> {
    let entered = one.entries.iter().find(|entry| is_outcome(&entry.stage));
    let at = one.closed_on(zone).or(entered.map(|entry| zone.to_datetime(entry.at).date()));
    let facts = vec![entered.map_or(one.row.last_fact, |entry| entry.by_fact)];
    let is_won = one.outcome == Outcome::Won;
    is_won.then(|| StageEntry { stage: WON.to_owned(), at, inferred: false, facts })
}

fn gaps(seen: &[Seen], steps: &Steps<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    let all = count(seen.len() as u64, Seen::NOUN[0], Seen::NOUN[1]);
    let mut note = |n: usize, what: &str| {
        if n > 0 {
            notes.push(format!("{} of {all} {what}", grouped(n as u64)));
        }
    };
    let those = |wanted: &dyn Fn(&Seen) -> bool| seen.iter().filter(|one| wanted(one)).count();
    note(
        those(&|one| one.opened.is_none()),
        "without an opening date: left out of anything timed from their opening",
    );
    note(
        those(&|one| one.known_outcome().is_none()),
        "without a known outcome (open, won or lost): counted as open",
    );
    note(
        those(&|one| one.entries.is_empty()),
        "without a dated entry into a stage: which ones they passed is not known",
    );
    let words: BTreeSet<&str> = seen.iter().filter_map(|one| one.stage.as_deref()).collect();
    let without: Vec<&str> =
        words.into_iter().filter(|word| !is_outcome(word) && !steps.has(word)).collect();
    if !without.is_empty() {
        let without = without.join(", ");
        notes
            .push(format!("no entry into these stages is dated, so they have no place: {without}"));
    }
    notes
}
