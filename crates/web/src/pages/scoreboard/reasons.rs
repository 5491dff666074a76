//! The sections that count why leads came back: of all handoffs, and of each group.

use domain::{
    group::Grouped,
    handoffs::{Answer, Handoffs, Reason},
};

use super::{
    board::{Board, Told},
    findings,
    sections::grouped,
};
use crate::{charts::Twin, markup::Markup};

/// As many reasons of groups stand on one page.
const ROWS_MAX: usize = 36;

const SAYS: &str = "why leads were given back, by the day of the answer";

/// The reasons of all handoffs, then those of each group.
pub(super) fn reasons(handoffs: &Grouped<Handoffs>, board: &mut Board) {
    let total = &handoffs.total.decided.reasons;
    if total.is_empty() {
        return;
    }
    let mut twin = Twin::of("Reason").words("Answer").number("Handoffs");
    for reason in total {
        twin = twin.row(cells("all", &reason.reason.to_string(), reason, board));
    }
    let told = |finding: Markup, says: &str, board: &mut Board| Told {
        finding,
        says: Markup::text(says),
        n: findings::given_back(&handoffs.total.decided, board),
        noun: "handoffs",
    };
    let finding = findings::reasons(&handoffs.total.decided, board);
    let whole = told(finding, SAYS, board);
    board.section("Reasons", whole, &twin);
    if handoffs.groups.is_empty() {
        return;
    }
    let each = (ROWS_MAX / handoffs.groups.len()).max(1);
    let mut twin = Twin::of("Reason by group").words("Answer").number("Handoffs");
    let mut is_whole = true;
    for (name, figures) in grouped(handoffs).into_iter().skip(1) {
        let mut reasons: Vec<&Reason> = figures.decided.reasons.iter().collect();
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.handoffs.n()));
        is_whole &= reasons.len() <= each;
        for reason in reasons.into_iter().take(each) {
            let first = format!("{name}: {}", reason.reason);
            twin = twin.row(cells(&name, &first, reason, board));
        }
    }
    let says = match is_whole {
        true => format!("of each group, {SAYS}"),
        false => format!("of each group, {SAYS}; the most frequent"),
    };
    let finding = findings::reasons_by_group(&grouped(handoffs)[1..], board);
    let parts = told(finding, &says, board);
    board.section("Reasons by group", parts, &twin);
}

/// The reason, what was answered, and how often; the number opens its handoffs.
fn cells(group: &str, first: &str, reason: &Reason, board: &mut Board) -> Vec<Markup> {
    let answer = answer_word(reason.answer);
    let key = format!("reasons.{group}/{answer}/{}", reason.reason);
    let title = format!("Handoffs, {group}: {answer}, {}", reason.reason);
    let counted = board.counted(&key, &title, "handoff", &reason.handoffs);
    vec![Markup::text(first), Markup::text(answer), counted]
}

fn answer_word(answer: Answer) -> &'static str {
    match answer {
        Answer::Accepted => "accepted",
        Answer::Rejected => "rejected",
        Answer::Recycled => "recycled",
        Answer::Disqualified => "disqualified",
        Answer::DeemedAccepted => "deemed accepted",
    }
}
