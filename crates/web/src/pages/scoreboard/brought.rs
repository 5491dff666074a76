//! What marketing brought in value where no goal in value was signed, and the rows behind it.

use engine::report::{Brought, GoalsReport, Worth};

use super::{
    board::{Behind, Rows, rows_href},
    standing,
};
use crate::{
    markup::Markup,
    show::{LocalTime, count, figure},
};

/// What the keys of these figures begin with.
pub(super) const KEY: &str = "goal-value.";

fn key_of(worth: &Worth) -> String {
    format!("{KEY}{}", worth.currency.code())
}

/// The sums, each as a door to its opportunities; `at` is the state that they were made of, as an
/// address says it.
pub(crate) fn number(brought: &Brought, at: &str) -> Markup {
    let mut sums = Markup::new();
    for worth in &brought.worth {
        if !sums.as_str().is_empty() {
            sums.say(" ");
        }
        let sum = standing::brief_amount(worth.total.total(), Some(worth.currency));
        sums.push(figure(sum, &rows_href(&key_of(worth), at)));
    }
    if sums.as_str().is_empty() { Markup::text("none so far") } else { sums }
}

/// `in 18 opportunities, open or won, of 96 leads handed over since Thu 1 Oct; 2 name no amount. No
/// goal in value was signed`.
pub(crate) fn words(brought: &Brought, at: &str, time: &LocalTime) -> Markup {
    let door = |n: u64, of: &str| figure(count(n), &rows_href(&format!("{KEY}{of}"), at));
    let (n, leads) = (brought.opportunities.n(), brought.leads.n());
    let opportunities = if n == 1 { " opportunity" } else { " opportunities" };
    let words = Markup::text("in ")
        .and(door(n, "opportunities"))
        .and_text(opportunities)
        .and_text(", open or won, of ")
        .and(door(leads, "leads"))
        .and_text(if leads == 1 { " lead" } else { " leads" })
        .and_text(" handed over since ")
        .and(time.date(brought.from));
    let words = match brought.without_amount.n() {
        0 => words,
        1 => words.and_text("; ").and(door(1, "unvalued")).and_text(" names no amount"),
        n => words.and_text("; ").and(door(n, "unvalued")).and_text(" name no amount"),
    };
    words.and_text(". No goal in value was signed, so it has no pace.")
}

/// The rows behind one of these figures.
pub(super) fn behind(report: &GoalsReport, key: &str) -> Option<Behind> {
    let (brought, of) = (report.brought.as_ref()?, key.strip_prefix(KEY)?);
    let period = format!("the leads handed over from {} to {}", brought.from, brought.to);
    let counted = |title: String, kind, rows| Behind { title, kind, rows, currency: None };
    Some(match of {
        "leads" => {
            let title = format!("Leads handed over from {} to {}", brought.from, brought.to);
            counted(title, "lead", Rows::counted(brought.leads.rows()))
        }
        "opportunities" => {
            let title = format!("Opportunities, open or won, of {period}");
            counted(title, "opportunity", Rows::counted(brought.opportunities.rows()))
        }
        "unvalued" => {
            let title = format!("Opportunities without an amount, open or won, of {period}");
            counted(title, "opportunity", Rows::counted(brought.without_amount.rows()))
        }
        _ => {
            let worth = brought.worth.iter().find(|worth| worth.currency.code() == of)?;
            let title = format!("Opportunities in {of}, open or won, of {period}");
            Behind::total(&title, "opportunity", &worth.total, Some(worth.currency))
        }
    })
}
