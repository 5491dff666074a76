//! Activities: what a contact did, or what was done to reach them, as reported.

use serde::{Deserialize, Serialize};

use crate::{
    field::Fields,
    ids::{AccountId, CampaignId, LeadId, UserId},
};

/// One activity, at the instant at which it happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActivityRecorded {
    /// The lead it belongs to.
    pub lead: LeadId,
    /// What happened, as a word that the Agreement can name: `page_view`, `webinar`, `call`.
    pub kind: String,
    /// How far it went: `Attended`, `No Show`. Whether that is a success, the Agreement says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The campaign it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignId>,
    /// The account as of then, where the source says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The person of the firm who acted; absent when the contact did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    /// `page`, `subject`, `channel`, … as the source has them.
    #[serde(default, skip_serializing_if = "Fields::is_empty")]
    pub fields: Fields,
}
