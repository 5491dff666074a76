//! What a backtest over files comes to, in words and as JSON.

use domain::{money::Money, rate::Rate};
use insight::backtest::{Became, Tally};
use serde_json::{Value, json};

use super::files::Done;
use crate::output::{count, pairs, table};

/// In words.
pub(super) fn of(done: &Done) -> String {
    let months = done.asked.months.firsts.iter().zip(&done.tally.months);
    let rows = months.filter(|(_, became)| became.found > 0).map(|(first, became)| {
        [vec![first.strftime("%Y-%m").to_string()], cells(done, became)].concat()
    });
    let mut text =
        table(&["month", "found", "won", "lost", "unknown", "won, worth"], rows.collect());
    text.push_str("\n\n");
    text.push_str(&pairs(&summary(done)));
    if !done.tried.is_empty() {
        let rows = done.tried.iter().map(|(points, tally)| {
            [vec![points.to_string()], cells(done, &tally.proposed())].concat()
        });
        let heads = ["threshold", "found", "won", "lost", "unknown", "won, worth"];
        text.push_str(&format!("\n\n{}", table(&heads, rows.collect())));
    }
    for field in &done.absent {
        text.push_str(&format!("\n\n`{field}` is in no file: it is unknown of everybody."));
    }
    for note in notes(done) {
        text.push_str(&format!("\n\nNote: {note}."));
    }
    if let Some((path, bytes)) = &done.kept {
        text.push_str(&format!("\n\nKept in {}, {bytes} bytes.", path.display()));
    }
    text
}

/// What in the files was left out, added or not there.
fn notes(done: &Done) -> Vec<String> {
    let gaps = &done.gaps;
    let mut notes = Vec::new();
    if !done.without_status.is_empty() {
        let rules = done.without_status.join(", ");
        notes.push(format!(
            "No activity has a `status`, and these rules ask for one: {rules}. They count nothing, \
             unless they say what a blank one gives"
        ));
    }
    let told = [
        (gaps.activities_of_nobody, "activities whose contact is blank", "left out"),
        (gaps.deals_of_nobody, "deals whose contact is blank", "left out"),
        (
            gaps.contacts_again,
            "rows of contacts who stand again further down",
            "the last one counts",
        ),
        (
            gaps.strangers,
            "contacts whom only the other files name",
            "added, and nothing else is known of them",
        ),
    ];
    if gaps.won_of_nobody > 0 {
        notes.push(format!(
            "Won, and their contact is blank: {}, worth {}; no rule can find them, and the wins \
             reached are of the others",
            gaps.won_of_nobody,
            money(done, gaps.won_of_nobody_minor)
        ));
    }
    let told = told.into_iter().filter(|(number, _, _)| *number > 0);
    notes.extend(told.map(|(number, what, then)| format!("{what}: {number}; {then}")));
    notes
}

fn cells(done: &Done, became: &Became) -> Vec<String> {
    vec![
        became.found.to_string(),
        became.won.to_string(),
        became.lost.to_string(),
        became.unknown().to_string(),
        money(done, became.revenue_minor),
    ]
}

fn money(done: &Done, amount_minor: i64) -> String {
    Money { amount_minor, currency: done.agreement.currency }.to_string()
}

fn rate(hits: u64, n: u64) -> String {
    Rate::of(hits, n).map_or_else(String::new, |rate| rate.words("none with a known end"))
}

/// Weeks from the first in which somebody was found to the last.
fn weeks(tally: &Tally) -> &[u64] {
    let first = tally.weeks.iter().position(|found| *found > 0).unwrap_or(0);
    let last = tally.weeks.iter().rposition(|found| *found > 0).map_or(first, |last| last + 1);
    &tally.weeks[first..last]
}

fn summary(done: &Done) -> Vec<(&'static str, String)> {
    let (tally, all) = (&done.tally, done.tally.proposed());
    let weeks = weeks(tally);
    let a_week = all.found as f64 / weeks.len().max(1) as f64;
    let most = weeks.iter().max().copied().unwrap_or(0);
    let mut lines = vec![
        ("definition", format!("{}, clause {}", done.definition.id, done.definition.clause)),
        ("contacts", tally.contacts.to_string()),
    ];
    lines.extend(done.activities.map(|n| ("activities", n.to_string())));
    lines.extend([
        ("found", format!("{}, {a_week:.1} a week, {most} in the fullest", all.found)),
        ("worth", money(done, all.revenue_minor)),
        ("won of known", rate(all.won, all.won + all.lost)),
        (
            "won of all",
            format!(
                "between {} of {} and {}, as the unknown ones may be",
                all.won,
                all.found,
                all.won + all.unknown()
            ),
        ),
        ("wins reached", rate(tally.wins_reached, tally.wins)),
        ("within", count(done.horizon_days as usize, "day")),
    ]);
    if done.has_present {
        let group =
            |became: &Became| format!("{}, {} won, {} lost", became.found, became.won, became.lost);
        lines.extend([
            ("both rules", group(&tally.both)),
            ("would leave", group(&tally.leave)),
            ("would enter", group(&tally.enter)),
            ("wins reached today", rate(tally.wins_reached_present, tally.wins)),
        ]);
    }
    lines
}

/// As JSON.
pub(super) fn json(done: &Done) -> Value {
    let months = done.asked.months.firsts.iter().zip(&done.tally.months);
    let months = months.filter(|(_, became)| became.found > 0).map(|(first, became)| {
        let mut month = became_json(became);
        month["month"] = json!(first.strftime("%Y-%m").to_string());
        month
    });
    let weeks = done.asked.weeks.firsts.iter().zip(&done.tally.weeks);
    let weeks = weeks.filter(|(_, found)| **found > 0);
    let weeks =
        weeks.map(|(monday, found)| json!({ "monday": monday.to_string(), "found": found }));
    let tally = &done.tally;
    let overlap = done.has_present.then(|| {
        json!({
            "both": became_json(&tally.both),
            "leave": became_json(&tally.leave),
            "enter": became_json(&tally.enter),
            "wins_reached": tally.wins_reached_present,
        })
    });
    let tried = done.tried.iter().map(|(points, tally)| {
        let mut tried = became_json(&tally.proposed());
        tried["threshold"] = json!(points.to_string());
        tried
    });
    json!({
        "definition": done.definition.id,
        "horizon_days": done.horizon_days,
        "contacts": tally.contacts,
        "found": became_json(&tally.proposed()),
        "wins": tally.wins,
        "wins_reached": tally.wins_reached,
        "currency": done.agreement.currency.code(),
        "months": months.collect::<Vec<_>>(),
        "weeks": weeks.collect::<Vec<_>>(),
        "against": overlap,
        "thresholds": tried.collect::<Vec<_>>(),
        "unknown_fields": done.absent,
        "rules_without_status": done.without_status,
        "notes": notes(done),
    })
}

fn became_json(became: &Became) -> Value {
    json!({
        "found": became.found,
        "won": became.won,
        "lost": became.lost,
        "unknown": became.unknown(),
        "revenue_minor": became.revenue_minor,
    })
}
