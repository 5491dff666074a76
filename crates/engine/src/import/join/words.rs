//! The words of one table: what each means, how it was joined, and how many rows have it. Those that a
//! person should look at are kept with the rows, so that an import that rests goes on with them.

use std::collections::{BTreeMap, BTreeSet};

use connectors::mapping::Object;
use serde::{Deserialize, Serialize};

use super::{How, Joined, Meaning};
use crate::import::TableReport;

/// How many different words of one table are remembered.
const WORDS_MAX: usize = 50_000;

/// A word by what it names.
type Place = (Object, String);

/// A word that came up.
struct Word {
    /// Which of the table's it is, from 1.
    no: i64,
    /// What it means; not known yet of one that came up before the import rested.
    meaning: Option<Meaning>,
    how: Option<How>,
    rows: u64,
}

/// A word as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    object: Object,
    word: String,
    how: Option<How>,
    rows: u64,
}

/// The words of a table.
#[derive(Default)]
pub(super) struct Words {
    all: BTreeMap<Place, Word>,
    /// Those of which tables before have made records.
    made_before: BTreeSet<Place>,
    /// Words to look at that have come up and are not kept yet.
    news: BTreeSet<Place>,
    /// The number of the last word.
    last: i64,
}

impl Words {
    /// Those of a table after the tables before it, with what was kept of its own.
    pub(super) fn after(before: &[TableReport], kept: &[(i64, String)]) -> Words {
        let joined = before.iter().flat_map(|table| &table.joined);
        let made = joined.filter(|joined| joined.how == How::Made);
        let made_before = made.map(|joined| (joined.object, joined.word.clone())).collect();
        let mut words = Words { made_before, ..Words::default() };
        for (no, json) in kept {
            let Ok(Kept { object, word, how, rows }) = serde_json::from_str(json) else { continue };
            words.all.insert((object, word), Word { no: *no, meaning: None, how, rows });
            words.last = words.last.max(*no);
        }
        words
    }

    /// The kinds of records that were made of its words.
    pub(super) fn kinds_made(&self) -> BTreeSet<Object> {
        let made = self.all.iter().filter(|(_, word)| word.how == Some(How::Made));
        made.map(|((object, _), _)| *object).collect()
    }

    /// What a word means that has come up before; one more row has it.
    pub(super) fn again(&mut self, place: &Place) -> Option<Meaning> {
        let word = self.all.get_mut(place)?;
        let meaning = word.meaning.clone()?;
        word.rows += 1;
        self.note(place);
        Some(meaning)
    }

    /// One more row has a word, of which it was found what it means. How it was joined is what it was
    /// when it first came up.
    pub(super) fn found(&mut self, place: Place, meaning: Meaning, how: Option<How>) {
        if let Some(word) = self.all.get_mut(&place) {
            word.rows += 1;
            word.meaning = Some(meaning);
        } else if self.all.len() < WORDS_MAX {
            self.last += 1;
            let word = Word { no: self.last, meaning: Some(meaning), how, rows: 1 };
            self.all.insert(place.clone(), word);
        }
        self.note(&place);
    }

    /// The record of a word was made.
    pub(super) fn was_made(&mut self, place: Place, id: &str) {
        if let Some(word) = self.all.get_mut(&place) {
            (word.meaning, word.how) = (Some(Meaning::Id(id.to_owned())), Some(How::Made));
            self.note(&place);
        }
    }

    /// Notes a word to look at that is to be kept.
    fn note(&mut self, place: &Place) {
        let is_to_look_at = |word: &Word| word.how.is_some() || self.made_before.contains(place);
        if self.all.get(place).is_some_and(is_to_look_at) && !self.news.contains(place) {
            self.news.insert(place.clone());
        }
    }

    /// The words to look at that have come up since this was last asked, with their numbers.
    pub(super) fn take_news(&mut self) -> Vec<(i64, String)> {
        let news = std::mem::take(&mut self.news).into_iter();
        let kept = news.filter_map(|place| {
            let word = self.all.get(&place)?;
            let (object, of) = place;
            let kept = Kept { object, word: of, how: word.how.clone(), rows: word.rows };
            Some((word.no, serde_json::to_string(&kept).expect("a word is JSON")))
        });
        kept.collect()
    }

    /// The words that a person should look at, those of most rows first.
    pub(super) fn to_look_at(&self) -> Vec<Joined> {
        let joined = self.all.iter().filter_map(|(place, word)| {
            let made_before = || self.made_before.contains(place).then_some(How::Made);
            let how = word.how.clone().or_else(made_before)?;
            Some(Joined { object: place.0, word: place.1.clone(), how, rows: word.rows })
        });
        let mut joined: Vec<Joined> = joined.collect();
        joined.sort_by_key(|joined| std::cmp::Reverse(joined.rows));
        joined
    }
}
