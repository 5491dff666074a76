//! Corrections of leads, one or many at once, and undoing them. All of an act is one transaction,
//! and its facts carry its id in their keys: what an act did is read from the ledger.

use std::sync::Arc;

use domain::{
    correction::{Correction, NotUndone, is_correctable, undoing},
    decided::SOURCE,
    fact::{Entry, Fact, Told},
    field::FieldValue,
    ids::{FactNo, LeadId, Subject, UserId},
    withdrawal::holding,
};
use jiff::Timestamp;
use store::{Reader, Writer, read::LeadRow};

use crate::{
    Engine, Error, Refusal,
    access::{Act, Actor, may},
    agreement::Versions,
    deciding::{Rules, decide_about},
    secret::new_secret,
};

/// Leads that one act may change.
pub const LEADS_MAX: usize = 200;

/// The longest text of a field, in bytes.
const VALUE_BYTES_MAX: usize = 500;

/// Fields that a lead may be given though no source has reported them of it.
pub const KNOWN_FIELDS: [&str; 4] = ["title", "country", "industry", "source"];

/// Letters of an act's id.
const ID_LETTERS: usize = 16;

/// What somebody wants to be so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// The leads are this colleague's; nobody's, where there is none.
    Owner(Option<UserId>),
    /// A field of theirs holds this text; blank, where it is empty.
    Field {
        /// The field.
        name: String,
        /// The text.
        text: String,
    },
}

/// Why nothing is corrected, in the order in which the reasons are looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CorrectionRefusal {
    /// No lead was meant.
    #[error("no lead is ticked: tick those that are meant")]
    NoLead,
    /// More leads than one act may change.
    #[error("{0} leads are too many at once: correct up to {LEADS_MAX}")]
    TooMany(usize),
    /// The owner cannot own leads.
    #[error("nobody here can own leads under the id {0}: choose somebody of a side who is here")]
    NoOwner(String),
    /// The field comes from elsewhere.
    #[error("the field {0} is kept where it comes from: correct it in that system")]
    KeptElsewhere(String),
    /// The text is too long.
    #[error("the text is too long: use at most {VALUE_BYTES_MAX} bytes")]
    TooLong,
    /// There is no such act, or it was somebody else's.
    #[error("there is nothing of yours to undo here: undo what you did yourself")]
    NothingToUndo,
}

/// Why a single lead was left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// There is no such lead.
    Absent,
    /// It is so already.
    SoAlready,
    /// No source has reported the field of it.
    NotReported,
    /// The field holds something else than text, which the text is not.
    OtherKind,
    /// Somebody changed it since.
    ChangedSince,
    /// It was undone before.
    UndoneBefore,
}

impl Left {
    /// As words after a lead's name.
    pub fn words(self) -> &'static str {
        match self {
            Left::Absent => "is not there",
            Left::SoAlready => "was so already",
            Left::NotReported => "has no such field",
            Left::OtherKind => "holds a number or an amount there",
            Left::ChangedSince => "was changed since",
            Left::UndoneBefore => "was undone before",
        }
    }
}

/// What became of an act.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Corrected {
    /// By this it is undone.
    pub id: String,
    /// The leads that it changed.
    pub done: Vec<LeadId>,
    /// The leads that it left as they are, and why.
    pub left: Vec<(LeadId, Left)>,
}

impl Wanted {
    fn act(&self) -> Act {
        match self {
            Wanted::Owner(_) => Act::AssignLeads,
            Wanted::Field { .. } => Act::CorrectLeads,
        }
    }
}

impl Engine {
    /// Corrects leads: each by a fact of its own, all in one transaction. A lead that cannot be
    /// corrected is left as it is and named.
    ///
    /// # Errors
    /// [`CorrectionRefusal`], or the actor may not.
    pub fn correct_leads(
        &self,
        by: &Actor,
        leads: Vec<LeadId>,
        wanted: Wanted,
        now: Timestamp,
    ) -> Result<Corrected, Error> {
        may(by, &wanted.act()).map_err(Refusal::from)?;
        let wanted = checked(&leads, wanted)?;
        let (by, versions) = (by.user.clone(), self.versions.clone());
        let id: String = new_secret().chars().take(ID_LETTERS).collect();
        self.store.write(now, move |writer| {
            can_own(&writer.reader(), &wanted)?;
            Rules::bring_into_force(writer, &versions, now)?;
            let mut corrected = Corrected { id, ..Corrected::default() };
            for lead in leads {
                let row = writer.reader().lead(&lead)?;
                match correction_of(row.as_ref(), &wanted) {
                    Ok(correction) => {
                        let key = key(&corrected.id, corrected.done.len());
                        append(writer, key, correction.fact(lead.clone(), by.clone()))?;
                        corrected.done.push(lead);
                    }
                    Err(left) => corrected.left.push((lead, left)),
                }
            }
            decide(writer, &versions, &corrected.done, now)?;
            Ok(corrected)
        })
    }

    /// Undoes what the actor did: says again what held before, of every lead that nobody has
    /// changed since. The others are left as they are and named.
    ///
    /// # Errors
    /// [`CorrectionRefusal::NothingToUndo`], or the actor may not any more.
    pub fn undo_correction(
        &self,
        by: &Actor,
        id: &str,
        now: Timestamp,
    ) -> Result<Corrected, Error> {
        let (actor, id, versions) = (by.clone(), id.to_owned(), self.versions.clone());
        self.store.write(now, move |writer| {
            let made = made_by(writer, &id)?;
            let first = made.first().filter(|(.., by)| *by == actor.user);
            let Some((_, wanted, _)) = first else {
                return Err(refused(CorrectionRefusal::NothingToUndo));
            };
            may(&actor, &wanted.act()).map_err(Refusal::from)?;
            Rules::bring_into_force(writer, &versions, now)?;
            let mut undone = Corrected { id: id.clone(), ..Corrected::default() };
            for (nth, (entry, ..)) in made.iter().enumerate() {
                let Some(lead) = entry.fact().lead().cloned() else { continue };
                match undo(writer, &format!("undo/{}", key(&id, nth)), entry.no, &lead, &actor)? {
                    None => undone.done.push(lead),
                    Some(left) => undone.left.push((lead, left)),
                }
            }
            decide(writer, &versions, &undone.done, now)?;
            Ok(undone)
        })
    }
}

/// The key of an act's nth fact.
fn key(id: &str, nth: usize) -> String {
    format!("correction/{id}/{nth}")
}

/// What can be said before any lead is looked at.
fn checked(leads: &[LeadId], wanted: Wanted) -> Result<Wanted, Error> {
    match leads.len() {
        0 => return Err(refused(CorrectionRefusal::NoLead)),
        n if n > LEADS_MAX => return Err(refused(CorrectionRefusal::TooMany(n))),
        _ => {}
    }
    match wanted {
        Wanted::Field { name, .. } if !is_correctable(&name) => {
            Err(refused(CorrectionRefusal::KeptElsewhere(name)))
        }
        Wanted::Field { text, .. } if text.len() > VALUE_BYTES_MAX => {
            Err(refused(CorrectionRefusal::TooLong))
        }
        Wanted::Field { name, text } => {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            Ok(Wanted::Field { name, text })
        }
        owner => Ok(owner),
    }
}

/// A lead is given to somebody of a side who has not left.
fn can_own(reader: &Reader<'_>, wanted: &Wanted) -> Result<(), Error> {
    let Wanted::Owner(Some(owner)) = wanted else { return Ok(()) };
    let user = reader.user(owner)?;
    let is_here = user.is_some_and(|user| {
        user.can_own() && user.side.is_some_and(|side| side != domain::firm::Side::Neutral)
    });
    match is_here {
        true => Ok(()),
        false => Err(refused(CorrectionRefusal::NoOwner(owner.0.clone()))),
    }
}

/// The correction of one lead; a field keeps the kind of value that it has.
fn correction_of(row: Option<&LeadRow>, wanted: &Wanted) -> Result<Correction, Left> {
    let row = row.ok_or(Left::Absent)?;
    let (name, text) = match wanted {
        Wanted::Owner(owner) if *owner == row.owner => return Err(Left::SoAlready),
        Wanted::Owner(owner) => return Ok(Correction::Owner(owner.clone())),
        Wanted::Field { name, text } => (name, text),
    };
    let known = row.fields.get(name);
    if known.is_none() && !KNOWN_FIELDS.contains(&name.as_str()) {
        return Err(Left::NotReported);
    }
    let number = || text.parse().map(FieldValue::Whole).map_err(|_| Left::OtherKind);
    let fraction = || match text.parse() {
        Ok(number) if f64::is_finite(number) => Ok(FieldValue::Number(number)),
        _ => Err(Left::OtherKind),
    };
    let value = match known {
        _ if text.is_empty() => FieldValue::Cleared,
        None | Some(FieldValue::Cleared | FieldValue::Text(_)) => FieldValue::Text(text.clone()),
        Some(FieldValue::Whole(_)) => number()?,
        Some(FieldValue::Number(_)) => fraction()?,
        Some(FieldValue::Bool(_) | FieldValue::Money(_)) => return Err(Left::OtherKind),
    };
    match known.unwrap_or(&FieldValue::Cleared) == &value {
        true => Err(Left::SoAlready),
        false => Ok(Correction::Field { name: name.clone(), value }),
    }
}

/// The facts of an act in their order, what each wanted, and whose act it was.
type Made = Vec<(Entry, Wanted, UserId)>;

fn made_by(writer: &Writer<'_>, id: &str) -> Result<Made, Error> {
    let mut made = Vec::new();
    while made.len() < LEADS_MAX {
        let Some(entry) = writer.already(SOURCE, &key(id, made.len()))? else { break };
        let (wanted, by) = match entry.fact() {
            Fact::LeadAssigned(fact) => (Wanted::Owner(fact.owner.clone()), fact.by.clone()),
            Fact::Lead(fact) => {
                let name = fact.fields.keys().next().cloned().unwrap_or_default();
                (Wanted::Field { name, text: String::new() }, fact.by.clone())
            }
            _ => break,
        };
        let Some(by) = by else { break };
        made.push((entry, wanted, by));
    }
    Ok(made)
}

/// Undoes one fact of an act; why not, where it is left.
fn undo(
    writer: &mut Writer<'_>,
    key: &str,
    no: FactNo,
    lead: &LeadId,
    by: &Actor,
) -> Result<Option<Left>, Error> {
    if writer.already(SOURCE, key)?.is_some() {
        return Ok(Some(Left::UndoneBefore));
    }
    let entries: Vec<Arc<Entry>> = holding(writer.facts_of(&format!("lead/{lead}"))?);
    match undoing(&entries, no) {
        Ok(correction) => {
            append(writer, key.to_owned(), correction.fact(lead.clone(), by.user.clone()))?;
            Ok(None)
        }
        Err(NotUndone::ChangedSince(_)) => Ok(Some(Left::ChangedSince)),
        Err(NotUndone::NoCorrection) => Ok(Some(Left::Absent)),
    }
}

fn append(writer: &mut Writer<'_>, key: String, fact: Fact) -> Result<(), Error> {
    let happened_at = writer.now();
    writer.append_once(Told { source: SOURCE.to_owned(), key, happened_at, fact })?;
    Ok(())
}

/// Decides about every lead that was changed.
fn decide(
    writer: &mut Writer<'_>,
    versions: &Versions,
    leads: &[LeadId],
    now: Timestamp,
) -> Result<(), Error> {
    let rules = Rules::of(writer, versions)?;
    for lead in leads {
        decide_about(writer, &rules, &Subject::Lead(lead.clone()), now)?;
    }
    Ok(())
}

fn refused(refusal: CorrectionRefusal) -> Error {
    Error::Refused(refusal.into())
}
