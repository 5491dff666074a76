//! People of the firm a page at a time, each page after the last row of the one before, and how each
//! of them stands: what the ledger says of them beside whether they have come and have a link.

use std::collections::BTreeSet;

use domain::{
    firm::{Role, Side},
    ids::UserId,
};
use jiff::Timestamp;

use super::{
    user::{self, COLUMNS, UserRow, side_key},
    word::{Findable, holding},
};
use crate::{
    conditions::Conditions,
    error::StoreError,
    reader::Reader,
    value::{Row, values},
    words::Wanted,
};

/// How somebody stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// They may sign in, and have or have had the means to.
    Active,
    /// They have a link, until then, and have not come yet.
    Invited(Timestamp),
    /// They may sign in, have no password, and no link works.
    WithoutLink,
    /// They are of the firm no more.
    Left(Timestamp),
    /// They may not sign in.
    MayNot,
    /// A source knows them; they were never let in.
    NotLetIn,
}

/// Somebody as the list of people has them.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonRow {
    /// What the ledger says of them.
    pub user: UserRow,
    /// Their name, or their id where none is known: what their order goes by.
    pub called: String,
    /// How they stand.
    pub standing: Standing,
    /// When they were last seen.
    pub seen_at: Option<Timestamp>,
    /// Until when their unused link works.
    pub link_until: Option<Timestamp>,
}

/// Which people; every condition that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonFilter {
    /// Of one of these sides; who stands on none is of neither.
    pub sides: Vec<Side>,
    /// In one of these roles.
    pub roles: Vec<Role>,
    /// Standing in one of these ways, by [`Standing::key`].
    pub standings: Vec<String>,
    /// In this team.
    pub team: Option<String>,
    /// Whose name or address may have these words: which of them it is, the words do not tell.
    pub words: Wanted,
}

/// Everybody, with `$1` as the instant at which a link works; `standing` as [`Standing::key`].
const EVERYBODY: &str = "
    colleague as (
        select user_record.*, coalesce(person.name, user_record.id) as called,
               seen.at as seen_at,
               case when credential.user_id is null and seen.user_id is null
                   then 0 else 1 end as has_come,
               (select max(expires_at) from invitation
                where invitation.user_id = user_record.id and used_at is null
                      and expires_at > $1) as link_until
        from user_record
        left join person on person.subject = 'user/' || user_record.id
        left join credential on credential.user_id = user_record.id
        left join seen on seen.user_id = user_record.id),
    everybody as (
        select colleague.*,
               case when active = 1 then '0' else '1' end as order_first,
               case when left_at is not null then 'left'
                    when role is null then 'not_let_in'
                    when active = 0 then 'may_not'
                    when has_come = 1 then 'active'
                    when link_until is not null then 'invited'
                    else 'without_link' end as standing
        from colleague)";

/// Everybody by what their order goes by and all conditions but how they stand.
const NAMED: &str = "
    (select user_record.*, coalesce(person.name, user_record.id) as called,
            case when active = 1 then '0' else '1' end as order_first
     from user_record left join person on person.subject = 'user/' || user_record.id) named";

impl Standing {
    /// The key of each way to stand, as addresses have it.
    pub fn key(self) -> &'static str {
        match self {
            Standing::Active => "active",
            Standing::Invited(_) => "invited",
            Standing::WithoutLink => "without_link",
            Standing::Left(_) => "left",
            Standing::MayNot => "may_not",
            Standing::NotLetIn => "not_let_in",
        }
    }

    /// The standing of a key, with the instants that belong to it.
    fn of_key(key: &str, left: Option<Timestamp>, link: Option<Timestamp>) -> Standing {
        match (key, left, link) {
            ("active", ..) => Standing::Active,
            ("invited", _, Some(until)) => Standing::Invited(until),
            ("left", Some(at), _) => Standing::Left(at),
            ("may_not", ..) => Standing::MayNot,
            ("not_let_in", ..) => Standing::NotLetIn,
            _ => Standing::WithoutLink,
        }
    }
}

impl PersonFilter {
    fn hold(&self, all: &mut Conditions) {
        let sides = self.sides.iter().map(|side| side_key(*side).to_owned()).collect();
        one_of(all, "coalesce(side, 'neutral')", sides);
        one_of(all, "role", self.roles.iter().map(|role| role.key().to_owned()).collect());
        one_of(all, "standing", self.standings.clone());
        if let Some(team) = &self.team {
            let team = all.value(team);
            all.hold(format!("team = {team}"));
        }
        let words: Vec<&str> = self.words.words().iter().map(String::as_str).collect();
        if !words.is_empty() {
            let held = holding(all, Findable::User, &words);
            all.hold(format!("id in (select person_word.id from person_word where {held})"));
        }
    }
}

/// Holds that an expression is one of several, where there are any.
fn one_of(all: &mut Conditions, expression: &str, keys: Vec<String>) {
    if keys.is_empty() {
        return;
    }
    let list: Vec<String> = keys.into_iter().map(|key| all.value(key)).collect();
    all.hold(format!("{expression} in ({})", list.join(", ")));
}

fn read(mut row: Row) -> Result<PersonRow, StoreError> {
    let called = row.next()?;
    let key: String = row.next()?;
    let (seen_at, link_until) = (row.next()?, row.next()?);
    let user = user::read(row)?;
    let standing = Standing::of_key(&key, user.left_at, link_until);
    Ok(PersonRow { user, called, standing, seen_at, link_until })
}

impl Reader<'_> {
    /// Somebody, and how they stand at an instant.
    ///
    /// # Errors
    /// When the database fails.
    pub fn colleague(&self, id: &UserId, now: Timestamp) -> Result<Option<PersonRow>, StoreError> {
        let query = format!(
            "with {EVERYBODY}
             select called, standing, seen_at, link_until, {COLUMNS} from everybody where id = $2"
        );
        self.find("read how somebody stands", &query, values![now, id], read)
    }

    /// Up to `limit` people as at an instant, those who may sign in first and then by name, from the
    /// first or from the one after somebody. Nothing where there is nobody `after`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn people_page(
        &self,
        filter: &PersonFilter,
        now: Timestamp,
        after: Option<&UserId>,
        limit: u32,
    ) -> Result<Vec<PersonRow>, StoreError> {
        let mut all = Conditions::default();
        all.value(now);
        filter.hold(&mut all);
        if let Some(after) = after {
            let Some(last) = self.colleague(after, now)? else { return Ok(Vec::new()) };
            let first = all.value(if last.user.active { "0" } else { "1" });
            let (called, id) = (all.value(&last.called), all.value(&last.user.id));
            all.hold(format!("(order_first, called, id) > ({first}, {called}, {id})"));
        }
        let (limit, clause) = (all.value(limit), all.clause());
        // Who is on the page first, and then how those few stand: in order, everybody is gone through.
        let from = if filter.standings.is_empty() { NAMED } else { "everybody" };
        let query = format!(
            "with {EVERYBODY}
             select called, standing, seen_at, link_until, {COLUMNS} from everybody
             where id in (select id from {from} {clause}
                          order by order_first, called, id limit {limit})
             order by order_first, called, id"
        );
        self.list("read a page of people", &query, &all.values, read)
    }

    /// How many people there are as at an instant, counted no further than `most`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn people_count_up_to(
        &self,
        filter: &PersonFilter,
        now: Timestamp,
        most: u64,
    ) -> Result<u64, StoreError> {
        let mut all = Conditions::default();
        all.value(now);
        filter.hold(&mut all);
        let (most, clause) = (all.value(i64::try_from(most).unwrap_or(i64::MAX)), all.clause());
        let query = format!(
            "with {EVERYBODY}
             select count(*) from (select 1 as one from everybody {clause} limit {most}) found"
        );
        let count = self.find("count people so far", &query, &all.values, |mut row| row.next())?;
        Ok(count.map_or(0, i64::unsigned_abs))
    }

    /// Every team that somebody is in.
    ///
    /// # Errors
    /// When the database fails.
    pub fn teams(&self) -> Result<BTreeSet<String>, StoreError> {
        let query = "select distinct team from user_record where team is not null";
        let teams = self.list("read the teams", query, &[], |mut row| row.next())?;
        Ok(teams.into_iter().collect())
    }
}

#[cfg(test)]
mod tests;
