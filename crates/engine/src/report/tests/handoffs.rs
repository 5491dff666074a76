use domain::group::GroupKey;
use serde_json::json;

use super::made::{AGREEMENT, Made, all, by, lead_moved, within};

const NOW: &str = "2026-10-01T12:00:00Z";

fn told(made: &Made) {
    let handoff = |id: &str, lead: &str, at: &str, fields: serde_json::Value| {
        json!({"fact": "handoff", "handoff": id, "lead": lead, "to": "n", "fields": fields,
               "happened_at": at})
    };
    let answered = |id: &str, lead: &str, answer: &str, reason: Option<&str>, at: &str| {
        json!({"fact": "handoff_answered", "handoff": id, "lead": lead, "answer": answer,
               "reason": reason, "happened_at": at})
    };
    made.tell(NOW, vec![
        json!({"fact": "campaign", "campaign": "f", "fields": {"name": "Fair", "type": "trade show"}}),
        json!({"fact": "lead", "lead": "a", "fields": {"country": "DE", "campaign": "f"}}),
        json!({"fact": "lead", "lead": "b", "fields": {"country": null}}),
        lead_moved("a", "MQL", "2026-08-31T08:00:00Z"),
        handoff("1", "a", "2026-08-31T08:00:00Z", json!({"source": "web"})),
        answered("1", "a", "accepted", None, "2026-09-01T08:00:00Z"),
        handoff("2", "b", "2026-09-01T08:00:00Z", json!({"source": ""})),
        answered("2", "b", "rejected", Some("duplicate"), "2026-09-01T08:04:00Z"),
        handoff("3", "c", "2026-09-02T08:00:00Z", json!({})),
        answered("4", "c", "accepted", None, "2026-09-02T08:00:00Z"),
    ]);
}

#[test]
fn volumes_go_by_delivery_and_rates_by_decision() {
    let made = Made::new();
    told(&made);
    let september = within(NOW, "2026-09-01", "2026-09-30");
    let report = made.engine.report_handoffs(&september).unwrap();
    let total = &report.handoffs.total;
    assert_eq!((total.delivered.delivered.n(), total.delivered.waiting.n()), (2, 1));
    // Accepted in September, though handed over in August.
    assert_eq!(total.decided.acceptance_rate.words(), "1 of 2");
    assert_eq!(report.undelivered.n(), 1);
    let note = "no clock ran on a lead handed over: when answers were due is not known";
    assert!(report.notes.iter().any(|said| said == note), "{:?}", report.notes);
    for table in report.plain().tables {
        assert!(table.rows.iter().all(|row| row.len() == table.header.len()), "{}", table.title);
    }
}

#[test]
fn handoffs_are_told_apart_by_their_own_fields_and_by_their_lead() {
    let made = Made::new();
    told(&made);
    for (name, full, expected) in [
        ("source", "source", [("web", 1), ("(blank)", 1), ("not known", 1)]),
        ("country", "lead.country", [("DE", 1), ("(blank)", 1), ("not known", 1)]),
    ] {
        let report = made.engine.report_handoffs(&by(NOW, name)).unwrap();
        assert_eq!(report.question.by.as_deref(), Some(full));
        let groups = report.handoffs.groups.iter();
        let groups: Vec<_> =
            groups.map(|g| (g.key.to_string(), g.figures.delivered.delivered.n())).collect();
        assert_eq!(groups, expected.map(|(key, n)| (key.to_owned(), n)), "{name}");
    }
    let report = made.engine.report_handoffs(&by(NOW, "campaign type")).unwrap();
    let fair = report.handoffs.group(&GroupKey::Known("trade show".into())).unwrap();
    assert_eq!(fair.delivered.delivered.n(), 1);
}

#[test]
fn a_clock_says_when_an_answer_was_due() {
    let made = Made::new();
    made.sign(AGREEMENT);
    told(&made);
    let report = made.engine.report_handoffs(&all("2026-08-31T20:00:00Z")).unwrap();
    // Handed over on Monday at 10:00 in Berlin, due at 14:00.
    assert_eq!(report.handoffs.total.delivered.overdue.n(), 1);
}
