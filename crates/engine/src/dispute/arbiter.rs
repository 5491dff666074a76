//! Who rules on a dispute: its arbiter, whoever does their work while they are away, and once they
//! are gone whom the Agreement in force names. Nobody rules who stands on a side, or in their own
//! case.

use domain::{
    agreement::{History, InForce},
    firm::Side,
    ids::UserId,
};
use jiff::Timestamp;
use store::{Reader, StoreError, read::DisputeRow};

use super::request::at_its_ends;
use crate::{absence::substitute_of, substitute::user_named};

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
    let at_its_ends = at_its_ends(reader, agreements, &dispute.about, now)?;
    rulers.retain(|user| *user != dispute.opened_by && !at_its_ends.contains(user));
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

/// Who does the work of an arbiter who is away, where they are able to rule.
fn stand_in(
    reader: &Reader<'_>,
    in_force: &InForce,
    arbiter: &UserId,
    now: Timestamp,
) -> Result<Option<UserId>, StoreError> {
    match substitute_of(reader, &in_force.agreement.zone, arbiter, now)? {
        Some(user) if is_able(reader, &user)? => Ok(Some(user)),
        _ => Ok(None),
    }
}
