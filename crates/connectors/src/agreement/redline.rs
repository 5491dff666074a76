//! Two texts of an Agreement, clause by clause: what was added, taken out and changed, as a redline.

mod contradiction;
mod words;

use serde::Serialize;

use super::{
    parts::{Kind, Part, Value, by_key, parts},
    plain::capital,
    text::AgreementText,
};
pub use words::{Piece, lines, words};

/// What happened to a clause, or to a value of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// It was not there before.
    Added,
    /// It is there no more.
    Removed,
    /// It says something else.
    Changed,
}

/// A value that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What it is called: `Rule demo: points`.
    pub label: String,
    /// The value in plain words, with what left and what entered.
    pub words: Vec<Piece>,
}

/// A clause, or another section, that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClauseChange {
    /// How it is found again: `definition/mql`.
    pub key: String,
    /// Its number now, or before where it was taken out.
    pub no: Option<String>,
    /// `Clause 3.1`, or what the section is called.
    pub title: String,
    /// Its heading.
    pub heading: String,
    /// What happened to it.
    pub turn: Turn,
    /// Its values that are not what they were, in plain words.
    pub changes: Vec<Change>,
    /// Its lines as they are written, with what left and what entered.
    pub lines: Vec<Piece>,
    /// Sentences of it that still say a number which a rule says no more.
    pub contradictions: Vec<String>,
}

/// Everything in which two texts differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Redline {
    /// The clauses in the order of their numbers, then the other sections.
    pub clauses: Vec<ClauseChange>,
    /// Whether the texts differ at all; they may do so in comments, order and blanks alone.
    pub differs: bool,
}

impl Redline {
    /// Every number that a sentence still says and its rule says no more, each with its clause.
    pub fn contradictions(&self) -> Vec<String> {
        let of = |clause: &ClauseChange| {
            let title = clause.title.clone();
            let hints = clause.contradictions.clone().into_iter();
            hints.map(move |hint| format!("{title}: {hint}")).collect::<Vec<_>>()
        };
        self.clauses.iter().flat_map(of).collect()
    }
}

/// Compares two texts; before the first there is none.
pub fn redline(before: Option<&AgreementText>, after: &AgreementText) -> Redline {
    let (old, new) = (before.map(parts).unwrap_or_default(), parts(after));
    let (known, there) = (by_key(&old), by_key(&new));
    let mut clauses = Vec::new();
    for part in &new {
        let earlier = known.get(part.key.as_str()).copied();
        clauses.extend(compared(earlier, Some(part), before, after));
    }
    for part in old.iter().filter(|part| !there.contains_key(part.key.as_str())) {
        let at = clauses.partition_point(|clause| comes_before(clause, part));
        clauses.splice(at..at, compared(Some(part), None, before, after));
    }
    clauses.extend(order_of_sections(&old, &new));
    Redline { clauses, differs: before != Some(after) }
}

/// Whether a changed clause is read before a part that was taken out.
fn comes_before(clause: &ClauseChange, part: &Part) -> bool {
    let numbers = |no: &str| -> Vec<u32> {
        no.split('.').map(|part| part.parse().unwrap_or(u32::MAX)).collect()
    };
    match (clause.no.as_deref(), part.no.as_deref()) {
        (Some(clause), Some(part)) => numbers(clause) <= numbers(part),
        (_, None) => true,
        (None, Some(_)) => false,
    }
}

fn compared(
    old: Option<&Part>,
    new: Option<&Part>,
    before: Option<&AgreementText>,
    after: &AgreementText,
) -> Option<ClauseChange> {
    let shown = new.or(old)?;
    let turn = match (old, new) {
        (None, _) => Turn::Added,
        (_, None) => Turn::Removed,
        _ => Turn::Changed,
    };
    let values = |part: Option<&Part>| part.map_or(Vec::new(), |part| part.values.clone());
    let (was, is) = (values(old), values(new));
    let changes = changes(&was, &is);
    if turn == Turn::Changed && changes.is_empty() {
        return None;
    }
    let text = |part: Option<&Part>, of: Option<&AgreementText>| {
        part.zip(of).map_or(String::new(), |(part, of)| part.text(of))
    };
    Some(ClauseChange {
        key: shown.key.clone(),
        no: shown.no.clone(),
        title: shown.title.clone(),
        heading: shown.heading.clone(),
        turn,
        changes,
        lines: lines(&text(old, before), &text(new, Some(after))),
        contradictions: contradiction::found(&was, &is),
    })
}

/// The values that are not the same. An item that came or went as a whole is one change.
fn changes(old: &[Value], new: &[Value]) -> Vec<Change> {
    let mut changes = Vec::new();
    for value in new {
        let before = old.iter().find(|before| before.path == value.path);
        match (before, whole(value, new, old)) {
            (_, Whole::Said) => {}
            (_, Whole::Item(label, text)) => changes.push(one(label, Piece::New(text))),
            (None, Whole::No) => {
                changes.push(one(value.label.clone(), Piece::New(value.plain.clone())));
            }
            (Some(before), Whole::No) if before.value.trim() != value.value.trim() => {
                let words = words(&before.plain, &value.plain);
                changes.push(Change { label: value.label.clone(), words });
            }
            _ => {}
        }
    }
    for value in old.iter().filter(|value| !new.iter().any(|other| other.path == value.path)) {
        match whole(value, old, new) {
            Whole::Said => {}
            Whole::Item(label, text) => changes.push(one(label, Piece::Gone(text))),
            Whole::No => changes.push(one(value.label.clone(), Piece::Gone(value.plain.clone()))),
        }
    }
    changes.extend(orders(&items(old), &items(new)));
    changes
}

fn one(label: String, piece: Piece) -> Change {
    Change { label, words: vec![piece] }
}

/// Whether a value belongs to an item that only one of the texts has.
enum Whole {
    /// It does not.
    No,
    /// It does, and it is the item's first: the label of the outermost such, and it in a line.
    Item(String, String),
    /// It does, and the item is said already.
    Said,
}

fn whole(value: &Value, theirs: &[Value], others: &[Value]) -> Whole {
    let is_of = |other: &Value, path: &str| other.items.iter().any(|(item, _)| item == path);
    let is_new = |path: &str| !others.iter().any(|other| is_of(other, path));
    let Some(nth) = value.items.iter().position(|(path, _)| is_new(path)) else {
        return Whole::No;
    };
    let (path, _) = &value.items[nth];
    match theirs.iter().find(|other| is_of(other, path)) == Some(value) {
        true => {
            let words = value.items[..=nth].iter().map(|(_, words)| words.as_str());
            let label = capital(&words.collect::<Vec<_>>().join(", "));
            Whole::Item(label, summary(theirs, path))
        }
        false => Whole::Said,
    }
}

/// The items of the lists, each with its list, in the order of the text.
fn items(values: &[Value]) -> Vec<(&str, &str)> {
    let mut items: Vec<(&str, &str)> = Vec::new();
    for (path, _) in values.iter().filter_map(|value| value.items.first()) {
        let item = path.trim_end_matches(']').split_once('[').unwrap_or((path, ""));
        if !items.contains(&item) {
            items.push(item);
        }
    }
    items
}

/// The lists whose items stand in another order, of those that both texts have.
fn orders(old: &[(&str, &str)], new: &[(&str, &str)]) -> Vec<Change> {
    let mut lists: Vec<&str> = new.iter().map(|(list, _)| *list).collect();
    lists.dedup();
    let named = |items: &[(&str, &str)], others: &[(&str, &str)], list: &str| {
        let of_both = items.iter().filter(|item| item.0 == list && others.contains(item));
        of_both.map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
    };
    let order = |list: &&str| {
        let (before, after) = (named(old, new, list), named(new, old, list));
        let label = format!("Order: {}", list.replace('_', " "));
        (before != after).then(|| Change { label, words: words(&before, &after) })
    };
    lists.iter().filter_map(order).collect()
}

/// Sections in which the order decides, and stands otherwise: routes, statuses, stages.
fn order_of_sections(old: &[Part], new: &[Part]) -> Vec<ClauseChange> {
    orders(&sections(old), &sections(new))
        .into_iter()
        .map(|change| ClauseChange {
            key: change.label.replace("Order: ", "order/"),
            no: None,
            title: change.label.clone(),
            heading: String::new(),
            turn: Turn::Changed,
            changes: vec![change],
            lines: Vec::new(),
            contradictions: Vec::new(),
        })
        .collect()
}

fn sections(parts: &[Part]) -> Vec<(&str, &str)> {
    parts
        .iter()
        .filter(|part| part.no.is_none())
        .filter_map(|part| part.key.split_once('/'))
        .collect()
}

/// An item of a list in one line: its sentence, then its other values, then the items inside of it.
fn summary(values: &[Value], item: &str) -> String {
    let is_of = |value: &&Value| value.items.iter().any(|(path, _)| path == item);
    let depth = |value: &Value| value.items.iter().position(|(path, _)| path == item);
    let theirs = values.iter().filter(is_of);
    let is_own = |value: &Value| depth(value).is_some_and(|nth| nth + 1 == value.items.len());
    let is_sentence =
        |value: &&Value| is_own(value) && value.path.strip_prefix(item) == Some(".says");
    let is_name = |value: &&Value| {
        let names = [".id", ".concept"];
        is_own(value) && value.path.strip_prefix(item).is_some_and(|key| names.contains(&key))
    };
    let sentence = theirs.clone().find(is_sentence).map(|value| value.plain.clone());
    let others = theirs.filter(|value| !is_sentence(value) && !is_name(value)).map(|value| {
        let (_, label) = value.label.rsplit_once(": ").unwrap_or(("", &value.label));
        match value.items.last() {
            // The words of an item that goes by its sentence have said it already.
            Some((_, words)) if !is_own(value) && value.path.ends_with("].says") => words.clone(),
            // A sentence is set off from what it is.
            _ if value.kind == Kind::Text && value.plain.contains(' ') => {
                format!("{label}: {}", value.plain)
            }
            _ => format!("{label} {}", value.plain),
        }
    });
    sentence
        .into_iter()
        .chain([others.collect::<Vec<_>>().join(", ")])
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests;
