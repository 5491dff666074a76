//! Facts as JSON, one object a line or one a request: what the API and `lockstep decide` read.
//!
//! `docs/reference/facts.md` shows one of each kind.

use domain::{
    bounds::{self, OutOfBounds},
    fact::{Fact, Told},
    person::Person,
    reported::Reported,
};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// Why a text is not a fact; each sentence says what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAFact {
    /// No JSON.
    #[error("this is not JSON: {0}")]
    NotJson(String),
    /// JSON, but no object.
    #[error("a fact is a JSON object, such as {{\"fact\":\"lead_moved\",\"lead\":\"crm:1\", …}}")]
    NotAnObject,
    /// Something every fact has is missing.
    #[error("`{key}` is missing: {what}")]
    Missing {
        /// The missing key.
        key: &'static str,
        /// What belongs there.
        what: &'static str,
    },
    /// Something is not of the right kind.
    #[error("`{key}` is {found}: {what}")]
    Wrong {
        /// The key.
        key: &'static str,
        /// What stands there.
        found: String,
        /// What belongs there.
        what: &'static str,
    },
    /// A value is one that no record can have.
    #[error("`{0}` {1}")]
    OutOfBounds(&'static str, OutOfBounds),
    /// The fact itself does not read.
    #[error("{0}")]
    Unreadable(String),
    /// A fact that only Lockstep decides.
    #[error("`{0}` is decided by the Agreement and cannot be reported: leave it out")]
    Decided(String),
}

/// Reads one fact. `source` stands for facts that name none.
///
/// # Errors
/// [`NotAFact`], with what would be right.
pub fn read(text: &str, source: Option<&str>) -> Result<Reported, NotAFact> {
    let value: Value =
        serde_json::from_str(text).map_err(|error| NotAFact::NotJson(error.to_string()))?;
    from_value(value, source)
}

/// The same from a JSON value.
///
/// # Errors
/// [`NotAFact`], with what would be right.
pub fn from_value(value: Value, source: Option<&str>) -> Result<Reported, NotAFact> {
    let Value::Object(mut object) = value else { return Err(NotAFact::NotAnObject) };
    let source = match text(&mut object, "source", "the system that reports, such as \"hubspot\"")?
    {
        Some(named) => named,
        None => source.map(str::to_owned).ok_or(NotAFact::Missing {
            key: "source",
            what: "name the system that reports, such as \"hubspot\"",
        })?,
    };
    check_source(&source)?;
    let what = "the source's own key of this fact; the same key twice is one fact";
    let key = text(&mut object, "id", what)?.ok_or(NotAFact::Missing { key: "id", what })?;
    let what = "when it happened, with its zone, such as \"2026-07-01T10:00:00Z\"";
    let happened_at = text(&mut object, "happened_at", what)?
        .ok_or(NotAFact::Missing { key: "happened_at", what })?;
    let happened_at: Timestamp = happened_at.parse().map_err(|_| NotAFact::Wrong {
        key: "happened_at",
        found: format!("{happened_at:?}"),
        what,
    })?;
    let person = person(&mut object)?;
    let kind = object.get("fact").and_then(Value::as_str).unwrap_or_default().to_owned();
    let fact: Fact = serde_json::from_value(Value::Object(object))
        .map_err(|error| NotAFact::Unreadable(error.to_string()))?;
    if matches!(&fact, Fact::HandoffAnswered(fact) if fact.note.is_some()) {
        let what = "a note is written here, by whoever answers: leave it out";
        return Err(NotAFact::Wrong { key: "note", found: "a text".to_owned(), what });
    }
    if matches!(&fact, Fact::HandoffAnswered(fact) if fact.in_place_of.is_some()) {
        let what = "in whose place is known of who answers here: leave it out";
        return Err(NotAFact::Wrong { key: "in_place_of", found: "a text".to_owned(), what });
    }
    if !fact.is_reportable() {
        return Err(NotAFact::Decided(kind));
    }
    bounds::check(&fact, person.as_ref()).map_err(|(key, why)| NotAFact::OutOfBounds(key, why))?;
    Ok(Reported { told: Told { source, key, happened_at, fact }, person })
}

/// Checks a source: a short word, for it stands before every id.
///
/// # Errors
/// [`NotAFact::Wrong`], with what would be right.
pub fn check_source(source: &str) -> Result<(), NotAFact> {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !source.is_empty() && source.len() <= 40 && source.chars().all(word) && source != "lockstep"
    {
        return Ok(());
    }
    Err(NotAFact::Wrong {
        key: "source",
        found: format!("{source:?}"),
        what: "write small letters, digits and hyphens, such as \"hubspot\"; \"lockstep\" is taken",
    })
}

fn text(
    object: &mut Map<String, Value>,
    key: &'static str,
    what: &'static str,
) -> Result<Option<String>, NotAFact> {
    match object.remove(key) {
        None => Ok(None),
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text)),
        Some(other) => Err(NotAFact::Wrong { key, found: other.to_string(), what }),
    }
}

/// The private part of a lead or a user. A hash in its place is for the ledger alone.
fn person(object: &mut Map<String, Value>) -> Result<Option<Person>, NotAFact> {
    let what = "an object with name, email, phone and other";
    match object.remove("person") {
        None | Some(Value::Null) => Ok(None),
        Some(value @ Value::Object(_)) => serde_json::from_value(value.clone())
            .map(Some)
            .map_err(|error| NotAFact::Wrong { key: "person", found: error.to_string(), what }),
        Some(other) => Err(NotAFact::Wrong { key: "person", found: other.to_string(), what }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAD: &str = r#"{"fact":"lead","source":"crm","id":"1@1","happened_at":"2026-07-01T10:00:00Z",
        "lead":"1","fields":{"country":"DE"},"person":{"name":"Ann Lee","email":"ann@b.example"}}"#;

    #[test]
    fn the_person_stands_apart_from_the_fact() {
        let reported = read(LEAD, None).unwrap();
        assert_eq!(reported.person.unwrap().name.as_deref(), Some("Ann Lee"));
        let json = serde_json::to_string(&reported.told.fact).unwrap();
        assert!(!json.contains("Ann"), "{json}");
    }

    #[test]
    fn what_is_wrong_is_said_with_what_would_be_right() {
        let cases = [
            ("", "this is not JSON"),
            ("[]", "a fact is a JSON object"),
            (r#"{"fact":"lead"}"#, "`source` is missing"),
            (r#"{"source":"CRM"}"#, "small letters"),
            (r#"{"source":"lockstep"}"#, "is taken"),
            (r#"{"source":"crm"}"#, "`id` is missing"),
            (r#"{"source":"crm","id":7}"#, "`id` is 7"),
            (r#"{"source":"crm","id":"7","happened_at":"2026-07-01"}"#, "with its zone"),
            (
                r#"{"source":"crm","id":"7","happened_at":"2026-07-01T10:00:00Z","fact":"led"}"#,
                "unknown variant `led`",
            ),
            (
                r#"{"source":"crm","id":"7","happened_at":"2026-07-01T10:00:00Z","fact":"lead_moved","lead":"1"}"#,
                "missing field `status`",
            ),
            (
                r#"{"source":"crm","id":"7","happened_at":"2026-07-01T10:00:00Z","fact":"clock_at_risk",
                    "clock":"c","lead":"1","because":{"version":1,"hash":"h","clause":"1","facts":[]}}"#,
                "cannot be reported",
            ),
            (
                r#"{"source":"crm","id":"7","happened_at":"2026-07-01T10:00:00Z","fact":"opportunity",
                    "opportunity":"d1","fields":{"amount":{"amount_minor":-105400,"currency":"EUR"}}}"#,
                "`amount` is -1,054.00 EUR, and less than nothing cannot be",
            ),
            (
                r#"{"source":"crm","id":"7","happened_at":"2026-07-01T10:00:00Z","fact":"handoff_answered",
                    "handoff":"h","lead":"1","answer":"accepted","in_place_of":"u1"}"#,
                "`in_place_of` is a text: in whose place is known of who answers here",
            ),
        ];
        for (text, expected) in cases {
            let error = read(text, None).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
