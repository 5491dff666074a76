//! Questions to the ledger. The questions to each read model stand in `read/<noun>.rs`.

use std::{
    any::{Any, TypeId},
    sync::Arc,
};

use domain::{fact::Entry, ids::FactNo};
use jiff::Timestamp;

use crate::{
    conditions::Conditions,
    database::Connection,
    error::StoreError,
    ledger::{FACT_COLUMNS, FactRow, Head, head},
    value::{Row, Value, values},
};

/// Keys in one question.
pub(crate) const KEYS_AT_ONCE: usize = 64;

/// Placeholders for a few keys, always as many, so that there is one text to prepare for any number
/// of keys: the last key stands in for those that are missing.
pub(crate) fn one_of(keys: &[String]) -> (String, Vec<Value>) {
    let places: Vec<String> = (1..=KEYS_AT_ONCE).map(|place| format!("${place}")).collect();
    let last = keys.last().into_iter().cycle();
    let values = keys.iter().chain(last).take(KEYS_AT_ONCE).map(Value::from).collect();
    (places.join(", "), values)
}

/// The same with a text of its own for a single key, for which 64 places would cost more.
pub(crate) fn one_or_some(keys: &[String]) -> (String, Vec<Value>) {
    match keys {
        [key] => ("$1".to_owned(), vec![Value::from(key)]),
        some => one_of(some),
    }
}

/// Reads facts and read models; everything that one reader is asked, it answers as of one instant.
pub struct Reader<'a>(pub(crate) &'a Connection);

impl Reader<'_> {
    /// Every fact about `subject` (such as `lead/crm:17`, see `Fact::subject`), in ledger order.
    ///
    /// # Errors
    /// When the database fails or a fact cannot be read.
    pub fn facts_of(&self, subject: &str) -> Result<Vec<Entry>, StoreError> {
        let query = format!("select {FACT_COLUMNS} from fact where subject = $1 order by no");
        self.list("read a subject's facts", &query, values![subject], entry)
    }

    /// The facts of one kind about `subject`, as `Fact` writes it in JSON, in ledger order.
    ///
    /// # Errors
    /// When the database fails or a fact cannot be read.
    pub fn facts_of_kind(&self, subject: &str, kind: &str) -> Result<Vec<Entry>, StoreError> {
        let query =
            format!("select {FACT_COLUMNS} from fact where subject = $1 and kind = $2 order by no");
        self.list("read a subject's facts of a kind", &query, values![subject, kind], entry)
    }

    /// Every fact about any of `subjects`; those about each in ledger order.
    ///
    /// # Errors
    /// When the database fails or a fact cannot be read.
    pub fn facts_of_all(&self, subjects: &[String]) -> Result<Vec<Entry>, StoreError> {
        let sql = |subjects: &str| {
            format!("select {FACT_COLUMNS} from fact where subject in ({subjects})")
        };
        let mut facts = self.list_of("read subjects' facts", sql, subjects, &[], entry)?;
        facts.sort_by_key(|entry| entry.no);
        Ok(facts)
    }

    /// The facts after `no` that withdrew others about `subject`, in ledger order.
    ///
    /// # Errors
    /// When the database fails or a fact cannot be read.
    pub fn withdrawals_of(&self, subject: &str, no: FactNo) -> Result<Vec<Entry>, StoreError> {
        let query = format!(
            "select {FACT_COLUMNS} from fact
             where subject = $1 and no > $2 and kind in ('facts_withdrawn', 'leads_unmerged')
             order by no"
        );
        self.list("read what was withdrawn", &query, values![subject, no], entry)
    }

    /// The fact at `no`, if the ledger is that long.
    ///
    /// # Errors
    /// When the database fails or the fact cannot be read.
    pub fn entry(&self, no: FactNo) -> Result<Option<Entry>, StoreError> {
        let query = format!("select {FACT_COLUMNS} from fact where no = $1");
        self.find("read a fact", &query, values![no], entry)
    }

    /// The fact that `source` told under `key`.
    ///
    /// # Errors
    /// When the database fails or the fact cannot be read.
    pub fn told(&self, source: &str, key: &str) -> Result<Option<Entry>, StoreError> {
        let query = format!("select {FACT_COLUMNS} from fact where source = $1 and key = $2");
        self.find("look for a fact", &query, values![source, key], entry)
    }

    /// Up to `limit` facts after `no`, in ledger order; `FactNo(0)` begins.
    ///
    /// # Errors
    /// When the database fails or a fact cannot be read.
    pub fn entries_after(&self, no: FactNo, limit: u32) -> Result<Vec<Entry>, StoreError> {
        let query = format!("select {FACT_COLUMNS} from fact where no > $1 order by no limit $2");
        self.list("read the ledger", &query, values![no, limit], entry)
    }

    /// Where the ledger ends.
    ///
    /// # Errors
    /// When the database fails.
    pub fn head(&self) -> Result<Head, StoreError> {
        head(self.0)
    }

    /// What `make` makes of the facts about users and of nothing else: made anew when there is a
    /// new one about anybody, and remembered in between. One thing of each type is remembered, and
    /// nothing that stands beside the ledger: what is erased there must be nowhere else.
    ///
    /// # Errors
    /// What `make` returns; or when the database fails.
    pub fn of_users<T: Any + Send + Sync, E: From<StoreError>>(
        &self,
        make: impl FnOnce(&Self) -> Result<T, E>,
    ) -> Result<Arc<T>, E> {
        let (up_to, of) = (self.users_known_up_to()?, TypeId::of::<T>());
        if let Some(made) = self.0.recall_of_users(of, up_to).and_then(|made| made.downcast().ok())
        {
            return Ok(made);
        }
        let made = Arc::new(make(self)?);
        self.0.keep_of_users(of, up_to, made.clone());
        Ok(made)
    }

    /// How many rows of a table conditions let through, counted no further than `most`.
    pub(crate) fn rows_up_to(
        &self,
        table: &str,
        mut all: Conditions,
        most: u64,
    ) -> Result<u64, StoreError> {
        let most = all.value(i64::try_from(most).unwrap_or(i64::MAX));
        let clause = all.clause();
        let query = format!(
            "select count(*) from (select 1 as one from {table} {clause} limit {most}) found"
        );
        let count =
            self.find("count rows so far", &query, &all.values, |mut row| row.next::<i64>())?;
        Ok(count.unwrap_or(0).unsigned_abs())
    }

    /// Every fact about any of `subjects` that happened between two instants, both included, in no
    /// order.
    ///
    /// # Errors
    /// When the database fails or a fact cannot be read.
    pub fn facts_between(
        &self,
        subjects: &[String],
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Entry>, StoreError> {
        let sql = |subjects: &str| {
            format!(
                "select {FACT_COLUMNS} from fact where subject in ({subjects})
                 and happened_at >= ${} and happened_at <= ${}",
                KEYS_AT_ONCE + 1,
                KEYS_AT_ONCE + 2
            )
        };
        self.list_of("read what is new", sql, subjects, values![from, to], entry)
    }

    /// The rows that a question finds for each of `keys`, asked for many at a time. `sql` is given
    /// the placeholders of the keys, which may name one key twice; `more` are the values behind
    /// them.
    pub(crate) fn list_of<T>(
        &self,
        what: &'static str,
        sql: impl Fn(&str) -> String,
        keys: &[String],
        more: &[Value],
        mut read: impl FnMut(Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut list = Vec::new();
        for some in keys.chunks(KEYS_AT_ONCE) {
            let (places, mut values) = one_of(some);
            values.extend(more.iter().cloned());
            self.0.query_each(what, &sql(&places), &values, |row| {
                list.push(read(row)?);
                Ok(())
            })?;
        }
        Ok(list)
    }

    /// Every row of an answer, each read by `read`.
    pub(crate) fn list<T>(
        &self,
        what: &'static str,
        sql: &str,
        values: &[Value],
        mut read: impl FnMut(Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut list = Vec::new();
        self.0.query_each(what, sql, values, |row| {
            list.push(read(row)?);
            Ok(())
        })?;
        Ok(list)
    }

    /// The first row of an answer, read by `read`.
    pub(crate) fn find<T>(
        &self,
        what: &'static str,
        sql: &str,
        values: &[Value],
        read: impl FnOnce(Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        self.0.query_one(what, sql, values)?.map(read).transpose()
    }
}

pub(crate) fn entry(row: Row) -> Result<Entry, StoreError> {
    FactRow::read(row)?.entry()
}
