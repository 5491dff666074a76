use jiff::{Timestamp, civil::Date};
use proptest::prelude::*;

use super::*;

mod properties;

type Unit = UnitRow<u32, Date>;

/// The date so many days after 31 December 2025.
fn day(days: i64) -> Date {
    "2025-12-31".parse::<Date>().unwrap().checked_add(jiff::Span::new().days(days)).unwrap()
}

/// A unit whose entries are `(stage, day)`; day 0 stands for a date that is not known.
fn unit(id: u32, entries: &[(&str, i64)]) -> Unit {
    let entry = |(stage, days): &(&str, i64)| StageEntry {
        stage: (*stage).to_owned(),
        at: (*days > 0).then(|| day(*days)),
        inferred: false,
        facts: vec![FactNo(*days)],
    };
    UnitRow {
        id,
        dimensions: Dimensions::new(),
        entries: entries.iter().map(entry).collect(),
        outcome: None,
    }
}

fn asked(window: Option<(i64, i64)>, horizon_days: Option<u32>) -> FunnelQuestion<Date> {
    FunnelQuestion {
        stages: ["mql", "sal", "sql"].map(str::to_owned).to_vec(),
        window: window.map(|(from, before)| Window { from: day(from), before: day(before) }),
        horizon_days,
        as_of: day(200),
    }
}

fn total(units: &[Unit], question: &FunnelQuestion<Date>) -> Funnel<u32, Date> {
    funnel(units, question, None).total
}

#[test]
fn only_the_matured_of_the_window_are_in_the_cohort() {
    let units = [
        unit(1, &[("mql", 110), ("sal", 140)]),
        unit(2, &[("mql", 110), ("sal", 141)]),
        unit(3, &[("mql", 170)]),
        unit(4, &[("mql", 171), ("sal", 172)]),
        unit(5, &[("mql", 99), ("sal", 101)]),
        unit(6, &[("mql", 190), ("sal", 195)]),
        unit(7, &[("mql", 0), ("sal", 110)]),
        unit(8, &[("mql", 110), ("sal", 0)]),
        unit(9, &[("mql", 110), ("sal", 105)]),
        unit(10, &[("sal", 110)]),
    ];
    let found = total(&units, &asked(Some((100, 180)), Some(30)));
    let step = &found.conversions[0];
    assert_eq!(step.cohort.hits().rows(), [1], "exactly 30 days is within 30 days");
    assert_eq!(step.cohort.misses().rows(), [2, 3], "exactly 30 days old is matured");
    assert_eq!(step.immature.rows(), [4], "the young are left out even if they went on");
    assert_eq!(step.truncated.rows(), [5]);
    assert_eq!(step.later.rows(), [6]);
    assert_eq!(step.undated.rows(), [7, 8]);
    assert_eq!(step.backwards.rows(), [9]);
    assert_eq!(step.cohort.words(), "1 of 3");
}

#[test]
fn an_empty_or_immature_cohort_is_not_measurable() {
    let words = "not measurable: nothing that entered is old enough";
    let young = [unit(1, &[("mql", 199), ("sal", 200)])];
    for (case, units) in [("empty", &[][..]), ("immature only", &young[..])] {
        let found = total(units, &asked(None, Some(30)));
        assert_eq!(found.conversions[0].cohort.words(), words, "{case}");
    }
    assert_eq!(total(&young, &asked(None, None)).conversions[0].cohort.share(), Some(1.0));
}

#[test]
fn without_window_and_horizon_the_undated_count_too() {
    let units = [unit(1, &[("mql", 0), ("sal", 0)]), unit(2, &[("mql", 0)])];
    let found = total(&units, &asked(None, None));
    assert_eq!(found.conversions[0].cohort.words(), "1 of 2");
    assert_eq!(found.conversions[0].untimed.rows(), [1]);
    assert_eq!(found.volumes[0].undated.rows(), [1, 2]);
}

#[test]
fn a_skipped_stage_is_an_implied_entry_at_the_later_moment() {
    let units = [
        unit(1, &[("mql", 10), ("sql", 30)]),
        unit(2, &[("mql", 10), ("sal", 12), ("sql", 20)]),
        unit(3, &[("mql", 10)]),
        unit(4, &[("sql", 30)]),
    ];
    let found = total(&units, &asked(None, None));
    let [mql_sal, sal_sql, mql_sql] = &found.conversions[..] else { panic!("three pairs") };
    assert_eq!(found.volumes[1].implied.rows(), [1], "4 began at SQL and skipped nothing");
    let implied = &found.volumes[1].reached.rows()[0];
    assert_eq!((implied.at, implied.implied), (Some(day(30)), true));
    assert_eq!(implied.facts, [FactNo(30)]);
    assert_eq!(mql_sal.cohort.words(), "2 of 3");
    assert_eq!(sal_sql.cohort.words(), "2 of 2");
    assert_eq!(mql_sql.cohort.words(), "2 of 3");
    assert_eq!(mql_sal.untimed.rows(), [1], "the implied entry has no time of its own");
    assert_eq!(mql_sql.time.median(), Some(15.0 * 86_400.0));
}

#[test]
fn those_who_come_back_count_once_and_are_reported() {
    let units = [unit(
        1,
        &[("mql", 10), ("mql", 11), ("nurture", 12), ("mql", 40), ("sal", 50), ("mql", 60)],
    )];
    let found = total(&units, &asked(None, None));
    assert_eq!(found.volumes[0].reached.n(), 1);
    assert_eq!(found.volumes[0].reached.rows()[0].at, Some(day(10)));
    assert_eq!(found.volumes[0].reentered.rows(), [Reentered { unit: 1, times: 2 }]);
    assert_eq!(found.volumes[0].current.rows(), [1]);
    assert_eq!(found.conversions[0].time.median(), Some(40.0 * 86_400.0));
}

#[test]
fn a_snapshot_may_exceed_one_and_is_not_the_cohort() {
    let units = [
        unit(1, &[("mql", 90), ("sal", 110)]),
        unit(2, &[("mql", 95), ("sal", 120)]),
        unit(3, &[("mql", 105)]),
        unit(4, &[("mql", 0), ("sal", 0)]),
    ];
    let found = total(&units, &asked(Some((100, 180)), None));
    let step = &found.conversions[0];
    assert_eq!((step.snapshot.from.rows(), step.snapshot.to.rows()), (&[3][..], &[1, 2][..]));
    assert_eq!(step.snapshot.ratio, Measure::Is(2.0));
    assert_eq!(step.cohort.words(), "0 of 1");
    let nobody = total(&[], &asked(Some((100, 180)), None));
    let why = Measure::Cannot("nothing entered in the window");
    assert_eq!(nobody.conversions[0].snapshot.ratio, why);
}

#[test]
fn every_unit_is_somewhere_now() {
    let ended = |unit: Unit, outcome: &str| Unit { outcome: Some(outcome.to_owned()), ..unit };
    let units = [
        unit(1, &[("mql", 10), ("sal", 20)]),
        unit(2, &[("mql", 10), ("nurture", 20)]),
        unit(3, &[]),
        ended(unit(4, &[("mql", 10), ("sal", 20)]), "disqualified"),
        unit(5, &[("mql", 10), ("sql", 0)]),
        unit(6, &[("mql", 10), ("sal", 201)]),
        unit(7, &[("sal", 20), ("mql", 20)]),
        ended(unit(8, &[("mql", 10)]), "won"),
    ];
    let found = total(&units, &asked(None, None));
    let current: Vec<_> = found.volumes.iter().map(|volume| volume.current.rows()).collect();
    assert_eq!(current, [&[6][..], &[1, 7], &[5]]);
    assert_eq!(found.elsewhere.rows(), [2, 3]);
    assert_eq!(found.ahead.rows(), [6], "what comes after the look has not happened");
    let ended: Vec<_> = found.ended.iter().map(|ended| ended.outcome.to_string()).collect();
    assert_eq!(ended, ["disqualified", "won"]);
    assert_eq!(found.conversions[0].time.open().rows(), [2, 6]);
    assert_eq!(found.conversions[0].ended.rows(), [8]);
}

#[test]
fn inferred_entries_count_but_have_no_time() {
    let mut one = unit(1, &[("mql", 10), ("sal", 20)]);
    one.entries[1].inferred = true;
    let found = total(&[one], &asked(None, Some(30)));
    assert_eq!(found.volumes[1].implied.rows(), [1]);
    assert_eq!(found.conversions[0].cohort.hits().rows(), [1]);
    assert_eq!((found.conversions[0].time.n(), found.conversions[0].untimed.n()), (0, 1));
}

#[test]
fn two_stages_have_one_pair_and_one_stage_none() {
    for (stages, pairs) in [(0, 0), (1, 0), (2, 1), (3, 3)] {
        let mut question = asked(None, None);
        question.stages.truncate(stages);
        assert_eq!(total(&[], &question).conversions.len(), pairs, "{stages} stages");
    }
}

#[test]
fn instants_are_timed_to_the_second() {
    let entry = |stage: &str, at: &str| StageEntry {
        stage: stage.to_owned(),
        at: Some(at.parse::<Timestamp>().unwrap()),
        inferred: false,
        facts: vec![],
    };
    let units = [UnitRow {
        id: "crm:1",
        dimensions: Dimensions::new(),
        entries: vec![entry("mql", "2026-01-01T00:00:00Z"), entry("sal", "2026-01-02T00:00:01Z")],
        outcome: None,
    }];
    let question = FunnelQuestion {
        stages: ["mql", "sal"].map(str::to_owned).to_vec(),
        window: None,
        horizon_days: Some(1),
        as_of: "2026-02-01T00:00:00Z".parse().unwrap(),
    };
    let found = funnel(&units, &question, None).total;
    assert_eq!(found.conversions[0].cohort.words(), "0 of 1", "a second over a day");
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json["volumes"][0]["reached"]["rows"][0]["at"], "2026-01-01T00:00:00Z");
    assert_eq!(json["conversions"][0]["time"]["median"], 86_401.0);
}
