//! Acts on ticked leads, one or many.

use axum::response::Response;
use domain::owned::Owned;

use super::{filter::KNOWN, made};
use crate::{
    failure::Failure,
    list::{Asked, again, ticked::Sending},
    sent::Sent,
    session::Visit,
};

/// Corrects the ticked leads. Where none could be, the list comes back with what was ticked.
pub(crate) async fn create(
    visit: Visit,
    Sent(pairs): Sent<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let mut sent = Sending::of(pairs);
    let flash = sent.carry_out(&visit, |id| Owned::Lead(id.into())).await?;
    let asked = Asked::read(&KNOWN, &sent.back);
    if !flash.alarm {
        return Ok(visit.go(&asked.here(), &flash.back_to(&asked.back())));
    }
    let page = made(&visit, asked, sent).await?;
    Ok(again(visit, page, flash))
}
