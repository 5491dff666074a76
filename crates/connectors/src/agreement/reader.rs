//! A cursor over TOML tables that puts every mistake on a list and never stops at the first.
//!
//! A getter that found something wrong puts it on the list and gives `None`; so whoever asks goes
//! on with what is right. A table knows its keys from what was asked of it: [`Table::finish`]
//! reports every other key with the nearest one that was.

use std::cell::RefCell;

use domain::points::Points;
use jiff::{civil::Date, civil::Time, tz::TimeZone};
use toml::de::{DeTable, DeValue};

use super::{
    mistake::{guess, listed},
    source::{Offer, Place, Placed, Sink, Source},
    units,
};

/// No text of an Agreement is longer than so many characters.
const TEXT_MAX: usize = 4_000;
/// No points, and no number of an Agreement, is greater.
const POINTS_MAX: i64 = 1_000_000;

/// A table that is being read.
pub struct Table<'t> {
    /// Where it begins.
    pub place: Place<'t>,
    /// What it is, in a sentence: `a service level`.
    pub noun: &'static str,
    entries: &'t DeTable<'t>,
    sink: &'t Sink,
    asked: RefCell<Vec<&'static str>>,
}

/// A value that is being read.
#[derive(Clone, Copy)]
pub struct Item<'t> {
    /// Its key, for sentences.
    pub key: &'t str,
    /// Where it stands.
    pub place: Place<'t>,
    /// The list for mistakes.
    pub sink: &'t Sink,
    value: &'t DeValue<'t>,
    example: &'static str,
}

impl<'t> Table<'t> {
    /// The table that is a whole file.
    pub fn root(source: &'t Source<'t>, entries: &'t DeTable<'t>, sink: &'t Sink) -> Table<'t> {
        let first_line = source.text.find('\n').unwrap_or(source.text.len());
        let place = Place::new(source, 0..first_line);
        Table { place, noun: "an Agreement", entries, sink, asked: RefCell::default() }
    }

    /// The value of a key, if it is there. The example is shown when it is of the wrong kind.
    pub fn get(&self, key: &'static str, example: &'static str) -> Option<Item<'t>> {
        if !self.asked.borrow().contains(&key) {
            self.asked.borrow_mut().push(key);
        }
        let value = self.entries.get(key)?;
        let place = Place::new(self.place.source, value.span());
        Some(Item { key, place, sink: self.sink, value: value.get_ref(), example })
    }

    /// The value of a key that must be there.
    pub fn need(&self, key: &'static str, example: &'static str) -> Option<Item<'t>> {
        let item = self.get(key, example);
        if item.is_none() {
            self.missing(key, format!("Write {example}."));
        }
        item
    }

    /// Says that a key is missing, and what to do.
    pub fn missing(&self, key: &str, instead: String) {
        let what = format!("{key:?} is missing: {} needs it.", self.noun);
        self.sink.if_whole(self.place, what, instead);
    }

    /// Every key with its value, in the order of the text, for tables whose keys the author makes.
    pub fn entries(&self, example: &'static str) -> Vec<(Placed<'t, &'t str>, Item<'t>)> {
        let source = self.place.source;
        let mut entries: Vec<_> = self
            .entries
            .iter()
            .map(|(key, value)| {
                let name: &'t str = key.get_ref();
                let place = Place::new(source, value.span());
                let item =
                    Item { key: name, place, sink: self.sink, value: value.get_ref(), example };
                (Placed { value: name, place: Place::new(source, key.span()) }, item)
            })
            .collect();
        entries.sort_by_key(|(key, _)| key.place.start);
        entries
    }

    /// Whether a key is there, without asking for it.
    pub fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Reports every key that nobody asked for.
    pub fn finish(&self) {
        let asked = self.asked.borrow();
        for (key, _) in self.entries("") {
            if !asked.contains(&key.value) {
                let what = format!("{:?} is not a key here.", key.value);
                self.sink.add(key.place, what, guess(key.value, &asked));
            }
        }
    }

    /// The list for mistakes.
    pub fn sink(&self) -> &'t Sink {
        self.sink
    }

    /// Puts a mistake about the whole table on the list.
    pub fn wrong(&self, what: impl Into<String>, instead: impl Into<Option<String>>) {
        self.sink.add(self.place, what, instead);
    }
}

impl<'t> Item<'t> {
    /// Puts a mistake about this value on the list.
    pub fn wrong(&self, what: impl Into<String>, instead: impl Into<Option<String>>) {
        self.sink.add(self.place, what, instead);
    }

    /// Puts a mistake about something that this value needs on the list.
    pub fn wrong_if_whole(&self, what: impl Into<String>, instead: impl Into<Option<String>>) {
        self.sink.if_whole(self.place, what, instead);
    }

    /// Notes that this is one of some words.
    pub fn one_of(&self, words: &[&str]) {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        self.sink.offer(self.place, Offer::OneOf(words));
    }

    /// Notes that this is of a kind of which some are known.
    pub fn offers(&self, offer: Offer) {
        self.sink.offer(self.place, offer);
    }

    /// Says what was expected; for `return`ing.
    fn expected<T>(&self, expected: &str) -> Option<T> {
        let kind = match self.value {
            DeValue::String(text) => format!("{:?}", shortened(text)),
            DeValue::Integer(_) | DeValue::Float(_) => format!("the number {}", self.place.raw()),
            DeValue::Boolean(yes) => yes.to_string(),
            DeValue::Datetime(datetime) => format!("the date or time {datetime}"),
            DeValue::Array(_) => "a list".to_owned(),
            DeValue::Table(_) => "a table".to_owned(),
        };
        let what = format!("{:?} must be {expected}, and this is {kind}.", self.key);
        self.wrong(what, format!("Write {}.", self.example));
        None
    }

    fn placed<T>(&self, value: T) -> Option<Placed<'t, T>> {
        Some(Placed { value, place: self.place })
    }

    /// Text, not blank.
    pub fn text(&self) -> Option<Placed<'t, String>> {
        let DeValue::String(text) = self.value else { return self.expected("text in quotes") };
        if text.trim().is_empty() {
            self.wrong(format!("{:?} is blank.", self.key), format!("Write {}.", self.example));
            return None;
        }
        if text.chars().count() > TEXT_MAX {
            let what = format!("{:?} is longer than {TEXT_MAX} characters.", self.key);
            self.wrong(what, "Part it into several clauses.".to_owned());
            return None;
        }
        self.placed(text.trim().to_owned())
    }

    /// The text as it stands, for conditions, whose places are counted in it.
    pub fn raw_text(&self) -> Option<&'t str> {
        match self.value {
            DeValue::String(text) => Some(text),
            _ => self.expected("a condition in quotes"),
        }
    }

    /// A key that other places name: small letters, digits and `-`.
    pub fn id(&self) -> Option<Placed<'t, String>> {
        let id = self.text()?;
        if is_id(&id.value) {
            return Some(id);
        }
        let what = format!("{:?} cannot be the name of something here.", id.value);
        self.wrong(what, "Use small letters, digits and '-', beginning with a letter.".to_owned());
        None
    }

    /// Yes or no.
    pub fn yes(&self) -> Option<bool> {
        match self.value {
            DeValue::Boolean(yes) => Some(*yes),
            _ => self.expected("true or false"),
        }
    }

    /// A whole number in a range.
    pub fn whole(&self, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let DeValue::Integer(number) = self.value else { return self.expected("a whole number") };
        match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) if range.contains(&number) => Some(number),
            _ => self.expected(&format!("from {} to {}", range.start(), range.end())),
        }
    }

    /// A number.
    pub fn number(&self) -> Option<f64> {
        let number: Option<f64> = self.decimal().and_then(|text| text.parse().ok());
        match number {
            Some(number) if number.abs() <= 1e15 => Some(number),
            _ => self.expected("a number"),
        }
    }

    /// A number as it is written: `12`, `-3` or `7.25`.
    pub fn decimal(&self) -> Option<String> {
        match self.value {
            DeValue::Integer(number) if number.radix() == 10 => {
                Some(number.as_str().trim_start_matches('+').to_owned())
            }
            DeValue::Float(number) => Some(number.as_str().trim_start_matches('+').to_owned()),
            _ => None,
        }
    }

    /// Points, with three decimals at most.
    pub fn points(&self) -> Option<Points> {
        match self.decimal().and_then(|text| Points::parse(&text)) {
            Some(points) if points.0.abs() <= POINTS_MAX * 1_000 => Some(points),
            _ => self.expected("points: a number with three decimals at most, up to 1,000,000"),
        }
    }

    /// A length of time.
    pub fn length(&self) -> Option<units::Length> {
        let text = self.text()?.value;
        units::length(&text).or_else(|| {
            self.expected(
                "a length of time, such as \"2h\", \"90min\", \"1h 30min\" or \"30 days\"",
            )
        })
    }

    /// A number of working days, if it is written as one: `1 working day`.
    pub fn working_days(&self) -> Option<u32> {
        match self.value {
            DeValue::String(text) => units::working_days(text),
            _ => None,
        }
    }

    /// Whether it is written as a share, to tell apart two ways of writing a key.
    pub fn is_share(&self) -> bool {
        matches!(self.value, DeValue::String(text) if text.trim_end().ends_with('%'))
    }

    /// A length of time in whole days.
    pub fn days(&self) -> Option<i64> {
        let length = units::length(&self.text()?.value);
        match length.filter(|length| length.seconds % 86_400 == 0) {
            Some(length) => Some(length.seconds / 86_400),
            None => self.expected("whole days, such as \"30 days\""),
        }
    }

    /// A share of which there may be more than the whole, in thousandths; never nothing.
    pub fn share_past_the_whole(&self) -> Option<i64> {
        let text = self.text()?;
        match units::share(&text.value).filter(|share| *share > 0) {
            Some(share) => Some(share),
            None => self.expected("a share from \"0.1%\" to \"999%\" with one decimal at most"),
        }
    }

    /// A share, in thousandths.
    pub fn share(&self) -> Option<i64> {
        let DeValue::String(text) = self.value else {
            return self.expected("a share, such as \"90%\"");
        };
        match units::share(text).filter(|share| *share <= 1000) {
            Some(share) => Some(share),
            None => self.expected("a share from \"0%\" to \"100%\" with one decimal at most"),
        }
    }

    /// A date, with or without quotes.
    pub fn date(&self) -> Option<Placed<'t, Date>> {
        let text = match self.value {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(date) => date.to_string(),
            _ => String::new(),
        };
        match units::date(&text) {
            Some(date) => self.placed(date),
            None => self.expected("a date, such as 2026-10-01"),
        }
    }

    /// A time of the day.
    pub fn time(&self) -> Option<Time> {
        let DeValue::String(text) = self.value else {
            return self.expected("a time in quotes, such as \"09:00\"");
        };
        units::time(text).or_else(|| self.expected("a time from \"00:00\" to \"23:59\""))
    }

    /// A time zone.
    pub fn zone(&self) -> Option<TimeZone> {
        let text = self.text()?.value;
        units::zone(&text)
            .or_else(|| self.expected("a time zone by its city, such as \"Europe/Berlin\""))
    }

    /// One of several words, each of which stands for something.
    pub fn choice<T: Clone>(&self, choices: &[(&str, T)]) -> Option<T> {
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        self.one_of(&words);
        let DeValue::String(text) = self.value else {
            return self.expected(&listed(&words, "or"));
        };
        let found = choices.iter().find(|(word, _)| word == text);
        if found.is_none() {
            let words_listed = listed(&words, "or");
            let what = format!("{:?} must be {words_listed}, and this is {text:?}.", self.key);
            let instead = match super::mistake::nearest(text, words) {
                Some(near) => format!("Did you mean {near:?}?"),
                None => format!("Write {}.", self.example),
            };
            self.wrong(what, instead);
        }
        found.map(|(_, meaning)| meaning.clone())
    }

    /// The parts of a list.
    pub fn list(&self) -> Option<Vec<Item<'t>>> {
        let DeValue::Array(list) = self.value else { return self.expected("a list") };
        let part = |value: &'t toml::Spanned<DeValue<'t>>| Item {
            value: value.get_ref(),
            place: Place::new(self.place.source, value.span()),
            ..*self
        };
        Some(list.iter().map(part).collect())
    }

    /// A list of texts, none of them twice.
    pub fn texts(&self) -> Vec<Placed<'t, String>> {
        let mut texts: Vec<Placed<'t, String>> = Vec::new();
        for part in self.list().unwrap_or_default() {
            let Some(text) = part.text() else { continue };
            if texts.iter().any(|other| other.value == text.value) {
                part.wrong(format!("{:?} stands in this list twice.", text.value), None);
                continue;
            }
            texts.push(text);
        }
        texts
    }

    /// A table.
    pub fn table(&self, noun: &'static str) -> Option<Table<'t>> {
        let DeValue::Table(entries) = self.value else { return self.expected("a table") };
        let (place, sink) = (self.place, self.sink);
        Some(Table { place, noun, entries, sink, asked: RefCell::default() })
    }

    /// Tables of a list, `[[…]]`.
    pub fn tables(&self, noun: &'static str) -> Vec<Table<'t>> {
        let parts = self.list().unwrap_or_default();
        parts.into_iter().filter_map(|part| part.table(noun)).collect()
    }

    /// Whether it is text, to tell apart two ways of writing a key.
    pub fn is_text(&self) -> bool {
        self.value.is_str()
    }
}

/// Whether a text can name something: small letters, digits and `-`, a letter first.
pub fn is_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.len() <= 60
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Words that mean something in the language of conditions, or may once.
const RESERVED: &str = "in has true false null as break const continue else for function if import \
                        let loop package namespace return var void while";

/// Whether a text can be a name in a condition: small letters, digits and `_`, a letter first.
pub fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.len() <= 60
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !RESERVED.split_whitespace().any(|word| word == text)
}

/// What to do about a name that cannot be one.
pub fn name_advice(text: &str) -> String {
    if RESERVED.split_whitespace().any(|word| word == text) {
        return format!("The word is taken by conditions; write my_{text}, or another.");
    }
    "Use small letters, digits and '_', beginning with a letter.".to_owned()
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 40 {
        return text.to_owned();
    }
    text.chars().take(39).chain(['…']).collect()
}
