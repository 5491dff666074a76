//! Names of the things that facts are about, one type a noun.
//!
//! An id is `source:external id`, as the reporting system names the thing: `salesforce:00Q…`.
//! A key that would tell who a person is never becomes an id (see [`looks_personal`]); the door
//! exchanges it for a number first.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                $name(id.to_owned())
            }
        }
    };
}

id! {
    /// A company.
    AccountId
}
id! {
    /// One person's way through the agreed stages.
    LeadId
}
id! {
    /// A possible sale.
    OpportunityId
}
id! {
    /// What is sold.
    ProductId
}
id! {
    /// A campaign of marketing.
    CampaignId
}
id! {
    /// A person of the firm: a seller, a marketer, somebody who signs in.
    UserId
}
impl UserId {
    /// What somebody is called of whom no name is known: `user 17 of crm`.
    pub fn words(&self) -> String {
        match self.0.split_once(':') {
            Some((source, key)) => format!("user {key} of {source}"),
            None => format!("user {}", self.0),
        }
    }
}

id! {
    /// One passing of a lead from marketing to sales.
    HandoffId
}
id! {
    /// One dispute between the sides.
    DisputeId
}
id! {
    /// One thing that somebody asks a colleague for.
    CollateralRequestId
}
id! {
    /// What follows from one missed period.
    ActionId
}
id! {
    /// One running of a service level on one lead or opportunity.
    ClockId
}

/// What a clock runs on. In a fact's JSON it is the key `lead` or the key `opportunity`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A lead.
    Lead(LeadId),
    /// An opportunity.
    Opportunity(OpportunityId),
}

/// The kinds of [`Subject`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// Leads.
    #[default]
    Lead,
    /// Opportunities.
    Opportunity,
}

impl SubjectKind {
    /// The kind as the Agreement and pages write it.
    pub fn word(self) -> &'static str {
        match self {
            SubjectKind::Lead => "lead",
            SubjectKind::Opportunity => "opportunity",
        }
    }
}

impl Subject {
    /// Of which kind it is.
    pub fn kind(&self) -> SubjectKind {
        match self {
            Subject::Lead(_) => SubjectKind::Lead,
            Subject::Opportunity(_) => SubjectKind::Opportunity,
        }
    }

    /// Its id, without its kind.
    pub fn id(&self) -> &str {
        match self {
            Subject::Lead(lead) => lead.as_str(),
            Subject::Opportunity(opportunity) => opportunity.as_str(),
        }
    }

    /// The lead, if it is one.
    pub fn lead(&self) -> Option<&LeadId> {
        match self {
            Subject::Lead(lead) => Some(lead),
            Subject::Opportunity(_) => None,
        }
    }

    /// The opportunity, if it is one.
    pub fn opportunity(&self) -> Option<&OpportunityId> {
        match self {
            Subject::Lead(_) => None,
            Subject::Opportunity(opportunity) => Some(opportunity),
        }
    }

    /// Reads what [`Display`](std::fmt::Display) writes.
    pub fn parse(key: &str) -> Option<Subject> {
        let (kind, id) = key.split_once('/')?;
        match kind {
            "lead" => Some(Subject::Lead(id.into())),
            "opportunity" => Some(Subject::Opportunity(id.into())),
            _ => None,
        }
    }
}

impl std::fmt::Display for Subject {
    /// As facts are filed: `lead/crm:1`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.kind().word(), self.id())
    }
}

impl From<LeadId> for Subject {
    fn from(lead: LeadId) -> Self {
        Subject::Lead(lead)
    }
}

/// A fact's place in the ledger. Numbers are given in the order of recording, without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FactNo(pub i64);

impl std::fmt::Display for FactNo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The number of a version of the Agreement; the first is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub u32);

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The text of an id from a source's own key. A key that already names a source
/// (`salesforce:00Q…`) stands as it is, so that one system can speak of another's record.
pub fn qualified(source: &str, key: &str) -> String {
    let names_a_source = key.split_once(':').is_some_and(|(prefix, rest)| {
        !rest.is_empty()
            && !prefix.is_empty()
            && prefix.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    });
    if names_a_source { key.to_owned() } else { format!("{source}:{key}") }
}

/// Whether a key of a person tells who they are: an address of mail, a telephone number, or a
/// name (it has a space). Such a key must not enter the ledger, which is never erased.
pub fn looks_personal(key: &str) -> bool {
    key.contains('@') || key.contains(char::is_whitespace) || key.starts_with('+')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_gets_its_source_unless_it_names_one() {
        let cases = [
            ("crm", "17", "crm:17"),
            ("marketo", "salesforce:00Q1", "salesforce:00Q1"),
            ("crm", "http://a", "http://a"),
            ("crm", "A:1", "crm:A:1"),
            ("crm", "x:", "crm:x:"),
        ];
        for (source, key, expected) in cases {
            assert_eq!(qualified(source, key), expected, "{source} {key}");
        }
    }

    #[test]
    fn mail_addresses_names_and_telephones_are_personal() {
        for (key, personal) in
            [("a@b.example", true), ("Ann Lee", true), ("+49 1", true), ("00Q1", false)]
        {
            assert_eq!(looks_personal(key), personal, "{key}");
        }
    }
}
