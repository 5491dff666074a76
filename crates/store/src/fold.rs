//! Hands each fact to the read models. Appending and rebuilding both come here, so that there is no
//! second way to work a read model out.

use domain::{
    fact::{Entry, Fact},
    ids::Subject,
    record::UserReported,
};

use crate::{
    database::Connection,
    error::StoreError,
    read::{
        absence, action, activity, agreement, assignment, campaign, clock, collateral_request,
        dispute, escalation, evidence, handoff, lead, lead_stage, merged, milestone, named,
        negotiation, opportunity, qualification, quota, routing, user, user_hours, withdrawn,
    },
};

/// Brings the read models up to `entry`. Depends on nothing but the facts so far: not on the wall
/// clock, and not on which of them shared a batch.
pub(crate) fn apply(connection: &Connection, entry: &Entry) -> Result<(), StoreError> {
    match entry.fact() {
        Fact::Account(fact) => named::reported(connection, entry, &fact.account, &fact.fields),
        Fact::Product(fact) => named::reported(connection, entry, &fact.product, &fact.fields),
        Fact::Campaign(fact) => campaign::reported(connection, entry, fact),
        Fact::User(fact) => colleague(connection, entry, fact),
        Fact::UserAdmitted(fact) => user::admitted(connection, entry, fact),
        Fact::AbsenceEntered(_)
        | Fact::AbsenceWithdrawn(_)
        | Fact::SubstituteNamed(_)
        | Fact::SubstituteWithdrawn(_) => absences(connection, entry),
        Fact::BookPassedOn(fact) => user::passed_on(connection, entry, fact),
        Fact::UserLeft(fact) => user::left(connection, entry, fact),
        Fact::Quota(fact) => quota::reported(connection, entry, fact),
        Fact::Opportunity(fact) => opportunity::reported(connection, entry, fact),
        Fact::OpportunityMoved(fact) => opportunity::moved(connection, entry, fact),
        Fact::AgreementProposed(_)
        | Fact::AgreementSigned(_)
        | Fact::AgreementWithdrawn(_)
        | Fact::AgreementTookEffect(_)
        | Fact::ClauseCommented(_)
        | Fact::ChangeAnswered(_)
        | Fact::ActionOpened(_)
        | Fact::ActionClosed(_) => of_the_agreement(connection, entry),
        // It is looked up by its version, and nothing else is asked of it.
        Fact::BacktestAttached(_) => Ok(()),
        Fact::Lead(fact) => lead::reported(connection, entry, fact),
        Fact::LeadMoved(_) | Fact::LeadQualified(_) => entered(connection, entry),
        Fact::LeadFellBelow(fact) => lead::touched(connection, entry, &fact.lead),
        Fact::LeadAssigned(fact) => {
            assignment::assigned(connection, entry, fact)?;
            handoff::passed_on(connection, entry, fact)?;
            lead::assigned(connection, entry, fact)
        }
        Fact::Activity(fact) => {
            activity::recorded(connection, entry, fact)?;
            lead::touched(connection, entry, &fact.lead)
        }
        Fact::Handoff(_)
        | Fact::HandoffAnswered(_)
        | Fact::HandoffMade(_)
        | Fact::HandoffDeemed(_)
        | Fact::LeadRouted(_)
        | Fact::RoutingCreditedBack(_) => handing_over(connection, entry),
        Fact::DisputeOpened(_) | Fact::DisputeAnswered(_) | Fact::DisputeRuled(_) => {
            disputes(connection, entry)
        }
        Fact::CollateralRequestMade(_)
        | Fact::CollateralRequestAnswered(_)
        | Fact::CollateralRequestWithdrawn(_) => requests(connection, entry),
        Fact::ClockStarted(_)
        | Fact::ClockPaused(_)
        | Fact::ClockResumed(_)
        | Fact::ClockPassedOn(_)
        | Fact::ClockRecomputed(_)
        | Fact::ClockStopped(_)
        | Fact::ClockAtRisk(_)
        | Fact::ClockEscalated(_)
        | Fact::ClockBreached(_) => clocks(connection, entry),
        Fact::MilestoneReached(fact) => milestone::reached(connection, entry, fact),
        Fact::EvidenceGiven(fact) => evidence::given(connection, entry, fact),
        Fact::EvidenceWithdrawn(fact) => evidence::withdrawn(connection, entry, fact),
        Fact::FactsWithdrawn(fact) => folded_again(connection, entry, &fact.subject),
        Fact::LeadsMerged(_) | Fact::LeadsUnmerged(_) | Fact::LeadsToldApart(_) => {
            two_leads(connection, entry)
        }
    }
}

/// What was told of a colleague, their hours included.
fn colleague(
    connection: &Connection,
    entry: &Entry,
    fact: &UserReported,
) -> Result<(), StoreError> {
    user::reported(connection, entry, fact)?;
    user_hours::told(connection, entry, fact)
}

/// A lead entered a status.
fn entered(connection: &Connection, entry: &Entry) -> Result<(), StoreError> {
    match entry.fact() {
        Fact::LeadMoved(fact) => {
            lead_stage::moved(connection, entry, fact)?;
            lead::entered(connection, entry, &fact.lead, &fact.status)
        }
        Fact::LeadQualified(fact) => {
            lead_stage::qualified(connection, entry, fact)?;
            qualification::qualified(connection, entry, fact)?;
            lead::entered(connection, entry, &fact.lead, &fact.status)?;
            lead::qualified(connection, entry, fact)
        }
        _ => Ok(()),
    }
}

/// What happens to a version, what is said to it, and what follows from it.
fn of_the_agreement(connection: &Connection, entry: &Entry) -> Result<(), StoreError> {
    match entry.fact() {
        Fact::AgreementProposed(fact) => agreement::proposed(connection, entry, fact),
        Fact::AgreementSigned(fact) => agreement::signed(connection, entry, fact),
        Fact::AgreementWithdrawn(fact) => agreement::withdrawn(connection, entry, fact),
        Fact::AgreementTookEffect(fact) => agreement::took_effect(connection, entry, fact),
        Fact::ClauseCommented(fact) => negotiation::commented(connection, entry, fact),
        Fact::ChangeAnswered(fact) => negotiation::answered(connection, entry, fact),
        Fact::ActionOpened(fact) => action::opened(connection, entry, fact),
        Fact::ActionClosed(fact) => action::closed(connection, entry, fact),
        _ => Ok(()),
    }
}

/// Whether two leads are one person.
fn two_leads(connection: &Connection, entry: &Entry) -> Result<(), StoreError> {
    match entry.fact() {
        Fact::LeadsMerged(fact) => merged::merged(connection, entry, fact),
        Fact::LeadsUnmerged(fact) => {
            merged::unmerged(connection, fact)?;
            folded_again(connection, entry, &entry.fact().subject())
        }
        Fact::LeadsToldApart(fact) => merged::told_apart(connection, entry, fact),
        _ => Ok(()),
    }
}

/// Some facts about a record hold no more: it is folded from those that do.
fn folded_again(connection: &Connection, entry: &Entry, subject: &str) -> Result<(), StoreError> {
    let held = withdrawn::taken_out(connection, entry, subject)?;
    if held.is_empty() {
        return Ok(());
    }
    for held in held {
        apply(connection, &held)?;
    }
    withdrawn::put_back(connection, entry.no, subject)
}

/// What a clock did.
fn clocks(connection: &Connection, entry: &Entry) -> Result<(), StoreError> {
    match entry.fact() {
        Fact::ClockStarted(fact) => {
            clock::started(connection, entry, fact)?;
            clocks_changed(connection, entry, &fact.subject)
        }
        Fact::ClockPaused(fact) => {
            clock::paused(connection, entry, fact)?;
            clocks_changed(connection, entry, &fact.subject)
        }
        Fact::ClockResumed(fact) => {
            clock::resumed(connection, entry, fact)?;
            clocks_changed(connection, entry, &fact.subject)
        }
        Fact::ClockPassedOn(fact) => {
            clock::passed_on(connection, entry, fact)?;
            touched(connection, entry, &fact.subject)
        }
        Fact::ClockRecomputed(fact) => {
            clock::recomputed(connection, entry, fact)?;
            clocks_changed(connection, entry, &fact.subject)
        }
        Fact::ClockStopped(fact) => {
            clock::stopped(connection, entry, fact)?;
            escalation::over(connection, entry, &fact.clock)?;
            clocks_changed(connection, entry, &fact.subject)
        }
        Fact::ClockAtRisk(fact) => {
            clock::at_risk(connection, entry, fact)?;
            touched(connection, entry, &fact.subject)
        }
        Fact::ClockEscalated(fact) => {
            escalation::reached(connection, entry, fact)?;
            touched(connection, entry, &fact.subject)
        }
        Fact::ClockBreached(fact) => {
            clock::breached(connection, entry, fact)?;
            touched(connection, entry, &fact.subject)
        }
        _ => Ok(()),
    }
}

/// How a lead changes hands: to whom it went, what became of it.
fn handing_over(connection: &Connection, entry: &Entry) -> Result<(), StoreError> {
    match entry.fact() {
        Fact::Handoff(fact) => handoff::delivered(connection, entry, fact)?,
        Fact::HandoffAnswered(fact) => handoff::answered(connection, entry, fact)?,
        Fact::HandoffMade(fact) => handoff::made(connection, entry, fact)?,
        Fact::HandoffDeemed(fact) => handoff::deemed(connection, entry, fact)?,
        Fact::LeadRouted(fact) => routing::routed(connection, entry, fact)?,
        Fact::RoutingCreditedBack(fact) => routing::credited_back(connection, entry, fact)?,
        _ => {}
    }
    match entry.fact().lead() {
        Some(lead) => lead::touched(connection, entry, lead),
        None => Ok(()),
    }
}

/// What is contested, and how it was ruled.
fn disputes(connection: &Connection, entry: &Entry) -> Result<(), StoreError> {
    match entry.fact() {
        Fact::DisputeOpened(fact) => dispute::opened(connection, entry, fact)?,
        Fact::DisputeAnswered(fact) => dispute::answered(connection, entry, fact)?,
        Fact::DisputeRuled(fact) => dispute::ruled(connection, entry, fact)?,
        _ => {}
    }
    match entry.fact().decided_about() {
        Some(subject) => touched(connection, entry, &subject),
        None => Ok(()),
    }
}

/// What somebody asks a colleague for, and what becomes of it.
fn requests(connection: &Connection, entry: &Entry) -> Result<(), StoreError> {
    match entry.fact() {
        Fact::CollateralRequestMade(fact) => collateral_request::made(connection, entry, fact),
        Fact::CollateralRequestAnswered(fact) => {
            collateral_request::answered(connection, entry, fact)
        }
        Fact::CollateralRequestWithdrawn(fact) => {
            collateral_request::withdrawn(connection, entry, fact)
        }
        _ => Ok(()),
    }
}

/// Who is away, and who signs in whose place.
fn absences(connection: &Connection, entry: &Entry) -> Result<(), StoreError> {
    match entry.fact() {
        Fact::AbsenceEntered(fact) => absence::entered(connection, entry, fact),
        Fact::AbsenceWithdrawn(fact) => absence::withdrawn(connection, entry, fact),
        Fact::SubstituteNamed(fact) => absence::named(connection, entry, fact),
        Fact::SubstituteWithdrawn(fact) => absence::unnamed(connection, entry, fact),
        _ => Ok(()),
    }
}

fn clocks_changed(
    connection: &Connection,
    entry: &Entry,
    subject: &Subject,
) -> Result<(), StoreError> {
    match subject {
        Subject::Lead(lead) => lead::clocks_changed(connection, entry, lead),
        Subject::Opportunity(opportunity) => opportunity::touched(connection, entry, opportunity),
    }
}

fn touched(connection: &Connection, entry: &Entry, subject: &Subject) -> Result<(), StoreError> {
    match subject {
        Subject::Lead(lead) => lead::touched(connection, entry, lead),
        Subject::Opportunity(opportunity) => opportunity::touched(connection, entry, opportunity),
    }
}
