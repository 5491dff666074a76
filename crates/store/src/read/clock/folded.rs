//! How facts change the rows of clocks.

use domain::{
    decided::{
        ClockAtRisk, ClockBreached, ClockPassedOn, ClockPaused, ClockRecomputed, ClockResumed,
        ClockStarted, ClockStopped, Verdict,
    },
    fact::Entry,
    ids::UserId,
};

use super::ClockRow;
use crate::{database::Connection, error::StoreError, ledger::KEY_BYTES_MAX};

/// Whoever has a clock, if the column can hold it.
fn holder_of(owner: Option<&UserId>) -> Option<UserId> {
    owner.filter(|owner| owner.as_str().len() <= KEY_BYTES_MAX).cloned()
}

pub(crate) fn started(
    connection: &Connection,
    entry: &Entry,
    fact: &ClockStarted,
) -> Result<(), StoreError> {
    let owner = holder_of(fact.owner.as_ref());
    connection.start_clock(ClockRow {
        id: fact.clock.clone(),
        subject: fact.subject.clone(),
        service_level: fact.service_level.clone(),
        version: fact.because.version,
        clause: fact.because.clause.clone(),
        holder: owner.clone(),
        owner,
        transfer: fact.transfer,
        started_at: entry.happened_at(),
        counts_from: fact.counts_from,
        at_risk_at: fact.at_risk_at,
        due_at: fact.due_at,
        resting: false,
        risk_noticed: false,
        breached: false,
        stopped_at: None,
        verdict: None,
        stopped_by: None,
        working_seconds: None,
        elapsed_seconds: None,
        start_fact: entry.no,
        stop_fact: None,
        last_fact: entry.no,
        next_step_at: fact.next_step_at,
    })
}

pub(crate) fn paused(
    connection: &Connection,
    entry: &Entry,
    fact: &ClockPaused,
) -> Result<(), StoreError> {
    connection.change_clock(&fact.subject, &fact.clock, |row| {
        (row.resting, row.last_fact) = (true, entry.no);
    })
}

pub(crate) fn resumed(
    connection: &Connection,
    entry: &Entry,
    fact: &ClockResumed,
) -> Result<(), StoreError> {
    connection.change_clock(&fact.subject, &fact.clock, |row| {
        (row.resting, row.last_fact) = (false, entry.no);
        // A rest of which the ledger learnt late ended under a version that governs it no more.
        if row.version == fact.because.version {
            (row.at_risk_at, row.due_at) = (fact.at_risk_at, fact.due_at);
            row.next_step_at = fact.next_step_at;
        }
    })
}

pub(crate) fn recomputed(
    connection: &Connection,
    entry: &Entry,
    fact: &ClockRecomputed,
) -> Result<(), StoreError> {
    connection.change_clock(&fact.subject, &fact.clock, |row| {
        row.version = fact.because.version;
        row.clause.clone_from(&fact.because.clause);
        row.at_risk_at = fact.at_risk_at.unwrap_or(row.at_risk_at);
        row.due_at = fact.due_at.unwrap_or(row.due_at);
        (row.next_step_at, row.last_fact) = (fact.next_step_at, entry.no);
    })
}

pub(crate) fn passed_on(
    connection: &Connection,
    entry: &Entry,
    fact: &ClockPassedOn,
) -> Result<(), StoreError> {
    let owner = holder_of(fact.owner.as_ref());
    connection.change_clock(&fact.subject, &fact.clock, |row| {
        if !fact.overdue {
            row.owner.clone_from(&owner);
        }
        (row.holder, row.last_fact) = (owner, entry.no);
    })
}

pub(crate) fn at_risk(
    connection: &Connection,
    entry: &Entry,
    fact: &ClockAtRisk,
) -> Result<(), StoreError> {
    connection.change_clock(&fact.subject, &fact.clock, |row| {
        (row.risk_noticed, row.last_fact) = (true, entry.no);
    })
}

pub(crate) fn breached(
    connection: &Connection,
    entry: &Entry,
    fact: &ClockBreached,
) -> Result<(), StoreError> {
    connection.change_clock(&fact.subject, &fact.clock, |row| {
        (row.breached, row.last_fact) = (true, entry.no);
    })
}

pub(crate) fn stopped(
    connection: &Connection,
    entry: &Entry,
    fact: &ClockStopped,
) -> Result<(), StoreError> {
    connection.change_clock(&fact.subject, &fact.clock, |row| {
        row.stopped_at = Some(entry.happened_at());
        row.verdict = Some(fact.verdict);
        row.stopped_by = Some(fact.stopped_by.clone());
        // A report that came late may say that the answer was in time: then nothing was missed.
        row.breached &= !matches!(fact.verdict, Verdict::Met | Verdict::NoVerdict);
        row.working_seconds = Some(fact.working_seconds);
        row.elapsed_seconds = Some(fact.elapsed_seconds);
        row.version = fact.because.version;
        row.clause.clone_from(&fact.because.clause);
        row.due_at = fact.due_at.unwrap_or(row.due_at);
        (row.stop_fact, row.last_fact) = (Some(entry.no), entry.no);
    })
}
