//! Rows of clocks and of handoffs, by what they are about.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{ClockId, LeadId, Subject};
use jiff::Timestamp;

use crate::{
    database::Connection,
    error::StoreError,
    read::{
        clock::{self, ClockRow},
        handoff::{self, HandoffRow},
    },
    reader::{KEYS_AT_ONCE, one_or_some},
    value::{Value, values},
};

/// A row, and whether it is to be written.
type Rows<T> = Vec<(T, bool)>;

/// The clocks of what was asked for.
#[derive(Default)]
pub(super) struct Clocks(BTreeMap<Subject, Rows<ClockRow>>);

/// The handoffs of the leads that were asked for.
#[derive(Default)]
pub(super) struct Handoffs(BTreeMap<LeadId, Rows<HandoffRow>>);

fn changed<T>(rows: &mut Rows<T>) -> impl Iterator<Item = &T> {
    rows.iter_mut().filter_map(|(row, is_changed)| std::mem::take(is_changed).then_some(&*row))
}

impl Clocks {
    /// The rows of a subject are to go.
    pub(super) fn lose(&mut self, subject: Subject) {
        self.0.insert(subject, Vec::new());
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn take_changed(&mut self) -> Vec<Vec<Value>> {
        self.0.values_mut().flat_map(changed).map(clock::values_of).collect()
    }
}

impl Handoffs {
    /// The rows of a lead are to go.
    pub(super) fn lose(&mut self, lead: LeadId) {
        self.0.insert(lead, Vec::new());
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn take_changed(&mut self) -> Vec<Vec<Value>> {
        self.0.values_mut().flat_map(changed).map(handoff::values_of).collect()
    }
}

impl Connection {
    /// Keeps a clock that has started, unless it is there.
    pub(crate) fn start_clock(&self, row: ClockRow) -> Result<(), StoreError> {
        self.hold_clocks_of(&row.subject)?;
        let mut behind = self.behind.borrow_mut();
        let clocks = behind.clocks.0.entry(row.subject.clone()).or_default();
        if clocks.iter().all(|(known, _)| known.id != row.id) {
            clocks.push((row, true));
        }
        drop(behind);
        self.settle_if_much()
    }

    /// Changes a clock of a subject, if it is there.
    pub(crate) fn change_clock(
        &self,
        subject: &Subject,
        id: &ClockId,
        change: impl FnOnce(&mut ClockRow),
    ) -> Result<(), StoreError> {
        self.hold_clocks_of(subject)?;
        let mut behind = self.behind.borrow_mut();
        let mut clocks = behind.clocks.0.get_mut(subject).into_iter().flatten();
        if let Some((row, is_changed)) = clocks.find(|(row, _)| row.id == *id) {
            change(row);
            *is_changed = true;
        }
        drop(behind);
        self.settle_if_much()
    }

    /// When the first of a subject's running clocks is due.
    pub(crate) fn first_due_of(&self, subject: &Subject) -> Result<Option<Timestamp>, StoreError> {
        self.hold_clocks_of(subject)?;
        let behind = self.behind.borrow();
        let clocks = behind.clocks.0.get(subject).into_iter().flatten();
        let running = clocks.filter(|(row, _)| row.stopped_at.is_none());
        Ok(running.map(|(row, _)| row.due_at).min())
    }

    fn hold_clocks_of(&self, subject: &Subject) -> Result<(), StoreError> {
        let opportunity = match subject {
            Subject::Lead(lead) => return self.hold_clocks(std::slice::from_ref(lead)),
            Subject::Opportunity(opportunity) => opportunity,
        };
        if self.behind.borrow().clocks.0.contains_key(subject) {
            return Ok(());
        }
        let query = format!("select {} from clock where opportunity = $1", clock::COLUMNS);
        let mut rows = Vec::new();
        self.ask("read an opportunity's clocks", &query, values![opportunity], |row| {
            rows.push((clock::read(row)?, false));
            Ok(())
        })?;
        self.behind.borrow_mut().clocks.0.insert(subject.clone(), rows);
        Ok(())
    }

    /// Reads the clocks of leads that are not held yet, many at a time.
    pub(crate) fn hold_clocks(&self, leads: &[LeadId]) -> Result<(), StoreError> {
        let of = |lead: &LeadId| Subject::Lead(lead.clone());
        let unknown =
            self.not_held(leads, |behind, lead| behind.clocks.0.contains_key(&of(lead)))?;
        for some in unknown.chunks(KEYS_AT_ONCE) {
            let (places, values) = one_or_some(some);
            let sql = format!("select {} from clock where lead in ({places})", clock::COLUMNS);
            let mut found: BTreeMap<Subject, Rows<ClockRow>> = BTreeMap::new();
            self.ask("read leads' clocks", &sql, &values, |row| {
                let row = clock::read(row)?;
                found.entry(row.subject.clone()).or_default().push((row, false));
                Ok(())
            })?;
            let clocks = &mut self.behind.borrow_mut().clocks.0;
            for lead in some {
                let subject = Subject::Lead(LeadId(lead.clone()));
                let rows = found.remove(&subject).unwrap_or_default();
                clocks.insert(subject, rows);
            }
        }
        Ok(())
    }

    /// Keeps a handoff that was made, unless it is there.
    pub(crate) fn make_handoff(&self, row: HandoffRow) -> Result<(), StoreError> {
        self.hold_handoffs(std::slice::from_ref(&row.lead))?;
        let mut behind = self.behind.borrow_mut();
        let handoffs = behind.handoffs.0.entry(row.lead.clone()).or_default();
        if handoffs.iter().all(|(known, _)| known.id != row.id) {
            handoffs.push((row, true));
        }
        drop(behind);
        self.settle_if_much()
    }

    /// Changes those of a lead's handoffs for which `change` says that it did.
    pub(crate) fn change_handoffs(
        &self,
        lead: &LeadId,
        mut change: impl FnMut(&mut HandoffRow) -> bool,
    ) -> Result<(), StoreError> {
        self.hold_handoffs(std::slice::from_ref(lead))?;
        let mut behind = self.behind.borrow_mut();
        for (row, is_changed) in behind.handoffs.0.get_mut(lead).into_iter().flatten() {
            *is_changed |= change(row);
        }
        drop(behind);
        self.settle_if_much()
    }

    /// Reads the handoffs of leads that are not held yet, many at a time.
    pub(crate) fn hold_handoffs(&self, leads: &[LeadId]) -> Result<(), StoreError> {
        let unknown = self.not_held(leads, |behind, lead| behind.handoffs.0.contains_key(lead))?;
        for some in unknown.chunks(KEYS_AT_ONCE) {
            let (places, values) = one_or_some(some);
            let sql = format!("select {} from handoff where lead in ({places})", handoff::COLUMNS);
            let mut found: BTreeMap<LeadId, Rows<HandoffRow>> = BTreeMap::new();
            self.ask("read leads' handoffs", &sql, &values, |row| {
                let row = handoff::read(row)?;
                found.entry(row.lead.clone()).or_default().push((row, false));
                Ok(())
            })?;
            let handoffs = &mut self.behind.borrow_mut().handoffs.0;
            for lead in some {
                let lead = LeadId(lead.clone());
                let rows = found.remove(&lead).unwrap_or_default();
                handoffs.insert(lead, rows);
            }
        }
        Ok(())
    }

    /// Those of leads of which something may stand in the database that is not held; of new ones it
    /// is held that there is nothing.
    fn not_held(
        &self,
        leads: &[LeadId],
        is_held: impl Fn(&super::Behind, &LeadId) -> bool,
    ) -> Result<Vec<String>, StoreError> {
        let mut unknown: BTreeSet<String> = BTreeSet::new();
        for lead in leads {
            if is_held(&self.behind.borrow(), lead) {
                continue;
            }
            if self.is_new_lead(lead)? {
                let behind = &mut *self.behind.borrow_mut();
                behind.clocks.0.entry(Subject::Lead(lead.clone())).or_default();
                behind.handoffs.0.entry(lead.clone()).or_default();
            } else {
                unknown.insert(lead.0.clone());
            }
        }
        Ok(unknown.into_iter().collect())
    }
}
