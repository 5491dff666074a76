//! Rules of a drafted definition: their sentences and conditions.

use std::collections::{BTreeMap, BTreeSet};

use domain::draft::{
    card::{Card, CardRule},
    seen::{Mark, SeenKind, Word},
};

use super::toml::key;

/// Where points count: who they are, and what they did.
pub(super) const COMPONENTS: [(&str, &str); 2] =
    [("fit", "Fit: who they are"), ("engagement", "Engagement: what they did")];

/// A rule as it is written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Written {
    pub(super) id: String,
    pub(super) says: String,
    pub(super) component: &'static str,
    pub(super) on: &'static str,
    pub(super) when: String,
    pub(super) points: i64,
    field: Option<(&'static str, String, &'static str)>,
}

impl Written {
    /// The field that it asks for in a table of fields, with its kind.
    pub(super) fn field(&self, root: &str) -> Option<(&str, &'static str)> {
        let (of, name, kind) = self.field.as_ref()?;
        (*of == root).then_some((name.as_str(), *kind))
    }
}

/// The rules, in their order.
pub(super) fn written(card: &Card, kinds: &BTreeMap<String, SeenKind>) -> Vec<Written> {
    let mut ids = BTreeSet::new();
    card.rules.iter().map(|rule| one(rule, kinds, &mut ids)).collect()
}

fn one(rule: &CardRule, kinds: &BTreeMap<String, SeenKind>, ids: &mut BTreeSet<String>) -> Written {
    let points = rule.points;
    let (what, id) = match &rule.mark {
        Mark::Lead(name, word) | Mark::Account(name, word) => (told(name, word), slug(name, word)),
        Mark::Did(kind) => (words(kind), slug(kind, &Word::Yes)),
    };
    let id = free(id, ids);
    let says = format!("{what}: {points}.");
    let of_field = |root: &'static str, name: &str, word: &Word| {
        let (when, kind) = match word {
            Word::Text(text) => (format!("{root}.{name} == {}", key(text)), "text"),
            Word::Yes => (format!("{root}.{name}"), "bool"),
        };
        (when, Some((root, name.to_owned(), kind)))
    };
    let (when, field) = match &rule.mark {
        Mark::Lead(name, word) => of_field("lead", name, word),
        Mark::Account(name, word) => of_field("account", name, word),
        Mark::Did(kind) => {
            let done = format!("activity.kind == {}", key(kind));
            let by_us = kinds.get(kind).is_some_and(|seen| seen.by_us > 0);
            (if by_us { format!("{done} && !has(activity.by)") } else { done }, None)
        }
    };
    let (component, on) = match &rule.mark {
        Mark::Lead(..) | Mark::Account(..) => ("fit", "fields"),
        Mark::Did(kind) if kinds.get(kind).is_some_and(|seen| seen.is_planned) => {
            ("engagement", "success")
        }
        Mark::Did(_) => ("engagement", "activity"),
    };
    Written { id, says, component, on, when, points, field }
}

/// `Came by Online Form`, `Country is DE`.
pub(super) fn told(name: &str, word: &Word) -> String {
    match (name, word) {
        ("source", Word::Text(source)) => format!("Came by {source}"),
        (name, Word::Text(text)) => format!("{} is {text}", words(name)),
        (name, Word::Yes) => words(name),
    }
}

/// `web_form` as `Web form`.
pub(super) fn words(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => words,
    }
}

pub(super) fn slug(name: &str, word: &Word) -> String {
    let text = match word {
        Word::Text(text) => format!("{name}-{text}"),
        Word::Yes => name.to_owned(),
    };
    let mut slug = String::new();
    for letter in text.to_lowercase().chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug: String = slug.chars().take(40).collect();
    let slug = slug.trim_end_matches('-').to_owned();
    if slug.starts_with(|c: char| c.is_ascii_lowercase()) { slug } else { format!("is-{slug}") }
}

/// The id, or the first with a number behind it that no other rule has.
pub(super) fn free(id: String, ids: &mut BTreeSet<String>) -> String {
    let id = id.trim_end_matches('-').to_owned();
    let numbered = (2..).map(|number| format!("{id}-{number}"));
    let free = std::iter::once(id.clone()).chain(numbered).find(|id| !ids.contains(id));
    let free = free.unwrap_or(id);
    ids.insert(free.clone());
    free
}
