//! Fills the page of a dispute.

use domain::{
    agreement::History,
    dispute::{Contested, Said},
    ids::{DisputeId, UserId},
};
use engine::{
    access::{Act, Actor, may},
    dispute::{rulers, speaks},
    handoff::words_of,
};
use store::{Reader, StoreError, read::DisputeRow};

use super::dispute_href;
use crate::{
    failure::Failure,
    markup::{Markup, element},
    names::{Names, fact_link, lead_href, opportunity_href},
    pages::{
        collateral_request::{request_href, title_of},
        handoff::handoff_href,
        scoreboard::{board::rows_href, promised::goal_key},
    },
    show::LocalTime,
};

/// One dispute.
pub(super) struct View {
    pub(super) title: String,
    pub(super) about: Markup,
    pub(super) href: String,
    pub(super) statements: Vec<Statement>,
    pub(super) due: Markup,
    pub(super) arbiter: Markup,
    pub(super) ruling: Option<Markup>,
    pub(super) follows: Option<Markup>,
    /// Later rulings that follow this one.
    pub(super) followed_by: Vec<Markup>,
    pub(super) may_answer: bool,
    pub(super) may_rule: bool,
}

/// What somebody said.
pub(super) struct Statement {
    pub(super) who: Markup,
    pub(super) at: Markup,
    pub(super) words: String,
}

/// Whether every word that is sought stands in what is contested or in what was said, where whoever
/// looks may read that: else the list would tell them the words, one question at a time.
pub(crate) fn is_sought(
    reader: &Reader<'_>,
    dispute: &DisputeRow,
    sought: &str,
    reach: bool,
    names: &Names<'_, '_>,
) -> Result<bool, StoreError> {
    if sought.is_empty() {
        return Ok(true);
    }
    let mut text = about_words(reader, dispute, names, reach)?;
    let said = [Said::Opening, Said::Answer, Said::Ruling];
    for said in said.into_iter().filter(|_| reach) {
        text.push(' ');
        text.push_str(&words_of(reader, &said.of(&dispute.id))?.unwrap_or_default());
    }
    let text = text.to_lowercase();
    Ok(sought.to_lowercase().split_whitespace().all(|word| text.contains(word)))
}

/// What is contested, in words.
pub(super) fn about_words(
    reader: &Reader<'_>,
    dispute: &DisputeRow,
    names: &Names<'_, '_>,
    reach: bool,
) -> Result<String, StoreError> {
    Ok(match &dispute.about {
        Contested::Handoff { lead, .. } => {
            format!("the answer to the handoff of {}", names.lead(lead)?)
        }
        Contested::Clause { version, clause } => format!("clause {clause} of version {version}"),
        Contested::Credit { opportunity, goal } => {
            format!("the credit of {} to the goal {goal}", names.opportunity(opportunity)?)
        }
        Contested::CollateralRequest { request } => {
            format!("what became of the request “{}”", title_of(reader, request, reach)?)
        }
    })
}

pub(super) fn viewed(
    reader: &Reader<'_>,
    agreements: &History,
    id: &DisputeId,
    actor: &Actor,
    time: &LocalTime,
) -> Result<View, Failure> {
    let reach = may(actor, &Act::SeeReach).is_ok();
    let row = reader.dispute(id)?.ok_or(Failure::Absent)?;
    let names = Names::new(reader, reach);
    let is_open = row.ruled_at.is_none();
    let rulers = rulers(reader, agreements, &row, time.now())?;
    Ok(View {
        title: "A dispute".to_owned(),
        about: about(reader, &row, &names, reach)?,
        href: dispute_href(id),
        statements: statements(reader, &row, &names, reach, time)?,
        due: time.instant(row.due_at).and_text(match is_open && row.due_at < time.now() {
            true => ", which is over",
            false => "",
        }),
        arbiter: arbiter(&row, &rulers, &names)?,
        ruling: row.overturned.map(|overturned| {
            let words = if overturned { "It is overturned" } else { "It stands" };
            Markup::text(format!("{words}, "))
                .and(row.ruling_fact.map(fact_link).unwrap_or_default())
        }),
        follows: row.follows.as_ref().map(|id| link(id, "an earlier ruling")),
        followed_by: followed_by(reader, id)?,
        may_answer: is_open
            && row.answered_by.is_none()
            && speaks(reader, agreements, &row, actor, time.now())?,
        may_rule: is_open && rulers.contains(&actor.user),
    })
}

/// `Olga Petri; now Lea Roth`: the arbiter, and whoever rules while they cannot.
fn arbiter(row: &DisputeRow, rulers: &[UserId], names: &Names<'_, '_>) -> Result<Markup, Failure> {
    let mut named = names.user_name(&row.arbiter)?;
    if row.ruled_at.is_none() {
        for ruler in rulers.iter().filter(|ruler| **ruler != row.arbiter) {
            named.push_str(&format!("; now {}", names.user_name(ruler)?));
        }
        if rulers.is_empty() {
            named.push_str("; nobody who is here can rule: the Agreement has to name somebody");
        }
    }
    Ok(Markup::text(named))
}

fn link(id: &DisputeId, words: &str) -> Markup {
    element("a").with("href", dispute_href(id)).holding(words.to_owned()).into()
}

fn followed_by(reader: &Reader<'_>, id: &DisputeId) -> Result<Vec<Markup>, Failure> {
    let later = reader.disputes()?.into_iter().filter(|row| row.follows.as_ref() == Some(id));
    Ok(later.map(|row| link(&row.id, "a later ruling")).collect())
}

fn about(
    reader: &Reader<'_>,
    row: &DisputeRow,
    names: &Names<'_, '_>,
    reach: bool,
) -> Result<Markup, Failure> {
    let words = about_words(reader, row, names, reach)?;
    Ok(match &row.about {
        Contested::Handoff { handoff, lead } => {
            let name = names.lead(lead)?;
            let answer: Markup = element("a")
                .with("href", handoff_href(handoff))
                .holding("the answer to the handoff".to_owned())
                .into();
            let lead: Markup = element("a").with("href", lead_href(lead)).holding(name).into();
            answer.and_text(" of ").and(lead)
        }
        Contested::Credit { opportunity, goal } => {
            let counted = rows_href(&goal_key(goal), "");
            let goal = element("a").with("href", counted).holding(format!("the goal {goal}"));
            let name = names.opportunity(opportunity)?;
            let name = element("a").with("href", opportunity_href(opportunity)).holding(name);
            Markup::text("whether ").and(name).and_text(" counts towards ").and(goal)
        }
        Contested::CollateralRequest { request } => {
            element("a").with("href", request_href(request)).holding(words).into()
        }
        Contested::Clause { version, clause } => element("a")
            .with("href", format!("/agreement/{version}#c{clause}"))
            .holding(words)
            .into(),
    })
}

fn statements(
    reader: &Reader<'_>,
    row: &DisputeRow,
    names: &Names<'_, '_>,
    reach: bool,
    time: &LocalTime,
) -> Result<Vec<Statement>, Failure> {
    let said = [
        (Said::Opening, Some(&row.opened_by), Some(row.opened_at)),
        (Said::Answer, row.answered_by.as_ref(), row.answered_at),
        (Said::Ruling, row.ruled_by.as_ref(), row.ruled_at),
    ];
    let mut statements = Vec::new();
    for (which, by, at) in said {
        let (Some(by), Some(at)) = (by, at) else { continue };
        let words = match reach {
            true => words_of(reader, &which.of(&row.id))?,
            false => Some("For those who work with people.".to_owned()),
        };
        statements.push(Statement {
            who: names.owner(Some(by))?,
            at: time.instant(at),
            words: words.unwrap_or_else(|| "It was erased.".to_owned()),
        });
    }
    Ok(statements)
}

/// The rulings that another can follow, the latest first.
pub(super) fn precedents(
    reader: &Reader<'_>,
    but: &DisputeId,
    reach: bool,
) -> Result<Vec<(String, String)>, Failure> {
    let names = Names::new(reader, reach);
    let mut all = Vec::new();
    for row in reader.disputes()?.iter().filter(|row| row.id != *but && row.ruled_at.is_some()) {
        let how = if row.overturned == Some(true) { "overturned" } else { "stands" };
        all.push((
            row.id.0.clone(),
            format!("{}: {how}", about_words(reader, row, &names, reach)?),
        ));
    }
    Ok(all)
}
