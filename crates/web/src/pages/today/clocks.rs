//! The clocks that are late or due today, the first due first.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    agreement::History,
    ids::{ClockId, LeadId, Subject, UserId},
    service_level::clocks,
};
use engine::{
    access::Actor,
    lead::{facts_about, judged::Judged, working_hours},
};
use jiff::{Timestamp, ToSpan};
use store::{
    Reader,
    read::{ClockRow, HandoffRow, escalation::ToldRow},
};

use super::{
    Of,
    at_hand::ROWS,
    escalated::step_reached,
    subjects::{Subjects, subject_href},
};
use crate::{
    failure::Failure,
    library::Clocks,
    markup::Markup,
    names::{Names, encoded},
    pages::{
        handoff::handoff_href,
        leads::row::{judged_shown, level_words, status_shown},
        scoreboard::elsewhere::Today,
    },
    show::{LocalTime, count, figure},
};

/// So many are read at once to find those that are listed.
const AT_ONCE: u32 = 48;

/// The clocks that run.
pub(super) struct Running {
    /// Those that run out today or have run out.
    pub(super) rows: Vec<Row>,
    /// How many those are.
    pub(super) today: u64,
    /// How many run in all.
    all: u64,
    /// `your`, `of sales`, …
    whose: String,
    /// Whether the owner is worth a column.
    pub(super) tells_owner: bool,
    /// Whether a handoff of one of the rows waits for an answer.
    pub(super) are_answered: bool,
}

/// One of them.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) what: String,
    pub(super) href: String,
    pub(super) level: String,
    pub(super) by: Markup,
    /// Which step of its ladder somebody was told of.
    pub(super) told: Option<Markup>,
    pub(super) owner: Markup,
    pub(super) status: Markup,
    /// The page of the handoff that waits for an answer.
    pub(super) answer: Option<String>,
}

/// Clocks that run, whosesoever somebody answers for.
pub(super) struct Due {
    /// The first to fall due of those that run out today or have run out.
    pub(super) first: Vec<ClockRow>,
    /// How many those are.
    today: u64,
    /// How many run in all.
    all: u64,
    pub(super) of: Of,
}

/// The clocks to be listed, and how many there are: `counted` where they are not somebody's own.
pub(super) fn due(
    reader: &Reader<'_>,
    actor: &Actor,
    of: Of,
    counted: Option<&Clocks>,
    midnight: Timestamp,
) -> Result<Due, Failure> {
    let Some(counted) = counted else {
        let mut first = reader.clocks_due_of(&actor.user, midnight)?;
        let (today, all) = (first.len() as u64, reader.clocks_running_of(&actor.user)?);
        first.truncate(ROWS);
        return Ok(Due { first, today, all, of });
    };
    let theirs = theirs(reader, actor, of)?;
    let of_theirs = counted.by_owner.iter().filter(|(owner, ..)| theirs.has(owner));
    let (today, all) =
        of_theirs.fold((0, 0), |(due, all), (_, due_too, more)| (due + due_too, all + more));
    Ok(Due { first: first_due(reader, &theirs, midnight)?, today, all, of })
}

/// The first clocks to fall due that are theirs. Most are of sales, so few are passed over.
fn first_due(
    reader: &Reader<'_>,
    theirs: &Theirs,
    before: Timestamp,
) -> Result<Vec<ClockRow>, Failure> {
    let (mut found, mut last) = (Vec::new(), None);
    while found.len() < ROWS {
        let page = reader.clocks_due_before(before, last.as_ref(), AT_ONCE)?;
        last = page.last().cloned();
        let is_last = page.len() < AT_ONCE as usize;
        found.extend(page.into_iter().filter(|row| theirs.has(&row.owner)));
        if is_last {
            break;
        }
    }
    found.truncate(ROWS);
    Ok(found)
}

impl Running {
    /// `4 of 12 that run, yours`.
    pub(super) fn says(&self) -> Markup {
        figure(count(self.today), &Today::Due.href())
            .and_text(" of ")
            .and(figure(count(self.all), &Today::Running.href()))
            .and_text(format!(" that run, {}", self.whose))
    }

    /// Where all of them are listed.
    pub(super) fn all_of_today(&self) -> String {
        Today::Due.href()
    }

    /// Whether more run out today than are listed.
    pub(super) fn are_more(&self) -> bool {
        self.today > self.rows.len() as u64
    }
}

/// Whose clocks are wanted; everybody's for `None`.
struct Theirs(Option<BTreeSet<UserId>>);

impl Theirs {
    fn has(&self, owner: &Option<UserId>) -> bool {
        match &self.0 {
            None => true,
            Some(theirs) => owner.as_ref().is_some_and(|owner| theirs.contains(owner)),
        }
    }
}

fn theirs(reader: &Reader<'_>, actor: &Actor, of: Of) -> Result<Theirs, Failure> {
    Ok(Theirs(match of {
        Of::Own => Some(BTreeSet::from([actor.user.clone()])),
        Of::All => None,
        Of::Side(side) => Some(reader.users_of_side(side)?.into_iter().collect()),
    }))
}

/// The clocks that somebody's first page counts and that are due before an instant; of whoever has
/// none on that page, none.
pub(crate) fn theirs_before(
    reader: &Reader<'_>,
    actor: &Actor,
    before: Timestamp,
) -> Result<Vec<ClockRow>, Failure> {
    let of = Of::whose_clocks(actor).ok_or(Failure::Absent)?;
    if of == Of::Own {
        return Ok(reader.clocks_due_of(&actor.user, before)?);
    }
    let theirs = theirs(reader, actor, of)?;
    let mut rows = reader.clocks_due_before(before, None, u32::MAX)?;
    rows.retain(|row| theirs.has(&row.owner));
    Ok(rows)
}

/// The end of today in the page's zone.
pub(crate) fn midnight_after(time: &LocalTime) -> Timestamp {
    let tomorrow = time.zone().to_datetime(time.now()).date().saturating_add(1.day());
    let midnight = tomorrow.to_zoned(time.zone().clone());
    midnight.map_or(Timestamp::MAX, |midnight| midnight.timestamp())
}

/// What stands beside a clock in its row.
pub(super) struct Beside<'f> {
    /// The handoffs that wait, by their leads.
    pub(super) waits: BTreeMap<&'f LeadId, &'f HandoffRow>,
    /// What somebody was told of clocks.
    pub(super) told: BTreeMap<&'f ClockId, &'f ToldRow>,
}

/// What rows are made of.
pub(super) struct Maker<'a, 'r> {
    pub(super) reader: &'a Reader<'r>,
    pub(super) names: &'a Names<'a, 'r>,
    pub(super) agreements: &'a History,
    pub(super) subjects: &'a Subjects,
    pub(super) judged: BTreeMap<Subject, Arc<Judged>>,
    pub(super) beside: Beside<'a>,
    pub(super) time: &'a LocalTime,
}

impl Maker<'_, '_> {
    pub(super) fn running(&self, due: &Due) -> Result<Running, Failure> {
        let rows = due.first.iter().map(|row| self.row(row));
        let rows = rows.collect::<Result<Vec<Option<Row>>, Failure>>()?;
        let rows: Vec<Row> = rows.into_iter().flatten().collect();
        Ok(Running {
            today: due.today,
            all: due.all,
            whose: match due.of {
                Of::Own => "yours".to_owned(),
                Of::Side(side) => format!("of {}", side.word()),
                Of::All => "of both sides".to_owned(),
            },
            tells_owner: due.of != Of::Own,
            are_answered: rows.iter().any(|row| row.answer.is_some()),
            rows,
        })
    }

    /// `None` for a clock that the facts no longer have.
    fn row(&self, row: &ClockRow) -> Result<Option<Row>, Failure> {
        let (name, account) = self.subjects.called(&row.subject, self.names)?;
        let page = subject_href(&row.subject);
        let account = account.map(|account| self.names.account(account)).transpose()?;
        let workings = format!("{page}?because=clock-{}#because", encoded(row.id.as_str()));
        let Some(status) = self.status(row, &workings)? else { return Ok(None) };
        let waits = row.subject.lead().and_then(|lead| self.beside.waits.get(lead));
        let told = self.beside.told.get(&row.id);
        Ok(Some(Row {
            name,
            what: account.unwrap_or_default(),
            level: level_words(&row.service_level),
            by: self.time.near(row.due_at),
            told: told.map(|told| step_reached(told)),
            owner: self.names.owner(row.owner.as_ref())?,
            status,
            answer: waits.map(|handoff| handoff_href(&handoff.id)),
            href: page,
        }))
    }

    /// How the clock itself stands, in working time.
    fn status(&self, row: &ClockRow, workings: &str) -> Result<Option<Markup>, Failure> {
        let (judged, now) = (self.judged.get(&row.subject), self.time.now());
        let running = judged.and_then(|judged| judged.running().find(|it| it.clock.id == row.id));
        if let Some(running) = running {
            return judged_shown(running, now, workings).map(Some);
        }
        let facts = facts_about(self.reader, &row.subject)?;
        let people = working_hours(self.reader)?;
        let until = facts.partition_point(|entry| entry.happened_at() <= now);
        let all = clocks(&row.subject, &facts[..until], self.agreements, &people, now)?;
        let clock = all.into_iter().find(|clock| clock.id == row.id);
        clock.map(|clock| status_shown(&clock, now, workings)).transpose()
    }
}
