//! A change to a text in the place where it stands: one value, or the whole of a clause. Every other
//! byte stays, with comments and order.

use std::{collections::BTreeMap, ops::Range};

use super::{
    mistake::Mistake,
    parts::{Kind, Part, Value, parts},
    plain,
    read::offers,
    source::Offer,
    text::{AgreementText, TextFailure},
};

/// How a value is asked for in a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asks {
    /// Words of some length.
    Sentence,
    /// A few words.
    Words,
    /// A number.
    Number,
    /// Yes or no, as `true` and `false`.
    YesNo,
    /// Sentences, one a line.
    Lines,
    /// One of a set, each as it is written and in words.
    OneOf(Vec<(String, String)>),
    /// Somebody, by their address of mail or their id.
    Somebody,
    /// Something that is sold.
    Product,
}

/// A value of a clause that can be changed by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// How it is found again: `target`, `qualifies_when#0` for the first number of a condition.
    pub path: String,
    /// What it is called: `Qualified when: all points together at least`.
    pub label: String,
    /// The list item that it belongs to, in words: `rule demo`.
    pub item: Option<String>,
    /// How it is asked for.
    pub asks: Asks,
    /// What it is now.
    pub value: String,
    /// Where it stands.
    file: String,
    range: Range<usize>,
}

/// What does not fit where it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The value that it is about; the clause as a whole where there is none.
    pub path: Option<String>,
    /// What is wrong and what to write instead.
    pub says: String,
}

/// Keys by which other places name something: they are changed with those places, in the text.
const NAMES: [&str; 5] = ["id", "key", "clause", "component", "side"];
/// Longer words have room for several lines.
const WORDS_MAX: usize = 60;

/// A clause, or another section, by its key: its part, and the values that can be changed by
/// themselves.
pub fn asked(text: &AgreementText, key: &str) -> Option<(Part, Vec<Asked>)> {
    let part = parts(text).into_iter().find(|part| part.key == key)?;
    let offers = offers(text);
    let offer = |value: &Value| offers.get(&(value.place.file.clone(), value.place.range.start));
    let asked = part.values.iter().flat_map(|value| asked_of(text, value, offer(value))).collect();
    Some((part, asked))
}

fn asked_of(text: &AgreementText, value: &Value, offer: Option<&Offer>) -> Vec<Asked> {
    let key = value.path.rsplit('.').next().unwrap_or(&value.path);
    if NAMES.contains(&key) {
        return Vec::new();
    }
    let one = |asks| Asked {
        path: value.path.clone(),
        label: value.label.clone(),
        item: value.items.first().map(|(_, words)| words.clone()),
        asks,
        value: value.value.clone(),
        file: value.place.file.clone(),
        range: value.place.range.clone(),
    };
    match value.kind {
        Kind::List => Vec::new(),
        Kind::Sentences => vec![one(Asks::Lines)],
        Kind::Number => vec![one(Asks::Number)],
        Kind::YesNo => vec![one(Asks::YesNo)],
        Kind::Day => vec![one(Asks::Words)],
        Kind::Text if offer.is_some() => {
            offer.map(|offer| one(offered(key, offer))).into_iter().collect()
        }
        Kind::Text if key == "says" || value.value.len() > WORDS_MAX => vec![one(Asks::Sentence)],
        Kind::Text => vec![one(Asks::Words)],
        Kind::Condition => {
            let raw = &text.files()[&value.place.file][value.place.range.clone()];
            let numbers = numbers(raw).into_iter().enumerate();
            let start = value.place.range.start;
            numbers
                .map(|(nth, range)| Asked {
                    path: format!("{}#{nth}", value.path),
                    label: format!("{}: {}", value.label, before(raw, range.start)),
                    value: raw[range.clone()].to_owned(),
                    range: start + range.start..start + range.end,
                    ..one(Asks::Number)
                })
                .collect()
        }
    }
}

/// How that is asked for of which some are known.
fn offered(key: &str, offer: &Offer) -> Asks {
    match offer {
        Offer::OneOf(words) => {
            let said = |word: &String| (word.clone(), plain::value(Kind::Text, key, word));
            Asks::OneOf(words.iter().map(said).collect())
        }
        Offer::Somebody => Asks::Somebody,
        Offer::Product => Asks::Product,
    }
}

/// The words of a condition right before a number of it: `all points together at least`.
fn before(raw: &str, at: usize) -> String {
    let so_far = raw[..at].trim_start_matches(['"', '\'', '\n']);
    let words = plain::condition(so_far);
    let last = words.rsplit(" and ").next().unwrap_or(&words);
    let last = last.rsplit(" or ").next().unwrap_or(last);
    last.trim_start_matches('(').to_owned()
}

/// Where the numbers of a condition stand in its quotes; those inside of its texts are words.
fn numbers(raw: &str) -> Vec<Range<usize>> {
    let quote = raw.chars().next().unwrap_or('\'');
    let (mut found, mut inside, mut last) = (Vec::new(), None, ' ');
    let mut at = 0;
    while let Some(c) = raw[at..].chars().next() {
        let is_own_quote = c == quote && last != '\\';
        match inside {
            Some(open) if c == open => inside = None,
            Some(_) => {}
            None if (c == '"' || c == '\'') && !is_own_quote => inside = Some(c),
            None if c.is_ascii_digit() && !(last.is_alphanumeric() || "_.".contains(last)) => {
                let digits = raw[at..].find(|c: char| !(c.is_ascii_digit() || c == '.'));
                let end = digits.map_or(raw.len(), |digits| at + digits);
                let start = if raw[..at].ends_with('-') { at - 1 } else { at };
                found.push(start..end);
                (at, last) = (end, '0');
                continue;
            }
            None => {}
        }
        last = c;
        at += c.len_utf8();
    }
    found
}

/// Changes values of a clause to what was typed; those that were left as they are stay as they are.
///
/// # Errors
/// What does not fit, each with its value.
pub fn change_values(
    text: &AgreementText,
    key: &str,
    typed: &BTreeMap<String, String>,
) -> Result<AgreementText, Vec<Wrong>> {
    let (_, asked) = asked(text, key).ok_or_else(|| vec![gone()])?;
    let mut wrong = Vec::new();
    let mut edits: BTreeMap<&str, Vec<(Range<usize>, String)>> = BTreeMap::new();
    for asked in &asked {
        let Some(typed) = typed.get(&asked.path) else { continue };
        let typed = typed.replace("\r\n", "\n").trim().to_owned();
        if typed == asked.value.trim() {
            continue;
        }
        let raw = &text.files()[&asked.file][asked.range.clone()];
        match written(&asked.asks, raw, &typed) {
            Ok(written) => {
                edits.entry(&asked.file).or_default().push((asked.range.clone(), written));
            }
            Err(says) => wrong.push(Wrong { path: Some(asked.path.clone()), says }),
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let mut files = text.files().clone();
    for (file, mut edits) in edits {
        edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
        let Some(content) = files.get_mut(file) else { continue };
        edits.into_iter().for_each(|(range, written)| content.replace_range(range, &written));
    }
    AgreementText::new(files).map_err(unreadable)
}

/// Puts other words in the place of a whole clause, or takes it out where there are none.
///
/// # Errors
/// When the text has no such clause, or grows too large.
pub fn change_part(
    text: &AgreementText,
    key: &str,
    other: &str,
) -> Result<AgreementText, Vec<Wrong>> {
    let part = parts(text).into_iter().find(|part| part.key == key);
    let part = part.filter(|part| !part.places.is_empty()).ok_or_else(|| vec![gone()])?;
    let mut files = text.files().clone();
    for (nth, place) in part.places.iter().enumerate().rev() {
        let Some(content) = files.get_mut(&place.file) else { continue };
        let other = other.replace("\r\n", "\n");
        let stood = &content[place.range.clone()];
        let blank = &stood[stood.trim_end_matches('\n').len()..];
        let written = match (nth, other.trim_matches('\n')) {
            (0, other) if !other.trim().is_empty() => {
                format!("{other}{}", if blank.is_empty() { "\n" } else { blank })
            }
            _ => String::new(),
        };
        content.replace_range(place.range.clone(), &written);
    }
    files.retain(|_, content| !content.trim().is_empty());
    AgreementText::new(files).map_err(unreadable)
}

/// Takes one clause of a text back to what it was in another: its old words, or none where it was
/// not there.
///
/// # Errors
/// When the text cannot hold it.
pub fn take_back(
    text: &AgreementText,
    base: &AgreementText,
    key: &str,
) -> Result<AgreementText, Vec<Wrong>> {
    let find = |text: &AgreementText| parts(text).into_iter().find(|part| part.key == key);
    match (find(text), find(base)) {
        (Some(_), Some(old)) => change_part(text, key, &old.text(base)),
        (Some(_), None) => change_part(text, key, ""),
        (None, Some(old)) => {
            let mut files = text.files().clone();
            let file = old.places.first().map(|place| place.file.clone()).unwrap_or_default();
            let content = files.entry(file).or_default();
            let blank = if content.is_empty() { "" } else { "\n" };
            content.push_str(&format!("{blank}{}\n", old.text(base)));
            AgreementText::new(files).map_err(unreadable)
        }
        (None, None) => Ok(text.clone()),
    }
}

/// Mistakes of a changed text, each beside the value that it is about, as far as it is one of the
/// clause.
pub fn wrong(text: &AgreementText, key: &str, mistakes: &[Mistake]) -> Vec<Wrong> {
    let found = asked(text, key);
    let about = |mistake: &Mistake| {
        let content = text.files().get(&mistake.file)?;
        let lines = content.split_inclusive('\n');
        let line: usize = lines.take(mistake.line - 1).map(str::len).sum();
        let before = content[line..].char_indices().nth(mistake.column - 1);
        let at = before.map_or(content.len(), |(before, _)| line + before);
        let (_, asked) = found.as_ref()?;
        let of_file = asked.iter().filter(|asked| asked.file == mistake.file);
        let here = of_file.clone().find(|asked| asked.range.contains(&at));
        // A mistake in a condition may stand beside the number that it is about.
        let same_line = |asked: &&Asked| {
            content[line..].len() >= content[asked.range.start.max(line)..].len()
                && !content[line..asked.range.start.max(line)].contains('\n')
                && asked.range.start >= line
        };
        here.or_else(|| of_file.clone().find(same_line)).map(|asked| asked.path.clone())
    };
    mistakes.iter().map(|mistake| Wrong { path: about(mistake), says: said(mistake) }).collect()
}

/// A mistake as a sentence, without its place.
pub fn said(mistake: &Mistake) -> String {
    match &mistake.instead {
        Some(instead) => format!("{} {instead}", mistake.what),
        None => mistake.what.clone(),
    }
}

fn gone() -> Wrong {
    let says = "This text has no such clause any more: go back to the version.".to_owned();
    Wrong { path: None, says }
}

fn unreadable(failure: TextFailure) -> Vec<Wrong> {
    vec![Wrong { path: None, says: failure.to_string() }]
}

/// What was typed, as it is written in the text.
fn written(asks: &Asks, raw: &str, typed: &str) -> Result<String, String> {
    let is_quoted = raw.starts_with(['"', '\'']);
    match asks {
        Asks::Number if is_number(typed) => Ok(typed.to_owned()),
        Asks::Number => Err(format!("Write a number, such as {raw}.")),
        Asks::YesNo if matches!(typed, "true" | "false") => Ok(typed.to_owned()),
        Asks::YesNo => Err("Choose yes or no.".to_owned()),
        Asks::Lines => Ok(listed(typed)),
        _ if is_quoted => Ok(quoted(raw, typed)),
        _ if is_day(typed) => Ok(typed.to_owned()),
        _ => Err(format!("Write a day, such as {raw}.")),
    }
}

/// Sentences, one a line, as the list that they are written as.
fn listed(typed: &str) -> String {
    let lines = typed.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<String> = lines.map(|line| format!("    {},\n", quoted("\"", line))).collect();
    if lines.is_empty() { "[]".to_owned() } else { format!("[\n{}]", lines.concat()) }
}

fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let bare = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = bare.split_once('.').unwrap_or((bare, "0"));
    let has_no_zero = whole == "0" || !whole.starts_with('0');
    text.len() <= 24 && digits(whole) && digits(decimals) && has_no_zero
}

fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

/// Text in quotes, of the kind that stood there if it can hold it.
fn quoted(raw: &str, text: &str) -> String {
    let is_plain = |c: char| !c.is_control();
    if raw.starts_with('\'') && !text.contains('\'') && text.chars().all(is_plain) {
        return format!("'{text}'");
    }
    let escaped: String = text
        .chars()
        .map(|c| match c {
            '\\' => "\\\\".to_owned(),
            '"' => "\\\"".to_owned(),
            '\n' => "\n".to_owned(),
            c if c.is_control() => format!("\\u{:04X}", u32::from(c)),
            c => c.to_string(),
        })
        .collect();
    match text.contains('\n') {
        true => format!("\"\"\"\n{escaped}\"\"\""),
        false => format!("\"{escaped}\""),
    }
}

#[cfg(test)]
mod tests;
