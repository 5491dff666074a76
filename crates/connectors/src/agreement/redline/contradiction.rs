//! Where a number of a rule was changed, and the sentence above it still says the old one. Both sides
//! sign the sentence, and the rule decides: they should hear of it before they sign.

use super::super::parts::Value;

/// Numbers in words, as sentences say hours and days.
const WORDS: [&str; 12] = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
];

/// `the sentence says 100, the rule says 90`, for each number of a value that is no more what it was
/// and of which the sentence says the old one and not the new one.
pub(super) fn found(was: &[Value], is: &[Value]) -> Vec<String> {
    let mut found = Vec::new();
    for value in is.iter().filter(|value| name(value) != "says") {
        let Some(before) = was.iter().find(|before| before.path == value.path) else { continue };
        let (Some(says), old, new) = (sentence(value, is), numbers(before), numbers(value)) else {
            continue;
        };
        if old.len() != new.len() {
            continue;
        }
        for (old, new) in old.iter().zip(&new).filter(|(old, new)| old != new) {
            let still = spoken(old).find(|word| stands(says, word));
            let says_new = spoken(new).any(|word| stands(says, &word));
            if let Some(still) = still.filter(|_| !says_new) {
                found.push(format!("the sentence says {still}, the rule says {new}"));
            }
        }
    }
    found.dedup();
    found
}

/// The last part of a value's path: `points` of `rule[demo].points`.
fn name(value: &Value) -> &str {
    value.path.rsplit('.').next().unwrap_or_default()
}

/// The sentence of the item that a value belongs to, or else of the clause.
fn sentence<'a>(value: &Value, all: &'a [Value]) -> Option<&'a str> {
    let above = value.path.strip_suffix(name(value)).unwrap_or_default();
    let own = format!("{above}says");
    let find = |path: &str| all.iter().find(|other| other.path == path);
    find(&own).or_else(|| find("says")).map(|says| says.value.as_str())
}

/// The numbers of a value, with a unit that follows at once: `4h`, `100`, `2.5`. Digits inside of a
/// name are none.
fn numbers(value: &Value) -> Vec<String> {
    let is_part = |sign: char| sign.is_alphanumeric() || matches!(sign, '_' | '.' | '-');
    let words = value.value.split(|sign: char| !is_part(sign));
    let words = words.map(|word| word.trim_matches('.'));
    words
        .filter(|word| word.starts_with(|sign: char| sign.is_ascii_digit()))
        .map(Into::into)
        .collect()
}

/// How a sentence may say a number: in digits, and hours and days in words as well.
fn spoken(number: &str) -> impl Iterator<Item = String> {
    let digits = number.trim_end_matches(|sign: char| sign.is_alphabetic());
    let is_time = matches!(&number[digits.len()..], "h" | "d" | "day" | "days" | "hours");
    let word = digits.parse::<usize>().ok().filter(|_| is_time);
    let word = word.and_then(|n| WORDS.get(n.wrapping_sub(1)));
    [Some(digits.to_owned()), word.map(|word| (*word).to_owned())].into_iter().flatten()
}

/// Whether a sentence says a word or a number by itself.
fn stands(says: &str, word: &str) -> bool {
    let is_part = |sign: char| sign.is_alphanumeric() || sign == '.';
    let words = says.split(|sign: char| !is_part(sign)).map(|said| said.trim_matches('.'));
    words.into_iter().any(|said| said.eq_ignore_ascii_case(word))
}
