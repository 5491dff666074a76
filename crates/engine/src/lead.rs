//! What is known about one lead, for pages that show its workings.

use domain::{ids::LeadId, lead::LeadHistory, service_level::People};
use store::{Reader, StoreError};

use crate::deciding;

/// The facts about a lead and its account, as decisions see them.
///
/// # Errors
/// When the database cannot be read.
pub fn history_of(reader: &Reader<'_>, lead: &LeadId) -> Result<LeadHistory, StoreError> {
    Ok(LeadHistory::new(lead.clone(), deciding::facts_about(reader, lead)?))
}

/// Everybody's hours, as decisions see them.
///
/// # Errors
/// When the database cannot be read.
pub fn working_hours(reader: &Reader<'_>) -> Result<People, StoreError> {
    deciding::people(reader)
}
