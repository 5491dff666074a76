//! The ledger's vocabulary. A fact is in the past tense and is never edited: a mistake is
//! corrected by a further fact that says so.
//!
//! A fact's JSON is a public format for ever: new fields are optional, nothing is renamed, and a
//! changed meaning is a new kind. `docs/reference/facts.md` shows one of each.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    absence::{AbsenceEntered, AbsenceWithdrawn, SubstituteNamed, SubstituteWithdrawn},
    action::{ActionClosed, ActionOpened},
    activity::ActivityRecorded,
    book::{BookPassedOn, UserLeft},
    collateral_request::{
        CollateralRequestAnswered, CollateralRequestMade, CollateralRequestWithdrawn,
    },
    decided::{
        ClockAtRisk, ClockBreached, ClockEscalated, ClockPassedOn, ClockPaused, ClockRecomputed,
        ClockResumed, ClockStarted, ClockStopped, LeadFellBelow, LeadQualified, MilestoneReached,
    },
    dispute::{DisputeAnswered, DisputeOpened, DisputeRuled},
    evidence::{EvidenceGiven, EvidenceWithdrawn},
    firm::{
        AgreementProposed, AgreementSigned, AgreementTookEffect, AgreementWithdrawn,
        BacktestAttached, UserAdmitted,
    },
    handoff::{
        HandoffAnswered, HandoffDeemed, HandoffDelivered, HandoffMade, LeadAssigned, LeadMoved,
    },
    ids::{FactNo, LeadId, Subject},
    merged::{LeadsMerged, LeadsToldApart, LeadsUnmerged},
    negotiation::{ChangeAnswered, ClauseCommented},
    record::{
        AccountReported, CampaignReported, LeadReported, OpportunityMoved, OpportunityReported,
        ProductReported, QuotaReported, UserReported,
    },
    routed::{LeadRouted, RoutingCreditedBack},
    withdrawn::FactsWithdrawn,
};

/// Everything that can stand in the ledger, one kind a noun and its verb.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// A company.
    Account(AccountReported),
    /// A lead or a contact.
    Lead(LeadReported),
    /// What a contact did, or what was done to reach them.
    Activity(ActivityRecorded),
    /// A lead entered a status.
    LeadMoved(LeadMoved),
    /// A lead was given to somebody.
    LeadAssigned(LeadAssigned),
    /// A lead was handed over.
    Handoff(HandoffDelivered),
    /// A handoff was answered.
    HandoffAnswered(HandoffAnswered),
    /// Decided: a lead was handed over.
    HandoffMade(HandoffMade),
    /// Decided: silence accepted a handoff.
    HandoffDeemed(HandoffDeemed),
    /// Something is contested.
    DisputeOpened(DisputeOpened),
    /// The other side said theirs.
    DisputeAnswered(DisputeAnswered),
    /// The arbiter ruled.
    DisputeRuled(DisputeRuled),
    /// Somebody asks a colleague for something.
    CollateralRequestMade(CollateralRequestMade),
    /// A request was answered.
    CollateralRequestAnswered(CollateralRequestAnswered),
    /// A request was taken back.
    CollateralRequestWithdrawn(CollateralRequestWithdrawn),
    /// Two leads are one person.
    LeadsMerged(LeadsMerged),
    /// Two leads are not one person after all.
    LeadsUnmerged(LeadsUnmerged),
    /// Two leads that look like one person are two.
    LeadsToldApart(LeadsToldApart),
    /// A possible sale.
    Opportunity(OpportunityReported),
    /// An opportunity entered a stage.
    OpportunityMoved(OpportunityMoved),
    /// A campaign.
    Campaign(CampaignReported),
    /// A product.
    Product(ProductReported),
    /// A person of the firm.
    User(UserReported),
    /// What is to be reached.
    Quota(QuotaReported),
    /// Somebody may sign in, in a role.
    UserAdmitted(UserAdmitted),
    /// All that was somebody's passed to somebody else.
    BookPassedOn(BookPassedOn),
    /// Somebody left the firm.
    UserLeft(UserLeft),
    /// Somebody is away.
    AbsenceEntered(AbsenceEntered),
    /// An absence was taken back.
    AbsenceWithdrawn(AbsenceWithdrawn),
    /// A signer named who signs in their place.
    SubstituteNamed(SubstituteNamed),
    /// A substitute signs no more.
    SubstituteWithdrawn(SubstituteWithdrawn),
    /// A text was put before both sides.
    AgreementProposed(AgreementProposed),
    /// One side signed.
    AgreementSigned(AgreementSigned),
    /// A proposal was taken back, and its signatures with it.
    AgreementWithdrawn(AgreementWithdrawn),
    /// A backtest was attached to a version.
    BacktestAttached(BacktestAttached),
    /// A signed version came into force.
    AgreementTookEffect(AgreementTookEffect),
    /// Somebody said something about a clause that a proposal changes.
    ClauseCommented(ClauseCommented),
    /// A side takes a change of a proposal, or declines it.
    ChangeAnswered(ChangeAnswered),
    /// Decided: a period was missed, and what was agreed for it is to be done.
    ActionOpened(ActionOpened),
    /// An action was closed with a word.
    ActionClosed(ActionClosed),
    /// Somebody gave evidence for a persona.
    EvidenceGiven(EvidenceGiven),
    /// Evidence was taken back.
    EvidenceWithdrawn(EvidenceWithdrawn),
    /// What an import had told of a record holds no more.
    FactsWithdrawn(FactsWithdrawn),
    /// Decided: a lead met a definition.
    LeadQualified(LeadQualified),
    /// Decided: a lead that had qualified meets the definition no more.
    LeadFellBelow(LeadFellBelow),
    /// Decided: a service level began to count.
    ClockStarted(ClockStarted),
    /// Decided: a clock is at risk.
    ClockAtRisk(ClockAtRisk),
    /// Decided: a clock is missed.
    ClockBreached(ClockBreached),
    /// Decided: a clock reached a step of its ladder.
    ClockEscalated(ClockEscalated),
    /// Decided: a clock rests.
    ClockPaused(ClockPaused),
    /// Decided: a resting clock counts again.
    ClockResumed(ClockResumed),
    /// Decided: a running clock passed to another owner.
    ClockPassedOn(ClockPassedOn),
    /// Decided: a running clock is judged by a version that came into force.
    ClockRecomputed(ClockRecomputed),
    /// Decided: a clock ended.
    ClockStopped(ClockStopped),
    /// Decided: an opportunity reached a milestone.
    MilestoneReached(MilestoneReached),
    /// Decided: a lead that nobody had was routed.
    LeadRouted(LeadRouted),
    /// Decided: a routed lead counts for its receiver no more.
    RoutingCreditedBack(RoutingCreditedBack),
}

impl Fact {
    /// What the fact is about, as `noun:id`; facts of one subject are read together.
    pub fn subject(&self) -> String {
        match self {
            Fact::Account(fact) => format!("account/{}", fact.account),
            Fact::Opportunity(fact) => format!("opportunity/{}", fact.opportunity),
            Fact::OpportunityMoved(fact) => format!("opportunity/{}", fact.opportunity),
            Fact::MilestoneReached(fact) => format!("opportunity/{}", fact.opportunity),
            Fact::ClockStarted(ClockStarted { subject, .. })
            | Fact::ClockAtRisk(ClockAtRisk { subject, .. })
            | Fact::ClockBreached(ClockBreached { subject, .. })
            | Fact::ClockEscalated(ClockEscalated { subject, .. })
            | Fact::ClockPaused(ClockPaused { subject, .. })
            | Fact::ClockResumed(ClockResumed { subject, .. })
            | Fact::ClockPassedOn(ClockPassedOn { subject, .. })
            | Fact::ClockRecomputed(ClockRecomputed { subject, .. })
            | Fact::ClockStopped(ClockStopped { subject, .. }) => subject.to_string(),
            Fact::Campaign(fact) => format!("campaign/{}", fact.campaign),
            Fact::Product(fact) => format!("product/{}", fact.product),
            Fact::User(fact) => format!("user/{}", fact.user),
            Fact::UserAdmitted(fact) => format!("user/{}", fact.user),
            Fact::BookPassedOn(fact) => format!("user/{}", fact.user),
            Fact::UserLeft(fact) => format!("user/{}", fact.user),
            Fact::AbsenceEntered(fact) => format!("user/{}", fact.user),
            Fact::AbsenceWithdrawn(fact) => format!("user/{}", fact.user),
            Fact::SubstituteNamed(fact) => format!("user/{}", fact.signer),
            Fact::SubstituteWithdrawn(fact) => format!("user/{}", fact.signer),
            Fact::Quota(fact) => format!("quota/{}", fact.period),
            Fact::EvidenceGiven(EvidenceGiven { persona, .. })
            | Fact::EvidenceWithdrawn(EvidenceWithdrawn { persona, .. }) => {
                format!("persona/{persona}")
            }
            Fact::FactsWithdrawn(fact) => fact.subject.clone(),
            Fact::AgreementProposed(AgreementProposed { version, .. })
            | Fact::AgreementSigned(AgreementSigned { version, .. })
            | Fact::AgreementWithdrawn(AgreementWithdrawn { version, .. })
            | Fact::BacktestAttached(BacktestAttached { version, .. })
            | Fact::AgreementTookEffect(AgreementTookEffect { version, .. })
            | Fact::ClauseCommented(ClauseCommented { version, .. })
            | Fact::ActionClosed(ActionClosed { version, .. })
            | Fact::ChangeAnswered(ChangeAnswered { version, .. }) => {
                format!("agreement/{version}")
            }
            Fact::ActionOpened(fact) => format!("agreement/{}", fact.because.version),
            Fact::DisputeOpened(DisputeOpened { about, .. })
            | Fact::DisputeAnswered(DisputeAnswered { about, .. })
            | Fact::DisputeRuled(DisputeRuled { about, .. }) => about.subject(),
            Fact::CollateralRequestMade(CollateralRequestMade { request, .. })
            | Fact::CollateralRequestAnswered(CollateralRequestAnswered { request, .. })
            | Fact::CollateralRequestWithdrawn(CollateralRequestWithdrawn { request, .. }) => {
                format!("request/{request}")
            }
            of_a_lead => {
                let lead = of_a_lead.lead().expect("every other kind is about a lead");
                format!("lead/{lead}")
            }
        }
    }

    /// The lead that the fact is about, if it is about one.
    pub fn lead(&self) -> Option<&LeadId> {
        match self {
            Fact::Lead(LeadReported { lead, .. })
            | Fact::Activity(ActivityRecorded { lead, .. })
            | Fact::LeadMoved(LeadMoved { lead, .. })
            | Fact::LeadAssigned(LeadAssigned { lead, .. })
            | Fact::Handoff(HandoffDelivered { lead, .. })
            | Fact::HandoffAnswered(HandoffAnswered { lead, .. })
            | Fact::HandoffMade(HandoffMade { lead, .. })
            | Fact::HandoffDeemed(HandoffDeemed { lead, .. })
            | Fact::LeadFellBelow(LeadFellBelow { lead, .. })
            | Fact::LeadQualified(LeadQualified { lead, .. })
            | Fact::LeadRouted(LeadRouted { lead, .. })
            | Fact::RoutingCreditedBack(RoutingCreditedBack { lead, .. })
            | Fact::LeadsMerged(LeadsMerged { lead, .. })
            | Fact::LeadsUnmerged(LeadsUnmerged { lead, .. })
            | Fact::LeadsToldApart(LeadsToldApart { lead, .. }) => Some(lead),
            Fact::ClockStarted(ClockStarted { subject, .. })
            | Fact::ClockAtRisk(ClockAtRisk { subject, .. })
            | Fact::ClockBreached(ClockBreached { subject, .. })
            | Fact::ClockEscalated(ClockEscalated { subject, .. })
            | Fact::ClockPaused(ClockPaused { subject, .. })
            | Fact::ClockResumed(ClockResumed { subject, .. })
            | Fact::ClockPassedOn(ClockPassedOn { subject, .. })
            | Fact::ClockRecomputed(ClockRecomputed { subject, .. })
            | Fact::ClockStopped(ClockStopped { subject, .. }) => subject.lead(),
            Fact::DisputeOpened(DisputeOpened { about, .. })
            | Fact::DisputeAnswered(DisputeAnswered { about, .. })
            | Fact::DisputeRuled(DisputeRuled { about, .. }) => about.lead(),
            _ => None,
        }
    }

    /// The lead or opportunity that the fact is about, if it is about one.
    pub fn decided_about(&self) -> Option<Subject> {
        Subject::parse(&self.subject())
    }

    /// Whether other systems may report it. The rest is decided or signed inside.
    pub fn is_reportable(&self) -> bool {
        matches!(
            self,
            Fact::Account(_)
                | Fact::Lead(_)
                | Fact::Activity(_)
                | Fact::LeadMoved(_)
                | Fact::LeadAssigned(_)
                | Fact::Handoff(_)
                | Fact::HandoffAnswered(_)
                | Fact::Opportunity(_)
                | Fact::OpportunityMoved(_)
                | Fact::Campaign(_)
                | Fact::Product(_)
                | Fact::User(_)
                | Fact::Quota(_)
        )
    }
}

/// A fact with its two instants and where it came from, before it has a place in the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The system that reported it, such as `salesforce`; `lockstep` for what was decided here.
    pub source: String,
    /// The source's own key of this fact. The same source and key twice is one fact.
    pub key: String,
    /// When it happened.
    pub happened_at: Timestamp,
    /// What happened.
    pub fact: Fact,
}

/// A fact in the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its place.
    pub no: FactNo,
    /// When we learnt of it, which may be long after it happened.
    pub recorded_at: Timestamp,
    /// The fact itself.
    pub told: Told,
}

impl Entry {
    /// What happened.
    pub fn fact(&self) -> &Fact {
        &self.told.fact
    }

    /// When it happened.
    pub fn happened_at(&self) -> Timestamp {
        self.told.happened_at
    }
}

#[cfg(test)]
mod tests;
