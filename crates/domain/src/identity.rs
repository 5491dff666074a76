//! Whether two records may tell of one person. Nothing here makes them one: it finds what they have
//! in common and says it in words, for somebody to look at. Source: domain.md 12.4.

use std::collections::BTreeSet;

use strsim::jaro_winkler;

use crate::company::domain_key;

/// From this likeness on two names are taken for one, in thousandths.
const ALIKE_PER_MILLE: u32 = 920;

/// Digits of a telephone number that are compared, the last ones: how a country or a town is
/// dialled before them is written in many ways.
const DIGITS: usize = 9;

/// Shorter numbers are extensions: many firms have the same.
const DIGITS_MIN: usize = 7;

/// Domains at which what follows a `+` in an address makes no other mailbox.
const TAGGED: [&str; 6] =
    ["gmail.com", "hotmail.com", "icloud.com", "outlook.com", "proton.me", "protonmail.com"];

/// A longer text is no address. Source: RFC 5321, 4.5.3.1.3.
const ADDRESS_BYTES_MAX: usize = 254;

/// What stands before the `@` where many people read.
const ROLES: [&str; 37] = [
    "abuse",
    "accounting",
    "accounts",
    "admin",
    "billing",
    "buchhaltung",
    "contact",
    "datenschutz",
    "einkauf",
    "empfang",
    "enquiries",
    "hello",
    "help",
    "hr",
    "info",
    "inquiries",
    "jobs",
    "kontakt",
    "mail",
    "marketing",
    "newsletter",
    "no-reply",
    "noreply",
    "office",
    "post",
    "postmaster",
    "press",
    "presse",
    "privacy",
    "purchasing",
    "sales",
    "service",
    "support",
    "team",
    "vertrieb",
    "webmaster",
    "zentrale",
];

/// What of a person is compared, in the form in which it is compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traits {
    mailbox: Option<String>,
    number: Option<String>,
    company: Option<String>,
    words: Vec<String>,
}

/// Something that speaks for two records being of one person, or against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// Mail to both reaches one mailbox.
    Mailbox,
    /// Their names differ.
    OtherNames,
    /// How alike their names are, in thousandths.
    Names(u32),
    /// Both have an address at this company.
    Company(String),
    /// Both are of one account.
    Account,
    /// Both have one telephone number.
    Number,
}

impl Evidence {
    /// In words.
    pub fn words(&self) -> String {
        match self {
            Evidence::Mailbox => "the same address of mail".to_owned(),
            Evidence::OtherNames => "but the names differ".to_owned(),
            Evidence::Names(1000) => "the same name".to_owned(),
            Evidence::Names(alike) => format!("names that are {} % alike", alike / 10),
            Evidence::Company(domain) => format!("addresses at {domain}"),
            Evidence::Account => "the same account".to_owned(),
            Evidence::Number => "the same telephone number".to_owned(),
        }
    }
}

/// How much the evidence says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// One mailbox, and nothing against it.
    Strong,
    /// Somebody who knows them has to look.
    ForReview,
}

impl Tier {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Tier::Strong => "very likely",
            Tier::ForReview => "possibly",
        }
    }
}

/// That two records may be of one person, and what says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likeness {
    /// How much it says.
    pub tier: Tier,
    /// What says so, the strongest first.
    pub evidence: Vec<Evidence>,
}

impl Likeness {
    /// The evidence in words: `the same name, addresses at kessler.example`.
    pub fn words(&self) -> String {
        let words: Vec<String> = self.evidence.iter().map(Evidence::words).collect();
        words.join(", ")
    }
}

impl Traits {
    /// Of an address of mail in Unicode's composed form, a number as written, and the words of a
    /// name, folded as the search folds them.
    pub fn new(email: Option<&str>, phone: Option<&str>, words: Vec<String>) -> Traits {
        Traits {
            mailbox: email.and_then(mailbox),
            number: phone.and_then(number),
            company: email.filter(|email| email.contains('@')).and_then(domain_key),
            words,
        }
    }

    /// The keys by which records that may be of the same person are found. Whoever has one in
    /// common need not be the same: [`Traits::likeness`] says so.
    pub fn keys(&self) -> Vec<String> {
        let mut keys = Vec::new();
        keys.extend(self.mailbox.as_ref().map(|mailbox| format!("mail {mailbox}")));
        if let Some(beginnings) = self.beginnings() {
            let company = self.company.as_ref();
            keys.extend(company.map(|domain| format!("name {domain} {beginnings}")));
            keys.extend(self.number.as_ref().map(|number| format!("call {number} {beginnings}")));
        }
        keys
    }

    /// The first letters of the first and last words of a name, whichever stands first. A first
    /// name alone tells too little.
    fn beginnings(&self) -> Option<String> {
        let [first, .., last] = &self.words[..] else { return None };
        let two = |word: &String| word.chars().take(2).collect::<String>();
        let both = BTreeSet::from([two(first), two(last)]);
        Some(both.into_iter().collect::<Vec<_>>().join(" "))
    }

    /// How alike the names are, in thousandths, whichever word stands first. Source: Winkler (1990).
    fn names_alike(&self, other: &Traits) -> Option<u32> {
        self.beginnings().and(other.beginnings())?;
        let joined = |words: &[String]| words.join(" ");
        let sorted = |words: &[String]| {
            let words: BTreeSet<&str> = words.iter().map(String::as_str).collect();
            words.into_iter().collect::<Vec<_>>().join(" ")
        };
        let as_written = jaro_winkler(&joined(&self.words), &joined(&other.words));
        let in_order = jaro_winkler(&sorted(&self.words), &sorted(&other.words));
        Some((as_written.max(in_order) * 1000.0) as u32)
    }

    /// Whether two records may be of one person. A name alone never says so.
    pub fn likeness(&self, other: &Traits, same_account: bool) -> Option<Likeness> {
        let names = self.names_alike(other);
        let alike = names.filter(|alike| *alike >= ALIKE_PER_MILLE).map(Evidence::Names);
        if self.mailbox.is_some() && self.mailbox == other.mailbox {
            let differ = names.is_some() && alike.is_none();
            let tier = if differ { Tier::ForReview } else { Tier::Strong };
            let further = if differ { Some(Evidence::OtherNames) } else { alike };
            let evidence = std::iter::once(Evidence::Mailbox).chain(further).collect();
            return Some(Likeness { tier, evidence });
        }
        let mut evidence = vec![alike?];
        if self.number.is_some() && self.number == other.number {
            evidence.push(Evidence::Number);
        }
        let company = self.company.clone().filter(|_| self.company == other.company);
        evidence.extend(company.map(Evidence::Company));
        evidence.extend(same_account.then_some(Evidence::Account));
        (evidence.len() > 1).then_some(Likeness { tier: Tier::ForReview, evidence })
    }
}

/// The mailbox that an address reaches, for comparing only; none for what is no address, and for
/// one behind which many people are.
fn mailbox(address: &str) -> Option<String> {
    let address = address.trim().to_lowercase();
    if address.len() > ADDRESS_BYTES_MAX {
        return None;
    }
    let (local, domain) = address.rsplit_once('@')?;
    let domain = match domain.trim_end_matches('.') {
        "googlemail.com" => "gmail.com",
        domain => domain,
    };
    let bare = local.split_once('+').map_or(local, |(bare, _)| bare);
    let is_role = ROLES.contains(&bare);
    if bare.is_empty() || is_role || !domain.contains('.') || domain.contains(' ') {
        return None;
    }
    let local = if TAGGED.contains(&domain) { bare } else { local };
    match domain {
        "gmail.com" => Some(format!("{}@{domain}", local.replace('.', ""))),
        _ => Some(format!("{local}@{domain}")),
    }
}

/// The last digits of a telephone number, without what is dialled before it at home alone and
/// without an extension in words.
fn number(written: &str) -> Option<String> {
    let written = written.replace("(0)", "");
    let end = written.find(|letter: char| letter.is_alphabetic()).unwrap_or(written.len());
    let digits: String = written[..end].chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0');
    let told = digits.len() >= DIGITS_MIN;
    told.then(|| digits[digits.len().saturating_sub(DIGITS)..].to_owned())
}

#[cfg(test)]
mod tests;
