//! Read model: how many there are of each, kept beside the rows. The database itself changes these
//! counts with the rows, by the triggers of `0007_counts_and_places.sql` and those that took their
//! place in `0024_written_together.sql`, so whatever folds a fact need not think of them.

use domain::{decided::Verdict, handoff::Answer, ids::Version};

use crate::{
    error::StoreError,
    reader::Reader,
    value::{FromValue, Value, values},
};

pub(crate) const COLUMNS: &str = "what, version, key, state, n";

pub(crate) const LEAD_COLUMNS: &str = "owner, status, running, n";

/// How many clocks of a service level are in a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockTally {
    /// The version of the Agreement that started them.
    pub version: Version,
    /// The service level's key.
    pub service_level: String,
    /// Running, resting, or ended with a verdict.
    pub state: ClockCounted,
    /// How many.
    pub n: u64,
}

/// As what a clock is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockCounted {
    /// It runs.
    Running,
    /// It rests.
    Resting,
    /// It has ended.
    Ended(Verdict),
}

impl FromValue for ClockCounted {
    const WANTED: &'static str = "a state of a clock";
    fn from_value(value: Value) -> Result<Self, Value> {
        match value {
            Value::Text(text) if text == "running" => Ok(ClockCounted::Running),
            Value::Text(text) if text == "resting" => Ok(ClockCounted::Resting),
            other => Verdict::from_value(other).map(ClockCounted::Ended),
        }
    }
}

/// How often leads met a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualificationTally {
    /// The version of the Agreement that decided.
    pub version: Version,
    /// The definition's key.
    pub definition: String,
    /// Whether not for the first time.
    pub is_again: bool,
    /// How many.
    pub n: u64,
}

impl Reader<'_> {
    /// How many clocks of each service level are in each state, by version and key.
    ///
    /// # Errors
    /// When the database fails.
    pub fn clock_tallies(&self) -> Result<Vec<ClockTally>, StoreError> {
        self.tallies("clock", |version, key, row| {
            let (state, n) = (row.next()?, row.next::<i64>()?.unsigned_abs());
            Ok(ClockTally { version, service_level: key, state, n })
        })
    }

    /// How often leads met each definition, by version and key.
    ///
    /// # Errors
    /// When the database fails.
    pub fn qualification_tallies(&self) -> Result<Vec<QualificationTally>, StoreError> {
        self.tallies("qualification", |version, key, row| {
            let (state, n) = (row.next::<String>()?, row.next::<i64>()?.unsigned_abs());
            Ok(QualificationTally { version, definition: key, is_again: state == "again", n })
        })
    }

    /// How many opportunities reached each milestone: version, key and number.
    ///
    /// # Errors
    /// When the database fails.
    pub fn milestone_tallies(&self) -> Result<Vec<(Version, String, u64)>, StoreError> {
        self.tallies("milestone", |version, key, row| {
            let _reached: String = row.next()?;
            Ok((version, key, row.next::<i64>()?.unsigned_abs()))
        })
    }

    /// How many handoffs have an answer, or none yet.
    ///
    /// # Errors
    /// When the database fails.
    pub fn handoffs_count(&self, answer: Option<Answer>) -> Result<u64, StoreError> {
        let query = "select n from tally
                     where what = 'handoff' and version = 0 and key = '' and state = $1";
        let state = answer.map_or("waiting", Answer::word);
        let n = self.find("count handoffs", query, values![state], |mut row| row.next::<i64>())?;
        Ok(n.unwrap_or(0).unsigned_abs())
    }

    fn tallies<T>(
        &self,
        what: &str,
        mut read: impl FnMut(Version, String, &mut crate::value::Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let query = "select version, key, state, n from tally where what = $1
                     order by version, key, state";
        self.list("read what is counted", query, values![what], |mut row| {
            let (version, key) = (row.next()?, row.next()?);
            read(version, key, &mut row)
        })
    }
}
