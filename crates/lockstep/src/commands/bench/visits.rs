//! The pages that are measured: who opens which, as people do in the morning.

use super::firm::LEADS_AN_ACCOUNT;

/// Addresses of one kind at most.
const ADDRESSES: u64 = 4_000;

/// Somebody as whom pages are opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Visitor {
    /// Somebody who sells.
    Rep,
    /// The head of sales.
    Manager,
    /// Somebody of marketing.
    Marketer,
    /// The chief executive.
    Leader,
    /// Revenue operations.
    Operations,
}

impl Visitor {
    /// Everybody.
    pub const ALL: [Visitor; 5] =
        [Visitor::Rep, Visitor::Manager, Visitor::Marketer, Visitor::Leader, Visitor::Operations];

    /// Their id in the firm that is made.
    pub fn user(self) -> &'static str {
        match self {
            Visitor::Rep => "crm:r7",
            Visitor::Manager => "crm:u02",
            Visitor::Marketer => "crm:u03",
            Visitor::Leader => "crm:u12",
            Visitor::Operations => "crm:u13",
        }
    }
}

/// A kind of page.
pub struct Kind {
    /// What it is called in the table.
    pub name: &'static str,
    /// Who opens it.
    pub by: Visitor,
    /// Its addresses, opened in turn.
    pub paths: Vec<String>,
}

/// Every kind of page of a firm of so many leads.
pub fn kinds(leads: u64) -> Vec<Kind> {
    use Visitor::*;
    let one = |name, by, path: &str| Kind { name, by, paths: vec![path.to_owned()] };
    let several = |name, by, paths: &[&str]| Kind {
        name,
        by,
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
    };
    let many = |name, by, path: &dyn Fn(u64) -> String| {
        let step = (leads / ADDRESSES).max(1);
        let paths = (0..leads.min(ADDRESSES)).map(|nth| path(nth * step + 1)).collect();
        Kind { name, by, paths }
    };
    vec![
        one("Today, rep", Rep, "/"),
        one("Today, head of sales", Manager, "/"),
        one("Today, marketer", Marketer, "/"),
        one("Today, leader", Leader, "/"),
        one("Today, operations", Operations, "/"),
        one("Leads, first page", Rep, "/leads"),
        several("Leads, filters and orders", Rep, &FILTERS),
        many("Leads, far pages", Rep, &|number| format!("/leads?sort=id&after=0~crm:l{number}")),
        many("Leads, search", Rep, &|number| format!("/leads?q=p{number}%40a")),
        many("one lead", Rep, &|number| format!("/leads/crm:l{number}")),
        one("Scoreboard", Leader, "/scoreboard"),
        one("Scoreboard, by team", Leader, "/scoreboard?by=owner.team"),
        one("Scoreboard, rep", Rep, "/scoreboard"),
        several("rows behind figures", Leader, &ROWS),
        one("Agreement with margins", Marketer, "/agreement"),
        one("People", Leader, "/people"),
        several("Ledger", Operations, &["/ledger", "/ledger?source=crm&kind=lead_assigned"]),
        // What came before the first lead is of accounts, and of quotas that a rep may not see.
        many("one fact", Rep, &|number| {
            format!("/facts/{}", leads / LEADS_AN_ACCOUNT + 4_000 + number * 2)
        }),
    ]
}

const FILTERS: [&str; 10] = [
    "/leads?clock=running",
    "/leads?clock=running&owner=me",
    "/leads?owner=me",
    "/leads?owner=me&sort=since",
    "/leads?owner=me&sort=points",
    "/leads?status=MQL",
    "/leads?status=Accepted&sort=since",
    "/leads?status=Inquiry&sort=created",
    "/leads?status=Inquiry&owner=me",
    "/leads?sort=points",
];

const ROWS: [&str; 5] = [
    "/scoreboard/rows?figure=goal.revenue",
    "/scoreboard/rows?figure=goal.qualified-leads",
    "/scoreboard/rows?figure=level.first-answer",
    "/scoreboard/rows?figure=handoffs.all",
    "/scoreboard/rows?figure=funnel.all",
];
