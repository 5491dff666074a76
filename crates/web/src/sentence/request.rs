//! What becomes of requests, in words. What is wanted is not said: not everybody may read it.

use domain::{collateral_request::CollateralAnswer, fact::Fact};
use store::StoreError;

use crate::{names::Names, show::LocalTime};

/// Says a fact about a request; nothing for any other.
pub(super) fn request(
    fact: &Fact,
    names: &Names<'_, '_>,
    time: &LocalTime,
) -> Result<Option<String>, StoreError> {
    Ok(Some(match fact {
        Fact::CollateralRequestMade(fact) => format!(
            "{} asked {} for something, due {}",
            names.user_name(&fact.by)?,
            names.user_name(&fact.asked)?,
            time.instant_words(fact.due_at)
        ),
        Fact::CollateralRequestAnswered(fact) => {
            let by = names.user_name(&fact.by)?;
            match (fact.answer, fact.reason) {
                (CollateralAnswer::Delivered, _) => format!("{by} delivered what was asked for"),
                (CollateralAnswer::Declined, Some(reason)) => {
                    format!("{by} declined what was asked for: {}", reason.words())
                }
                (CollateralAnswer::Declined, None) => format!("{by} declined what was asked for"),
            }
        }
        Fact::CollateralRequestWithdrawn(fact) => {
            format!("{} took back what they had asked for", names.user_name(&fact.by)?)
        }
        _ => return Ok(None),
    }))
}
