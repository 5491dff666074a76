//! What somebody is to answer: clocks that run out, handoffs, and what ladders told of. They are
//! mostly of the same leads, so they are read together, and each stands once: a handoff or a step of
//! a ladder is told beside the clock that is listed, and by itself where none is.

use std::collections::BTreeSet;

use domain::{firm::Role, ids::Subject};
use engine::{absence::stood_in_for, access::Actor, lead::judged::Rules};
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
    app::House,
    failure::Failure,
    markup::Markup,
    names::{Names, encoded},
    pages::handoff::handoff_href,
    show::LocalTime,
};

/// So many of each are listed.
pub(super) const ROWS: usize = 8;

/// What somebody is to answer.
pub(super) struct AtHand {
    /// Tells what lives of it from the same of a colleague: nothing for one's own.
    pub(super) key: String,
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
    of: Option<Of>,
    reach: bool,
    time: &LocalTime,
) -> Result<AtHand, Failure> {
    let engine = &house.app.engine;
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
            key: String::new(),
            clocks: clocks.transpose()?,
            to_answer: to_answer(&found, subjects, &names, time)?,
            told: escalated::told(&found, actor, subjects, &names, time)?,
            next: found.waits.first().map(|row| handoff_href(&row.id)),
        })
    })
}

/// What somebody is to answer in the place of a colleague who is away.
pub(super) struct InPlace {
    /// `Felix Brandt`.
    pub(super) name: String,
    /// Their page, which says since when.
    pub(super) href: String,
    pub(super) until: Markup,
    /// All of their leads.
    pub(super) leads: String,
    pub(super) at: AtHand,
}

/// What somebody is to answer in the place of those whose work they do, the first to be away first.
pub(super) fn in_place(
    house: &House,
    actor: &Actor,
    reach: bool,
    time: &LocalTime,
) -> Result<Vec<InPlace>, Failure> {
    let engine = &house.app.engine;
    let zone = engine.agreements()?.zone_at(time.now());
    let away = engine.read(|reader| {
        let absences = stood_in_for(reader, &zone, &actor.user, time.now())?.into_iter();
        let away = absences.map(|row| {
            let known = reader.user(&row.user)?;
            let name = Names::new(reader, reach).user_name(&row.user)?;
            Ok::<_, Failure>((row, known, name))
        });
        away.collect::<Result<Vec<_>, Failure>>()
    })?;
    let mut all = Vec::new();
    for (nth, (row, known, name)) in (1..).zip(away) {
        let role = known.and_then(|known| known.role).unwrap_or(Role::Rep);
        let them = Actor { user: row.user.clone(), role, side: role.side() };
        let at = at_hand(house, &them, Some(Of::Own), reach, time)?;
        all.push(InPlace {
            name,
            href: format!("/people/{}#away", encoded(row.user.as_str())),
            until: time.date(row.last_on),
            leads: format!("/leads?owner={}", encoded(row.user.as_str())),
            at: AtHand { key: format!("-{nth}"), ..at },
        });
    }
    Ok(all)
}

impl AtHand {
    /// Whether nothing is to be answered.
    pub(super) fn is_empty(&self) -> bool {
        let has_clocks = self.clocks.as_ref().is_some_and(|clocks| !clocks.rows.is_empty());
        self.to_answer.rows.is_empty() && !has_clocks
    }

    /// Whether more is to be answered than is listed.
    pub(super) fn are_more(&self) -> bool {
        self.to_answer.are_more || self.clocks.as_ref().is_some_and(Running::are_more)
    }
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
