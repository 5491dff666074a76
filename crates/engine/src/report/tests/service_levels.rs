use domain::group::GroupKey;
use serde_json::json;

use super::super::resting_note;
use super::made::{AGREEMENT, Made, all, by, lead_moved, within};

const NOW: &str = "2026-09-04T12:00:00Z";

/// Qualified on Tuesday 1 September at 10:00 in Berlin, so due at 14:00: one answered in time, one
/// late and one never; and one qualified today at 13:00, which is due on Monday.
fn told(made: &Made) {
    let qualified = |id: &str| lead_moved(id, "MQL", "2026-09-01T08:00:00Z");
    let lead =
        |id: &str, record: &str| json!({"fact": "lead", "lead": id, "fields": {"record": record}});
    made.tell(
        NOW,
        vec![
            lead("a", "lead"),
            lead("b", "contact"),
            lead("c", "contact"),
            qualified("a"),
            qualified("b"),
            qualified("c"),
            lead_moved("a", "Answered", "2026-09-01T09:30:00Z"),
            lead_moved("b", "Answered", "2026-09-02T08:00:00Z"),
            lead_moved("d", "MQL", "2026-09-04T11:00:00Z"),
        ],
    );
}

#[test]
fn clocks_count_when_they_fall_due_beside_the_goal() {
    let made = Made::new();
    made.sign(AGREEMENT);
    told(&made);
    let report = made.engine.report_service_levels(&by(NOW, "record")).unwrap();
    assert_eq!(report.question.by.as_deref(), Some("lead.record"));
    let level = &report.levels[0];
    assert_eq!(
        (level.service_level.as_str(), level.goals[0].goal_per_mille),
        ("answer", Some(900))
    );
    let total = &level.attainment.total;
    assert_eq!(total.attainment.words(), "1 of 3");
    assert_eq!((total.met_late.n(), total.unresolved.n(), total.running.n()), (1, 1, 1));
    // An hour and a half, and eight: seven on the Tuesday and one on the Wednesday.
    assert_eq!(total.time_to_stop.median(), Some((5_400.0 + 28_800.0) / 2.0));
    let contacts = level.attainment.group(&GroupKey::Known("contact".into())).unwrap();
    assert_eq!(contacts.attainment.words(), "0 of 2");
    let plain = report.plain();
    assert_eq!(plain.tables[0].rows[0][..4], ["answer", "1 of 3", "90 %", "1"]);
    assert_eq!(plain.tables[0].rows[0][7], "4.8");
    for table in plain.tables {
        assert!(table.rows.iter().all(|row| row.len() == table.header.len()), "{}", table.title);
    }
}

#[test]
fn what_cannot_be_measured_says_why() {
    let made = Made::new();
    let said = |question| made.engine.report_service_levels(&question).unwrap().notes;
    assert!(said(all(NOW))[0].starts_with("no Agreement has been in force"));
    made.sign(AGREEMENT);
    assert!(said(all(NOW))[0].starts_with("no clock has started"));
    told(&made);
    assert_eq!(
        said(within(NOW, "2026-08-01", "2026-08-31")),
        ["no clock has been due in the period"]
    );
    let report =
        made.engine.report_service_levels(&within(NOW, "2026-08-01", "2026-08-31")).unwrap();
    assert_eq!(
        report.levels[0].attainment.total.attainment.words(),
        "not measurable: nothing was due"
    );
}

#[test]
fn a_clock_that_rests_is_in_no_figure_and_opens_by_itself() {
    let made = Made::new();
    let stops = "stops_when = 'lead.status == \"Answered\"'\n";
    let pauses = format!("{stops}pauses_when = 'lead.record == \"contact\"'\n");
    made.sign(&AGREEMENT.replace(stops, &pauses));
    told(&made);
    let report = made.engine.report_service_levels(&all(NOW)).unwrap();
    assert_eq!(report.resting.n(), 1, "b was answered, and only c still rests");
    let note = resting_note(1);
    assert!(report.notes.contains(&note), "{note}: {:?}", report.notes);
}
