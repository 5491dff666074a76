//! Read model: the service levels' clocks.

mod folded;

use std::collections::BTreeMap;

use domain::{
    decided::Verdict,
    ids::{ClockId, FactNo, LeadId, OpportunityId, Subject, UserId, Version},
    window::Window,
};
use jiff::Timestamp;

use crate::{
    conditions::Conditions,
    error::StoreError,
    reader::Reader,
    value::{FromValue, Row, Value, values},
};

pub(crate) use folded::{
    at_risk, breached, passed_on, paused, recomputed, resumed, started, stopped,
};

pub(crate) const COLUMNS: &str = "id, lead, opportunity, service_level, version, clause, owner, holder, \
     transfer, started_at, counts_from, at_risk_at, due_at, resting, risk_noticed, breached, stopped_at, verdict, \
     stopped_by, working_seconds, elapsed_seconds, start_fact, stop_fact, last_fact, next_step_at";

/// One running of a service level on one lead or opportunity.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockRow {
    /// Which.
    pub id: ClockId,
    /// What it runs on.
    pub subject: Subject,
    /// The service level's key.
    pub service_level: String,
    /// The version of the Agreement that governs it.
    pub version: Version,
    /// Its clause there.
    pub clause: String,
    /// Who answers for it: whoever had its subject when it was missed, or has it.
    pub owner: Option<UserId>,
    /// Who has to answer while it runs: whoever has its subject.
    pub holder: Option<UserId>,
    /// How often its subject had been passed on; 1 is the first assignment.
    pub transfer: u32,
    /// When it started.
    pub started_at: Timestamp,
    /// From when time counts.
    pub counts_from: Timestamp,
    /// From here it is at risk.
    pub at_risk_at: Timestamp,
    /// From here it is missed.
    pub due_at: Timestamp,
    /// Whether it rests, so that no time counts.
    pub resting: bool,
    /// Whether the ledger says that it is at risk.
    pub risk_noticed: bool,
    /// Whether the ledger says that it was missed.
    pub breached: bool,
    /// When it stopped; `None` while it runs.
    pub stopped_at: Option<Timestamp>,
    /// In time or late.
    pub verdict: Option<Verdict>,
    /// What stopped it.
    pub stopped_by: Option<String>,
    /// Working time from start to stop, in seconds.
    pub working_seconds: Option<i64>,
    /// Time on the wall from start to stop, in seconds.
    pub elapsed_seconds: Option<i64>,
    /// The fact that started it.
    pub start_fact: FactNo,
    /// The fact that stopped it.
    pub stop_fact: Option<FactNo>,
    /// The fact that last changed it.
    pub last_fact: FactNo,
    /// When the next step of its ladder is reached, where there is one.
    pub next_step_at: Option<Timestamp>,
}

/// A clock of which the ledger learnt late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockToldLate {
    /// Which.
    pub id: ClockId,
    /// The fact that it started, and when that was recorded.
    pub start: (FactNo, Timestamp),
    /// The same of its stop, where it has one.
    pub stop: Option<(FactNo, Timestamp)>,
}

pub(crate) fn read(mut row: Row) -> Result<ClockRow, StoreError> {
    Ok(ClockRow {
        id: row.next()?,
        subject: read_subject(&mut row)?,
        service_level: row.next()?,
        version: row.next()?,
        clause: row.next()?,
        owner: row.next()?,
        holder: row.next()?,
        transfer: row.next()?,
        started_at: row.next()?,
        counts_from: row.next()?,
        at_risk_at: row.next()?,
        due_at: row.next()?,
        resting: row.next()?,
        risk_noticed: row.next()?,
        breached: row.next()?,
        stopped_at: row.next()?,
        verdict: row.next()?,
        stopped_by: row.next()?,
        working_seconds: row.next()?,
        elapsed_seconds: row.next()?,
        start_fact: row.next()?,
        stop_fact: row.next()?,
        last_fact: row.next()?,
        next_step_at: row.next()?,
    })
}

/// The table says what it runs on by the column that is filled.
pub(super) fn read_subject(row: &mut Row) -> Result<Subject, StoreError> {
    match row.next::<Option<LeadId>>()? {
        None => row.next().map(Subject::Opportunity),
        Some(lead) => row.next::<Option<OpportunityId>>().map(|_| Subject::Lead(lead)),
    }
}

/// A verdict's key, as in the fact's JSON.
fn key(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Met => "met",
        Verdict::MetLate => "met_late",
        Verdict::Missed => "missed",
        Verdict::NoVerdict => "no_verdict",
    }
}

impl FromValue for Verdict {
    const WANTED: &'static str = "a verdict";
    fn from_value(value: Value) -> Result<Self, Value> {
        let text = String::from_value(value)?;
        let all = [Verdict::Met, Verdict::MetLate, Verdict::Missed, Verdict::NoVerdict];
        all.into_iter().find(|verdict| key(*verdict) == text).ok_or(Value::Text(text))
    }
}

/// How a clock stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockStanding {
    /// Which.
    pub id: ClockId,
    /// How it ended.
    pub verdict: Option<Verdict>,
    /// When it ended; `None` while it runs.
    pub stopped_at: Option<Timestamp>,
    /// Whether no time counts.
    pub resting: bool,
    /// When it is due.
    pub due_at: Timestamp,
}

/// A row's values, in the order of its columns.
pub(crate) fn values_of(row: &ClockRow) -> Vec<Value> {
    values![
        &row.id,
        row.subject.lead(),
        row.subject.opportunity(),
        &row.service_level,
        row.version,
        &row.clause,
        row.owner.as_ref(),
        row.holder.as_ref(),
        row.transfer,
        row.started_at,
        row.counts_from,
        row.at_risk_at,
        row.due_at,
        row.resting,
        row.risk_noticed,
        row.breached,
        row.stopped_at,
        row.verdict.map(key),
        row.stopped_by.as_ref(),
        row.working_seconds,
        row.elapsed_seconds,
        row.start_fact,
        row.stop_fact,
        row.last_fact,
        row.next_step_at
    ]
    .to_vec()
}

/// The question for the running clocks that are due before an instant, and its values.
fn due_before(before: Timestamp, after: Option<&ClockRow>, limit: u32) -> (String, Vec<Value>) {
    let mut conditions = Conditions::default();
    conditions.hold("stopped_at is null and resting = 0");
    let before = conditions.value(before);
    conditions.hold(format!("due_at < {before}"));
    if let Some(after) = after {
        let (at, fact) = (conditions.value(after.due_at), conditions.value(after.start_fact));
        conditions.hold(format!("(due_at, start_fact) > ({at}, {fact})"));
    }
    let limit = conditions.value(limit);
    let clause = conditions.clause();
    let query =
        format!("select {COLUMNS} from clock {clause} order by due_at, start_fact limit {limit}");
    (query, conditions.values)
}

impl Reader<'_> {
    /// One clock.
    ///
    /// # Errors
    /// When the database fails.
    pub fn clock(&self, id: &ClockId) -> Result<Option<ClockRow>, StoreError> {
        let query = format!("select {COLUMNS} from clock where id = $1");
        self.find("read a clock", &query, values![id], read)
    }

    /// The clocks with these ids, in no order; one that is not known is left out.
    ///
    /// # Errors
    /// When the database fails.
    pub fn clocks_with(&self, ids: &[ClockId]) -> Result<Vec<ClockRow>, StoreError> {
        let sql = |ids: &str| format!("select {COLUMNS} from clock where id in ({ids})");
        let ids: Vec<String> = ids.iter().map(|id| id.as_str().to_owned()).collect();
        self.list_of("read some clocks", sql, &ids, &[], read)
    }

    /// A lead's clocks, in the order in which they were started.
    ///
    /// # Errors
    /// When the database fails.
    pub fn clocks_of(&self, lead: &LeadId) -> Result<Vec<ClockRow>, StoreError> {
        let query = format!("select {COLUMNS} from clock where lead = $1 order by start_fact");
        self.list("read a lead's clocks", &query, values![lead], read)
    }

    /// An opportunity's clocks, in the order in which they were started.
    ///
    /// # Errors
    /// When the database fails.
    pub fn clocks_of_opportunity(
        &self,
        opportunity: &OpportunityId,
    ) -> Result<Vec<ClockRow>, StoreError> {
        let query =
            format!("select {COLUMNS} from clock where opportunity = $1 order by start_fact");
        self.list("read an opportunity's clocks", &query, values![opportunity], read)
    }

    /// The clocks under a version, and of one service level where one is given, as far as a count
    /// of them tells them apart; in the order in which they were started.
    ///
    /// # Errors
    /// When the database fails.
    pub fn clocks_under(
        &self,
        version: Version,
        level: Option<&str>,
    ) -> Result<Vec<ClockStanding>, StoreError> {
        let mut all = Conditions::default();
        let version = all.value(version);
        all.hold(format!("version = {version}"));
        if let Some(level) = level {
            let level = all.value(level);
            all.hold(format!("service_level = {level}"));
        }
        let clause = all.clause();
        let query = format!(
            "select id, verdict, stopped_at, resting, due_at from clock {clause} order by start_fact"
        );
        self.list("read a version's clocks", &query, &all.values, |mut row| {
            Ok(ClockStanding {
                id: row.next()?,
                verdict: row.next()?,
                stopped_at: row.next()?,
                resting: row.next()?,
                due_at: row.next()?,
            })
        })
    }

    /// How many clocks of each service level run and are not missed, so that a version may judge them
    /// anew.
    ///
    /// # Errors
    /// When the database fails.
    pub fn clocks_in_time(&self, now: Timestamp) -> Result<BTreeMap<String, u64>, StoreError> {
        let query = "select service_level, count(*) from clock
                     where stopped_at is null and breached = 0 and (resting = 1 or due_at >= $1)
                     group by service_level";
        let counted = self.list("count the clocks in time", query, values![now], |mut row| {
            Ok((row.next()?, row.next::<i64>()?.unsigned_abs()))
        })?;
        Ok(counted.into_iter().collect())
    }

    /// The clocks due from an instant on and before another, in the order in which they were
    /// started.
    ///
    /// # Errors
    /// When the database fails.
    pub fn clocks_due_in(&self, period: Window<Timestamp>) -> Result<Vec<ClockRow>, StoreError> {
        let query = format!("select {COLUMNS} from clock where due_at >= $1 and due_at < $2");
        let values = values![period.from, period.before];
        let mut rows = self.list("read the clocks due in a period", &query, values, read)?;
        rows.sort_by_key(|clock| clock.start_fact);
        Ok(rows)
    }

    /// All clocks, in the order in which they were started.
    ///
    /// # Errors
    /// When the database fails.
    pub fn clocks(&self) -> Result<Vec<ClockRow>, StoreError> {
        let query = format!("select {COLUMNS} from clock");
        let mut rows = self.list("read the clocks", &query, &[], read)?;
        rows.sort_by_key(|clock| clock.start_fact);
        Ok(rows)
    }

    /// When each clock is or was due.
    ///
    /// # Errors
    /// When the database fails.
    pub fn clocks_due_at(&self) -> Result<BTreeMap<ClockId, Timestamp>, StoreError> {
        let what = "read when clocks are due";
        let due = self.list(what, "select id, due_at from clock", &[], |mut row| {
            Ok((row.next()?, row.next()?))
        })?;
        Ok(due.into_iter().collect())
    }

    /// The clocks due from an instant on of which the ledger learnt late: that they had started, or
    /// that they had been stopped in time, only after they were due.
    ///
    /// # Errors
    /// When the database fails.
    pub fn clocks_told_late(&self, from: Timestamp) -> Result<Vec<ClockToldLate>, StoreError> {
        let query = "select c.id, s.no, s.recorded_at, e.no, e.recorded_at
                     from clock c
                     join fact s on s.no = c.start_fact
                     left join fact e on e.no = c.stop_fact
                     where c.due_at >= $1
                       and (s.recorded_at > c.due_at
                            or (c.stopped_at <= c.due_at and e.recorded_at > c.due_at))
                     order by c.id";
        self.list("read which clocks were told of late", query, values![from], |mut row| {
            let (id, start) = (row.next()?, (row.next()?, row.next()?));
            let stop = row.next::<Option<FactNo>>()?.zip(row.next::<Option<Timestamp>>()?);
            Ok(ClockToldLate { id, start, stop })
        })
    }

    /// Up to `limit` of the clocks that run and are due before an instant, from the first due on
    /// or from the one after a place.
    ///
    /// # Errors
    /// When the database fails.
    pub fn clocks_due_before(
        &self,
        before: Timestamp,
        after: Option<&ClockRow>,
        limit: u32,
    ) -> Result<Vec<ClockRow>, StoreError> {
        let (query, values) = due_before(before, after, limit);
        self.list("read the running clocks", &query, &values, read)
    }

    /// The clocks that `owner` has to answer, which run and are due before an instant, the first due first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn clocks_due_of(
        &self,
        owner: &UserId,
        before: Timestamp,
    ) -> Result<Vec<ClockRow>, StoreError> {
        let query = format!(
            "select {COLUMNS} from clock
             where holder = $1 and stopped_at is null and resting = 0 and due_at < $2
             order by due_at, start_fact"
        );
        self.list("read somebody's running clocks", &query, values![owner, before], read)
    }

    /// How many clocks `owner` has to answer.
    ///
    /// # Errors
    /// When the database fails.
    pub fn clocks_running_of(&self, owner: &UserId) -> Result<u64, StoreError> {
        let query = "select count(*) from clock
                     where holder = $1 and stopped_at is null and resting = 0";
        let what = "count somebody's running clocks";
        let n = self.find(what, query, values![owner], |mut row| row.next::<i64>())?;
        Ok(n.unwrap_or(0).unsigned_abs())
    }

    /// How many clocks each person has to answer before an instant; it may be nobody.
    ///
    /// # Errors
    /// When the database fails.
    pub fn clocks_running_by_owner(
        &self,
        before: Timestamp,
    ) -> Result<Vec<(Option<UserId>, u64)>, StoreError> {
        let query = "select holder, count(*) from clock
                     where stopped_at is null and resting = 0 and due_at < $1 group by holder";
        self.list("count the running clocks", query, values![before], |mut row| {
            Ok((row.next()?, row.next::<i64>()?.unsigned_abs()))
        })
    }

    /// How many clocks of a service level of a version run and are past due.
    ///
    /// # Errors
    /// When the database fails.
    pub fn clocks_late(
        &self,
        version: Version,
        level: &str,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let query = "select count(*) from clock
                     where stopped_at is null and resting = 0 and version = $1
                       and service_level = $2 and due_at < $3";
        let n =
            self.find("count the late clocks", query, values![version, level, now], |mut row| {
                row.next::<i64>()
            })?;
        Ok(n.unwrap_or(0).unsigned_abs())
    }

    /// The clocks that run and of which the ledger does not yet say what `now` makes of them: at
    /// risk from `at_risk_at` on, missed after `due_at`, and a step of the ladder reached after
    /// `next_step_at`: at those instants it may still be met. The first due first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn clocks_due(&self, now: Timestamp) -> Result<Vec<ClockRow>, StoreError> {
        // Three questions in one, so that each can go by its own small index.
        let query = format!(
            "select {COLUMNS} from clock
             where stopped_at is null and resting = 0 and risk_noticed = 0 and at_risk_at <= $1
             union
             select {COLUMNS} from clock
             where stopped_at is null and resting = 0 and breached = 0 and due_at < $1
             union
             select {COLUMNS} from clock
             where stopped_at is null and resting = 0 and next_step_at < $1"
        );
        let mut rows = self.list("look for clocks that are due", &query, values![now], read)?;
        rows.sort_by_key(|clock| (clock.due_at, clock.start_fact));
        Ok(rows)
    }
}
