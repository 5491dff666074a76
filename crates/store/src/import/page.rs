//! Imports a page at a time, the newest first.

use jiff::Timestamp;

use super::{COLUMNS, ImportRun, read};
use crate::{conditions::Conditions, error::StoreError, reader::Reader};

/// Which imports; every condition that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportFilter {
    /// In one of these states, in the importer's words; in any where there are none.
    pub states: Vec<String>,
    /// Of this system's records.
    pub source: Option<String>,
    /// Begun at this instant or later.
    pub from: Option<Timestamp>,
    /// Begun before this instant.
    pub before: Option<Timestamp>,
}

impl ImportFilter {
    fn hold(&self, all: &mut Conditions) {
        if !self.states.is_empty() {
            let list: Vec<String> = self.states.iter().map(|state| all.value(state)).collect();
            all.hold(format!("state in ({})", list.join(", ")));
        }
        if let Some(source) = &self.source {
            let source = all.value(source);
            all.hold(format!("source = {source}"));
        }
        for (sign, at) in [(">=", self.from), ("<", self.before)] {
            if let Some(at) = at {
                let at = all.value(at);
                all.hold(format!("started_at {sign} {at}"));
            }
        }
    }
}

impl Reader<'_> {
    /// Up to `limit` imports, the newest first, from there or from the one after a place: when it
    /// began, and its id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn imports_page(
        &self,
        filter: &ImportFilter,
        after: Option<(Timestamp, &str)>,
        limit: u32,
    ) -> Result<Vec<ImportRun>, StoreError> {
        let mut all = Conditions::default();
        filter.hold(&mut all);
        if let Some((started_at, id)) = after {
            let (at, id) = (all.value(started_at), all.value(id));
            all.hold(format!("(started_at, id) < ({at}, {id})"));
        }
        let (limit, clause) = (all.value(limit), all.clause());
        let query = format!(
            "select {COLUMNS} from import_run {clause} order by started_at desc, id desc
             limit {limit}"
        );
        self.list("read a page of imports", &query, &all.values, read)
    }

    /// How many imports there are, counted no further than `most`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn imports_count_up_to(&self, filter: &ImportFilter, most: u64) -> Result<u64, StoreError> {
        let mut all = Conditions::default();
        filter.hold(&mut all);
        self.rows_up_to("import_run", all, most)
    }
}
