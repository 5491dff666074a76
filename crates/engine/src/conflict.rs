//! Where the priorities of a text contradict each other, the goals, the routes or the people: asked of
//! the facts as they are now.

use std::collections::BTreeMap;

use connectors::agreement::{AgreementText, parts::parts};
use domain::{
    agreement::{Agreement, text::ClauseKind},
    conflict::{Conflict, Named, NamedPeople, conflicts},
};
use jiff::Timestamp;
use store::{Reader, StoreError};

use crate::{Engine, Error, substitute::user_named};

/// Every conflict of a text's priorities as of an instant.
///
/// # Errors
/// When the database cannot be read.
pub fn conflicts_in(
    reader: &Reader<'_>,
    agreement: &Agreement,
    now: Timestamp,
) -> Result<Vec<Conflict>, StoreError> {
    let today = agreement.zone.to_datetime(now).date();
    Ok(conflicts(agreement, &named_people(reader, agreement, now)?, today))
}

impl Engine {
    /// Every conflict of a text's priorities as of an instant.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn conflicts(&self, agreement: &Agreement, now: Timestamp) -> Result<Vec<Conflict>, Error> {
        self.read(|reader| Ok(conflicts_in(reader, agreement, now)?))
    }
}

/// How it stands with those whom the priorities and the routes name; nobody where no priority is.
fn named_people(
    reader: &Reader<'_>,
    agreement: &Agreement,
    now: Timestamp,
) -> Result<NamedPeople, StoreError> {
    let priorities = agreement.clauses.iter().filter_map(|clause| match &clause.kind {
        ClauseKind::Priority(priority) => Some(priority),
        _ => None,
    });
    let mut priorities = priorities.peekable();
    let mut people = NamedPeople::new();
    if priorities.peek().is_none() {
        return Ok(people);
    }
    let routed = agreement.routing.iter().flat_map(|routing| routing.people());
    let names = priorities.filter_map(|priority| priority.owner.as_deref()).chain(routed);
    for name in names {
        let Some(user) = user_named(reader, name)? else { continue };
        let Some(row) = reader.user(&user)? else { continue };
        let has_left = row.left_at.is_some_and(|left| left <= now);
        people.insert(name.to_owned(), Named { side: row.side, has_left });
    }
    Ok(people)
}

/// The conditions of the segments in a text's files in plain words, by their keys.
pub fn segments_in_words(files: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let Ok(text) = AgreementText::new(files.clone()) else { return BTreeMap::new() };
    let segments = parts(&text).into_iter().filter(|part| part.key == "segments");
    let values = segments.flat_map(|part| part.values);
    values
        .filter_map(|value| Some((value.path.strip_suffix(".when")?.to_owned(), value.plain)))
        .collect()
}
