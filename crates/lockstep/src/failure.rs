//! What a command says when it does not do what it was asked: in words, in JSON, and by its exit
//! code.

use std::process::ExitCode;

use domain::{calendar::NeverOpen, merging::NotMerged};
use engine::{
    Error, Refusal, agreement::AgreementRefusal, people::PeopleRefusal, routing::PreviewRefusal,
};
use serde_json::{Value, json};
use store::StoreError;

/// Why a command ended. Each kind has an exit code, documented in `docs/reference/cli.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The world let us down in a way that has no code of its own.
    Failure,
    /// The command line does not read.
    Usage,
    /// What was named is not there.
    NotFound,
    /// A rule says no, or what was handed in cannot be right.
    Refused,
    /// The database cannot be reached or used.
    Unavailable,
    /// Something stored is not as it was written.
    Integrity,
}

impl Kind {
    /// Every kind, by exit code.
    #[cfg(test)]
    pub const ALL: [Kind; 6] = [
        Kind::Failure,
        Kind::Usage,
        Kind::NotFound,
        Kind::Refused,
        Kind::Unavailable,
        Kind::Integrity,
    ];

    /// The exit code.
    pub fn code(self) -> u8 {
        match self {
            Kind::Failure => 1,
            Kind::Usage => 2,
            Kind::NotFound => 3,
            Kind::Refused => 4,
            Kind::Unavailable => 5,
            Kind::Integrity => 6,
        }
    }

    /// The kind as a key in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Kind::Failure => "failure",
            Kind::Usage => "usage",
            Kind::NotFound => "not_found",
            Kind::Refused => "refused",
            Kind::Unavailable => "unavailable",
            Kind::Integrity => "integrity",
        }
    }
}

/// A command did not do what it was asked.
#[derive(Debug)]
pub struct Failure {
    /// Which kind.
    pub kind: Kind,
    /// What happened, as a sentence without its full stop.
    pub message: Box<str>,
    /// What was changed all the same, as a sentence; nothing when absent.
    pub changed: Option<String>,
    /// What to do, as a sentence.
    pub advice: Option<String>,
    /// What stands below the message, line by line, such as the mistakes in a text.
    pub lines: Vec<String>,
    /// More for machines, beside the message.
    pub details: Vec<(&'static str, Value)>,
}

impl Failure {
    /// A failure that changed nothing.
    pub fn new(kind: Kind, message: impl Into<String>) -> Failure {
        Failure {
            kind,
            message: message.into().into(),
            changed: None,
            advice: None,
            lines: Vec::new(),
            details: Vec::new(),
        }
    }

    /// The command line does not read.
    pub fn usage(message: impl Into<String>) -> Failure {
        Failure::new(Kind::Usage, message)
    }

    /// What was named is not there.
    pub fn not_found(message: impl Into<String>) -> Failure {
        Failure::new(Kind::NotFound, message)
    }

    /// What was handed in cannot be right, or a rule says no.
    pub fn refused(message: impl Into<String>) -> Failure {
        Failure::new(Kind::Refused, message)
    }

    /// Says what to do.
    pub fn advise(mut self, advice: impl Into<String>) -> Failure {
        self.advice = Some(advice.into());
        self
    }

    /// Says what was changed all the same.
    pub fn changed(mut self, changed: impl Into<String>) -> Failure {
        self.changed = Some(changed.into());
        self
    }

    /// Adds what stands below the message.
    pub fn lines(mut self, lines: Vec<String>) -> Failure {
        self.lines = lines;
        self
    }

    /// Adds something for machines.
    pub fn detail(mut self, key: &'static str, value: Value) -> Failure {
        self.details.push((key, value));
        self
    }

    /// A file or a stream let us down; `doing` is a verb phrase.
    pub fn io(doing: &str, error: &std::io::Error) -> Failure {
        let kind = match error.kind() {
            std::io::ErrorKind::NotFound => Kind::NotFound,
            _ => Kind::Failure,
        };
        Failure::new(kind, format!("could not {doing}: {error}"))
    }

    /// The failure for a person, over as many lines as it takes.
    pub fn text(&self) -> String {
        let mut text = self.message.to_string();
        for line in &self.lines {
            text.push('\n');
            text.push_str(line);
        }
        text.push('\n');
        text.push_str(self.changed.as_deref().unwrap_or("Nothing was changed."));
        if let Some(advice) = &self.advice {
            text.push(' ');
            text.push_str(advice);
        }
        text
    }

    /// The failure for a machine: `{"error":{"kind","message","changed",…}}`.
    pub fn json(&self) -> Value {
        let mut error = json!({
            "kind": self.kind.key(),
            "message": self.message,
            "changed": self.changed.is_some(),
            "advice": self.advice,
        });
        for (key, value) in &self.details {
            error[*key] = value.clone();
        }
        json!({ "error": error })
    }

    /// The exit code.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.kind.code())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Store(error) => error.into(),
            Error::NeverOpen(error) => error.into(),
        }
    }
}

impl From<NeverOpen> for Failure {
    fn from(error: NeverOpen) -> Failure {
        Failure::refused(error.to_string())
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        let message = refusal.to_string();
        match refusal {
            Refusal::Agreement(AgreementRefusal::NoSuchVersion(_))
            | Refusal::Merging(NotMerged::Absent(_))
            | Refusal::Preview(PreviewRefusal::NoLead(_))
            | Refusal::People(PeopleRefusal::Unknown(_)) => Failure::not_found(message),
            Refusal::Agreement(AgreementRefusal::Mistakes(mistakes)) => {
                crate::output::mistakes(&mistakes)
            }
            _ => Failure::refused(message),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        let mut message = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(source) = cause {
            message = format!("{message}: {source}");
            cause = source.source();
        }
        match error {
            StoreError::Database { .. } => Failure::new(Kind::Unavailable, message)
                .advise("Look at the database with `lockstep doctor`, then do the same again."),
            StoreError::NewerSchema { .. } => Failure::new(Kind::Unavailable, message),
            StoreError::Column { .. } | StoreError::UnknownFact { .. } => {
                Failure::new(Kind::Integrity, message)
                    .advise("See what else is damaged with `lockstep ledger verify`.")
            }
            StoreError::Key => Failure::refused(message),
            StoreError::WriteInsideWrite | StoreError::Closed => {
                Failure::new(Kind::Failure, message)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_happened_whether_anything_changed_and_what_to_do() {
        let failure = Failure::not_found("there is no key k1")
            .advise("List the keys with `lockstep key list`.");
        assert_eq!(
            failure.text(),
            "there is no key k1\nNothing was changed. List the keys with `lockstep key list`."
        );
        assert_eq!(
            failure.json(),
            json!({ "error": {
                "kind": "not_found",
                "message": "there is no key k1",
                "changed": false,
                "advice": "List the keys with `lockstep key list`.",
            }})
        );
    }

    #[test]
    fn each_kind_has_a_code_of_its_own() {
        let codes: Vec<u8> = Kind::ALL.iter().map(|kind| kind.code()).collect();
        assert_eq!(codes, [1, 2, 3, 4, 5, 6]);
    }
}
