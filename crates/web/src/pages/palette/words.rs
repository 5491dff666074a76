//! Words that people look for: those to which both sides have given a meaning in the Agreement, and
//! those that pages use.

use domain::agreement::Agreement;
use engine::access::Act;

use super::{Choice, page};
use crate::session::Signed;

/// Words of pages: the word, what it means, where it is met, and other words for it.
const WORDS: [(&str, &str, &str, &str); 13] = [
    (
        "Points",
        "what rules of the definition add up to",
        "/leads?sort=points",
        "score scoring model",
    ),
    (
        "Clock",
        "working time that a service level allows",
        "/leads?clock=running",
        "timer countdown",
    ),
    ("Breach", "a clock that was not stopped in time", "/leads?clock=late", "late missed"),
    ("Service level", "what one side owes the other in time", "/scoreboard", "sla"),
    ("Handoff", "a lead passes from marketing to sales", "/scoreboard", "transfer"),
    ("Quota", "what somebody is to reach in a period", "/scoreboard", "target"),
    ("Goal", "what both sides are to reach in a period", "/scoreboard", "target"),
    ("Dispute", "what one side does not accept, and the ruling", "/disputes", "contested"),
    ("Route", "how a lead that nobody has finds its owner", "/routing", "assignment pool"),
    ("Book", "what is somebody's to look after", "/people", "portfolio"),
    ("View", "a list under a name", "/views", "filter segment"),
    ("Fact", "something that happened, never changed", "/ledger", "event log audit trail"),
    ("Backtest", "what a definition would have done in the past", "/agreement", "simulation"),
];

/// Words of pages that somebody may look up.
pub(super) fn of_pages(in_force: Option<&Agreement>, signed: &Signed) -> Vec<Choice> {
    let mut words = Vec::new();
    let score = in_force.and_then(|agreement| agreement.definitions.first());
    let score = score.map_or("/agreement".to_owned(), |definition| at(&definition.clause));
    let says = "points by the definition: of now, or as stamped when the lead qualified";
    words.push(Choice { also: "scoring fit engagement", ..page("Score", says, score) });
    let opens = |href: &str| href != "/ledger" || signed.can(&Act::SearchLedger);
    let known = WORDS.iter().filter(|(.., href, _)| opens(href));
    words
        .extend(known.map(|(name, says, href, also)| Choice { also, ..page(*name, *says, *href) }));
    words
}

fn at(clause: &str) -> String {
    format!("/agreement#c{clause}")
}

/// What both sides have given a meaning: definitions, statuses, service levels, milestones, goals.
pub(super) fn of_agreement(agreement: &Agreement) -> Vec<Choice> {
    let mut words = Vec::new();
    for definition in &agreement.definitions {
        let clause = &definition.clause;
        words.push(page(definition.id.to_uppercase(), &definition.says, at(clause)));
        let parts = definition.components.iter();
        words.extend(parts.map(|part| page(plain(&part.id), &part.label, at(clause))));
    }
    for status in agreement.statuses.iter().filter(|status| !status.label.is_empty()) {
        let definition = agreement.definitions.iter().find(|found| found.status == status.key);
        let href = definition.map_or("/agreement".to_owned(), |found| at(&found.clause));
        words.push(page(&status.key, &status.label, href));
    }
    for level in &agreement.service_levels {
        words.push(page(plain(&level.id), &level.says, at(&level.clause)));
    }
    for milestone in &agreement.milestones {
        words.push(page(plain(&milestone.id), &milestone.says, at(&milestone.clause)));
    }
    for goal in &agreement.goals {
        words.push(page(plain(&goal.id), &goal.says, at(&goal.clause)));
    }
    words
}

/// A key as words.
fn plain(key: &str) -> String {
    key.replace(['-', '_'], " ")
}
