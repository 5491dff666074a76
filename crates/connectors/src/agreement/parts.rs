//! A text taken apart: each clause and each section with its values and where they stand.
//!
//! Nothing is judged here: whether a text may stand is for [`read`](super::read) to say. What is
//! compared, and what is changed in its place, is found by these parts.

use std::{collections::BTreeMap, ops::Range};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{plain, text::AgreementText};

/// Where bytes of a text stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// In which file.
    pub file: String,
    /// From which byte to which.
    pub range: Range<usize>,
}

/// What kind of value stands somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A sentence or a word.
    Text,
    /// A condition, in the language of conditions.
    Condition,
    /// A number.
    Number,
    /// A day or a time.
    Day,
    /// Yes or no.
    YesNo,
    /// Several values.
    List,
    /// Several sentences, one a line.
    Sentences,
}

/// A value of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// How it is found again: `target`, `rule[demo].points`.
    pub path: String,
    /// What it is called in plain words: `Rule demo: points`.
    pub label: String,
    /// The list items that it belongs to, each as a path and in words, the outermost first.
    pub items: Vec<(String, String)>,
    /// Its kind.
    pub kind: Kind,
    /// What it means, as text.
    pub value: String,
    /// The same in plain words.
    pub plain: String,
    /// Where it stands.
    pub place: Place,
}

/// A clause, or a section that has no number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// How it is found again in another version: `definition/mql`, `words/1`, `party/sales`.
    pub key: String,
    /// Its number, if it is a clause.
    pub no: Option<String>,
    /// Its heading, if it has one.
    pub heading: String,
    /// What it is called in plain words: `Clause 3.1`, `Status MQL`.
    pub title: String,
    /// Its values, in the order of the text.
    pub values: Vec<Value>,
    /// Where it stands; nowhere by itself where it is written inside another value.
    pub places: Vec<Place>,
}

impl Part {
    /// Its very text, in the order in which it stands.
    pub fn text(&self, of: &AgreementText) -> String {
        let parts = self.places.iter().filter_map(|place| {
            let content = of.files().get(&place.file)?;
            content.get(place.range.clone())
        });
        let text: Vec<&str> = parts.map(|part| part.trim_matches('\n')).collect();
        text.join("\n\n")
    }

    /// A value by its path.
    pub fn value(&self, path: &str) -> Option<&Value> {
        self.values.iter().find(|value| value.path == path)
    }
}

/// Takes a text apart: the clauses in the order of their numbers, then the other sections in the
/// order of the text. What is not TOML has no parts.
pub fn parts(text: &AgreementText) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for (file, content) in text.files() {
        let (root, _) = DeTable::parse_recoverable(content);
        let mut taker =
            Taker { file, content, parts: &mut parts, headers: Vec::new(), ends: vec![] };
        taker.root(root.get_ref());
        taker.places();
    }
    parts.retain(|part| !part.values.is_empty());
    let order = |part: &Part| part.no.as_deref().map(numbers);
    parts.sort_by(|a, b| match (order(a), order(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    });
    parts
}

/// The parts of a clause's number.
fn numbers(no: &str) -> Vec<u32> {
    no.split('.').map(|part| part.parse().unwrap_or(u32::MAX)).collect()
}

/// What takes one file apart.
struct Taker<'t, 'p> {
    file: &'t str,
    content: &'t str,
    parts: &'p mut Vec<Part>,
    /// Where each `[…]` and `[[…]]` begins, and the part that it belongs to.
    headers: Vec<(usize, usize)>,
    /// Where each value ends.
    ends: Vec<usize>,
}

/// What stands above a value: its path, its words and the list items that it belongs to.
#[derive(Clone, Default)]
struct Above {
    path: String,
    words: Vec<String>,
    items: Vec<(String, String)>,
}

/// A key with its value.
type Entry<'t> = (&'t str, &'t Spanned<DeValue<'t>>);

/// Keys in the order of the text; a table says them in the order of the alphabet.
fn in_order<'t>(table: &'t DeTable<'t>) -> Vec<Entry<'t>> {
    let entries = table.iter();
    let mut entries: Vec<_> =
        entries.map(|(key, value)| (key.span().start, key.get_ref().as_ref(), value)).collect();
    entries.sort_by_key(|(start, ..)| *start);
    entries.into_iter().map(|(_, key, value)| (key, value)).collect()
}

/// The text of a key of a table, if it is text.
fn text_of<'t>(table: &'t DeTable<'t>, key: &str) -> Option<&'t str> {
    table.get(key).and_then(|value| value.get_ref().as_str())
}

/// What tells an item of a list from the others: the key and its text.
fn name_of<'t>(table: &'t DeTable<'t>) -> Option<(&'static str, &'t str)> {
    const NAMES: [&str; 10] =
        ["id", "key", "user", "on_status", "value", "text", "at", "says", "up_to", "concept"];
    NAMES.iter().find_map(|key| Some((*key, text_of(table, key)?)))
}

/// A name as words: what is a sentence stands in quotes, without its full stop.
fn quoted(key: &str, name: &str) -> String {
    match key {
        "says" | "concept" => format!("“{}”", name.trim_end_matches('.')),
        _ => name.to_owned(),
    }
}

impl<'t> Taker<'t, '_> {
    fn root(&mut self, root: &DeTable<'_>) {
        for (section, value) in in_order(root) {
            match value.get_ref() {
                DeValue::Table(table) => self.part(section, section, table, value.span()),
                DeValue::Array(list) => {
                    for (nth, item) in list.iter().enumerate() {
                        let DeValue::Table(table) = item.get_ref() else { continue };
                        let told = ["id", "key", "side", "clause"];
                        let told = told.iter().find_map(|key| text_of(table, key));
                        let name = told.map_or_else(|| (nth + 1).to_string(), str::to_owned);
                        self.part(section, &format!("{section}/{name}"), table, item.span());
                    }
                }
                _ => {}
            }
        }
    }

    fn part(&mut self, section: &str, key: &str, table: &DeTable<'_>, span: Range<usize>) {
        let no = text_of(table, "clause").map(str::to_owned);
        let at = match self.parts.iter().position(|part| part.key == key) {
            Some(at) => at,
            None => {
                self.parts.push(Part {
                    key: key.to_owned(),
                    title: plain::title(section, key, no.as_deref()),
                    no,
                    heading: text_of(table, "heading").unwrap_or_default().to_owned(),
                    values: Vec::new(),
                    places: Vec::new(),
                });
                self.parts.len() - 1
            }
        };
        self.header(&span, at);
        let above = Above::default();
        in_order(table).into_iter().for_each(|(key, value)| self.value(at, &above, key, value));
    }

    /// Notes where a table begins that has a line of its own.
    fn header(&mut self, span: &Range<usize>, part: usize) {
        if self.content[span.start..].starts_with('[') {
            self.headers.push((span.start, part));
        }
    }

    fn value(&mut self, part: usize, above: &Above, key: &str, value: &Spanned<DeValue<'_>>) {
        let mut here = above.clone();
        here.path =
            if above.path.is_empty() { key.to_owned() } else { format!("{}.{key}", above.path) };
        let span = value.span();
        match value.get_ref() {
            DeValue::Table(table) => {
                self.header(&span, part);
                here.words.push(plain::label(key));
                in_order(table)
                    .into_iter()
                    .for_each(|(key, value)| self.value(part, &here, key, value));
            }
            DeValue::Array(list) if list.iter().any(|item| item.get_ref().is_table()) => {
                for (nth, item) in list.iter().enumerate() {
                    self.item(part, &here, key, nth, item);
                }
            }
            _ => self.leaf(part, here, key, value),
        }
        if !self.content[span.start..].starts_with('[') || value.get_ref().is_array() {
            self.ends.push(span.end);
        }
    }

    fn item(
        &mut self,
        part: usize,
        above: &Above,
        key: &str,
        nth: usize,
        item: &Spanned<DeValue<'_>>,
    ) {
        let DeValue::Table(table) = item.get_ref() else { return };
        self.header(&item.span(), part);
        let named = name_of(table);
        let name = named.map_or_else(|| (nth + 1).to_string(), |(_, name)| name.to_owned());
        let mut here = above.clone();
        here.path = format!("{}[{name}]", above.path);
        let words = plain::item(key, &named.map_or(name, |(key, name)| quoted(key, name)));
        here.words.push(words.clone());
        here.items.push((here.path.clone(), words));
        in_order(table).into_iter().for_each(|(key, value)| self.value(part, &here, key, value));
    }

    fn leaf(&mut self, part: usize, here: Above, key: &str, value: &Spanned<DeValue<'_>>) {
        let place = Place { file: self.file.to_owned(), range: value.span() };
        let (kind, text) = match value.get_ref() {
            DeValue::String(text) if plain::is_condition(key) => {
                (Kind::Condition, text.to_string())
            }
            DeValue::String(text) => (Kind::Text, text.to_string()),
            DeValue::Integer(_) | DeValue::Float(_) => {
                (Kind::Number, self.content[value.span()].to_owned())
            }
            DeValue::Boolean(yes) => (Kind::YesNo, yes.to_string()),
            DeValue::Datetime(day) => (Kind::Day, day.to_string()),
            DeValue::Array(list) if plain::are_sentences(&self.parts[part].key, &here.path) => {
                let texts = list.iter().filter_map(|item| item.get_ref().as_str());
                let texts = texts.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
                (Kind::Sentences, texts.collect::<Vec<_>>().join("\n"))
            }
            DeValue::Array(list) => (Kind::List, listed(list.iter().map(Spanned::get_ref))),
            DeValue::Table(_) => return,
        };
        let label = plain::joined(&here.words, key);
        let plain = plain::value(kind, key, &text);
        let value =
            Value { path: here.path, label, items: here.items, kind, value: text, plain, place };
        self.parts[part].values.push(value);
    }

    /// Gives each part the stretches of the file that are its own: from its header, with the
    /// comment above it, to the next part's.
    fn places(mut self) {
        self.headers.sort_unstable();
        self.headers.dedup_by_key(|(start, _)| *start);
        self.ends.sort_unstable();
        let begins: Vec<usize> = self.headers.iter().map(|(start, _)| self.begin(*start)).collect();
        for (nth, (_, part)) in self.headers.iter().enumerate() {
            let end = begins.get(nth + 1).copied().unwrap_or(self.content.len());
            let places = &mut self.parts[*part].places;
            match places.last_mut() {
                Some(last) if last.file == self.file && last.range.end == begins[nth] => {
                    last.range.end = end;
                }
                _ => places.push(Place { file: self.file.to_owned(), range: begins[nth]..end }),
            }
        }
    }

    /// Where the comment right above a header begins, or the header itself.
    fn begin(&self, header: usize) -> usize {
        let before = self.ends.partition_point(|end| *end <= header);
        let floor = before.checked_sub(1).map_or(0, |at| self.ends[at]);
        let mut begin = header;
        while let Some(above) = self.content[floor..begin].strip_suffix('\n') {
            let line = above.rfind('\n').map_or(floor, |newline| floor + newline + 1);
            let starts_a_line = line == 0 || self.content.as_bytes()[line - 1] == b'\n';
            if !starts_a_line || !self.content[line..begin].starts_with('#') {
                break;
            }
            begin = line;
        }
        begin
    }
}

/// Values of a list, as text with commas between.
fn listed<'t>(list: impl Iterator<Item = &'t DeValue<'t>>) -> String {
    let one = |value: &DeValue<'_>| match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(yes) => yes.to_string(),
        DeValue::Datetime(day) => day.to_string(),
        DeValue::Array(list) => listed(list.iter().map(Spanned::get_ref)),
        DeValue::Table(_) => String::new(),
    };
    list.map(one).collect::<Vec<_>>().join(", ")
}

/// What a part says, value by value, wherever it stands and whatever its number is; `None` where the
/// text has no such part.
pub fn said(text: &AgreementText, key: &str) -> Option<Vec<(String, String)>> {
    let part = parts(text).into_iter().find(|part| part.key == key)?;
    let values = part.values.into_iter().filter(|value| value.path != "clause");
    Some(values.map(|value| (value.path, value.value.trim().to_owned())).collect())
}

/// The parts by their keys.
pub fn by_key(parts: &[Part]) -> BTreeMap<&str, &Part> {
    parts.iter().map(|part| (part.key.as_str(), part)).collect()
}
