//! An opportunity: a possible sale's way through the stages, replayed from facts.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{Timestamp, civil::Date};

use crate::{
    agreement::Agreement,
    condition::status_word,
    fact::{Entry, Fact},
    field::{FieldValue, Fields, lay},
    ids::{FactNo, UserId},
    window::whole_days,
};

/// An opportunity as its facts leave it at some instant.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Opportunity {
    /// What was reported of it.
    pub fields: Fields,
    /// Where each field comes from.
    pub field_facts: BTreeMap<String, FactNo>,
    /// The stage it stands in, as the Agreement names it; unknown to the Agreement, as reported.
    pub stage: Option<String>,
    /// Whether its way was told move by move. Then a report that merely states a stage is no entry:
    /// it says where the opportunity is, not when it got there.
    pub is_told_by_moves: bool,
    /// When it last entered each stage, by [`status_word`].
    pub entered: BTreeMap<String, Timestamp>,
    /// The fact by which it entered the stage it stands in.
    pub stage_fact: Option<FactNo>,
    /// Whose it is.
    pub owner: Option<UserId>,
    /// How often it was given to somebody.
    pub transfers: u32,
    /// When it came to be: its `opened_on` or `created_at`, or else its first fact.
    pub opened_at: Option<Timestamp>,
}

impl Opportunity {
    /// An opportunity of which nothing is known yet but which facts will come.
    pub fn before(entries: &[Arc<Entry>]) -> Opportunity {
        let is_move = |entry: &Arc<Entry>| matches!(entry.fact(), Fact::OpportunityMoved(_));
        Opportunity { is_told_by_moves: entries.iter().any(is_move), ..Opportunity::default() }
    }

    /// Takes in one fact about it. Stages are read by the Agreement's words where one is given.
    pub fn apply(&mut self, entry: &Entry, agreement: Option<&Agreement>) {
        let at = entry.happened_at();
        match entry.fact() {
            Fact::Opportunity(reported) => {
                lay(&mut self.fields, &mut self.field_facts, &reported.fields, entry.no);
                let stage = reported.fields.get("stage").and_then(FieldValue::text);
                if let Some(stage) = stage.filter(|_| !self.is_told_by_moves) {
                    self.enter(stage, at, entry.no, agreement);
                }
                if let Some(owner) = reported.fields.get("owner") {
                    self.give_to(owner.text().map(UserId::from));
                }
            }
            Fact::OpportunityMoved(moved) => self.enter(&moved.stage, at, entry.no, agreement),
            _ => return,
        }
        self.opened_at.get_or_insert(at);
    }

    /// Enters a stage; a report that repeats the stage is no entry.
    fn enter(&mut self, stage: &str, at: Timestamp, by: FactNo, agreement: Option<&Agreement>) {
        let known = agreement.and_then(|agreement| agreement.stage(stage));
        let stage = known.map_or(stage, |known| &known.key);
        if self.stage.as_deref() == Some(stage) {
            return;
        }
        self.entered.insert(status_word(stage), at);
        (self.stage, self.stage_fact) = (Some(stage.to_owned()), Some(by));
    }

    fn give_to(&mut self, owner: Option<UserId>) {
        if owner != self.owner && owner.is_some() {
            self.transfers += 1;
        }
        self.owner = owner;
    }

    /// The fact that a field's value comes from, where it comes from one.
    pub fn fact_of(&self, field: &str) -> Option<FactNo> {
        match field {
            "stage" => self.stage_fact,
            other => self.field_facts.get(other).copied(),
        }
    }

    /// What conditions see under a name.
    pub fn value(&self, field: &str, now: Timestamp) -> Option<FieldValue> {
        let whole = |number: i64| Some(FieldValue::Whole(number));
        let text = |text: Option<&str>| Some(text.map_or(FieldValue::Cleared, Into::into));
        match field {
            "stage" => text(self.stage.as_deref()),
            "owner" => text(self.owner.as_ref().map(UserId::as_str)),
            "age_days" => self.opened().and_then(|at| whole(whole_days(at, now))),
            other => match other.strip_prefix("days_since_") {
                Some(stage) if self.entered.contains_key(stage) => {
                    whole(whole_days(self.entered[stage], now))
                }
                _ => self.fields.get(other).cloned(),
            },
        }
    }

    /// When it came to be, as far as told: a date begins at midnight in UTC.
    fn opened(&self) -> Option<Timestamp> {
        let told = ["opened_on", "created_at"].iter().find_map(|field| {
            let text = self.fields.get(*field)?.text()?;
            let day = |date: Date| date.to_zoned(jiff::tz::TimeZone::UTC).ok();
            text.parse::<Timestamp>().ok().or_else(|| Some(day(text.parse().ok()?)?.timestamp()))
        });
        told.or(self.opened_at)
    }
}
