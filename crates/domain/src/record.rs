//! Records of other systems, as reported: accounts, leads, opportunities, campaigns, products
//! and users. A report is a patch: it says what it says and leaves the rest alone.

use serde::{Deserialize, Serialize};

use crate::{
    field::Fields,
    ids::{AccountId, CampaignId, LeadId, OpportunityId, ProductId, UserId},
};

/// A system reported a company.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountReported {
    /// Which account.
    pub account: AccountId,
    /// `name`, `industry`, `country`, `employees`, … as the source has them.
    #[serde(default)]
    pub fields: Fields,
    /// Who says so, where a colleague gave it to somebody or corrected it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
}

/// A system reported a lead or a contact: what it says of them, without what tells who they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadReported {
    /// Which lead.
    pub lead: LeadId,
    /// `account`, `source`, `title`, `country`, `created_at`, … as the source has them.
    #[serde(default)]
    pub fields: Fields,
    /// The salted hash of the person's name, addresses and numbers, which stand beside the ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Who says so, where a colleague corrects what was reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
}

/// A system reported a possible sale.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpportunityReported {
    /// Which opportunity.
    pub opportunity: OpportunityId,
    /// `account`, `lead`, `owner`, `product`, `campaign`, `stage`, `outcome`, `amount`,
    /// `opened_on`, `closed_on`, … as the source has them.
    #[serde(default)]
    pub fields: Fields,
    /// Who says so, where a colleague gave it to somebody or corrected it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
}

/// An opportunity entered a stage; the fact happened when it did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpportunityMoved {
    /// Which opportunity.
    pub opportunity: OpportunityId,
    /// The stage, in the source's words.
    pub stage: String,
}

/// A system reported a campaign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CampaignReported {
    /// Which campaign.
    pub campaign: CampaignId,
    /// `name`, `type`, `cost`, `starts_on`, … as the source has them.
    #[serde(default)]
    pub fields: Fields,
}

/// A system reported a product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductReported {
    /// Which product.
    pub product: ProductId,
    /// `name`, `series`, `price`, … as the source has them.
    #[serde(default)]
    pub fields: Fields,
}

/// A system reported a person of the firm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserReported {
    /// Which user.
    pub user: UserId,
    /// `team`, `manager`, `region`, `side`, `zone`, `calendar`, … as the source has them.
    #[serde(default)]
    pub fields: Fields,
    /// The salted hash of the person's name and address, which stand beside the ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Who of the firm wrote it, where somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
}

/// A system reported what somebody, or a team, is to reach in a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotaReported {
    /// Whose quota; `None` for the whole firm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// The period: `2026`, `2026-Q4`, `2026-11`.
    pub period: String,
    /// `amount` or `count`, and what else the source says.
    #[serde(default)]
    pub fields: Fields,
}
