//! What is known about one lead, for pages that show its workings.

use std::sync::Arc;

use domain::{ids::LeadId, lead::LeadHistory, service_level::People};
use store::{Reader, StoreError};

use crate::deciding;

/// The facts about a lead and its account, as decisions see them.
///
/// # Errors
/// When the database cannot be read.
pub fn history_of(reader: &Reader<'_>, lead: &LeadId) -> Result<LeadHistory, StoreError> {
    let entries = deciding::facts_about(lead, |subject| {
        Ok(reader.facts_of(subject)?.into_iter().map(Arc::new).collect())
    })?;
    Ok(LeadHistory::new(lead.clone(), entries))
}

/// Everybody's hours, as decisions see them.
///
/// # Errors
/// When the database cannot be read.
pub fn working_hours(reader: &Reader<'_>) -> Result<People, StoreError> {
    deciding::people(reader)
}
