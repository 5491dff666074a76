//! What somebody is to answer: clocks that run out, handoffs, and what ladders told of. They are
//! mostly of the same leads, so they are read together, and each stands once: a handoff or a step of
//! a ladder is told beside the clock that is listed, and by itself where none is.

use std::collections::BTreeSet;

use domain::{firm::Role, ids::Subject};
use engine::{access::Actor, lead::judged::Rules};
use store::{
    Reader,
    read::{ClockRow, HandoffRow, escalation::ToldRow},
};

use super::{
    Of,
    clocks::{Beside, Due, Maker, Running, due, midnight_after},
    escalated,
    handoffs::{ToAnswer, to_answer},
    subjects::Subjects,
    waiting::Waiting,
};
use crate::{
    app::House, failure::Failure, names::Names, pages::handoff::handoff_href, show::LocalTime,
};

/// So many of each are listed.
pub(super) const ROWS: usize = 8;

/// What somebody is to answer.
pub(super) struct AtHand {
    /// `None` for whoever answers for no clocks.
    pub(super) clocks: Option<Running>,
    /// Handoffs of which no clock is listed.
    pub(super) to_answer: ToAnswer,
    /// Clocks of which somebody was told and that are not listed.
    pub(super) told: Vec<Waiting>,
    /// The page of the handoff whose answer is due first.
    pub(super) next: Option<String>,
}

/// What was read of it.
pub(super) struct Found {
    /// The clocks to be listed.
    pub(super) due: Option<Due>,
    /// The handoffs that wait, the first due first: one more than are listed, where there are more.
    pub(super) waits: Vec<HandoffRow>,
    /// What somebody was told of, likewise.
    pub(super) told: Vec<ToldRow>,
}

pub(super) fn at_hand(
    house: &House,
    actor: &Actor,
    reach: bool,
    time: &LocalTime,
) -> Result<AtHand, Failure> {
    let (engine, of) = (&house.app.engine, Of::whose_clocks(actor));
    let (agreements, midnight) = (engine.agreements()?, midnight_after(time));
    let counted = match of {
        Some(Of::Side(_) | Of::All) => Some(house.running(midnight, time.now())?.value),
        Some(Of::Own) | None => None,
    };
    engine.read(|reader| {
        let due = of.map(|of| due(reader, actor, of, counted.as_deref(), midnight)).transpose()?;
        let found = Found::of(reader, actor, due, time)?;
        let names = Names::new(reader, reach);
        let subjects = &Subjects::of(reader, &names, &found.subjects(actor))?;
        let clocks = found.due.as_ref().map(|due| {
            let rules = (&Rules::of(reader, &agreements)?, due.first.as_slice());
            let judged = subjects.judged(house, reader, &names, rules, time.now())?;
            let (names, agreements, beside) = (&names, &agreements, found.beside());
            let maker = Maker { reader, names, agreements, subjects, judged, beside, time };
            maker.running(due)
        });
        Ok(AtHand {
            clocks: clocks.transpose()?,
            to_answer: to_answer(&found, subjects, &names, time)?,
            told: escalated::told(&found, actor, subjects, &names, time)?,
            next: found.waits.first().map(|row| handoff_href(&row.id)),
        })
    })
}

/// Whether somebody takes leads, and so is asked to answer handoffs.
fn sells(actor: &Actor) -> bool {
    matches!(actor.role, Role::Rep | Role::SalesManager)
}

impl Found {
    fn of(
        reader: &Reader<'_>,
        actor: &Actor,
        due: Option<Due>,
        time: &LocalTime,
    ) -> Result<Found, Failure> {
        let more = ROWS as u32 + 1;
        let waits = match sells(actor) {
            true => reader.handoffs_to_answer(Some(&actor.user), more)?,
            false => Vec::new(),
        };
        let told = reader.told_of_clocks(&actor.user, time.now(), more)?;
        Ok(Found { due, waits, told })
    }

    /// The clocks that are listed.
    fn listed(&self) -> &[ClockRow] {
        self.due.as_ref().map_or(&[], |due| &due.first)
    }

    /// The handoffs of which no clock is listed.
    pub(super) fn waits_alone(&self) -> impl Iterator<Item = &HandoffRow> {
        let is_listed =
            |row: &HandoffRow| self.listed().iter().any(|it| it.subject.lead() == Some(&row.lead));
        self.waits.iter().take(ROWS).filter(move |row| !is_listed(row))
    }

    /// What somebody was told of clocks that are not listed, nor among their own that run: those
    /// are counted above the list.
    pub(super) fn told_alone(&self, actor: &Actor) -> impl Iterator<Item = &ToldRow> {
        let answers = self.due.as_ref().is_some_and(|due| due.of == Of::Own);
        let is_theirs = move |clock: &ClockRow| {
            answers && clock.stopped_at.is_none() && clock.holder.as_ref() == Some(&actor.user)
        };
        let is_listed = |clock: &ClockRow| self.listed().iter().any(|it| it.id == clock.id);
        let told = self.told.iter().take(ROWS);
        told.filter(move |row| !is_theirs(&row.clock) && !is_listed(&row.clock))
    }

    /// What is to be named.
    fn subjects(&self, actor: &Actor) -> BTreeSet<Subject> {
        let told = self.told_alone(actor).map(|row| &row.clock);
        let clocks = self.listed().iter().chain(told).map(|clock| clock.subject.clone());
        let leads = self.waits_alone().map(|row| Subject::Lead(row.lead.clone()));
        clocks.chain(leads).collect()
    }

    fn beside(&self) -> Beside<'_> {
        Beside {
            waits: self.waits.iter().map(|row| (&row.lead, row)).collect(),
            told: self.told.iter().map(|row| (&row.clock.id, row)).collect(),
        }
    }
}
