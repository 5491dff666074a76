//! What fits together in a condition, and the sentences for what does not.

use cel::common::ast::{Expr, operators};
use domain::condition::{Comparison, Literal, Name};
use jiff::Timestamp;

use super::super::{
    mistake::guess,
    names::{Kind, Unknown},
    units,
};

/// Whether a name of a kind can be compared with a value.
pub fn value(
    name: &Name,
    kind: &Kind,
    comparison: Comparison,
    value: &Literal,
) -> Result<(), Unknown> {
    ordered(name, kind, comparison)?;
    match (kind, value) {
        (Kind::Text, Literal::Text(text)) => small(name, text),
        (Kind::OneOf(words, noun), Literal::Text(text)) => {
            small(name, text)?;
            one_of(name, words, noun, text)
        }
        (Kind::Number, Literal::Number(_)) | (Kind::Bool, Literal::Bool(_)) => Ok(()),
        (Kind::Date, Literal::Text(text)) if units::date(text).is_some() => Ok(()),
        (Kind::Date, Literal::Text(text)) => Err((
            format!("{name} is a date, and {text:?} is not one."),
            Some("Write it as \"2026-10-01\".".to_owned()),
        )),
        (Kind::Instant, Literal::Text(text)) if is_instant(text) => Ok(()),
        (Kind::Instant, Literal::Text(text)) => Err((
            format!("{name} is an instant, and {text:?} is not one."),
            Some("Write it in UTC, as \"2026-10-01T09:30:00Z\".".to_owned()),
        )),
        (kind, value) => Err((
            format!("{name} is {}, and this is {}.", kind.words(), words(value)),
            Some(match kind {
                Kind::Text | Kind::OneOf(..) => format!("Put it in quotes: {:?}.", bare(value)),
                Kind::Number => "Write a number, without quotes.".to_owned(),
                Kind::Bool => "Write true or false, without quotes.".to_owned(),
                Kind::Date => "Write it as \"2026-10-01\".".to_owned(),
                Kind::Instant => "Write it as \"2026-10-01T09:30:00Z\".".to_owned(),
            }),
        )),
    }
}

/// Whether two names can be compared.
pub fn names(
    left: &Name,
    left_kind: &Kind,
    comparison: Comparison,
    right: &Name,
    right_kind: &Kind,
) -> Result<(), Unknown> {
    ordered(left, left_kind, comparison)?;
    if left_kind.words() == right_kind.words() {
        return Ok(());
    }
    let (left_kind, right_kind) = (left_kind.words(), right_kind.words());
    Err((format!("{left} is {left_kind}, and {right} is {right_kind}."), None))
}

/// Whether a text can be searched for in a name.
pub fn search(name: &Name, kind: &Kind, text: &str) -> Result<(), Unknown> {
    if !kind.is_text() {
        let what = format!("{name} is {}, and only text can be searched.", kind.words());
        return Err((what, Some("Use ==, <, <=, > or >=.".to_owned())));
    }
    if text.is_empty() {
        return Err(("Every text contains the empty text.".to_owned(), None));
    }
    small(name, text)
}

fn ordered(name: &Name, kind: &Kind, comparison: Comparison) -> Result<(), Unknown> {
    let is_equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
    if is_equality || kind.has_order() {
        return Ok(());
    }
    let what = format!("{name} is {}, which has no order.", kind.words());
    Err((what, Some("Use == or !=.".to_owned())))
}

/// What is compared in small letters must be written in small letters.
fn small(name: &Name, text: &str) -> Result<(), Unknown> {
    let small = text.to_lowercase();
    if !name.lowered || small == text {
        return Ok(());
    }
    let what = format!("{name} is compared in small letters, so it never is {text:?}.");
    Err((what, Some(format!("Write {small:?}."))))
}

fn one_of(name: &Name, words: &[String], noun: &str, text: &str) -> Result<(), Unknown> {
    let is_word = |word: &String| {
        if name.lowered { word.to_lowercase() == text } else { word == text }
    };
    if text.is_empty() || words.iter().any(is_word) {
        return Ok(());
    }
    let known: Vec<&str> = words.iter().map(String::as_str).collect();
    Err((format!("There is no {noun} {text:?}."), guess(text, &known)))
}

fn is_instant(text: &str) -> bool {
    text.len() == 20 && text.ends_with('Z') && text.parse::<Timestamp>().is_ok()
}

fn words(value: &Literal) -> &'static str {
    match value {
        Literal::Text(_) => "text",
        Literal::Number(_) => "a number",
        Literal::Bool(_) => "true or false",
    }
}

fn bare(value: &Literal) -> String {
    match value {
        Literal::Text(text) => text.clone(),
        Literal::Number(number) => number.to_string(),
        Literal::Bool(yes) => yes.to_string(),
    }
}

/// What to say of an expression that conditions do not have.
pub fn foreign(expr: &Expr) -> Unknown {
    match expr {
        Expr::Literal(_) => (
            "A value by itself is not a condition.".to_owned(),
            Some(
                "Compare it with a field: lead.status == \"MQL\"; for \"not known\" write !has(…)."
                    .to_owned(),
            ),
        ),
        Expr::List(_) => (
            "A list can only stand after \"in\".".to_owned(),
            Some("Write lead.country in [\"DE\", \"AT\"].".to_owned()),
        ),
        Expr::Comprehension(_) => (
            "There are no loops in a condition.".to_owned(),
            Some("Use in [..], && and ||.".to_owned()),
        ),
        _ => (
            "This is not part of the conditions of an Agreement.".to_owned(),
            Some("Compare fields with values and join them with && and ||.".to_owned()),
        ),
    }
}

/// What to say of an operator or function that conditions do not have.
pub fn foreign_call(name: &str) -> Unknown {
    let (what, instead) = match name {
        operators::ADD
        | operators::SUBSTRACT
        | operators::MULTIPLY
        | operators::DIVIDE
        | operators::MODULO
        | operators::NEGATE => (
            "A condition does not calculate.".to_owned(),
            "Write the number itself; sums of points are components.",
        ),
        operators::CONDITIONAL => {
            ("There is no ? : in a condition.".to_owned(), "Write (a && b) || (!a && c).")
        }
        operators::INDEX | operators::OPT_INDEX => (
            "There is no […] behind a name.".to_owned(),
            "Write the field with a dot: lead.country.",
        ),
        "contains" | "startsWith" | "endsWith" => (
            format!("{name} is written behind a name, with one text."),
            "Write lead.title.contains(\"VP\").",
        ),
        "matches" => (
            "Patterns are not part of a condition.".to_owned(),
            "Use contains, startsWith, endsWith or in [..].",
        ),
        "has" => ("has(…) asks for one name.".to_owned(), "Write has(lead.country)."),
        "lowerAscii" => (
            "lowerAscii is written behind a name.".to_owned(),
            "Write lead.title.lowerAscii().contains(\"vp\").",
        ),
        name => (
            format!("There is no function {name:?} in a condition."),
            "There are contains, startsWith, endsWith, lowerAscii and has.",
        ),
    };
    (what, Some(instead.to_owned()))
}

/// What to say of a text that is no expression at all, from the parser's own message.
pub fn syntax(text: &str, message: &str) -> Unknown {
    let instead = if text.contains(" and ") || text.contains(" or ") || text.contains(" not ") {
        "Write && for and, || for or, ! for not."
    } else if text.contains('=') && !["==", "!=", "<=", ">="].iter().any(|sign| text.contains(sign))
    {
        "Write == to compare."
    } else if text.matches('(').count() != text.matches(')').count() {
        "Close every bracket."
    } else if text.matches('"').count() % 2 == 1 {
        "Close every quotation mark."
    } else {
        "A condition looks like this: lead.status == \"MQL\" && score.total >= 100."
    };
    let message = message.strip_prefix("Syntax error: ").unwrap_or(message);
    let message: String = message.chars().take(120).filter(|c| !c.is_control()).collect();
    (format!("This is not a condition ({message})."), Some(instead.to_owned()))
}
