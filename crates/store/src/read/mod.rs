//! The read models: one file a noun, with how facts change it and what can be asked of it.
//!
//! A report is a patch. A reported field replaces what was known, a blank one (`Cleared`) makes its
//! column null and stays in `fields` as null, an absent one keeps. Patches count in the order in
//! which they were recorded. What a thing *is in* (status, stage, owner) counts by when it happened:
//! an older move that is told later does not undo a newer one; at the same instant the later told
//! holds.

pub mod absence;
mod account_key;
mod account_page;
pub mod action;
pub mod activity;
pub mod agreement;
pub mod assignment;
pub mod campaign;
pub mod clock;
mod clocked;
pub mod collateral_request;
mod columns;
pub mod dispute;
pub mod escalation;
pub mod evidence;
pub mod handoff;
pub mod lead;
mod lead_filter;
mod lead_page;
mod lead_search;
pub mod lead_stage;
pub mod merged;
pub mod milestone;
pub mod named;
pub mod negotiation;
pub mod opportunity;
mod opportunity_page;
pub mod qualification;
pub mod quota;
pub mod routing;
pub mod tally;
pub mod user;
pub mod user_hours;
mod user_page;
pub(crate) mod withdrawn;
mod word;

pub use absence::{AbsenceRow, SubstitutionRow};
pub use account_key::AccountKey;
pub(crate) use account_key::keep_all as keep_all_account_keys;
pub use account_page::{AccountFilter, AccountPlace};
pub use action::ActionRow;
pub use activity::ActivityRow;
pub use agreement::{AgreementHead, AgreementInForce, AgreementRow, AgreementState, SignatureRow};
pub use assignment::AssignmentRow;
pub use campaign::CampaignRow;
pub use clock::{ClockRow, ClockStanding, ClockToldLate};
pub use collateral_request::{CollateralRequestFilter, CollateralRequestRow, RequestStands};
pub use columns::name_key;
pub use dispute::{DisputeFilter, DisputeRow, DisputeStands};
pub use evidence::EvidenceRow;
pub use handoff::HandoffRow;
pub(crate) use lead::fill_passed;
pub use lead::{LeadRow, Passed};
pub use lead_filter::{LeadFilter, Span};
pub use lead_page::{LeadPlace, LeadSort};
pub use lead_stage::LeadStageRow;
pub use merged::MergedRow;
pub use milestone::MilestoneRow;
pub(crate) use named::fill_owners;
pub use named::{AccountHead, AccountRow, NamedRow, ProductRow};
pub use negotiation::{AnswerRow, CommentRow};
pub use opportunity::{OpportunityRow, OpportunityStageRow, Outcome};
pub use opportunity_page::{OpportunityFilter, OpportunityPlace, OpportunitySort};
pub use qualification::QualificationRow;
pub use quota::QuotaRow;
pub use routing::{LevelEntry, Moved, RoutingRow, UnroutedRow};
pub use tally::{ClockCounted, ClockTally, QualificationTally};
pub use user::{Colleague, UserRow};
pub use user_hours::HoursRow;
pub(crate) use user_hours::keep_all as keep_all_hours;
pub use user_page::{PersonFilter, PersonRow, Standing};
pub use word::{Findable, Hit};
pub(crate) use word::{index_all_names, replace as replace_words};

/// Every table that is worked out from the ledger, with its columns.
pub(crate) const READ_MODELS: [(&str, &str); 37] = [
    ("absence", absence::COLUMNS),
    ("account", named::COLUMNS),
    ("account_key", account_key::COLUMNS),
    ("action", action::COLUMNS),
    ("activity", activity::COLUMNS),
    ("agreement", agreement::COLUMNS),
    ("assignment", assignment::COLUMNS),
    ("campaign", campaign::COLUMNS),
    ("change_answer", negotiation::ANSWER_COLUMNS),
    ("clause_comment", negotiation::COMMENT_COLUMNS),
    ("clock", clock::COLUMNS),
    ("clock_told", escalation::COLUMNS),
    ("collateral_request", collateral_request::COLUMNS),
    ("dispute", dispute::COLUMNS),
    ("evidence", evidence::COLUMNS),
    ("handoff", handoff::COLUMNS),
    ("lead", lead::COLUMNS),
    ("lead_stage", lead_stage::COLUMNS),
    ("lead_tally", tally::LEAD_COLUMNS),
    ("merged_lead", merged::COLUMNS),
    ("milestone", milestone::COLUMNS),
    ("opportunity", opportunity::COLUMNS),
    ("opportunity_stage", opportunity::STAGE_COLUMNS),
    ("product", named::COLUMNS),
    ("qualification", qualification::COLUMNS),
    ("quota", quota::COLUMNS),
    ("routing", routing::COLUMNS),
    ("routing_entry", routing::ENTRY_COLUMNS),
    ("routing_level", routing::LEVEL_COLUMNS),
    ("signature", agreement::SIGNATURE_COLUMNS),
    ("substitution", absence::SUBSTITUTION_COLUMNS),
    ("tally", tally::COLUMNS),
    ("told_apart", merged::APART_COLUMNS),
    ("unrouted", routing::UNROUTED_COLUMNS),
    ("user_hours", user_hours::COLUMNS),
    ("user_record", user::COLUMNS),
    ("word", word::COLUMNS),
];
