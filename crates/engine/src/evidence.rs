//! Evidence for personas: both sides give it as they find it, and it counts without signing anew.

use domain::{
    agreement::persona::Of,
    evidence::{EvidenceGiven, EvidenceKind, EvidenceWithdrawn, evidence_name, taking_back_name},
    fact::Fact,
    ids::{FactNo, LeadId, OpportunityId, Subject},
};
use jiff::{Timestamp, civil::Date};
use store::{Reader, Writer, read::EvidenceRow};

use crate::{
    Engine, Error, Refusal,
    access::{Act, Actor, may},
    agreement::{Versions, cached},
    colleague::append,
    handoff::{NOTE_BYTES_MAX, keep_words, words_of},
};

/// Why evidence is not taken, or not taken back, in the order in which the reasons are looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceRefusal {
    /// No text has such a persona.
    #[error("the Agreement has no persona \"{0}\": look at the list of them")]
    NoSuchPersona(String),
    /// Nothing was written.
    #[error("write what was said or done: both sides read it, and it stays")]
    NoWords,
    /// Too much was written.
    #[error("that is too long: use at most 4,000 bytes")]
    TooLong,
    /// What was chosen is no kind of evidence.
    #[error("say what it is: an interview, a deal or a quote")]
    NoKind,
    /// The day is no day, or is still to come.
    #[error("say on which day it was, such as 2026-11-16; it cannot lie ahead")]
    NoDay,
    /// There is no such lead and no such opportunity.
    #[error(
        "there is no lead and no opportunity \"{0}\": copy the id from its page, or leave it out"
    )]
    NoSuchRecord(String),
    /// The same stands there.
    #[error("you have given this already: it stands below")]
    GivenAlready,
    /// There is no such evidence for the persona.
    #[error("there is no such evidence: look at the list")]
    Unknown(FactNo),
    /// It was taken back.
    #[error("it was taken back already")]
    TakenBackAlready,
    /// Nothing says why it is taken back.
    #[error("say why you take it back: whoever gave it reads it, and it stays")]
    NoReason,
}

/// What is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Of what kind; `None` where what was chosen is no kind.
    pub kind: Option<EvidenceKind>,
    /// On which day it was; `None` where what was typed is no day.
    pub on: Option<Date>,
    /// The id of the lead or opportunity that it rests on; empty for none.
    pub about: String,
    /// What was said.
    pub words: String,
}

impl Engine {
    /// Gives evidence for a persona of the text in force, or of one that was put before both sides.
    /// `today` is the day at the one who gives it.
    ///
    /// # Errors
    /// [`EvidenceRefusal`], or the actor may not.
    pub fn give_evidence(
        &self,
        by: &Actor,
        persona: &str,
        given: Given,
        today: Date,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (by, persona, versions) = (by.clone(), persona.to_owned(), self.versions.clone());
        self.store.write(now, move |writer| {
            let of = stands_for(&writer.reader(), &versions, &persona)?;
            may(&by, &act_of(of)).map_err(Refusal::from)?;
            give(writer, &by, persona, &given, today)
        })
    }

    /// Takes evidence back with a word; it counts no more.
    ///
    /// # Errors
    /// [`EvidenceRefusal`], or the actor may not.
    pub fn take_evidence_back(
        &self,
        by: &Actor,
        persona: &str,
        evidence: FactNo,
        words: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (by, persona, words) = (by.clone(), persona.to_owned(), words.trim().to_owned());
        self.store.write(now, move |writer| {
            let row = writer.reader().evidence(evidence)?;
            let row = row.filter(|row| row.persona == persona);
            let row = row.ok_or_else(|| refused(EvidenceRefusal::Unknown(evidence)))?;
            may(&by, &Act::TakeBackEvidenceOf(row.user.clone())).map_err(Refusal::from)?;
            if !row.stands() {
                return Err(refused(EvidenceRefusal::TakenBackAlready));
            }
            if words.is_empty() {
                return Err(refused(EvidenceRefusal::NoReason));
            }
            let name = taking_back_name(evidence);
            let words = keep_words(writer, &name, &short(words)?)?;
            let fact = EvidenceWithdrawn { persona, evidence, by: by.user, words };
            append(writer, name, Fact::EvidenceWithdrawn(fact))
        })
    }
}

/// What giving evidence for them is.
pub fn act_of(of: Of) -> Act {
    match of {
        Of::Buyers => Act::GiveEvidence,
        Of::Sellers => Act::GiveEvidenceOfSellers,
    }
}

fn give(
    writer: &mut Writer<'_>,
    by: &Actor,
    persona: String,
    given: &Given,
    today: Date,
) -> Result<(), Error> {
    let words = match given.words.trim() {
        "" => return Err(refused(EvidenceRefusal::NoWords)),
        words => short(words.to_owned())?,
    };
    let kind = given.kind.ok_or_else(|| refused(EvidenceRefusal::NoKind))?;
    let on = given.on.filter(|on| *on <= today);
    let on = on.ok_or_else(|| refused(EvidenceRefusal::NoDay))?;
    let reader = writer.reader();
    let about = about(&reader, given.about.trim())?;
    let rows = reader.evidence_for(&persona)?;
    for row in rows.iter().filter(|row| row.stands() && row.user == by.user && row.on == on) {
        if row.kind == kind && said(&reader, row)?.as_deref() == Some(&words) {
            return Err(refused(EvidenceRefusal::GivenAlready));
        }
    }
    let nth = u32::try_from(rows.len()).unwrap_or(u32::MAX).saturating_add(1);
    let name = evidence_name(&persona, nth);
    let words = keep_words(writer, &name, &words)?;
    let (by, side) = (by.user.clone(), by.side);
    let fact = EvidenceGiven { persona, nth, kind, on, about, by, side, words };
    append(writer, name, Fact::EvidenceGiven(fact))
}

/// What was said; `None` where it was erased.
///
/// # Errors
/// When the database cannot be read.
pub fn said(reader: &Reader<'_>, row: &EvidenceRow) -> Result<Option<String>, Error> {
    Ok(words_of(reader, &evidence_name(&row.persona, row.nth))?)
}

/// Why it was taken back; `None` where it stands, or where that was erased.
///
/// # Errors
/// When the database cannot be read.
pub fn why_taken_back(reader: &Reader<'_>, row: &EvidenceRow) -> Result<Option<String>, Error> {
    match row.stands() {
        true => Ok(None),
        false => Ok(words_of(reader, &taking_back_name(row.by_fact))?),
    }
}

fn short(words: String) -> Result<String, Error> {
    match words.len() > NOTE_BYTES_MAX {
        true => Err(refused(EvidenceRefusal::TooLong)),
        false => Ok(words),
    }
}

/// For whom a persona stands: by the text in force, or by the last one that has it.
fn stands_for(reader: &Reader<'_>, versions: &Versions, persona: &str) -> Result<Of, Error> {
    let in_force = reader.version_in_force()?;
    let later = reader.agreement_heads()?.into_iter().rev().map(|head| head.version);
    for version in in_force.into_iter().chain(later) {
        let Some(row) = reader.agreement(version)? else { continue };
        let agreement = cached(versions, &row)?;
        if let Some(found) = agreement.personas.iter().find(|known| known.id == persona) {
            return Ok(found.of);
        }
    }
    Err(refused(EvidenceRefusal::NoSuchPersona(persona.to_owned())))
}

/// The lead or opportunity with an id, by itself or as `lead/…` and `opportunity/…`.
pub(crate) fn about(reader: &Reader<'_>, id: &str) -> Result<Option<Subject>, Error> {
    if id.is_empty() {
        return Ok(None);
    }
    let subjects = match Subject::parse(id) {
        Some(subject) => vec![subject],
        None => {
            vec![Subject::Lead(LeadId::from(id)), Subject::Opportunity(OpportunityId::from(id))]
        }
    };
    for subject in subjects {
        let is_there = match &subject {
            Subject::Lead(lead) => reader.lead(lead)?.is_some(),
            Subject::Opportunity(opportunity) => reader.opportunity(opportunity)?.is_some(),
        };
        if is_there {
            return Ok(Some(subject));
        }
    }
    Err(refused(EvidenceRefusal::NoSuchRecord(id.to_owned())))
}

fn refused(refusal: EvidenceRefusal) -> Error {
    Error::Refused(refusal.into())
}
