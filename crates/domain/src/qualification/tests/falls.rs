//! When a lead that had qualified meets its definition no more.

use jiff::Timestamp;

use super::{ALL_FIT, agreed, at, definition, history, in_force, made_stricter};
use crate::{
    agreement::{Definition, History},
    condition::{Comparison, Condition, Literal, Name, Root},
    lead::LeadHistory,
    points::{Decay, Step},
    qualification::qualifications,
};

fn fell_at(history: &LeadHistory, definition: Definition) -> Vec<Option<Timestamp>> {
    let found = qualifications(history, &agreed(definition), "mql", at("2027-01-01"));
    found.iter().map(|found| found.fell.as_ref().map(|fall| fall.at)).collect()
}

fn fading(decay: Decay) -> Definition {
    let mut fading = definition();
    fading.components[1].decay = Some(decay);
    fading
}

#[test]
fn points_that_fade_below_the_threshold_are_an_event_at_their_very_second() {
    // 70 of fit and 40 for the webcast, of which 30 are needed.
    let facts = [("2026-06-30", ALL_FIT), ("2026-07-02", "webcast/Attended")];
    let day = 86_400;
    let cases = [
        // Three quarters are left of 40 days after 10; a second later the thousandth is gone.
        (Decay::Linear { seconds: 40 * day }, "2026-07-12T00:00:44Z"),
        (
            Decay::Steps(vec![Step { up_to_seconds: 14 * day, share_per_mille: 1000 }]),
            "2026-07-16T00:00:01Z",
        ),
        // 40 · 2^(-t / 30 days) < 29.9995 after 30 · log2(40 / 29.9995) days.
        (Decay::HalfLife { seconds: 30 * day, forgotten_after: None }, "2026-07-14T10:50:40Z"),
    ];
    for (decay, second) in cases {
        let fell = fell_at(&history(&facts), fading(decay.clone()));
        assert_eq!(fell, [Some(second.parse().unwrap())], "{decay:?}");
    }
    assert_eq!(fell_at(&history(&facts), definition()), [None]);
}

#[test]
fn who_is_moved_on_before_the_points_fade_does_not_fall() {
    let facts = [
        ("2026-06-30", ALL_FIT),
        ("2026-07-02", "webcast/Attended"),
        ("2026-07-05", "status Accepted"),
    ];
    let linear = Decay::Linear { seconds: 40 * 86_400 };
    assert_eq!(fell_at(&history(&facts), fading(linear)), [None]);
}

#[test]
fn a_fact_that_takes_points_away_makes_a_lead_fall_at_once_and_only_once() {
    let facts = [
        ("2026-06-30", ALL_FIT),
        ("2026-07-02", "webcast/Attended"),
        ("2026-07-03 10:00", "fields function=low seniority=low country=none"),
        ("2026-07-04", "webcast/Attended"),
        ("2026-07-05", "fields email=generic"),
    ];
    assert_eq!(fell_at(&history(&facts), definition()), [Some(at("2026-07-03 10:00"))]);
}

#[test]
fn a_stricter_version_makes_nobody_fall_who_never_met_it() {
    let history = history(&[("2026-06-30", ALL_FIT), ("2026-07-02", "webcast/Attended")]);
    let found = qualifications(&history, &made_stricter(), "mql", at("2026-12-01"));
    assert_eq!(found.len(), 1);
    assert!(found[0].fell.is_none());
}

#[test]
fn a_new_version_with_the_same_rules_hides_no_fall() {
    let history = history(&[("2026-06-30", ALL_FIT), ("2026-07-02", "webcast/Attended")]);
    let linear = || fading(Decay::Linear { seconds: 40 * 86_400 });
    for second in ["2026-07-05", "2026-07-14"] {
        let versions =
            History(vec![in_force(1, "2026-01-01", linear()), in_force(2, second, linear())]);
        for as_of in ["2026-07-13", "2026-07-15", "2027-01-01"] {
            let found = qualifications(&history, &versions, "mql", at(as_of));
            let fell = found[0].fell.as_ref().map(|fall| fall.at.to_string());
            assert_eq!(fell.as_deref(), Some("2026-07-12T00:00:44Z"), "{second}, as of {as_of}");
        }
    }
}

#[test]
fn who_meets_a_definition_only_until_entering_it_does_not_fall() {
    let mut once = definition();
    let times = Name { root: Root::Lead, field: "times_qualified".into(), lowered: false };
    once.applies_when = Some(Condition::Compare(times, Comparison::Equal, Literal::Number(0.0)));
    let facts = [("2026-06-30", ALL_FIT), ("2026-07-02", "webcast/Attended")];
    assert_eq!(fell_at(&history(&facts), once), [None]);
}
