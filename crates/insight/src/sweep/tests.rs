use std::{collections::BTreeMap, sync::Arc};

use domain::{
    activity::ActivityRecorded,
    agreement::{
        ActivityKind, Agreement, Definition, History,
        definition::{
            Award, Component, Ends, Exclusion, Floor, FloorActs, Judged, Limit, LooksAt, Rule,
            Window,
        },
    },
    condition::{Comparison, Condition, Literal, Name, Root},
    fact::{Entry, Fact, Told},
    field::{FieldValue, Fields},
    ids::{FactNo, LeadId},
    lead::LeadHistory,
    lever::levers,
    money::Currency,
    points::{Decay, Points, Step},
    qualification::{crossings, qualifications},
    record::LeadReported,
};
use jiff::{Timestamp, civil::time, tz::TimeZone};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use super::*;
use crate::segment::{Activities, BLANK, Column, Contacts, Deals, Field, Kind, Segment, build};

mod agreeing;
mod straight;

const DAY: i64 = 86_400;
const START: i64 = 1_700_000_000;

fn name(root: Root, field: &str) -> Name {
    Name { root, field: field.into(), lowered: false }
}

fn compare(root: Root, field: &str, comparison: Comparison, literal: Literal) -> Condition {
    Condition::Compare(name(root, field), comparison, literal)
}

fn is(root: Root, field: &str, text: &str) -> Condition {
    compare(root, field, Comparison::Equal, Literal::Text(text.into()))
}

fn score(field: &str, comparison: Comparison, number: f64) -> Condition {
    compare(Root::Score, field, comparison, Literal::Number(number))
}

fn rule(id: &str, component: &str, looks_at: LooksAt, when: Condition, award: Award) -> Rule {
    let (id, says, component) = (id.into(), "…".into(), component.into());
    Rule { id, says, component, looks_at, when, award, limit: Limit::EveryTime }
}

fn touch(kind: &str, component: &str, thousandths: i64) -> Rule {
    let looks_at = LooksAt::Activities { only_success: kind == "webcast" };
    let when = is(Root::Activity, "kind", kind);
    rule(kind, component, looks_at, when, Award::Points(Points(thousandths)))
}

fn of_fields(id: &str, when: Condition, award: Award) -> Rule {
    rule(id, "fit", LooksAt::Fields, when, award)
}

fn text(text: &str) -> Literal {
    Literal::Text(text.into())
}

/// Rules of every form that columns can say.
fn rules() -> Vec<Rule> {
    let seniority = || name(Root::Lead, "seniority");
    let employees = || name(Root::Lead, "employees");
    let (yes, points) = (|| Condition::Always(true), |n| Award::Points(Points::whole(n)));
    let by_seniority = vec![
        (text("vp"), Points::whole(20)),
        (text("staff"), Points::whole(-3)),
        (text(""), Points::whole(7)),
    ];
    let steps = vec![(50.0, Points::whole(5)), (200.5, Points(8_250)), (1000.0, Points::whole(10))];
    let limited = |window| Limit::Times { times: 1, window };
    let large =
        compare(Root::Lead, "employees", Comparison::GreaterOrEqual, Literal::Number(200.0));
    vec![
        of_fields("by-value", yes(), Award::ByValue { name: seniority(), points: by_seniority }),
        of_fields("by-number", yes(), Award::ByNumber { name: employees(), steps }),
        of_fields("is-vp", is(Root::Lead, "seniority", "vp"), points(4)),
        of_fields(
            "large",
            Condition::Any(vec![large.clone(), Condition::Not(Box::new(large))]),
            points(2),
        ),
        of_fields("has", Condition::Not(Box::new(Condition::Has(employees()))), points(6)),
        of_fields(
            "absent",
            compare(Root::Account, "city", Comparison::NotEqual, text("Rome")),
            points(9),
        ),
        of_fields("customer", Condition::IsTrue(name(Root::Lead, "customer")), points(11)),
        touch("visit", "engagement", 1_000),
        touch("form", "engagement", 25_000),
        touch("form", "extra", 3_333),
        touch("webcast", "engagement", 40_000),
        touch("careers", "engagement", -10_000),
        rule(
            "registered",
            "engagement",
            LooksAt::Activities { only_success: false },
            Condition::All(vec![
                is(Root::Activity, "kind", "webcast"),
                is(Root::Activity, "status", "No Show"),
                is(Root::Lead, "status", ""),
            ]),
            Award::Points(Points(7_500)),
        ),
        Rule {
            limit: limited(Window::Week(TimeZone::UTC)),
            id: "weekly".into(),
            ..touch("visit", "extra", 9_000)
        },
        Rule {
            limit: limited(Window::RollingDays(10)),
            id: "rolling".into(),
            ..touch("form", "engagement", 12_500)
        },
        Rule { limit: Limit::Once, id: "once".into(), ..touch("careers", "extra", 5_000) },
    ]
}

fn decay() -> impl Strategy<Value = Option<Decay>> {
    let half = |days: i64, after: Option<i64>| {
        Some(Decay::HalfLife { seconds: days * DAY, forgotten_after: after.map(|days| days * DAY) })
    };
    let step = |days: i64, share_per_mille| Step { up_to_seconds: days * DAY, share_per_mille };
    prop::sample::select(vec![
        None,
        half(30, Some(90)),
        half(30, None),
        half(10, Some(25)),
        half(1, None),
        Some(Decay::Linear { seconds: 40 * DAY }),
        Some(Decay::Steps(vec![step(14, 1000), step(44, 500)])),
    ])
}

fn component(id: &'static str) -> impl Strategy<Value = Component> {
    let points = |most: i64| prop::option::weighted(0.3, (-20..most).prop_map(Points::whole));
    (points(60), points(10), decay()).prop_map(move |(cap, floor, decay)| Component {
        id: id.into(),
        label: id.into(),
        cap,
        floor: floor.map(|points| Floor { points, acts: FloorActs::AtOnce }),
        decay,
        stops_above_total: None,
    })
}

fn definition() -> impl Strategy<Value = Definition> {
    let components = (component("fit"), component("engagement"), component("extra"));
    let rules = rules();
    let count = rules.len();
    let threshold = prop::sample::select(vec![20.0, 25.0, 40.0, 45.5, 50.0, 59.999, 80.0]);
    let strict: fn(bool) -> Comparison =
        |strict| if strict { Comparison::Greater } else { Comparison::GreaterOrEqual };
    let also = prop::sample::subsequence(
        vec![
            score("fit", Comparison::GreaterOrEqual, 5.0),
            score("engagement", Comparison::Greater, 0.0),
            score("extra", Comparison::NotEqual, 9.0),
            score("fit", Comparison::LessOrEqual, 30.0),
            compare(Root::Lead, "employees", Comparison::Less, Literal::Number(900.0)),
            Condition::Has(name(Root::Lead, "seniority")),
        ],
        0..3,
    );
    let applies = prop::option::weighted(
        0.3,
        Just(Condition::Not(Box::new(is(Root::Lead, "seniority", "staff")))),
    );
    (
        components,
        prop::sample::subsequence(rules, 4..=count),
        (threshold, any::<bool>()),
        also,
        applies,
        any::<bool>(),
    )
        .prop_map(
            move |(
                (fit, engagement, extra),
                rules,
                (number, is_strict),
                also,
                applies_when,
                excludes,
            )| {
                let total = score("total", strict(is_strict), number);
                let exclusion = Exclusion {
                    id: "customers".into(),
                    says: "…".into(),
                    when: Condition::IsTrue(name(Root::Lead, "customer")),
                };
                Definition {
                    id: "mql".into(),
                    clause: "1".into(),
                    says: "…".into(),
                    applies_when,
                    components: vec![fit, engagement, extra],
                    rules,
                    exclusions: if excludes { vec![exclusion] } else { vec![] },
                    qualifies_when: Condition::All([vec![total], also].concat()),
                    from_statuses: vec![],
                    status: "MQL".into(),
                    judged: Judged::AtEachFact,
                    ends: None,
                    stops_when_qualified: false,
                    resets: vec![],
                    bands: BTreeMap::new(),
                }
            },
        )
}

const SENIORITY: [&str; 4] = ["", "vp", "staff", "director"];

fn kinds() -> Vec<Kind> {
    let kind = |kind: &str, status: Option<&str>| Kind {
        kind: kind.into(),
        status: status.map(Into::into),
    };
    vec![
        kind("visit", None),
        kind("form", None),
        kind("careers", None),
        kind("webcast", Some("Attended")),
        kind("webcast", Some("No Show")),
    ]
}

/// A contact: since when it is known, if that is said; seniority, customer, employees, activities.
type Person = (Option<i64>, usize, usize, Option<i64>, Vec<(i64, u8)>);

fn person() -> impl Strategy<Value = Person> {
    // Hours and whole days, so that ages are often whole half-lives and points often just enough.
    let hours = prop_oneof![0_i64..24 * 120, (0_i64..120).prop_map(|days| days * 24)];
    (
        prop::option::of(-100_i64..24 * 60),
        0..SENIORITY.len(),
        0_usize..3,
        prop::option::of(prop_oneof![Just(200_500), 0_i64..2_000_000]),
        prop::collection::vec((hours, 0_u8..5), 0..14),
    )
}

fn flags() -> Vec<FieldValue> {
    vec![FieldValue::Cleared, FieldValue::Bool(false), FieldValue::Bool(true)]
}

fn segment(people: &[Person]) -> Segment {
    let field = |name: &str, values| Field { name: name.into(), values };
    let words = SENIORITY.map(|word| match word {
        "" => FieldValue::Cleared,
        word => word.into(),
    });
    let codes =
        |of: fn(&Person) -> usize| Column::Codes(people.iter().map(|p| of(p) as u32).collect());
    let numbers = people.iter().map(|person| person.3.unwrap_or(BLANK)).collect();
    let contacts = Contacts {
        count: people.len(),
        known_from: people.iter().map(|person| person.0.map(|hour| START + hour * 3_600)).collect(),
        fields: vec![
            (field("lead.seniority", Some(words.to_vec())), codes(|person| person.1)),
            (field("lead.customer", Some(flags())), codes(|person| person.2)),
            (field("lead.employees", None), Column::Numbers(numbers)),
        ],
    };
    let mut activities = Activities { kinds: kinds(), ..Activities::default() };
    for (contact, person) in people.iter().enumerate() {
        for (hour, kind) in &person.4 {
            activities.contact.push(contact as u32);
            activities.at.push(START + hour * 3_600);
            activities.kind.push(*kind);
        }
    }
    build(&contacts, activities, &Deals::default()).unwrap()
}

/// The same contact as facts; `None` where nothing ever happened to it.
fn history(person: &Person) -> Option<LeadHistory> {
    let lead = || LeadId::from("columns:1");
    let number = |thousandths: i64| FieldValue::Number(thousandths as f64 / 1000.0);
    let seniority = match SENIORITY[person.1] {
        "" => FieldValue::Cleared,
        word => word.into(),
    };
    let fields: Fields = [
        ("seniority".into(), seniority),
        ("customer".into(), flags()[person.2].clone()),
        ("employees".into(), person.3.map_or(FieldValue::Cleared, number)),
    ]
    .into();
    let first = person.4.iter().map(|(hour, _)| *hour).min();
    let known_at = person.0.or(first)?;
    let reported = Fact::Lead(LeadReported { lead: lead(), fields, person: None, by: None });
    let activity = |(hour, code): &(i64, u8)| {
        let kind = kinds()[usize::from(*code)].clone();
        let fact = Fact::Activity(ActivityRecorded {
            lead: lead(),
            kind: kind.kind,
            status: kind.status,
            campaign: None,
            account: None,
            by: None,
            fields: Fields::new(),
        });
        (*hour, fact)
    };
    let facts = std::iter::once((known_at, reported)).chain(person.4.iter().map(activity));
    let entries = facts.enumerate().map(|(index, (hour, fact))| {
        let happened_at = Timestamp::from_second(START + hour * 3_600).unwrap();
        let told = Told { source: "columns".into(), key: index.to_string(), happened_at, fact };
        Entry { no: FactNo(index as i64 + 1), recorded_at: happened_at, told }
    });
    Some(LeadHistory::new(lead(), entries.map(Arc::new)))
}

fn agreement(definition: Definition) -> Agreement {
    let webcast = ActivityKind {
        label: "Webcast".into(),
        success: Some(vec!["Attended".into()]),
        meaningful: false,
    };
    Agreement {
        title: "Test".into(),
        preamble: String::new(),
        zone: TimeZone::UTC,
        currency: Currency::parse("EUR").unwrap(),
        parties: vec![],
        calendars: BTreeMap::new(),
        default_calendar: String::new(),
        statuses: vec![],
        activities: BTreeMap::from([("webcast".into(), webcast)]),
        definitions: vec![definition],
        stages: vec![],
        milestones: vec![],
        service_levels: vec![],
        handoff: None,
        disputes: None,
        routing: None,
        capacities: vec![],
        trainings: vec![],
        check_ins: None,
        goals: vec![],
        segments: vec![],
        consequences: vec![],
        personas: vec![],
        clauses: vec![],
    }
}

fn seconds(at: Timestamp) -> i64 {
    at.as_second()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// The heart of the matter.
    #[test]
    fn a_sweep_says_what_judging_fact_by_fact_says(
        definition in definition(),
        people in prop::collection::vec(person(), 1..6),
    ) {
        agreeing::agrees(&definition, &people)?;
    }
}

fn plain(touches: &[(&str, i64)], decay: Option<Decay>) -> Definition {
    let mut runner = TestRunner::deterministic();
    let any = definition().new_tree(&mut runner).unwrap().current();
    let component = |id: &str| Component {
        id: id.into(),
        label: id.into(),
        cap: None,
        floor: None,
        decay: decay.clone().filter(|_| id == "engagement"),
        stops_above_total: None,
    };
    Definition {
        applies_when: None,
        components: vec![component("fit"), component("engagement")],
        rules: std::iter::once(rules().remove(0))
            .chain(touches.iter().map(|(kind, points)| touch(kind, "engagement", *points)))
            .collect(),
        exclusions: vec![],
        qualifies_when: score("total", Comparison::GreaterOrEqual, 50.0),
        ..any
    }
}

fn first(definition: &Definition, person: &Person) -> Option<i64> {
    let segment = segment(std::slice::from_ref(person));
    let plan = Plan::of(&agreement(definition.clone()), definition, &segment.frame, None).unwrap();
    let found = plan.first(&segment.blocks[0]).first[0];
    found.checked_sub(1).map(|at| (segment.frame.origin + i64::from(at) - START) / 3_600)
}

#[test]
fn exactly_the_threshold_is_enough_and_a_thousandth_less_is_not() {
    let half = Some(Decay::HalfLife { seconds: 10 * DAY, forgotten_after: Some(25 * DAY) });
    // Twenty for who they are; forty, half of it left after ten days; ten.
    let person: Person = (Some(0), 1, 0, None, vec![(0, 1), (240, 0)]);
    for (points, expected) in [(10_000, Some(240)), (9_999, None)] {
        let mut definition = plain(&[("form", 40_000), ("visit", points)], half.clone());
        assert_eq!(first(&definition, &person), Some(0), "sixty at once");
        definition.qualifies_when = Condition::All(vec![
            score("total", Comparison::GreaterOrEqual, 50.0),
            score("total", Comparison::Less, 60.0),
        ]);
        assert_eq!(first(&definition, &person), expected, "{points}");
    }
}

#[test]
fn what_columns_cannot_say_is_left_to_the_slow_way_with_the_reason() {
    let person: Person = (None, 0, 0, None, vec![(0, 0)]);
    let frame = segment(&[person]).frame;
    let base = plain(&[("visit", 1_000)], None);
    let with = |change: &dyn Fn(&mut Definition)| {
        let mut changed = base.clone();
        change(&mut changed);
        Plan::of(&agreement(changed.clone()), &changed, &frame, None).unwrap_err()
    };
    let nightly = Floor { points: Points::ZERO, acts: FloorActs::Nightly };
    let asks = |root, field: &str| compare(root, field, Comparison::Equal, text("x"));
    let times = Judged::AtTimes {
        times: vec![time(8, 0, 0, 0)],
        region: None,
        zones: BTreeMap::new(),
        otherwise: TimeZone::UTC,
    };
    let cases = [
        (with(&|d| d.judged = times.clone()), "at set times"),
        (with(&|d| d.ends = Some(Ends { days: 1, after: "began".into() })), "after a date"),
        (with(&|d| d.components[1].floor = Some(nightly)), "acts at midnight"),
        (with(&|d| d.components[1].stops_above_total = Some(Points::ZERO)), "stops earning"),
        (with(&|d| d.rules[1].looks_at = LooksAt::Inactivity { days: 3 }), "counts silences"),
        (with(&|d| d.rules[1].award = Award::Empties), "empties its component"),
        (with(&|d| d.rules[1].when = asks(Root::Activity, "page")), "asks for `activity.page`"),
        (with(&|d| d.rules[1].when = asks(Root::Lead, "seniority")), "asks for `lead.seniority`"),
        (with(&|d| d.rules[0].when = asks(Root::Lead, "age_days")), "asks for `lead.age_days`"),
        (with(&|d| d.rules[1].award = Award::Points(Points(i64::MAX))), "a million points"),
        (
            with(&|d| {
                d.qualifies_when = Condition::Not(Box::new(score("total", Comparison::Less, 5.0)))
            }),
            "more than comparisons",
        ),
    ];
    for (refusal, expected) in cases {
        assert!(refusal.to_string().contains(expected), "{refusal}");
    }
    let mut twice = base.clone();
    twice.applies_when = Some(score("total", Comparison::Equal, 1.0));
    twice.exclusions = vec![Exclusion {
        id: "x".into(),
        says: "…".into(),
        when: compare(Root::Lead, "seniority", Comparison::Equal, Literal::Number(1.0)),
    }];
    assert_eq!(fields(&twice), Err(PlanRefusal::TwoKinds("lead.seniority".into())));
    let used = fields(&base).unwrap();
    assert_eq!(used, BTreeMap::from([("lead.seniority".into(), FieldKind::Text)]));
}
