//! What a lead showed on the day on which it is looked at, and what became of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use connectors::agreement::{Kind, Names, is_free_field};
use domain::{
    agreement::{Agreement, Definition, History, InForce},
    backtest::{Deal, Past, as_then_known, past::worked},
    condition::Root,
    decided::SOURCE,
    draft::seen,
    fact::{Entry, Fact},
    field::{FieldValue, Fields},
    ids::{FactNo, LeadId},
    lead::{Lead, LeadHistory},
    qualification::{assess, crossings},
    shown::{Said, Trait},
};
use insight::card::Looked;
use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};

use super::{SuggestionWish, Toward};
use crate::backtest::scan::{created_at, known_since};

/// Longer words are no word that a rule could name.
const WORD_CHARS_MAX: usize = 60;

/// Fields that say which account it is, and not of what kind.
const KEYS: [&str; 2] = ["account", "domain"];

/// A field of leads or accounts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Field {
    /// Of the lead or of the account.
    pub root: Root,
    /// Its name.
    pub name: String,
}

/// By what leads are looked at.
pub(super) struct Judges<'a> {
    pub(super) agreement: &'a Agreement,
    pub(super) definition: &'a Definition,
    pub(super) today: Option<&'a InForce>,
    pub(super) loaded_until: Timestamp,
    pub(super) as_of: Timestamp,
    pub(super) up_to: FactNo,
    pub(super) wish: &'a SuggestionWish,
    pub(super) zone: TimeZone,
    pub(super) names: &'a Names,
    pub(super) traits: &'a [Trait],
}

/// What some of the leads come to.
#[derive(Default)]
pub(super) struct Found {
    pub(super) leads: Vec<Looked>,
    pub(super) told: Told,
    words: BTreeSet<Arc<str>>,
}

/// What was told of any of them.
#[derive(Default)]
pub(super) struct Told {
    pub(super) undeclared: BTreeSet<Field>,
    pub(super) by_us: BTreeSet<String>,
    /// When the last thing happened.
    pub(super) last_at: Option<Timestamp>,
}

impl Told {
    pub(super) fn merge(&mut self, other: Told) {
        self.undeclared.extend(other.undeclared);
        self.by_us.extend(other.by_us);
        self.last_at = self.last_at.max(other.last_at);
    }
}

/// Whether the house itself gives a name its value.
pub(super) fn is_built_in(root: Root, name: &str) -> bool {
    root == Root::Lead && !is_free_field(name)
}

/// Whether a field can say who a lead is, in words or numbers that a rule could ask for.
pub(super) fn can_be_weighed(name: &str, kind: &Kind) -> bool {
    seen::can_be_weighed(name) && !matches!(kind, Kind::Date | Kind::Instant)
}

impl Judges<'_> {
    pub(super) fn look_at(
        &self,
        found: &mut Found,
        lead: &LeadId,
        mut entries: Vec<Arc<Entry>>,
        deals: &[Deal],
    ) {
        entries.retain(|entry| entry.no <= self.up_to && entry.happened_at() <= self.as_of);
        let entries = domain::lead::in_order(entries);
        let Some(known_since) = known_since(&entries) else { return };
        let told = entries.iter().filter(|entry| entry.told.source != SOURCE);
        let last_at = told.map(|entry| entry.happened_at()).max();
        found.told.last_at = found.told.last_at.max(last_at);
        let past = Past {
            agreement: self.agreement,
            definition: self.definition,
            loaded_until: self.loaded_until,
        };
        let worked = worked(&entries, &past, None);
        let made_at = created_at(&entries).unwrap_or(known_since);
        let at = self.day_of(made_at, worked.since, deals);
        let history = LeadHistory::new(lead.clone(), as_then_known(entries, &past));
        let then = history.as_of(at, Some(self.agreement));
        let mut showed = self.said(found, &then);
        showed.extend(self.did(found, history.until(at)));
        let is_worked = worked.since.is_some() || !deals.is_empty();
        let today = self.today(&history, at);
        let hit = self.came_to_it(at, deals);
        let lead = lead.clone();
        found.leads.push(Looked { lead, at, showed, hit, worked: is_worked, today });
    }

    /// When sales took it on, or its first opportunity was opened; at the latest so many days after it
    /// came to be.
    fn day_of(&self, made_at: Timestamp, worked: Option<Timestamp>, deals: &[Deal]) -> Timestamp {
        let after = SignedDuration::from_hours(24 * i64::from(self.wish.after_days));
        let opened = deals.iter().filter_map(|deal| deal.opened_on).min();
        // What happened on the day itself came before, as far as anybody knows.
        let opened = opened.and_then(|on| on.tomorrow().ok()?.to_zoned(self.zone.clone()).ok());
        let opened = opened.and_then(|day| day.timestamp().checked_sub(1.second()).ok());
        let latest = made_at.checked_add(after).unwrap_or(made_at);
        [worked, opened].into_iter().flatten().fold(latest, Timestamp::min)
    }

    fn came_to_it(&self, at: Timestamp, deals: &[Deal]) -> bool {
        let from = self.zone.to_datetime(at).date();
        let to = from.saturating_add(i32::from(self.wish.within_days).days());
        deals.iter().any(|deal| match self.wish.toward {
            Toward::Won => {
                deal.is_won && deal.closed_on.is_some_and(|on| (from..=to).contains(&on))
            }
            Toward::Opened => deal.opened_on.is_some_and(|on| (from..=to).contains(&on)),
        })
    }

    /// What the fields of the lead and its account say.
    fn said(&self, found: &mut Found, then: &Lead) -> Vec<(u16, Said)> {
        let mut said = Vec::new();
        for (root, fields) in [(Root::Lead, &then.fields), (Root::Account, &then.account)] {
            self.note_undeclared(found, root, fields);
        }
        for (of, what) in (0..).zip(self.traits) {
            let Trait::Field(root, name) = what else { continue };
            let (fields, kinds) = match root {
                Root::Account => (&then.account, &self.names.account),
                _ => (&then.fields, &self.names.lead),
            };
            let (Some(value), Some(kind)) = (fields.get(name), kinds.get(name)) else { continue };
            said.extend(value_of(value, kind, &mut found.words).map(|value| (of, value)));
        }
        said
    }

    fn note_undeclared(&self, found: &mut Found, root: Root, fields: &Fields) {
        let known = if root == Root::Account { &self.names.account } else { &self.names.lead };
        for name in fields.keys() {
            if !known.contains_key(name)
                && is_free_field(name)
                && seen::can_be_weighed(name)
                && !KEYS.contains(&name.as_str())
            {
                found.told.undeclared.insert(Field { root, name: name.clone() });
            }
        }
    }

    /// What the contact did.
    fn did(&self, found: &mut Found, entries: &[Arc<Entry>]) -> BTreeMap<u16, Said> {
        let mut did = BTreeMap::new();
        for entry in entries {
            let Fact::Activity(activity) = entry.fact() else { continue };
            if activity.by.is_some() {
                found.told.by_us.insert(activity.kind.clone());
                continue;
            }
            let kind = self.agreement.activities.get(&activity.kind);
            let is_done = kind.is_some_and(|kind| kind.succeeds(activity.status.as_deref()));
            let is_it = |what: &Trait| matches!(what, Trait::Did(kind) if *kind == activity.kind);
            let of = self.traits.iter().position(is_it).filter(|_| is_done);
            if let Some(of) = of.and_then(|of| u16::try_from(of).ok()) {
                did.insert(of, Said::Yes);
            }
        }
        did
    }

    /// The points by the rule that is in force today, in thousandths, and whether the lead had met it.
    fn today(&self, history: &LeadHistory, at: Timestamp) -> Option<(i64, bool)> {
        let always = InForce { from: Timestamp::MIN, ..self.today?.clone() };
        let met = !crossings(history, &always, &self.definition.id, None, at).is_empty();
        let found = assess(history, &History(vec![always]), &self.definition.id, at)?;
        Some((found.total.0, met))
    }
}

fn value_of(value: &FieldValue, kind: &Kind, words: &mut BTreeSet<Arc<str>>) -> Option<Said> {
    match (value, kind) {
        (FieldValue::Bool(true), Kind::Bool) => Some(Said::Yes),
        (_, Kind::Number) => value.number().map(Said::Number),
        (FieldValue::Text(text), Kind::Text | Kind::OneOf(..)) => {
            let is_known = match kind {
                Kind::OneOf(known, _) => known.contains(text),
                _ => true,
            };
            let is_word = is_known
                && !text.trim().is_empty()
                && text.chars().count() <= WORD_CHARS_MAX
                && !text.contains(char::is_control);
            is_word.then(|| Said::Word(kept(words, text)))
        }
        _ => None,
    }
}

/// One copy of each word, however many leads say it.
fn kept(words: &mut BTreeSet<Arc<str>>, word: &str) -> Arc<str> {
    if let Some(known) = words.get(word) {
        return known.clone();
    }
    let word: Arc<str> = word.into();
    words.insert(word.clone());
    word
}
