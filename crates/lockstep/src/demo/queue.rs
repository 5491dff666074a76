//! What other systems will report, in the order in which it happens.

use std::collections::BTreeMap;

use domain::{
    fact::{Fact, Told},
    person::Person,
    reported::Reported,
};
use jiff::Timestamp;

/// The firm's customer records.
pub const CRM: &str = "crm";
/// The firm's web pages, mails and events.
pub const HUB: &str = "hub";
/// The badge scanner of a fair, whose file is brought in.
pub const FAIR: &str = "fair";

/// Reports that wait for their instant.
#[derive(Default)]
pub struct Queue {
    waiting: BTreeMap<(Timestamp, u64), Reported>,
    given: u64,
}

impl Queue {
    /// Adds a report.
    pub fn push(&mut self, source: &str, at: Timestamp, fact: Fact) {
        self.push_with(source, at, fact, None);
    }

    /// Adds a report with its private part.
    pub fn push_with(&mut self, source: &str, at: Timestamp, fact: Fact, person: Option<Person>) {
        self.given += 1;
        let told = Told {
            source: source.to_owned(),
            key: format!("e{}", self.given),
            happened_at: at,
            fact,
        };
        self.waiting.insert((at, self.given), Reported { told, person });
    }

    /// When the next report happens.
    pub fn next_at(&self) -> Option<Timestamp> {
        self.waiting.keys().next().map(|(at, _)| *at)
    }

    /// Takes out everything that has happened by an instant, in order.
    pub fn until(&mut self, end: Timestamp) -> Vec<Reported> {
        let later = self.waiting.split_off(&(end, u64::MAX));
        std::mem::replace(&mut self.waiting, later).into_values().collect()
    }
}
