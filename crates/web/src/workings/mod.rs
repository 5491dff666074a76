//! What the workings of leads and opportunities share: facts as lines, quotations, addresses.

pub(crate) mod clock;

use std::{collections::BTreeMap, sync::Arc};

use domain::{agreement::InForce, fact::Entry, ids::FactNo};
use store::Reader;

use crate::{
    failure::Failure,
    layout::because::{Agreed, Working},
    markup::Markup,
    names::{Names, fact_href},
    sentence::sentence,
    show::{LocalTime, count, figure},
};

/// What a page with workings knows.
pub(crate) struct Known<'a, 'r> {
    pub(crate) reader: &'a Reader<'r>,
    pub(crate) names: &'a Names<'a, 'r>,
    pub(crate) time: &'a LocalTime,
    pub(crate) entries: &'a BTreeMap<FactNo, Arc<Entry>>,
    /// The address of this page, with its date if one was asked for.
    pub(crate) here: &'a str,
}

/// A field as it was reported.
pub(crate) struct Reported {
    pub(crate) name: String,
    pub(crate) value: String,
    /// Where it is corrected, by whoever may.
    pub(crate) correct: Option<String>,
}

/// Whether the person may correct any of them.
pub(crate) fn is_correctable(fields: &[Reported]) -> bool {
    fields.iter().any(|field| field.correct.is_some())
}

/// A line of a history.
pub(crate) struct Told {
    pub(crate) at: Markup,
    pub(crate) glyph: Markup,
    pub(crate) words: String,
    pub(crate) no: Markup,
}

impl Known<'_, '_> {
    /// The address at which a drawer is open.
    pub(crate) fn because(&self, key: &str) -> String {
        let and = if self.here.contains('?') { '&' } else { '?' };
        format!("{}{and}because={key}#because", self.here)
    }

    /// The address at which none is.
    pub(crate) fn close(&self) -> String {
        self.here.to_owned()
    }

    /// A fact as a line of workings.
    pub(crate) fn working(&self, no: FactNo, rule: &str) -> Result<Working, Failure> {
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

    /// A fact as a line of a history.
    pub(crate) fn told(&self, entry: &Entry) -> Result<Told, Failure> {
        let said = sentence(entry, self.names, self.time)?;
        Ok(Told {
            at: self.time.near(entry.happened_at()),
            glyph: said.glyph,
            words: said.words,
            no: figure(count(entry.no.0.unsigned_abs()), &fact_href(entry.no)),
        })
    }

    /// A signed sentence, with where it stands and who signed it.
    pub(crate) fn agreed(
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
    pub(crate) fn kept(&self, in_force: &InForce, first: FactNo, last: Option<FactNo>) -> String {
        let facts = match last.filter(|last| *last != first) {
            Some(last) => format!("facts {first} to {last}"),
            None => format!("fact {first}"),
        };
        format!("{facts} · version {} · {}", in_force.version, in_force.hash)
    }
}

/// A link without underline, for tables of points.
pub(crate) fn quiet_link(words: &str, href: &str) -> Markup {
    crate::markup::element("a").class("q").with("href", href).holding(words).into()
}

/// The link to a fact, with words.
fn fact_words(no: FactNo, words: String) -> Markup {
    quiet_link(&words, &fact_href(no))
}
