//! The account of a lead that names none: which one it may be of, what says so, and the button that
//! says it is.

use axum::{extract::Path, response::Response};
use domain::ids::{AccountId, LeadId};
use domain::owned::Owned;
use engine::{correction::Wanted, routing::account_matched};
use serde::Deserialize;
use store::read::LeadRow;

use crate::{
    failure::Failure,
    flash::Flash,
    list::ticked::corrected,
    markup::Markup,
    names::lead_href,
    pages::{routing::workings::account_shown, sign_in::sentence},
    sent::Sent,
    session::Visit,
    workings::Known,
};

/// The account of which a lead may be.
pub(super) struct Matched {
    pub(super) words: Markup,
    /// Its id, where one alone fits and whoever looks may say that it is this one.
    pub(super) account: Option<AccountId>,
}

pub(super) fn matched(
    known: &Known<'_, '_>,
    lead: &LeadRow,
    may_correct: bool,
) -> Result<Option<Matched>, Failure> {
    let Some(found) = account_matched(known.reader, lead)? else { return Ok(None) };
    let words = account_shown(known.names, &found)?;
    Ok(Some(Matched { words, account: found.account.filter(|_| may_correct) }))
}

/// What the form sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Sending {
    account: String,
}

/// Says that the lead is of an account.
pub(crate) async fn take(
    visit: Visit,
    Path(id): Path<String>,
    Sent(sent): Sent<Sending>,
) -> Result<Response, Failure> {
    let lead = LeadId(id);
    let wanted = Wanted::Account(AccountId(sent.account));
    let said = match corrected(&visit, vec![Owned::Lead(lead.clone())], wanted, None).await {
        Err(Failure::Refused(refusal)) => Flash::not_done(sentence(&refusal.to_string())),
        done => done?,
    };
    Ok(visit.go(&lead_href(&lead), &said))
}
