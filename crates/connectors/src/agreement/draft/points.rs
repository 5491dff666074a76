//! The clause of a definition, written anew with points that what became of leads suggests. Everything
//! else of the clause stays as it was.

use std::{collections::BTreeSet, ops::Range};

use domain::{
    agreement::{Agreement, Definition},
    draft::seen::Word,
    shown::Thing,
};
use toml::de::DeTable;

use super::{
    rules::{COMPONENTS, free, slug, told, words},
    toml::{Lines, condition, key, quoted},
};
use crate::agreement::{
    edit,
    parts::{Part, parts},
    text::AgreementText,
};

/// The points of a definition, as they are to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPoints {
    /// What earns points, the most first.
    pub rules: Vec<(Thing, i64)>,
    /// From how many points a lead is qualified.
    pub threshold: i64,
    /// The sentence of the clause.
    pub says: String,
    /// Kinds of activities that our own people do too: theirs count nothing.
    pub by_us: BTreeSet<String>,
}

/// The definition is written in a way that cannot be written anew: its rules stand inside another
/// value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrittenInline;

/// A rule in words: `Industry is Banking`, `Demo requested`.
pub fn words_of(thing: &Thing, agreement: &Agreement) -> String {
    match thing {
        Thing::Is(_, name, word) => told(name, &Word::Text(word.to_string())),
        Thing::Holds(_, name) => told(name, &Word::Yes),
        Thing::From(_, name, from) => format!("{} is {from} or more", words(name)),
        Thing::Did(kind) => {
            let known = agreement.activities.get(kind);
            known.map_or_else(|| words(kind), |known| known.label.clone())
        }
    }
}

/// The text of the clause.
///
/// # Errors
/// [`WrittenInline`].
pub fn with_points(
    text: &AgreementText,
    agreement: &Agreement,
    definition: &Definition,
    points: &NewPoints,
) -> Result<String, WrittenInline> {
    let key = format!("definition/{}", definition.id);
    let find = |text: &AgreementText| parts(text).into_iter().find(|part| part.key == key);
    let part = find(text).filter(|part| !part.places.is_empty()).ok_or(WrittenInline)?;
    let text = told_anew(text, &part, points).ok_or(WrittenInline)?;
    let components = components(points);
    let stands = find(&text).ok_or(WrittenInline)?.text(&text);
    let stands = without_inline(&stands, &components);
    let kept: Vec<&str> =
        blocks(&stands).into_iter().filter(|block| stays(block, &components)).collect();
    let mut lines = Lines::default();
    lines.line(kept.concat().trim_end_matches('\n'));
    for (id, label) in COMPONENTS.iter().filter(|(id, _)| components.contains(id)) {
        lines.blank();
        lines.line("[[definition.component]]");
        lines.pair("id", &quoted(id));
        lines.pair("label", &quoted(label));
    }
    let mut ids = BTreeSet::new();
    points.rules.iter().for_each(|rule| earns(&mut lines, rule, points, agreement, &mut ids));
    let written = lines.into_text();
    let read = edit::change_part(&text, &key, &written).map_err(|_| WrittenInline)?;
    // Rules that stood inline would still be there beside the new ones.
    let count =
        |part: &Part| part.values.iter().filter(|value| value.path.ends_with("].points")).count();
    let is_whole = find(&read).is_some_and(|part| count(&part) == points.rules.len());
    is_whole.then_some(written).ok_or(WrittenInline)
}

/// The text with the clause's sentence and its condition written anew.
fn told_anew(text: &AgreementText, part: &Part, points: &NewPoints) -> Option<AgreementText> {
    let threshold = condition(&format!("score.total >= {}", points.threshold));
    let mut anew = vec![(part.value("qualifies_when")?, threshold)];
    anew.push((part.value("says")?, quoted(&points.says)));
    // From the back, so that the places before stay where they are.
    anew.sort_by_key(|(value, _)| std::cmp::Reverse(value.place.range.start));
    let mut files = text.files().clone();
    for (value, written) in anew {
        files.get_mut(&value.place.file)?.replace_range(value.place.range.clone(), &written);
    }
    AgreementText::new(files).ok()
}

/// The clause cut before each header of a table within it.
fn blocks(text: &str) -> Vec<&str> {
    let mut cuts = vec![0];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with('[') && at > 0 {
            cuts.push(at);
        }
        at += line.len();
    }
    cuts.push(text.len());
    cuts.windows(2).map(|cut| &text[cut[0]..cut[1]]).collect()
}

/// The clause without lists that stand behind a key, `rule = [ … ]`, of what is written anew.
fn without_inline(text: &str, components: &[&str]) -> String {
    let (root, _) = DeTable::parse_recoverable(text);
    let definitions = root.get_ref().get("definition").and_then(|list| list.get_ref().as_array());
    let mut text = text.to_owned();
    let Some(table) = definitions.and_then(|list| list.first()?.get_ref().as_table()) else {
        return text;
    };
    let goes = |key: &str, value: &str| match key {
        "component" | "rule" | "bands" => true,
        "reset" => !components.iter().any(|component| value.contains(&quoted(component))),
        _ => false,
    };
    let mut cuts: Vec<Range<usize>> = Vec::new();
    for (key, value) in table {
        let (from, to) = (key.span().start, value.span().end);
        // A table under a header of its own has its key within brackets.
        let begins_line = text[..from].chars().next_back().is_none_or(|before| before == '\n');
        if begins_line && goes(key.get_ref(), &text[value.span()]) {
            cuts.push(from..to + text[to..].find('\n').map_or(0, |line| line + 1));
        }
    }
    cuts.sort_by_key(|cut| std::cmp::Reverse(cut.start));
    cuts.into_iter().for_each(|cut| text.replace_range(cut, ""));
    text
}

/// Whether a table of the definition stays: components and rules are written anew, and a reset, or
/// bands, of a component that is no more have nothing to act on.
fn stays(block: &str, components: &[&str]) -> bool {
    let header = block.lines().next().unwrap_or_default();
    if header.contains("definition.component") || header.contains("definition.rule") {
        return false;
    }
    if header.contains("definition.reset") {
        return components.iter().any(|component| {
            let names = |line: &str| {
                let told = line.split_once('=').filter(|(key, _)| key.trim() == "component");
                told.is_some_and(|(_, value)| value.contains(&quoted(component)))
            };
            block.lines().any(names)
        });
    }
    !header.contains("definition.bands")
}

fn component(thing: &Thing) -> &'static str {
    match thing {
        Thing::Did(_) => "engagement",
        _ => "fit",
    }
}

fn components(points: &NewPoints) -> Vec<&'static str> {
    let is_used = |id: &&str| points.rules.iter().any(|(thing, _)| component(thing) == *id);
    COMPONENTS.iter().map(|(id, _)| *id).filter(|id| is_used(id)).collect()
}

fn earns(
    lines: &mut Lines,
    (thing, points): &(Thing, i64),
    all: &NewPoints,
    agreement: &Agreement,
    ids: &mut BTreeSet<String>,
) {
    let (id, on, when) = match thing {
        Thing::Is(root, name, word) => {
            let when = format!("{}.{name} == {}", root.word(), key(word));
            (slug(name, &Word::Text(word.to_string())), "fields", when)
        }
        Thing::Holds(root, name) => {
            (slug(name, &Word::Yes), "fields", format!("{}.{name}", root.word()))
        }
        Thing::From(root, name, from) => {
            let id = slug(name, &Word::Text(format!("from {from}")));
            (id, "fields", format!("{}.{name} >= {from}", root.word()))
        }
        Thing::Did(kind) => {
            let did = format!("activity.kind == {}", key(kind));
            let theirs = if all.by_us.contains(kind) { " && !has(activity.by)" } else { "" };
            let known = agreement.activities.get(kind);
            let is_success = known.is_some_and(|known| known.success.is_some());
            let on = if is_success { "success" } else { "activity" };
            (slug(kind, &Word::Yes), on, format!("{did}{theirs}"))
        }
    };
    lines.blank();
    lines.line("[[definition.rule]]");
    lines.pair("id", &quoted(&free(id, ids)));
    lines.pair("says", &quoted(&format!("{}: {points}.", words_of(thing, agreement))));
    lines.pair("component", &quoted(component(thing)));
    lines.pair("on", &quoted(on));
    lines.pair("when", &condition(&when));
    lines.pair("points", &points.to_string());
    if on != "fields" {
        lines.pair("limit", &quoted("once"));
    }
}

#[cfg(test)]
mod tests;
