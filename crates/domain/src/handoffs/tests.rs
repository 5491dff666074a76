use super::*;

const START: &str = "2026-07-01T00:00:00Z";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(START.parse::<Timestamp>().unwrap().as_second() + seconds).unwrap()
}

const DAY: i64 = 86_400;

/// A handoff delivered at `delivered` seconds after the start, and its answer, seconds later.
fn row(id: &str, delivered: i64, answer: Option<(Answer, i64)>) -> HandoffRow {
    HandoffRow {
        id: id.into(),
        lead: id.into(),
        dimensions: Dimensions::from([("rep".to_owned(), id[..1].to_owned())]),
        delivered_at: at(delivered),
        due_at: Some(at(delivered + 3_600)),
        answer: answer.map(|(answer, _)| answer),
        answered_at: answer.map(|(_, after)| at(delivered + after)),
        reason: None,
        debits: false,
        opened_at: None,
        won_at: None,
    }
}

fn texts(counted: &Counted<HandoffId>) -> Vec<&str> {
    counted.rows().iter().map(HandoffId::as_str).collect()
}

fn rows() -> Vec<HandoffRow> {
    use Answer::{Accepted, DeemedAccepted, Disqualified, Recycled, Rejected};
    let undated = HandoffRow { answered_at: None, ..row("b-undated", 50, Some((Accepted, 0))) };
    vec![
        row("a-5min", 0, Some((Accepted, 300))),
        row("a-1h", 10, Some((Rejected, 301))),
        row("a-24h", 20, Some((Recycled, 86_400))),
        row("a-later", 30, Some((Disqualified, 86_401))),
        row("b-deemed", 40, Some((DeemedAccepted, 3_600))),
        undated,
        row("b-backwards", 60, Some((Rejected, -5))),
        row("c-overdue", 70, None),
        row("c-waiting", 3 * DAY - 60, None),
        row("c-answered-after", 80, Some((Accepted, 30 * DAY))),
        row("d-not-yet-delivered", 4 * DAY, None),
    ]
}

#[test]
fn each_delivered_handoff_is_in_one_bucket() {
    let found = handoffs(&rows(), None, at(3 * DAY), None).total.delivered;
    let seen: Vec<_> = found.buckets.iter().map(|b| (b.label, texts(&b.handoffs))).collect();
    let expected = [
        ("within 5 minutes", vec!["a-5min"]),
        ("within 1 hour", vec!["a-1h"]),
        ("within 24 hours", vec!["a-24h"]),
        ("after 24 hours", vec!["a-later"]),
        ("no answer yet", vec!["c-overdue", "c-waiting", "c-answered-after"]),
        ("deemed accepted", vec!["b-deemed"]),
        ("time not known", vec!["b-undated", "b-backwards"]),
    ];
    assert_eq!(seen, expected);
    let bucketed: u64 = found.buckets.iter().map(|bucket| bucket.handoffs.n()).sum();
    assert_eq!(bucketed, found.delivered.n());
}

#[test]
fn the_unanswered_and_the_deemed_are_open_in_the_time_to_answer() {
    let found = handoffs(&rows(), None, at(3 * DAY), None).total.delivered;
    assert_eq!(found.time_to_answer.n(), 4);
    assert_eq!(found.time_to_answer.median(), Some((301.0 + 86_400.0) / 2.0));
    assert_eq!(found.time_to_answer.open().n(), 4);
    assert_eq!(texts(&found.overdue), ["c-overdue", "c-answered-after"]);
    assert_eq!(found.answered.words(), "6 of 10");
}

#[test]
fn the_acceptance_rate_is_by_the_date_of_decision() {
    let second_day = Window { from: at(DAY), before: at(2 * DAY) };
    let found = handoffs(&rows(), Some(second_day), at(3 * DAY), None).total;
    assert!(found.delivered.delivered.is_empty());
    assert_eq!(texts(&found.decided.recycled), ["a-24h"]);
    assert_eq!(texts(&found.decided.disqualified), ["a-later"]);
    assert_eq!(texts(&found.decided.undated), ["b-undated"]);
    let words = "not measurable: nothing was accepted or rejected";
    assert_eq!(found.decided.acceptance_rate.words(), words);
    let ever = handoffs(&rows(), None, at(3 * DAY), None).total.decided;
    assert_eq!(ever.acceptance_rate.words(), "3 of 5");
    assert_eq!(ever.acceptance_rate_by_people.words(), "2 of 4");
}

#[test]
fn reasons_are_counted_by_verb_with_blank_and_not_known_apart() {
    let reasons = [Some("duplicate"), Some("territory"), Some("duplicate"), Some(""), None];
    let mut rows: Vec<_> = reasons
        .into_iter()
        .map(|reason| HandoffRow {
            reason: reason.map(str::to_owned),
            ..row("a", 0, Some((Answer::Rejected, 5)))
        })
        .collect();
    rows.push(row("b", 0, Some((Answer::Disqualified, 5))));
    rows.push(row("c", 0, Some((Answer::Accepted, 5))));
    let found = handoffs(&rows, None, at(DAY), None).total.decided.reasons;
    let seen: Vec<_> =
        found.iter().map(|r| (r.answer, r.reason.to_string(), r.handoffs.n())).collect();
    let expected = [
        (Answer::Rejected, "duplicate", 2),
        (Answer::Rejected, "territory", 1),
        (Answer::Rejected, "(blank)", 1),
        (Answer::Rejected, "not known", 1),
        (Answer::Disqualified, "not known", 1),
    ];
    assert_eq!(seen, expected.map(|(answer, reason, n)| (answer, reason.to_owned(), n)));
}

#[test]
fn acceptance_over_time_gives_the_worked_example() {
    // domain-vectors.json "cif": days, outcome; the open were delivered so many days before as_of.
    use Answer::{Accepted, Rejected};
    let answered =
        [(2, Accepted), (3, Rejected), (5, Accepted), (8, Accepted), (9, Rejected), (14, Accepted)];
    let mut rows: Vec<_> =
        answered.iter().map(|(days, answer)| row("a", 0, Some((*answer, days * DAY)))).collect();
    rows.extend([5, 12, 20, 30].map(|days| row("o", (40 - days) * DAY, None)));
    let found = handoffs(&rows, None, at(40 * DAY), None).total.delivered.acceptance;
    assert!((found.at(14 * DAY).unwrap() - 17.0 / 36.0).abs() < 1e-12);
}

#[test]
fn groups_add_up() {
    let found = handoffs(&rows(), None, at(3 * DAY), Some("rep"));
    let n: u64 = found.groups.iter().map(|group| group.figures.delivered.delivered.n()).sum();
    assert_eq!(n, found.total.delivered.delivered.n());
    assert_eq!(found.groups.len(), 4, "even a group of which nothing was delivered yet");
}

#[test]
fn what_was_recycled_yields_what_came_of_it_since_by_how_long_ago_it_was() {
    let recycled = |id: &str, on: i64, opened: Option<i64>, won: Option<i64>| HandoffRow {
        opened_at: opened.map(|day| at(day * DAY)),
        won_at: won.map(|day| at(day * DAY)),
        ..row(id, on * DAY, Some((Answer::Recycled, 0)))
    };
    let rows = [
        recycled("a-new", 190, Some(195), None),
        recycled("b-30", 170, None, None),
        recycled("c-90", 110, Some(120), Some(150)),
        recycled("d-old", 0, Some(30), Some(201)),
        row("e-accepted", 0, Some((Answer::Accepted, 5))),
    ];
    let found = handoffs(&rows, None, at(200 * DAY), None).total.decided.recycle_yield;
    let seen: Vec<_> =
        found.iter().map(|of| (of.age, of.to_opportunity.words(), of.to_won.words())).collect();
    let nothing = "not measurable: nothing was recycled then";
    let expected = [
        ("in all", "3 of 4", "1 of 4"),
        ("less than 30 days ago", "1 of 1", "0 of 1"),
        ("30 to 90 days ago", "0 of 1", "0 of 1"),
        ("90 to 180 days ago", "1 of 1", "1 of 1"),
        ("180 days ago or longer", "1 of 1", "0 of 1"),
    ];
    let expected = expected.map(|(age, one, two)| (age, one.to_owned(), two.to_owned()));
    assert_eq!(seen, expected, "what is won later has not come yet");
    let before = handoffs(&rows, None, at(DAY), None).total.decided.recycle_yield;
    assert_eq!(before[1].to_opportunity.words(), "0 of 1");
    assert_eq!(before[4].to_won.words(), nothing);
}
