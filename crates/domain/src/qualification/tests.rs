mod falls;

use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, civil::time, tz::TimeZone};

use super::*;
use crate::{
    activity::ActivityRecorded,
    agreement::{
        ActivityKind, Agreement, InForce,
        definition::{
            Award, Component, Ends, Exclusion, Floor, FloorActs, Judged, Limit, LooksAt, Reset,
            ResetTo, Rule, Window,
        },
        tests::blank,
    },
    condition::{Comparison, Condition, Literal, Name, Root},
    fact::{Entry, Fact, Told},
    field::Fields,
    handoff::LeadMoved,
    ids::LeadId,
    points::Decay,
    record::LeadReported,
};

fn name(root: Root, field: &str) -> Name {
    Name { root, field: field.into(), lowered: false }
}

fn is(root: Root, field: &str, text: &str) -> Condition {
    Condition::Compare(name(root, field), Comparison::Equal, Literal::Text(text.into()))
}

fn at_least(component: &str, points: f64) -> Condition {
    let score = name(Root::Score, component);
    Condition::Compare(score, Comparison::GreaterOrEqual, Literal::Number(points))
}

pub(super) fn rule(
    id: &str,
    component: &str,
    looks_at: LooksAt,
    when: Condition,
    points: i64,
) -> Rule {
    Rule {
        id: id.into(),
        says: format!("{id} earns {points}"),
        component: component.into(),
        looks_at,
        when,
        award: Award::Points(Points::whole(points)),
        limit: Limit::EveryTime,
    }
}

fn fit(field: &str, value: &str, points: i64) -> Rule {
    rule(value, "fit", LooksAt::Fields, is(Root::Lead, field, value), points)
}

pub(super) fn touch(kind: &str, points: i64) -> Rule {
    let looks_at = LooksAt::Activities { only_success: false };
    rule(kind, "engagement", looks_at, is(Root::Activity, "kind", kind), points)
}

fn success(kind: &str, points: i64) -> Rule {
    Rule { looks_at: LooksAt::Activities { only_success: true }, ..touch(kind, points) }
}

fn once_a_week(rule: Rule) -> Rule {
    let window = Window::Week(TimeZone::UTC);
    Rule { limit: Limit::Times { times: 1, window }, ..rule }
}

fn component(id: &str, cap: Option<i64>) -> Component {
    Component {
        id: id.into(),
        label: id.into(),
        cap: cap.map(Points::whole),
        floor: None,
        decay: None,
        stops_above_total: None,
    }
}

/// The shape of a published definition: fit capped at 70, a hundred together, engagement not nought.
pub(crate) fn definition() -> Definition {
    let booster = rule(
        "came back",
        "engagement",
        LooksAt::Activities { only_success: false },
        Condition::All(vec![
            is(Root::Lead, "status", "Recycle"),
            Condition::Compare(
                name(Root::Lead, "times_qualified"),
                Comparison::Greater,
                Literal::Number(0.0),
            ),
        ]),
        20,
    );
    let booster =
        Rule { limit: Limit::Times { times: 1, window: Window::Month(TimeZone::UTC) }, ..booster };
    Definition {
        id: "mql".into(),
        clause: "3.2".into(),
        says: "A hundred together.".into(),
        applies_when: None,
        components: vec![component("fit", Some(70)), component("engagement", None)],
        rules: vec![
            fit("email", "business", 35),
            fit("function", "high", 20),
            fit("seniority", "high", 15),
            fit("country", "first", 5),
            fit("size", "sixty", 60),
            once_a_week(touch("key_page", 25)),
            touch("form", 5),
            touch("webcast_registered", 20),
            success("webcast", 40),
            success("gated", 15),
            booster,
        ],
        exclusions: vec![Exclusion {
            id: "competitor".into(),
            says: "No competitors.".into(),
            when: Condition::IsTrue(name(Root::Lead, "competitor")),
        }],
        qualifies_when: Condition::All(vec![
            at_least("total", 100.0),
            Condition::Compare(
                name(Root::Score, "engagement"),
                Comparison::NotEqual,
                Literal::Number(0.0),
            ),
        ]),
        from_statuses: vec!["Raw".into(), "Inquiry".into(), "Recycle".into()],
        status: "MQL".into(),
        judged: Judged::AtEachFact,
        ends: None,
        stops_when_qualified: false,
        resets: vec![Reset {
            on_status: "Recycle".into(),
            when: None,
            component: "engagement".into(),
            to: ResetTo::Zero,
        }],
        bands: BTreeMap::new(),
    }
}

pub(crate) fn agreement(definition: Definition) -> Agreement {
    let webcast = ActivityKind {
        label: "Webcast".into(),
        success: Some(vec!["Attended".into()]),
        meaningful: false,
    };
    let gated = ActivityKind { success: Some(vec!["Downloaded".into()]), ..webcast.clone() };
    Agreement {
        activities: BTreeMap::from([("webcast".into(), webcast), ("gated".into(), gated)]),
        definitions: vec![definition],
        ..blank()
    }
}

pub(crate) fn at(text: &str) -> Timestamp {
    match text.len() {
        10 => format!("{text}T00:00:00Z"),
        _ => format!("{}:00Z", text.replace(' ', "T")),
    }
    .parse()
    .unwrap()
}

fn lead_id() -> LeadId {
    LeadId::from("crm:1")
}

/// A history in three kinds of words: `fields a=b c=d`, `status X`, `kind` or `kind/Status`.
pub(crate) fn history(lines: &[(&str, &str)]) -> LeadHistory {
    let entries = lines.iter().enumerate().map(|(index, (when, what))| {
        let lead = lead_id();
        let fact = if let Some(fields) = what.strip_prefix("fields ") {
            let pair = |pair: &str| {
                let (field, value) = pair.split_once('=').unwrap();
                let value = if value == "true" { true.into_value() } else { value.into() };
                (field.to_owned(), value)
            };
            let fields: Fields = fields.split(' ').map(pair).collect();
            Fact::Lead(LeadReported { lead, fields, person: None, by: None })
        } else if let Some(status) = what.strip_prefix("status ") {
            let status = status.to_owned();
            Fact::LeadMoved(LeadMoved { lead, status, reason: None, by: None })
        } else {
            let (kind, status) = what.split_once('/').map_or((*what, None), |(k, s)| (k, Some(s)));
            Fact::Activity(ActivityRecorded {
                lead,
                kind: kind.into(),
                status: status.map(Into::into),
                campaign: None,
                account: None,
                by: None,
                fields: Fields::new(),
            })
        };
        let told =
            Told { source: "crm".into(), key: index.to_string(), happened_at: at(when), fact };
        Entry { no: FactNo(index as i64 + 1), recorded_at: at(when), told }
    });
    LeadHistory::new(lead_id(), entries)
}

trait IntoValue {
    fn into_value(self) -> crate::field::FieldValue;
}
impl IntoValue for bool {
    fn into_value(self) -> crate::field::FieldValue {
        crate::field::FieldValue::Bool(self)
    }
}

pub(crate) fn agreed(definition: Definition) -> History {
    History::always(agreement(definition), "hash".into())
}

fn in_force(version: u32, from: &str, definition: Definition) -> InForce {
    InForce {
        version: Version(version),
        hash: format!("hash {version}"),
        from: at(from),
        agreement: Arc::new(agreement(definition)),
    }
}

/// Five hundred points in the place of a hundred, from the middle of August on.
pub(super) fn made_stricter() -> History {
    let mut stricter = definition();
    stricter.qualifies_when = at_least("total", 500.0);
    History(vec![in_force(1, "2026-01-01", definition()), in_force(2, "2026-08-15", stricter)])
}

fn score(history: &LeadHistory, definition: Definition, when: &str) -> (i64, i64, i64) {
    let found = assess(history, &agreed(definition), "mql", at(when)).unwrap();
    let whole = |points: Points| points.0 / 1000;
    (whole(found.points("fit")), whole(found.points("engagement")), whole(found.total))
}

fn qualified_at(history: &LeadHistory, definition: Definition) -> Vec<(Timestamp, u32)> {
    let found = qualifications(history, &agreed(definition), "mql", at("2027-01-01"));
    found.iter().map(|qualification| (qualification.at, qualification.times)).collect()
}

pub(crate) const ALL_FIT: &str = "fields email=business function=high seniority=high country=first";

#[test]
fn fit_is_capped_and_alone_does_not_qualify() {
    // scenarios.json G1.
    let history = history(&[("2026-06-30", ALL_FIT)]);
    assert_eq!(score(&history, definition(), "2026-07-05"), (70, 0, 70));
    let found = assess(&history, &agreed(definition()), "mql", at("2026-07-05")).unwrap();
    assert_eq!(found.components[0].sum, Points::whole(75), "the raw sum stays readable");
    assert_eq!(qualified_at(&history, definition()), []);
}

#[test]
fn the_second_visit_of_a_week_counts_nothing_and_says_so() {
    // scenarios.json G2.
    let history = history(&[
        ("2026-06-30", ALL_FIT),
        ("2026-07-01 10:00", "key_page"),
        ("2026-07-01 15:00", "key_page"),
        ("2026-07-02 09:00", "form"),
    ]);
    assert_eq!(score(&history, definition(), "2026-07-02 08:59"), (70, 25, 95));
    assert_eq!(score(&history, definition(), "2026-07-02 09:00"), (70, 30, 100));
    assert_eq!(qualified_at(&history, definition()), [(at("2026-07-02 09:00"), 1)]);
    let found = assess(&history, &agreed(definition()), "mql", at("2026-07-02 09:00")).unwrap();
    let second = found.lines.iter().find(|line| line.facts == [FactNo(3)]).unwrap();
    let free_at = Some(at("2026-07-06"));
    assert_eq!(second.why_not, Some(WhyNot::LimitReached { free_at }));
    assert_eq!(found.facts(), [FactNo(1), FactNo(2), FactNo(4)]);
}

#[test]
fn only_a_success_counts_where_a_success_is_asked_for() {
    // scenarios.json G3 and G4.
    let g3 = history(&[
        ("2026-06-30", "fields email=business"),
        ("2026-07-01", "webcast_registered"),
        ("2026-07-08", "webcast/Attended"),
        ("2026-07-08", "gated/Downloaded"),
    ]);
    assert_eq!(score(&g3, definition(), "2026-07-08"), (35, 75, 110));
    assert_eq!(qualified_at(&g3, definition()), [(at("2026-07-08"), 1)]);
    let g4 = history(&[("2026-07-01", "webcast_registered"), ("2026-07-08", "webcast/No Show")]);
    assert_eq!(score(&g4, definition(), "2026-07-09"), (0, 20, 20));
}

#[test]
fn a_recycled_lead_starts_at_nothing_and_qualifies_a_second_time() {
    // scenarios.json G5.
    let history = history(&[
        ("2026-03-01", "fields size=sixty"),
        ("2026-03-02", "webcast/Attended"),
        ("2026-03-20", "status Recycle"),
        ("2026-05-04", "key_page"),
    ]);
    assert_eq!(score(&history, definition(), "2026-03-20"), (60, 0, 60));
    assert_eq!(score(&history, definition(), "2026-05-04"), (60, 45, 105));
    let found = qualified_at(&history, definition());
    assert_eq!(found, [(at("2026-03-02"), 1), (at("2026-05-04"), 2)]);
}

#[test]
fn exactly_the_threshold_qualifies_and_a_thousandth_less_does_not() {
    for (points, qualifies) in [("30", true), ("29.999", false)] {
        let mut definition = definition();
        definition.rules[6].award = Award::Points(Points::parse(points).unwrap());
        let history = history(&[("2026-06-30", ALL_FIT), ("2026-07-01", "form")]);
        assert_eq!(qualified_at(&history, definition).len() == 1, qualifies, "{points}");
    }
}

#[test]
fn an_excluded_lead_never_qualifies_and_an_unknown_exclusion_is_named() {
    let fields = format!("{ALL_FIT} competitor=true");
    let excluded = history(&[("2026-06-30", &fields), ("2026-07-01", "webcast/Attended")]);
    assert_eq!(qualified_at(&excluded, definition()), []);
    let found = assess(&excluded, &agreed(definition()), "mql", at("2026-07-02")).unwrap();
    assert_eq!(found.excluded.as_deref(), Some("competitor"));
    let unknown = history(&[("2026-06-30", ALL_FIT)]);
    let found = assess(&unknown, &agreed(definition()), "mql", at("2026-07-02")).unwrap();
    assert_eq!(found.unjudged, [("competitor".into(), vec!["lead.competitor".into()])]);
}

#[test]
fn points_fade_and_the_sum_is_exact() {
    let mut fading = definition();
    let half_life = Decay::HalfLife {
        seconds: SignedDuration::from_hours(720).as_secs(),
        forgotten_after: None,
    };
    fading.components[1].decay = Some(half_life);
    let history = history(&[("2026-07-01", "webcast/Attended"), ("2026-07-31", "form")]);
    // 40 a half-life old is 20; 5 is fresh.
    assert_eq!(score(&history, fading.clone(), "2026-07-31"), (0, 25, 25));
    let day = 86_400;
    let forgetting = Decay::HalfLife { seconds: 30 * day, forgotten_after: Some(90 * day) };
    fading.components[1].decay = Some(forgetting);
    // On the ninetieth day what was worth 5 by then is forgotten.
    assert_eq!(score(&history, fading.clone(), "2026-09-28 23:59").1, 6);
    assert_eq!(score(&history, fading, "2026-09-29").1, 1);
}

#[test]
fn below_nought_stays_until_midnight_where_the_author_chose_so() {
    let mut nightly = definition();
    nightly.rules.push(touch("careers_page", -10));
    nightly.components[1].floor = Some(Floor { points: Points::ZERO, acts: FloorActs::Nightly });
    let history = history(&[("2026-07-01 10:00", "careers_page"), ("2026-07-03 10:00", "form")]);
    assert_eq!(score(&history, nightly.clone(), "2026-07-01 23:59"), (0, -10, -10));
    assert_eq!(score(&history, nightly.clone(), "2026-07-02"), (0, 0, 0));
    assert_eq!(score(&history, nightly.clone(), "2026-07-03 10:00"), (0, 5, 5));
    nightly.components[1].floor = Some(Floor { points: Points::ZERO, acts: FloorActs::AtOnce });
    assert_eq!(score(&history, nightly, "2026-07-01 23:59"), (0, 0, 0));
}

#[test]
fn silence_takes_points_away_as_often_as_its_limit_lets_it() {
    let mut quiet = definition();
    let silence = rule(
        "silence",
        "engagement",
        LooksAt::Inactivity { days: 30 },
        Condition::Always(true),
        -10,
    );
    let limit = Limit::Times { times: 1, window: Window::RollingDays(30) };
    quiet.rules.push(Rule { limit, ..silence });
    let history = history(&[("2026-01-01", "webcast/Attended")]);
    let cases = [("2026-01-30", 40), ("2026-01-31", 30), ("2026-03-01", 30), ("2026-03-02", 20)];
    for (when, engagement) in cases {
        assert_eq!(score(&history, quiet.clone(), when).1, engagement, "{when}");
    }
}

#[test]
fn nothing_more_is_earned_above_the_stop() {
    let mut stopping = definition();
    stopping.components[1].stops_above_total = Some(Points::whole(75));
    let history = history(&[
        ("2026-07-01", "webcast/Attended"),
        ("2026-07-02", "webcast/Attended"),
        ("2026-07-03", "webcast/Attended"),
    ]);
    assert_eq!(score(&history, stopping, "2026-07-04"), (0, 80, 80));
}

#[test]
fn a_definition_judged_at_set_times_waits_for_them() {
    let mut timed = definition();
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    timed.judged = Judged::AtTimes {
        times: vec![time(8, 0, 0, 0), time(14, 0, 0, 0)],
        region: Some(name(Root::Lead, "region")),
        zones: BTreeMap::from([("EMEA".into(), berlin)]),
        otherwise: TimeZone::UTC,
    };
    let fields = format!("{ALL_FIT} region=EMEA");
    let history = history(&[("2026-06-30", &fields), ("2026-07-01 09:30", "webcast/Attended")]);
    // 14:00 in Berlin in summer is 12:00 UTC.
    assert_eq!(qualified_at(&history, timed.clone()), [(at("2026-07-01 12:00"), 1)]);
    timed.ends = Some(Ends { days: 40, after: "trial_started_on".into() });
    let fields = format!("{fields} trial_started_on=2026-05-01");
    let late = self::history(&[("2026-06-30", &fields), ("2026-07-01 09:30", "webcast/Attended")]);
    assert_eq!(qualified_at(&late, timed), []);
}

#[test]
fn a_new_version_changes_no_earlier_verdict() {
    let history = history(&[
        ("2026-06-30", ALL_FIT),
        ("2026-07-02", "webcast/Attended"),
        ("2026-08-01", "status Recycle"),
        ("2026-09-02", "webcast/Attended"),
    ]);
    let found = qualifications(&history, &made_stricter(), "mql", at("2026-12-01"));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].at, found[0].hash.as_str()), (at("2026-07-02"), "hash 1"));
    let none = History(vec![in_force(1, "2026-12-01", definition())]);
    assert_eq!(qualifications(&history, &none, "mql", at("2026-11-30")).len(), 0);
}

#[test]
fn a_reset_may_look_back_at_how_long_ago_a_status_was_entered() {
    let mut kept = definition();
    let accepted = name(Root::Lead, "days_since_accepted");
    let soon = |comparison| Condition::Compare(accepted.clone(), comparison, Literal::Number(30.0));
    let never = name(Root::Lead, "times_qualified");
    let never = Condition::Compare(never, Comparison::Equal, Literal::Number(0.0));
    kept.resets.insert(
        0,
        Reset {
            on_status: "Recycle".into(),
            when: Some(Condition::All(vec![never, soon(Comparison::LessOrEqual)])),
            component: "engagement".into(),
            to: ResetTo::ValueAt("Inquiry".into()),
        },
    );
    for (recycled, engagement) in [("2026-07-31", 20), ("2026-08-03", 0)] {
        let history = history(&[
            ("2026-06-30", "status Inquiry"),
            ("2026-07-01", "webcast_registered"),
            ("2026-07-02", "status Accepted"),
            ("2026-07-03", "webcast/Attended"),
            (recycled, "status Recycle"),
        ]);
        assert_eq!(score(&history, kept.clone(), recycled).1, engagement, "{recycled}");
    }
}
