use serde_json::json;

use super::made::{AGREEMENT, Made, all, eur, opportunity, within};
use crate::report::{GoalStanding, GoalsReport};
use domain::{ids::Version, pacing::Pace};

/// Friday 18 September at 17:00 in Berlin: the 14th working day has just closed.
const NOW: &str = "2026-09-18T15:00:00Z";

fn pace<'a>(report: &'a GoalsReport, id: &str) -> &'a Pace<String> {
    let goal = report.goals.iter().find(|goal| goal.id == id).unwrap();
    let GoalStanding::Pace(pace) = &goal.standing else { panic!("{id} is a share") };
    pace
}

fn words(report: &GoalsReport, id: &str) -> String {
    report.goals.iter().find(|goal| goal.id == id).unwrap().words.clone()
}

fn firm() -> Made {
    let made = Made::new();
    made.sign(AGREEMENT);
    let mut told: Vec<_> = (0..70)
        .map(|n| opportunity(&n.to_string(), json!({"outcome": "open", "opened_on": "2026-09-01"})))
        .collect();
    let won = |id: &str, amount: serde_json::Value, closed: &str| {
        opportunity(
            id,
            json!({"outcome": "won", "owner": "n", "opened_on": "2026-07-01",
            "closed_on": closed, "amount": amount}),
        )
    };
    told.extend([
        won("w1", eur(100_000), "2026-09-02"),
        won("w2", eur(200_000), "2026-09-18"),
        won("w3", eur(900_000), "2026-09-19"),
        won("w4", eur(900_000), "2026-08-31"),
        won("w5", json!({"amount_minor": 5, "currency": "USD"}), "2026-09-02"),
        json!({"fact": "user", "user": "n", "person": {"name": "Ann Lee"}}),
        json!({"fact": "quota", "user": "n", "period": "2026-Q3", "fields": {"amount": eur(2_400_000)}}),
        json!({"fact": "quota", "period": "2026-09", "fields": {"count": 10}}),
        json!({"fact": "quota", "period": "FY26", "fields": {"amount": 5}}),
    ]);
    for (lead, at) in [("a", "2026-09-01T08:00:00Z"), ("b", "2026-09-17T08:00:00Z")] {
        told.push(
            json!({"fact": "activity", "lead": lead, "kind": "quote_request", "happened_at": at}),
        );
    }
    made.tell(NOW, told);
    made.engine.tick(super::made::at(NOW)).unwrap();
    made
}

#[test]
fn the_worked_example_comes_out() {
    // domain.md 7: goal 120, 14 of 21 working days, actual 70: 87.5 % of the pace.
    let report = firm().engine.report_goals(&all(NOW)).unwrap();
    assert_eq!(report.version, Some(Version(1)));
    let pace = pace(&report, "opened");
    assert_eq!((pace.elapsed_days, pace.total_days), (14, 21));
    assert_eq!(pace.actual.total(), 70);
    assert_eq!((pace.expected.value(), pace.pace.value()), (Some(80.0), Some(0.875)));
    assert_eq!(pace.projection.value(), Some(105.0));
    let expected = "70 of 120 opportunities opened after 14 of 21 working days; 80 expected by now: 87.5 % of it; off since 2026-09-17";
    assert_eq!(words(&report, "opened"), expected);
}

#[test]
fn a_day_is_gone_when_its_hours_are_over() {
    let report = firm().engine.report_goals(&all("2026-09-18T14:59:59Z")).unwrap();
    assert_eq!(pace(&report, "opened").elapsed_days, 13);
}

#[test]
fn revenue_counts_what_closed_by_now_in_the_currency_of_the_agreement() {
    let report = firm().engine.report_goals(&all(NOW)).unwrap();
    let revenue = pace(&report, "revenue");
    let rows: Vec<_> = revenue.actual.parts().iter().map(|part| part.row.as_str()).collect();
    assert_eq!(rows, ["crm:w1", "crm:w2"]);
    assert_eq!(revenue.actual.total(), 300_000);
    let expected = "3,000.00 EUR of 5,000.00 EUR revenue won after 14 of 21 working days; 3,333.33 EUR expected by now: 90 % of it; off since 2026-09-07";
    assert_eq!(words(&report, "revenue"), expected);
    let note = "revenue: 1 won opportunities have no amount in EUR: not in the sum";
    assert!(report.notes.iter().any(|said| said == note), "{:?}", report.notes);
}

#[test]
fn leads_and_clocks_are_counted_from_what_was_decided() {
    let report = firm().engine.report_goals(&all(NOW)).unwrap();
    assert_eq!(pace(&report, "qualified").actual.n(), 2);
    let expected =
        "clocks met in time: 0 of 2; the goal is 66 %: not reached so far; off since 2026-09-01";
    assert_eq!(words(&report, "in-time"), expected);
}

#[test]
fn quotas_stand_beside_the_goals() {
    let report = firm().engine.report_goals(&all(NOW)).unwrap();
    let of = |period: &str| report.quotas.iter().find(|quota| quota.period == period).unwrap();
    let third = of("2026-Q3");
    assert_eq!(third.name.as_deref(), Some("Ann Lee"));
    // w1, w2 and w4; what closes tomorrow has not closed.
    assert_eq!((third.won.total(), third.attainment.value()), (1_200_000, Some(0.5)));
    assert_eq!((of("2026-09").won.n(), of("2026-09").attainment.value()), (3, Some(0.3)));
    assert!(of("FY26").attainment.why_not().is_some());
    for table in report.plain().tables {
        assert!(table.rows.iter().all(|row| row.len() == table.header.len()), "{}", table.title);
    }
}

#[test]
fn without_an_agreement_or_a_goal_in_the_period_it_is_said() {
    let made = Made::new();
    assert_eq!(
        made.engine.report_goals(&all(NOW)).unwrap().notes,
        ["no Agreement has been in force: there is no goal"]
    );
    made.sign(AGREEMENT);
    let later = within(NOW, "2027-01-01", "2027-12-31");
    assert_eq!(
        made.engine.report_goals(&later).unwrap().notes,
        ["there is no goal in the Agreement for this period"]
    );
    assert_eq!(made.engine.report_goals_of(&all(NOW), Version(1)).unwrap().goals.len(), 4);
    assert!(made.engine.report_goals_of(&all(NOW), Version(9)).is_err());
}
