//! What happens to colleagues, as a sentence.

use domain::{book::BookPassedOn, fact::Fact, ids::UserId};
use engine::book::{with_requests, words};
use store::StoreError;

use super::by_whom;
use crate::names::Names;

/// What passed: `3 leads, 1 open opportunity and 2 accounts, and 1 request that waits for an answer`.
pub(crate) fn passed(fact: &BookPassedOn) -> String {
    let book = words(fact.leads as usize, fact.opportunities as usize, fact.accounts as usize);
    with_requests(book, fact.requests as usize)
}

/// ` in the place of Sven Arndt`; nothing for whoever acts for themselves.
pub(super) fn in_place_of(
    user: Option<&UserId>,
    names: &Names<'_, '_>,
) -> Result<String, StoreError> {
    Ok(match user {
        Some(user) => format!(" in the place of {}", names.user_name(user)?),
        None => String::new(),
    })
}

/// What was undone, where facts hold no more.
fn undone(fact: &domain::withdrawn::FactsWithdrawn) -> &'static str {
    match fact.import {
        Some(_) => "An import",
        None => "Giving it to somebody",
    }
}

/// Who is away, who stands in, who left and to whom their book went, and who undid what.
pub(super) fn about_colleagues(fact: &Fact, names: &Names<'_, '_>) -> Result<String, StoreError> {
    let name = |user: &UserId| names.user_name(user);
    Ok(match fact {
        Fact::FactsWithdrawn(fact) => {
            let by = match &fact.by {
                Some(user) => format!(" by {}", name(user)?),
                None => String::new(),
            };
            let facts: Vec<String> = fact.facts.iter().map(|no| no.to_string()).collect();
            let (noun, hold) = if facts.len() == 1 { ("fact", "holds") } else { ("facts", "hold") };
            let (what, listed) = (undone(fact), facts.join(", "));
            format!("{what} was undone{by}: {noun} {listed} {hold} no more")
        }
        Fact::AbsenceEntered(fact) => {
            let work = match &fact.substitute {
                Some(user) => format!("; {} does the work", name(user)?),
                None => String::new(),
            };
            let (first, last) = (fact.first_on, fact.last_on);
            let half = fact.half.map_or(String::new(), |half| format!(", {}", half.words()));
            format!("{} is away from {first} to {last}{half}{work}", name(&fact.user)?)
        }
        Fact::AbsenceWithdrawn(fact) => {
            format!("The absence of {}, fact {}, is taken back", name(&fact.user)?, fact.absence)
        }
        Fact::SubstituteNamed(fact) => format!(
            "{} signs for {} in the place of {} from {} to {}",
            name(&fact.substitute)?,
            fact.side.word(),
            name(&fact.signer)?,
            fact.first_on,
            fact.last_on
        ),
        Fact::SubstituteWithdrawn(fact) => {
            format!("Nobody signs in the place of {} any more", name(&fact.signer)?)
        }
        Fact::BookPassedOn(fact) => {
            let by = by_whom(&fact.by, names)?;
            let (user, taker) = (name(&fact.user)?, name(&fact.taker)?);
            format!("The book of {user} was passed on to {taker}{by}: {}", passed(fact))
        }
        Fact::UserLeft(fact) => {
            let written = match &fact.by {
                Some(by) => format!(", which {} wrote down", name(by)?),
                None => String::new(),
            };
            format!("{} left the firm{written}", name(&fact.user)?)
        }
        _ => String::new(),
    })
}
