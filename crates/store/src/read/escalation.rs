//! Read model: who was told of a clock that nobody has answered.

use std::collections::BTreeMap;

use domain::{
    decided::ClockEscalated,
    fact::Entry,
    ids::{ClockId, FactNo, LeadId, UserId},
    routed::PassedOnBy,
};
use jiff::{SignedDuration, Timestamp};

use super::clock::ClockRow;
use crate::{
    database::Connection,
    error::StoreError,
    ledger::KEY_BYTES_MAX,
    reader::Reader,
    value::{Row, values},
};

pub(crate) const COLUMNS: &str =
    "by_fact, user_id, clock, lead, opportunity, step, at, passed_on, shown_until";

/// A step that passes a lead on ends the clock under most terms; whoever it tells sees it so long.
const PASSED_ON_SHOWN: SignedDuration = SignedDuration::from_hours(24);

/// Somebody was told of a clock.
#[derive(Debug, Clone, PartialEq)]
pub struct ToldRow {
    /// Which step it reached, from 1.
    pub step: u32,
    /// When.
    pub at: Timestamp,
    /// The fact that says so.
    pub by_fact: FactNo,
    /// Whether the lead passed on by it.
    pub passed_on: bool,
    /// The clock.
    pub clock: ClockRow,
}

pub(crate) fn reached(
    connection: &Connection,
    entry: &Entry,
    fact: &ClockEscalated,
) -> Result<(), StoreError> {
    let sql = "update clock set next_step_at = $2, last_fact = $3 where id = $1";
    let values = values![&fact.clock, fact.next_step_at, entry.no];
    connection.execute("fold a step of a clock", sql, values)?;
    for user in fact.told.iter().filter(|user| user.as_str().len() <= KEY_BYTES_MAX) {
        let sql = "insert into clock_told (by_fact, user_id, clock, lead, opportunity, step, at,
                       passed_on, shown_until)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let values = values![
            entry.no,
            user,
            &fact.clock,
            fact.subject.lead(),
            fact.subject.opportunity(),
            fact.step,
            entry.happened_at(),
            fact.reassigned_to.is_some(),
            Timestamp::MAX
        ];
        connection.execute("fold who is told of a clock", sql, values)?;
    }
    Ok(())
}

/// The routes said to whom a lead passes that a step passes on: whoever was told of the step sees so,
/// and whoever has it now.
pub(crate) fn passed_on(
    connection: &Connection,
    entry: &Entry,
    (lead, after): (&LeadId, &PassedOnBy),
    to: &UserId,
) -> Result<(), StoreError> {
    let sql = "update clock_told set passed_on = 1 where by_fact = $1";
    connection.execute("fold what passed on", sql, values![after.escalated])?;
    let sql =
        "insert into clock_told (by_fact, user_id, clock, lead, step, at, passed_on, shown_until)
               select $1, $2, $3, $4, $5, $6, 1, $7
               where not exists (select 1 from clock_told where by_fact = $8 and user_id = $2)";
    let values = values![
        entry.no,
        to,
        &after.clock,
        lead,
        after.step,
        entry.happened_at(),
        Timestamp::MAX,
        after.escalated
    ];
    connection.execute("fold who has it now", sql, values).map(drop)
}

/// What somebody was told of a clock is over with it.
pub(crate) fn over(
    connection: &Connection,
    entry: &Entry,
    clock: &ClockId,
) -> Result<(), StoreError> {
    let sql = "update clock_told set shown_until = case when passed_on = 1 then cast($3 as bigint)
                       else cast($2 as bigint) end
               where clock = $1";
    let at = entry.happened_at();
    let values = values![clock, at, at.saturating_add(PASSED_ON_SHOWN).unwrap_or(at)];
    connection.execute("fold what somebody was told", sql, values).map(drop)
}

impl Reader<'_> {
    /// Of what somebody was told, up to `limit`: the last step of each clock that runs, the first
    /// reached first, and then for a day what a step passed on, in the order in which it is over.
    ///
    /// # Errors
    /// When the database fails.
    pub fn told_of_clocks(
        &self,
        user: &UserId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<ToldRow>, StoreError> {
        let (what, ever) = ("read of what somebody was told", Timestamp::MAX);
        let open = told_where("t.shown_until = $2", "t.at, t.by_fact");
        let mut found = self.list(what, &open, values![user, ever, limit], found_row)?;
        let more = limit.saturating_sub(found.len() as u32);
        if more > 0 {
            let is_over = "t.shown_until > $2 and t.shown_until < $4";
            let over = told_where(is_over, "t.shown_until, t.at, t.by_fact");
            found.extend(self.list(what, &over, values![user, now, more, ever], found_row)?);
        }
        let ids: Vec<ClockId> = found.iter().map(|(clock, ..)| clock.clone()).collect();
        let clocks = self.clocks_with(&ids)?.into_iter().map(|row| (row.id.clone(), row));
        let clocks: BTreeMap<ClockId, ClockRow> = clocks.collect();
        let told = found.into_iter().filter_map(|(clock, step, at, by_fact, passed_on)| {
            let clock = clocks.get(&clock)?.clone();
            Some(ToldRow { step, at, by_fact, passed_on, clock })
        });
        Ok(told.collect())
    }
}

/// The question for up to `$3` of what the user `$1` was told, without steps after which a later one
/// was reached.
fn told_where(shown: &str, order: &str) -> String {
    format!(
        "select t.clock, t.step, t.at, t.by_fact, t.passed_on from clock_told t
         where t.user_id = $1 and {shown}
           and not exists (select 1 from clock_told later
                           where later.user_id = t.user_id and later.clock = t.clock
                             and later.step > t.step)
         order by {order} limit $3"
    )
}

fn found_row(mut row: Row) -> Result<(ClockId, u32, Timestamp, FactNo, bool), StoreError> {
    Ok((row.next()?, row.next()?, row.next()?, row.next()?, row.next()?))
}
