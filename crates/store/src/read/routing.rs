//! Read model: who was routed to whom, what each member of a pool has received, and which leads
//! wait because nobody can take them.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    fact::{Entry, Fact},
    ids::{FactNo, LeadId, UserId, Version},
    routed::{LeadRouted, Level, RoutingCreditedBack},
};
use jiff::Timestamp;

use super::escalation;
use crate::{
    behind::Table,
    database::Connection,
    error::StoreError,
    reader::Reader,
    value::{FromValue, Row, Value, values},
};

pub(crate) const COLUMNS: &str = "by_fact, lead, at, to_user, route, pool, version";

pub(crate) const ENTRY_COLUMNS: &str = "by_fact, pool, user_id, what, lead, n";

pub(crate) const LEVEL_COLUMNS: &str = "pool, user_id, received, credited_back, lifted";

pub(crate) const UNROUTED_COLUMNS: &str = "lead, by_fact, since";

/// A lead was routed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutingRow {
    /// The fact that says so, with all that was looked at.
    pub by_fact: FactNo,
    /// Which lead.
    pub lead: LeadId,
    /// When.
    pub at: Timestamp,
    /// To whom; `None` when nobody could take it.
    pub to: Option<UserId>,
    /// The last route that was tried.
    pub route: String,
    /// The pool through which it went.
    pub pool: Option<String>,
    /// The version of the Agreement that decided.
    pub version: Version,
}

/// One of the entries that a level is the sum of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelEntry {
    /// The fact that says so.
    pub by_fact: FactNo,
    /// Whose level.
    pub user: UserId,
    /// What it was.
    pub what: Moved,
    /// The lead that it came with.
    pub lead: LeadId,
    /// By how many leads.
    pub n: i64,
}

/// What moves a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moved {
    /// A lead was received, and it counts.
    Received,
    /// A lead that was received counts no more.
    CreditedBack,
    /// The level was lifted to the pool's lowest.
    Lifted,
}

impl Moved {
    /// Every one.
    pub const ALL: [Moved; 3] = [Moved::Received, Moved::CreditedBack, Moved::Lifted];

    fn key(self) -> &'static str {
        match self {
            Moved::Received => "received",
            Moved::CreditedBack => "credited_back",
            Moved::Lifted => "lifted",
        }
    }

    /// It as words on screen.
    pub fn words(self) -> &'static str {
        match self {
            Moved::Received => "received",
            Moved::CreditedBack => "credited back",
            Moved::Lifted => "lifted to the lowest level",
        }
    }
}

impl FromValue for Moved {
    const WANTED: &'static str = "what moves a level";
    fn from_value(value: Value) -> Result<Self, Value> {
        let key = String::from_value(value)?;
        Moved::ALL.into_iter().find(|moved| moved.key() == key).ok_or(Value::Text(key))
    }
}

/// A lead that waits, because nobody can take it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnroutedRow {
    /// Which lead.
    pub lead: LeadId,
    /// The fact that says why.
    pub by_fact: FactNo,
    /// Since when.
    pub since: Timestamp,
}

fn read(mut row: Row) -> Result<RoutingRow, StoreError> {
    Ok(RoutingRow {
        by_fact: row.next()?,
        lead: row.next()?,
        at: row.next()?,
        to: row.next()?,
        route: row.next()?,
        pool: row.next()?,
        version: row.next()?,
    })
}

fn read_unrouted(mut row: Row) -> Result<UnroutedRow, StoreError> {
    Ok(UnroutedRow { lead: row.next()?, by_fact: row.next()?, since: row.next()? })
}

pub(crate) fn routed(
    connection: &Connection,
    entry: &Entry,
    fact: &LeadRouted,
) -> Result<(), StoreError> {
    let route = fact.routed.tried.last().map_or("", |tried| tried.route.as_str());
    let (to, pool) = (fact.routed.to.as_ref(), fact.routed.pool.as_ref());
    let version = fact.because.version;
    let values = values![entry.no, &fact.lead, entry.happened_at(), to, route, pool, version];
    connection.insert_later(Table::Routing, values)?;
    for (pool, user, what, n) in moves_of(fact) {
        level_moved(connection, entry, (pool, user, &fact.lead), what, n)?;
    }
    if let (Some(after), Some(to)) = (fact.after.as_deref(), to) {
        escalation::passed_on(connection, entry, (&fact.lead, after), to)?;
    }
    match to {
        // The database itself does so too, by the trigger of `0015_routing.sql`, when a lead's status
        // or owner changes: whether it waits is then to be asked anew.
        Some(_) => connection.served_later(fact.lead.as_str()),
        // Somebody has it: it stays with them.
        None if fact.after.is_some() => Ok(()),
        None => {
            let sql = "insert into unrouted (lead, by_fact, since) values ($1, $2, $3)
                       on conflict (lead) do update set by_fact = excluded.by_fact";
            let values = values![&fact.lead, entry.no, entry.happened_at()];
            connection.execute("fold a lead that waits", sql, values).map(drop)
        }
    }
}

pub(crate) fn credited_back(
    connection: &Connection,
    entry: &Entry,
    fact: &RoutingCreditedBack,
) -> Result<(), StoreError> {
    let of = (&fact.pool, &fact.user, &fact.lead);
    level_moved(connection, entry, of, Moved::CreditedBack, 1)
}

/// Takes what a lead counted for its receivers out of their levels; `facts` are those about it that
/// held until now, and so what its entries were folded from.
pub(super) fn taken_out(
    connection: &Connection,
    lead: &LeadId,
    facts: &[Arc<Entry>],
) -> Result<(), StoreError> {
    for entry in facts {
        let moves = match entry.fact() {
            Fact::LeadRouted(fact) => moves_of(fact),
            Fact::RoutingCreditedBack(fact) => {
                vec![(&fact.pool, &fact.user, Moved::CreditedBack, 1)]
            }
            _ => continue,
        };
        for (pool, user, what, n) in moves {
            move_level(connection, (pool, user), what, -n)?;
            connection.drop_level_of_nothing(pool, user)?;
        }
    }
    connection.delete_later("routing_entry", "lead", &[lead.as_str()])
}

/// What a routing moved, of whom and by how much.
fn moves_of(fact: &LeadRouted) -> Vec<(&String, &UserId, Moved, i64)> {
    let Some(pool) = &fact.routed.pool else { return Vec::new() };
    let lifted = fact.routed.lifted.iter();
    let mut moves: Vec<_> = lifted.map(|(user, by)| (pool, user, Moved::Lifted, *by)).collect();
    let received = fact.routed.to.as_ref().filter(|_| fact.routed.counted);
    moves.extend(received.map(|user| (pool, user, Moved::Received, 1)));
    moves
}

fn level_moved(
    connection: &Connection,
    entry: &Entry,
    (pool, user, lead): (&String, &UserId, &LeadId),
    what: Moved,
    n: i64,
) -> Result<(), StoreError> {
    let values = values![entry.no, pool, user, what.key(), lead, n];
    connection.insert_later(Table::RoutingEntry, values)?;
    move_level(connection, (pool, user), what, n)
}

fn move_level(
    connection: &Connection,
    (pool, user): (&str, &UserId),
    what: Moved,
    n: i64,
) -> Result<(), StoreError> {
    connection.change_level(pool, user, |level| match what {
        Moved::Received => level.received += n,
        Moved::CreditedBack => level.credited_back += n,
        Moved::Lifted => level.lifted += n,
    })
}

impl Reader<'_> {
    /// A lead's routings, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn routings_of(&self, lead: &LeadId) -> Result<Vec<RoutingRow>, StoreError> {
        let query = format!("select {COLUMNS} from routing where lead = $1 order by by_fact");
        self.list("read a lead's routings", &query, values![lead], read)
    }

    /// The latest routings, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn latest_routings(&self, limit: u32) -> Result<Vec<RoutingRow>, StoreError> {
        let query =
            format!("select {COLUMNS} from routing order by at desc, by_fact desc limit $1");
        self.list("read the latest routings", &query, values![limit], read)
    }

    /// The levels of a pool, of whoever has ever received of it or waited for it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn routing_levels(&self, pool: &str) -> Result<Vec<(UserId, Level)>, StoreError> {
        self.0.levels_of(pool)
    }

    /// The entries that a pool's levels are the sums of, the newest first: of one person, or of all.
    ///
    /// # Errors
    /// When the database fails.
    pub fn routing_entries(
        &self,
        pool: &str,
        user: Option<&UserId>,
        limit: Option<u32>,
    ) -> Result<Vec<LevelEntry>, StoreError> {
        let query = "select by_fact, user_id, what, lead, n from routing_entry
                     where pool = $1 and ($2 = '' or user_id = $2)
                     order by by_fact desc, user_id, what limit $3";
        let user = user.map_or("", UserId::as_str);
        let limit = limit.map_or(i64::MAX, i64::from);
        self.list("read the entries of levels", query, values![pool, user, limit], |mut row| {
            Ok(LevelEntry {
                by_fact: row.next()?,
                user: row.next()?,
                what: row.next()?,
                lead: row.next()?,
                n: row.next()?,
            })
        })
    }

    /// What the entries of a pool add up to, by person.
    ///
    /// # Errors
    /// When the database fails.
    pub fn routing_sums(&self, pool: &str) -> Result<BTreeMap<UserId, Level>, StoreError> {
        let query = "select user_id, what, cast(sum(n) as bigint) from routing_entry
                     where pool = $1 group by user_id, what";
        let mut sums: BTreeMap<UserId, Level> = BTreeMap::new();
        let add = |mut row: Row| {
            let (user, what, n): (UserId, Moved, i64) = (row.next()?, row.next()?, row.next()?);
            let level = sums.entry(user).or_default();
            match what {
                Moved::Received => level.received = n,
                Moved::CreditedBack => level.credited_back = n,
                Moved::Lifted => level.lifted = n,
            }
            Ok(())
        };
        self.list("add up the entries of levels", query, values![pool], add)?;
        Ok(sums)
    }

    /// Why a lead waits, if it does.
    ///
    /// # Errors
    /// When the database fails.
    pub fn unrouted_lead(&self, lead: &LeadId) -> Result<Option<UnroutedRow>, StoreError> {
        let query = format!("select {UNROUTED_COLUMNS} from unrouted where lead = $1");
        self.find("read why a lead waits", &query, values![lead], read_unrouted)
    }

    /// The leads that wait, the longest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn unrouted(&self, limit: u32) -> Result<Vec<UnroutedRow>, StoreError> {
        let query =
            format!("select {UNROUTED_COLUMNS} from unrouted order by since, lead limit $1");
        self.list("read the leads that wait", &query, values![limit], read_unrouted)
    }

    /// How many leads wait.
    ///
    /// # Errors
    /// When the database fails.
    pub fn unrouted_count(&self) -> Result<u64, StoreError> {
        let query = "select count(*) from unrouted";
        let n = self.find("count the leads that wait", query, &[], |mut row| row.next::<i64>())?;
        Ok(n.unwrap_or(0).unsigned_abs())
    }

    /// How many leads routing had to find an owner for, each counted once, from an instant until
    /// before another, and how many of them went through a pool.
    ///
    /// # Errors
    /// When the database fails.
    pub fn leads_routed_between(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<(u64, u64), StoreError> {
        let query = "select count(distinct lead),
                            count(distinct case when pool is not null then lead end)
                     from routing where at >= $1 and at < $2";
        let counts = self.find("count what was routed", query, values![from, to], |mut row| {
            Ok((row.next::<i64>()?.unsigned_abs(), row.next::<i64>()?.unsigned_abs()))
        })?;
        Ok(counts.unwrap_or_default())
    }

    /// The leads that were routed from an instant on and before another, by id, and whether each
    /// went to a pool.
    ///
    /// # Errors
    /// When the database fails.
    pub fn leads_routed_in(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<(LeadId, bool)>, StoreError> {
        let query =
            "select lead, count(pool) from routing where at >= $1 and at < $2 group by lead";
        let mut leads =
            self.list("read what was routed", query, values![from, to], |mut row| {
                Ok((row.next::<LeadId>()?, row.next::<i64>()? > 0))
            })?;
        leads.sort();
        Ok(leads)
    }

    /// How many leads somebody was given since an instant, each once, counted up to a number.
    ///
    /// # Errors
    /// When the database fails.
    pub fn given_since(
        &self,
        owner: &UserId,
        since: Timestamp,
        up_to: u32,
    ) -> Result<u32, StoreError> {
        let query = "select count(*) from
                       (select distinct lead from assignment where owner = $1 and at >= $2 limit $3) g";
        let values = values![owner, since, up_to];
        let n =
            self.find("count what somebody was given", query, values, |mut row| row.next::<i64>())?;
        Ok(u32::try_from(n.unwrap_or(0)).unwrap_or(up_to))
    }

    /// How many leads of somebody have a clock that runs and was due before an instant, counted up
    /// to a number.
    ///
    /// # Errors
    /// When the database fails.
    pub fn late_leads_of(
        &self,
        holder: &UserId,
        at: Timestamp,
        up_to: u32,
    ) -> Result<u32, StoreError> {
        let query = "select count(*) from
                       (select distinct lead from clock
                        where holder = $1 and stopped_at is null and resting = 0 and due_at < $2
                          and lead is not null limit $3) late";
        let values = values![holder, at, up_to];
        let n = self
            .find("count what is late with somebody", query, values, |mut row| row.next::<i64>())?;
        Ok(u32::try_from(n.unwrap_or(0)).unwrap_or(up_to))
    }

    /// How many leads somebody has in each status, by the status's first 200 letters; nobody's for
    /// the empty name.
    ///
    /// # Errors
    /// When the database fails.
    pub fn leads_by_status(&self, owner: &str) -> Result<Vec<(String, u64)>, StoreError> {
        let query = "select status, cast(sum(n) as bigint) from lead_tally
                     where owner = $1 group by status";
        let mut rows = self.list("count somebody's leads", query, values![owner], |mut row| {
            Ok((row.next::<String>()?, row.next::<i64>()?.unsigned_abs()))
        })?;
        rows.sort();
        Ok(rows)
    }

    /// Leads of an owner, or of nobody, that stand in a status since an instant and do not wait, in
    /// the order of their ids behind one of them.
    ///
    /// # Errors
    /// When the database fails.
    pub fn leads_to_route(
        &self,
        owner: Option<&UserId>,
        status: &str,
        since: Timestamp,
        after: &str,
        limit: u32,
    ) -> Result<Vec<LeadId>, StoreError> {
        let whose = if owner.is_some() { "owner = $4" } else { "owner is null and $4 = ''" };
        let query = format!(
            "select id from lead where {whose} and status is not null
                 and substr(status, 1, 200) = $1 and coalesce(status_since, $2) >= $2 and id > $5
                 and not exists (select 1 from unrouted where unrouted.lead = lead.id)
             order by id limit $3"
        );
        let owner = owner.map_or("", UserId::as_str);
        let values = values![status, since, limit, owner, after];
        self.list("look for leads that nobody has", &query, values, |mut row| row.next())
    }
}
