//! Rows that are to be taken out, many in one statement.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{LeadId, OpportunityId, Subject};

use super::{Behind, Table};
use crate::{database::Connection, error::StoreError, reader::KEYS_AT_ONCE, value::Value};

/// The values of rows that are to go, by their table and its columns: `pool, user_id`.
#[derive(Default)]
pub(super) struct Gone(BTreeMap<(&'static str, &'static str), BTreeSet<Vec<String>>>);

impl Gone {
    pub(super) fn len(&self) -> usize {
        self.0.values().map(BTreeSet::len).sum()
    }

    /// The tables that rows are to leave.
    fn tables(&self) -> BTreeSet<&'static str> {
        self.0.keys().map(|(table, _)| *table).collect()
    }

    fn of(&mut self, table: &str) -> Vec<(&'static str, BTreeSet<Vec<String>>)> {
        let (theirs, others) =
            std::mem::take(&mut self.0).into_iter().partition(|((name, _), _)| *name == table);
        self.0 = others;
        let theirs: BTreeMap<(&'static str, &'static str), _> = theirs;
        theirs.into_iter().map(|((_, columns), rows)| (columns, rows)).collect()
    }
}

impl Behind {
    /// Forgets what was read or is to be written of rows that are to go; says whether rows wait that
    /// must be written first, because they are to go as well.
    fn lose(&mut self, table: Option<Table>, columns: &str, values: &[&str]) -> bool {
        let id = values.first().copied().unwrap_or_default();
        match table {
            None => false,
            Some(Table::Lead) => {
                self.leads.lose(&LeadId::from(id));
                false
            }
            Some(Table::Clock) => {
                let subject = match columns {
                    "opportunity" => Subject::Opportunity(OpportunityId::from(id)),
                    _ => Subject::Lead(LeadId::from(id)),
                };
                self.clocks.lose(subject);
                false
            }
            Some(Table::Handoff) => {
                self.handoffs.lose(LeadId::from(id));
                false
            }
            Some(Table::Person) => {
                self.persons.lose(id);
                false
            }
            Some(Table::PersonKey | Table::RoutingLevel) => false,
            Some(table) => {
                let places: Vec<usize> =
                    columns.split(", ").map(|name| table.place(name)).collect();
                let is_it = |row: &Vec<Value>| {
                    let mut pairs = places.iter().zip(values);
                    pairs.all(|(place, value)| row[*place] == Value::from(*value))
                };
                self.rows.get(&table).is_some_and(|rows| rows.iter().any(is_it))
            }
        }
    }
}

impl Connection {
    /// Takes the rows with these values out some time before anybody asks for them. `table` is one
    /// whose triggers count what leaves it when it is asked for, or one without triggers.
    pub(crate) fn delete_later(
        &self,
        table: &'static str,
        columns: &'static str,
        values: &[&str],
    ) -> Result<(), StoreError> {
        let held = Table::of_name(table);
        if held == Some(Table::Lead) {
            // What is read later must not find the row: only whether it goes on as another stays.
            let ids: Vec<LeadId> = values.iter().map(|id| LeadId::from(*id)).collect();
            self.hold_leads(&ids)?;
        }
        let waits = self.behind.borrow_mut().lose(held, columns, values);
        if let Some(held) = held.filter(|_| waits) {
            self.write_held(held)?;
        }
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        let mut behind = self.behind.borrow_mut();
        behind.gone.0.entry((table, columns)).or_default().insert(values);
        drop(behind);
        self.settle_if_much()
    }

    /// Takes out of the database what is to leave the tables that a statement names and of which
    /// nothing else is held.
    pub(super) fn write_gone_named(&self, sql: &str) -> Result<(), StoreError> {
        let tables = self.behind.borrow().gone.tables();
        let words = || sql.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        let named = tables.into_iter().filter(|table| words().any(|word| word == *table));
        named.into_iter().try_for_each(|table| self.write_gone(table))
    }

    /// Takes out of the database what is to leave any table.
    pub(super) fn write_all_gone(&self) -> Result<(), StoreError> {
        let tables = self.behind.borrow().gone.tables();
        tables.into_iter().try_for_each(|table| self.write_gone(table))
    }

    /// Takes out of the database what is to leave a table.
    pub(super) fn write_gone(&self, table: &str) -> Result<(), StoreError> {
        if self.behind.borrow().gone.0.is_empty() {
            return Ok(());
        }
        let gone = self.behind.borrow_mut().gone.of(table);
        for (columns, rows) in gone {
            let rows: Vec<Vec<String>> = rows.into_iter().collect();
            for some in rows.chunks(KEYS_AT_ONCE) {
                // Always as many places, as for keys that are asked for: the last row stands in.
                let most = if some.len() == 1 { 1 } else { KEYS_AT_ONCE };
                let sql = delete(table, columns, most);
                let some = some.iter().chain(some.last().into_iter().cycle()).take(most);
                let values: Vec<Value> = some.flatten().map(Value::from).collect();
                self.execute_now("take rows out", &sql, &values)?;
            }
        }
        Ok(())
    }
}

/// The statement that takes so many rows out.
fn delete(table: &str, columns: &str, rows: usize) -> String {
    let wide = columns.split(", ").count();
    let row = |nth: usize| {
        let places = (1..=wide).map(|place| format!("${}", nth * wide + place));
        places.collect::<Vec<_>>().join(", ")
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    match wide {
        1 => format!("delete from {table} where {columns} in ({})", rows.join(", ")),
        _ => format!("delete from {table} where ({columns}) in (values ({}))", rows.join("), (")),
    }
}
