//! Read model: what colleagues ask one another for, and lists of it a page at a time.

use domain::{
    collateral_request::{
        ByCalendar, CollateralAnswer, CollateralRequestAnswered, CollateralRequestMade,
        CollateralRequestWithdrawn, Counts, DeclineReason, Ending,
    },
    dispute::DisputeRuled,
    fact::Entry,
    firm::Side,
    ids::{CollateralRequestId, DisputeId, FactNo, Subject, UserId},
};
use jiff::{Timestamp, civil::Date};

use super::user::side_key;
use crate::{
    conditions::Conditions,
    database::Connection,
    error::StoreError,
    reader::Reader,
    value::{FromValue, Row, Value, values},
};

pub(crate) const COLUMNS: &str = "id, by_user, side, asked, asked_side, about, needed_on, asked_at, \
     due_at, version, calendar, ending, reason, ended_at, ended_by, ended_fact, counts, dispute, \
     overturned, by_fact, last_fact";

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub struct CollateralRequestRow {
    /// Which.
    pub id: CollateralRequestId,
    /// Who asks.
    pub by: UserId,
    /// On which side they stood.
    pub side: Side,
    /// Who is asked.
    pub asked: UserId,
    /// On which side they stood.
    pub asked_side: Side,
    /// The lead or opportunity that it is for.
    pub about: Option<Subject>,
    /// By which day it is needed.
    pub needed_on: Date,
    /// Since when.
    pub asked_at: Timestamp,
    /// Until when it is due.
    pub due_at: Timestamp,
    /// Whose hours say so.
    pub by_calendar: Option<ByCalendar>,
    /// What it ended with; `None` while it waits.
    pub ending: Option<Ending>,
    /// Why it was declined.
    pub reason: Option<DeclineReason>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Who answered it or took it back.
    pub ended_by: Option<UserId>,
    /// The fact by which it ended.
    pub ended_fact: Option<FactNo>,
    /// How it counts once it has ended, what was ruled included.
    pub counts: Option<Counts>,
    /// The dispute about it.
    pub dispute: Option<DisputeId>,
    /// Whether what became of it was overturned.
    pub overturned: Option<bool>,
    /// The fact that made it.
    pub by_fact: FactNo,
    /// The fact that last changed it.
    pub last_fact: FactNo,
}

impl CollateralRequestRow {
    /// How it counts as at an instant.
    pub fn counts_at(&self, now: Timestamp) -> Counts {
        self.counts.unwrap_or_else(|| Counts::of(self.due_at, None, now))
    }
}

impl FromValue for Ending {
    const WANTED: &'static str = "what a request ended with";
    fn from_value(value: Value) -> Result<Self, Value> {
        let word = String::from_value(value)?;
        let found = Ending::ALL.into_iter().find(|ending| ending.word() == word);
        found.ok_or(Value::Text(word))
    }
}

impl FromValue for Counts {
    const WANTED: &'static str = "how a request counts";
    fn from_value(value: Value) -> Result<Self, Value> {
        let key = String::from_value(value)?;
        let found = Counts::ALL.into_iter().find(|counts| counts.key() == key);
        found.ok_or(Value::Text(key))
    }
}

impl FromValue for DeclineReason {
    const WANTED: &'static str = "why a request was declined";
    fn from_value(value: Value) -> Result<Self, Value> {
        let key = String::from_value(value)?;
        DeclineReason::of_key(&key).ok_or(Value::Text(key))
    }
}

fn read(mut row: Row) -> Result<CollateralRequestRow, StoreError> {
    Ok(CollateralRequestRow {
        id: row.next()?,
        by: row.next()?,
        side: row.next()?,
        asked: row.next()?,
        asked_side: row.next()?,
        about: row.next::<Option<String>>()?.as_deref().and_then(Subject::parse),
        needed_on: row.next()?,
        asked_at: row.next()?,
        due_at: row.next()?,
        by_calendar: {
            let (version, calendar) = (row.next::<Option<_>>()?, row.next::<Option<String>>()?);
            version.zip(calendar).map(|(version, calendar)| ByCalendar { version, calendar })
        },
        ending: row.next()?,
        reason: row.next()?,
        ended_at: row.next()?,
        ended_by: row.next()?,
        ended_fact: row.next()?,
        counts: row.next()?,
        dispute: row.next()?,
        overturned: row.next()?,
        by_fact: row.next()?,
        last_fact: row.next()?,
    })
}

pub(crate) fn made(
    connection: &Connection,
    entry: &Entry,
    fact: &CollateralRequestMade,
) -> Result<(), StoreError> {
    let sql = "insert into collateral_request (id, by_user, side, asked, asked_side, about,
                   needed_on, asked_at, due_at, version, calendar, by_fact, last_fact)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)";
    let calendar = fact.by_calendar.as_ref();
    let values = values![
        &fact.request,
        &fact.by,
        side_key(fact.side),
        &fact.asked,
        side_key(fact.asked_side),
        fact.about.as_ref().map(ToString::to_string),
        fact.needed_on.to_string(),
        entry.happened_at(),
        fact.due_at,
        calendar.map(|by| by.version),
        calendar.map(|by| by.calendar.clone()),
        entry.no
    ];
    connection.execute("fold a request", sql, values).map(drop)
}

pub(crate) fn answered(
    connection: &Connection,
    entry: &Entry,
    fact: &CollateralRequestAnswered,
) -> Result<(), StoreError> {
    let ending = match fact.answer {
        CollateralAnswer::Delivered => Ending::Delivered,
        CollateralAnswer::Declined => Ending::Declined,
    };
    ended(connection, entry, (&fact.request, ending), &fact.by)?;
    let Some(reason) = fact.reason else { return Ok(()) };
    let sql = "update collateral_request set reason = $2 where id = $1";
    let values = values![&fact.request, reason.key()];
    connection.execute("fold why a request was declined", sql, values).map(drop)
}

pub(crate) fn withdrawn(
    connection: &Connection,
    entry: &Entry,
    fact: &CollateralRequestWithdrawn,
) -> Result<(), StoreError> {
    ended(connection, entry, (&fact.request, Ending::Withdrawn), &fact.by)
}

fn ended(
    connection: &Connection,
    entry: &Entry,
    (request, ending): (&CollateralRequestId, Ending),
    by: &UserId,
) -> Result<(), StoreError> {
    let Some(row) = Reader(connection).collateral_request(request)? else { return Ok(()) };
    let at = entry.happened_at();
    let counts = Counts::of(row.due_at, Some((ending, at)), at);
    let sql = "update collateral_request set ending = $2, ended_at = $3, ended_by = $4,
                   ended_fact = $5, counts = $6, last_fact = $5
               where id = $1";
    let values = values![request, ending.word(), at, by, entry.no, counts.key()];
    connection.execute("fold what became of a request", sql, values).map(drop)
}

pub(crate) fn contested(
    connection: &Connection,
    entry: &Entry,
    (request, dispute): (&CollateralRequestId, &DisputeId),
) -> Result<(), StoreError> {
    let sql = "update collateral_request set dispute = $2, last_fact = $3 where id = $1";
    let values = values![request, dispute, entry.no];
    connection.execute("fold a contested request", sql, values).map(drop)
}

pub(crate) fn ruled(
    connection: &Connection,
    entry: &Entry,
    request: &CollateralRequestId,
    fact: &DisputeRuled,
) -> Result<(), StoreError> {
    let row = Reader(connection).collateral_request(request)?;
    let Some(counts) = row.and_then(|row| row.counts) else { return Ok(()) };
    let counts = if fact.overturned { counts.overturned() } else { counts };
    let sql = "update collateral_request set overturned = $2, counts = $3, last_fact = $4
               where id = $1";
    let values = values![request, fact.overturned, counts.key(), entry.no];
    connection.execute("fold a ruling about a request", sql, values).map(drop)
}

/// How requests stand, as a list asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestStands {
    /// They wait, and are not due yet.
    Waiting,
    /// They wait, and were due.
    Late,
    /// They ended so.
    Ended(Ending),
}

/// Which requests.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CollateralRequestFilter {
    /// Asked by this person.
    pub by: Option<UserId>,
    /// Asked of this person.
    pub asked: Option<UserId>,
    /// Asked of one of these sides; of any where there is none.
    pub asked_sides: Vec<Side>,
    /// For this lead or opportunity.
    pub about: Option<Subject>,
    /// Standing in one of these ways; in any where there is none.
    pub stands: Vec<RequestStands>,
    /// Counting in one of these ways; in any where there is none.
    pub counts: Vec<Counts>,
    /// What became of them was overturned.
    pub overturned: bool,
}

impl CollateralRequestFilter {
    fn hold(&self, all: &mut Conditions, now: Timestamp) {
        for (column, user) in [("by_user", &self.by), ("asked", &self.asked)] {
            if let Some(user) = user {
                let user = all.value(user);
                all.hold(format!("{column} = {user}"));
            }
        }
        if let Some(about) = &self.about {
            let about = all.value(about.to_string());
            all.hold(format!("about = {about}"));
        }
        if self.overturned {
            all.hold("overturned = 1");
        }
        let sides: Vec<String> =
            self.asked_sides.iter().map(|side| all.value(side_key(*side))).collect();
        if !sides.is_empty() {
            all.hold(format!("asked_side in ({})", sides.join(", ")));
        }
        let stands = self.stands.iter().map(|stands| match stands {
            RequestStands::Waiting => {
                format!("(ending is null and due_at >= {})", all.value(now))
            }
            RequestStands::Late => format!("(ending is null and due_at < {})", all.value(now)),
            RequestStands::Ended(ending) => format!("ending = {}", all.value(ending.word())),
        });
        let stands: Vec<String> = stands.collect();
        any(all, &stands);
        // What waits counts by the instant; what has ended, as it was folded.
        let counts = self.counts.iter().map(|counts| {
            let key = all.value(counts.key());
            match counts {
                Counts::Kept => format!("counts = {key}"),
                Counts::Missed => {
                    let now = all.value(now);
                    format!("(counts = {key} or (counts is null and due_at < {now}))")
                }
                Counts::Not => {
                    let now = all.value(now);
                    format!("(counts = {key} or (counts is null and due_at >= {now}))")
                }
            }
        });
        let counts: Vec<String> = counts.collect();
        any(all, &counts);
    }
}

/// One of several holds.
pub(super) fn any(all: &mut Conditions, texts: &[String]) {
    if !texts.is_empty() {
        all.hold(format!("({})", texts.join(" or ")));
    }
}

impl Reader<'_> {
    /// One request.
    ///
    /// # Errors
    /// When the database fails.
    pub fn collateral_request(
        &self,
        id: &CollateralRequestId,
    ) -> Result<Option<CollateralRequestRow>, StoreError> {
        let query = format!("select {COLUMNS} from collateral_request where id = $1");
        self.find("read a request", &query, values![id], read)
    }

    /// How many requests were ever made.
    ///
    /// # Errors
    /// When the database fails.
    pub fn collateral_requests_made(&self) -> Result<u64, StoreError> {
        self.rows_up_to("collateral_request", Conditions::default(), u64::MAX)
    }

    /// Up to `limit` requests as at an instant, the latest first, from the first or from the one
    /// after the request that a fact made.
    ///
    /// # Errors
    /// When the database fails.
    pub fn collateral_requests_page(
        &self,
        filter: &CollateralRequestFilter,
        now: Timestamp,
        after: Option<FactNo>,
        limit: u32,
    ) -> Result<Vec<CollateralRequestRow>, StoreError> {
        let mut all = Conditions::default();
        filter.hold(&mut all, now);
        if let Some(after) = after {
            let after = all.value(after);
            all.hold(format!("by_fact < {after}"));
        }
        let (limit, clause) = (all.value(limit), all.clause());
        let query = format!(
            "select {COLUMNS} from collateral_request {clause} order by by_fact desc limit {limit}"
        );
        self.list("read a page of requests", &query, &all.values, read)
    }

    /// How many requests there are as at an instant, counted no further than `most`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn collateral_requests_count_up_to(
        &self,
        filter: &CollateralRequestFilter,
        now: Timestamp,
        most: u64,
    ) -> Result<u64, StoreError> {
        let mut all = Conditions::default();
        filter.hold(&mut all, now);
        self.rows_up_to("collateral_request", all, most)
    }

    /// The requests that wait for an answer of somebody, by when they are due.
    ///
    /// # Errors
    /// When the database fails.
    pub fn collateral_requests_waiting_for(
        &self,
        asked: &UserId,
    ) -> Result<Vec<CollateralRequestRow>, StoreError> {
        let query = format!(
            "select {COLUMNS} from collateral_request where asked = $1 and ending is null
             order by due_at, by_fact"
        );
        self.list("read the requests that wait for somebody", &query, values![asked], read)
    }
}
