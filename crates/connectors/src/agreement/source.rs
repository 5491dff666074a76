//! Places in a text, and the list that mistakes are put on.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
};

use super::mistake::Mistake;

/// Nobody reads more, and finding the line of each takes time.
const MISTAKES_MAX: usize = 500;

/// A file of the text.
#[derive(Debug)]
pub struct Source<'t> {
    /// Its name in the folder.
    pub name: &'t str,
    /// What stands in it.
    pub text: &'t str,
}

/// A stretch of a file, in bytes.
#[derive(Debug, Clone, Copy)]
pub struct Place<'t> {
    /// In which file.
    pub source: &'t Source<'t>,
    /// From this byte on.
    pub start: usize,
    /// Up to this byte, without it.
    pub end: usize,
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub struct Placed<'t, T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place<'t>,
}

impl<'t> Place<'t> {
    /// The place of a span of a file.
    pub fn new(source: &'t Source<'t>, span: std::ops::Range<usize>) -> Place<'t> {
        Place { source, start: span.start, end: span.end }
    }

    /// The bytes as they stand in the file.
    pub fn raw(&self) -> &'t str {
        self.source.text.get(self.start..self.end).unwrap_or("")
    }

    /// The place of the characters `from..to` of the text that this TOML string stands for, so
    /// that a mistake inside a condition is shown inside the condition.
    pub fn inside(&self, from: usize, to: usize) -> Place<'t> {
        let offsets = string_offsets(self.raw());
        let at = |index: usize| offsets.get(index).or(offsets.last()).copied().unwrap_or(0);
        let (start, end) = (at(from), at(to.max(from + 1)));
        Place { source: self.source, start: self.start + start, end: self.start + end }
    }

    /// The line that it begins in, from 1.
    pub fn line(&self) -> usize {
        self.source.text.bytes().take(self.start).filter(|byte| *byte == b'\n').count() + 1
    }

    fn mistake(&self, what: String, instead: Option<String>) -> Mistake {
        let text = self.source.text;
        let mut start = self.start.min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |length| start + length);
        let mut end = self.end.clamp(start, line_end);
        while !text.is_char_boundary(end) {
            end += 1;
        }
        Mistake {
            file: self.source.name.to_owned(),
            line: self.line(),
            column: text[line_start..start].chars().count() + 1,
            what,
            instead,
            source: text[line_start..line_end].to_owned(),
            width: text[start..end].chars().count().max(1),
        }
    }
}

/// For each character of a TOML string's meaning, and for its end, the byte at which it stands in
/// the raw string with its quotes.
fn string_offsets(raw: &str) -> Vec<usize> {
    let quote = raw.chars().next().filter(|c| matches!(c, '"' | '\'')).unwrap_or('\'');
    let triple: String = std::iter::repeat_n(quote, 3).collect();
    let is_long = raw.len() >= 6 && raw.starts_with(&triple);
    let open = if is_long { 3 } else { 1 };
    let mut rest = raw.get(open..).unwrap_or("").char_indices().peekable();
    if is_long {
        rest.next_if(|(_, c)| *c == '\n');
    }
    let mut offsets = Vec::new();
    let mut last = 0;
    while let Some((at, c)) = rest.next() {
        last = at;
        if c == '\\' && quote == '"' {
            let digits = match rest.next() {
                Some((_, 'x')) => 2,
                Some((_, 'u')) => 4,
                Some((_, 'U')) => 8,
                Some((_, c)) if c.is_whitespace() => {
                    while rest.next_if(|(_, c)| c.is_whitespace()).is_some() {}
                    continue;
                }
                _ => 0,
            };
            for _ in 0..digits {
                rest.next();
            }
        }
        offsets.push(open + at);
    }
    // The closing quotes were taken for characters: the end is where the first of them stands.
    offsets.truncate(offsets.len().saturating_sub(open - 1));
    if offsets.is_empty() {
        offsets.push(open + last);
    }
    offsets
}

/// What may stand at a place, where that is known beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offer {
    /// One of these words, and no other.
    OneOf(Vec<String>),
    /// Somebody, by their address of mail or their id.
    Somebody,
    /// Something that is sold.
    Product,
}

/// Where something is offered: the file, and the byte at which its value begins.
pub type OfferedAt = (String, usize);

/// The list that mistakes are put on, and what could stand where.
///
/// Where a file is not TOML at all, what it would have said is missing everywhere else. So a
/// mistake that is only about something missing is put down with [`Sink::if_whole`], which keeps
/// it back while a file is broken.
#[derive(Debug, Default)]
pub struct Sink {
    mistakes: RefCell<BTreeSet<Mistake>>,
    broken: RefCell<BTreeSet<(String, usize)>>,
    is_broken: Cell<bool>,
    offers: RefCell<BTreeMap<OfferedAt, Offer>>,
}

impl Sink {
    /// A file is not TOML here.
    pub fn syntax(&self, place: Place<'_>, what: String, instead: Option<String>) {
        self.is_broken.set(true);
        if self.mistakes.borrow().len() >= MISTAKES_MAX {
            return;
        }
        let mistake = place.mistake(what, instead);
        if self.broken.borrow_mut().insert((mistake.file.clone(), mistake.line)) {
            self.mistakes.borrow_mut().insert(mistake);
        }
    }

    /// What stands here is wrong in itself.
    pub fn add(
        &self,
        place: Place<'_>,
        what: impl Into<String>,
        instead: impl Into<Option<String>>,
    ) {
        // What the parser made up to go on after something that is not TOML stands nowhere.
        let is_made_up = self.is_broken.get() && place.start == place.end;
        if is_made_up || self.mistakes.borrow().len() >= MISTAKES_MAX {
            return;
        }
        let mistake = place.mistake(what.into(), instead.into());
        if !self.broken.borrow().contains(&(mistake.file.clone(), mistake.line)) {
            self.mistakes.borrow_mut().insert(mistake);
        }
    }

    /// Something that this needs is missing.
    pub fn if_whole(
        &self,
        place: Place<'_>,
        what: impl Into<String>,
        instead: impl Into<Option<String>>,
    ) {
        if !self.is_broken.get() {
            self.add(place, what, instead);
        }
    }

    /// Notes what may stand at a place: whoever reads it there knows, so that nobody else must.
    pub fn offer(&self, place: Place<'_>, offer: Offer) {
        let at = (place.source.name.to_owned(), place.start);
        self.offers.borrow_mut().insert(at, offer);
    }

    /// What may stand where.
    pub fn into_offers(self) -> BTreeMap<OfferedAt, Offer> {
        self.offers.into_inner()
    }

    /// Every mistake, in the order of the files and lines.
    pub fn into_mistakes(self) -> Vec<Mistake> {
        self.mistakes.into_inner().into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_inside_a_string_passes_over_quotes_and_escapes() {
        let cases = [
            ("'abc'", 1, "b"),
            ("\"abc\"", 2, "c"),
            ("'''\nabc'''", 0, "a"),
            ("\"\"\"abc\"\"\"", 2, "c"),
            (r#""a\"b""#, 2, "b"),
            (r#""a\"b""#, 1, r#"\""#),
            (r#""\u00e9b""#, 1, "b"),
            ("\"\"\"a \\\n   b\"\"\"", 2, "b"),
            ("'äöü'", 1, "ö"),
        ];
        for (raw, index, expected) in cases {
            let source = Source { name: "a.toml", text: raw };
            let place = Place::new(&source, 0..raw.len()).inside(index, index + 1);
            assert_eq!(place.raw(), expected, "{raw} {index}");
        }
        for raw in ["", "'", "''", "\"\"\"", "\"\\", "ü"] {
            let source = Source { name: "a.toml", text: raw };
            let sink = Sink::default();
            sink.add(Place::new(&source, 0..raw.len()).inside(5, 9), "nothing", None);
            assert_eq!(sink.into_mistakes().len(), 1, "{raw}");
        }
    }

    #[test]
    fn columns_are_characters() {
        let source = Source { name: "a.toml", text: "x = 1\nä = ü\n" };
        let sink = Sink::default();
        sink.add(Place::new(&source, 11..13), "what", None);
        let mistakes = sink.into_mistakes();
        assert_eq!((mistakes[0].line, mistakes[0].column, mistakes[0].width), (2, 5, 1));
    }
}
