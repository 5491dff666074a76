//! What the page of one lead is made from, and the parts that its workings share.

use std::collections::BTreeMap;

use domain::{
    agreement::{History, InForce},
    fact::Entry,
    ids::FactNo,
    lead::LeadHistory,
    service_level::LeadClock,
};
use jiff::Timestamp;
use store::Reader;

use super::clock::fact_words;
use crate::{
    failure::Failure,
    layout::because::{Agreed, Working},
    markup::Markup,
    names::Names,
    sentence::sentence,
    show::LocalTime,
};

/// Everything that is known of the lead.
pub(super) struct Known<'a, 'r> {
    pub(super) reader: &'a Reader<'r>,
    pub(super) names: &'a Names<'a, 'r>,
    pub(super) time: &'a LocalTime,
    pub(super) agreements: &'a History,
    pub(super) history: &'a LeadHistory,
    pub(super) clocks: &'a [LeadClock],
    pub(super) entries: &'a BTreeMap<FactNo, Entry>,
    /// The instant for which points are shown.
    pub(super) as_of: Timestamp,
    /// The address of this page, with its date if one was asked for.
    pub(super) here: &'a str,
}

impl Known<'_, '_> {
    /// The address at which a drawer is open.
    pub(super) fn because(&self, key: &str) -> String {
        let and = if self.here.contains('?') { '&' } else { '?' };
        format!("{}{and}because={key}#because", self.here)
    }

    /// The address at which none is.
    pub(super) fn close(&self) -> String {
        self.here.to_owned()
    }

    /// A fact as a line of workings.
    pub(super) fn working(&self, no: FactNo, rule: &str) -> Result<Working, Failure> {
        let Some(entry) = self.entries.get(&no) else {
            let what = fact_words(no, format!("Fact {no}"));
            return Ok(Working { what, rule: rule.to_owned(), ..Working::default() });
        };
        let said = sentence(entry, self.names, self.time)?;
        Ok(Working {
            when: self.time.near(entry.happened_at()),
            what: fact_words(no, said.words),
            rule: rule.to_owned(),
            ..Working::default()
        })
    }

    /// A signed sentence, with where it stands and who signed it.
    pub(super) fn agreed(
        &self,
        in_force: &InForce,
        clause: &str,
        words: &str,
    ) -> Result<Option<Agreed>, Failure> {
        let signatures = self.reader.signatures_of(in_force.version)?;
        let mut signers = Vec::new();
        for signature in &signatures {
            signers.push(self.names.user_name(&signature.user)?);
        }
        let when = signatures.iter().map(|signature| signature.at).max();
        let when = when.map(|at| self.time.instant_words(at)).unwrap_or_default();
        let signed = match signers.is_empty() {
            true => "in force".to_owned(),
            false => format!("signed {when} by {}", signers.join(" and ")),
        };
        let version = in_force.version;
        Ok(Some(Agreed {
            words: words.to_owned(),
            clause: format!("Clause {clause}, version {version}"),
            href: format!("/agreement/{version}#c{clause}"),
            signed,
        }))
    }

    /// What something was worked out from: its facts and the version's hash.
    pub(super) fn kept(&self, in_force: &InForce, first: FactNo, last: Option<FactNo>) -> String {
        let facts = match last.filter(|last| *last != first) {
            Some(last) => format!("facts {first} to {last}"),
            None => format!("fact {first}"),
        };
        format!("{facts} · version {} · {}", in_force.version, in_force.hash)
    }
}

/// A link without underline, for tables of points.
pub(super) fn quiet_link(words: &str, href: &str) -> Markup {
    crate::markup::element("a").class("q").with("href", href).holding(words).into()
}
