//! What Lockstep does: one function, one transaction.
//!
//! Invariant: only this crate writes. A function here opens a transaction, appends what a door
//! told, asks `domain` what follows, appends that, and answers when all of it is on disk. A refusal
//! leaves the database as it was.

pub mod absence;
pub mod access;
pub mod action;
pub mod agreement;
pub mod backtest;
pub mod book;
pub mod collateral_request;
pub mod colleague;
pub mod conflict;
pub mod correction;
pub mod dispute;
pub mod evidence;
pub mod first_agreement;
pub mod handoff;
pub mod identity;
pub mod import;
pub mod intake;
pub mod lead;
pub mod merging;
pub mod negotiation;
pub mod password;
pub mod people;
pub mod persona;
pub mod proposal;
pub mod report;
pub mod routing;
pub mod session;
pub mod sign_in;
pub mod structure;
pub mod substitute;
pub mod suggestion;
pub mod tick;
pub mod view;
pub mod what_if;

mod deciding;
mod over_leads;
pub mod refusals;
mod secret;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use domain::{agreement::Agreement, calendar::NeverOpen, ids::Version};
use jiff::Timestamp;
use store::{Location, Reader, Store, StoreError};

/// Something that was asked for did not happen.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule says no; the sentence says what to do.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// The database let us down.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A service level counts hours that never come.
    #[error(transparent)]
    NeverOpen(#[from] NeverOpen),
}

/// A rule says no. Nothing is broken, and nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// About somebody's being away.
    #[error(transparent)]
    Absence(#[from] absence::AbsenceRefusal),
    /// A training or a check-in was not written down.
    #[error(transparent)]
    Schooling(#[from] structure::SchoolingRefusal),
    /// About what follows from a missed period.
    #[error(transparent)]
    Action(#[from] action::ActionRefusal),
    /// The actor's role does not include the act.
    #[error(transparent)]
    Access(#[from] access::AccessRefusal),
    /// About the Agreement.
    #[error(transparent)]
    Agreement(#[from] agreement::AgreementRefusal),
    /// About a backtest.
    #[error(transparent)]
    Backtest(#[from] backtest::BacktestRefusal),
    /// About somebody's book.
    #[error(transparent)]
    Book(#[from] book::BookRefusal),
    /// About what somebody asks a colleague for.
    #[error(transparent)]
    CollateralRequest(#[from] collateral_request::CollateralRequestRefusal),
    /// About what is known of a colleague.
    #[error(transparent)]
    Colleague(#[from] colleague::ColleagueRefusal),
    /// About a correction.
    #[error(transparent)]
    Correction(#[from] correction::CorrectionRefusal),
    /// About a dispute.
    #[error(transparent)]
    Dispute(#[from] dispute::DisputeRefusal),
    /// About evidence for a persona.
    #[error(transparent)]
    Evidence(#[from] evidence::EvidenceRefusal),
    /// About a handoff.
    #[error(transparent)]
    Handoff(#[from] handoff::HandoffRefusal),
    /// About an import.
    #[error(transparent)]
    Import(#[from] import::ImportRefusal),
    /// About two leads that may be one person.
    #[error(transparent)]
    Merging(#[from] domain::merging::NotMerged),
    /// About what both sides say to a proposal.
    #[error(transparent)]
    Negotiation(#[from] negotiation::answers::NegotiationRefusal),
    /// About a password.
    #[error(transparent)]
    Password(#[from] password::PasswordRefusal),
    /// About people.
    #[error(transparent)]
    People(#[from] people::PeopleRefusal),
    /// About trying out the routing.
    #[error(transparent)]
    Preview(#[from] routing::PreviewRefusal),
    /// About a proposal in the making.
    #[error(transparent)]
    Proposal(#[from] proposal::ProposalRefusal),
    /// About signing in.
    #[error(transparent)]
    SignIn(#[from] sign_in::SignInRefusal),
    /// About who signs in whose place.
    #[error(transparent)]
    Substitute(#[from] substitute::SubstituteRefusal),
    /// Several at once of what was typed into one form.
    #[error("{0}")]
    Several(refusals::Several),
    /// About trying something out on a lead.
    #[error(transparent)]
    WhatIf(#[from] what_if::WhatIfRefusal),
    /// About a view that somebody keeps.
    #[error(transparent)]
    View(#[from] view::ViewRefusal),
}

/// The running Lockstep.
pub struct Engine {
    store: Store,
    /// Versions by number, once their text has been read; a version's text never changes.
    versions: Arc<Mutex<BTreeMap<Version, Arc<Agreement>>>>,
    /// How far imports are that this process works on.
    underway: import::Underway,
    /// Wakes the worker of imports.
    work_there_is: import::WorkThereIs,
}

impl Engine {
    /// Opens the database, making it where it is missing.
    ///
    /// # Errors
    /// When the database cannot be opened, or was written by a newer Lockstep.
    pub fn open(location: &Location, now: Timestamp) -> Result<Engine, Error> {
        Ok(Engine {
            store: Store::open(location, now)?,
            versions: Arc::default(),
            underway: import::Underway::default(),
            work_there_is: import::WorkThereIs::default(),
        })
    }

    /// Asks the ledger and the read models; pages do this directly.
    ///
    /// # Errors
    /// When the database cannot be read, or what `ask` returns.
    pub fn read<T, E: From<StoreError>>(
        &self,
        ask: impl FnOnce(&Reader<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.store.read(ask)
    }

    /// Keeps settings of the firm by name, such as `firm.zone`; all or none.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn keep_settings(
        &self,
        settings: Vec<(&'static str, String)>,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.store.write(now, move |writer| {
            for (name, value) in &settings {
                writer.set(name, Some(value))?;
            }
            Ok(())
        })
    }

    /// The store itself, for what looks after it: checks, rebuilding, exports.
    pub fn store(&self) -> &Store {
        &self.store
    }
}
