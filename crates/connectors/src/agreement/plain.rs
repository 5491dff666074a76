//! Keys, values and conditions of a text in plain words, for people who sign it and do not write it.

use domain::agreement::{Measure, routing::By};
use jiff::civil::Date;

use super::parts::Kind;

/// Keys whose words are not just the key with blanks.
const LABELS: [(&str, &str); 76] = [
    ("says", "sentence"),
    ("clause", "number"),
    ("no", "number"),
    ("applies_when", "applies where"),
    ("qualifies_when", "qualified when"),
    ("starts_when", "the clock starts when"),
    ("stops_when", "the clock stops when"),
    ("pauses_when", "the clock rests while"),
    ("reached_when", "reached when"),
    ("when", "holds when"),
    ("from_statuses", "met from the statuses"),
    ("status", "becomes"),
    ("cap", "at most, points"),
    ("stops_above_total", "nothing more is earned above, points"),
    ("stops_when_qualified", "nothing is earned after qualifying"),
    ("half_life", "fades by half every"),
    ("up_to", "up to an age of"),
    ("counts", "counts"),
    ("per", "in each"),
    ("times", "times"),
    ("counted", "counted by"),
    ("limit", "how often"),
    ("on", "looks at"),
    ("target", "target"),
    ("warn", "at risk from"),
    ("hours", "hours that count"),
    ("zone", "zone of the hours"),
    ("on_transfer", "when it passes to another owner"),
    ("running_clocks", "clocks that run when this comes into force"),
    ("zero_time", "answered before any working time passed"),
    ("then", "where it is missed"),
    ("most_clocks", "clocks on each, at most"),
    ("backup", "stands in for an owner"),
    ("goal", "share that both sides want met"),
    ("of", "counts what"),
    ("measure", "measured by"),
    ("signer", "who signs"),
    ("substitute", "who signs in their place"),
    ("contest_within", "may be contested within"),
    ("ruled_within", "ruled within"),
    ("answer_within", "answered within"),
    ("silence", "no answer by then is"),
    ("most_handoffs", "handoffs of one lead, at most"),
    ("at_a_time", "opportunities at a time"),
    ("to_win", "worked until won"),
    ("to_loss", "worked until lost"),
    ("attempts", "attempts at each lead"),
    ("attempt", "one attempt takes"),
    ("calling_a_week", "time for calling in a week"),
    ("for", "for whoever"),
    ("lasts", "holds for"),
    ("every", "at the latest every"),
    ("cap_day", "leads a day, at most"),
    ("due", "to be done within"),
    ("period", "looked at each"),
    ("owner", "whose it is"),
    ("cap_open", "open leads, at most"),
    ("cap_late", "nothing while so many are late"),
    ("one_liner", "in one line"),
    ("elevator", "in half a minute"),
    ("boilerplate", "in a paragraph"),
    ("needs", "asks the consent of"),
    ("matches_when", "a lead is one of them when"),
    ("interviews", "interviews behind it"),
    ("priority_initiative", "what sets the search going"),
    ("success_factors", "what they expect of it"),
    ("perceived_barriers", "what holds them back"),
    ("buyers_journey", "how they come to buy"),
    ("decision_criteria", "what they decide by"),
    ("buying_roles", "parts they play in buying"),
    ("channels", "where they are reached"),
    ("triggers", "what makes them act"),
    ("drops_account_when", "when they drop an account"),
    ("keeps_them_up", "what keeps them up"),
    ("barriers_to_using_material", "why material is not used"),
    ("objections", "what they object to"),
];

/// What words of a choice mean, by their keys; the others are said with blanks.
const CHOICES: [(&str, &str, &str); 24] = [
    ("hours", "owner", "the hours of the owner’s calendar"),
    ("hours", "elapsed", "all hours, on the wall"),
    ("zone", "owner", "the owner’s"),
    ("zone", "calendar", "the calendar’s own"),
    ("zone", "prospect", "the lead’s"),
    ("on_transfer", "restart", "the clock ends, and a fresh one starts"),
    ("on_transfer", "restart_answered", "the clock ends as answered, and a fresh one starts"),
    ("on_transfer", "run_on", "the clock runs on"),
    ("zero_time", "met", "in time"),
    ("zero_time", "not_met", "not in time"),
    ("zero_time", "no_verdict", "not judged"),
    ("running_clocks", "keep_their_version", "keep the version that they began under"),
    ("running_clocks", "follow_this_text", "are judged by this text from then on"),
    ("on", "fields", "what is known of the lead or its account"),
    ("on", "activity", "what somebody did"),
    ("on", "success", "what somebody did with success"),
    ("on", "lead", "each lead"),
    ("on", "opportunity", "each opportunity"),
    ("counted", "calendar", "the calendar"),
    ("counted", "rolling", "the time right before"),
    ("reassigns", "backup", "passes to the backup"),
    ("reassigns", "route", "passes on by the routes to somebody else"),
    ("to", "zero", "nothing"),
    ("acts", "at_once", "at any time"),
];

/// Lists of sentences of a persona, by how their paths begin; the values of other lists are words.
const SENTENCES: [&str; 3] = ["rings.", "seller.", "channels"];

/// What a section is called; clauses go by their number.
const SECTIONS: [(&str, &str); 14] = [
    ("agreement", "Title, zone and currency"),
    ("calendars", "Opening hours"),
    ("fields", "Fields that the text knows"),
    ("activities", "Activities that the text knows"),
    ("party", "Who signs for"),
    ("segments", "Segments"),
    ("status", "Status"),
    ("stage", "Stage"),
    ("pool", "Pool"),
    ("route", "Route"),
    ("handoff", "Handoffs"),
    ("disputes", "Disputes"),
    ("check_ins", "Check-ins"),
    ("routing", "Routing"),
];

/// A key in words: `qualified when`.
pub fn label(key: &str) -> String {
    let known = LABELS.iter().find(|(known, _)| *known == key);
    known.map_or_else(|| key.replace('_', " "), |(_, words)| (*words).to_owned())
}

/// What a part is called: `Clause 3.1`, `Status MQL`.
pub fn title(section: &str, key: &str, no: Option<&str>) -> String {
    if let Some(no) = no {
        return format!("Clause {no}");
    }
    let known = SECTIONS.iter().find(|(known, _)| *known == section).map(|(_, words)| *words);
    let words = known.map_or_else(|| capital(&section.replace('_', " ")), str::to_owned);
    match key.split_once('/') {
        Some((_, name)) => format!("{words} {name}"),
        None => words,
    }
}

/// An item of a list: `rule demo`, `objection “Too dear”`.
pub fn item(list: &str, name: &str) -> String {
    let noun = list.strip_suffix("ies").map(|stem| format!("{stem}y"));
    let noun = noun.unwrap_or_else(|| match list.strip_suffix('s') {
        Some(stem) if !stem.ends_with('s') => stem.to_owned(),
        _ => list.to_owned(),
    });
    format!("{} {name}", noun.replace('_', " "))
}

/// Everything above a value and its key, as one label: `Rule demo: points`.
pub fn joined(above: &[String], key: &str) -> String {
    let own = label(key);
    capital(&match above {
        [] => own,
        above => format!("{}: {own}", above.join(", ")),
    })
}

/// The same with a capital at its beginning.
pub fn capital(words: &str) -> String {
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// Whether a key's text is a condition.
pub fn is_condition(key: &str) -> bool {
    key == "when" || key.ends_with("_when")
}

/// Whether a list of a part is one of sentences, which people read and change one by one.
pub fn are_sentences(part: &str, path: &str) -> bool {
    part.starts_with("persona/") && SENTENCES.iter().any(|known| path.starts_with(known))
}

/// A value in words.
pub fn value(kind: Kind, key: &str, text: &str) -> String {
    match kind {
        Kind::Condition => condition(text),
        Kind::YesNo => if text == "true" { "yes" } else { "no" }.to_owned(),
        Kind::Day => day(text),
        Kind::Number => text.to_owned(),
        Kind::List => text.split(", ").map(word).collect::<Vec<_>>().join(", "),
        Kind::Sentences => text.replace('\n', " "),
        Kind::Text if day(text) != text => day(text),
        Kind::Text if meaning(key, text).is_some() => {
            meaning(key, text).unwrap_or_default().to_owned()
        }
        Kind::Text if key != "says" && is_choice(text) => text.replace('_', " "),
        Kind::Text => text.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

/// What a word of a choice means.
fn meaning(key: &str, word: &str) -> Option<&'static str> {
    let listed = CHOICES.iter().find(|(of, known, _)| *of == key && *known == word);
    let listed = listed.map(|(_, _, words)| *words);
    let measure = || Measure::ALL.iter().find(|(known, _)| *known == word).map(|(_, m)| m.words());
    let by = || By::ALL.iter().find(|(known, _)| *known == word).map(|(_, by)| by.words());
    match key {
        "measure" => measure(),
        "by" => by(),
        _ => listed,
    }
}

fn day(text: &str) -> String {
    let date: Option<Date> = (text.len() == 10).then(|| text.parse().ok()).flatten();
    date.map_or_else(|| text.to_owned(), |date| date.strftime("%-d %b %Y").to_string())
}

/// A word of a list, as people write it.
fn word(text: &str) -> String {
    if is_choice(text) { text.replace('_', " ") } else { text.to_owned() }
}

/// `run_on`, `every_time`: a word of a choice.
fn is_choice(text: &str) -> bool {
    text.contains('_') && text.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

/// A piece of a condition.
#[derive(Debug, Clone, PartialEq)]
enum Token {
    Name(String),
    Text(String),
    Sign(String),
}

/// A condition in words: `all points together at least 40 and the lead’s title is “Director”`.
pub fn condition(text: &str) -> String {
    let tokens = tokens(text);
    let mut words: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let rest = &tokens[at + 1..];
        at += 1;
        match token {
            Token::Name(name) if name == "has" => {
                if let [Token::Sign(open), Token::Name(name), Token::Sign(close), ..] = rest
                    && open == "("
                    && close == ")"
                {
                    words.push(format!("{} is known", named(name)));
                    at += 3;
                }
            }
            Token::Name(name) => match search(name) {
                Some((name, verb)) => {
                    words.extend((!name.is_empty()).then(|| named(name)));
                    words.push(verb.to_owned());
                    // The text that is sought stands in brackets that say nothing in words.
                    if let [Token::Sign(open), Token::Text(sought), Token::Sign(close), ..] = rest
                        && open == "("
                        && close == ")"
                    {
                        words.push(format!("“{sought}”"));
                        at += 3;
                    }
                }
                None => words.push(named(name)),
            },
            Token::Text(text) => words.push(format!("“{text}”")),
            Token::Sign(sign) => words.push(said(sign).to_owned()),
        }
    }
    spaced(&words)
}

/// Words with blanks between, and none inside of brackets or before a comma.
fn spaced(words: &[String]) -> String {
    let mut text = String::new();
    for word in words.iter().filter(|word| !word.is_empty()) {
        let is_tight = text.is_empty() || text.ends_with('(') || matches!(word.as_str(), ")" | ",");
        if !is_tight {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

fn said(sign: &str) -> &str {
    match sign {
        "==" => "is",
        "!=" => "is not",
        ">=" => "at least",
        "<=" => "at most",
        ">" => "over",
        "<" => "under",
        "&&" => "and",
        "||" => "or",
        "!" => "not",
        "[" => "(",
        "]" => ")",
        other => other,
    }
}

/// A name that asks for a text in another: the name before it, and the words.
fn search(name: &str) -> Option<(&str, &'static str)> {
    const SEARCHES: [(&str, &str); 3] =
        [("contains", "contains"), ("startsWith", "begins with"), ("endsWith", "ends with")];
    SEARCHES.iter().find_map(|(method, words)| {
        let before = name.strip_suffix(method)?;
        before.strip_suffix('.').map(|before| (before, *words))
    })
}

/// `lead.title` as `the lead’s title`, `score.total` as `all points together`.
fn named(name: &str) -> String {
    let name = name.trim_end_matches(".lowerAscii").trim_start_matches('.');
    let words = |field: &str| field.replace('_', " ");
    match name.split_once('.').filter(|_| !name.starts_with(|c: char| c.is_ascii_digit())) {
        Some(("score", "total")) => "all points together".to_owned(),
        Some(("score", part)) => format!("points of {}", words(part)),
        Some(("previous", field)) => format!("the {} before", words(field)),
        Some((root, field)) => format!("the {root}’s {}", words(field)),
        None if name == "in" => "is one of".to_owned(),
        None => words(name),
    }
}

/// The pieces of a condition; text keeps its meaning, everything else is as it is written.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '\'' => {
                let inside = rest[1..].find(first).map_or(rest.len() - 1, |end| end);
                tokens.push(Token::Text(rest[1..=inside].to_owned()));
                (inside + 2).min(rest.len())
            }
            c if c.is_alphanumeric() || c == '_' || c == '.' => {
                let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
                let mut end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                // `lead.title.lowerAscii()` goes on after its empty brackets.
                while let Some(after) = rest[end..].strip_prefix("()") {
                    let more = after.find(|c| !is_part(c)).unwrap_or(after.len());
                    end += 2 + more;
                }
                tokens.push(Token::Name(rest[..end].replace("()", "").replace(".lowerAscii", "")));
                end
            }
            c => {
                let two = ["==", "!=", ">=", "<=", "&&", "||"];
                let found = two.into_iter().find(|sign| rest.starts_with(sign));
                let sign = found.map_or_else(|| c.to_string(), str::to_owned);
                let length = sign.len();
                tokens.push(Token::Sign(sign));
                length
            }
        };
        rest = rest[length..].trim_start();
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_said_in_words() {
        let cases = [
            ("score.total >= 40", "all points together at least 40"),
            (
                r#"lead.title == "Head of Sales" && !has(lead.country)"#,
                "the lead’s title is “Head of Sales” and not the lead’s country is known",
            ),
            (
                r#"lead.title.lowerAscii().contains("vp") || score.fit > 7.5"#,
                "the lead’s title contains “vp” or points of fit over 7.5",
            ),
            (r#"(lead.country in ["DE", "AT"])"#, "(the lead’s country is one of (“DE”, “AT”))"),
            ("lead.is_customer", "the lead’s is customer"),
            ("\"", "“”"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(condition(text), expected, "{text}");
        }
    }

    #[test]
    fn a_label_says_what_a_value_is_of() {
        let above = [item("rule", "demo"), label("limit")];
        assert_eq!(joined(&above, "per"), "Rule demo, how often: in each");
        assert_eq!(joined(&[], "qualifies_when"), "Qualified when");
        assert_eq!(
            joined(&[item("members", "ben")], "cap_day"),
            "Member ben: leads a day, at most"
        );
        let objection = item("objections", "“Too dear”");
        assert_eq!(joined(&[objection], "answer"), "Objection “Too dear”: answer");
    }
}
