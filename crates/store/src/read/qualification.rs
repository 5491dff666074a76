//! Read model: each time a lead met a signed definition.

use std::collections::BTreeMap;

use domain::{
    decided::LeadQualified,
    fact::Entry,
    ids::{FactNo, LeadId, Version},
    points::Points,
    window::Window,
};
use jiff::Timestamp;

use crate::{
    behind::Table,
    conditions::Conditions,
    database::Connection,
    error::StoreError,
    reader::Reader,
    value::{Json, Row, json, values},
};

pub(crate) const COLUMNS: &str =
    "by_fact, lead, definition, status, at, version, total, components, times";

/// A lead met a signed definition.
#[derive(Debug, Clone, PartialEq)]
pub struct QualificationRow {
    /// The fact that says so, with its because.
    pub by_fact: FactNo,
    /// Which lead.
    pub lead: LeadId,
    /// The definition's key.
    pub definition: String,
    /// The status entered by it.
    pub status: String,
    /// When.
    pub at: Timestamp,
    /// The version of the Agreement that decided.
    pub version: Version,
    /// The points.
    pub total: Points,
    /// The points of each component.
    pub components: BTreeMap<String, Points>,
    /// How often the lead has met this definition, this time included.
    pub times: u32,
}

fn read(mut row: Row) -> Result<QualificationRow, StoreError> {
    Ok(QualificationRow {
        by_fact: row.next()?,
        lead: row.next()?,
        definition: row.next()?,
        status: row.next()?,
        at: row.next()?,
        version: row.next()?,
        total: row.next()?,
        components: row.next::<Json<_>>()?.0,
        times: row.next()?,
    })
}

pub(crate) fn qualified(
    connection: &Connection,
    entry: &Entry,
    fact: &LeadQualified,
) -> Result<(), StoreError> {
    let values = values![
        entry.no,
        &fact.lead,
        &fact.definition,
        &fact.status,
        entry.happened_at(),
        fact.because.version,
        fact.total,
        json(&fact.components),
        fact.times
    ];
    connection.insert_later(Table::Qualification, values)
}

/// How many leads met a definition from an instant on and before another.
const QUALIFIED_BETWEEN: &str =
    "select count(distinct lead) from qualification where at >= $1 and at < $2";

impl Reader<'_> {
    /// A lead's qualifications, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn qualifications_of(&self, lead: &LeadId) -> Result<Vec<QualificationRow>, StoreError> {
        let query =
            format!("select {COLUMNS} from qualification where lead = $1 order by at, by_fact");
        self.list("read a lead's qualifications", &query, values![lead], read)
    }

    /// The facts by which leads qualified under a version, in ledger order: under one definition
    /// where one is given, and only those that were not a lead's first where `again`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn qualified_under(
        &self,
        version: Version,
        definition: Option<&str>,
        again: bool,
    ) -> Result<Vec<FactNo>, StoreError> {
        let mut all = Conditions::default();
        let version = all.value(version);
        all.hold(format!("version = {version}"));
        if let Some(definition) = definition {
            let definition = all.value(definition);
            all.hold(format!("definition = {definition}"));
        }
        if again {
            all.hold("times > 1");
        }
        let query = format!("select by_fact from qualification {} order by by_fact", all.clause());
        self.list("read who qualified", &query, &all.values, |mut row| row.next())
    }

    /// The leads that met a definition for the first time under a version, each with when it did,
    /// the earliest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn first_qualified_under(
        &self,
        version: Version,
        definition: &str,
    ) -> Result<Vec<(LeadId, Timestamp)>, StoreError> {
        let query = "select lead, at from qualification
                     where version = $1 and definition = $2 and times = 1 order by at, by_fact";
        let values = values![version, definition];
        self.list("read who qualified first", query, values, |mut row| {
            Ok((row.next()?, row.next()?))
        })
    }

    /// How many leads met a definition from an instant on up to another, each once.
    ///
    /// # Errors
    /// When the database fails.
    pub fn leads_qualified_between(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<u64, StoreError> {
        let read = |mut row: Row| Ok(row.next::<i64>()?.unsigned_abs());
        let n = self.find("count who qualified", QUALIFIED_BETWEEN, values![from, to], read)?;
        Ok(n.unwrap_or_default())
    }

    /// The qualifications from an instant on and before another, in ledger order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn qualifications_in(
        &self,
        period: Window<Timestamp>,
    ) -> Result<Vec<QualificationRow>, StoreError> {
        let query = format!("select {COLUMNS} from qualification where at >= $1 and at < $2");
        let values = values![period.from, period.before];
        let mut rows = self.list("read the qualifications of a period", &query, values, read)?;
        rows.sort_by_key(|row| row.by_fact);
        Ok(rows)
    }

    /// All qualifications, in ledger order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn qualifications(&self) -> Result<Vec<QualificationRow>, StoreError> {
        let query = format!("select {COLUMNS} from qualification order by by_fact");
        self.list("read the qualifications", &query, &[], read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Location, Store, database::Connection, read::opportunity::OPENED_BETWEEN};

    #[test]
    fn what_happened_in_some_days_is_counted_by_an_index() {
        let database = crate::testing::sqlite();
        let location = Location::parse(&database.place);
        drop(Store::open(&location, Timestamp::UNIX_EPOCH).unwrap());
        let connection = Connection::open(&location).unwrap();
        for (query, index) in
            [(QUALIFIED_BETWEEN, "qualification_by_at"), (OPENED_BETWEEN, "opportunity_by_opening")]
        {
            let explain = format!("explain query plan {query}");
            let plan = connection.query("explain", &explain, values!["1", "2"]).unwrap();
            let steps: Vec<_> = plan.into_iter().map(|row| format!("{:?}", row.rest())).collect();
            assert!(steps.iter().any(|step| step.contains(index)), "{query}: {steps:?}");
        }
    }
}
