//! What tells who somebody is. It stands beside the ledger, never in it, and goes when the person
//! is erased.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Names, addresses and numbers of one person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Person {
    /// The name in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The address of mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The telephone number, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Anything else that a source says of the person and that is nobody else's business.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub other: BTreeMap<String, String>,
}

impl Person {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Person::default()
    }

    /// The domain of the mail address, in small letters: it tells the firm, not the person.
    pub fn email_domain(&self) -> Option<String> {
        let (_, domain) = self.email.as_deref()?.rsplit_once('@')?;
        let domain = domain.trim().trim_end_matches('.').to_lowercase();
        domain.contains('.').then_some(domain)
    }

    /// Lays `reported` over what is known: what is said replaces, what is not said keeps.
    pub fn overlay(&mut self, reported: &Person) {
        let Person { name, email, phone, other } = reported.clone();
        self.name = name.or(self.name.take());
        self.email = email.or(self.email.take());
        self.phone = phone.or(self.phone.take());
        self.other.extend(other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_is_read_where_there_is_one() {
        let cases = [
            (Some("Ann@Foundry.Example"), Some("foundry.example")),
            (Some("ann@localhost"), None),
            (Some("ann"), None),
            (None, None),
        ];
        for (email, expected) in cases {
            let person = Person { email: email.map(Into::into), ..Person::default() };
            assert_eq!(person.email_domain().as_deref(), expected, "{email:?}");
        }
    }

    #[test]
    fn what_is_not_said_keeps() {
        let mut known = Person { name: Some("Ann".into()), ..Person::default() };
        known.overlay(&Person { email: Some("a@b.example".into()), ..Person::default() });
        assert_eq!(
            (known.name.as_deref(), known.email.as_deref()),
            (Some("Ann"), Some("a@b.example"))
        );
    }
}
