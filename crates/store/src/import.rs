//! Imports under way, and the queue of what the Agreement has still to be asked about.

use domain::ids::UserId;
use jiff::Timestamp;

use crate::{
    conditions::Conditions,
    error::StoreError,
    reader::{KEYS_AT_ONCE, Reader, one_of},
    value::{Row, values},
    writer::Writer,
};

mod judged;
mod page;
mod reject;
mod remembered;
mod undo;
mod words;

pub use judged::{ImportPart, Judged};
pub use page::ImportFilter;
pub use reject::RejectedRow;
pub use undo::{ImportUndo, LeftRow};

/// One import, so that it can go on after a stop and be looked up later.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportRun {
    /// Which.
    pub id: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended, well or not.
    pub finished_at: Option<Timestamp>,
    /// How it stands, in the importer's word.
    pub state: String,
    /// The system whose records they are.
    pub source: String,
    /// Its files, as JSON of the importer's own making.
    pub files: String,
    /// What came of the rows so far, as JSON.
    pub counts: String,
    /// From where to go on, as JSON.
    pub position: String,
    /// Who brings the files; nobody for the command line.
    pub by: Option<UserId>,
    /// What was decided about the files, as JSON.
    pub settings: String,
    /// What the files show, as JSON; they hold examples from the files while the import is open.
    pub found: String,
    /// What became of the files, as JSON.
    pub report: String,
    /// The last sign of life of whoever works on it.
    pub beat_at: Option<Timestamp>,
}

/// What waits to be decided about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecided {
    /// What, as `noun/id`.
    pub subject: String,
    /// The import on whose account it waits, if it is one's.
    pub import: Option<String>,
}

/// So many imports are listed.
const LISTED_MAX: u32 = 200;

const COLUMNS: &str = "id, started_at, finished_at, state, source, files, counts, position,
                       by_user, settings, found, report, beat_at";

fn read(mut row: Row) -> Result<ImportRun, StoreError> {
    Ok(ImportRun {
        id: row.next()?,
        started_at: row.next()?,
        finished_at: row.next()?,
        state: row.next()?,
        source: row.next()?,
        files: row.next()?,
        counts: row.next()?,
        position: row.next()?,
        by: row.next()?,
        settings: row.next()?,
        found: row.next()?,
        report: row.next()?,
        beat_at: row.next()?,
    })
}

impl Writer<'_> {
    /// Keeps an import's standing, in the same transaction as the rows that it speaks of.
    ///
    /// # Errors
    /// When the database fails.
    pub fn keep_import(&mut self, run: &ImportRun) -> Result<(), StoreError> {
        let sql = "insert into import_run
                       (id, started_at, finished_at, state, source, files, counts, position,
                        by_user, settings, found, report, beat_at)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
                   on conflict (id) do update set finished_at = excluded.finished_at,
                       state = excluded.state, source = excluded.source, files = excluded.files,
                       counts = excluded.counts, position = excluded.position,
                       settings = excluded.settings, found = excluded.found,
                       report = excluded.report, beat_at = excluded.beat_at";
        let values = values![
            &run.id,
            run.started_at,
            run.finished_at,
            &run.state,
            &run.source,
            &run.files,
            &run.counts,
            &run.position,
            run.by.as_ref(),
            &run.settings,
            &run.found,
            &run.report,
            run.beat_at
        ];
        self.connection.execute("keep an import's standing", sql, values).map(drop)
    }

    /// From here on, what is left undecided is so on account of an import.
    pub fn for_import(&mut self, import: &str) {
        self.on_account_of = Some(import.to_owned());
    }

    /// Removes an import and its rejected rows.
    ///
    /// # Errors
    /// When the database fails.
    pub fn delete_import(&mut self, id: &str) -> Result<(), StoreError> {
        self.delete_rejected(id)?;
        let sql = "delete from import_run where id = $1";
        self.connection.execute("remove an import", sql, values![id]).map(drop)
    }

    /// Notes that the Agreement has still to be asked about `subject`, from `due_at` on; of two
    /// instants the earlier stands.
    ///
    /// # Errors
    /// When the database fails.
    pub fn leave_undecided(&mut self, subject: &str, due_at: Timestamp) -> Result<(), StoreError> {
        self.connection.undecided_later(subject, due_at, self.on_account_of.as_deref())
    }

    /// Notes that every lead that ever qualified has to be looked at again, from `due_at` on.
    ///
    /// # Errors
    /// When the database fails.
    pub fn leave_qualified_undecided(&mut self, due_at: Timestamp) -> Result<(), StoreError> {
        let sql = "insert into undecided (subject, due_at)
                   select 'lead/' || id, $1 from lead where qualified_times > 0
                   on conflict (subject) do update set due_at = excluded.due_at
                       where excluded.due_at < undecided.due_at";
        let what = "note whom a new version concerns";
        self.connection.execute(what, sql, values![due_at]).map(drop)
    }

    /// Notes that every lead and opportunity with a clock of a service level that runs has to be looked
    /// at again, from `due_at` on.
    ///
    /// # Errors
    /// When the database fails.
    pub fn leave_clocked_undecided(
        &mut self,
        service_level: &str,
        due_at: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "insert into undecided (subject, due_at)
                   select coalesce('lead/' || lead, 'opportunity/' || opportunity), $1
                       from clock where stopped_at is null and service_level = $2
                       group by lead, opportunity
                   on conflict (subject) do update set due_at = excluded.due_at
                       where excluded.due_at < undecided.due_at";
        let what = "note which clocks a new version concerns";
        self.connection.execute(what, sql, values![due_at, service_level]).map(drop)
    }

    /// Takes up to `limit` subjects that are due by `now` off the queue, the first due first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn take_undecided(
        &mut self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Undecided>, StoreError> {
        let query = "select subject, import from undecided where due_at <= $1
                     order by due_at, subject limit $2";
        let read = |mut row: Row| Ok(Undecided { subject: row.next()?, import: row.next()? });
        let taken =
            self.reader().list("read what is undecided", query, values![now, limit], read)?;
        let subjects: Vec<String> = taken.iter().map(|waits| waits.subject.clone()).collect();
        for some in subjects.chunks(KEYS_AT_ONCE) {
            let (places, values) = one_of(some);
            let sql = format!("delete from undecided where subject in ({places})");
            self.connection.execute("note what is decided", &sql, &values)?;
        }
        Ok(taken)
    }
}

impl Reader<'_> {
    /// One import.
    ///
    /// # Errors
    /// When the database fails.
    pub fn import(&self, id: &str) -> Result<Option<ImportRun>, StoreError> {
        let query = format!("select {COLUMNS} from import_run where id = $1");
        self.find("read an import", &query, values![id], read)
    }

    /// The last imports, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn imports(&self) -> Result<Vec<ImportRun>, StoreError> {
        let query =
            format!("select {COLUMNS} from import_run order by started_at desc, id desc limit $1");
        self.list("read the imports", &query, values![LISTED_MAX], read)
    }

    /// The imports in one of these states, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn imports_in(&self, states: &[&str]) -> Result<Vec<ImportRun>, StoreError> {
        let mut all = Vec::new();
        for state in states {
            let query = format!("select {COLUMNS} from import_run where state = $1");
            all.extend(self.list("read the imports at work", &query, values![*state], read)?);
        }
        all.sort_by(|a, b| (a.started_at, &a.id).cmp(&(b.started_at, &b.id)));
        Ok(all)
    }

    /// The imports begun before an instant that still hold what files say of people, and those that
    /// somebody brought and did not go on with: in none of the states of `over`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn imports_to_forget(
        &self,
        before: Timestamp,
        over: &[&str],
    ) -> Result<Vec<ImportRun>, StoreError> {
        let mut all = Conditions::default();
        let before = all.value(before);
        let over: Vec<String> = over.iter().map(|state| all.value(*state)).collect();
        all.hold(format!("started_at < {before}"));
        all.hold(format!(
            "((by_user is not null and state not in ({}))
              or exists (select 1 from import_reject where run = id)
              or exists (select 1 from import_person where import = id)
              or exists (select 1 from import_word where import = id))",
            over.join(", ")
        ));
        let query = format!("select {COLUMNS} from import_run {} order by id", all.clause());
        self.list("read what is to be forgotten", &query, &all.values, read)
    }

    /// The subjects that wait to be decided about by `now`, the first due first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn undecided(&self, now: Timestamp) -> Result<Vec<String>, StoreError> {
        let query = "select subject from undecided where due_at <= $1 order by due_at, subject";
        self.list("read what is undecided", query, values![now], |mut row| row.next())
    }

    /// How many subjects wait to be decided about by `now`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn undecided_count(&self, now: Timestamp) -> Result<u64, StoreError> {
        let query = "select count(*) from undecided where due_at <= $1";
        let what = "count what is undecided";
        let count = self.find(what, query, values![now], |mut row| row.next::<i64>())?;
        Ok(count.unwrap_or(0).unsigned_abs())
    }
}
