//! What undoing an import needs to know: which facts it told, who people were before it, how far the
//! undoing is, and what was left as it is.

use domain::{
    ids::{FactNo, UserId},
    person::Person,
};
use jiff::Timestamp;

use super::ImportPart;
use crate::{
    error::StoreError,
    reader::Reader,
    value::{Json, Row, json, values},
    writer::Writer,
};

/// How far the undoing of an import is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportUndo {
    /// The import.
    pub import: String,
    /// Who undoes it; nobody for the command line.
    pub by: Option<UserId>,
    /// How it stands, in the importer's word.
    pub state: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// The import's facts from this one on are dealt with.
    pub before: FactNo,
    /// Facts of the import.
    pub facts: u64,
    /// Facts of the import that are dealt with.
    pub facts_done: u64,
    /// Records of which nothing holds any more.
    pub removed: u64,
    /// Records that are again as they were.
    pub restored: u64,
    /// The last sign of life of whoever works on it.
    pub beat_at: Option<Timestamp>,
}

/// A record that undoing an import has left as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftRow {
    /// Which, as `noun/id`.
    pub subject: String,
    /// The fact that somebody else told of it since.
    pub fact: FactNo,
}

const COLUMNS: &str = "import, by_user, state, started_at, finished_at, before_fact, facts,
                       facts_done, removed, restored, beat_at";

fn read(mut row: Row) -> Result<ImportUndo, StoreError> {
    Ok(ImportUndo {
        import: row.next()?,
        by: row.next()?,
        state: row.next()?,
        started_at: row.next()?,
        finished_at: row.next()?,
        before: row.next()?,
        facts: row.next::<i64>()?.unsigned_abs(),
        facts_done: row.next::<i64>()?.unsigned_abs(),
        removed: row.next::<i64>()?.unsigned_abs(),
        restored: row.next::<i64>()?.unsigned_abs(),
        beat_at: row.next()?,
    })
}

fn whole(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

impl Writer<'_> {
    /// Notes that the facts after `before` up to `last` are part of an import.
    ///
    /// # Errors
    /// When the database fails.
    pub fn keep_import_facts(
        &mut self,
        import: &str,
        part: ImportPart,
        before: FactNo,
        last: FactNo,
    ) -> Result<(), StoreError> {
        if last <= before {
            return Ok(());
        }
        let sql = "update import_range set last_fact = $4
                   where import = $1 and part = $2 and last_fact = $3";
        let (what, part) = ("note an import's facts", part.key());
        let longer = self.connection.execute(what, sql, values![import, part, before, last])?;
        if longer == 0 {
            let sql = "insert into import_range (import, part, first_fact, last_fact)
                       values ($1, $2, $3, $4)";
            let first = FactNo(before.0 + 1);
            self.connection.execute(what, sql, values![import, part, first, last])?;
        }
        Ok(())
    }

    /// Keeps who somebody was before an import changed it; the first telling stands.
    ///
    /// # Errors
    /// When the database fails.
    pub fn keep_person_before(
        &mut self,
        import: &str,
        subject: &str,
        person: &Person,
    ) -> Result<(), StoreError> {
        let sql = "insert into import_person (import, subject, before) values ($1, $2, $3)
                   on conflict (import, subject) do nothing";
        let values = values![import, subject, json(person)];
        self.connection.execute("keep who somebody was", sql, values).map(drop)
    }

    /// Forgets who people were before an import.
    ///
    /// # Errors
    /// When the database fails.
    pub fn delete_persons_before(&mut self, import: &str) -> Result<(), StoreError> {
        let sql = "delete from import_person where import = $1";
        self.connection.execute("forget who people were", sql, values![import]).map(drop)
    }

    /// Keeps how far the undoing of an import is.
    ///
    /// # Errors
    /// When the database fails.
    pub fn keep_import_undo(&mut self, undo: &ImportUndo) -> Result<(), StoreError> {
        let sql = "insert into import_undo
                       (import, by_user, state, started_at, finished_at, before_fact, facts,
                        facts_done, removed, restored, beat_at)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                   on conflict (import) do update set state = excluded.state,
                       finished_at = excluded.finished_at, before_fact = excluded.before_fact,
                       facts_done = excluded.facts_done, removed = excluded.removed,
                       restored = excluded.restored, beat_at = excluded.beat_at";
        let values = values![
            &undo.import,
            undo.by.as_ref(),
            &undo.state,
            undo.started_at,
            undo.finished_at,
            undo.before,
            whole(undo.facts),
            whole(undo.facts_done),
            whole(undo.removed),
            whole(undo.restored),
            undo.beat_at
        ];
        self.connection.execute("keep how far an undoing is", sql, values).map(drop)
    }

    /// Lists a record that undoing an import leaves as it is.
    ///
    /// # Errors
    /// When the database fails.
    pub fn keep_left(&mut self, import: &str, left: &LeftRow) -> Result<(), StoreError> {
        let sql = "insert into import_left (import, subject, fact) values ($1, $2, $3)
                   on conflict (import, subject) do nothing";
        let values = values![import, &left.subject, left.fact];
        self.connection.execute("list what is left", sql, values).map(drop)
    }
}

impl Reader<'_> {
    /// The facts that an import told: the first and the last of each run of them, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn import_facts(&self, import: &str) -> Result<Vec<(FactNo, FactNo)>, StoreError> {
        let query = "select first_fact, last_fact from import_range
                     where import = $1 and part = $2 order by first_fact";
        let (what, part) = ("read an import's facts", ImportPart::Told.key());
        self.list(what, query, values![import, part], |mut row| Ok((row.next()?, row.next()?)))
    }

    /// Up to `limit` facts from `first` up to `last`, the last first: the number of each, and what
    /// it is about.
    ///
    /// # Errors
    /// When the database fails.
    pub fn subjects_back_from(
        &self,
        first: FactNo,
        last: FactNo,
        limit: u32,
    ) -> Result<Vec<(FactNo, String)>, StoreError> {
        let query = "select no, subject from fact where no >= $1 and no <= $2
                     order by no desc limit $3";
        let values = values![first, last, limit];
        let what = "read what facts are about";
        self.list(what, query, values, |mut row| Ok((row.next()?, row.next()?)))
    }

    /// Who somebody was before an import changed it, if it did.
    ///
    /// # Errors
    /// When the database fails.
    pub fn person_before(&self, import: &str, subject: &str) -> Result<Option<Person>, StoreError> {
        let query = "select before from import_person where import = $1 and subject = $2";
        let what = "read who somebody was";
        self.find(what, query, values![import, subject], |mut row| Ok(row.next::<Json<_>>()?.0))
    }

    /// How far the undoing of an import is, if it was begun.
    ///
    /// # Errors
    /// When the database fails.
    pub fn import_undo(&self, import: &str) -> Result<Option<ImportUndo>, StoreError> {
        let query = format!("select {COLUMNS} from import_undo where import = $1");
        self.find("read how far an undoing is", &query, values![import], read)
    }

    /// Every undoing that is not done, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn import_undos_open(&self) -> Result<Vec<ImportUndo>, StoreError> {
        let query = format!(
            "select {COLUMNS} from import_undo where finished_at is null
             order by started_at, import"
        );
        self.list("read what is undone now", &query, &[], read)
    }

    /// How many records an undoing has left as they are.
    ///
    /// # Errors
    /// When the database fails.
    pub fn left_count(&self, import: &str) -> Result<u64, StoreError> {
        let query = "select count(*) from import_left where import = $1";
        let n =
            self.find("count what is left", query, values![import], |mut row| row.next::<i64>())?;
        Ok(n.unwrap_or(0).unsigned_abs())
    }

    /// Up to `limit` of the records that an undoing has left, after the subject `after`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn left_rows(
        &self,
        import: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<LeftRow>, StoreError> {
        let query = "select subject, fact from import_left where import = $1 and subject > $2
                     order by subject limit $3";
        self.list("read what is left", query, values![import, after, limit], |mut row| {
            Ok(LeftRow { subject: row.next()?, fact: row.next()? })
        })
    }
}
