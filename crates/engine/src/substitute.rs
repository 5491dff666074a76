//! Who signs in whose place, for a while. The Agreement names one signer a side, and may name a
//! standing substitute in its text; whoever is away for a week need not have both sides sign a new
//! text for it. So the signer names somebody of their own side, by a fact that everybody sees.

use domain::{
    absence::{SubstituteNamed, SubstituteWithdrawn},
    agreement::{Agreement, Party},
    days::{Days, DaysRefusal},
    fact::Fact,
    firm::Side,
    ids::{FactNo, UserId},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use store::{
    Reader, StoreError, Writer,
    read::{AgreementState, SubstitutionRow},
};

use crate::{
    Engine, Error, Refusal,
    access::{Act, Actor, may},
    agreement::{Versions, known},
    colleague::{append, name_of},
};

/// Why nobody is named, in the order in which the reasons are looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubstituteRefusal {
    /// The Agreement names somebody else.
    #[error(
        "no version that is in force or before both sides names you to sign: whoever it names can \
         name a substitute"
    )]
    NotTheSigner,
    /// There is no such person.
    #[error("there is nobody with the id {0}: choose one of the list")]
    Unknown(UserId),
    /// They are one person.
    #[error("a substitute is somebody else than the signer: choose another of your side")]
    Themself,
    /// They stand on the other side.
    #[error("{0} does not stand on the side of {1}: name somebody who does")]
    OtherSide(String, &'static str),
    /// They could not sign.
    #[error(
        "{0} could not sign for {1}: that takes the role of a manager or leader and the right to \
         sign in, which revenue operations can give"
    )]
    MayNotSign(String, &'static str),
    /// They sign for the other side.
    #[error("{0} signs for the other side: two different people sign")]
    SignsForOther(String),
    /// The days are none.
    #[error("{0}")]
    Days(#[from] DaysRefusal),
    /// The days have passed.
    #[error("the last day, {0}, has passed: name days that are still to come")]
    Over(Date),
    /// There is a substitute for some of the days.
    #[error("{0} signs in your place from {1} to {2} already: take that back first")]
    Already(String, Date, Date),
    /// It is not there, or taken back.
    #[error("there is no such substitute any more: look at the Agreement")]
    NotThere,
}

/// A substitute, as the signer names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSubstitute {
    /// Who signs.
    pub substitute: UserId,
    /// The first day.
    pub first_on: Date,
    /// The last day.
    pub last_on: Date,
}

/// A text that waits for signatures or is in force, and who signs it.
struct Text {
    zone: TimeZone,
    parties: Vec<Party>,
}

impl Engine {
    /// Names who signs in the actor's place for some days.
    ///
    /// # Errors
    /// [`SubstituteRefusal`], or the actor may not sign at all.
    pub fn name_substitute(
        &self,
        by: &Actor,
        new: NewSubstitute,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (by, versions) = (by.clone(), self.versions.clone());
        self.store.write(now, move |writer| name(writer, &versions, &by, new, now))
    }

    /// Takes back whom the actor had named. What was signed stands.
    ///
    /// # Errors
    /// [`SubstituteRefusal::NotThere`].
    pub fn withdraw_substitute(
        &self,
        by: &Actor,
        named: FactNo,
        now: Timestamp,
    ) -> Result<(), Error> {
        may(by, &Act::Sign(by.side)).map_err(Refusal::from)?;
        let by = by.clone();
        self.store.write(now, move |writer| {
            let row = writer.reader().substitution(named)?;
            if !row.is_some_and(|row| row.signer == by.user && row.withdrawn_by.is_none()) {
                return Err(refused(SubstituteRefusal::NotThere));
            }
            let key = format!("substitute/{named}/withdrawn");
            let fact = SubstituteWithdrawn { signer: by.user, named };
            append(writer, key, Fact::SubstituteWithdrawn(fact))
        })
    }

    /// Whether a text that is in force or before both sides names the actor to sign for their side.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn is_signer(&self, actor: &Actor) -> Result<bool, Error> {
        let versions = self.versions.clone();
        self.store.read(|reader| {
            let texts = texts(reader, &versions)?;
            Ok(signed_by(reader, &texts, actor)?.is_some())
        })
    }
}

/// Names a substitute inside a transaction.
pub(crate) fn name(
    writer: &mut Writer<'_>,
    versions: &Versions,
    by: &Actor,
    new: NewSubstitute,
    now: Timestamp,
) -> Result<(), Error> {
    may(by, &Act::Sign(by.side)).map_err(Refusal::from)?;
    let reader = writer.reader();
    let texts = texts(&reader, versions)?;
    let Some(zone) = signed_by(&reader, &texts, by)? else {
        return Err(refused(SubstituteRefusal::NotTheSigner));
    };
    check_person(&reader, &texts, by, &new.substitute)?;
    let days = Days::new(new.first_on, new.last_on).map_err(|refusal| refused(refusal.into()))?;
    let today = zone.to_datetime(now).date();
    if days.last_on() < today {
        return Err(refused(SubstituteRefusal::Over(days.last_on())));
    }
    for known in reader.substitutions_from(days.first_on())? {
        let meets = Days::new(known.first_on, known.last_on).is_ok_and(|known| known.meet(&days));
        if meets && known.signer == by.user {
            let name = name_of(&reader, &known.substitute)?;
            let refusal = SubstituteRefusal::Already(name, known.first_on, known.last_on);
            return Err(refused(refusal));
        }
        if meets && known.side != by.side && known.substitute == new.substitute {
            let name = name_of(&reader, &new.substitute)?;
            return Err(refused(SubstituteRefusal::SignsForOther(name)));
        }
    }
    let nth = reader.facts_of(&format!("user/{}", by.user))?.len();
    let fact = SubstituteNamed {
        signer: by.user.clone(),
        side: by.side,
        substitute: new.substitute,
        first_on: days.first_on(),
        last_on: days.last_on(),
    };
    append(writer, format!("user/{}/substitute/{nth}", by.user), Fact::SubstituteNamed(fact))
}

/// Whether somebody can sign in the actor's place.
fn check_person(
    reader: &Reader<'_>,
    texts: &[Text],
    by: &Actor,
    substitute: &UserId,
) -> Result<(), Error> {
    let Some(row) = reader.user(substitute)? else {
        return Err(refused(SubstituteRefusal::Unknown(substitute.clone())));
    };
    if *substitute == by.user {
        return Err(refused(SubstituteRefusal::Themself));
    }
    let name = name_of(reader, substitute)?;
    if row.side != Some(by.side) {
        return Err(refused(SubstituteRefusal::OtherSide(name, by.side.word())));
    }
    let as_actor = |role| Actor { user: substitute.clone(), role, side: by.side };
    let role_signs = |role| may(&as_actor(role), &Act::Sign(by.side)).is_ok();
    if !row.active || !row.role.is_some_and(role_signs) {
        return Err(refused(SubstituteRefusal::MayNotSign(name, by.side.word())));
    }
    for party in texts.iter().flat_map(|text| &text.parties).filter(|p| p.side != by.side) {
        let signers = std::iter::once(&party.signer).chain(&party.substitute);
        for signer in signers {
            if is_named(reader, signer, substitute)? {
                return Err(refused(SubstituteRefusal::SignsForOther(name)));
            }
        }
    }
    Ok(())
}

/// The texts that are in force or wait for signatures.
fn texts(reader: &Reader<'_>, versions: &Versions) -> Result<Vec<Text>, Error> {
    let live = [AgreementState::InForce, AgreementState::Proposed, AgreementState::Signed];
    let heads = reader.agreement_heads()?.into_iter().filter(|head| live.contains(&head.state));
    heads
        .map(|head| {
            let agreement = known(reader, versions, head.version)?;
            Ok(Text { zone: agreement.zone.clone(), parties: agreement.parties.clone() })
        })
        .collect()
}

/// The zone of the latest text that names the actor to sign for their side.
fn signed_by(
    reader: &Reader<'_>,
    texts: &[Text],
    actor: &Actor,
) -> Result<Option<TimeZone>, StoreError> {
    for text in texts.iter().rev() {
        for party in text.parties.iter().filter(|party| party.side == actor.side) {
            if is_named(reader, &party.signer, &actor.user)? {
                return Ok(Some(text.zone.clone()));
            }
        }
    }
    Ok(None)
}

/// The Agreement names people by user id or by mail address.
pub(crate) fn is_named(reader: &Reader<'_>, name: &str, user: &UserId) -> Result<bool, StoreError> {
    if name == user.as_str() {
        return Ok(true);
    }
    let email = reader.person_of(&format!("user/{user}"))?.and_then(|person| person.email);
    Ok(email.is_some_and(|email| email.eq_ignore_ascii_case(name)))
}

/// The user whom the Agreement names, where they are known.
///
/// # Errors
/// When the database fails.
pub fn user_named(reader: &Reader<'_>, name: &str) -> Result<Option<UserId>, StoreError> {
    let id = UserId::from(name);
    if reader.user(&id)?.is_some() {
        return Ok(Some(id));
    }
    let subjects = reader.persons_by_email(name)?;
    Ok(subjects.iter().find_map(|subject| subject.strip_prefix("user/")).map(UserId::from))
}

/// As whom somebody signs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct SignsAs {
    pub(crate) in_place_of: Option<UserId>,
    pub(crate) named_by: Option<FactNo>,
}

/// As whom an actor signs a text for their side at an instant; `None` where they do not.
pub(crate) fn signs_as(
    reader: &Reader<'_>,
    agreement: &Agreement,
    party: &Party,
    by: &Actor,
    now: Timestamp,
) -> Result<Option<SignsAs>, StoreError> {
    if is_named(reader, &party.signer, &by.user)? {
        return Ok(Some(SignsAs::default()));
    }
    let signer = user_named(reader, &party.signer)?;
    for named in party.substitute.iter() {
        if is_named(reader, named, &by.user)? {
            return Ok(Some(SignsAs { in_place_of: signer, named_by: None }));
        }
    }
    let today = agreement.zone.to_datetime(now).date();
    let standing = standing(reader, &party.signer, party.side, today)?;
    let found = standing.into_iter().find(|row| row.substitute == by.user && row.first_on <= today);
    Ok(found.map(|row| SignsAs { in_place_of: Some(row.signer), named_by: Some(row.by_fact) }))
}

/// Those who sign in the place of a signer of a side, on a day or later.
///
/// # Errors
/// When the database cannot be read.
pub fn standing(
    reader: &Reader<'_>,
    signer: &str,
    side: Side,
    day: Date,
) -> Result<Vec<SubstitutionRow>, StoreError> {
    let Some(signer) = user_named(reader, signer)? else { return Ok(Vec::new()) };
    let all = reader.substitutions_from(day)?.into_iter();
    Ok(all.filter(|row| row.side == side && row.signer == signer).collect())
}

/// Those whom a signer named for a day or later and who may sign in no more, so that nobody signs.
///
/// # Errors
/// When the database cannot be read.
pub fn gone(
    reader: &Reader<'_>,
    signer: &UserId,
    day: Date,
) -> Result<Vec<SubstitutionRow>, StoreError> {
    let mut named = reader.substitutions_from(day)?;
    named.retain(|row| row.signer == *signer);
    let mut gone = Vec::new();
    for row in named {
        if !reader.user(&row.substitute)?.is_some_and(|user| user.active) {
            gone.push(row);
        }
    }
    Ok(gone)
}

fn refused(refusal: SubstituteRefusal) -> Error {
    Error::Refused(refusal.into())
}
