//! What an opportunity counts towards, and the disputes about it.

use domain::{agreement::Agreement, dispute::Contested, ids::OpportunityId};
use engine::{
    access::{Act, Actor, may},
    report,
};
use store::{Reader, StoreError, read::DisputeRow};

use crate::{
    markup::{Markup, element},
    names::encoded,
    pages::{
        dispute::dispute_href,
        scoreboard::{
            board::rows_href,
            promised::{goal_key, may_see_goal_of},
        },
    },
    show::{self, LocalTime},
};

/// A goal that it counts towards, or would if no ruling said otherwise.
pub(super) struct Credit {
    pub(super) href: String,
    pub(super) says: String,
    pub(super) side: Markup,
    pub(super) stands: Markup,
}

/// The goals that somebody may see, in the order of the text.
pub(super) fn credits(
    reader: &Reader<'_>,
    agreement: &Agreement,
    opportunity: &OpportunityId,
    actor: &Actor,
    time: &LocalTime,
) -> Result<Vec<Credit>, StoreError> {
    let disputes = reader.disputes_of_opportunity(opportunity)?;
    let sees = |credit: &report::Credit| may_see_goal_of(credit.whose.as_ref(), actor);
    let found = report::credits(reader, agreement, opportunity, time.now())?;
    let shown = found.into_iter().filter(sees).map(|credit| {
        let is_of = |row: &&DisputeRow| match &row.about {
            Contested::Credit { goal, .. } => *goal == credit.goal.id,
            _ => false,
        };
        Credit {
            href: rows_href(&goal_key(&credit.goal.id), ""),
            says: credit.goal.says.clone(),
            side: show::side_name(credit.goal.side, credit.goal.side.word()),
            stands: match disputes.iter().find(is_of) {
                Some(dispute) => contested(dispute, time),
                None if agreement.disputes.is_none() => Markup::text("it counts"),
                None => uncontested(opportunity, &credit.goal.id, actor),
            },
        }
    });
    Ok(shown.collect())
}

/// How a dispute about it stands.
fn contested(dispute: &DisputeRow, time: &LocalTime) -> Markup {
    let link = |words: &str| -> Markup {
        element("a").with("href", dispute_href(&dispute.id)).holding(words.to_owned()).into()
    };
    match dispute.overturned {
        Some(true) => Markup::text("it does not count, by ").and(link("a ruling")),
        Some(false) => Markup::text("it counts, by ").and(link("a ruling")),
        None => Markup::text("it counts, and is ")
            .and(link("contested"))
            .and_text("; the ruling is due ")
            .and(time.near(dispute.due_at)),
    }
}

fn uncontested(opportunity: &OpportunityId, goal: &str, actor: &Actor) -> Markup {
    let counts = Markup::text("it counts");
    if may(actor, &Act::ContestClauses).is_err() {
        return counts;
    }
    let opportunity = encoded(opportunity.as_str());
    let href = format!("/disputes/new?opportunity={opportunity}&goal={}", encoded(goal));
    let contest = element("a").with("href", href).holding("contest it");
    counts.and_text("; ").and(contest)
}
