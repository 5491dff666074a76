//! `[fields.…]`, and everything else that a later section may name.

use std::collections::BTreeMap;

use domain::{
    agreement::{ActivityKind, Stage, Status},
    condition::{Condition, Name, Root},
    money::Currency,
};
use jiff::tz::TimeZone;

use super::{Document, calendars::Calendars, header::Header};
use crate::agreement::{
    condition,
    mistake::guess,
    names::{Kind, Names, Scope},
    reader::{Item, Table, is_name, name_advice},
};

/// What later sections may name.
pub struct Known {
    /// Fields and the names that are always there.
    pub names: Names,
    /// The Agreement's zone.
    pub zone: TimeZone,
    /// Its currency.
    pub currency: Currency,
    /// Calendars by key, and whether each has a zone of its own.
    pub calendars: BTreeMap<String, bool>,
    /// Statuses by key.
    pub statuses: BTreeMap<String, Status>,
    /// Ids of definitions.
    pub definitions: Vec<String>,
    /// Ids of milestones.
    pub milestones: Vec<String>,
    /// Ids of service levels.
    pub service_levels: Vec<String>,
    /// Whether the text says how leads find their owner.
    pub has_routes: bool,
}

impl Known {
    /// Everything that stands before the definitions.
    pub fn new(
        document: &Document<'_>,
        header: &Header<'_>,
        calendars: &Calendars<'_>,
        statuses: &[Status],
        activities: &BTreeMap<String, ActivityKind>,
        stages: &[Stage],
    ) -> Known {
        let status_keys = statuses.iter().map(|status| status.key.clone()).collect();
        let stage_keys = stages.iter().map(|stage| stage.key.clone()).collect();
        let mut names =
            Names::built_in(status_keys, activities.keys().cloned().collect(), stage_keys);
        for section in document.tables("fields", "the fields") {
            let parts = [
                ("lead", &mut names.lead),
                ("account", &mut names.account),
                ("activity", &mut names.activity),
                ("opportunity", &mut names.opportunity),
            ];
            for (key, fields) in parts {
                let example = "[fields.lead] with country = \"text\" below it";
                let table = section.get(key, example).and_then(|item| item.table("the fields"));
                if let Some(table) = table {
                    declare(&table, fields);
                }
            }
            section.finish();
        }
        let has_zone = |calendar: &domain::calendar::Calendar| calendar.zone().is_some();
        Known {
            names,
            zone: header.zone.clone(),
            currency: header.currency,
            calendars: calendars.iter().map(|(k, c)| (k.clone(), has_zone(&c.value))).collect(),
            statuses: statuses.iter().map(|s| (s.key.clone(), s.clone())).collect(),
            definitions: Vec::new(),
            milestones: Vec::new(),
            service_levels: Vec::new(),
            has_routes: document.roots.iter().any(|root| root.has("routing")),
        }
    }

    /// What a condition may ask for.
    pub fn scope<'n>(
        &'n self,
        at: &'static str,
        roots: &'n [Root],
        score: &'n [String],
    ) -> Scope<'n> {
        Scope { names: &self.names, at, roots, score }
    }

    /// A status that must exist; `None` when it does not.
    pub fn status(&self, item: &Item<'_>) -> Option<String> {
        let keys: Vec<&str> = self.statuses.keys().map(String::as_str).collect();
        one_of(item, "status", &keys)
    }
}

/// A text that must be one of the keys of a kind of thing.
pub fn one_of(item: &Item<'_>, noun: &str, keys: &[&str]) -> Option<String> {
    let text = item.text()?.value;
    item.one_of(keys);
    if keys.contains(&text.as_str()) {
        return Some(text);
    }
    item.wrong_if_whole(format!("There is no {noun} {text:?}."), guess(&text, keys));
    None
}

/// A condition that must be there; one that always holds where it is missing or wrong.
pub fn needed(table: &Table<'_>, key: &'static str, scope: &Scope<'_>) -> Condition {
    let item = table.need(key, "a condition, such as 'lead.status == \"MQL\"'");
    item.and_then(|item| condition::condition(&item, scope)).unwrap_or(Condition::Always(true))
}

/// A condition that may be left out.
pub fn optional(table: &Table<'_>, key: &'static str, scope: &Scope<'_>) -> Option<Condition> {
    let item = table.get(key, "a condition, such as 'lead.country == \"DE\"'")?;
    condition::condition(&item, scope)
}

/// A name by itself, such as `lead.region`, and its kind.
pub fn name(item: &Item<'_>, scope: &Scope<'_>) -> Option<(Name, Kind)> {
    let text = item.text()?.value;
    let Some((word, field)) = text.split_once('.') else {
        let what = format!("{text:?} is not the name of a field.");
        let root = scope.roots.first().map_or("lead", |root| root.word());
        item.wrong(what, format!("Write it as in a condition: \"{root}.{text}\"."));
        return None;
    };
    let found = scope.root(word).and_then(|root| Ok((root, scope.kind(root, field)?)));
    match found {
        Ok((root, kind)) => Some((Name { root, field: field.to_owned(), lowered: false }, kind)),
        Err((what, instead)) => {
            item.wrong_if_whole(what, instead);
            None
        }
    }
}

/// The fields of `[fields.lead]` and its like.
fn declare(table: &Table<'_>, fields: &mut BTreeMap<String, Kind>) {
    for (key, item) in table.entries("country = \"text\"") {
        let kind = if item.is_text() {
            item.choice(&Kind::DECLARED)
        } else {
            // A list of the only words that the field can be.
            let words: Vec<String> = item.texts().into_iter().map(|word| word.value).collect();
            (!words.is_empty()).then_some(Kind::OneOf(words, "such word here,"))
        };
        let sink = table.sink();
        if !is_name(key.value) {
            let what = format!("{:?} cannot be the name of a field.", key.value);
            sink.add(key.place, what, name_advice(key.value));
        } else if fields.contains_key(key.value) {
            let what = format!("There is a field {:?} already.", key.value);
            sink.add(key.place, what, "Leave this line out.".to_owned());
        } else {
            fields.insert(key.value.to_owned(), kind.unwrap_or(Kind::Text));
        }
    }
}
