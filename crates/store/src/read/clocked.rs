//! What has clocks since an instant, for whoever reads them under another text.

use domain::ids::{LeadId, Subject};
use jiff::Timestamp;

use super::clock::{COLUMNS, ClockRow, read, read_subject};
use crate::{error::StoreError, reader::Reader, value::values};

impl Reader<'_> {
    /// Up to `limit` of what has clocks that started from an instant on or that run: first whatever
    /// has one that runs, and of each the one whose clock started last first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn clocked_since(&self, from: Timestamp, limit: u32) -> Result<Vec<Subject>, StoreError> {
        let query = "select lead, opportunity from clock
                     where started_at >= $1 or stopped_at is null
                     group by lead, opportunity
                     order by max(case when stopped_at is null then 1 else 0 end) desc,
                              max(start_fact) desc limit $2";
        self.list("read what has clocks", query, values![from, limit], |mut row| {
            read_subject(&mut row)
        })
    }

    /// The leads that entered their status from an instant on, the latest first, up to `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn leads_moved_since(
        &self,
        from: Timestamp,
        limit: u32,
    ) -> Result<Vec<LeadId>, StoreError> {
        let query = "select id from lead
                     where coalesce(status_since, -9223372036854775807) >= $1
                     order by coalesce(status_since, -9223372036854775807) desc, id desc limit $2";
        self.list("read which leads moved", query, values![from, limit], |mut row| row.next())
    }

    /// How many clocks started from an instant on or run.
    ///
    /// # Errors
    /// When the database fails.
    pub fn clocks_since_count(&self, from: Timestamp) -> Result<u64, StoreError> {
        let query = "select count(*) from clock where started_at >= $1 or stopped_at is null";
        let what = "count the clocks since an instant";
        let n = self.find(what, query, values![from], |mut row| row.next::<i64>())?;
        Ok(n.unwrap_or(0).unsigned_abs())
    }

    /// The clocks of a service level that fell due in a stretch of time, the first due first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn clocks_due_within(
        &self,
        service_level: &str,
        from: Timestamp,
        before: Timestamp,
    ) -> Result<Vec<ClockRow>, StoreError> {
        let query = format!(
            "select {COLUMNS} from clock
             where service_level = $1 and due_at >= $2 and due_at < $3
             order by due_at, start_fact"
        );
        let values = values![service_level, from, before];
        self.list("read the clocks of a period", &query, values, read)
    }
}
