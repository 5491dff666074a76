//! Which facts were told: what the transaction has asked about sources and keys.

use std::collections::{BTreeMap, BTreeSet};

use domain::fact::Entry;

use crate::{
    database::Connection,
    error::StoreError,
    ledger::{FACT_COLUMNS, FactRow},
    reader::KEYS_AT_ONCE,
    value::Value,
};

/// What is known of sources and keys.
#[derive(Default)]
pub(super) struct Told {
    /// Under these nothing was told.
    absent: BTreeSet<(String, String)>,
    /// Under these something was. Facts never change.
    told: BTreeMap<(String, String), Entry>,
}

impl Connection {
    /// The fact under a source and key, where that is known without asking.
    pub(crate) fn known_told(&self, source: &str, key: &str) -> Option<Option<Entry>> {
        let behind = self.behind.borrow();
        let place = (source.to_owned(), key.to_owned());
        if behind.facts.absent.contains(&place) {
            return Some(None);
        }
        behind.facts.told.get(&place).cloned().map(Some)
    }

    /// Notes that nothing is told under a source and key.
    pub(crate) fn note_absent(&self, source: &str, key: &str) {
        if self.writes() {
            let place = (source.to_owned(), key.to_owned());
            self.behind.borrow_mut().facts.absent.insert(place);
        }
    }

    /// Notes that a fact is appended; whether it is known that its source and key were free.
    pub(crate) fn note_told(&self, source: &str, key: &str) -> bool {
        let place = (source.to_owned(), key.to_owned());
        self.behind.borrow_mut().facts.absent.remove(&place)
    }

    /// Asks about many keys of a source at a time.
    pub(crate) fn hold_told(&self, source: &str, keys: &[String]) -> Result<(), StoreError> {
        // One index entry each; to a planner that knows no better, a source has but a few facts, of
        // which it would read all to find these keys.
        let one = |place: usize| {
            let source = KEYS_AT_ONCE + 1;
            format!("select {FACT_COLUMNS} from fact where source = ${source} and key = ${place}")
        };
        let all: Vec<String> = (1..=KEYS_AT_ONCE).map(one).collect();
        let sql = all.join(" union all ");
        let unknown: Vec<String> =
            keys.iter().filter(|key| self.known_told(source, key).is_none()).cloned().collect();
        for some in unknown.chunks(KEYS_AT_ONCE) {
            let mut values: Vec<Value> = some.iter().map(Value::from).collect();
            values.resize(KEYS_AT_ONCE, Value::Null);
            values.push(source.into());
            let mut found = BTreeMap::new();
            self.query_each("look for facts", &sql, &values, |row| {
                let entry = FactRow::read(row)?.entry()?;
                found.insert((source.to_owned(), entry.told.key.clone()), entry);
                Ok(())
            })?;
            let facts = &mut self.behind.borrow_mut().facts;
            for key in some {
                let place = (source.to_owned(), key.clone());
                if !found.contains_key(&place) {
                    facts.absent.insert(place);
                }
            }
            facts.told.append(&mut found);
        }
        Ok(())
    }
}
