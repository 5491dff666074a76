use jiff::{SignedDuration, Timestamp};

use super::course;
use crate::{
    agreement::{
        Definition, History,
        definition::{Award, Floor, FloorActs, Judged, Limit, LooksAt, Window},
    },
    condition::{Comparison, Condition, Literal, Name, Root},
    lead::LeadHistory,
    points::{Decay, Points, Step},
    qualification::{
        assess, stamped,
        tests::{ALL_FIT, agreed, at, definition, history, made_stricter, rule, touch},
    },
};

const DAY: i64 = 86_400;

/// One lead that did something, that was silent, that was taken back, and of which a fact is dated
/// ahead of most instants that are asked for.
fn a_year() -> LeadHistory {
    history(&[
        ("2026-01-01", ALL_FIT),
        ("2026-01-03", "key_page"),
        ("2026-01-20 10:00", "form"),
        ("2026-03-01", "webcast/Attended"),
        ("2026-04-02", "status Recycle"),
        ("2026-05-04", "key_page"),
        ("2026-08-01", "careers_page"),
        ("2026-11-01", "webcast_registered"),
    ])
}

fn changed(change: impl FnOnce(&mut Definition)) -> Definition {
    let mut changed = definition();
    change(&mut changed);
    changed
}

fn fading(decay: Decay) -> Definition {
    changed(|definition| definition.components[1].decay = Some(decay))
}

/// Definitions in which time does every thing that it can do.
fn every_way() -> Vec<(&'static str, Definition)> {
    let steps = vec![
        Step { up_to_seconds: 14 * DAY, share_per_mille: 1000 },
        Step { up_to_seconds: 44 * DAY, share_per_mille: 500 },
    ];
    let silence = |definition: &mut Definition| {
        let looks_at = LooksAt::Inactivity { days: 30 };
        let quiet = rule("silence", "engagement", looks_at, Condition::Always(true), -10);
        let limit = Limit::Times { times: 1, window: Window::RollingDays(30) };
        definition.rules.push(crate::agreement::definition::Rule { limit, ..quiet });
    };
    let floor = |acts| {
        changed(|definition| {
            definition.rules.push(touch("careers_page", -60));
            definition.components[1].floor = Some(Floor { points: Points::ZERO, acts });
            definition.components[1].decay = Some(Decay::Linear { seconds: 90 * DAY });
        })
    };
    let age = Name { root: Root::Lead, field: "age_days".into(), lowered: false };
    let is_old = Condition::Compare(age.clone(), Comparison::Greater, Literal::Number(99.0));
    vec![
        ("nothing fades", definition()),
        ("half-life", fading(Decay::HalfLife { seconds: 30 * DAY, forgotten_after: None })),
        ("linear", fading(Decay::Linear { seconds: 40 * DAY })),
        ("steps", fading(Decay::Steps(steps))),
        ("silence", changed(silence)),
        ("floor at once", floor(FloorActs::AtOnce)),
        ("floor at night", floor(FloorActs::Nightly)),
        (
            "age in a condition",
            changed(|definition| {
                definition.rules.push(rule("old", "fit", LooksAt::Fields, is_old, -5));
            }),
        ),
        (
            "age as what is counted",
            changed(|definition| {
                let mut by_age = rule("age", "fit", LooksAt::Fields, Condition::Always(true), 0);
                by_age.award = Award::ByNumber { name: age, steps: vec![(30.0, Points::whole(3))] };
                definition.rules.push(by_age);
            }),
        ),
        (
            "judged at night",
            changed(|definition| {
                definition.judged = Judged::AtTimes {
                    times: vec![jiff::civil::time(2, 0, 0, 0)],
                    region: None,
                    zones: Default::default(),
                    otherwise: jiff::tz::TimeZone::UTC,
                };
            }),
        ),
    ]
}

/// Compares a course with the assessment at many instants up to its end; how many there were.
fn compared(history: &LeadHistory, agreements: &History, from: Timestamp, what: &str) -> usize {
    let course = course(history, agreements, "mql", from).unwrap();
    let steps = [0, 1, 59, 3_600, DAY - 1, DAY, 9 * DAY, 14 * DAY + 1, 44 * DAY + 1, 200 * DAY];
    let instants = steps.map(|seconds| from + SignedDuration::from_secs(seconds));
    let last = course.until.map(|until| until - SignedDuration::from_millis(1));
    let instants = instants.into_iter().chain(last).filter(|at| *at >= from);
    let within = instants.filter(|at| course.until.is_none_or(|until| *at < until));
    within
        .map(|instant| {
            let assessed = assess(history, agreements, "mql", instant).unwrap();
            let (parts, total) = course.at(instant);
            assert_eq!((parts, total), (stamped(&assessed), assessed.total), "{what}: {instant}");
        })
        .count()
}

#[test]
fn a_course_says_what_an_assessment_says_until_it_ends() {
    let history = a_year();
    let mut compared_at = 0;
    for (what, definition) in every_way() {
        let agreements = agreed(definition);
        for day in (0..360).step_by(17) {
            let from = at("2026-01-01") + SignedDuration::from_hours(24 * day + 7);
            compared_at += compared(&history, &agreements, from, what);
        }
    }
    let stricter = made_stricter();
    for day in ["2026-07-30", "2026-08-14", "2026-08-15", "2026-10-01"] {
        compared_at += compared(&history, &stricter, at(day), "a second version");
    }
    assert!(compared_at > 700, "{compared_at}");
}

#[test]
fn a_course_ends_where_something_happens_by_itself() {
    let until = |definition: Definition, day: &str| {
        course(&a_year(), &agreed(definition), "mql", at(day)).unwrap().until
    };
    let of = |wanted: &str| every_way().into_iter().find(|(what, _)| *what == wanted).unwrap().1;
    assert_eq!(until(definition(), "2026-08-02"), Some(at("2026-11-01")), "a fact dated ahead");
    assert_eq!(until(definition(), "2026-11-02"), None);
    assert_eq!(
        until(of("silence"), "2026-11-02"),
        Some(at("2026-12-01")),
        "30 days after it acted"
    );
    assert_eq!(until(of("floor at night"), "2026-08-01 10:00"), Some(at("2026-08-02")), "midnight");
    for restless in ["age in a condition", "age as what is counted", "judged at night"] {
        assert_eq!(until(of(restless), "2026-11-02"), Some(at("2026-11-02")), "{restless}");
    }
    let course = course(&a_year(), &made_stricter(), "mql", at("2026-08-02")).unwrap();
    assert_eq!(course.until, Some(at("2026-08-15")), "the next version");
}
