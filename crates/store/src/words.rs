//! Names as they are searched: folded words, without capitals and accents.
//!
//! A row of a word index holds all words of one name, one of them first, each followed by a space:
//! `schmidt anna opitz `. There is one row for each word. So a beginning of any word is a range of
//! the index, whole words come before longer ones in it, and whether the other words of a question
//! are there too can be seen in the row itself.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Words of one name that are kept; more of them would only make rows.
const WORDS_MAX: usize = 12;

/// Characters of a word that are kept.
const WORD_CHARS_MAX: usize = 40;

/// Sorts after every word that begins with what stands before it.
const LAST: char = '\u{10FFFF}';

/// The different words of a name, in order.
pub(crate) fn words_of(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    add_words(&mut words, name);
    words
}

/// The words of a mail address: the last part of its domain is on too many of them to find anyone.
pub(crate) fn words_of_address(address: &str) -> Vec<String> {
    words_of(address.rsplit_once('.').map_or(address, |(telling, _)| telling))
}

/// The words of both, none of them twice.
pub(crate) fn joined(name: Option<&str>, address: Option<&str>) -> Vec<String> {
    let mut words = name.map(words_of).unwrap_or_default();
    for word in address.map(words_of_address).unwrap_or_default() {
        if words.len() < WORDS_MAX && !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

fn add_words(words: &mut Vec<String>, text: &str) {
    let folded = folded(text);
    for word in folded.split(|letter: char| !letter.is_alphanumeric()) {
        let word: String = word.chars().take(WORD_CHARS_MAX).collect();
        if words.len() < WORDS_MAX && !word.is_empty() && !words.contains(&word) {
            words.push(word);
        }
    }
}

/// Small letters without marks. What Unicode does not take apart, readers do: `ø` is searched as
/// `o`. An apostrophe joins: O'Brien is one word.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.nfkd().filter(|letter| !is_combining_mark(*letter)) {
        for small in letter.to_lowercase() {
            match small {
                'ß' => folded.push_str("ss"),
                'æ' => folded.push_str("ae"),
                'œ' => folded.push_str("oe"),
                'þ' => folded.push_str("th"),
                'ø' => folded.push('o'),
                'ł' => folded.push('l'),
                'đ' | 'ð' => folded.push('d'),
                'ħ' => folded.push('h'),
                'ı' => folded.push('i'),
                '\'' | '’' | 'ʼ' | '‘' | '`' => {}
                other if is_combining_mark(other) => {}
                other => folded.push(other),
            }
        }
    }
    folded
}

/// The rows that the index holds for these words.
pub(crate) fn rows_of(words: &[String]) -> Vec<String> {
    let row = |first: usize| {
        let others = words.iter().enumerate().filter(|(place, _)| *place != first);
        let all = std::iter::once(&words[first]).chain(others.map(|(_, word)| word));
        all.flat_map(|word| [word.as_str(), " "]).collect()
    };
    (0..words.len()).map(row).collect()
}

/// The words of a question; each is the beginning of a word that is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted(Vec<String>);

impl Wanted {
    /// The words in what a person typed. A word that another one begins with adds nothing.
    pub fn parse(text: &str) -> Wanted {
        let mut all = Vec::new();
        for piece in text.split_whitespace() {
            let is_address = piece.contains('@');
            all.extend(if is_address { words_of_address(piece) } else { words_of(piece) });
        }
        let mut words: Vec<String> = Vec::new();
        for (place, word) in all.iter().enumerate() {
            let within = |(other, longer): (usize, &String)| {
                longer.starts_with(word.as_str()) && (longer != word || other < place)
            };
            let adds = !all
                .iter()
                .enumerate()
                .any(|(other, longer)| other != place && within((other, longer)));
            if adds && words.len() < WORDS_MAX {
                words.push(word.clone());
            }
        }
        Wanted(words)
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The words, as they were typed.
    pub(crate) fn words(&self) -> &[String] {
        &self.0
    }

    /// Whether each word is a whole one in a row of an index.
    pub(crate) fn is_whole_in(&self, row: &str) -> bool {
        self.0.iter().all(|word| row.split(' ').any(|other| other == word))
    }

    /// Whether each word begins a word of a text; and then whether all of them are whole.
    pub fn found_in(&self, text: &str) -> Option<bool> {
        let there: Vec<String> = folded(text)
            .split(|letter: char| !letter.is_alphanumeric())
            .map(str::to_owned)
            .collect();
        let begins = |word: &String| there.iter().any(|other| other.starts_with(word.as_str()));
        let found = !self.is_empty() && self.0.iter().all(begins);
        found.then(|| self.0.iter().all(|word| there.contains(word)))
    }
}

/// The rows that begin with a word, or with a word that begins so: from the first, up to the second.
pub(crate) fn range_of(word: &str) -> [String; 2] {
    [word.to_owned(), format!("{word}{LAST}")]
}

/// A `like` pattern for rows in which another word than the first begins so.
pub(crate) fn elsewhere(word: &str) -> String {
    format!("% {word}%")
}

#[cfg(test)]
mod tests;
