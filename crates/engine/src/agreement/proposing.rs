//! How a text comes before both sides: from when on it is to hold, and whose place it takes.

use connectors::agreement::{AgreementText, read as read_text};
use domain::{
    fact::Fact,
    firm::AgreementProposed,
    ids::{UserId, Version},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use store::{Reader, Writer, read::AgreementState};

use super::{AgreementRefusal, append, is_open, refused, withdraw};
use crate::{
    Engine, Error,
    negotiation::{answers::declined, own_redline},
};

/// From when on a version is to be in force, once both have signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effective {
    /// As soon as both have signed.
    AtOnce,
    /// From the midnight of a day on, in the zone of the text; today is as soon as both have signed.
    On(Date),
    /// From an instant on.
    At(Timestamp),
}

impl Effective {
    /// The instant, in the zone of a text; `None` where it is over.
    fn instant(self, zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
        let at = match self {
            Effective::AtOnce => now,
            Effective::On(day) if day == zone.to_datetime(now).date() => now,
            Effective::On(day) => day.to_zoned(zone.clone()).ok()?.timestamp(),
            Effective::At(at) => at,
        };
        (at >= now).then_some(at)
    }
}

/// A text that is to come before both sides.
#[derive(Debug, Clone)]
pub struct Proposing {
    /// The text.
    pub text: AgreementText,
    /// From when on it is to hold.
    pub effective: Effective,
    /// The version that is open for signing, if it is to be taken back for this one.
    pub instead: Option<Version>,
}

/// As soon as both have signed, and in the place of none.
impl From<AgreementText> for Proposing {
    fn from(text: AgreementText) -> Proposing {
        Proposing { text, effective: Effective::AtOnce, instead: None }
    }
}

/// A version that is open for signing, and what would be void with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct OpenVersion {
    /// Which.
    pub version: Version,
    /// How many clauses it changes in the Agreement in force.
    pub changes: usize,
    /// How many comments were made on it.
    pub comments: usize,
    /// How many of its changes are declined by a side.
    pub declined: usize,
    /// How many have signed it.
    pub signatures: usize,
}

impl OpenVersion {
    /// `with 3 changes, 2 comments, 1 declined change and 1 signature`; what there is none of is
    /// left out.
    pub fn words(&self) -> String {
        let parts = [
            (self.changes, "change"),
            (self.comments, "comment"),
            (self.declined, "declined change"),
            (self.signatures, "signature"),
        ];
        let parts = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| match n {
            1 => format!("1 {what}"),
            n => format!("{n} {what}s"),
        });
        let parts: Vec<String> = parts.collect();
        match parts.split_last() {
            None => "with nothing said to it".to_owned(),
            Some((last, [])) => format!("with {last}"),
            Some((last, rest)) => format!("with {} and {last}", rest.join(", ")),
        }
    }

    /// That it is open, and what proposing another text makes void.
    pub fn would_go(&self) -> String {
        let (version, with) = (self.version, self.words());
        format!("version {version} is before both sides; proposing takes it back, {with}")
    }
}

impl Engine {
    /// The version that is open for signing, whose place another would take.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn open_version(&self) -> Result<Option<OpenVersion>, Error> {
        self.store.read(open_version)
    }
}

fn open_version(reader: &Reader<'_>) -> Result<Option<OpenVersion>, Error> {
    let heads = reader.agreement_heads()?.into_iter().rev();
    let mut open = heads.filter(|head| is_open(head.state));
    let Some(version) = open.next().map(|head| head.version) else { return Ok(None) };
    let Some(row) = reader.agreement(version)? else { return Ok(None) };
    Ok(Some(OpenVersion {
        version,
        changes: own_redline(reader, &row)?.clauses.len(),
        comments: reader.comments_on(version)?.len(),
        declined: declined(reader, version, None)?.len(),
        signatures: reader.signatures_of(version)?.len(),
    }))
}

/// Puts a text before both sides; one that is open for signing goes only where that is said.
pub(crate) fn propose(
    writer: &mut Writer<'_>,
    by: Option<UserId>,
    proposing: &Proposing,
    now: Timestamp,
) -> Result<Version, Error> {
    let Proposing { text, effective, instead } = proposing;
    let zone = read_text(text).map_err(|wrong| refused(AgreementRefusal::Mistakes(wrong)))?.zone;
    let rows = writer.reader().agreements()?;
    let hash = text.hash();
    if let Some(row) = rows.iter().rev().find(|row| row.hash == hash) {
        match row.state {
            AgreementState::Proposed | AgreementState::Signed => {
                return Err(refused(AgreementRefusal::AlreadyProposed(row.version)));
            }
            AgreementState::InForce => {
                return Err(refused(AgreementRefusal::AlreadyInForce(row.version)));
            }
            _ => {}
        }
    }
    let over = || refused(AgreementRefusal::Over);
    let effective_at = effective.instant(&zone, now).ok_or_else(over)?;
    let version = Version(rows.last().map_or(1, |row| row.version.0 + 1));
    match (open_version(&writer.reader())?, *instead) {
        (None, None) => {}
        (Some(open), Some(instead)) if open.version == instead => {
            withdraw(writer, instead, Some(version), by.clone(), now)?;
        }
        (Some(open), _) => return Err(refused(AgreementRefusal::Open(open))),
        (None, Some(instead)) => return Err(refused(AgreementRefusal::NotOpen(instead))),
    }
    let text = text.files().clone();
    let fact = AgreementProposed { version, text, hash, effective_at, by };
    let key = format!("agreement/{version}/proposed");
    append(writer, key, now, Fact::AgreementProposed(fact))?;
    Ok(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_its_midnight_and_today_is_as_soon_as_both_have_signed() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let now: Timestamp = "2026-11-21T23:30:00Z".parse().unwrap();
        let on = |day: &str| Effective::On(day.parse().unwrap());
        let at = |at: &str| Effective::At(at.parse().unwrap());
        let cases = [
            (Effective::AtOnce, Some("2026-11-21T23:30:00Z")),
            // In the zone of the text it is the 22nd already.
            (on("2026-11-22"), Some("2026-11-21T23:30:00Z")),
            (on("2026-11-21"), None),
            (on("2026-11-23"), Some("2026-11-22T23:00:00Z")),
            (at("2026-11-21T23:30:00Z"), Some("2026-11-21T23:30:00Z")),
            (at("2026-11-21T23:29:59Z"), None),
        ];
        for (effective, expected) in cases {
            let instant = effective.instant(&zone, now).map(|at| at.to_string());
            assert_eq!(instant.as_deref(), expected, "{effective:?}");
        }
    }
}
