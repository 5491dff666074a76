//! Which leads and opportunities were judged anew on account of an import, and which decisions
//! followed. Whoever judges them says so, for each is left to be judged with the import that asks for
//! it: the import itself at its end, or the tick before.

use domain::ids::{FactNo, Subject};

use crate::{
    error::StoreError,
    reader::Reader,
    value::{Row, Value, values},
    writer::Writer,
};

/// What facts have to do with an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportPart {
    /// Its rows told them.
    Told,
    /// They were decided on account of it.
    Decided,
}

/// What was judged anew on account of an import so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Judged {
    /// Leads, each once.
    pub leads: u64,
    /// Opportunities, each once.
    pub opportunities: u64,
    /// Decisions that followed: about them, and about what is seen with them.
    pub decisions: u64,
}

/// Rows that are written at once.
const ROWS_AT_ONCE: usize = 64;

impl ImportPart {
    pub(crate) fn key(self) -> &'static str {
        match self {
            ImportPart::Told => "told",
            ImportPart::Decided => "decided",
        }
    }
}

impl Writer<'_> {
    /// Keeps that subjects were judged on account of an import, and the decisions that followed, by
    /// their numbers in order. A subject that is judged twice is kept once.
    ///
    /// # Errors
    /// When the database fails.
    pub fn keep_judged(
        &mut self,
        import: &str,
        subjects: &[Subject],
        decisions: &[FactNo],
    ) -> Result<(), StoreError> {
        let (mut leads, mut opportunities) = (Vec::new(), Vec::new());
        for subject in subjects {
            match subject {
                Subject::Lead(lead) => leads.push(lead.as_str()),
                Subject::Opportunity(opportunity) => opportunities.push(opportunity.as_str()),
            }
        }
        let leads = self.keep_judged_of(import, "lead", &leads)?;
        let opportunities = self.keep_judged_of(import, "opportunity", &opportunities)?;
        let sql = "update import_run set leads_judged = coalesce(leads_judged, 0) + $2,
                       opportunities_judged = coalesce(opportunities_judged, 0) + $3
                   where id = $1";
        let values = values![import, leads, opportunities];
        self.connection.execute("count what was judged", sql, values)?;
        for run in decisions.chunk_by(|one, next| next.0 == one.0 + 1) {
            let (first, last) = (run[0], run[run.len() - 1]);
            self.keep_import_facts(import, ImportPart::Decided, FactNo(first.0 - 1), last)?;
        }
        Ok(())
    }

    /// How many of them were not among those of the import.
    fn keep_judged_of(&self, import: &str, noun: &str, ids: &[&str]) -> Result<i64, StoreError> {
        let mut new = 0;
        for some in ids.chunks(ROWS_AT_ONCE) {
            let rows: Vec<String> =
                (3..some.len() + 3).map(|place| format!("($1, $2, ${place})")).collect();
            let sql = format!(
                "insert into import_judged (import, noun, id) values {}
                 on conflict (import, noun, id) do nothing",
                rows.join(", ")
            );
            let mut values: Vec<Value> = values![import, noun].to_vec();
            values.extend(some.iter().map(|id| Value::from(*id)));
            new += self.connection.execute("keep what was judged", &sql, &values)?;
        }
        Ok(i64::try_from(new).unwrap_or(i64::MAX))
    }
}

impl Reader<'_> {
    /// What was judged anew on account of an import so far; `None` where nothing was, or where it was
    /// not kept.
    ///
    /// # Errors
    /// When the database fails.
    pub fn judged(&self, import: &str) -> Result<Option<Judged>, StoreError> {
        let query = "select leads_judged, opportunities_judged,
                         (select cast(coalesce(sum(last_fact - first_fact + 1), 0) as bigint)
                          from import_range where import = $1 and part = $2)
                     from import_run where id = $1 and leads_judged is not null";
        let values = values![import, ImportPart::Decided.key()];
        self.find("count what was judged", query, values, |mut row| {
            let mut next = || row.next::<i64>().map(i64::unsigned_abs);
            Ok(Judged { leads: next()?, opportunities: next()?, decisions: next()? })
        })
    }

    /// Up to `limit` of the leads, or of the opportunities, that were judged anew on account of an
    /// import, after the id `after`, in the order of their ids.
    ///
    /// # Errors
    /// When the database fails.
    pub fn judged_ids(
        &self,
        import: &str,
        noun: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        let query = "select id from import_judged where import = $1 and noun = $2 and id > $3
                     order by id limit $4";
        let values = values![import, noun, after, limit];
        self.list("read what was judged", query, values, |mut row| row.next())
    }

    /// How many decisions of each kind followed from an import. It reads them all.
    ///
    /// # Errors
    /// When the database fails.
    pub fn decided_by_kind(&self, import: &str) -> Result<Vec<(String, u64)>, StoreError> {
        let query = "select kind, count(*) from import_range
                         join fact on no >= first_fact and no <= last_fact
                     where import = $1 and part = $2 group by kind order by kind";
        let read = |mut row: Row| Ok((row.next()?, row.next::<i64>()?.unsigned_abs()));
        let values = values![import, ImportPart::Decided.key()];
        self.list("count decisions by their kind", query, values, read)
    }
}
