//! What is known about one lead or opportunity, for pages that show its workings.

use domain::{fact::Entry, ids::LeadId, ids::Subject, lead::LeadHistory, service_level::People};
use store::{Reader, StoreError};

use crate::deciding;

/// The facts about a lead and its account, as decisions see them.
///
/// # Errors
/// When the database cannot be read.
pub fn history_of(reader: &Reader<'_>, lead: &LeadId) -> Result<LeadHistory, StoreError> {
    Ok(LeadHistory::new(lead.clone(), deciding::facts_about(reader, &Subject::Lead(lead.clone()))?))
}

/// The facts about a subject and what it is seen with, as decisions see them, in order.
///
/// # Errors
/// When the database cannot be read.
pub fn facts_about(reader: &Reader<'_>, subject: &Subject) -> Result<Vec<Entry>, StoreError> {
    Ok(domain::lead::in_order(deciding::facts_about(reader, subject)?))
}

/// Everybody's hours, as decisions see them.
///
/// # Errors
/// When the database cannot be read.
pub fn working_hours(reader: &Reader<'_>) -> Result<People, StoreError> {
    deciding::people(reader)
}
