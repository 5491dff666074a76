use domain::funnel::{Conversion, Funnel};
use serde_json::json;

use super::made::{AGREEMENT, Made, all, by, lead_moved, moved, opportunity, within};
use crate::report::{FunnelFigures, FunnelReport, ReportQuestion, Subject};

const NOW: &str = "2026-10-01T12:00:00Z";

/// A conversion: from, to, went on, of how many.
type Step = (String, String, u64, u64);

fn step<I>(conversion: &Conversion<I>) -> Step {
    let rate = conversion.cohort.rate();
    (conversion.from.clone(), conversion.to.clone(), rate.hits(), rate.n())
}

fn steps(report: &FunnelReport) -> Vec<Step> {
    fn of<I, M>(funnel: &Funnel<I, M>) -> Vec<Step> {
        funnel.conversions.iter().map(step).collect()
    }
    match &report.funnel {
        FunnelFigures::Leads(funnel) => of(&funnel.total),
        FunnelFigures::Opportunities(funnel) => of(&funnel.total),
    }
}

fn expect(report: &FunnelReport, expected: &[(&str, &str, u64, u64)]) {
    let expected: Vec<Step> =
        expected.iter().map(|(a, b, hits, n)| ((*a).into(), (*b).into(), *hits, *n)).collect();
    assert_eq!(steps(report), expected, "{:?}", report.notes);
}

fn pipeline() -> Made {
    let made = Made::new();
    let mut told = vec![];
    for (id, outcome, opened, closed, way) in [
        (
            "1",
            "won",
            json!("2026-07-01"),
            json!("2026-07-31"),
            vec![("Meet", "07-02"), ("Offer", "07-10"), ("Closed Won", "07-31")],
        ),
        (
            "2",
            "lost",
            json!("2026-07-03"),
            json!("2026-08-10"),
            vec![("Meet", "07-05"), ("Offer", "07-20"), ("Closed Lost", "08-10")],
        ),
        ("3", "won", json!("2026-08-01"), json!("2026-09-02"), vec![("Meet", "08-02")]),
        ("4", "open", json!("2026-09-20"), json!(null), vec![("Meet", "09-21")]),
        ("5", "open", json!(null), json!(null), vec![]),
        ("6", "open", json!("2026-09-28"), json!(null), vec![]),
    ] {
        let stage = way.last().map_or("Meet", |(stage, _)| stage);
        told.push(opportunity(
            id,
            json!({"outcome": outcome, "stage": stage, "opened_on": opened,
            "closed_on": closed, "source": if id == "1" { "web" } else { "fair" }}),
        ));
        for (stage, day) in way {
            told.push(moved(id, stage, &format!("2026-{day}T10:00:00Z")));
        }
    }
    made.tell(NOW, told);
    made
}

#[test]
fn opportunities_go_from_opened_to_won_through_the_stages_seen() {
    let report = pipeline().engine.report_funnel(&all(NOW), Subject::Opportunities).unwrap();
    assert_eq!(report.stages, ["opened", "Meet", "Offer", "won"]);
    // 3 was won without an offer: it must have passed there. 5 was opened, nobody knows when.
    expect(
        &report,
        &[
            ("opened", "Meet", 6, 6),
            ("Meet", "Offer", 3, 6),
            ("Offer", "won", 2, 3),
            ("opened", "won", 2, 6),
        ],
    );
    let FunnelFigures::Opportunities(funnel) = &report.funnel else { panic!() };
    let volumes = &funnel.total.volumes;
    assert_eq!((volumes[0].reached.n(), volumes[0].undated.n()), (6, 1));
    assert_eq!((volumes[2].reached.n(), volumes[2].implied.n()), (3, 1));
    assert_eq!(volumes[1].current.n(), 3);
    // 30 and 32 days.
    assert_eq!(funnel.total.conversions[3].time.median(), Some(31.0 * 86_400.0));
    let note = "1 of 6 opportunities without an opening date: left out of anything timed from their opening";
    assert!(report.notes.iter().any(|said| said == note), "{:?}", report.notes);
}

#[test]
fn cohort_and_snapshot_are_two_numbers() {
    let made = pipeline();
    let july = ReportQuestion { horizon_days: Some(31), ..within(NOW, "2026-07-01", "2026-07-31") };
    let report = made.engine.report_funnel(&july, Subject::Opportunities).unwrap();
    let FunnelFigures::Opportunities(funnel) = &report.funnel else { panic!() };
    let whole = &funnel.total.conversions[3];
    // Of the two opened in July, one was won within 31 days.
    assert_eq!((whole.cohort.rate().hits(), whole.cohort.rate().n()), (1, 2));
    assert_eq!((whole.snapshot.to.n(), whole.snapshot.from.n()), (1, 2));
    let september = within(NOW, "2026-09-01", "2026-09-30");
    let report = made.engine.report_funnel(&september, Subject::Opportunities).unwrap();
    let FunnelFigures::Opportunities(funnel) = &report.funnel else { panic!() };
    let whole = &funnel.total.conversions[3];
    // Two opened, none of them won; but one of August was won.
    assert_eq!((whole.cohort.rate().hits(), whole.cohort.rate().n()), (0, 2));
    assert_eq!(whole.snapshot.ratio.value(), Some(0.5));
    assert_eq!(whole.truncated.n(), 3);
    assert_eq!(whole.undated.n(), 1);
}

#[test]
fn stages_without_a_dated_entry_have_no_place() {
    let made = Made::new();
    made.tell(NOW, vec![
        opportunity("1", json!({"outcome": "won", "stage": "Won", "opened_on": "2026-07-01", "closed_on": "2026-07-09"})),
        opportunity("2", json!({"outcome": "open", "stage": "Engaging", "opened_on": "2026-07-01"})),
    ]);
    let report = made.engine.report_funnel(&all(NOW), Subject::Opportunities).unwrap();
    assert_eq!(report.stages, ["opened", "won"]);
    expect(&report, &[("opened", "won", 1, 2)]);
    let note = "no entry into these stages is dated, so they have no place: Engaging";
    assert!(report.notes.iter().any(|said| said == note), "{:?}", report.notes);
}

/// a: made, qualified and won; b: qualified, recycled; c: only made; d: answered, deal lost.
fn leads(made: &Made) {
    let lead = |id: &str, created: &str| json!({"fact": "lead", "lead": id, "fields": {"created_at": created, "record": "lead"}});
    made.tell(NOW, vec![
        lead("a", "2026-09-01T08:00:00Z"),
        lead("b", "2026-09-01T08:00:00Z"),
        lead("c", "2026-09-10T08:00:00Z"),
        lead("d", "2026-09-01T08:00:00Z"),
        lead_moved("a", "Marketing Qualified", "2026-09-02T08:00:00Z"),
        lead_moved("a", "Answered", "2026-09-03T08:00:00Z"),
        lead_moved("b", "New", "2026-09-01T09:00:00Z"),
        lead_moved("b", "MQL", "2026-09-02T08:00:00Z"),
        lead_moved("b", "Recycle", "2026-09-04T08:00:00Z"),
        lead_moved("d", "Answered", "2026-09-05T08:00:00Z"),
        opportunity("1", json!({"lead": "a", "outcome": "won", "opened_on": "2026-09-03", "closed_on": "2026-09-20"})),
        opportunity("2", json!({"lead": "d", "outcome": "lost", "opened_on": "2026-09-06", "closed_on": "2026-09-21"})),
    ]);
}

#[test]
fn leads_go_through_the_statuses_that_were_signed() {
    let made = Made::new();
    made.sign(AGREEMENT);
    leads(&made);
    let report = made.engine.report_funnel(&all(NOW), Subject::Leads).unwrap();
    assert_eq!(report.stages, ["New", "MQL", "Answered", "opportunity", "won"]);
    assert_eq!(report.order, "as the Agreement lists them, version 1");
    expect(
        &report,
        &[
            ("New", "MQL", 3, 4),
            ("MQL", "Answered", 2, 3),
            ("Answered", "opportunity", 2, 2),
            ("opportunity", "won", 1, 2),
            ("New", "won", 1, 4),
        ],
    );
    let FunnelFigures::Leads(funnel) = &report.funnel else { panic!() };
    let ended: Vec<_> =
        funnel.total.ended.iter().map(|e| (e.outcome.to_string(), e.units.n())).collect();
    assert_eq!(ended, [("Recycle".into(), 1), ("lost".into(), 1), ("won".into(), 1)]);
    // Opened on the day of the answer: not before it.
    assert_eq!(funnel.total.conversions[2].backwards.n(), 0);
}

#[test]
fn without_an_agreement_statuses_are_those_seen() {
    let made = Made::new();
    leads(&made);
    let report = made.engine.report_funnel(&by(NOW, "lead.record"), Subject::Leads).unwrap();
    assert_eq!(report.question.by.as_deref(), Some("record"));
    let expected = ["New", "MQL", "Marketing Qualified", "Answered", "opportunity", "won"];
    assert_eq!(report.stages.len(), expected.len());
    assert!(report.stages.iter().all(|stage| expected.contains(&stage.as_str())));
    let note = "by their names, these are exits and no stages: Recycle";
    assert!(report.notes.iter().any(|said| said == note), "{:?}", report.notes);
    assert_eq!(report.plain().tables.len(), 5);
}
