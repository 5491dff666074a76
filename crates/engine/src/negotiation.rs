//! What two texts of the Agreement say otherwise: versions, and a text that is not yet one.

pub mod answers;

use std::collections::BTreeMap;

use connectors::agreement::{AgreementText, redline::redline};
use domain::{fact::Fact, ids::Version};
use store::{
    Reader, StoreError,
    read::{AgreementHead, AgreementRow, AgreementState},
};

use crate::{
    Engine, Error, Refusal,
    agreement::{AgreementRefusal, refused},
};

pub(crate) use connectors::agreement::redline::redline as redline_between;
pub use connectors::agreement::redline::{Change, ClauseChange, Piece, Redline, Turn};

/// A redline between two versions.
#[derive(Debug, Clone)]
pub struct VersionRedline {
    /// The version that is read.
    pub version: AgreementRow,
    /// The version that it is compared with; `None` where there was none before it.
    pub against: Option<AgreementRow>,
    /// In what they differ.
    pub redline: Redline,
}

impl Engine {
    /// What a version says otherwise than another; where none is named, than the one whose place it
    /// takes.
    ///
    /// # Errors
    /// [`AgreementRefusal::NoSuchVersion`].
    pub fn redline(
        &self,
        version: Version,
        against: Option<Version>,
    ) -> Result<VersionRedline, Error> {
        let (row, against) = self.store.read(|reader| {
            let found = |version| {
                let row = reader.agreement(version)?;
                row.ok_or_else(|| refused(AgreementRefusal::NoSuchVersion(version)))
            };
            let row = found(version)?;
            let heads = reader.agreement_heads()?;
            let head = heads.iter().find(|head| head.version == version);
            let earlier = head.and_then(|head| before(&heads, head)).map(|head| head.version);
            let against = against.or(earlier).map(found).transpose()?;
            Ok::<_, Error>((row, against))
        })?;
        let earlier = against.as_ref().map(text_of).transpose()?;
        let redline = redline(earlier.as_ref(), &text_of(&row)?);
        Ok(VersionRedline { version: row, against, redline })
    }

    /// What a text says otherwise than the version in force, and which that is.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn redline_of(&self, text: &AgreementText) -> Result<(Option<Version>, Redline), Error> {
        let in_force = self.store.read(|reader| {
            let version = reader.version_in_force()?;
            version.map_or(Ok(None), |version| reader.agreement(version))
        })?;
        let earlier = in_force.as_ref().map(text_of).transpose()?;
        Ok((in_force.map(|row| row.version), redline(earlier.as_ref(), text)))
    }
}

/// What a version that is open still says in its sentences and no more in its rules, each with its
/// clause; nothing of one that is not.
///
/// # Errors
/// When the database cannot be read.
pub fn contradictions(reader: &Reader<'_>, row: &AgreementRow) -> Result<Vec<String>, Error> {
    if !matches!(row.state, AgreementState::Proposed | AgreementState::Signed) {
        return Ok(Vec::new());
    }
    match base_of(reader, row.version)? {
        Some(base) => Ok(redline(Some(&base), &text_of(row)?).contradictions()),
        None => Ok(Vec::new()),
    }
}

/// The version whose place another takes or took: the one in force until that came into force, or
/// when it was proposed.
pub fn before<'r>(heads: &'r [AgreementHead], head: &AgreementHead) -> Option<&'r AgreementHead> {
    let is_open = matches!(head.state, AgreementState::Proposed | AgreementState::Signed);
    let until = if is_open { None } else { head.in_force_at.or(head.proposed_at) };
    heads
        .iter()
        .filter(|other| other.version != head.version)
        .filter_map(|other| other.in_force_at.map(|at| (at, other)))
        .filter(|(at, other)| {
            until.is_none_or(|until| (*at, other.version) < (until, head.version))
        })
        .max_by_key(|(at, other)| (*at, other.version))
        .map(|(_, other)| other)
}

/// Each version that was taken back for another, with that other.
///
/// # Errors
/// When the database cannot be read.
pub fn successors(reader: &Reader<'_>) -> Result<BTreeMap<Version, Version>, StoreError> {
    let mut successors = BTreeMap::new();
    for head in reader.agreement_heads()? {
        if head.state != AgreementState::Withdrawn {
            continue;
        }
        let entry = reader.entry(head.last_fact)?;
        let next = entry.as_ref().and_then(|entry| match entry.fact() {
            Fact::AgreementWithdrawn(fact) => fact.instead,
            _ => None,
        });
        successors.extend(next.map(|next| (head.version, next)));
    }
    Ok(successors)
}

/// The versions that were taken back for a version, and for those in turn; the latest first.
///
/// # Errors
/// When the database cannot be read.
pub fn taken_back_for(reader: &Reader<'_>, version: Version) -> Result<Vec<Version>, StoreError> {
    let successors = successors(reader)?;
    let before = |here: Version| {
        let found = successors.iter().find(|(earlier, next)| **next == here && **earlier < here);
        found.map(|(earlier, _)| *earlier)
    };
    Ok(std::iter::successors(before(version), |earlier| before(*earlier)).collect())
}

/// What a version says otherwise than the one whose place it takes or took.
pub(crate) fn own_redline(reader: &Reader<'_>, row: &AgreementRow) -> Result<Redline, Error> {
    let base = base_of(reader, row.version)?;
    Ok(redline(base.as_ref(), &text_of(row)?))
}

/// The text whose place a version takes or took; `None` where there was none before it.
pub(crate) fn base_of(
    reader: &Reader<'_>,
    version: Version,
) -> Result<Option<AgreementText>, Error> {
    let heads = reader.agreement_heads()?;
    let head = heads.iter().find(|head| head.version == version);
    let base = head.and_then(|head| before(&heads, head)).map(|head| head.version);
    let base = base.map(|base| reader.agreement(base)).transpose()?.flatten();
    base.as_ref().map(text_of).transpose()
}

/// The text of a version.
pub(crate) fn text_of(row: &AgreementRow) -> Result<AgreementText, Error> {
    AgreementText::new(row.text.clone())
        .map_err(|failure| Refusal::from(AgreementRefusal::Unreadable(failure.to_string())).into())
}
