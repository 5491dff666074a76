//! Read model: the people of the firm. Who they are by name stands beside the ledger.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    book::{BookPassedOn, UserLeft},
    fact::Entry,
    field::{FieldValue, Fields},
    firm::{Role, Side, UserAdmitted},
    ids::{FactNo, UserId},
    record::UserReported,
};
use jiff::Timestamp;

use super::columns::{id_of, overlaid, text_of};
use crate::{
    database::Connection,
    error::StoreError,
    reader::Reader,
    value::{FromValue, Row, Value, json, values},
};

pub(crate) const COLUMNS: &str =
    "id, role, side, active, fields, team, manager, region, left_at, taker, last_fact";

/// What a person of the firm is called, and where they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colleague {
    /// Who.
    pub id: UserId,
    /// Their name, where it is known and not erased.
    pub name: Option<String>,
    /// Where they stand.
    pub side: Option<Side>,
    /// Whether they may be given anything, see [`UserRow::can_own`].
    pub can_own: bool,
}

/// A person of the firm.
#[derive(Debug, Clone, PartialEq)]
pub struct UserRow {
    /// Who.
    pub id: UserId,
    /// What they may do; `None` until they are admitted.
    pub role: Option<Role>,
    /// Where they stand: as admitted, and before that as reported.
    pub side: Option<Side>,
    /// Whether they may sign in.
    pub active: bool,
    /// Everything reported of them.
    pub fields: Fields,
    /// Their team.
    pub team: Option<String>,
    /// Who leads them.
    pub manager: Option<String>,
    /// Their region.
    pub region: Option<String>,
    /// When they left the firm; `None` while they are of it.
    pub left_at: Option<Timestamp>,
    /// Who took their whole book, the last time that it passed.
    pub taker: Option<UserId>,
    /// The fact that last changed them.
    pub last_fact: FactNo,
}

pub(super) fn read(mut row: Row) -> Result<UserRow, StoreError> {
    Ok(UserRow {
        id: row.next()?,
        role: row.next()?,
        side: row.next()?,
        active: row.next()?,
        fields: row.next()?,
        team: row.next()?,
        manager: row.next()?,
        region: row.next()?,
        left_at: row.next()?,
        taker: row.next()?,
        last_fact: row.next()?,
    })
}

impl FromValue for Role {
    const WANTED: &'static str = "a role";
    fn from_value(value: Value) -> Result<Self, Value> {
        let key = String::from_value(value)?;
        Role::parse(&key).ok_or(Value::Text(key))
    }
}

impl FromValue for Side {
    const WANTED: &'static str = "a side";
    fn from_value(value: Value) -> Result<Self, Value> {
        let key = String::from_value(value)?;
        Side::parse(&key).ok_or(Value::Text(key))
    }
}

/// A side's key, as in the facts' JSON.
pub(super) fn side_key(side: Side) -> &'static str {
    match side {
        Side::Marketing => "marketing",
        Side::Sales => "sales",
        Side::Neutral => "neutral",
    }
}

pub(crate) fn reported(
    connection: &Connection,
    entry: &Entry,
    fact: &UserReported,
) -> Result<(), StoreError> {
    let known = "select fields from user_record where id = $1";
    let fields = overlaid(connection, known, fact.user.as_str(), &fact.fields)?;
    let side = text_of(&fields, "side").and_then(|side| Side::parse(&side.to_lowercase()));
    let sql = "insert into user_record
                   (id, side, active, fields, team, manager, region, last_fact)
               values ($1, $2, 0, $3, $4, $5, $6, $7)
               on conflict (id) do update set
                   side = case when user_record.role is null
                       then excluded.side else user_record.side end,
                   fields = excluded.fields, team = excluded.team, manager = excluded.manager,
                   region = excluded.region, last_fact = excluded.last_fact";
    let values = values![
        &fact.user,
        side.map(side_key),
        json(&fields),
        text_of(&fields, "team"),
        id_of(&fields, "manager"),
        text_of(&fields, "region"),
        entry.no
    ];
    connection.execute("fold a user", sql, values).map(drop)
}

pub(crate) fn admitted(
    connection: &Connection,
    entry: &Entry,
    fact: &UserAdmitted,
) -> Result<(), StoreError> {
    let sql = "insert into user_record (id, role, side, active, fields, last_fact)
               values ($1, $2, $3, $4, '{}', $5)
               on conflict (id) do update set role = excluded.role, side = excluded.side,
                   active = excluded.active, last_fact = excluded.last_fact,
                   left_at = case when excluded.active = 1
                       then null else user_record.left_at end";
    let values = values![&fact.user, fact.role.key(), side_key(fact.side), fact.active, entry.no];
    connection.execute("fold an admission", sql, values).map(drop)
}

pub(crate) fn left(
    connection: &Connection,
    entry: &Entry,
    fact: &UserLeft,
) -> Result<(), StoreError> {
    let sql = "update user_record set active = 0, left_at = $2, last_fact = $3 where id = $1";
    let values = values![&fact.user, entry.happened_at(), entry.no];
    connection.execute("fold a leaving", sql, values).map(drop)
}

pub(crate) fn passed_on(
    connection: &Connection,
    entry: &Entry,
    fact: &BookPassedOn,
) -> Result<(), StoreError> {
    let sql = "update user_record set taker = $2, last_fact = $3 where id = $1";
    connection.execute("fold a book", sql, values![&fact.user, &fact.taker, entry.no]).map(drop)
}

impl UserRow {
    /// Whether they may be given anything: they have not left, and may sign in if they ever might.
    pub fn can_own(&self) -> bool {
        self.left_at.is_none() && (self.role.is_none() || self.active)
    }

    /// Whether nothing is given to them by itself: they may own nothing here, or another system says
    /// that they are not active.
    pub fn is_deactivated(&self) -> bool {
        !self.can_own() || self.fields.get("active") == Some(&FieldValue::Bool(false))
    }
}

impl Reader<'_> {
    /// One person of the firm.
    ///
    /// # Errors
    /// When the database fails.
    pub fn user(&self, id: &UserId) -> Result<Option<UserRow>, StoreError> {
        let query = format!("select {COLUMNS} from user_record where id = $1");
        self.find("read a user", &query, values![id], read)
    }

    /// The last fact about any person of the firm: as long as it is the same, so are all of them.
    ///
    /// # Errors
    /// When the database fails.
    pub fn users_known_up_to(&self) -> Result<FactNo, StoreError> {
        // What is withdrawn takes a row away, and its fact with it.
        let query = "select max(no) from (
                         select max(last_fact) as no from user_record
                         union all
                         select no from (
                             select no from fact
                             where source = 'lockstep' and kind = 'facts_withdrawn'
                             order by recorded_at desc, no desc limit 1) withdrawn) known";
        let last = self.find("look at the users", query, &[], |mut row| {
            Ok(row.next::<Option<FactNo>>()?.unwrap_or(FactNo(0)))
        })?;
        Ok(last.unwrap_or(FactNo(0)))
    }

    /// Those who stand on a side, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn users_of_side(&self, side: Side) -> Result<Vec<UserId>, StoreError> {
        let query = "select id from user_record where side = $1";
        let what = "read the users of a side";
        let mut ids = self.list(what, query, values![side_key(side)], |mut row| row.next())?;
        ids.sort();
        Ok(ids)
    }

    /// What everybody of the firm is called and where they stand, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn colleagues(&self) -> Result<Vec<Colleague>, StoreError> {
        // All names together cost less than each by its key.
        let query = "select substr(subject, 6), name from person
                     where subject > 'user/' and subject < 'user0' and name is not null";
        let mut named: BTreeMap<String, String> = BTreeMap::new();
        self.0.query_each("read who is there", query, &[], |mut row| {
            named.insert(row.next()?, row.next()?);
            Ok(())
        })?;
        let mut colleague = |user: &UserRow| Colleague {
            id: user.id.clone(),
            name: named.remove(user.id.as_str()),
            side: user.side,
            can_own: user.can_own(),
        };
        Ok(self.users_by_id()?.values().map(&mut colleague).collect())
    }

    /// Every person of the firm, by id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn users(&self) -> Result<Vec<UserRow>, StoreError> {
        let query = format!("select {COLUMNS} from user_record");
        let mut rows = self.list("read the users", &query, &[], read)?;
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(rows)
    }

    /// The same by id, read anew where there is a new fact about anybody.
    ///
    /// # Errors
    /// When the database fails.
    pub fn users_by_id(&self) -> Result<Arc<BTreeMap<UserId, UserRow>>, StoreError> {
        self.of_users(|reader| {
            let users = reader.users()?.into_iter();
            Ok(users.map(|user| (user.id.clone(), user)).collect())
        })
    }
}
