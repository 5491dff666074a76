//! Rows of leads, as the transaction has them.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{FactNo, LeadId};

use crate::{
    database::Connection,
    error::StoreError,
    read::lead::{self, LeadRow},
    reader::{KEYS_AT_ONCE, one_or_some},
    value::Value,
};

/// What is known of leads.
#[derive(Default)]
pub(super) struct Leads(BTreeMap<LeadId, Held>);

/// One of them.
#[derive(Default)]
struct Held {
    row: Option<LeadRow>,
    is_changed: bool,
    /// The one as which it goes on; then it has no row.
    into: Option<LeadId>,
}

impl Leads {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// A lead's row is to go; whether it goes on as another stays.
    pub(super) fn lose(&mut self, lead: &LeadId) {
        if let Some(held) = self.0.get_mut(lead) {
            (held.row, held.is_changed) = (None, false);
        }
    }

    pub(super) fn take_changed(&mut self) -> Vec<Vec<Value>> {
        let changed = self.0.values_mut().filter_map(|held| {
            let is_changed = std::mem::take(&mut held.is_changed);
            held.row.as_ref().filter(|_| is_changed)
        });
        changed.map(lead::values_of).collect()
    }
}

impl Connection {
    /// Changes the row of a lead by a fact about it, and makes it where there is none. Of one that
    /// goes on as another, the other hears that there was a fact.
    pub(crate) fn change_lead(
        &self,
        id: &LeadId,
        no: FactNo,
        change: impl FnOnce(&mut LeadRow),
    ) -> Result<(), StoreError> {
        self.hold_leads(std::slice::from_ref(id))?;
        let mut behind = self.behind.borrow_mut();
        let held = behind.leads.0.entry(id.clone()).or_default();
        if let Some(into) = held.into.clone() {
            drop(behind);
            return self.update_lead(&into, |row| row.last_fact = no);
        }
        held.is_changed = true;
        let Some(row) = &mut held.row else {
            let mut row = LeadRow::unknown(id.clone(), no);
            change(&mut row);
            held.row = Some(row);
            drop(behind);
            return self.settle_if_much();
        };
        let before = (row.owner.clone(), row.status.clone());
        change(row);
        row.last_fact = no;
        // Whether it waits for an owner is then to be asked anew, as the trigger has it.
        if before != (row.owner.clone(), row.status.clone()) {
            behind.served.insert(id.0.clone());
        }
        drop(behind);
        self.settle_if_much()
    }

    /// Changes the row of a lead that has one.
    pub(crate) fn update_lead(
        &self,
        id: &LeadId,
        change: impl FnOnce(&mut LeadRow),
    ) -> Result<(), StoreError> {
        self.hold_leads(std::slice::from_ref(id))?;
        let mut behind = self.behind.borrow_mut();
        if let Some(held) = behind.leads.0.get_mut(id)
            && let Some(row) = &mut held.row
        {
            change(row);
            held.is_changed = true;
        }
        drop(behind);
        self.settle_if_much()
    }

    /// Whether there has never been a fact about a lead that still has rows: then there is nothing to
    /// be read of it.
    pub(super) fn is_new_lead(&self, id: &LeadId) -> Result<bool, StoreError> {
        self.hold_leads(std::slice::from_ref(id))?;
        let behind = self.behind.borrow();
        let held = behind.leads.0.get(id);
        Ok(held.is_none_or(|held| held.row.is_none() && held.into.is_none()))
    }

    /// Reads the rows of leads that are not held yet, many at a time.
    pub(crate) fn hold_leads(&self, ids: &[LeadId]) -> Result<(), StoreError> {
        let unknown: BTreeSet<&LeadId> = {
            let behind = self.behind.borrow();
            ids.iter().filter(|id| !behind.leads.0.contains_key(*id)).collect()
        };
        let unknown: Vec<String> = unknown.into_iter().map(|id| id.0.clone()).collect();
        let nothing = vec!["null"; lead::COLUMNS.split(',').count() - 1].join(", ");
        for some in unknown.chunks(KEYS_AT_ONCE) {
            let (places, values) = one_or_some(some);
            let sql = format!(
                "select {columns}, null as into_lead from lead where id in ({places})
                 union all
                 select lead, {nothing}, into_lead from merged_lead where lead in ({places})",
                columns = lead::COLUMNS,
            );
            let mut found: BTreeMap<LeadId, Held> =
                some.iter().map(|id| (LeadId(id.clone()), Held::default())).collect();
            self.ask("read leads", &sql, &values, |row| {
                let mut values = row.rest();
                let into = match values.pop() {
                    Some(Value::Text(into)) => Some(LeadId(into)),
                    _ => None,
                };
                let (id, held) = match into {
                    Some(into) => {
                        (values.into_iter().next(), Held { into: Some(into), ..Held::default() })
                    }
                    None => {
                        let id = values.first().cloned();
                        let row = lead::read(crate::value::Row::new("read leads", values))?;
                        (id, Held { row: Some(row), ..Held::default() })
                    }
                };
                if let Some(Value::Text(id)) = id {
                    found.insert(LeadId(id), held);
                }
                Ok(())
            })?;
            self.behind.borrow_mut().leads.0.extend(found);
        }
        Ok(())
    }
}
