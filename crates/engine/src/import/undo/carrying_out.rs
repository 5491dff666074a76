//! Carrying the undoing of an import out: some records to a transaction, each withdrawn whole or left.

use std::collections::BTreeSet;

use domain::{
    decided::SOURCE,
    fact::{Fact, Told},
    ids::{AccountId, Subject},
    withdrawal::{Withdrawal, withdrawing},
    withdrawn::FactsWithdrawn,
};
use jiff::Timestamp;
use store::{ImportUndo, LeftRow, StoreError, Writer};

use super::{Facts, UndoRefusal, UndoState, is_in, page_before, refusing};
use crate::{
    Engine, Error,
    import::{dock::State, work::BEAT},
    intake::leave_accounts,
};

impl Engine {
    /// Goes on with an undoing that was taken up, until it is done or is to rest.
    pub(super) fn carry_undo_out(
        &self,
        mut undo: ImportUndo,
        clock: &dyn Fn() -> Timestamp,
        going_on: &mut dyn FnMut(&ImportUndo) -> bool,
    ) -> Result<ImportUndo, Error> {
        let id = undo.import.clone();
        loop {
            let (of, now, before) = (id.clone(), clock(), undo.before);
            undo = self.store.write(now, move |writer| undo_some(writer, &of, now))?;
            if UndoState::of(&undo) != UndoState::Running {
                return Ok(undo);
            }
            if undo.before == before {
                break;
            }
            if !going_on(&undo) {
                return self.rest_undo(id, UndoState::Paused, clock());
            }
        }
        let mut beat_at = clock();
        let mut rests = false;
        self.decide_waiting(clock(), |_| {
            if clock().duration_since(beat_at) >= BEAT {
                beat_at = clock();
                let id = id.clone();
                // What cannot be said now is said with the next decisions.
                let _ = self.store.write(beat_at, move |writer| beat(writer, &id));
            }
            rests = !going_on(&undo);
            !rests
        })?;
        let state = if rests { UndoState::Paused } else { UndoState::Done };
        self.rest_undo(id, state, clock())
    }

    /// Leaves an undoing in a state in which nobody works on it.
    fn rest_undo(&self, id: String, to: UndoState, now: Timestamp) -> Result<ImportUndo, Error> {
        self.store.write(now, move |writer| {
            let undo = writer.reader().import_undo(&id)?;
            let mut undo = undo.ok_or_else(|| refusing(UndoRefusal::NotAtIt))?;
            undo.state = to.key().to_owned();
            undo.beat_at = None;
            if to == UndoState::Done {
                undo.finished_at = Some(now);
                writer.delete_persons_before(&id)?;
                if let Some(mut run) = writer.reader().import(&id)? {
                    run.state = State::Undone.key().to_owned();
                    writer.keep_import(&run)?;
                }
            }
            writer.keep_import_undo(&undo)?;
            Ok(undo)
        })
    }
}

/// Undoes what the next facts told and keeps how far the undoing then is, in one transaction.
fn undo_some(writer: &mut Writer<'_>, id: &str, now: Timestamp) -> Result<ImportUndo, Error> {
    let undo = writer.reader().import_undo(id)?;
    let mut undo = undo.ok_or_else(|| refusing(UndoRefusal::NotAtIt))?;
    if UndoState::of(&undo) == UndoState::Pausing {
        undo.state = UndoState::Paused.key().to_owned();
        undo.beat_at = None;
        writer.keep_import_undo(&undo)?;
        return Ok(undo);
    }
    let facts = writer.reader().import_facts(id)?;
    let page = page_before(&writer.reader(), &facts, undo.before)?;
    writer.look_ahead_of_undoing(page.iter().map(|(_, subject)| subject.clone()).collect())?;
    let (mut seen, mut changed) = (BTreeSet::new(), Vec::new());
    for (_, subject) in &page {
        if !seen.insert(subject.as_str()) {
            continue;
        }
        match undo_record(writer, &undo, &facts, subject)? {
            Withdrawal::Nothing => continue,
            Withdrawal::EditedSince(fact) => {
                writer.keep_left(id, &LeftRow { subject: subject.clone(), fact })?;
                continue;
            }
            Withdrawal::Withdraw { is_all: true, .. } => undo.removed += 1,
            Withdrawal::Withdraw { is_all: false, .. } => undo.restored += 1,
        }
        changed.push(subject.as_str());
    }
    leave_undecided(writer, &changed)?;
    if let Some((no, _)) = page.last() {
        undo.before = *no;
        undo.facts_done += page.len() as u64;
    }
    undo.beat_at = Some(now);
    writer.keep_import_undo(&undo)?;
    Ok(undo)
}

/// Withdraws what the import told of one record; who its person was before is known again.
fn undo_record(
    writer: &mut Writer<'_>,
    undo: &ImportUndo,
    import: &Facts,
    subject: &str,
) -> Result<Withdrawal, Error> {
    let withdrawal = withdrawing(writer.facts_of(subject)?, |no| is_in(import, no));
    let Withdrawal::Withdraw { facts, is_all } = &withdrawal else { return Ok(withdrawal) };
    let person = match is_all {
        true => {
            writer.forget_person(subject)?;
            None
        }
        false => match writer.reader().person_before(&undo.import, subject)? {
            Some(before) => Some(writer.keep_person(subject, &before)?),
            None => None,
        },
    };
    let last = facts.last().map_or(0, |no| no.0);
    let fact = FactsWithdrawn {
        subject: subject.to_owned(),
        facts: facts.clone(),
        import: Some(undo.import.clone()),
        person,
        by: undo.by.clone(),
    };
    let told = Told {
        source: SOURCE.to_owned(),
        key: format!("withdrawn/{last}"),
        happened_at: writer.now(),
        fact: Fact::FactsWithdrawn(fact),
    };
    // Its key is made of a fact about the subject: where that is known not to be told, it is written
    // with others.
    writer.already_about(subject, SOURCE, &told.key)?;
    writer.append_once(told)?;
    Ok(withdrawal)
}

/// What is seen with some records is to be decided about anew. Who is of an account is asked of all
/// accounts at once: each asking would have what was withdrawn before it written first.
fn leave_undecided(writer: &mut Writer<'_>, changed: &[&str]) -> Result<(), StoreError> {
    let now = writer.now();
    for subject in changed.iter().filter(|subject| Subject::parse(subject).is_some()) {
        writer.leave_undecided(subject, now)?;
    }
    let accounts = changed.iter().filter_map(|subject| subject.strip_prefix("account/"));
    leave_accounts(writer, &accounts.map(AccountId::from).collect())
}

fn beat(writer: &mut Writer<'_>, id: &str) -> Result<(), Error> {
    if let Some(mut undo) = writer.reader().import_undo(id)? {
        undo.beat_at = Some(writer.now());
        writer.keep_import_undo(&undo)?;
    }
    Ok(())
}
