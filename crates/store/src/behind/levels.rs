//! What the members of pools have received, as the transaction has it.

use std::collections::BTreeMap;

use domain::{ids::UserId, routed::Level};

use crate::{
    database::Connection,
    error::StoreError,
    value::{Value, values},
};

/// The levels of the pools that were asked for; each with whether it is to be written.
#[derive(Default)]
pub(super) struct Levels(BTreeMap<String, BTreeMap<UserId, (Level, bool)>>);

impl Levels {
    pub(super) fn take_changed(&mut self) -> Vec<Vec<Value>> {
        let mut rows = Vec::new();
        for (pool, levels) in &mut self.0 {
            for (user, (level, is_changed)) in levels {
                if std::mem::take(is_changed) {
                    let Level { received, credited_back, lifted } = *level;
                    rows.push(values![pool, user, received, credited_back, lifted].to_vec());
                }
            }
        }
        rows
    }
}

impl Connection {
    /// Changes the level of a member of a pool.
    pub(crate) fn change_level(
        &self,
        pool: &str,
        user: &UserId,
        change: impl FnOnce(&mut Level),
    ) -> Result<(), StoreError> {
        self.hold_levels(pool)?;
        let mut behind = self.behind.borrow_mut();
        let levels = behind.levels.0.entry(pool.to_owned()).or_default();
        let (level, is_changed) = levels.entry(user.clone()).or_default();
        change(level);
        *is_changed = true;
        drop(behind);
        self.settle_if_much()
    }

    /// Takes out whoever has received nothing: they join anew, at the level that is the lowest then.
    pub(crate) fn drop_level_of_nothing(
        &self,
        pool: &str,
        user: &UserId,
    ) -> Result<(), StoreError> {
        self.hold_levels(pool)?;
        let mut behind = self.behind.borrow_mut();
        let levels = behind.levels.0.entry(pool.to_owned()).or_default();
        if levels.get(user).is_none_or(|(level, _)| *level != Level::default()) {
            return Ok(());
        }
        levels.remove(user);
        drop(behind);
        self.delete_later("routing_level", "pool, user_id", &[pool, user.as_str()])
    }

    /// The levels of a pool, by member.
    pub(crate) fn levels_of(&self, pool: &str) -> Result<Vec<(UserId, Level)>, StoreError> {
        self.hold_levels(pool)?;
        let mut behind = self.behind.borrow_mut();
        let all = |levels: &BTreeMap<UserId, (Level, bool)>| {
            levels.iter().map(|(user, (level, _))| (user.clone(), *level)).collect()
        };
        let levels = behind.levels.0.get(pool).map(all).unwrap_or_default();
        if !self.writes() {
            behind.forget();
        }
        Ok(levels)
    }

    fn hold_levels(&self, pool: &str) -> Result<(), StoreError> {
        if self.behind.borrow().levels.0.contains_key(pool) {
            return Ok(());
        }
        let query = "select user_id, received, credited_back, lifted from routing_level
                     where pool = $1";
        let mut levels = BTreeMap::new();
        self.ask("read a pool's levels", query, values![pool], |mut row| {
            let user: UserId = row.next()?;
            let (received, credited_back, lifted) = (row.next()?, row.next()?, row.next()?);
            levels.insert(user, (Level { received, credited_back, lifted }, false));
            Ok(())
        })?;
        self.behind.borrow_mut().levels.0.insert(pool.to_owned(), levels);
        Ok(())
    }
}
