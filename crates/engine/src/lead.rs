//! What is known about one lead or opportunity, for pages that show its workings.

pub mod judged;
pub(crate) mod together;

use std::sync::Arc;

use domain::{
    fact::Entry,
    ids::{LeadId, Subject},
    lead::{LeadHistory, in_order},
    people::People,
};
use store::{Reader, StoreError};

use crate::deciding;

pub use crate::deciding::facts_about as gather;

/// The facts about a lead and its account, as decisions see them.
///
/// # Errors
/// When the database cannot be read.
pub fn history_of(reader: &Reader<'_>, lead: &LeadId) -> Result<LeadHistory, StoreError> {
    Ok(LeadHistory::new(lead.clone(), gathered(reader, &Subject::Lead(lead.clone()))?))
}

/// The facts about a subject and what it is seen with, as its clocks see them, in order.
///
/// # Errors
/// When the database cannot be read.
pub fn facts_about(reader: &Reader<'_>, subject: &Subject) -> Result<Vec<Arc<Entry>>, StoreError> {
    match subject {
        Subject::Lead(lead) => Ok(history_of(reader, lead)?.into_entries()),
        Subject::Opportunity(_) => Ok(in_order(gathered(reader, subject)?)),
    }
}

pub(crate) fn gathered(
    reader: &Reader<'_>,
    subject: &Subject,
) -> Result<Vec<Arc<Entry>>, StoreError> {
    let facts_of = |filed: &str| Ok(reader.facts_of(filed)?.into_iter().map(Arc::new).collect());
    deciding::facts_about(subject, facts_of)
}

/// Everybody's hours, as decisions see them. They are read anew where there is a new fact about
/// anybody.
///
/// # Errors
/// When the database cannot be read.
pub fn working_hours(reader: &Reader<'_>) -> Result<Arc<People>, StoreError> {
    reader.of_users(deciding::people)
}
