//! Corrections of leads, opportunities and accounts, and giving them to others, one or many at once;
//! and undoing it. All of an act is one transaction, and its facts carry its id in their keys: what an
//! act did is read from the ledger.

mod left;

use std::sync::Arc;

use domain::{
    correction::{Correction, NotUndone, is_correctable_of, undoing},
    decided::SOURCE,
    fact::{Entry, Fact, Told},
    field::{FieldValue, Fields},
    ids::{AccountId, FactNo, Subject, UserId},
    money::Money,
    owned::Owned,
    withdrawal::{Withdrawal, holding, withdrawing},
    withdrawn::FactsWithdrawn,
};
use jiff::{Timestamp, civil::Date};
use store::{Reader, StoreError, Writer, read::Outcome};

use crate::{
    Engine, Error, Refusal,
    access::{Act, Actor, may},
    agreement::Versions,
    deciding::{Rules, decide_about},
    intake::leave_accounts,
    secret::new_secret,
};

pub use left::Left;

/// Things that one act may change.
pub const THINGS_MAX: usize = 200;

/// The longest text of a field, in bytes.
const VALUE_BYTES_MAX: usize = 500;

/// Fields that a thing may be given though no source has reported them of it.
pub fn known_fields(thing: &Owned) -> &'static [&'static str] {
    match thing {
        Owned::Lead(_) => &["title", "country", "industry", "source"],
        Owned::Opportunity(_) => &["name", "closed_on"],
        Owned::Account(_) => &["name", "country", "industry"],
    }
}

/// Letters of an act's id.
const ID_LETTERS: usize = 16;

/// What somebody wants to be so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// The things are this colleague's; nobody's, where there is none.
    Owner(Option<UserId>),
    /// A field of these things holds this text; blank, where it is empty.
    Field {
        /// The field.
        name: String,
        /// The text.
        text: String,
    },
    /// These leads, which name no account, are of this one.
    Account(AccountId),
}

/// Why nothing is corrected, in the order in which the reasons are looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CorrectionRefusal {
    /// Nothing was meant.
    #[error("nothing is ticked: tick what is meant")]
    Nothing,
    /// More than one act may change.
    #[error("{0} are too many at once: change up to {THINGS_MAX}")]
    TooMany(usize),
    /// The owner cannot own anything.
    #[error("nobody here can own anything under the id {0}: choose somebody of a side who is here")]
    NoOwner(String),
    /// There is no such account.
    #[error("there is no account {0}: choose one that is there")]
    NoAccount(AccountId),
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

/// What became of an act.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Corrected {
    /// By this it is undone.
    pub id: String,
    /// What it changed.
    pub done: Vec<Owned>,
    /// What it left as it was, and why.
    pub left: Vec<(Owned, Left)>,
}

impl Wanted {
    /// What somebody must be allowed, to have this so of a thing.
    pub fn act(&self, thing: &Owned) -> Act {
        match (self, thing) {
            (Wanted::Owner(_), _) => Act::AssignLeads,
            (Wanted::Field { .. }, Owned::Opportunity(_)) => Act::CorrectOpportunities,
            (Wanted::Field { .. } | Wanted::Account(_), _) => Act::CorrectLeads,
        }
    }
}

impl Engine {
    /// Corrects things: each by a fact of its own, all in one transaction. What cannot be corrected
    /// is left as it is and named; so is what holds something else by now than what the actor has
    /// `seen` there, as [`Held::shown`] has it.
    ///
    /// # Errors
    /// [`CorrectionRefusal`], or the actor may not.
    pub fn correct(
        &self,
        by: &Actor,
        things: Vec<Owned>,
        wanted: Wanted,
        seen: Option<String>,
        now: Timestamp,
    ) -> Result<Corrected, Error> {
        let nothing = [Owned::Lead("".into())];
        for thing in if things.is_empty() { &nothing } else { things.as_slice() } {
            may(by, &wanted.act(thing)).map_err(Refusal::from)?;
        }
        let wanted = checked(&things, wanted)?;
        let (by, versions) = (by.user.clone(), self.versions.clone());
        let id: String = new_secret().chars().take(ID_LETTERS).collect();
        self.store.write(now, move |writer| {
            can_own(&writer.reader(), &wanted)?;
            is_known(&writer.reader(), &wanted)?;
            Rules::bring_into_force(writer, &versions, now)?;
            let mut corrected = Corrected { id, ..Corrected::default() };
            for thing in things {
                match fact_about(&writer.reader(), &thing, (&wanted, seen.as_deref()), &by)? {
                    Ok(fact) => {
                        append(writer, key(&corrected.id, corrected.done.len()), fact)?;
                        corrected.done.push(thing);
                    }
                    Err(left) => corrected.left.push((thing, left)),
                }
            }
            decide(writer, &versions, &corrected.done, now)?;
            Ok(corrected)
        })
    }

    /// Undoes what the actor did, of everything that nobody has changed since: says again what held
    /// before, and of what was given to somebody, where nothing else was told of it since, that it
    /// was not, so that no clock begins anew. The rest is left as it is and named.
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
            let Some((entry, wanted, _)) = first else {
                return Err(refused(CorrectionRefusal::NothingToUndo));
            };
            if let Some(thing) = thing_of(entry.fact()) {
                may(&actor, &wanted.act(&thing)).map_err(Refusal::from)?;
            }
            Rules::bring_into_force(writer, &versions, now)?;
            let mut undone = Corrected { id: id.clone(), ..Corrected::default() };
            for (nth, (entry, ..)) in made.iter().enumerate() {
                let Some(thing) = thing_of(entry.fact()) else { continue };
                match undo(writer, &format!("undo/{}", key(&id, nth)), entry.no, &thing, &actor)? {
                    None => undone.done.push(thing),
                    Some(left) => undone.left.push((thing, left)),
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

/// What a fact of an act is about.
fn thing_of(fact: &Fact) -> Option<Owned> {
    match fact {
        Fact::Opportunity(told) => Some(Owned::Opportunity(told.opportunity.clone())),
        Fact::Account(told) => Some(Owned::Account(told.account.clone())),
        _ => fact.lead().cloned().map(Owned::Lead),
    }
}

/// What can be said before anything is looked at.
fn checked(things: &[Owned], wanted: Wanted) -> Result<Wanted, Error> {
    match things.len() {
        0 => return Err(refused(CorrectionRefusal::Nothing)),
        n if n > THINGS_MAX => return Err(refused(CorrectionRefusal::TooMany(n))),
        _ => {}
    }
    match wanted {
        Wanted::Field { name, .. } if !things.iter().all(|it| is_correctable_of(it, &name)) => {
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

/// Things are given to somebody of a side who has not left.
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

/// Leads are said to be of accounts that are there.
fn is_known(reader: &Reader<'_>, wanted: &Wanted) -> Result<(), Error> {
    match wanted {
        Wanted::Account(account) if reader.account(account)?.is_none() => {
            Err(refused(CorrectionRefusal::NoAccount(account.clone())))
        }
        _ => Ok(()),
    }
}

/// What is held of a thing.
pub struct Held {
    /// Whose it is.
    pub owner: Option<UserId>,
    /// What was reported of it.
    pub fields: Fields,
    /// Whether it is won or lost.
    pub is_closed: bool,
}

impl Held {
    /// What holds of what is wanted otherwise, as a form shows it: the text of a field, the id of
    /// an owner, nothing where nothing is known.
    pub fn shown(&self, wanted: &Wanted) -> String {
        let field = |name: &str| match self.fields.get(name) {
            None | Some(FieldValue::Cleared) => String::new(),
            Some(value) => value.to_string(),
        };
        match wanted {
            Wanted::Owner(_) => self.owner.clone().map(|owner| owner.0).unwrap_or_default(),
            Wanted::Field { name, .. } => field(name),
            Wanted::Account(_) => field("account"),
        }
    }
}

/// What is held of a thing, if there is such a thing.
///
/// # Errors
/// When the database cannot be read.
pub fn held(reader: &Reader<'_>, thing: &Owned) -> Result<Option<Held>, StoreError> {
    let open = |owner, fields| Held { owner, fields, is_closed: false };
    Ok(match thing {
        Owned::Lead(id) => reader.lead(id)?.map(|row| open(row.owner, row.fields)),
        Owned::Account(id) => reader.account(id)?.map(|row| open(row.owner, row.fields)),
        Owned::Opportunity(id) => reader.opportunity(id)?.map(|row| Held {
            is_closed: !matches!(row.outcome, Outcome::Open | Outcome::Unknown),
            ..open(row.owner, row.fields)
        }),
    })
}

/// The fact that makes of one thing what is wanted; why there is none.
fn fact_about(
    reader: &Reader<'_>,
    thing: &Owned,
    (wanted, seen): (&Wanted, Option<&str>),
    by: &UserId,
) -> Result<Result<Fact, Left>, Error> {
    let held = held(reader, thing)?.ok_or(Left::Absent);
    let as_seen = held.and_then(|held| match seen.is_none_or(|seen| held.shown(wanted) == seen) {
        true => Ok(held),
        false => Err(Left::ChangedSince),
    });
    let correction = as_seen.and_then(|held| correction_of(thing, &held, wanted));
    Ok(correction.map(|correction| correction.fact(thing.clone(), by.clone())))
}

/// Whether a lead is said to be of an account.
fn has_account(held: &Held) -> bool {
    held.fields.get("account").is_some_and(|account| *account != FieldValue::Cleared)
}

/// The correction of one thing; a field keeps the kind of value that it has.
fn correction_of(thing: &Owned, held: &Held, wanted: &Wanted) -> Result<Correction, Left> {
    let (name, text) = match wanted {
        Wanted::Owner(_) if held.is_closed => return Err(Left::Closed),
        Wanted::Owner(owner) if *owner == held.owner => return Err(Left::SoAlready),
        Wanted::Owner(owner) => return Ok(Correction::Owner(owner.clone())),
        Wanted::Field { .. } if held.is_closed => return Err(Left::Settled),
        Wanted::Account(_) if !matches!(thing, Owned::Lead(_)) => return Err(Left::NotReported),
        Wanted::Account(_) if has_account(held) => return Err(Left::OfAnAccount),
        Wanted::Account(account) => {
            let value = FieldValue::Text(account.0.clone());
            return Ok(Correction::Field { name: "account".to_owned(), value });
        }
        Wanted::Field { name, text } => (name, text),
    };
    let known = held.fields.get(name);
    if known.is_none() && !known_fields(thing).contains(&name.as_str()) {
        return Err(Left::NotReported);
    }
    let value = value_of(known, name, text)?;
    match known.unwrap_or(&FieldValue::Cleared) == &value {
        true => Err(Left::SoAlready),
        false => Ok(Correction::Field { name: name.clone(), value }),
    }
}

/// The text as a value of the kind that the field has.
fn value_of(known: Option<&FieldValue>, name: &str, text: &str) -> Result<FieldValue, Left> {
    Ok(match known {
        _ if text.is_empty() => FieldValue::Cleared,
        None | Some(FieldValue::Cleared | FieldValue::Text(_)) if name.ends_with("_on") => {
            let day: Date = text.parse().map_err(|_| Left::NoDay)?;
            FieldValue::Text(day.to_string())
        }
        None | Some(FieldValue::Cleared | FieldValue::Text(_)) => FieldValue::Text(text.to_owned()),
        Some(FieldValue::Whole(_)) => FieldValue::Whole(text.parse().map_err(|_| Left::OtherKind)?),
        Some(FieldValue::Number(_)) => {
            let number = text.parse().ok().filter(|number| f64::is_finite(*number));
            FieldValue::Number(number.ok_or(Left::OtherKind)?)
        }
        Some(FieldValue::Money(money)) => {
            FieldValue::Money(Money::read(text, money.currency).ok_or(Left::OtherKind)?)
        }
        Some(FieldValue::Bool(_)) => return Err(Left::OtherKind),
    })
}

/// The facts of an act in their order, what each wanted, and whose act it was.
type Made = Vec<(Entry, Wanted, UserId)>;

fn made_by(writer: &Writer<'_>, id: &str) -> Result<Made, Error> {
    let mut made = Vec::new();
    while made.len() < THINGS_MAX {
        let Some(entry) = writer.already(SOURCE, &key(id, made.len()))? else { break };
        let by = match entry.fact() {
            Fact::LeadAssigned(fact) => fact.by.clone(),
            Fact::Lead(fact) => fact.by.clone(),
            Fact::Opportunity(fact) => fact.by.clone(),
            Fact::Account(fact) => fact.by.clone(),
            _ => break,
        };
        let wanted = match Correction::of(entry.fact()) {
            Some(Correction::Owner(owner)) => Wanted::Owner(owner),
            Some(Correction::Field { name, .. }) => Wanted::Field { name, text: String::new() },
            None => break,
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
    thing: &Owned,
    by: &Actor,
) -> Result<Option<Left>, Error> {
    if writer.already(SOURCE, key)?.is_some() {
        return Ok(Some(Left::UndoneBefore));
    }
    let told = writer.facts_of(&thing.subject())?;
    let fact = match undoing(&holding(told.clone()), no) {
        Ok(Correction::Owner(owner)) => match never_given(told, no, thing, by) {
            Some(withdrawn) => withdrawn,
            None => Correction::Owner(owner).fact(thing.clone(), by.user.clone()),
        },
        Ok(said) => said.fact(thing.clone(), by.user.clone()),
        Err(NotUndone::ChangedSince(_)) => return Ok(Some(Left::ChangedSince)),
        Err(NotUndone::NoCorrection) => return Ok(Some(Left::Absent)),
    };
    append(writer, key.to_owned(), fact).map(|()| None)
}

/// The fact by which something was never given by the fact `no`, so that its clocks are where they
/// would be; none where more was told of it since, which happened with whoever had it then.
fn never_given(told: Vec<Arc<Entry>>, no: FactNo, thing: &Owned, by: &Actor) -> Option<Fact> {
    let subject = thing.subject();
    Subject::parse(&subject)?;
    match withdrawing(told, |fact| fact == no) {
        Withdrawal::Withdraw { facts, is_all: false } => {
            let by = Some(by.user.clone());
            let withdrawn = FactsWithdrawn { subject, facts, import: None, person: None, by };
            Some(Fact::FactsWithdrawn(withdrawn))
        }
        _ => None,
    }
}

fn append(writer: &mut Writer<'_>, key: String, fact: Fact) -> Result<(), Error> {
    let happened_at = writer.now();
    writer.append_once(Told { source: SOURCE.to_owned(), key, happened_at, fact })?;
    Ok(())
}

/// Decides about everything that was changed and has a fate of its own; what belongs to accounts is
/// left for the tick.
fn decide(
    writer: &mut Writer<'_>,
    versions: &Versions,
    things: &[Owned],
    now: Timestamp,
) -> Result<(), Error> {
    let rules = Rules::of(writer, versions)?;
    for thing in things {
        if let Some(subject) = Subject::parse(&thing.subject()) {
            decide_about(writer, &rules, &subject, now)?;
        }
    }
    let account = |thing: &Owned| match thing {
        Owned::Account(id) => Some(id.clone()),
        _ => None,
    };
    leave_accounts(writer, &things.iter().filter_map(account).collect())?;
    Ok(())
}

fn refused(refusal: CorrectionRefusal) -> Error {
    Error::Refused(refusal.into())
}
