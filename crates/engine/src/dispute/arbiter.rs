//! Who rules on a dispute: its arbiter, whoever does their work while they are away, and once they
//! are gone whom the Agreement in force names. Nobody rules who stands on a side, or in their own
//! case.

use domain::{
    absence,
    agreement::{History, InForce},
    firm::Side,
    ids::UserId,
};
use jiff::Timestamp;
use store::{Reader, StoreError, read::DisputeRow};

use crate::{lead::working_hours, substitute::user_named};

/// Those who may rule on a dispute at an instant, the arbiter first; nobody where all are gone.
///
/// # Errors
/// When the database cannot be read.
pub fn rulers(
    reader: &Reader<'_>,
    agreements: &History,
    dispute: &DisputeRow,
    now: Timestamp,
) -> Result<Vec<UserId>, StoreError> {
    let in_force = agreements.at(now);
    let arbiter = match is_able(reader, &dispute.arbiter)? {
        true => Some(dispute.arbiter.clone()),
        false => in_force.map(|found| named(reader, found)).transpose()?.flatten(),
    };
    let Some(arbiter) = arbiter else { return Ok(Vec::new()) };
    let stand_in = in_force.map(|found| stand_in(reader, found, &arbiter, now)).transpose()?;
    let mut rulers: Vec<UserId> = std::iter::once(arbiter).chain(stand_in.flatten()).collect();
    rulers.retain(|user| *user != dispute.opened_by);
    Ok(rulers)
}

/// The arbiter whom a version names, where they are able to rule.
pub(super) fn named(reader: &Reader<'_>, in_force: &InForce) -> Result<Option<UserId>, StoreError> {
    let Some(terms) = &in_force.agreement.disputes else { return Ok(None) };
    let Some(user) = user_named(reader, &terms.arbiter)? else { return Ok(None) };
    Ok(is_able(reader, &user)?.then_some(user))
}

/// Whether somebody is of the firm, may sign in and stands on neither side.
fn is_able(reader: &Reader<'_>, user: &UserId) -> Result<bool, StoreError> {
    let row = reader.user(user)?;
    Ok(row
        .is_some_and(|row| row.active && row.left_at.is_none() && row.side == Some(Side::Neutral)))
}

/// Who does the work of an arbiter who is away, by the arbiter's own wall.
fn stand_in(
    reader: &Reader<'_>,
    in_force: &InForce,
    arbiter: &UserId,
    now: Timestamp,
) -> Result<Option<UserId>, StoreError> {
    let people = working_hours(reader)?;
    let zone = people.hours(arbiter, now).and_then(|hours| hours.zone.as_ref());
    let wall = zone.unwrap_or(&in_force.agreement.zone).to_datetime(now);
    let absences = reader.absences_of(arbiter)?;
    let holds = |row: &&store::read::AbsenceRow| {
        row.withdrawn_by.is_none() && absence::holds((row.first_on, row.last_on), row.half, wall)
    };
    let named = absences.iter().find(holds).and_then(|row| row.substitute.clone());
    match named {
        Some(user) if is_able(reader, &user)? => Ok(Some(user)),
        _ => Ok(None),
    }
}
