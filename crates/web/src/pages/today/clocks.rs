//! The clocks that are late or due today, the first due first.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    agreement::History,
    ids::{AccountId, LeadId, OpportunityId, Subject, UserId},
    service_level::clocks,
};
use engine::{
    access::Actor,
    lead::{
        facts_about,
        judged::{Judged, Rules},
        working_hours,
    },
};
use jiff::{Timestamp, ToSpan};
use store::{
    Reader,
    read::{ClockRow, LeadRow, OpportunityRow},
};

use super::Of;
use crate::{
    app::House,
    failure::Failure,
    markup::Markup,
    names::{Names, encoded, lead_href, opportunity_href},
    pages::{
        leads::row::{judged_shown, level_words, status_shown},
        scoreboard::elsewhere::Today,
    },
    show::{LocalTime, count, figure},
};

/// So many are listed.
const ROWS: usize = 12;
/// So many are read at once to find them.
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
}

/// One of them.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) what: String,
    pub(super) href: String,
    pub(super) level: String,
    pub(super) by: Markup,
    pub(super) owner: Markup,
    pub(super) status: Markup,
}

pub(super) fn running(
    house: &House,
    actor: &Actor,
    of: Of,
    reach: bool,
    time: &LocalTime,
) -> Result<Running, Failure> {
    let engine = &house.app.engine;
    let (agreements, midnight) = (engine.agreements()?, midnight_after(time));
    let counted = match of {
        Of::Own => None,
        Of::Side(_) | Of::All => Some(house.running(midnight, time.now())?.value),
    };
    engine.read(|reader| {
        let theirs = theirs(reader, actor, of)?;
        let (first, today, all) = match &counted {
            None => {
                let mut rows = reader.clocks_due_of(&actor.user, midnight)?;
                let today = rows.len() as u64;
                rows.truncate(ROWS);
                (rows, today, reader.clocks_running_of(&actor.user)?)
            }
            Some(counted) => {
                let of_theirs = |(owner, ..): &&(Option<UserId>, u64, u64)| theirs.has(owner);
                let counted = counted.by_owner.iter().filter(of_theirs);
                let (today, all) = counted
                    .fold((0, 0), |(due, all), (_, due_too, more)| (due + due_too, all + more));
                (first_due(reader, &theirs, midnight)?, today, all)
            }
        };
        let names = Names::new(reader, reach);
        let subjects = Subjects::of(reader, &names, &first.iter().collect::<Vec<_>>())?;
        let rules = Rules::of(reader, &agreements)?;
        let judged = subjects.judged(house, reader, &names, &rules, time.now())?;
        let maker =
            Maker { reader, names: &names, agreements: &agreements, subjects, judged, time };
        let rows = first.iter().map(|row| maker.row(row));
        let rows = rows.collect::<Result<Vec<Option<Row>>, Failure>>()?;
        Ok(Running {
            rows: rows.into_iter().flatten().collect(),
            today,
            all,
            whose: match of {
                Of::Own => "yours".to_owned(),
                Of::Side(side) => format!("of {}", side.word()),
                Of::All => "of both sides".to_owned(),
            },
            tells_owner: of != Of::Own,
        })
    })
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

/// Where the page of what a clock runs on lies.
pub(super) fn subject_href(subject: &Subject) -> String {
    match subject {
        Subject::Lead(id) => lead_href(id),
        Subject::Opportunity(id) => opportunity_href(id),
    }
}

/// What clocks run on.
pub(super) struct Subjects {
    leads: Vec<LeadRow>,
    opportunities: Vec<OpportunityRow>,
}

impl Subjects {
    /// Those of some clocks, whose names will be asked for.
    pub(super) fn of(
        reader: &Reader<'_>,
        names: &Names<'_, '_>,
        clocks: &[&ClockRow],
    ) -> Result<Subjects, Failure> {
        let leads: BTreeSet<_> = clocks.iter().filter_map(|row| row.subject.lead()).collect();
        let leads: Vec<LeadId> = leads.into_iter().cloned().collect();
        let opportunities: BTreeSet<_> =
            clocks.iter().filter_map(|row| row.subject.opportunity()).collect();
        let opportunities: Vec<OpportunityId> = opportunities.into_iter().cloned().collect();
        let subjects = Subjects {
            leads: reader.leads_with(&leads)?,
            opportunities: reader.opportunities_with(&opportunities)?,
        };
        names.expect(&subjects.leads)?;
        let accounts = subjects.opportunities.iter().filter_map(|row| row.account.as_ref());
        names.expect_accounts(accounts)?;
        Ok(subjects)
    }

    fn judged(
        &self,
        house: &House,
        reader: &Reader<'_>,
        names: &Names<'_, '_>,
        rules: &Rules<'_>,
        now: Timestamp,
    ) -> Result<BTreeMap<Subject, Arc<Judged>>, Failure> {
        let known = &house.kept.judged;
        let leads = self.leads.iter().collect::<Vec<_>>();
        let leads = known.leads(reader, names, rules, &leads, now)?;
        let opportunities = known.opportunities(reader, names, rules, &self.opportunities, now)?;
        let leads = leads.into_iter().map(|(id, judged)| (Subject::Lead(id), judged));
        let opportunities =
            opportunities.into_iter().map(|(id, judged)| (Subject::Opportunity(id), judged));
        Ok(leads.chain(opportunities).collect())
    }

    /// Whose a lead is.
    pub(super) fn owner_of(&self, lead: &LeadId) -> Option<&UserId> {
        self.leads.iter().find(|row| row.id == *lead)?.owner.as_ref()
    }

    /// What a subject is called, and its account.
    pub(super) fn called(
        &self,
        subject: &Subject,
        names: &Names<'_, '_>,
    ) -> Result<(String, Option<&AccountId>), Failure> {
        Ok(match subject {
            Subject::Lead(id) => {
                let row = self.leads.iter().find(|row| row.id == *id);
                (names.lead(id)?, row.and_then(|row| row.account.as_ref()))
            }
            Subject::Opportunity(id) => {
                let row = self.opportunities.iter().find(|row| row.id == *id);
                let name = row.and_then(|row| row.name.clone());
                (name.unwrap_or_else(|| id.0.clone()), row.and_then(|row| row.account.as_ref()))
            }
        })
    }
}

struct Maker<'a, 'r> {
    reader: &'a Reader<'r>,
    names: &'a Names<'a, 'r>,
    agreements: &'a History,
    subjects: Subjects,
    judged: BTreeMap<Subject, Arc<Judged>>,
    time: &'a LocalTime,
}

impl Maker<'_, '_> {
    /// `None` for a clock that the facts no longer have.
    fn row(&self, row: &ClockRow) -> Result<Option<Row>, Failure> {
        let (name, account) = self.subjects.called(&row.subject, self.names)?;
        let page = subject_href(&row.subject);
        let account = account.map(|account| self.names.account(account)).transpose()?;
        let workings = format!("{page}?because=clock-{}#because", encoded(row.id.as_str()));
        let Some(status) = self.status(row, &workings)? else { return Ok(None) };
        Ok(Some(Row {
            name,
            what: account.unwrap_or_default(),
            level: level_words(&row.service_level),
            by: self.time.near(row.due_at),
            owner: self.names.owner(row.owner.as_ref())?,
            status,
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
