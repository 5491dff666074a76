//! What the writing transaction has changed and not yet written. Rows are held, each read once and
//! changed in memory, and written many in one statement: before another statement names their table,
//! and at the end of each job. To a server over the wire that makes tens of statements out of tens of
//! thousands, and the counts that the database keeps are changed once for all rows of a statement.
//!
//! It is exact because nobody else writes: the transaction holds the lock from its beginning to its
//! end, and nothing is held beyond it.

mod clocks;
mod facts;
mod gone;
mod leads;
mod levels;
mod persons;
mod table;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::fact::Entry;
use jiff::Timestamp;

pub(crate) use table::Table;
use table::{ROWS_AT_ONCE, named_in};

use crate::{
    database::Connection,
    error::{DatabaseError, StoreError, doing},
    reader::KEYS_AT_ONCE,
    value::{Value, values},
};

/// So many rows are held at most; a trial of an import is one transaction for all its rows.
const HELD_MAX: usize = 20_000;

/// What is held. A new one holds nothing.
#[derive(Default)]
pub(crate) struct Behind {
    /// New rows, in the order in which they came.
    rows: BTreeMap<Table, Vec<Vec<Value>>>,
    /// Subjects that are to be decided about, from when on, and on account of which import.
    undecided: BTreeMap<String, (Timestamp, Option<String>)>,
    /// Leads that wait for an owner no more.
    served: BTreeSet<String>,
    facts: facts::Told,
    leads: leads::Leads,
    clocks: clocks::Clocks,
    handoffs: clocks::Handoffs,
    levels: levels::Levels,
    persons: persons::Persons,
    keys: persons::Keys,
    /// Rows that are to be taken out.
    gone: gone::Gone,
    /// The facts about a subject whose rows are to be folded again.
    at_hand: Option<(String, Vec<Arc<Entry>>)>,
    /// Whether rows were lost because the database did not take them: nothing may follow.
    is_lost: bool,
}

impl Behind {
    /// Forgets all of it: the transaction is over, or was taken back.
    pub(crate) fn forget(&mut self) {
        *self = Behind::default();
    }

    fn held(&self) -> usize {
        let rows: usize = self.rows.values().map(Vec::len).sum();
        let of_leads = self.leads.len() + self.clocks.len() + self.handoffs.len();
        let of_persons = self.persons.len() + self.keys.len();
        let going = self.undecided.len() + self.served.len() + self.gone.len();
        rows + going + of_leads + of_persons
    }

    /// The rows of a table that are not written yet; from here on they are taken for written.
    fn take(&mut self, table: Table) -> Vec<Vec<Value>> {
        match table {
            Table::Lead => self.leads.take_changed(),
            Table::Clock => self.clocks.take_changed(),
            Table::Handoff => self.handoffs.take_changed(),
            Table::RoutingLevel => self.levels.take_changed(),
            Table::Person => self.persons.take_changed(),
            Table::PersonKey => self.keys.take_changed(),
            Table::Undecided => std::mem::take(&mut self.undecided)
                .into_iter()
                .map(|(subject, (due_at, import))| values![subject, due_at, import].to_vec())
                .collect(),
            other => self.rows.remove(&other).unwrap_or_default(),
        }
    }

    /// Forgets what was read of a table that a statement is about to change.
    fn drop_read(&mut self, table: Table) {
        match table {
            Table::Lead => self.leads = leads::Leads::default(),
            Table::Clock => self.clocks = clocks::Clocks::default(),
            Table::Handoff => self.handoffs = clocks::Handoffs::default(),
            Table::RoutingLevel => self.levels = levels::Levels::default(),
            Table::Person => self.persons = persons::Persons::default(),
            Table::PersonKey => self.keys = persons::Keys::default(),
            _ => {}
        }
    }
}

impl Connection {
    /// Writes a new row some time before anybody asks for it.
    pub(crate) fn insert_later(&self, table: Table, row: &[Value]) -> Result<(), StoreError> {
        let mut behind = self.behind.borrow_mut();
        behind.rows.entry(table).or_default().push(row.to_vec());
        drop(behind);
        self.settle_if_much()
    }

    /// Notes that a subject has still to be decided about; of two instants the earlier stands, of two
    /// imports the later.
    pub(crate) fn undecided_later(
        &self,
        subject: &str,
        due_at: Timestamp,
        import: Option<&str>,
    ) -> Result<(), StoreError> {
        let mut behind = self.behind.borrow_mut();
        let (at, of) = behind.undecided.entry(subject.to_owned()).or_insert((due_at, None));
        *at = due_at.min(*at);
        if let Some(import) = import {
            *of = Some(import.to_owned());
        }
        drop(behind);
        self.settle_if_much()
    }

    /// Takes a lead off the list of those that wait for an owner.
    pub(crate) fn served_later(&self, lead: &str) -> Result<(), StoreError> {
        self.behind.borrow_mut().served.insert(lead.to_owned());
        self.settle_if_much()
    }

    /// Keeps the facts about a subject, for when its rows are folded again.
    pub(crate) fn keep_at_hand(&self, subject: &str, facts: Vec<Arc<Entry>>) {
        self.behind.borrow_mut().at_hand = Some((subject.to_owned(), facts));
    }

    /// The facts about a subject, where they are at hand; they are not afterwards.
    pub(crate) fn take_at_hand(&self, subject: &str) -> Option<Vec<Arc<Entry>>> {
        let kept = self.behind.borrow_mut().at_hand.take();
        kept.filter(|(known, _)| known == subject).map(|(_, facts)| facts)
    }

    /// Outside of a transaction that writes, nothing is held.
    fn settle_if_much(&self) -> Result<(), StoreError> {
        if self.writes() && self.behind.borrow().held() < HELD_MAX {
            return Ok(());
        }
        self.settle()?;
        self.behind.borrow_mut().forget();
        Ok(())
    }

    /// Writes what is held of the tables that a statement names, and forgets what was read of those
    /// that it may change.
    pub(crate) fn settle_before(&self, sql: &str, changes: bool) -> Result<(), StoreError> {
        if !self.writes() {
            return Ok(());
        }
        self.write_gone_named(sql)?;
        for table in named_in(sql) {
            self.write_held(table)?;
            if changes {
                self.behind.borrow_mut().drop_read(table);
            }
        }
        Ok(())
    }

    /// Writes all that is held.
    pub(crate) fn settle(&self) -> Result<(), StoreError> {
        self.write_all_gone()?;
        Table::ALL.into_iter().try_for_each(|table| self.write_held(table))
    }

    fn write_held(&self, table: Table) -> Result<(), StoreError> {
        if self.behind.borrow().is_lost {
            return Err(doing("write what was held")(DatabaseError::TransactionLost));
        }
        // What goes makes room for what comes.
        let written = self.write_gone(table.name()).and_then(|()| match table {
            Table::Unrouted => self.write_served(),
            _ => {
                let rows = self.behind.borrow_mut().take(table);
                self.write_rows(table, rows)
            }
        });
        if written.is_err() {
            self.behind.borrow_mut().is_lost = true;
            if table == Table::Fact {
                self.ask_for_every_fact();
            }
        }
        written
    }

    fn write_rows(&self, table: Table, rows: Vec<Vec<Value>>) -> Result<(), StoreError> {
        let mut left = rows.len();
        let mut rows = rows.into_iter();
        while left > 0 {
            let some = ROWS_AT_ONCE.into_iter().find(|some| *some <= left).unwrap_or(1);
            let values: Vec<Value> = rows.by_ref().take(some).flatten().collect();
            let written = self.execute_now(table.doing(), table.insert(some), &values)?;
            // The ledger passes over what it has already.
            if table == Table::Fact && written != some as u64 {
                return Err(doing(table.doing())(DatabaseError::KeyTaken));
            }
            left -= some;
        }
        Ok(())
    }

    fn write_served(&self) -> Result<(), StoreError> {
        let served: Vec<String> =
            std::mem::take(&mut self.behind.borrow_mut().served).into_iter().collect();
        for some in served.chunks(KEYS_AT_ONCE) {
            let (places, values) = crate::reader::one_of(some);
            let sql = format!("delete from unrouted where lead in ({places})");
            self.execute_now("fold leads that wait no more", &sql, &values)?;
        }
        Ok(())
    }
}
