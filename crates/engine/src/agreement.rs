//! The Agreement's life: proposed, signed by one person of each side, in force from an instant.

mod proposing;

use std::sync::Arc;

use connectors::agreement::{AgreementText, Mistake, read as read_text};
use domain::{
    agreement::{Agreement, History, InForce},
    fact::{Fact, Told},
    firm::{AgreementSigned, AgreementTookEffect, AgreementWithdrawn, Side},
    ids::{UserId, Version},
};
use jiff::Timestamp;
use store::{
    Reader, StoreError, Writer,
    read::{AgreementRow, AgreementState},
};

use crate::{
    Engine, Error, Refusal,
    access::{Act, Actor, may},
    backtest::attached_to,
    negotiation::answers::declined,
    substitute::{SignsAs, signs_as},
};
pub(crate) use proposing::propose;
pub use proposing::{Effective, OpenVersion, Proposing};

/// Why a proposal or a signature is refused, in the order in which the reasons are looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AgreementRefusal {
    /// The text does not read.
    #[error("the text has {} mistakes: `lockstep agreement check` lists them", .0.len())]
    Mistakes(Vec<Mistake>),
    /// The files themselves cannot be a text.
    #[error("{0}")]
    Unreadable(String),
    /// The very text is before both sides already.
    #[error("this text is already before both sides as version {0}: sign that one")]
    AlreadyProposed(Version),
    /// The very text is in force.
    #[error("this text is in force already, as version {0}: there is nothing to sign")]
    AlreadyInForce(Version),
    /// It would have come into force already.
    #[error(
        "that instant is over: name a later one, or today or none for as soon as both have signed"
    )]
    Over,
    /// Another is before both sides, and it was not said that this one takes its place.
    #[error("{}: say that this text takes its place, or have that one signed first", .0.would_go())]
    Open(OpenVersion),
    /// There is no such version.
    #[error("there is no version {0}: look at the list of versions")]
    NoSuchVersion(Version),
    /// It is not before the sides any more.
    #[error("version {0} is not open for signing: it was withdrawn, or is in force already")]
    NotOpen(Version),
    /// The signer saw another text.
    #[error("the text has changed since you read it: read it again, then sign")]
    OtherText,
    /// The signer is on neither side.
    #[error("only marketing and sales sign: ask the person whom the Agreement names")]
    NoSide,
    /// The Agreement names somebody else for this side.
    #[error("the Agreement names {0} to sign for {1}: ask them")]
    NotTheSigner(String, &'static str),
    /// The side has signed.
    #[error("{0} has signed version {1} already")]
    AlreadySigned(&'static str, Version),
    /// The side declines changes of it.
    #[error("{0} declines changes of version {1}: take them, or have the text drawn without them")]
    Declined(&'static str, Version),
    /// The same person would sign for both.
    #[error("two different people sign: you have signed for the other side")]
    SamePerson,
}

impl Engine {
    /// Puts a text before both sides. One that is still open for signing is taken back by it, and
    /// its signatures with it, if that is said; else it is refused.
    ///
    /// # Errors
    /// [`AgreementRefusal`] when the text has mistakes, stands already, or its place is taken.
    pub fn propose_agreement(
        &self,
        by: Option<&Actor>,
        proposing: impl Into<Proposing>,
        now: Timestamp,
    ) -> Result<Version, Error> {
        if let Some(actor) = by {
            may(actor, &Act::Propose).map_err(Refusal::from)?;
        }
        let (by, proposing) = (by.map(|actor| actor.user.clone()), proposing.into());
        self.store.write(now, move |writer| propose(writer, by, &proposing, now))
    }

    /// Signs a version for the actor's side. `hash` is what the signer saw.
    ///
    /// # Errors
    /// [`AgreementRefusal`] and [`access::AccessRefusal`](crate::access::AccessRefusal).
    pub fn sign_agreement(
        &self,
        by: &Actor,
        version: Version,
        hash: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (by, hash, versions) = (by.clone(), hash.to_owned(), self.versions.clone());
        self.store.write(now, move |writer| {
            let rows = writer.reader().agreements()?;
            let Some(row) = rows.iter().find(|row| row.version == version) else {
                return Err(refused(AgreementRefusal::NoSuchVersion(version)));
            };
            if row.state != AgreementState::Proposed {
                return Err(refused(AgreementRefusal::NotOpen(version)));
            }
            if row.hash != hash {
                return Err(refused(AgreementRefusal::OtherText));
            }
            if by.side == Side::Neutral {
                return Err(refused(AgreementRefusal::NoSide));
            }
            may(&by, &Act::Sign(by.side)).map_err(Refusal::from)?;
            let agreement = cached(&versions, row)?;
            let SignsAs { in_place_of, named_by } =
                check_signer(&writer.reader(), &agreement, &by, now)?;
            for signature in writer.reader().signatures_of(version)? {
                if signature.side == by.side {
                    let side = by.side.word();
                    return Err(refused(AgreementRefusal::AlreadySigned(side, version)));
                }
                if signature.user == by.user {
                    return Err(refused(AgreementRefusal::SamePerson));
                }
            }
            let side = by.side;
            if !declined(&writer.reader(), version, Some(side))?.is_empty() {
                return Err(refused(AgreementRefusal::Declined(side.word(), version)));
            }
            let attached = attached_to(&writer.reader(), version)?;
            let backtests = attached.into_iter().map(|(no, _)| no).collect();
            let fact = AgreementSigned {
                version,
                hash,
                side,
                by: by.user,
                in_place_of,
                named_by,
                backtests,
            };
            let key = format!("agreement/{version}/signed/{}", side.word());
            append(writer, key, now, Fact::AgreementSigned(fact))?;
            take_effect(writer, &versions, now)?;
            Ok(())
        })
    }

    /// Takes a proposal back; its signatures are void.
    ///
    /// # Errors
    /// [`AgreementRefusal`] when it is not open.
    pub fn withdraw_agreement(
        &self,
        by: &Actor,
        version: Version,
        now: Timestamp,
    ) -> Result<(), Error> {
        may(by, &Act::Propose).map_err(Refusal::from)?;
        let by = by.user.clone();
        self.store.write(now, move |writer| {
            let rows = writer.reader().agreements()?;
            let Some(row) = rows.iter().find(|row| row.version == version) else {
                return Err(refused(AgreementRefusal::NoSuchVersion(version)));
            };
            if !is_open(row.state) {
                return Err(refused(AgreementRefusal::NotOpen(version)));
            }
            withdraw(writer, version, None, Some(by), now)
        })
    }

    /// Every version that was ever in force, with its rules.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn agreements(&self) -> Result<History, Error> {
        self.store.read(|reader| history(reader, &self.versions))
    }

    /// The rules of one version, in force or not.
    ///
    /// # Errors
    /// [`AgreementRefusal::NoSuchVersion`].
    pub fn agreement(&self, version: Version) -> Result<(AgreementRow, Arc<Agreement>), Error> {
        self.store.read(|reader| {
            let row = reader.agreement(version)?;
            let row = row.ok_or_else(|| refused(AgreementRefusal::NoSuchVersion(version)))?;
            let agreement = cached(&self.versions, &row)?;
            Ok((row, agreement))
        })
    }
}

/// The rules of versions by number; a version's text never changes.
pub(crate) type Versions =
    Arc<std::sync::Mutex<std::collections::BTreeMap<Version, Arc<Agreement>>>>;

pub(crate) fn history(reader: &Reader<'_>, versions: &Versions) -> Result<History, Error> {
    let mut history = Vec::new();
    for head in reader.agreement_heads()? {
        let Some(from) = head.in_force_at else { continue };
        let agreement = known(reader, versions, head.version)?;
        history.push(InForce { version: head.version, hash: head.hash, from, agreement });
    }
    history.sort_by_key(|version| (version.from, version.version));
    Ok(History(history))
}

/// The rules of a version, whose text is read where it was not before.
pub(crate) fn known(
    reader: &Reader<'_>,
    versions: &Versions,
    version: Version,
) -> Result<Arc<Agreement>, Error> {
    let agreement = {
        let versions = versions.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        versions.get(&version).cloned()
    };
    if let Some(agreement) = agreement {
        return Ok(agreement);
    }
    let row = reader.agreement(version)?;
    let row = row.ok_or_else(|| refused(AgreementRefusal::NoSuchVersion(version)))?;
    cached(versions, &row)
}

/// The rules of a version. Its text was read without mistakes when it was proposed.
pub(crate) fn cached(versions: &Versions, row: &AgreementRow) -> Result<Arc<Agreement>, Error> {
    let mut versions = versions.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(agreement) = versions.get(&row.version) {
        return Ok(agreement.clone());
    }
    let text = AgreementText::new(row.text.clone())
        .map_err(|failure| refused(AgreementRefusal::Unreadable(failure.to_string())))?;
    let agreement =
        read_text(&text).map_err(|mistakes| refused(AgreementRefusal::Mistakes(mistakes)))?;
    let agreement = Arc::new(agreement);
    versions.insert(row.version, agreement.clone());
    Ok(agreement)
}

/// Brings into force what both have signed and whose instant has come.
pub(crate) fn take_effect(
    writer: &mut Writer<'_>,
    versions: &Versions,
    now: Timestamp,
) -> Result<(), Error> {
    for (at, row) in awaited(&writer.reader())?.into_iter().filter(|(at, _)| *at <= now) {
        let agreement = cached(versions, &row)?;
        let fact = AgreementTookEffect { version: row.version, hash: row.hash };
        let key = format!("agreement/{}/took-effect", row.version);
        append(writer, key, at, Fact::AgreementTookEffect(fact))?;
        // Whoever stands by a qualification may fall under the new version with no new fact.
        writer.leave_qualified_undecided(now)?;
        for level in agreement.recomputes() {
            writer.leave_clocked_undecided(&level.id, now)?;
        }
    }
    Ok(())
}

/// When the first version that both have signed and that is not in force comes into force.
pub(crate) fn next_to_take_effect(reader: &Reader<'_>) -> Result<Option<Timestamp>, StoreError> {
    Ok(awaited(reader)?.into_iter().map(|(at, _)| at).min())
}

/// The versions that both have signed and that are not in force, each with its instant.
fn awaited(reader: &Reader<'_>) -> Result<Vec<(Timestamp, AgreementRow)>, StoreError> {
    let mut awaited = Vec::new();
    for row in reader.agreements()? {
        if row.state != AgreementState::Signed {
            continue;
        }
        let signatures = reader.signatures_of(row.version)?;
        let signed_at = signatures.iter().map(|signature| signature.at).max();
        awaited.extend(signed_at.max(row.effective_at).map(|at| (at, row)));
    }
    Ok(awaited)
}

/// Whether a version may still be signed, or come into force.
pub(crate) fn is_open(state: AgreementState) -> bool {
    matches!(state, AgreementState::Proposed | AgreementState::Signed)
}

fn withdraw(
    writer: &mut Writer<'_>,
    version: Version,
    instead: Option<Version>,
    by: Option<UserId>,
    now: Timestamp,
) -> Result<(), Error> {
    let fact = Fact::AgreementWithdrawn(AgreementWithdrawn { version, instead, by });
    append(writer, format!("agreement/{version}/withdrawn"), now, fact)
}

fn append(
    writer: &mut Writer<'_>,
    key: String,
    happened_at: Timestamp,
    fact: Fact,
) -> Result<(), Error> {
    let source = domain::decided::SOURCE.to_owned();
    writer.append_once(Told { source, key, happened_at, fact })?;
    Ok(())
}

/// As whom the actor signs: the signer themselves, the substitute whom the text names, or the one
/// whom the signer named for these days.
pub(crate) fn check_signer(
    reader: &Reader<'_>,
    agreement: &Agreement,
    by: &Actor,
    now: Timestamp,
) -> Result<SignsAs, Error> {
    let Some(party) = agreement.party(by.side) else {
        return Err(refused(AgreementRefusal::NoSide));
    };
    let not_the_signer = AgreementRefusal::NotTheSigner(party.signer.clone(), by.side.word());
    signs_as(reader, agreement, party, by, now)?.ok_or_else(|| refused(not_the_signer))
}

pub(crate) fn refused(refusal: AgreementRefusal) -> Error {
    Error::Refused(refusal.into())
}
