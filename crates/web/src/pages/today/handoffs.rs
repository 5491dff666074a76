//! Handoffs that wait for an answer of whoever looks, and disputes that wait for their words.

use domain::{agreement::History, dispute::Contested, firm::Role, ids::Subject};
use engine::{
    access::{Act, Actor, may},
    dispute::{rulers, speaks},
};
use store::{Reader, read::DisputeRow};

use super::{
    at_hand::{Found, ROWS},
    subjects::Subjects,
    waiting::Waiting,
};
use crate::{
    failure::Failure,
    markup::Markup,
    names::Names,
    pages::{collateral_request::title_of, dispute::dispute_href, handoff::handoff_href},
    show::LocalTime,
};

/// The handoffs that somebody is to answer.
pub(super) struct ToAnswer {
    pub(super) rows: Vec<Row>,
    pub(super) are_more: bool,
}

/// A handoff that waits.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) what: String,
    pub(super) href: String,
    pub(super) since: Markup,
    pub(super) due: Markup,
    pub(super) is_late: bool,
}

/// The handoffs of which no clock is listed.
pub(super) fn to_answer(
    found: &Found,
    subjects: &Subjects,
    names: &Names<'_, '_>,
    time: &LocalTime,
) -> Result<ToAnswer, Failure> {
    let mut rows = Vec::new();
    for row in found.waits_alone() {
        let Some(due_at) = row.due_at else { continue };
        let (name, account) = subjects.called(&Subject::Lead(row.lead.clone()), names)?;
        rows.push(Row {
            name,
            what: account.map_or(Ok(String::new()), |account| names.account(account))?,
            href: handoff_href(&row.id),
            since: row.delivered_at.map(|at| time.near(at)).unwrap_or_default(),
            due: time.near(due_at),
            is_late: due_at < time.now(),
        });
    }
    Ok(ToAnswer { rows, are_more: found.waits.len() > ROWS })
}

/// Disputes in which somebody is to rule, their side has not spoken yet, or no ruling came in time.
pub(super) fn disputes(
    reader: &Reader<'_>,
    agreements: &History,
    actor: &Actor,
    time: &LocalTime,
) -> Result<Vec<Waiting>, Failure> {
    let reach = may(actor, &Act::SeeReach).is_ok();
    let names = Names::new(reader, reach);
    let mut waiting = Vec::new();
    for row in reader.disputes()?.into_iter().filter(|row| row.ruled_at.is_none()) {
        let rules = rulers(reader, agreements, &row, time.now())?.contains(&actor.user);
        let is_over = row.due_at < time.now();
        let words = match (rules, is_over) {
            (true, false) => "waits for your ruling until ",
            (true, true) => "waits for your ruling, which was due ",
            (false, _) if is_awaited(reader, agreements, &row, actor, time)? => {
                "waits for the words of your side; the ruling is due "
            }
            (false, true) if leads(actor) => "has no ruling yet, which was due ",
            (false, _) => continue,
        };
        let what = match &row.about {
            Contested::Handoff { lead, .. } => format!("The dispute about {}", names.lead(lead)?),
            Contested::Clause { clause, .. } => format!("The dispute about clause {clause}"),
            Contested::Credit { opportunity, goal } => {
                let name = names.opportunity(opportunity)?;
                format!("The dispute about {name} and the goal {goal}")
            }
            Contested::CollateralRequest { request } => {
                format!("The dispute about “{}”", title_of(reader, request, reach)?)
            }
        };
        let words = Markup::text(words).and(time.near(row.due_at));
        waiting.push(Waiting { what, href: dispute_href(&row.id), words });
    }
    Ok(waiting)
}

/// Whether somebody leads a side or the firm, and so is told of rulings that do not come.
fn leads(actor: &Actor) -> bool {
    matches!(actor.role, Role::SalesManager | Role::MarketingManager | Role::Leader)
}

/// Whether the words of somebody are still to come.
fn is_awaited(
    reader: &Reader<'_>,
    agreements: &History,
    row: &DisputeRow,
    actor: &Actor,
    time: &LocalTime,
) -> Result<bool, Failure> {
    Ok(row.answered_by.is_none() && speaks(reader, agreements, row, actor, time.now())?)
}
