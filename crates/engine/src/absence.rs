//! Who is away: written down by themselves, whoever leads them or those who look after people.
//!
//! It is shown and changes no clock: the Agreement alone says what rests one.

use domain::{
    absence::{self, AbsenceEntered, AbsenceWithdrawn, Half},
    days::{Days, DaysRefusal},
    fact::Fact,
    ids::{FactNo, UserId},
    people::People,
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use store::{
    Reader, StoreError,
    read::{AbsenceRow, UserRow},
};

use crate::{
    Engine, Error, Refusal,
    access::{Act, Actor, may},
    colleague::{append, name_of},
    lead::working_hours,
    substitute::{self, NewSubstitute},
};

/// Why an absence is not written down, in the order in which the reasons are looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AbsenceRefusal {
    /// There is no such person.
    #[error("there is nobody with the id {0}: look at the list of people")]
    Unknown(UserId),
    /// They have left.
    #[error("{0} has left: there is no work to be away from")]
    Left(String),
    /// The days are none.
    #[error("{0}")]
    Days(#[from] DaysRefusal),
    /// They are away already.
    #[error("{0} is away from {1} to {2} already: take that back first")]
    Already(String, Date, Date),
    /// The substitute is the one who is away.
    #[error("nobody does their own work while they are away: choose somebody else, or nobody")]
    OwnSubstitute,
    /// The substitute cannot work here.
    #[error("{0} may not sign in, so cannot do the work here: choose somebody else")]
    SubstituteMayNot(String),
    /// The substitute is away.
    #[error("{0} is away from {1} to {2}: choose somebody else")]
    SubstituteAway(String, Date, Date),
    /// It is not there, or taken back.
    #[error("there is no such absence any more: look at the list")]
    NotThere,
}

/// Somebody's being away, as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAbsence {
    /// The first day.
    pub first_on: Date,
    /// The last day.
    pub last_on: Date,
    /// Which half of each day; `None` for the whole days.
    pub half: Option<Half>,
    /// Who does their work.
    pub substitute: Option<UserId>,
    /// Who signs in their place, where they sign for a side and tell it themselves.
    pub signs: Option<UserId>,
}

impl Engine {
    /// Writes down that somebody is away; and who signs in their place, where they say so.
    ///
    /// # Errors
    /// [`AbsenceRefusal`], a refusal of the substitute for the signature, or the actor may not; then
    /// nothing is written down.
    pub fn enter_absence(
        &self,
        by: &Actor,
        user: &UserId,
        told: NewAbsence,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (by, user, versions) = (by.clone(), user.clone(), self.versions.clone());
        self.store.write(now, move |writer| {
            let row = writer.reader().user(&user)?;
            let row = row.ok_or_else(|| refused(AbsenceRefusal::Unknown(user.clone())))?;
            may(&by, &Act::EnterAbsenceOf(user.clone(), manager(&row))).map_err(Refusal::from)?;
            if row.left_at.is_some() {
                return Err(refused(AbsenceRefusal::Left(name_of(&writer.reader(), &user)?)));
            }
            let days = Days::new(told.first_on, told.last_on)
                .map_err(|refusal| refused(refusal.into()))?;
            check_free(&writer.reader(), &user, &days)?;
            if let Some(substitute) = &told.substitute {
                check_substitute(&writer.reader(), &user, substitute, &days)?;
            }
            let nth = writer.reader().facts_of(&format!("user/{user}"))?.len();
            let fact = AbsenceEntered {
                user: user.clone(),
                first_on: days.first_on(),
                last_on: days.last_on(),
                half: told.half,
                substitute: told.substitute,
                by: by.user.clone(),
            };
            let key = format!("user/{user}/absent/{nth}");
            append(writer, key, Fact::AbsenceEntered(fact))?;
            match told.signs {
                Some(substitute) if by.user == user => {
                    let (first_on, last_on) = (days.first_on(), days.last_on());
                    let new = NewSubstitute { substitute, first_on, last_on };
                    substitute::name(writer, &versions, &by, new, now)
                }
                _ => Ok(()),
            }
        })
    }

    /// Takes an absence back; it stays in the ledger with the fact that did so.
    ///
    /// # Errors
    /// [`AbsenceRefusal::NotThere`], or the actor may not.
    pub fn withdraw_absence(
        &self,
        by: &Actor,
        user: &UserId,
        absence: FactNo,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (by, user) = (by.clone(), user.clone());
        self.store.write(now, move |writer| {
            let row = writer.reader().user(&user)?;
            let row = row.ok_or_else(|| refused(AbsenceRefusal::Unknown(user.clone())))?;
            may(&by, &Act::EnterAbsenceOf(user.clone(), manager(&row))).map_err(Refusal::from)?;
            let absences = writer.reader().absences_of(&user)?;
            let stands =
                absences.iter().any(|row| row.by_fact == absence && row.withdrawn_by.is_none());
            if !stands {
                return Err(refused(AbsenceRefusal::NotThere));
            }
            let key = format!("absence/{absence}/withdrawn");
            let fact = AbsenceWithdrawn { user, absence, by: by.user };
            append(writer, key, Fact::AbsenceWithdrawn(fact))
        })
    }
}

/// Who leads somebody.
pub fn manager(row: &UserRow) -> Option<UserId> {
    row.manager.clone().map(UserId)
}

/// Who does the work of somebody who is away at an instant, by their own wall; by that of `firm`
/// where their zone is not known. Nobody where they are here, or named nobody.
///
/// # Errors
/// When the database cannot be read.
pub fn substitute_of(
    reader: &Reader<'_>,
    firm: &TimeZone,
    user: &UserId,
    now: Timestamp,
) -> Result<Option<UserId>, StoreError> {
    let mut absences = reader.absences_of(user)?;
    absences.retain(|row| row.withdrawn_by.is_none() && row.substitute.is_some());
    if absences.is_empty() {
        return Ok(None);
    }
    let people = working_hours(reader)?;
    let found = absences.iter().find(|row| lasts(row, &people, firm, now));
    Ok(found.and_then(|row| row.substitute.clone()))
}

/// The absences for which somebody does the work at an instant, the first to begin first.
///
/// # Errors
/// When the database cannot be read.
pub fn stood_in_for(
    reader: &Reader<'_>,
    firm: &TimeZone,
    substitute: &UserId,
    now: Timestamp,
) -> Result<Vec<AbsenceRow>, StoreError> {
    // Wherever somebody is, it is no earlier than yesterday.
    let yesterday = TimeZone::UTC.to_datetime(now).date().saturating_sub(1.day());
    let mut absences = reader.absences_from(yesterday)?;
    absences.retain(|row| row.substitute.as_ref() == Some(substitute));
    if !absences.is_empty() {
        let people = working_hours(reader)?;
        absences.retain(|row| lasts(row, &people, firm, now));
    }
    Ok(absences)
}

/// Whether somebody is away by an absence at an instant, by their own wall.
fn lasts(row: &AbsenceRow, people: &People, firm: &TimeZone, now: Timestamp) -> bool {
    let zone = people.hours(&row.user, now).and_then(|hours| hours.zone.as_ref());
    let wall = zone.unwrap_or(firm).to_datetime(now);
    absence::holds((row.first_on, row.last_on), row.half, wall)
}

/// The absence of somebody that stands and meets some days.
fn meeting(reader: &Reader<'_>, user: &UserId, days: &Days) -> Result<Option<Days>, StoreError> {
    let standing = reader.absences_of(user)?.into_iter().filter(|row| row.withdrawn_by.is_none());
    let mut known = standing.filter_map(|row| Days::new(row.first_on, row.last_on).ok());
    Ok(known.find(|known| known.meet(days)))
}

fn check_free(reader: &Reader<'_>, user: &UserId, days: &Days) -> Result<(), Error> {
    match meeting(reader, user, days)? {
        None => Ok(()),
        Some(known) => {
            let (name, last_on) = (name_of(reader, user)?, known.last_on());
            Err(refused(AbsenceRefusal::Already(name, known.first_on(), last_on)))
        }
    }
}

fn check_substitute(
    reader: &Reader<'_>,
    user: &UserId,
    substitute: &UserId,
    days: &Days,
) -> Result<(), Error> {
    if substitute == user {
        return Err(refused(AbsenceRefusal::OwnSubstitute));
    }
    if !reader.user(substitute)?.is_some_and(|row| row.active) {
        return Err(refused(AbsenceRefusal::SubstituteMayNot(name_of(reader, substitute)?)));
    }
    match meeting(reader, substitute, days)? {
        None => Ok(()),
        Some(known) => {
            let (name, last_on) = (name_of(reader, substitute)?, known.last_on());
            Err(refused(AbsenceRefusal::SubstituteAway(name, known.first_on(), last_on)))
        }
    }
}

fn refused(refusal: AbsenceRefusal) -> Error {
    Error::Refused(refusal.into())
}
